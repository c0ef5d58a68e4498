/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_STAT_TILE (sb_stat_tile_get_type ())
G_DECLARE_FINAL_TYPE (SbStatTile, sb_stat_tile, SB, STAT_TILE, GtkToggleButton)

void        sb_stat_tile_set_value  (SbStatTile *self, const char *value);
const char *sb_stat_tile_get_value  (SbStatTile *self);
void        sb_stat_tile_set_series (SbStatTile *self, const double *values, guint n);

G_END_DECLS
