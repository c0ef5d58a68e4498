/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-loop-stats.h"

#include <glib-unix.h>
#include <signal.h>
#include <time.h>

struct _SbLoopStats
{
  SbDurations turns;
  SbDurations work;
  gint64 woke_at;   /* when the poll returned; ns; 0: it did not yet */
  gint64 worked_at; /* … what the thread had computed by then */
  guint timer;
  guint signal;
};

static SbLoopStats *the_one; /* a poll function gets no data */

static gint64
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);

  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static int
poll_cb (GPollFD *fds, guint n, int timeout)
{
  SbLoopStats *self = the_one;

  if (self->woke_at != 0)
    {
      sb_durations_add (&self->turns, read_clock (CLOCK_MONOTONIC) - self->woke_at);
      sb_durations_add (&self->work, read_clock (CLOCK_THREAD_CPUTIME_ID) - self->worked_at);
    }

  int result = g_poll (fds, n, timeout);

  self->woke_at = read_clock (CLOCK_MONOTONIC);
  self->worked_at = read_clock (CLOCK_THREAD_CPUTIME_ID);

  return result;
}

static gboolean
tell_cb (gpointer user_data)
{
  SbLoopStats *self = user_data;

  sb_durations_tell (&self->turns);
  sb_durations_tell (&self->work);

  return G_SOURCE_CONTINUE;
}

SbLoopStats *
sb_loop_stats_new (guint interval)
{
  g_return_val_if_fail (the_one == NULL, NULL);

  SbLoopStats *self = g_new0 (SbLoopStats, 1);

  self->turns.what = "main loop turn";
  self->work.what = "main loop turn, computing";
  the_one = self;
  g_main_context_set_poll_func (NULL, poll_cb);
  if (interval > 0)
    self->timer = g_timeout_add_seconds (interval, tell_cb, self);
  self->signal = g_unix_signal_add (SIGUSR1, tell_cb, self);

  return self;
}

void
sb_loop_stats_free (SbLoopStats *self)
{
  g_return_if_fail (self != NULL);

  g_main_context_set_poll_func (NULL, NULL);
  the_one = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->signal, g_source_remove);
  sb_durations_finish (&self->turns);
  sb_durations_finish (&self->work);
  g_free (self);
}

const SbHistogram *
sb_loop_stats_get_turns (SbLoopStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->turns.whole;
}

const SbHistogram *
sb_loop_stats_get_work (SbLoopStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->work.whole;
}
