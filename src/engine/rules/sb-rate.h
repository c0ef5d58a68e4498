/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbRate:
 *
 * A token bucket: at most @burst at once, refilled at @per_second. A plain value in its owner, one thread. Times are
 * monotonic, in µs.
 */
typedef struct
{
  double per_second; /* 0: no limit */
  double burst;
  double level;
  gint64 updated;
} SbRate;

void     sb_rate_init   (SbRate *self, double per_second, double burst, gint64 now);
void     sb_rate_change (SbRate *self, double per_second, double burst); /* keeps the level, capped */
gboolean sb_rate_take   (SbRate *self, gint64 now);                     /* FALSE: over the rate, nothing taken */
/* µs until one can be taken; 0: now */
gint64   sb_rate_wait   (const SbRate *self, gint64 now);

G_END_DECLS
