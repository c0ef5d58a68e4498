/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-application"

#include "sb-application.h"
#include "control/sb-control.h"
#include "sb-about.h"
#include "sb-server-commands.h"
#include "sb-shortcuts.h"
#include "sb-trouble-window.h"
#include "sb-window.h"
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

/**
 * SbApplication:
 *
 * The program with the window. It opens the engine on the data directory, serves the control interface there, starts
 * the server when the settings say so, and shows the window; where the data can't be opened it shows why. One instance
 * a session, but for --data DIR, which is an instance of its own.
 */
struct _SbApplication
{
  AdwApplication parent_instance;

  char *data_dir;
  SbEngine *engine;
  SbControl *control;
  gboolean opening;
  gboolean quitting;
  gboolean seen; /* the window was in front once */
  guint signal_ids[2];
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
state_changed_cb (SbApplication *self)
{
  SbEngineState state = sb_engine_get_state (self->engine);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autoptr (GNotification) notification = NULL;

  if (state != SB_ENGINE_FAILED && state != SB_ENGINE_DEGRADED)
    {
      g_application_withdraw_notification (G_APPLICATION (self), "server");
      return;
    }
  /* Whoever looks at the window sees the banner; so will whoever waits for it to open. */
  if (window == NULL || gtk_window_is_active (window) || !self->seen)
    return;
  notification = g_notification_new (state == SB_ENGINE_FAILED ? _("The Server Is Not Running")
                                                               : _("The Server Needs Attention"));
  if (sb_engine_get_state_message (self->engine) != NULL)
    g_notification_set_body (notification, sb_engine_get_state_message (self->engine));
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_application_send_notification (G_APPLICATION (self), "server", notification);
}

static void
active_changed_cb (SbApplication *self,
                   GParamSpec    *pspec,
                   GtkWindow     *window)
{
  self->seen = self->seen || gtk_window_is_active (window);
}

static void
show_window (SbApplication *self)
{
  SbWindow *window = sb_window_new (GTK_APPLICATION (self), self->engine);
  gboolean start;

  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (active_changed_cb), self, G_CONNECT_SWAPPED);
  g_object_get (sb_engine_get_settings (self->engine), "start-on-launch", &start, NULL);
  if (start)
    sb_server_start (GTK_WIDGET (window), self->engine);
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
      g_signal_connect_object (self->engine, "notify::state", G_CALLBACK (state_changed_cb), self, G_CONNECT_SWAPPED);
      serve_control (self);
      show_window (self);
    }
  g_application_release (G_APPLICATION (self));
}

static void
sb_application_activate (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL)
    gtk_window_present (window);
  else if (self->engine != NULL)
    show_window (self);
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
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (self->quitting)
    return;
  if (window == NULL || self->engine == NULL || !sb_server_is_running (self->engine))
    drain_and_quit (self);
  else
    sb_server_confirm_cut (GTK_WIDGET (window), self->engine, _("Quit Signalbox?"), _("_Quit"),
                           quit_confirmed_cb, g_object_ref (self));
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
  GtkWindow *window = gtk_application_get_active_window (user_data);

  if (window != NULL)
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

static const GActionEntry actions[] = {
  { "quit", quit_cb },
  { "about", about_cb },
  { "preferences", preferences_cb },
  { "shortcuts", shortcuts_cb },
};

static void
sb_application_startup (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  G_APPLICATION_CLASS (sb_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (APPLICATION_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  sb_shortcuts_install (GTK_APPLICATION (self));

  self->signal_ids[0] = g_unix_signal_add (SIGTERM, signal_cb, self);
  self->signal_ids[1] = g_unix_signal_add (SIGINT, signal_cb, self);
}

static void
sb_application_shutdown (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_clear_handle_id (&self->signal_ids[i], g_source_remove);
  if (self->control != NULL)
    sb_control_close (self->control);
  g_clear_object (&self->control);
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

  if (g_variant_dict_lookup (options, "data", "^&ay", &data_dir))
    {
      g_free (self->data_dir);
      self->data_dir = g_canonicalize_filename (data_dir, NULL);
      g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
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
  static const GOptionEntry options[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_("Keep tokens, settings and history in DIR"), N_("DIR") },
    { NULL },
  };

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
