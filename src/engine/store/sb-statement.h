/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* What every store does with a prepared statement, in one place. Store thread only. @failure is the
 * sentence for the user that says what was not done, as for sb_database_set_error(). Errors are SB_DATABASE_ERROR. */

typedef enum
{
  SB_STATEMENT_FAILED = -1, /* the error is set */
  SB_STATEMENT_DONE = 0,
  SB_STATEMENT_ROW = 1,
} SbStatementStep;

sqlite3_stmt   *sb_statement_new       (sqlite3 *db, const char *sql, const char *failure, GError **error);
SbStatementStep sb_statement_step      (sqlite3_stmt *self, const char *failure, GError **error);
/* For a statement without rows: to its end, then ready for the next values. */
gboolean        sb_statement_run       (sqlite3_stmt *self, const char *failure, GError **error);
void            sb_statement_bind_text (sqlite3_stmt *self, int parameter, const char *text /* nullable */);
char           *sb_statement_dup_text  (sqlite3_stmt *self, int column); /* valid UTF-8; NULL for NULL */
GBytes         *sb_statement_dup_bytes (sqlite3_stmt *self, int column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

G_END_DECLS
