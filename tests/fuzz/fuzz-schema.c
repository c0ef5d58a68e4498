/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-guard.h"
#include "rules/sb-schema-infer.h"
#include "rules/sb-schema.h"
#include "sb-fuzz.h"

#include <string.h>

/* A schema on the first line, and messages on those that follow; behind a first "!" formats are asserted. */

static const SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;

static JsonNode *
parse (const char *text)
{
  static SbJsonGuard *guard;
  g_autoptr (JsonParser) parser = NULL;

  if (guard == NULL)
    guard = sb_json_guard_new ();
  if (!sb_json_guard_check (guard, text, strlen (text), &limits, NULL))
    return NULL;

  parser = json_parser_new ();
  json_parser_set_strict (parser, TRUE);
  return json_parser_load_from_data (parser, text, -1, NULL) ? json_parser_steal_root (parser) : NULL;
}

static void
check_text (const char *text, gsize most)
{
  g_assert_nonnull (text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (strlen (text), <=, most);
}

static void
check_pointer (const char *pointer)
{
  check_text (pointer, 4096);
  g_assert_true (pointer[0] == '\0' || pointer[0] == '/');
}

/* Whether and how it is wrong does not depend on how many errors are wanted. */
static void
check_message (SbSchema *schema, JsonNode *message)
{
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) many = NULL;
  guint steps;
  SbSchemaVerdict quick = sb_schema_evaluate (schema, message, 1, &first);
  SbSchemaVerdict slow = sb_schema_evaluate_counting (schema, message, 20, &many, &steps);

  g_assert_cmpuint (steps, <=, SB_SCHEMA_MAX_STEPS);
  g_assert_true (quick == slow || slow == SB_SCHEMA_EXHAUSTED);
  g_assert_cmpint (quick == SB_SCHEMA_VALID, ==, first == NULL);
  g_assert_cmpint (slow == SB_SCHEMA_VALID, ==, many == NULL);
  if (many == NULL)
    return;

  g_assert_cmpuint (many->len, <=, 21);
  for (guint i = 0; i < many->len; i++)
    {
      SbSchemaError *error = many->pdata[i];

      check_text (error->keyword, 64);
      check_pointer (error->instance_pointer);
      check_text (error->schema_pointer, 4096);
      check_text (error->message, 1024);
      g_assert_cmpstr (error->message, !=, "");
    }
}

/* What is inferred of a message lets it through. */
static void
check_inferred (JsonNode *message)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new ();
  g_autoptr (JsonNode) document = NULL;
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (samples, message);
  document = sb_schema_infer (samples, SB_SCHEMA_INFER_BOUNDS);
  schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_ASSERT_FORMAT, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sb_schema_evaluate (schema, message, 1, NULL), !=, SB_SCHEMA_INVALID);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  g_autofree char *line = sb_fuzz_take_line (&input);
  gboolean format = line[0] == '!';
  g_autoptr (JsonNode) document = parse (format ? line + 1 : line);
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;

  if (document == NULL)
    return 0;

  schema = sb_schema_new (document, NULL, NULL, format ? SB_SCHEMA_ASSERT_FORMAT : SB_SCHEMA_NO_FLAGS, &pointer,
                          &error);
  sb_fuzz_check_error (schema != NULL, error);
  if (schema == NULL)
    {
      g_assert_true (error->domain == SB_SCHEMA_ERROR);
      check_pointer (pointer);
      return 0;
    }

  for (guint n = 0; n < 8 && input.size > 0; n++)
    {
      g_autofree char *text = sb_fuzz_take_line (&input);
      g_autoptr (JsonNode) message = parse (text);

      if (message != NULL)
        {
          check_message (schema, message);
          check_inferred (message);
        }
    }

  return 0;
}
