/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "store/sb-measure-store.h"

/* What was measured, kept beyond the quarter of an hour that the meter knows: written once a minute. */

typedef struct
{
  SbEngine *engine;
  GArray *spans;
} Keeping;

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Keeping *keeping = user_data;
  SbEngine *self = keeping->engine;
  g_autoptr (GError) error = NULL;

  self->keeping_history = FALSE;
  if (!sb_measure_store_add_finish (SB_DATABASE (source), result, &error))
    {
      /* To be tried again with the next minute. */
      sb_history_give_back (self->history, g_steal_pointer (&keeping->spans));
      sb_engine_store_failed (self, error);
    }
  g_clear_pointer (&keeping->spans, g_array_unref);
  g_object_unref (self);
  g_free (keeping);
}

/* Writes what was counted and is not on disk; one write at a time. */
void
sb_engine_flush_history (SbEngine *self)
{
  Keeping *keeping;
  GArray *spans;

  if (self->keeping_history || self->database == NULL)
    return;
  spans = sb_history_take (self->history);
  if (spans->len == 0)
    {
      g_array_unref (spans);
      return;
    }
  keeping = g_new0 (Keeping, 1);
  keeping->engine = g_object_ref (self);
  keeping->spans = spans;
  self->keeping_history = TRUE;
  sb_measure_store_add_async (self->database, spans, kept_cb, keeping);
}

/* Once a second, and when the server starts or stops. */
void
sb_engine_sample_history (SbEngine *self)
{
  SbHubTotals totals;

  sb_engine_get_totals (self, &totals);
  if (sb_history_sample (self->history, &totals, sb_engine_is_running (self), g_get_monotonic_time (),
                         g_get_real_time ()))
    sb_engine_flush_history (self);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GArray *spans = sb_measure_store_load_finish (SB_DATABASE (source), result, &error);

  if (spans != NULL)
    g_task_return_pointer (task, spans, (GDestroyNotify) g_array_unref);
  else
    g_task_return_error (task, error);
}

/**
 * sb_engine_load_history_async:
 * @since: real time, µs
 * @step: seconds of one span, a multiple of 60; of more than two days back only multiples of 900 are known
 *
 * What was measured, up to now, whichever run of the program it was in.
 */
void
sb_engine_load_history_async (SbEngine *self, gint64 since, guint step, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (step > 0 && step % 60 == 0);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, sb_engine_load_history_async);
  if (self->closed || self->closing)
    {
      g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The engine is closed");
      g_object_unref (task);
      return;
    }
  /* The store works in order: what is read has the minute under way. */
  sb_engine_flush_history (self);
  sb_measure_store_load_async (self->database, since, (gint64) step * G_USEC_PER_SEC, loaded_cb, task);
}

/**
 * sb_engine_load_history_finish:
 *
 * Returns: (transfer full) (element-type SbSpan): oldest first; steps in which the server did not run are left out. Errors:
 *   SB_DATABASE_ERROR, %G_IO_ERROR_CLOSED.
 */
GArray *
sb_engine_load_history_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
