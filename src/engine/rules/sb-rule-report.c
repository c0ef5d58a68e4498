/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-report.h"

#include "rules/sb-json-locate.h"

static void
finding_free (gpointer data)
{
  SbRuleFinding *self = data;

  g_free (self->message);
  g_free (self->pointer);
  g_free (self->schema_pointer);
  g_free (self);
}

static SbRuleFinding *
add_finding (SbRuleReport *self, const char *cause, const char *message, const char *pointer,
             const char *schema_pointer)
{
  SbRuleFinding *finding = g_new0 (SbRuleFinding, 1);

  finding->cause = cause;
  finding->message = g_strdup (message);
  finding->pointer = g_strdup (pointer);
  finding->schema_pointer = g_strdup (schema_pointer);
  finding->offset = G_MAXSIZE;
  g_ptr_array_add (self->findings, finding);

  return finding;
}

static void
add_errors (SbRuleReport *self, const SbMessageVerdict *verdict, const char *text, gsize length)
{
  for (guint i = 0; i < verdict->errors->len; i++)
    {
      const SbSchemaError *error = g_ptr_array_index (verdict->errors, i);
      SbRuleFinding *finding = add_finding (self, sb_rule_cause_intern (error->keyword != NULL ? error->keyword : "other"),
                                            error->message, error->instance_pointer, error->schema_pointer);
      gsize end;

      if (error->instance_pointer != NULL &&
          sb_json_locate (text, length, error->instance_pointer, &finding->offset, &end))
        finding->length = end - finding->offset;
    }
}

static void
find_lines (SbRuleReport *self, const char *text, gsize length)
{
  for (guint i = 0; i < self->findings->len; i++)
    {
      SbRuleFinding *finding = g_ptr_array_index (self->findings, i);

      if (finding->offset != G_MAXSIZE)
        sb_json_find_line (text, length, finding->offset, &finding->line, &finding->column);
    }
}

SbRuleReport *
sb_rule_report_new (SbRule *rule, const SbMessageLimits *limits, gboolean binary, GBytes *payload, guint max_errors)
{
  SbRuleReport *self = g_new0 (SbRuleReport, 1);
  SbRuleChecker checker;
  SbMessageVerdict verdict;
  gsize length;
  const char *text = g_bytes_get_data (payload, &length);

  self->rule = rule != NULL ? sb_rule_ref (rule) : NULL;
  self->findings = g_ptr_array_new_with_free_func (finding_free);
  if (text == NULL)
    text = "";

  sb_rule_checker_init (&checker);
  if (!sb_rule_checker_check (&checker, rule, limits, binary, text, length, max_errors, &verdict))
    {
      self->check = verdict.check;
      self->code = verdict.check == SB_CHECK_SCHEMA ? "schema" : verdict.cause;
      if (verdict.errors != NULL && verdict.errors->len > 0)
        add_errors (self, &verdict, text, length);
      else
        add_finding (self, verdict.cause, verdict.message, verdict.pointer, NULL)->offset = verdict.offset;
      find_lines (self, text, length);
      sb_message_verdict_clear (&verdict);
    }
  sb_rule_checker_clear (&checker);

  return self;
}

void
sb_rule_report_free (SbRuleReport *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->rule, sb_rule_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_free (self);
}
