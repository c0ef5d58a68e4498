/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-histogram.h"

#include <math.h>
#include <string.h>

#define SUB_BITS 6
G_STATIC_ASSERT (SB_HISTOGRAM_SUB_BUCKETS == 1 << SUB_BITS);

/* Below 2 × 64 each duration has a bucket; above, each doubling has 64 of them. */
static guint
bucket_of (guint64 duration)
{
  guint shift;

  if (duration < SB_HISTOGRAM_SUB_BUCKETS)
    return duration;
  shift = 63 - __builtin_clzll (duration) - SUB_BITS;
  return (shift << SUB_BITS) + (duration >> shift);
}

static gint64
end_of_bucket (guint bucket)
{
  guint shift;

  if (bucket < 2 * SB_HISTOGRAM_SUB_BUCKETS)
    return bucket;
  shift = (bucket >> SUB_BITS) - 1;
  /* Of the last bucket this is 2^63 - 1. */
  return ((guint64) (bucket - (shift << SUB_BITS) + 1) << shift) - 1;
}

void
sb_histogram_reset (SbHistogram *self)
{
  memset (self, 0, sizeof *self);
}

void
sb_histogram_add (SbHistogram *self, gint64 duration)
{
  duration = MAX (duration, 0);
  self->n++;
  self->max = MAX (self->max, duration);
  self->buckets[bucket_of (duration)]++;
}

gint64
sb_histogram_get (const SbHistogram *self, double fraction)
{
  guint64 wanted = ceil (CLAMP (fraction, 0, 1) * self->n);
  guint64 seen = 0;

  for (guint i = 0; i < G_N_ELEMENTS (self->buckets); i++)
    {
      seen += self->buckets[i];
      if (seen >= wanted && seen > 0)
        return MIN (end_of_bucket (i), self->max);
    }
  return self->max;
}
