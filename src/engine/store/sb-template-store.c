/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-template-store.h"

#include "store/sb-message-columns.h"
#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

typedef struct
{
  gint64 id;
  char *name;
  gint64 time;
  SbMessage *message;
} PutJob;

static void
put_job_free (PutJob *self)
{
  g_free (self->name);
  sb_message_unref (self->message);
  g_free (self);
}

/* --- on the store thread --- */

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The templates could not be read.");
  g_autoptr (GPtrArray) templates = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;
  SbStatementStep step;

  rows = sb_statement_new (
      db, "SELECT id, name, changed_at, target, target_text, binary, payload FROM template ORDER BY id", failure,
      error);
  if (rows == NULL)
    return NULL;

  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    {
      g_autofree char *name = sb_statement_dup_text (rows, 1);
      g_autoptr (SbMessage) message = sb_message_read (rows, 3);

      g_ptr_array_add (templates, sb_template_new (sqlite3_column_int64 (rows, 0), name,
                                                   sqlite3_column_int64 (rows, 2), message));
    }

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&templates) : NULL;
}

static void
set_not_found (gint64 id, GError **error)
{
  g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, _("There is no template %" PRId64 "."), id);
}

static gpointer
put_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The template could not be stored.");
  const PutJob *job = data;
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (!sb_message_check_room (db, "template", g_bytes_get_size (job->message->payload), job->id, failure, error))
    return NULL;

  statement = sb_statement_new (
      db,
      job->id == 0 ? "INSERT INTO template (name, changed_at, target, target_text, binary, payload)"
                     "  VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                   : "UPDATE template SET name = ?1, changed_at = ?2, target = ?3, target_text = ?4, binary = ?5,"
                     "  payload = ?6 WHERE id = ?7",
      failure, error);
  if (statement == NULL)
    return NULL;

  sb_statement_bind_text (statement, 1, job->name);
  sqlite3_bind_int64 (statement, 2, job->time);
  sb_message_bind (statement, 3, job->message);
  if (job->id != 0)
    sqlite3_bind_int64 (statement, 7, job->id);
  if (!sb_statement_run (statement, failure, error))
    return NULL;
  if (sqlite3_changes (db) == 0)
    {
      set_not_found (job->id, error);
      return NULL;
    }

  return sb_template_new (job->id != 0 ? job->id : sqlite3_last_insert_rowid (db), job->name, job->time, job->message);
}

static gpointer
delete_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The template could not be deleted.");
  gint64 id = *(gint64 *) data;
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "DELETE FROM template WHERE id = ?", failure, error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, id);
  if (sb_statement_run (statement, failure, error) && sqlite3_changes (db) == 0)
    set_not_found (id, error);

  return NULL;
}

/* --- for the main thread --- */

void
sb_template_store_load_async (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, load_func, NULL, NULL, (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

GPtrArray *
sb_template_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

/**
 * sb_template_store_put_async:
 * @id: which one to replace; 0 for a new one
 * @time: real time, µs
 * @message: a reference is taken
 */
void
sb_template_store_put_async (SbDatabase *db, gint64 id, const char *name, gint64 time, SbMessage *message,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  PutJob *job;

  g_return_if_fail (name != NULL);
  g_return_if_fail (message != NULL);

  job = g_new0 (PutJob, 1);
  job->id = id;
  job->name = g_strdup (name);
  job->time = time;
  job->message = sb_message_ref (message);
  sb_database_run_async (db, put_func, job, (GDestroyNotify) put_job_free, g_object_unref, NULL, callback, user_data);
}

SbTemplate *
sb_template_store_put_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

void
sb_template_store_delete_async (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, delete_func, g_memdup2 (&id, sizeof id), g_free, NULL, NULL, callback, user_data);
}

gboolean
sb_template_store_delete_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}
