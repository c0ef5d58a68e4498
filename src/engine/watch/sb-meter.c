/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-meter.h"

#include <string.h>

/* Two calls closer than this are one: a rate over less would say nothing, and the counts are not lost, they come with
 * the next. */
#define MIN_INTERVAL (G_USEC_PER_SEC / 20)

typedef struct
{
  gint64 time; /* monotonic, µs: the end of what it covers */
  double values[SB_N_MEASURES];
  guint64 counts[SB_N_MEASURES];
} Sample;

struct _SbMeter
{
  GObject parent_instance;

  Sample *ring; /* SB_METER_MAX_SAMPLES of them */
  guint first;  /* index of the oldest */
  guint n;
  guint64 n_taken; /* since the meter was made */

  gboolean has_base;
  SbHubTotals base; /* as of the last sample */
  gint64 base_time;
};

G_DEFINE_FINAL_TYPE (SbMeter, sb_meter, G_TYPE_OBJECT)

enum
{
  SAMPLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
sb_meter_finalize (GObject *object)
{
  SbMeter *self = SB_METER (object);

  g_free (self->ring);

  G_OBJECT_CLASS (sb_meter_parent_class)->finalize (object);
}

static void
sb_meter_class_init (SbMeterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_meter_finalize;

  /**
   * SbMeter::sampled:
   *
   * There is something new to show.
   */
  signals[SAMPLED] = g_signal_new ("sampled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_meter_init (SbMeter *self)
{
  self->ring = g_new (Sample, SB_METER_MAX_SAMPLES);
}

SbMeter *
sb_meter_new (void)
{
  return g_object_new (SB_TYPE_METER, NULL);
}

static const Sample *
get_sample (SbMeter *self,
            guint    position)
{
  return &self->ring[(self->first + position) % SB_METER_MAX_SAMPLES];
}

static void
add_sample (SbMeter      *self,
            const Sample *sample)
{
  self->n_taken++;
  self->ring[(self->first + self->n) % SB_METER_MAX_SAMPLES] = *sample;
  if (self->n < SB_METER_MAX_SAMPLES)
    self->n++;
  else
    self->first = (self->first + 1) % SB_METER_MAX_SAMPLES;
}

guint64
sb_measure_get_total (const SbHubTotals *totals,
                      SbMeasure          measure)
{
  switch (measure)
    {
    case SB_MEASURE_CLIENTS: return totals->clients;
    case SB_MEASURE_MESSAGES_IN: return totals->messages_in;
    case SB_MEASURE_MESSAGES_OUT: return totals->messages_out;
    case SB_MEASURE_BYTES_IN: return totals->bytes_in;
    case SB_MEASURE_BYTES_OUT: return totals->bytes_out;
    case SB_MEASURE_REJECTED: return totals->rejected;
    case SB_MEASURE_REFUSED: return totals->refused;
    case SB_MEASURE_DROPPED: return totals->dropped;
    case SB_N_MEASURES:
    default: g_return_val_if_reached (0);
    }
}

/* What happened since the last sample. A counter that is lower than it was began anew, so all it shows is new. */
static guint64
get_growth (SbMeter           *self,
            const SbHubTotals *totals,
            SbMeasure          measure)
{
  guint64 before = sb_measure_get_total (&self->base, measure);
  guint64 after = sb_measure_get_total (totals, measure);

  return after >= before ? after - before : after;
}

/* Share @i of @n of a count, so that the shares add up to it: floor (count * (i + 1) / n) - floor (count * i / n)
 * without overflow. */
static guint64
get_share (guint64 count,
           guint   i,
           guint   n)
{
  guint64 remainder = count % n;

  return count / n + (remainder * (i + 1) / n - remainder * i / n);
}

/* One sample a second: a pause (a busy main loop, a suspended computer) is filled with its average. */
static void
add_samples (SbMeter           *self,
             const SbHubTotals *totals,
             gint64             now)
{
  gint64 interval = now - self->base_time;
  gint64 n_seconds = MAX (1, (interval + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC);
  guint n = (guint) MIN (n_seconds, G_MAXINT32);
  guint n_skipped = n > SB_METER_MAX_SAMPLES ? n - SB_METER_MAX_SAMPLES : 0;

  for (guint i = n_skipped; i < n; i++)
    {
      Sample sample;

      sample.time = self->base_time + (gint64) ((double) interval * (i + 1) / n);
      if (i == n - 1)
        sample.time = now;
      sample.values[SB_MEASURE_CLIENTS] = (double) totals->clients;
      sample.counts[SB_MEASURE_CLIENTS] = 0;
      for (guint measure = SB_MEASURE_CLIENTS + 1; measure < SB_N_MEASURES; measure++)
        {
          guint64 growth = get_growth (self, totals, measure);

          sample.values[measure] = (double) growth * G_USEC_PER_SEC / (double) interval;
          sample.counts[measure] = get_share (growth, i, n);
        }
      add_sample (self, &sample);
    }
}

/**
 * sb_meter_sample:
 * @now: monotonic time, µs
 *
 * To be called about once a second. The first call only sets the base; one that comes too soon after the last, or for
 * an earlier time, is left to the next.
 */
void
sb_meter_sample (SbMeter           *self,
                 const SbHubTotals *totals,
                 gint64             now)
{
  g_return_if_fail (SB_IS_METER (self));
  g_return_if_fail (totals != NULL);

  if (self->has_base && now - self->base_time < MIN_INTERVAL)
    return;

  if (self->has_base)
    add_samples (self, totals, now);
  self->base = *totals;
  self->base_time = now;
  if (self->has_base)
    g_signal_emit (self, signals[SAMPLED], 0);
  self->has_base = TRUE;
}

/**
 * sb_meter_get_current:
 *
 * Returns: the newest value; 0 before the first
 */
double
sb_meter_get_current (SbMeter   *self,
                      SbMeasure  measure)
{
  g_return_val_if_fail (SB_IS_METER (self), 0);
  g_return_val_if_fail ((guint) measure < SB_N_MEASURES, 0);

  return self->n > 0 ? get_sample (self, self->n - 1)->values[measure] : 0;
}

/**
 * sb_meter_get_sum:
 * @measure: a rate; the sum of a level is 0
 * @seconds: back from the newest sample, at most the 15 minutes there are
 *
 * Returns: how often it happened
 */
guint64
sb_meter_get_sum (SbMeter   *self,
                  SbMeasure  measure,
                  guint      seconds)
{
  gint64 since;
  guint64 sum = 0;

  g_return_val_if_fail (SB_IS_METER (self), 0);
  g_return_val_if_fail ((guint) measure < SB_N_MEASURES, 0);

  if (self->n == 0)
    return 0;

  /* half a second of grace, as timers are never exact and a sample covers the second before it */
  since = get_sample (self, self->n - 1)->time - (gint64) seconds * G_USEC_PER_SEC + G_USEC_PER_SEC / 2;
  for (guint i = self->n; i > 0 && get_sample (self, i - 1)->time >= since; i--)
    sum += get_sample (self, i - 1)->counts[measure];

  return sum;
}

guint
sb_meter_get_n_samples (SbMeter *self)
{
  g_return_val_if_fail (SB_IS_METER (self), 0);

  return self->n;
}

/**
 * sb_meter_get_n_taken:
 *
 * Returns: how many samples were ever taken, those that have fallen out too: what groups samples by it has the same
 *   groups a second later
 */
guint64
sb_meter_get_n_taken (SbMeter *self)
{
  g_return_val_if_fail (SB_IS_METER (self), 0);

  return self->n_taken;
}

/**
 * sb_meter_get_series:
 * @values: (out caller-allocates) (array length=n): room for @n
 *
 * Returns: how many values there are now in @values
 */
guint
sb_meter_get_series (SbMeter   *self,
                     SbMeasure  measure,
                     double    *values,
                     guint      n)
{
  guint n_copied, skip;

  g_return_val_if_fail (SB_IS_METER (self), 0);
  g_return_val_if_fail ((guint) measure < SB_N_MEASURES, 0);
  g_return_val_if_fail (values != NULL || n == 0, 0);

  n_copied = MIN (n, self->n);
  skip = self->n - n_copied;
  for (guint i = 0; i < n_copied; i++)
    values[i] = get_sample (self, skip + i)->values[measure];

  return n_copied;
}
