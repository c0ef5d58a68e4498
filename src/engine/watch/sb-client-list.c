/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-client-list.h"

/* Where a client stands in the list. Its place is found by @order, which only grows: nothing has to be renumbered. */
typedef struct
{
  SbClient *client;
  guint64 order;
  gboolean told;     /* it is among the items */
  gboolean gone;     /* it left, which is not told yet */
  gboolean slow;     /* counted in n_slow */
  gboolean rejected; /* counted in n_rejected */
} Entry;

typedef struct
{
  gint64 token_id;
  guint n_clients;
} TokenCount;

struct _SbClientList
{
  GObject parent_instance;

  GPtrArray *entries;    /* (element-type Entry): the items, by order */
  GHashTable *by_id;     /* id (in the peer) → Entry, of everyone who is connected */
  GHashTable *by_token;  /* id (in the TokenCount) → TokenCount */
  GListStore *recently_left;
  guint max_recently_left;

  guint depth;           /* of begin and end */
  gboolean flushing;
  GPtrArray *joining;    /* (element-type Entry): not told yet */
  GPtrArray *leaving;    /* (element-type Entry): told, and now gone */
  GPtrArray *left;       /* (element-type SbClient): not in recently_left yet, oldest first */

  guint64 next_order;
  guint64 next_refresh;  /* order of whom to refresh next */
  guint n_slow;
  guint n_rejected;
};

enum
{
  PROP_0,
  PROP_COUNT,
  PROP_N_SLOW,
  PROP_N_REJECTED,
  N_PROPS
};

enum
{
  JOINED,
  LEFT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GType
sb_client_list_get_item_type (GListModel *list)
{
  return SB_TYPE_CLIENT;
}

static guint
sb_client_list_get_n_items (GListModel *list)
{
  return SB_CLIENT_LIST (list)->entries->len;
}

static gpointer
sb_client_list_get_item (GListModel *list,
                         guint       position)
{
  SbClientList *self = SB_CLIENT_LIST (list);
  Entry *entry;

  if (position >= self->entries->len)
    return NULL;

  entry = g_ptr_array_index (self->entries, position);

  return g_object_ref (entry->client);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_client_list_get_item_type;
  iface->get_n_items = sb_client_list_get_n_items;
  iface->get_item = sb_client_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SbClientList, sb_client_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->client);
  g_free (entry);
}

static void
free_entries (GPtrArray *entries)
{
  g_ptr_array_set_free_func (entries, entry_free);
  g_ptr_array_unref (entries);
}

static void
sb_client_list_finalize (GObject *object)
{
  SbClientList *self = SB_CLIENT_LIST (object);

  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->by_token);
  g_ptr_array_unref (self->leaving);
  free_entries (self->entries);
  free_entries (self->joining);
  g_ptr_array_unref (self->left);
  g_object_unref (self->recently_left);

  G_OBJECT_CLASS (sb_client_list_parent_class)->finalize (object);
}

static void
sb_client_list_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SbClientList *self = SB_CLIENT_LIST (object);

  switch (prop_id)
    {
    case PROP_COUNT: g_value_set_uint (value, sb_client_list_count (self)); break;
    case PROP_N_SLOW: g_value_set_uint (value, self->n_slow); break;
    case PROP_N_REJECTED: g_value_set_uint (value, self->n_rejected); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_client_list_class_init (SbClientListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_client_list_finalize;
  object_class->get_property = sb_client_list_get_property;

  properties[PROP_COUNT] = g_param_spec_uint ("count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_SLOW] = g_param_spec_uint ("n-slow", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_REJECTED] = g_param_spec_uint ("n-rejected", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbClientList::joined:
   * @client: who came
   *
   * Emitted by sb_client_list_join() itself; within a batch the client is found by its id then, but is no item yet.
   */
  signals[JOINED] = g_signal_new ("joined", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, SB_TYPE_CLIENT);
  /**
   * SbClientList::left:
   * @client: who left, its code and reason set
   *
   * Emitted by sb_client_list_leave() itself; within a batch the client is no longer found by its id then, but still
   * an item.
   */
  signals[LEFT] = g_signal_new ("left", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, SB_TYPE_CLIENT);
}

static void
sb_client_list_init (SbClientList *self)
{
  self->entries = g_ptr_array_new ();
  self->joining = g_ptr_array_new ();
  self->leaving = g_ptr_array_new ();
  self->left = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->by_token = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->recently_left = g_list_store_new (SB_TYPE_CLIENT);
  self->max_recently_left = SB_CLIENT_LIST_RECENTLY_LEFT;
}

SbClientList *
sb_client_list_new (void)
{
  return g_object_new (SB_TYPE_CLIENT_LIST, NULL);
}

static void
count_for_token (SbClientList *self,
                 gint64        token_id,
                 int           change)
{
  TokenCount *count = g_hash_table_lookup (self->by_token, &token_id);

  if (count == NULL)
    {
      count = g_new0 (TokenCount, 1);
      count->token_id = token_id;
      g_hash_table_insert (self->by_token, &count->token_id, count);
    }

  count->n_clients += (guint) change;
  if (count->n_clients == 0)
    g_hash_table_remove (self->by_token, &token_id);
}

/* Keeps the two counts in step with what the client says now; one that is gone counts for neither. */
static void
count_states (SbClientList *self,
              Entry        *entry)
{
  gboolean slow = !entry->gone && sb_client_get_state (entry->client) == SB_CLIENT_SLOW;
  gboolean rejected = !entry->gone && sb_client_get_recent_rejected (entry->client) > 0;

  self->n_slow += (guint) (slow - entry->slow);
  self->n_rejected += (guint) (rejected - entry->rejected);
  entry->slow = slow;
  entry->rejected = rejected;
}

static void
notify_states (SbClientList *self,
               guint         n_slow_before,
               guint         n_rejected_before)
{
  if (self->n_slow != n_slow_before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SLOW]);
  if (self->n_rejected != n_rejected_before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_REJECTED]);
}

