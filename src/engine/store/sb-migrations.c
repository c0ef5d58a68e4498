/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-migrations.h"

#include "store/sb-database.h"
#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>

/* Times are real time in µs since 1970, 0 for none. Ids are never used twice (AUTOINCREMENT): the audit trail speaks of
 * what was deleted. */
static const char first_script[] =
    "CREATE TABLE token ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),"
    "  label TEXT NOT NULL CHECK (length (label) BETWEEN 1 AND 64),"
    "  hash BLOB NOT NULL UNIQUE CHECK (length (hash) = 32),"
    "  hint TEXT NOT NULL CHECK (length (hint) > 0),"
    "  previous_hash BLOB CHECK (length (previous_hash) = 32),"
    "  previous_until INTEGER NOT NULL DEFAULT 0 CHECK (previous_until >= 0),"
    "  may_publish INTEGER NOT NULL CHECK (may_publish IN (0, 1)),"
    "  not_before INTEGER NOT NULL CHECK (not_before >= 0),"
    "  expires_at INTEGER NOT NULL CHECK (expires_at >= 0),"
    "  max_connections INTEGER NOT NULL CHECK (max_connections BETWEEN 0 AND 4294967295),"
    "  messages_per_second INTEGER NOT NULL CHECK (messages_per_second BETWEEN 0 AND 4294967295),"
    "  created_at INTEGER NOT NULL,"
    "  revoked_at INTEGER NOT NULL DEFAULT 0 CHECK (revoked_at >= 0),"
    "  last_used INTEGER NOT NULL DEFAULT 0 CHECK (last_used >= 0),"
    "  last_address TEXT,"
    "  CHECK (previous_until = 0 OR previous_hash IS NOT NULL)"
    ") STRICT;"

    "CREATE TABLE token_channel ("
    "  token_id INTEGER NOT NULL REFERENCES token (id) ON DELETE CASCADE,"
    "  position INTEGER NOT NULL CHECK (position >= 0),"
    "  pattern TEXT NOT NULL CHECK (length (pattern) > 0),"
    "  PRIMARY KEY (token_id, position),"
    "  UNIQUE (token_id, pattern)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE journal ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),"
    "  time INTEGER NOT NULL,"
    "  act TEXT NOT NULL CHECK (length (act) > 0),"
    "  actor TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  detail TEXT NOT NULL,"
    "  count INTEGER NOT NULL CHECK (count BETWEEN 1 AND 4294967295)"
    ") STRICT;"
    /* The audit trail is append-only: nothing is changed, nothing replaced (INSERT OR REPLACE deletes without the
     * trigger for it), and nothing taken away but what stands behind the newest 100000. */
    "CREATE TRIGGER journal_keep_update BEFORE UPDATE ON journal BEGIN"
    "  SELECT RAISE (ABORT, 'the audit trail is append-only'); END;"
    "CREATE TRIGGER journal_keep_replace BEFORE INSERT ON journal WHEN NEW.id IN (SELECT id FROM journal) BEGIN"
    "  SELECT RAISE (ABORT, 'the audit trail is append-only'); END;"
    "CREATE TRIGGER journal_keep_delete BEFORE DELETE ON journal"
    "  WHEN OLD.id > (SELECT max (id) FROM journal) - 100000 BEGIN"
    "  SELECT RAISE (ABORT, 'the audit trail is append-only'); END;"

    "CREATE TABLE broadcast ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),"
    "  time INTEGER NOT NULL,"
    "  target TEXT NOT NULL CHECK (json_valid (target)),"
    "  target_text TEXT NOT NULL,"
    "  binary INTEGER NOT NULL CHECK (binary IN (0, 1)),"
    "  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),"
    "  targeted INTEGER NOT NULL DEFAULT 0 CHECK (targeted >= 0),"
    "  sent INTEGER NOT NULL DEFAULT 0 CHECK (sent >= 0),"
    "  dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped >= 0),"
    "  pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),"
    "  duration INTEGER NOT NULL DEFAULT 0,"
    "  payload BLOB NOT NULL"
    ") STRICT;";

/* What was measured, in steps of 60 and of 900 seconds, which begin at @time. Counts add up, and a level is multiplied
 * by how long it was so, in µs: two rows of one step are one by addition. No row: the server did not run. */
static const char measure_script[] =
    "CREATE TABLE measure ("
    "  step INTEGER NOT NULL CHECK (step IN (60, 900)),"
    "  time INTEGER NOT NULL,"
    "  covered INTEGER NOT NULL CHECK (covered > 0),"
    "  clients INTEGER NOT NULL,"
    "  messages_in INTEGER NOT NULL,"
    "  messages_out INTEGER NOT NULL,"
    "  bytes_in INTEGER NOT NULL,"
    "  bytes_out INTEGER NOT NULL,"
    "  rejected INTEGER NOT NULL,"
    "  refused INTEGER NOT NULL,"
    "  dropped INTEGER NOT NULL,"
    "  PRIMARY KEY (step, time)"
    ") STRICT, WITHOUT ROWID;";

