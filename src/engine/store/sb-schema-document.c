/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-schema-document.h"

#include <glib/gi18n-lib.h>
#include <string.h>

SbSchemaDocument *
sb_schema_document_new (const char *uri, const char *text, gint64 changed_at)
{
  SbSchemaDocument *self;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);

  self = g_new0 (SbSchemaDocument, 1);
  sb_ref_count_init (&self->ref_count);
  self->uri = g_strdup (uri);
  self->text = g_strdup (text);
  self->changed_at = changed_at;

  return self;
}

SbSchemaDocument *
sb_schema_document_ref (SbSchemaDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_schema_document_unref (SbSchemaDocument *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_free (self->uri);
  g_free (self->text);
  g_free (self);
}

gboolean
sb_schema_document_check_uri (const char *uri, GError **error)
{
  g_return_val_if_fail (uri != NULL, FALSE);

  if (strlen (uri) > SB_SCHEMA_DOCUMENT_MAX_URI)
    g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_URI, _("The URI may have %d bytes."),
                 SB_SCHEMA_DOCUMENT_MAX_URI);
  else if (!g_uri_is_valid (uri, G_URI_FLAGS_NONE, NULL))
    g_set_error_literal (error, SB_RULE_ERROR, SB_RULE_ERROR_URI,
                         _("The URI has to be a whole one, such as https://example.org/person.json."));
  else if (strchr (uri, '#') != NULL)
    g_set_error_literal (error, SB_RULE_ERROR, SB_RULE_ERROR_URI, _("The URI of a document has no “#”."));
  else
    return TRUE;

  return FALSE;
}

static void
add (SbSchemaRegistry *registry, const char *uri, const char *text)
{
  g_autoptr (JsonNode) node = sb_rule_read_schema (text, NULL);

  if (node != NULL)
    sb_schema_registry_add (registry, uri, node, NULL);
}

SbSchemaRegistry *
sb_schema_documents_make_registry (GPtrArray *documents)
{
  SbSchemaRegistry *registry = sb_schema_registry_new ();

  for (guint i = 0; i < documents->len; i++)
    {
      const SbSchemaDocument *document = g_ptr_array_index (documents, i);

      add (registry, document->uri, document->text);
    }

  return registry;
}

gboolean
sb_schema_documents_check (GPtrArray *documents, const char *uri, const char *text, GError **error)
{
  g_autoptr (SbSchemaRegistry) registry = sb_schema_documents_make_registry (documents);
  g_autoptr (SbSchema) schema = NULL;

  add (registry, uri, text);
  schema = sb_rule_compile_schema (text, uri, registry, SB_SCHEMA_NO_FLAGS, error);

  return schema != NULL;
}
