/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-ctl.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* Rules, and the schemas they may refer to. */

/* --- Reading --- */

/* The text of a file, or with "-" of standard input. NULL: it was said what is wrong. */
static char *
read_text (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (g_str_equal (name, "-") ? "/dev/stdin" : name, &text, &length, &error))
    sb_ctl_fail (SB_CTL_USAGE, "%s", error->message);
  else if (strlen (text) != length || !g_utf8_validate (text, -1, NULL))
    sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not UTF-8 text"), name);
  else
    return g_steal_pointer (&text);

  return NULL;
}

/* Leaves the body as it is where the option was not given. FALSE: it was said what is wrong. */
static gboolean
set_switch (JsonObject *body, const char *member, const char *option, const char *text)
{
  if (text == NULL)
    return TRUE;
  if (g_str_equal (text, "on") || g_str_equal (text, "off"))
    {
      json_object_set_boolean_member (body, member, g_str_equal (text, "on"));
      return TRUE;
    }

  /* Translators: the name of an option */
  sb_ctl_fail (SB_CTL_USAGE, _("--%s is on or off, not “%s”"), option, text);
  return FALSE;
}

static gboolean
set_size (JsonObject *body, const char *text)
{
  const char *unit;
  guint64 number, factor = 0;
  g_autofree char *digits = NULL;

  if (text == NULL)
    return TRUE;

  unit = text + strspn (text, "0123456789");
  digits = g_strndup (text, unit - text);
  while (*unit == ' ')
    unit++;
  if (*unit == '\0' || g_ascii_strcasecmp (unit, "B") == 0)
    factor = 1;
  else if (g_ascii_strcasecmp (unit, "KiB") == 0)
    factor = 1 << 10;
  else if (g_ascii_strcasecmp (unit, "MiB") == 0)
    factor = 1 << 20;
  if (factor != 0 && g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT32 / factor, &number, NULL))
    {
      json_object_set_int_member (body, "max_size", (gint64) (number * factor));
      return TRUE;
    }

  sb_ctl_fail (SB_CTL_USAGE, _("“%s” is not a size: write a number of bytes, or a number with KiB or MiB"), text);
  return FALSE;
}

static gboolean
set_schema (JsonObject *body, const SbCtlOptions *options)
{
  g_autofree char *text = NULL;

  if (options->schema != NULL && options->no_schema)
    {
      sb_ctl_fail (SB_CTL_USAGE, _("--schema and --no-schema exclude each other"));
      return FALSE;
    }
  if (options->assert_format && options->no_assert_format)
    {
      sb_ctl_fail (SB_CTL_USAGE, _("--assert-format and --no-assert-format exclude each other"));
      return FALSE;
    }
  if (options->assert_format || options->no_assert_format)
    json_object_set_boolean_member (body, "assert_format", options->assert_format);
  if (options->no_schema)
    json_object_set_string_member (body, "schema", "");
  if (options->schema == NULL)
    return TRUE;

  text = read_text (options->schema);
  if (text == NULL)
    return FALSE;
  json_object_set_string_member (body, "schema", text);

  return TRUE;
}

/* NULL: the words are wrong, and it was said. */
static JsonObject *
read_rule (const SbCtlOptions *options, const char *pattern)
{
  g_autoptr (JsonObject) body = json_object_new ();

  json_object_set_string_member (body, "channels", pattern);
  if (!set_switch (body, "text", "text", options->text) || !set_switch (body, "binary", "binary", options->binary) ||
      !set_switch (body, "enabled", "enabled", options->enabled) ||
      !set_size (body, options->max_size) || !set_schema (body, options))
    return NULL;
  if (options->max_depth >= 0)
    json_object_set_int_member (body, "max_depth", options->max_depth);
  if (options->rate >= 0)
    json_object_set_int_member (body, "messages_per_second", options->rate);
  if (options->on_failure != NULL)
    json_object_set_string_member (body, "on_failure", options->on_failure);

  return g_steal_pointer (&body);
}

/* --- Cells --- */

