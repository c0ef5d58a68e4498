/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-view.h"
#include <gtk/gtk.h>
#include <string.h>

/* How long a slice of the search takes, and how many lines it tells while GTK makes rows for them: up to two hundred, in
 * 4.18, however few are on the screen. */
#define SLICE (5 * G_TIME_SPAN_MILLISECOND)
#define CLOCK_EVERY 64
#define FIRST_TOLD 48
#define STEP_TOLD 54
#define MAX_GTK_ROWS 210

struct _SbTrafficView
{
  GObject parent_instance;

  SbTrafficLog *log;
  SbTrafficMatch match;
  GArray *serials;       /* (element-type guint64) of what is shown, growing, from @first on; what is before is gone */
  guint first;
  guint64 end;           /* the first serial that was not looked at yet */
  guint64 unsearched;    /* while there is a search: what is before this serial was not looked at yet */
  guint search_id;       /* idle: the next slice */
  gboolean asleep;
  gboolean paused;
  guint n_waiting;
  GHashTable *held;      /* serial → SbTrafficEntry: shown, but no longer in the log */
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTrafficView, sb_traffic_view, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

enum
{
  PROP_0,
  PROP_N_WAITING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static guint
count (SbTrafficView *self)
{
  return self->serials->len - self->first;
}

static guint64
get_serial (SbTrafficView *self,
            guint          position)
{
  return g_array_index (self->serials, guint64, self->first + position);
}

/* Of the oldest in the log; what will come next where it is empty. */
static guint64
get_log_begin (SbTrafficView *self)
{
  return sb_traffic_log_get_begin (self->log);
}

static GType
sb_traffic_view_get_item_type (GListModel *list)
{
  return SB_TYPE_TRAFFIC_ENTRY;
}

static guint
sb_traffic_view_get_n_items (GListModel *list)
{
  return count (SB_TRAFFIC_VIEW (list));
}

static gpointer
sb_traffic_view_get_item (GListModel *list,
                          guint       position)
{
  SbTrafficView *self = SB_TRAFFIC_VIEW (list);
  SbTrafficEntry *held;
  guint64 serial;

  if (position >= count (self))
    return NULL;
  serial = get_serial (self, position);
  held = g_hash_table_lookup (self->held, &serial);
  if (held != NULL)
    return g_object_ref (held);
  return g_list_model_get_item (G_LIST_MODEL (self->log), (guint) (serial - get_log_begin (self)));
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_traffic_view_get_item_type;
  iface->get_n_items = sb_traffic_view_get_n_items;
  iface->get_item = sb_traffic_view_get_item;
}

/* How many of what is shown are before @serial. */
static guint
count_before (SbTrafficView *self,
              guint64        serial)
{
  guint low = 0, high = count (self);

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (get_serial (self, middle) < serial)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The array is moved together only when half of it is gone, so that a line costs the same however many there are; and not
 * while a search fills it from the back. */
static void
drop_front (SbTrafficView *self,
            guint          n)
{
  if (n == 0)
    return;
  self->first += n;
  if (self->search_id == 0 && self->first > self->serials->len / 2)
    {
      g_array_remove_range (self->serials, 0, self->first);
      self->first = 0;
    }
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

static void
set_n_waiting (SbTrafficView *self,
               guint          n)
{
  if (self->n_waiting == n)
    return;
  self->n_waiting = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WAITING]);
}

/* Appends what matches from @serial on to the array; returns how many. */
static guint
append_from (SbTrafficView *self,
             guint64        serial)
{
  guint64 begin = get_log_begin (self);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->log));
  guint n_before = count (self);

  for (guint i = (guint) (MAX (serial, begin) - begin); i < n; i++)
    if (sb_traffic_match_record (&self->match, sb_traffic_log_peek (self->log, i)))
      {
        guint64 added = begin + i;

        g_array_append_val (self->serials, added);
      }
  self->end = begin + n;
  return count (self) - n_before;
}

static void
catch_up (SbTrafficView *self)
{
  guint n = append_from (self, self->end);

  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), count (self) - n, 0, n);
}

