/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-keeping-store.h"

#include "store/sb-broadcast-store.h"
#include "store/sb-journal-store.h"
#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  SbKept journal;
  SbKept broadcasts;
} SetJob;

/* Nothing is written where it was so before. */
static gboolean
set_kept (sqlite3 *db, const char *name, const SbKept *kept, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (
      db, "UPDATE keeping SET entries = ?2, since = ?3 WHERE name = ?1 AND (entries <> ?2 OR since <> ?3)", failure,
      error);

  if (statement == NULL)
    return FALSE;
  sb_statement_bind_text (statement, 1, name);
  sqlite3_bind_int64 (statement, 2, kept->entries);
  sqlite3_bind_int64 (statement, 3, kept->since);
  return sb_statement_run (statement, failure, error);
}

static gpointer
set_func (sqlite3 *db, gpointer data, GError **error)
{
  const SetJob *job = data;
  const char *failure = _("What is too much or too old could not be deleted.");
  g_autoptr (sqlite3_stmt) oldest = NULL;
  gint64 id;

  if (!set_kept (db, "journal", &job->journal, failure, error) ||
      !set_kept (db, "broadcast", &job->broadcasts, failure, error) ||
      !sb_journal_store_thin_out (db, failure, error) || !sb_broadcast_store_thin_out (db, failure, error))
    return NULL;

  oldest = sb_statement_new (db, "SELECT min (id) FROM journal", failure, error);
  if (oldest == NULL || sb_statement_step (oldest, failure, error) != SB_STATEMENT_ROW)
    return NULL;
  id = sqlite3_column_type (oldest, 0) != SQLITE_NULL ? sqlite3_column_int64 (oldest, 0) : G_MAXINT64;

  return g_memdup2 (&id, sizeof id);
}

void
sb_keeping_store_set_async (SbDatabase *db, const SbKept *journal, const SbKept *broadcasts,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  SetJob *job;

  g_return_if_fail (journal != NULL && journal->entries > 0);
  g_return_if_fail (broadcasts != NULL && broadcasts->entries > 0);

  job = g_new (SetJob, 1);
  job->journal = *journal;
  job->broadcasts = *broadcasts;
  sb_database_run_async (db, set_func, job, g_free, g_free, NULL, callback, user_data);
}

gboolean
sb_keeping_store_set_finish (SbDatabase *db, GAsyncResult *result, gint64 *oldest, GError **error)
{
  g_autofree gint64 *id = sb_database_run_finish (db, result, error);

  if (id == NULL)
    return FALSE;
  *oldest = *id;
  return TRUE;
}
