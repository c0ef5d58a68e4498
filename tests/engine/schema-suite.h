/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Reads test cases in the form of the official JSON Schema test suite:
 * [{"description":…, "schema":…, "tests":[{"description":…, "data":…, "valid":true}]}] */

#include "rules/sb-schema.h"

#include <stdio.h>
#include <string.h>

#define REMOTES "http://localhost:1234/"

typedef struct
{
  SbSchemaRegistry *registry;
  SbSchemaFlags flags;
  guint n_passed;
  guint n_failed;
} SchemaSuite;

static inline void
schema_suite_init (SchemaSuite *self, SbSchemaFlags flags)
{
  self->registry = sb_schema_registry_new ();
  self->flags = flags;
  self->n_passed = self->n_failed = 0;
}

static inline void
schema_suite_clear (SchemaSuite *self)
{
  sb_schema_registry_unref (self->registry);
}

/* json-glib's strings end at a NUL, so that the JSON guard lets none through. Some cases have one, to see that it is
 * not taken for the end; here a character nobody else uses stands in for it. */
static inline JsonNode *
schema_suite_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (GString) copy = length < 0 ? g_string_new (text) : g_string_new_len (text, length);
  g_autoptr (JsonParser) parser = json_parser_new ();

  for (gsize i = 0; i + 6 <= copy->len; i++)
    {
      if (copy->str[i] != '\\')
        continue;
      if (strncmp (copy->str + i, "\\u0000", 6) == 0)
        memcpy (copy->str + i, "\\uF8FF", 6);
      i++;
    }

  json_parser_set_strict (parser, TRUE);
  return json_parser_load_from_data (parser, copy->str, copy->len, error) ? json_parser_steal_root (parser) : NULL;
}

static inline JsonNode *
schema_suite_read (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;
  JsonNode *node;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;

  node = schema_suite_parse (text, length, error);
  if (node == NULL)
    g_prefix_error (error, "%s: ", path);
  return node;
}

static inline gboolean
schema_suite_add_remotes_below (SchemaSuite *self, const char *path, const char *uri, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      gboolean is_dir = g_file_test (child, G_FILE_TEST_IS_DIR);
      g_autofree char *child_uri = g_strconcat (uri, name, is_dir ? "/" : NULL, NULL);

      if (is_dir)
        {
          if (!schema_suite_add_remotes_below (self, child, child_uri, error))
            return FALSE;
        }
      else if (g_str_has_suffix (name, ".json"))
        {
          g_autoptr (JsonNode) node = schema_suite_read (child, error);

          if (node == NULL || !sb_schema_registry_add (self->registry, child_uri, node, error))
            return FALSE;
        }
    }

  return TRUE;
}

static inline gboolean
schema_suite_add_remotes (SchemaSuite *self, const char *path, GError **error)
{
  return schema_suite_add_remotes_below (self, path, REMOTES, error);
}

G_GNUC_PRINTF (2, 3)
static inline void
schema_suite_fail (SchemaSuite *self, const char *format, ...)
{
  va_list arguments;

  printf ("FAIL: ");
  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
  printf ("\n");
  self->n_failed++;
}

/* One group of cases, with the schema they share. */
static inline void
schema_suite_run_group (SchemaSuite *self, JsonObject *group, const char *file)
{
  const char *description = json_object_get_string_member (group, "description");
  JsonArray *tests = json_object_get_array_member (group, "tests");
  g_autofree char *pointer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchema) schema =
      sb_schema_new (json_object_get_member (group, "schema"), NULL, self->registry, self->flags, &pointer, &error);

  if (schema == NULL)
    {
      schema_suite_fail (self, "%s: %s: the schema is refused at “%s”: %s", file, description, pointer, error->message);
      self->n_failed += json_array_get_length (tests) - 1;
      return;
    }

  for (guint i = 0; i < json_array_get_length (tests); i++)
    {
      JsonObject *test = json_array_get_object_element (tests, i);
      gboolean valid = json_object_get_boolean_member (test, "valid");
      g_autofree char *data = json_to_string (json_object_get_member (test, "data"), FALSE);
      g_autoptr (GPtrArray) errors = NULL;
      SbSchemaVerdict verdict = sb_schema_evaluate (schema, json_object_get_member (test, "data"), 100, &errors);
      SbSchemaVerdict quick = sb_schema_evaluate (schema, json_object_get_member (test, "data"), 1, NULL);

      if (verdict == (valid ? SB_SCHEMA_VALID : SB_SCHEMA_INVALID) && quick == verdict && (errors == NULL) == valid)
        self->n_passed++;
      else
        schema_suite_fail (self, "%s: %s: %s: should be %s, but is %s: %s", file, description,
                           json_object_get_string_member_with_default (test, "description",
                                                                       data), valid ? "valid" : "invalid",
                           verdict == SB_SCHEMA_VALID ? "valid" : verdict == SB_SCHEMA_INVALID ? "invalid" : "not known",
                           errors != NULL ? ((SbSchemaError *) errors->pdata[0])->message : "no error");
    }
}

static inline gboolean
schema_suite_run_file (SchemaSuite *self, const char *path, const char *name, GError **error)
{
  g_autoptr (JsonNode) root = schema_suite_read (path, error);

  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_ARRAY (root))
    {
      g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_KEYWORD, "%s: not a list of test cases", path);
      return FALSE;
    }

  for (guint i = 0; i < json_array_get_length (json_node_get_array (root)); i++)
    schema_suite_run_group (self, json_array_get_object_element (json_node_get_array (root), i), name);

  return TRUE;
}

/* Every file, also of directories below, by name. */
static inline gboolean
schema_suite_run (SchemaSuite *self, const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        {
          if (!schema_suite_run (self, child, error))
            return FALSE;
        }
      else if (g_str_has_suffix (child, ".json") && !schema_suite_run_file (self, child, names->pdata[i], error))
        return FALSE;
    }

  return TRUE;
}
