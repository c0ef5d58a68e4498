/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-compiler.h"

#include <string.h>

static void
job_free (SbCompileJob *self)
{
  g_free (self->origin);
  g_free (self);
}

/* --- core --- */

static guint
get_anchor (SbCompiler *self, const char *name)
{
  gpointer number;

  if (g_hash_table_lookup_extended (self->anchors, name, NULL, &number))
    return GPOINTER_TO_UINT (number);

  g_hash_table_insert (self->anchors, g_strdup (name), GUINT_TO_POINTER (g_hash_table_size (self->anchors)));
  return g_hash_table_size (self->anchors) - 1;
}

static void
compile_reference (SbCompiler *self, const char *keyword, SbWord word)
{
  JsonNode *value = sb_compiler_get_value (self, keyword, SB_KIND_STRING, "a URI reference");
  g_autofree char *fragment = NULL;
  g_autofree char *origin = NULL;
  g_autoptr (GError) cause = NULL;
  SbSubschema *target;
  SbPlace *place;

  if (value == NULL)
    return;

  place = sb_resources_resolve (&self->resources, self->job->place->resource, json_node_get_string (value), &fragment,
                                &cause);
  if (place == NULL)
    {
      sb_compiler_fail (self, cause->code, keyword, "%s", cause->message);
      if (self->resources.fault_pointer != NULL && self->job->place->resource->is_main)
        {
          g_free (self->fault_pointer);
          self->fault_pointer = g_strdup (self->resources.fault_pointer);
        }
      return;
    }

  if (sb_value_get_kind (place->node) != SB_KIND_OBJECT && sb_value_get_kind (place->node) != SB_KIND_BOOLEAN)
    {
      sb_compiler_fail (self, SB_SCHEMA_ERROR_REFERENCE, keyword, "“%.200s” leads to what is not a schema",
                        json_node_get_string (value));
      return;
    }

  origin = self->job->place->resource->is_main ? sb_pointer_append (self->job->origin,
                                                                    keyword) : g_strdup (self->job->origin);
  target = sb_compiler_get_subschema (self, place, origin);

  if (strcmp (keyword, "$recursiveRef") == 0)
    {
      g_free (fragment);
      fragment = g_strdup (SB_RECURSIVE_ANCHOR);
    }

  /* Only where the first place it leads to is a dynamic anchor (Core §8.2.3.2). */
  if (word == SB_WORD_DYNAMIC_REF && fragment != NULL
      && g_hash_table_lookup (place->resource->dynamic_anchors, fragment) == place->node)
    {
      SbSchemaRule *rule = sb_compiler_add_rule (self, SB_WORD_DYNAMIC_REF, SB_KIND_ANY);

      rule->dynamic.target = target;
      rule->dynamic.anchor = get_anchor (self, fragment);
      return;
    }

  sb_compiler_note_in_place (self, target);
  sb_compiler_add_rule (self, SB_WORD_REF, SB_KIND_ANY)->schema = target;
}

/* So that faults are found in what nothing refers to as well. */
static void
compile_definitions (SbCompiler *self, const char *keyword)
{
  JsonNode *value = sb_compiler_get_value (self, keyword, SB_KIND_OBJECT, "an object of schemas");
  JsonObjectIter iter;
  const char *name;
  JsonNode *schema;

  if (value == NULL || !self->job->place->resource->is_main)
    return;

  json_object_iter_init_ordered (&iter, json_node_get_object (value));
  while (json_object_iter_next_ordered (&iter, &name, &schema))
    sb_compiler_get_child (self, schema, keyword, name);
}

static int
compare_rules (gconstpointer a, gconstpointer b)
{
  const SbSchemaRule *first = a, *second = b;

  return (int) first->word - (int) second->word;
}

static void
finish_names (SbCompiler *self, SbSubschema *subschema)
{
  guint n_slots = 4;

  subschema->n_names = self->names->len;
  subschema->names = (gpointer) g_array_steal (self->names, NULL);
  if (subschema->n_names == 0)
    return;

  while (n_slots < 2 * subschema->n_names)
    n_slots *= 2;
  subschema->slots = g_new0 (guint16, n_slots);
  subschema->slot_mask = n_slots - 1;
  for (guint i = 0; i < subschema->n_names; i++)
    {
      guint slot = subschema->names[i].hash & subschema->slot_mask;

      while (subschema->slots[slot] != 0)
        slot = (slot + 1) & subschema->slot_mask;
      subschema->slots[slot] = i + 1;
    }
}

