/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-traffic-entry.h"
#include "widgets/sb-table-cell.h"

G_BEGIN_DECLS

/* What of a line a cell shows. The columns in order, then the row of a narrow list. */
typedef enum
{
  SB_TRAFFIC_CELL_TIME,
  SB_TRAFFIC_CELL_DIRECTION,
  SB_TRAFFIC_CELL_CLIENT,
  SB_TRAFFIC_CELL_CHANNEL,
  SB_TRAFFIC_CELL_MESSAGE,
  SB_TRAFFIC_CELL_SIZE,
  SB_TRAFFIC_CELL_REACHED,
  SB_TRAFFIC_N_COLUMNS,
  SB_TRAFFIC_CELL_ROW = SB_TRAFFIC_N_COLUMNS,
} SbTrafficCellKind;

#define SB_TYPE_TRAFFIC_CELL (sb_traffic_cell_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficCell, sb_traffic_cell, SB, TRAFFIC_CELL, SbTableCell)

GtkWidget *sb_traffic_cell_new       (SbTrafficCellKind kind);
void       sb_traffic_cell_set_entry (SbTrafficCell *self, SbTrafficEntry *entry /* nullable */);

G_END_DECLS
