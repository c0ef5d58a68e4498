/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "schema-suite.h"

/* What evaluating may cost: hostile messages, clumsy schemas. Steps are counted, not time; G_MESSAGES_DEBUG shows the
 * time as well, of which 5 ms is what a lane may be held (docs/limits.md). */


typedef struct
{
  const char *name;
  const char *schema;
  SbSchemaVerdict verdict;
  /* The message: @before, then @n times @each with @between, then @behind; "#" in @each is the number of the time. */
  const char *before, *each, *between, *behind;
  guint n;
} Hostile;

static char *
write_message (const Hostile *self)
{
  GString *text = g_string_new (self->before);

  for (guint i = 0; i < self->n; i++)
    {
      if (i > 0)
        g_string_append (text, self->between);
      for (const char *p = self->each; *p != '\0'; p++)
        {
          if (*p == '#')
            g_string_append_printf (text, "%u", i);
          else
            g_string_append_c (text, *p);
        }
    }
  g_string_append (text, self->behind);

  return g_string_free (text, FALSE);
}

#define LIST(n, each) "[", each, ",", "]", n
#define OBJECT(n, each) "{", each, ",", "}", n
#define TEXT_OF(n, each) "\"", each, "", "\"", n
#define EXHAUSTED SB_SCHEMA_EXHAUSTED
#define VALID SB_SCHEMA_VALID
#define INVALID SB_SCHEMA_INVALID

