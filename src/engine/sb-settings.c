/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sb-settings"
#include "config.h"

#include "sb-settings.h"

#include "sb-setting.h"
#include "sb-settings-file.h"

#include <glib/gi18n-lib.h>

#define SAVE_DELAY 200 /* ms: a slider that is dragged is saved once */

/* One setting as it stands. */
typedef struct
{
  GValue value;
  char *saved;         /* what the file says of it, or is to say; NULL: nothing */
  gboolean changed;    /* @saved is not in the file yet */
  gboolean overridden; /* @value is for this run only */
} Slot;

/* A save under way: made on the main thread, done on a thread of its own, taken back by the main thread. */
typedef struct
{
  char *path;
  GPtrArray *lines; /* of SbSettingsLine */
  GMainContext *context;
  GSource *done; /* attached by the thread when it is through */
  GError *error;
} Save;

struct _SbSettings
{
  GObject parent_instance;

  char *path;
  Slot slots[SB_N_SETTINGS]; /* by SbSettingId; the first is unused */
  GSource *timer;            /* a save is waiting */
  GThread *writer;           /* a save is under way: @save */
  Save *save;
};

enum
{
  SAVE_FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];
static GParamSpec *properties[SB_N_SETTINGS];

G_DEFINE_QUARK (sb-settings-error-quark, sb_settings_error)
G_DEFINE_FINAL_TYPE (SbSettings, sb_settings, G_TYPE_OBJECT)

/* --- saving --- */

static void schedule_save (SbSettings *self);

static void
save_free (Save *save)
{
  g_source_destroy (save->done);
  g_source_unref (save->done);
  g_main_context_unref (save->context);
  g_ptr_array_unref (save->lines);
  g_clear_error (&save->error);
  g_free (save->path);
  g_free (save);
}

static gpointer
save_thread (gpointer data)
{
  Save *save = data;

  sb_settings_file_write (save->path, save->lines, &save->error);
  g_source_attach (save->done, save->context);
  return NULL;
}

/* What was written is in the file, unless it was changed again meanwhile. */
static void
mark_written (SbSettings *self, GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const SbSettingsLine *line = g_ptr_array_index (lines, i);
      SbSettingId id;

      sb_setting_find (line->key, &id);
      if (g_strcmp0 (self->slots[id].saved, line->text) == 0)
        self->slots[id].changed = FALSE;
    }
}

/* Waits for the thread, which is through or soon will be. */
static void
finish_save (SbSettings *self)
{
  Save *save = g_steal_pointer (&self->save);

  g_thread_join (g_steal_pointer (&self->writer));
  if (save->error == NULL)
    mark_written (self, save->lines);
  else
    g_signal_emit (self, signals[SAVE_FAILED], 0, save->error->message);
  save_free (save);
}

/* Only what changed while the thread wrote is left to save; what failed waits for the next change, or the flush. */
static gboolean
save_done_cb (gpointer user_data)
{
  g_autoptr (SbSettings) self = g_object_ref (SB_SETTINGS (user_data));

  finish_save (self);
  return G_SOURCE_REMOVE;
}

static void
begin_save (SbSettings *self)
{
  Save *save;
  gboolean anything = FALSE;

  g_assert (self->writer == NULL);

  save = g_new0 (Save, 1);
  save->path = g_strdup (self->path);
  save->context = g_main_context_ref_thread_default ();
  save->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_settings_line_free);
  save->done = g_idle_source_new ();
  g_source_set_static_name (save->done, "sb-settings saved");
  g_source_set_priority (save->done, G_PRIORITY_DEFAULT);
  g_source_set_callback (save->done, save_done_cb, self, NULL);

  for (guint id = 1; id < SB_N_SETTINGS; id++)
    {
      const Slot *slot = &self->slots[id];
      SbSettingsLine *line;

      if (slot->saved == NULL)
        continue;
      line = g_new0 (SbSettingsLine, 1);
      line->key = g_strdup (sb_setting_get (id)->key);
      line->text = g_strdup (slot->saved);
      line->is_new = slot->changed;
      anything |= slot->changed;
      g_ptr_array_add (save->lines, line);
    }

  if (!anything)
    {
      save_free (save);
      return;
    }
  self->save = save;
  self->writer = g_thread_new ("sb-settings", save_thread, save);
}

