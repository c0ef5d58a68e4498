/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-table.h"
#include "clients/sb-client-columns.h"
#include "clients/sb-client-words.h"
#include "sb-app-settings.h"
#include "sb-page.h"
#include "widgets/sb-table.h"
#include <glib/gi18n.h>

#define SETTING "clients-columns"
#define DEFAULT_ROOM 10000

/**
 * SbClientTable:
 *
 * The clients as a table, or as rows of two lines where a table would have to be cut. Both show
 *
 *   the page's filter model → GtkSortListModel (by column, then as they came) → GtkMultiSelection
 *
 * Numbers are read by sb_client_table_refresh(), for the rows that exist, which are those on the screen and a few more.
 * Which columns are shown is set by the actions "columns.ID", and remembered.
 *
 * Signals: "selection-changed"; "activated": Enter, double click, or a click on a narrow row.
 */
struct _SbClientTable
{
  AdwBin parent_instance;

  GtkSortListModel *sorted;
  GtkMultiSelection *selection;
  GSimpleActionGroup *actions;
  GPtrArray *cells; /* (element-type SbClientCell) all there are; not owned */
  GMenuModel *menu_model;
  GtkWidget *menu;
  GtkColumnViewColumn *columns[SB_CLIENT_N_COLUMNS]; /* owned by the view */
  gboolean wanted[SB_CLIENT_N_COLUMNS];
  gboolean left;
  gboolean picking;
  int room; /* how wide a column may be that is only for tables with enough of it */

  GtkStack *stack;
  GtkWidget *table;
  GtkWidget *rows;
  GtkColumnView *column_view;
  GtkListView *list_view;
};

G_DEFINE_FINAL_TYPE (SbClientTable, sb_client_table, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_ROOM,
  N_PROPS
};

