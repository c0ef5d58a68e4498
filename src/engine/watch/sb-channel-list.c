/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-channel-list.h"

#include <string.h>

struct _SbChannelList
{
  GObject parent_instance;

  GHashTable *by_name; /* name, the item's → #SbChannelItem, owned: all */
  GPtrArray *items;    /* (element-type SbChannelItem) owned: what is found, in order */
  char *needle;        /* in lower case; NULL: anything */
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbChannelList, sb_channel_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GType
sb_channel_list_get_item_type (GListModel *list)
{
  return SB_TYPE_CHANNEL_ITEM;
}

static guint
sb_channel_list_get_n_items (GListModel *list)
{
  return SB_CHANNEL_LIST (list)->items->len;
}

static gpointer
sb_channel_list_get_item (GListModel *list, guint position)
{
  SbChannelList *self = SB_CHANNEL_LIST (list);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_channel_list_get_item_type;
  iface->get_n_items = sb_channel_list_get_n_items;
  iface->get_item = sb_channel_list_get_item;
}

/* A name is in ASCII (sb_channel_check()). */
static gboolean
is_found (SbChannelList *self, const char *name)
{
  g_autofree char *lower = self->needle != NULL ? g_ascii_strdown (name, -1) : NULL;

  return lower == NULL || strstr (lower, self->needle) != NULL;
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const SbChannelSum *one = sb_channel_item_get_sum ((gpointer) a), *other = sb_channel_item_get_sum ((gpointer) b);

  if (one->n_clients != other->n_clients)
    return one->n_clients > other->n_clients ? -1 : 1;
  return strcmp (one->name, other->name);
}

static void
update (SbChannelList *self)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->items);
  GPtrArray *next = g_ptr_array_new_full (g_hash_table_size (self->by_name), g_object_unref);
  guint first = 0, n_removed = before->len, n_added;
  GHashTableIter iter;
  gpointer name, item;

  g_hash_table_iter_init (&iter, self->by_name);
  while (g_hash_table_iter_next (&iter, &name, &item))
    if (is_found (self, name))
      g_ptr_array_add (next, g_object_ref (item));
  g_ptr_array_sort_values (next, compare_items);
  self->items = next;

  n_added = next->len;
  while (first < MIN (before->len, next->len) && before->pdata[first] == next->pdata[first])
    first++;
  n_removed -= first;
  n_added -= first;
  while (MIN (n_removed, n_added) > 0 && before->pdata[first + n_removed - 1] == next->pdata[first + n_added - 1])
    {
      n_removed--;
      n_added--;
    }
  if (MAX (n_removed, n_added) > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), first, n_removed, n_added);
}

static void
sb_channel_list_finalize (GObject *object)
{
  SbChannelList *self = SB_CHANNEL_LIST (object);

  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->by_name);
  g_free (self->needle);

  G_OBJECT_CLASS (sb_channel_list_parent_class)->finalize (object);
}

static void
sb_channel_list_class_init (SbChannelListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_channel_list_finalize;
}

static void
sb_channel_list_init (SbChannelList *self)
{
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

SbChannelList *
sb_channel_list_new (void)
{
  return g_object_new (SB_TYPE_CHANNEL_LIST, NULL);
}

void
sb_channel_list_refresh (SbChannelList *self, GListModel *clients)
{
  g_autoptr (GPtrArray) sums = NULL;
  g_autoptr (GHashTable) before = NULL;

  g_return_if_fail (SB_IS_CHANNEL_LIST (self));
  g_return_if_fail (G_IS_LIST_MODEL (clients));

  sums = sb_channel_sum_collect (clients);
  before = g_steal_pointer (&self->by_name);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  for (guint i = 0; i < sums->len; i++)
    {
      const SbChannelSum *sum = g_ptr_array_index (sums, i);
      SbChannelItem *item = g_hash_table_lookup (before, sum->name);

      if (item != NULL)
        sb_channel_item_set_sum (g_object_ref (item), sum);
      else
        item = sb_channel_item_new (sum);
      g_hash_table_insert (self->by_name, (char *) sb_channel_item_get_sum (item)->name, item);
    }
  update (self);
}

void
sb_channel_list_set_search (SbChannelList *self, const char *text)
{
  g_autofree char *wanted = NULL;

  g_return_if_fail (SB_IS_CHANNEL_LIST (self));

  wanted = g_strstrip (g_ascii_strdown (text != NULL ? text : "", -1));
  g_clear_pointer (&self->needle, g_free);
  if (*wanted != '\0')
    self->needle = g_steal_pointer (&wanted);
  update (self);
}

guint
sb_channel_list_count (SbChannelList *self)
{
  g_return_val_if_fail (SB_IS_CHANNEL_LIST (self), 0);

  return g_hash_table_size (self->by_name);
}
