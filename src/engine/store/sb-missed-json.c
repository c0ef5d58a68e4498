/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-missed-json.h"

#include <json-glib/json-glib.h>

static void
set_string (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

char *
sb_missed_to_json (GPtrArray *missed)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_sized_new (missed->len);

  for (guint i = 0; i < missed->len; i++)
    {
      const SbMissed *one = g_ptr_array_index (missed, i);
      const SbPeer *peer = one->peer;
      JsonObject *object = json_object_new ();

      json_object_set_int_member (object, "client", (gint64) peer->id);
      set_string (object, "name", peer->name);
      json_object_set_int_member (object, "token", peer->token_id);
      set_string (object, "label", peer->token_label);
      set_string (object, "hint", peer->token_hint);
      set_string (object, "address", peer->address);
      set_string (object, "channel", peer->channel);
      set_string (object, "why", sb_missed_why_to_id (one->why));
      json_array_add_object_element (array, object);
    }
  json_node_take_array (root, array);

  return json_to_string (root, FALSE);
}

/* NULL where it is no string. */
static char *
dup_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node) : NULL;
}

static gint64
get_integer (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : 0;
}

static SbMissed *
read_missed (JsonObject *object)
{
  g_autoptr (SbPeer) peer = sb_peer_new ();
  g_autofree char *why = dup_string (object, "why");

  peer->id = (guint64) get_integer (object, "client");
  peer->name = dup_string (object, "name");
  peer->token_id = get_integer (object, "token");
  peer->token_label = dup_string (object, "label");
  peer->token_hint = dup_string (object, "hint");
  peer->address = dup_string (object, "address");
  peer->channel = dup_string (object, "channel");

  return sb_missed_new (peer, sb_missed_why_from_id (why));
}

GPtrArray *
sb_missed_from_json (const char *text)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  GPtrArray *missed;
  JsonArray *array;

  if (root == NULL || !JSON_NODE_HOLDS_ARRAY (root))
    return NULL;

  array = json_node_get_array (root);
  missed = sb_missed_array_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        g_ptr_array_add (missed, read_missed (json_node_get_object (element)));
    }

  return missed;
}
