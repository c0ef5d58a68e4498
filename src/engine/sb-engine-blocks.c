/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-engine-private.h"

#include "access/sb-address.h"
#include "sb-clock.h"
#include "store/sb-block-store.h"

#include <glib/gi18n-lib.h>

/* Addresses that are shut out, and the clock by which they are let in again. The gate shuts out until it is told; how
 * long is decided here, in one place: for what was ordered in this run by a clock that nobody can set, after a restart
 * by the date that was kept. */

#define MAX_ADDRESS 64
#define CLOCK_JUMP (1 * G_USEC_PER_SEC) /* what a clock that is only adjusted never drifts by in a second */

/* The way the listener writes it, so that both compare. */
static char *
check_address (SbCommand *self, const char *address)
{
  char *normal = strnlen (address, MAX_ADDRESS) < MAX_ADDRESS ? sb_address_normalize (address) : NULL;

  if (normal == NULL && self->error == NULL)
    sb_command_fail (self, g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                                                _("Write one address, such as 192.168.1.30 or 2001:db8::1.")));

  return normal;
}

/* What is in force and what is on disk differ for @address: to be written again once the store works, even if the answer said that it
 * could not be. */
static void
block_unkept (SbEngine *self, const char *address, const GError *error)
{
  if (sb_engine_is_store_error (error))
    g_hash_table_add (self->unkept_blocks, g_strdup (address));
  sb_engine_store_failed (self, error);
}

/* --- to block --- */

static void
block_audit (SbCommand *self)
{
  g_autofree char *detail = g_strdup_printf ("%s; %d connections closed", self->detail, self->n);

  sb_command_audit (self, SB_ACT_ADDRESS_BLOCKED, self->subject, detail);
  if (self->late_error != NULL)
    sb_command_fail (self, g_steal_pointer (&self->late_error));
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  g_autoptr (GError) error = NULL;

  if (!sb_block_store_finish (SB_DATABASE (source), result, &error))
    {
      block_unkept (command->engine, command->subject, error);
      command->late_error = g_error_new (error->domain, error->code,
                                         _("%s is blocked while Signalbox runs, but this could not be stored: %s"),
                                         command->subject, error->message);
    }
  sb_command_release (command);
}

/* One that is blocked may be blocked anew, for longer or shorter. */
static gboolean
check_number (SbCommand *self)
{
  GHashTable *blocks = self->engine->blocks;

  if (g_hash_table_size (blocks) < SB_ENGINE_MAX_BLOCKS || g_hash_table_contains (blocks, self->subject))
    return TRUE;

  sb_command_fail (self, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                                      _("There are %d blocked addresses already, which is the most there may be."),
                                      SB_ENGINE_MAX_BLOCKS));
  return FALSE;
}

void
sb_engine_block_address_async (SbEngine *self, const char *actor, const char *address, gint64 duration,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (address != NULL);
  g_return_if_fail (duration >= 0);

  command = sb_command_new (self, actor, callback, user_data);
  if (sb_command_check_running (command) && (command->subject = check_address (command, address)) != NULL &&
      check_number (command))
    {
      gint64 now = sb_clock_get_real ();
      SbBlock *block = sb_block_new (command->subject, duration > 0 ? now + duration : 0, now, actor);

      block->due = duration > 0 ? sb_clock_get_elapsed () + duration : 0;
      g_hash_table_replace (self->blocks, block->address, block);
      command->detail = duration > 0
                            ? g_strdup_printf ("for %" G_GINT64_FORMAT " seconds", MAX (1, duration / G_USEC_PER_SEC))
                            : g_strdup ("until it is lifted");
      command->next = block_audit;
      sb_command_hold (command);
      sb_hub_block_address (self->hub, command->subject, G_MAXINT64, sb_command_hub_done_cb, command);
      sb_command_hold (command);
      sb_block_store_put_async (self->database, block, kept_cb, command);
    }
  sb_command_release (command);
}

