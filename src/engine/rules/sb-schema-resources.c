/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-resources.h"

#include <string.h>

/* What a document without a URI is known by, so that relative references within it can be resolved (RFC 3986
 * §5.1.4). */
#define DEFAULT_BASE "signalbox:///schema"
#define DRAFT "https://json-schema.org/draft/2020-12/"

static void
resource_free (SbResource *self)
{
  g_free (self->uri);
  g_free (self->metaschema);
  g_hash_table_unref (self->anchors);
  g_hash_table_unref (self->dynamic_anchors);
  g_free (self);
}

static void
place_free (SbPlace *self)
{
  g_free (self->pointer);
  g_free (self);
}

void
sb_resources_init (SbResources *self, SbSchemaRegistry *registry)
{
  memset (self, 0, sizeof *self);
  self->registry = registry != NULL ? sb_schema_registry_ref (registry) : sb_schema_registry_new ();
  self->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_uri = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->resources = g_ptr_array_new_with_free_func ((GDestroyNotify) resource_free);
  self->places = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) place_free);
}

void
sb_resources_clear (SbResources *self)
{
  g_hash_table_unref (self->places);
  g_hash_table_unref (self->by_uri);
  g_hash_table_unref (self->used);
  g_ptr_array_unref (self->resources);
  g_free (self->fault_pointer);
  sb_schema_registry_unref (self->registry);
}

JsonNode *
sb_resources_use (SbResources *self, const char *uri)
{
  JsonNode *document = sb_schema_registry_lookup (self->registry, uri);

  if (document != NULL)
    g_hash_table_add (self->used, g_strdup (uri));
  return document;
}

char *
sb_pointer_append (const char *pointer, const char *segment)
{
  GString *text = g_string_new (pointer);

  g_string_append_c (text, '/');
  for (const char *p = segment; *p != '\0'; p++)
    {
      if (*p == '~')
        g_string_append (text, "~0");
      else if (*p == '/')
        g_string_append (text, "~1");
      else
        g_string_append_c (text, *p);
    }

  return g_string_free (text, FALSE);
}

char *
sb_pointer_append_index (const char *pointer, guint index)
{
  return g_strdup_printf ("%s/%u", pointer, index);
}

SbShape
sb_keyword_get_shape (const char *keyword, JsonNode *value, SbDraft draft)
{
  static const struct
  {
    const char *keyword;
    SbShape shape;
  } shapes[] = {
    { "additionalProperties", SB_SHAPE_SCHEMA },
    { "propertyNames", SB_SHAPE_SCHEMA },
    { "contains", SB_SHAPE_SCHEMA },
    { "items", SB_SHAPE_SCHEMA },
    { "not", SB_SHAPE_SCHEMA },
    { "if", SB_SHAPE_SCHEMA },
    { "then", SB_SHAPE_SCHEMA },
    { "else", SB_SHAPE_SCHEMA },
    { "unevaluatedItems", SB_SHAPE_SCHEMA },
    { "unevaluatedProperties", SB_SHAPE_SCHEMA },
    { "contentSchema", SB_SHAPE_SCHEMA },
    { "allOf", SB_SHAPE_SCHEMA_LIST },
    { "anyOf", SB_SHAPE_SCHEMA_LIST },
    { "oneOf", SB_SHAPE_SCHEMA_LIST },
    { "prefixItems", SB_SHAPE_SCHEMA_LIST },
    { "properties", SB_SHAPE_SCHEMA_MAP },
    { "patternProperties", SB_SHAPE_SCHEMA_MAP },
    { "dependentSchemas", SB_SHAPE_SCHEMA_MAP },
    { "dependencies", SB_SHAPE_SCHEMA_MAP },
    { "$defs", SB_SHAPE_SCHEMA_MAP },
    /* What "$defs" was called before draft 2019-09, and still is in many a schema. */
    { "definitions", SB_SHAPE_SCHEMA_MAP },
  };

  if (draft < SB_DRAFT_2020_12)
    {
      if (strcmp (keyword, "items") == 0 && sb_value_get_kind (value) == SB_KIND_ARRAY)
        return SB_SHAPE_SCHEMA_LIST;
      if (strcmp (keyword, "additionalItems") == 0)
        return SB_SHAPE_SCHEMA;
      if (strcmp (keyword, "prefixItems") == 0)
        return SB_SHAPE_OTHER;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      if (strcmp (keyword, shapes[i].keyword) == 0)
        return shapes[i].shape;
    }

  return SB_SHAPE_OTHER;
}

