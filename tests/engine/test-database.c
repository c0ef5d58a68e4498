/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fault-vfs.h"
#include "store-fixture.h"
#include "store/sb-migrations.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static guint
file_mode (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

static void
write_file (const char *path, const void *data, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, (gssize) length, &error);
  g_assert_no_error (error);
}

static GBytes *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

/* Another program's connection. */
static sqlite3 *
connect_aside (const char *path)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), ==, SQLITE_OK);
  return db;
}

static void
execute_aside (sqlite3 *db, const char *sql)
{
  char *message = NULL;

  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

static void
assert_refused (const char *path, SbDatabaseError code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (store_open (path, &error));
  g_assert_error (error, SB_DATABASE_ERROR, (int) code);
  store_assert_contains (error->message, part);
}

/* --- open --- */

static void
test_new (StoreFixture *self, gconstpointer data)
{
  SbDatabase *database = store_open_well (self->path);
  g_autofree char *application = g_strdup_printf ("%d", SB_DATABASE_APPLICATION_ID);
  guint n_scripts;
  g_autofree char *version = NULL;

  sb_migrations_get_scripts (&n_scripts);
  version = g_strdup_printf ("%u", n_scripts);

  store_assert_sql (database, "PRAGMA journal_mode", "wal");
  store_assert_sql (database, "PRAGMA synchronous", "2");
  store_assert_sql (database, "PRAGMA foreign_keys", "1");
  store_assert_sql (database, "PRAGMA trusted_schema", "0");
  store_assert_sql (database, "PRAGMA cell_size_check", "1");
  store_assert_sql (database, "PRAGMA busy_timeout", "5000");
  store_assert_sql (database, "PRAGMA application_id", application);
  store_assert_sql (database, "PRAGMA user_version", version);
  store_assert_sql (database, "SELECT count (*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT%' AND name NOT LIKE 'sqlite_%'", "0");
  store_assert_sql (database, "SELECT count (*) FROM token", "0");

  g_assert_cmphex (file_mode (self->folder, "signalbox.db"), ==, 0600);
  g_assert_cmphex (file_mode (self->folder, "signalbox.db-wal"), ==, 0600);
  g_assert_cmphex (file_mode (self->folder, "signalbox.db-shm"), ==, 0600);

  store_close (database);
}

static void
test_keeps (StoreFixture *self, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  SbDatabase *database = store_open_well (self->path);

  g_free (store_sql (database, "INSERT INTO journal VALUES (NULL, 7, 'notice', 'server', '', 'kept', 1)"));
  store_close (database);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS)); /* merged into the file */

  database = store_open_well (self->path);
  store_assert_sql (database, "SELECT detail FROM journal WHERE time = 7", "kept");
  store_close (database);
}

static void
test_private (StoreFixture *self, gconstpointer data)
{
  store_close (store_open_well (self->path));
  g_assert_cmpint (g_chmod (self->path, 0644), ==, 0);

  store_close (store_open_well (self->path));
  g_assert_cmphex (file_mode (self->folder, "signalbox.db"), ==, 0600);
}

/* A name that SQLite would take for an address or for memory is a file like any other. */
static void
test_odd_names (StoreFixture *self, gconstpointer data)
{
  static const char *const names[] = { ":memory:", "file:x?mode=memory", "ä b%20c.db" };
  g_autofree char *before = g_get_current_dir ();

  g_assert_cmpint (g_chdir (self->folder), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      SbDatabase *database = store_open_well (names[i]);

      g_free (store_sql (database, "INSERT INTO journal VALUES (NULL, 7, 'notice', 'server', '', '', 1)"));
      store_close (database);
      g_assert_true (g_file_test (names[i], G_FILE_TEST_IS_REGULAR));
      database = store_open_well (names[i]);
      store_assert_sql (database, "SELECT count (*) FROM journal", "1");
      store_close (database);
    }
  g_assert_cmpint (g_chdir (before), ==, 0);
}

static void
test_no_folder (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "absent", "signalbox.db", NULL);

  assert_refused (path, SB_DATABASE_ERROR_FAILED, "No such file or directory");
  assert_refused (self->folder, SB_DATABASE_ERROR_FAILED, self->folder);
}

