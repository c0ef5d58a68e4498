/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-resources.h"

#include <math.h>
#include <string.h>

/* A subschema that is still to be filled. */
typedef struct
{
  SbSubschema *subschema;
  SbPlace *place;
  char *origin; /* JSON Pointer in the main document: of the subschema, or of the reference that led to its document */
} Job;

typedef struct
{
  SbSchema *schema;
  SbResources resources;
  SbSchemaFlags flags;
  GHashTable *compiled; /* SbPlace → SbSubschema */
  GHashTable *in_place; /* SbSubschema → GPtrArray of those that see the same value */
  GHashTable *anchors;  /* name → number; of all dynamic anchors */
  GQueue jobs;

  /* the subschema being filled */
  Job *job;
  JsonObject *object;
  GArray *rules;         /* (element-type SbRule) */
  GArray *names;         /* (element-type SbName) */
  GHashTable *name_places; /* text → place in names plus 1 */

  char *fault_pointer;
  GError *error;
} Compiler;

static void
job_free (Job *self)
{
  g_free (self->origin);
  g_free (self);
}

/* Keeps the first error. */
G_GNUC_PRINTF (4, 5)
static void
fail (Compiler *self, SbSchemaErrorCode code, const char *keyword, const char *format, ...)
{
  va_list arguments;

  if (self->error != NULL)
    return;

  va_start (arguments, format);
  self->error = g_error_new_valist (SB_SCHEMA_ERROR, code, format, arguments);
  va_end (arguments);

  if (!self->job->place->resource->is_main)
    g_prefix_error (&self->error, "in the document “%.200s” at “%.200s”: ", self->job->place->resource->uri, self->job->place->pointer);
  if (self->job->place->resource->is_main && keyword != NULL)
    self->fault_pointer = sb_pointer_append (self->job->origin, keyword);
  else
    self->fault_pointer = g_strdup (self->job->origin);
}

/* As above, for a place within the value of @keyword. */
#define fail_at(self, code, keyword, segment, ...) \
  G_STMT_START \
  { \
    gboolean first_ = (self)->error == NULL; \
    fail (self, code, keyword, __VA_ARGS__); \
    if (first_ && (self)->job->place->resource->is_main) \
      { \
        char *longer_ = sb_pointer_append ((self)->fault_pointer, segment); \
        g_free ((self)->fault_pointer); \
        (self)->fault_pointer = longer_; \
      } \
  } \
  G_STMT_END

static JsonNode *
get_keyword (Compiler *self, const char *keyword)
{
  return json_object_get_member (self->object, keyword);
}

/* The value of a keyword if it is there; of another kind than @kinds: @wanted says what it has to be. */
static JsonNode *
get_value (Compiler *self, const char *keyword, guint kinds, const char *wanted)
{
  JsonNode *value = get_keyword (self, keyword);

  if (value == NULL)
    return NULL;
  if (sb_value_get_kind (value) & kinds)
    return value;

  fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be %s", keyword, wanted);
  return NULL;
}

static SbRule *
add_rule (Compiler *self, SbWord word, guint kinds)
{
  SbRule rule = { .word = word, .kinds = kinds };

  g_array_append_val (self->rules, rule);
  return &g_array_index (self->rules, SbRule, self->rules->len - 1);
}

/* --- subschemas --- */

static const SbScope *
get_scope (Compiler *self, SbResource *resource)
{
  if (resource->scope == NULL)
    {
      resource->scope = g_new0 (SbScope, 1);
      g_ptr_array_add (self->schema->scopes, resource->scope);
    }

  return resource->scope;
}

/* The compiled form of what is at @place; it is filled later. */
static SbSubschema *
get_subschema (Compiler *self, SbPlace *place, const char *origin)
{
  SbSubschema *subschema = g_hash_table_lookup (self->compiled, place);
  Job *job;

  if (subschema != NULL)
    return subschema;

  subschema = sb_subschema_new ();
  subschema->location = place->resource->is_main ? g_strdup (place->pointer)
                                                 : g_strconcat (place->resource->uri, "#", place->pointer, NULL);
  subschema->scope = get_scope (self, place->resource);
  g_ptr_array_add (self->schema->subschemas, subschema);
  g_hash_table_insert (self->compiled, place, subschema);

  job = g_new0 (Job, 1);
  job->subschema = subschema;
  job->place = place;
  job->origin = g_strdup (place->resource->is_main ? place->pointer : origin);
  g_queue_push_tail (&self->jobs, job);

  return subschema;
}