/* --- scanning a document --- */

G_GNUC_PRINTF (5, 6)
static gboolean
fail (SbResources *self, GError **error, const char *pointer, SbSchemaErrorCode code, const char *format, ...)
{
  va_list arguments;

  g_free (self->fault_pointer);
  self->fault_pointer = self->is_main ? g_strdup (pointer) : NULL;
  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (SB_SCHEMA_ERROR, code, format, arguments);
  va_end (arguments);

  return FALSE;
}

static const char *
get_string (JsonObject *object, const char *keyword)
{
  JsonNode *value = json_object_get_member (object, keyword);

  return value != NULL && sb_value_get_kind (value) == SB_KIND_STRING ? json_node_get_string (value) : NULL;
}

char *
sb_resources_resolve_uri (const char *base, const char *reference, GError **error)
{
  g_autofree char *plain = g_strndup (reference, strcspn (reference, "#"));
  g_autoptr (GUri) base_uri = NULL;
  g_autoptr (GUri) uri = NULL;

  if (*plain == '\0')
    return g_strdup (base);

  base_uri = g_uri_parse (base, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, error);
  if (base_uri == NULL)
    return NULL;
  uri = g_uri_parse_relative (base_uri, plain, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, error);

  return uri != NULL ? g_uri_to_string (uri) : NULL;
}

static gboolean
read_vocabulary (SbResources *self, SbResource *resource, JsonNode *metaschema, const char *pointer, GError **error)
{
  JsonObject *object = sb_value_get_kind (metaschema) == SB_KIND_OBJECT ? json_node_get_object (metaschema) : NULL;
  JsonNode *vocabulary = object != NULL ? json_object_get_member (object, "$vocabulary") : NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *needed;

  if (vocabulary == NULL || sb_value_get_kind (vocabulary) != SB_KIND_OBJECT)
    return TRUE;

  resource->vocabularies = 0;
  json_object_iter_init_ordered (&iter, json_node_get_object (vocabulary));
  while (json_object_iter_next_ordered (&iter, &name, &needed))
    {
      if (strcmp (name, DRAFT "vocab/applicator") == 0)
        resource->vocabularies |= SB_VOCABULARY_APPLICATOR;
      else if (strcmp (name, DRAFT "vocab/unevaluated") == 0)
        resource->vocabularies |= SB_VOCABULARY_UNEVALUATED;
      else if (strcmp (name, DRAFT "vocab/validation") == 0)
        resource->vocabularies |= SB_VOCABULARY_VALIDATION;
      else if (strcmp (name, DRAFT "vocab/format-assertion") == 0)
        resource->vocabularies |= SB_VOCABULARY_FORMAT_ASSERTION;
      else if (!g_str_has_prefix (name, DRAFT "vocab/") && sb_value_get_kind (needed) == SB_KIND_BOOLEAN
               && json_node_get_boolean (needed))
        return fail (self, error, pointer, SB_SCHEMA_ERROR_DIALECT,
                     "the metaschema “%.200s” needs the vocabulary “%.200s”, which is not known here",
                     resource->metaschema, name);
    }

  return TRUE;
}

/* Of those that are no draft, but a metaschema of somebody's own, the newest. */
static SbDraft
find_draft (const char *metaschema)
{
  if (strcmp (metaschema, "https://json-schema.org/draft/2019-09/schema") == 0)
    return SB_DRAFT_2019_09;
  if (strcmp (metaschema, "http://json-schema.org/draft-07/schema") == 0
      || strcmp (metaschema, "https://json-schema.org/draft-07/schema") == 0)
    return SB_DRAFT_7;
  return SB_DRAFT_2020_12;
}

