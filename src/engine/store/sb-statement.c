/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-statement.h"

#include "store/sb-database.h"

/**
 * sb_statement_new:
 * @failure: a sentence in the language of the user that says what was not done, as in "The tokens could not be read."
 *
 * Returns: (transfer full): the prepared statement, or %NULL with @error set
 */
sqlite3_stmt *
sb_statement_new (sqlite3 *db, const char *sql, const char *failure, GError **error)
{
  sqlite3_stmt *self = NULL;
  int code;

  g_return_val_if_fail (db != NULL, NULL);
  g_return_val_if_fail (sql != NULL, NULL);

  code = sqlite3_prepare_v2 (db, sql, -1, &self, NULL);
  if (code != SQLITE_OK)
    sb_database_set_error (db, code, failure, error);

  return self;
}

/**
 * sb_statement_step:
 *
 * Goes to the next row.
 */
SbStatementStep
sb_statement_step (sqlite3_stmt *self, const char *failure, GError **error)
{
  int code;

  g_return_val_if_fail (self != NULL, SB_STATEMENT_FAILED);

  code = sqlite3_step (self);
  if (code == SQLITE_ROW)
    return SB_STATEMENT_ROW;
  if (code == SQLITE_DONE)
    return SB_STATEMENT_DONE;

  sb_database_set_error (sqlite3_db_handle (self), code, failure, error);
  return SB_STATEMENT_FAILED;
}

gboolean
sb_statement_run (sqlite3_stmt *self, const char *failure, GError **error)
{
  SbStatementStep step;

  do
    step = sb_statement_step (self, failure, error);
  while (step == SB_STATEMENT_ROW);

  sqlite3_reset (self); /* repeats the code of the step, which is dealt with */
  sqlite3_clear_bindings (self);
  return step == SB_STATEMENT_DONE;
}

/* A bind can only fail for want of memory or with a wrong number, and then leaves NULL, which the table's NOT NULL
 * refuses. */
void
sb_statement_bind_text (sqlite3_stmt *self, int parameter, const char *text)
{
  sqlite3_bind_text (self, parameter, text, -1, SQLITE_TRANSIENT);
}

/**
 * sb_statement_dup_text:
 *
 * SQLite does not check text; another program may have written anything, and GTK insists on UTF-8.
 *
 * Returns: (transfer full) (nullable): the text of @column of the current row
 */
char *
sb_statement_dup_text (sqlite3_stmt *self, int column)
{
  const char *text = (const char *) sqlite3_column_text (self, column);

  return text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

GBytes *
sb_statement_dup_bytes (sqlite3_stmt *self, int column)
{
  const void *data = sqlite3_column_blob (self, column);

  return g_bytes_new (data, sqlite3_column_bytes (self, column));
}
