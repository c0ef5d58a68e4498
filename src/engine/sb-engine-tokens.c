/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine-private.h"

#include "sb-clock.h"
#include "store/sb-token-store.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* Tokens that are issued, given a new secret, or edited: on disk first, then in force. */

/* "kiosk (sbx_7Kq2…f3Zd)": how the trail names a token. */
char *
sb_engine_token_to_text (const SbToken *token)
{
  return g_strdup_printf ("%s (%s)", token->spec.label, token->hint);
}

/* What the table says, with what is in force but not on disk yet laid over it: the result of an edit that was queued
 * before a revocation must not open the door again. */
static SbToken *
overlay (SbEngine *self, SbToken *token)
{
  const gint64 *revoked_at = g_hash_table_lookup (self->revocations, &token->id);

  if (revoked_at == NULL || token->revoked_at != 0)
    return sb_token_ref (token);

  return sb_token_new (token->id, &token->spec, token->hash, token->hint, token->previous_hash, token->previous_until,
                       token->created_at, *revoked_at);
}

static void
watch_grace (SbEngine *self, const SbToken *token)
{
  if (token->previous_until > sb_clock_get_real ())
    g_hash_table_insert (self->graces, g_memdup2 (&token->id, sizeof token->id),
                         g_memdup2 (&token->previous_until, sizeof token->previous_until));
  else
    g_hash_table_remove (self->graces, &token->id);
}

/* Somebody has set the clock back: previous secrets whose time was over open their tokens again, and then no more. */
void
sb_engine_watch_graces (SbEngine *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->tokens));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (G_LIST_MODEL (self->tokens), i);

      watch_grace (self, sb_token_item_get_token (item));
    }
}

/* Into the table on screen, with the times that have to be watched. */
void
sb_engine_load_token (SbEngine *self, SbToken *token)
{
  sb_token_list_put (self->tokens, token);
  watch_grace (self, token);
}

/* Into the hub, which judges live sessions by it, and into the table. The command waits for the hub. */
void
sb_command_publish_token (SbCommand *command, SbToken *token)
{
  SbEngine *self = command->engine;
  g_autoptr (SbToken) shown = overlay (self, token);

  if (self->hub != NULL)
    {
      sb_command_hold (command);
      sb_hub_put_token (self->hub, shown, sb_command_hub_done_cb, command);
    }
  sb_engine_load_token (self, shown);
  sb_engine_arm_expiry (self);
}

void
sb_engine_put_all_tokens (SbEngine *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->tokens));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (G_LIST_MODEL (self->tokens), i);

      sb_hub_put_token (self->hub, sb_token_item_get_token (item), NULL, NULL);
    }
}

/* The token of that number, or NULL with the command failed. */
SbToken *
sb_command_find_token (SbCommand *command, gint64 id)
{
  SbTokenItem *item = sb_token_list_find (command->engine->tokens, id);

  if (command->error != NULL)
    return NULL;
  if (item == NULL)
    {
      sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                                             _("There is no token %" PRId64 "."), id));
      return NULL;
    }

  command->token_id = id;
  command->subject = sb_engine_token_to_text (sb_token_item_get_token (item));

  return sb_token_item_get_token (item);
}

gboolean
sb_command_check_not_revoked (SbCommand *command, const SbToken *token)
{
  if (token->revoked_at == 0)
    return TRUE;

  sb_command_fail (command,
                   g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                _("Token %" PRId64 " “%s” is revoked."), token->id, token->spec.label));

  return FALSE;
}

void
sb_command_fail_store (SbCommand *command, GError *error)
{
  sb_engine_store_failed (command->engine, error);
  sb_command_fail (command, error);
}

/* --- issue --- */

static void
issue_audit (SbCommand *command)
{
  g_autofree char *channels = g_strjoinv (", ", command->token->spec.channels);

  sb_command_audit (command, SB_ACT_TOKEN_ISSUED, command->subject, channels);
}

