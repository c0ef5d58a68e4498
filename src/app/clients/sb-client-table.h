/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clients/sb-client-view.h"
#include "widgets/sb-table.h"

G_BEGIN_DECLS

#define SB_TYPE_CLIENT_TABLE (sb_client_table_get_type ())
G_DECLARE_FINAL_TYPE (SbClientTable, sb_client_table, SB, CLIENT_TABLE, SbTable)

/* @clients: of #SbClient; @left: whether they are those that left, which have other columns. */
void        sb_client_table_set_source   (SbClientTable *self, GListModel *clients, gboolean left);
void        sb_client_table_set_match    (SbClientTable *self, const SbClientMatch *match);
/* How many are shown. */
guint       sb_client_table_count        (SbClientTable *self);
guint       sb_client_table_n_selected   (SbClientTable *self);
/* The clients that are selected, (element-type SbClient) (transfer full); perhaps none. */
GPtrArray  *sb_client_table_dup_selected (SbClientTable *self);
gboolean    sb_client_table_contains     (SbClientTable *self, SbClient *client);
void        sb_client_table_select       (SbClientTable *self, SbClient *client /* nullable: nobody */);
/* A click adds a row to those selected, or takes it off, and rows have boxes that are ticked. */
void        sb_client_table_set_picking  (SbClientTable *self, gboolean picking);
void        sb_client_table_select_all   (SbClientTable *self);
void        sb_client_table_set_asleep   (SbClientTable *self, gboolean asleep);
/* Reads the numbers of the clients that are to be seen. */
void        sb_client_table_refresh      (SbClientTable *self, guint64 max_backlog);
/* Filters and sorts again, where that is by what changes. */
void        sb_client_table_resort       (SbClientTable *self);

G_END_DECLS
