/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-measure-store.h"

#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>

#define SUMS "clients, messages_in, messages_out, bytes_in, bytes_out, rejected, refused, dropped"
#define FIRST_SUM 4 /* parameter of the first of them; they are in the order of SbMeasure */

static gboolean
add_span (sqlite3_stmt *insert, gint64 step, const SbSpan *span, const char *failure, GError **error)
{
  sqlite3_bind_int64 (insert, 1, step / G_USEC_PER_SEC);
  sqlite3_bind_int64 (insert, 2, span->time - span->time % step);
  sqlite3_bind_int64 (insert, 3, span->covered);
  for (guint measure = 0; measure < SB_N_MEASURES; measure++)
    sqlite3_bind_int64 (insert, FIRST_SUM + (int) measure, (sqlite3_int64) MIN (span->sums[measure], G_MAXINT64));

  return sb_statement_run (insert, failure, error);
}

static gboolean
thin_out (sqlite3 *db, gint64 step, int n_kept, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (
      db,
      "DELETE FROM measure WHERE step = ?1 AND time <="
      "  (SELECT time FROM measure WHERE step = ?1 ORDER BY time DESC LIMIT 1 OFFSET ?2)",
      failure, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, step / G_USEC_PER_SEC);
  sqlite3_bind_int (statement, 2, n_kept);
  return sb_statement_run (statement, failure, error);
}

static gpointer
add_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The measurements could not be written.");
  const GArray *spans = data;
  g_autoptr (sqlite3_stmt) insert = sb_statement_new (
      db,
      "INSERT INTO measure (step, time, covered, " SUMS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      "  ON CONFLICT (step, time) DO UPDATE SET"
      "  covered = covered + excluded.covered,"
      "  clients = clients + excluded.clients,"
      "  messages_in = messages_in + excluded.messages_in,"
      "  messages_out = messages_out + excluded.messages_out,"
      "  bytes_in = bytes_in + excluded.bytes_in,"
      "  bytes_out = bytes_out + excluded.bytes_out,"
      "  rejected = rejected + excluded.rejected,"
      "  refused = refused + excluded.refused,"
      "  dropped = dropped + excluded.dropped",
      failure, error);

  if (insert == NULL)
    return NULL;
  for (guint i = 0; i < spans->len; i++)
    {
      const SbSpan *span = &g_array_index (spans, SbSpan, i);

      if (!add_span (insert, SB_MEASURE_STORE_FINE, span, failure, error) ||
          !add_span (insert, SB_MEASURE_STORE_COARSE, span, failure, error))
        return NULL;
    }
  if (!thin_out (db, SB_MEASURE_STORE_FINE, SB_MEASURE_STORE_FINE_KEPT, failure, error) ||
      !thin_out (db, SB_MEASURE_STORE_COARSE, SB_MEASURE_STORE_COARSE_KEPT, failure, error))
    return NULL;

  return GINT_TO_POINTER (TRUE);
}

/**
 * sb_measure_store_add_async:
 * @spans: (element-type SbSpan): of at most a minute each; added to what is stored for their times. All are stored, or
 *   none. Not to be changed afterwards.
 *
 * Of what is more than is kept the oldest is removed.
 */
void
sb_measure_store_add_async (SbDatabase *db, GArray *spans, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (spans != NULL);

  sb_database_run_async (db, add_func, g_array_ref (spans), (GDestroyNotify) g_array_unref, NULL, NULL, callback,
                         user_data);
}

gboolean
sb_measure_store_add_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error) != NULL;
}

typedef struct
{
  gint64 since;
  gint64 step;
} Loading;

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The measurements could not be read.");
  const Loading *loading = data;
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (SbSpan));
  g_autoptr (sqlite3_stmt) rows = sb_statement_new (
      db,
      "SELECT time - time % ?1 AS start, sum (covered), sum (clients), sum (messages_in), sum (messages_out),"
      "  sum (bytes_in), sum (bytes_out), sum (rejected), sum (refused), sum (dropped)"
      "  FROM measure WHERE step = ?2 AND time >= ?3 GROUP BY start ORDER BY start",
      failure, error);
  gboolean coarse = loading->step % SB_MEASURE_STORE_COARSE == 0;
  SbStatementStep step;

  if (rows == NULL)
    return NULL;
  sqlite3_bind_int64 (rows, 1, loading->step);
  sqlite3_bind_int64 (rows, 2, (coarse ? SB_MEASURE_STORE_COARSE : SB_MEASURE_STORE_FINE) / G_USEC_PER_SEC);
  sqlite3_bind_int64 (rows, 3, loading->since);
  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    {
      SbSpan span = { sqlite3_column_int64 (rows, 0), sqlite3_column_int64 (rows, 1), { 0 } };

      for (guint measure = 0; measure < SB_N_MEASURES; measure++)
        span.sums[measure] = (guint64) sqlite3_column_int64 (rows, 2 + (int) measure);
      g_array_append_val (spans, span);
    }

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&spans) : NULL;
}

/**
 * sb_measure_store_load_async:
 * @since: real time, µs
 * @step: µs of one span, a multiple of %SB_MEASURE_STORE_FINE; where it is one of %SB_MEASURE_STORE_COARSE, what is kept
 *   for longer is read
 */
void
sb_measure_store_load_async (SbDatabase *db, gint64 since, gint64 step, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  Loading *loading;

  g_return_if_fail (step > 0 && step % SB_MEASURE_STORE_FINE == 0);

  loading = g_new0 (Loading, 1);
  loading->since = since - since % step;
  loading->step = step;
  sb_database_run_async (db, load_func, loading, g_free, (GDestroyNotify) g_array_unref, NULL, callback, user_data);
}

/**
 * sb_measure_store_load_finish:
 *
 * Returns: (transfer full) (element-type SbSpan): oldest first, of one step each; a step in which the server did not run is
 *   left out
 */
GArray *
sb_measure_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}
