/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_TABLE_CELL (sb_table_cell_get_type ())
G_DECLARE_DERIVABLE_TYPE (SbTableCell, sb_table_cell, SB, TABLE_CELL, GtkWidget)

/* The cells of a column, so that those that are empty yet know how large they will be. */
typedef struct _SbTableCellGroup SbTableCellGroup;

/**
 * SbTableCellClass:
 * @fill: makes what the cell consists of, with sb_table_cell_append(); called once
 * @refresh: writes what is shown, as of now; only of a cell that is filled
 */
struct _SbTableCellClass
{
  GtkWidgetClass parent_class;

  void (*fill)    (SbTableCell *self);
  void (*refresh) (SbTableCell *self);
};

SbTableCellGroup *sb_table_cell_group_new   (void);
SbTableCellGroup *sb_table_cell_group_ref   (SbTableCellGroup *self);
void              sb_table_cell_group_unref (SbTableCellGroup *self);

/* Before it shows anything. */
void     sb_table_cell_set_group (SbTableCell *self, SbTableCellGroup *group);
/* Between its parts, in pixels. */
void     sb_table_cell_set_spacing (SbTableCell *self, int spacing);
void     sb_table_cell_append    (SbTableCell *self, GtkWidget *part);
gboolean sb_table_cell_is_filled (SbTableCell *self);
/* It shows something else from now on; @may_resize: its size may be another with it. */
void     sb_table_cell_changed   (SbTableCell *self, gboolean may_resize);

G_END_DECLS
