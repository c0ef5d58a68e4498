/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-evaluate.h"

#include <string.h>

/* What looks at one value and no deeper: type, const, enum, numbers, strings. */

gboolean
sb_apply_type (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  g_autofree char *value = NULL;
  g_autofree char *wanted = NULL;

  if (frame->spot->kind & rule->types)
    return TRUE;
  if (run->quiet > 0)
    return FALSE;

  value = sb_words_value (frame->spot->value);
  wanted = sb_words_kinds (rule->types);
  return sb_run_report (run, frame->schema, frame->spot, "type", NULL, "%s is not %s", value, wanted);
}

static gboolean
report_values (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  g_autofree char *value = NULL;
  g_autoptr (GString) list = NULL;

  if (run->quiet > 0 || run->stop)
    return FALSE;

  value = sb_words_value (frame->spot->value);
  list = g_string_new (NULL);
  for (guint i = 0; i < rule->values.n_values; i++)
    {
      g_autofree char *one = sb_words_value (rule->values.values[i]);

      if (i == 10)
        {
          g_string_append_printf (list, " and %u more", rule->values.n_values - i);
          break;
        }
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", one);
    }

  if (rule->word == SB_WORD_CONST)
    return sb_run_report (run, frame->schema, frame->spot, "const", NULL,
                          "%s is not %s, the only value that is allowed", value, list->str);
  if (rule->values.n_values == 0)
    return sb_run_report (run, frame->schema, frame->spot, "enum", NULL, "%s is not allowed, as no value is", value);
  return sb_run_report (run, frame->schema, frame->spot, "enum", NULL, "%s is not one of %s", value, list->str);
}

gboolean
sb_apply_values (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  guint64 hash = sb_value_hash (frame->spot->value, &run->budget);
  const SbHashedValue *values = rule->values.by_hash;
  guint low = 0, high = rule->values.n_values;

  /* To the first that has the hash. */
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (values[middle].hash < hash)
        low = middle + 1;
      else
        high = middle;
    }

  for (; low < rule->values.n_values && values[low].hash == hash; low++)
    {
      if (sb_value_equal (frame->spot->value, values[low].value, &run->budget))
        return TRUE;
    }

  return sb_run_take (run, 0) && report_values (run, frame, rule);
}

/* --- numbers --- */

static gboolean
report_number (SbRun *run, SbFrame *frame, const SbSchemaRule *rule, const char *keyword, const char *words)
{
  g_autofree char *value = NULL;
  g_autofree char *limit = NULL;

  if (run->quiet > 0)
    return FALSE;

  value = sb_words_number (sb_value_get_number (frame->spot->value));
  limit = sb_words_number (rule->number.value);
  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "%s %s %s", value, words, limit);
}

gboolean
sb_apply_multiple_of (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  SbNumber value = sb_value_get_number (frame->spot->value);

  if (value.is_int && rule->number.value.is_int)
    {
      if (value.i % rule->number.value.i == 0)
        return TRUE;
    }
  else
    {
      /* The digits of a double are long to find. */
      if (!sb_run_take (run, value.is_int ? 4 : 40))
        return FALSE;
      if (sb_decimal_is_multiple (sb_number_to_decimal (value), rule->number.decimal))
        return TRUE;
    }

  return report_number (run, frame, rule, "multipleOf", "is not a multiple of");
}

gboolean
sb_apply_number (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  int order = sb_number_compare (sb_value_get_number (frame->spot->value), rule->number.value);

  switch ((int) rule->word)
    {
    case SB_WORD_MAXIMUM:
      return order <= 0 || report_number (run, frame, rule, "maximum", "is more than the maximum");
    case SB_WORD_EXCLUSIVE_MAXIMUM:
      return order < 0 || report_number (run, frame, rule, "exclusiveMaximum", "is not less than");
    case SB_WORD_MINIMUM:
      return order >= 0 || report_number (run, frame, rule, "minimum", "is less than the minimum");
    case SB_WORD_EXCLUSIVE_MINIMUM:
    default:
      return order > 0 || report_number (run, frame, rule, "exclusiveMinimum", "is not more than");
    }
}

/* --- strings --- */

gboolean
sb_apply_length (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  const char *text = json_node_get_string (frame->spot->value);
  guint64 bytes = strlen (text);
  gboolean is_most = rule->word == SB_WORD_MAX_LENGTH;
  guint64 length;

  if (!sb_run_take (run, bytes / 64))
    return FALSE;

  /* A character has 1 to 4 bytes. */
  if (is_most ? bytes <= rule->count : bytes < rule->count)
    {
      if (is_most)
        return TRUE;
    }
  else if (!is_most && bytes / 4 >= rule->count)
    return TRUE;

  length = g_utf8_strlen (text, bytes);
  if (is_most)
    return length <= rule->count
           || sb_run_report (run, frame->schema, frame->spot, "maxLength", NULL,
                             "the text has %" G_GUINT64_FORMAT " characters, where at most %" G_GUINT64_FORMAT
                             " %s allowed",
                             length, rule->count, rule->count == 1 ? "is" : "are");
  return length >= rule->count
         || sb_run_report (run, frame->schema, frame->spot, "minLength", NULL,
                           "the text has %" G_GUINT64_FORMAT " character%s, where at least %" G_GUINT64_FORMAT
                           " %s needed",
                           length, length == 1 ? "" : "s", rule->count, rule->count == 1 ? "is" : "are");
}

/* Whether @text matches; what can't be found out stops the run. */
gboolean
sb_run_search (SbRun *run, const SbRegex *regex, const char *text, gsize length)
{
  SbRegexResult result = sb_regex_search (regex, text, length, &run->budget);

  if (result == SB_REGEX_EXHAUSTED)
    {
      if (run->exhausted == NULL)
        run->exhausted = run->budget.left < 0 ? "steps" : "pattern";
      run->stop = TRUE;
    }

  return result == SB_REGEX_MATCH;
}

gboolean
sb_apply_pattern (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  const char *text = json_node_get_string (frame->spot->value);
  g_autofree char *value = NULL;
  g_autofree char *pattern = NULL;

  if (sb_run_search (run, rule->pattern.regex, text, strlen (text)))
    return TRUE;
  if (run->quiet > 0 || run->stop)
    return FALSE;

  value = sb_words_text (text);
  pattern = sb_words_text (rule->pattern.text);
  return sb_run_report (run, frame->schema, frame->spot, "pattern", NULL, "%s does not match the pattern %s", value,
                        pattern);
}

gboolean
sb_apply_format (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  const char *text = json_node_get_string (frame->spot->value);
  gsize length = strlen (text);
  g_autofree char *value = NULL;

  if (!sb_run_take (run, 4 + length * rule->format->cost / 16))
    return FALSE;
  if (rule->format->check (text, length))
    return TRUE;
  if (run->quiet > 0)
    return FALSE;

  value = sb_words_text (text);
  return sb_run_report (run, frame->schema, frame->spot, "format", NULL, "%s is not %s", value, rule->format->words);
}
