/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-compiler.h"

#include <string.h>

/* Keeps the first error. */
G_GNUC_PRINTF (4, 5)
void
sb_compiler_fail (SbCompiler *self, SbSchemaErrorCode code, const char *keyword, const char *format, ...)
{
  va_list arguments;

  if (self->error != NULL)
    return;

  va_start (arguments, format);
  self->error = g_error_new_valist (SB_SCHEMA_ERROR, code, format, arguments);
  va_end (arguments);

  if (!self->job->place->resource->is_main)
    g_prefix_error (&self->error, "in the document “%.200s” at “%.200s”: ", self->job->place->resource->uri,
                    self->job->place->pointer);
  if (self->job->place->resource->is_main && keyword != NULL)
    self->fault_pointer = sb_pointer_append (self->job->origin, keyword);
  else
    self->fault_pointer = g_strdup (self->job->origin);
}

JsonNode *
sb_compiler_get_keyword (SbCompiler *self, const char *keyword)
{
  return json_object_get_member (self->object, keyword);
}

/* The value of a keyword if it is there; of another kind than @kinds: @wanted says what it has to be. */
JsonNode *
sb_compiler_get_value (SbCompiler *self, const char *keyword, guint kinds, const char *wanted)
{
  JsonNode *value = sb_compiler_get_keyword (self, keyword);

  if (value == NULL)
    return NULL;
  if (sb_value_get_kind (value) & kinds)
    return value;

  sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be %s", keyword, wanted);
  return NULL;
}

SbSchemaRule *
sb_compiler_add_rule (SbCompiler *self, SbWord word, guint kinds)
{
  SbSchemaRule rule = { .word = word, .kinds = kinds };

  g_array_append_val (self->rules, rule);
  return &g_array_index (self->rules, SbSchemaRule, self->rules->len - 1);
}

/* --- subschemas --- */

static const SbScope *
get_scope (SbCompiler *self, SbResource *resource)
{
  if (resource->scope == NULL)
    {
      resource->scope = g_new0 (SbScope, 1);
      g_ptr_array_add (self->schema->scopes, resource->scope);
    }

  return resource->scope;
}

/* The compiled form of what is at @place; it is filled later. */
SbSubschema *
sb_compiler_get_subschema (SbCompiler *self, SbPlace *place, const char *origin)
{
  SbSubschema *subschema = g_hash_table_lookup (self->compiled, place);
  SbCompileJob *job;

  if (subschema != NULL)
    return subschema;

  subschema = sb_subschema_new ();
  subschema->location = place->resource->is_main ? g_strdup (place->pointer)
                                                 : g_strconcat (place->resource->uri, "#", place->pointer, NULL);
  subschema->scope = get_scope (self, place->resource);
  g_ptr_array_add (self->schema->subschemas, subschema);
  g_hash_table_insert (self->compiled, place, subschema);

  job = g_new0 (SbCompileJob, 1);
  job->subschema = subschema;
  job->place = place;
  job->origin = g_strdup (place->resource->is_main ? place->pointer : origin);
  g_queue_push_tail (&self->jobs, job);

  return subschema;
}

/* The subschema that @node within the value of @keyword is; NULL: it is none. */
SbSubschema *
sb_compiler_get_child (SbCompiler *self, JsonNode *node, const char *keyword, const char *segment)
{
  SbKind kind = sb_value_get_kind (node);

  if (kind != SB_KIND_OBJECT && kind != SB_KIND_BOOLEAN)
    {
      if (segment != NULL)
        sb_compiler_fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment, "a schema is an object, true or false");
      else
        sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be a schema: an object, true or false",
                          keyword);
      return NULL;
    }

  return sb_compiler_get_subschema (self, sb_resources_find (&self->resources, node), self->job->origin);
}

SbSubschema *
sb_compiler_get_schema (SbCompiler *self, const char *keyword)
{
  JsonNode *value = sb_compiler_get_keyword (self, keyword);

  return value != NULL ? sb_compiler_get_child (self, value, keyword, NULL) : NULL;
}

