/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-retained-store.h"

#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#define MAX_BYTES (64 * 1024 * 1024) /* of payload, all rows together */

/* --- on the store thread --- */

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The messages kept for newcomers could not be read.");
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;
  SbStatementStep step;

  rows = sb_statement_new (db, "SELECT id, pattern, since, binary, payload FROM retained ORDER BY id DESC", failure,
                           error);
  if (rows == NULL)
    return NULL;

  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    {
      g_autofree char *pattern = sb_statement_dup_text (rows, 1);
      SbOpcode opcode = sqlite3_column_int (rows, 3) ? SB_OPCODE_BINARY : SB_OPCODE_TEXT;
      const void *bytes = sqlite3_column_blob (rows, 4);
      g_autoptr (SbFrame) frame = sb_frame_new (opcode, bytes, (gsize) sqlite3_column_bytes (rows, 4));
      g_autoptr (SbRetained) retained = sb_retained_new (sqlite3_column_int64 (rows, 0), pattern, frame);

      g_ptr_array_add (items, sb_retained_item_new (retained, sqlite3_column_int64 (rows, 2)));
    }

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&items) : NULL;
}

static const char *
get_failure (void)
{
  return _("The message could not be kept.");
}

/* @id 0: a new one. */
static gboolean
insert (sqlite3 *db, gint64 id, const char *pattern, gint64 since, gboolean binary, GBytes *payload, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (
      db, "INSERT INTO retained (id, pattern, since, binary, payload) VALUES (?, ?, ?, ?, ?)", get_failure (), error);
  gsize length;
  gconstpointer bytes = g_bytes_get_data (payload, &length);

  if (statement == NULL)
    return FALSE;
  if (id != 0)
    sqlite3_bind_int64 (statement, 1, id);
  sb_statement_bind_text (statement, 2, pattern);
  sqlite3_bind_int64 (statement, 3, since);
  sqlite3_bind_int (statement, 4, binary ? 1 : 0);
  /* The blob of no bytes must not become NULL. The message outlives the statement. */
  sqlite3_bind_blob64 (statement, 5, length > 0 ? bytes : "", length, SQLITE_STATIC);

  return sb_statement_run (statement, get_failure (), error);
}

/* What is too much is rolled back. */
static gboolean
check_room (sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (
      db, "SELECT count (*), coalesce (sum (length (payload)), 0) FROM retained", get_failure (), error);

  if (statement == NULL || sb_statement_step (statement, get_failure (), error) != SB_STATEMENT_ROW)
    return FALSE;
  if (sqlite3_column_int64 (statement, 0) > SB_RETAINED_MAX)
    {
      g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED,
                   _("There are %d kept messages already, which is the most there may be."), SB_RETAINED_MAX);
      return FALSE;
    }
  if (sqlite3_column_int64 (statement, 1) > MAX_BYTES)
    {
      g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED, "%s %s", get_failure (),
                   /* Translators: after a sentence such as "The template could not be stored." */
                   _("All of them together may have 64 MiB. Delete some that are not needed any more."));
      return FALSE;
    }

  return TRUE;
}

static gboolean
forget (sqlite3 *db, const char *pattern, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db, "DELETE FROM retained WHERE pattern = ?", get_failure (), error);

  if (statement == NULL)
    return FALSE;
  sb_statement_bind_text (statement, 1, pattern);

  return sb_statement_run (statement, get_failure (), error);
}

/* With a look after each at whether there is room for it: of so many that there never can be, not all are written first. */
GArray *
sb_retained_store_put (sqlite3 *db, char **patterns, gint64 since, gboolean binary, GBytes *payload, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; patterns[i] != NULL; i++)
    if (!forget (db, patterns[i], error))
      return NULL;
  for (guint i = 0; patterns[i] != NULL; i++)
    {
      gint64 id;

      if (!insert (db, 0, patterns[i], since, binary, payload, error) || !check_room (db, error))
        return NULL;
      id = sqlite3_last_insert_rowid (db);
      g_array_append_val (ids, id);
    }

  return g_steal_pointer (&ids);
}

static gpointer
restore_func (sqlite3 *db, gpointer data, GError **error)
{
  SbRetainedItem *item = data;
  const char *pattern = sb_retained_item_get_pattern (item);
  g_autoptr (sqlite3_stmt) other =
      sb_statement_new (db, "SELECT id FROM retained WHERE pattern = ?", get_failure (), error);
  SbStatementStep step;

  if (other == NULL)
    return NULL;
  sb_statement_bind_text (other, 1, pattern);
  step = sb_statement_step (other, get_failure (), error);
  if (step == SB_STATEMENT_ROW)
    g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED,
                 _("Another message is kept for %s meanwhile."), pattern);
  else if (step == SB_STATEMENT_DONE &&
           insert (db, sb_retained_item_get_id (item), pattern, sb_retained_item_get_since (item),
                   sb_retained_item_get_binary (item), sb_retained_item_get_payload (item), error))
    check_room (db, error);

  return NULL;
}

static gpointer
remove_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The kept message could not be removed.");
  gint64 id = *(gint64 *) data;
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "DELETE FROM retained WHERE id = ?", failure, error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, id);
  if (sb_statement_run (statement, failure, error) && sqlite3_changes (db) == 0)
    g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, _("There is no kept message %" PRId64 "."),
                 id);

  return NULL;
}

/* --- for the main thread --- */

void
sb_retained_store_load_async (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, load_func, NULL, NULL, (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

GPtrArray *
sb_retained_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

void
sb_retained_store_restore_async (SbDatabase *db, SbRetainedItem *item, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SB_IS_RETAINED_ITEM (item));

  sb_database_run_async (db, restore_func, g_object_ref (item), g_object_unref, NULL, NULL, callback, user_data);
}

gboolean
sb_retained_store_restore_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}

void
sb_retained_store_remove_async (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, remove_func, g_memdup2 (&id, sizeof id), g_free, NULL, NULL, callback, user_data);
}

gboolean
sb_retained_store_remove_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}
