/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/sb-table.h"

G_BEGIN_DECLS

#define SB_TYPE_TABLE_COLUMNS (sb_table_columns_get_type ())
G_DECLARE_FINAL_TYPE (SbTableColumns, sb_table_columns, SB, TABLE_COLUMNS, GObject)

/* The columns of an SbTable: which are shown, in which order, how wide, and by which one it is sorted. What the user
 * changed is remembered under @setting, if that is not NULL. */
SbTableColumns      *sb_table_columns_new           (GtkColumnView *view, const SbTableColumn *columns, guint n_columns,
                                                     const char *setting);
GtkColumnViewColumn *sb_table_columns_get           (SbTableColumns *self, guint column);
GActionGroup        *sb_table_columns_get_actions   (SbTableColumns *self);
void                 sb_table_columns_set_room      (SbTableColumns *self, int room);
void                 sb_table_columns_set_available (SbTableColumns *self, guint column, gboolean available);
int                  sb_table_columns_get_sort      (SbTableColumns *self, gboolean *descending);
void                 sb_table_columns_sort_by       (SbTableColumns *self, int column, gboolean descending);

G_END_DECLS
