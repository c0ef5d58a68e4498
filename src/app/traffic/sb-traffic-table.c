/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-table.h"
#include "traffic/sb-traffic-cell.h"
#include "traffic/sb-traffic-slot.h"
#include "traffic/sb-traffic-tail.h"
#include "traffic/sb-traffic-words.h"
#include <glib/gi18n.h>

#define LEAST_ROW_HEIGHT 20 /* pixels */
#define LEAST_LENGTH 32     /* of what is shown of a flood */

/**
 * SbTrafficTable:
 *
 * The traffic as a table, or as rows of two lines where a table would have to be cut. The newest line is at the bottom,
 * and the table follows it until the user scrolls up or selects a line; at the bottom again it follows again. While it
 * follows it is as high as a whole number of rows, so that none is cut. In a flood that it follows it has the last lines
 * only, see #SbTrafficTail.
 *
 * Properties: "selected" (#SbTrafficEntry), "following" (boolean).
 */
struct _SbTrafficTable
{
  SbTable parent_instance;

  SbTrafficView *view;
  SbTrafficTail *tail;
  GtkSingleSelection *selection;
  gboolean following;
  guint align_id; /* idle: its height or its rows' may be another */
  enum
  {
    HOLD_NOT,
    HOLD_LATER, /* what is selected is to stay in sight when its details take their room */
    HOLD_NOW,   /* which they have done */
  } hold;
};

G_DEFINE_FINAL_TYPE (SbTrafficTable, sb_traffic_table, SB_TYPE_TABLE)

static const SbTableColumn columns[SB_TRAFFIC_N_COLUMNS] = {
  [SB_TRAFFIC_CELL_TIME] = { "time", N_("Time"), NULL, 0, FALSE, FALSE, FALSE },
  [SB_TRAFFIC_CELL_DIRECTION] = { "direction", "", NULL, 0, FALSE, FALSE, FALSE },
  [SB_TRAFFIC_CELL_CLIENT] = { "client", N_("Client"), NULL, 0, FALSE, FALSE, FALSE },
  [SB_TRAFFIC_CELL_CHANNEL] = { "channel", N_("Channel"), NULL, 0, FALSE, FALSE, FALSE },
  [SB_TRAFFIC_CELL_MESSAGE] = { "message", N_("Message"), NULL, 0, FALSE, TRUE, FALSE },
  [SB_TRAFFIC_CELL_SIZE] = { "size", N_("Size"), NULL, 1000, TRUE, FALSE, FALSE },
  [SB_TRAFFIC_CELL_REACHED] = { "reached", N_("Reached"), NULL, 700, TRUE, FALSE, FALSE },
};

