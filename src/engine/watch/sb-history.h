/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-meter.h"

G_BEGIN_DECLS

/**
 * SbSpan:
 * @time: real time, µs: where the span begins
 * @covered: µs of it that the server ran
 * @sums: how often it happened; of a level, the level times how long it was so, in µs
 *
 * What was measured over a while. A plain value. Two spans together are measured by adding them up.
 */
typedef struct
{
  gint64 time;
  gint64 covered;
  guint64 sums[SB_N_MEASURES];
} SbSpan;

void   sb_span_add (SbSpan *self, const SbSpan *other);
double sb_span_get (const SbSpan *self, SbMeasure measure);

/**
 * SbHistory:
 *
 * Adds the hub's totals up, minute by minute of the clock on the wall, until somebody takes the minutes away to keep them.
 * What the server did not run is no part of any. Main thread; owned by the engine.
 */
typedef struct _SbHistory SbHistory;

#define SB_HISTORY_MAX_SPANS 1440

SbHistory *sb_history_new       (void);
void       sb_history_free      (SbHistory *self);
gboolean   sb_history_sample    (SbHistory *self, const SbHubTotals *totals, gboolean running, gint64 now, gint64 real_now);
GArray    *sb_history_take      (SbHistory *self);
void       sb_history_give_back (SbHistory *self, GArray *spans);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbHistory, sb_history_free)

G_END_DECLS
