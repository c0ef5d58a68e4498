/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_RETAINED_ROW (sb_retained_row_get_type ())
G_DECLARE_FINAL_TYPE (SbRetainedRow, sb_retained_row, SB, RETAINED_ROW, AdwActionRow)

GtkWidget      *sb_retained_row_new      (SbRetainedItem *item, SbEngine *engine);
SbRetainedItem *sb_retained_row_get_item (SbRetainedRow *self);
SbTarget       *sb_retained_row_dup_target (SbRetainedRow *self);

G_END_DECLS