enum
{
  PROP_0,
  PROP_SELECTED,
  PROP_FOLLOWING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- following --- */

static void follow (SbTrafficTable *self);

static void
scroll_to (SbTrafficTable *self,
           guint           position)
{
  sb_table_scroll_to (SB_TABLE (self), position, GTK_LIST_SCROLL_NONE);
}

static GtkScrolledWindow *
get_scroller (SbTrafficTable *self)
{
  return sb_table_get_scroller (SB_TABLE (self), sb_table_is_narrow (SB_TABLE (self)));
}

/* How high a row is; 0 while there is none. All are alike. */
static int
get_row_height (GtkWidget *view)
{
  GtkWidget *list = GTK_IS_LIST_VIEW (view) ? view : gtk_widget_get_last_child (view);
  graphene_rect_t bounds;
  int height = 0;

  /* Between rows that are to be seen lie some that are kept for later. */
  for (GtkWidget *row = list != NULL ? gtk_widget_get_first_child (list) : NULL; row != NULL && height == 0;
       row = gtk_widget_get_next_sibling (row))
    if (gtk_widget_get_child_visible (row) && gtk_widget_compute_bounds (row, list, &bounds))
      height = (int) bounds.size.height; /* with its padding */
  return height;
}

static gboolean
align_cb (gpointer user_data)
{
  SbTrafficTable *self = user_data;
  GtkScrolledWindow *scroller = get_scroller (self);
  GtkWidget *view = gtk_scrolled_window_get_child (scroller);
  int margin = gtk_widget_get_margin_bottom (view), row_height = get_row_height (view);
  int height = (int) gtk_adjustment_get_page_size (gtk_scrolled_window_get_vadjustment (scroller)) + margin;
  int n = self->selection != NULL ? (int) g_list_model_get_n_items (G_LIST_MODEL (self->selection)) : 0;
  gboolean fits = row_height <= 0 || n <= height / row_height;
  int spare = self->following && !fits && height > row_height ? height % row_height : 0;

  self->align_id = 0;
  gtk_widget_set_margin_bottom (view, spare);
  follow (self);
  if (self->hold == HOLD_NOW && gtk_single_selection_get_selected (self->selection) != GTK_INVALID_LIST_POSITION)
    scroll_to (self, gtk_single_selection_get_selected (self->selection));
  if (self->hold == HOLD_NOW)
    self->hold = HOLD_NOT;
  return G_SOURCE_REMOVE;
}

/* Not at once: what asks for it is often just being given its size. */
static void
queue_align (SbTrafficTable *self)
{
  if (self->align_id == 0)
    self->align_id = g_idle_add (align_cb, self);
}

static void
follow (SbTrafficTable *self)
{
  guint n = self->selection != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->selection)) : 0;

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
  sb_traffic_tail_set_short_allowed (self->tail, following);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOWING]);
  queue_align (self);
  follow (self);
}

