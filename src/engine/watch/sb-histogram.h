/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_HISTOGRAM_SUB_BUCKETS 64

/**
 * SbHistogram:
 *
 * Counts durations in ns, in buckets that are never wider than 1/64 of what they hold, like HdrHistogram: exact enough
 * for percentiles, of one size whatever it is given, and an addition costs a few instructions. A plain value, zero when
 * new.
 */
typedef struct
{
  guint64 n;
  gint64 max;
  guint64 buckets[64 * SB_HISTOGRAM_SUB_BUCKETS];
} SbHistogram;

void   sb_histogram_reset (SbHistogram *self);
/* @duration: ns; a negative one counts as 0. */
void   sb_histogram_add   (SbHistogram *self, gint64 duration);
/* The duration in ns that @fraction (0 … 1) of all do not exceed, at most 1/64 too high; 0 when there are none. */
gint64 sb_histogram_get   (const SbHistogram *self, double fraction);

G_END_DECLS
