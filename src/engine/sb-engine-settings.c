/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Settings that change while the server runs. */

/* A slider that is dragged is one line of the trail. */
#define NOTE_DELAY_MS 1000

/* Limits act at once; address, port and lanes with the next start. */
void
sb_engine_apply_limits (SbEngine *self)
{
  SbGateLimits gate = { 0 };
  SbSessionLimits session;
  guint max_records;
  gsize max_bytes;

  sb_settings_get_traffic_limits (self->settings, &max_records, &max_bytes);
  sb_traffic_log_set_limits (self->traffic, max_records, max_bytes);
  sb_engine_apply_keeping (self);
  if (self->hub == NULL)
    return;

  sb_settings_get_gate_limits (self->settings, &gate);
  sb_settings_get_session_limits (self->settings, &session);
  sb_hub_set_gate_limits (self->hub, &gate);
  sb_hub_set_session_limits (self->hub, &session);
  sb_gate_limits_clear (&gate);
}

static gboolean
apply_cb (gpointer user_data)
{
  SbEngine *self = user_data;

  self->apply_idle = 0;
  sb_engine_apply_limits (self);

  return G_SOURCE_REMOVE;
}

/* Puts what the window changed into the trail. */
void
sb_engine_note_settings (SbEngine *self)
{
  GHashTableIter iter;
  gpointer key;

  g_clear_handle_id (&self->settings_timer, g_source_remove);
  g_hash_table_iter_init (&iter, self->changed_settings);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_autofree char *text = sb_settings_get_text (self->settings, key);

      sb_engine_note (self, SB_ACT_SETTINGS_CHANGED, "window", key, text);
      g_hash_table_iter_remove (&iter);
    }
}

static gboolean
note_cb (gpointer user_data)
{
  SbEngine *self = user_data;

  self->settings_timer = 0;
  sb_engine_note_settings (self);

  return G_SOURCE_REMOVE;
}

static void
changed_cb (GObject *settings, GParamSpec *pspec, gpointer user_data)
{
  SbEngine *self = user_data;

  if (self->apply_idle == 0 && !self->closing)
    self->apply_idle = g_idle_add (apply_cb, self);
  if (g_str_has_prefix (pspec->name, "tls-"))
    sb_engine_certificate_setting_changed (self);
  /* Saved anew by this; if that fails too, we are told again. */
  sb_engine_set_trouble (self, SB_TROUBLE_SETTINGS, NULL);

  /* Without a window, who has no name to give has only overridden the file for this run. */
  if (self->settings_actor != NULL || !self->window)
    return;

  g_hash_table_add (self->changed_settings, g_strdup (pspec->name));
  g_clear_handle_id (&self->settings_timer, g_source_remove);
  self->settings_timer = g_timeout_add (NOTE_DELAY_MS, note_cb, self);
}

static void
save_failed_cb (SbSettings *settings, const char *message, gpointer user_data)
{
  SbEngine *self = user_data;

  g_set_str (&self->settings_failure, message);
  sb_engine_set_trouble (self, SB_TROUBLE_SETTINGS, message);
}

void
sb_engine_watch_settings (SbEngine *self)
{
  g_signal_connect_object (self->settings, "notify", G_CALLBACK (changed_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (self->settings, "save-failed", G_CALLBACK (save_failed_cb), self, G_CONNECT_DEFAULT);
}

/* Takes over one setting that was checked. Returns what the trail says of it, NULL where it was so before. */
static char *
change_one (SbEngine *self, const char *key, const char *text)
{
  g_autofree char *before = sb_settings_get_text (self->settings, key);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  if (!sb_settings_set_text (self->settings, key, text, &error))
    g_critical ("“%s” passed the check, and was refused then: %s", key, error->message);
  after = sb_settings_get_text (self->settings, key);

  return strcmp (before, after) != 0 ? g_strdup_printf ("%s → %s", before, after) : NULL;
}

/* A command that was answered has to survive what comes next: this one write is waited for, here, where a person gave
 * one order. */
static gboolean
save_now (SbEngine *self, GError **error)
{
  g_clear_pointer (&self->settings_failure, g_free);
  sb_settings_flush (self->settings);
  /* In force before anything that the caller does next. */
  sb_engine_apply_limits (self);
  if (self->settings_failure == NULL)
    return TRUE;

  g_set_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_FILE, _("The setting acts now, but could not be saved: %s"),
               self->settings_failure);

  return FALSE;
}

static gboolean
check_all (SbEngine *self, GHashTable *texts, GError **error)
{
  GHashTableIter iter;
  gpointer key, text;

  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, &key, &text))
    if (!sb_settings_check_text (self->settings, key, text, error))
      return FALSE;

  return TRUE;
}

/* Takes over what was checked, and has the command wait until it is on disk, in the trail and in force. FALSE: it could
 * not be saved, which the command then says. */
gboolean
sb_command_change_settings (SbCommand *command, GHashTable *texts)
{
  SbEngine *self = command->engine;
  GHashTableIter iter;
  gpointer key, text;
  GError *error = NULL;
  gboolean of_certificate = FALSE;

  self->settings_actor = command->actor;
  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, &key, &text))
    {
      g_autofree char *detail = change_one (self, key, text);

      if (detail != NULL)
        sb_command_audit (command, SB_ACT_SETTINGS_CHANGED, key, detail);
      of_certificate |= g_str_has_prefix (key, "tls-");
    }
  if (!save_now (self, &error))
    sb_command_fail (command, g_steal_pointer (&error));
  self->settings_actor = NULL;

  if (of_certificate)
    sb_command_await_certificate (command);
  if (self->hub != NULL)
    {
      sb_command_hold (command);
      sb_hub_fence (self->hub, sb_command_hub_done_cb, command);
    }

  return command->error == NULL;
}

void
sb_engine_change_settings_async (SbEngine *self, const char *actor, GHashTable *texts, GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  SbCommand *command;
  GError *error = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (texts != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL && !check_all (self, texts, &error))
    sb_command_fail (command, error);
  else if (command->error == NULL)
    sb_command_change_settings (command, texts);
  sb_command_release (command);
}
