/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/sb-table.h"

G_BEGIN_DECLS

void         sb_table_set_list_item      (GtkWidget *cell, GtkListItem *list_item);
GtkListItem *sb_table_find_list_item     (GtkWidget *widget);
void         sb_table_watch_pointer      (GtkWidget *view);
void         sb_table_toggle             (SbTable *self, guint position);
gboolean     sb_table_open_menu_at_focus (SbTable *self);

G_END_DECLS
