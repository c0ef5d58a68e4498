/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-schedule.h"

/* So late is one that is due once still sent: a computer takes a while to start. */
#define GRACE (60 * G_USEC_PER_SEC)

struct _SbSchedule
{
  GObject parent_instance;

  gint64 id;
  gint64 created_at;
  SbScheduleTimes times;
  SbMessage *message;
  SbScheduleProgress progress;
  char *error;
  SbBroadcast *broadcast;

  gint64 next_due; /* monotonic; 0: the clock on the wall decides, at times.start_at */
  gboolean in_flight;
  gboolean given_up; /* missed for good */
};

G_DEFINE_FINAL_TYPE (SbSchedule, sb_schedule, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
sb_schedule_finalize (GObject *object)
{
  SbSchedule *self = SB_SCHEDULE (object);

  g_clear_pointer (&self->message, sb_message_unref);
  g_clear_object (&self->broadcast);
  g_free (self->error);

  G_OBJECT_CLASS (sb_schedule_parent_class)->finalize (object);
}

static void
sb_schedule_class_init (SbScheduleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_schedule_finalize;

  /**
   * SbSchedule::changed:
   *
   * It was sent, missed, failed, or its next run is another one.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_schedule_init (SbSchedule *self)
{
}

static void
changed (SbSchedule *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * sb_schedule_new:
 * @id: the database's
 * @created_at: real time, µs; also that of the first run where @times names none
 * @message: a reference is taken
 *
 * Returns: (transfer full): a schedule that has not begun
 */
SbSchedule *
sb_schedule_new (gint64 id, gint64 created_at, const SbScheduleTimes *times, SbMessage *message)
{
  SbSchedule *self;

  g_return_val_if_fail (times != NULL, NULL);
  g_return_val_if_fail (message != NULL, NULL);

  self = g_object_new (SB_TYPE_SCHEDULE, NULL);
  self->id = id;
  self->created_at = created_at;
  self->times = *times;
  if (self->times.start_at == 0)
    self->times.start_at = created_at;
  if (self->times.interval == 0)
    self->times.max_runs = 1;
  self->message = sb_message_ref (message);

  return self;
}

gint64
sb_schedule_get_id (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), 0);

  return self->id;
}

gint64
sb_schedule_get_created_at (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), 0);

  return self->created_at;
}

const SbScheduleTimes *
sb_schedule_get_times (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), NULL);

  return &self->times;
}

const SbScheduleProgress *
sb_schedule_get_progress (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), NULL);

  return &self->progress;
}

SbMessage *
sb_schedule_get_message (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), NULL);

  return self->message;
}

const char *
sb_schedule_get_error (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), NULL);

  return self->error;
}

gboolean
sb_schedule_get_in_flight (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), FALSE);

  return self->in_flight;
}

SbBroadcast *
sb_schedule_get_broadcast (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), NULL);

  return self->broadcast;
}

gboolean
sb_schedule_is_done (SbSchedule *self)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), FALSE);

  return self->given_up || (self->times.max_runs > 0 && self->progress.n_runs >= self->times.max_runs);
}

gint64
sb_schedule_get_next_at (SbSchedule *self, gint64 real, gint64 monotonic)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), 0);

  if (sb_schedule_is_done (self))
    return 0;

  return self->next_due == 0 ? self->times.start_at : real + MAX (self->next_due - monotonic, 0);
}

/* --- when --- */

static guint
add_saturated (guint number, gint64 more)
{
  return (guint) MIN ((gint64) number + more, G_MAXUINT);
}

/* Goes to the first point of the rhythm after @monotonic; what lies between is missed. */
static void
advance (SbSchedule *self, gint64 monotonic)
{
  gint64 n_skipped = (monotonic - self->next_due) / self->times.interval;

  self->next_due += (n_skipped + 1) * self->times.interval;
  self->progress.n_missed = add_saturated (self->progress.n_missed, n_skipped);
}

/* The rhythm goes on from the last run, by the clock on the wall, for there is no other that goes on without us. */
static void
resume (SbSchedule *self, gint64 real, gint64 monotonic)
{
  gint64 interval = self->times.interval;
  gint64 before = self->progress.last_at != 0 ? self->progress.last_at : self->times.start_at - interval;
  gint64 elapsed = real - before, n_counted;

  /* The clock was set back: as if it had just been sent. */
  if (elapsed < 0)
    elapsed = 0;
  n_counted = MAX (self->progress.counted_at - before, 0) / interval;
  self->progress.n_missed = add_saturated (self->progress.n_missed, MAX (elapsed / interval - n_counted, 0));
  self->next_due = monotonic + interval - elapsed % interval;
}

