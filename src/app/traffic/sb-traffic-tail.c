/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-tail.h"
#include "traffic/sb-traffic-slot.h"
#include <gtk/gtk.h>

#define PERIOD 100      /* ms between what is shown of a flood: nobody reads faster */
#define MANY 40         /* lines in a period: about a screen, so that nothing stays for long enough to be read */
#define N_BUSY 3        /* periods with so many in a row, until it is a flood */
#define N_CALM 10       /* … with fewer, until it is none any more */
#define LENGTH 64

struct _SbTrafficTail
{
  GObject parent_instance;

  SbTrafficView *view;
  GPtrArray *last;     /* (element-type GObject) while it is short: what it has, lines at first, then slots; else NULL */
  gboolean slots;      /* whether they are */
  guint limit;         /* else: how many of the view are told of already */
  guint length;
  gboolean allowed;

  gint64 period_began; /* monotonic, µs */
  guint n_in_period;
  guint n_busy;        /* periods in a row; while it is short: calm ones */
  guint timer;         /* while it is short */
};

enum
{
  MOVED_ON,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTrafficTail, sb_traffic_tail, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GType
sb_traffic_tail_get_item_type (GListModel *list)
{
  return G_TYPE_OBJECT;
}

static guint
sb_traffic_tail_get_n_items (GListModel *list)
{
  SbTrafficTail *self = SB_TRAFFIC_TAIL (list);

  if (self->last != NULL)
    return self->last->len;
  return MIN (g_list_model_get_n_items (G_LIST_MODEL (self->view)), self->limit);
}

static gpointer
sb_traffic_tail_get_item (GListModel *list,
                          guint       position)
{
  SbTrafficTail *self = SB_TRAFFIC_TAIL (list);

  if (position >= sb_traffic_tail_get_n_items (list))
    return NULL;
  if (self->last != NULL)
    return g_object_ref (g_ptr_array_index (self->last, position));
  return g_list_model_get_item (G_LIST_MODEL (self->view), position);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_traffic_tail_get_item_type;
  iface->get_n_items = sb_traffic_tail_get_n_items;
  iface->get_item = sb_traffic_tail_get_item;
}

/* --- short --- */

static SbTrafficEntry *
get_line (SbTrafficTail *self,
          guint          position)
{
  return sb_traffic_slot_resolve (g_ptr_array_index (self->last, position));
}

static GPtrArray *
get_last (SbTrafficTail *self)
{
  GListModel *view = G_LIST_MODEL (self->view);
  GPtrArray *last = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (view);

  for (guint i = n - MIN (n, self->length); i < n; i++)
    g_ptr_array_add (last, g_list_model_get_item (view, i));
  return last;
}

/* Has @next (taken) instead of what it has, all of it as one change. */
static void
replace (SbTrafficTail *self,
         GPtrArray     *next)
{
  guint n_before = self->last->len;

  g_ptr_array_unref (self->last);
  self->last = next;
  if (n_before > 0 || next->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, next->len);
}

static void
replace_by_slots (SbTrafficTail *self,
                  GPtrArray     *lines)
{
  GPtrArray *slots = g_ptr_array_new_full (lines->len, g_object_unref);

  for (guint i = 0; i < lines->len; i++)
    g_ptr_array_add (slots, sb_traffic_slot_new (g_ptr_array_index (lines, i)));
  self->slots = TRUE;
  replace (self, slots);
}

/* Each place has another line; only where there are more or fewer of them does the list change. */
static void
show_last (SbTrafficTail *self)
{
  g_autoptr (GPtrArray) lines = get_last (self);
  guint n_before = self->last->len, n_kept = MIN (n_before, lines->len);

  if (!self->slots)
    {
      replace_by_slots (self, lines);
      return;
    }
  for (guint i = 0; i < n_kept; i++)
    sb_traffic_slot_set_entry (g_ptr_array_index (self->last, i), g_ptr_array_index (lines, i));
  for (guint i = n_kept; i < lines->len; i++)
    g_ptr_array_add (self->last, sb_traffic_slot_new (g_ptr_array_index (lines, i)));
  g_ptr_array_set_size (self->last, (int) lines->len);
  if (n_before != lines->len)
    g_list_model_items_changed (G_LIST_MODEL (self), n_kept, n_before - n_kept, lines->len - n_kept);
  g_signal_emit (self, signals[MOVED_ON], 0);
}

static gboolean
period_cb (gpointer user_data)
{
  SbTrafficTail *self = user_data;

  self->n_busy = self->n_in_period < MANY ? self->n_busy + 1 : 0;
  self->n_in_period = 0;
  if (self->n_busy >= N_CALM)
    sb_traffic_tail_set_short (self, FALSE);
  else
    show_last (self);
  return self->timer != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The lines stay until the next period, so that GTK drops its rows in one turn of the main loop and makes others in another. */
static void
shorten (SbTrafficTail *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->view));

  self->last = get_last (self);
  self->slots = FALSE;
  self->n_busy = self->n_in_period = 0;
  self->timer = g_timeout_add (PERIOD, period_cb, self);
  if (n > self->last->len)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n - self->last->len, 0);
}

