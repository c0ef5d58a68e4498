/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-talk-view.h"
#include "sb-page.h"
#include "trial/sb-talk-dialog.h"
#include "trial/sb-talk-row.h"
#include "trial/sb-talk-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

#define MANY 100 /* lines at once: nobody reads them */
#define END 60   /* lines: more than can be seen */
#define CALM 500 /* ms without so many, until all lines are shown */
#define SETTLING 2 /* frames until the list is where it will be */

/**
 * SbTalkView:
 *
 * The log of a test client as a list. The newest line is at the bottom, and in sight until the user scrolls up; at the bottom again it
 * follows again. In a flood that it follows it has the last lines only. A line opens at length.
 */
struct _SbTalkView
{
  AdwBin parent_instance;

  SbTalkLog *log;
  GtkSliceListModel *slice; /* of the log: all of it, in a flood the end */
  GtkSelectionModel *selection;
  guint calm_id; /* while it is the end */
  gboolean following;
  guint n_settling; /* frames */

  GtkLabel *gone;
  GtkWidget *end_button;
  GtkScrolledWindow *scroller;
  GtkListView *list;
};

G_DEFINE_FINAL_TYPE (SbTalkView, sb_talk_view, ADW_TYPE_BIN)

/* --- rows --- */

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  gtk_list_item_set_child (item, sb_talk_row_new ());
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  SbTalkLine *line = gtk_list_item_get_item (item);
  g_autofree char *facts = sb_talk_words_facts (line);

  sb_talk_row_set_line (SB_TALK_ROW (gtk_list_item_get_child (item)), line);
  gtk_list_item_set_accessible_label (item, sb_talk_line_get_text (line));
  gtk_list_item_set_accessible_description (item, facts);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item)
{
  sb_talk_row_set_line (SB_TALK_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
activate_cb (SbTalkView *self,
             guint       position)
{
  g_autoptr (SbTalkLine) line = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (line != NULL)
    adw_dialog_present (sb_talk_dialog_new (line), GTK_WIDGET (self));
}

static gboolean
copy_cb (GtkWidget *widget,
         GVariant  *arguments,
         gpointer   user_data)
{
  SbTalkView *self = SB_TALK_VIEW (widget);
  SbTalkLine *line = gtk_single_selection_get_selected_item (GTK_SINGLE_SELECTION (self->selection));
  g_autofree char *text = NULL;

  if (line == NULL)
    return GDK_EVENT_PROPAGATE;
  text = sb_talk_words_whole (line, NULL);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  return GDK_EVENT_STOP;
}

/* --- following --- */

static void
set_following (SbTalkView *self,
               gboolean    following)
{
  self->following = following;
  gtk_widget_set_visible (self->end_button, !following);
}

static gboolean
is_at_end (SbTalkView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >= gtk_adjustment_get_upper (adjustment) - 1;
}

static void
follow (SbTalkView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  if (self->following && n > 0)
    gtk_list_view_scroll_to (self->list, n - 1, GTK_LIST_SCROLL_NONE, NULL);
}

static gboolean
settle_cb (GtkWidget     *widget,
           GdkFrameClock *clock,
           gpointer       user_data)
{
  SbTalkView *self = SB_TALK_VIEW (widget);

  if (!is_at_end (self))
    follow (self);
  else if (self->n_settling == 1)
    set_following (self, TRUE);
  return --self->n_settling > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The list finds out where its rows are as it lays them out, and moves the view meanwhile. */
static void
settle (SbTalkView *self)
{
  if (self->n_settling == 0)
    gtk_widget_add_tick_callback (GTK_WIDGET (self), settle_cb, NULL, NULL);
  self->n_settling = SETTLING;
}

static void
items_changed_cb (SbTalkView *self)
{
  settle (self);
  follow (self);
}

/* --- floods --- */

static void
calm_cb (gpointer user_data)
{
  SbTalkView *self = user_data;

  self->calm_id = 0;
  gtk_slice_list_model_set_offset (self->slice, 0);
  gtk_slice_list_model_set_size (self->slice, G_MAXUINT);
}

/* The list has some two hundred rows at hand, whatever can be seen of them. Where all are others a moment later, it has no more than can be
 * seen. */
static void
log_changed_cb (SbTalkView *self,
                guint       position,
                guint       n_removed,
                guint       n_added)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->log));

  if (self->following && n_added >= MANY)
    {
      g_clear_handle_id (&self->calm_id, g_source_remove);
      self->calm_id = g_timeout_add_once (CALM, calm_cb, self);
    }
  if (self->calm_id == 0 || n_added == 0)
    return;
  gtk_slice_list_model_set_size (self->slice, END);
  gtk_slice_list_model_set_offset (self->slice, n > END ? n - END : 0);
}

