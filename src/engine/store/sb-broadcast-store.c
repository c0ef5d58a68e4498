/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-broadcast-store.h"

#include "store/sb-missed-json.h"
#include "store/sb-retained-store.h"
#include "store/sb-statement.h"
#include "store/sb-target-json.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#define MAX_BYTES (64 * 1024 * 1024) /* of payload, all rows together */

typedef struct
{
  gint64 time;
  SbTarget *target;
  char *target_text;
  gboolean binary;
  GBytes *payload;
  gint64 schedule_id;
  char **retain; /* nullable */
} InsertJob;

static void
insert_job_free (InsertJob *self)
{
  sb_target_free (self->target);
  g_free (self->target_text);
  g_bytes_unref (self->payload);
  g_strfreev (self->retain);
  g_free (self);
}

typedef struct
{
  SbBroadcast *broadcast;
  GArray *retained_ids; /* (element-type gint64), nullable */
} Inserted;

static void
inserted_free (Inserted *self)
{
  g_clear_object (&self->broadcast);
  g_clear_pointer (&self->retained_ids, g_array_unref);
  g_free (self);
}

/* A copy of the numbers: the object is the main thread's. */
typedef struct
{
  gint64 id;
  gboolean complete;
  guint targeted;
  guint sent;
  guint dropped;
  guint pending;
  gint64 duration;
  GPtrArray *missed; /* (element-type SbMissed), nullable */
} ReportJob;

static void
report_job_free (ReportJob *self)
{
  g_clear_pointer (&self->missed, g_ptr_array_unref);
  g_free (self);
}

/* --- on the store thread --- */

static SbBroadcast *
read_broadcast (sqlite3_stmt *row)
{
  g_autofree char *json = sb_statement_dup_text (row, 2);
  g_autofree char *target_text = sb_statement_dup_text (row, 3);
  g_autoptr (SbTarget) target = sb_target_from_json (json);
  g_autoptr (GBytes) payload = sb_statement_dup_bytes (row, 11);
  g_autofree char *missed_json = sb_statement_dup_text (row, 12);
  g_autoptr (GPtrArray) missed = missed_json != NULL ? sb_missed_from_json (missed_json) : NULL;
  SbBroadcast *self;

  self = sb_broadcast_new (sqlite3_column_int64 (row, 0), sqlite3_column_int64 (row, 1), target_text, target,
                           sqlite3_column_int (row, 4), payload);
  if (sqlite3_column_int (row, 5))
    sb_broadcast_set_report (self,
                             (guint) sqlite3_column_int64 (row, 6),
                             (guint) sqlite3_column_int64 (row, 7),
                             (guint) sqlite3_column_int64 (row, 8),
                             (guint) sqlite3_column_int64 (row, 9),
                             sqlite3_column_int64 (row, 10));
  else
    sb_broadcast_set_interrupted (self);
  sb_broadcast_set_missed (self, missed);
  sb_broadcast_set_schedule_id (self, sqlite3_column_int64 (row, 13));
  sb_broadcast_set_retained (self, sqlite3_column_int (row, 14));

  return self;
}

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The history of broadcasts could not be read.");
  g_autoptr (GPtrArray) broadcasts = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;
  SbStatementStep step;

  rows = sb_statement_new (
      db,
      "SELECT id, time, target, target_text, binary, complete, targeted, sent, dropped, pending, duration, payload,"
      "  missed, schedule_id, retained"
      "  FROM broadcast ORDER BY id DESC LIMIT ?",
      failure, error);
  if (rows == NULL)
    return NULL;

  sqlite3_bind_int64 (rows, 1, GPOINTER_TO_UINT (data));
  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    g_ptr_array_add (broadcasts, read_broadcast (rows));

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&broadcasts) : NULL;
}

/**
 * sb_broadcast_store_thin_out:
 *
 * Drops what is too old, and of the rest, but for the newest, what is beyond the rows or the payload kept. The length of
 * a blob is known without reading it. Store thread, within a transaction.
 */
gboolean
sb_broadcast_store_thin_out (sqlite3 *db, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db,
                        "DELETE FROM broadcast WHERE id IN"
                        "  (SELECT id FROM (SELECT id, time, row_number () OVER newest_first AS position,"
                        "                     sum (length (payload) + coalesce (length (missed), 0)) OVER newest_first AS bytes"
                        "                     FROM broadcast WINDOW newest_first AS (ORDER BY id DESC)),"
                        "    keeping WHERE name = 'broadcast'"
                        "    AND (time < since OR (position > 1 AND (position > entries OR bytes > ?))))",
                        failure, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, MAX_BYTES);

  return sb_statement_run (statement, failure, error);
}

