/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trial/sb-talk-line.h"

G_BEGIN_DECLS

#define SB_TALK_LOG_MAX_LINES 1000
#define SB_TALK_LOG_MAX_BYTES (16 << 20) /* of what the messages hold */

#define SB_TYPE_TALK_LOG (sb_talk_log_get_type ())
G_DECLARE_FINAL_TYPE (SbTalkLog, sb_talk_log, SB, TALK_LOG, GObject)

/**
 * SbTalkLog:
 *
 * What a test client said and heard: a GListModel of #SbTalkLine, the newest last, of which the oldest go when they become too many. Main
 * thread. Property, notified: "n-gone" (uint64).
 */
SbTalkLog *sb_talk_log_new        (void);
/* @lines: (element-type SbTalkLine), oldest first. @n_lost: what came before these and is not among them. */
void       sb_talk_log_append     (SbTalkLog *self, GPtrArray *lines, guint64 n_lost);
/* Lines that are not in it any more, or never were. */
guint64    sb_talk_log_get_n_gone (SbTalkLog *self);
void       sb_talk_log_clear      (SbTalkLog *self);

G_END_DECLS
