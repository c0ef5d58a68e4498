/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-schedule-store.h"

#include "sb-clock.h"
#include "store/sb-message-columns.h"
#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

typedef struct
{
  gint64 time;
  SbScheduleTimes times;
  SbMessage *message;
} InsertJob;

static void
insert_job_free (InsertJob *self)
{
  sb_message_unref (self->message);
  g_free (self);
}

/* A copy of the numbers: the object is the main thread's. */
typedef struct
{
  gint64 id;
  SbScheduleProgress progress;
  char *error;
} UpdateJob;

static void
update_job_free (UpdateJob *self)
{
  g_free (self->error);
  g_free (self);
}

/* --- on the store thread --- */

static SbSchedule *
read_schedule (sqlite3_stmt *row)
{
  const SbScheduleTimes times = {
    .start_at = sqlite3_column_int64 (row, 2),
    .interval = sqlite3_column_int64 (row, 3),
    .max_runs = (guint) sqlite3_column_int64 (row, 4),
  };
  const SbScheduleProgress progress = {
    .n_runs = (guint) sqlite3_column_int64 (row, 5),
    .n_missed = (guint) sqlite3_column_int64 (row, 6),
    .n_failed = (guint) sqlite3_column_int64 (row, 7),
    .counted_at = sqlite3_column_int64 (row, 17),
    .last_at = sqlite3_column_int64 (row, 8),
    .last_targeted = (guint) sqlite3_column_int64 (row, 9),
    .last_sent = (guint) sqlite3_column_int64 (row, 10),
    .last_dropped = (guint) sqlite3_column_int64 (row, 11),
  };
  g_autofree char *error = sb_statement_dup_text (row, 12);
  g_autoptr (SbMessage) message = sb_message_read (row, 13);
  SbSchedule *self = sb_schedule_new (sqlite3_column_int64 (row, 0), sqlite3_column_int64 (row, 1), &times, message);

  sb_schedule_set_progress (self, &progress, error);

  return self;
}

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The scheduled messages could not be read.");
  g_autoptr (GPtrArray) schedules = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;
  SbStatementStep step;

  rows = sb_statement_new (db,
                           "SELECT id, created_at, start_at, interval, max_runs, n_runs, n_missed, n_failed, last_at,"
                           "  last_targeted, last_sent, last_dropped, error, target, target_text, binary, payload, counted_at"
                           "  FROM schedule ORDER BY id",
                           failure, error);
  if (rows == NULL)
    return NULL;

  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    g_ptr_array_add (schedules, read_schedule (rows));

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&schedules) : NULL;
}

static gpointer
insert_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The scheduled message could not be stored.");
  const InsertJob *job = data;
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (!sb_message_check_room (db, "schedule", g_bytes_get_size (job->message->payload), 0, failure, error))
    return NULL;

  statement = sb_statement_new (
      db,
      "INSERT INTO schedule (created_at, start_at, interval, max_runs, target, target_text, binary, payload)"
      "  VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      failure, error);
  if (statement == NULL)
    return NULL;

  sqlite3_bind_int64 (statement, 1, job->time);
  sqlite3_bind_int64 (statement, 2, job->times.start_at != 0 ? job->times.start_at : job->time);
  sqlite3_bind_int64 (statement, 3, job->times.interval);
  sqlite3_bind_int64 (statement, 4, job->times.max_runs);
  sb_message_bind (statement, 5, job->message);
  if (!sb_statement_run (statement, failure, error))
    return NULL;

  return sb_schedule_new (sqlite3_last_insert_rowid (db), job->time, &job->times, job->message);
}

/* How many were sent is not among it: that is counted with the broadcast. */
static gpointer
update_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("What became of a scheduled message could not be stored.");
  const UpdateJob *job = data;
  g_autoptr (sqlite3_stmt) statement = NULL;

  statement = sb_statement_new (db,
                                "UPDATE schedule SET n_missed = ?, n_failed = ?, last_targeted = ?, last_sent = ?,"
                                "  last_dropped = ?, error = ?, counted_at = ? WHERE id = ?",
                                failure, error);
  if (statement == NULL)
    return NULL;

  sqlite3_bind_int64 (statement, 1, job->progress.n_missed);
  sqlite3_bind_int64 (statement, 2, job->progress.n_failed);
  sqlite3_bind_int64 (statement, 3, job->progress.last_targeted);
  sqlite3_bind_int64 (statement, 4, job->progress.last_sent);
  sqlite3_bind_int64 (statement, 5, job->progress.last_dropped);
  sb_statement_bind_text (statement, 6, job->error);
  sqlite3_bind_int64 (statement, 7, job->progress.counted_at);
  sqlite3_bind_int64 (statement, 8, job->id);
  sb_statement_run (statement, failure, error);

  return NULL;
}

static gpointer
delete_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The scheduled message could not be stopped for good.");
  gint64 id = *(gint64 *) data;
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "DELETE FROM schedule WHERE id = ?", failure, error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, id);
  if (sb_statement_run (statement, failure, error) && sqlite3_changes (db) == 0)
    g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, _("There is no scheduled message %" PRId64 "."),
                 id);

  return NULL;
}

/* --- for the main thread --- */

void
sb_schedule_store_load_async (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, load_func, NULL, NULL, (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

GPtrArray *
sb_schedule_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

/**
 * sb_schedule_store_insert_async:
 * @time: real time, µs: when it was made
 * @message: a reference is taken
 */
void
sb_schedule_store_insert_async (SbDatabase *db, gint64 time, const SbScheduleTimes *times, SbMessage *message,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  InsertJob *job;

  g_return_if_fail (times != NULL);
  g_return_if_fail (message != NULL);

  job = g_new0 (InsertJob, 1);
  job->time = time;
  job->times = *times;
  job->message = sb_message_ref (message);
  sb_database_run_async (db, insert_func, job, (GDestroyNotify) insert_job_free, g_object_unref, NULL, callback,
                         user_data);
}

SbSchedule *
sb_schedule_store_insert_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

void
sb_schedule_store_update_async (SbDatabase *db, SbSchedule *schedule, GAsyncReadyCallback callback, gpointer user_data)
{
  UpdateJob *job;

  g_return_if_fail (SB_IS_SCHEDULE (schedule));

  job = g_new0 (UpdateJob, 1);
  job->id = sb_schedule_get_id (schedule);
  job->progress = *sb_schedule_get_progress (schedule);
  job->progress.counted_at = sb_clock_get_real ();
  job->error = g_strdup (sb_schedule_get_error (schedule));
  sb_database_run_async (db, update_func, job, (GDestroyNotify) update_job_free, NULL, NULL, callback, user_data);
}

gboolean
sb_schedule_store_update_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}

void
sb_schedule_store_delete_async (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, delete_func, g_memdup2 (&id, sizeof id), g_free, NULL, NULL, callback, user_data);
}

gboolean
sb_schedule_store_delete_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}
