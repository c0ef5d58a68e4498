/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-histogram.h"

G_BEGIN_DECLS

/**
 * SbDurations:
 *
 * What --stats measures, how often and how long it took: of the interval that runs, and of the whole run. A plain value of some
 * size; one thread.
 */
typedef struct
{
  const char *what; /* static, in the words of the printed line: "main loop turn" */
  SbHistogram interval;
  SbHistogram whole;
} SbDurations;

void  sb_durations_add     (SbDurations *self, gint64 duration); /* ns */
/* "WHAT: n 1234, p50 0.12 ms, p99 3.40 ms, longest 12.30 ms"; not translated: benchmarks read it. */
char *sb_durations_to_text (const SbDurations *self, gboolean whole);
/* Writes the line of the interval to standard error and begins the next. */
void  sb_durations_tell    (SbDurations *self);
/* Writes the line of the whole run to standard error. */
void  sb_durations_finish  (SbDurations *self);

G_END_DECLS
