/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-compiler.h"

#include <string.h>

/* The keywords of Validation §6 and §7. */

static const struct
{
  const char *name;
  guint kinds;
} types[] = {
  { "null", SB_KIND_NULL },     { "boolean", SB_KIND_BOOLEAN }, { "object", SB_KIND_OBJECT },  { "array",
                                                                                                 SB_KIND_ARRAY },
  { "number", SB_KIND_NUMBER }, { "string", SB_KIND_STRING },   { "integer", SB_KIND_INTEGER },
};

static guint
read_type (SbCompiler *self, JsonNode *value)
{
  const char *name = sb_value_get_kind (value) == SB_KIND_STRING ? json_node_get_string (value) : NULL;

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    {
      if (strcmp (name, types[i].name) == 0)
        return types[i].kinds;
    }

  sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, "type",
        "“type” has to be one of string, number, integer, boolean, object, array and null, or a list of them");
  return 0;
}

static void
compile_type (SbCompiler *self)
{
  JsonNode *value = sb_compiler_get_keyword (self, "type");
  guint kinds = 0;

  if (value == NULL)
    return;

  if (sb_value_get_kind (value) == SB_KIND_ARRAY)
    {
      JsonArray *array = json_node_get_array (value);

      if (json_array_get_length (array) == 0)
        sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, "type", "“type” needs one type or more");
      for (guint i = 0; i < json_array_get_length (array); i++)
        kinds |= read_type (self, json_array_get_element (array, i));
    }
  else
    kinds = read_type (self, value);

  sb_compiler_add_rule (self, SB_WORD_TYPE, SB_KIND_ANY)->types = kinds;
}

static void
compile_number (SbCompiler *self, const char *keyword, SbWord word)
{
  JsonNode *value = sb_compiler_get_value (self, keyword, SB_KIND_NUMBER, "a number");
  SbNumber number;
  SbSchemaRule *rule;

  if (value == NULL)
    return;

  number = sb_value_get_number (value);
  if (word == SB_WORD_MULTIPLE_OF && sb_number_compare (number, (SbNumber) { .is_int = TRUE }) <= 0)
    sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be more than 0", keyword);

  rule = sb_compiler_add_rule (self, word, SB_KIND_NUMBER);
  rule->number.value = number;
  rule->number.decimal = sb_number_to_decimal (number);
}

static void
compile_count (SbCompiler *self, const char *keyword, SbWord word, SbKind kind)
{
  guint64 count;

  /* Without a limit below there is nothing to check. */
  if (sb_compiler_read_count (self, keyword, &count))
    sb_compiler_add_rule (self, word, kind)->count = count;
}

static JsonNode *
copy_value (JsonNode *value)
{
  SbKind kind = sb_value_get_kind (value);
  JsonNode *copy;

  if (kind == SB_KIND_ARRAY)
    {
      JsonArray *from = json_node_get_array (value);
      JsonArray *to = json_array_sized_new (json_array_get_length (from));

      for (guint i = 0; i < json_array_get_length (from); i++)
        json_array_add_element (to, copy_value (json_array_get_element (from, i)));
      copy = json_node_init_array (json_node_alloc (), to);
      json_array_unref (to);
    }
  else if (kind == SB_KIND_OBJECT)
    {
      JsonObject *to = json_object_new ();
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, json_node_get_object (value));
      while (json_object_iter_next_ordered (&iter, &name, &member))
        json_object_set_member (to, name, copy_value (member));
      copy = json_node_init_object (json_node_alloc (), to);
      json_object_unref (to);
    }
  else
    copy = json_node_copy (value);

  return copy;
}

static int
compare_hashes (gconstpointer a, gconstpointer b)
{
  const SbHashedValue *first = a, *second = b;

  return first->hash < second->hash ? -1 : first->hash > second->hash;
}

static void
add_values (SbCompiler *self, SbWord word, JsonNode **values, guint n_values)
{
  SbBudget plenty = { G_MAXINT64 };
  SbSchemaRule *rule = sb_compiler_add_rule (self, word, SB_KIND_ANY);

  rule->values.values = g_new0 (JsonNode *, MAX (n_values, 1));
  rule->values.by_hash = g_new0 (SbHashedValue, MAX (n_values, 1));
  rule->values.n_values = n_values;
  for (guint i = 0; i < n_values; i++)
    {
      rule->values.values[i] = copy_value (values[i]);
      rule->values.by_hash[i].value = rule->values.values[i];
      rule->values.by_hash[i].hash = sb_value_hash (values[i], &plenty);
    }
  qsort (rule->values.by_hash, n_values, sizeof rule->values.by_hash[0], compare_hashes);
}

