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
