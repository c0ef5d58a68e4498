/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine-private.h"

#include "access/sb-text.h"
#include "store/sb-template-store.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* Messages kept under a name. */

static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const char *name_a = sb_template_get_name (SB_TEMPLATE ((gpointer) a));
  const char *name_b = sb_template_get_name (SB_TEMPLATE ((gpointer) b));
  g_autofree char *key_a = g_utf8_casefold (name_a, -1);
  g_autofree char *key_b = g_utf8_casefold (name_b, -1);
  int order = g_utf8_collate (key_a, key_b);

  return order != 0 ? order : g_strcmp0 (name_a, name_b);
}

void
sb_engine_load_templates (SbEngine *self, GPtrArray *templates)
{
  g_ptr_array_sort_values_with_data (templates, compare_names, NULL);
  g_list_store_splice (self->templates, 0, 0, templates->pdata, templates->len);
}

GListModel *
sb_engine_get_templates (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->templates);
}

static SbTemplate *
find (SbEngine *self, gint64 id, guint *position)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->templates)); i++)
    {
      g_autoptr (SbTemplate) template = g_list_model_get_item (G_LIST_MODEL (self->templates), i);

      if (sb_template_get_id (template) == id)
        {
          *position = i;
          return template;
        }
    }

  return NULL;
}

SbTemplate *
sb_engine_find_template (SbEngine *self, gint64 id)
{
  guint position;

  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return find (self, id, &position);
}

SbTemplate *
sb_engine_find_template_named (SbEngine *self, const char *name)
{
  g_autofree char *wanted = NULL;

  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  wanted = g_utf8_casefold (name, -1);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->templates)); i++)
    {
      g_autoptr (SbTemplate) template = g_list_model_get_item (G_LIST_MODEL (self->templates), i);
      g_autofree char *key = g_utf8_casefold (sb_template_get_name (template), -1);

      if (g_str_equal (key, wanted))
        return template;
    }

  return NULL;
}

/* --- save --- */

/* Whether another command is about to write a template of that name, and in *@n_new how many are about to write a new
 * one. */
static gboolean
is_being_saved (SbCommand *command, const char *key, guint *n_new)
{
  gboolean found = FALSE;
  GHashTableIter iter;
  gpointer value;

  *n_new = 0;
  g_hash_table_iter_init (&iter, command->engine->commands);
  while (g_hash_table_iter_next (&iter, &value, NULL))
    {
      const SbCommand *other = value;

      if (other == command || other->template_key == NULL)
        continue;
      found = found || g_str_equal (other->template_key, key);
      *n_new += other->token_id == 0 ? 1 : 0;
    }

  return found;
}

/* Trimmed; NULL: the command has failed. */
static char *
check_name (SbCommand *command, gint64 id, const char *name, guint *n_new)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (name));
  g_autofree char *key = NULL;
  SbTemplate *other;

  if (!sb_text_is_plain_line (trimmed, -1, 1, SB_TEMPLATE_MAX_NAME))
    {
      sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                                             _("A template needs a name of up to %d characters, on one line."),
                                             SB_TEMPLATE_MAX_NAME));
      return NULL;
    }

  other = sb_engine_find_template_named (command->engine, trimmed);
  if (other != NULL && sb_template_get_id (other) != id)
    {
      sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                             _("There is a template “%s” already."), sb_template_get_name (other)));
      return NULL;
    }

  key = g_utf8_casefold (trimmed, -1);
  if (is_being_saved (command, key, n_new))
    {
      sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                             _("There is a template “%s” already."), trimmed));
      return NULL;
    }
  command->token_id = id;
  command->template_key = g_steal_pointer (&key);

  return g_steal_pointer (&trimmed);
}

