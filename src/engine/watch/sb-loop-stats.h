/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-durations.h"

G_BEGIN_DECLS

/**
 * SbLoopStats:
 *
 * How long the main loop is kept from listening: a turn lasts from where its poll returns to where it polls again, and the longest
 * is how long a key press or a client's event may have waited. Turns are measured by the clock, which on a busy machine runs while
 * others have the processor, and by what the thread computed. Of the default main context; there can be one.
 */
typedef struct _SbLoopStats SbLoopStats;

/* @interval: s between two reports on standard error; 0: only one, at the end. A SIGUSR1 asks for one between, too, and has the next
 * begin there. */
SbLoopStats *sb_loop_stats_new  (guint interval);
/* Reports on the whole run. */
void         sb_loop_stats_free (SbLoopStats *self);
/* For tests: by the clock, by what was computed. */
const SbHistogram *sb_loop_stats_get_turns (SbLoopStats *self);
const SbHistogram *sb_loop_stats_get_work  (SbLoopStats *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLoopStats, sb_loop_stats_free)

G_END_DECLS
