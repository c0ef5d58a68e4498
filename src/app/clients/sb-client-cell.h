/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-client.h"
#include "widgets/sb-table-cell.h"

G_BEGIN_DECLS

/* What of a client a cell shows. The columns in order, then the row of a narrow list, which shows what matters in two
 * lines. */
typedef enum
{
  SB_CLIENT_CELL_CLIENT,
  SB_CLIENT_CELL_STATE,
  SB_CLIENT_CELL_ADDRESS,
  SB_CLIENT_CELL_CHANNEL,
  SB_CLIENT_CELL_PROTOCOL,
  SB_CLIENT_CELL_SINCE,
  SB_CLIENT_CELL_MESSAGES_IN,
  SB_CLIENT_CELL_MESSAGES_OUT,
  SB_CLIENT_CELL_BYTES_IN,
  SB_CLIENT_CELL_BYTES_OUT,
  SB_CLIENT_CELL_RATE,
  SB_CLIENT_CELL_ROUND_TRIP,
  SB_CLIENT_CELL_BACKLOG,
  SB_CLIENT_CELL_REJECTED,
  SB_CLIENT_CELL_LEFT_AT,
  SB_CLIENT_CELL_ENDING,
  SB_CLIENT_CELL_CLOSED_BY,
  SB_CLIENT_N_COLUMNS,
  SB_CLIENT_CELL_ROW = SB_CLIENT_N_COLUMNS,
} SbClientCellKind;

gboolean
sb_client_cell_kind_is_number (SbClientCellKind kind); /* right-aligned, and it changes without a notification */

#define SB_TYPE_CLIENT_CELL (sb_client_cell_get_type ())
G_DECLARE_FINAL_TYPE (SbClientCell, sb_client_cell, SB, CLIENT_CELL, SbTableCell)

GtkWidget *sb_client_cell_new          (SbClientCellKind kind);
void       sb_client_cell_set_client   (SbClientCell *self, SbClient *client /* nullable */);
SbClient  *sb_client_cell_get_client   (SbClientCell *self);
/* Whether it has a box to be ticked, and whether that is ticked. */
void       sb_client_cell_set_picking  (SbClientCell *self, gboolean picking);
void       sb_client_cell_set_picked   (SbClientCell *self, gboolean picked);
void       sb_client_cell_refresh      (SbClientCell *self);

G_END_DECLS