/* In steps that leave the lines that are shown where they are, so that the table stays at its place. */
static void
lengthen (SbTrafficTail *self)
{
  GListModel *view = G_LIST_MODEL (self->view);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_gone = 0, n_shown, first = 0, n_told;

  g_clear_handle_id (&self->timer, g_source_remove);
  self->n_busy = self->n_in_period = 0;
  for (guint i = 0; i < self->last->len; i++)
    g_ptr_array_add (lines, g_object_ref (get_line (self, i)));
  while (n_gone < lines->len &&
         !sb_traffic_view_find (self->view, sb_traffic_entry_get_serial (g_ptr_array_index (lines, n_gone)), &first))
    n_gone++;
  g_ptr_array_remove_range (lines, 0, n_gone);
  n_shown = lines->len;
  if (self->slots || n_gone > 0)
    replace (self, g_steal_pointer (&lines));

  g_clear_pointer (&self->last, g_ptr_array_unref);
  self->limit = n_told = first + n_shown;
  if (first > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, first);
  self->limit = G_MAXUINT;
  if (g_list_model_get_n_items (view) > n_told)
    g_list_model_items_changed (G_LIST_MODEL (self), n_told, 0, g_list_model_get_n_items (view) - n_told);
}

/* --- long --- */

static void
watch_flood (SbTrafficTail *self,
             guint          n_added)
{
  gint64 now = g_get_monotonic_time ();
  gint64 age = now - self->period_began;

  if (age >= PERIOD * G_TIME_SPAN_MILLISECOND)
    {
      self->n_busy =
          self->n_in_period >= MANY && age < 2 * PERIOD * G_TIME_SPAN_MILLISECOND ? self->n_busy + 1 : 0;
      self->n_in_period = 0;
      self->period_began = now;
    }
  self->n_in_period += n_added;
  if (self->n_busy >= N_BUSY)
    sb_traffic_tail_set_short (self, TRUE);
}

static void
view_changed_cb (SbTrafficTail *self,
                 guint          position,
                 guint          n_removed,
                 guint          n_added)
{
  if (self->last != NULL)
    {
      self->n_in_period += n_added;
      /* What another search finds is not to wait, and nothing of the one before it is to be seen. */
      if (g_list_model_get_n_items (G_LIST_MODEL (self->view)) == 0)
        {
          show_last (self);
          lengthen (self);
        }
      return;
    }
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
  /* Older lines that a search finds come in front. */
  if (self->allowed && position > 0)
    watch_flood (self, n_added);
}

/* --- the object --- */

static void
sb_traffic_tail_dispose (GObject *object)
{
  SbTrafficTail *self = SB_TRAFFIC_TAIL (object);

  g_clear_handle_id (&self->timer, g_source_remove);

  G_OBJECT_CLASS (sb_traffic_tail_parent_class)->dispose (object);
}

static void
sb_traffic_tail_finalize (GObject *object)
{
  SbTrafficTail *self = SB_TRAFFIC_TAIL (object);

  g_clear_pointer (&self->last, g_ptr_array_unref);
  g_object_unref (self->view);

  G_OBJECT_CLASS (sb_traffic_tail_parent_class)->finalize (object);
}

static void
sb_traffic_tail_class_init (SbTrafficTailClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_traffic_tail_dispose;
  object_class->finalize = sb_traffic_tail_finalize;

  /**
   * SbTrafficTail::moved-on:
   *
   * In the same places stand other lines.
   */
  signals[MOVED_ON] =
      g_signal_new ("moved-on", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_traffic_tail_init (SbTrafficTail *self)
{
  self->limit = G_MAXUINT;
  self->length = LENGTH;
}

SbTrafficTail *
sb_traffic_tail_new (SbTrafficView *view)
{
  SbTrafficTail *self;

  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (view), NULL);

  self = g_object_new (SB_TYPE_TRAFFIC_TAIL, NULL);
  self->view = g_object_ref (view);
  g_signal_connect_object (view, "items-changed", G_CALLBACK (view_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

void
sb_traffic_tail_set_short_allowed (SbTrafficTail *self,
                                   gboolean       allowed)
{
  g_return_if_fail (SB_IS_TRAFFIC_TAIL (self));

  self->allowed = allowed;
  if (!allowed)
    sb_traffic_tail_set_short (self, FALSE);
}

void
sb_traffic_tail_set_length (SbTrafficTail *self,
                            guint          length)
{
  g_return_if_fail (SB_IS_TRAFFIC_TAIL (self));
  g_return_if_fail (length > 0);

  self->length = length;
}

void
sb_traffic_tail_set_short (SbTrafficTail *self,
                           gboolean       is_short)
{
  g_return_if_fail (SB_IS_TRAFFIC_TAIL (self));

  if (is_short && self->allowed && self->last == NULL)
    shorten (self);
  else if (!is_short && self->last != NULL)
    lengthen (self);
}

gboolean
sb_traffic_tail_is_short (SbTrafficTail *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_TAIL (self), FALSE);

  return self->last != NULL;
}

void
sb_traffic_tail_refresh (SbTrafficTail *self)
{
  g_return_if_fail (SB_IS_TRAFFIC_TAIL (self));

  if (self->last != NULL)
    show_last (self);
}
