/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine.h"
#include "sb-token-import.h"

#include <string.h>

#define NOW (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)

static GPtrArray *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = sb_token_import_parse (text, strlen (text), NOW, &error);

  g_assert_no_error (error);

  return rows;
}

static const SbTokenSpec *
get_spec (GPtrArray *rows, guint i)
{
  const SbTokenImportRow *row = g_ptr_array_index (rows, i);

  g_assert_cmpstr (row->problem, ==, NULL);

  return row->spec;
}

static void
test_json (void)
{
  g_autoptr (GPtrArray) rows = parse (
      "[{\"label\":\" Sensors \",\"hint\":\"sbx_7Kq2…f3Zd\",\"state\":\"active\",\"channels\":[\"/a\",\"/b/*\"],"
      "\"may_publish\":false,\"max_connections\":3,\"messages_per_second\":7,\"created\":\"2026-01-01T00:00:00.000Z\","
      "\"not_before\":null,\"expires\":\"2027-01-01T00:00:00.000Z\",\"last_address\":null},{\"label\":\"plain\"}]");
  g_autoptr (GPtrArray) wrapped = parse ("{\"tokens\":[{\"label\":\"x\",\"expires_at\":\"2027-01-01T00:00:00Z\"}]}");
  const SbTokenSpec *spec = get_spec (rows, 0);

  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpstr (spec->label, ==, "Sensors");
  g_assert_cmpstr (spec->channels[1], ==, "/b/*");
  g_assert_false (spec->may_publish);
  g_assert_cmpuint (spec->max_connections, ==, 3);
  g_assert_cmpuint (spec->messages_per_second, ==, 7);
  g_assert_cmpint (spec->expires_at, ==, G_GINT64_CONSTANT (1798761600) * G_USEC_PER_SEC);
  spec = get_spec (rows, 1);
  g_assert_true (spec->may_publish);
  g_assert_cmpstr (spec->channels[0], ==, "**");
  g_assert_cmpint (get_spec (wrapped, 0)->expires_at, >, 0);
}

static void
test_csv (void)
{
  g_autoptr (GPtrArray) rows = parse (
      "\xef\xbb\xbflabel,hint,state,channels,may_publish,max_connections,messages_per_second,expires\r\n"
      "\"a, \"\"b\"\"\",sbx_,active,/a /b,true,1,2,2027-01-01T00:00:00.000Z\r\n"
      "\"'=cmd\",,,,,,,\r\n\r\n\"two\nlines\",,,,,,,\r\nlast,,,/c,false,,,");

  g_assert_cmpuint (rows->len, ==, 4);
  g_assert_cmpstr (get_spec (rows, 0)->label, ==, "a, \"b\"");
  g_assert_cmpstr (get_spec (rows, 0)->channels[1], ==, "/b");
  g_assert_cmpuint (get_spec (rows, 0)->messages_per_second, ==, 2);
  g_assert_cmpstr (get_spec (rows, 1)->label, ==, "=cmd");
  g_assert_cmpstr (get_spec (rows, 1)->channels[0], ==, "**");
  g_assert_nonnull (((SbTokenImportRow *) g_ptr_array_index (rows, 2))->problem);
  g_assert_false (get_spec (rows, 3)->may_publish);
}

/* What is wrong with one does not keep the others out. */
static void
test_problems (void)
{
  static const char *const entries[] = {
    "1",
    "{}",
    "{\"label\":5}",
    "{\"label\":\"x\",\"channels\":\"/a\"}",
    "{\"label\":\"x\",\"channels\":[]}",
    "{\"label\":\"x\",\"channels\":[\"../y\"]}",
    "{\"label\":\"x\",\"may_publish\":\"true\"}",
    "{\"label\":\"x\",\"max_connections\":-1}",
    "{\"label\":\"x\",\"max_connections\":1.5}",
    "{\"label\":\"x\",\"messages_per_second\":4294967296}",
    "{\"label\":\"x\",\"expires\":\"soon\"}",
    "{\"label\":\"x\",\"expires\":\"2020-01-01T00:00:00Z\"}",
    "{\"label\":\"x\",\"state\":\"revoked\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autofree char *text = g_strdup_printf ("[%s,{\"label\":\"good\"}]", entries[i]);
      g_autoptr (GPtrArray) rows = parse (text);
      const SbTokenImportRow *row = g_ptr_array_index (rows, 0);

      g_test_message ("%s: %s", entries[i], row->problem);
      g_assert_null (row->spec);
      g_assert_nonnull (row->problem);
      g_assert_cmpuint (row->position, ==, 1);
      g_assert_cmpstr (get_spec (rows, 1)->label, ==, "good");
    }
}

static void
test_no_such_file (void)
{
  static const char *const texts[] = { "", "{", "{}", "[1", "7", "name,channels\nx,/a\n", "\xff\xfe", "{\"tokens\":1}", "[{\"label\":\"a\",\"label\":\"b\"}]" };
  g_autofree char *big = g_strnfill (SB_TOKEN_IMPORT_MAX_SIZE + 1, ' ');
  g_autoptr (GString) many = g_string_new ("label\n");
  g_autoptr (GPtrArray) most = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_null (sb_token_import_parse (texts[i], strlen (texts[i]), NOW, &error));
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_null (sb_token_import_parse (big, strlen (big), NOW, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
  g_clear_error (&error);

  for (guint i = 0; i < SB_TOKEN_IMPORT_MAX_ROWS; i++)
    g_string_append (many, "x\n");
  most = parse (many->str);
  g_assert_cmpuint (most->len, ==, SB_TOKEN_IMPORT_MAX_ROWS);
  g_string_append (many, "x\n");
  g_assert_null (sb_token_import_parse (many->str, many->len, NOW, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/token-import/json", test_json);
  g_test_add_func ("/token-import/csv", test_csv);
  g_test_add_func ("/token-import/problems", test_problems);
  g_test_add_func ("/token-import/no-such-file", test_no_such_file);

  return g_test_run ();
}
