/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-block-store.h"

#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>

SbBlock *
sb_block_new (const char *address, gint64 until, gint64 since, const char *actor)
{
  SbBlock *self = g_new0 (SbBlock, 1);

  self->address = g_strdup (address);
  self->until = until;
  self->since = since;
  self->actor = g_strdup (actor);

  return self;
}

void
sb_block_free (SbBlock *self)
{
  if (self == NULL)
    return;

  g_free (self->address);
  g_free (self->actor);
  g_free (self);
}

static void
block_free (gpointer data)
{
  sb_block_free (data);
}

/* --- on the store thread --- */

static gboolean
remove_expired (sqlite3 *db, gint64 now, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db, "DELETE FROM block WHERE until != 0 AND until <= ?", failure, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, now);

  return sb_statement_run (statement, failure, error);
}

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The blocked addresses could not be read.");
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (block_free);
  g_autoptr (sqlite3_stmt) rows = NULL;
  SbStatementStep step;

  if (!remove_expired (db, *(gint64 *) data, failure, error))
    return NULL;
  rows = sb_statement_new (db, "SELECT address, until, since, actor FROM block ORDER BY address", failure, error);
  if (rows == NULL)
    return NULL;

  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    {
      g_autofree char *address = sb_statement_dup_text (rows, 0);
      g_autofree char *actor = sb_statement_dup_text (rows, 3);

      g_ptr_array_add (blocks, sb_block_new (address, sqlite3_column_int64 (rows, 1), sqlite3_column_int64 (rows, 2), actor));
    }

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&blocks) : NULL;
}

static gpointer
put_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The blocked address could not be stored.");
  const SbBlock *block = data;
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db, "INSERT OR REPLACE INTO block (address, until, since, actor) VALUES (?, ?, ?, ?)", failure,
                        error);

  if (statement == NULL)
    return NULL;
  sb_statement_bind_text (statement, 1, block->address);
  sqlite3_bind_int64 (statement, 2, block->until);
  sqlite3_bind_int64 (statement, 3, block->since);
  sb_statement_bind_text (statement, 4, block->actor);
  sb_statement_run (statement, failure, error);

  return NULL;
}

static gpointer
remove_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The blocked address could not be removed.");
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "DELETE FROM block WHERE address = ?", failure, error);

  if (statement == NULL)
    return NULL;
  sb_statement_bind_text (statement, 1, data);
  sb_statement_run (statement, failure, error);

  return NULL;
}

/* --- on the main thread --- */

void
sb_block_store_load_async (SbDatabase *db, gint64 now, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, load_func, g_memdup2 (&now, sizeof now), g_free, (GDestroyNotify) g_ptr_array_unref, NULL,
                         callback, user_data);
}

GPtrArray *
sb_block_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

void
sb_block_store_put_async (SbDatabase *db, const SbBlock *block, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (block != NULL);

  sb_database_run_async (db, put_func, sb_block_new (block->address, block->until, block->since, block->actor), block_free,
                         NULL, NULL, callback, user_data);
}

void
sb_block_store_remove_async (SbDatabase *db, const char *address, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (address != NULL);

  sb_database_run_async (db, remove_func, g_strdup (address), g_free, NULL, NULL, callback, user_data);
}

gboolean
sb_block_store_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}
