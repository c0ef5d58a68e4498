/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trial/sb-talk-line.h"

G_BEGIN_DECLS

/* A line of a test client in words. Main thread; translated. */

const char *sb_talk_words_icon (SbTalkLine *line);     /* NULL: none */
const char *sb_talk_words_kind (SbTalkLine *line);     /* "Sent"; for who can't see the icon */
char       *sb_talk_words_facts (SbTalkLine *line);    /* "Sent · 12:04:51.318 · 71 B" */
/* All that is kept of its message, broken into lines where it is JSON; the words where it is none. @json (nullable): whether it is. */
char       *sb_talk_words_whole (SbTalkLine *line, gboolean *json);

G_END_DECLS
