/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-table.h"
#include "sb-page.h"
#include "traffic/sb-traffic-cell.h"
#include "traffic/sb-traffic-words.h"
#include "widgets/sb-table.h"
#include <glib/gi18n.h>

/**
 * SbTrafficTable:
 *
 * The traffic as a table, or as rows of two lines where a table would have to be cut. The newest line is at the bottom,
 * and the table follows it until the user scrolls up or selects a line; at the bottom again it follows again.
 *
 * Properties: "selected" (#SbTrafficEntry), "following" (boolean). Signal "activated": Enter, double click, or a click
 * on a narrow row.
 */
struct _SbTrafficTable
{
  AdwBin parent_instance;

  SbTrafficView *view;
  GtkSingleSelection *selection;
  gboolean following;
  GMenuModel *menu_model;
  GtkWidget *menu;

  GtkStack *stack;
  GtkWidget *table;
  GtkWidget *rows;
  GtkColumnView *column_view;
  GtkListView *list_view;
  GtkColumnViewColumn *columns[SB_TRAFFIC_N_COLUMNS];
};

G_DEFINE_FINAL_TYPE (SbTrafficTable, sb_traffic_table, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SELECTED,
  PROP_FOLLOWING,
  N_PROPS
};

enum
{
  ACTIVATED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- following --- */

static void
scroll_to (SbTrafficTable *self,
           guint           position)
{
  gtk_column_view_scroll_to (self->column_view, position, NULL, GTK_LIST_SCROLL_NONE, NULL);
  gtk_list_view_scroll_to (self->list_view, position, GTK_LIST_SCROLL_NONE, NULL);
}

static void
follow (SbTrafficTable *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  if (self->following && n > 0)
    scroll_to (self, n - 1);
}

static void
set_following (SbTrafficTable *self,
               gboolean        following)
{
  if (self->following == following)
    return;
  self->following = following;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOWING]);
  follow (self);
}

static gboolean
is_at_end (SbTrafficTable *self)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (gtk_stack_get_visible_child (self->stack));
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (scroller);

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
         gtk_adjustment_get_upper (adjustment) - 1;
}

/* Upwards by wheel or touchpad: the adjustment alone does not tell the user's scrolling from that of new lines. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           SbTrafficTable           *self)
{
  if (dy < 0)
    set_following (self, FALSE);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
key_pressed_cb (SbTrafficTable *self,
                guint           key,
                guint           code,
                GdkModifierType state)
{
  if (key == GDK_KEY_Up || key == GDK_KEY_Page_Up || key == GDK_KEY_Home || key == GDK_KEY_KP_Up ||
      key == GDK_KEY_KP_Page_Up || key == GDK_KEY_KP_Home)
    set_following (self, FALSE);
  return GDK_EVENT_PROPAGATE;
}

/* Dragging the scrollbar away from the end stops the following. */
static gboolean
change_value_cb (SbTrafficTable *self,
                 GtkScrollType   type,
                 double          value,
                 GtkRange       *range)
{
  GtkAdjustment *adjustment = gtk_range_get_adjustment (range);

  if (value < gtk_adjustment_get_value (adjustment))
    set_following (self, FALSE);
  return FALSE;
}

/* At the end again: there is nothing to read further down, so go on. A selected line is being looked at, and stays. */
static void
value_changed_cb (SbTrafficTable *self)
{
  if (!self->following && is_at_end (self) && sb_traffic_table_get_selected (self) == NULL &&
      !sb_traffic_view_get_paused (self->view))
    set_following (self, TRUE);
}

static void
watch_scrolling (SbTrafficTable *self,
                 GtkWidget      *scroller)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (scroller, scroll);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (scroller, keys);
  g_signal_connect_object (
      gtk_widget_get_first_child (gtk_scrolled_window_get_vscrollbar (GTK_SCROLLED_WINDOW (scroller))), "change-value",
      G_CALLBACK (change_value_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)), "value-changed",
                           G_CALLBACK (value_changed_cb), self, G_CONNECT_SWAPPED);
}

/* --- the menu of a row --- */

static void
open_menu_at (GtkEventController *controller,
              GtkListItem        *list_item,
              double              x,
              double              y)
{
  GtkWidget *cell = gtk_event_controller_get_widget (controller);
  SbTrafficTable *self = SB_TRAFFIC_TABLE (gtk_widget_get_ancestor (cell, SB_TYPE_TRAFFIC_TABLE));

  gtk_single_selection_set_selected (self->selection, gtk_list_item_get_position (list_item));
  sb_table_open_menu (GTK_WIDGET (self), &self->menu, self->menu_model, cell, x, y);
}

/* A narrow row opens with one click, as rows of phones do. */
static void
released_cb (GtkGesture *gesture,
             int         n_press)
{
  GtkWidget *cell = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));

  if (n_press == 1)
    g_signal_emit (gtk_widget_get_ancestor (cell, SB_TYPE_TRAFFIC_TABLE), signals[ACTIVATED], 0);
}

/* The Menu key and Shift+F10: at the row that has the focus. */
static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  SbTrafficTable *self = SB_TRAFFIC_TABLE (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, widget) || sb_traffic_table_get_selected (self) == NULL)
    return FALSE;
  sb_table_open_menu (widget, &self->menu, self->menu_model, focus, 24, gtk_widget_get_height (focus));
  return TRUE;
}

/* --- cells --- */

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *list_item)
{
  SbTrafficCellKind kind = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), "kind"));
  GtkWidget *cell = sb_traffic_cell_new (kind);

  sb_table_watch_menu (cell, list_item, open_menu_at);
  if (kind == SB_TRAFFIC_CELL_ROW)
    {
      GtkGesture *click = gtk_gesture_click_new ();

      g_signal_connect (click, "released", G_CALLBACK (released_cb), NULL);
      gtk_widget_add_controller (cell, GTK_EVENT_CONTROLLER (click));
    }
  gtk_list_item_set_child (list_item, cell);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *list_item)
{
  sb_traffic_cell_set_entry (SB_TRAFFIC_CELL (gtk_list_item_get_child (list_item)), gtk_list_item_get_item (list_item));
}

