/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rule-fixture.h"
#include "rules/sb-rule-report.h"

#include <string.h>

#define SCHEMA \
  "{\"type\": \"object\", \"required\": [\"name\"],\n \"properties\": {\"name\": {\"type\": \"string\"}, \"temperature\": {\"maximum\": 60}}}"

/* --- what an admin chooses --- */

static void
assert_refused (SbRuleSpec *spec, int code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (sb_rule_spec_check (spec, &error));
  g_assert_error (error, SB_RULE_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (sb_rule_error_get_place (error));
}

static void
test_spec (void)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/news");
  g_autoptr (GError) error = NULL;

  g_assert_true (spec->enabled && spec->allow_text && spec->allow_binary && spec->on_failure == SB_RULE_REPLY);
  g_assert_true (sb_rule_spec_check (spec, &error));

  g_set_str (&spec->pattern, "news");
  assert_refused (spec, SB_RULE_ERROR_CHANNEL, "“news” is not a channel");
  g_set_str (&spec->pattern, "/\xff");
  assert_refused (spec, SB_RULE_ERROR_CHANNEL, "is not a channel");
  g_set_str (&spec->pattern, "");
  assert_refused (spec, SB_RULE_ERROR_CHANNEL, "Say which channels");
  g_set_str (&spec->pattern, NULL);
  assert_refused (spec, SB_RULE_ERROR_CHANNEL, "Say which channels");
  g_set_str (&spec->pattern, "/news");

  spec->allow_text = spec->allow_binary = FALSE;
  assert_refused (spec, SB_RULE_ERROR_KIND, "Allow text, binary messages, or both");
  spec->allow_text = TRUE;
  spec->max_size = SB_RULE_MAX_SIZE + 1;
  assert_refused (spec, SB_RULE_ERROR_LIMIT, "at most 67108864");
  spec->max_size = SB_RULE_MAX_SIZE;
  spec->max_depth = 513;
  assert_refused (spec, SB_RULE_ERROR_LIMIT, "at most 512");
  spec->max_depth = 512;
  spec->messages_per_second = SB_RULE_MAX_RATE + 1;
  assert_refused (spec, SB_RULE_ERROR_LIMIT, "at most 1000000");
  spec->messages_per_second = SB_RULE_MAX_RATE;
  spec->on_failure = (SbRuleFailure) 3;
  assert_refused (spec, SB_RULE_ERROR_LIMIT, "can be answered");
  spec->on_failure = SB_RULE_DROP;

  spec->schema = g_strdup (" \n\t");
  g_assert_true (sb_rule_spec_check (spec, &error));
  g_assert_null (spec->schema);
}

static void
test_failure_ids (void)
{
  for (int failure = SB_RULE_REPLY; failure <= SB_RULE_DISCONNECT; failure++)
    {
      SbRuleFailure read;

      g_assert_true (sb_rule_failure_from_id (sb_rule_failure_to_id ((SbRuleFailure) failure), &read));
      g_assert_cmpint (read, ==, failure);
    }
  g_assert_false (sb_rule_failure_from_id ("shout", &(SbRuleFailure) { 0 }));
}

/* A fault in a schema has its place: the pointer, the bytes, line and column. */
static void
assert_fault (const char *schema, const char *part, const char *pointer, const char *bytes, guint line)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/news");
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) copy = NULL;
  const SbRulePlace *place;

  spec->schema = g_strdup (schema);
  g_assert_true (sb_rule_spec_check (spec, NULL));
  g_assert_null (sb_rule_spec_compile (spec, NULL, &error));
  g_assert_error (error, SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA);
  g_assert_nonnull (strstr (error->message, part));

  copy = g_error_copy (error);
  place = sb_rule_error_get_place (copy);
  g_assert_nonnull (place);
  g_assert_cmpstr (place->pointer, ==, pointer);
  g_assert_cmpuint (place->line, ==, line);
  if (bytes != NULL)
    {
      g_autofree char *found = g_strndup (schema + place->offset, place->length);

      g_assert_cmpstr (found, ==, bytes);
    }
}

static void
test_schema_faults (void)
{
  assert_fault ("{\"a\": 1,\n}", "line 2, column 1", NULL, "", 2);
  assert_fault ("{\"a\": 1, \"a\": 2}", "appears twice", NULL, "", 1);
  assert_fault ("{\n \"properties\": {\n  \"x\": {\"type\": \"strin\"}}}", "type", "/properties/x/type", "\"strin\"", 3);
  assert_fault ("{\"$ref\": \"https://example.org/gone\"}", "example.org", "/$ref", "\"https://example.org/gone\"", 1);
  assert_fault ("{\"pattern\": \"(\"}", "", "/pattern", "\"(\"", 1);
  assert_fault ("17", "", "", "17", 1);
}

