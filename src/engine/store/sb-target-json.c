/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-target-json.h"

#include "access/sb-channel.h"

#include <json-glib/json-glib.h>

static void
add_ids (JsonBuilder *builder, const char *name, const GArray *ids)
{
  if (ids == NULL)
    return;

  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < ids->len; i++)
    json_builder_add_int_value (builder, g_array_index (ids, gint64, i));
  json_builder_end_array (builder);
}

static void
add_channels (JsonBuilder *builder, char **channels)
{
  if (channels == NULL)
    return;

  json_builder_set_member_name (builder, "channels");
  json_builder_begin_array (builder);
  for (guint i = 0; channels[i] != NULL; i++)
    json_builder_add_string_value (builder, channels[i]);
  json_builder_end_array (builder);
}

/**
 * sb_target_to_json:
 *
 * Returns: (transfer full): the text
 */
char *
sb_target_to_json (const SbTarget *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  json_builder_begin_object (builder);
  if (self->everyone)
    {
      json_builder_set_member_name (builder, "everyone");
      json_builder_add_boolean_value (builder, TRUE);
    }
  else
    {
      add_channels (builder, self->channels);
      add_ids (builder, "tokens", self->token_ids);
      add_ids (builder, "clients", self->client_ids);
    }
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

/* The array @name of @object; an absent one is NULL and fine, anything else is not. */
static gboolean
get_array (JsonObject *object, const char *name, GType type, JsonArray **array)
{
  JsonNode *node = json_object_get_member (object, name);

  *array = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;

  *array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (*array); i++)
    {
      if (json_node_get_value_type (json_array_get_element (*array, i)) != type)
        return FALSE;
    }

  return TRUE;
}

static SbTarget *
read_named (JsonArray *channels, JsonArray *tokens)
{
  SbTarget *self = g_new0 (SbTarget, 1);

  if (channels != NULL)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

      for (guint i = 0; i < json_array_get_length (channels); i++)
        {
          const char *pattern = json_array_get_string_element (channels, i);

          if (sb_channel_pattern_check (pattern, NULL))
            g_strv_builder_add (builder, pattern);
        }
      self->channels = g_strv_builder_end (builder);
    }
  if (tokens != NULL)
    {
      self->token_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      for (guint i = 0; i < json_array_get_length (tokens); i++)
        {
          gint64 id = json_array_get_int_element (tokens, i);

          g_array_append_val (self->token_ids, id);
        }
    }

  return self;
}

/**
 * sb_target_from_json:
 *
 * Returns: (transfer full) (nullable): the target
 */
SbTarget *
sb_target_from_json (const char *text)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonArray *channels, *tokens, *clients;
  JsonObject *object;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;

  object = json_node_get_object (root);
  if (json_object_get_boolean_member_with_default (object, "everyone", FALSE))
    return sb_target_new_everyone ();

  if (!get_array (object, "channels", G_TYPE_STRING, &channels) ||
      !get_array (object, "tokens", G_TYPE_INT64, &tokens) || !get_array (object, "clients", G_TYPE_INT64, &clients) ||
      clients != NULL)
    return NULL;

  return read_named (channels, tokens);
}
