/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-table-parts.h"

/**
 * sb_table_align_heading:
 * @column: counted from 0, hidden ones too
 *
 * Puts the heading of a column of numbers above them, at the right, with the arrow of the order before it.
 * GtkColumnView puts every heading at the left, and there is no other way to it than through its children.
 */
void
sb_table_align_heading (GtkColumnView *view,
                        guint          column)
{
  GtkWidget *heading, *box;

  g_return_if_fail (GTK_IS_COLUMN_VIEW (view));

  heading = gtk_widget_get_first_child (gtk_widget_get_first_child (GTK_WIDGET (view)));
  for (guint i = 0; heading != NULL && i < column; i++)
    heading = gtk_widget_get_next_sibling (heading);
  box = heading != NULL ? gtk_widget_get_first_child (heading) : NULL;
  if (!GTK_IS_BOX (box))
    return;
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_box_reorder_child_after (GTK_BOX (box), gtk_widget_get_last_child (box), NULL);
}

/**
 * sb_table_open_menu:
 * @table: whose child the menu becomes
 * @menu: (inout): the menu, made when it is opened for the first time; unparent it when @table is disposed of
 * @model: what is in it
 * @over: where it opens: at @x, @y within this one
 *
 * Opens the context menu of a row.
 */
void
sb_table_open_menu (GtkWidget  *table,
                    GtkWidget **menu,
                    GMenuModel *model,
                    GtkWidget  *over,
                    double      x,
                    double      y)
{
  graphene_point_t point = GRAPHENE_POINT_INIT ((float) x, (float) y);

  g_return_if_fail (GTK_IS_WIDGET (table) && GTK_IS_WIDGET (over));

  if (model == NULL || !gtk_widget_compute_point (over, table, &point, &point))
    return;

  if (*menu == NULL)
    {
      *menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (*menu), FALSE);
      gtk_widget_set_halign (*menu, GTK_ALIGN_START);
      gtk_widget_set_parent (*menu, table);
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (*menu), &(GdkRectangle) { (int) point.x, (int) point.y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (*menu));
}