/* Who lost a broadcast, what is said again, and what is said by itself. */
static const char speech_script[] =
    /* [{"name":…,"label":…,"hint":…,"address":…,"channel":…}, …] */
    "ALTER TABLE broadcast ADD COLUMN missed TEXT CHECK (missed IS NULL OR json_valid (missed));"
    /* The history keeps the last run of what repeats. 0: it was sent by hand. */
    "ALTER TABLE broadcast ADD COLUMN schedule_id INTEGER NOT NULL DEFAULT 0 CHECK (schedule_id >= 0);"
    "CREATE INDEX broadcast_schedule ON broadcast (schedule_id) WHERE schedule_id > 0;"

    "CREATE TABLE template ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),"
    "  name TEXT NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 64),"
    "  changed_at INTEGER NOT NULL,"
    "  target TEXT CHECK (target IS NULL OR json_valid (target)),"
    "  target_text TEXT NOT NULL,"
    "  binary INTEGER NOT NULL CHECK (binary IN (0, 1)),"
    "  payload BLOB NOT NULL"
    ") STRICT;"

    "CREATE TABLE schedule ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),"
    "  created_at INTEGER NOT NULL,"
    "  start_at INTEGER NOT NULL,"
    "  interval INTEGER NOT NULL CHECK (interval = 0 OR interval >= 1000000),"
    "  max_runs INTEGER NOT NULL CHECK (max_runs BETWEEN 0 AND 4294967295),"
    "  n_runs INTEGER NOT NULL DEFAULT 0 CHECK (n_runs >= 0),"
    "  n_missed INTEGER NOT NULL DEFAULT 0 CHECK (n_missed >= 0),"
    "  n_failed INTEGER NOT NULL DEFAULT 0 CHECK (n_failed >= 0),"
    "  counted_at INTEGER NOT NULL DEFAULT 0 CHECK (counted_at >= 0),"
    "  last_at INTEGER NOT NULL DEFAULT 0 CHECK (last_at >= 0),"
    "  last_targeted INTEGER NOT NULL DEFAULT 0 CHECK (last_targeted >= 0),"
    "  last_sent INTEGER NOT NULL DEFAULT 0 CHECK (last_sent >= 0),"
    "  last_dropped INTEGER NOT NULL DEFAULT 0 CHECK (last_dropped >= 0),"
    "  error TEXT,"
    "  target TEXT NOT NULL CHECK (json_valid (target)),"
    "  target_text TEXT NOT NULL,"
    "  binary INTEGER NOT NULL CHECK (binary IN (0, 1)),"
    "  payload BLOB NOT NULL"
    ") STRICT;";

/* Addresses that the admin shut out. */
static const char block_script[] =
    "CREATE TABLE block ("
    "  address TEXT PRIMARY KEY CHECK (length (address) > 0),"
    "  until INTEGER NOT NULL CHECK (until >= 0),"
    "  since INTEGER NOT NULL,"
    "  actor TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;";

/* What may be said. Counts are JSON by name, since the list of what is counted grows. */
static const char rules_script[] =
    "CREATE TABLE rule ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),"
    "  pattern TEXT NOT NULL UNIQUE CHECK (length (pattern) > 0),"
    "  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),"
    "  allow_text INTEGER NOT NULL CHECK (allow_text IN (0, 1)),"
    "  allow_binary INTEGER NOT NULL CHECK (allow_binary IN (0, 1)),"
    "  max_size INTEGER NOT NULL CHECK (max_size BETWEEN 0 AND 4294967295),"
    "  max_depth INTEGER NOT NULL CHECK (max_depth BETWEEN 0 AND 4294967295),"
    "  messages_per_second INTEGER NOT NULL CHECK (messages_per_second BETWEEN 0 AND 4294967295),"
    "  schema TEXT,"
    "  assert_format INTEGER NOT NULL CHECK (assert_format IN (0, 1)),"
    "  on_failure TEXT NOT NULL CHECK (length (on_failure) > 0),"
    "  created_at INTEGER NOT NULL,"
    "  changed_at INTEGER NOT NULL,"
    "  counts TEXT NOT NULL DEFAULT '{}'"
    ") STRICT;"

    "CREATE TABLE schema_document ("
    "  uri TEXT NOT NULL PRIMARY KEY CHECK (length (uri) > 0),"
    "  text TEXT NOT NULL,"
    "  changed_at INTEGER NOT NULL"
    ") STRICT;";

