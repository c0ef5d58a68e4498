/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-application.h"
#include "sb-server-commands.h"
#include "sb-window.h"
#include "snap.h"
#include <glib/gstdio.h>

/* snap-window --data DIR --out DIR [--clients N] [--seconds N]: opens the window on DIR with its server started,
 * says on stdout where it listens, waits until N clients are connected and then N seconds, draws every page in both
 * styles, and one narrow, and ends. */

static char *data_dir;
static char *out_dir;
static int n_clients;
static int n_seconds = 2;
static int status;

static const char *const pages[] = { "overview", "clients", "traffic", "broadcast", "tokens", "audit" };

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
  run_for (1200 * G_TIME_SPAN_MILLISECOND);
  if (!snap_to_png (GTK_WIDGET (window), path, &error))
    {
      g_printerr ("%s\n", error->message);
      status = 1;
    }
}

static gboolean
work_cb (gpointer user_data)
{
  GApplication *application = user_data;
  SbEngine *engine = sb_application_get_engine (SB_APPLICATION (application));
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  AdwStyleManager *style = adw_style_manager_get_default ();
  g_auto (GStrv) uris = NULL;

  if (engine == NULL || window == NULL)
    return G_SOURCE_CONTINUE;
  if (!sb_server_is_running (engine))
    sb_server_start (GTK_WIDGET (window), engine);
  uris = sb_engine_dup_uris (engine);
  if (uris != NULL && uris[0] != NULL)
    g_print ("listening on %s\n", uris[0]);
  while (sb_client_list_count (sb_engine_get_clients (engine)) < (guint) n_clients)
    g_main_context_iteration (NULL, TRUE);
  run_for (n_seconds * G_TIME_SPAN_SECOND);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
      snap (window, pages[i], "light");
      adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
      snap (window, pages[i], "dark");
    }
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  gtk_window_set_default_size (window, 370, 730);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    snap (window, pages[i], "narrow");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle-sidebar", NULL);
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
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (SbApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  char *arguments[] = { argv[0], (char *) "--data", NULL, NULL };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || data_dir == NULL || out_dir == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "--data DIR and --out DIR are needed");
      return 2;
    }
  g_mkdir_with_parents (out_dir, 0777);
  arguments[2] = data_dir;
  application = sb_application_new ();
  g_timeout_add (50, tick_cb, NULL);
  g_timeout_add (200, work_cb, application);
  return g_application_run (G_APPLICATION (application), 3, arguments) || status;
}
