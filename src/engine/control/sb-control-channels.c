/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"
#include "watch/sb-channel-sum.h"

#include <string.h>

/* /channels: added up from the rows of the clients. */

#define DEFAULT_LIMIT 1000
#define MAX_LIMIT 10000

static JsonObject *
channel_to_json (const SbChannelSum *channel)
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

  channels = sb_channel_sum_collect (G_LIST_MODEL (sb_engine_get_clients (request->engine)));
  array = json_array_new ();
  for (guint i = 0; i < channels->len && !more; i++)
    {
      const SbChannelSum *channel = g_ptr_array_index (channels, i);

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