static void
clear_timer (SbSettings *self)
{
  if (self->timer == NULL)
    return;

  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static gboolean
timer_cb (gpointer user_data)
{
  SbSettings *self = SB_SETTINGS (user_data);

  clear_timer (self);
  if (self->writer != NULL)
    schedule_save (self);
  else
    begin_save (self);
  return G_SOURCE_REMOVE;
}

/* The time runs from the first change, so that one who keeps changing things is saved as well. */
static void
schedule_save (SbSettings *self)
{
  g_autoptr (GMainContext) context = NULL;

  if (self->timer != NULL)
    return;

  context = g_main_context_ref_thread_default ();
  self->timer = g_timeout_source_new (SAVE_DELAY);
  g_source_set_static_name (self->timer, "sb-settings save");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, context);
}

/**
 * sb_settings_flush:
 *
 * Writes what is waiting, and returns when it is on the disk, or after "save-failed".
 */
void
sb_settings_flush (SbSettings *self)
{
  g_return_if_fail (SB_IS_SETTINGS (self));

  clear_timer (self);
  if (self->writer != NULL)
    finish_save (self);
  begin_save (self);
  if (self->writer != NULL)
    finish_save (self);
}

/* --- values --- */

/* Takes over what @canonical holds. Returns whether that is something else. */
static gboolean
take_value (SbSettings *self, SbSettingId id, GValue *canonical)
{
  const SbSetting *setting = sb_setting_get (id);
  g_autofree char *before = sb_setting_to_text (setting, &self->slots[id].value);
  g_autofree char *after = sb_setting_to_text (setting, canonical);

  if (g_str_equal (before, after))
    {
      g_value_unset (canonical);
      return FALSE;
    }

  g_value_unset (&self->slots[id].value);
  self->slots[id].value = *canonical;
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
  return TRUE;
}

/* Notes that the file is to say what the value is now. */
static void
keep_value (SbSettings *self, SbSettingId id)
{
  Slot *slot = &self->slots[id];
  g_autofree char *text = sb_setting_to_text (sb_setting_get (id), &slot->value);

  if (g_strcmp0 (slot->saved, text) == 0 && !slot->changed)
    return;

  g_set_str (&slot->saved, text);
  slot->changed = TRUE;
  schedule_save (self);
}

static const SbSetting *
find (const char *key, SbSettingId *id, GError **error)
{
  const SbSetting *setting = sb_setting_find (key, id);

  if (setting == NULL)
    g_set_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_UNKNOWN_KEY, _("There is no setting “%s”"), key);
  return setting;
}

static void
sb_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SbSettings *self = SB_SETTINGS (object);

  if (id == 0 || id >= SB_N_SETTINGS)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else
    g_value_copy (&self->slots[id].value, value);
}

static void
sb_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SbSettings *self = SB_SETTINGS (object);
  g_autoptr (GError) error = NULL;
  GValue canonical = G_VALUE_INIT;

  if (id == 0 || id >= SB_N_SETTINGS)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }

  /* As with a number out of range: who sets a property sets what is right. Texts of people go through
   * sb_settings_set_text(). */
  if (!sb_setting_check (sb_setting_get (id), value, &canonical, &error))
    {
      g_critical ("%s", error->message);
      return;
    }

  if (take_value (self, id, &canonical) && !self->slots[id].overridden)
    keep_value (self, id);
}

static void
sb_settings_dispose (GObject *object)
{
  sb_settings_flush (SB_SETTINGS (object));

  G_OBJECT_CLASS (sb_settings_parent_class)->dispose (object);
}

static void
sb_settings_finalize (GObject *object)
{
  SbSettings *self = SB_SETTINGS (object);

  for (guint id = 1; id < SB_N_SETTINGS; id++)
    {
      g_value_unset (&self->slots[id].value);
      g_free (self->slots[id].saved);
    }
  g_free (self->path);

  G_OBJECT_CLASS (sb_settings_parent_class)->finalize (object);
}

