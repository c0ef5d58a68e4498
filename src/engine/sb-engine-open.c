/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "sb-clock.h"
#include "store/sb-block-store.h"
#include "store/sb-broadcast-store.h"
#include "store/sb-journal-store.h"
#include "store/sb-retained-store.h"
#include "store/sb-schedule-store.h"
#include "store/sb-template-store.h"
#include "store/sb-token-store.h"

/* How an engine opens: the directory is locked, then everything in it is read, one after the other. */

#define DATABASE_NAME "signalbox.db"
#define SETTINGS_NAME "settings.ini"

typedef struct
{
  char *data_dir;
  char *settings_file;
  gboolean window;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_free (opening->data_dir);
  g_free (opening->settings_file);
  g_free (opening);
}

static SbEngine *
opening_get_engine (GTask *task)
{
  return g_object_get_data (G_OBJECT (task), "engine");
}

static void
opening_fail (GTask *task, GError *error)
{
  SbEngine *self = opening_get_engine (task);

  /* Nothing is running yet: to be let go of before the caller tries again. */
  sb_engine_close (self);
  g_task_return_error (task, error);
}

static void
rules_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  GError *error = NULL;

  if (!sb_engine_load_rules_finish (self, result, &error))
    {
      opening_fail (task, error);
      return;
    }

  sb_engine_start_timers (self);
  g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

static void
retained_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  g_autoptr (GPtrArray) loaded = NULL;
  GError *error = NULL;

  loaded = sb_retained_store_load_finish (SB_DATABASE (source), result, &error);
  if (loaded == NULL)
    {
      opening_fail (task, error);
      return;
    }

  sb_engine_load_retained (self, loaded);
  sb_engine_load_rules_async (self, rules_loaded_cb, g_steal_pointer (&task));
}

static void
schedules_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  g_autoptr (GPtrArray) loaded = NULL;
  GError *error = NULL;

  loaded = sb_schedule_store_load_finish (SB_DATABASE (source), result, &error);
  if (loaded == NULL)
    {
      opening_fail (task, error);
      return;
    }

  sb_engine_load_schedules (self, loaded);
  sb_retained_store_load_async (self->database, retained_loaded_cb, g_steal_pointer (&task));
}

static void
templates_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  g_autoptr (GPtrArray) loaded = NULL;
  GError *error = NULL;

  loaded = sb_template_store_load_finish (SB_DATABASE (source), result, &error);
  if (loaded == NULL)
    {
      opening_fail (task, error);
      return;
    }

  sb_engine_load_templates (self, loaded);
  sb_schedule_store_load_async (self->database, schedules_loaded_cb, g_steal_pointer (&task));
}

static void
broadcasts_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  g_autoptr (GPtrArray) loaded = NULL;
  GError *error = NULL;

  loaded = sb_broadcast_store_load_finish (SB_DATABASE (source), result, &error);
  if (loaded == NULL)
    {
      opening_fail (task, error);
      return;
    }

  g_list_store_splice (self->broadcasts, 0, 0, loaded->pdata, loaded->len);
  sb_template_store_load_async (self->database, templates_loaded_cb, g_steal_pointer (&task));
}

static void
blocks_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  g_autoptr (GPtrArray) loaded = NULL;
  GError *error = NULL;

  loaded = sb_block_store_load_finish (SB_DATABASE (source), result, &error);
  if (loaded == NULL)
    {
      opening_fail (task, error);
      return;
    }

  sb_engine_load_blocks (self, loaded);
  sb_broadcast_store_load_async (self->database, self->keeping.broadcasts, broadcasts_loaded_cb,
                                 g_steal_pointer (&task));
}

static void
journal_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  g_autoptr (GPtrArray) loaded = NULL;
  GError *error = NULL;

  loaded = sb_journal_store_load_finish (SB_DATABASE (source), result, &error);
  if (loaded == NULL)
    {
      opening_fail (task, error);
      return;
    }

  sb_journal_load (self->journal, loaded);
  sb_block_store_load_async (self->database, sb_clock_get_real (), blocks_loaded_cb, g_steal_pointer (&task));
}

static void
tokens_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  g_autoptr (GPtrArray) loaded = NULL;
  GError *error = NULL;

  loaded = sb_token_store_load_finish (SB_DATABASE (source), result, &error);
  if (loaded == NULL)
    {
      opening_fail (task, error);
      return;
    }

  for (guint i = 0; i < loaded->len; i++)
    {
      const SbStoredToken *stored = g_ptr_array_index (loaded, i);

      sb_engine_load_token (self, stored->token);
      if (stored->last_used != 0)
        sb_token_list_set_used (self->tokens, stored->token->id, stored->last_used, stored->last_address);
    }
  /* One more than is shown, to know whether there is more. */
  sb_journal_store_load_async (self->database, G_MAXINT64, NULL, SB_JOURNAL_SHOWN + 1, journal_loaded_cb,
                               g_steal_pointer (&task));
}

static void
database_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = opening_get_engine (task);
  GError *error = NULL;

  self->database = sb_database_open_finish (result, &error);
  if (self->database == NULL)
    {
      opening_fail (task, error);
      return;
    }

  self->audit = sb_audit_new (self->database, self->journal, sb_engine_audit_trouble_cb, self);
  /* Done before anything is read. */
  sb_engine_apply_keeping (self);
  sb_token_store_load_async (self->database, tokens_loaded_cb, g_steal_pointer (&task));
}

static void
locked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Opening *opening = g_task_get_task_data (task);
  SbEngine *self = opening_get_engine (task);
  g_autofree char *settings_file = NULL;
  g_autofree char *database_file = NULL;
  GError *error = NULL;

  self->dir = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->dir == NULL)
    {
      opening_fail (task, error);
      return;
    }

  self->data_dir = g_strdup (sb_data_dir_get_path (self->dir));
  settings_file = opening->settings_file != NULL ? g_strdup (opening->settings_file)
                                                 : sb_data_dir_dup_file (self->dir, SETTINGS_NAME);
  self->settings = sb_settings_load (settings_file, &error);
  if (self->settings == NULL)
    {
      opening_fail (task, error);
      return;
    }
  sb_engine_watch_settings (self);

  database_file = sb_data_dir_dup_file (self->dir, DATABASE_NAME);
  sb_database_open_async (database_file, NULL, database_opened_cb, g_steal_pointer (&task));
}

static void
lock_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const char *path = task_data;
  GError *error = NULL;
  SbDataDir *dir = sb_data_dir_lock (path, &error);

  if (dir != NULL)
    g_task_return_pointer (task, dir, (GDestroyNotify) sb_data_dir_unlock);
  else
    g_task_return_error (task, error);
}

void
sb_engine_open_async (const char *data_dir, const char *settings_file, gboolean window, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) locking = NULL;
  GTask *task;
  Opening *opening;
  SbEngine *self;

  g_return_if_fail (data_dir != NULL);

  task = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_source_tag (task, sb_engine_open_async);
  opening = g_new0 (Opening, 1);
  opening->data_dir = g_strdup (data_dir);
  opening->settings_file = g_strdup (settings_file);
  opening->window = window;
  g_task_set_task_data (task, opening, opening_free);

  self = g_object_new (SB_TYPE_ENGINE, NULL);
  self->window = window;
  g_object_set_data_full (G_OBJECT (task), "engine", self, g_object_unref);

  locking = g_task_new (NULL, NULL, locked_cb, task);
  g_task_set_task_data (locking, g_strdup (data_dir), g_free);
  g_task_run_in_thread (locking, lock_in_thread);
}

SbEngine *
sb_engine_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
