/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-private.h"

G_DEFINE_QUARK (sb-schema-error-quark, sb_schema_error)

SbSubschema *
sb_subschema_new (void)
{
  return g_new0 (SbSubschema, 1);
}

static void
free_values (SbRule *rule)
{
  for (guint i = 0; i < rule->values.n_values; i++)
    json_node_unref (rule->values.values[i]);
  g_free (rule->values.values);
  g_free (rule->values.hashes);
}

static void
free_patterns (SbRule *rule)
{
  for (guint i = 0; i < rule->members.n_patterns; i++)
    {
      g_free (rule->members.patterns[i].text);
      g_clear_pointer (&rule->members.patterns[i].regex, sb_regex_free);
    }
  g_free (rule->members.patterns);
}

static void
clear_rule (SbRule *rule)
{
  switch ((int) rule->word)
    {
    case SB_WORD_CONST:
    case SB_WORD_ENUM:
      free_values (rule);
      break;
    case SB_WORD_REQUIRED:
      g_free (rule->names.names);
      break;
    case SB_WORD_DEPENDENT_REQUIRED:
      g_free (rule->dependent.names.names);
      break;
    case SB_WORD_PATTERN:
      g_free (rule->pattern.text);
      g_clear_pointer (&rule->pattern.regex, sb_regex_free);
      break;
    case SB_WORD_MEMBERS:
      free_patterns (rule);
      break;
    case SB_WORD_ITEMS:
      g_free (rule->items.prefix.schemas);
      break;
    case SB_WORD_ALL_OF:
    case SB_WORD_ANY_OF:
    case SB_WORD_ONE_OF:
      g_free (rule->list.schemas);
      break;
    default:
      break;
    }
}

void
sb_subschema_free (SbSubschema *self)
{
  for (guint i = 0; i < self->n_rules; i++)
    clear_rule (&self->rules[i]);
  g_free (self->rules);
  for (guint i = 0; i < self->n_names; i++)
    g_free (self->names[i].text);
  g_free (self->names);
  g_free (self->slots);
  g_free (self->location);
  g_free (self);
}

void
sb_scope_free (SbScope *self)
{
  g_free (self->anchors);
  g_free (self);
}

/* Built-in metaschemas are sound, and can't be checked before they are there. */
static gboolean
check_against_metaschema (JsonNode *document, const char *uri, SbSchemaRegistry *registry, char **fault_pointer, GError **error)
{
  JsonNode *metadocument = sb_schema_registry_lookup (registry, uri);
  g_autoptr (SbSchema) metaschema = NULL;
  g_autoptr (GPtrArray) errors = NULL;
  g_autoptr (GError) cause = NULL;
  SbSchemaVerdict verdict;

  if (metadocument == NULL || metadocument == document)
    return TRUE;

  metaschema = sb_schema_compile (metadocument, uri, registry, SB_SCHEMA_NO_FLAGS, NULL, NULL, &cause);
  if (metaschema == NULL)
    {
      g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_DIALECT, "the metaschema “%.200s” is wrong itself: %s", uri, cause->message);
      return FALSE;
    }

  verdict = sb_schema_evaluate_within (metaschema, document, 1, G_MAXINT32, &errors, NULL);
  if (verdict == SB_SCHEMA_VALID)
    return TRUE;

  if (fault_pointer != NULL)
    *fault_pointer = g_strdup (((SbSchemaError *) errors->pdata[0])->instance_pointer);
  g_set_error_literal (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_KEYWORD, ((SbSchemaError *) errors->pdata[0])->message);
  return FALSE;
}

SbSchema *
sb_schema_new (JsonNode *document,
               const char *base_uri,
               SbSchemaRegistry *registry,
               SbSchemaFlags flags,
               char **fault_pointer,
               GError **error)
{
  g_autoptr (SbSchemaRegistry) documents = registry != NULL ? sb_schema_registry_ref (registry) : sb_schema_registry_new ();
  g_autofree char *metaschema = NULL;
  g_autoptr (SbSchema) self = NULL;

  if (fault_pointer != NULL)
    *fault_pointer = NULL;

  self = sb_schema_compile (document, base_uri, documents, flags, &metaschema, fault_pointer, error);
  if (self == NULL || !check_against_metaschema (document, metaschema, documents, fault_pointer, error))
    return NULL;

  return g_steal_pointer (&self);
}

SbSchema *
sb_schema_ref (SbSchema *self)
{
  sb_ref_count_inc (&self->ref_count);
  return self;
}

void
sb_schema_unref (SbSchema *self)
{
  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->subschemas);
  g_ptr_array_unref (self->scopes);
  g_free (self);
}
