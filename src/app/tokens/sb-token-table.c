/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-table.h"
#include "sb-page.h"
#include "tokens/sb-token-cell.h"
#include "tokens/sb-token-words.h"
#include "widgets/sb-table-parts.h"
#include <glib/gi18n.h>

/**
 * SbTokenTable:
 *
 * The tokens as a table, or as rows of two lines where a table would have to be cut. Both show
 *
 *   the page's filter model → GtkSortListModel (by column, then newest first) → GtkSingleSelection
 *
 * Properties: "selected" (#SbTokenItem). Signal "activated": Enter, double click, or a click on a narrow row.
 */
struct _SbTokenTable
{
  AdwBin parent_instance;

  GtkSortListModel *sorted;
  GtkSingleSelection *selection;
  GPtrArray *cells; /* (element-type SbTokenCell) all there are; not owned */
  GMenuModel *menu_model;
  GtkWidget *menu;

  GtkStack *stack;
  GtkWidget *table;
  GtkWidget *rows;
  GtkColumnView *column_view;
  GtkListView *list_view;
  GtkColumnViewColumn *columns[SB_TOKEN_N_COLUMNS];
};

G_DEFINE_FINAL_TYPE (SbTokenTable, sb_token_table, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SELECTED,
  N_PROPS
};

enum
{
  ACTIVATED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- the menu of a row --- */

static void
open_menu_at (GtkEventController *controller,
              GtkListItem        *list_item,
              double              x,
              double              y)
{
  GtkWidget *cell = gtk_event_controller_get_widget (controller);
  SbTokenTable *self = SB_TOKEN_TABLE (gtk_widget_get_ancestor (cell, SB_TYPE_TOKEN_TABLE));

  gtk_single_selection_set_selected (self->selection, gtk_list_item_get_position (list_item));
  sb_table_open_menu (GTK_WIDGET (self), &self->menu, self->menu_model, cell, x, y);
}

/* The Menu key and Shift+F10: at the row that has the focus. */
static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  SbTokenTable *self = SB_TOKEN_TABLE (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, widget) || sb_token_table_get_selected (self) == NULL)
    return FALSE;
  sb_table_open_menu (widget, &self->menu, self->menu_model, focus, 24, gtk_widget_get_height (focus));
  return TRUE;
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
setup_cell (SbTokenTable   *self,
            GtkListItem    *list_item,
            SbTokenCellKind kind)
{
  GtkWidget *cell = sb_token_cell_new (kind);

  sb_table_watch_menu (cell, list_item, open_menu_at);

  g_ptr_array_add (self->cells, cell);
  g_object_weak_ref (G_OBJECT (cell), cell_gone_cb, g_ptr_array_ref (self->cells));
  gtk_list_item_set_child (list_item, cell);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *list_item,
          SbTokenTable             *self)
{
  setup_cell (self, list_item, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), "kind")));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *list_item)
{
  sb_token_cell_set_item (SB_TOKEN_CELL (gtk_list_item_get_child (list_item)), gtk_list_item_get_item (list_item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *list_item)
{
  sb_token_cell_set_item (SB_TOKEN_CELL (gtk_list_item_get_child (list_item)), NULL);
}

static GtkListItemFactory *
make_factory (SbTokenTable   *self,
              SbTokenCellKind kind)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_object_set_data (G_OBJECT (factory), "kind", GINT_TO_POINTER (kind));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  return factory;
}

/* What a screen reader says of a row as a whole, before its cells. */
static void
bind_row_cb (GtkSignalListItemFactory *factory,
             GObject                  *row)
{
  g_autoptr (SbTokenItem) item = NULL;
  g_autofree char *facts = NULL;
  g_autofree char *description = NULL;

  g_object_get (row, "item", &item, NULL);
  facts = sb_token_words_facts (item, g_get_real_time ());
  description = g_strdup_printf ("%s · %s", sb_token_words_state (sb_token_item_get_state (item)), facts);
  g_object_set (row,
                "accessible-label", sb_token_item_get_token (item)->spec.label,
                "accessible-description", description,
                NULL);
}

/* --- order --- */

static int
compare_int64 (gint64 a,
               gint64 b)
{
  return (a > b) - (a < b);
}

/* Never is later than any date. */
static gint64
get_expiry (const SbToken *token)
{
  return token->spec.expires_at != 0 ? token->spec.expires_at : G_MAXINT64;
}

static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      user_data)
{
  SbTokenItem *item_a = (SbTokenItem *) a;
  SbTokenItem *item_b = (SbTokenItem *) b;
  const SbToken *token_a = sb_token_item_get_token (item_a);
  const SbToken *token_b = sb_token_item_get_token (item_b);
  g_autofree char *text_a = NULL;
  g_autofree char *text_b = NULL;

  switch ((SbTokenCellKind) GPOINTER_TO_INT (user_data))
    {
    case SB_TOKEN_CELL_TOKEN:
      text_a = g_utf8_casefold (token_a->spec.label, -1);
      text_b = g_utf8_casefold (token_b->spec.label, -1);
      return g_utf8_collate (text_a, text_b);
    case SB_TOKEN_CELL_CHANNELS:
      text_a = sb_token_words_channels (token_a);
      text_b = sb_token_words_channels (token_b);
      return g_strcmp0 (text_a, text_b);
    case SB_TOKEN_CELL_MAY:
      return token_b->spec.may_publish - token_a->spec.may_publish;
    case SB_TOKEN_CELL_EXPIRES:
      return compare_int64 (get_expiry (token_a), get_expiry (token_b));
    case SB_TOKEN_CELL_LAST_USED:
      return compare_int64 (sb_token_item_get_last_used (item_a), sb_token_item_get_last_used (item_b));
    case SB_TOKEN_CELL_LIVE:
      return compare_int64 (sb_token_item_get_live (item_a), sb_token_item_get_live (item_b));
    case SB_TOKEN_CELL_STATE:
      return (int) sb_token_item_get_state (item_a) - (int) sb_token_item_get_state (item_b);
    case SB_TOKEN_CELL_ROW:
    default:
      return compare_int64 (token_b->id, token_a->id);
    }
}