static void
inserted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;

  command->token = sb_token_store_insert_finish (SB_DATABASE (source), result, &error);
  if (command->token != NULL)
    {
      command->subject = sb_engine_token_to_text (command->token);
      command->next = issue_audit;
      sb_command_publish_token (command, command->token);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_issue_token_async (SbEngine *self, const char *actor, const SbTokenSpec *spec, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  SbCommand *command;
  g_autoptr (SbTokenSpec) checked = NULL;
  gint64 now = g_get_real_time ();
  GError *error = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (spec != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  command->gives_secret = TRUE;
  checked = sb_token_spec_copy (spec);
  if (!sb_token_spec_check (checked, now, &error))
    sb_command_fail (command, error);

  if (command->error == NULL)
    {
      guint8 hash[SB_TOKEN_HASH_SIZE];
      g_autofree char *hint = NULL;

      command->secret = sb_token_secret_generate ();
      hint = sb_token_secret_hint (command->secret);
      sb_token_secret_hash (command->secret, -1, hash);
      sb_command_hold (command);
      sb_token_store_insert_async (self->database, checked, hash, hint, now, inserted_cb, command);
    }
  sb_command_release (command);
}

static char *
finish_secret (SbEngine *self, GAsyncResult *result, SbToken **token, GError **error)
{
  char *secret;

  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  secret = g_task_propagate_pointer (G_TASK (result), error);
  if (token != NULL)
    *token = secret != NULL ? sb_token_ref (g_task_get_task_data (G_TASK (result))) : NULL;

  return secret;
}

char *
sb_engine_issue_token_finish (SbEngine *self, GAsyncResult *result, SbToken **token, GError **error)
{
  return finish_secret (self, result, token, error);
}

/* --- rotate --- */

static void
rotate_audit (SbCommand *command)
{
  g_autofree char *detail = NULL;

  if (command->token->previous_until != 0)
    {
      g_autofree char *until = NULL;
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc_usec (command->token->previous_until);

      until = g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
      detail = g_strdup_printf ("the previous secret %s is valid until %s UTC", command->detail, until);
    }
  else
    detail = g_strdup_printf ("the previous secret %s is not valid any more; %d connections closed", command->detail,
                              command->n);
  sb_command_audit (command, SB_ACT_TOKEN_ROTATED, command->subject, detail);
}

static void
rotated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;

  command->token = sb_token_store_change_finish (SB_DATABASE (source), result, &error);
  if (command->token != NULL)
    {
      g_free (command->subject);
      command->subject = sb_engine_token_to_text (command->token);
      command->next = rotate_audit;
      sb_command_publish_token (command, command->token);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_rotate_token_async (SbEngine *self, const char *actor, gint64 id, gint64 grace, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  SbCommand *command;
  const SbToken *token;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (grace >= 0);

  command = sb_command_new (self, actor, callback, user_data);
  command->gives_secret = TRUE;
  token = sb_command_find_token (command, id);
  if (token != NULL && sb_command_check_not_revoked (command, token))
    {
      guint8 hash[SB_TOKEN_HASH_SIZE];
      g_autofree char *hint = NULL;

      command->detail = g_strdup (token->hint);
      command->secret = sb_token_secret_generate ();
      hint = sb_token_secret_hint (command->secret);
      sb_token_secret_hash (command->secret, -1, hash);
      sb_command_hold (command);
      sb_token_store_rotate_async (self->database, id, hash, hint, grace > 0 ? g_get_real_time () + grace : 0,
                                   rotated_cb, command);
    }
  sb_command_release (command);
}

char *
sb_engine_rotate_token_finish (SbEngine *self, GAsyncResult *result, SbToken **token, GError **error)
{
  return finish_secret (self, result, token, error);
}

/* --- edit --- */

static void
add_change (GString *changes, const char *what, const char *before, const char *after)
{
  if (g_strcmp0 (before, after) == 0)
    return;

  g_string_append_printf (changes, "%s%s: %s → %s", changes->len > 0 ? "; " : "", what, before, after);
}

static char *
time_to_text (gint64 time)
{
  g_autoptr (GDateTime) utc = time != 0 ? g_date_time_new_from_unix_utc_usec (time) : NULL;

  return utc != NULL ? g_date_time_format (utc, "%Y-%m-%d %H:%M:%S UTC") : g_strdup ("never");
}

/* What an edit changed, for the trail. */
static char *
describe_changes (const SbTokenSpec *before, const SbTokenSpec *after)
{
  GString *changes = g_string_new (NULL);
  g_autofree char *channels_before = g_strjoinv (", ", before->channels);
  g_autofree char *channels_after = g_strjoinv (", ", after->channels);
  g_autofree char *expires_before = time_to_text (before->expires_at);
  g_autofree char *expires_after = time_to_text (after->expires_at);
  g_autofree char *from_before = time_to_text (before->not_before);
  g_autofree char *from_after = time_to_text (after->not_before);
  g_autofree char *connections_before = g_strdup_printf ("%u", before->max_connections);
  g_autofree char *connections_after = g_strdup_printf ("%u", after->max_connections);
  g_autofree char *rate_before = g_strdup_printf ("%u", before->messages_per_second);
  g_autofree char *rate_after = g_strdup_printf ("%u", after->messages_per_second);

  add_change (changes, "label", before->label, after->label);
  add_change (changes, "channels", channels_before, channels_after);
  add_change (changes, "may publish", before->may_publish ? "yes" : "no", after->may_publish ? "yes" : "no");
  add_change (changes, "valid from", from_before, from_after);
  add_change (changes, "expires", expires_before, expires_after);
  add_change (changes, "connections", connections_before, connections_after);
  add_change (changes, "messages a second", rate_before, rate_after);
  if (changes->len == 0)
    g_string_append (changes, "nothing changed");

  return g_string_free (changes, FALSE);
}

static void
edit_audit (SbCommand *command)
{
  g_autofree char *detail = command->n > 0 ? g_strdup_printf ("%s; %d connections closed", command->detail, command->n)
                                           : g_strdup (command->detail);

  sb_command_audit (command, SB_ACT_TOKEN_EDITED, command->subject, detail);
}

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  g_autoptr (SbToken) token = NULL;
  GError *error = NULL;

  token = sb_token_store_change_finish (SB_DATABASE (source), result, &error);
  if (token != NULL)
    {
      command->next = edit_audit;
      sb_command_publish_token (command, token);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_edit_token_async (SbEngine *self, const char *actor, gint64 id, const SbTokenSpec *spec,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;
  const SbToken *token;
  g_autoptr (SbTokenSpec) checked = NULL;
  GError *error = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (spec != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  token = sb_command_find_token (command, id);
  if (token != NULL && sb_command_check_not_revoked (command, token))
    {
      /* An edit of something else may leave an expiry that is past as it is. */
      gboolean same_expiry = spec->expires_at == token->spec.expires_at;

      checked = sb_token_spec_copy (spec);
      if (!sb_token_spec_check (checked, same_expiry ? 0 : g_get_real_time (), &error))
        sb_command_fail (command, error);
      else
        {
          command->detail = describe_changes (&token->spec, checked);
          sb_command_hold (command);
          sb_token_store_edit_async (self->database, id, checked, edited_cb, command);
        }
    }
  sb_command_release (command);
}