static void
fill (SbCompiler *self, SbCompileJob *job)
{
  SbSubschema *subschema = job->subschema;
  guint vocabularies = job->place->resource->vocabularies;
  SbDraft draft = job->place->resource->draft;

  self->job = job;
  if (sb_value_get_kind (job->place->node) == SB_KIND_BOOLEAN)
    {
      subschema->is_boolean = TRUE;
      subschema->boolean = json_node_get_boolean (job->place->node);
      return;
    }

  self->object = json_node_get_object (job->place->node);
  sb_compiler_get_value (self, "$id", SB_KIND_STRING, "a URI reference");
  sb_compiler_get_value (self, "$schema", SB_KIND_STRING, "a URI");
  sb_compiler_get_value (self, "$anchor", SB_KIND_STRING, "a string");
  sb_compiler_get_value (self, "$dynamicAnchor", SB_KIND_STRING, "a string");
  compile_reference (self, "$ref", SB_WORD_REF);
  compile_definitions (self, "$defs");
  compile_definitions (self, "definitions");
  /* In draft-07 a reference stands for all of the subschema (§8.3). */
  if (draft == SB_DRAFT_7 && json_object_has_member (self->object, "$ref"))
    vocabularies = 0;
  else
    sb_compiler_compile_format (self);
  if (draft == SB_DRAFT_2019_09)
    compile_reference (self, "$recursiveRef", SB_WORD_DYNAMIC_REF);
  else if (draft == SB_DRAFT_2020_12)
    compile_reference (self, "$dynamicRef", SB_WORD_DYNAMIC_REF);
  if (vocabularies & SB_VOCABULARY_VALIDATION)
    sb_compiler_compile_validation (self);
  if (vocabularies & SB_VOCABULARY_APPLICATOR)
    sb_compiler_compile_applicators (self, (vocabularies & SB_VOCABULARY_VALIDATION) && draft != SB_DRAFT_7);
  if ((vocabularies & SB_VOCABULARY_UNEVALUATED) && draft != SB_DRAFT_7)
    sb_compiler_compile_unevaluated (self);

  g_array_sort (self->rules, compare_rules);
  subschema->n_rules = self->rules->len;
  subschema->rules = (gpointer) g_array_steal (self->rules, NULL);
  for (guint i = 0; i < subschema->n_rules; i++)
    subschema->kinds |= subschema->rules[i].kinds;
  g_hash_table_remove_all (self->name_places);
  finish_names (self, subschema);
}

/* The dynamic anchors of every resource a message may pass through; compiling them may bring in others. */
static void
add_dynamic_anchors (SbCompiler *self)
{
  GPtrArray *resources = self->resources.resources;

  for (guint i = 0; i < resources->len; i++)
    {
      SbResource *resource = g_ptr_array_index (resources, i);
      GHashTableIter iter;
      gpointer name, node;
      SbScope *scope = resource->scope;

      if (scope == NULL || scope->anchors != NULL || g_hash_table_size (resource->dynamic_anchors) == 0)
        continue;

      scope->anchors = g_malloc0_n (g_hash_table_size (resource->dynamic_anchors), sizeof scope->anchors[0]);
      g_hash_table_iter_init (&iter, resource->dynamic_anchors);
      while (g_hash_table_iter_next (&iter, &name, &node))
        {
          SbPlace *place = sb_resources_find (&self->resources, node);

          scope->anchors[scope->n_anchors].anchor = get_anchor (self, name);
          scope->anchors[scope->n_anchors].target = sb_compiler_get_subschema (self, place, "");
          scope->n_anchors++;
        }
    }
}

/* --- circles --- */

/* Whether @subschema leads back to itself without going deeper into the value. @states: 1: on the way, 2: done. */
static gboolean
has_circle (SbCompiler *self, GHashTable *states, SbSubschema *subschema, guint depth)
{
  GPtrArray *targets = g_hash_table_lookup (self->in_place, subschema);
  guint state = GPOINTER_TO_UINT (g_hash_table_lookup (states, subschema));

  if (state != 0 || targets == NULL)
    return state == 1;
  if (depth > SB_SCHEMA_MAX_NESTING)
    return TRUE;

  g_hash_table_insert (states, subschema, GUINT_TO_POINTER (1));
  for (guint i = 0; i < targets->len; i++)
    {
      if (has_circle (self, states, g_ptr_array_index (targets, i), depth + 1))
        return TRUE;
    }
  g_hash_table_insert (states, subschema, GUINT_TO_POINTER (2));

  return FALSE;
}

