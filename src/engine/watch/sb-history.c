/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-history.h"

#define MINUTE (60 * G_USEC_PER_SEC)

struct _SbHistory
{
  GArray *spans; /* (element-type SbSpan) of a minute each, oldest first; the last may be under way */

  gboolean has_base; /* whether the server ran at the last sample */
  SbHubTotals base;
  gint64 base_time; /* monotonic */
};

/* --- spans --- */

/**
 * sb_span_add:
 * @other: another while; what time it is of does not matter
 *
 * Afterwards @self is of both.
 */
void
sb_span_add (SbSpan *self, const SbSpan *other)
{
  g_return_if_fail (self != NULL && other != NULL);

  self->covered += other->covered;
  for (guint measure = 0; measure < SB_N_MEASURES; measure++)
    self->sums[measure] += other->sums[measure];
}

/**
 * sb_span_get:
 *
 * Returns: the mean over what is covered: of a level, or per second; 0 where nothing is
 */
double
sb_span_get (const SbSpan *self, SbMeasure measure)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) measure < SB_N_MEASURES, 0);

  if (self->covered <= 0)
    return 0;
  return (double) self->sums[measure] * (measure == SB_MEASURE_CLIENTS ? 1 : G_USEC_PER_SEC) / (double) self->covered;
}

/* --- the history --- */

SbHistory *
sb_history_new (void)
{
  SbHistory *self = g_new0 (SbHistory, 1);

  self->spans = g_array_new (FALSE, FALSE, sizeof (SbSpan));
  return self;
}

void
sb_history_free (SbHistory *self)
{
  g_array_unref (self->spans);
  g_free (self);
}

static gint64
get_minute (gint64 real_time)
{
  return real_time - real_time % MINUTE;
}

/* What happened since the last sample is counted where it ended: samples are a second apart. */
static void
add_growth (SbHistory *self, const SbHubTotals *totals, gint64 covered, gint64 minute)
{
  SbSpan span = { minute, covered, { 0 } };

  span.sums[SB_MEASURE_CLIENTS] = totals->clients * (guint64) covered;
  for (guint measure = SB_MEASURE_CLIENTS + 1; measure < SB_N_MEASURES; measure++)
    {
      guint64 before = sb_measure_get_total (&self->base, measure), after = sb_measure_get_total (totals, measure);

      /* A counter that is lower than it was began anew. */
      span.sums[measure] = after >= before ? after - before : after;
    }

  if (self->spans->len > 0 && g_array_index (self->spans, SbSpan, self->spans->len - 1).time == minute)
    sb_span_add (&g_array_index (self->spans, SbSpan, self->spans->len - 1), &span);
  else
    g_array_append_val (self->spans, span);
  if (self->spans->len > SB_HISTORY_MAX_SPANS)
    g_array_remove_range (self->spans, 0, self->spans->len - SB_HISTORY_MAX_SPANS);
}

/**
 * sb_history_sample:
 * @running: whether the server listens
 * @now: monotonic time, µs
 * @real_now: real time, µs
 *
 * To be called about once a second, and when the server has started or is about to have stopped.
 *
 * Returns: whether a minute has become complete, and should be taken
 */
gboolean
sb_history_sample (SbHistory *self, const SbHubTotals *totals, gboolean running, gint64 now, gint64 real_now)
{
  gint64 minute = get_minute (real_now);
  gboolean complete;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (totals != NULL, FALSE);

  if (self->has_base && now > self->base_time)
    add_growth (self, totals, now - self->base_time, minute);
  self->has_base = running;
  self->base = *totals;
  self->base_time = now;

  complete = self->spans->len > 1;
  if (self->spans->len == 1)
    complete = g_array_index (self->spans, SbSpan, 0).time != minute;
  return complete;
}

/**
 * sb_history_take:
 *
 * Returns: (transfer full) (element-type SbSpan): all that was counted and not taken yet, the minute under way too, oldest
 *   first; there may be more for that minute later, to be added
 */
GArray *
sb_history_take (SbHistory *self)
{
  GArray *taken;

  g_return_val_if_fail (self != NULL, NULL);

  taken = self->spans;
  self->spans = g_array_new (FALSE, FALSE, sizeof (SbSpan));
  return taken;
}

/**
 * sb_history_give_back:
 * @spans: (transfer full) (element-type SbSpan): what sb_history_take() gave, and could not be kept
 *
 * It is taken again with what comes next. Of more than %SB_HISTORY_MAX_SPANS the oldest are forgotten.
 */
void
sb_history_give_back (SbHistory *self, GArray *spans)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (spans != NULL);

  for (guint i = 0; i < self->spans->len; i++)
    {
      const SbSpan *span = &g_array_index (self->spans, SbSpan, i);

      if (i == 0 && spans->len > 0 && g_array_index (spans, SbSpan, spans->len - 1).time == span->time)
        sb_span_add (&g_array_index (spans, SbSpan, spans->len - 1), span);
      else
        g_array_append_vals (spans, span, 1);
    }
  if (spans->len > SB_HISTORY_MAX_SPANS)
    g_array_remove_range (spans, 0, spans->len - SB_HISTORY_MAX_SPANS);
  g_array_unref (self->spans);
  self->spans = spans;
}
