/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-channel-sum.h"

#include <string.h>

static void
add_client (SbChannelSum *self, SbClient *client)
{
  self->n_clients++;
  self->messages_in += sb_client_get_messages_in (client);
  self->messages_out += sb_client_get_messages_out (client);
  self->bytes_in += sb_client_get_bytes_in (client);
  self->bytes_out += sb_client_get_bytes_out (client);
  self->rejected += sb_client_get_rejected (client);
  self->dropped += sb_client_get_dropped (client);
  self->backlog += sb_client_get_backlog (client);
  self->rate += sb_client_get_rate (client);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const SbChannelSum *) a)->name, ((const SbChannelSum *) b)->name);
}

GPtrArray *
sb_channel_sum_collect (GListModel *clients)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *sums = g_ptr_array_new_with_free_func (g_free);
  guint n;

  g_return_val_if_fail (G_IS_LIST_MODEL (clients), sums);

  n = g_list_model_get_n_items (clients);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i);
      const char *name = sb_client_get_peer (client)->channel;
      SbChannelSum *sum = g_hash_table_lookup (by_name, name);

      if (sum == NULL)
        {
          sum = g_new0 (SbChannelSum, 1);
          sum->name = name;
          g_hash_table_insert (by_name, (char *) name, sum);
          g_ptr_array_add (sums, sum);
        }
      add_client (sum, client);
    }
  g_ptr_array_sort_values (sums, compare_names);

  return sums;
}
