/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "schema-suite.h"

/* What a schema is refused for, what a message is told, and that evaluating is the same on every thread. */

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = schema_suite_parse (text, -1, &error);

  if (node == NULL)
    g_error ("%s: %s", text, error->message);

  return node;
}

static SbSchema *
compile (const char *text, SbSchemaFlags flags)
{
  g_autoptr (JsonNode) document = parse (text);
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;
  SbSchema *schema = sb_schema_new (document, NULL, NULL, flags, &pointer, &error);

  if (schema == NULL)
    g_error ("%s: at “%s”: %s", text, pointer, error->message);
  g_assert_null (pointer);

  return schema;
}

/* --- wrong schemas --- */

static const struct
{
  const char *schema;
  SbSchemaErrorCode code;
  const char *pointer;
  const char *message;
} refused[] = {
  { "1", SB_SCHEMA_ERROR_KEYWORD, "", "a schema is an object, true or false" },
  { "[]", SB_SCHEMA_ERROR_KEYWORD, "", NULL },
  { "null", SB_SCHEMA_ERROR_KEYWORD, "", NULL },
  { "{\"type\":\"strin\"}", SB_SCHEMA_ERROR_KEYWORD, "/type",
    "“type” has to be one of string, number, integer, boolean, object, array and null, or a list of them" },
  { "{\"type\":[]}", SB_SCHEMA_ERROR_KEYWORD, "/type", "“type” needs one type or more" },
  { "{\"type\":[\"string\",1]}", SB_SCHEMA_ERROR_KEYWORD, "/type", NULL },
  { "{\"type\":[\"string\",\"string\"]}", SB_SCHEMA_ERROR_KEYWORD, "/type", NULL },
  { "{\"properties\":{\"a\":{\"maximum\":\"5\"}}}", SB_SCHEMA_ERROR_KEYWORD, "/properties/a/maximum",
    "“maximum” has to be a number" },
  { "{\"properties\":{\"a/b~\":{\"minimum\":null}}}", SB_SCHEMA_ERROR_KEYWORD, "/properties/a~1b~0/minimum", NULL },
  { "{\"exclusiveMinimum\":true}", SB_SCHEMA_ERROR_KEYWORD, "/exclusiveMinimum", NULL },
  { "{\"multipleOf\":0}", SB_SCHEMA_ERROR_KEYWORD, "/multipleOf", "“multipleOf” has to be more than 0" },
  { "{\"multipleOf\":-0.5}", SB_SCHEMA_ERROR_KEYWORD, "/multipleOf", NULL },
  { "{\"minLength\":-1}", SB_SCHEMA_ERROR_KEYWORD, "/minLength", "“minLength” has to be an integer of 0 or more" },
  { "{\"maxItems\":1.5}", SB_SCHEMA_ERROR_KEYWORD, "/maxItems", NULL },
  { "{\"minContains\":\"1\"}", SB_SCHEMA_ERROR_KEYWORD, "/minContains", NULL },
  { "{\"uniqueItems\":1}", SB_SCHEMA_ERROR_KEYWORD, "/uniqueItems", "“uniqueItems” has to be true or false" },
  { "{\"enum\":1}", SB_SCHEMA_ERROR_KEYWORD, "/enum", "“enum” has to be a list of values" },
  { "{\"required\":\"a\"}", SB_SCHEMA_ERROR_KEYWORD, "/required", "“required” has to be a list of names" },
  { "{\"required\":[\"a\",1]}", SB_SCHEMA_ERROR_KEYWORD, "/required/1", "a name is a string" },
  { "{\"required\":[\"a\",\"b\",\"a\"]}", SB_SCHEMA_ERROR_KEYWORD, "/required/2", "“a” is listed twice" },
  { "{\"dependentRequired\":{\"a\":\"b\"}}", SB_SCHEMA_ERROR_KEYWORD, "/dependentRequired/a", NULL },
  { "{\"dependentRequired\":[]}", SB_SCHEMA_ERROR_KEYWORD, "/dependentRequired", NULL },
  { "{\"properties\":[]}", SB_SCHEMA_ERROR_KEYWORD, "/properties", "“properties” has to be an object of schemas" },
  { "{\"properties\":{\"a\":1}}", SB_SCHEMA_ERROR_KEYWORD, "/properties/a", "a schema is an object, true or false" },
  { "{\"additionalProperties\":\"no\"}", SB_SCHEMA_ERROR_KEYWORD, "/additionalProperties",
    "“additionalProperties” has to be a schema: an object, true or false" },
  { "{\"items\":[{}]}", SB_SCHEMA_ERROR_KEYWORD, "/items",
    "“items” has to be one schema; a list of them is called “prefixItems” since draft 2020-12" },
  { "{\"prefixItems\":{}}", SB_SCHEMA_ERROR_KEYWORD, "/prefixItems", "“prefixItems” has to be a list of schemas" },
  { "{\"anyOf\":[]}", SB_SCHEMA_ERROR_KEYWORD, "/anyOf", "“anyOf” needs one schema or more" },
  { "{\"allOf\":[{},5]}", SB_SCHEMA_ERROR_KEYWORD, "/allOf/1", NULL },
  { "{\"not\":null}", SB_SCHEMA_ERROR_KEYWORD, "/not", NULL },
  { "{\"if\":1}", SB_SCHEMA_ERROR_KEYWORD, "/if", NULL },
  { "{\"then\":1}", SB_SCHEMA_ERROR_KEYWORD, "/then", NULL },
  { "{\"$defs\":{\"unused\":{\"type\":1}}}", SB_SCHEMA_ERROR_KEYWORD, "/$defs/unused/type", NULL },
  { "{\"definitions\":{\"unused\":{\"pattern\":\"(\"}}}", SB_SCHEMA_ERROR_PATTERN, "/definitions/unused/pattern",
    NULL },
  { "{\"pattern\":\"^(abc]\"}", SB_SCHEMA_ERROR_PATTERN, "/pattern",
    "“^(abc]” is not a regular expression: at character 7: “)” is missing" },
  { "{\"pattern\":5}", SB_SCHEMA_ERROR_KEYWORD, "/pattern", "“pattern” has to be a string" },
  { "{\"patternProperties\":{\"[\":{}}}", SB_SCHEMA_ERROR_PATTERN, "/patternProperties/[", NULL },
  { "{\"format\":5}", SB_SCHEMA_ERROR_KEYWORD, "/format", NULL },
  { "{\"title\":5}", SB_SCHEMA_ERROR_KEYWORD, "/title", "/title: 5 is not a string" },
  { "{\"items\":{\"deprecated\":\"yes\"}}", SB_SCHEMA_ERROR_KEYWORD, "/items/deprecated", NULL },
  { "{\"$ref\":\"#/nowhere\"}", SB_SCHEMA_ERROR_REFERENCE, "/$ref", "“#/nowhere” leads nowhere" },
  { "{\"$ref\":\"#nowhere\"}", SB_SCHEMA_ERROR_REFERENCE, "/$ref", NULL },
  { "{\"$ref\":\"#/allOf/00\",\"allOf\":[true]}", SB_SCHEMA_ERROR_REFERENCE, "/$ref", NULL },
  { "{\"$ref\":\"#/allOf/1\",\"allOf\":[true]}", SB_SCHEMA_ERROR_REFERENCE, "/$ref", NULL },
  { "{\"$ref\":\"#/allOf\",\"allOf\":[true]}", SB_SCHEMA_ERROR_REFERENCE, "/$ref",
    "“#/allOf” leads to what is not a schema" },
  { "{\"items\":{\"$ref\":\"http://example.com/x.json\"}}", SB_SCHEMA_ERROR_REFERENCE, "/items/$ref",
    "“http://example.com/x.json” refers to “http://example.com/x.json”, which is not known here" },
  { "{\"$ref\":\"file:///etc/passwd\"}", SB_SCHEMA_ERROR_REFERENCE, "/$ref", NULL },
  { "{\"$ref\":1}", SB_SCHEMA_ERROR_KEYWORD, "/$ref", NULL },
  { "{\"$ref\":\"http://[\"}", SB_SCHEMA_ERROR_URI, "/$ref", NULL },
  { "{\"$ref\":\"#%zz\"}", SB_SCHEMA_ERROR_URI, "/$ref", NULL },
  { "{\"$dynamicRef\":\"#nowhere\"}", SB_SCHEMA_ERROR_REFERENCE, "/$dynamicRef", NULL },
  { "{\"$id\":\"x#y\"}", SB_SCHEMA_ERROR_URI, "/$id", NULL },
  { "{\"$id\":5}", SB_SCHEMA_ERROR_KEYWORD, "/$id", NULL },
  { "{\"$defs\":{\"a\":{\"$id\":\"x\"},\"b\":{\"$id\":\"x\"}}}", SB_SCHEMA_ERROR_URI, "/$defs/b/$id", NULL },
  { "{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}", SB_SCHEMA_ERROR_KEYWORD, "/$defs/b/$anchor",
    "the anchor “x” is there twice" },
  { "{\"$anchor\":\"1x\"}", SB_SCHEMA_ERROR_KEYWORD, "/$anchor", NULL },
  { "{\"$dynamicAnchor\":\"a b\"}", SB_SCHEMA_ERROR_KEYWORD, "/$dynamicAnchor", NULL },
  { "{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}", SB_SCHEMA_ERROR_DIALECT, "/$schema", NULL },
  { "{\"$schema\":\"http://example.com/unknown\"}", SB_SCHEMA_ERROR_DIALECT, "/$schema",
    "the metaschema “http://example.com/unknown” is not known here" },
  { "{\"$ref\":\"#\"}", SB_SCHEMA_ERROR_REFERENCE, "", NULL },
  { "{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}}}",
    SB_SCHEMA_ERROR_REFERENCE, "", "the schema refers to itself in a circle that never goes deeper into the message" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (JsonNode) document = parse (refused[i].schema);
      g_autoptr (GError) error = NULL;
      g_autofree char *pointer = NULL;
      g_autoptr (SbSchema) schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, &pointer, &error);

      if (schema != NULL)
        g_error ("%s is accepted", refused[i].schema);
      if (error->domain != SB_SCHEMA_ERROR || error->code != (int) refused[i].code || g_strcmp0 (pointer,
                                                                                                 refused[i].pointer) != 0)
        g_error ("%s: %s: %s, %d", refused[i].schema, pointer, error->message, error->code);
      if (refused[i].message != NULL)
        g_assert_cmpstr (error->message, ==, refused[i].message);

      /* Nobody has to ask where. */
      g_assert_null (sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, NULL));
    }
}

