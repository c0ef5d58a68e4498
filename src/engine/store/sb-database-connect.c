/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sb-database"
#include "config.h"

#include "store/sb-database-connect.h"

#include "store/sb-database-error.h"
#include "store/sb-migrations.h"
#include "store/sb-statement.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_TIME (2 * G_USEC_PER_SEC) /* what looking for damage may cost a start */
#define CHECK_STEPS 10000               /* of SQLite's machine between two looks at the clock */

static gboolean
execute (sqlite3 *db, const char *sql, GError **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    sb_database_set_error (db, code, NULL, error);

  return code == SQLITE_OK;
}

/* The file is made here, so that it is nobody else's from its first moment; SQLite gives the files beside it (-wal,
 * -shm) the mode of this one. An existing file is not opened for that: closing it would drop the locks of every
 * connection of this process (POSIX advisory locks). */
static gboolean
prepare_file (const char *path, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  struct stat file, log;
  int fd;

  fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
  else if (errno != EEXIST)
    {
      int code = errno;

      g_set_error (error, SB_DATABASE_ERROR,
                   code == EACCES || code == EPERM || code == EROFS ? SB_DATABASE_ERROR_READ_ONLY
                   : code == ENOSPC || code == EDQUOT               ? SB_DATABASE_ERROR_FULL
                                                                    : SB_DATABASE_ERROR_FAILED,
                   _("The database “%s” cannot be made: %s."), path, g_strerror (code));
      return FALSE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      if (lstat (name, &file) == 0 && S_ISREG (file.st_mode) && (file.st_mode & 0177) != 0 && chmod (name, 0600) != 0)
        g_message ("“%s” can be read by others, and that cannot be changed: %s", name, g_strerror (errno));
    }

  /* To SQLite an empty file is a new database, and it would throw away the log beside it. */
  if (stat (path, &file) == 0 && file.st_size == 0 && stat (wal, &log) == 0 && log.st_size > 0)
    {
      g_set_error (
          error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_CORRUPT,
          _("“%s” is damaged (it is empty, but “%s” is not). Restore a copy of it, or move both away to begin anew."),
          path, wal);
      return FALSE;
    }

  return TRUE;
}

/* A file that is somebody else's database is left alone. An empty one becomes ours. */
static gboolean
check_owner (sqlite3 *db, GError **error)
{
  const char *failure = _("The database could not be read.");
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (
      db, "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count (*) FROM sqlite_schema)", failure,
      error);
  int application;

  if (statement == NULL || sb_statement_step (statement, failure, error) != SB_STATEMENT_ROW)
    return FALSE;

  application = sqlite3_column_int (statement, 0);
  if (application == SB_DATABASE_APPLICATION_ID || (application == 0 && sqlite3_column_int64 (statement, 1) == 0))
    return TRUE;

  g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_CORRUPT,
               _("“%s” is a database of another program, not of Signalbox. Move it away, or use another folder."),
               sqlite3_db_filename (db, "main"));
  return FALSE;
}

static int
check_deadline_cb (gpointer user_data)
{
  return g_get_monotonic_time () >= *(gint64 *) user_data;
}

/* Looks for damage, for as long as a start may take: of a file so big that this is not enough, what was seen was sound.
 */
static gboolean
check_damage (sqlite3 *db, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + CHECK_TIME;
  g_autoptr (sqlite3_stmt) statement = NULL;
  const char *found;
  int code;

  code = sqlite3_prepare_v2 (db, "PRAGMA quick_check(1)", -1, &statement, NULL);
  if (code == SQLITE_OK)
    {
      sqlite3_progress_handler (db, CHECK_STEPS, check_deadline_cb, &deadline);
      code = sqlite3_step (statement);
      sqlite3_progress_handler (db, 0, NULL, NULL);
    }

  if (code == SQLITE_INTERRUPT)
    {
      g_message ("“%s” is too big to be checked for damage in time", sqlite3_db_filename (db, "main"));
      return TRUE;
    }

  if (code != SQLITE_ROW)
    {
      sb_database_set_error (db, code == SQLITE_DONE ? SQLITE_CORRUPT : code, NULL, error);
      return FALSE;
    }

  found = (const char *) sqlite3_column_text (statement, 0);
  if (g_strcmp0 (found, "ok") == 0)
    return TRUE;

  g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_CORRUPT,
               /* Translators: a file, and what is wrong with it */
               _("“%s” is damaged (%s). Restore a copy of it, or move it away to begin anew."),
               sqlite3_db_filename (db, "main"), found);
  return FALSE;
}

static gboolean
configure (sqlite3 *db, GError **error)
{
  static const struct
  {
    int option;
    int on;
  } options[] = {
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },
    { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
    { SQLITE_DBCONFIG_DQS_DML, 0 },
    { SQLITE_DBCONFIG_DQS_DDL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      int code = sqlite3_db_config (db, options[i].option, options[i].on, NULL);

      if (code != SQLITE_OK)
        {
          sb_database_set_error (db, code, NULL, error);
          return FALSE;
        }
    }

  return execute (db, "PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;",
                  error);
}

/* In WAL mode readers (a backup, the sqlite3 tool) don't hold up the writer. Where the file system has no shared memory
 * SQLite stays with a rollback journal, which keeps what is committed just as well. */
static gboolean
use_wal (sqlite3 *db, GError **error)
{
  const char *failure = _("The database could not be prepared for writing.");
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "PRAGMA journal_mode = WAL", failure, error);

  if (statement == NULL || sb_statement_step (statement, failure, error) != SB_STATEMENT_ROW)
    return FALSE;

  if (g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "wal") != 0)
    g_message ("“%s” is kept without a write-ahead log here", sqlite3_db_filename (db, "main"));
  return TRUE;
}

/* Nothing is written before the file is known to be ours, sound and of a version we know: what is refused stays as
 * it was. */
static gboolean
prepare (sqlite3 *db, GError **error)
{
  guint n_scripts;
  const char *const *scripts = sb_migrations_get_scripts (&n_scripts);

  /* SQLite opens what it may not write for reading, without a word. */
  if (sqlite3_db_readonly (db, "main") == 1)
    {
      sb_database_set_error (db, SQLITE_READONLY, NULL, error);
      return FALSE;
    }

  return configure (db, error) &&
         check_owner (db, error) &&
         sb_migrations_get_version (db, n_scripts, error) >= 0 &&
         check_damage (db, error) &&
         use_wal (db, error) &&
         sb_migrations_run (db, scripts, n_scripts, error) &&
         execute (db, "PRAGMA foreign_keys = ON", error);
}

/**
 * sb_database_connect:
 *
 * Returns: (transfer full): the connection, or %NULL with @error
 */
sqlite3 *
sb_database_connect (const char *path, guint busy_timeout, GError **error)
{
  sqlite3 *db = NULL;
  int code;

  g_return_val_if_fail (path != NULL, NULL);

  if (!prepare_file (path, error))
    return NULL;

  code = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  if (code != SQLITE_OK)
    sb_database_set_path_error (path, db, code, NULL, error);
  else
    {
      sqlite3_busy_timeout (db, (int) busy_timeout);
      if (prepare (db, error))
        return db;
      sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }

  sqlite3_close (db);
  return NULL;
}