static char *
kinds_cell (JsonObject *row, const char *member)
{
  gboolean text = json_object_get_boolean_member (row, "text");
  gboolean binary = json_object_get_boolean_member (row, "binary");

  return g_strdup (text && binary ? _("text, binary") : text ? _("text") : _("binary"));
}

static char *
limit_cell (JsonObject *row, const char *member)
{
  gint64 limit = json_object_get_int_member (row, member);

  return limit > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, limit) : g_strdup ("–");
}

static char *
schema_cell (JsonObject *row, const char *member)
{
  if (json_object_get_null_member (row, "schema"))
    return g_strdup ("–");
  if (!json_object_get_null_member (row, "problem"))
    return g_strdup (_("unusable"));

  return g_strdup (json_object_get_boolean_member (row, "assert_format") ? _("yes, formats too") : _("yes"));
}

static char *
state_cell (JsonObject *row, const char *member)
{
  return g_strdup (json_object_get_boolean_member (row, "enabled") ? _("enabled") : _("disabled"));
}

static char *
count_cell (JsonObject *row, const char *member)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT,
                          json_object_get_int_member (json_object_get_object_member (row, "counts"), member));
}

/* "required 3, type 1", as they come. */
static char *
causes_cell (JsonObject *row, const char *member)
{
  JsonObject *causes =
      json_object_get_object_member (json_object_get_object_member (row, "counts"), "causes");
  GString *text = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, causes);
  while (json_object_iter_next (&iter, &name, &node))
    g_string_append_printf (text, "%s%s %" G_GINT64_FORMAT, text->len > 0 ? ", " : "", name, json_node_get_int (node));

  return g_string_free (text, FALSE);
}

static const SbCtlColumn columns[] = {
  { N_("ID"), "id", sb_ctl_format_integer, TRUE },
  { N_("CHANNELS"), "channels", sb_ctl_format_text },
  { N_("MAY"), NULL, kinds_cell },
  { N_("SIZE"), "max_size", limit_cell, TRUE },
  { N_("DEPTH"), "max_depth", limit_cell, TRUE },
  { N_("RATE"), "messages_per_second", limit_cell, TRUE },
  { N_("SCHEMA"), NULL, schema_cell },
  { N_("ON FAILURE"), "on_failure", sb_ctl_format_text },
  { N_("PASSED"), "passed", count_cell, TRUE },
  { N_("FAILED"), "failed", count_cell, TRUE },
  { N_("STATE"), NULL, state_cell },
};

static const SbCtlColumn count_columns[] = {
  { N_("ID"), "id", sb_ctl_format_integer, TRUE },
  { N_("CHANNELS"), "channels", sb_ctl_format_text },
  { N_("PASSED"), "passed", count_cell, TRUE },
  { N_("FAILED"), "failed", count_cell, TRUE },
  { N_("BECAUSE OF"), NULL, causes_cell },
};

/* --- Rules --- */

static SbCtlStatus
set (const SbCtlOptions *options, char **words)
{
  JsonObject *body = read_rule (options, words[0]);
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status;

  if (body == NULL)
    return SB_CTL_USAGE;
  status = sb_ctl_call (options, SB_CTL_MAKES_DATA, "PUT", "/rules", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("The rule for %s is in force."), words[0]);

  return status;
}

static SbCtlStatus
print_rules (const SbCtlOptions *options, const SbCtlColumn *shown, guint n_shown)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/rules", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "rules", shown, n_shown, _("There are no rules."));

  return status;
}

static SbCtlStatus
list (const SbCtlOptions *options, char **words)
{
  return print_rules (options, columns, G_N_ELEMENTS (columns));
}

static SbCtlStatus
counts (const SbCtlOptions *options, char **words)
{
  return print_rules (options, count_columns, G_N_ELEMENTS (count_columns));
}

