/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-evaluate.h"

#include <string.h>

/* One of several, and which one was meant when none matches. */

/* Steps that finding words may take beyond what the verdict took. */
#define EXPLAINING_STEPS 20000
/* What the words about one alternative cost. */
#define STEPS_FOR_WORDS 40

/* The types @schema asks for, itself or by a reference; 0: it does not. */
static guint
get_types (const SbSubschema *schema, guint depth)
{
  for (guint i = 0; i < schema->n_rules; i++)
    {
      if (schema->rules[i].word == SB_WORD_TYPE)
        return schema->rules[i].types;
      if (schema->rules[i].word == SB_WORD_REF && depth < 8)
        return get_types (schema->rules[i].schema, depth + 1);
    }

  return 0;
}

/* How near a message came to an alternative that it failed with @error: the deeper the better, and where a value tells
 * apart what is meant, the other alternative was meant. */
static guint
rate_error (const SbSchemaError *error)
{
  guint depth = 0;

  for (const char *p = error->instance_pointer; *p != '\0'; p++)
    depth += *p == '/';

  if (strcmp (error->keyword, "const") == 0 || strcmp (error->keyword, "enum") == 0)
    return 4 * depth;
  if (strcmp (error->keyword, "type") == 0 || strcmp (error->keyword, "required") == 0)
    return 4 * depth + 1;
  return 4 * depth + 2;
}

/* The alternative that was meant, or NULL: that can't be told. @types: (out): those that would do, when nothing but the
 * type is wrong. */
static const SbSubschema *
find_meant (SbRun *run, SbFrame *frame, const SbSubschemaList *list, guint *types)
{
  const SbSubschema *best = NULL;
  guint best_rate = 0;
  guint wrong_types = 0;

  *types = 0;
  for (guint i = 0; i < list->n_schemas && run->exhausted == NULL; i++)
    {
      g_autoptr (GPtrArray) errors = NULL;
      guint rate;

      if (!sb_run_take (run, STEPS_FOR_WORDS))
        break;
      sb_evaluate (run, list->schemas[i], frame->spot, NULL);
      errors = g_steal_pointer (&run->errors);
      run->stop = run->exhausted != NULL;
      if (errors == NULL)
        return NULL;

      rate = rate_error (errors->pdata[0]);
      if (i == 0 || rate > best_rate)
        best = list->schemas[i];
      else if (rate == best_rate)
        best = NULL;
      best_rate = i == 0 ? rate : MAX (rate, best_rate);

      if (!(frame->spot->kind & get_types (list->schemas[i], 0)) && get_types (list->schemas[i], 0) != 0)
        wrong_types++;
      *types |= get_types (list->schemas[i], 0);
    }

  if (wrong_types < list->n_schemas)
    *types = 0;
  return best;
}

/* Says what is wrong with the alternative that was meant, if that can be told. */
static gboolean
explain (SbRun *run, SbFrame *frame, const SbSchemaRule *rule, const char *keyword)
{
  gint64 left = run->budget.left;
  gint64 given = MIN (left, EXPLAINING_STEPS);
  guint max_errors = run->max_errors;
  GPtrArray *errors = g_steal_pointer (&run->errors);
  guint n_errors = errors != NULL ? errors->len : 0;
  const SbSubschema *meant;
  guint types;

  run->budget.left = given;
  run->max_errors = 1;
  run->explaining = TRUE;
  meant = find_meant (run, frame, &rule->list, &types);
  run->explaining = FALSE;
  run->max_errors = max_errors;
  run->errors = errors;

  if (meant != NULL && types == 0 && run->exhausted == NULL)
    sb_evaluate (run, meant, frame->spot, NULL);

  /* What was found out stays, whether or not there were words for it. */
  run->budget.left = left - (given - MAX (run->budget.left, 0));
  if (run->exhausted != NULL)
    {
      run->exhausted = NULL;
      run->stop = FALSE;
    }
  if (types != 0)
    {
      g_autofree char *value = sb_words_value (frame->spot->value);
      g_autofree char *wanted = sb_words_kinds (types);

      return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "%s is not %s", value, wanted);
    }
  if (run->errors != NULL && run->errors->len > n_errors)
    return FALSE;

  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "matches none of the %u alternatives",
                        rule->list.n_schemas);
}

static gboolean
report_no_match (SbRun *run, SbFrame *frame, const SbSchemaRule *rule, const char *keyword)
{
  if (run->quiet > 0 || run->stop)
    return FALSE;
  if (run->explaining)
    return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "matches none of the %u alternatives",
                          rule->list.n_schemas);

  return explain (run, frame, rule, keyword);
}

gboolean
sb_apply_any_of (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  gboolean ok = FALSE;

  /* Where marks are wanted, all that match count. */
  for (guint i = 0; i < rule->list.n_schemas && !run->stop && (!ok || frame->marks != NULL); i++)
    ok |= sb_matches_marking (run, rule->list.schemas[i], frame->spot, frame->marks);

  return ok || report_no_match (run, frame, rule, "anyOf");
}

gboolean
sb_apply_one_of (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  guint first = 0, second = 0;

  for (guint i = 0; i < rule->list.n_schemas && !run->stop && second == 0; i++)
    {
      if (!sb_matches_marking (run, rule->list.schemas[i], frame->spot, frame->marks))
        continue;
      if (first == 0)
        first = i + 1;
      else
        second = i + 1;
    }

  if (first == 0)
    return report_no_match (run, frame, rule, "oneOf");
  if (second != 0)
    return sb_run_report (run, frame->schema, frame->spot, "oneOf", NULL,
                          "matches alternatives %u and %u, where exactly one is allowed", first, second);
  return TRUE;
}