static void
sb_settings_class_init (SbSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_settings_dispose;
  object_class->finalize = sb_settings_finalize;
  object_class->get_property = sb_settings_get_property;
  object_class->set_property = sb_settings_set_property;

  for (guint id = 1; id < SB_N_SETTINGS; id++)
    properties[id] = sb_setting_make_pspec (sb_setting_get (id));
  g_object_class_install_properties (object_class, SB_N_SETTINGS, properties);

  /**
   * SbSettings::save-failed:
   * @message: why, for a person
   *
   * The settings are as they were set, but the file is not. It is tried again with the next change.
   */
  signals[SAVE_FAILED] = g_signal_new ("save-failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_settings_init (SbSettings *self)
{
  for (guint id = 1; id < SB_N_SETTINGS; id++)
    sb_setting_init_value (sb_setting_get (id), &self->slots[id].value);
}

/* --- loading --- */

static gboolean
load_key (SbSettings *self, GKeyFile *file, SbSettingId id, GError **error)
{
  const SbSetting *setting = sb_setting_get (id);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;
  GValue canonical = G_VALUE_INIT;

  if (!g_key_file_has_key (file, SB_SETTINGS_GROUP, setting->key, NULL))
    return TRUE;

  text = g_key_file_get_string (file, SB_SETTINGS_GROUP, setting->key, &local_error);
  if (text != NULL && sb_setting_parse (setting, text, &canonical, &local_error))
    {
      take_value (self, id, &canonical);
      self->slots[id].saved = g_steal_pointer (&text);
      return TRUE;
    }

  /* Ours begins with the key already; the key file's own speaks of bytes that are no text. */
  if (local_error->domain == SB_SETTINGS_ERROR)
    /* Translators: a file, and what is wrong in it */
    g_set_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE, _("In “%s”, %s"), self->path, local_error->message);
  else
    /* Translators: a file, a setting in it, and what is wrong with that */
    g_set_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_VALUE, _("In “%s”, “%s”: %s"), self->path, setting->key,
                 local_error->message);
  return FALSE;
}

SbSettings *
sb_settings_load (const char *path, GError **error)
{
  g_autoptr (SbSettings) self = NULL;
  g_autoptr (GKeyFile) file = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  file = sb_settings_file_read (path, error);
  if (file == NULL)
    return NULL;

  self = g_object_new (SB_TYPE_SETTINGS, NULL);
  self->path = g_canonicalize_filename (path, NULL);
  for (guint id = 1; id < SB_N_SETTINGS; id++)
    {
      if (!load_key (self, file, id, error))
        return NULL;
    }

  return g_steal_pointer (&self);
}

/* --- texts --- */