/* The rule for exactly that pattern, or of that ID. */
static SbCtlStatus
find_rule (const SbCtlOptions *options, const char *word, JsonObject **rule)
{
  g_autofree char *escaped = NULL;
  g_autofree char *path = NULL;
  g_autoptr (JsonObject) answer = NULL;
  JsonArray *rules;
  SbCtlStatus status;
  gint64 id;

  if (sb_ctl_parse_id (word, &id))
    {
      path = g_strdup_printf ("/rules/%" G_GINT64_FORMAT, id);
      return sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", path, NULL, rule);
    }

  escaped = g_uri_escape_string (word, NULL, FALSE);
  path = g_strconcat ("/rules?channels=", escaped, NULL);
  status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", path, NULL, &answer);
  if (status != SB_CTL_DONE)
    return status;
  rules = json_object_get_array_member (answer, "rules");
  if (json_array_get_length (rules) == 0)
    return sb_ctl_fail (SB_CTL_FAILED, _("There is no rule for “%s”; see: signalboxctl rule list"), word);
  *rule = json_object_ref (json_array_get_object_element (rules, 0));

  return SB_CTL_DONE;
}

static void
print_line (const char *name, char *value)
{
  printf ("%-14s %s\n", name, value);
  g_free (value);
}

static SbCtlStatus
show (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) rule = NULL;
  SbCtlStatus status = find_rule (options, words[0], &rule);

  if (status != SB_CTL_DONE)
    return status;
  if (options->json)
    {
      sb_ctl_print_done (options, rule, "%s", "");
      return status;
    }

  print_line (_("Channels:"), sb_ctl_format_text (rule, "channels"));
  print_line (_("State:"), state_cell (rule, NULL));
  print_line (_("May be said:"), kinds_cell (rule, NULL));
  print_line (_("Size:"), limit_cell (rule, "max_size"));
  print_line (_("Nesting:"), limit_cell (rule, "max_depth"));
  print_line (_("Rate:"), limit_cell (rule, "messages_per_second"));
  print_line (_("On failure:"), sb_ctl_format_text (rule, "on_failure"));
  print_line (_("Passed:"), count_cell (rule, "passed"));
  print_line (_("Failed:"), count_cell (rule, "failed"));
  print_line (_("Because of:"), causes_cell (rule, NULL));
  print_line (_("Changed:"), sb_ctl_format_time (rule, "changed_at", ""));
  if (!json_object_get_null_member (rule, "problem"))
    print_line (_("Problem:"), sb_ctl_format_text (rule, "problem"));
  print_line (_("Schema:"), schema_cell (rule, NULL));
  if (!json_object_get_null_member (rule, "schema"))
    printf ("%s\n", json_object_get_string_member (rule, "schema"));

  return status;
}

static SbCtlStatus
remove_rule (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) rule = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *path = NULL;
  SbCtlStatus status = find_rule (options, words[0], &rule);

  if (status != SB_CTL_DONE)
    return status;
  path = g_strdup_printf ("/rules/%" G_GINT64_FORMAT, json_object_get_int_member (rule, "id"));
  status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "DELETE", path, NULL, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Removed the rule for %s."), json_object_get_string_member (rule, "channels"));

  return status;
}

/* --- Trying a message --- */

/* "message", or with a line "line 3, column 9: message". */
static void
print_error (JsonObject *error)
{
  g_autofree char *message = sb_ctl_format_text (error, "message");
  g_autofree char *cause = sb_ctl_format_text (error, "cause");

  if (json_object_has_member (error, "line"))
    printf (_("line %d, column %d: %s (%s)\n"), (int) json_object_get_int_member (error, "line"),
            (int) json_object_get_int_member (error, "column"), message, cause);
  else
    printf ("%s (%s)\n", message, cause);
}

static void
print_report (JsonObject *answer)
{
  JsonArray *errors = json_object_get_array_member (answer, "errors");
  gboolean has_rule = !json_object_get_null_member (answer, "rule");

  if (json_object_get_boolean_member (answer, "passed"))
    {
      if (has_rule)
        printf (_("It passes the rule for %s.\n"), json_object_get_string_member (answer, "channels"));
      else
        printf ("%s\n", _("It passes; there is no rule for this channel."));
      return;
    }

  if (has_rule)
    printf (_("It fails the rule for %s:\n"), json_object_get_string_member (answer, "channels"));
  else
    printf ("%s\n", _("It fails what the server allows on every channel:"));
  for (guint i = 0; i < json_array_get_length (errors); i++)
    print_error (json_array_get_object_element (errors, i));
}

