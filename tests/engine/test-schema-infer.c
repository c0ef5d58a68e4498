/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-infer.h"
#include "schema-suite.h"

/* A schema made of messages, that they are valid against. */

static GPtrArray *
parse_all (const char *const *texts)
{
  GPtrArray *samples = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  for (; *texts != NULL; texts++)
    g_ptr_array_add (samples, schema_suite_parse (*texts, -1, NULL));

  return samples;
}

static void
assert_inferred (const char *const *texts, SbSchemaInferFlags flags, const char *expected)
{
  g_autoptr (GPtrArray) samples = parse_all (texts);
  g_autoptr (JsonNode) document = sb_schema_infer (samples, flags);
  g_autofree char *text = json_to_string (document, FALSE);
  g_autofree char *whole =
      g_strconcat ("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"", *expected != '\0' ? "," : "",
                   expected, "}", NULL);

  g_assert_cmpstr (text, ==, whole);
}

#define SAMPLES(...) ((const char *const[]) { __VA_ARGS__ __VA_OPT__ (,) NULL })

static void
test_shapes (void)
{
  assert_inferred (SAMPLES (), SB_SCHEMA_INFER_NO_FLAGS, "");
  assert_inferred (SAMPLES ("1"), SB_SCHEMA_INFER_NO_FLAGS, "\"type\":\"integer\",\"$comment\":\"seen: 1 to 1\"");
  assert_inferred (SAMPLES ("1.0", "3"), SB_SCHEMA_INFER_BOUNDS, "\"type\":\"integer\",\"minimum\":1.0,\"maximum\":3");
  assert_inferred (SAMPLES ("1", "2.5"), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":\"number\",\"$comment\":\"seen: 1 to 2.5\"");
  assert_inferred (SAMPLES ("null", "true", "\"x\""), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":[\"string\",\"boolean\",\"null\"]");
  assert_inferred (SAMPLES ("\"ä\"", "\"abc\""), SB_SCHEMA_INFER_BOUNDS,
                   "\"type\":\"string\",\"minLength\":1,\"maxLength\":3");
  assert_inferred (SAMPLES ("[]", "[\"a\",null]", "[{}]"), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":\"array\",\"items\":{\"type\":[\"object\",\"string\",\"null\"]}");
  assert_inferred (SAMPLES ("[]"), SB_SCHEMA_INFER_BOUNDS, "\"type\":\"array\",\"minItems\":0,\"maxItems\":0");
  assert_inferred (SAMPLES ("{\"b\":true,\"a\":\"x\"}", "{\"b\":false,\"c\":{\"d\":null}}"), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"boolean\"},\"a\":{\"type\":\"string\"},"
                   "\"c\":{\"type\":\"object\",\"properties\":{\"d\":{\"type\":\"null\"}},\"required\":[\"d\"]}},\"required\":[\"b\"]");
}

static void
test_choices (void)
{
  const char *few[] = { "\"up\"", "\"down\"", "\"up\"", "\"up\"", "\"down\"", "\"up\"", "\"up\"", "\"down\"", NULL };
  const char *null[] = { "\"up\"", "null", "\"up\"", "\"up\"", "\"up\"", "\"up\"", "\"up\"", "\"up\"", "\"up\"", NULL };
  const char *mixed[] = { "\"up\"", "1", "\"up\"", "\"up\"", "\"up\"", "\"up\"", "\"up\"", "\"up\"", "\"up\"", NULL };

  assert_inferred (few, SB_SCHEMA_INFER_NO_FLAGS, "\"type\":\"string\",\"enum\":[\"up\",\"down\"]");
  assert_inferred (null, SB_SCHEMA_INFER_NO_FLAGS, "\"type\":[\"string\",\"null\"],\"enum\":[\"up\",null]");
  assert_inferred (mixed, SB_SCHEMA_INFER_NO_FLAGS, "\"type\":[\"string\",\"integer\"],\"$comment\":\"seen: 1 to 1\"");
  assert_inferred (SAMPLES ("\"up\"", "\"down\""), SB_SCHEMA_INFER_NO_FLAGS, "\"type\":\"string\"");
}

static void
test_formats (void)
{
  assert_inferred (SAMPLES ("\"2026-01-31T09:30:00Z\"", "\"2026-02-01T00:00:00+01:00\""), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":\"string\",\"format\":\"date-time\"");
  assert_inferred (SAMPLES ("\"192.0.2.1\""), SB_SCHEMA_INFER_NO_FLAGS, "\"type\":\"string\",\"format\":\"ipv4\"");
  assert_inferred (SAMPLES ("\"a@b.de\"", "\"c@d.org\""), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":\"string\",\"format\":\"email\"");
  assert_inferred (SAMPLES ("\"https://example.com/\""), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":\"string\",\"format\":\"uri\"");
  assert_inferred (SAMPLES ("\"note: this\"", "\"a:b\""), SB_SCHEMA_INFER_NO_FLAGS, "\"type\":\"string\"");
  assert_inferred (SAMPLES ("\"192.0.2.1\"", "\"host\""), SB_SCHEMA_INFER_NO_FLAGS, "\"type\":\"string\"");
}

