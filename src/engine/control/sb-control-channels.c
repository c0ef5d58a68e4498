/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include <string.h>

/* /channels: added up from the rows of the clients, so that nobody has to count by channel while messages pass. */

#define DEFAULT_LIMIT 1000
#define MAX_LIMIT 10000

/* A channel somebody is on, and the sums of those who are. */
typedef struct
{
  const char *name; /* of a peer in the list of clients */
  guint n_clients;
  guint64 messages_in;
  guint64 messages_out;
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 rejected;
  guint64 dropped;
  guint64 backlog;
  double rate;
} Channel;

static void
add_client (Channel *self, SbClient *client)
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
  return strcmp (((const Channel *) a)->name, ((const Channel *) b)->name);
}

/* (element-type Channel), by name; valid while the list of clients does not change. */
static GPtrArray *
collect (GListModel *clients)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *channels = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (clients); i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i);
      const char *name = sb_client_get_peer (client)->channel;
      Channel *channel = g_hash_table_lookup (by_name, name);

      if (channel == NULL)
        {
          channel = g_new0 (Channel, 1);
          channel->name = name;
          g_hash_table_insert (by_name, (char *) name, channel);
          g_ptr_array_add (channels, channel);
        }
      add_client (channel, client);
    }
  g_ptr_array_sort_values (channels, compare_names);

  return channels;
}

static JsonObject *
channel_to_json (const Channel *channel)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "channel", channel->name);
  json_object_set_int_member (object, "clients", channel->n_clients);
  json_object_set_int_member (object, "messages_in", (gint64) channel->messages_in);
  json_object_set_int_member (object, "messages_out", (gint64) channel->messages_out);
  json_object_set_int_member (object, "bytes_in", (gint64) channel->bytes_in);
  json_object_set_int_member (object, "bytes_out", (gint64) channel->bytes_out);
  json_object_set_int_member (object, "rejected", (gint64) channel->rejected);
  json_object_set_int_member (object, "dropped", (gint64) channel->dropped);
  json_object_set_int_member (object, "backlog", (gint64) channel->backlog);
  json_object_set_double_member (object, "messages_per_second", channel->rate);

  return object;
}

void
sb_control_list_channels (SbRequest *request)
{
  static const char *const names[] = { "after", "limit", NULL };
  const char *after = sb_request_get_query (request, "after");
  g_autoptr (GPtrArray) channels = NULL;
  gint64 limit = DEFAULT_LIMIT;
  gboolean more = FALSE;
  JsonObject *object;
  JsonArray *array;

  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0) ||
      !sb_request_get_query_integer (request, "limit", 1, MAX_LIMIT, &limit))
    return;

  channels = collect (G_LIST_MODEL (sb_engine_get_clients (request->engine)));
  array = json_array_new ();
  for (guint i = 0; i < channels->len && !more; i++)
    {
      const Channel *channel = g_ptr_array_index (channels, i);

      if (after != NULL && strcmp (channel->name, after) <= 0)
        continue;
      if (json_array_get_length (array) == limit)
        more = TRUE;
      else
        json_array_add_object_element (array, channel_to_json (channel));
    }
  object = json_object_new ();
  json_object_set_array_member (object, "channels", array);
  json_object_set_boolean_member (object, "more", more);
  sb_request_answer (request, 200, object);
}
