/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-table.h"
#include "sb-page.h"
#include "widgets/sb-table-cell.h"
#include "widgets/sb-table-columns.h"
#include "widgets/sb-table-parts.h"
#include "widgets/sb-table-pointer.h"
#include <glib/gi18n.h>

/**
 * SbTable:
 *
 * Rows with columns, or a list of rows of two lines where columns would have to be cut. What they show is a subclass's
 * matter; here is what all tables of the window have in common: which columns there are, their order, widths and sort,
 * remembered; the menu of a row by button, finger and key; picking several; and that only the form that is to be seen
 * has rows. GTK makes two hundred of them, on the screen or not, so cells have to be cheap.
 *
 * Properties: "narrow" (boolean), "room" (int; set by breakpoints). Signals: "activated": Enter, double click, or a click
 * on a narrow row; "sort-changed".
 */
typedef struct
{
  GtkSelectionModel *model;
  SbTableColumns *columns;
  GPtrArray *cells; /* (element-type GtkWidget) all there are; not owned */
  GPtrArray *groups; /* (element-type SbTableCellGroup) of each column and of the narrow rows */
  GPtrArray *described; /* (element-type GtkColumnViewRow) the rows that are bound; not owned */
  GMenuModel *menu_model;
  GtkWidget *menu;
  gboolean picking;
  gboolean narrow;
  int room;

  GtkStack *stack;
  GtkScrolledWindow *table;
  GtkScrolledWindow *rows;
  GtkColumnView *column_view;
  GtkListView *list_view;
} SbTablePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (SbTable, sb_table, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_NARROW,
  PROP_ROOM,
  N_PROPS
};

enum
{
  ACTIVATED,
  SORT_CHANGED,
  N_SIGNALS
};

#define ALL_ROOM 32767

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static SbTablePrivate *
get (SbTable *self)
{
  return sb_table_get_instance_private (self);
}

/* --- rows that are chosen --- */

/* The Menu key and Shift+F10: at the row that has the focus. */
static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  return sb_table_open_menu_at_focus (SB_TABLE (widget));
}

static void
activate_cb (SbTable *self,
             guint    position)
{
  SbTablePrivate *priv = get (self);

  if (priv->picking)
    {
      sb_table_toggle (self, position);
      return;
    }
  gtk_selection_model_select_item (priv->model, position, TRUE);
  g_signal_emit (self, signals[ACTIVATED], 0);
}

/* --- cells --- */

static void
cell_gone_cb (gpointer data,
              GObject *cell)
{
  GPtrArray *cells = data;

  g_ptr_array_remove_fast (cells, cell);
  g_ptr_array_unref (cells);
}