/* --- the user's scrolling --- */

/* Where all lines are in sight there is nothing to leave. */
static void
stop_following (SbTalkView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  if (gtk_adjustment_get_upper (adjustment) > gtk_adjustment_get_page_size (adjustment))
    set_following (self, FALSE);
}

/* Upwards by wheel, touchpad, key or bar: the adjustment alone does not tell the user's scrolling from that of new lines. */
static gboolean
scroll_cb (SbTalkView *self,
           double      dx,
           double      dy)
{
  if (dy < 0)
    stop_following (self);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
key_pressed_cb (SbTalkView     *self,
                guint           key,
                guint           code,
                GdkModifierType state)
{
  if (key == GDK_KEY_Up || key == GDK_KEY_Page_Up || key == GDK_KEY_Home || key == GDK_KEY_KP_Up || key == GDK_KEY_KP_Page_Up ||
      key == GDK_KEY_KP_Home)
    stop_following (self);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
change_value_cb (SbTalkView   *self,
                 GtkScrollType type,
                 double        value,
                 GtkRange     *range)
{
  if (value < gtk_adjustment_get_value (gtk_range_get_adjustment (range)))
    stop_following (self);
  return FALSE;
}

/* By touch, say, where it is not the list that moved. */
static void
value_changed_cb (SbTalkView *self)
{
  if (self->n_settling > 0)
    return;
  if (is_at_end (self))
    set_following (self, TRUE);
  else
    stop_following (self);
}

static void
watch_scrolling (SbTalkView *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), scroll);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), keys);
  g_signal_connect_object (gtk_widget_get_first_child (gtk_scrolled_window_get_vscrollbar (self->scroller)), "change-value",
                           G_CALLBACK (change_value_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (settle), self, G_CONNECT_SWAPPED);
}

static void
end_cb (SbTalkView *self)
{
  set_following (self, TRUE);
  follow (self);
}

static void
gone_cb (SbTalkView *self)
{
  guint64 n = sb_talk_log_get_n_gone (self->log);
  g_autofree char *number = sb_format_number (n);
  /* Translators: a number of lines of a list that keeps only the newest */
  g_autofree char *text = g_strdup_printf (ngettext ("%s earlier line is gone", "%s earlier lines are gone", (gulong) n), number);

  gtk_label_set_text (self->gone, text);
  gtk_widget_set_visible (GTK_WIDGET (self->gone), n > 0);
}

static void
sb_talk_view_dispose (GObject *object)
{
  SbTalkView *self = SB_TALK_VIEW (object);

  g_clear_handle_id (&self->calm_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TALK_VIEW);
  g_clear_object (&self->selection);
  g_clear_object (&self->slice);
  g_clear_object (&self->log);

  G_OBJECT_CLASS (sb_talk_view_parent_class)->dispose (object);
}

static void
sb_talk_view_class_init (SbTalkViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_talk_view_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-talk-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTalkView, gone);
  gtk_widget_class_bind_template_child (widget_class, SbTalkView, end_button);
  gtk_widget_class_bind_template_child (widget_class, SbTalkView, scroller);
  gtk_widget_class_bind_template_child (widget_class, SbTalkView, list);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, end_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, copy_cb, NULL);
}

static void
sb_talk_view_init (SbTalkView *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->following = TRUE;
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  gtk_list_view_set_factory (self->list, factory);
  watch_scrolling (self);
}

void
sb_talk_view_set_log (SbTalkView *self,
                      SbTalkLog  *log)
{
  GtkSingleSelection *selection;

  g_return_if_fail (SB_IS_TALK_VIEW (self));
  g_return_if_fail (SB_IS_TALK_LOG (log));
  g_return_if_fail (self->log == NULL);

  self->log = g_object_ref (log);
  self->slice = gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (log)), 0, G_MAXUINT);
  selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->slice)));
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  self->selection = GTK_SELECTION_MODEL (selection);
  gtk_list_view_set_model (self->list, self->selection);
  /* After the list has heard of it. */
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (log, "items-changed", G_CALLBACK (log_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (log, "notify::n-gone", G_CALLBACK (gone_cb), self, G_CONNECT_SWAPPED);
}

gboolean
sb_talk_view_get_following (SbTalkView *self)
{
  g_return_val_if_fail (SB_IS_TALK_VIEW (self), FALSE);

  return self->following;
}
