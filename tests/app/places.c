/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "places.h"
#include "broadcast/sb-missed-dialog.h"
#include "clients/sb-client-table.h"
#include "overview/sb-connect-group.h"
#include "preferences/sb-certificate-group.h"
#include "sb-background.h"
#include "sb-token-import.h"
#include "tokens/sb-secret-page.h"
#include "tokens/sb-token-import-dialog.h"
#include "tokens/sb-token-table.h"
#include "traffic/sb-traffic-table.h"
#include "widgets/sb-qr.h"
#include "widgets/sb-question.h"
#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>
#include <locale.h>
#include <string.h>

const char *const places_pages[PLACES_N_PAGES] = { "overview", "clients", "traffic", "broadcast", "tokens", "rules", "audit" };

/* --- what there is to see --- */

SoupWebsocketConnection *
places_fill (AppTest *test)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Sensor");
  g_autoptr (SbTokenSpec) other = sb_token_spec_new ("Sensor of last year");
  g_autoptr (SbToken) revoked = NULL;
  g_autoptr (SbRuleSpec) rule = sb_rule_spec_new ("/news");
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"notice\":1}", 12);
  g_autofree char *secret = NULL;
  g_autofree char *other_secret = app_test_issue (test, other, &revoked);
  SoupWebsocketConnection *connection;

  spec->may_publish = TRUE;
  secret = app_test_issue (test, spec, NULL);
  connection = app_test_connect (test, "/news", secret);
  rule->schema = g_strdup ("{\"type\":\"object\"}");
  sb_engine_revoke_token_async (test->engine, "test", revoked->id, NULL, NULL);
  sb_engine_set_rule_async (test->engine, "test", 0, rule, NULL, NULL);
  sb_engine_add_schema_async (test->engine, "test", "https://example.org/person.json", "{\"type\":\"object\"}", NULL, NULL);
  sb_engine_save_template_async (test->engine, "test", 0, "Doors open", everyone, FALSE, payload, NULL, NULL);
  sb_engine_retain_async (test->engine, "test", everyone, FALSE, payload, NULL, NULL);
  sb_engine_block_address_async (test->engine, "test", "192.0.2.7", 0, NULL, NULL);
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_rules (test->engine))) == 1 &&
                       sb_engine_get_schemas (test->engine)->len == 1 &&
                       g_list_model_get_n_items (sb_engine_get_templates (test->engine)) == 1);
  soup_websocket_connection_send_text (connection, "{\"hello\": 1}");
  soup_websocket_connection_send_text (connection, "hello");
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_traffic (test->engine))) >= 2);
  return connection;
}

void
places_set_width (AppTest *test,
                  gboolean wide)
{
  GtkWidget *view = app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL);

  if (wide)
    app_test_resize (test, 1200, 760);
  else
    app_test_resize (test, 370, 700);
  app_test_wait_until (adw_navigation_split_view_get_collapsed (ADW_NAVIGATION_SPLIT_VIEW (view)) == !wide);
}

GtkWidget *
places_show_page (AppTest    *test,
                  const char *name,
                  const char *filter)
{
  GtkWidget *page;

  sb_window_show_page (test->window, name, filter);
  page = GTK_WIDGET (sb_window_get_page (test->window, name));
  app_test_wait_until (gtk_widget_get_mapped (page) && gtk_widget_get_width (page) > 0);
  return page;
}

static void
painted_cb (GdkFrameClock *clock,
            gpointer       user_data)
{
  (*(guint *) user_data)++;
}

void
places_let_lay_out (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  guint n_frames = 0;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &n_frames);

  while (n_frames < 2)
    {
      guint n = n_frames;

      gtk_widget_queue_draw (widget);
      app_test_wait_until (n_frames > n);
    }
  g_signal_handler_disconnect (clock, handler);
}

static GLogWriterOutput
write_log (GLogLevelFlags   level,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && g_str_has_prefix (fields[i].value, "Trying to measure GtkLabel"))
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, user_data);
}

void
places_expect_long_headings (void)
{
  g_log_set_writer_func (write_log, NULL, NULL);
}

void
places_speak (const char *words_dir)
{
  places_expect_long_headings ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, words_dir);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/* --- panels --- */

static GtkWidget *
select_client (AppTest *test)
{
  GtkWidget *page = places_show_page (test, "clients", "all");
  SbClientTable *table = SB_CLIENT_TABLE (app_test_get (page, SB_TYPE_CLIENT_TABLE, NULL));
  g_autoptr (SbClient) client = NULL;

  app_test_wait_until (sb_client_table_count (table) > 0);
  client = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_clients (test->engine)), 0);
  sb_client_table_select (table, client);
  return GTK_WIDGET (table);
}

