/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-spec.h"

#include "access/sb-channel.h"
#include "rules/sb-json-guard.h"
#include "rules/sb-json-locate.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Of a schema's text; an admin's own, but it may have been found somewhere. */
static const SbJsonLimits schema_limits = {
  .max_depth = 128, .max_members = 10000, .max_values = 100000, .max_string = SB_RULE_MAX_SCHEMA
};

/* --- errors that know their place --- */

static void
sb_rule_error_private_init (SbRuleErrorPrivate *self)
{
  self->offset = G_MAXSIZE;
}

static void
sb_rule_error_private_copy (const SbRuleErrorPrivate *self, SbRuleErrorPrivate *copy)
{
  *copy = *self;
  copy->pointer = g_strdup (self->pointer);
}

static void
sb_rule_error_private_clear (SbRuleErrorPrivate *self)
{
  g_free (self->pointer);
}

G_DEFINE_EXTENDED_ERROR (SbRuleError, sb_rule_error)

const SbRulePlace *
sb_rule_error_get_place (const GError *error)
{
  const SbRulePlace *place;

  if (error == NULL || error->domain != SB_RULE_ERROR)
    return NULL;
  place = sb_rule_error_get_private (error);

  return place->pointer != NULL || place->offset != G_MAXSIZE ? place : NULL;
}

/* @pointer NULL: the place is @offset alone. */
static void
set_schema_error (GError **error, const char *text, const char *pointer, gsize offset, const char *message)
{
  GError *made = g_error_new_literal (SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA, message);
  SbRulePlace *place = sb_rule_error_get_private (made);

  place->offset = offset;
  place->pointer = g_strdup (pointer);
  if (pointer != NULL)
    {
      gsize end;

      if (sb_json_locate (text, strlen (text), pointer, &place->offset, &end))
        place->length = end - place->offset;
      else
        place->offset = G_MAXSIZE;
    }
  if (place->offset != G_MAXSIZE)
    sb_json_find_line (text, strlen (text), place->offset, &place->line, &place->column);
  g_propagate_error (error, made);
}

/* --- what becomes of a message that fails --- */

static const char *const failure_ids[] = {
  [SB_RULE_REPLY] = "reply",
  [SB_RULE_DROP] = "drop",
  [SB_RULE_DISCONNECT] = "disconnect",
};

const char *
sb_rule_failure_to_id (SbRuleFailure failure)
{
  g_return_val_if_fail ((guint) failure < G_N_ELEMENTS (failure_ids), NULL);

  return failure_ids[failure];
}

gboolean
sb_rule_failure_from_id (const char *id, SbRuleFailure *failure)
{
  g_return_val_if_fail (id != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (failure_ids); i++)
    if (strcmp (failure_ids[i], id) == 0)
      {
        *failure = (SbRuleFailure) i;
        return TRUE;
      }

  return FALSE;
}

/* --- what an admin chooses --- */

SbRuleSpec *
sb_rule_spec_new (const char *pattern)
{
  SbRuleSpec *self = g_new0 (SbRuleSpec, 1);

  self->pattern = g_strdup (pattern);
  self->enabled = TRUE;
  self->allow_text = TRUE;
  self->allow_binary = TRUE;

  return self;
}

SbRuleSpec *
sb_rule_spec_copy (const SbRuleSpec *self)
{
  SbRuleSpec *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->pattern = g_strdup (self->pattern);
  copy->schema = g_strdup (self->schema);

  return copy;
}

void
sb_rule_spec_free (SbRuleSpec *self)
{
  if (self == NULL)
    return;

  g_free (self->pattern);
  g_free (self->schema);
  g_free (self);
}