enum
{
  SELECTION_CHANGED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- picking and the menu of a row --- */

static void
toggle (SbClientTable *self,
        guint          position)
{
  GtkSelectionModel *model = GTK_SELECTION_MODEL (self->selection);

  if (gtk_selection_model_is_selected (model, position))
    gtk_selection_model_unselect_item (model, position);
  else
    gtk_selection_model_select_item (model, position, FALSE);
}

static SbClientTable *
get_table (GtkEventController *controller)
{
  return SB_CLIENT_TABLE (gtk_widget_get_ancestor (gtk_event_controller_get_widget (controller), SB_TYPE_CLIENT_TABLE));
}

static void
pressed_cb (GtkGesture  *gesture,
            int          n_press,
            double       x,
            double       y,
            GtkListItem *list_item)
{
  SbClientTable *self = get_table (GTK_EVENT_CONTROLLER (gesture));

  /* Else the row takes it, and selects itself alone. */
  if (!self->picking)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  toggle (self, gtk_list_item_get_position (list_item));
}

/* A narrow row opens with one click, as rows of phones do. */
static void
released_cb (GtkGesture  *gesture,
             int          n_press,
             double       x,
             double       y,
             GtkListItem *list_item)
{
  SbClientTable *self = get_table (GTK_EVENT_CONTROLLER (gesture));
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (!self->picking && n_press == 1 && (modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
open_menu_at (GtkEventController *controller,
              GtkListItem        *list_item,
              double              x,
              double              y)
{
  SbClientTable *self = get_table (controller);
  guint position = gtk_list_item_get_position (list_item);

  if (!gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), position))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  sb_table_open_menu (GTK_WIDGET (self), &self->menu, self->menu_model, gtk_event_controller_get_widget (controller), x,
                      y);
}

static gboolean
has_selection (SbClientTable *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  return !gtk_bitset_is_empty (selected);
}

/* The Menu key and Shift+F10: at the row that has the focus. */
static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  SbClientTable *self = SB_CLIENT_TABLE (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, widget) || !has_selection (self))
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
selected_changed_cb (GtkListItem *list_item)
{
  sb_client_cell_set_picked (SB_CLIENT_CELL (gtk_list_item_get_child (list_item)),
                             gtk_list_item_get_selected (list_item));
}

static void
setup_cell (SbClientTable   *self,
            GtkListItem     *list_item,
            SbClientCellKind kind)
{
  GtkWidget *cell = sb_client_cell_new (kind);
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), list_item);
  if (kind == SB_CLIENT_CELL_ROW)
    g_signal_connect (click, "released", G_CALLBACK (released_cb), list_item);
  gtk_widget_add_controller (cell, GTK_EVENT_CONTROLLER (click));
  sb_table_watch_menu (cell, list_item, open_menu_at);

  sb_client_cell_set_picking (SB_CLIENT_CELL (cell), self->picking);
  g_ptr_array_add (self->cells, cell);
  g_object_weak_ref (G_OBJECT (cell), cell_gone_cb, g_ptr_array_ref (self->cells));
  gtk_list_item_set_child (list_item, cell);
  if (kind == SB_CLIENT_CELL_CLIENT || kind == SB_CLIENT_CELL_ROW)
    g_signal_connect (list_item, "notify::selected", G_CALLBACK (selected_changed_cb), NULL);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *list_item,
          SbClientTable            *self)
{
  setup_cell (self, list_item, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), "kind")));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *list_item)
{
  sb_client_cell_set_client (SB_CLIENT_CELL (gtk_list_item_get_child (list_item)), gtk_list_item_get_item (list_item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *list_item)
{
  sb_client_cell_set_client (SB_CLIENT_CELL (gtk_list_item_get_child (list_item)), NULL);
}

static GtkListItemFactory *
make_factory (SbClientTable   *self,
              SbClientCellKind kind)
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
  g_autoptr (SbClient) client = NULL;
  g_autofree char *facts = NULL;
  g_autofree char *state = NULL;
  g_autofree char *description = NULL;

  g_object_get (row, "item", &client, NULL);
  facts = sb_client_words_facts (client, g_get_real_time ());
  state = sb_client_words_state (client);
  description = g_strdup_printf ("%s · %s", state, facts);
  g_object_set (row, "accessible-label", sb_client_get_title (client), "accessible-description", description, NULL);
}

/* --- columns --- */

static void
update_columns (SbClientTable *self)
{
  for (guint i = 0; i < SB_CLIENT_N_COLUMNS; i++)
    {
      const SbClientColumn *column = &sb_client_columns[i];

      gtk_column_view_column_set_visible (self->columns[i], self->wanted[i] &&
                                                                (self->left ? column->left : column->connected) &&
                                                                column->needs <= self->room);
    }
}

static void
save_columns (SbClientTable *self)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("a{sb}"));
  GSettings *settings = sb_app_settings_get ();

  if (settings == NULL)
    return;
  for (guint i = 0; i < SB_CLIENT_N_COLUMNS; i++)
    if (self->wanted[i] == sb_client_columns[i].hidden)
      g_variant_builder_add (builder, "{sb}", sb_client_columns[i].id, self->wanted[i]);
  g_settings_set (settings, SETTING, "a{sb}", builder);
}

static void
load_columns (SbClientTable *self)
{
  GSettings *settings = sb_app_settings_get ();
  g_autoptr (GVariant) saved = settings != NULL ? g_settings_get_value (settings, SETTING) : NULL;

  for (guint i = 0; i < SB_CLIENT_N_COLUMNS; i++)
    {
      gboolean wanted = !sb_client_columns[i].hidden;

      if (saved != NULL)
        g_variant_lookup (saved, sb_client_columns[i].id, "b", &wanted);
      self->wanted[i] = wanted;
    }
}

static void
change_column_cb (SbClientTable *self,
                  GVariant      *state,
                  GSimpleAction *action)
{
  g_simple_action_set_state (action, state);
  for (guint i = 0; i < SB_CLIENT_N_COLUMNS; i++)
    if (g_str_equal (sb_client_columns[i].id, g_action_get_name (G_ACTION (action))))
      self->wanted[i] = g_variant_get_boolean (state);
  update_columns (self);
  save_columns (self);
}

