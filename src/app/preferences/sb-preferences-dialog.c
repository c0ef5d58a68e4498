/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "preferences/sb-preferences-dialog.h"
#include "preferences/sb-origins-group.h"
#include "preferences/sb-setting-row.h"
#include "sb-page.h"
#include "sb-server-commands.h"
#include "widgets/sb-format.h"
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
  AdwSwitchRow *start_on_launch;
  AdwSwitchRow *tokens_in_url;
  AdwSwitchRow *allow_binary;
  AdwActionRow *certificate_row;
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
  "address", "port", "tls_certificate", "tls_key",
  "max_clients", "max_clients_per_address", "max_attempts",
  "max_message_size", "messages_per_second", "max_rejected", "max_backlog",
  "max_depth", "max_members", "max_values",
  "ping_interval", "pong_timeout", "handshake_timeout", "close_timeout",
  "lanes",
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

static void
update_certificate_cb (SbPreferencesDialog *self)
{
  GTlsCertificate *certificate = sb_engine_get_certificate (self->engine);
  g_autoptr (GDateTime) end = certificate != NULL ? g_tls_certificate_get_not_valid_after (certificate) : NULL;
  g_autofree char *date = end != NULL ? sb_format_date_time (g_date_time_to_unix_usec (end)) : NULL;
  g_autofree char *text = date != NULL ? g_strdup_printf (_("Valid until %s"), date) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->certificate_row), text != NULL);
  if (text != NULL)
    adw_action_row_set_subtitle (self->certificate_row, text);
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
  g_object_bind_property (settings, "start-on-launch", self->start_on_launch, "active", flags);
  g_object_bind_property (settings, "tokens-in-url", self->tokens_in_url, "active", flags);
  g_object_bind_property (settings, "allow-binary", self->allow_binary, "active", flags);
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

  g_type_ensure (SB_TYPE_ORIGINS_GROUP);
  g_type_ensure (SB_TYPE_SETTING_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, restart_banner);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, reach);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, start_on_launch);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, tokens_in_url);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, allow_binary);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, certificate_row);
  gtk_widget_class_bind_template_child (widget_class, SbPreferencesDialog, origins);
  for (guint i = 0; i < G_N_ELEMENTS (setting_rows); i++)
    gtk_widget_class_bind_template_child_full (widget_class, setting_rows[i], FALSE, 0);
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
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_certificate_cb), self, G_CONNECT_SWAPPED);
  update_banner_cb (self);
  update_certificate_cb (self);
  return ADW_DIALOG (self);
}

/**
 * sb_preferences_dialog_show:
 * @setting: the key of a setting: "port", "listen-address"; "" for none
 *
 * Puts the cursor into the row of @setting. Call it when the dialog is presented.
 */
void
sb_preferences_dialog_show (SbPreferencesDialog *self,
                            const char          *setting)
{
  g_return_if_fail (SB_IS_PREFERENCES_DIALOG (self));
  g_return_if_fail (setting != NULL);

  if (g_str_equal (setting, "listen-address"))
    gtk_widget_grab_focus (GTK_WIDGET (self->reach));
  for (guint i = 0; i < G_N_ELEMENTS (setting_rows); i++)
    {
      g_autofree char *key = NULL;

      g_object_get (get_row (self, setting_rows[i]), "key", &key, NULL);
      if (g_str_equal (key, setting) && !g_str_equal (setting, "listen-address"))
        gtk_widget_grab_focus (get_row (self, setting_rows[i]));
    }
}