/* The subschema that @node within the value of @keyword is; NULL: it is none. */
static SbSubschema *
get_child (Compiler *self, JsonNode *node, const char *keyword, const char *segment)
{
  SbKind kind = sb_value_get_kind (node);

  if (kind != SB_KIND_OBJECT && kind != SB_KIND_BOOLEAN)
    {
      if (segment != NULL)
        fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment, "a schema is an object, true or false");
      else
        fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be a schema: an object, true or false", keyword);
      return NULL;
    }

  return get_subschema (self, sb_resources_find (&self->resources, node), self->job->origin);
}

static SbSubschema *
get_schema (Compiler *self, const char *keyword)
{
  JsonNode *value = get_keyword (self, keyword);

  return value != NULL ? get_child (self, value, keyword, NULL) : NULL;
}

static SbSubschemaList
get_schema_list (Compiler *self, const char *keyword)
{
  SbSubschemaList list = { NULL, 0 };
  JsonNode *value = get_value (self, keyword, SB_KIND_ARRAY, "a list of schemas");
  JsonArray *array = value != NULL ? json_node_get_array (value) : NULL;

  if (array == NULL)
    return list;

  if (json_array_get_length (array) == 0)
    {
      fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” needs one schema or more", keyword);
      return list;
    }

  list.n_schemas = json_array_get_length (array);
  list.schemas = g_new0 (SbSubschema *, list.n_schemas);
  for (guint i = 0; i < list.n_schemas; i++)
    {
      char segment[16];

      g_snprintf (segment, sizeof segment, "%u", i);
      list.schemas[i] = get_child (self, json_array_get_element (array, i), keyword, segment);
    }

  return list;
}

/* @target looks at the same value as the subschema being filled: to find those that would never end. */
static void
note_in_place (Compiler *self, SbSubschema *target)
{
  GPtrArray *targets = g_hash_table_lookup (self->in_place, self->job->subschema);

  if (target == NULL)
    return;

  if (targets == NULL)
    {
      targets = g_ptr_array_new ();
      g_hash_table_insert (self->in_place, self->job->subschema, targets);
    }
  g_ptr_array_add (targets, target);
}

/* --- names --- */

static guint
get_name (Compiler *self, const char *text)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->name_places, text));
  SbName name = { .length = strlen (text) };

  if (place != 0)
    return place - 1;

  name.text = g_strdup (text);
  name.hash = sb_text_hash (text, name.length);
  g_array_append_val (self->names, name);
  g_hash_table_insert (self->name_places, name.text, GUINT_TO_POINTER (self->names->len));
  if (self->names->len > 30000)
    fail (self, SB_SCHEMA_ERROR_TOO_BIG, NULL, "the schema names more than 30000 members in one place");

  return self->names->len - 1;
}

static SbNameList
get_name_list (Compiler *self, JsonNode *value, const char *keyword, const char *segment)
{
  SbNameList list = { NULL, 0 };
  JsonArray *array;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (sb_value_get_kind (value) != SB_KIND_ARRAY)
    {
      if (segment != NULL)
        fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment, "“%s” has to hold lists of names", keyword);
      else
        fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be a list of names", keyword);
      return list;
    }

  array = json_node_get_array (value);
  list.names = g_new0 (guint, MAX (json_array_get_length (array), 1));
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      char place[16];

      g_snprintf (place, sizeof place, "%u", i);
      if (sb_value_get_kind (element) != SB_KIND_STRING)
        fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment != NULL ? segment : place, "a name is a string");
      else if (!g_hash_table_add (seen, (gpointer) json_node_get_string (element)))
        fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment != NULL ? segment : place, "“%.100s” is listed twice",
                 json_node_get_string (element));
      else
        list.names[list.n_names++] = get_name (self, json_node_get_string (element));
    }

  return list;
}