static void
add_column (SbClientTable   *self,
            SbClientCellKind kind)
{
  const SbClientColumn *column = &sb_client_columns[kind];
  const char *context = kind == SB_CLIENT_CELL_MESSAGES_IN    ? "messages received"
                        : kind == SB_CLIENT_CELL_MESSAGES_OUT ? "messages sent"
                        : kind == SB_CLIENT_CELL_LEFT_AT      ? "when a client left"
                                                              : NULL;
  const char *title = context != NULL ? g_dpgettext2 (NULL, context, column->title) : _(column->title);
  g_autoptr (GtkListItemFactory) factory = make_factory (self, kind);
  g_autoptr (GtkColumnViewColumn) view_column = gtk_column_view_column_new (title, NULL);
  g_autoptr (GtkSorter) sorter =
      GTK_SORTER (gtk_custom_sorter_new (sb_client_columns_compare, GINT_TO_POINTER (kind), NULL));
  g_autoptr (GSimpleAction) action =
      g_simple_action_new_stateful (column->id, NULL, g_variant_new_boolean (self->wanted[kind]));

  gtk_column_view_column_set_factory (view_column, factory);
  gtk_column_view_column_set_sorter (view_column, sorter);
  gtk_column_view_column_set_expand (view_column, kind == SB_CLIENT_CELL_CLIENT || kind == SB_CLIENT_CELL_ENDING);
  gtk_column_view_column_set_resizable (view_column, kind <= SB_CLIENT_CELL_CHANNEL || kind == SB_CLIENT_CELL_ENDING);
  gtk_column_view_append_column (self->column_view, view_column);
  self->columns[kind] = view_column;
  if (sb_client_cell_kind_is_number (kind))
    sb_table_align_heading (self->column_view, kind);

  g_signal_connect_object (action, "change-state", G_CALLBACK (change_column_cb), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

/* --- the widget --- */

static void
activate_cb (SbClientTable *self,
             guint          position)
{
  if (self->picking)
    {
      toggle (self, position);
      return;
    }
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
selection_changed_cb (SbClientTable *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

static void
sb_client_table_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  if (prop_id == PROP_ROOM)
    g_value_set_int (value, SB_CLIENT_TABLE (object)->room);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_client_table_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  SbClientTable *self = SB_CLIENT_TABLE (object);

  if (prop_id != PROP_ROOM)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  self->room = g_value_get_int (value);
  if (self->columns[0] != NULL)
    update_columns (self);
}

static void
sb_client_table_dispose (GObject *object)
{
  SbClientTable *self = SB_CLIENT_TABLE (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->menu_model);
  memset (self->columns, 0, sizeof self->columns);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_CLIENT_TABLE);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);
  g_clear_object (&self->actions);

  G_OBJECT_CLASS (sb_client_table_parent_class)->dispose (object);
}

static void
sb_client_table_finalize (GObject *object)
{
  g_ptr_array_unref (SB_CLIENT_TABLE (object)->cells);

  G_OBJECT_CLASS (sb_client_table_parent_class)->finalize (object);
}

static void
sb_client_table_class_init (SbClientTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sb_client_table_get_property;
  object_class->set_property = sb_client_table_set_property;
  object_class->dispose = sb_client_table_dispose;
  object_class->finalize = sb_client_table_finalize;

  /* For breakpoints: columns that need more are not shown. */
  g_object_class_install_property (object_class, PROP_ROOM,
                                   g_param_spec_int ("room", NULL, NULL, 0, DEFAULT_ROOM, DEFAULT_ROOM,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));

  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATED] =
      g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-client-table.ui");
  gtk_widget_class_bind_template_child (widget_class, SbClientTable, stack);
  gtk_widget_class_bind_template_child (widget_class, SbClientTable, table);
  gtk_widget_class_bind_template_child (widget_class, SbClientTable, rows);
  gtk_widget_class_bind_template_child (widget_class, SbClientTable, column_view);
  gtk_widget_class_bind_template_child (widget_class, SbClientTable, list_view);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}

static void
sb_client_table_init (SbClientTable *self)
{
  GtkMultiSorter *sorter = gtk_multi_sorter_new ();
  g_autoptr (GtkListItemFactory) row_factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkListItemFactory) narrow_factory = NULL;

  self->cells = g_ptr_array_new ();
  self->actions = g_simple_action_group_new ();
  self->room = DEFAULT_ROOM;
  gtk_widget_init_template (GTK_WIDGET (self));

  load_columns (self);
  for (guint kind = 0; kind < SB_CLIENT_N_COLUMNS; kind++)
    add_column (self, kind);
  update_columns (self);
  g_signal_connect (row_factory, "bind", G_CALLBACK (bind_row_cb), NULL);
  gtk_column_view_set_row_factory (self->column_view, row_factory);
  narrow_factory = make_factory (self, SB_CLIENT_CELL_ROW);
  gtk_list_view_set_factory (self->list_view, narrow_factory);

  gtk_multi_sorter_append (sorter, g_object_ref (gtk_column_view_get_sorter (self->column_view)));
  self->sorted = gtk_sort_list_model_new (NULL, GTK_SORTER (sorter));
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->sorted)));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->column_view, GTK_SELECTION_MODEL (self->selection));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));
}

