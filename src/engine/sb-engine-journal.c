/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine-private.h"
#include "store/sb-journal-store.h"

/* Of the audit trail: what is on disk only. */

#define PAGE 1000

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = g_task_get_source_object (task);
  g_autoptr (GPtrArray) entries = NULL;
  gboolean has_older;
  GError *error = NULL;

  self->loading_older = FALSE;
  entries = sb_journal_store_load_finish (SB_DATABASE (source), result, &error);
  if (entries == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  has_older = entries->len > PAGE;
  g_ptr_array_set_size (entries, (int) MIN (entries->len, PAGE));
  sb_journal_append (self->journal, entries, has_older);
  g_task_return_boolean (task, TRUE);
}

/**
 * sb_engine_load_older_async:
 *
 * Puts the next 1000 older entries of the audit trail behind those that sb_engine_get_journal() shows. Errors: those of the
 * store (#SbDatabaseError); %G_IO_ERROR_PENDING: the ones before are still on their way; %G_IO_ERROR_NOT_INITIALIZED: the engine is not open.
 */
void
sb_engine_load_older_async (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));

  task = g_task_new (self, NULL, callback, user_data);
  if (self->database == NULL || self->loading_older)
    {
      g_task_return_new_error (task, G_IO_ERROR, self->loading_older ? G_IO_ERROR_PENDING : G_IO_ERROR_NOT_INITIALIZED,
                               "The audit trail cannot be read now.");
      return;
    }

  self->loading_older = TRUE;
  /* What comes in the meantime must not push out entries that the page would then not reach. */
  sb_journal_reserve (self->journal, 2 * PAGE);
  sb_journal_store_load_async (self->database, sb_journal_get_oldest_id (self->journal), NULL, PAGE + 1,
                               loaded_cb, g_steal_pointer (&task));
}

gboolean
sb_engine_load_older_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GPtrArray *entries = sb_journal_store_load_finish (SB_DATABASE (source), result, &error);

  if (entries != NULL)
    g_task_return_pointer (task, entries, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/**
 * sb_engine_read_audit_async:
 * @before: only entries with a smaller id
 * @act: only those of this act; %SB_N_ACTS: of any
 * @limit: at most so many, the newest
 *
 * Reads the audit trail from disk, whatever of it sb_engine_get_journal() shows. Errors: those of the store
 * (#SbDatabaseError); %G_IO_ERROR_NOT_INITIALIZED: the engine is not open.
 */
void
sb_engine_read_audit_async (SbEngine *self, gint64 before, SbAct act, guint limit, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));

  task = g_task_new (self, NULL, callback, user_data);
  if (self->database == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED, "The audit trail cannot be read now.");
      return;
    }

  sb_journal_store_load_async (self->database, before, act != SB_N_ACTS ? sb_act_to_id (act) : NULL, limit, read_cb,
                               g_steal_pointer (&task));
}

GPtrArray *
sb_engine_read_audit_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
