/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-compiler.h"

#include <string.h>

/* The keywords of Core §10 and §11. */

static void
compile_pattern_properties (SbCompiler *self, SbSchemaRule *rule)
{
  JsonNode *value = sb_compiler_get_value (self, "patternProperties", SB_KIND_OBJECT, "an object of schemas");
  JsonObjectIter iter;
  const char *pattern;
  JsonNode *schema;
  guint n = 0;

  if (value == NULL)
    return;

  rule->members.n_patterns = json_object_get_size (json_node_get_object (value));
  rule->members.patterns = g_new0 (SbPatternProperty, MAX (rule->members.n_patterns, 1));
  json_object_iter_init_ordered (&iter, json_node_get_object (value));
  while (json_object_iter_next_ordered (&iter, &pattern, &schema))
    {
      SbPatternProperty *property = &rule->members.patterns[n++];

      property->text = g_strdup (pattern);
      property->regex = sb_compiler_compile_regex (self, pattern, "patternProperties", pattern);
      property->schema = sb_compiler_get_child (self, schema, "patternProperties", pattern);
    }
}

static void
compile_members (SbCompiler *self)
{
  JsonNode *properties = sb_compiler_get_value (self, "properties", SB_KIND_OBJECT, "an object of schemas");
  gboolean has_properties = properties != NULL && json_object_get_size (json_node_get_object (properties)) > 0;
  SbSchemaRule *rule;

  if (has_properties)
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *schema;

      json_object_iter_init_ordered (&iter, json_node_get_object (properties));
      while (json_object_iter_next_ordered (&iter, &name, &schema))
        {
          guint place = sb_compiler_get_name (self, name);

          g_array_index (self->names, SbName, place).property = sb_compiler_get_child (self, schema, "properties",
                                                                                       name);
        }
    }

  if (!has_properties && sb_compiler_get_keyword (self, "patternProperties") == NULL
      && sb_compiler_get_keyword (self, "additionalProperties") == NULL)
    return;

  rule = sb_compiler_add_rule (self, SB_WORD_MEMBERS, SB_KIND_OBJECT);
  compile_pattern_properties (self, rule);
  rule->members.rest = sb_compiler_get_schema (self, "additionalProperties");
}

static void
add_dependent_schema (SbCompiler *self, const char *keyword, const char *name, JsonNode *value)
{
  SbSubschema *schema = sb_compiler_get_child (self, value, keyword, name);
  SbSchemaRule *rule = sb_compiler_add_rule (self, SB_WORD_DEPENDENT_SCHEMAS, SB_KIND_OBJECT);

  rule->dependent_schema.trigger = sb_compiler_get_name (self, name);
  rule->dependent_schema.schema = schema;
  sb_compiler_note_in_place (self, schema);
}

/* "dependencies" became "dependentSchemas" and "dependentRequired" in draft 2019-09; the metaschema still has it, and
 * so have many schemas, whose authors would not expect it to say nothing. */
static void
compile_dependent_schemas (SbCompiler *self, const char *keyword)
{
  JsonNode *value = sb_compiler_get_value (self, keyword, SB_KIND_OBJECT, "an object of schemas");
  JsonObjectIter iter;
  const char *name;
  JsonNode *schema;

  if (value == NULL)
    return;

  json_object_iter_init_ordered (&iter, json_node_get_object (value));
  while (json_object_iter_next_ordered (&iter, &name, &schema))
    {
      if (strcmp (keyword, "dependencies") == 0 && sb_value_get_kind (schema) == SB_KIND_ARRAY)
        sb_compiler_add_dependent_names (self, keyword, name, schema);
      else
        add_dependent_schema (self, keyword, name, schema);
    }
}

static void
compile_list (SbCompiler *self, const char *keyword, SbWord word)
{
  SbSubschemaList list = sb_compiler_get_schema_list (self, keyword);

  if (list.n_schemas == 0)
    return;

  for (guint i = 0; i < list.n_schemas; i++)
    sb_compiler_note_in_place (self, list.schemas[i]);
  sb_compiler_add_rule (self, word, SB_KIND_ANY)->list = list;
}

