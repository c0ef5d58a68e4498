/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "store/sb-retained-store.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* Messages that are kept for those who come later: on disk first, then in every lane, then in the trail. */

/* --- what is kept --- */

static SbRetainedItem *
get (SbEngine *self, guint position)
{
  g_autoptr (SbRetainedItem) item = g_list_model_get_item (G_LIST_MODEL (self->retained), position);

  return item; /* the list has it */
}

static void
make_table (SbEngine *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->retained));
  g_autoptr (GPtrArray) all = g_ptr_array_sized_new (n);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (all, sb_retained_item_get_retained (get (self, i)));
  g_clear_pointer (&self->retained_table, sb_retained_table_unref);
  self->retained_table = sb_retained_table_new (all);
}

void
sb_engine_load_retained (SbEngine *self, GPtrArray *items)
{
  g_list_store_splice (self->retained, 0, 0, items->pdata, items->len);
  make_table (self);
}

void
sb_engine_put_all_retained (SbEngine *self)
{
  if (self->hub != NULL)
    sb_hub_set_retained (self->hub, self->retained_table, NULL, NULL);
}

void
sb_engine_refresh_retained (SbEngine *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->retained)); i++)
    sb_retained_item_refresh (get (self, i));
}

GListModel *
sb_engine_get_retained (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->retained);
}

static SbRetainedItem *
find (SbEngine *self, gint64 id, guint *position)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->retained)); i++)
    {
      SbRetainedItem *item = get (self, i);

      if (sb_retained_item_get_id (item) == id)
        {
          *position = i;
          return item;
        }
    }

  return NULL;
}

SbRetainedItem *
sb_engine_find_retained (SbEngine *self, gint64 id)
{
  guint position;

  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return find (self, id, &position);
}

/* The newest first, whatever is put back. */
static int
compare_ids (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gint64 id_a = sb_retained_item_get_id (SB_RETAINED_ITEM ((gpointer) a));
  gint64 id_b = sb_retained_item_get_id (SB_RETAINED_ITEM ((gpointer) b));

  return (id_a < id_b) - (id_a > id_b);
}

static void
put (SbEngine *self, SbRetainedItem *item)
{
  const char *pattern = sb_retained_item_get_pattern (item);

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->retained)); i-- > 0;)
    if (strcmp (sb_retained_item_get_pattern (get (self, i)), pattern) == 0)
      g_list_store_remove (self->retained, i);
  g_list_store_insert_sorted (self->retained, item, compare_ids, NULL);
}

/* For the trail: as sb_target_to_text() says it. */
static const char *
get_subject (SbRetainedItem *item)
{
  const char *pattern = sb_retained_item_get_pattern (item);

  return strcmp (pattern, "**") == 0 ? "everyone" : pattern;
}

/* --- keep what is broadcast --- */

/* The patterns for which a message to @target is kept; NULL: it cannot be, for nobody would come later who is meant. */
char **
sb_engine_dup_retain_patterns (const SbTarget *target, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (target->everyone)
    g_strv_builder_add (builder, "**");
  else if (target->token_ids != NULL || target->client_ids != NULL)
    {
      g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                           _("Only a message to everyone or to channels can be kept for newcomers."));
      return NULL;
    }
  else
    for (guint i = 0; target->channels != NULL && target->channels[i] != NULL; i++)
      if (g_hash_table_add (seen, target->channels[i]))
        g_strv_builder_add (builder, target->channels[i]);

  return g_strv_builder_end (builder);
}

/* @patterns and @ids, side by side, are on disk with @broadcast. The lanes still have to get the table. Returns the frame that is kept. */
SbFrame *
sb_engine_take_retained (SbEngine *self, SbBroadcast *broadcast, char **patterns, GArray *ids)
{
  gsize length;
  gconstpointer bytes = g_bytes_get_data (sb_broadcast_get_payload (broadcast), &length);
  g_autoptr (SbFrame) frame =
      sb_frame_new (sb_broadcast_get_binary (broadcast) ? SB_OPCODE_BINARY : SB_OPCODE_TEXT, bytes, length);

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (SbRetained) retained = sb_retained_new (g_array_index (ids, gint64, i), patterns[i], frame);
      g_autoptr (SbRetainedItem) item = sb_retained_item_new (retained, sb_broadcast_get_time (broadcast));

      put (self, item);
    }
  make_table (self);

  return g_steal_pointer (&frame);
}

/* --- take back, and put back --- */

/* The list has changed: tells the lanes, for which the command waits. */
static void
publish (SbCommand *command)
{
  SbEngine *self = command->engine;

  make_table (self);
  if (self->hub == NULL)
    return;

  sb_command_hold (command);
  sb_hub_set_retained (self->hub, self->retained_table, sb_command_hub_done_cb, command);
}

static void
release_audit (SbCommand *command)
{
  SbRetainedItem *item = SB_RETAINED_ITEM (command->object);
  g_autofree char *detail =
      g_strdup_printf ("%" G_GUINT64_FORMAT " sent", sb_retained_item_get_delivered (item));

  sb_command_audit (command, SB_ACT_MESSAGE_RELEASED, get_subject (item), detail);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;
  guint position;

  if (sb_retained_store_remove_finish (SB_DATABASE (source), result, &error))
    {
      if (find (command->engine, sb_retained_item_get_id (SB_RETAINED_ITEM (command->object)), &position) != NULL)
        g_list_store_remove (command->engine->retained, position);
      command->next = release_audit;
      publish (command);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_release_retained_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  SbCommand *command;
  SbRetainedItem *item;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  item = sb_engine_find_retained (self, id);
  if (command->error == NULL && item == NULL)
    sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                                           _("There is no kept message %" PRId64 "."), id));
  else if (command->error == NULL)
    {
      command->object = G_OBJECT (g_object_ref (item));
      sb_command_hold (command);
      sb_retained_store_remove_async (self->database, id, removed_cb, command);
    }
  sb_command_release (command);
}

static void
restore_audit (SbCommand *command)
{
  sb_command_audit (command, SB_ACT_MESSAGE_RETAINED, get_subject (SB_RETAINED_ITEM (command->object)), "");
}

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;

  if (sb_retained_store_restore_finish (SB_DATABASE (source), result, &error))
    {
      put (command->engine, SB_RETAINED_ITEM (command->object));
      command->next = restore_audit;
      publish (command);
    }
  else
    sb_command_fail_store (command, error);
  sb_command_release (command);
}

void
sb_engine_restore_retained_async (SbEngine *self, const char *actor, SbRetainedItem *item,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (SB_IS_RETAINED_ITEM (item));

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL)
    {
      command->object = G_OBJECT (g_object_ref (item));
      sb_command_hold (command);
      sb_retained_store_restore_async (self->database, item, restored_cb, command);
    }
  sb_command_release (command);
}

SbRetainedItem *
sb_engine_retained_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
