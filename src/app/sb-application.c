/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-application"

#include "sb-application.h"
#include "control/sb-control.h"
#include "help/sb-help-dialog.h"
#include "sb-about.h"
#include "sb-background.h"
#include "sb-frame-stats.h"
#include "sb-notifier.h"
#include "sb-server-commands.h"
#include "sb-shortcuts.h"
#include "sb-trouble-window.h"
#include "sb-window.h"
#include "trial/sb-test-token.h"
#include "trial/sb-test-window.h"
#include "watch/sb-loop-stats.h"
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdlib.h>

/**
 * SbApplication:
 *
 * The program with the window. It opens the engine on the data directory, serves the control interface there, starts
 * the server when the settings say so, and shows the window; where the data can't be opened it shows why. Where the user
 * wants it, closing the window only hides it, and the server goes on. One instance a session, but for --data DIR, which is
 * an instance of its own.
 */
struct _SbApplication
{
  AdwApplication parent_instance;

  char *data_dir;
  SbEngine *engine;
  SbControl *control;
  gboolean opening;
  gboolean quitting;
  gboolean hidden; /* started without showing the window */
  SbNotifier *notifier;
  guint signal_ids[2];
  int stats_interval; /* of --stats; s; -1: without */
  SbLoopStats *loop_stats;
  SbFrameStats *frame_stats;
};

G_DEFINE_FINAL_TYPE (SbApplication, sb_application, ADW_TYPE_APPLICATION)

/* --- opening --- */

static void
serve_control (SbApplication *self)
{
  g_autoptr (GError) error = NULL;

  self->control = sb_control_new (self->engine);
  if (!sb_control_listen (self->control, &error))
    g_warning ("signalboxctl cannot reach this window: %s", error->message);
}

static void
active_changed_cb (SbApplication *self,
                   GParamSpec    *pspec,
                   GtkWindow     *window)
{
  if (gtk_window_is_active (window))
    sb_notifier_set_armed (self->notifier);
}

/* Without --background it is shown; with it, it waits until somebody opens Signalbox again. */
static void
make_window (SbApplication *self)
{
  SbWindow *window = sb_window_new (GTK_APPLICATION (self), self->engine);
  gboolean start;

  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (active_changed_cb), self, G_CONNECT_SWAPPED);
  if (self->stats_interval >= 0)
    {
      g_clear_pointer (&self->frame_stats, sb_frame_stats_free);
      self->frame_stats = sb_frame_stats_new (GTK_WIDGET (window), self->stats_interval);
    }
  g_object_get (sb_engine_get_settings (self->engine), "start-on-launch", &start, NULL);
  if (self->hidden)
    sb_notifier_set_armed (self->notifier);
  if (start || self->hidden)
    sb_server_start (GTK_WIDGET (window), self->engine);
  if (!self->hidden)
    gtk_window_present (GTK_WINDOW (window));
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (SbApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  self->opening = FALSE;
  self->engine = sb_engine_open_finish (result, &error);
  if (self->engine == NULL)
    {
      g_info ("Could not open %s: %s", self->data_dir, error->message);
      gtk_window_present (sb_trouble_window_new (GTK_APPLICATION (self), self->data_dir, error));
    }
  else
    {
      self->notifier = sb_notifier_new (GTK_APPLICATION (self), self->engine);
      serve_control (self);
      make_window (self);
    }
  g_application_release (G_APPLICATION (self));
}

/* Not one of its test clients; where the data could not be opened, what says so. */
static GtkWindow *
get_window (SbApplication *self)
{
  SbWindow *window = sb_window_find (GTK_APPLICATION (self));

  return window != NULL ? GTK_WINDOW (window) : gtk_application_get_active_window (GTK_APPLICATION (self));
}

static void
sb_application_activate (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);
  GtkWindow *window = get_window (self);

  if (window != NULL)
    gtk_window_present (window);
  else if (self->engine != NULL)
    make_window (self);
  else
    sb_application_open_data_dir (self, self->data_dir);
}

/* --- quitting --- */

