/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-journal-store.h"

#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>

/* What no act is known for was written by a later version without a new format: shown with its name rather than left
 * out. */
static SbJournalEntry *
read_entry (sqlite3_stmt *row)
{
  g_autofree char *id = sb_statement_dup_text (row, 2);
  g_autofree char *actor = sb_statement_dup_text (row, 3);
  g_autofree char *subject = sb_statement_dup_text (row, 4);
  g_autofree char *detail = sb_statement_dup_text (row, 5);
  SbAct act;

  if (!sb_act_from_id (id, &act))
    {
      char *named = detail[0] != '\0' ? g_strdup_printf ("%s: %s", id, detail) : g_strdup (id);

      g_free (detail);
      detail = named;
      act = SB_ACT_NOTICE;
    }

  return sb_journal_entry_new (sqlite3_column_int64 (row, 0), sqlite3_column_int64 (row, 1), act, actor, subject,
                               detail, (guint) sqlite3_column_int64 (row, 6));
}

typedef struct
{
  gint64 before;
  char *act; /* NULL: any */
  guint limit;
} LoadJob;

static void
load_job_free (LoadJob *self)
{
  g_free (self->act);
  g_free (self);
}

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  const LoadJob *job = data;
  const char *failure = _("The audit trail could not be read.");
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;
  SbStatementStep step;

  rows = sb_statement_new (
      db, "SELECT id, time, act, actor, subject, detail, count FROM journal WHERE id < ?1 AND (?3 IS NULL OR act = ?3)"
      "  ORDER BY id DESC LIMIT ?2",
      failure, error);
  if (rows == NULL)
    return NULL;

  sqlite3_bind_int64 (rows, 1, job->before);
  sqlite3_bind_int64 (rows, 2, job->limit);
  sb_statement_bind_text (rows, 3, job->act);
  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    g_ptr_array_add (entries, read_entry (rows));

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&entries) : NULL;
}

static gboolean
append_entry (sqlite3_stmt *insert, SbJournalEntry *entry, const char *failure, GError **error)
{
  sqlite3_bind_int64 (insert, 1, sb_journal_entry_get_time (entry));
  sb_statement_bind_text (insert, 2, sb_act_to_id (sb_journal_entry_get_act (entry)));
  sb_statement_bind_text (insert, 3, sb_journal_entry_get_actor (entry));
  sb_statement_bind_text (insert, 4, sb_journal_entry_get_subject (entry));
  sb_statement_bind_text (insert, 5, sb_journal_entry_get_detail (entry));
  sqlite3_bind_int64 (insert, 6, sb_journal_entry_get_count (entry));

  return sb_statement_run (insert, failure, error);
}

/**
 * sb_journal_store_thin_out:
 *
 * Deletes what the trail may not keep, as the table "keeping" has it: the trigger lets nothing else be deleted. Of
 * what is too old only what stands before anything younger goes: an entry that was written while the clock was wrong
 * is as old as its neighbours. Store thread, within a transaction.
 */
gboolean
sb_journal_store_thin_out (sqlite3 *db, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db,
                        "DELETE FROM journal WHERE id < (SELECT max ("
                        "  newest - entries + 1,"
                        "  coalesce ((SELECT id FROM journal WHERE time >= since ORDER BY id LIMIT 1), newest + 1))"
                        "  FROM keeping, (SELECT coalesce (max (id), 0) AS newest FROM journal)"
                        "  WHERE name = 'journal')",
                        failure, error);

  return statement != NULL && sb_statement_run (statement, failure, error);
}

static gpointer
append_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The audit trail could not be written.");
  GPtrArray *entries = data;
  g_autoptr (GPtrArray) stored = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) insert = NULL;

  insert = sb_statement_new (
      db, "INSERT INTO journal (time, act, actor, subject, detail, count) VALUES (?, ?, ?, ?, ?, ?)", failure, error);
  if (insert == NULL)
    return NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      SbJournalEntry *entry = g_ptr_array_index (entries, i);

      if (!append_entry (insert, entry, failure, error))
        return NULL;
      g_ptr_array_add (stored, sb_journal_entry_new (sqlite3_last_insert_rowid (db),
                                                     sb_journal_entry_get_time (entry),
                                                     sb_journal_entry_get_act (entry),
                                                     sb_journal_entry_get_actor (entry),
                                                     sb_journal_entry_get_subject (entry),
                                                     sb_journal_entry_get_detail (entry),
                                                     sb_journal_entry_get_count (entry)));
    }

  return sb_journal_store_thin_out (db, failure, error) ? g_steal_pointer (&stored) : NULL;
}

/**
 * sb_journal_store_load_async:
 * @before: only entries with a smaller id; %G_MAXINT64: all
 * @act: (nullable): only entries of this act, by its id; %NULL: of any
 * @limit: at most so many, the newest
 */
void
sb_journal_store_load_async (SbDatabase *db, gint64 before, const char *act, guint limit,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  LoadJob *job = g_new (LoadJob, 1);

  job->before = before;
  job->act = g_strdup (act);
  job->limit = limit;
  sb_database_run_async (db, load_func, job, (GDestroyNotify) load_job_free,
                         (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

GPtrArray *
sb_journal_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

/**
 * sb_journal_store_append_async:
 * @entries: (element-type SbJournalEntry) (transfer full): oldest first; all of them are stored, or none
 */
void
sb_journal_store_append_async (SbDatabase *db, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (entries != NULL);

  sb_database_run_async (db, append_func, entries, (GDestroyNotify) g_ptr_array_unref,
                         (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

GPtrArray *
sb_journal_store_append_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}
