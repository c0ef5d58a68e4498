/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "store/sb-token-store.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* Tokens that are revoked, restored, or deleted. A revocation is in force first, then written. */

/* --- revoke --- */

static void
revoke_audit (SbCommand *command)
{
  g_autofree char *detail = g_strdup_printf ("%d connections closed", command->n);

  sb_command_audit (command, SB_ACT_TOKEN_REVOKED, command->subject, detail);
}

/* In force, but not on disk: to be told plainly, not as done. */
static void
revoke_unsaved (SbCommand *command)
{
  g_autoptr (GError) cause = g_steal_pointer (&command->late_error);

  revoke_audit (command);
  sb_command_fail (
      command,
      g_error_new (cause->domain, cause->code,
                   _("%s is shut out and its connections (%d) are closed, but this could not be written to disk: %s "
                      "Signalbox keeps trying; if it ends before that, the token is valid again."),
                   command->subject, command->n, cause->message));
}

static void
revoked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  SbEngine *self = command->engine;
  g_autoptr (SbToken) token = sb_token_store_change_finish (SB_DATABASE (source), result, &command->late_error);

  if (token != NULL)
    {
      g_hash_table_remove (self->revocations, &command->token_id);
      command->next = revoke_audit;
    }
  else
    {
      sb_engine_store_failed (self, command->late_error);
      command->next = revoke_unsaved;
    }
  sb_command_release (command);
}

void
sb_engine_revoke_token_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  SbCommand *command;
  SbToken *token;
  gint64 now = g_get_real_time ();

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  token = sb_command_find_token (command, id);
  if (token != NULL && sb_command_check_not_revoked (command, token))
    {
      g_autoptr (SbToken) before = sb_token_ref (token);

      /* From here no handshake passes and every session is closed, whatever becomes of the disk. */
      g_hash_table_insert (self->revocations, g_memdup2 (&id, sizeof id), g_memdup2 (&now, sizeof now));
      sb_command_publish_token (command, before);
      sb_command_hold (command);
      sb_token_store_set_revoked_async (self->database, id, now, revoked_cb, command);
    }
  sb_command_release (command);
}

static void
retried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbEngine) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbToken) token = sb_token_store_change_finish (SB_DATABASE (source), result, &error);

  self->retrying_revocation = FALSE;
  if (token != NULL)
    {
      g_hash_table_remove (self->revocations, &token->id);
      sb_engine_retry_store (self);
    }
  else
    g_message ("A revocation still cannot be written: %s", error->message);
}

static gboolean
is_being_restored (SbEngine *self, gint64 id)
{
  GHashTableIter iter;
  gpointer command;

  g_hash_table_iter_init (&iter, self->commands);
  while (g_hash_table_iter_next (&iter, &command, NULL))
    if (((SbCommand *) command)->restores && ((SbCommand *) command)->token_id == id)
      return TRUE;

  return FALSE;
}

/* Writes one revocation that is in force but not on disk; when that works, the next one. Not one that is just being undone: it would come
 * to the disk behind what undoes it, and be back with the next start. */
void
sb_engine_retry_revocations (SbEngine *self)
{
  GHashTableIter iter;
  gpointer id, revoked_at;

  if (self->retrying_revocation)
    return;
  g_hash_table_iter_init (&iter, self->revocations);
  do
    if (!g_hash_table_iter_next (&iter, &id, &revoked_at))
      return;
  while (is_being_restored (self, *(gint64 *) id));

  self->retrying_revocation = TRUE;
  sb_token_store_set_revoked_async (self->database, *(gint64 *) id, *(gint64 *) revoked_at, retried_cb,
                                    g_object_ref (self));
}

/* --- restore --- */

static void
restore_audit (SbCommand *command)
{
  sb_command_audit (command, SB_ACT_TOKEN_RESTORED, command->subject, "");
}

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  g_autoptr (SbToken) token = NULL;
  GError *error = NULL;

  token = sb_token_store_change_finish (SB_DATABASE (source), result, &error);
  command->restores = FALSE;
  if (token != NULL)
    {
      g_hash_table_remove (command->engine->revocations, &command->token_id);
      command->next = restore_audit;
      sb_command_publish_token (command, token);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_restore_token_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  SbCommand *command;
  const SbToken *token;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  token = sb_command_find_token (command, id);
  if (token != NULL && token->revoked_at == 0)
    sb_command_fail (command,
                     g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                  _("Token %" PRId64 " “%s” is not revoked."), id, token->spec.label));
  else if (token != NULL)
    {
      command->restores = TRUE;
      sb_command_hold (command);
      sb_token_store_set_revoked_async (self->database, id, 0, restored_cb, command);
    }
  sb_command_release (command);
}

/* --- delete --- */

static void
delete_audit (SbCommand *command)
{
  sb_command_audit (command, SB_ACT_TOKEN_DELETED, command->subject, "");
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  SbEngine *self = command->engine;
  GError *error = NULL;

  if (sb_token_store_delete_finish (SB_DATABASE (source), result, &error))
    {
      g_hash_table_remove (self->revocations, &command->token_id);
      g_hash_table_remove (self->graces, &command->token_id);
      g_hash_table_remove (self->uses, &command->token_id);
      sb_token_list_remove (self->tokens, command->token_id);
      command->next = delete_audit;
      if (self->hub != NULL)
        {
          sb_command_hold (command);
          sb_hub_remove_token (self->hub, command->token_id, sb_command_hub_done_cb, command);
        }
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_delete_token_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  SbCommand *command;
  const SbToken *token;
  gint64 now = g_get_real_time ();

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  token = sb_command_find_token (command, id);
  if (token != NULL && token->revoked_at == 0 && sb_token_get_state (token, now) != SB_TOKEN_EXPIRED)
    sb_command_fail (command,
                     g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                  _("Token %" PRId64 " “%s” is still valid. Revoke it before you delete it."),
                                  id, token->spec.label));
  else if (token != NULL)
    {
      sb_command_hold (command);
      sb_token_store_delete_async (self->database, id, now, deleted_cb, command);
    }
  sb_command_release (command);
}