static GtkWidget *
select_message (AppTest *test)
{
  GtkWidget *table = app_test_get (places_show_page (test, "traffic", "rejected"), SB_TYPE_TRAFFIC_TABLE, NULL);

  app_test_iterate ();
  sb_traffic_table_select (SB_TRAFFIC_TABLE (table), 0);
  app_test_wait_until (sb_traffic_table_get_selected (SB_TRAFFIC_TABLE (table)) != NULL);
  return table;
}

/* The first that is revoked, or is not. */
static GtkWidget *
select_token (AppTest *test,
              gboolean revoked)
{
  GListModel *tokens = G_LIST_MODEL (sb_engine_get_tokens (test->engine));
  GtkWidget *page = places_show_page (test, "tokens", NULL);
  gboolean found = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (tokens) && !found; i++)
    {
      g_autoptr (SbTokenItem) token = g_list_model_get_item (tokens, i);

      found = (sb_token_item_get_state (token) == SB_TOKEN_REVOKED) == revoked;
      if (found)
        sb_token_table_select (SB_TOKEN_TABLE (app_test_get (page, SB_TYPE_TOKEN_TABLE, NULL)), token);
    }
  g_assert_true (found);
  return page;
}

void
places_each_panel (AppTest   *test,
                   PlacesFunc func,
                   gpointer   user_data)
{
  GtkWidget *table = select_client (test);

  g_signal_emit_by_name (table, "activated");
  app_test_iterate ();
  func (test, GTK_WIDGET (sb_window_get_page (test->window, "clients")), "client", user_data);
  sb_client_table_select (SB_CLIENT_TABLE (table), NULL);

  table = select_message (test);
  g_signal_emit_by_name (table, "activated");
  app_test_iterate ();
  func (test, GTK_WIDGET (sb_window_get_page (test->window, "traffic")), "message", user_data);
  sb_traffic_table_select (SB_TRAFFIC_TABLE (table), GTK_INVALID_LIST_POSITION);

  g_signal_emit_by_name (app_test_get (select_token (test, FALSE), SB_TYPE_TOKEN_TABLE, NULL), "activated");
  app_test_iterate ();
  func (test, GTK_WIDGET (sb_window_get_page (test->window, "tokens")), "token", user_data);
  gtk_widget_activate_action (GTK_WIDGET (sb_window_get_page (test->window, "tokens")), "token.close-details", NULL);

  func (test, places_show_page (test, "rules", "add:/lab"), "rule", user_data);
}

/* --- dialogs --- */

static void
open_import (AppTest *test)
{
  static const char table[] = "label,channels,may_publish,state\nWorkshop,/lab/**,true,\nGuest,lobby,true,\n";
  g_autoptr (GPtrArray) rows = sb_token_import_parse (table, sizeof table - 1, g_get_real_time (), NULL);
  GtkWidget *page = places_show_page (test, "tokens", NULL);

  adw_dialog_present (sb_token_import_dialog_new (SB_PAGE (page), rows), page);
}

/* As a person would: a name, and Issue. */
static void
open_secret (AppTest *test)
{
  GtkWidget *page = places_show_page (test, "tokens", NULL);
  AdwDialog *dialog;
  GtkWidget *secret;

  gtk_widget_activate_action (page, "token.issue", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  dialog = app_test_dialog (test);
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW, NULL)), "Door");
  app_test_wait_until (gtk_widget_is_sensitive (adw_dialog_get_default_widget (dialog)));
  g_signal_emit_by_name (adw_dialog_get_default_widget (dialog), "clicked");
  app_test_wait_until ((secret = app_test_find (GTK_WIDGET (dialog), SB_TYPE_SECRET_PAGE, NULL)) != NULL &&
                       gtk_widget_get_mapped (secret));
}

static void
open_secret_qr (AppTest *test)
{
  GtkWidget *button, *secret;

  open_secret (test);
  secret = app_test_get (GTK_WIDGET (app_test_dialog (test)), SB_TYPE_SECRET_PAGE, NULL);
  button = app_test_get (secret, GTK_TYPE_TOGGLE_BUTTON, NULL); /* shows the token; the next its code */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  button = gtk_widget_get_next_sibling (button);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
}

static void
open_connect_qr (AppTest *test)
{
  adw_dialog_present (sb_qr_dialog_new (C_ ("how to connect", "Connect"), "ws://192.168.1.20:8080/"),
                      places_show_page (test, "overview", NULL));
}