static void
test_schema_too_big (void)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/news");
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *filler = g_strnfill (SB_RULE_MAX_SCHEMA, 'x');

  spec->schema = g_strdup_printf ("{\"a\": \"%s\"}", filler);
  g_assert_null (sb_rule_spec_compile (spec, NULL, &error));
  g_assert_error (error, SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA);
  g_assert_nonnull (strstr (error->message, "262144"));
  g_clear_error (&error);

  g_free (spec->schema);
  filler[SB_RULE_MAX_SCHEMA - 17] = '\0';
  spec->schema = g_strdup_printf ("{\"title\": \"%s\"}", filler);
  g_assert_cmpuint (strlen (spec->schema), <=, SB_RULE_MAX_SCHEMA);
  schema = sb_rule_spec_compile (spec, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (schema);
}

/* --- counts --- */

static void
test_counts (void)
{
  g_autoptr (SbRuleCounts) counts = sb_rule_counts_new ();
  g_autoptr (SbRuleCounts) loaded = sb_rule_counts_new ();
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpstr (sb_rule_cause_intern ("maximum"), ==, "maximum");
  g_assert_cmpstr (sb_rule_cause_intern ("x-made-up"), ==, "other");
  sb_rule_counts_add_passed (counts);
  sb_rule_counts_add_failed (counts, "maximum");
  sb_rule_counts_add_failed (counts, "maximum");
  sb_rule_counts_add_failed (counts, SB_CAUSE_RATE);
  sb_rule_counts_add_failed (counts, "x-made-up");
  text = sb_rule_counts_to_text (counts);
  g_assert_cmpstr (text, ==, "{\"passed\":1,\"failed\":4,\"causes\":{\"rate\":1,\"maximum\":2,\"other\":1}}");

  sb_rule_counts_load_text (loaded, text);
  again = sb_rule_counts_to_text (loaded);
  g_assert_cmpstr (again, ==, text);
}

static void
test_counts_of_nonsense (void)
{
  static const char *const texts[] = { "", "[]", "{", "17", "{\"passed\":\"x\",\"failed\":-3,\"causes\":[1]}", "{\"causes\":{\"type\":1.5}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SbRuleCounts) counts = sb_rule_counts_new ();
      g_autofree char *text = NULL;

      sb_rule_counts_load_text (counts, texts[i]);
      text = sb_rule_counts_to_text (counts);
      g_assert_cmpstr (text, ==, "{\"passed\":0,\"failed\":0,\"causes\":{}}");
    }
}

/* --- checks --- */

static const SbMessageLimits server = { SB_JSON_LIMITS_DEFAULT, 1000, TRUE, TRUE };

static void
assert_verdict (SbRule *rule, const SbMessageLimits *limits, gboolean binary, const char *text, SbCheck check, const char *cause,
                const char *part)
{
  SbRuleChecker checker;
  SbMessageVerdict verdict;
  gboolean passed;

  sb_rule_checker_init (&checker);
  passed = sb_rule_checker_check (&checker, rule, limits, binary, text, strlen (text), 1, &verdict);
  g_assert_cmpint (passed, ==, check == SB_CHECK_PASSED);
  g_assert_cmpint (verdict.check, ==, check);
  if (!passed)
    {
      g_assert_cmpstr (verdict.cause, ==, cause);
      g_assert_nonnull (strstr (verdict.message, part));
      sb_message_verdict_clear (&verdict);
    }
  sb_rule_checker_clear (&checker);
}

/* Of two limits the smaller counts, whosever it is. */
static void
test_limits_tighten (void)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRule) rule = NULL;
  SbMessageLimits small = server;

  spec->max_size = 8;
  spec->max_depth = 2;
  spec->allow_binary = FALSE;
  rule = rule_make_full (1, spec);
  assert_verdict (NULL, &server, FALSE, "[[[1]], 2]", SB_CHECK_PASSED, NULL, NULL);
  assert_verdict (rule, &server, FALSE, "[[1]]", SB_CHECK_PASSED, NULL, NULL);
  assert_verdict (rule, &server, FALSE, "[[[1]]]", SB_CHECK_DEPTH, "depth", "deeper than 2");
  assert_verdict (rule, &server, FALSE, "[[[1]], 2]", SB_CHECK_SIZE, "too_big", "has 10 bytes, here it may have 8");
  assert_verdict (rule, &server, TRUE, "[[[1]], 2]", SB_CHECK_SIZE, "too_big", "has 10 bytes");
  assert_verdict (rule, &server, TRUE, "x", SB_CHECK_BINARY, "binary", "not allowed");
  assert_verdict (NULL, &server, TRUE, "x", SB_CHECK_PASSED, NULL, NULL);
  assert_verdict (rule, &server, FALSE, "[1,]", SB_CHECK_JSON, "json", "comma");

  small.max_message = 4;
  small.json.max_depth = 1;
  small.allow_binary = FALSE;
  assert_verdict (rule, &small, FALSE, "[[1]]", SB_CHECK_SIZE, "too_big", "may have 4");
  assert_verdict (rule, &small, FALSE, "[[]]", SB_CHECK_DEPTH, "depth", "deeper than 1");
  assert_verdict (NULL, &small, TRUE, "x", SB_CHECK_BINARY, "binary", "not allowed");
}

