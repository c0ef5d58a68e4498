/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "places.h"
#include "clients/sb-client-table.h"
#include "rules/sb-rule-bench.h"
#include "rules/sb-rule-editor.h"
#include "rules/sb-schema-editor.h"
#include "sb-server-commands.h"
#include "snap.h"
#include "traffic/sb-traffic-table.h"
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gtksourceview/gtksource.h>
#include <locale.h>

/* snap-window --data DIR --out DIR [--clients N] [--seconds N] [--set SET] [--words DIR]: opens the window on DIR with its server
 * started, says on stdout where it listens, waits until N clients are connected and then N seconds, draws pictures, and ends.
 * SET is
 *   all     every page in both styles, narrow, small, very large and with large text, then what stands over them; without one
 *   first   every page before anybody was there, with the server stopped and started; and two that tell of trouble
 *   tour    every page, panel and dialog, wide and narrow: for the languages
 * DIR has the catalogues, as DIR/de/LC_MESSAGES/signalbox.mo. */

/* Until what has been opened is drawn as it stays; in microseconds. */
#define PATIENCE (400 * G_TIME_SPAN_MILLISECOND)

static char *data_dir;
static char *out_dir;
static int n_clients;
static int n_seconds = 2;
static char *set;
static char *words_dir;
static int status;

typedef struct
{
  const char *prefix;
  const char *style;
} Look;

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
run_for (gint64 microseconds)
{
  gint64 until = g_get_monotonic_time () + microseconds;

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
}

static void
snap (GtkWindow  *window,
      const char *page,
      const char *style)
{
  g_autofree char *path = g_strdup_printf ("%s/%s-%s.png", out_dir, page, style);
  g_autoptr (GError) error = NULL;

  sb_window_show_page (SB_WINDOW (window), page, NULL);
  run_for (PATIENCE);
  if (!snap_to_png (GTK_WIDGET (window), path, &error))
    {
      g_printerr ("%s\n", error->message);
      status = 1;
    }
}

/* What repeats shows on every page: stopped again for the other pictures. */
static void
snap_schedule (GtkWindow *window,
               SbEngine  *engine)
{
  const SbScheduleTimes times = { 0, 30 * G_USEC_PER_SEC, 0 };
  g_autoptr (SbSchedule) schedule = NULL;
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"notice\":\"Doors open in five minutes\"}", 39);

  sb_engine_add_schedule_async (engine, "window", &times, everyone, FALSE, payload, NULL, NULL);
  snap (window, "broadcast", "repeating");
  schedule = g_list_model_get_item (sb_engine_get_schedules (engine), 0);
  if (schedule != NULL)
    sb_engine_stop_schedule_async (engine, "window", sb_schedule_get_id (schedule), NULL, NULL);
  else
    status = 1;
}

static gpointer
find (GtkWidget *root,
      GType      type)
{
  gpointer found = g_type_is_a (G_OBJECT_TYPE (root), type) ? root : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static SbClientTable *
show_clients (GtkWindow  *window,
              const char *filter)
{
  sb_window_show_page (SB_WINDOW (window), "clients", filter);
  return find (GTK_WIDGET (sb_window_get_page (SB_WINDOW (window), "clients")), SB_TYPE_CLIENT_TABLE);
}

/* What opens beside the tables: one client, all of them, those that left, one message. */
static void
snap_tables (GtkWindow *window,
             SbEngine  *engine)
{
  GListModel *clients = G_LIST_MODEL (sb_engine_get_clients (engine));
  g_autoptr (SbClient) client = g_list_model_get_item (clients, g_list_model_get_n_items (clients) / 2);
  g_autoptr (SbTarget) target = g_new0 (SbTarget, 1);
  guint64 id = sb_client_get_id (client);
  SbTrafficTable *traffic;

  sb_client_table_select (show_clients (window, "all"), client);
  run_for (3 * G_TIME_SPAN_SECOND); /* for the line of its rate */
  snap (window, "clients", "panel");
  sb_client_table_select_all (show_clients (window, "all"));
  snap (window, "clients", "several");
  sb_client_table_select (show_clients (window, "all"), NULL);

  sb_window_show_page (SB_WINDOW (window), "traffic", "rejected");
  traffic = find (GTK_WIDGET (sb_window_get_page (SB_WINDOW (window), "traffic")), SB_TYPE_TRAFFIC_TABLE);
  sb_traffic_table_select (traffic, 0);
  snap (window, "traffic", "detail");
  sb_traffic_table_set_following (traffic, TRUE);
  sb_window_show_page (SB_WINDOW (window), "traffic", "all");

  target->client_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (target->client_ids, id);
  sb_engine_disconnect_async (engine, "window", target, "too loud", NULL, NULL);
  show_clients (window, "left");
  snap (window, "clients", "left");
  show_clients (window, "all");
}

static void
snap_sheet (GtkWindow *window,
            SbEngine  *engine)
{
  SbClientTable *table = show_clients (window, "all");
  g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_clients (engine)), 0);

  sb_client_table_select (table, client);
  g_signal_emit_by_name (table, "activated");
  snap (window, "clients", "sheet");
}

