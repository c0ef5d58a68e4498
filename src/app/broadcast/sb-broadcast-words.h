/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-broadcast.h"
#include "watch/sb-token-list.h"

G_BEGIN_DECLS

/* A broadcast in words. Main thread; translated; @now: real time, µs. */

char *sb_broadcast_words_payload (GBytes *payload, gboolean binary);              /* one line of it */
char *sb_broadcast_words_for_target (const SbTarget *target, SbTokenList *tokens);
char *sb_broadcast_words_time    (gint64 time, gint64 now);                       /* as short as it can be */
char *sb_broadcast_words_preview (SbBroadcast *broadcast);                        /* one line of what was said */
char *sb_broadcast_words_target  (SbBroadcast *broadcast, SbTokenList *tokens);   /* "everyone", "/news", "token Sensors" */
char *sb_broadcast_words_report  (SbBroadcast *broadcast);                        /* "42 of 42 clients in 3 ms" */
/* "12:04 · everyone · 42 of 42 clients in 3 ms" */
char *sb_broadcast_words_line    (SbBroadcast *broadcast, SbTokenList *tokens, gint64 now);
/* Whether somebody did not get it, or perhaps did not. */
gboolean sb_broadcast_words_is_worrying (SbBroadcast *broadcast);

G_END_DECLS
