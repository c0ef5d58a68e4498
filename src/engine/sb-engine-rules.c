/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* Rules: on disk first, then in force on every lane, then in the trail. */

/* --- what is in force --- */

/* The table is made anew as a whole; lanes keep theirs until the order with the next one comes. */
static void
make_table (SbEngine *self)
{
  g_autoptr (GPtrArray) rules = sb_rule_list_dup_rules (self->rules);

  g_clear_pointer (&self->rule_table, sb_rule_table_unref);
  self->rule_table = sb_rule_table_new (rules);
}

/* A rule that cannot be used lets no text message through: somebody has to know. */
static void
check_rules (SbEngine *self)
{
  g_autofree char *message = NULL;

  for (guint i = 0; message == NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->rules)); i++)
    {
      g_autoptr (SbRuleItem) item = g_list_model_get_item (G_LIST_MODEL (self->rules), i);
      const SbRule *rule = sb_rule_item_get_rule (item);

      if (rule->problem != NULL && rule->spec.enabled)
        /* Translators: a channel, and a sentence that says why */
        message = g_strdup_printf (_("The rule for %s lets no text message through, because its schema cannot be "
                                     "used: %s Change the rule, or disable it."),
                                   rule->spec.pattern, rule->problem);
    }
  sb_engine_set_trouble (self, SB_TROUBLE_RULES, message);
}

void
sb_engine_put_rules (SbEngine *self)
{
  sb_hub_set_rules (self->hub, self->rule_table, NULL, NULL);
}

/* The list of rules has changed: tells the lanes, for which the command waits. */
void
sb_command_publish_rules (SbCommand *command)
{
  SbEngine *self = command->engine;

  make_table (self);
  check_rules (self);
  if (self->hub == NULL)
    return;

  sb_command_hold (command);
  sb_hub_set_rules (self->hub, self->rule_table, sb_command_hub_done_cb, command);
}

/* Everything as the store has it. */
void
sb_engine_take_stored_rules (SbEngine *self, SbStoredRules *stored)
{
  for (guint i = 0; i < stored->rules->len; i++)
    sb_rule_list_put (self->rules, g_ptr_array_index (stored->rules, i));
  g_ptr_array_unref (self->schemas);
  self->schemas = g_ptr_array_ref (stored->documents);
  sb_engine_emit_schemas_changed (self);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SbEngine *self = g_task_get_source_object (task);
  g_autoptr (SbStoredRules) stored = NULL;
  GError *error = NULL;

  stored = sb_rule_store_load_finish (SB_DATABASE (source), result, &error);
  if (stored == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  sb_engine_take_stored_rules (self, stored);
  make_table (self);
  check_rules (self);
  g_task_return_boolean (task, TRUE);
}

void
sb_engine_load_rules_async (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_engine_load_rules_async);
  sb_rule_store_load_async (self->database, loaded_cb, task);
}

gboolean
sb_engine_load_rules_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

SbRuleList *
sb_engine_get_rules (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->rules;
}

SbRule *
sb_engine_find_rule (SbEngine *self, const char *channel)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (channel != NULL, NULL);

  return self->rule_table != NULL ? sb_rule_table_lookup (self->rule_table, channel) : NULL;
}

/* --- counts --- */

static void
counts_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbEngine) self = user_data;
  g_autoptr (GPtrArray) rules = g_steal_pointer (&self->storing_counts);
  g_autoptr (GError) error = NULL;

  if (!sb_rule_store_save_counts_finish (SB_DATABASE (source), result, &error))
    {
      sb_rule_list_give_back_unsaved (self->rules, rules);
      sb_engine_store_failed (self, error);
    }
}

/* Written now and then, like the use of tokens: to lose the last seconds of it in a crash does no harm. */
void
sb_engine_flush_rule_counts (SbEngine *self)
{
  g_autoptr (GPtrArray) rules = NULL;

  if (self->storing_counts != NULL || self->database == NULL)
    return;

  sb_rule_list_refresh (self->rules);
  rules = sb_rule_list_take_unsaved (self->rules);
  if (rules->len == 0)
    return;

  self->storing_counts = g_ptr_array_ref (rules);
  sb_rule_store_save_counts_async (self->database, rules, counts_stored_cb, g_object_ref (self));
}

/* --- set --- */

/* What a rule says, for the trail. */
static char *
describe (const SbRuleSpec *spec)
{
  GString *text = g_string_new (spec->enabled ? NULL : "disabled; ");

  g_string_append (text, !spec->allow_binary ? "text only" : !spec->allow_text ? "binary only" : "text and binary");
  if (spec->max_size > 0)
    g_string_append_printf (text, "; at most %u bytes", spec->max_size);
  if (spec->max_depth > 0)
    g_string_append_printf (text, "; nested at most %u deep", spec->max_depth);
  if (spec->messages_per_second > 0)
    g_string_append_printf (text, "; %u messages a second", spec->messages_per_second);
  if (spec->schema != NULL)
    g_string_append_printf (text, "; a schema of %" G_GSIZE_FORMAT " bytes%s", strlen (spec->schema),
                            spec->assert_format ? ", with formats" : "");
  g_string_append_printf (text, "; on failure %s", sb_rule_failure_to_id (spec->on_failure));

  return g_string_free (text, FALSE);
}

static void
set_audit (SbCommand *command)
{
  g_autofree char *detail = describe (&command->rule->spec);

  sb_command_audit (command, SB_ACT_RULE_SET, command->rule->spec.pattern, detail);
}

static void
set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;

  command->rule = sb_rule_store_set_finish (SB_DATABASE (source), result, &error);
  if (command->rule != NULL)
    {
      sb_rule_list_put (command->engine->rules, command->rule);
      command->next = set_audit;
      sb_command_publish_rules (command);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_set_rule_async (SbEngine *self, const char *actor, gint64 id, const SbRuleSpec *spec,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (id >= 0);
  g_return_if_fail (spec != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL)
    {
      sb_command_hold (command);
      sb_rule_store_set_async (self->database, id, spec, g_get_real_time (), set_cb, command);
    }
  sb_command_release (command);
}

SbRule *
sb_engine_set_rule_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- remove --- */

static void
remove_audit (SbCommand *command)
{
  sb_command_audit (command, SB_ACT_RULE_REMOVED, command->subject, command->detail);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;

  if (sb_rule_store_remove_finish (SB_DATABASE (source), result, &error))
    {
      sb_rule_list_remove (command->engine->rules, command->rule_id);
      command->next = remove_audit;
      sb_command_publish_rules (command);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_remove_rule_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  SbCommand *command;
  SbRuleItem *item;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  item = sb_rule_list_find (self->rules, id);
  if (command->error == NULL && item == NULL)
    sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                                           _("There is no rule %" PRId64 "."), id));
  else if (command->error == NULL)
    {
      const SbRule *rule = sb_rule_item_get_rule (item);

      command->rule_id = id;
      command->subject = g_strdup (rule->spec.pattern);
      command->detail = g_strdup_printf ("%" G_GUINT64_FORMAT " messages had passed, %" G_GUINT64_FORMAT " failed",
                                         sb_rule_counts_get_passed (rule->counts),
                                         sb_rule_counts_get_failed (rule->counts));
      sb_command_hold (command);
      sb_rule_store_remove_async (self->database, id, removed_cb, command);
    }
  sb_command_release (command);
}
