/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-traffic-entry.h"

G_BEGIN_DECLS

/* A line of the traffic log in words. Main thread; translated. */

char *sb_traffic_words_client (SbTrafficEntry *entry); /* "Scoreboard 3"; "Broadcast" for what an administrator sent */
char       *sb_traffic_words_channel   (SbTrafficEntry *entry);        /* "/sensors"; whom a broadcast was for */
char       *sb_traffic_words_reached   (SbTrafficEntry *entry);        /* "→ 11" */
const char *sb_traffic_words_icon      (SbTrafficEntry *entry);
const char *sb_traffic_words_direction (SbTrafficEntry *entry);        /* for who can't see the icon */
/* Why it was rejected: "22 is more than the maximum 21.8 · /temperature", the place last, for that is what is cut first. NULL: nobody said. */
char       *sb_traffic_words_reason    (const SbTrafficRecord *record);
char       *sb_traffic_words_title     (SbTrafficEntry *entry);        /* "Rejected: not JSON", "Sent to 11 clients" */
char       *sb_traffic_words_sentence  (SbTrafficEntry *entry);        /* what else is to be said of it */
char       *sb_traffic_words_summary   (double rate, guint64 n_not_kept, gboolean running); /* NULL: nothing to say */

G_END_DECLS
