/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-client.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_CLIENT_TABLE (sb_client_table_get_type ())
G_DECLARE_FINAL_TYPE (SbClientTable, sb_client_table, SB, CLIENT_TABLE, AdwBin)

/* @clients: of #SbClient; @left: whether they are those that left, which have other columns. */
void        sb_client_table_set_model    (SbClientTable *self, GListModel *clients, gboolean left);
/* The clients that are selected, (element-type SbClient) (transfer full); perhaps none. */
GPtrArray  *sb_client_table_dup_selected (SbClientTable *self);
gboolean    sb_client_table_contains     (SbClientTable *self, SbClient *client);
void        sb_client_table_select       (SbClientTable *self, SbClient *client /* nullable: nobody */);
/* Picking: a click adds a row to those selected, or takes it off. */
void        sb_client_table_set_picking  (SbClientTable *self, gboolean picking);
void        sb_client_table_select_all   (SbClientTable *self);
void        sb_client_table_set_menu     (SbClientTable *self, GMenuModel *menu);
/* An action for each column, by its id: for the group "columns" of the page. */
GActionGroup *sb_client_table_get_actions (SbClientTable *self);
/* Reads the numbers of the clients that are to be seen. */
void        sb_client_table_refresh      (SbClientTable *self, guint64 max_backlog);
/* Sorts again, where the order is by what changes. */
void        sb_client_table_resort       (SbClientTable *self);

G_END_DECLS