/* Where the first item of at least that order stands. */
static guint
find_position (SbClientList *self,
               guint64       order)
{
  guint low = 0, high = self->entries->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      Entry *entry = g_ptr_array_index (self->entries, middle);

      if (entry->order < order)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static int
compare_order (gconstpointer a,
               gconstpointer b)
{
  const Entry *x = *(Entry *const *) a, *y = *(Entry *const *) b;

  return x->order < y->order ? -1 : x->order > y->order;
}

/* From the back, so that what was found in front stays where it is. */
static void
tell_leaving (SbClientList *self)
{
  GPtrArray *leaving = g_steal_pointer (&self->leaving);
  guint n = leaving->len;

  self->leaving = g_ptr_array_new ();
  g_ptr_array_sort (leaving, compare_order);
  while (n > 0)
    {
      guint last = find_position (self, ((Entry *) g_ptr_array_index (leaving, n - 1))->order);
      guint first = last;

      n--;
      while (n > 0 && first > 0 && g_ptr_array_index (self->entries, first - 1) == g_ptr_array_index (leaving, n - 1))
        {
          first--;
          n--;
        }

      g_ptr_array_remove_range (self->entries, first, last - first + 1);
      g_list_model_items_changed (G_LIST_MODEL (self), first, last - first + 1, 0);
    }

  free_entries (leaving);
}

static void
tell_joining (SbClientList *self)
{
  g_autoptr (GPtrArray) joining = g_steal_pointer (&self->joining);
  guint n_before = self->entries->len;

  self->joining = g_ptr_array_new ();
  for (guint i = 0; i < joining->len; i++)
    {
      Entry *entry = g_ptr_array_index (joining, i);

      if (entry->gone)
        {
          entry_free (entry);
          continue;
        }
      entry->told = TRUE;
      g_ptr_array_add (self->entries, entry);
    }

  if (self->entries->len > n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->entries->len - n_before);
}

static void
tell_left (SbClientList *self)
{
  g_autoptr (GPtrArray) left = g_steal_pointer (&self->left);
  g_autoptr (GPtrArray) newest_first = g_ptr_array_new ();
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->recently_left));
  guint n_kept;

  self->left = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = left->len; i > 0 && newest_first->len < self->max_recently_left; i--)
    g_ptr_array_add (newest_first, g_ptr_array_index (left, i - 1));

  n_kept = MIN (n_items, self->max_recently_left - newest_first->len);
  if (n_items > n_kept)
    g_list_store_splice (self->recently_left, n_kept, n_items - n_kept, NULL, 0);
  if (newest_first->len > 0)
    g_list_store_splice (self->recently_left, 0, 0, newest_first->pdata, newest_first->len);
}

/* Who listens may call join and leave again: that is told in another round. */
static void
flush (SbClientList *self)
{
  if (self->flushing)
    return;

  self->flushing = TRUE;
  while (self->leaving->len > 0 || self->joining->len > 0 || self->left->len > 0)
    {
      if (self->leaving->len > 0)
        tell_leaving (self);
      if (self->joining->len > 0)
        tell_joining (self);
      if (self->left->len > 0)
        tell_left (self);
    }
  self->flushing = FALSE;
}

/**
 * sb_client_list_begin:
 *
 * Joins and leaves are collected from here to sb_client_list_end(). What is asked by id or counted is up to date
 * meanwhile; the items of the model stay as they are. Pairs may be nested: the outermost counts.
 */
void
sb_client_list_begin (SbClientList *self)
{
  g_return_if_fail (SB_IS_CLIENT_LIST (self));

  self->depth++;
  g_object_freeze_notify (G_OBJECT (self));
}

/**
 * sb_client_list_end:
 *
 * Tells what was collected: one items-changed for each contiguous run that left, then one for all who came. Who came
 * and left within the batch never was an item, but is among the recently left.
 */