static GtkWidget *
open_rule (GtkWindow  *window,
           const char *filter)
{
  sb_window_show_page (SB_WINDOW (window), "rules", filter);
  return find (GTK_WIDGET (sb_window_get_page (SB_WINDOW (window), "rules")), SB_TYPE_RULE_EDITOR);
}

/* Nothing of it is kept. */
static void
close_rule (GtkWidget *editor)
{
  g_signal_emit_by_name (editor, "done");
  run_for (G_TIME_SPAN_SECOND);
}

/* Into the schema or the message to try. */
static void
write_text (GtkWidget  *editor,
            GType       where,
            const char *text)
{
  GtkTextView *view = find (find (editor, where), GTK_SOURCE_TYPE_VIEW);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (view), text, -1);
}

/* What an editor says of a schema and of messages, and where a schema comes from. */
static void
snap_editor (GtkWindow  *window,
             const char *filter)
{
  GtkWidget *editor = open_rule (window, "add:/teams/**");
  AdwDialog *dialog;

  write_text (editor, SB_TYPE_SCHEMA_EDITOR, "{\n  \"type\": \"object\",\n  \"required\": \"home\"\n}\n");
  snap (window, "rules", "fault");
  close_rule (editor);

  editor = open_rule (window, filter);
  write_text (editor, SB_TYPE_RULE_BENCH, "{\n  \"temperature\": 23.5,\n  \"humidity\": \"dry\"\n}\n");
  gtk_widget_grab_focus (find (find (editor, SB_TYPE_RULE_BENCH), GTK_SOURCE_TYPE_VIEW));
  snap (window, "rules", "bench");
  close_rule (editor);

  editor = open_rule (window, filter);
  gtk_widget_activate_action (editor, "rule.suggest", NULL);
  snap (window, "rules", "suggest");
  dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window));
  if (dialog == NULL || !gtk_widget_activate (adw_dialog_get_default_widget (dialog)))
    status = 1;
  snap (window, "rules", "suggested");
  close_rule (editor);
}