static void
quit_now (SbApplication *self)
{
  GList *windows;

  while ((windows = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (windows->data);
  g_application_quit (G_APPLICATION (self));
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (SbApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sb_engine_stop_finish (self->engine, result, &error))
    g_warning ("Could not stop the server: %s", error->message);
  quit_now (self);
}

/* Lets the clients go with a good-bye first. */
static void
drain_and_quit (SbApplication *self)
{
  if (self->quitting)
    return;
  self->quitting = TRUE;
  if (self->engine != NULL && sb_server_is_running (self->engine))
    sb_engine_stop_async (self->engine, stopped_cb, g_object_ref (self));
  else
    quit_now (self);
}

static void
quit_confirmed_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (SbApplication) self = user_data;

  if (sb_server_confirm_cut_finish (result))
    drain_and_quit (self);
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  SbApplication *self = user_data;
  GtkWindow *window = get_window (self);

  if (self->quitting)
    return;
  if (window == NULL || self->engine == NULL || !sb_server_is_running (self->engine))
    {
      drain_and_quit (self);
      return;
    }
  /* There may be a question, which nobody sees in a window that is hidden. */
  if (sb_client_list_count (sb_engine_get_clients (self->engine)) > 0)
    gtk_window_present (window);
  sb_server_confirm_cut (GTK_WIDGET (window), self->engine, _("Quit Signalbox?"), _("_Quit"), quit_confirmed_cb,
                         g_object_ref (self));
}

/* --- closing the window --- */

static void
show_status (SbApplication *self)
{
  g_autofree char *address = sb_server_dup_address (self->engine);
  /* Translators: %s is an address, as in "ws://127.0.0.1:8765" */
  g_autofree char *status = address != NULL ? g_strdup_printf (_("Serving on %s"), address)
                                            : g_strdup (_("The server is not running"));

  sb_background_set_status (status);
}

static void
permitted_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (SbApplication) self = user_data;
  GtkWidget *window = GTK_WIDGET (source);
  AdwDialog *dialog;

  if (self->quitting)
    return;
  if (sb_background_request_finish (result))
    {
      gtk_widget_set_visible (window, FALSE);
      show_status (self);
      return;
    }
  sb_background_set_choice (SB_BACKGROUND_ASK);
  dialog = adw_alert_dialog_new (_("Background Not Permitted"),
                                 _("The system does not let Signalbox run without a window. While the window is open "
                                   "the server goes on; to permit it, look for Signalbox in the settings of your "
                                   "system."));
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_dialog_present (dialog, window);
}

static void
go_to_background (SbApplication *self,
                  GtkWindow     *window)
{
  sb_background_request_async (window, permitted_cb, g_object_ref (self));
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbApplication) self = user_data;
  GtkWindow *window = get_window (self);
  SbBackground choice = sb_background_ask_finish (result);

  if (choice == SB_BACKGROUND_ASK || window == NULL)
    return;
  sb_background_set_choice (choice);
  if (choice == SB_BACKGROUND_KEEP)
    go_to_background (self, window);
  else
    drain_and_quit (self);
}

/* The server must not run on unseen but where somebody wants it to. */
static void
close_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  SbApplication *self = user_data;
  GtkWindow *window = get_window (self);
  SbBackground choice = sb_background_get_choice ();

  if (self->quitting)
    return;
  if (window == NULL || self->engine == NULL || !sb_server_is_running (self->engine) || choice == SB_BACKGROUND_QUIT)
    quit_cb (NULL, NULL, self);
  else if (choice == SB_BACKGROUND_KEEP)
    go_to_background (self, window);
  else
    sb_background_ask_async (GTK_WIDGET (window), self->engine, asked_cb, g_object_ref (self));
}

static gboolean
signal_cb (gpointer user_data)
{
  drain_and_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* --- the other actions --- */

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  SbApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  adw_dialog_present (sb_about_dialog_new (self->engine), window != NULL ? GTK_WIDGET (window) : NULL);
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  GtkWindow *window = get_window (user_data);

  if (window == NULL)
    return;
  gtk_window_present (window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.preferences", "s", "");
}

static void
shortcuts_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);

  if (window != NULL)
    adw_dialog_present (sb_shortcuts_dialog_new (), GTK_WIDGET (window));
}

static void
help_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);

  if (window != NULL)
    adw_dialog_present (sb_help_dialog_new (), GTK_WIDGET (window));
}

/* Where a click on a notification leads. */
static void
show_page_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  GtkWindow *window = get_window (user_data);

  if (window == NULL)
    return;
  gtk_window_present (window);
  gtk_widget_activate_action_variant (GTK_WIDGET (window), "win.show-page", parameter);
}

/* One more each time: two can talk to each other. */
static void
test_client_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  SbApplication *self = user_data;

  if (self->engine != NULL && !self->quitting)
    gtk_window_present (sb_test_window_new (GTK_APPLICATION (self), self->engine));
}

static const GActionEntry actions[] = {
  { "quit", quit_cb },
  { "close", close_cb },
  { "show-page", show_page_cb, "(ss)" },
  { "about", about_cb },
  { "preferences", preferences_cb },
  { "shortcuts", shortcuts_cb },
  { "help", help_cb },
  { "test-client", test_client_cb },
};