void
sb_client_list_end (SbClientList *self)
{
  g_return_if_fail (SB_IS_CLIENT_LIST (self));
  g_return_if_fail (self->depth > 0);

  self->depth--;
  if (self->depth == 0)
    flush (self);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * sb_client_list_join:
 * @peer: (transfer none): of an id that is not in the list
 */
void
sb_client_list_join (SbClientList *self,
                     SbPeer       *peer)
{
  Entry *entry;

  g_return_if_fail (SB_IS_CLIENT_LIST (self));
  g_return_if_fail (peer != NULL);
  g_return_if_fail (!g_hash_table_contains (self->by_id, &peer->id));

  sb_client_list_begin (self);
  entry = g_new0 (Entry, 1);
  entry->client = sb_client_new (peer);
  entry->order = self->next_order++;
  g_ptr_array_add (self->joining, entry);
  g_hash_table_insert (self->by_id, &peer->id, entry);
  count_for_token (self, peer->token_id, 1);

  g_signal_emit (self, signals[JOINED], 0, entry->client);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COUNT]);
  sb_client_list_end (self);
}

/**
 * sb_client_list_leave:
 * @time: real time, µs
 *
 * See sb_client_set_left() for the rest.
 *
 * Returns: (transfer none) (nullable): the client, valid until the batch ends (or, outside of one, while it is among
 * the recently left); %NULL when there is no such client
 */
SbClient *
sb_client_list_leave (SbClientList *self,
                      guint64       id,
                      gint64        time,
                      guint16       code,
                      const char   *reason,
                      SbClosedBy    by)
{
  guint n_slow_before, n_rejected_before;
  SbClient *client;
  Entry *entry;

  g_return_val_if_fail (SB_IS_CLIENT_LIST (self), NULL);

  entry = g_hash_table_lookup (self->by_id, &id);
  if (entry == NULL)
    return NULL;

  sb_client_list_begin (self);
  client = entry->client;
  g_hash_table_remove (self->by_id, &id);
  count_for_token (self, sb_client_get_peer (client)->token_id, -1);
  g_ptr_array_add (self->left, g_object_ref (client));

  n_slow_before = self->n_slow;
  n_rejected_before = self->n_rejected;
  entry->gone = TRUE;
  count_states (self, entry);
  if (entry->told)
    g_ptr_array_add (self->leaving, entry);

  sb_client_set_left (client, time, code, reason, by);
  g_signal_emit (self, signals[LEFT], 0, client);
  notify_states (self, n_slow_before, n_rejected_before);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COUNT]);
  sb_client_list_end (self);

  return client;
}

SbClient *
sb_client_list_find (SbClientList *self,
                     guint64       id)
{
  Entry *entry;

  g_return_val_if_fail (SB_IS_CLIENT_LIST (self), NULL);

  entry = g_hash_table_lookup (self->by_id, &id);

  return entry != NULL ? entry->client : NULL;
}

guint
sb_client_list_count (SbClientList *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_LIST (self), 0);

  return g_hash_table_size (self->by_id);
}

guint
sb_client_list_count_token (SbClientList *self,
                            gint64        token_id)
{
  TokenCount *count;

  g_return_val_if_fail (SB_IS_CLIENT_LIST (self), 0);

  count = g_hash_table_lookup (self->by_token, &token_id);

  return count != NULL ? count->n_clients : 0;
}

void
sb_client_list_set_max_recently_left (SbClientList *self,
                                      guint         max)
{
  guint n;

  g_return_if_fail (SB_IS_CLIENT_LIST (self));
  g_return_if_fail (max > 0);

  self->max_recently_left = max;
  n = g_list_model_get_n_items (G_LIST_MODEL (self->recently_left));
  if (n > max)
    g_list_store_splice (self->recently_left, max, n - max, NULL, 0);
}

GListModel *
sb_client_list_get_recently_left (SbClientList *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_LIST (self), NULL);

  return G_LIST_MODEL (self->recently_left);
}

/**
 * sb_client_list_refresh:
 * @max: at most so many clients; those that were not refreshed for the longest time come first
 * @now: monotonic time, µs
 * @max_backlog: bytes that may wait for one client
 *
 * Clients that are not items yet wait for the end of their batch.
 */
void
sb_client_list_refresh (SbClientList *self,
                        guint         max,
                        gint64        now,
                        guint64       max_backlog)
{
  guint n_slow_before, n_rejected_before, n, position;

  g_return_if_fail (SB_IS_CLIENT_LIST (self));

  /* no batch is told while handlers of "refreshed" run, so positions stay */
  sb_client_list_begin (self);
  n_slow_before = self->n_slow;
  n_rejected_before = self->n_rejected;
  n = MIN (max, self->entries->len);
  position = find_position (self, self->next_refresh);
  for (guint i = 0; i < n; i++, position++)
    {
      Entry *entry;

      if (position >= self->entries->len)
        position = 0;
      entry = g_ptr_array_index (self->entries, position);
      self->next_refresh = entry->order + 1;
      sb_client_refresh (entry->client, now, max_backlog);
      count_states (self, entry);
    }
  notify_states (self, n_slow_before, n_rejected_before);
  sb_client_list_end (self);
}

guint
sb_client_list_get_n_slow (SbClientList *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_LIST (self), 0);

  return self->n_slow;
}

guint
sb_client_list_get_n_rejected (SbClientList *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_LIST (self), 0);

  return self->n_rejected;
}