static const Hostile hostile[] = {
  { "numbers", "{\"items\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000}}", VALID, LIST (10000, "#") },
  { "many-numbers", "{\"items\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000}}", VALID, LIST (50000, "#") },
  { "unique-numbers", "{\"uniqueItems\":true}", VALID, LIST (50000, "#") },
  { "unique-lists", "{\"uniqueItems\":true}", VALID, LIST (5000, "[[#],{\"a\":#}]") },
  { "many-unique-lists", "{\"uniqueItems\":true}", EXHAUSTED, LIST (60000, "[[#],{\"a\":#}]") },
  { "unique-long-texts", "{\"uniqueItems\":true}", VALID,
    LIST (1000, "\"#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"") },
  { "fractions", "{\"items\":{\"multipleOf\":0.01}}", EXHAUSTED, LIST (50000, "#.25") },
  { "fractions-that-are-none", "{\"items\":{\"type\":\"integer\",\"multipleOf\":1e-300}}", EXHAUSTED, LIST (20000,
                                                                                                            "1.5e300") },
  { "a-long-text", "{\"maxLength\":2000000,\"minLength\":5}", VALID, TEXT_OF (1 << 20, "a") },
  { "a-long-pattern", "{\"pattern\":\"^[a-z]*$\"}", VALID, TEXT_OF (100000, "a") },
  { "backtracking", "{\"pattern\":\"^(a+)+$\"}", VALID, TEXT_OF (5000, "a") },
  { "backtracking-far", "{\"pattern\":\"^(a+)+b$\"}", EXHAUSTED, TEXT_OF (1 << 20, "a") },
  { "quadratic-pattern", "{\"pattern\":\"a*a*a*a*a*b\"}", EXHAUSTED, TEXT_OF (1 << 20, "a") },
  { "backreferences", "{\"items\":{\"pattern\":\"^(a+)+\\\\1$\"}}", EXHAUSTED, LIST (1000,
                                                                                     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"") },
  { "patterns-for-many", "{\"items\":{\"pattern\":\"^[A-Z][a-z]+ [0-9]{1,5}$\"}}", EXHAUSTED, LIST (50000,
                                                                                                    "\"Message #\"") },
  { "names-by-patterns",
    "{\"patternProperties\":{\"a$\":true,\"b$\":true,\"c$\":true,\"d$\":true,\"e$\":true,\"f$\":true},\"additionalProperties\":false}",
    EXHAUSTED, OBJECT (20000, "\"name#a\":1") },
  { "names", "{\"propertyNames\":{\"maxLength\":20},\"additionalProperties\":{\"type\":\"null\"}}", VALID, OBJECT (2000,
                                                                                                                   "\"n#\":null") },
  { "unevaluated-members", "{\"anyOf\":[{\"patternProperties\":{\"^a\":true}},{\"patternProperties\":{\"^b\":true}},true],"
    "\"unevaluatedProperties\":{\"type\":\"null\"}}", VALID, OBJECT (1000, "\"n#\":null") },
  { "unevaluated-many", "{\"anyOf\":[{\"items\":true},{\"contains\":{\"anyOf\":[{\"const\":1},{\"const\":2}]}}],\"unevaluatedItems\":false}",
    EXHAUSTED, LIST (50000, "#") },
  { "contains", "{\"contains\":{\"required\":[\"zz\"]}}", INVALID, LIST (3000, "{\"a\":#}") },
  { "formats", "{\"items\":{\"format\":\"idn-hostname\"}}", EXHAUSTED, LIST (5000,
                                                                             "\"büüüüüüüüüüüüüüüüüüüüücher#.example\"") },
  { "regexes", "{\"items\":{\"format\":\"regex\"}}", EXHAUSTED,
    LIST (5000, "\"(a|b)*[a-z]{1,500}\\\\p{Alphabetic}(a|b)*[a-z]{1,500}\\\\p{Alphabetic}\"") },
  { "addresses", "{\"allOf\":[{\"format\":\"uri\"},{\"format\":\"uri\"},{\"format\":\"uri\"}]}", EXHAUSTED, "\"http:", "/a", "", "\"",
    1 << 18 },
  { "choices", "{\"items\":{\"enum\":[[1,2],{\"a\":[0,{\"b\":7}]},\"x\",5]}}", VALID, LIST (5000,
                                                                                            "{\"a\":[0,{\"b\":7}]}") },
  /* Ways that double with each level, from 2 to the 30th. */
  { "doubling",
    "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"anyOf\":[{\"items\":{\"$ref\":\"#/$defs/a\"},\"type\":\"array\"},"
    "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/a\"},\"maxItems\":1}]}}}",
    EXHAUSTED, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "1", "", "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 1 },
  /* A circle that only the dynamic scope closes. */
  { "dynamic-circle", "{\"$dynamicAnchor\":\"a\",\"$dynamicRef\":\"#a\"}", EXHAUSTED, "", "1", "", "", 1 },
};

static void
test_hostile (gconstpointer data)
{
  const Hostile *one = data;
  g_autofree char *text = write_message (one);
  g_autoptr (JsonNode) document = schema_suite_parse (one->schema, -1, NULL);
  g_autoptr (JsonNode) message = schema_suite_parse (text, -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchema) schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_ASSERT_FORMAT, NULL, &error);
  g_autoptr (GPtrArray) errors = NULL;
  guint steps;
  gint64 start, best = G_MAXINT64;
  SbSchemaVerdict verdict;

  g_assert_no_error (error);
  g_assert_nonnull (message);
  verdict = sb_schema_evaluate_counting (schema, message, 1, &errors, &steps);
  for (guint i = 0; i < 3; i++)
    {
      start = g_get_monotonic_time ();
      sb_schema_evaluate (schema, message, 1, NULL);
      best = MIN (best, g_get_monotonic_time () - start);
    }
  g_debug ("%s: verdict %d, %u steps, %" G_GINT64_FORMAT " µs", one->name, verdict, steps, best);

  g_assert_cmpint (verdict, ==, one->verdict);
  g_assert_cmpuint (steps, >, 0);
  g_assert_cmpuint (steps, <=, SB_SCHEMA_MAX_STEPS);
  if (verdict == SB_SCHEMA_EXHAUSTED)
    {
      SbSchemaError *last = g_ptr_array_index (errors, errors->len - 1);

      g_assert_true (g_strv_contains ((const char *const[]) { "steps", "nesting", "pattern", NULL }, last->keyword));
      g_assert_cmpstr (last->instance_pointer, ==, "");
    }
}

/* A message as deep as the guard lets it be, against a schema that is recursive by several ways on each level. */
static void
test_deepest (void)
{
  g_autoptr (JsonNode) document =
      schema_suite_parse ("{\"$id\":\"http://example.com/tree\",\"$dynamicAnchor\":\"node\",\"allOf\":[{\"type\":[\"object\",\"integer\"]}],"
                          "\"properties\":{\"a\":{\"$dynamicRef\":\"#node\"}},\"unevaluatedProperties\":false}", -1, NULL);
  g_autoptr (SbSchema) schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, NULL);

  for (guint depth = 500; depth <= 1000; depth += 500)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (JsonNode) message = NULL;

      for (guint i = 0; i < depth; i++)
        g_string_append (text, "{\"a\":");
      g_string_append (text, "1");
      for (guint i = 0; i < depth; i++)
        g_string_append_c (text, '}');
      message = schema_suite_parse (text->str, -1, NULL);
      g_assert_nonnull (message);
      g_assert_cmpint (sb_schema_evaluate (schema, message, 1, NULL), ==, SB_SCHEMA_VALID);
    }
}

