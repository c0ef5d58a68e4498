/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-database-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (sb-database-error-quark, sb_database_error)

/* SQLite tells the few errors of the disk that matter to people apart only by the errno behind them. */
static SbDatabaseError
classify (sqlite3 *db, int code)
{
  int system_error = db != NULL ? sqlite3_system_errno (db) : 0;

  switch (code & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return SB_DATABASE_ERROR_BUSY;
    case SQLITE_FULL:
      return SB_DATABASE_ERROR_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return SB_DATABASE_ERROR_READ_ONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return SB_DATABASE_ERROR_CORRUPT;
    case SQLITE_IOERR:
      return system_error == ENOSPC || system_error == EDQUOT ? SB_DATABASE_ERROR_FULL : SB_DATABASE_ERROR_FAILED;
    case SQLITE_CANTOPEN:
      return system_error == EACCES || system_error == EPERM || system_error == EROFS ? SB_DATABASE_ERROR_READ_ONLY
                                                                                       : SB_DATABASE_ERROR_FAILED;
    default:
      return SB_DATABASE_ERROR_FAILED;
    }
}

static char *
describe (const char *path, sqlite3 *db, int code, SbDatabaseError kind)
{
  const char *detail =
      db != NULL && sqlite3_extended_errcode (db) == code ? sqlite3_errmsg (db) : sqlite3_errstr (code);
  int system_error = db != NULL ? sqlite3_system_errno (db) : 0;

  switch (kind)
    {
    case SB_DATABASE_ERROR_BUSY:
      return g_strdup_printf (_("Another program keeps “%s” locked. Close it and try again."), path);
    case SB_DATABASE_ERROR_FULL:
      return g_strdup_printf (_("The disk is full. Make room where “%s” is kept and try again."), path);
    case SB_DATABASE_ERROR_READ_ONLY:
      return g_strdup_printf (_("“%s” or its folder is read-only. Allow writing there and try again."), path);
    case SB_DATABASE_ERROR_CORRUPT:
      return g_strdup_printf (_("“%s” is damaged (%s). Restore a copy of it, or move it away to begin anew."), path,
                              detail);
    case SB_DATABASE_ERROR_TOO_NEW:
    case SB_DATABASE_ERROR_NOT_FOUND:
    case SB_DATABASE_ERROR_FAILED:
    default:
      if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)
        return g_strdup_printf (_("“%s” cannot be read or written (%s)."), path,
                                system_error != 0 ? g_strerror (system_error) : detail);
      return g_strdup_printf (_("The database “%s” refused it (%s)."), path, detail);
    }
}

void
sb_database_set_path_error (const char *path, sqlite3 *db, int code, const char *failure, GError **error)
{
  SbDatabaseError kind = classify (db, code);
  g_autofree char *sentence = describe (path, db, code, kind);

  if (failure != NULL)
    g_set_error (error, SB_DATABASE_ERROR, kind, "%s %s", failure, sentence);
  else
    g_set_error_literal (error, SB_DATABASE_ERROR, kind, sentence);
}

/**
 * sb_database_set_error:
 * @db: the connection that failed
 * @code: its result code, extended or not
 * @failure: (nullable): a whole sentence that says what was not done, in the language of the user, as in "The tokens
 *   could not be read."; another one that says why goes after it
 *
 * Sets @error to %SB_DATABASE_ERROR with a sentence that a person can act on. On the thread of @db, right after the
 * failure.
 */
void
sb_database_set_error (sqlite3 *db, int code, const char *failure, GError **error)
{
  g_return_if_fail (db != NULL);

  sb_database_set_path_error (sqlite3_db_filename (db, "main"), db, code, failure, error);
}
