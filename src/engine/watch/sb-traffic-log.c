/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-traffic-log.h"

#include <string.h>

#define INITIAL_CAPACITY 256

struct _SbTrafficLog
{
  GObject parent_instance;

  guint max_records;
  gsize max_bytes;

  SbTrafficRecord *ring; /* grows up to max_records */
  guint capacity;
  guint first;           /* index of the oldest */
  guint n;
  gsize bytes;

  guint64 n_logged;
  guint64 n_dropped;
  guint64 n_not_kept;
  GHashTable *alive;     /* serial (in the entry) → SbTrafficEntry, of those somebody holds; without references */
};

enum
{
  PROP_0,
  PROP_N_LOGGED,
  PROP_N_DROPPED,
  PROP_N_NOT_KEPT,
  PROP_BYTES,
  N_PROPS
};

enum
{
  DISPLACING,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static SbTrafficRecord *
get_record (SbTrafficLog *self,
            guint         position)
{
  guint index = self->first + position;

  return &self->ring[index < self->capacity ? index : index - self->capacity];
}

static GType
sb_traffic_log_get_item_type (GListModel *list)
{
  return SB_TYPE_TRAFFIC_ENTRY;
}

static guint
sb_traffic_log_get_n_items (GListModel *list)
{
  return SB_TRAFFIC_LOG (list)->n;
}

static gpointer
sb_traffic_log_get_item (GListModel *list,
                         guint       position)
{
  SbTrafficLog *self = SB_TRAFFIC_LOG (list);
  SbTrafficEntry *entry;
  guint64 serial;

  if (position >= self->n)
    return NULL;

  serial = sb_traffic_log_get_begin (self) + position;
  entry = g_hash_table_lookup (self->alive, &serial);
  if (entry != NULL)
    return g_object_ref (entry);

  return sb_traffic_entry_new (get_record (self, position), serial, self->alive);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_traffic_log_get_item_type;
  iface->get_n_items = sb_traffic_log_get_n_items;
  iface->get_item = sb_traffic_log_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTrafficLog, sb_traffic_log, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* What a record counts against the budget: all in it whose size a client can choose. */
static gsize
get_cost (const SbTrafficRecord *record)
{
  return (record->payload != NULL ? g_bytes_get_size (record->payload) : 0) +
         (record->target != NULL ? strlen (record->target) : 0) +
         (record->reason != NULL ? strlen (record->reason) : 0) +
         (record->pointer != NULL ? strlen (record->pointer) : 0) +
         (record->schema_pointer != NULL ? strlen (record->schema_pointer) : 0);
}

static void
remove_oldest (SbTrafficLog *self,
               guint         n)
{
  for (guint i = 0; i < n; i++)
    {
      SbTrafficRecord *record = get_record (self, i);

      self->bytes -= get_cost (record);
      sb_traffic_record_clear (record);
    }
  self->n -= n;
  self->first = self->n > 0 ? (self->first + n) % self->capacity : 0;
}

static void
sb_traffic_log_finalize (GObject *object)
{
  SbTrafficLog *self = SB_TRAFFIC_LOG (object);

  remove_oldest (self, self->n);
  g_free (self->ring);
  g_hash_table_unref (self->alive);

  G_OBJECT_CLASS (sb_traffic_log_parent_class)->finalize (object);
}

static void
sb_traffic_log_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SbTrafficLog *self = SB_TRAFFIC_LOG (object);

  switch (prop_id)
    {
    case PROP_N_LOGGED: g_value_set_uint64 (value, self->n_logged); break;
    case PROP_N_DROPPED: g_value_set_uint64 (value, self->n_dropped); break;
    case PROP_N_NOT_KEPT: g_value_set_uint64 (value, self->n_not_kept); break;
    case PROP_BYTES: g_value_set_uint64 (value, self->bytes); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_traffic_log_class_init (SbTrafficLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_traffic_log_finalize;
  object_class->get_property = sb_traffic_log_get_property;

  properties[PROP_N_LOGGED] = g_param_spec_uint64 ("n-logged", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_N_DROPPED] = g_param_spec_uint64 ("n-dropped", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_N_NOT_KEPT] = g_param_spec_uint64 ("n-not-kept", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_BYTES] = g_param_spec_uint64 ("bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbTrafficLog::displacing:
   * @n: how many of the oldest are about to go
   *
   * The last moment at which they can still be peeked at and got, for whoever wants to keep one.
   */
  signals[DISPLACING] = g_signal_new ("displacing", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
sb_traffic_log_init (SbTrafficLog *self)
{
  self->alive = g_hash_table_new (g_int64_hash, g_int64_equal);
}

/**
 * sb_traffic_log_new:
 * @max_records: at least 1
 * @max_bytes: of payloads and the texts that belong to them
 */
SbTrafficLog *
sb_traffic_log_new (guint max_records,
                    gsize max_bytes)
{
  SbTrafficLog *self;

  g_return_val_if_fail (max_records > 0, NULL);
  g_return_val_if_fail (max_records <= G_MAXINT, NULL);

  self = g_object_new (SB_TYPE_TRAFFIC_LOG, NULL);
  self->max_records = max_records;
  self->max_bytes = max_bytes;

  return self;
}

/* Makes room for @n records in all, in order from the beginning of the new ring. */
static void
reserve (SbTrafficLog *self,
         guint         n)
{
  SbTrafficRecord *ring;
  guint capacity, n_to_end;

  if (n <= self->capacity)
    return;

  capacity = MIN (MAX (MAX (n, self->capacity * 2), INITIAL_CAPACITY), self->max_records);
  ring = g_new (SbTrafficRecord, capacity);
  n_to_end = MIN (self->n, self->capacity - self->first);
  if (self->n > 0)
    {
      memcpy (ring, self->ring + self->first, n_to_end * sizeof *ring);
      memcpy (ring + n_to_end, self->ring, (self->n - n_to_end) * sizeof *ring);
    }

  g_free (self->ring);
  self->ring = ring;
  self->capacity = capacity;
  self->first = 0;
}

/* How many of the newest of @records fit when nothing else is kept, and what they cost. */
static guint
count_fitting (SbTrafficLog          *self,
               const SbTrafficRecord *records,
               gsize                  n,
               gsize                 *cost)
{
  guint n_fitting = 0;

  *cost = 0;
  for (gsize i = n; i > 0 && n_fitting < self->max_records; i--)
    {
      gsize record_cost = get_cost (&records[i - 1]);

      if (record_cost > self->max_bytes - *cost)
        break;
      *cost += record_cost;
      n_fitting++;
    }

  return n_fitting;
}

/* How many of the oldest must go for so many new ones of that cost. */
static guint
count_displaced (SbTrafficLog *self,
                 guint         n_new,
                 gsize         cost)
{
  guint n = self->n > self->max_records - n_new ? self->n - (self->max_records - n_new) : 0;
  gsize bytes = self->bytes;

  for (guint i = 0; i < n; i++)
    bytes -= get_cost (get_record (self, i));
  while (n < self->n && bytes > self->max_bytes - cost)
    bytes -= get_cost (get_record (self, n++));

  return n;
}

static void
notify_numbers (SbTrafficLog *self,
                guint64       n_dropped_before,
                gsize         bytes_before)
{
  if (self->n_dropped != n_dropped_before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DROPPED]);
  if (self->bytes != bytes_before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BYTES]);
}

void
sb_traffic_log_set_limits (SbTrafficLog *self,
                           guint         max_records,
                           gsize         max_bytes)
{
  guint64 n_dropped_before;
  gsize bytes_before;
  guint n;

  g_return_if_fail (SB_IS_TRAFFIC_LOG (self));
  g_return_if_fail (max_records > 0);
  g_return_if_fail (max_records <= G_MAXINT);

  self->max_records = max_records;
  self->max_bytes = max_bytes;
  n = count_displaced (self, 0, 0);
  if (n == 0)
    return;
  n_dropped_before = self->n_dropped;
  bytes_before = self->bytes;
  self->n_dropped += n;
  g_signal_emit (self, signals[DISPLACING], 0, n);
  remove_oldest (self, n);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
  notify_numbers (self, n_dropped_before, bytes_before);
}

/**
 * sb_traffic_log_append:
 * @records: (array length=n): newer than all before; what does not fit at all is freed and counted as dropped
 *
 * Appends a batch; at most two items-changed.
 */
void
sb_traffic_log_append (SbTrafficLog    *self,
                       SbTrafficRecord *records,
                       gsize            n)
{
  guint n_new, n_displaced;
  guint64 n_dropped_before;
  gsize bytes_before, cost, n_skipped;

  g_return_if_fail (SB_IS_TRAFFIC_LOG (self));
  g_return_if_fail (records != NULL || n == 0);

  if (n == 0)
    return;

  n_dropped_before = self->n_dropped;
  bytes_before = self->bytes;
  n_new = count_fitting (self, records, n, &cost);
  n_skipped = n - n_new;
  /* the log has no gaps: where one of the batch was skipped, all before it goes as well */
  n_displaced = n_skipped > 0 ? self->n : count_displaced (self, n_new, cost);
  self->n_dropped += n_skipped + n_displaced;
  if (n_displaced > 0)
    {
      g_signal_emit (self, signals[DISPLACING], 0, n_displaced);
      remove_oldest (self, n_displaced);
      g_list_model_items_changed (G_LIST_MODEL (self), 0, n_displaced, 0);
    }

  for (gsize i = 0; i < n_skipped; i++)
    sb_traffic_record_clear (&records[i]);
  reserve (self, self->n + n_new);
  for (guint i = 0; i < n_new; i++)
    *get_record (self, self->n + i) = records[n_skipped + i];
  memset (records, 0, n * sizeof *records);
  self->n += n_new;
  self->bytes += cost;
  self->n_logged += n;
  if (n_new > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), self->n - n_new, 0, n_new);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_LOGGED]);
  notify_numbers (self, n_dropped_before, bytes_before);
}

/**
 * sb_traffic_log_add_not_kept:
 *
 * Counts @n messages that never got here. Their place among the others is not known.
 */
void
sb_traffic_log_add_not_kept (SbTrafficLog *self,
                             guint64       n)
{
  g_return_if_fail (SB_IS_TRAFFIC_LOG (self));

  if (n == 0)
    return;

  self->n_not_kept += n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_NOT_KEPT]);
}