static void
test_read_only (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;

  store_close (store_open_well (self->path));
  before = read_file (self->path);

  atomic_store (&fault_read_only, TRUE);
  assert_refused (self->path, SB_DATABASE_ERROR_READ_ONLY, "read-only");
  atomic_store (&fault_read_only, FALSE);

  after = read_file (self->path);
  g_assert_true (g_bytes_equal (before, after));
  store_close (store_open_well (self->path));
}

static void
test_locked_at_open (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) initable = NULL;
  sqlite3 *other;

  store_close (store_open_well (self->path));
  other = connect_aside (self->path);
  execute_aside (other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM broadcast;");

  g_async_initable_new_async (SB_TYPE_DATABASE, G_PRIORITY_DEFAULT, NULL, store_result_cb, &result,
                              "path", self->path, "busy-timeout", 10, NULL);
  store_wait_for (result != NULL);
  g_assert_null (sb_database_open_finish (result, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_BUSY);
  store_assert_contains (error->message, self->path);

  sqlite3_close (other);
  store_close (store_open_well (self->path));
}

static void
test_open_cancelled (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  sb_database_open_async (self->path, cancellable, store_result_cb, &result);
  store_wait_for (result != NULL);
  g_assert_null (sb_database_open_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

/* --- damage --- */

static void
make_text (const char *path)
{
  write_file (path, "[server]\nport=8080\n# This is not a database at all, whatever its name says.\n# Not a bit.\n", 90);
}

static void
make_cut_header (const char *path)
{
  g_assert_cmpint (truncate (path, 60), ==, 0);
}

static void
make_cut_half (const char *path)
{
  g_autoptr (GBytes) bytes = read_file (path);

  g_assert_cmpint (truncate (path, (off_t) g_bytes_get_size (bytes) / 2), ==, 0);
}

static void
make_noise (const char *path)
{
  g_autoptr (GBytes) bytes = read_file (path);
  gsize length;
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, &length), g_bytes_get_size (bytes));

  for (gsize i = 4096; i < length; i++)
    copy[i] = (guint8) (i * 167 + 13);
  write_file (path, copy, length);
}

static void
make_bad_schema (const char *path)
{
  g_autoptr (GBytes) bytes = read_file (path);
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  memset (copy + 100, 0xff, 3996); /* the first page behind the header: sqlite_schema */
  write_file (path, copy, g_bytes_get_size (bytes));
}

static void
make_empty_with_log (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);

  g_assert_cmpint (truncate (path, 0), ==, 0);
  write_file (wal, "some log", 8);
}

static void
make_foreign (const char *path)
{
  sqlite3 *other;

  g_remove (path);
  other = connect_aside (path);
  execute_aside (other, "CREATE TABLE cookie (name TEXT)");
  sqlite3_close (other);
}

static void
make_foreign_application (const char *path)
{
  sqlite3 *other;

  g_remove (path);
  other = connect_aside (path);
  execute_aside (other, "PRAGMA application_id = 4242");
  sqlite3_close (other);
}

static void
make_negative_version (const char *path)
{
  sqlite3 *other = connect_aside (path);

  execute_aside (other, "PRAGMA user_version = -3");
  sqlite3_close (other);
}

typedef struct
{
  const char *name;
  void (*make) (const char *path);
  const char *part; /* of the message */
} Damage;

static const Damage damages[] = {
  { "not-a-database", make_text, "is damaged" },
  { "cut-within-the-header", make_cut_header, "is damaged" },
  { "cut-in-half", make_cut_half, "is damaged" },
  { "noise", make_noise, "is damaged" },
  { "bad-schema", make_bad_schema, "is damaged" },
  { "empty-beside-a-log", make_empty_with_log, "it is empty" },
  { "of-another-program", make_foreign, "another program" },
  { "other-application-id", make_foreign_application, "another program" },
  { "negative-version", make_negative_version, "is damaged" },
};

static void
test_damage (StoreFixture *self, gconstpointer data)
{
  const Damage *damage = data;
  SbDatabase *database = store_open_well (self->path);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;

  g_free (store_sql (database, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
                               "INSERT INTO journal SELECT NULL, i, 'notice', 'server', '', 'some detail', 1 FROM n"));
  store_close (database);
  damage->make (self->path);
  before = read_file (self->path);

  assert_refused (self->path, SB_DATABASE_ERROR_CORRUPT, damage->part);
  assert_refused (self->path, SB_DATABASE_ERROR_CORRUPT, self->path);

  after = read_file (self->path);
  g_assert_true (g_bytes_equal (before, after)); /* never replaced, never "repaired" */
}

