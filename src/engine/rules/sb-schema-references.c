/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-resources.h"

#include <string.h>

/* What "$ref" and its like lead to. */

/* The member or element that @segment of a JSON Pointer names. */
static JsonNode *
step (JsonNode *node, const char *segment)
{
  SbKind kind = sb_value_get_kind (node);
  guint64 index;

  if (kind == SB_KIND_OBJECT)
    return json_object_get_member (json_node_get_object (node), segment);
  if (kind != SB_KIND_ARRAY || (segment[0] == '0' && segment[1] != '\0')
      || !g_ascii_string_to_unsigned (segment, 10, 0, G_MAXUINT32, &index, NULL)
      || index >= json_array_get_length (json_node_get_array (node)))
    return NULL;

  return json_array_get_element (json_node_get_array (node), index);
}

static char *
unescape_segment (const char *segment, gsize length)
{
  GString *text = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      if (segment[i] == '~' && i + 1 < length && (segment[i + 1] == '0' || segment[i + 1] == '1'))
        g_string_append_c (text, segment[++i] == '0' ? '~' : '/');
      else
        g_string_append_c (text, segment[i]);
    }

  return g_string_free (text, FALSE);
}

/* Follows @pointer from the root of @resource. What is no known place of a subschema becomes one, in the resource
 * around it. */
static SbPlace *
follow_pointer (SbResources *self, SbResource *resource, const char *pointer, GError **error)
{
  JsonNode *node = resource->root;
  SbPlace *place = sb_resources_find (self, node);
  g_autofree char *path = g_strdup (place->pointer);

  while (*pointer == '/')
    {
      gsize length = strcspn (pointer + 1, "/");
      g_autofree char *segment = unescape_segment (pointer + 1, length);
      char *longer;

      node = step (node, segment);
      if (node == NULL)
        return NULL;
      longer = sb_pointer_append (path, segment);
      g_free (path);
      path = longer;
      if (sb_resources_find (self, node) != NULL)
        place = sb_resources_find (self, node);
      pointer += length + 1;
    }

  if (place->node != node)
    {
      gboolean ok;

      self->is_main = place->resource->is_main;
      ok = sb_resources_scan (self, node, place->resource, path, 0, error);
      self->is_main = FALSE;
      if (!ok)
        return NULL;
      place = sb_resources_find (self, node);
    }

  return place;
}

static SbResource *
find_resource (SbResources *self, const char *uri, GError **error)
{
  SbResource *resource = g_hash_table_lookup (self->by_uri, uri);
  JsonNode *document;

  if (resource != NULL)
    return resource;

  document = sb_resources_use (self, uri);
  if (document == NULL)
    return NULL;

  /* One that is registered under two URIs has been read. */
  if (sb_resources_find (self, document) != NULL)
    return sb_resources_find (self, document)->resource;

  return sb_resources_add_document (self, document, uri, error) != NULL ? g_hash_table_lookup (self->by_uri,
                                                                                               uri) : NULL;
}

SbPlace *
sb_resources_resolve (SbResources *self, SbResource *from, const char *reference, char **fragment, GError **error)
{
  const char *hash = strchr (reference, '#');
  g_autofree char *uri = NULL;
  g_autofree char *decoded = NULL;
  g_autoptr (GError) cause = NULL;
  SbResource *resource;
  SbPlace *place = NULL;
  JsonNode *node;

  g_clear_pointer (&self->fault_pointer, g_free);
  uri = sb_resources_resolve_uri (from->uri, reference, &cause);
  decoded = hash != NULL ? g_uri_unescape_string (hash + 1, NULL) : g_strdup ("");
  if (uri == NULL || decoded == NULL || !g_utf8_validate (decoded, -1, NULL))
    {
      g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_URI, "“%.200s” is not a URI reference", reference);
      return NULL;
    }

  resource = find_resource (self, uri, &cause);
  if (resource == NULL)
    {
      if (cause != NULL)
        g_set_error (error, SB_SCHEMA_ERROR, cause->code, "in the document “%.200s”: %s", uri, cause->message);
      else
        g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_REFERENCE,
                     "“%.200s” refers to “%.200s”, which is not known here",
                     reference, uri);
      return NULL;
    }

  if (*decoded == '\0')
    place = sb_resources_find (self, resource->root);
  else if (*decoded == '/')
    place = follow_pointer (self, resource, decoded, &cause);
  else if ((node = g_hash_table_lookup (resource->anchors, decoded)) != NULL)
    place = sb_resources_find (self, node);

  if (place == NULL && cause != NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  else if (place == NULL)
    g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_REFERENCE, "“%.200s” leads nowhere", reference);
  else if (fragment != NULL)
    *fragment = *decoded != '\0' && *decoded != '/' ? g_steal_pointer (&decoded) : NULL;

  return place;
}
