/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rate.h"

#include <math.h>

/* What the sums of many small refills may be off by: whoever waited as long as sb_rate_wait() said is not sent
 * away again. */
#define ROUNDING 1e-6

static double
get_level (const SbRate *self, gint64 now)
{
  /* A clock that stands still or goes back refills nothing. */
  if (now <= self->updated)
    return self->level;

  return MIN (self->burst, self->level + (double) (now - self->updated) * self->per_second / G_USEC_PER_SEC);
}

/**
 * sb_rate_init:
 * @per_second: how many a second in the long run; 0: no limit
 * @burst: how many at once; at least 1, since with less nothing would ever pass
 * @now: monotonic time in µs
 *
 * Begins with a full bucket.
 */
void
sb_rate_init (SbRate *self, double per_second, double burst, gint64 now)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (per_second >= 0 && burst >= 0);

  self->per_second = per_second;
  self->burst = MAX (burst, 1);
  self->level = self->burst;
  self->updated = now;
}

/**
 * sb_rate_change:
 *
 * Another rate from now on. What was left stays, so that a change is never a way to a second burst.
 */
void
sb_rate_change (SbRate *self, double per_second, double burst)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (per_second >= 0 && burst >= 0);

  self->per_second = per_second;
  self->burst = MAX (burst, 1);
  self->level = MIN (self->level, self->burst);
}

gboolean
sb_rate_take (SbRate *self, gint64 now)
{
  double level;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->per_second == 0)
    return TRUE;

  level = get_level (self, now);
  if (level < 1 - ROUNDING)
    return FALSE;

  self->level = MAX (level - 1, 0);
  self->updated = MAX (self->updated, now);

  return TRUE;
}

gint64
sb_rate_wait (const SbRate *self, gint64 now)
{
  double missing;

  g_return_val_if_fail (self != NULL, 0);

  if (self->per_second == 0)
    return 0;

  missing = 1 - get_level (self, now);
  if (missing <= ROUNDING)
    return 0;

  /* After a clock that went back, the wait is until the refill begins again, too. */
  return (gint64) ceil (missing * G_USEC_PER_SEC / self->per_second) + MAX (self->updated - now, 0);
}