/* Counts a run of a schedule, and takes the run before it out of the history. */
static gboolean
count_run (sqlite3 *db, const InsertJob *job, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) count = NULL;
  g_autoptr (sqlite3_stmt) forget = NULL;

  count = sb_statement_new (db, "UPDATE schedule SET n_runs = n_runs + 1, last_at = ? WHERE id = ?", failure, error);
  if (count == NULL)
    return FALSE;
  sqlite3_bind_int64 (count, 1, job->time);
  sqlite3_bind_int64 (count, 2, job->schedule_id);
  if (!sb_statement_run (count, failure, error))
    return FALSE;
  if (sqlite3_changes (db) == 0)
    {
      g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND,
                   _("There is no scheduled message %" PRId64 " any more."), job->schedule_id);
      return FALSE;
    }

  forget = sb_statement_new (db, "DELETE FROM broadcast WHERE schedule_id = ? AND schedule_id > 0", failure, error);
  if (forget == NULL)
    return FALSE;
  sqlite3_bind_int64 (forget, 1, job->schedule_id);

  return sb_statement_run (forget, failure, error);
}

static gpointer
insert_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The broadcast could not be stored.");
  InsertJob *job = data;
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autofree char *json = sb_target_to_json (job->target);
  g_autoptr (GArray) retained_ids = NULL;
  gconstpointer bytes;
  gsize length;
  Inserted *inserted;
  gint64 id;

  if (job->schedule_id != 0 && !count_run (db, job, failure, error))
    return NULL;

  if (job->retain != NULL)
    {
      retained_ids = sb_retained_store_put (db, job->retain, job->time, job->binary, job->payload, error);
      if (retained_ids == NULL)
        return NULL;
    }

  statement = sb_statement_new (
      db,
      "INSERT INTO broadcast (time, target, target_text, binary, payload, schedule_id, retained)"
      "  VALUES (?, ?, ?, ?, ?, ?, ?)",
      failure, error);
  if (statement == NULL)
    return NULL;

  bytes = g_bytes_get_data (job->payload, &length);
  sqlite3_bind_int64 (statement, 1, job->time);
  sb_statement_bind_text (statement, 2, json);
  sb_statement_bind_text (statement, 3, job->target_text);
  sqlite3_bind_int (statement, 4, job->binary ? 1 : 0);
  /* The blob of no bytes must not become NULL. */
  sqlite3_bind_blob64 (statement, 5, length > 0 ? bytes : "", length, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 6, job->schedule_id);
  sqlite3_bind_int (statement, 7, job->retain != NULL ? 1 : 0);
  if (!sb_statement_run (statement, failure, error))
    return NULL;

  id = sqlite3_last_insert_rowid (db);
  if (!sb_broadcast_store_thin_out (db, failure, error))
    return NULL;

  inserted = g_new0 (Inserted, 1);
  inserted->broadcast =
      sb_broadcast_new (id, job->time, job->target_text, job->target, job->binary, job->payload);
  inserted->retained_ids = g_steal_pointer (&retained_ids);
  sb_broadcast_set_schedule_id (inserted->broadcast, job->schedule_id);
  sb_broadcast_set_retained (inserted->broadcast, job->retain != NULL);

  return inserted;
}

static gpointer
report_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The report of the broadcast could not be stored.");
  const ReportJob *job = data;
  g_autofree char *missed = job->missed != NULL ? sb_missed_to_json (job->missed) : NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;

  statement = sb_statement_new (
      db,
      "UPDATE broadcast SET complete = ?, targeted = ?, sent = ?, dropped = ?, pending = ?, duration = ?,"
      "  missed = ?"
      "  WHERE id = ?",
      failure, error);
  if (statement == NULL)
    return NULL;

  sqlite3_bind_int (statement, 1, job->complete ? 1 : 0);
  sqlite3_bind_int64 (statement, 2, job->targeted);
  sqlite3_bind_int64 (statement, 3, job->sent);
  sqlite3_bind_int64 (statement, 4, job->dropped);
  sqlite3_bind_int64 (statement, 5, job->pending);
  sqlite3_bind_int64 (statement, 6, job->duration);
  sb_statement_bind_text (statement, 7, missed);
  sqlite3_bind_int64 (statement, 8, job->id);
  if (sb_statement_run (statement, failure, error) && sqlite3_changes (db) == 0)
    g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND,
                 _("Broadcast %" PRId64 " is not in the history any more."), job->id);

  return NULL;
}