gboolean
sb_settings_override (SbSettings *self, const char *key, const char *text, GError **error)
{
  const SbSetting *setting;
  GValue canonical = G_VALUE_INIT;
  SbSettingId id;

  g_return_val_if_fail (SB_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (key != NULL && text != NULL, FALSE);

  setting = find (key, &id, error);
  if (setting == NULL || !sb_setting_parse (setting, text, &canonical, error))
    return FALSE;

  self->slots[id].overridden = TRUE;
  take_value (self, id, &canonical);
  return TRUE;
}

/**
 * sb_settings_set_text:
 *
 * What is set so is meant to last: it is saved even where the setting was overridden for this run, and that is over
 * then.
 */
gboolean
sb_settings_set_text (SbSettings *self, const char *key, const char *text, GError **error)
{
  const SbSetting *setting;
  GValue canonical = G_VALUE_INIT;
  SbSettingId id;

  g_return_val_if_fail (SB_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (key != NULL && text != NULL, FALSE);

  setting = find (key, &id, error);
  if (setting == NULL || !sb_setting_parse (setting, text, &canonical, error))
    return FALSE;

  self->slots[id].overridden = FALSE;
  take_value (self, id, &canonical);
  keep_value (self, id);
  return TRUE;
}

gboolean
sb_settings_check_text (SbSettings *self, const char *key, const char *text, GError **error)
{
  const SbSetting *setting;
  g_auto (GValue) canonical = G_VALUE_INIT;
  SbSettingId id;

  g_return_val_if_fail (SB_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (key != NULL && text != NULL, FALSE);

  setting = find (key, &id, error);
  return setting != NULL && sb_setting_parse (setting, text, &canonical, error);
}

/**
 * sb_settings_get_text:
 *
 * Returns: (transfer full) (nullable): the value as text; %NULL for a key there is not
 */
char *
sb_settings_get_text (SbSettings *self, const char *key)
{
  const SbSetting *setting;
  SbSettingId id;

  g_return_val_if_fail (SB_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  setting = sb_setting_find (key, &id);
  return setting != NULL ? sb_setting_to_text (setting, &self->slots[id].value) : NULL;
}

/**
 * sb_settings_list_keys:
 *
 * Returns: (transfer full): every key
 */
char **
sb_settings_list_keys (SbSettings *self)
{
  char **keys;

  g_return_val_if_fail (SB_IS_SETTINGS (self), NULL);

  keys = g_new0 (char *, SB_N_SETTINGS);
  for (guint id = 1; id < SB_N_SETTINGS; id++)
    keys[id - 1] = g_strdup (sb_setting_get (id)->key);

  return keys;
}

/* --- for the engine --- */

static guint
get_uint (SbSettings *self, SbSettingId id)
{
  return g_value_get_uint (&self->slots[id].value);
}

static gboolean
get_boolean (SbSettings *self, SbSettingId id)
{
  return g_value_get_boolean (&self->slots[id].value);
}

/**
 * sb_settings_get_gate_limits:
 * @limits: (out caller-allocates): filled as a whole; clear it with sb_gate_limits_clear()
 */
void
sb_settings_get_gate_limits (SbSettings *self, SbGateLimits *limits)
{
  g_return_if_fail (SB_IS_SETTINGS (self));
  g_return_if_fail (limits != NULL);

  *limits = (SbGateLimits) {
    .origins = g_value_dup_boxed (&self->slots[SB_SETTING_ALLOWED_ORIGINS].value),
    .tokens_in_url = get_boolean (self, SB_SETTING_TOKENS_IN_URL),
    .max_clients = get_uint (self, SB_SETTING_MAX_CLIENTS),
    .max_clients_per_address = get_uint (self, SB_SETTING_MAX_CLIENTS_PER_ADDRESS),
    .max_attempts = get_uint (self, SB_SETTING_MAX_ATTEMPTS),
  };
}

/**
 * sb_settings_get_session_limits:
 * @limits: (out caller-allocates): filled as a whole
 */
void
sb_settings_get_session_limits (SbSettings *self, SbSessionLimits *limits)
{
  g_return_if_fail (SB_IS_SETTINGS (self));
  g_return_if_fail (limits != NULL);

  sb_session_limits_init (limits); /* for what can't be set */
  limits->json.max_depth = get_uint (self, SB_SETTING_MAX_DEPTH);
  limits->json.max_members = get_uint (self, SB_SETTING_MAX_MEMBERS);
  limits->json.max_values = get_uint (self, SB_SETTING_MAX_VALUES);
  limits->json.max_string = get_uint (self, SB_SETTING_MAX_MESSAGE_SIZE); /* a string may fill its message */
  limits->max_message = get_uint (self, SB_SETTING_MAX_MESSAGE_SIZE);
  limits->max_backlog = get_uint (self, SB_SETTING_MAX_BACKLOG);
  limits->max_queued_memory = get_uint (self, SB_SETTING_MAX_QUEUED_MEMORY);
  limits->max_error_replies = get_uint (self, SB_SETTING_MAX_ERROR_REPLIES);
  limits->max_rejected = get_uint (self, SB_SETTING_MAX_REJECTED);
  limits->messages_per_second = get_uint (self, SB_SETTING_MESSAGES_PER_SECOND);
  limits->allow_binary = get_boolean (self, SB_SETTING_ALLOW_BINARY);
  limits->require_json = get_boolean (self, SB_SETTING_REQUIRE_JSON);
  limits->compression = get_boolean (self, SB_SETTING_COMPRESSION);
  limits->ping_interval = get_uint (self, SB_SETTING_PING_INTERVAL);
  limits->pong_timeout = get_uint (self, SB_SETTING_PONG_TIMEOUT);
  limits->handshake_timeout = get_uint (self, SB_SETTING_HANDSHAKE_TIMEOUT);
  limits->close_timeout = get_uint (self, SB_SETTING_CLOSE_TIMEOUT);
}

/* What the traffic log may keep: for sb_traffic_log_set_limits(). */
void
sb_settings_get_traffic_limits (SbSettings *self, guint *max_records, gsize *max_bytes)
{
  g_return_if_fail (SB_IS_SETTINGS (self));

  *max_records = get_uint (self, SB_SETTING_TRAFFIC_MESSAGES);
  *max_bytes = get_uint (self, SB_SETTING_TRAFFIC_MEMORY);
}

/**
 * sb_settings_get_keeping:
 * @keeping: (out caller-allocates): filled as a whole
 */
void
sb_settings_get_keeping (SbSettings *self, SbKeeping *keeping)
{
  g_return_if_fail (SB_IS_SETTINGS (self));
  g_return_if_fail (keeping != NULL);

  keeping->audit_entries = get_uint (self, SB_SETTING_AUDIT_ENTRIES);
  keeping->audit_days = get_uint (self, SB_SETTING_AUDIT_DAYS);
  keeping->broadcasts = get_uint (self, SB_SETTING_HISTORY_BROADCASTS);
  keeping->broadcast_days = get_uint (self, SB_SETTING_HISTORY_DAYS);
  keeping->recently_left = get_uint (self, SB_SETTING_RECENTLY_LEFT);
}