static GtkListItemFactory *
make_factory (SbTrafficCellKind kind)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_object_set_data (G_OBJECT (factory), "kind", GINT_TO_POINTER (kind));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  return factory;
}

/* What a screen reader says of a row as a whole, before its cells. */
static void
bind_row_cb (GtkSignalListItemFactory *factory,
             GObject                  *row)
{
  g_autoptr (SbTrafficEntry) entry = NULL;
  g_autofree char *client = NULL;
  g_autofree char *title = NULL;

  g_object_get (row, "item", &entry, NULL);
  client = sb_traffic_words_client (entry);
  title = sb_traffic_words_title (entry);
  g_object_set (row, "accessible-label", client, "accessible-description", title, NULL);
}

/* --- the widget --- */

static void
activate_cb (SbTrafficTable *self,
             guint           position)
{
  gtk_single_selection_set_selected (self->selection, position);
  if (sb_traffic_table_get_selected (self) != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
selected_cb (SbTrafficTable *self)
{
  if (sb_traffic_table_get_selected (self) != NULL)
    set_following (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

static void
sb_traffic_table_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  SbTrafficTable *self = SB_TRAFFIC_TABLE (object);

  switch (prop_id)
    {
    case PROP_SELECTED: g_value_set_object (value, sb_traffic_table_get_selected (self)); break;
    case PROP_FOLLOWING: g_value_set_boolean (value, self->following); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_traffic_table_dispose (GObject *object)
{
  SbTrafficTable *self = SB_TRAFFIC_TABLE (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->menu_model);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TRAFFIC_TABLE);
  g_clear_object (&self->selection);
  g_clear_object (&self->view);

  G_OBJECT_CLASS (sb_traffic_table_parent_class)->dispose (object);
}

static void
sb_traffic_table_class_init (SbTrafficTableClass *klass)
{
  static const char *const column_names[SB_TRAFFIC_N_COLUMNS] = {
    "time_column",    "direction_column", "client_column",  "channel_column",
    "message_column", "size_column",      "reached_column",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sb_traffic_table_get_property;
  object_class->dispose = sb_traffic_table_dispose;

  properties[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, SB_TYPE_TRAFFIC_ENTRY,
                                                   G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_FOLLOWING] = g_param_spec_boolean (
      "following", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ACTIVATED] =
      g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-traffic-table.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTrafficTable, stack);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficTable, table);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficTable, rows);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficTable, column_view);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficTable, list_view);
  for (guint i = 0; i < SB_TRAFFIC_N_COLUMNS; i++)
    gtk_widget_class_bind_template_child_full (widget_class, column_names[i], FALSE,
                                               G_STRUCT_OFFSET (SbTrafficTable, columns) +
                                                   i * sizeof (GtkColumnViewColumn *));
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}

static void
sb_traffic_table_init (SbTrafficTable *self)
{
  g_autoptr (GtkListItemFactory) row_factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkListItemFactory) narrow_factory = make_factory (SB_TRAFFIC_CELL_ROW);

  self->following = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));

  for (guint kind = 0; kind < SB_TRAFFIC_N_COLUMNS; kind++)
    {
      g_autoptr (GtkListItemFactory) factory = make_factory (kind);

      gtk_column_view_column_set_factory (self->columns[kind], factory);
    }
  g_signal_connect (row_factory, "bind", G_CALLBACK (bind_row_cb), NULL);
  gtk_column_view_set_row_factory (self->column_view, row_factory);
  gtk_list_view_set_factory (self->list_view, narrow_factory);
  sb_table_align_heading (self->column_view, SB_TRAFFIC_CELL_SIZE);
  sb_table_align_heading (self->column_view, SB_TRAFFIC_CELL_REACHED);
  watch_scrolling (self, self->table);
  watch_scrolling (self, self->rows);

  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->column_view, GTK_SELECTION_MODEL (self->selection));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));
}

void
sb_traffic_table_set_view (SbTrafficTable *self,
                           SbTrafficView  *view)
{
  g_return_if_fail (SB_IS_TRAFFIC_TABLE (self));
  g_return_if_fail (self->view == NULL);

  self->view = g_object_ref (view);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (view));
  /* After the views, which are told first. */
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (follow), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  follow (self);
}

SbTrafficEntry *
sb_traffic_table_get_selected (SbTrafficTable *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_TABLE (self), NULL);

  return self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;
}

/* Scrolls to it, too. */
void
sb_traffic_table_select (SbTrafficTable *self,
                         guint           position)
{
  g_return_if_fail (SB_IS_TRAFFIC_TABLE (self));

  gtk_single_selection_set_selected (self->selection, position);
  if (position != GTK_INVALID_LIST_POSITION)
    scroll_to (self, position);
}

gboolean
sb_traffic_table_get_following (SbTrafficTable *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_TABLE (self), FALSE);

  return self->following;
}

/* Following again takes the selection back: the line would be carried away. */
void
sb_traffic_table_set_following (SbTrafficTable *self,
                                gboolean        following)
{
  g_return_if_fail (SB_IS_TRAFFIC_TABLE (self));

  if (following)
    gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  set_following (self, following);
}

void
sb_traffic_table_set_menu (SbTrafficTable *self,
                           GMenuModel     *menu)
{
  g_return_if_fail (SB_IS_TRAFFIC_TABLE (self));

  g_set_object (&self->menu_model, menu);
}