static void
selected_cb (GtkListItem *list_item,
             GParamSpec  *pspec,
             SbTable     *self)
{
  SB_TABLE_GET_CLASS (self)->mark_cell (self, gtk_list_item_get_child (list_item),
                                        gtk_list_item_get_selected (list_item));
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *list_item,
          SbTable                  *self)
{
  guint column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "column"));
  GtkWidget *cell = SB_TABLE_GET_CLASS (self)->make_cell (self, column);
  GPtrArray *cells = get (self)->cells;

  if (SB_IS_TABLE_CELL (cell))
    sb_table_cell_set_group (SB_TABLE_CELL (cell), g_ptr_array_index (get (self)->groups, column));
  sb_table_set_list_item (cell, list_item);
  g_ptr_array_add (cells, cell);
  g_object_weak_ref (G_OBJECT (cell), cell_gone_cb, g_ptr_array_ref (cells));
  gtk_list_item_set_child (list_item, cell);
  if (SB_TABLE_GET_CLASS (self)->mark_cell != NULL && (column == 0 || column == SB_TABLE_GET_CLASS (self)->n_columns))
    g_signal_connect (list_item, "notify::selected", G_CALLBACK (selected_cb), self);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *list_item,
         SbTable                  *self)
{
  SB_TABLE_GET_CLASS (self)->bind_cell (self, gtk_list_item_get_child (list_item), gtk_list_item_get_item (list_item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *list_item,
           SbTable                  *self)
{
  SB_TABLE_GET_CLASS (self)->bind_cell (self, gtk_list_item_get_child (list_item), NULL);
}

static GtkListItemFactory *
make_factory (SbTable *self,
              guint    column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  return factory;
}

/* What a screen reader says of a row as a whole, before its cells. */
static void
describe_row (SbTable *self,
              GObject *row)
{
  g_autoptr (GObject) item = NULL;
  g_autofree char *label = NULL;
  g_autofree char *description = NULL;

  g_object_get (row, "item", &item, NULL);
  SB_TABLE_GET_CLASS (self)->describe (self, item, &label, &description);
  g_object_set (row, "accessible-label", label, "accessible-description", description, NULL);
}

static void
bind_row_cb (GtkSignalListItemFactory *factory,
             GObject                  *row,
             SbTable                  *self)
{
  g_ptr_array_add (get (self)->described, row);
  describe_row (self, row);
}

static void
unbind_row_cb (GtkSignalListItemFactory *factory,
               GObject                  *row,
               SbTable                  *self)
{
  g_ptr_array_remove_fast (get (self)->described, row);
}

void
sb_table_describe_again (SbTable *self)
{
  GPtrArray *rows;

  g_return_if_fail (SB_IS_TABLE (self));

  rows = get (self)->described;
  for (guint i = 0; i < rows->len; i++)
    describe_row (self, g_ptr_array_index (rows, i));
}

void
sb_table_show_again (SbTable *self)
{
  GPtrArray *cells;

  g_return_if_fail (SB_IS_TABLE (self));

  cells = get (self)->cells;
  for (guint i = 0; i < cells->len; i++)
    {
      GtkWidget *cell = g_ptr_array_index (cells, i);
      gpointer item = gtk_list_item_get_item (sb_table_find_list_item (cell));

      if (item != NULL)
        SB_TABLE_GET_CLASS (self)->bind_cell (self, cell, item);
    }
  sb_table_describe_again (self);
}

/* --- its two forms --- */

static void
update_form (SbTable *self)
{
  SbTablePrivate *priv = get (self);

  gtk_column_view_set_model (priv->column_view, priv->narrow ? NULL : priv->model);
  gtk_list_view_set_model (priv->list_view, priv->narrow ? priv->model : NULL);
  gtk_stack_set_visible_child (priv->stack, GTK_WIDGET (priv->narrow ? priv->rows : priv->table));
  /* Where it remembers a child that is hidden now, Tab would pass it by. */
  gtk_widget_set_focus_child (GTK_WIDGET (priv->stack), NULL);
}

static void
add_breakpoint (SbTable    *self,
                int         width,
                const char *property,
                GValue     *value)
{
  g_autofree char *text = g_strdup_printf ("max-width: %dsp", width);
  AdwBreakpoint *breakpoint = adw_breakpoint_new (adw_breakpoint_condition_parse (text));

  adw_breakpoint_add_setter (breakpoint, G_OBJECT (self), property, value);
  adw_breakpoint_bin_add_breakpoint (ADW_BREAKPOINT_BIN (adw_bin_get_child (ADW_BIN (self))), breakpoint);
}

/* Of those that hold the one that was added last counts: from wide to narrow. */
static void
add_breakpoints (SbTable *self)
{
  SbTableClass *klass = SB_TABLE_GET_CLASS (self);
  g_auto (GValue) narrow = G_VALUE_INIT;
  int below = ALL_ROOM;

  for (;;)
    {
      g_auto (GValue) room = G_VALUE_INIT;
      int next = klass->narrow + 1;

      for (guint i = 0; i < klass->n_columns; i++)
        if (klass->columns[i].needs < below)
          next = MAX (next, klass->columns[i].needs);
      if (next == klass->narrow + 1)
        break;
      g_value_init (&room, G_TYPE_INT);
      g_value_set_int (&room, next - 1);
      add_breakpoint (self, next - 1, "room", &room);
      below = next;
    }
  g_value_init (&narrow, G_TYPE_BOOLEAN);
  g_value_set_boolean (&narrow, TRUE);
  add_breakpoint (self, klass->narrow, "narrow", &narrow);
}

/* --- the widget --- */

static void
sort_changed_cb (SbTable *self)
{
  g_signal_emit (self, signals[SORT_CHANGED], 0);
}

static void
sb_table_constructed (GObject *object)
{
  SbTable *self = SB_TABLE (object);
  SbTablePrivate *priv = get (self);
  SbTableClass *klass = SB_TABLE_GET_CLASS (self);
  g_autoptr (GtkListItemFactory) row_factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkListItemFactory) narrow_factory = make_factory (self, klass->n_columns);

  G_OBJECT_CLASS (sb_table_parent_class)->constructed (object);

  for (guint i = 0; i <= klass->n_columns; i++)
    g_ptr_array_add (priv->groups, sb_table_cell_group_new ());
  priv->columns = sb_table_columns_new (priv->column_view, klass->columns, klass->n_columns, klass->setting);
  for (guint i = 0; i < klass->n_columns; i++)
    {
      g_autoptr (GtkListItemFactory) factory = make_factory (self, i);

      gtk_column_view_column_set_factory (sb_table_columns_get (priv->columns, i), factory);
    }
  g_signal_connect (row_factory, "bind", G_CALLBACK (bind_row_cb), self);
  g_signal_connect (row_factory, "unbind", G_CALLBACK (unbind_row_cb), self);
  gtk_column_view_set_row_factory (priv->column_view, row_factory);
  gtk_list_view_set_factory (priv->list_view, narrow_factory);
  g_signal_connect_object (gtk_column_view_get_sorter (priv->column_view), "changed", G_CALLBACK (sort_changed_cb), self,
                           G_CONNECT_SWAPPED);
  add_breakpoints (self);
}

static void
sb_table_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  SbTablePrivate *priv = get (SB_TABLE (object));

  switch (prop_id)
    {
    case PROP_NARROW: g_value_set_boolean (value, priv->narrow); break;
    case PROP_ROOM: g_value_set_int (value, priv->room); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_table_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  SbTable *self = SB_TABLE (object);
  SbTablePrivate *priv = get (self);

  switch (prop_id)
    {
    case PROP_NARROW:
      if (priv->narrow == g_value_get_boolean (value))
        break;
      priv->narrow = g_value_get_boolean (value);
      update_form (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_ROOM:
      if (priv->room == g_value_get_int (value))
        break;
      priv->room = g_value_get_int (value);
      sb_table_columns_set_room (priv->columns, priv->room);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_table_dispose (GObject *object)
{
  SbTablePrivate *priv = get (SB_TABLE (object));

  g_clear_object (&priv->columns);
  g_clear_pointer (&priv->menu, gtk_widget_unparent);
  g_clear_object (&priv->menu_model);
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_TABLE);
  g_clear_object (&priv->model);

  G_OBJECT_CLASS (sb_table_parent_class)->dispose (object);
}

static void
sb_table_finalize (GObject *object)
{
  g_ptr_array_unref (get (SB_TABLE (object))->cells);
  g_ptr_array_unref (get (SB_TABLE (object))->groups);
  g_ptr_array_unref (get (SB_TABLE (object))->described);

  G_OBJECT_CLASS (sb_table_parent_class)->finalize (object);
}

static void
sb_table_class_init (SbTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = sb_table_constructed;
  object_class->get_property = sb_table_get_property;
  object_class->set_property = sb_table_set_property;
  object_class->dispose = sb_table_dispose;
  object_class->finalize = sb_table_finalize;

  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags);
  properties[PROP_ROOM] = g_param_spec_int ("room", NULL, NULL, 0, ALL_ROOM, ALL_ROOM, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ACTIVATED] =
      g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SORT_CHANGED] =
      g_signal_new ("sort-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-table.ui");
  gtk_widget_class_bind_template_child_private (widget_class, SbTable, stack);
  gtk_widget_class_bind_template_child_private (widget_class, SbTable, table);
  gtk_widget_class_bind_template_child_private (widget_class, SbTable, rows);
  gtk_widget_class_bind_template_child_private (widget_class, SbTable, column_view);
  gtk_widget_class_bind_template_child_private (widget_class, SbTable, list_view);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}

static void
sb_table_init (SbTable *self)
{
  SbTablePrivate *priv = get (self);

  priv->cells = g_ptr_array_new ();
  priv->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_table_cell_group_unref);
  priv->described = g_ptr_array_new ();
  priv->room = ALL_ROOM;
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_table_watch_pointer (GTK_WIDGET (priv->column_view));
  sb_table_watch_pointer (GTK_WIDGET (priv->list_view));
}

