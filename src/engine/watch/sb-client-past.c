/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-client-past.h"

#include <string.h>

#define RATE_WINDOW (5 * (gint64) G_USEC_PER_SEC) /* the samples hold it, and one before it */
#define RATE_SPACING ((gint64) G_USEC_PER_SEC)
#define REJECTED_WINDOW (60 * (gint64) G_USEC_PER_SEC)
#define REJECTED_SPACING (5 * (gint64) G_USEC_PER_SEC)
#define N_REJECTED_SAMPLES 14

void
sb_client_past_init (SbClientPast *self, gint64 now)
{
  *self = (SbClientPast) { .rejected_sampled_at = now };
}

void
sb_client_past_clear (SbClientPast *self)
{
  g_clear_pointer (&self->rates, g_free);
  g_clear_pointer (&self->rejected_samples, g_free);
}

/* Puts a sample in front unless the newest is younger than @spacing. */
static void
add_sample (SbSample *samples, guint *n_samples, guint capacity, gint64 spacing, gint64 time, guint64 count)
{
  if (*n_samples > 0 && time - samples[0].time < spacing)
    return;

  *n_samples = MIN (*n_samples + 1, capacity);
  memmove (samples + 1, samples, (*n_samples - 1) * sizeof *samples);
  samples[0] = (SbSample) { time, count };
}

/* Which is the newest sample at least @window old; where there is none the oldest. */
static guint
find_base (const SbSample *samples, guint n_samples, gint64 window, gint64 now)
{
  for (guint i = 0; i < n_samples; i++)
    if (now - samples[i].time >= window)
      return i;

  return n_samples - 1;
}

static double
derive_rate (const SbClientPast *self, guint64 messages, gint64 now)
{
  guint i = find_base (self->samples, self->n_samples, RATE_WINDOW, now);
  const SbSample *base;

  /* After a pause in refreshing that one is from long ago and would flatten the rate: a younger one does better. */
  if (i > 0 && now - self->samples[i].time > 2 * RATE_WINDOW && now - self->samples[i - 1].time >= RATE_SPACING)
    i--;

  base = &self->samples[i];
  if (now <= base->time || messages <= base->count)
    return 0;

  return (double) (messages - base->count) * G_USEC_PER_SEC / (double) (now - base->time);
}

/* Once for each second since it was last done: among many clients this one's turn does not come every second. */
static void
keep_rate (SbClientPast *self, double rate, gint64 since, gint64 now)
{
  gint64 n = since == 0 ? 1 : MIN ((now - since) / RATE_SPACING, SB_CLIENT_PAST_RATES);

  if (self->rates == NULL && rate > 0)
    self->rates = g_new0 (float, SB_CLIENT_PAST_RATES);
  for (gint64 i = 0; i < n; i++, self->n_rates++)
    if (self->rates != NULL)
      self->rates[self->n_rates % SB_CLIENT_PAST_RATES] = (float) rate;
}

double
sb_client_past_add (SbClientPast *self, gint64 now, guint64 messages)
{
  gint64 sampled_at = self->n_samples > 0 ? self->samples[0].time : 0;
  double rate;

  add_sample (self->samples, &self->n_samples, SB_CLIENT_PAST_SAMPLES, RATE_SPACING, now, messages);
  rate = derive_rate (self, messages, now);
  keep_rate (self, rate, sampled_at, now);

  return rate;
}

guint64
sb_client_past_add_rejected (SbClientPast *self, gint64 now, guint64 rejected)
{
  guint i;

  if (self->rejected_samples == NULL && rejected == 0)
    {
      if (now - self->rejected_sampled_at >= REJECTED_SPACING)
        self->rejected_sampled_at = now;
      return 0;
    }

  if (self->rejected_samples == NULL)
    {
      self->rejected_samples = g_new (SbSample, N_REJECTED_SAMPLES);
      add_sample (self->rejected_samples, &self->n_rejected_samples, N_REJECTED_SAMPLES, 0, self->rejected_sampled_at, 0);
    }
  add_sample (self->rejected_samples, &self->n_rejected_samples, N_REJECTED_SAMPLES, REJECTED_SPACING, now, rejected);
  i = find_base (self->rejected_samples, self->n_rejected_samples, REJECTED_WINDOW, now);

  return rejected - self->rejected_samples[i].count;
}

guint
sb_client_past_get_rates (const SbClientPast *self, double *rates)
{
  guint n = MIN (self->n_rates, SB_CLIENT_PAST_RATES);
  guint first = self->n_rates - n;

  for (guint i = 0; i < n; i++)
    rates[i] = self->rates != NULL ? self->rates[(first + i) % SB_CLIENT_PAST_RATES] : 0;

  return n;
}