/* --- to unblock --- */

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  g_autoptr (GError) error = NULL;

  if (!sb_block_store_finish (SB_DATABASE (source), result, &error))
    {
      block_unkept (command->engine, command->subject, error);
      sb_command_fail (command, g_error_new (error->domain, error->code,
                                             _("%s is let in while Signalbox runs, but this could not be stored: %s"),
                                             command->subject, error->message));
    }
  sb_command_release (command);
}

static void
let_in (SbEngine *self, const char *address)
{
  if (self->hub != NULL)
    sb_hub_unblock_address (self->hub, address);
}

void
sb_engine_unblock_address_async (SbEngine *self, const char *actor, const char *address, GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  SbCommand *command;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (address != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL && (command->subject = check_address (command, address)) != NULL)
    {
      if (g_hash_table_remove (self->blocks, command->subject))
        {
          let_in (self, command->subject);
          if (self->hub != NULL)
            {
              sb_command_hold (command);
              sb_hub_fence (self->hub, sb_command_hub_done_cb, command);
            }
          sb_command_audit (command, SB_ACT_ADDRESS_UNBLOCKED, command->subject, "");
          sb_command_hold (command);
          sb_block_store_remove_async (self->database, command->subject, forgotten_cb, command);
        }
      else
        sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                                               _("The address %s is not blocked."), command->subject));
    }
  sb_command_release (command);
}

/* --- after a restart --- */

/* For a new hub. */
void
sb_engine_put_all_blocks (SbEngine *self)
{
  GHashTableIter iter;
  gpointer address;

  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, &address, NULL))
    sb_hub_block_address (self->hub, address, G_MAXINT64, NULL, NULL);
}

/* --- without a command --- */

typedef struct
{
  SbEngine *engine;
  char *address;
  gboolean again; /* for it failed before */
} Writing;

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Writing *writing = user_data;
  g_autoptr (SbEngine) self = writing->engine;
  g_autoptr (GError) error = NULL;
  gboolean again = writing->again;

  if (again)
    self->n_retried_blocks--;
  if (!sb_block_store_finish (SB_DATABASE (source), result, &error))
    block_unkept (self, writing->address, error);
  else if (again && self->n_retried_blocks == 0)
    sb_engine_retry_store (self);
  g_free (writing->address);
  g_free (writing);
}

/* Brings the row of @address to what holds now. */
static void
write_block (SbEngine *self, const char *address, gboolean again)
{
  const SbBlock *block = g_hash_table_lookup (self->blocks, address);
  Writing *writing = g_new0 (Writing, 1);

  writing->engine = g_object_ref (self);
  writing->address = g_strdup (address);
  writing->again = again;
  if (block != NULL)
    sb_block_store_put_async (self->database, block, written_cb, writing);
  else
    sb_block_store_remove_async (self->database, address, written_cb, writing);
}

/* What is on disk in another spelling, of an earlier version or written by hand, could not be found to be lifted: it is kept by the one that
 * counts. */
void
sb_engine_load_blocks (SbEngine *self, GPtrArray *blocks)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      SbBlock *block = g_ptr_array_index (blocks, i);
      char *normal = sb_address_normalize (block->address);
      g_autofree char *stored = NULL;

      if (normal != NULL && strcmp (normal, block->address) != 0)
        {
          stored = block->address;
          block->address = normal;
        }
      else
        g_free (normal);
      g_hash_table_replace (self->blocks, block->address, block);
      if (stored != NULL)
        {
          write_block (self, block->address, FALSE);
          write_block (self, stored, FALSE);
        }
    }
  g_ptr_array_set_free_func (blocks, NULL);
}