static void
open_code (AppTest *test)
{
  GtkWidget *page = places_show_page (test, "overview", NULL);

  sb_connect_group_show_code (SB_CONNECT_GROUP (app_test_get (page, SB_TYPE_CONNECT_GROUP, NULL)));
}

static GtkWidget *
write_message (AppTest *test)
{
  GtkWidget *view = app_test_get (places_show_page (test, "broadcast", NULL), GTK_SOURCE_TYPE_VIEW, NULL);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "{\"tick\": 1}", -1);
  app_test_iterate ();
  return view;
}

static void
open_schedule (AppTest *test)
{
  GtkWidget *view = write_message (test);

  app_test_wait_until (gtk_widget_activate_action (view, "broadcast.schedule", NULL));
}

static void
open_template (AppTest *test)
{
  GtkWidget *view = write_message (test);

  app_test_wait_until (gtk_widget_activate_action (view, "broadcast.save-template", NULL));
}

static void
open_suggest (AppTest *test)
{
  GtkWidget *page = places_show_page (test, "rules", "add:/news");
  GtkWidget *editor = app_test_get (page, g_type_from_name ("SbRuleEditor"), NULL);

  app_test_wait_until (gtk_widget_activate_action (editor, "rule.suggest", NULL));
}

/* What was written into the editor before is not thrown away, so the page of rules stays as it is. */
static void
open_schemas (AppTest *test)
{
  app_test_wait_until (gtk_widget_activate_action (places_show_page (test, "rules", NULL), "rule.schemas", NULL));
}

static void
open_schema (AppTest *test)
{
  open_schemas (test);
  app_test_wait_until (app_test_dialog (test) != NULL);
  gtk_widget_activate_action (GTK_WIDGET (app_test_dialog (test)), "schemas.add", NULL);
}

/* One for each reason there is. */
static void
open_missed (AppTest *test)
{
  static const struct
  {
    const char *label;
    const char *name;
    const char *channel;
  } clients[] = {
    { "Lobby screens", "screen 3", "/screens/lobby" }, { "Lobby screens", "screen 4", "/screens/lobby" },
    { "Workshop sensors", "oven", "/lab/oven" },       { "Guest pass", NULL, "/" },
    { "Team Heron", "anna", "/teams/heron" },          { "Stage left", "curtain", "/stage/curtain" },
  };
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (SbBroadcast) broadcast = sb_broadcast_new (1, 0, "everyone", everyone, FALSE, payload);
  g_autoptr (GPtrArray) missed = sb_missed_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr (SbPeer) peer = sb_peer_new ();

      peer->token_label = g_strdup (clients[i].label);
      peer->name = g_strdup (clients[i].name);
      peer->channel = g_strdup (clients[i].channel);
      peer->address = g_strdup_printf ("192.168.1.%u", 20 + i);
      g_ptr_array_add (missed, sb_missed_new (peer, SB_MISSED_BACKLOG + i));
    }
  sb_broadcast_set_report (broadcast, 42, 34, 8, 0, 1200);
  sb_broadcast_set_missed (broadcast, missed);
  adw_dialog_present (sb_missed_dialog_new (broadcast), places_show_page (test, "broadcast", NULL));
}

static void
open_certificate (AppTest *test)
{
  GtkWidget *group;
  AdwDialog *preferences;

  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.preferences", "s", "tls-certificate");
  app_test_wait_until ((preferences = app_test_dialog (test)) != NULL);
  group = app_test_get (GTK_WIDGET (preferences), SB_TYPE_CERTIFICATE_GROUP, NULL);
  gtk_widget_activate (app_test_get (group, ADW_TYPE_BUTTON_ROW, NULL));
  app_test_wait_until (app_test_dialog (test) != preferences);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_assert_cmpint (sb_background_ask_finish (result), ==, SB_BACKGROUND_ASK);
}

static void
open_keep_running (AppTest *test)
{
  sb_background_ask_async (places_show_page (test, "overview", NULL), test->engine, asked_cb, NULL);
}

static void
open_unsaved (AppTest *test)
{
  sb_question_ask_unsaved (places_show_page (test, "overview", NULL), TRUE, "rule.save");
}