static void
check_circles (SbCompiler *self)
{
  g_autoptr (GHashTable) states = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->schema->subschemas->len && self->error == NULL; i++)
    {
      SbSubschema *subschema = g_ptr_array_index (self->schema->subschemas, i);

      if (has_circle (self, states, subschema, 0))
        {
          self->error = g_error_new (SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_REFERENCE,
                                     "the schema refers to itself in a circle that never goes deeper into the message");
          self->fault_pointer = g_strdup (strchr (subschema->location, '#') == NULL ? subschema->location : "");
        }
    }
}

/* --- all of it --- */

static void
compile_all (SbCompiler *self, SbPlace *root)
{
  self->schema->root = sb_compiler_get_subschema (self, root, "");
  do
    {
      while (!g_queue_is_empty (&self->jobs) && self->error == NULL)
        {
          SbCompileJob *job = g_queue_pop_head (&self->jobs);

          fill (self, job);
          job_free (job);
        }
      if (self->error == NULL)
        add_dynamic_anchors (self);
    }
  while (!g_queue_is_empty (&self->jobs) && self->error == NULL);

  if (self->error == NULL)
    check_circles (self);
}

static void
compiler_init (SbCompiler *self, SbSchemaRegistry *registry, SbSchemaFlags flags)
{
  memset (self, 0, sizeof *self);
  self->flags = flags;
  self->schema = g_new0 (SbSchema, 1);
  sb_ref_count_init (&self->schema->ref_count);
  self->schema->subschemas = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_subschema_free);
  self->schema->scopes = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_scope_free);
  sb_resources_init (&self->resources, registry);
  self->compiled = g_hash_table_new (NULL, NULL);
  self->in_place = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rules = g_array_new (FALSE, TRUE, sizeof (SbSchemaRule));
  self->names = g_array_new (FALSE, TRUE, sizeof (SbName));
  self->name_places = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&self->jobs);
}

static void
compiler_clear (SbCompiler *self)
{
  g_queue_clear_full (&self->jobs, (GDestroyNotify) job_free);
  g_hash_table_unref (self->name_places);
  g_array_unref (self->names);
  g_array_unref (self->rules);
  g_hash_table_unref (self->anchors);
  g_hash_table_unref (self->in_place);
  g_hash_table_unref (self->compiled);
  sb_resources_clear (&self->resources);
}

/* Whether one metaschema can tell of the whole document (Core §9.3.3). */
static gboolean
has_one_dialect (SbCompiler *self, const SbResource *root)
{
  for (guint i = 0; i < self->resources.resources->len; i++)
    {
      const SbResource *resource = g_ptr_array_index (self->resources.resources, i);

      if (resource->is_main && strcmp (resource->metaschema, root->metaschema) != 0)
        return FALSE;
    }

  return TRUE;
}

static char **
dup_keys (GHashTable *table)
{
  g_autofree char **keys = (char **) g_hash_table_get_keys_as_array (table, NULL);

  return g_strdupv (keys);
}

SbSchema *
sb_schema_compile (JsonNode *document,
                   const char *base_uri,
                   SbSchemaRegistry *registry,
                   SbSchemaFlags flags,
                   char **metaschema_uri,
                   char **fault_pointer,
                   GError **error)
{
  SbCompiler compiler;
  SbPlace *root;

  sb_value_hash_init ();
  compiler_init (&compiler, registry, flags);

  root = sb_resources_add (&compiler.resources, document, base_uri, &compiler.error);
  if (root == NULL)
    compiler.fault_pointer = g_strdup (compiler.resources.fault_pointer);
  else if (sb_value_get_kind (document) != SB_KIND_OBJECT && sb_value_get_kind (document) != SB_KIND_BOOLEAN)
    compiler.error = g_error_new (SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_KEYWORD, "a schema is an object, true or false");
  else
    {
      compile_all (&compiler, root);
      if (metaschema_uri != NULL && has_one_dialect (&compiler, root->resource))
        *metaschema_uri = g_strdup (root->resource->metaschema);
    }

  if (compiler.error == NULL)
    compiler.schema->documents = dup_keys (compiler.resources.used);
  if (compiler.error != NULL)
    {
      g_clear_pointer (&compiler.schema, sb_schema_unref);
      if (fault_pointer != NULL)
        *fault_pointer = compiler.fault_pointer != NULL ? g_steal_pointer (&compiler.fault_pointer) : g_strdup ("");
      g_propagate_error (error, compiler.error);
    }
  g_free (compiler.fault_pointer);
  compiler_clear (&compiler);

  return compiler.schema;
}