/* The draft of a subschema that may begin a resource: what its "$id" means depends on it. */
static SbDraft
peek_draft (JsonNode *node, const SbResource *resource)
{
  const char *uri = get_string (json_node_get_object (node), "$schema");
  g_autofree char *plain = uri != NULL ? g_strndup (uri, strcspn (uri, "#")) : NULL;

  if (plain == NULL || (resource->root != node && get_string (json_node_get_object (node), "$id") == NULL))
    return resource->draft;
  return find_draft (plain);
}

static gboolean
read_dialect (SbResources *self, SbResource *resource, JsonObject *object, const char *pointer, GError **error)
{
  const char *uri = get_string (object, "$schema");
  g_autofree char *place = sb_pointer_append (pointer, "$schema");
  g_autofree char *plain = NULL;
  JsonNode *metaschema;

  if (uri == NULL)
    return TRUE;

  plain = g_strndup (uri, strcspn (uri, "#"));
  g_free (resource->metaschema);
  resource->metaschema = g_strdup (plain);
  resource->vocabularies = SB_VOCABULARY_USUAL;
  resource->draft = find_draft (plain);
  if (resource->draft != SB_DRAFT_2020_12 || strcmp (plain, DRAFT "schema") == 0)
    return TRUE;

  metaschema = sb_resources_use (self, plain);
  if (metaschema == NULL && strstr (plain, "json-schema.org/") != NULL)
    return fail (self, error, place, SB_SCHEMA_ERROR_DIALECT,
                 "“%.200s” is a draft of JSON Schema that is not known here; draft 2020-12, “" DRAFT "schema”, "
                 "draft 2019-09 and draft-07 are", uri);
  if (metaschema == NULL)
    return fail (self, error, place, SB_SCHEMA_ERROR_DIALECT, "the metaschema “%.200s” is not known here", uri);

  return read_vocabulary (self, resource, metaschema, place, error);
}

static SbResource *
add_resource (SbResources *self, JsonNode *root, const char *uri, const SbResource *parent)
{
  SbResource *resource = g_new0 (SbResource, 1);

  resource->uri = g_strdup (uri);
  resource->root = root;
  resource->is_main = self->is_main;
  resource->metaschema = g_strdup (parent != NULL ? parent->metaschema : DRAFT "schema");
  resource->draft = parent != NULL ? parent->draft : SB_DRAFT_2020_12;
  resource->vocabularies = parent != NULL ? parent->vocabularies : SB_VOCABULARY_USUAL;
  resource->anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  resource->dynamic_anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (self->resources, resource);

  return resource;
}

/* "$id": the subschema begins a resource of its own. NULL: @error is set. */
static SbResource *
enter_resource (SbResources *self, JsonNode *node, SbResource *resource, const char *pointer, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  const char *id = get_string (object, "$id");
  g_autofree char *place = sb_pointer_append (pointer, "$id");
  g_autofree char *uri = NULL;
  g_autoptr (GError) cause = NULL;

  if (id == NULL)
    return resource;

  if (peek_draft (node, resource) == SB_DRAFT_7)
    {
      /* What stands beside a "$ref" does not count, and what is only a fragment is an anchor (draft-07 §8.2.3,
       * §8.3). */
      if (json_object_has_member (object, "$ref"))
        return resource;
      if (id[0] == '#' && id[1] != '\0')
        {
          g_hash_table_insert (resource->anchors, g_strdup (id + 1), node);
          return resource;
        }
    }

  if (strchr (id, '#') != NULL && strchr (id, '#')[1] != '\0')
    {
      fail (self, error, place, SB_SCHEMA_ERROR_URI, "“$id” may not have a fragment; “$anchor” is for that");
      return NULL;
    }

  uri = sb_resources_resolve_uri (resource->uri, id, &cause);
  if (uri == NULL)
    {
      fail (self, error, place, SB_SCHEMA_ERROR_URI, "“%.200s” is not a URI reference: %s", id, cause->message);
      return NULL;
    }

  /* The root of a document is one resource, by whatever names. */
  if (resource->root == node)
    {
      g_free (resource->uri);
      resource->uri = g_strdup (uri);
    }
  else
    {
      if (g_hash_table_contains (self->by_uri, uri))
        {
          fail (self, error, place, SB_SCHEMA_ERROR_URI, "“%.200s” is the “$id” of two subschemas", uri);
          return NULL;
        }
      resource = add_resource (self, node, uri, resource);
    }

  if (!g_hash_table_contains (self->by_uri, uri))
    g_hash_table_insert (self->by_uri, g_strdup (uri), resource);

  return resource;
}