/* More levels of the schema than there may be: it is said, and the stack holds. */
static gpointer
nest_too_deep (gpointer data)
{
  g_autoptr (JsonNode) document = schema_suite_parse (
      "{\"$dynamicAnchor\":\"n\",\"anyOf\":[{\"oneOf\":[{\"allOf\":[{\"if\":true,\"then\":{\"dependentSchemas\":{\"a\":{\"not\":{\"not\":{"
      "\"properties\":{\"a\":{\"$dynamicRef\":\"#n\"}}}}}}}}]}]}]}", -1, NULL);
  g_autoptr (SbSchema) schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) message = NULL;
  g_autoptr (GPtrArray) errors = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "{\"a\":");
  g_string_append (text, "1");
  for (guint i = 0; i < 1000; i++)
    g_string_append_c (text, '}');
  message = schema_suite_parse (text->str, -1, NULL);
  g_assert_cmpint (sb_schema_evaluate (schema, message, 1, &errors), ==, SB_SCHEMA_EXHAUSTED);
  g_assert_cmpstr (((SbSchemaError *) errors->pdata[0])->keyword, ==, "nesting");

  return NULL;
}

static void
test_nesting (void)
{
  g_thread_join (g_thread_new ("lane", nest_too_deep, NULL));
}

/* The words of why a message is refused take no part in whether it is. */
static void
test_explaining_changes_nothing (void)
{
  g_autoptr (JsonNode) document = schema_suite_parse (
      "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"oneOf\":[{\"items\":{\"$ref\":\"#/$defs/a\"},\"type\":\"array\"},"
      "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":3},{\"const\":1}]}}}", -1, NULL);
  g_autoptr (JsonNode) message = schema_suite_parse ("[[[[[[[[[[[[[[[2]]]]]]]]]]]]]]]", -1, NULL);
  g_autoptr (SbSchema) schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, NULL);
  g_autoptr (GPtrArray) errors = NULL;

  g_assert_cmpint (sb_schema_evaluate (schema, message, 100, &errors), ==, SB_SCHEMA_INVALID);
  g_assert_cmpuint (errors->len, >, 0);
  g_assert_cmpuint (errors->len, <, 100);
}

/* A schema no longer than it may be, that would take gigabytes once compiled: it is refused. */
static void
refuse_schema (const char *text, const char *words, const char *pointer)
{
  g_autoptr (JsonNode) document = schema_suite_parse (text, -1, NULL);
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (document);
  g_assert_null (sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, &place, &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_TOO_BIG);
  g_assert_cmpstr (error->message, ==, words);
  g_assert_true (g_str_has_prefix (place, pointer));
}

static void
test_memory (void)
{
  g_autoptr (GString) patterns = g_string_new ("{\"properties\":{\"a\":true");
  g_autoptr (GString) pointers = g_string_new (NULL);
  g_autofree char *name = g_strnfill (1000, 'n');

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (patterns, ",\"a%u\":{\"pattern\":\"(?:b{1000}){3}\"}", i);
  g_string_append (patterns, "}}");
  refuse_schema (patterns->str, "the patterns of the schema take more than 16 MiB", "/properties/a");

  for (guint i = 0; i < 60; i++)
    g_string_append_printf (pointers, "{\"properties\":{\"%s\":", name);
  g_string_append (pointers, "{\"allOf\":[{}");
  for (guint i = 0; i < 10000; i++)
    g_string_append (pointers, ",{}");
  g_string_append (pointers, "]}");
  for (guint i = 0; i < 60; i++)
    g_string_append (pointers, "}}");
  refuse_schema (pointers->str, "the JSON Pointers to the subschemas are longer than 16 MiB together", "/properties/nn");
}

/* Many alternatives that all fail by words: no more than some hundred are put into words. */
static void
test_explaining_is_charged (void)
{
  g_autoptr (GString) text = g_string_new ("{\"anyOf\":[{\"minimum\":5}");
  g_autoptr (JsonNode) document = NULL;
  g_autoptr (JsonNode) message = schema_suite_parse ("1", -1, NULL);
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GPtrArray) errors = NULL;
  guint steps;

  for (guint i = 0; i < 4000; i++)
    g_string_append_printf (text, ",{\"minimum\":%u}", i + 5);
  g_string_append (text, "]}");
  document = schema_suite_parse (text->str, -1, NULL);
  schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, NULL);
  g_assert_cmpint (sb_schema_evaluate_counting (schema, message, 1, &errors, &steps), ==, SB_SCHEMA_INVALID);
  g_assert_cmpuint (errors->len, ==, 1);
  g_assert_cmpstr (((SbSchemaError *) errors->pdata[0])->message, ==, "matches none of the 4001 alternatives");
  g_assert_cmpuint (steps, >, 4001 * 2 + 10000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *path = g_strconcat ("/schema-limits/hostile/", hostile[i].name, NULL);

      g_test_add_data_func (path, &hostile[i], test_hostile);
    }
  g_test_add_func ("/schema-limits/deepest", test_deepest);
  g_test_add_func ("/schema-limits/nesting", test_nesting);
  g_test_add_func ("/schema-limits/explaining-changes-nothing", test_explaining_changes_nothing);
  g_test_add_func ("/schema-limits/explaining-is-charged", test_explaining_is_charged);
  g_test_add_func ("/schema-limits/memory", test_memory);

  return g_test_run ();
}
