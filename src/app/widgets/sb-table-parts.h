/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What GtkColumnView leaves to be done. */

void sb_table_align_heading (GtkColumnView *view, guint column);
void sb_table_open_menu (GtkWidget *table, GtkWidget **menu, GMenuModel *model, GtkWidget *over, double x, double y);

G_END_DECLS
