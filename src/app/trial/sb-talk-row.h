/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trial/sb-talk-line.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_TALK_ROW (sb_talk_row_get_type ())
G_DECLARE_FINAL_TYPE (SbTalkRow, sb_talk_row, SB, TALK_ROW, GtkBox)

GtkWidget *sb_talk_row_new      (void);
void       sb_talk_row_set_line (SbTalkRow *self, SbTalkLine *line /* nullable */);

G_END_DECLS