static JsonNode *
nest (const char *before, const char *inside, const char *behind, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, before);
  g_string_append (text, inside);
  for (guint i = 0; i < n; i++)
    g_string_append (text, behind);

  return parse (text->str);
}

static void
test_too_big (void)
{
  g_autoptr (JsonNode) fits = nest ("{\"items\":", "true", "}", 500);
  g_autoptr (JsonNode) deep = nest ("{\"items\":", "true", "}", 520);
  g_autoptr (GString) many = g_string_new ("{\"$defs\":{");
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;
  g_autoptr (SbSchema) schema = sb_schema_new (fits, NULL, NULL, SB_SCHEMA_NO_FLAGS, &pointer, &error);

  g_assert_no_error (error);
  g_assert_null (sb_schema_new (deep, NULL, NULL, SB_SCHEMA_NO_FLAGS, &pointer, &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_TOO_BIG);
  g_clear_error (&error);
  g_clear_pointer (&pointer, g_free);

  for (guint i = 0; i <= SB_SCHEMA_MAX_SUBSCHEMAS; i++)
    g_string_append_printf (many, "%s\"%u\":true", i > 0 ? "," : "", i);
  g_string_append (many, "}}");
  {
    g_autoptr (JsonNode) document = parse (many->str);

    g_assert_null (sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, &pointer, &error));
    g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_TOO_BIG);
  }
}

