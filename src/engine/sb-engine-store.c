/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "sb-clock.h"
#include "store/sb-token-store.h"

#include <glib/gi18n-lib.h>

/* What is written besides the answers to commands, and what happens while the store cannot write. */

/* A line of the trail that nobody waits for. */
void
sb_engine_note (SbEngine *self, SbAct act, const char *actor, const char *subject, const char *detail)
{
  if (self->audit != NULL)
    sb_audit_add (self->audit, sb_journal_entry_new (0, sb_clock_get_real (), act, actor, subject, detail, 1), NULL,
                  NULL);
}

/* --- troubles --- */

/* Whether it is the store that failed, rather than what was asked of it. */
gboolean
sb_engine_is_store_error (const GError *error)
{
  return error->domain == SB_DATABASE_ERROR && error->code != SB_DATABASE_ERROR_NOT_FOUND &&
         error->code != SB_DATABASE_ERROR_REFUSED;
}

static void
noted_cb (gboolean stored, gpointer user_data)
{
  SbEngine *self = user_data;

  if (stored)
    sb_engine_retry_store (self);
}

/* Tells the admin, and sees to it that the store is tried until it works: the line about it in the trail is what is
 * tried. */
void
sb_engine_store_failed (SbEngine *self, const GError *error)
{
  g_autofree char *message = NULL;

  if (!sb_engine_is_store_error (error))
    return;

  g_message ("The store failed: %s", error->message);
  /* The results of the last writes come when the trail is closed: then nobody is left to be told, nor anything to be
   * tried. */
  if (self->audit == NULL || self->troubles[SB_TROUBLE_STORE] != NULL)
    return;

  message = g_strdup_printf (_("Changes cannot be stored: %s"), error->message);
  sb_engine_set_trouble (self, SB_TROUBLE_STORE, message);
  sb_audit_add (self->audit, sb_journal_entry_new (0, sb_clock_get_real (), SB_ACT_NOTICE, "server", "", message, 1),
                noted_cb, self);
}

void
sb_engine_audit_trouble_cb (const char *message, gpointer user_data)
{
  SbEngine *self = user_data;

  sb_engine_set_trouble (self, SB_TROUBLE_AUDIT, message);
  if (message == NULL)
    sb_engine_retry_store (self);
}

/* The store works, or may work, again: writes what is owed. All is well when nothing is. */
void
sb_engine_retry_store (SbEngine *self)
{
  if (self->closed)
    return;

  if (g_hash_table_size (self->revocations) > 0)
    sb_engine_retry_revocations (self);
  else if (self->unsaved_reports->len > 0)
    sb_engine_retry_reports (self);
  else if (g_hash_table_size (self->unkept_blocks) > 0 || self->n_retried_blocks > 0)
    sb_engine_retry_blocks (self);
  else if (self->keeping_set_at == 0)
    sb_engine_apply_keeping (self);
  else if (self->n_keeping == 0)
    sb_engine_set_trouble (self, SB_TROUBLE_STORE, NULL);
}

/* --- when a token was last used --- */

void
sb_engine_add_use (SbEngine *self, gint64 token_id, gint64 time, const char *address)
{
  SbTokenUse *use = g_new0 (SbTokenUse, 1);

  use->token_id = token_id;
  use->time = time;
  use->address = g_strdup (address);
  g_hash_table_replace (self->uses, &use->token_id, use);
}

static void
uses_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbEngine) self = user_data;
  g_autoptr (GError) error = NULL;

  self->storing_uses = FALSE;
  if (!sb_token_store_set_used_finish (SB_DATABASE (source), result, &error))
    sb_engine_store_failed (self, error);
}

/* Written now and then: to lose the last seconds of it in a crash does no harm, and a write for each connection would.
 */
void
sb_engine_flush_uses (SbEngine *self)
{
  GPtrArray *uses;
  GHashTableIter iter;
  gpointer use;

  if (self->storing_uses || g_hash_table_size (self->uses) == 0)
    return;

  uses = g_ptr_array_new_full (g_hash_table_size (self->uses), (GDestroyNotify) sb_token_use_free);
  g_hash_table_iter_init (&iter, self->uses);
  while (g_hash_table_iter_next (&iter, NULL, &use))
    {
      g_hash_table_iter_steal (&iter);
      g_ptr_array_add (uses, use);
    }
  self->storing_uses = TRUE;
  sb_token_store_set_used_async (self->database, uses, uses_stored_cb, g_object_ref (self));
}