static SbCtlStatus
test (const SbCtlOptions *options, char **words)
{
  g_autofree char *text = g_str_equal (words[1], "-") ? read_text (words[1]) : g_strdup (words[1]);
  g_autoptr (JsonObject) answer = NULL;
  JsonObject *body;
  SbCtlStatus status;
  gboolean passed;

  if (text == NULL)
    return SB_CTL_USAGE;
  if (!g_utf8_validate (text, -1, NULL))
    return sb_ctl_fail (SB_CTL_USAGE, _("the message is not UTF-8 text"));

  body = json_object_new ();
  json_object_set_string_member (body, "channel", words[0]);
  json_object_set_string_member (body, "message", text);
  status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "POST", "/rules/test", body, &answer);
  if (status != SB_CTL_DONE)
    return status;

  passed = json_object_get_boolean_member (answer, "passed");
  if (options->json)
    sb_ctl_print_done (options, answer, "%s", "");
  else
    print_report (answer);

  return passed ? SB_CTL_DONE : SB_CTL_FAILED;
}

const SbCtlCommand sb_ctl_rule_commands[] = {
  { "rule set", "CHANNELS",
    "schema no-schema assert-format no-assert-format text binary max-size max-depth rate on-failure enabled",
    N_("Say what may be said on channels, at once; what is not given stays as it is"), 1, set },
  { "rule list", "", "", N_("Show all rules"), 0, list },
  { "rule show", "CHANNELS", "", N_("Show one rule, with its schema"), 1, show },
  { "rule test", "CHANNEL MESSAGE", "", N_("Say whether a message may be said, and what is wrong with it; - reads it from standard input"), 2, test },
  { "rule remove", "CHANNELS", "", N_("Remove a rule"), 1, remove_rule },
  { "rule counts", "", "", N_("Show how many messages passed and failed, and why"), 0, counts },
  { NULL },
};

/* --- Schemas --- */

static const SbCtlColumn schema_columns[] = {
  { N_("URI"), "uri", sb_ctl_format_text },
  { N_("BYTES"), "size", sb_ctl_format_integer, TRUE },
  { N_("RULES"), "rules", sb_ctl_format_integer, TRUE },
  { N_("CHANGED"), "changed_at", sb_ctl_format_moment },
};

static SbCtlStatus
schema_add (const SbCtlOptions *options, char **words)
{
  g_autofree char *text = read_text (words[1]);
  g_autoptr (JsonObject) answer = NULL;
  JsonObject *body;
  SbCtlStatus status;

  if (text == NULL)
    return SB_CTL_USAGE;
  body = json_object_new ();
  json_object_set_string_member (body, "uri", words[0]);
  json_object_set_string_member (body, "schema", text);
  status = sb_ctl_call (options, SB_CTL_MAKES_DATA, "PUT", "/schemas", body, &answer);
  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Rules may refer to %s now."), words[0]);

  return status;
}

static SbCtlStatus
schema_list (const SbCtlOptions *options, char **words)
{
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "GET", "/schemas", NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_list (options, answer, "schemas", schema_columns, G_N_ELEMENTS (schema_columns),
                       _("There are no stored schemas."));

  return status;
}

static SbCtlStatus
schema_remove (const SbCtlOptions *options, char **words)
{
  g_autofree char *escaped = g_uri_escape_string (words[0], NULL, FALSE);
  g_autofree char *path = g_strconcat ("/schemas?uri=", escaped, NULL);
  g_autoptr (JsonObject) answer = NULL;
  SbCtlStatus status = sb_ctl_call (options, SB_CTL_NEEDS_DATA, "DELETE", path, NULL, &answer);

  if (status == SB_CTL_DONE)
    sb_ctl_print_done (options, answer, _("Removed the schema %s."), words[0]);

  return status;
}

const SbCtlCommand sb_ctl_schema_commands[] = {
  { "schema add", "URI FILE", "", N_("Store a schema that those of rules may refer to, or replace it"), 2, schema_add },
  { "schema list", "", "", N_("Show the stored schemas, and how many rules need each"), 0, schema_list },
  { "schema remove", "URI", "", N_("Remove a stored schema that no rule needs"), 1, schema_remove },
  { NULL },
};