static gboolean
is_at_end (SbTrafficTable *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (get_scroller (self));

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
  self->hold = HOLD_NOT;
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

  self->hold = HOLD_NOT;
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

/* As many lines as there could be on the screen in either form. */
static void
page_size_cb (SbTrafficTable *self)
{
  double size = 0;

  if (self->hold == HOLD_LATER)
    self->hold = HOLD_NOW;
  for (int narrow = FALSE; narrow <= TRUE; narrow++)
    size = MAX (size, gtk_adjustment_get_page_size (
                          gtk_scrolled_window_get_vadjustment (sb_table_get_scroller (SB_TABLE (self), narrow))));
  if (self->tail != NULL)
    sb_traffic_tail_set_length (self->tail, MAX ((guint) size / LEAST_ROW_HEIGHT, LEAST_LENGTH));
}

static void
watch_scrolling (SbTrafficTable    *self,
                 GtkScrolledWindow *scroller)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (scroller), scroll);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (scroller), keys);
  g_signal_connect_object (
      gtk_widget_get_first_child (gtk_scrolled_window_get_vscrollbar (scroller)), "change-value",
      G_CALLBACK (change_value_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (scroller), "value-changed",
                           G_CALLBACK (value_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (scroller), "notify::page-size", G_CALLBACK (queue_align),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (scroller), "notify::upper", G_CALLBACK (queue_align), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (scroller), "notify::page-size",
                           G_CALLBACK (page_size_cb), self, G_CONNECT_SWAPPED);
}

/* --- rows --- */

static GtkWidget *
sb_traffic_table_make_cell (SbTable *table,
                            guint    column)
{
  return sb_traffic_cell_new (column);
}

static void
sb_traffic_table_bind_cell (SbTable   *table,
                            GtkWidget *cell,
                            gpointer   item)
{
  sb_traffic_cell_set_entry (SB_TRAFFIC_CELL (cell), item != NULL ? sb_traffic_slot_resolve (item) : NULL);
}

static void
sb_traffic_table_describe (SbTable *table,
                           gpointer item,
                           char   **label,
                           char   **description)
{
  SbTrafficEntry *entry = sb_traffic_slot_resolve (item);
  g_autofree char *title = sb_traffic_words_title (entry);

  *label = sb_traffic_words_client (entry);
  *description = g_strdup_printf ("%s · %s", title, sb_traffic_entry_get_preview (entry));
}

/* --- the widget --- */

/* The line that stands in the place now is meant, not what comes to stand there. */
static void
select_line_of (SbTrafficTable *self,
                SbTrafficSlot  *slot)
{
  guint64 serial = sb_traffic_entry_get_serial (sb_traffic_slot_get_entry (slot));
  guint position;

  set_following (self, FALSE); /* with which the places are gone */
  if (sb_traffic_view_find (self->view, serial, &position))
    gtk_single_selection_set_selected (self->selection, position);
}

static void
selected_cb (SbTrafficTable *self)
{
  gpointer item = gtk_single_selection_get_selected_item (self->selection);

  if (SB_IS_TRAFFIC_SLOT (item))
    {
      select_line_of (self, item);
      return;
    }
  self->hold = item != NULL ? HOLD_LATER : HOLD_NOT;
  if (item != NULL)
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
sb_traffic_table_constructed (GObject *object)
{
  SbTrafficTable *self = SB_TRAFFIC_TABLE (object);

  G_OBJECT_CLASS (sb_traffic_table_parent_class)->constructed (object);

  sb_table_set_label (SB_TABLE (self), _("Traffic"));
  watch_scrolling (self, sb_table_get_scroller (SB_TABLE (self), FALSE));
  watch_scrolling (self, sb_table_get_scroller (SB_TABLE (self), TRUE));
  g_signal_connect (self, "notify::narrow", G_CALLBACK (follow), NULL);
}

static void
sb_traffic_table_dispose (GObject *object)
{
  SbTrafficTable *self = SB_TRAFFIC_TABLE (object);

  g_clear_handle_id (&self->align_id, g_source_remove);
  g_clear_object (&self->selection);
  g_clear_object (&self->tail);
  g_clear_object (&self->view);

  G_OBJECT_CLASS (sb_traffic_table_parent_class)->dispose (object);
}

static void
sb_traffic_table_class_init (SbTrafficTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  SbTableClass *table_class = SB_TABLE_CLASS (klass);

  object_class->get_property = sb_traffic_table_get_property;
  object_class->constructed = sb_traffic_table_constructed;
  object_class->dispose = sb_traffic_table_dispose;
  table_class->setting = "traffic";
  table_class->columns = columns;
  table_class->n_columns = SB_TRAFFIC_N_COLUMNS;
  table_class->narrow = 600;
  table_class->make_cell = sb_traffic_table_make_cell;
  table_class->bind_cell = sb_traffic_table_bind_cell;
  table_class->describe = sb_traffic_table_describe;

  properties[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, SB_TYPE_TRAFFIC_ENTRY,
                                                   G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_FOLLOWING] = g_param_spec_boolean (
      "following", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_traffic_table_init (SbTrafficTable *self)
{
  self->following = TRUE;
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
}

void
sb_traffic_table_set_view (SbTrafficTable *self,
                           SbTrafficView  *view)
{
  g_return_if_fail (SB_IS_TRAFFIC_TABLE (self));
  g_return_if_fail (self->view == NULL);

  self->view = g_object_ref (view);
  self->tail = sb_traffic_tail_new (view);
  sb_traffic_tail_set_short_allowed (self->tail, self->following);
  g_signal_connect_object (self->tail, "moved-on", G_CALLBACK (sb_table_show_again), self, G_CONNECT_SWAPPED);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->tail));
  sb_table_set_model (SB_TABLE (self), GTK_SELECTION_MODEL (self->selection));
  /* After the views, which are told first. */
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (follow), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  follow (self);
}

SbTrafficEntry *
sb_traffic_table_get_selected (SbTrafficTable *self)
{
  gpointer item;

  g_return_val_if_fail (SB_IS_TRAFFIC_TABLE (self), NULL);

  item = self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;
  return item != NULL ? sb_traffic_slot_resolve (item) : NULL;
}

/* Scrolls to it, too. */
void
sb_traffic_table_select (SbTrafficTable *self,
                         guint           position)
{
  g_return_if_fail (SB_IS_TRAFFIC_TABLE (self));

  if (position != GTK_INVALID_LIST_POSITION)
    sb_traffic_tail_set_short (self->tail, FALSE); /* it is counted in the whole view */
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