/* NULL where nothing of it is left. */
static SbTarget *
without_clients (const SbTarget *target)
{
  g_autoptr (SbTarget) copy = target != NULL ? sb_target_copy (target) : NULL;

  if (copy == NULL)
    return NULL;
  g_clear_pointer (&copy->client_ids, g_array_unref);

  return copy->everyone || copy->channels != NULL || copy->token_ids != NULL ? g_steal_pointer (&copy) : NULL;
}

static void
put (SbEngine *self, SbTemplate *template)
{
  guint position;

  if (find (self, sb_template_get_id (template), &position) != NULL)
    g_list_store_remove (self->templates, position);
  g_list_store_insert_sorted (self->templates, template, compare_names, NULL);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;
  g_autoptr (SbTemplate) template = sb_template_store_put_finish (SB_DATABASE (source), result, &error);

  if (template == NULL)
    sb_command_fail_store (command, error);
  else
    {
      g_clear_pointer (&command->template_key, g_free);
      put (command->engine, template);
      command->object = G_OBJECT (g_object_ref (template));
      sb_command_audit (command, SB_ACT_TEMPLATE_SAVED, sb_template_get_name (template),
                        command->detail != NULL ? command->detail : "");
    }
  sb_command_release (command);
}

static void
save (SbCommand *command, gint64 id, const char *name, const SbTarget *target, gboolean binary, GBytes *payload)
{
  SbEngine *self = command->engine;
  guint n_new;
  g_autofree char *checked = check_name (command, id, name, &n_new);
  g_autoptr (SbTarget) kept = without_clients (target);
  g_autoptr (SbMessage) message = NULL;
  SbTemplate *before = id != 0 ? sb_engine_find_template (self, id) : NULL;
  GError *error = NULL;

  if (checked == NULL)
    return;
  if (id != 0 && before == NULL)
    sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                                           _("There is no template %" PRId64 "."), id));
  else if (id == 0 && g_list_model_get_n_items (G_LIST_MODEL (self->templates)) + n_new >= SB_ENGINE_MAX_TEMPLATES)
    sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                           _("There are %d templates already, which is the most there may be."),
                                           SB_ENGINE_MAX_TEMPLATES));
  else if (kept != NULL ? !sb_engine_check_message (self, kept, binary, payload, &error)
                        : !sb_engine_check_payload (self, binary, payload, &error))
    sb_command_fail (command, error);
  if (command->error != NULL)
    return;

  if (before != NULL && !g_str_equal (sb_template_get_name (before), checked))
    command->detail = g_strdup_printf ("before: %s", sb_template_get_name (before));
  message = sb_message_new (kept, binary, payload);
  sb_command_hold (command);
  sb_template_store_put_async (self->database, id, checked, g_get_real_time (), message, saved_cb, command);
}

void
sb_engine_save_template_async (SbEngine *self, const char *actor, gint64 id, const char *name, const SbTarget *target,
                               gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (name != NULL);
  g_return_if_fail (payload != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL)
    save (command, id, name, target, binary, payload);
  sb_command_release (command);
}

SbTemplate *
sb_engine_save_template_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- delete --- */

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;
  guint position;

  if (!sb_template_store_delete_finish (SB_DATABASE (source), result, &error))
    sb_command_fail_store (command, error);
  else
    {
      if (find (command->engine, command->token_id, &position) != NULL)
        g_list_store_remove (command->engine->templates, position);
      sb_command_audit (command, SB_ACT_TEMPLATE_DELETED, command->subject, "");
    }
  sb_command_release (command);
}

void
sb_engine_delete_template_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  SbCommand *command;
  SbTemplate *template;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  template = sb_engine_find_template (self, id);
  if (command->error == NULL && template == NULL)
    sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                                           _("There is no template %" PRId64 "."), id));
  else if (command->error == NULL)
    {
      command->token_id = id;
      command->subject = g_strdup (sb_template_get_name (template));
      sb_command_hold (command);
      sb_template_store_delete_async (self->database, id, deleted_cb, command);
    }
  sb_command_release (command);
}