void
sb_schedule_begin (SbSchedule *self, gboolean loaded, gint64 real, gint64 monotonic)
{
  g_return_if_fail (SB_IS_SCHEDULE (self));

  if (self->progress.last_at == 0 && (self->times.start_at > real || self->times.interval == 0))
    self->next_due = 0;
  else if (loaded)
    resume (self, real, monotonic);
  else
    self->next_due = monotonic;
  changed (self);
}

gint64
sb_schedule_get_wait (SbSchedule *self, gint64 real, gint64 monotonic)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), G_MAXINT64);

  if (self->in_flight)
    return G_MAXINT64;
  if (sb_schedule_is_done (self))
    return 0;

  return MAX (self->next_due == 0 ? self->times.start_at - real : self->next_due - monotonic, 0);
}

static SbScheduleDue
check_once (SbSchedule *self, gboolean can_send, gint64 real)
{
  if (real - self->times.start_at <= GRACE)
    return can_send ? SB_SCHEDULE_RUN : SB_SCHEDULE_WAIT;

  self->given_up = TRUE;
  self->progress.n_missed = add_saturated (self->progress.n_missed, 1);
  changed (self);

  return SB_SCHEDULE_OVER;
}

SbScheduleDue
sb_schedule_check (SbSchedule *self, gboolean can_send, gint64 real, gint64 monotonic)
{
  g_return_val_if_fail (SB_IS_SCHEDULE (self), SB_SCHEDULE_WAIT);

  if (sb_schedule_get_wait (self, real, monotonic) > 0)
    return SB_SCHEDULE_WAIT;
  if (sb_schedule_is_done (self))
    return SB_SCHEDULE_OVER;
  if (self->times.interval == 0)
    return check_once (self, can_send, real);

  if (self->next_due == 0)
    self->next_due = monotonic;
  advance (self, monotonic);
  if (!can_send)
    self->progress.n_missed = add_saturated (self->progress.n_missed, 1);
  changed (self);

  return can_send ? SB_SCHEDULE_RUN : SB_SCHEDULE_MISSED;
}

/* --- what became of it --- */

void
sb_schedule_set_sending (SbSchedule *self)
{
  g_return_if_fail (SB_IS_SCHEDULE (self));
  g_return_if_fail (!self->in_flight);

  self->in_flight = TRUE;
  changed (self);
}

/**
 * sb_schedule_set_counted:
 * @time: real time of the run, µs
 * @broadcast: whose report is to come; a reference is taken
 *
 * Counted before it is sent: one that the program did not live to see the end of is not sent a second time.
 */
void
sb_schedule_set_counted (SbSchedule *self, gint64 time, SbBroadcast *broadcast)
{
  g_return_if_fail (SB_IS_SCHEDULE (self));
  g_return_if_fail (SB_IS_BROADCAST (broadcast));

  self->progress.n_runs = add_saturated (self->progress.n_runs, 1);
  self->progress.last_at = time;
  g_set_object (&self->broadcast, broadcast);
  changed (self);
}

void
sb_schedule_set_sent (SbSchedule *self)
{
  g_return_if_fail (SB_IS_SCHEDULE (self));
  g_return_if_fail (self->broadcast != NULL);

  self->in_flight = FALSE;
  g_clear_pointer (&self->error, g_free);
  self->progress.last_targeted = sb_broadcast_get_targeted (self->broadcast);
  self->progress.last_sent = sb_broadcast_get_sent (self->broadcast);
  self->progress.last_dropped = sb_broadcast_get_dropped (self->broadcast);
  changed (self);
}

gboolean
sb_schedule_set_failed (SbSchedule *self, const char *error)
{
  gboolean first;

  g_return_val_if_fail (SB_IS_SCHEDULE (self), FALSE);
  g_return_val_if_fail (error != NULL, FALSE);

  first = self->error == NULL;
  self->in_flight = FALSE;
  self->progress.n_failed = add_saturated (self->progress.n_failed, 1);
  g_set_str (&self->error, error);
  /* There is no next time for it to do better. */
  if (self->times.interval == 0)
    self->given_up = TRUE;
  changed (self);

  return first;
}

void
sb_schedule_set_unsent (SbSchedule *self)
{
  g_return_if_fail (SB_IS_SCHEDULE (self));

  self->in_flight = FALSE;
  if (self->times.interval > 0)
    self->progress.n_missed = add_saturated (self->progress.n_missed, 1);
  changed (self);
}

void
sb_schedule_set_progress (SbSchedule *self, const SbScheduleProgress *progress, const char *error)
{
  g_return_if_fail (SB_IS_SCHEDULE (self));
  g_return_if_fail (progress != NULL);

  self->progress = *progress;
  g_set_str (&self->error, error);
}

void
sb_schedule_set_broadcast (SbSchedule *self, SbBroadcast *broadcast)
{
  g_return_if_fail (SB_IS_SCHEDULE (self));

  g_set_object (&self->broadcast, broadcast);
}
