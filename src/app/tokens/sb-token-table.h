/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-token-list.h"
#include "widgets/sb-table.h"

G_BEGIN_DECLS

#define SB_TYPE_TOKEN_TABLE (sb_token_table_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenTable, sb_token_table, SB, TOKEN_TABLE, SbTable)

/* @tokens: of SbTokenItem, already filtered. */
void         sb_token_table_set_model    (SbTokenTable *self, GListModel *tokens);
SbTokenItem *sb_token_table_get_selected (SbTokenTable *self); /* transfer none; NULL: none */
void         sb_token_table_select       (SbTokenTable *self, SbTokenItem *item /* NULL: none */);
/* Brings words that depend on the time up to date, and the order if something it depends on changed. */
void         sb_token_table_refresh      (SbTokenTable *self);
void         sb_token_table_resort       (SbTokenTable *self);

G_END_DECLS
