/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "traffic/sb-traffic-view.h"
#include "widgets/sb-table.h"

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_TABLE (sb_traffic_table_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficTable, sb_traffic_table, SB, TRAFFIC_TABLE, SbTable)

void            sb_traffic_table_set_view      (SbTrafficTable *self, SbTrafficView *view);
SbTrafficEntry *sb_traffic_table_get_selected  (SbTrafficTable *self);
void sb_traffic_table_select (SbTrafficTable *self, guint position); /* GTK_INVALID_LIST_POSITION: none */
gboolean        sb_traffic_table_get_following (SbTrafficTable *self);
void            sb_traffic_table_set_following (SbTrafficTable *self, gboolean following);

G_END_DECLS