static void
finish_names (Compiler *self, SbSubschema *subschema)
{
  guint n_slots = 4;

  subschema->n_names = self->names->len;
  subschema->names = (SbName *) g_array_steal (self->names, NULL);
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

/* --- validation --- */

static const struct
{
  const char *name;
  guint kinds;
} types[] = {
  { "null", SB_KIND_NULL },     { "boolean", SB_KIND_BOOLEAN }, { "object", SB_KIND_OBJECT },  { "array", SB_KIND_ARRAY },
  { "number", SB_KIND_NUMBER }, { "string", SB_KIND_STRING },   { "integer", SB_KIND_INTEGER },
};

static guint
read_type (Compiler *self, JsonNode *value)
{
  const char *name = sb_value_get_kind (value) == SB_KIND_STRING ? json_node_get_string (value) : NULL;

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    {
      if (strcmp (name, types[i].name) == 0)
        return types[i].kinds;
    }

  fail (self, SB_SCHEMA_ERROR_KEYWORD, "type",
        "“type” has to be one of string, number, integer, boolean, object, array and null, or a list of them");
  return 0;
}

static void
compile_type (Compiler *self)
{
  JsonNode *value = get_keyword (self, "type");
  guint kinds = 0;

  if (value == NULL)
    return;

  if (sb_value_get_kind (value) == SB_KIND_ARRAY)
    {
      JsonArray *array = json_node_get_array (value);

      if (json_array_get_length (array) == 0)
        fail (self, SB_SCHEMA_ERROR_KEYWORD, "type", "“type” needs one type or more");
      for (guint i = 0; i < json_array_get_length (array); i++)
        kinds |= read_type (self, json_array_get_element (array, i));
    }
  else
    kinds = read_type (self, value);

  add_rule (self, SB_WORD_TYPE, SB_KIND_ANY)->types = kinds;
}

static void
compile_number (Compiler *self, const char *keyword, SbWord word)
{
  JsonNode *value = get_value (self, keyword, SB_KIND_NUMBER, "a number");
  SbNumber number;
  SbRule *rule;

  if (value == NULL)
    return;

  number = sb_value_get_number (value);
  if (word == SB_WORD_MULTIPLE_OF && sb_number_compare (number, (SbNumber) { .is_int = TRUE }) <= 0)
    fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be more than 0", keyword);

  rule = add_rule (self, word, SB_KIND_NUMBER);
  rule->number.value = number;
  rule->number.decimal = sb_number_to_decimal (number);
}

static gboolean
read_count (Compiler *self, const char *keyword, guint64 *count)
{
  JsonNode *value = get_value (self, keyword, SB_KIND_INTEGER, "an integer of 0 or more");
  SbNumber number;

  if (value == NULL)
    return FALSE;

  number = sb_value_get_number (value);
  if (sb_number_compare (number, (SbNumber) { .is_int = TRUE }) < 0)
    {
      fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be an integer of 0 or more", keyword);
      return FALSE;
    }

  *count = number.is_int ? (guint64) number.i : number.d >= 9223372036854775808.0 ? G_MAXINT64 : (guint64) number.d;
  return TRUE;
}

static void
compile_count (Compiler *self, const char *keyword, SbWord word, SbKind kind)
{
  guint64 count;

  /* Without a limit below there is nothing to check. */
  if (read_count (self, keyword, &count))
    add_rule (self, word, kind)->count = count;
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

static void
add_values (Compiler *self, SbWord word, JsonNode **values, guint n_values)
{
  SbBudget plenty = { G_MAXINT64 };
  SbRule *rule = add_rule (self, word, SB_KIND_ANY);

  rule->values.values = g_new0 (JsonNode *, MAX (n_values, 1));
  rule->values.hashes = g_new0 (guint64, MAX (n_values, 1));
  rule->values.n_values = n_values;
  for (guint i = 0; i < n_values; i++)
    {
      rule->values.values[i] = copy_value (values[i]);
      rule->values.hashes[i] = sb_value_hash (values[i], &plenty);
    }
}

static void
compile_values (Compiler *self)
{
  JsonNode *constant = get_keyword (self, "const");
  JsonNode *list = get_value (self, "enum", SB_KIND_ARRAY, "a list of values");

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

static SbRegex *
compile_regex (Compiler *self, const char *pattern, const char *keyword, const char *segment)
{
  g_autoptr (GError) cause = NULL;
  SbRegex *regex = sb_regex_new (pattern, &cause);

  if (regex == NULL && segment != NULL)
    fail_at (self, cause->code, keyword, segment, "“%.200s” is not a regular expression: %s", pattern, cause->message);
  else if (regex == NULL)
    fail (self, cause->code, keyword, "“%.200s” is not a regular expression: %s", pattern, cause->message);

  return regex;
}

static void
compile_pattern (Compiler *self)
{
  JsonNode *value = get_value (self, "pattern", SB_KIND_STRING, "a string");
  SbRule *rule;

  if (value == NULL)
    return;

  rule = add_rule (self, SB_WORD_PATTERN, SB_KIND_STRING);
  rule->pattern.text = g_strdup (json_node_get_string (value));
  rule->pattern.regex = compile_regex (self, rule->pattern.text, "pattern", NULL);
}

static void
compile_format (Compiler *self)
{
  JsonNode *value = get_value (self, "format", SB_KIND_STRING, "a string");
  const SbFormat *format;

  if (value == NULL
      || !((self->flags & SB_SCHEMA_ASSERT_FORMAT)
           || (self->job->place->resource->vocabularies & SB_VOCABULARY_FORMAT_ASSERTION)))
    return;

  /* What is not known is an annotation still (Validation §7.2.3). */
  format = sb_schema_format_find (json_node_get_string (value));
  if (format != NULL)
    add_rule (self, SB_WORD_FORMAT, SB_KIND_STRING)->format = format;
}

static void
compile_required (Compiler *self)
{
  JsonNode *required = get_keyword (self, "required");
  JsonNode *dependent = get_value (self, "dependentRequired", SB_KIND_OBJECT, "an object of lists of names");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (required != NULL)
    {
      SbNameList names = get_name_list (self, required, "required", NULL);

      add_rule (self, SB_WORD_REQUIRED, SB_KIND_OBJECT)->names = names;
    }

  if (dependent == NULL)
    return;

  json_object_iter_init_ordered (&iter, json_node_get_object (dependent));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      SbNameList names = get_name_list (self, value, "dependentRequired", name);
      SbRule *rule = add_rule (self, SB_WORD_DEPENDENT_REQUIRED, SB_KIND_OBJECT);

      rule->dependent.trigger = get_name (self, name);
      rule->dependent.names = names;
    }
}

static void
compile_validation (Compiler *self)
{
  JsonNode *unique = get_value (self, "uniqueItems", SB_KIND_BOOLEAN, "true or false");

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
    add_rule (self, SB_WORD_UNIQUE_ITEMS, SB_KIND_ARRAY);
}

/* --- applicators --- */

static void
compile_pattern_properties (Compiler *self, SbRule *rule)
{
  JsonNode *value = get_value (self, "patternProperties", SB_KIND_OBJECT, "an object of schemas");
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
      property->regex = compile_regex (self, pattern, "patternProperties", pattern);
      property->schema = get_child (self, schema, "patternProperties", pattern);
    }
}

static void
compile_members (Compiler *self)
{
  JsonNode *properties = get_value (self, "properties", SB_KIND_OBJECT, "an object of schemas");
  gboolean has_properties = properties != NULL && json_object_get_size (json_node_get_object (properties)) > 0;
  SbRule *rule;

  if (has_properties)
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *schema;

      json_object_iter_init_ordered (&iter, json_node_get_object (properties));
      while (json_object_iter_next_ordered (&iter, &name, &schema))
        {
          guint place = get_name (self, name);

          g_array_index (self->names, SbName, place).property = get_child (self, schema, "properties", name);
        }
    }

  if (!has_properties && get_keyword (self, "patternProperties") == NULL && get_keyword (self, "additionalProperties") == NULL)
    return;

  rule = add_rule (self, SB_WORD_MEMBERS, SB_KIND_OBJECT);
  compile_pattern_properties (self, rule);
  rule->members.rest = get_schema (self, "additionalProperties");
}

