/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-check.h"

#include "rules/sb-json-locate.h"

void
sb_rule_checker_init (SbRuleChecker *self)
{
  self->guard = sb_json_guard_new ();
  self->parser = NULL;
}

void
sb_rule_checker_clear (SbRuleChecker *self)
{
  g_clear_pointer (&self->guard, sb_json_guard_free);
  g_clear_object (&self->parser);
}

void
sb_message_verdict_clear (SbMessageVerdict *self)
{
  g_clear_pointer (&self->errors, g_ptr_array_unref);
}

static gboolean
fail (SbMessageVerdict *verdict, SbCheck check, const char *cause, const char *message)
{
  verdict->check = check;
  verdict->cause = cause;
  verdict->message = message;

  return FALSE;
}

static gboolean
fail_size (SbMessageVerdict *verdict, gsize length, gsize most)
{
  g_snprintf (verdict->text, sizeof verdict->text,
              "the message has %" G_GSIZE_FORMAT " bytes, here it may have %" G_GSIZE_FORMAT, length, most);

  return fail (verdict, SB_CHECK_SIZE, SB_CAUSE_TOO_BIG, verdict->text);
}

static gboolean
check_json (SbRuleChecker *self, SbRule *rule, const SbMessageLimits *limits, const char *payload, gsize length,
            SbMessageVerdict *verdict)
{
  SbJsonLimits json = limits->json;
  gboolean deep;

  if (rule != NULL && rule->spec.max_depth > 0)
    json.max_depth = MIN (json.max_depth, rule->spec.max_depth);
  if (rule != NULL && rule->schema != NULL)
    json.max_values = MIN (json.max_values, SB_RULE_MAX_CHECKED_VALUES);
  if (sb_json_guard_check (self->guard, payload, length, &json, &verdict->json))
    return TRUE;

  deep = verdict->json.fault == SB_JSON_DEPTH;
  verdict->pointer = verdict->json.pointer;
  verdict->offset = verdict->json.offset;

  return fail (verdict, deep ? SB_CHECK_DEPTH : SB_CHECK_JSON, deep ? SB_CAUSE_DEPTH : SB_CAUSE_JSON,
               verdict->json.message);
}

static gboolean
fail_schema (SbMessageVerdict *verdict, SbSchemaVerdict said, const char *payload, gsize length)
{
  gboolean exhausted = said == SB_SCHEMA_EXHAUSTED;
  const SbSchemaError *error = NULL;
  gsize end;

  /* What ran out is told last. */
  if (verdict->errors != NULL && verdict->errors->len > 0)
    error = g_ptr_array_index (verdict->errors, exhausted ? verdict->errors->len - 1 : 0);
  if (error == NULL)
    return fail (verdict, SB_CHECK_SCHEMA, exhausted ? SB_CAUSE_EXHAUSTED : "other",
                 exhausted ? "the message is too laborious to check" : "the message does not fit the schema");

  verdict->pointer = error->instance_pointer;
  verdict->schema_pointer = error->schema_pointer;
  if (error->instance_pointer != NULL &&
      sb_json_locate (payload, length, error->instance_pointer, &verdict->offset, &end))
    verdict->length = end - verdict->offset;

  return fail (verdict, SB_CHECK_SCHEMA,
               exhausted ? SB_CAUSE_EXHAUSTED
                         : sb_rule_cause_intern (error->keyword != NULL ? error->keyword : "other"),
               error->message);
}

/* The guard has accepted the text, so the parser will. The tree is let go of at once: it may be fifty times the
 * message. */
static gboolean
check_schema (SbRuleChecker *self, SbRule *rule, const char *payload, gsize length, guint max_errors,
              SbMessageVerdict *verdict)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  SbSchemaVerdict said;

  if (self->parser == NULL)
    {
      self->parser = json_parser_new ();
      json_parser_set_strict (self->parser, TRUE);
    }
  if (!json_parser_load_from_data (self->parser, payload, (gssize) length, &error))
    return fail (verdict, SB_CHECK_JSON, SB_CAUSE_JSON, "not JSON as it can be checked");
  root = json_parser_steal_root (self->parser);

  said = sb_schema_evaluate (rule->schema, root, max_errors, &verdict->errors);

  return said == SB_SCHEMA_VALID || fail_schema (verdict, said, payload, length);
}

/* Whether the rule says something of texts that only JSON has. */
static gboolean
looks_into_text (const SbRule *rule)
{
  return rule != NULL && (rule->spec.schema != NULL || rule->spec.max_depth > 0);
}

gboolean
sb_rule_checker_check (SbRuleChecker *self, SbRule *rule, const SbMessageLimits *limits, gboolean binary,
                       const char *payload, gsize length, guint max_errors, SbMessageVerdict *verdict)
{
  gsize most = limits->max_message;

  if (rule != NULL && rule->spec.max_size > 0)
    most = MIN (most, rule->spec.max_size);
  if (rule != NULL && rule->schema != NULL && !binary)
    most = MIN (most, SB_RULE_MAX_CHECKED_SIZE);
  verdict->check = SB_CHECK_PASSED;
  verdict->pointer = NULL;
  verdict->schema_pointer = NULL;
  verdict->offset = G_MAXSIZE;
  verdict->length = 0;
  verdict->errors = NULL;

  if (length > most)
    return fail_size (verdict, length, most);
  if (binary && (!limits->allow_binary || (rule != NULL && !rule->spec.allow_binary)))
    return fail (verdict, SB_CHECK_BINARY, SB_CAUSE_BINARY, "binary messages are not allowed");
  if (binary)
    return TRUE;
  if (rule != NULL && !rule->spec.allow_text)
    return fail (verdict, SB_CHECK_TEXT, SB_CAUSE_TEXT, "text messages are not allowed here");
  if (!limits->require_json && !looks_into_text (rule))
    return TRUE;
  if (!check_json (self, rule, limits, payload, length, verdict))
    return FALSE;
  if (rule != NULL && rule->problem != NULL)
    return fail (verdict, SB_CHECK_SCHEMA, SB_CAUSE_BROKEN,
                 "the rule of this channel cannot be used; its administrator has to mend it");

  return rule == NULL || rule->schema == NULL || check_schema (self, rule, payload, length, max_errors, verdict);
}