/* Writes what could not be written before; sb_engine_retry_store() goes on once all of it is. */
void
sb_engine_retry_blocks (SbEngine *self)
{
  g_autoptr (GHashTable) unkept = NULL;
  GHashTableIter iter;
  gpointer address;

  if (self->n_retried_blocks > 0 || g_hash_table_size (self->unkept_blocks) == 0)
    return;

  unkept = g_steal_pointer (&self->unkept_blocks);
  self->unkept_blocks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->n_retried_blocks = g_hash_table_size (unkept);
  g_hash_table_iter_init (&iter, unkept);
  while (g_hash_table_iter_next (&iter, &address, NULL))
    write_block (self, address, TRUE);
}

/* --- time --- */

static gboolean
is_over (const SbBlock *block)
{
  if (block->due != 0)
    return block->due <= sb_clock_get_elapsed ();

  return block->until != 0 && block->until <= sb_clock_get_real ();
}

void
sb_engine_expire_blocks (SbEngine *self)
{
  GHashTableIter iter;
  gpointer address, block;

  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, &address, &block))
    if (is_over (block))
      {
        sb_engine_note (self, SB_ACT_ADDRESS_UNBLOCKED, "server", address, "its time is over");
        let_in (self, address);
        g_autofree char *kept = g_strdup (address);

        g_hash_table_iter_remove (&iter);
        write_block (self, kept, FALSE);
      }
}

/* Somebody has set the clock: what lasts so long from its order on ends at another date. */
static void
shift_blocks (SbEngine *self)
{
  gint64 now = sb_clock_get_real (), elapsed = sb_clock_get_elapsed ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SbBlock *block = value;

      if (block->due == 0)
        continue;
      block->until = now + (block->due - elapsed);
      write_block (self, block->address, FALSE);
    }
}

/* Once a second. The tokens are judged by the date anyway, once they are watched; the admin is told why some of them begin or end now. */
void
sb_engine_check_clock (SbEngine *self)
{
  gint64 difference = sb_clock_get_real () - sb_clock_get_elapsed ();
  gint64 jump = self->clock_difference != 0 ? difference - self->clock_difference : 0;
  g_autofree char *message = NULL;

  self->clock_difference = difference;
  if (ABS (jump) < CLOCK_JUMP)
    return;

  message = g_strdup_printf (jump > 0 ? "The clock was set forward by %" G_GINT64_FORMAT " seconds."
                                      : "The clock was set back by %" G_GINT64_FORMAT " seconds.",
                             ABS (jump) / G_USEC_PER_SEC);
  sb_engine_note (self, SB_ACT_NOTICE, "server", "clock_set", message);
  sb_engine_emit_notice (self, "clock_set", message);
  shift_blocks (self);
  if (jump < 0)
    sb_engine_watch_graces (self);
}

/* --- what there is to see --- */

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

char **
sb_engine_list_blocks (SbEngine *self)
{
  g_autoptr (GPtrArray) addresses = NULL;
  GHashTableIter iter;
  gpointer address;

  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  addresses = g_ptr_array_new_null_terminated (g_hash_table_size (self->blocks), g_free, TRUE);
  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, &address, NULL))
    g_ptr_array_add (addresses, g_strdup (address));
  g_ptr_array_sort (addresses, compare_text);

  return (char **) g_ptr_array_free (g_steal_pointer (&addresses), FALSE);
}

gint64
sb_engine_get_blocked_until (SbEngine *self, const char *address)
{
  const SbBlock *block;

  g_return_val_if_fail (SB_IS_ENGINE (self), 0);
  g_return_val_if_fail (address != NULL, 0);

  block = g_hash_table_lookup (self->blocks, address);

  return block != NULL ? block->until : 0;
}

gint64
sb_engine_get_blocked_since (SbEngine *self, const char *address, const char **actor)
{
  const SbBlock *block;

  g_return_val_if_fail (SB_IS_ENGINE (self), 0);
  g_return_val_if_fail (address != NULL, 0);

  block = g_hash_table_lookup (self->blocks, address);
  if (actor != NULL)
    *actor = block != NULL ? block->actor : NULL;

  return block != NULL ? block->since : 0;
}