static void
set_up_order (SbTokenTable *self)
{
  GtkMultiSorter *sorter = gtk_multi_sorter_new ();

  for (guint kind = 0; kind < SB_TOKEN_N_COLUMNS; kind++)
    {
      GtkCustomSorter *by_column = gtk_custom_sorter_new (compare_cb, GINT_TO_POINTER (kind), NULL);

      gtk_column_view_column_set_sorter (self->columns[kind], GTK_SORTER (by_column));
      g_object_unref (by_column);
    }
  gtk_multi_sorter_append (sorter, g_object_ref (gtk_column_view_get_sorter (self->column_view)));
  gtk_multi_sorter_append (sorter, GTK_SORTER (gtk_custom_sorter_new (compare_cb, GINT_TO_POINTER (SB_TOKEN_CELL_ROW), NULL)));
  self->sorted = gtk_sort_list_model_new (NULL, GTK_SORTER (sorter));
}

/* --- the widget --- */

static void
activate_cb (SbTokenTable *self,
             guint         position)
{
  gtk_single_selection_set_selected (self->selection, position);
  if (sb_token_table_get_selected (self) != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
selected_cb (SbTokenTable *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

static void
sb_token_table_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  if (prop_id == PROP_SELECTED)
    g_value_set_object (value, sb_token_table_get_selected (SB_TOKEN_TABLE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_token_table_dispose (GObject *object)
{
  SbTokenTable *self = SB_TOKEN_TABLE (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->menu_model);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TOKEN_TABLE);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);

  G_OBJECT_CLASS (sb_token_table_parent_class)->dispose (object);
}

static void
sb_token_table_finalize (GObject *object)
{
  g_ptr_array_unref (SB_TOKEN_TABLE (object)->cells);

  G_OBJECT_CLASS (sb_token_table_parent_class)->finalize (object);
}

static void
sb_token_table_class_init (SbTokenTableClass *klass)
{
  static const char *const column_names[SB_TOKEN_N_COLUMNS] = {
    "token_column", "channels_column", "may_column", "expires_column", "last_used_column", "live_column", "state_column",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sb_token_table_get_property;
  object_class->dispose = sb_token_table_dispose;
  object_class->finalize = sb_token_table_finalize;

  properties[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, SB_TYPE_TOKEN_ITEM,
                                                   G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-token-table.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTokenTable, stack);
  gtk_widget_class_bind_template_child (widget_class, SbTokenTable, table);
  gtk_widget_class_bind_template_child (widget_class, SbTokenTable, rows);
  gtk_widget_class_bind_template_child (widget_class, SbTokenTable, column_view);
  gtk_widget_class_bind_template_child (widget_class, SbTokenTable, list_view);
  for (guint i = 0; i < SB_TOKEN_N_COLUMNS; i++)
    gtk_widget_class_bind_template_child_full (widget_class, column_names[i], FALSE,
                                               G_STRUCT_OFFSET (SbTokenTable, columns) + i * sizeof (GtkColumnViewColumn *));
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}

static void
sb_token_table_init (SbTokenTable *self)
{
  GtkListItemFactory *factory;

  self->cells = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  for (guint kind = 0; kind < SB_TOKEN_N_COLUMNS; kind++)
    {
      factory = make_factory (self, kind);
      gtk_column_view_column_set_factory (self->columns[kind], factory);
      g_object_unref (factory);
    }
  factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "bind", G_CALLBACK (bind_row_cb), NULL);
  gtk_column_view_set_row_factory (self->column_view, factory);
  g_object_unref (factory);
  factory = make_factory (self, SB_TOKEN_CELL_ROW);
  gtk_list_view_set_factory (self->list_view, factory);
  g_object_unref (factory);

  set_up_order (self);
  sb_table_align_heading (self->column_view, SB_TOKEN_CELL_LIVE);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->sorted)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->column_view, GTK_SELECTION_MODEL (self->selection));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));
}

