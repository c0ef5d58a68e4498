/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-private.h"

#include <string.h>

G_DEFINE_QUARK (sb-schema-error-quark, sb_schema_error)

SbSubschema *
sb_subschema_new (void)
{
  return g_new0 (SbSubschema, 1);
}

static void
free_values (SbSchemaRule *rule)
{
  for (guint i = 0; i < rule->values.n_values; i++)
    json_node_unref (rule->values.values[i]);
  g_free (rule->values.values);
  g_free (rule->values.by_hash);
}

static void
free_patterns (SbSchemaRule *rule)
{
  for (guint i = 0; i < rule->members.n_patterns; i++)
    {
      g_free (rule->members.patterns[i].text);
      g_clear_pointer (&rule->members.patterns[i].regex, sb_regex_free);
    }
  g_free (rule->members.patterns);
}

static void
clear_rule (SbSchemaRule *rule)
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

/* The metaschema by its document, which was compiled once for all if it is that of the draft. NULL: there is none. */
static SbSchema *
get_metaschema (const char *uri, SbSchemaRegistry *registry, GError **error)
{
  static SbSchema *usual;
  static gsize once;
  JsonNode *document;

  if (strcmp (uri, SB_SCHEMA_USUAL_METASCHEMA) == 0)
    {
      if (g_once_init_enter (&once))
        {
          g_autoptr (SbSchemaRegistry) built_in = sb_schema_registry_new ();

          usual = sb_schema_compile (sb_schema_registry_lookup (built_in, uri), uri, built_in, SB_SCHEMA_NO_FLAGS, NULL,
                                     NULL, error);
          g_assert (usual != NULL);
          g_once_init_leave (&once, 1);
        }
      return sb_schema_ref (usual);
    }

  document = sb_schema_registry_lookup (registry, uri);
  return document != NULL ? sb_schema_compile (document, uri, registry, SB_SCHEMA_NO_FLAGS, NULL, NULL, error) : NULL;
}

/* @uri: (nullable) */
static gboolean
check_against_metaschema (JsonNode *document, const char *uri, SbSchemaRegistry *registry, char **fault_pointer,
                          GError **error)
{
  g_autoptr (SbSchema) metaschema = NULL;
  g_autoptr (GPtrArray) errors = NULL;
  g_autoptr (GError) cause = NULL;
  SbSchemaVerdict verdict;

  if (uri == NULL)
    return TRUE;
  metaschema = get_metaschema (uri, registry, &cause);
  if (metaschema == NULL && cause != NULL)
    g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_DIALECT, "the metaschema “%.200s” is wrong itself: %s", uri,
                 cause->message);
  if (metaschema == NULL)
    return cause == NULL;

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
  g_autoptr (SbSchemaRegistry) documents =
      registry != NULL ? sb_schema_registry_ref (registry) : sb_schema_registry_new ();
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

gboolean
sb_schema_uses (SbSchema *self, const char *key)
{
  return self->documents != NULL && g_strv_contains ((const char *const *) self->documents, key);
}

void
sb_schema_unref (SbSchema *self)
{
  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->subschemas);
  g_ptr_array_unref (self->scopes);
  g_strfreev (self->documents);
  g_free (self);
}
