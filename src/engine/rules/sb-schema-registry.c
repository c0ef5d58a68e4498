/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-registry.h"

#include "rules/sb-schema.h"
#include "sb-metaschemas.h"
#include "sb-ref-count.h"

#define BUILT_IN_PREFIX "https://json-schema.org/draft/2020-12/"
#define RESOURCE_PREFIX "/signalbox/metaschemas/draft/2020-12/"

struct _SbSchemaRegistry
{
  SbRefCount ref_count;
  GHashTable *documents; /* (element-type utf8 JsonNode) */
};

SbSchemaRegistry *
sb_schema_registry_new (void)
{
  SbSchemaRegistry *self = g_new0 (SbSchemaRegistry, 1);

  sb_ref_count_init (&self->ref_count);
  self->documents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_node_unref);

  return self;
}

SbSchemaRegistry *
sb_schema_registry_ref (SbSchemaRegistry *self)
{
  sb_ref_count_inc (&self->ref_count);
  return self;
}

void
sb_schema_registry_unref (SbSchemaRegistry *self)
{
  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->documents);
  g_free (self);
}

char *
sb_schema_registry_normalize (const char *uri, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, &cause);

  if (parsed == NULL)
    {
      g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_URI, "“%.200s” is not an absolute URI: %s", uri,
                   cause->message);
      return NULL;
    }

  if (g_uri_get_fragment (parsed) != NULL && *g_uri_get_fragment (parsed) != '\0')
    {
      g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_URI,
                   "“%.200s” has a fragment, and the URI of a document has none", uri);
      return NULL;
    }

  return g_uri_to_string_partial (parsed, G_URI_HIDE_FRAGMENT);
}

gboolean
sb_schema_registry_add (SbSchemaRegistry *self, const char *uri, JsonNode *document, GError **error)
{
  char *key = sb_schema_registry_normalize (uri, error);

  if (key == NULL)
    return FALSE;

  g_hash_table_replace (self->documents, key, json_node_ref (document));
  return TRUE;
}

gboolean
sb_schema_registry_remove (SbSchemaRegistry *self, const char *uri)
{
  g_autofree char *key = sb_schema_registry_normalize (uri, NULL);

  return key != NULL && g_hash_table_remove (self->documents, key);
}

/* (transfer full) */
static JsonNode *
load_built_in (const char *name)
{
  g_autofree char *path = g_strconcat (RESOURCE_PREFIX, name, NULL);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (sb_metaschemas_get_resource (), path, 0, NULL);
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) error = NULL;

  if (bytes == NULL)
    return NULL;

  parser = json_parser_new_immutable ();
  json_parser_set_strict (parser, TRUE);
  if (!json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error))
    g_error ("The metaschema %s is not JSON: %s", name, error->message);

  return json_parser_steal_root (parser);
}

JsonNode *
sb_schema_registry_lookup (SbSchemaRegistry *self, const char *uri)
{
  JsonNode *document = g_hash_table_lookup (self->documents, uri);

  if (document == NULL && g_str_has_prefix (uri, BUILT_IN_PREFIX))
    {
      document = load_built_in (uri + strlen (BUILT_IN_PREFIX));
      if (document != NULL)
        g_hash_table_insert (self->documents, g_strdup (uri), document);
    }

  return document;
}