void
sb_token_table_set_model (SbTokenTable *self,
                          GListModel   *tokens)
{
  g_return_if_fail (SB_IS_TOKEN_TABLE (self));
  g_return_if_fail (G_IS_LIST_MODEL (tokens));

  gtk_sort_list_model_set_model (self->sorted, tokens);
}

SbTokenItem *
sb_token_table_get_selected (SbTokenTable *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_TABLE (self), NULL);

  return self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;
}

/* Scrolls to it, too. An item that is not among those shown unselects. */
void
sb_token_table_select (SbTokenTable *self,
                       SbTokenItem  *item)
{
  guint n, position;

  g_return_if_fail (SB_IS_TOKEN_TABLE (self));

  n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  for (position = 0; item != NULL && position < n; position++)
    {
      g_autoptr (SbTokenItem) candidate = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

      if (candidate == item)
        break;
    }
  if (item == NULL || position == n)
    {
      gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
      return;
    }
  gtk_column_view_scroll_to (self->column_view, position, NULL, GTK_LIST_SCROLL_SELECT | GTK_LIST_SCROLL_FOCUS, NULL);
  gtk_list_view_scroll_to (self->list_view, position, GTK_LIST_SCROLL_SELECT | GTK_LIST_SCROLL_FOCUS, NULL);
}

void
sb_token_table_set_menu (SbTokenTable *self,
                         GMenuModel   *menu)
{
  g_return_if_fail (SB_IS_TOKEN_TABLE (self));

  g_set_object (&self->menu_model, menu);
}

void
sb_token_table_refresh (SbTokenTable *self)
{
  g_return_if_fail (SB_IS_TOKEN_TABLE (self));

  for (guint i = 0; i < self->cells->len; i++)
    sb_token_cell_refresh (g_ptr_array_index (self->cells, i));
}

/* For whoever knows that something has changed by which the table may be sorted. */
void
sb_token_table_resort (SbTokenTable *self)
{
  GtkSorter *sorter;
  GtkColumnViewColumn *primary;

  g_return_if_fail (SB_IS_TOKEN_TABLE (self));

  sorter = gtk_column_view_get_sorter (self->column_view);
  primary = gtk_column_view_sorter_get_primary_sort_column (GTK_COLUMN_VIEW_SORTER (sorter));
  if (primary != NULL)
    gtk_sorter_changed (gtk_column_view_column_get_sorter (primary), GTK_SORTER_CHANGE_DIFFERENT);
}

gboolean
sb_token_table_is_narrow (SbTokenTable *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_TABLE (self), FALSE);

  return gtk_stack_get_visible_child (self->stack) == self->rows;
}