static void
sb_application_startup (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  G_APPLICATION_CLASS (sb_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (APPLICATION_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  sb_shortcuts_install (GTK_APPLICATION (self));
  if (self->stats_interval >= 0)
    self->loop_stats = sb_loop_stats_new (self->stats_interval);

  self->signal_ids[0] = g_unix_signal_add (SIGTERM, signal_cb, self);
  self->signal_ids[1] = g_unix_signal_add (SIGINT, signal_cb, self);
}

static void
sb_application_shutdown (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_clear_handle_id (&self->signal_ids[i], g_source_remove);
  g_clear_pointer (&self->frame_stats, sb_frame_stats_free);
  g_clear_pointer (&self->loop_stats, sb_loop_stats_free);
  if (self->control != NULL)
    sb_control_close (self->control);
  g_clear_object (&self->control);
  g_clear_object (&self->notifier);
  /* The windows are gone; their tokens may be on their way. */
  sb_test_token_settle ();
  if (self->engine != NULL)
    sb_engine_close (self->engine);
  g_clear_object (&self->engine);

  G_APPLICATION_CLASS (sb_application_parent_class)->shutdown (application);
}

static int
sb_application_handle_local_options (GApplication *application,
                                     GVariantDict *options)
{
  SbApplication *self = SB_APPLICATION (application);
  const char *data_dir;

  if (self->stats_interval < -1)
    {
      g_printerr ("signalbox: %s\n", _("--stats takes a number of seconds"));
      return 2;
    }
  if (g_variant_dict_lookup (options, "data", "^&ay", &data_dir))
    {
      g_free (self->data_dir);
      self->data_dir = g_canonicalize_filename (data_dir, NULL);
      g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
    }
  if (g_variant_dict_contains (options, "background"))
    {
      g_autoptr (GError) error = NULL;

      if (!g_application_register (application, NULL, &error))
        {
          g_printerr ("%s\n", error->message);
          return EXIT_FAILURE;
        }
      /* It runs already, and its window stays as it is. */
      if (g_application_get_is_remote (application))
        return EXIT_SUCCESS;
      self->hidden = TRUE;
    }
  return G_APPLICATION_CLASS (sb_application_parent_class)->handle_local_options (application, options);
}

static void
sb_application_finalize (GObject *object)
{
  g_free (SB_APPLICATION (object)->data_dir);

  G_OBJECT_CLASS (sb_application_parent_class)->finalize (object);
}

static void
sb_application_class_init (SbApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_application_finalize;
  application_class->activate = sb_application_activate;
  application_class->startup = sb_application_startup;
  application_class->shutdown = sb_application_shutdown;
  application_class->handle_local_options = sb_application_handle_local_options;
}

static void
sb_application_init (SbApplication *self)
{
  const GOptionEntry options[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_("Keep tokens, settings and history in DIR"), N_("DIR") },
    /* Not by way of the dictionary, where there is no 0. */
    { "stats", 0, 0, G_OPTION_ARG_INT, &self->stats_interval,
      N_("Say every so many seconds, and at the end, how long the main loop was busy and how far apart frames were; "
         "0: at the end only"),
      N_("SECONDS") },
    { "background", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Start the server, and no window"), NULL },
    { NULL },
  };

  self->stats_interval = -1;
  self->data_dir = g_build_filename (g_get_user_data_dir (), "signalbox", NULL);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

SbApplication *
sb_application_new (void)
{
  return g_object_new (SB_TYPE_APPLICATION,
                       "application-id", APPLICATION_ID,
                       "resource-base-path", "/org/signalbox/Signalbox",
                       "version", PACKAGE_VERSION,
                       NULL);
}

/**
 * sb_application_get_engine:
 *
 * Returns: (transfer none) (nullable): the engine, once it is open
 */
SbEngine *
sb_application_get_engine (SbApplication *self)
{
  g_return_val_if_fail (SB_IS_APPLICATION (self), NULL);

  return self->engine;
}

/**
 * sb_application_open_data_dir:
 * @data_dir: where the data is, or will be
 *
 * Opens the engine there and shows the window, or what the trouble is. Does nothing once an engine is open.
 */
void
sb_application_open_data_dir (SbApplication *self,
                              const char    *data_dir)
{
  char *copy;

  g_return_if_fail (SB_IS_APPLICATION (self));
  g_return_if_fail (data_dir != NULL);

  if (self->opening || self->engine != NULL)
    return;
  copy = g_strdup (data_dir);
  g_free (self->data_dir);
  self->data_dir = copy;
  self->opening = TRUE;
  /* No window keeps the program alive meanwhile. */
  g_application_hold (G_APPLICATION (self));
  sb_engine_open_async (self->data_dir, NULL, TRUE, opened_cb, g_object_ref (self));
}
