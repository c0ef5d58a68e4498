/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include "access/sb-address.h"
#include "access/sb-channel.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* /clients, /left and /blocks */

#define DEFAULT_LIMIT 1000
#define MAX_LIMIT 10000
#define MAX_BLOCK_S (10 * 365 * 24 * 3600)

/* --- look --- */

typedef struct
{
  const char *channel; /* a pattern, or NULL */
  gint64 token;        /* 0: any */
  gint64 after;        /* a client's number */
} Filter;

static gboolean
passes (const Filter *filter, SbClient *client)
{
  const SbPeer *peer = sb_client_get_peer (client);

  return (gint64) peer->id > filter->after && (filter->token == 0 || peer->token_id == filter->token) &&
         (filter->channel == NULL || sb_channel_pattern_matches (filter->channel, peer->channel));
}

/* @names: what the query may have. FALSE: answered. */
static gboolean
read_filter (SbRequest *request, const char *const *names, Filter *filter, gint64 *limit)
{
  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0) ||
      !sb_request_get_query_integer (request, "token", 1, G_MAXINT64, &filter->token) ||
      !sb_request_get_query_integer (request, "after", 0, G_MAXINT64, &filter->after) ||
      !sb_request_get_query_integer (request, "limit", 1, MAX_LIMIT, limit))
    return FALSE;

  filter->channel = sb_request_get_query (request, "channel");

  return sb_request_check_pattern (request, "channel");
}

/* (element-type SbClient): those that pass, in the order of the list */
static GPtrArray *
dup_passing (GListModel *clients, const Filter *filter)
{
  GPtrArray *passing = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (clients); i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (clients, i);

      if (passes (filter, client))
        g_ptr_array_add (passing, g_steal_pointer (&client));
    }

  return passing;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint64 one = sb_client_get_peer (*(SbClient *const *) a)->id, other = sb_client_get_peer (*(SbClient *const *) b)->id;

  return one < other ? -1 : one > other;
}

/* The first @limit of @clients, and whether there are more. */
static JsonObject *
list (GPtrArray *clients, gint64 limit, JsonObject *(*to_json) (SbClient *client))
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < MIN (clients->len, limit); i++)
    json_array_add_object_element (array, to_json (g_ptr_array_index (clients, i)));
  json_object_set_array_member (object, "clients", array);
  json_object_set_boolean_member (object, "more", clients->len > limit);

  return object;
}

/* By number, which is where the next page begins. The engine's list is in the order in which it heard of them, and each lane tells of its own
 * when it comes to it. */
void
sb_control_list_clients (SbRequest *request)
{
  static const char *const names[] = { "channel", "token", "after", "limit", NULL };
  SbClientList *clients = sb_engine_get_clients (request->engine);
  Filter filter = { 0 };
  gint64 limit = DEFAULT_LIMIT;
  g_autoptr (GPtrArray) passing = NULL;
  JsonObject *object;

  if (!read_filter (request, names, &filter, &limit))
    return;

  passing = dup_passing (G_LIST_MODEL (clients), &filter);
  g_ptr_array_sort (passing, compare_ids);
  object = list (passing, limit, sb_client_to_json);
  json_object_set_int_member (object, "connected", sb_client_list_count (clients));
  sb_request_answer (request, 200, object);
}

static JsonObject *
left_to_json (SbClient *client)
{
  JsonObject *object = sb_client_to_json (client);

  sb_json_set_time (object, "left_at", sb_client_get_left_at (client));
  sb_json_set_left (object, client);

  return object;
}

/* The newest first, as the engine keeps them. */
void
sb_control_list_left (SbRequest *request)
{
  static const char *const names[] = { "channel", "token", "limit", NULL };
  Filter filter = { 0 };
  gint64 limit = DEFAULT_LIMIT;
  g_autoptr (GPtrArray) passing = NULL;

  if (!read_filter (request, names, &filter, &limit))
    return;

  passing = dup_passing (sb_client_list_get_recently_left (sb_engine_get_clients (request->engine)), &filter);
  sb_request_answer (request, 200, list (passing, limit, left_to_json));
}