/* An editor with what was said while the crowd talked: a schema suggested is stricter than what comes. */
static void
snap_rules (GtkWindow *window,
            SbEngine  *engine)
{
  static const char schema[] = "{\n  \"type\": \"object\",\n  \"properties\": {\n    \"temperature\": { \"type\": \"number\", \"maximum\": 21.8 },\n"
                               "    \"humidity\": { \"type\": \"integer\" }\n  },\n  \"required\": [\"temperature\"]\n}\n";
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/lab/**");
  g_autoptr (SbRuleSpec) other = sb_rule_spec_new ("/score");
  SbRuleItem *item;
  GtkWidget *editor;
  g_autofree char *filter = NULL;

  spec->schema = g_strdup (schema);
  other->max_size = 4096;
  other->messages_per_second = 20;
  sb_engine_set_rule_async (engine, "window", 0, spec, NULL, NULL);
  sb_engine_set_rule_async (engine, "window", 0, other, NULL, NULL);
  snap (window, "rules", "listed");
  item = sb_rule_list_find_pattern (sb_engine_get_rules (engine), "/lab/**");
  if (item == NULL)
    {
      status = 1;
      return;
    }
  filter = g_strdup_printf ("rule:%" G_GINT64_FORMAT, sb_rule_item_get_id (item));
  editor = open_rule (window, filter);
  snap (window, "rules", "editor");
  close_rule (editor);
  snap_editor (window, filter);
}

static void
snap_pages (AppTest    *test,
            const char *style)
{
  for (guint i = 0; i < PLACES_N_PAGES; i++)
    snap (GTK_WINDOW (test->window), places_pages[i], style);
}

/* A PlacesFunc. */
static void
snap_place (AppTest    *test,
            GtkWidget  *root,
            const char *name,
            gpointer    user_data)
{
  const Look *look = user_data;
  g_autofree char *path = g_strdup_printf ("%s/%s-%s-%s.png", out_dir, look->prefix, name, look->style);
  g_autoptr (GError) error = NULL;

  run_for (PATIENCE);
  if (!snap_to_png (root != NULL ? GTK_WIDGET (gtk_widget_get_root (root)) : GTK_WIDGET (test->window), path, &error))
    {
      g_printerr ("%s\n", error->message);
      status = 1;
    }
}

static void
snap_dialogs (AppTest    *test,
              const char *style)
{
  places_each_dialog (test, snap_place, &(Look){ "dialog", style });
}

static void
snap_panels (AppTest    *test,
             const char *style)
{
  places_each_panel (test, snap_place, &(Look){ "panel", style });
}

/* Sizes that nobody starts with, and somebody has. */
static void
snap_sizes (AppTest *test)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int dpi;

  app_test_resize (test, 360, 294);
  snap_pages (test, "small");
  app_test_resize (test, 3840, 2160);
  snap_pages (test, "4k");
  app_test_resize (test, 1190, 750);
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", dpi * 3 / 2, NULL);
  snap_pages (test, "large-text");
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

/* The pages first: what is done to open the dialogs shows on them. */
static void
snap_all (AppTest *test)
{
  GtkWindow *window = GTK_WINDOW (test->window);
  AdwStyleManager *style = adw_style_manager_get_default ();

  snap_rules (window, test->engine);
  snap_pages (test, "light");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  snap_pages (test, "dark");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  snap_schedule (window, test->engine);
  snap_tables (window, test->engine);
  snap_sizes (test);
  app_test_resize (test, 360, 720);
  snap_pages (test, "narrow");
  snap_sheet (window, test->engine);
  snap_panels (test, "narrow");
  snap_dialogs (test, "narrow");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle-sidebar", NULL);
  snap_place (test, NULL, "sidebar", &(Look){ "panel", "narrow" });
  app_test_resize (test, 1190, 750);
  snap_dialogs (test, "light");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  snap_panels (test, "dark");
  snap_dialogs (test, "dark");
}

static void
restart (AppTest *test)
{
  sb_engine_stop_async (test->engine, NULL, NULL);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_STOPPED);
  sb_server_start (GTK_WIDGET (test->window), test->engine);
}

static void
snap_trouble (AppTest    *test,
              const char *style)
{
  static const char *const pages[] = { "overview", "clients" };

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s%s", style, i == 0 ? "" : "-narrow");

      app_test_resize (test, i == 0 ? 1190 : 360, i == 0 ? 750 : 720);
      for (guint j = 0; j < G_N_ELEMENTS (pages); j++)
        snap (GTK_WINDOW (test->window), pages[j], name);
    }
}

