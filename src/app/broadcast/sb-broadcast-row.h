/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_BROADCAST_ROW (sb_broadcast_row_get_type ())
G_DECLARE_FINAL_TYPE (SbBroadcastRow, sb_broadcast_row, SB, BROADCAST_ROW, AdwActionRow)

/* Signal "again": its button was clicked. */
GtkWidget   *sb_broadcast_row_new           (SbBroadcast *broadcast, SbEngine *engine);
SbBroadcast *sb_broadcast_row_get_broadcast (SbBroadcastRow *self);

G_END_DECLS
