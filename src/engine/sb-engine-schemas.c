/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include <string.h>

/* Schema documents that rules may refer to. Every rule is compiled anew with what there is then. */

static void
added_audit (SbCommand *command)
{
  sb_command_audit (command, SB_ACT_SCHEMA_ADDED, command->subject, command->detail);
}

static void
removed_audit (SbCommand *command)
{
  sb_command_audit (command, SB_ACT_SCHEMA_REMOVED, command->subject, "");
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  g_autoptr (SbStoredRules) stored = NULL;
  GError *error = NULL;

  stored = sb_schema_document_store_finish (SB_DATABASE (source), result, &error);
  if (stored != NULL)
    {
      sb_engine_take_stored_rules (command->engine, stored);
      command->next = command->detail != NULL ? added_audit : removed_audit;
      sb_command_publish_rules (command);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

GPtrArray *
sb_engine_get_schemas (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->schemas;
}

guint
sb_engine_count_schema_users (SbEngine *self, const char *uri)
{
  g_autoptr (GPtrArray) rules = NULL;
  g_autofree char *key = NULL;
  guint n = 0;

  g_return_val_if_fail (SB_IS_ENGINE (self), 0);
  g_return_val_if_fail (uri != NULL, 0);

  key = sb_schema_registry_normalize (uri, NULL);
  if (key == NULL)
    return 0;
  rules = sb_rule_list_dup_rules (self->rules);
  for (guint i = 0; i < rules->len; i++)
    {
      const SbRule *rule = g_ptr_array_index (rules, i);

      n += rule->schema != NULL && sb_schema_uses (rule->schema, key);
    }

  return n;
}

void
sb_engine_add_schema_async (SbEngine *self, const char *actor, const char *uri, const char *text,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (uri != NULL);
  g_return_if_fail (text != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL)
    {
      command->subject = g_strdup (uri);
      command->detail = g_strdup_printf ("%" G_GSIZE_FORMAT " bytes", strlen (text));
      sb_command_hold (command);
      sb_schema_document_store_set_async (self->database, uri, text, g_get_real_time (), changed_cb, command);
    }
  sb_command_release (command);
}

void
sb_engine_remove_schema_async (SbEngine *self, const char *actor, const char *uri, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  SbCommand *command;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (uri != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL)
    {
      command->subject = g_strdup (uri);
      sb_command_hold (command);
      sb_schema_document_store_remove_async (self->database, uri, changed_cb, command);
    }
  sb_command_release (command);
}
