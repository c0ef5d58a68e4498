/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "preferences/sb-preferences-dialog.h"
#include "preferences/sb-certificate-group.h"
#include "preferences/sb-origins-group.h"
#include "preferences/sb-setting-row.h"
#include "sb-app-settings.h"
#include "sb-background.h"
#include "sb-page.h"
#include "sb-server-commands.h"
#include <glib/gi18n.h>

/**
 * SbPreferencesDialog:
 *
 * Everything the server can be set to. What is changed counts at once, but for what a restart is needed for: that is
 * said, with a button.
 */
struct _SbPreferencesDialog
{
  AdwPreferencesDialog parent_instance;

  SbEngine *engine;
  SbRestartWatch *restart_watch;
  gboolean updating;

  AdwBanner *restart_banner;
  AdwComboRow *reach;
  AdwComboRow *background;
  SbCertificateGroup *certificate;
  SbOriginsGroup *origins;
};

G_DEFINE_FINAL_TYPE (SbPreferencesDialog, sb_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

/* The entries of the row that says from where the server can be reached. */
enum
{
  REACH_COMPUTER,
  REACH_NETWORK,
  REACH_ADDRESS,
};

/* The rows that show one setting as text: names of template children. */
static const char *const setting_rows[] = {
  "address", "port", "tls_certificate", "tls_key", "metrics_listen",
  "max_clients", "max_clients_per_address", "max_attempts",
  "max_message_size", "messages_per_second", "max_rejected", "max_error_replies",
  "max_backlog", "max_queued_memory",
  "max_depth", "max_members", "max_values",
  "ping_interval", "pong_timeout", "handshake_timeout", "close_timeout", "drain_timeout",
  "traffic_messages", "traffic_memory", "recently_left",
  "history_broadcasts", "history_days", "audit_entries", "audit_days",
  "lanes",
};

/* Those that are switches: the setting, and the template child. */
static const struct
{
  const char *key;
  const char *name;
} switch_rows[] = {
  { "start-on-launch", "start_on_launch" },
  { "tokens-in-url", "tokens_in_url" },
  { "allow-binary", "allow_binary" },
  { "require-json", "require_json" },
  { "compression", "compression" },
};

static GtkWidget *
get_row (SbPreferencesDialog *self,
         const char          *name)
{
  return GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (self), SB_TYPE_PREFERENCES_DIALOG, name));
}

static void
update_reach_cb (SbPreferencesDialog *self)
{
  g_autofree char *address = NULL;
  guint selected = REACH_ADDRESS;

  g_object_get (sb_engine_get_settings (self->engine), "listen-address", &address, NULL);
  if (g_strcmp0 (address, "127.0.0.1") == 0)
    selected = REACH_COMPUTER;
  else if (g_strcmp0 (address, "*") == 0)
    selected = REACH_NETWORK;
  self->updating = TRUE;
  adw_combo_row_set_selected (self->reach, selected);
  self->updating = FALSE;
  gtk_widget_set_visible (get_row (self, "address"), selected == REACH_ADDRESS);
}

static void
reach_changed_cb (SbPreferencesDialog *self)
{
  SbSettings *settings;

  if (self->updating || self->engine == NULL)
    return;
  settings = sb_engine_get_settings (self->engine);
  switch (adw_combo_row_get_selected (self->reach))
    {
    case REACH_COMPUTER:
      g_object_set (settings, "listen-address", "127.0.0.1", NULL);
      break;
    case REACH_NETWORK:
      g_object_set (settings, "listen-address", "*", NULL);
      break;
    case REACH_ADDRESS:
    default:
      /* Which one is still to be typed; until then nothing changes. */
      gtk_widget_set_visible (get_row (self, "address"), TRUE);
      gtk_widget_grab_focus (get_row (self, "address"));
      break;
    }
}

/* The window is still there to show what the desktop answers when it is closed. */
static void
background_changed_cb (SbPreferencesDialog *self)
{
  if (!self->updating)
    sb_background_set_choice ((SbBackground) adw_combo_row_get_selected (self->background));
}

static void
update_background_cb (SbPreferencesDialog *self)
{
  self->updating = TRUE;
  adw_combo_row_set_selected (self->background, sb_background_get_choice ());
  self->updating = FALSE;
}

static void
update_banner_cb (SbPreferencesDialog *self)
{
  gboolean running = sb_server_is_running (self->engine);

  adw_banner_set_title (self->restart_banner, running ? _("Some changes take effect when the server restarts.")
                                                      : _("The server is not running. Try again with these settings."));
  adw_banner_set_button_label (self->restart_banner, running ? _("_Restart") : _("_Start"));
  adw_banner_set_revealed (self->restart_banner, sb_restart_watch_get_needed (self->restart_watch));
}

static void
restart_cb (SbPreferencesDialog *self)
{
  sb_server_restart (GTK_WIDGET (self), self->engine);
}

