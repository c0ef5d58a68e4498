/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trial/sb-talk-log.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TALK_VIEW (sb_talk_view_get_type ())
G_DECLARE_FINAL_TYPE (SbTalkView, sb_talk_view, SB, TALK_VIEW, AdwBin)

/* Once. */
void     sb_talk_view_set_log       (SbTalkView *self, SbTalkLog *log);
gboolean sb_talk_view_get_following (SbTalkView *self);

G_END_DECLS