static void
compile_dependent_schemas (Compiler *self)
{
  JsonNode *value = get_value (self, "dependentSchemas", SB_KIND_OBJECT, "an object of schemas");
  JsonObjectIter iter;
  const char *name;
  JsonNode *schema;

  if (value == NULL)
    return;

  json_object_iter_init_ordered (&iter, json_node_get_object (value));
  while (json_object_iter_next_ordered (&iter, &name, &schema))
    {
      SbRule *rule = add_rule (self, SB_WORD_DEPENDENT_SCHEMAS, SB_KIND_OBJECT);

      rule->dependent_schema.trigger = get_name (self, name);
      rule->dependent_schema.schema = get_child (self, schema, "dependentSchemas", name);
      note_in_place (self, rule->dependent_schema.schema);
    }
}

static void
compile_list (Compiler *self, const char *keyword, SbWord word)
{
  SbSubschemaList list = get_schema_list (self, keyword);

  if (list.n_schemas == 0)
    return;

  for (guint i = 0; i < list.n_schemas; i++)
    note_in_place (self, list.schemas[i]);
  add_rule (self, word, SB_KIND_ANY)->list = list;
}

static void
compile_schema (Compiler *self, const char *keyword, SbWord word, guint kinds)
{
  SbSubschema *schema = get_schema (self, keyword);

  if (schema == NULL)
    return;

  add_rule (self, word, kinds)->schema = schema;
  if (kinds == SB_KIND_ANY)
    note_in_place (self, schema);
}