/* --- for the main thread --- */

/**
 * sb_broadcast_store_load_async:
 * @limit: at most so many, the newest
 */
void
sb_broadcast_store_load_async (SbDatabase *db, guint limit, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, load_func, GUINT_TO_POINTER (limit), NULL, (GDestroyNotify) g_ptr_array_unref, NULL,
                         callback, user_data);
}

GPtrArray *
sb_broadcast_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

/**
 * sb_broadcast_store_insert_async:
 * @time: real time, µs
 * @target: copied
 * @payload: a reference is taken
 * @schedule_id: what it is a run of; 0: nothing
 * @retain: (nullable): the patterns for which it is kept as well, no two alike, in the same transaction; copied
 */
void
sb_broadcast_store_insert_async (SbDatabase *db, gint64 time, const SbTarget *target, gboolean binary, GBytes *payload,
                                 gint64 schedule_id, char **retain, GAsyncReadyCallback callback, gpointer user_data)
{
  InsertJob *job;

  g_return_if_fail (target != NULL);
  g_return_if_fail (payload != NULL);

  job = g_new0 (InsertJob, 1);
  job->time = time;
  job->target = sb_target_copy (target);
  job->target_text = sb_target_to_text (target);
  job->binary = binary;
  job->payload = g_bytes_ref (payload);
  job->schedule_id = schedule_id;
  job->retain = g_strdupv (retain);
  sb_database_run_async (db, insert_func, job, (GDestroyNotify) insert_job_free, (GDestroyNotify) inserted_free, NULL,
                         callback, user_data);
}

/**
 * sb_broadcast_store_insert_finish:
 * @retained_ids: (out) (optional) (transfer full) (element-type gint64): of what is kept, in the order of the patterns; %NULL:
 *   nothing was to be
 *
 * Returns: (transfer full): the broadcast. SB_DATABASE_ERROR_REFUSED: more is to be kept than may be, so nothing was stored
 */
SbBroadcast *
sb_broadcast_store_insert_finish (SbDatabase *db, GAsyncResult *result, GArray **retained_ids, GError **error)
{
  Inserted *inserted = sb_database_run_finish (db, result, error);
  SbBroadcast *broadcast;

  if (inserted == NULL)
    return NULL;

  broadcast = g_steal_pointer (&inserted->broadcast);
  if (retained_ids != NULL)
    *retained_ids = g_steal_pointer (&inserted->retained_ids);
  inserted_free (inserted);

  return broadcast;
}

static gpointer
copy_missed (gconstpointer missed, gpointer user_data)
{
  return sb_missed_copy (missed);
}

/**
 * sb_broadcast_store_report_async:
 *
 * Stores the report as it is at the time of the call. SB_DATABASE_ERROR_NOT_FOUND: it is not kept any
 * more, for so many later ones came meanwhile.
 */
void
sb_broadcast_store_report_async (SbDatabase *db, SbBroadcast *broadcast, GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  ReportJob *job;

  g_return_if_fail (SB_IS_BROADCAST (broadcast));

  job = g_new0 (ReportJob, 1);
  job->id = sb_broadcast_get_id (broadcast);
  job->complete = sb_broadcast_get_complete (broadcast);
  job->targeted = sb_broadcast_get_targeted (broadcast);
  job->sent = sb_broadcast_get_sent (broadcast);
  job->dropped = sb_broadcast_get_dropped (broadcast);
  job->pending = sb_broadcast_get_pending (broadcast);
  job->duration = sb_broadcast_get_duration (broadcast);
  if (sb_broadcast_get_missed (broadcast) != NULL)
    job->missed = g_ptr_array_copy (sb_broadcast_get_missed (broadcast), copy_missed, NULL);
  sb_database_run_async (db, report_func, job, (GDestroyNotify) report_job_free, NULL, NULL, callback, user_data);
}

gboolean
sb_broadcast_store_report_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}