/* Names that are data are not listed. */
static void
test_table (void)
{
  g_autoptr (GString) text = g_string_new ("{");
  g_autofree char *sample = NULL;

  for (guint i = 0; i < 150; i++)
    g_string_append_printf (text, "%s\"user%u\":%s", i > 0 ? "," : "", i, i % 2 == 0 ? "true" : "null");
  g_string_append (text, "}");

  assert_inferred (SAMPLES (text->str), SB_SCHEMA_INFER_NO_FLAGS,
                   "\"type\":\"object\",\"additionalProperties\":{\"type\":[\"boolean\",\"null\"]}");
}

/* --- every sample is valid --- */

static void
append_random (GString *out, guint depth)
{
  static const char *const texts[] = { "\"up\"", "\"down\"", "\"\"", "\"ä🐲\"", "\"2026-01-31\"", "\"::1\"",
                                       "\"http://a/\"", "\"x\"" };
  int kind = g_test_rand_int_range (0, depth < 5 ? 8 : 6);

  switch (kind)
    {
    case 0:
      g_string_append (out, "null");
      break;
    case 1:
      g_string_append (out, g_test_rand_bit () ? "true" : "false");
      break;
    case 2:
      g_string_append_printf (out, "%d", g_test_rand_int_range (-1000, 1000));
      break;
    case 3:
      g_string_append_printf (out, "%d.%d", g_test_rand_int_range (-100, 100), g_test_rand_int_range (0, 10));
      break;
    case 4:
    case 5:
      g_string_append (out, texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))]);
      break;
    case 6:
      g_string_append_c (out, '[');
      for (int n = g_test_rand_int_range (0, 4); n > 0; n--)
        {
          append_random (out, depth + 1);
          g_string_append (out, n > 1 ? "," : "");
        }
      g_string_append_c (out, ']');
      break;
    default:
      g_string_append_c (out, '{');
      for (int i = 0, n = g_test_rand_int_range (0, 5); i < n; i++)
        {
          g_string_append_printf (out, "%s\"%c%d\":", i > 0 ? "," : "", 'a' + g_test_rand_int_range (0, 3), i);
          append_random (out, depth + 1);
        }
      g_string_append_c (out, '}');
      break;
    }
}

static void
test_samples_are_valid (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
      SbSchemaInferFlags flags = round % 2 == 0 ? SB_SCHEMA_INFER_NO_FLAGS : SB_SCHEMA_INFER_BOUNDS;

      for (int n = g_test_rand_int_range (0, 40); n > 0; n--)
        {
          g_autoptr (GString) text = g_string_new (NULL);
          JsonNode *sample;

          append_random (text, 0);
          sample = schema_suite_parse (text->str, text->len, NULL);
          g_assert_nonnull (sample);
          g_ptr_array_add (samples, sample);
        }

      {
        g_autoptr (JsonNode) document = sb_schema_infer (samples, flags);
        g_autofree char *text = json_to_string (document, TRUE);
        g_autoptr (JsonNode) again = schema_suite_parse (text, -1, NULL);
        g_autoptr (GError) error = NULL;
        g_autoptr (SbSchema) schema = sb_schema_new (again, NULL, NULL, SB_SCHEMA_ASSERT_FORMAT, NULL, &error);

        g_assert_no_error (error);
        for (guint i = 0; i < samples->len; i++)
          {
            g_autoptr (GPtrArray) errors = NULL;

            if (sb_schema_evaluate (schema, samples->pdata[i], 1, &errors) != SB_SCHEMA_VALID)
              g_error ("%s\n%s", text, ((SbSchemaError *) errors->pdata[0])->message);
          }
      }
    }
}

/* Deeper than what is looked at: nothing is said of what is there. */
static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) samples = NULL;
  g_autoptr (JsonNode) document = NULL;
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 500; i++)
    g_string_append (text, i % 2 == 0 ? "[" : "{\"a\":");
  g_string_append (text, "1");
  for (guint i = 500; i > 0; i--)
    g_string_append (text, i % 2 == 1 ? "]" : "}");

  samples = parse_all (SAMPLES (text->str));
  document = sb_schema_infer (samples, SB_SCHEMA_INFER_NO_FLAGS);
  schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sb_schema_evaluate (schema, samples->pdata[0], 1, NULL), ==, SB_SCHEMA_VALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schema-infer/shapes", test_shapes);
  g_test_add_func ("/schema-infer/choices", test_choices);
  g_test_add_func ("/schema-infer/formats", test_formats);
  g_test_add_func ("/schema-infer/table", test_table);
  g_test_add_func ("/schema-infer/samples-are-valid", test_samples_are_valid);
  g_test_add_func ("/schema-infer/deep", test_deep);

  return g_test_run ();
}
