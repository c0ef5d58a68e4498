/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-outbox.h"

#include <pthread.h>
#include <string.h>

struct _SbOutbox
{
  GSource *source; /* ready when events wait and the interval is over */
  gint64 interval; /* µs */
  SbHubEventsFunc func;
  gpointer user_data;
  gint64 drained_at; /* guarded by lock */

  pthread_mutex_t lock; /* not a GMutex: ThreadSanitizer does not know those */
  GArray *waiting; /* (element-type SbEvent) */
  GArray *spare;   /* the other of the two that take turns */
  GArray *replies; /* (element-type SbReply) */
  gsize n_traffic;
  gsize n_bytes;
  _Atomic guint64 not_kept;
};

static gboolean
outbox_ready_cb (gpointer user_data)
{
  SbOutbox *self = user_data;

  g_source_set_ready_time (self->source, -1);
  sb_outbox_drain (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
outbox_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs outbox_source_funcs = { .dispatch = outbox_dispatch };

SbOutbox *
sb_outbox_new (guint interval, SbHubEventsFunc func, gpointer user_data)
{
  g_return_val_if_fail (func != NULL, NULL);

  SbOutbox *self = g_new0 (SbOutbox, 1);

  self->interval = interval * G_TIME_SPAN_MILLISECOND;
  self->func = func;
  self->user_data = user_data;
  self->waiting = g_array_new (FALSE, FALSE, sizeof (SbEvent));
  self->spare = g_array_new (FALSE, FALSE, sizeof (SbEvent));
  self->replies = g_array_new (FALSE, FALSE, sizeof (SbReply));
  pthread_mutex_init (&self->lock, NULL);

  self->source = g_source_new (&outbox_source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "SbOutbox");
  g_source_set_callback (self->source, outbox_ready_cb, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());

  return self;
}

void
sb_outbox_free (SbOutbox *self)
{
  g_return_if_fail (self != NULL);

  sb_outbox_drain (self);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_array_unref (self->waiting);
  g_array_unref (self->spare);
  g_array_unref (self->replies);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static gsize
weigh_text (const char *text)
{
  return text != NULL ? strlen (text) + 1 : 0;
}

/* What a traffic entry keeps in memory: the whole message, though it may be others' as well, and the words about it. */
static gsize
weigh (const SbTrafficRecord *record)
{
  return sizeof (SbEvent) + record->size + weigh_text (record->target) + weigh_text (record->reason) +
         weigh_text (record->pointer) + weigh_text (record->schema_pointer);
}

static gboolean
outbox_has_room (SbOutbox *self, gsize weight)
{
  return self->n_traffic < SB_OUTBOX_MAX_TRAFFIC && self->n_bytes + weight <= SB_OUTBOX_MAX_BYTES;
}

void
sb_outbox_push (SbOutbox *self, SbEvent *events, gsize n)
{
  g_return_if_fail (self != NULL);

  if (n == 0)
    return;

  pthread_mutex_lock (&self->lock);

  gboolean was_empty = self->waiting->len == 0;
  gboolean urgent = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      if (events[i].kind == SB_EVENT_TRAFFIC)
        {
          gsize weight = weigh (&events[i].traffic);

          if (!outbox_has_room (self, weight))
            {
              sb_event_clear (&events[i]);
              sb_counter_add (self->not_kept, 1);
              continue;
            }
          self->n_traffic++;
          self->n_bytes += weight;
        }
      /* Whoever gave the command waits for it. */
      urgent = urgent || events[i].kind == SB_EVENT_REPORT;
      g_array_append_val (self->waiting, events[i]);
    }

  if (urgent)
    g_source_set_ready_time (self->source, 0);
  else if (was_empty && self->waiting->len > 0 && self->replies->len == 0)
    g_source_set_ready_time (self->source, self->drained_at + self->interval);

  pthread_mutex_unlock (&self->lock);
}

void
sb_outbox_reply (SbOutbox *self, const SbReply *replies, gsize n)
{
  g_return_if_fail (self != NULL);

  if (n == 0)
    return;

  pthread_mutex_lock (&self->lock);
  g_array_append_vals (self->replies, replies, n);
  g_source_set_ready_time (self->source, 0);
  pthread_mutex_unlock (&self->lock);
}

void
sb_outbox_drain (SbOutbox *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  GArray *events = self->waiting;
  if (self->spare == NULL) /* called again from within the callback */
    self->spare = g_array_new (FALSE, FALSE, sizeof (SbEvent));
  self->waiting = g_steal_pointer (&self->spare);
  g_autoptr (GArray) replies = self->replies;
  self->replies = g_array_new (FALSE, FALSE, sizeof (SbReply));
  self->n_traffic = 0;
  self->n_bytes = 0;
  self->drained_at = g_get_monotonic_time ();
  pthread_mutex_unlock (&self->lock);

  if (events->len > 0)
    self->func ((SbEvent *) (gpointer) events->data, events->len, self->user_data);
  for (guint i = 0; i < events->len; i++)
    sb_event_clear (&g_array_index (events, SbEvent, i));
  g_array_set_size (events, 0);
  for (guint i = 0; i < replies->len; i++)
    {
      SbReply *reply = &g_array_index (replies, SbReply, i);

      reply->func (reply->n, reply->user_data);
    }

  pthread_mutex_lock (&self->lock);
  if (self->spare == NULL)
    self->spare = g_steal_pointer (&events);
  pthread_mutex_unlock (&self->lock);
  g_clear_pointer (&events, g_array_unref);
}

guint64
sb_outbox_get_not_kept (SbOutbox *self)
{
  return sb_counter_get (self->not_kept);
}