/* The row, or NULL with the request answered. */
static SbClient *
find (SbRequest *request)
{
  SbClient *client = sb_client_list_find (sb_engine_get_clients (request->engine), (guint64) request->id);

  if (client == NULL)
    sb_request_fail (request, 404, "not_found", NULL, _("No client %" PRId64 " is connected."), request->id);

  return client;
}

void
sb_control_get_client (SbRequest *request)
{
  SbClient *client;

  if (!sb_request_check (request, NULL, 0))
    return;

  client = find (request);
  if (client != NULL)
    sb_request_answer (request, 200, sb_client_to_json (client));
}

/* --- act --- */

static void
disconnected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  int n = sb_engine_command_finish (SB_ENGINE (source), result, &error);
  JsonObject *object;

  if (n < 0)
    {
      sb_request_fail_error (request, error);
      return;
    }

  object = json_object_new ();
  json_object_set_int_member (object, "id", request->id);
  json_object_set_int_member (object, "closed", n);
  sb_request_answer (request, 200, object);
}

void
sb_control_disconnect_client (SbRequest *request)
{
  static const SbField fields[] = { { "reason", SB_FIELD_STRING } };
  g_autoptr (SbTarget) target = NULL;
  guint64 id = (guint64) request->id;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)) ||
      find (request) == NULL)
    return;

  target = g_new0 (SbTarget, 1);
  target->client_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (target->client_ids, id);
  sb_engine_disconnect_async (request->engine, SB_CONTROL_ACTOR, target, sb_request_get_string (request, "reason"),
                              disconnected_cb, request);
}

/* --- blocks --- */

static JsonObject *
block_to_json (SbEngine *engine, const char *address)
{
  JsonObject *object = json_object_new ();
  const char *actor;

  json_object_set_string_member (object, "address", address);
  sb_json_set_time (object, "until", sb_engine_get_blocked_until (engine, address));
  sb_json_set_time (object, "since", sb_engine_get_blocked_since (engine, address, &actor));
  json_object_set_string_member (object, "by", actor != NULL ? actor : "");

  return object;
}

void
sb_control_list_blocks (SbRequest *request)
{
  g_auto (GStrv) addresses = NULL;
  JsonArray *array;

  if (!sb_request_check (request, NULL, 0))
    return;

  addresses = sb_engine_list_blocks (request->engine);
  array = json_array_new ();
  for (guint i = 0; addresses[i] != NULL; i++)
    json_array_add_object_element (array, block_to_json (request->engine, addresses[i]));
  sb_request_answer_list (request, "blocks", array);
}

/* The way the engine writes it. */
static char *
normalise (const char *address)
{
  char *normal = sb_address_normalize (address);

  return normal != NULL ? normal : g_strdup (address);
}

static void
blocked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  int n = sb_engine_command_finish (SB_ENGINE (source), result, &error);
  JsonObject *object;

  if (n < 0)
    {
      sb_request_fail_error (request, error);
      return;
    }

  address = normalise (sb_request_get_string (request, "address"));
  object = block_to_json (request->engine, address);
  json_object_set_int_member (object, "closed", n);
  sb_request_answer (request, 201, object);
}

void
sb_control_block_address (SbRequest *request)
{
  static const SbField fields[] = {
    { "address", SB_FIELD_STRING, .required = TRUE },
    { "duration", SB_FIELD_INTEGER, 1, MAX_BLOCK_S },
  };

  if (sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    sb_engine_block_address_async (request->engine, SB_CONTROL_ACTOR, sb_request_get_string (request, "address"),
                                   sb_request_get_integer (request, "duration") * G_USEC_PER_SEC, blocked_cb, request);
}

static void
unblocked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autofree char *address = normalise (request->name);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "address", address);
  json_object_set_boolean_member (object, "unblocked", TRUE);
  sb_request_answer_command (request, result, object);
}

void
sb_control_unblock_address (SbRequest *request)
{
  if (sb_request_check (request, NULL, 0))
    sb_engine_unblock_address_async (request->engine, SB_CONTROL_ACTOR, request->name, unblocked_cb, request);
}
