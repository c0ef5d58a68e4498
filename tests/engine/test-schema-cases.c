/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "schema-suite.h"

/* Every keyword and every format by cases that stand in tests/data/schema, in the form of the official suite. */

static void
run_directory (const char *path, const char *remotes, SbSchemaFlags flags, guint at_least)
{
  SchemaSuite suite;
  g_autoptr (GError) error = NULL;

  schema_suite_init (&suite, flags);
  g_assert_true (schema_suite_add_remotes (&suite, remotes, &error));
  g_assert_no_error (error);
  g_assert_true (schema_suite_run (&suite, path, &error));
  g_assert_no_error (error);
  g_test_message ("%u passed, %u failed", suite.n_passed, suite.n_failed);
  g_assert_cmpuint (suite.n_failed, ==, 0);
  g_assert_cmpuint (suite.n_passed, >=, at_least);
  schema_suite_clear (&suite);
}

static void
test_ours (void)
{
  g_autofree char *remotes = g_test_build_filename (G_TEST_DIST, "data", "schema", "remotes", NULL);
  g_autofree char *cases = g_test_build_filename (G_TEST_DIST, "data", "schema", "cases", NULL);
  g_autofree char *format = g_test_build_filename (G_TEST_DIST, "data", "schema", "format", NULL);

  run_directory (cases, remotes, SB_SCHEMA_NO_FLAGS, 1000);
  run_directory (format, remotes, SB_SCHEMA_ASSERT_FORMAT, 600);
}

/* What is only an annotation is right whatever it says. */
static void
test_formats_are_annotations (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "schema", "format", "formats.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = schema_suite_read (path, &error);
  JsonArray *groups;

  g_assert_no_error (error);
  groups = json_node_get_array (root);
  for (guint i = 0; i < json_array_get_length (groups); i++)
    {
      JsonObject *group = json_array_get_object_element (groups, i);
      JsonArray *tests = json_object_get_array_member (group, "tests");
      g_autoptr (SbSchema) schema =
          sb_schema_new (json_object_get_member (group, "schema"), NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, &error);

      g_assert_no_error (error);
      for (guint k = 0; k < json_array_get_length (tests); k++)
        {
          JsonNode *data = json_object_get_member (json_array_get_object_element (tests, k), "data");

          g_assert_cmpint (sb_schema_evaluate (schema, data, 1, NULL), ==, SB_SCHEMA_VALID);
        }
    }
}

/* Test data of others, when it lies beside the project: $SIGNALBOX_SUITES or ../shared/suites. */
static void
test_official (gconstpointer data)
{
  g_autofree char *cases = g_build_filename (data, "draft2020-12", NULL);
  g_autofree char *remotes = g_build_filename (data, "remotes", NULL);

  run_directory (cases, remotes, SB_SCHEMA_NO_FLAGS, 1);
}

int
main (int argc, char *argv[])
{
  const char *suites = g_getenv ("SIGNALBOX_SUITES");
  g_autofree char *official = NULL;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schema/cases", test_ours);
  g_test_add_func ("/schema/formats-are-annotations", test_formats_are_annotations);

  if (suites != NULL)
    official = g_build_filename (suites, "json-schema", NULL);
  else
    official = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "suites", "json-schema", NULL);
  if (g_file_test (official, G_FILE_TEST_IS_DIR))
    g_test_add_data_func ("/schema/official-suite", official, test_official);

  return g_test_run ();
}