static void
compile_values (SbCompiler *self)
{
  JsonNode *constant = sb_compiler_get_keyword (self, "const");
  JsonNode *list = sb_compiler_get_value (self, "enum", SB_KIND_ARRAY, "a list of values");

  if (constant != NULL)
    add_values (self, SB_WORD_CONST, &constant, 1);

  if (list != NULL)
    {
      JsonArray *array = json_node_get_array (list);
      guint n = json_array_get_length (array);
      g_autofree JsonNode **values = g_new0 (JsonNode *, MAX (n, 1));

      for (guint i = 0; i < n; i++)
        values[i] = json_array_get_element (array, i);
      add_values (self, SB_WORD_ENUM, values, n);
    }
}

static void
compile_pattern (SbCompiler *self)
{
  JsonNode *value = sb_compiler_get_value (self, "pattern", SB_KIND_STRING, "a string");
  SbSchemaRule *rule;

  if (value == NULL)
    return;

  rule = sb_compiler_add_rule (self, SB_WORD_PATTERN, SB_KIND_STRING);
  rule->pattern.text = g_strdup (json_node_get_string (value));
  rule->pattern.regex = sb_compiler_compile_regex (self, rule->pattern.text, "pattern", NULL);
}

void
sb_compiler_compile_format (SbCompiler *self)
{
  JsonNode *value = sb_compiler_get_value (self, "format", SB_KIND_STRING, "a string");
  const SbFormat *format;

  if (value == NULL
      || !((self->flags & SB_SCHEMA_ASSERT_FORMAT)
           || (self->job->place->resource->vocabularies & SB_VOCABULARY_FORMAT_ASSERTION)))
    return;

  /* What is not known is an annotation still (Validation §7.2.3). */
  format = sb_schema_format_find (json_node_get_string (value));
  if (format != NULL)
    sb_compiler_add_rule (self, SB_WORD_FORMAT, SB_KIND_STRING)->format = format;
}

void
sb_compiler_add_dependent_names (SbCompiler *self, const char *keyword, const char *trigger, JsonNode *names)
{
  SbNameList list = sb_compiler_get_name_list (self, names, keyword, trigger);
  SbSchemaRule *rule = sb_compiler_add_rule (self, SB_WORD_DEPENDENT_REQUIRED, SB_KIND_OBJECT);

  rule->dependent.trigger = sb_compiler_get_name (self, trigger);
  rule->dependent.names = list;
}

static void
compile_required (SbCompiler *self)
{
  JsonNode *required = sb_compiler_get_keyword (self, "required");
  JsonNode *dependent = sb_compiler_get_value (self, "dependentRequired", SB_KIND_OBJECT,
                                               "an object of lists of names");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (required != NULL)
    {
      SbNameList names = sb_compiler_get_name_list (self, required, "required", NULL);

      sb_compiler_add_rule (self, SB_WORD_REQUIRED, SB_KIND_OBJECT)->names = names;
    }

  if (dependent == NULL || self->job->place->resource->draft == SB_DRAFT_7)
    return;

  json_object_iter_init_ordered (&iter, json_node_get_object (dependent));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    sb_compiler_add_dependent_names (self, "dependentRequired", name, value);
}

void
sb_compiler_compile_validation (SbCompiler *self)
{
  JsonNode *unique = sb_compiler_get_value (self, "uniqueItems", SB_KIND_BOOLEAN, "true or false");

  compile_type (self);
  compile_number (self, "maximum", SB_WORD_MAXIMUM);
  compile_number (self, "exclusiveMaximum", SB_WORD_EXCLUSIVE_MAXIMUM);
  compile_number (self, "minimum", SB_WORD_MINIMUM);
  compile_number (self, "exclusiveMinimum", SB_WORD_EXCLUSIVE_MINIMUM);
  compile_number (self, "multipleOf", SB_WORD_MULTIPLE_OF);
  compile_count (self, "maxLength", SB_WORD_MAX_LENGTH, SB_KIND_STRING);
  compile_count (self, "minLength", SB_WORD_MIN_LENGTH, SB_KIND_STRING);
  compile_count (self, "maxItems", SB_WORD_MAX_ITEMS, SB_KIND_ARRAY);
  compile_count (self, "minItems", SB_WORD_MIN_ITEMS, SB_KIND_ARRAY);
  compile_count (self, "maxProperties", SB_WORD_MAX_PROPERTIES, SB_KIND_OBJECT);
  compile_count (self, "minProperties", SB_WORD_MIN_PROPERTIES, SB_KIND_OBJECT);
  compile_values (self);
  compile_pattern (self);
  compile_required (self);
  if (unique != NULL && json_node_get_boolean (unique))
    sb_compiler_add_rule (self, SB_WORD_UNIQUE_ITEMS, SB_KIND_ARRAY);
}