/* --- the registry --- */

static void
test_registry (void)
{
  g_autoptr (SbSchemaRegistry) registry = sb_schema_registry_new ();
  g_autoptr (JsonNode) text = parse ("{\"type\":\"string\"}");
  g_autoptr (JsonNode) wrong = parse ("{\"properties\":{\"a\":{\"type\":\"strin\"}}}");
  g_autoptr (JsonNode) document = parse ("{\"items\":{\"$ref\":\"text.json\"}}");
  g_autoptr (JsonNode) good = parse ("[\"a\"]");
  g_autoptr (JsonNode) bad = parse ("[1]");
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GPtrArray) errors = NULL;

  g_assert_false (sb_schema_registry_add (registry, "relative.json", text, &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_URI);
  g_clear_error (&error);
  g_assert_false (sb_schema_registry_add (registry, "http://example.com/a#b", text, &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_URI);
  g_clear_error (&error);

  g_assert_null (sb_schema_new (document, "http://[", registry, SB_SCHEMA_NO_FLAGS, &pointer, &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_URI);
  g_assert_cmpstr (pointer, ==, "");
  g_clear_pointer (&pointer, g_free);
  g_clear_error (&error);

  g_assert_true (sb_schema_registry_add (registry, "HTTP://example.com/text.json", text, &error));
  g_assert_no_error (error);
  schema = sb_schema_new (document, "http://example.com/list.json", registry, SB_SCHEMA_NO_FLAGS, &pointer, &error);
  g_assert_no_error (error);

  /* What was compiled stays, whatever becomes of the registry. */
  g_assert_true (sb_schema_registry_remove (registry, "http://example.com/text.json"));
  g_assert_false (sb_schema_registry_remove (registry, "http://example.com/text.json"));
  g_assert_cmpint (sb_schema_evaluate (schema, good, 1, &errors), ==, SB_SCHEMA_VALID);
  g_assert_null (errors);
  g_assert_cmpint (sb_schema_evaluate (schema, bad, 1, &errors), ==, SB_SCHEMA_INVALID);
  g_assert_cmpstr (((SbSchemaError *) errors->pdata[0])->schema_pointer, ==, "http://example.com/text.json#/type");

  /* A fault in another document is shown at the reference that leads there. */
  g_assert_true (sb_schema_registry_add (registry, "http://example.com/text.json", wrong, &error));
  g_assert_null (sb_schema_new (document, "http://example.com/list.json", registry, SB_SCHEMA_NO_FLAGS, &pointer,
                                &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_KEYWORD);
  g_assert_cmpstr (pointer, ==, "/items/$ref");
  g_assert_nonnull (strstr (error->message, "http://example.com/text.json"));
  g_assert_nonnull (strstr (error->message, "/properties/a"));
}

/* --- words --- */

static const struct
{
  const char *schema;
  const char *message;
  const char *keyword;
  const char *instance_pointer;
  const char *schema_pointer;
  const char *words;
} told[] = {
  { "{\"properties\":{\"temperature\":{\"maximum\":60}}}", "{\"temperature\":120}", "maximum", "/temperature",
    "/properties/temperature/maximum", "/temperature: 120 is more than the maximum 60" },
  { "{\"minimum\":0.1}", "-5", "minimum", "", "/minimum", "-5 is less than the minimum 0.1" },
  { "{\"exclusiveMaximum\":5}", "5.0", "exclusiveMaximum", "", "/exclusiveMaximum", "5 is not less than 5" },
  { "{\"exclusiveMinimum\":5}", "5", "exclusiveMinimum", "", "/exclusiveMinimum", "5 is not more than 5" },
  { "{\"multipleOf\":0.1}", "0.25", "multipleOf", "", "/multipleOf", "0.25 is not a multiple of 0.1" },
  { "{\"required\":[\"name\"]}", "{}", "required", "", "/required", "“name” is missing" },
  { "{\"items\":{\"required\":[\"name\"]}}", "[{\"name\":1},{}]", "required", "/1", "/items/required",
    "/1: “name” is missing" },
  { "{\"dependentRequired\":{\"card\":[\"address\"]}}", "{\"card\":1}", "dependentRequired", "",
    "/dependentRequired/card",
    "“address” is missing, which is needed where “card” is" },
  { "{\"enum\":[\"red\",\"green\",3]}", "\"blue\"", "enum", "", "/enum", "“blue” is not one of “red”, “green”, 3" },
  { "{\"const\":{\"a\":[1,null]}}", "5", "const", "", "/const",
    "5 is not {\"a\":[1,null]}, the only value that is allowed" },
  { "{\"type\":\"integer\"}", "1.5", "type", "", "/type", "1.5 is not an integer" },
  { "{\"type\":[\"string\",\"null\"]}", "[1,2,{\"a\":false}]", "type", "", "/type",
    "[1,2,{\"a\":false}] is not a string or null" },
  { "{\"type\":[\"string\",\"object\",\"array\"]}", "null", "type", "", "/type",
    "null is not a string, an object or an array" },
  { "{\"maxLength\":2}", "\"äöü\"", "maxLength", "", "/maxLength",
    "the text has 3 characters, where at most 2 are allowed" },
  { "{\"minLength\":2}", "\"ä\"", "minLength", "", "/minLength",
    "the text has 1 character, where at least 2 are needed" },
  { "{\"maxItems\":1}", "[1,2]", "maxItems", "", "/maxItems", "has 2 items, where at most 1 is allowed" },
  { "{\"minItems\":2}", "[1]", "minItems", "", "/minItems", "has 1 item, where at least 2 are needed" },
  { "{\"maxProperties\":0}", "{\"a\":1}", "maxProperties", "", "/maxProperties",
    "has 1 member, where at most 0 are allowed" },
  { "{\"pattern\":\"^a+$\"}", "\"b\"", "pattern", "", "/pattern", "“b” does not match the pattern “^a+$”" },
  { "{\"uniqueItems\":true}", "[1,2,1.0]", "uniqueItems", "", "/uniqueItems", "items 0 and 2 are the same" },
  { "{\"contains\":{\"const\":1}}", "[2]", "contains", "", "/contains", "has no item of the kind that is needed" },
  { "{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a/b\":1}", "additionalProperties", "/a~1b",
    "/additionalProperties", "/a~1b: no member of that name is allowed" },
  { "{\"unevaluatedProperties\":false}", "{\"a\":1}", "unevaluatedProperties", "/a", "/unevaluatedProperties",
    "/a: no member of that name is allowed" },
  { "{\"unevaluatedItems\":false}", "[5]", "unevaluatedItems", "/0", "/unevaluatedItems",
    "/0: no item is allowed here" },
  { "{\"prefixItems\":[true],\"items\":false}", "[5,6]", "items", "", "/items", "has more than 1 item" },
  { "{\"not\":{\"type\":\"null\"}}", "null", "not", "", "/not", "matches what is not allowed here" },
  { "{\"oneOf\":[true,{\"type\":\"null\"},{\"type\":\"null\"}]}", "null", "oneOf", "", "/oneOf",
    "matches alternatives 1 and 2, where exactly one is allowed" },
  { "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "1", "anyOf", "", "/anyOf",
    "1 is not a string or null" },
  { "{\"anyOf\":[{\"type\":\"null\"},{\"properties\":{\"a\":{\"maximum\":1}}}]}", "{\"a\":2}", "maximum", "/a",
    "/anyOf/1/properties/a/maximum",
    "/a: 2 is more than the maximum 1" },
  { "{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"a\"},\"n\":{\"type\":\"integer\"}}},{\"properties\":{\"kind\":{\"const\":\"b\"}}}]}",
    "{\"kind\":\"a\",\"n\":\"x\"}", "type", "/n", "/oneOf/0/properties/n/type", "/n: “x” is not an integer" },
  { "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":\"null\"}}}", "1", "type", "", "/$defs/a/type",
    "1 is not null" },
  { "{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1}", "maxLength", "/ab", "/propertyNames/maxLength",
    "/ab: the text has 2 characters, where at most 1 is allowed" },
  { "false", "1", "false", "", "", "nothing is allowed here" },
  { "{\"items\":{\"format\":\"ipv4\"}}", "[\"::1\"]", "format", "/0", "/items/format",
    "/0: “::1” is not an IPv4 address like 192.0.2.1" },
};

static void
test_words (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autoptr (SbSchema) schema = compile (told[i].schema, SB_SCHEMA_ASSERT_FORMAT);
      g_autoptr (JsonNode) message = parse (told[i].message);
      g_autoptr (GPtrArray) errors = NULL;
      SbSchemaError *error;

      g_assert_cmpint (sb_schema_evaluate (schema, message, 1, &errors), ==, SB_SCHEMA_INVALID);
      g_assert_cmpuint (errors->len, ==, 1);
      error = errors->pdata[0];
      g_assert_cmpstr (error->message, ==, told[i].words);
      g_assert_cmpstr (error->keyword, ==, told[i].keyword);
      g_assert_cmpstr (error->instance_pointer, ==, told[i].instance_pointer);
      g_assert_cmpstr (error->schema_pointer, ==, told[i].schema_pointer);
    }
}

/* As many as are wanted, and no more. */
static void
test_many_errors (void)
{
  g_autoptr (SbSchema) schema = compile ("{\"required\":[\"x\",\"y\"],\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}},"
                                         "\"additionalProperties\":false}", SB_SCHEMA_NO_FLAGS);
  g_autoptr (JsonNode) message = parse ("{\"a\":1,\"b\":2,\"c\":3}");

  for (guint most = 1; most <= 10; most++)
    {
      g_autoptr (GPtrArray) errors = NULL;

      g_assert_cmpint (sb_schema_evaluate (schema, message, most, &errors), ==, SB_SCHEMA_INVALID);
      g_assert_cmpuint (errors->len, ==, MIN (most, 5));
    }
}

/* However long what is wrong is. */
static void
test_bounded_words (void)
{
  static const char *const schemas[] = { "{\"type\":\"null\"}", "{\"additionalProperties\":{\"type\":\"null\"}}",
                                         "{\"enum\":[1]}",
                                         "{\"items\":{\"items\":{\"type\":\"null\"}}}", "{\"maxLength\":1}", "{\"pattern\":\"^b\"}",
                                         "{\"propertyNames\":{\"maxLength\":1}}", "{\"additionalProperties\":false}" };
  g_autofree char *text = g_strnfill (20000, 'a');
  g_autofree char *string = g_strdup_printf ("\"ä%s\"", text);
  g_autofree char *object = g_strdup_printf ("{\"ä%s\":[\"%s\"]}", text, text);
  g_autofree char *array = g_strdup_printf ("[[%s,\"%s\"]]", string, text);
  const char *messages[] = { string, object, array };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (messages); k++)
      {
        g_autoptr (SbSchema) schema = compile (schemas[i], SB_SCHEMA_NO_FLAGS);
        g_autoptr (JsonNode) message = parse (messages[k]);
        g_autoptr (GPtrArray) errors = NULL;

        if (sb_schema_evaluate (schema, message, 10, &errors) == SB_SCHEMA_VALID)
          continue;
        for (guint e = 0; e < errors->len; e++)
          {
            SbSchemaError *error = errors->pdata[e];

            g_assert_cmpuint (strlen (error->message), <, 1000);
            g_assert_cmpuint (strlen (error->instance_pointer), <, 1100);
            g_assert_true (g_utf8_validate (error->message, -1, NULL));
            g_assert_true (g_utf8_validate (error->instance_pointer, -1, NULL));
          }
      }
}

/* Among very many values one is found as quickly as among few. */
static void
test_many_values (void)
{
  g_autoptr (GString) text = g_string_new ("{\"enum\":[");
  g_autoptr (SbSchema) schema = NULL;
  guint steps;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "%s\"word %u\"", i > 0 ? "," : "", i);
  g_string_append (text, "]}");
  schema = compile (text->str, SB_SCHEMA_NO_FLAGS);

  for (guint i = 0; i < 20001; i += 100)
    {
      g_autofree char *value = g_strdup_printf ("\"word %u\"", i);
      g_autoptr (JsonNode) message = parse (value);

      g_assert_cmpint (sb_schema_evaluate_counting (schema, message, 1, NULL, &steps), ==,
                       i < 20000 ? SB_SCHEMA_VALID : SB_SCHEMA_INVALID);
      g_assert_cmpuint (steps, <, 20);
    }
}

