/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-table-pointer.h"

/* Which row of a table is meant: under the pointer, under a finger, or where the focus is. */

static GQuark
get_quark (void)
{
  static GQuark quark;

  if (quark == 0)
    quark = g_quark_from_static_string ("sb-table-list-item");
  return quark;
}

/* @list_item: of whose row @cell is a part */
void
sb_table_set_list_item (GtkWidget   *cell,
                        GtkListItem *list_item)
{
  g_object_set_qdata (G_OBJECT (cell), get_quark (), list_item);
}

/* Of a cell or of what it stands in; NULL: it is none. */
GtkListItem *
sb_table_find_list_item (GtkWidget *widget)
{
  GtkListItem *list_item = g_object_get_qdata (G_OBJECT (widget), get_quark ());

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && list_item == NULL;
       child = gtk_widget_get_next_sibling (child))
    list_item = sb_table_find_list_item (child);
  return list_item;
}

/* The row at a place within a view, by any of its cells: also beside what is written in them. */
static guint
pick_row (GtkWidget *view,
          double     x,
          double     y)
{
  GtkListItem *list_item = NULL;

  for (GtkWidget *widget = gtk_widget_pick (view, x, y, GTK_PICK_DEFAULT);
       widget != NULL && widget != view && !GTK_IS_LIST_VIEW (widget) && list_item == NULL;
       widget = gtk_widget_get_parent (widget))
    list_item = sb_table_find_list_item (widget);
  return list_item != NULL ? gtk_list_item_get_position (list_item) : GTK_INVALID_LIST_POSITION;
}

static SbTable *
get_table (gpointer controller)
{
  return SB_TABLE (gtk_widget_get_ancestor (gtk_event_controller_get_widget (controller), SB_TYPE_TABLE));
}

void
sb_table_toggle (SbTable *self,
                 guint    position)
{
  GtkSelectionModel *model = sb_table_get_model (self);

  if (gtk_selection_model_is_selected (model, position))
    gtk_selection_model_unselect_item (model, position);
  else
    gtk_selection_model_select_item (model, position, FALSE);
}

static void
pressed_cb (GtkGesture *gesture,
            int         n_press,
            double      x,
            double      y)
{
  SbTable *self = get_table (gesture);
  guint position = pick_row (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)), x, y);

  /* Else the row takes it, and selects itself alone. */
  if (!sb_table_get_picking (self) || position == GTK_INVALID_LIST_POSITION)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  sb_table_toggle (self, position);
}

/* A narrow row opens with one click, as rows of phones do. */
static void
released_cb (GtkGesture *gesture,
             int         n_press,
             double      x,
             double      y)
{
  SbTable *self = get_table (gesture);
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  guint position = pick_row (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)), x, y);

  if (sb_table_is_narrow (self) && !sb_table_get_picking (self) && n_press == 1 && position != GTK_INVALID_LIST_POSITION &&
      (modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    {
      gtk_selection_model_select_item (sb_table_get_model (self), position, TRUE);
      g_signal_emit_by_name (self, "activated");
    }
}

static void
open_menu (GtkGesture *gesture,
           double      x,
           double      y)
{
  SbTable *self = get_table (gesture);
  GtkSelectionModel *model = sb_table_get_model (self);
  GtkWidget *view = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  guint position = pick_row (view, x, y);

  if (position == GTK_INVALID_LIST_POSITION)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  if (!gtk_selection_model_is_selected (model, position))
    gtk_selection_model_select_item (model, position, TRUE);
  sb_table_open_row_menu (self, view, x, y);
}

static void
secondary_pressed_cb (GtkGesture *gesture,
                      int         n_press,
                      double      x,
                      double      y)
{
  open_menu (gesture, x, y);
}

static gboolean
has_selection (SbTable *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (sb_table_get_model (self));

  return !gtk_bitset_is_empty (selected);
}

/* By key: at the row that has the focus, which is selected unless it is. Returns whether there is one. */
gboolean
sb_table_open_menu_at_focus (SbTable *self)
{
  GtkSelectionModel *model = sb_table_get_model (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkListItem *list_item;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self)) || model == NULL)
    return FALSE;
  list_item = sb_table_find_list_item (focus);
  if (list_item != NULL && !gtk_selection_model_is_selected (model, gtk_list_item_get_position (list_item)))
    gtk_selection_model_select_item (model, gtk_list_item_get_position (list_item), TRUE);
  if (!has_selection (self))
    return FALSE;
  sb_table_open_row_menu (self, focus, 24, gtk_widget_get_height (focus));
  return TRUE;
}

/* @view: one of the two forms of a table: clicks pick, activate and open the menu of a row. */
void
sb_table_watch_pointer (GtkWidget *view)
{
  GtkGesture *primary = gtk_gesture_click_new ();
  GtkGesture *secondary = gtk_gesture_click_new ();
  GtkGesture *long_press = gtk_gesture_long_press_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (primary), GTK_PHASE_CAPTURE);
  g_signal_connect (primary, "pressed", G_CALLBACK (pressed_cb), NULL);
  g_signal_connect (primary, "released", G_CALLBACK (released_cb), NULL);
  gtk_widget_add_controller (view, GTK_EVENT_CONTROLLER (primary));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (secondary), GDK_BUTTON_SECONDARY);
  g_signal_connect (secondary, "pressed", G_CALLBACK (secondary_pressed_cb), NULL);
  gtk_widget_add_controller (view, GTK_EVENT_CONTROLLER (secondary));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  g_signal_connect (long_press, "pressed", G_CALLBACK (open_menu), NULL);
  gtk_widget_add_controller (view, GTK_EVENT_CONTROLLER (long_press));
}
