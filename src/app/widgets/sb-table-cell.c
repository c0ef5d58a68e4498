/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-table-cell.h"

/* So many of a column are filled as they are bound, which is before they are given a place: about as many as a large screen
 * shows. A cell that is filled when it comes on the screen has the table laid out twice. */
#define FILLED_AT_ONCE 32

/**
 * SbTableCell:
 *
 * A cell of a table with many rows. GTK makes two hundred rows of each table, in 4.18, and drops and makes them again whenever
 * other items are shown; a screen shows thirty. What costs is not the cell but what is in it, so a cell stays empty until
 * it comes near the screen, and is as large meanwhile as those of its column that are not: all are alike. What it says is
 * written when it comes on the screen, too.
 *
 * Its parts stand beside each other, as in a box.
 */
typedef struct
{
  SbTableCellGroup *group; /* owned */
  int spacing;
  gboolean filled;
  gboolean dirty; /* what it says is not written yet */
} SbTableCellPrivate;

struct _SbTableCellGroup
{
  GPtrArray *filled; /* (element-type SbTableCell) not owned */
  int minimum[2];    /* for each orientation: of the last that was looked at */
  int natural[2];
};

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (SbTableCell, sb_table_cell, GTK_TYPE_WIDGET)

static SbTableCellPrivate *
get (SbTableCell *self)
{
  return sb_table_cell_get_instance_private (self);
}

SbTableCellGroup *
sb_table_cell_group_new (void)
{
  SbTableCellGroup *self = g_rc_box_new0 (SbTableCellGroup);

  self->filled = g_ptr_array_new ();
  return self;
}

SbTableCellGroup *
sb_table_cell_group_ref (SbTableCellGroup *self)
{
  return g_rc_box_acquire (self);
}

static void
group_clear (gpointer self)
{
  g_ptr_array_unref (((SbTableCellGroup *) self)->filled);
}

void
sb_table_cell_group_unref (SbTableCellGroup *self)
{
  g_rc_box_release_full (self, group_clear);
}

static void
fill (SbTableCell *self)
{
  SbTableCellPrivate *priv = get (self);
  GtkLayoutManager *layout;

  if (priv->filled)
    return;
  priv->filled = TRUE;
  layout = gtk_box_layout_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), (guint) priv->spacing);
  gtk_widget_set_layout_manager (GTK_WIDGET (self), layout);
  SB_TABLE_CELL_GET_CLASS (self)->fill (self);
  if (priv->group != NULL)
    g_ptr_array_add (priv->group->filled, self);
}

static void
refresh (SbTableCell *self)
{
  get (self)->dirty = FALSE;
  SB_TABLE_CELL_GET_CLASS (self)->refresh (self);
}

/* Of an empty one: a filled one has a layout manager, and that is asked instead. */
static void
sb_table_cell_measure (GtkWidget      *widget,
                       GtkOrientation  orientation,
                       int             for_size,
                       int            *minimum,
                       int            *natural,
                       int            *minimum_baseline,
                       int            *natural_baseline)
{
  SbTableCellGroup *group = get (SB_TABLE_CELL (widget))->group;

  if (group == NULL)
    return;
  if (group->filled->len > 0)
    {
      GtkWidget *sample = g_ptr_array_index (group->filled, 0);

      gtk_layout_manager_measure (gtk_widget_get_layout_manager (sample), sample, orientation, for_size,
                                  &group->minimum[orientation], &group->natural[orientation], NULL, NULL);
    }
  *minimum = group->minimum[orientation];
  *natural = group->natural[orientation];
}

/* Of an empty one, too: a row that is on the screen is given its place, and one beside it is not. */
static void
sb_table_cell_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  fill (SB_TABLE_CELL (widget));
  refresh (SB_TABLE_CELL (widget));
  gtk_layout_manager_allocate (gtk_widget_get_layout_manager (widget), widget, width, height, baseline);
}

/* A row is on the screen for a moment as it is made, wherever it belongs: that alone is no reason to fill it. */
static void
sb_table_cell_map (GtkWidget *widget)
{
  SbTableCellPrivate *priv = get (SB_TABLE_CELL (widget));

  if (priv->filled && priv->dirty)
    refresh (SB_TABLE_CELL (widget));

  GTK_WIDGET_CLASS (sb_table_cell_parent_class)->map (widget);
}

static void
sb_table_cell_dispose (GObject *object)
{
  SbTableCellPrivate *priv = get (SB_TABLE_CELL (object));
  GtkWidget *part;

  if (priv->group != NULL && priv->filled)
    g_ptr_array_remove_fast (priv->group->filled, object);
  g_clear_pointer (&priv->group, sb_table_cell_group_unref);
  while ((part = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (part);

  G_OBJECT_CLASS (sb_table_cell_parent_class)->dispose (object);
}

static void
sb_table_cell_class_init (SbTableCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_table_cell_dispose;
  widget_class->measure = sb_table_cell_measure;
  widget_class->size_allocate = sb_table_cell_size_allocate;
  widget_class->map = sb_table_cell_map;
  gtk_widget_class_set_css_name (widget_class, "box");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GENERIC);
}

static void
sb_table_cell_init (SbTableCell *self)
{
}

void
sb_table_cell_set_group (SbTableCell      *self,
                         SbTableCellGroup *group)
{
  g_return_if_fail (SB_IS_TABLE_CELL (self));
  g_return_if_fail (get (self)->group == NULL && !get (self)->filled);

  get (self)->group = sb_table_cell_group_ref (group);
}

void
sb_table_cell_set_spacing (SbTableCell *self,
                           int          spacing)
{
  g_return_if_fail (SB_IS_TABLE_CELL (self));

  get (self)->spacing = spacing;
}

void
sb_table_cell_append (SbTableCell *self,
                      GtkWidget   *part)
{
  g_return_if_fail (SB_IS_TABLE_CELL (self));

  gtk_widget_set_parent (part, GTK_WIDGET (self));
}

gboolean
sb_table_cell_is_filled (SbTableCell *self)
{
  g_return_val_if_fail (SB_IS_TABLE_CELL (self), FALSE);

  return get (self)->filled;
}

void
sb_table_cell_changed (SbTableCell *self,
                       gboolean     may_resize)
{
  SbTableCellPrivate *priv;

  g_return_if_fail (SB_IS_TABLE_CELL (self));

  priv = get (self);
  if (priv->group == NULL || priv->group->filled->len < FILLED_AT_ONCE)
    fill (self);
  priv->dirty = TRUE;
  if (priv->filled && (may_resize || gtk_widget_get_mapped (GTK_WIDGET (self))))
    refresh (self);
}
