/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BENCH_SUB_BUCKETS 64

/**
 * BenchHistogram:
 *
 * Counts durations in ns, in buckets that are never wider than 1/64 of what they hold, like HdrHistogram: exact enough
 * for percentiles, of one size whatever it is given, and an addition costs a few instructions. A plain value, zero when
 * new.
 */
typedef struct
{
  guint64 n;
  gint64 max;
  guint64 buckets[64 * BENCH_SUB_BUCKETS];
} BenchHistogram;

void   bench_histogram_reset (BenchHistogram *self);
/* @duration: ns; a negative one counts as 0. */
void   bench_histogram_add   (BenchHistogram *self, gint64 duration);
/* The duration in ns that @fraction (0 … 1) of all do not exceed, at most 1/64 too high; 0 when there are none. */
gint64 bench_histogram_get   (const BenchHistogram *self, double fraction);

G_END_DECLS