static void
test_too_new (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autofree char *sql = NULL;
  guint n_scripts;
  sqlite3 *other;

  sb_migrations_get_scripts (&n_scripts);
  sql = g_strdup_printf ("PRAGMA user_version = %u; PRAGMA journal_mode = DELETE", n_scripts + 1);
  store_close (store_open_well (self->path));
  other = connect_aside (self->path);
  execute_aside (other, sql);
  sqlite3_close (other);
  before = read_file (self->path);

  assert_refused (self->path, SB_DATABASE_ERROR_TOO_NEW, "later version");
  after = read_file (self->path);
  g_assert_true (g_bytes_equal (before, after));
}

/* --- migrations --- */

static sqlite3 *
open_for_migrations (StoreFixture *self)
{
  return connect_aside (self->path);
}

static char *
query_aside (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement;
  char *text;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return text;
}

#define assert_aside(db, sql, expected) \
  G_STMT_START \
  { \
    g_autofree char *text = query_aside (db, sql); \
    g_assert_cmpstr (text, ==, expected); \
  } \
  G_STMT_END

static const char *const steps[] = {
  "CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO pet VALUES (1, 'Rex');",
  "ALTER TABLE pet ADD COLUMN age INTEGER DEFAULT 3;",
  "CREATE TABLE toy (pet INTEGER REFERENCES pet (id)); INSERT INTO toy VALUES (1);",
};

static void
test_migrate_steps (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = open_for_migrations (self);

  g_assert_true (sb_migrations_run (db, steps, 1, &error));
  g_assert_no_error (error);
  assert_aside (db, "PRAGMA user_version", "1");
  execute_aside (db, "UPDATE pet SET name = 'Ada'");

  g_assert_true (sb_migrations_run (db, steps, 3, &error));
  g_assert_no_error (error);
  assert_aside (db, "SELECT name || age FROM pet", "Ada3");
  assert_aside (db, "PRAGMA user_version", "3");

  g_assert_true (sb_migrations_run (db, steps, 3, &error)); /* nothing left to do */
  g_assert_no_error (error);
  assert_aside (db, "SELECT count (*) FROM toy", "1");

  g_assert_false (sb_migrations_run (db, steps, 2, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_TOO_NEW);
  sqlite3_close (db);
}

static void
test_migrate_failure (StoreFixture *self, gconstpointer data)
{
  static const char *const bad_ends[] = {
    "UPDATE pet SET name = 'half'; SELECT nonsense FROM nowhere;",
    "UPDATE pet SET name = 'half'; CREATE TABLE pet (id INTEGER);",
    "UPDATE pet SET name = 'half'; INSERT INTO toy VALUES (99);", /* breaks a foreign key, seen before the commit */
  };
  sqlite3 *db = open_for_migrations (self);
  const char *scripts[4];

  memcpy (scripts, steps, sizeof steps);
  g_assert_true (sb_migrations_run (db, scripts, 3, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (bad_ends); i++)
    {
      g_autoptr (GError) error = NULL;

      scripts[3] = bad_ends[i];
      g_assert_false (sb_migrations_run (db, scripts, 4, &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
      assert_aside (db, "SELECT name FROM pet", "Rex");
      assert_aside (db, "SELECT count (*) FROM toy", "1");
      assert_aside (db, "PRAGMA user_version", "3");
      g_assert_true (sqlite3_get_autocommit (db));
    }
  sqlite3_close (db);
}

/* --- jobs --- */

static gpointer
append_func (sqlite3 *db, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("INSERT INTO journal VALUES (NULL, %d, 'notice', 'server', '', '', 1)", GPOINTER_TO_INT (data));

  g_free (store_sql_func (db, sql, error));
  return data;
}

static void
note_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gpointer value = sb_database_run_finish (SB_DATABASE (source), result, &error);

  g_assert_no_error (error);
  g_array_append_val ((GArray *) user_data, value);
}

static void
test_order (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (gpointer));
  SbDatabase *database = store_open_well (self->path);

  for (int i = 1; i <= 50; i++)
    sb_database_run_async (database, append_func, GINT_TO_POINTER (i), NULL, NULL, NULL, note_cb, results);
  g_assert_cmpuint (results->len, ==, 0); /* never before the call returns */
  store_wait_for (results->len == 50);

  for (int i = 1; i <= 50; i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_array_index (results, gpointer, i - 1)), ==, i);
  store_assert_sql (database, "SELECT group_concat (id = time, '') FROM (SELECT * FROM journal ORDER BY id)",
                    "11111111111111111111111111111111111111111111111111");
  store_close (database);
}

static gpointer
half_done_func (sqlite3 *db, gpointer data, GError **error)
{
  g_free (store_sql_func (db, (gpointer) "INSERT INTO journal VALUES (NULL, 1, 'notice', 'server', '', '', 1)", error));
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "changed its mind");
  return g_strdup ("a result that must be freed");
}