static gboolean
check_pattern (const SbRuleSpec *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (self->pattern == NULL || self->pattern[0] == '\0')
    {
      g_set_error_literal (error, SB_RULE_ERROR, SB_RULE_ERROR_CHANNEL,
                           _("Say which channels the rule is for, such as /news, /room/* or ** for all of them."));
      return FALSE;
    }
  if (!sb_channel_pattern_check (self->pattern, &local))
    {
      g_autofree char *shown = g_utf8_make_valid (self->pattern, -1);

      g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_CHANNEL, _("“%s” is not a channel: %s."), shown,
                   local->message);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_limits (const SbRuleSpec *self, GError **error)
{
  g_autofree char *message = NULL;

  if (self->max_size > SB_RULE_MAX_SIZE)
    message = g_strdup_printf (_("A rule can allow messages of at most %d bytes; 0 stands for no limit."),
                               SB_RULE_MAX_SIZE);
  else if (self->max_depth > SB_JSON_MAX_DEPTH)
    message = g_strdup_printf (_("A rule can allow a nesting of at most %d; 0 stands for no limit."), SB_JSON_MAX_DEPTH);
  else if (self->messages_per_second > SB_RULE_MAX_RATE)
    message = g_strdup_printf (_("A rule can allow at most %d messages per second; 0 stands for no limit."),
                               SB_RULE_MAX_RATE);
  else
    return TRUE;

  g_set_error_literal (error, SB_RULE_ERROR, SB_RULE_ERROR_LIMIT, message);
  return FALSE;
}

/**
 * sb_rule_spec_check:
 * @error: #SB_RULE_ERROR: CHANNEL, KIND, LIMIT or SCHEMA (too big, not UTF-8)
 */
gboolean
sb_rule_spec_check (SbRuleSpec *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!check_pattern (self, error) || !check_limits (self, error))
    return FALSE;
  if (!self->allow_text && !self->allow_binary)
    {
      g_set_error_literal (error, SB_RULE_ERROR, SB_RULE_ERROR_KIND,
                           _("Allow text, binary messages, or both. For a channel on which nobody may speak, issue "
                             "tokens that only listen."));
      return FALSE;
    }
  if ((guint) self->on_failure > SB_RULE_DISCONNECT)
    {
      g_set_error_literal (error, SB_RULE_ERROR, SB_RULE_ERROR_LIMIT,
                           _("A message that fails can be answered, dropped, or end the connection."));
      return FALSE;
    }
  if (self->schema != NULL && self->schema[strspn (self->schema, " \t\r\n")] == '\0')
    g_clear_pointer (&self->schema, g_free);

  return TRUE;
}

JsonNode *
sb_rule_read_schema (const char *text, GError **error)
{
  g_autoptr (SbJsonGuard) guard = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local = NULL;
  SbJsonTrouble trouble;
  gsize length;

  g_return_val_if_fail (text != NULL, NULL);

  length = strlen (text);
  if (length > SB_RULE_MAX_SCHEMA)
    {
      g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA,
                   _("The schema has %zu bytes; it may have %d."), length, SB_RULE_MAX_SCHEMA);
      return NULL;
    }

  guard = sb_json_guard_new ();
  if (!sb_json_guard_check (guard, text, length, &schema_limits, &trouble))
    {
      g_autofree char *message = g_strdup_printf (_("The schema is not JSON: line %u, column %u: %s."), trouble.line,
                                                  trouble.column, trouble.message);

      set_schema_error (error, text, NULL, trouble.offset, message);
      return NULL;
    }

  parser = json_parser_new ();
  json_parser_set_strict (parser, TRUE);
  if (!json_parser_load_from_data (parser, text, (gssize) length, &local))
    {
      set_schema_error (error, text, NULL, G_MAXSIZE, local->message);
      return NULL;
    }

  return json_parser_steal_root (parser);
}

SbSchema *
sb_rule_compile_schema (const char *text, const char *uri, SbSchemaRegistry *registry, SbSchemaFlags flags,
                        GError **error)
{
  g_autoptr (JsonNode) document = sb_rule_read_schema (text, error);
  g_autofree char *pointer = NULL;
  g_autoptr (GError) local = NULL;
  SbSchema *schema;

  if (document == NULL)
    return NULL;

  schema = sb_schema_new (document, uri, registry, flags, &pointer, &local);
  if (schema == NULL)
    set_schema_error (error, text, pointer != NULL ? pointer : "", G_MAXSIZE, local->message);

  return schema;
}

SbSchema *
sb_rule_spec_compile (const SbRuleSpec *self, SbSchemaRegistry *registry, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->schema == NULL)
    return NULL;

  return sb_rule_compile_schema (self->schema, NULL, registry, self->assert_format ? SB_SCHEMA_ASSERT_FORMAT : 0,
                                 error);
}
