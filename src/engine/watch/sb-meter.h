/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-hub.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SB_MEASURE_CLIENTS,        /* a level */
  SB_MEASURE_MESSAGES_IN,    /* the rest: per second */
  SB_MEASURE_MESSAGES_OUT,
  SB_MEASURE_BYTES_IN,
  SB_MEASURE_BYTES_OUT,
  SB_MEASURE_REJECTED,
  SB_MEASURE_REFUSED,
  SB_MEASURE_DROPPED,
  SB_N_MEASURES,
} SbMeasure;

#define SB_METER_MAX_SAMPLES 900

#define SB_TYPE_METER (sb_meter_get_type ())
G_DECLARE_FINAL_TYPE (SbMeter, sb_meter, SB, METER, GObject)

/**
 * SbMeter:
 *
 * Time series of the hub's totals, one sample a second for 15 minutes. Main thread. Signal "sampled" after each call
 * that added samples.
 */
SbMeter *sb_meter_new         (void);
/* @now: monotonic, µs. The first call only sets the base. Rates are by the true time between two calls. */
void     sb_meter_sample      (SbMeter *self, const SbHubTotals *totals, gint64 now);
double   sb_meter_get_current (SbMeter *self, SbMeasure measure);
/* Sum of a rate's counts over the last @seconds. */
guint64  sb_meter_get_sum     (SbMeter *self, SbMeasure measure, guint seconds);
/* How many samples there are, at most SB_METER_MAX_SAMPLES. */
guint    sb_meter_get_n_samples (SbMeter *self);
guint64  sb_meter_get_n_taken (SbMeter *self);
/* Copies at most @n newest samples, oldest first, into @values; returns how many. */
guint    sb_meter_get_series  (SbMeter *self, SbMeasure measure, double *values, guint n);

/* What the measure is in @totals: a count that only grows, or the level itself. */
guint64  sb_measure_get_total (const SbHubTotals *totals, SbMeasure measure);

G_END_DECLS
