/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-token-list.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* What of a token a cell shows. The columns in order, then the row of a narrow list, which shows all of it in two lines. */
typedef enum
{
  SB_TOKEN_CELL_TOKEN,
  SB_TOKEN_CELL_CHANNELS,
  SB_TOKEN_CELL_MAY,
  SB_TOKEN_CELL_ISSUED,
  SB_TOKEN_CELL_EXPIRES,
  SB_TOKEN_CELL_LAST_USED,
  SB_TOKEN_CELL_LIVE,
  SB_TOKEN_CELL_STATE,
  SB_TOKEN_N_COLUMNS,
  SB_TOKEN_CELL_ROW = SB_TOKEN_N_COLUMNS,
} SbTokenCellKind;

#define SB_TYPE_TOKEN_CELL (sb_token_cell_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenCell, sb_token_cell, SB, TOKEN_CELL, GtkBox)

GtkWidget *sb_token_cell_new      (SbTokenCellKind kind);
void       sb_token_cell_set_item (SbTokenCell *self, SbTokenItem *item /* nullable */);
void       sb_token_cell_refresh  (SbTokenCell *self);

G_END_DECLS