static gboolean
add_anchor (SbResources *self,
            SbResource *resource,
            JsonNode *node,
            const char *keyword,
            const char *pointer,
            GError **error)
{
  const char *name = get_string (json_node_get_object (node), keyword);
  g_autofree char *place = sb_pointer_append (pointer, keyword);
  JsonNode *other;

  if (name == NULL)
    return TRUE;

  if (!(g_ascii_isalpha (name[0]) || name[0] == '_')
      || name[strspn (name, "-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] != '\0')
    return fail (self, error, place, SB_SCHEMA_ERROR_KEYWORD,
                 "“%s” is a letter or “_”, then letters, digits, “-”, “_” and “.”, which “%.100s” is not",
                 keyword, name);

  other = g_hash_table_lookup (resource->anchors, name);
  if (other != NULL && other != node)
    return fail (self, error, place, SB_SCHEMA_ERROR_KEYWORD, "the anchor “%.100s” is there twice", name);

  g_hash_table_insert (resource->anchors, g_strdup (name), node);
  if (strcmp (keyword, "$dynamicAnchor") == 0)
    g_hash_table_insert (resource->dynamic_anchors, g_strdup (name), node);

  return TRUE;
}

static gboolean
add_anchors (SbResources *self, SbResource *resource, JsonNode *node, const char *pointer, GError **error)
{
  JsonNode *recursive = json_object_get_member (json_node_get_object (node), "$recursiveAnchor");

  if (resource->draft == SB_DRAFT_7)
    return TRUE;
  if (!add_anchor (self, resource, node, "$anchor", pointer, error))
    return FALSE;
  if (resource->draft == SB_DRAFT_2020_12)
    return add_anchor (self, resource, node, "$dynamicAnchor", pointer, error);

  if (recursive != NULL && resource->root == node && sb_value_get_kind (recursive) == SB_KIND_BOOLEAN
      && json_node_get_boolean (recursive))
    g_hash_table_insert (resource->dynamic_anchors, g_strdup (SB_RECURSIVE_ANCHOR), node);
  return TRUE;
}

static gboolean
scan_list (SbResources *self, JsonNode *value, SbResource *resource, const char *pointer, guint depth, GError **error)
{
  JsonArray *array;

  if (sb_value_get_kind (value) != SB_KIND_ARRAY)
    return TRUE;

  array = json_node_get_array (value);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *place = sb_pointer_append_index (pointer, i);

      if (!sb_resources_scan (self, json_array_get_element (array, i), resource, place, depth, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
scan_map (SbResources *self, JsonNode *value, SbResource *resource, const char *pointer, guint depth, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (sb_value_get_kind (value) != SB_KIND_OBJECT)
    return TRUE;

  json_object_iter_init_ordered (&iter, json_node_get_object (value));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *place = sb_pointer_append (pointer, name);

      if (!sb_resources_scan (self, member, resource, place, depth, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
scan_keywords (SbResources *self, JsonNode *node, SbResource *resource, const char *pointer, guint depth,
               GError **error)
{
  JsonObjectIter iter;
  const char *keyword;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &keyword, &value))
    {
      g_autofree char *place = sb_pointer_append (pointer, keyword);
      gboolean ok = TRUE;

      switch (sb_keyword_get_shape (keyword, value, resource->draft))
        {
        case SB_SHAPE_SCHEMA:
          ok = sb_resources_scan (self, value, resource, place, depth, error);
          break;
        case SB_SHAPE_SCHEMA_LIST:
          ok = scan_list (self, value, resource, place, depth, error);
          break;
        case SB_SHAPE_SCHEMA_MAP:
          ok = scan_map (self, value, resource, place, depth, error);
          break;
        case SB_SHAPE_OTHER:
        default:
          break;
        }
      if (!ok)
        return FALSE;
    }

  return TRUE;
}

gboolean
sb_resources_scan (SbResources *self, JsonNode *node, SbResource *resource, const char *pointer, guint depth,
                   GError **error)
{
  SbPlace *place;

  if (g_hash_table_contains (self->places, node))
    return TRUE;
  if (depth > SB_SCHEMA_MAX_DOCUMENT_DEPTH)
    return fail (self, error, pointer, SB_SCHEMA_ERROR_TOO_BIG, "the schema is nested more than %d deep",
                 SB_SCHEMA_MAX_DOCUMENT_DEPTH);
  if (g_hash_table_size (self->places) >= SB_SCHEMA_MAX_SUBSCHEMAS)
    return fail (self, error, pointer, SB_SCHEMA_ERROR_TOO_BIG, "the schema has more than %d subschemas",
                 SB_SCHEMA_MAX_SUBSCHEMAS);
  /* Long names deep down are repeated by each of the many below. */
  self->pointers_size += strlen (pointer);
  if (self->pointers_size > SB_SCHEMA_MAX_POINTERS)
    return fail (self, error, pointer, SB_SCHEMA_ERROR_TOO_BIG,
                 "the JSON Pointers to the subschemas are longer than %d MiB together", SB_SCHEMA_MAX_POINTERS >> 20);

  if (sb_value_get_kind (node) == SB_KIND_OBJECT)
    {
      SbResource *outer = resource;

      resource = enter_resource (self, node, resource, pointer, error);
      if (resource == NULL)
        return FALSE;
      if ((resource != outer || resource->root == node)
          && !read_dialect (self, resource, json_node_get_object (node), pointer, error))
        return FALSE;
      if (!add_anchors (self, resource, node, pointer, error))
        return FALSE;
    }

  place = g_new0 (SbPlace, 1);
  place->resource = resource;
  place->node = node;
  place->pointer = g_strdup (pointer);
  g_hash_table_insert (self->places, node, place);

  return sb_value_get_kind (node) != SB_KIND_OBJECT || scan_keywords (self, node, resource, pointer, depth + 1, error);
}

SbPlace *
sb_resources_add_document (SbResources *self, JsonNode *document, const char *uri, GError **error)
{
  SbResource *resource = add_resource (self, document, uri, NULL);

  g_hash_table_insert (self->by_uri, g_strdup (uri), resource);
  return sb_resources_scan (self, document, resource, "", 0, error) ? sb_resources_find (self, document) : NULL;
}

SbPlace *
sb_resources_add (SbResources *self, JsonNode *document, const char *base_uri, GError **error)
{
  SbPlace *place;
  g_autofree char *base = NULL;

  self->is_main = TRUE;
  base = sb_resources_resolve_uri (DEFAULT_BASE, base_uri != NULL ? base_uri : "", NULL);
  if (base == NULL)
    fail (self, error, "", SB_SCHEMA_ERROR_URI, "“%.200s” is not a URI", base_uri);
  place = base != NULL ? sb_resources_add_document (self, document, base, error) : NULL;
  self->is_main = FALSE;

  return place;
}

SbPlace *
sb_resources_find (SbResources *self, JsonNode *node)
{
  return g_hash_table_lookup (self->places, node);
}