/* Looks at older lines for @time µs, or until it found @max; tells of what it found. */
static void
search (SbTrafficView *self,
        gint64         time,
        guint          max)
{
  guint64 begin = get_log_begin (self);
  gint64 until = g_get_monotonic_time () + time;
  guint n_found = 0;

  for (guint n = 1; self->unsearched > begin && n_found < max; n++)
    {
      self->unsearched--;
      if (sb_traffic_match_record (&self->match, sb_traffic_log_peek (self->log, (guint) (self->unsearched - begin))))
        {
          g_array_index (self->serials, guint64, --self->first) = self->unsearched;
          n_found++;
        }
      if (n % CLOCK_EVERY == 0 && g_get_monotonic_time () > until)
        break;
    }
  if (self->unsearched <= begin)
    g_clear_handle_id (&self->search_id, g_source_remove);
  if (n_found > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n_found);
}

static gboolean
search_cb (gpointer user_data)
{
  SbTrafficView *self = user_data;

  search (self, SLICE, count (self) < MAX_GTK_ROWS ? STEP_TOLD : G_MAXUINT);
  return self->search_id != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Where it is empty. There is room in front for all that is in the log. */
static void
begin_search (SbTrafficView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->log));

  g_array_set_size (self->serials, n);
  self->first = n;
  self->end = self->unsearched = get_log_begin (self) + n;
  if (self->search_id == 0)
    self->search_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 5, search_cb, self, NULL);
  search (self, SLICE, FIRST_TOLD);
}

static void
count_waiting (SbTrafficView *self)
{
  guint64 begin = get_log_begin (self);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->log));
  guint n = self->n_waiting;

  for (guint i = (guint) (MAX (self->end, begin) - begin); i < n_items; i++)
    n += sb_traffic_match_record (&self->match, sb_traffic_log_peek (self->log, i));
  self->end = begin + n_items;
  set_n_waiting (self, n);
}

/* What a paused view shows is held before it falls out. */
static void
displacing_cb (SbTrafficView *self,
               guint          n)
{
  guint64 begin = get_log_begin (self);
  guint n_before;

  if (!self->paused)
    return;
  sb_traffic_view_finish (self);
  n_before = count_before (self, begin + n);
  for (guint i = count_before (self, begin); i < n_before; i++)
    {
      guint64 *serial = g_memdup2 (&g_array_index (self->serials, guint64, self->first + i), sizeof *serial);

      g_hash_table_insert (self->held, serial,
                           g_list_model_get_item (G_LIST_MODEL (self->log), (guint) (*serial - begin)));
    }
}

static void
log_changed_cb (SbTrafficView *self,
                guint          position,
                guint          n_removed,
                guint          n_added)
{
  if (self->paused)
    {
      if (n_added > 0)
        count_waiting (self);
      return;
    }
  if (n_removed > 0)
    drop_front (self, count_before (self, get_log_begin (self)));
  if (n_added > 0 && !self->asleep)
    catch_up (self);
}

static void
sb_traffic_view_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  if (prop_id == PROP_N_WAITING)
    g_value_set_uint (value, SB_TRAFFIC_VIEW (object)->n_waiting);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_traffic_view_finalize (GObject *object)
{
  SbTrafficView *self = SB_TRAFFIC_VIEW (object);

  g_clear_handle_id (&self->search_id, g_source_remove);
  g_hash_table_unref (self->held);
  g_array_unref (self->serials);
  sb_traffic_match_clear (&self->match);
  g_object_unref (self->log);

  G_OBJECT_CLASS (sb_traffic_view_parent_class)->finalize (object);
}