void
sb_traffic_log_clear (SbTrafficLog *self)
{
  guint64 n_dropped_before;
  gsize bytes_before;
  guint n;

  g_return_if_fail (SB_IS_TRAFFIC_LOG (self));

  n_dropped_before = self->n_dropped;
  bytes_before = self->bytes;
  n = self->n;
  if (n > 0)
    g_signal_emit (self, signals[DISPLACING], 0, n);
  remove_oldest (self, n);
  g_clear_pointer (&self->ring, g_free);
  self->capacity = 0;
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);

  self->n_dropped = 0;
  notify_numbers (self, n_dropped_before, bytes_before);
  if (self->n_not_kept != 0)
    {
      self->n_not_kept = 0;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_NOT_KEPT]);
    }
}

guint64
sb_traffic_log_get_n_logged (SbTrafficLog *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_LOG (self), 0);

  return self->n_logged;
}

guint64
sb_traffic_log_get_begin (SbTrafficLog *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_LOG (self), 0);

  return self->n_logged - self->n;
}

guint64
sb_traffic_log_get_n_dropped (SbTrafficLog *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_LOG (self), 0);

  return self->n_dropped;
}

guint64
sb_traffic_log_get_n_not_kept (SbTrafficLog *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_LOG (self), 0);

  return self->n_not_kept;
}

gsize
sb_traffic_log_get_bytes (SbTrafficLog *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_LOG (self), 0);

  return self->bytes;
}

const SbTrafficRecord *
sb_traffic_log_peek (SbTrafficLog *self,
                     guint         position)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_LOG (self), NULL);

  return position < self->n ? get_record (self, position) : NULL;
}