static void
compile_items (Compiler *self)
{
  SbSubschemaList prefix = get_schema_list (self, "prefixItems");
  SbSubschema *rest;
  SbRule *rule;

  if (get_keyword (self, "items") != NULL && sb_value_get_kind (get_keyword (self, "items")) == SB_KIND_ARRAY)
    fail (self, SB_SCHEMA_ERROR_KEYWORD, "items", "“items” has to be one schema; a list of them is called “prefixItems” since draft 2020-12");
  rest = get_schema (self, "items");
  if (prefix.n_schemas == 0 && rest == NULL)
    return;

  rule = add_rule (self, SB_WORD_ITEMS, SB_KIND_ARRAY);
  rule->items.prefix = prefix;
  rule->items.rest = rest;
}

static void
compile_contains (Compiler *self, gboolean with_counts)
{
  SbSubschema *schema = get_schema (self, "contains");
  guint64 least = 1, most = G_MAXUINT64;
  gboolean has_least = with_counts && read_count (self, "minContains", &least);
  SbRule *rule;

  if (with_counts)
    read_count (self, "maxContains", &most);
  if (schema == NULL)
    return;

  rule = add_rule (self, SB_WORD_CONTAINS, SB_KIND_ARRAY);
  rule->contains.schema = schema;
  rule->contains.least = least;
  rule->contains.most = most;
  rule->contains.has_least = has_least;
}

static void
compile_branch (Compiler *self)
{
  SbSubschema *condition = get_schema (self, "if");
  SbSubschema *then = get_schema (self, "then");
  SbSubschema *otherwise = get_schema (self, "else");
  SbRule *rule;

  if (condition == NULL)
    return;

  rule = add_rule (self, SB_WORD_IF, SB_KIND_ANY);
  rule->branch.condition = condition;
  rule->branch.then = then;
  rule->branch.otherwise = otherwise;
  note_in_place (self, condition);
  note_in_place (self, then);
  note_in_place (self, otherwise);
}

static void
compile_applicators (Compiler *self, gboolean with_counts)
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
  compile_dependent_schemas (self);
}

/* --- core --- */

static guint
get_anchor (Compiler *self, const char *name)
{
  gpointer number;

  if (g_hash_table_lookup_extended (self->anchors, name, NULL, &number))
    return GPOINTER_TO_UINT (number);

  g_hash_table_insert (self->anchors, g_strdup (name), GUINT_TO_POINTER (g_hash_table_size (self->anchors)));
  return g_hash_table_size (self->anchors) - 1;
}

static void
compile_reference (Compiler *self, const char *keyword, SbWord word)
{
  JsonNode *value = get_value (self, keyword, SB_KIND_STRING, "a URI reference");
  g_autofree char *fragment = NULL;
  g_autofree char *origin = NULL;
  g_autoptr (GError) cause = NULL;
  SbSubschema *target;
  SbPlace *place;

  if (value == NULL)
    return;

  place = sb_resources_resolve (&self->resources, self->job->place->resource, json_node_get_string (value), &fragment, &cause);
  if (place == NULL)
    {
      fail (self, cause->code, keyword, "%s", cause->message);
      if (self->resources.fault_pointer != NULL && self->job->place->resource->is_main)
        {
          g_free (self->fault_pointer);
          self->fault_pointer = g_strdup (self->resources.fault_pointer);
        }
      return;
    }

  if (sb_value_get_kind (place->node) != SB_KIND_OBJECT && sb_value_get_kind (place->node) != SB_KIND_BOOLEAN)
    {
      fail (self, SB_SCHEMA_ERROR_REFERENCE, keyword, "“%.200s” leads to what is not a schema", json_node_get_string (value));
      return;
    }

  origin = self->job->place->resource->is_main ? sb_pointer_append (self->job->origin, keyword) : g_strdup (self->job->origin);
  target = get_subschema (self, place, origin);

  /* Only where the first place it leads to is a dynamic anchor (Core §8.2.3.2). */
  if (word == SB_WORD_DYNAMIC_REF && fragment != NULL
      && g_hash_table_lookup (place->resource->dynamic_anchors, fragment) == place->node)
    {
      SbRule *rule = add_rule (self, SB_WORD_DYNAMIC_REF, SB_KIND_ANY);

      rule->dynamic.target = target;
      rule->dynamic.anchor = get_anchor (self, fragment);
      return;
    }

  note_in_place (self, target);
  add_rule (self, SB_WORD_REF, SB_KIND_ANY)->schema = target;
}

