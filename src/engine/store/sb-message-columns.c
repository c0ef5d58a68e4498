/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-message-columns.h"

#include "store/sb-statement.h"
#include "store/sb-target-json.h"

#include <glib/gi18n-lib.h>

#define MAX_BYTES (64 * 1024 * 1024)

void
sb_message_bind (sqlite3_stmt *statement, int first_parameter, const SbMessage *message)
{
  g_autofree char *json = message->target != NULL ? sb_target_to_json (message->target) : NULL;
  gsize length;
  gconstpointer bytes = g_bytes_get_data (message->payload, &length);

  sb_statement_bind_text (statement, first_parameter, json);
  sb_statement_bind_text (statement, first_parameter + 1, message->target_text);
  sqlite3_bind_int (statement, first_parameter + 2, message->binary ? 1 : 0);
  /* The blob of no bytes must not become NULL. The message outlives the statement. */
  sqlite3_bind_blob64 (statement, first_parameter + 3, length > 0 ? bytes : "", length, SQLITE_STATIC);
}

SbMessage *
sb_message_read (sqlite3_stmt *row, int first_column)
{
  g_autofree char *json = sb_statement_dup_text (row, first_column);
  g_autoptr (SbTarget) target = json != NULL ? sb_target_from_json (json) : NULL;
  g_autoptr (GBytes) payload = sb_statement_dup_bytes (row, first_column + 3);

  return sb_message_new (target, sqlite3_column_int (row, first_column + 2), payload);
}

/**
 * sb_message_check_room:
 * @table: a table with a column payload; never a stranger's text
 * @but: the row that is to be replaced; 0 for none
 */
gboolean
sb_message_check_room (sqlite3 *db, const char *table, gsize more, gint64 but, const char *failure, GError **error)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT coalesce (sum (length (payload)), 0) FROM %s WHERE id <> ?", table);
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, sql, failure, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, but);
  if (sb_statement_step (statement, failure, error) != SB_STATEMENT_ROW)
    return FALSE;
  if (sqlite3_column_int64 (statement, 0) + (gint64) more <= MAX_BYTES)
    return TRUE;

  g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED, "%s %s", failure,
               /* Translators: after a sentence such as "The template could not be stored." */
               _("All of them together may have 64 MiB. Delete some that are not needed any more."));
  return FALSE;
}