/* A server that does what it can, and one that cannot be started. */
static void
snap_troubles (AppTest *test)
{
  g_autoptr (GSocketListener) other = g_socket_listener_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) taken = NULL;
  g_autofree char *path = NULL;
  SbSettings *settings = sb_engine_get_settings (test->engine);

  /* The one in use stays when another cannot be read. */
  sb_engine_make_certificate_async (test->engine, "window", NULL, NULL);
  while (path == NULL || *path == '\0')
    {
      app_test_iterate ();
      g_free (path);
      path = sb_settings_get_text (settings, "tls-certificate");
    }
  restart (test);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_object_set (settings, "tls-certificate", "/media/keys/signalbox.pem", NULL);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_DEGRADED);
  snap_trouble (test, "degraded");

  g_assert_true (g_socket_listener_add_address (other, any_port, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                                &taken, NULL));
  g_object_set (settings, "port", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken)), "tls-certificate", "",
                "tls-key", "", NULL);
  restart (test);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_FAILED);
  snap_trouble (test, "failed");
}

/* Nobody was there yet. */
static void
snap_first (AppTest *test)
{
  snap_pages (test, "stopped");
  app_test_resize (test, 360, 720);
  snap_pages (test, "stopped-narrow");
  sb_server_start (GTK_WIDGET (test->window), test->engine);
  snap_pages (test, "first-narrow");
  app_test_resize (test, 1190, 750);
  snap_pages (test, "first");
  snap_troubles (test);
}

static void
snap_tour (AppTest *test)
{
  for (guint i = 0; i < 2; i++)
    {
      const char *style = i == 0 ? "light" : "narrow";

      app_test_resize (test, i == 0 ? 1190 : 360, i == 0 ? 750 : 720);
      snap_pages (test, style);
      snap_panels (test, style);
    }
  snap_dialogs (test, "narrow");
  app_test_resize (test, 1190, 750);
  snap_dialogs (test, "light");
}

static void
wait_for_clients (SbEngine *engine)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (engine);

  if (uris != NULL && uris[0] != NULL)
    g_print ("listening on %s\n", uris[0]);
  while (sb_client_list_count (sb_engine_get_clients (engine)) < (guint) n_clients)
    g_main_context_iteration (NULL, TRUE);
  run_for (n_seconds * G_TIME_SPAN_SECOND);
}

static gboolean
work_cb (gpointer user_data)
{
  GApplication *application = user_data;
  SbEngine *engine = sb_application_get_engine (SB_APPLICATION (application));
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  AppTest test = { data_dir, SB_APPLICATION (application), engine, (SbWindow *) window };

  if (engine == NULL || window == NULL)
    return G_SOURCE_CONTINUE;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_LIGHT);
  if (g_strcmp0 (set, "first") == 0)
    snap_first (&test);
  else
    {
      if (!sb_server_is_running (engine))
        sb_server_start (GTK_WIDGET (window), engine);
      wait_for_clients (engine);
      if (g_strcmp0 (set, "tour") == 0)
        snap_tour (&test);
      else
        snap_all (&test);
    }
  g_application_quit (application);
  return G_SOURCE_REMOVE;
}

int
main (int   argc,
      char *argv[])
{
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, "The data directory", "DIR" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &out_dir, "Where the pictures go", "DIR" },
    { "clients", 0, 0, G_OPTION_ARG_INT, &n_clients, "Wait for so many clients", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &n_seconds, "Then wait so long", "N" },
    { "set", 0, 0, G_OPTION_ARG_STRING, &set, "Which pictures", "SET" },
    { "words", 0, 0, G_OPTION_ARG_FILENAME, &words_dir, "The catalogues of translations", "DIR" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (SbApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  char *arguments[] = { argv[0], (char *) "--data", NULL, NULL };

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || data_dir == NULL || out_dir == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "--data DIR and --out DIR are needed");
      return 2;
    }
  places_expect_long_headings ();
  if (words_dir != NULL)
    {
      bindtextdomain (GETTEXT_PACKAGE, words_dir);
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
      textdomain (GETTEXT_PACKAGE);
    }
  g_mkdir_with_parents (out_dir, 0777);
  arguments[2] = data_dir;
  application = sb_application_new ();
  g_timeout_add (50, tick_cb, NULL);
  g_timeout_add (200, work_cb, application);
  return g_application_run (G_APPLICATION (application), 3, arguments) || status;
}
