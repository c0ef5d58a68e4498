/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-snapshot.h"
#include "widgets/sb-slices.h"

typedef struct
{
  SbTrafficLog *log;
  GHashTable *held;     /* serial → SbTrafficEntry: of a paused view, what is not in the log any more */
  SbTrafficMatch match;
  guint64 next;         /* serials before this one were looked at */
  guint64 end;
  GArray *records;
  gulong displacing_id;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *self = data;

  if (self->displacing_id != 0)
    g_signal_handler_disconnect (self->log, self->displacing_id);
  g_object_unref (self->log);
  g_hash_table_unref (self->held);
  sb_traffic_match_clear (&self->match);
  g_clear_pointer (&self->records, g_array_unref);
  g_free (self);
}

static void
add (Copy                  *self,
     const SbTrafficRecord *record)
{
  SbTrafficRecord copy;

  sb_traffic_record_copy (record, &copy);
  g_array_append_val (self->records, copy);
}

static void
copy_next (Copy *self)
{
  guint64 serial = self->next++;
  guint64 begin = sb_traffic_log_get_begin (self->log);
  SbTrafficEntry *held = g_hash_table_lookup (self->held, &serial);
  const SbTrafficRecord *record;

  if (held != NULL)
    {
      add (self, sb_traffic_entry_get_record (held));
      return;
    }
  record = serial >= begin ? sb_traffic_log_peek (self->log, (guint) (serial - begin)) : NULL;
  if (record != NULL && sb_traffic_match_record (&self->match, record))
    add (self, record);
}

/* What is about to go is copied now: no more than comes in one batch. */
static void
displacing_cb (Copy *self,
               guint n)
{
  guint64 begin = sb_traffic_log_get_begin (self->log);

  while (self->next < self->end && self->next < begin + n)
    copy_next (self);
}

static gboolean
step_cb (gpointer user_data)
{
  GTask *task = user_data;
  Copy *self = g_task_get_task_data (task);

  if (self->next < self->end && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      copy_next (self);
      return G_SOURCE_CONTINUE;
    }
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_steal_pointer (&self->records), (GDestroyNotify) g_array_unref);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

static void
clear_record (gpointer record)
{
  sb_traffic_record_clear (record);
}

void
sb_traffic_snapshot_take_async (SbTrafficView      *view,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  GTask *task;
  Copy *self;

  g_return_if_fail (SB_IS_TRAFFIC_VIEW (view));

  task = g_task_new (view, cancellable, callback, user_data);
  self = g_new0 (Copy, 1);
  self->log = g_object_ref (sb_traffic_view_get_log (view));
  self->held = g_hash_table_ref (sb_traffic_view_get_held (view));
  sb_traffic_match_copy (sb_traffic_view_get_match (view), &self->match);
  sb_traffic_view_get_span (view, &self->next, &self->end);
  self->records = g_array_new (FALSE, FALSE, sizeof (SbTrafficRecord));
  g_array_set_clear_func (self->records, clear_record);
  g_task_set_task_data (task, self, copy_free);
  self->displacing_id = g_signal_connect_swapped (self->log, "displacing", G_CALLBACK (displacing_cb), self);
  sb_slices_add (step_cb, task);
}

GArray *
sb_traffic_snapshot_take_finish (SbTrafficView *view,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, view), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
