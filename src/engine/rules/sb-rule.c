/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule.h"

SbRule *
sb_rule_new (gint64 id, const SbRuleSpec *spec, SbSchema *schema, const char *problem, gint64 created_at,
             gint64 changed_at, SbRuleCounts *counts)
{
  SbRule *self;

  g_return_val_if_fail (spec != NULL, NULL);
  g_return_val_if_fail (spec->pattern != NULL, NULL);

  self = g_new0 (SbRule, 1);
  sb_ref_count_init (&self->ref_count);
  self->id = id;
  self->spec = *spec;
  self->spec.pattern = g_strdup (spec->pattern);
  self->spec.schema = g_strdup (spec->schema);
  self->schema = schema != NULL ? sb_schema_ref (schema) : NULL;
  self->problem = g_strdup (problem);
  self->created_at = created_at;
  self->changed_at = changed_at;
  self->counts = counts != NULL ? sb_rule_counts_ref (counts) : sb_rule_counts_new ();

  return self;
}

SbRule *
sb_rule_with_counts (SbRule *self, SbRuleCounts *counts)
{
  g_return_val_if_fail (self != NULL, NULL);

  return sb_rule_new (self->id, &self->spec, self->schema, self->problem, self->created_at, self->changed_at, counts);
}

SbRule *
sb_rule_ref (SbRule *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_rule_unref (SbRule *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_free (self->spec.pattern);
  g_free (self->spec.schema);
  g_clear_pointer (&self->schema, sb_schema_unref);
  g_free (self->problem);
  sb_rule_counts_unref (self->counts);
  g_free (self);
}
