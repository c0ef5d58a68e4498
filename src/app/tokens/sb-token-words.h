/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-token-list.h"

G_BEGIN_DECLS

/* A token in words, the same in the table, its rows and its details. Main thread; @now: real time, µs. Translated. */

char       *sb_token_words_channels   (const SbToken *token);              /* "/sensors, /stage"; "All channels" */
const char *sb_token_words_may        (const SbToken *token);              /* "Publish", "Listen only" */
char       *sb_token_words_expires    (const SbToken *token, gint64 now);  /* "Never", "in 2 hours", "12 October" */
char       *sb_token_words_last_used  (SbTokenItem *item, gint64 now);     /* "5 min ago · 192.168.1.9"; "Never" */
const char *sb_token_words_state      (SbTokenState state);                /* "Expiring" */
/* The class of the pill that says so; %NULL for a state that needs none: a healthy token is no news. */
const char *sb_token_words_pill_class (SbTokenState state);
/* For a row of two lines: "/sensors · in 2 hours · 5 min ago". */
char       *sb_token_words_facts      (SbTokenItem *item, gint64 now);
char       *sb_token_words_summary    (guint n_active, guint n_clients);   /* "5 active · 42 clients" */

G_END_DECLS