static void
sb_traffic_view_class_init (SbTrafficViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_traffic_view_get_property;
  object_class->finalize = sb_traffic_view_finalize;

  properties[PROP_N_WAITING] = g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static GHashTable *
make_held (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
}

/* A new table: somebody else may need what is in the old one. */
static void
let_go (SbTrafficView *self)
{
  if (g_hash_table_size (self->held) == 0)
    return;
  g_hash_table_unref (self->held);
  self->held = make_held ();
}

static void
sb_traffic_view_init (SbTrafficView *self)
{
  self->serials = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->held = make_held ();
}

SbTrafficView *
sb_traffic_view_new (SbTrafficLog *log)
{
  SbTrafficView *self;

  g_return_val_if_fail (SB_IS_TRAFFIC_LOG (log), NULL);

  self = g_object_new (SB_TYPE_TRAFFIC_VIEW, NULL);
  self->log = g_object_ref (log);
  begin_search (self);
  g_signal_connect_object (log, "displacing", G_CALLBACK (displacing_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (log, "items-changed", G_CALLBACK (log_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * sb_traffic_view_set_match:
 * @match: (transfer none): copied
 *
 * Shows what matches from now on, the newest at once and older ones as they are found, unless nothing is asked for that was
 * not before.
 */
void
sb_traffic_view_set_match (SbTrafficView        *self,
                           const SbTrafficMatch *match)
{
  guint n_before;
  SbTrafficMatch copy;

  g_return_if_fail (SB_IS_TRAFFIC_VIEW (self));
  g_return_if_fail (match != NULL);

  if (sb_traffic_match_equal (&self->match, match))
    return;
  sb_traffic_match_copy (match, &copy);
  sb_traffic_match_clear (&self->match);
  self->match = copy;

  n_before = count (self);
  g_array_set_size (self->serials, 0);
  self->first = 0;
  let_go (self);
  if (n_before > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, 0);
  begin_search (self);
  set_n_waiting (self, 0);
}

const SbTrafficMatch *
sb_traffic_view_get_match (SbTrafficView *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (self), NULL);

  return &self->match;
}

SbTrafficLog *
sb_traffic_view_get_log (SbTrafficView *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (self), NULL);

  return self->log;
}

void
sb_traffic_view_get_span (SbTrafficView *self,
                          guint64       *from,
                          guint64       *end)
{
  guint n;

  g_return_if_fail (SB_IS_TRAFFIC_VIEW (self));

  n = count (self);
  *from = n > 0 ? get_serial (self, 0) : get_log_begin (self);
  if (self->search_id != 0)
    *from = MIN (*from, get_log_begin (self));
  /* A paused view has looked at, and counted, what it does not show. */
  *end = !self->paused ? self->end : n > 0 ? get_serial (self, n - 1) + 1 : *from;
}

GHashTable *
sb_traffic_view_get_held (SbTrafficView *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (self), NULL);

  return self->held;
}

gboolean
sb_traffic_view_is_searching (SbTrafficView *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (self), FALSE);

  return self->search_id != 0;
}

void
sb_traffic_view_finish (SbTrafficView *self)
{
  g_return_if_fail (SB_IS_TRAFFIC_VIEW (self));

  while (self->search_id != 0)
    search (self, G_TIME_SPAN_HOUR, G_MAXUINT);
}

void
sb_traffic_view_set_asleep (SbTrafficView *self,
                            gboolean       asleep)
{
  g_return_if_fail (SB_IS_TRAFFIC_VIEW (self));

  if (self->asleep == asleep)
    return;
  self->asleep = asleep;
  if (!asleep && !self->paused)
    catch_up (self);
}

/**
 * sb_traffic_view_set_paused:
 *
 * Going on, what fell out meanwhile goes and what came meanwhile comes: two items-changed at most.
 */
void
sb_traffic_view_set_paused (SbTrafficView *self,
                            gboolean       paused)
{
  guint64 last;

  g_return_if_fail (SB_IS_TRAFFIC_VIEW (self));

  if (self->paused == !!paused)
    return;
  self->paused = !!paused;
  if (self->paused)
    return;

  last = count (self) > 0 ? get_serial (self, count (self) - 1) + 1 : 0;
  drop_front (self, count_before (self, get_log_begin (self)));
  let_go (self);
  /* What came while it was paused was counted, not taken. */
  self->end = self->n_waiting > 0 ? last : self->end;
  catch_up (self);
  set_n_waiting (self, 0);
}

gboolean
sb_traffic_view_get_paused (SbTrafficView *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (self), FALSE);

  return self->paused;
}

guint
sb_traffic_view_get_n_waiting (SbTrafficView *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (self), 0);

  return self->n_waiting;
}

gboolean
sb_traffic_view_find (SbTrafficView *self,
                      guint64        serial,
                      guint         *position)
{
  guint found;

  g_return_val_if_fail (SB_IS_TRAFFIC_VIEW (self), FALSE);

  if (self->search_id != 0 && serial < self->unsearched)
    sb_traffic_view_finish (self);
  found = count_before (self, serial);
  if (position != NULL)
    *position = found;
  return found < count (self) && get_serial (self, found) == serial;
}