/* How much is kept is set by the admin. What of the audit trail may be taken away is what is said here, and no more. */
static const char keeping_script[] =
    "CREATE TABLE keeping ("
    "  name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('journal', 'broadcast')),"
    "  entries INTEGER NOT NULL CHECK (entries > 0),"
    "  since INTEGER NOT NULL CHECK (since >= 0)" /* what is older goes */
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO keeping VALUES ('journal', 100000, 0), ('broadcast', 1000, 0);"
    "DROP TRIGGER journal_keep_delete;"
    "CREATE TRIGGER journal_keep_delete BEFORE DELETE ON journal"
    "  WHEN OLD.id > (SELECT max (id) FROM journal) - (SELECT entries FROM keeping WHERE name = 'journal')"
    "    AND OLD.time >= (SELECT since FROM keeping WHERE name = 'journal') BEGIN"
    "  SELECT RAISE (ABORT, 'the audit trail is append-only'); END;";

/* What is kept for those who come later, and which broadcasts were to be. */
static const char retained_script[] =
    "CREATE TABLE retained ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),"
    "  pattern TEXT NOT NULL UNIQUE CHECK (length (pattern) > 0),"
    "  since INTEGER NOT NULL,"
    "  binary INTEGER NOT NULL CHECK (binary IN (0, 1)),"
    "  payload BLOB NOT NULL"
    ") STRICT;"
    "ALTER TABLE broadcast ADD COLUMN retained INTEGER NOT NULL DEFAULT 0 CHECK (retained IN (0, 1));";

static const char *const scripts[] = { first_script, measure_script, speech_script,  block_script,
                                       rules_script, keeping_script, retained_script };

const char *const *
sb_migrations_get_scripts (guint *n_scripts)
{
  g_return_val_if_fail (n_scripts != NULL, NULL);

  *n_scripts = G_N_ELEMENTS (scripts);
  return scripts;
}

int
sb_migrations_get_version (sqlite3 *db, guint n_migrations, GError **error)
{
  const char *failure = _("The version of the database could not be read.");
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "PRAGMA user_version", failure, error);
  int version;

  if (statement == NULL || sb_statement_step (statement, failure, error) != SB_STATEMENT_ROW)
    return -1;

  version = sqlite3_column_int (statement, 0);
  if (version < 0)
    {
      sb_database_set_error (db, SQLITE_CORRUPT, failure, error);
      return -1;
    }
  if ((guint) version > n_migrations)
    {
      g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_TOO_NEW,
                   _("“%s” was written by a later version of Signalbox (its format is %d, this one knows up to %u). "
                     "Update Signalbox to use it."),
                   sqlite3_db_filename (db, "main"), version, n_migrations);
      return -1;
    }

  return version;
}

/* Foreign keys are off while tables are rebuilt (they can't be switched within a transaction), so this looks before the
 * commit. */
static gboolean
check_foreign_keys (sqlite3 *db, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "PRAGMA foreign_key_check", failure, error);
  SbStatementStep step;

  if (statement == NULL)
    return FALSE;

  step = sb_statement_step (statement, failure, error);
  if (step == SB_STATEMENT_ROW)
    sb_database_set_error (db, SQLITE_CONSTRAINT_FOREIGNKEY, failure, error);

  return step == SB_STATEMENT_DONE;
}

static gboolean
execute (sqlite3 *db, const char *sql, const char *failure, GError **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    sb_database_set_error (db, code, failure, error);

  return code == SQLITE_OK;
}

static gboolean
run_script (sqlite3 *db, const char *script, guint version, GError **error)
{
  const char *failure = _("The database could not be prepared for this version of Signalbox.");
  g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %u; PRAGMA application_id = %d;",
                                           version,
                                           SB_DATABASE_APPLICATION_ID);

  if (execute (db, "BEGIN IMMEDIATE", failure, error) &&
      execute (db, script, failure, error) &&
      execute (db, mark, failure, error) &&
      check_foreign_keys (db, failure, error) &&
      execute (db, "COMMIT", failure, error))
    return TRUE;

  if (!sqlite3_get_autocommit (db))
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

gboolean
sb_migrations_run (sqlite3 *db, const char *const *migrations, guint n_migrations, GError **error)
{
  int version;

  g_return_val_if_fail (db != NULL, FALSE);

  version = sb_migrations_get_version (db, n_migrations, error);
  if (version < 0)
    return FALSE;

  for (guint next = version; next < n_migrations; next++)
    {
      if (!run_script (db, migrations[next], next + 1, error))
        return FALSE;
    }

  return TRUE;
}
