/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rule-table.h"

/* Rules for tests, made as the store makes them. */

static inline SbRule *
rule_make_full (gint64 id, const SbRuleSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchema) schema = sb_rule_spec_compile (spec, NULL, &error);

  g_assert_no_error (error);

  return sb_rule_new (id, spec, schema, NULL, 1, 2, NULL);
}

/* @schema: nullable. */
static inline SbRule *
rule_make (gint64 id, const char *pattern, const char *schema)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new (pattern);
  g_autoptr (GError) error = NULL;

  spec->schema = g_strdup (schema);
  g_assert_true (sb_rule_spec_check (spec, &error));
  g_assert_no_error (error);

  return rule_make_full (id, spec);
}

/* Takes over the rules, up to NULL. */
static inline SbRuleTable *
rule_make_table (SbRule *first, ...)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_rule_unref);
  va_list others;

  va_start (others, first);
  for (SbRule *rule = first; rule != NULL; rule = va_arg (others, SbRule *))
    g_ptr_array_add (rules, rule);
  va_end (others);

  return sb_rule_table_new (rules);
}

static inline guint64
rule_count_cause (SbRule *rule, const char *cause)
{
  for (guint i = 0; sb_rule_cause_get (i) != NULL; i++)
    if (g_str_equal (sb_rule_cause_get (i), cause))
      return sb_rule_counts_get_cause (rule->counts, i);
  g_assert_not_reached ();
}
