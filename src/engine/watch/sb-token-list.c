/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-token-list.h"

struct _SbTokenList
{
  GObject parent_instance;

  GPtrArray *items;   /* (element-type SbTokenItem): by id */
  guint n_active;
  gint64 last_tick;
  GArray *expired;    /* (element-type gint64): seen to be expired when they were replaced; the next tick tells */
};

enum
{
  PROP_0,
  PROP_N_ACTIVE,
  N_PROPS
};

enum
{
  ITEM_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GType
sb_token_list_get_item_type (GListModel *list)
{
  return SB_TYPE_TOKEN_ITEM;
}

static guint
sb_token_list_get_n_items (GListModel *list)
{
  return SB_TOKEN_LIST (list)->items->len;
}

static gpointer
sb_token_list_get_item (GListModel *list,
                        guint       position)
{
  SbTokenList *self = SB_TOKEN_LIST (list);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_token_list_get_item_type;
  iface->get_n_items = sb_token_list_get_n_items;
  iface->get_item = sb_token_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTokenList, sb_token_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
sb_token_list_finalize (GObject *object)
{
  SbTokenList *self = SB_TOKEN_LIST (object);

  g_ptr_array_unref (self->items);
  g_array_unref (self->expired);

  G_OBJECT_CLASS (sb_token_list_parent_class)->finalize (object);
}

static void
sb_token_list_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbTokenList *self = SB_TOKEN_LIST (object);

  switch (prop_id)
    {
    case PROP_N_ACTIVE: g_value_set_uint (value, self->n_active); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_token_list_class_init (SbTokenListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_token_list_finalize;
  object_class->get_property = sb_token_list_get_property;

  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbTokenList::item-changed:
   * @item: a row of the list
   *
   * Emitted after the row's own #SbTokenItem::changed.
   */
  signals[ITEM_CHANGED] = g_signal_new ("item-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, SB_TYPE_TOKEN_ITEM);
}

static void
sb_token_list_init (SbTokenList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->expired = g_array_new (FALSE, FALSE, sizeof (gint64));
}

SbTokenList *
sb_token_list_new (void)
{
  return g_object_new (SB_TYPE_TOKEN_LIST, NULL);
}

/* Where the token of that id stands or belongs. */
static guint
find_position (SbTokenList *self,
               gint64       id)
{
  guint low = 0, high = self->items->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (sb_token_item_get_id (g_ptr_array_index (self->items, middle)) < id)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static guint
count_active (SbTokenItem *item)
{
  SbTokenState state = sb_token_item_get_state (item);

  return state == SB_TOKEN_ACTIVE || state == SB_TOKEN_EXPIRING ? 1 : 0;
}

static void
replace_active (SbTokenList *self,
                guint        before,
                guint        after)
{
  if (before == after)
    return;

  self->n_active = self->n_active - before + after;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
}

static void
tell_changed (SbTokenList *self,
              SbTokenItem *item)
{
  g_signal_emit (self, signals[ITEM_CHANGED], 0, item);
}

static void
forget_expired (SbTokenList *self,
                gint64       id)
{
  for (guint i = self->expired->len; i > 0; i--)
    if (g_array_index (self->expired, gint64, i - 1) == id)
      g_array_remove_index (self->expired, i - 1);
}

/* To be called after the state of an item was derived: remembers for the next tick that its time is up, or that it no
 * longer is. */
static void
note_expired (SbTokenList  *self,
              SbTokenItem  *item,
              SbTokenState  before)
{
  gint64 id = sb_token_item_get_id (item);

  if (sb_token_item_get_state (item) != SB_TOKEN_EXPIRED)
    forget_expired (self, id);
  else if (before != SB_TOKEN_EXPIRED && before != SB_TOKEN_REVOKED)
    g_array_append_val (self->expired, id);
}

static void
replace (SbTokenList *self,
         SbTokenItem *replaced,
         SbToken     *token,
         gint64       now)
{
  g_autoptr (SbTokenItem) item = g_object_ref (replaced);
  SbTokenState before = sb_token_item_get_state (item);
  guint active_before = count_active (item);

  sb_token_item_set_token (item, token, now);
  note_expired (self, item, before);
  replace_active (self, active_before, count_active (item));
  tell_changed (self, item);
}

/**
 * sb_token_list_put:
 * @token: (transfer none): a reference is taken
 *
 * Adds a row, or replaces the token of the row with its id, which keeps its identity, its number of connections and
 * its last use. The state is derived by the clock (or the last sb_token_list_tick(), if that was given a later time).
 * A token that is new here and expired already is not told as expired by the next tick.
 */
void
sb_token_list_put (SbTokenList *self,
                   SbToken     *token)
{
  SbTokenItem *item;
  gint64 now;
  guint position;

  g_return_if_fail (SB_IS_TOKEN_LIST (self));
  g_return_if_fail (token != NULL);

  now = MAX (g_get_real_time (), self->last_tick);
  item = sb_token_list_find (self, token->id);
  if (item != NULL)
    {
      replace (self, item, token, now);
      return;
    }

  item = sb_token_item_new (token, now);
  position = find_position (self, token->id);
  g_ptr_array_insert (self->items, (int) position, item);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  replace_active (self, 0, count_active (item));
}

/* Of an id that is not there: nothing. */
void
sb_token_list_remove (SbTokenList *self,
                      gint64       id)
{
  guint position, active;
  SbTokenItem *item;

  g_return_if_fail (SB_IS_TOKEN_LIST (self));

  item = sb_token_list_find (self, id);
  if (item == NULL)
    return;

  position = find_position (self, id);
  active = count_active (item);
  g_ptr_array_remove_index (self->items, position);
  forget_expired (self, id);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  replace_active (self, active, 0);
}

SbTokenItem *
sb_token_list_find (SbTokenList *self,
                    gint64       id)
{
  SbTokenItem *item;
  guint position;

  g_return_val_if_fail (SB_IS_TOKEN_LIST (self), NULL);

  position = find_position (self, id);
  if (position == self->items->len)
    return NULL;

  item = g_ptr_array_index (self->items, position);

  return sb_token_item_get_id (item) == id ? item : NULL;
}

/* The number of connections now. A token may be deleted while its last ones close: of an id that is not there,
 * nothing. */
void
sb_token_list_set_live (SbTokenList *self,
                        gint64       id,
                        guint        live)
{
  SbTokenItem *item;

  g_return_if_fail (SB_IS_TOKEN_LIST (self));

  item = sb_token_list_find (self, id);
  if (item != NULL && sb_token_item_set_live (item, live))
    tell_changed (self, item);
}

/**
 * sb_token_list_set_used:
 * @time: real time, µs
 * @address: (nullable): where from, without port
 *
 * Of an id that is not there: nothing.
 */
void
sb_token_list_set_used (SbTokenList *self,
                        gint64       id,
                        gint64       time,
                        const char  *address)
{
  SbTokenItem *item;

  g_return_if_fail (SB_IS_TOKEN_LIST (self));

  item = sb_token_list_find (self, id);
  if (item != NULL && sb_token_item_set_used (item, time, address))
    tell_changed (self, item);
}

static GPtrArray *
list_due (SbTokenList *self,
          gint64       now)
{
  GPtrArray *due = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->items->len; i++)
    {
      SbTokenItem *item = g_ptr_array_index (self->items, i);

      if (!sb_token_item_state_holds (item, now))
        g_ptr_array_add (due, g_object_ref (item));
    }

  return due;
}

/**
 * sb_token_list_tick:
 * @now: real time, µs; may go backwards when the clock is set
 *
 * Derives the states anew. Costs next to nothing where no change is due.
 *
 * Returns: (transfer full) (nullable) (element-type gint64): the ids of those that expired since the last call
 */
GArray *
sb_token_list_tick (SbTokenList *self,
                    gint64       now)
{
  g_autoptr (GPtrArray) due = NULL;
  GArray *expired;

  g_return_val_if_fail (SB_IS_TOKEN_LIST (self), NULL);

  self->last_tick = now;
  due = list_due (self, now);
  for (guint i = 0; i < due->len; i++)
    {
      SbTokenItem *item = g_ptr_array_index (due, i);
      SbTokenState before = sb_token_item_get_state (item);
      guint active_before = count_active (item);

      /* who listens may have removed it meanwhile */
      if (sb_token_list_find (self, sb_token_item_get_id (item)) != item || !sb_token_item_derive_state (item, now))
        continue;

      note_expired (self, item, before);
      replace_active (self, active_before, count_active (item));
      tell_changed (self, item);
    }

  if (self->expired->len == 0)
    return NULL;

  expired = g_steal_pointer (&self->expired);
  self->expired = g_array_new (FALSE, FALSE, sizeof (gint64));

  return expired;
}

gint64
sb_token_list_get_next_change (SbTokenList *self,
                               gint64       now)
{
  gint64 next = G_MAXINT64;

  g_return_val_if_fail (SB_IS_TOKEN_LIST (self), G_MAXINT64);

  for (guint i = 0; i < self->items->len; i++)
    {
      gint64 change = sb_token_item_get_next_change (g_ptr_array_index (self->items, i), now);

      next = MIN (next, change);
    }

  return next;
}

guint
sb_token_list_get_n_active (SbTokenList *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_LIST (self), 0);

  return self->n_active;
}
