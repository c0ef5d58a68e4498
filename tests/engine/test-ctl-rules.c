/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"
#include "program-fixture.h"

/* signalboxctl rule and schema, as people and scripts run them. */

#define PERSON "https://example.org/person.json"

static void
check (ProgramFixture *self, const char *line, const char *input, int status, const char *out, const char *err)
{
  g_auto (Outcome) outcome = program_ctl_with (self, line, input);

  if (outcome.status != status)
    g_error ("signalboxctl %s: %d instead of %d\n%s%s", line, outcome.status, status, outcome.out, outcome.err);
  if (out != NULL)
    store_assert_contains (outcome.out, out);
  else
    g_assert_cmpstr (outcome.out, ==, "");
  if (err != NULL)
    store_assert_contains (outcome.err, err);
  else
    g_assert_cmpstr (outcome.err, ==, "");
}

static void
test_life (ProgramFixture *self, gconstpointer data)
{
  const char *schema = "{\"properties\": {\"t\": {\"maximum\": 60}}}";

  check (self, "rule list", NULL, 0, "There are no rules.", NULL);
  check (self, "rule set /news --schema - --max-size 4KiB --binary off --rate 10 --max-depth 5 --on-failure drop --assert-format", schema, 0,
         "The rule for /news is in force.", NULL);
  check (self, "rule list", NULL, 0, " 1  /news     text  4096      5    10  yes, formats too  drop             0       0  enabled", NULL);
  check (self, "rule set /news --no-assert-format --enabled off", NULL, 0, "in force", NULL);
  check (self, "rule list", NULL, 0, "text  4096      5    10  yes     drop             0       0  disabled", NULL);
  check (self, "rule show /news", NULL, 0, schema, NULL);
  check (self, "rule show 1", NULL, 0, "disabled", NULL);
  check (self, "rule counts", NULL, 0, "BECAUSE OF", NULL);
  check (self, "rule set /news --no-schema --enabled on", NULL, 0, "in force", NULL);
  check (self, "rule show /news", NULL, 0, "Schema:        –", NULL);
  check (self, "rule remove /news", NULL, 0, "Removed the rule for /news.", NULL);
  check (self, "rule remove /news", NULL, 1, NULL, "There is no rule for “/news”");
  check (self, "rule show 1", NULL, 1, NULL, "There is no rule 1");
}

/* The exit status says whether the message passes. */
static void
test_test (ProgramFixture *self, gconstpointer data)
{
  g_autoptr (JsonNode) report = NULL;

  check (self, "rule set /news --schema -", "{\"required\": [\"name\"], \"properties\": {\"t\": {\"maximum\": 60}}}", 0, "in force", NULL);
  check (self, "rule test /news '{\"name\": 1}'", NULL, 0, "It passes the rule for /news.", NULL);
  check (self, "rule test /news '{\"t\": 120}'", NULL, 1, "line 1, column 7: /t: 120 is more than the maximum 60 (maximum)", NULL);
  check (self, "rule test /news '{\"t\": 120}'", NULL, 1, "“name” is missing (required)", NULL);
  check (self, "rule test /news -", "{\n\"t\": 1,}", 1, "line 2, column 8", NULL);
  check (self, "rule test /x 1", NULL, 0, "there is no rule for this channel", NULL);
  check (self, "rule test /x '[1'", NULL, 1, "It fails what the server allows on every channel:", NULL);
  check (self, "rule test /news '{\"t\": 120}' --json", NULL, 1, "\"passed\":false", NULL);
}

static void
test_wrong_words (ProgramFixture *self, gconstpointer data)
{
  check (self, "rule set", NULL, 2, NULL, "signalboxctl rule set CHANNELS");
  check (self, "rule set /a --binary maybe", NULL, 2, NULL, "--binary is on or off, not “maybe”");
  check (self, "rule set /a --max-size 4KB", NULL, 2, NULL, "“4KB” is not a size");
  check (self, "rule set /a --max-size 99999999MiB", NULL, 2, NULL, "is not a size");
  check (self, "rule set /a --schema /nonexistent.json", NULL, 2, NULL, "/nonexistent.json");
  check (self, "rule set /a --schema - --no-schema", "{}", 2, NULL, "exclude each other");
  check (self, "rule set /a --assert-format --no-assert-format", NULL, 2, NULL, "exclude each other");
  check (self, "rule set /a --on-failure shout", NULL, 1, NULL, "has to be reply, drop or disconnect");
  check (self, "rule set a", NULL, 1, NULL, "“a” is not a channel");
  check (self, "rule set /a --text off --binary off", NULL, 1, NULL, "Allow text, binary messages, or both");
  /* A fault in a schema, with its place. */
  check (self, "rule set /a --schema -", "{\n \"type\": \"strin\"}", 1, NULL, "line 2, column 10 (/type): ");
  check (self, "rule set /a --schema -", "{", 1, NULL, "line 1, column 2");
  check (self, "rule test /a", NULL, 2, NULL, "signalboxctl rule test CHANNEL MESSAGE");
}

static void
test_schemas (ProgramFixture *self, gconstpointer data)
{
  check (self, "schema list", NULL, 0, "There are no stored schemas.", NULL);
  check (self, "schema add " PERSON " -", "{\"type\": \"object\"}", 0, "Rules may refer to " PERSON " now.", NULL);
  check (self, "schema list", NULL, 0, PERSON, NULL);
  check (self, "schema list", NULL, 0, "RULES", NULL);
  check (self, "rule set /news --schema -", "{\"$ref\": \"" PERSON "\"}", 0, "in force", NULL);
  check (self, "schema remove " PERSON, NULL, 1, NULL, "The rule for /news needs it");
  check (self, "rule remove /news", NULL, 0, "Removed", NULL);
  check (self, "schema remove " PERSON, NULL, 0, "Removed the schema", NULL);
  check (self, "schema remove " PERSON, NULL, 1, NULL, "There is no schema");
  check (self, "schema add person -", "{}", 1, NULL, "whole one");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add ("/ctl-rules/" path, ProgramFixture, NULL, program_fixture_set_up_started, func, program_fixture_tear_down)

  ADD ("life", test_life);
  ADD ("test", test_test);
  ADD ("wrong-words", test_wrong_words);
  ADD ("schemas", test_schemas);

  return g_test_run ();
}