void
sb_client_table_set_model (SbClientTable *self,
                           GListModel    *clients,
                           gboolean       left)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));
  g_return_if_fail (G_IS_LIST_MODEL (clients));

  self->left = left;
  gtk_sort_list_model_set_model (self->sorted, clients);
  update_columns (self);
}

/**
 * sb_client_table_get_actions:
 *
 * Returns: (transfer none): an action for each column, by its id, to be put in the group "columns" of the page
 */
GActionGroup *
sb_client_table_get_actions (SbClientTable *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_TABLE (self), NULL);

  return G_ACTION_GROUP (self->actions);
}

GPtrArray *
sb_client_table_dup_selected (SbClientTable *self)
{
  g_autoptr (GtkBitset) selected = NULL;
  GPtrArray *clients;
  GtkBitsetIter iter;
  guint position;

  g_return_val_if_fail (SB_IS_CLIENT_TABLE (self), NULL);

  clients = g_ptr_array_new_with_free_func (g_object_unref);
  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (clients, g_list_model_get_item (G_LIST_MODEL (self->selection), position));
  return clients;
}

static guint
find (SbClientTable *self,
      SbClient      *client)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbClient) candidate = g_list_model_get_item (G_LIST_MODEL (self->selection), i);

      if (candidate == client)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

gboolean
sb_client_table_contains (SbClientTable *self,
                          SbClient      *client)
{
  g_return_val_if_fail (SB_IS_CLIENT_TABLE (self), FALSE);

  return find (self, client) != GTK_INVALID_LIST_POSITION;
}

/* Scrolls to it, too. One that is not among those shown unselects. */
void
sb_client_table_select (SbClientTable *self,
                        SbClient      *client)
{
  guint position;

  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  position = client != NULL ? find (self, client) : GTK_INVALID_LIST_POSITION;
  if (position == GTK_INVALID_LIST_POSITION)
    {
      gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (self->selection));
      return;
    }
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  gtk_column_view_scroll_to (self->column_view, position, NULL, GTK_LIST_SCROLL_FOCUS, NULL);
  gtk_list_view_scroll_to (self->list_view, position, GTK_LIST_SCROLL_FOCUS, NULL);
}

void
sb_client_table_set_picking (SbClientTable *self,
                             gboolean       picking)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  self->picking = picking;
  for (guint i = 0; i < self->cells->len; i++)
    sb_client_cell_set_picking (g_ptr_array_index (self->cells, i), picking);
}

void
sb_client_table_select_all (SbClientTable *self)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  gtk_selection_model_select_all (GTK_SELECTION_MODEL (self->selection));
}

void
sb_client_table_set_menu (SbClientTable *self,
                          GMenuModel    *menu)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  g_set_object (&self->menu_model, menu);
}

/**
 * sb_client_table_refresh:
 * @max_backlog: bytes that may wait for one client
 *
 * The engine goes round all clients; with thousands of them those to be seen would wait their turn.
 */
void
sb_client_table_refresh (SbClientTable *self,
                         guint64        max_backlog)
{
  gint64 now = g_get_monotonic_time ();

  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  for (guint i = 0; i < self->cells->len; i++)
    {
      SbClientCell *cell = g_ptr_array_index (self->cells, i);
      SbClient *client = sb_client_cell_get_client (cell);

      if (client == NULL || !gtk_widget_get_mapped (GTK_WIDGET (cell)))
        continue;
      sb_client_refresh (client, now, max_backlog);
      sb_client_cell_refresh (cell);
    }
}

void
sb_client_table_resort (SbClientTable *self)
{
  GtkSorter *sorter;
  GtkColumnViewColumn *primary;

  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  sorter = gtk_column_view_get_sorter (self->column_view);
  primary = gtk_column_view_sorter_get_primary_sort_column (GTK_COLUMN_VIEW_SORTER (sorter));
  for (guint kind = SB_CLIENT_CELL_MESSAGES_IN; primary != NULL && kind <= SB_CLIENT_CELL_STATE; kind++)
    if (primary == self->columns[kind])
      gtk_sorter_changed (gtk_column_view_column_get_sorter (primary), GTK_SORTER_CHANGE_DIFFERENT);
}