static void
compile_schema (SbCompiler *self, const char *keyword, SbWord word, guint kinds)
{
  SbSubschema *schema = sb_compiler_get_schema (self, keyword);

  if (schema == NULL)
    return;

  sb_compiler_add_rule (self, word, kinds)->schema = schema;
  if (kinds == SB_KIND_ANY)
    sb_compiler_note_in_place (self, schema);
}

/* Before draft 2020-12 a list in "items" was what "prefixItems" is now, and "additionalItems" what "items" is. */
static void
compile_items (SbCompiler *self)
{
  JsonNode *items = sb_compiler_get_keyword (self, "items");
  gboolean has_list = items != NULL && sb_value_get_kind (items) == SB_KIND_ARRAY;
  SbSubschemaList prefix = { NULL, 0 };
  SbSubschema *rest;
  SbSchemaRule *rule;

  if (self->job->place->resource->draft == SB_DRAFT_2020_12)
    {
      if (has_list)
        sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, "items",
                          "“items” has to be one schema; a list of them is called “prefixItems” since draft 2020-12");
      prefix = sb_compiler_get_schema_list (self, "prefixItems");
      rest = sb_compiler_get_schema (self, "items");
    }
  else if (has_list)
    {
      prefix = sb_compiler_get_schema_list (self, "items");
      rest = sb_compiler_get_schema (self, "additionalItems");
    }
  else
    rest = sb_compiler_get_schema (self, "items");

  if (prefix.n_schemas == 0 && rest == NULL)
    return;

  rule = sb_compiler_add_rule (self, SB_WORD_ITEMS, SB_KIND_ARRAY);
  rule->items.prefix = prefix;
  rule->items.rest = rest;
}

static void
compile_contains (SbCompiler *self, gboolean with_counts)
{
  SbSubschema *schema = sb_compiler_get_schema (self, "contains");
  guint64 least = 1, most = G_MAXUINT64;
  gboolean has_least = with_counts && sb_compiler_read_count (self, "minContains", &least);
  SbSchemaRule *rule;

  if (with_counts)
    sb_compiler_read_count (self, "maxContains", &most);
  if (schema == NULL)
    return;

  rule = sb_compiler_add_rule (self, SB_WORD_CONTAINS, SB_KIND_ARRAY);
  rule->contains.schema = schema;
  rule->contains.least = least;
  rule->contains.most = most;
  rule->contains.has_least = has_least;
  rule->contains.marks = self->job->place->resource->draft == SB_DRAFT_2020_12;
}

static void
compile_branch (SbCompiler *self)
{
  SbSubschema *condition = sb_compiler_get_schema (self, "if");
  SbSubschema *then = sb_compiler_get_schema (self, "then");
  SbSubschema *otherwise = sb_compiler_get_schema (self, "else");
  SbSchemaRule *rule;

  if (condition == NULL)
    return;

  rule = sb_compiler_add_rule (self, SB_WORD_IF, SB_KIND_ANY);
  rule->branch.condition = condition;
  rule->branch.then = then;
  rule->branch.otherwise = otherwise;
  sb_compiler_note_in_place (self, condition);
  sb_compiler_note_in_place (self, then);
  sb_compiler_note_in_place (self, otherwise);
}

void
sb_compiler_compile_applicators (SbCompiler *self, gboolean with_counts)
{
  compile_members (self);
  compile_schema (self, "propertyNames", SB_WORD_PROPERTY_NAMES, SB_KIND_OBJECT);
  compile_items (self);
  compile_contains (self, with_counts);
  compile_list (self, "allOf", SB_WORD_ALL_OF);
  compile_list (self, "anyOf", SB_WORD_ANY_OF);
  compile_list (self, "oneOf", SB_WORD_ONE_OF);
  compile_schema (self, "not", SB_WORD_NOT, SB_KIND_ANY);
  compile_branch (self);
  if (self->job->place->resource->draft != SB_DRAFT_7)
    compile_dependent_schemas (self, "dependentSchemas");
  compile_dependent_schemas (self, "dependencies");
}

void
sb_compiler_compile_unevaluated (SbCompiler *self)
{
  compile_schema (self, "unevaluatedItems", SB_WORD_UNEVALUATED_ITEMS, SB_KIND_ARRAY);
  compile_schema (self, "unevaluatedProperties", SB_WORD_UNEVALUATED_PROPERTIES, SB_KIND_OBJECT);
}
