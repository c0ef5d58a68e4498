/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-lane.h"

#include "net/sb-session.h"

/* The limit on what the queues of all lanes hold together, and on what is still coming in. */

#define TELL_AGAIN G_TIME_SPAN_MINUTE

static guint64
sum_held (SbLane *self)
{
  guint64 sum = 0;

  for (guint i = 0; i < self->n_lanes; i++)
    sum += sb_counter_get (self->lanes[i]->totals.held);

  return sum;
}

static SbLane *
find_heaviest (SbLane *self)
{
  SbLane *heaviest = self;

  for (guint i = 0; i < self->n_lanes; i++)
    if (sb_counter_get (self->lanes[i]->totals.held) > sb_counter_get (heaviest->totals.held))
      heaviest = self->lanes[i];

  return heaviest;
}

/* Those who were told to go and hold memory all the same before those who still take part; then by what waits for
 * them. */
static int
compare_sessions (gconstpointer a, gconstpointer b)
{
  SbSession *first = *(SbSession *const *) a, *second = *(SbSession *const *) b;
  gboolean first_open = first->state == SB_SESSION_OPEN, second_open = second->state == SB_SESSION_OPEN;
  gsize first_backlog = sb_lane_stream_get_backlog (&first->stream);
  gsize second_backlog = sb_lane_stream_get_backlog (&second->stream);

  if (first_open != second_open)
    return first_open ? 1 : -1;

  return (first_backlog < second_backlog) - (first_backlog > second_backlog);
}

static void
tell_shed (SbLane *self, guint n)
{
  if (self->shed_told_at != 0 && self->now - self->shed_told_at < TELL_AGAIN)
    return;

  SbEvent event = {
    .kind = SB_EVENT_NOTICE,
    .notice = {
      .code = "out_of_queue_memory",
      .message = g_strdup_printf ("Messages that wait for slow clients filled the memory they may have together: "
                                  "%u clients with the largest backlog were disconnected.", n),
    },
  };

  self->shed_told_at = self->now;
  sb_lane_tell (self, &event);
}

/* SbLaneFunc. What a client has begun to receive cannot be taken back; it goes with the connection, in the next
 * round. */
static void
shed (SbLane *self, gpointer data)
{
  guint64 limit = self->limits.max_queued_memory;
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();
  guint n = 0;

  if (sum_held (self) <= limit)
    return;

  for (guint i = 0; i < self->sessions->len; i++)
    {
      SbSession *session = g_ptr_array_index (self->sessions, i);

      if (sb_lane_stream_get_backlog (&session->stream) > 0)
        g_ptr_array_add (waiting, session);
    }
  g_ptr_array_sort (waiting, compare_sessions);
  for (guint i = 0; i < waiting->len && sum_held (self) > limit; i++)
    {
      SbSession *session = g_ptr_array_index (waiting, i);

      if (session->state == SB_SESSION_OPEN)
        {
          sb_counter_add (self->totals.closed_memory, 1);
          sb_session_shed (session, SB_MISSED_MEMORY);
          n++;
        }
      else
        sb_session_cut (session);
    }
  if (n > 0)
    tell_shed (self, n);
}

void
sb_lane_limit_memory (SbLane *self)
{
  SbLane *heaviest;

  if (G_LIKELY (sum_held (self) <= self->limits.max_queued_memory))
    return;

  heaviest = find_heaviest (self);
  if (heaviest == self)
    shed (self, NULL);
  else
    sb_lane_pass (self, heaviest, shed, NULL);
}

/* --- what is coming in --- */

static SbSession *
find_longest (SbLane *self)
{
  SbSession *longest = NULL;

  for (guint i = 0; i < self->sessions->len; i++)
    {
      SbSession *session = g_ptr_array_index (self->sessions, i);

      if (session->arriving > (longest != NULL ? longest->arriving : 0))
        longest = session;
    }

  return longest;
}

void
sb_lane_limit_arriving (SbLane *self)
{
  guint64 share = self->limits.max_queued_memory / self->n_lanes;
  guint64 limit = MAX (share, 4 * (guint64) self->limits.max_message); /* an array grows by doubling: up to twice its length */
  SbSession *longest;

  while (G_UNLIKELY (sb_counter_get (self->totals.arriving) > limit) && (longest = find_longest (self)) != NULL)
    sb_session_stop_hearing (longest);
}
