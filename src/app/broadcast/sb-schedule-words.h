/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

/* What is sent by itself, in words. Main thread; translated; @now: real time, µs. */

char *sb_schedule_words_rhythm  (SbSchedule *schedule, gint64 now); /* "Every 30 s", "Every 5 min, 3 of 10 sent", "Once, 14:30" */
/* "Every 30 s · everyone · 12 sent, the last to 42 of 42 clients · 2 missed" */
char *sb_schedule_words_line    (SbSchedule *schedule, SbTokenList *tokens, gint64 now);
/* "A message repeats every 30 s", "3 messages are sent by themselves"; NULL for none */
char *sb_schedule_words_summary (GListModel *schedules, gint64 now);

G_END_DECLS