static const struct
{
  const char *name;
  const char *page;                /* NULL: the application's; with "client.", "token." and "traffic." something is chosen first */
  const char *action;
  void (*open) (AppTest *test);    /* instead of the action */
} dialogs[] = {
  { "shortcuts", NULL, "shortcuts", NULL },
  { "help", NULL, "help", NULL },
  { "about", NULL, "about", NULL },
  { "connect-qr", NULL, NULL, open_connect_qr },
  { "example-code", NULL, NULL, open_code },
  { "stop-server", "overview", "win.stop-server", NULL },
  { "send-message", "clients", "client.send", NULL },
  { "disconnect", "clients", "client.disconnect", NULL },
  { "block-address", "clients", "client.block", NULL },
  { "revoke-tokens", "clients", "client.revoke", NULL },
  { "channels", "clients", "clients.show-channels", NULL },
  { "blocked-addresses", "clients", "clients.show-blocks", NULL },
  { "send-again", "traffic", "traffic.send-again", NULL },
  { "clear-traffic", "traffic", "traffic.clear", NULL },
  { "templates", "broadcast", "broadcast.templates", NULL },
  { "save-template", NULL, NULL, open_template },
  { "schedule", NULL, NULL, open_schedule },
  { "issue-token", "tokens", "token.issue", NULL },
  { "token-secret", NULL, NULL, open_secret },
  { "token-secret-qr", NULL, NULL, open_secret_qr },
  { "edit-token", "tokens", "token.edit", NULL },
  { "rotate-token", "tokens", "token.rotate", NULL },
  { "revoke-token", "tokens", "token.revoke", NULL },
  { "delete-token", "tokens", "token.delete", NULL },
  { "import-tokens", NULL, NULL, open_import },
  { "suggest-schema", NULL, NULL, open_suggest },
  { "schemas", NULL, NULL, open_schemas },
  { "schema", NULL, NULL, open_schema },
  { "unsaved", NULL, NULL, open_unsaved },
  { "missed", NULL, NULL, open_missed },
  { "make-certificate", NULL, NULL, open_certificate },
  { "keep-running", NULL, NULL, open_keep_running },
};

static void
open_dialog (AppTest *test,
             guint    i)
{
  const char *action = dialogs[i].action;
  GtkWidget *page;

  if (dialogs[i].open != NULL)
    {
      dialogs[i].open (test);
      return;
    }
  if (dialogs[i].page == NULL)
    {
      g_action_group_activate_action (G_ACTION_GROUP (test->application), action, NULL);
      return;
    }
  if (g_str_has_prefix (action, "client."))
    select_client (test);
  else if (g_str_has_prefix (action, "traffic."))
    select_message (test);
  else if (g_str_has_prefix (action, "token."))
    select_token (test, g_str_equal (action, "token.delete"));
  page = places_show_page (test, dialogs[i].page, g_str_has_prefix (action, "traffic.") ? "rejected" : NULL);
  app_test_wait_until (gtk_widget_activate_action (page, action, NULL));
}

static void
look (AppTest    *test,
      const char *name,
      PlacesFunc  func,
      gpointer    user_data)
{
  app_test_wait_until (app_test_dialog (test) != NULL && gtk_widget_get_mapped (GTK_WIDGET (app_test_dialog (test))) &&
                       gtk_widget_get_width (GTK_WIDGET (app_test_dialog (test))) > 0);
  func (test, GTK_WIDGET (app_test_dialog (test)), name, user_data);
}

static void
close_dialogs (AppTest *test)
{
  AdwDialog *dialog;

  while ((dialog = app_test_dialog (test)) != NULL)
    {
      adw_dialog_force_close (dialog);
      app_test_wait_until (app_test_dialog (test) != dialog);
    }
}

/* Each of its pages. */
static void
look_at_preferences (AppTest   *test,
                     PlacesFunc func,
                     gpointer   user_data)
{
  static const char *const names[] = { "server", "limits" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("preferences-%s", names[i]);

      g_action_group_activate_action (G_ACTION_GROUP (test->application), "preferences", NULL);
      app_test_wait_until (app_test_dialog (test) != NULL);
      adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (app_test_dialog (test)), names[i]);
      look (test, name, func, user_data);
      close_dialogs (test);
    }
}

void
places_each_dialog (AppTest   *test,
                    PlacesFunc func,
                    gpointer   user_data)
{
  look_at_preferences (test, func, user_data);
  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      open_dialog (test, i);
      look (test, dialogs[i].name, func, user_data);
      close_dialogs (test);
    }
  places_each_of_test_client (test, func, user_data);
}

/* --- all of them --- */

void
places_walk (PlacesEach each,
             PlacesFunc func)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  guint n_faults = 0;

  app_test_start (test);
  connection = places_fill (test);
  for (guint wide = 0; wide < 2; wide++)
    {
      places_set_width (test, wide == 1);
      each (test, func, &n_faults);
    }
  g_assert_cmpuint (n_faults, ==, 0);
}
