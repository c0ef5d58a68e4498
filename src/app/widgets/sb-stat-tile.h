/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_STAT_TILE (sb_stat_tile_get_type ())
G_DECLARE_FINAL_TYPE (SbStatTile, sb_stat_tile, SB, STAT_TILE, GtkButton)

void sb_stat_tile_set_value  (SbStatTile *self, const char *value);
void sb_stat_tile_set_series (SbStatTile *self, const double *values, guint n, guint capacity);

G_END_DECLS