SbSubschemaList
sb_compiler_get_schema_list (SbCompiler *self, const char *keyword)
{
  SbSubschemaList list = { NULL, 0 };
  JsonNode *value = sb_compiler_get_value (self, keyword, SB_KIND_ARRAY, "a list of schemas");
  JsonArray *array = value != NULL ? json_node_get_array (value) : NULL;

  if (array == NULL)
    return list;

  if (json_array_get_length (array) == 0)
    {
      sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” needs one schema or more", keyword);
      return list;
    }

  list.n_schemas = json_array_get_length (array);
  list.schemas = g_new0 (SbSubschema *, list.n_schemas);
  for (guint i = 0; i < list.n_schemas; i++)
    {
      char segment[16];

      g_snprintf (segment, sizeof segment, "%u", i);
      list.schemas[i] = sb_compiler_get_child (self, json_array_get_element (array, i), keyword, segment);
    }

  return list;
}

/* @target looks at the same value as the subschema being filled: to find those that would never end. */
void
sb_compiler_note_in_place (SbCompiler *self, SbSubschema *target)
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

/* --- names, patterns, counts --- */

guint
sb_compiler_get_name (SbCompiler *self, const char *text)
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
    sb_compiler_fail (self, SB_SCHEMA_ERROR_TOO_BIG, NULL, "the schema names more than 30000 members in one place");

  return self->names->len - 1;
}

SbNameList
sb_compiler_get_name_list (SbCompiler *self, JsonNode *value, const char *keyword, const char *segment)
{
  SbNameList list = { NULL, 0 };
  JsonArray *array;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (sb_value_get_kind (value) != SB_KIND_ARRAY)
    {
      if (segment != NULL)
        sb_compiler_fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment, "“%s” has to hold lists of names",
                             keyword);
      else
        sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be a list of names", keyword);
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
        sb_compiler_fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment != NULL ? segment : place,
                             "a name is a string");
      else if (!g_hash_table_add (seen, (gpointer) json_node_get_string (element)))
        sb_compiler_fail_at (self, SB_SCHEMA_ERROR_KEYWORD, keyword, segment != NULL ? segment : place,
                             "“%.100s” is listed twice",
                 json_node_get_string (element));
      else
        list.names[list.n_names++] = sb_compiler_get_name (self, json_node_get_string (element));
    }

  return list;
}

SbRegex *
sb_compiler_compile_regex (SbCompiler *self, const char *pattern, const char *keyword, const char *segment)
{
  g_autoptr (GError) cause = NULL;
  SbRegex *regex = sb_regex_new (pattern, &cause);

  if (regex == NULL && segment != NULL)
    sb_compiler_fail_at (self, cause->code, keyword, segment, "“%.200s” is not a regular expression: %s", pattern,
                         cause->message);
  else if (regex == NULL)
    sb_compiler_fail (self, cause->code, keyword, "“%.200s” is not a regular expression: %s", pattern, cause->message);
  else if ((self->patterns_size += sb_regex_get_size (regex)) > SB_SCHEMA_MAX_PATTERNS)
    sb_compiler_fail (self, SB_SCHEMA_ERROR_TOO_BIG, keyword, "the patterns of the schema take more than %d MiB",
                      SB_SCHEMA_MAX_PATTERNS >> 20);

  return regex;
}

gboolean
sb_compiler_read_count (SbCompiler *self, const char *keyword, guint64 *count)
{
  JsonNode *value = sb_compiler_get_value (self, keyword, SB_KIND_INTEGER, "an integer of 0 or more");
  SbNumber number;

  if (value == NULL)
    return FALSE;

  number = sb_value_get_number (value);
  if (sb_number_compare (number, (SbNumber) { .is_int = TRUE }) < 0)
    {
      sb_compiler_fail (self, SB_SCHEMA_ERROR_KEYWORD, keyword, "“%s” has to be an integer of 0 or more", keyword);
      return FALSE;
    }

  *count = number.is_int ? (guint64) number.i : number.d >= 9223372036854775808.0 ? G_MAXINT64 : (guint64) number.d;
  return TRUE;
}