/**
 * sb_table_set_model:
 * @model: (transfer none): of the objects that the subclass's cells show
 */
void
sb_table_set_model (SbTable           *self,
                    GtkSelectionModel *model)
{
  g_return_if_fail (SB_IS_TABLE (self));
  g_return_if_fail (GTK_IS_SELECTION_MODEL (model));

  if (g_set_object (&get (self)->model, model))
    update_form (self);
}

GtkSelectionModel *
sb_table_get_model (SbTable *self)
{
  g_return_val_if_fail (SB_IS_TABLE (self), NULL);

  return get (self)->model;
}

void
sb_table_set_label (SbTable    *self,
                    const char *label)
{
  g_return_if_fail (SB_IS_TABLE (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (get (self)->column_view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (get (self)->list_view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
sb_table_set_menu (SbTable    *self,
                   GMenuModel *menu)
{
  g_return_if_fail (SB_IS_TABLE (self));

  g_set_object (&get (self)->menu_model, menu);
}

void
sb_table_open_row_menu (SbTable   *self,
                        GtkWidget *over,
                        double     x,
                        double     y)
{
  g_return_if_fail (SB_IS_TABLE (self));

  sb_table_open_menu (GTK_WIDGET (self), &get (self)->menu, get (self)->menu_model, over, x, y);
}

void
sb_table_set_picking (SbTable *self,
                      gboolean picking)
{
  g_return_if_fail (SB_IS_TABLE (self));

  get (self)->picking = picking;
}

gboolean
sb_table_get_picking (SbTable *self)
{
  g_return_val_if_fail (SB_IS_TABLE (self), FALSE);

  return get (self)->picking;
}

void
sb_table_set_available (SbTable *self,
                        guint    column,
                        gboolean available)
{
  g_return_if_fail (SB_IS_TABLE (self));

  sb_table_columns_set_available (get (self)->columns, column, available);
}

GActionGroup *
sb_table_get_actions (SbTable *self)
{
  g_return_val_if_fail (SB_IS_TABLE (self), NULL);

  return sb_table_columns_get_actions (get (self)->columns);
}

int
sb_table_get_sort (SbTable  *self,
                   gboolean *descending)
{
  g_return_val_if_fail (SB_IS_TABLE (self), -1);

  if (get (self)->columns == NULL)
    return -1;
  return sb_table_columns_get_sort (get (self)->columns, descending);
}

void
sb_table_sort_by (SbTable *self,
                  int      column,
                  gboolean descending)
{
  g_return_if_fail (SB_IS_TABLE (self));

  sb_table_columns_sort_by (get (self)->columns, column, descending);
}

gboolean
sb_table_is_narrow (SbTable *self)
{
  g_return_val_if_fail (SB_IS_TABLE (self), FALSE);

  return get (self)->narrow;
}

GtkScrolledWindow *
sb_table_get_scroller (SbTable *self,
                       gboolean narrow)
{
  g_return_val_if_fail (SB_IS_TABLE (self), NULL);

  return narrow ? get (self)->rows : get (self)->table;
}

void
sb_table_scroll_to (SbTable           *self,
                    guint              position,
                    GtkListScrollFlags flags)
{
  SbTablePrivate *priv;

  g_return_if_fail (SB_IS_TABLE (self));

  priv = get (self);
  if (priv->model == NULL || position >= g_list_model_get_n_items (G_LIST_MODEL (priv->model)))
    return;
  if (priv->narrow)
    gtk_list_view_scroll_to (priv->list_view, position, flags, NULL);
  else
    gtk_column_view_scroll_to (priv->column_view, position, NULL, flags, NULL);
}

void
sb_table_foreach_cell (SbTable        *self,
                       SbTableCellFunc func,
                       gpointer        user_data)
{
  GPtrArray *cells;

  g_return_if_fail (SB_IS_TABLE (self));

  cells = get (self)->cells;
  for (guint i = 0; i < cells->len; i++)
    func (g_ptr_array_index (cells, i), user_data);
}