/* --- threads --- */

typedef struct
{
  SbSchema *schema;
  const char *messages[4];
  SbSchemaVerdict verdicts[4];
} Shared;

/* Each parses for itself, as lanes do: a message belongs to one thread. */
static gpointer
evaluate_thread (gpointer data)
{
  Shared *shared = data;
  SbSchema *schema = sb_schema_ref (shared->schema);

  for (guint round = 0; round < 200; round++)
    for (guint i = 0; i < G_N_ELEMENTS (shared->messages); i++)
      {
        g_autoptr (JsonNode) message = parse (shared->messages[i]);
        g_autoptr (GPtrArray) errors = NULL;

        g_assert_cmpint (sb_schema_evaluate (schema, message, 10, &errors), ==, shared->verdicts[i]);
      }
  sb_schema_unref (schema);

  return NULL;
}

static void
test_threads (void)
{
  Shared shared = {
    .schema = compile ("{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{\"id\":{\"type\":\"integer\",\"multipleOf\":0.5},"
                       "\"tag\":{\"pattern\":\"^(\\\\w)\\\\1\"},\"at\":{\"format\":\"date-time\"},\"kind\":{\"enum\":[\"a\",{\"b\":1.5}]},"
                       "\"list\":{\"uniqueItems\":true,\"contains\":{\"$ref\":\"#/$defs/n\"}}},\"patternProperties\":{\"^x-\":true},"
                       "\"$defs\":{\"n\":{\"const\":1}},\"anyOf\":[{\"required\":[\"tag\"]},true],\"unevaluatedProperties\":false}",
                       SB_SCHEMA_ASSERT_FORMAT),
    .messages = { "{\"id\":1,\"tag\":\"aab\",\"at\":\"2026-01-31T09:30:00Z\",\"kind\":{\"b\":1.5},\"list\":[1,2],\"x-a\":0}",
                  "{\"id\":1,\"tag\":\"ab\"}", "{\"id\":1.5}", "{\"id\":3,\"list\":[1,{\"a\":[1]},{\"a\":[1]}]}" },
    .verdicts = { SB_SCHEMA_VALID, SB_SCHEMA_INVALID, SB_SCHEMA_INVALID, SB_SCHEMA_INVALID },
  };
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("evaluate", evaluate_thread, &shared);
  /* The threads hold what they need. */
  evaluate_thread (&shared);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  sb_schema_unref (shared.schema);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schema/refused", test_refused);
  g_test_add_func ("/schema/too-big", test_too_big);
  g_test_add_func ("/schema/registry", test_registry);
  g_test_add_func ("/schema/words", test_words);
  g_test_add_func ("/schema/many-errors", test_many_errors);
  g_test_add_func ("/schema/bounded-words", test_bounded_words);
  g_test_add_func ("/schema/many-values", test_many_values);
  g_test_add_func ("/schema/threads", test_threads);

  return g_test_run ();
}