static void
test_text_not_allowed (void)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRule) rule = NULL;

  spec->allow_text = FALSE;
  rule = rule_make_full (1, spec);
  assert_verdict (rule, &server, FALSE, "1", SB_CHECK_TEXT, "text", "not allowed here");
  assert_verdict (rule, &server, TRUE, "1", SB_CHECK_PASSED, NULL, NULL);
}

static void
test_schema (void)
{
  g_autoptr (SbRule) rule = rule_make (1, "/a", SCHEMA);

  assert_verdict (rule, &server, FALSE, "{\"name\": \"x\"}", SB_CHECK_PASSED, NULL, NULL);
  assert_verdict (rule, &server, FALSE, "{}", SB_CHECK_SCHEMA, "required", "“name” is missing");
  assert_verdict (rule, &server, FALSE, "{\"name\": \"x\", \"temperature\": 61}", SB_CHECK_SCHEMA, "maximum", "60");
  assert_verdict (rule, &server, FALSE, "{\"name\": }", SB_CHECK_JSON, "json", "value");
  /* A schema is for texts. */
  assert_verdict (rule, &server, TRUE, "{}", SB_CHECK_PASSED, NULL, NULL);
}

/* Whatever the server allows, a schema is held against so much only; without one there is no such limit. */
static void
test_checked_size (void)
{
  g_autoptr (SbRule) plain = rule_make (1, "/a", NULL);
  g_autoptr (SbRule) strict = rule_make (1, "/a", "true");
  SbMessageLimits wide = server;
  g_autoptr (GString) values = g_string_new ("[1");
  g_autofree char *filler = g_strnfill (SB_RULE_MAX_CHECKED_SIZE, 'x');
  g_autofree char *text = g_strdup_printf ("\"%s\"", filler);

  wide.max_message = 4 << 20;
  wide.json.max_string = 4 << 20;
  for (guint i = 2; i < SB_RULE_MAX_CHECKED_VALUES; i++)
    g_string_append (values, ",1");
  g_string_append (values, "]");
  assert_verdict (strict, &wide, FALSE, values->str, SB_CHECK_PASSED, NULL, NULL);
  g_string_insert (values, 1, "1,");
  assert_verdict (strict, &wide, FALSE, values->str, SB_CHECK_JSON, "json", "5000");
  assert_verdict (plain, &wide, FALSE, values->str, SB_CHECK_PASSED, NULL, NULL);

  assert_verdict (strict, &wide, FALSE, text, SB_CHECK_SIZE, "too_big", "may have 1048576");
  assert_verdict (strict, &wide, TRUE, text, SB_CHECK_PASSED, NULL, NULL);
  assert_verdict (plain, &wide, FALSE, text, SB_CHECK_PASSED, NULL, NULL);
}

/* Where the server takes any text, a rule that looks into it does not. */
static void
test_any_text (void)
{
  g_autoptr (SbRule) plain = rule_make (1, "/a", NULL);
  g_autoptr (SbRule) strict = rule_make (1, "/a", "true");
  SbMessageLimits any = server;

  any.require_json = FALSE;
  assert_verdict (NULL, &any, FALSE, "hello", SB_CHECK_PASSED, NULL, NULL);
  assert_verdict (plain, &any, FALSE, "hello", SB_CHECK_PASSED, NULL, NULL);
  assert_verdict (strict, &any, FALSE, "hello", SB_CHECK_JSON, "json", "hello");
  assert_verdict (plain, &server, FALSE, "hello", SB_CHECK_JSON, "json", "hello");
}

/* A schema that cannot be used lets nothing through that it should have checked. */
static void
test_unusable (void)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRule) rule = NULL;

  spec->schema = g_strdup ("{\"$ref\": \"https://example.org/gone\"}");
  rule = sb_rule_new (1, spec, NULL, "“https://example.org/gone” is not known.", 0, 0, NULL);
  assert_verdict (rule, &server, FALSE, "{}", SB_CHECK_SCHEMA, SB_CAUSE_BROKEN, "cannot be used");
  assert_verdict (rule, &server, TRUE, "{}", SB_CHECK_PASSED, NULL, NULL);
}

