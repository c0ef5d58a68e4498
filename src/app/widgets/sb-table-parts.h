/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What GtkColumnView leaves to be done. */

void sb_table_align_heading (GtkColumnView *view, guint column);
/* Asked for the menu of the row of @list_item, at @x, @y within the controller's widget. */
typedef void (*SbTableMenuFunc) (GtkEventController *controller, GtkListItem *list_item, double x, double y);

void sb_table_watch_menu (GtkWidget *cell, GtkListItem *list_item, SbTableMenuFunc func);
void sb_table_open_menu (GtkWidget *table, GtkWidget **menu, GMenuModel *model, GtkWidget *over, double x, double y);

G_END_DECLS