/* So that faults are found in what nothing refers to as well. */
static void
compile_definitions (Compiler *self, const char *keyword)
{
  JsonNode *value = get_value (self, keyword, SB_KIND_OBJECT, "an object of schemas");
  JsonObjectIter iter;
  const char *name;
  JsonNode *schema;

  if (value == NULL || !self->job->place->resource->is_main)
    return;

  json_object_iter_init_ordered (&iter, json_node_get_object (value));
  while (json_object_iter_next_ordered (&iter, &name, &schema))
    get_child (self, schema, keyword, name);
}

static int
compare_rules (gconstpointer a, gconstpointer b)
{
  const SbRule *first = a, *second = b;

  return (int) first->word - (int) second->word;
}

static void
fill (Compiler *self, Job *job)
{
  SbSubschema *subschema = job->subschema;
  guint vocabularies = job->place->resource->vocabularies;

  self->job = job;
  if (sb_value_get_kind (job->place->node) == SB_KIND_BOOLEAN)
    {
      subschema->is_boolean = TRUE;
      subschema->boolean = json_node_get_boolean (job->place->node);
      return;
    }

  self->object = json_node_get_object (job->place->node);
  get_value (self, "$id", SB_KIND_STRING, "a URI reference");
  get_value (self, "$schema", SB_KIND_STRING, "a URI");
  get_value (self, "$anchor", SB_KIND_STRING, "a string");
  get_value (self, "$dynamicAnchor", SB_KIND_STRING, "a string");
  compile_reference (self, "$ref", SB_WORD_REF);
  compile_reference (self, "$dynamicRef", SB_WORD_DYNAMIC_REF);
  compile_definitions (self, "$defs");
  compile_definitions (self, "definitions");
  compile_format (self);
  if (vocabularies & SB_VOCABULARY_VALIDATION)
    compile_validation (self);
  if (vocabularies & SB_VOCABULARY_APPLICATOR)
    compile_applicators (self, vocabularies & SB_VOCABULARY_VALIDATION);
  if (vocabularies & SB_VOCABULARY_UNEVALUATED)
    {
      compile_schema (self, "unevaluatedItems", SB_WORD_UNEVALUATED_ITEMS, SB_KIND_ARRAY);
      compile_schema (self, "unevaluatedProperties", SB_WORD_UNEVALUATED_PROPERTIES, SB_KIND_OBJECT);
    }

  g_array_sort (self->rules, compare_rules);
  subschema->n_rules = self->rules->len;
  subschema->rules = (SbRule *) g_array_steal (self->rules, NULL);
  for (guint i = 0; i < subschema->n_rules; i++)
    subschema->kinds |= subschema->rules[i].kinds;
  g_hash_table_remove_all (self->name_places);
  finish_names (self, subschema);
}

/* The dynamic anchors of every resource a message may pass through; compiling them may bring in others. */
static void
add_dynamic_anchors (Compiler *self)
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
          scope->anchors[scope->n_anchors].target = get_subschema (self, place, "");
          scope->n_anchors++;
        }
    }
}

/* --- circles --- */

/* Whether @subschema leads back to itself without going deeper into the value. @states: 1: on the way, 2: done. */
static gboolean
has_circle (Compiler *self, GHashTable *states, SbSubschema *subschema, guint depth)
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
check_circles (Compiler *self)
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

static void
compile_all (Compiler *self, SbPlace *root)
{
  self->schema->root = get_subschema (self, root, "");
  do
    {
      while (!g_queue_is_empty (&self->jobs) && self->error == NULL)
        {
          Job *job = g_queue_pop_head (&self->jobs);

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
compiler_init (Compiler *self, SbSchemaRegistry *registry, SbSchemaFlags flags)
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
  self->rules = g_array_new (FALSE, TRUE, sizeof (SbRule));
  self->names = g_array_new (FALSE, TRUE, sizeof (SbName));
  self->name_places = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&self->jobs);
}

static void
compiler_clear (Compiler *self)
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

SbSchema *
sb_schema_compile (JsonNode *document,
                   const char *base_uri,
                   SbSchemaRegistry *registry,
                   SbSchemaFlags flags,
                   char **metaschema_uri,
                   char **fault_pointer,
                   GError **error)
{
  Compiler compiler;
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
      if (metaschema_uri != NULL)
        *metaschema_uri = g_strdup (root->resource->metaschema);
    }

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