/* Work without end is stopped, and is no pass. */
static void
test_exhausted (void)
{
  g_autoptr (SbRule) rule = rule_make (1, "/a",
                                       "{\"$defs\": {\"x\": {\"items\": {\"anyOf\": [{\"$ref\": \"#/$defs/x\"}, {\"$ref\": \"#/$defs/x\"}]},"
                                       " \"not\": {\"const\": 7}, \"maxItems\": 1}}, \"$ref\": \"#/$defs/x\"}");
  SbMessageLimits deep = server;
  g_autofree char *open = g_strnfill (100, '[');
  g_autofree char *close = g_strnfill (100, ']');
  g_autofree char *text = g_strconcat (open, "7", close, NULL);

  deep.json.max_depth = 200;
  assert_verdict (rule, &deep, FALSE, text, SB_CHECK_SCHEMA, SB_CAUSE_EXHAUSTED, "");
}

/* --- reports --- */

static void
test_report (void)
{
  g_autoptr (SbRule) rule = rule_make (1, "/a", SCHEMA);
  const char *text = "{\n  \"temperature\": 120\n}";
  g_autoptr (GBytes) payload = g_bytes_new_static (text, strlen (text));
  g_autoptr (SbRuleReport) report = sb_rule_report_new (rule, &server, FALSE, payload, SB_RULE_REPORT_MAX_ERRORS);
  gboolean seen = FALSE;

  g_assert_cmpint (report->check, ==, SB_CHECK_SCHEMA);
  g_assert_cmpstr (report->code, ==, "schema");
  g_assert_true (report->rule == rule);
  g_assert_cmpuint (report->findings->len, ==, 2);
  for (guint i = 0; i < report->findings->len; i++)
    {
      const SbRuleFinding *finding = g_ptr_array_index (report->findings, i);

      if (g_str_equal (finding->cause, "maximum"))
        {
          seen = TRUE;
          g_assert_cmpstr (finding->pointer, ==, "/temperature");
          g_assert_cmpstr (finding->schema_pointer, ==, "/properties/temperature/maximum");
          g_assert_cmpint (strncmp (text + finding->offset, "120", finding->length), ==, 0);
          g_assert_cmpuint (finding->length, ==, 3);
          g_assert_cmpuint (finding->line, ==, 2);
          g_assert_cmpuint (finding->column, ==, 18);
        }
    }
  g_assert_true (seen);
  g_assert_cmpuint (sb_rule_counts_get_failed (rule->counts), ==, 0);
}

static void
test_report_other (void)
{
  g_autoptr (GBytes) good = g_bytes_new_static ("1", 1);
  g_autoptr (GBytes) bad = g_bytes_new_static ("[1,", 3);
  g_autoptr (GBytes) empty = g_bytes_new_static (NULL, 0);
  g_autoptr (SbRuleReport) passed = sb_rule_report_new (NULL, &server, FALSE, good, SB_RULE_REPORT_MAX_ERRORS);
  g_autoptr (SbRuleReport) failed = sb_rule_report_new (NULL, &server, FALSE, bad, SB_RULE_REPORT_MAX_ERRORS);
  g_autoptr (SbRuleReport) nothing = sb_rule_report_new (NULL, &server, FALSE, empty, SB_RULE_REPORT_MAX_ERRORS);

  g_assert_cmpint (passed->check, ==, SB_CHECK_PASSED);
  g_assert_null (passed->code);
  g_assert_cmpuint (passed->findings->len, ==, 0);
  g_assert_cmpstr (failed->code, ==, "json");
  g_assert_cmpuint (failed->findings->len, ==, 1);
  g_assert_cmpuint (((SbRuleFinding *) g_ptr_array_index (failed->findings, 0))->offset, ==, 3);
  g_assert_cmpstr (nothing->code, ==, "json");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rule/spec", test_spec);
  g_test_add_func ("/rule/failure-ids", test_failure_ids);
  g_test_add_func ("/rule/schema-faults", test_schema_faults);
  g_test_add_func ("/rule/schema-too-big", test_schema_too_big);
  g_test_add_func ("/rule/counts", test_counts);
  g_test_add_func ("/rule/counts-of-nonsense", test_counts_of_nonsense);
  g_test_add_func ("/rule/limits-tighten", test_limits_tighten);
  g_test_add_func ("/rule/text-not-allowed", test_text_not_allowed);
  g_test_add_func ("/rule/schema", test_schema);
  g_test_add_func ("/rule/checked-size", test_checked_size);
  g_test_add_func ("/rule/any-text", test_any_text);
  g_test_add_func ("/rule/unusable", test_unusable);
  g_test_add_func ("/rule/exhausted", test_exhausted);
  g_test_add_func ("/rule/report", test_report);
  g_test_add_func ("/rule/report-other", test_report_other);

  return g_test_run ();
}