static void
bind_settings (SbPreferencesDialog *self)
{
  SbSettings *settings = sb_engine_get_settings (self->engine);
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  for (guint i = 0; i < G_N_ELEMENTS (setting_rows); i++)
    sb_setting_row_set_settings (SB_SETTING_ROW (get_row (self, setting_rows[i])), settings);
  for (guint i = 0; i < G_N_ELEMENTS (switch_rows); i++)
    g_object_bind_property (settings, switch_rows[i].key, get_row (self, switch_rows[i].name), "active", flags);
  sb_origins_group_set_settings (self->origins, settings);

  g_signal_connect_object (settings, "notify::listen-address", G_CALLBACK (update_reach_cb), self, G_CONNECT_SWAPPED);
  update_reach_cb (self);
}

static void
sb_preferences_dialog_dispose (GObject *object)
{
  SbPreferencesDialog *self = SB_PREFERENCES_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_PREFERENCES_DIALOG);
  g_clear_object (&self->engine);
  g_clear_object (&self->restart_watch);

  G_OBJECT_CLASS (sb_preferences_dialog_parent_class)->dispose (object);
}

static void
sb_preferences_dialog_class_init (SbPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_preferences_dialog_dispose;

  g_type_ensure (SB_TYPE_CERTIFICATE_GROUP);
  g_type_ensure (SB_TYPE_ORIGINS_GROUP);
  g_type_ensure (SB_TYPE_SETTING_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, restart_banner);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, reach);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, certificate);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, background);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, origins);
  for (guint i = 0; i < G_N_ELEMENTS (setting_rows); i++)
    gtk_widget_class_bind_template_child_full (widget_class, setting_rows[i], FALSE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (switch_rows); i++)
    gtk_widget_class_bind_template_child_full (widget_class, switch_rows[i].name, FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, background_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, reach_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, restart_cb);
}

static void
sb_preferences_dialog_init (SbPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * sb_preferences_dialog_new:
 * @engine: whose settings are shown
 * @restart_watch: knows whether the server must be restarted
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_preferences_dialog_new (SbEngine       *engine,
                           SbRestartWatch *restart_watch)
{
  SbPreferencesDialog *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (SB_IS_RESTART_WATCH (restart_watch), NULL);

  self = g_object_new (SB_TYPE_PREFERENCES_DIALOG, NULL);
  self->engine = g_object_ref (engine);
  self->restart_watch = g_object_ref (restart_watch);
  bind_settings (self);
  g_signal_connect_object (restart_watch, "notify::needed", G_CALLBACK (update_banner_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_banner_cb), self, G_CONNECT_SWAPPED);
  update_banner_cb (self);
  sb_certificate_group_set_engine (self->certificate, engine);
  if (sb_app_settings_get () != NULL)
    g_signal_connect_object (sb_app_settings_get (), "changed::background", G_CALLBACK (update_background_cb), self,
                             G_CONNECT_SWAPPED);
  update_background_cb (self);
  return ADW_DIALOG (self);
}

/**
 * sb_preferences_dialog_get_row:
 * @setting: the key of a setting
 *
 * Returns: (transfer none) (nullable): what it is set with
 */
GtkWidget *
sb_preferences_dialog_get_row (SbPreferencesDialog *self,
                               const char          *setting)
{
  g_return_val_if_fail (SB_IS_PREFERENCES_DIALOG (self), NULL);
  g_return_val_if_fail (setting != NULL, NULL);

  if (g_str_equal (setting, "listen-address"))
    return GTK_WIDGET (self->reach);
  if (g_str_equal (setting, "allowed-origins"))
    return GTK_WIDGET (self->origins);
  for (guint i = 0; i < G_N_ELEMENTS (switch_rows); i++)
    if (g_str_equal (switch_rows[i].key, setting))
      return get_row (self, switch_rows[i].name);
  for (guint i = 0; i < G_N_ELEMENTS (setting_rows); i++)
    {
      g_autofree char *key = NULL;

      g_object_get (get_row (self, setting_rows[i]), "key", &key, NULL);
      if (g_str_equal (key, setting))
        return get_row (self, setting_rows[i]);
    }
  return NULL;
}

/**
 * sb_preferences_dialog_show:
 * @setting: the key of a setting: "port", "listen-address"; "" for none
 *
 * Shows the row of @setting, with the cursor in it. Call it when the dialog is presented.
 */
void
sb_preferences_dialog_show (SbPreferencesDialog *self,
                            const char          *setting)
{
  GtkWidget *row, *page;

  g_return_if_fail (SB_IS_PREFERENCES_DIALOG (self));
  g_return_if_fail (setting != NULL);

  row = sb_preferences_dialog_get_row (self, setting);
  if (row == NULL)
    return;
  page = gtk_widget_get_ancestor (row, ADW_TYPE_PREFERENCES_PAGE);
  adw_preferences_dialog_set_visible_page (ADW_PREFERENCES_DIALOG (self), ADW_PREFERENCES_PAGE (page));
  gtk_widget_grab_focus (row);
}
