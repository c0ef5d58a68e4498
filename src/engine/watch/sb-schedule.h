/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-broadcast.h"
#include "watch/sb-message.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* What is to be sent when. */
typedef struct
{
  gint64 start_at; /* real time of the first, µs; 0: at once */
  gint64 interval; /* µs from one to the next; 0: once */
  guint max_runs;  /* 0: until it is stopped; 1 for once */
} SbScheduleTimes;

/* What became of it so far. */
typedef struct
{
  guint n_runs;        /* sent */
  guint n_missed;      /* fell due while it could not be sent, and are not made up for */
  guint n_failed;
  gint64 counted_at;   /* until when what was missed is counted, real time, µs; 0: never */
  gint64 last_at;      /* real time of the last run, µs; 0: none */
  guint last_targeted;
  guint last_sent;
  guint last_dropped;
} SbScheduleProgress;

#define SB_TYPE_SCHEDULE (sb_schedule_get_type ())
G_DECLARE_FINAL_TYPE (SbSchedule, sb_schedule, SB, SCHEDULE, GObject)

/**
 * SbSchedule:
 *
 * A message that is sent again and again, or once at a time: what it is, when it is due, and what became of it. It keeps no clock: whoever
 * has one asks it, and tells it what happened. Durations are elapsed time (sb-clock.h), which nobody can set and which goes on while the
 * computer sleeps; real time only decides when the first one is due, and where the rhythm goes on after the program was away. Main thread, but for making one. Signal "changed" after each change.
 *
 * What falls due while it cannot be sent (the program or the server does not run, the one before is still on its way) is missed: counted,
 * said, and not made up for. Only one that is due once is still sent when it is up to a minute late.
 */
SbSchedule *sb_schedule_new            (gint64 id, gint64 created_at, const SbScheduleTimes *times, SbMessage *message);
gint64      sb_schedule_get_id         (SbSchedule *self);
gint64      sb_schedule_get_created_at (SbSchedule *self); /* real time, µs */
const SbScheduleTimes    *sb_schedule_get_times    (SbSchedule *self);
const SbScheduleProgress *sb_schedule_get_progress (SbSchedule *self);
SbMessage  *sb_schedule_get_message    (SbSchedule *self);
const char *sb_schedule_get_error      (SbSchedule *self); /* why the last one failed; NULL: it did not */
gboolean    sb_schedule_get_in_flight  (SbSchedule *self);
SbBroadcast *sb_schedule_get_broadcast (SbSchedule *self); /* the last run's; NULL: none in the history */
/* It has done all it was made for. */
gboolean    sb_schedule_is_done        (SbSchedule *self);
/* Real time of the next run, as the clocks say now, µs; 0: none */
gint64      sb_schedule_get_next_at    (SbSchedule *self, gint64 real, gint64 monotonic);

/* --- for the engine --- */
typedef enum
{
  SB_SCHEDULE_WAIT,
  SB_SCHEDULE_RUN,    /* now */
  SB_SCHEDULE_MISSED, /* fell due and is skipped */
  SB_SCHEDULE_OVER,   /* done, or missed for good */
} SbScheduleDue;

/* Begins: @loaded, it goes on where it was, and counts what was missed. */
void          sb_schedule_begin        (SbSchedule *self, gboolean loaded, gint64 real, gint64 monotonic);
/* What is to be done now; MISSED has been counted. @can_send: the server runs. */
SbScheduleDue sb_schedule_check        (SbSchedule *self, gboolean can_send, gint64 real, gint64 monotonic);
/* µs until sb_schedule_check() has something to say; 0: it has; G_MAXINT64: it has to be told something first. */
gint64        sb_schedule_get_wait     (SbSchedule *self, gint64 real, gint64 monotonic);
void          sb_schedule_set_sending  (SbSchedule *self);                          /* a run has begun */
void          sb_schedule_set_counted  (SbSchedule *self, gint64 time, SbBroadcast *broadcast); /* it is on disk: it counts */
void          sb_schedule_set_sent     (SbSchedule *self);                          /* its report is in */
gboolean      sb_schedule_set_failed   (SbSchedule *self, const char *error);       /* TRUE: the one before had not failed */
void          sb_schedule_set_unsent   (SbSchedule *self);                          /* it could not be sent after all: missed */
void          sb_schedule_set_progress (SbSchedule *self, const SbScheduleProgress *progress, const char *error); /* loaded */
void          sb_schedule_set_broadcast (SbSchedule *self, SbBroadcast *broadcast); /* loaded */

G_END_DECLS