static int n_freed;

static void
count_free (gpointer data)
{
  n_freed++;
  g_free (data);
}

static void
test_roll_back (StoreFixture *self, gconstpointer data)
{
  SbDatabase *database = store_open_well (self->path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  n_freed = 0;
  sb_database_run_async (database, half_done_func, g_strdup ("data"), count_free, count_free, NULL, store_result_cb, &result);
  store_wait_for (result != NULL);
  g_assert_null (sb_database_run_finish (database, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  store_wait_for (n_freed == 2);
  store_assert_sql (database, "SELECT count (*) FROM journal", "0");

  g_clear_object (&result); /* holds the database */
  store_close (database);
}

static void
test_failing_sql (StoreFixture *self, gconstpointer data)
{
  static const char *const bad[] = {
    "nonsense",
    "INSERT INTO journal VALUES (NULL, 'text in a number', 'notice', 'server', '', '', 1)",
    "INSERT INTO journal VALUES (NULL, 1, 'notice', 'server', '', '', 0)",
    "INSERT INTO token_channel VALUES (77, 0, '/news'); COMMIT", /* no such token */
    "INSERT INTO broadcast (time, target, target_text, binary, payload) VALUES (1, '{not json', '', 0, x'00')",
    "SELECT \"no such column\"",
  };
  SbDatabase *database = store_open_well (self->path);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *sql = g_strconcat ("INSERT INTO journal VALUES (NULL, 1, 'notice', 'server', '', '', 1); ", bad[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (store_try_sql (database, sql, &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
      store_assert_contains (error->message, "Could not do what the test says. ");
      store_assert_sql (database, "SELECT count (*) FROM journal", "0");
    }
  store_close (database);
}

/* Nobody takes the result: it is freed all the same. */
static gpointer
duplicate_func (sqlite3 *db, gpointer data, GError **error)
{
  return g_strdup (data);
}

static void
test_unclaimed (StoreFixture *self, gconstpointer data)
{
  SbDatabase *database = store_open_well (self->path);

  n_freed = 0;
  sb_database_run_async (database, duplicate_func, g_strdup ("data"), count_free, count_free, NULL, NULL, NULL);
  store_wait_for (n_freed == 2);
  store_close (database);
}

static GMutex gate_mutex;
static GCond gate_cond;
static gboolean gate_entered, gate_opened;

/* Keeps the store thread busy until the test lets it go. */
static gpointer
gate_func (sqlite3 *db, gpointer data, GError **error)
{
  g_mutex_lock (&gate_mutex);
  gate_entered = TRUE;
  g_cond_broadcast (&gate_cond);
  while (!gate_opened)
    g_cond_wait (&gate_cond, &gate_mutex);
  g_mutex_unlock (&gate_mutex);

  return append_func (db, GINT_TO_POINTER (1000), error);
}

static void
gate_enter (SbDatabase *database, GCancellable *cancellable, GAsyncResult **result)
{
  gate_entered = gate_opened = FALSE;
  sb_database_run_async (database, gate_func, NULL, NULL, NULL, cancellable, store_result_cb, result);
  g_mutex_lock (&gate_mutex);
  while (!gate_entered)
    g_cond_wait (&gate_cond, &gate_mutex);
  g_mutex_unlock (&gate_mutex);
}

static void
gate_open (void)
{
  g_mutex_lock (&gate_mutex);
  gate_opened = TRUE;
  g_cond_broadcast (&gate_cond);
  g_mutex_unlock (&gate_mutex);
}

static void
test_cancel (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  SbDatabase *database = store_open_well (self->path);
  g_autoptr (GAsyncResult) begun = NULL;
  g_autoptr (GAsyncResult) waiting = NULL;
  g_autoptr (GError) error = NULL;

  gate_enter (database, cancellable, &begun);
  sb_database_run_async (database, append_func, GINT_TO_POINTER (1), NULL, NULL, cancellable, store_result_cb, &waiting);
  g_cancellable_cancel (cancellable);
  gate_open ();
  store_wait_for (begun != NULL && waiting != NULL);

  g_assert_cmpint (GPOINTER_TO_INT (sb_database_run_finish (database, begun, &error)), ==, 1000);
  g_assert_no_error (error); /* it was committed, so it is told */
  g_assert_null (sb_database_run_finish (database, waiting, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  store_assert_sql (database, "SELECT group_concat (time) FROM journal", "1000");

  g_clear_object (&begun);
  g_clear_object (&waiting);
  store_close (database);
}

static void
open_gate_later_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  gate_open ();
  g_task_return_boolean (task, TRUE);
}

static void
test_close (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (gpointer));
  SbDatabase *database = store_open_well (self->path);
  g_autoptr (GAsyncResult) gate = NULL;
  g_autoptr (GAsyncResult) late = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) opener = g_task_new (NULL, NULL, NULL, NULL);
  sqlite3 *other;

  gate_enter (database, NULL, &gate);
  for (int i = 1; i <= 10; i++)
    sb_database_run_async (database, append_func, GINT_TO_POINTER (i), NULL, NULL, NULL, note_cb, results);
  g_task_run_in_thread (opener, open_gate_later_cb);
  sb_database_close (database); /* finishes what is queued */

  other = connect_aside (self->path);
  assert_aside (other, "SELECT count (*) FROM journal", "11");
  sqlite3_close (other);

  n_freed = 0;
  sb_database_run_async (database, duplicate_func, g_strdup ("data"), count_free, count_free, NULL, store_result_cb, &late);
  g_assert_null (late);
  store_wait_for (late != NULL && results->len == 10);
  g_assert_null (sb_database_run_finish (database, late, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_cmpint (n_freed, ==, 1);
  g_assert_nonnull (gate);

  g_clear_object (&late);
  g_clear_object (&gate);
  sb_database_close (database); /* a second time: nothing */
  store_close (database);
}

/* The last reference goes while jobs wait: they are done, and the thread ends. */
static void
test_dropped (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (gpointer));
  SbDatabase *database = store_open_well (self->path);
  GWeakRef weak;

  g_weak_ref_init (&weak, database);
  for (int i = 1; i <= 10; i++)
    sb_database_run_async (database, append_func, GINT_TO_POINTER (i), NULL, NULL, NULL, note_cb, results);
  g_object_unref (database);
  store_wait_for (results->len == 10);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (g_weak_ref_get (&weak));
  g_weak_ref_clear (&weak);

  database = store_open_well (self->path);
  store_assert_sql (database, "SELECT count (*) FROM journal", "10");
  store_close (database);
}

/* --- what goes wrong while running --- */

static void
test_locked (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbDatabase *database;
  sqlite3 *other;

  g_async_initable_new_async (SB_TYPE_DATABASE, G_PRIORITY_DEFAULT, NULL, store_result_cb, &result,
                              "path", self->path, "busy-timeout", 10, NULL);
  store_wait_for (result != NULL);
  database = sb_database_open_finish (result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);

  other = connect_aside (self->path);
  execute_aside (other, "BEGIN IMMEDIATE");
  g_assert_null (store_try_sql (database, "DELETE FROM broadcast", &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_BUSY);
  store_assert_contains (error->message, "Another program keeps “");
  store_assert_contains (error->message, self->path);

  execute_aside (other, "ROLLBACK");
  g_free (store_sql (database, "DELETE FROM broadcast"));

  /* A reader (a backup) holds up neither a job nor the end. */
  execute_aside (other, "BEGIN");
  assert_aside (other, "SELECT count (*) FROM journal", "0");
  g_free (store_sql (database, "INSERT INTO journal VALUES (NULL, 1, 'notice', 'server', '', '', 1)"));
  store_close (database);
  execute_aside (other, "COMMIT");
  assert_aside (other, "SELECT count (*) FROM journal", "1");
  sqlite3_close (other);
}

static void
test_full (StoreFixture *self, gconstpointer data)
{
  SbDatabase *database = store_open_well (self->path);
  g_autoptr (GError) error = NULL;
  g_autofree char *limit = store_sql (database, "PRAGMA page_count");
  g_autofree char *pragma = g_strconcat ("PRAGMA max_page_count = ", limit, NULL);

  g_free (store_sql (database, "INSERT INTO journal VALUES (NULL, 1, 'notice', 'server', '', 'before', 1)"));
  g_free (store_sql (database, pragma));
  g_assert_null (store_try_sql (database, "INSERT INTO journal VALUES (NULL, 2, 'notice', 'server', '', '', 1);"
                                          "INSERT INTO broadcast (time, target, target_text, binary, payload)"
                                          "  VALUES (1, '{}', '', 0, zeroblob (1000000))", &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  store_assert_contains (error->message, "The disk is full.");
  store_assert_sql (database, "SELECT group_concat (detail) FROM journal", "before");

  g_free (store_sql (database, "PRAGMA max_page_count = 1000000"));
  g_free (store_sql (database, "INSERT INTO journal VALUES (NULL, 3, 'notice', 'server', '', 'after', 1)"));
  store_assert_sql (database, "SELECT group_concat (detail) FROM journal", "before,after");
  store_close (database);
}

typedef struct
{
  const char *name;
  int code;
  int system_error;
  SbDatabaseError expected;
  const char *part;
} DiskError;

static const DiskError disk_errors[] = {
  { "full", SQLITE_FULL, ENOSPC, SB_DATABASE_ERROR_FULL, "The disk is full." },
  { "full-told-late", SQLITE_IOERR_FSYNC, ENOSPC, SB_DATABASE_ERROR_FULL, "The disk is full." },
  { "quota", SQLITE_IOERR_WRITE, EDQUOT, SB_DATABASE_ERROR_FULL, "The disk is full." },
  { "read-only", SQLITE_READONLY, EROFS, SB_DATABASE_ERROR_READ_ONLY, "is read-only" },
  { "broken", SQLITE_IOERR_WRITE, EIO, SB_DATABASE_ERROR_FAILED, "Input/output error" },
};

static void
test_disk_error (StoreFixture *self, gconstpointer data)
{
  const DiskError *disk_error = data;
  SbDatabase *database = store_open_well (self->path);
  g_autoptr (GError) error = NULL;

  g_free (store_sql (database, "INSERT INTO journal VALUES (NULL, 1, 'notice', 'server', '', 'before', 1)"));
  fault_vfs_arm (0, disk_error->code, disk_error->system_error, TRUE);
  g_assert_null (store_try_sql (database, "INSERT INTO journal VALUES (NULL, 2, 'notice', 'server', '', 'lost', 1)", &error));
  g_assert_cmpint (fault_vfs_disarm (), >, 0);
  g_assert_error (error, SB_DATABASE_ERROR, (int) disk_error->expected);
  store_assert_contains (error->message, disk_error->part);

  /* The disk is well again: so is the database, without a restart. */
  g_free (store_sql (database, "INSERT INTO journal VALUES (NULL, 3, 'notice', 'server', '', 'after', 1)"));
  store_assert_sql (database, "SELECT group_concat (detail) FROM journal", "before,after");
  store_close (database);
}

/* Fails the nth writing operation of one and the same story, for every n there is, and every one after it: what was
 * acknowledged is there afterwards, what was refused for a statement's sake is not, and nothing is damaged. */
static void
test_every_fault (StoreFixture *self, gconstpointer data)
{
  const int code = GPOINTER_TO_INT (data);
  int n = 0, hits;

  do
    {
      g_autofree char *path = g_strdup_printf ("%s-%d", self->path, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) acknowledged = g_string_new (NULL);
      SbDatabase *database;
      int n_failed = 0;

      fault_vfs_arm (n, code, code == SQLITE_FULL ? ENOSPC : EIO, TRUE);
      database = store_open (path, &error);
      g_assert_true ((database != NULL) == (error == NULL));

      for (int i = 1; database != NULL && i <= 5; i++)
        {
          g_autofree char *sql = g_strdup_printf ("INSERT INTO journal VALUES (NULL, %d, 'notice', 'server', '', '%*d', 1)", i, 9000, i);

          g_clear_error (&error);
          g_free (store_try_sql (database, sql, &error));
          if (error == NULL)
            g_string_append_printf (acknowledged, "%s%d", acknowledged->len > 0 ? "," : "", i);
          else
            {
              g_assert_true (error->domain == SB_DATABASE_ERROR);
              n_failed++;
            }
        }
      if (database != NULL)
        store_close (database);
      hits = fault_vfs_disarm ();

      database = store_open_well (path);
      if (n_failed == 0)
        store_assert_sql (database, "SELECT group_concat (time) FROM journal", acknowledged->len > 0 ? acknowledged->str : NULL);
      else
        {
          /* Of those that failed the first may have reached the disk before the disk said it had not (a sync that fails). */
          g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM journal WHERE time IN (%s)", acknowledged->str);
          g_autofree char *found = store_sql (database, sql);
          g_autofree char *total = store_sql (database, "SELECT count (*) FROM journal");

          g_assert_cmpint (atoi (found), ==, 5 - n_failed);
          g_assert_cmpint (atoi (total), <=, 5 - n_failed + 1);
        }
      store_assert_sql (database, "PRAGMA integrity_check", "ok");
      store_close (database);
      n++;
    }
  while (hits > 0);

  g_test_message ("%d operations failed in turn", n - 1);
  g_assert_cmpint (n, >, 20);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  fault_vfs_install ();

#define ADD(name, data, func) g_test_add ("/database/" name, StoreFixture, data, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("new-file-is-private-and-set-up", NULL, test_new);
  ADD ("keeps-what-was-committed", NULL, test_keeps);
  ADD ("makes-an-open-file-private", NULL, test_private);
  ADD ("odd-names-are-files", NULL, test_odd_names);
  ADD ("no-folder", NULL, test_no_folder);
  ADD ("read-only", NULL, test_read_only);
  ADD ("locked-at-open", NULL, test_locked_at_open);
  ADD ("open-cancelled", NULL, test_open_cancelled);
  ADD ("too-new-is-left-alone", NULL, test_too_new);
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *name = g_strconcat ("/database/damage/", damages[i].name, NULL);

      g_test_add (name, StoreFixture, &damages[i], store_fixture_set_up, test_damage, store_fixture_tear_down);
    }
  ADD ("migrations-run-once-and-in-order", NULL, test_migrate_steps);
  ADD ("failed-migration-leaves-nothing", NULL, test_migrate_failure);
  ADD ("jobs-and-results-in-order", NULL, test_order);
  ADD ("error-rolls-back", NULL, test_roll_back);
  ADD ("failing-sql-rolls-back", NULL, test_failing_sql);
  ADD ("unclaimed-result-is-freed", NULL, test_unclaimed);
  ADD ("cancel-before-and-after-begin", NULL, test_cancel);
  ADD ("close-finishes-the-queue", NULL, test_close);
  ADD ("dropped-with-jobs-waiting", NULL, test_dropped);
  ADD ("locked", NULL, test_locked);
  ADD ("full", NULL, test_full);
  for (guint i = 0; i < G_N_ELEMENTS (disk_errors); i++)
    {
      g_autofree char *name = g_strconcat ("/database/disk/", disk_errors[i].name, NULL);

      g_test_add (name, StoreFixture, &disk_errors[i], store_fixture_set_up, test_disk_error, store_fixture_tear_down);
    }
  ADD ("every-write-fails-in-turn/full", GINT_TO_POINTER (SQLITE_FULL), test_every_fault);
  ADD ("every-write-fails-in-turn/broken", GINT_TO_POINTER (SQLITE_IOERR_WRITE), test_every_fault);

  return g_test_run ();
}
