/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine-private.h"

#include "sb-clock.h"

#include <glib/gi18n-lib.h>

/* The orders of an admin: how one goes on until its answer, and the one that concerns clients. */

#define MAX_REASON 100

/* --- SbCommand --- */

/* A command with one hold, which its maker releases when it has begun everything. */
SbCommand *
sb_command_new (SbEngine *engine, const char *actor, GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *self = g_new0 (SbCommand, 1);

  self->engine = engine;
  self->task = g_task_new (engine, NULL, callback, user_data);
  self->actor = g_strdup (actor);
  self->holds = 1;
  g_hash_table_add (engine->commands, self);
  if (engine->closing)
    sb_command_fail (self, g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE, _("Signalbox is closing.")));

  return self;
}

static void
command_free (SbCommand *self)
{
  g_clear_object (&self->task);
  g_clear_error (&self->error);
  g_clear_error (&self->late_error);
  g_clear_pointer (&self->token, sb_token_unref);
  g_clear_pointer (&self->secret, sb_token_secret_free);
  g_clear_object (&self->broadcast);
  g_clear_object (&self->certificate);
  g_clear_object (&self->object);
  g_clear_pointer (&self->rule, sb_rule_unref);
  g_free (self->actor);
  g_free (self->subject);
  g_free (self->detail);
  g_free (self->template_key);
  g_strfreev (self->retain);
  g_free (self);
}

static void
answer (SbCommand *self)
{
  g_hash_table_remove (self->engine->commands, self);

  if (self->error != NULL)
    g_task_return_error (self->task, g_steal_pointer (&self->error));
  else if (self->gives_secret)
    {
      g_task_set_task_data (self->task, g_steal_pointer (&self->token), (GDestroyNotify) sb_token_unref);
      g_task_return_pointer (self->task, g_steal_pointer (&self->secret), (GDestroyNotify) sb_token_secret_free);
    }
  else if (self->broadcast != NULL)
    g_task_return_pointer (self->task, g_steal_pointer (&self->broadcast), g_object_unref);
  else if (self->certificate != NULL)
    g_task_return_pointer (self->task, g_steal_pointer (&self->certificate), g_object_unref);
  else if (self->object != NULL)
    g_task_return_pointer (self->task, g_steal_pointer (&self->object), g_object_unref);
  else if (self->rule != NULL)
    g_task_return_pointer (self->task, g_steal_pointer (&self->rule), (GDestroyNotify) sb_rule_unref);
  else
    g_task_return_int (self->task, self->n);

  command_free (self);
}

void
sb_command_hold (SbCommand *self)
{
  self->holds++;
}

void
sb_command_release (SbCommand *self)
{
  g_assert (self->holds > 0);

  if (--self->holds > 0)
    return;

  if (self->next != NULL && self->error == NULL)
    {
      SbCommandFunc next = g_steal_pointer (&self->next);

      self->holds = 1;
      next (self);
      sb_command_release (self);
    }
  else
    answer (self);
}

/* Takes @error; the first one counts. What is under way is still waited for. */
void
sb_command_fail (SbCommand *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

/* Answers what nobody will finish any more. Only when the hub and the database are closed, so that none of their
 * callbacks comes. */
void
sb_command_abandon_all (SbEngine *engine)
{
  g_autoptr (GList) commands = g_hash_table_get_keys (engine->commands);

  for (GList *l = commands; l != NULL; l = l->next)
    {
      sb_command_fail (l->data, g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                                     _("Signalbox was closed before this was done.")));
      answer (l->data);
    }
}

/* FALSE: the engine was closed before @self was done, and has answered and freed it. For what neither the hub nor the database does, whose
 * end is not waited for. */
gboolean
sb_command_is_open (SbEngine *engine, SbCommand *self)
{
  return self != NULL && g_hash_table_contains (engine->commands, self);
}

void
sb_command_hub_done_cb (guint n, gpointer user_data)
{
  SbCommand *self = user_data;

  self->n += (int) n;
  sb_command_release (self);
}

static void
audited_cb (gboolean stored, gpointer user_data)
{
  /* Where the trail could not be written, what was ordered is done all the same; the state tells of the trail. */
  sb_command_release (user_data);
}

/* The answer waits until the trail has it. */
void
sb_command_audit (SbCommand *self, SbAct act, const char *subject, const char *detail)
{
  sb_command_hold (self);
  sb_audit_add (self->engine->audit, sb_journal_entry_new (0, sb_clock_get_real (), act, self->actor, subject, detail, 1),
                audited_cb, self);
}

int
sb_engine_command_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), -1);
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return (int) g_task_propagate_int (G_TASK (result), error);
}

gboolean
sb_command_check_running (SbCommand *self)
{
  if (self->error == NULL && !sb_engine_is_running (self->engine))
    sb_command_fail (self, g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING,
                                                _("The server is not running. Start it first.")));

  return self->error == NULL;
}

/* --- disconnect --- */

static char *
check_reason (SbCommand *self, const char *reason)
{
  g_autofree char *trimmed = g_strdup (reason != NULL ? reason : "");

  if (!g_utf8_validate (trimmed, -1, NULL) || g_utf8_strlen (g_strstrip (trimmed), -1) > MAX_REASON)
    {
      sb_command_fail (self, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                                          _("The reason is too long: it may have %d characters."), MAX_REASON));
      return NULL;
    }
  for (const char *p = trimmed; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      {
        sb_command_fail (self,
                         g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                                              _("The reason may not contain control characters or line breaks.")));
        return NULL;
      }

  return g_steal_pointer (&trimmed);
}

static void
disconnect_audit (SbCommand *self)
{
  g_autofree char *detail = NULL;

  if (self->detail[0] != '\0')
    detail = g_strdup_printf ("%d connections closed: %s", self->n, self->detail);
  else
    detail = g_strdup_printf ("%d connections closed", self->n);
  sb_command_audit (self, SB_ACT_CLIENT_DISCONNECTED, self->subject, detail);
}

/* A single client is called by its token and address in the trail: its number means nothing after the next start. */
static char *
target_to_subject (SbEngine *self, const SbTarget *target)
{
  SbClient *client = NULL;

  if (!target->everyone && target->channels == NULL && target->token_ids == NULL && target->client_ids != NULL &&
      target->client_ids->len == 1)
    client = sb_client_list_find (self->clients, g_array_index (target->client_ids, guint64, 0));
  if (client != NULL)
    {
      const SbPeer *peer = sb_client_get_peer (client);

      return g_strdup_printf ("%s (%s) from %s on %s", peer->token_label, peer->token_hint, peer->address,
                              peer->channel);
    }

  return sb_target_to_text (target);
}

void
sb_engine_disconnect_async (SbEngine *self, const char *actor, const SbTarget *target, const char *reason,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;
  g_autofree char *checked = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (target != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (sb_command_check_running (command) && (checked = check_reason (command, reason)) != NULL)
    {
      g_autofree char *told = checked[0] != '\0' ? g_strconcat ("disconnected by admin: ", checked, NULL)
                                                 : g_strdup ("disconnected by admin");

      command->subject = target_to_subject (self, target);
      command->detail = g_steal_pointer (&checked);
      command->next = disconnect_audit;
      sb_command_hold (command);
      sb_hub_disconnect (self->hub, target, 3003, told, sb_command_hub_done_cb, command);
    }
  sb_command_release (command);
}
