/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-aside.h"
#include "store/sb-migrations.h"

#include <sys/stat.h>

static guint
file_mode (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  return status.st_mode & 07777;
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
  store_assert_sql (database,
                    "SELECT count (*) FROM sqlite_schema"
                    "  WHERE type = 'table' AND sql NOT LIKE '%STRICT%' AND name NOT LIKE 'sqlite_%'",
                    "0");
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

/* --- jobs --- */

static gpointer
append_func (sqlite3 *db, gpointer data, GError **error)
{
  g_autofree char *sql =
      g_strdup_printf ("INSERT INTO journal VALUES (NULL, %d, 'notice', 'server', '', '', 1)", GPOINTER_TO_INT (data));

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
  sb_database_run_async (database, half_done_func, g_strdup ("data"), count_free, count_free, NULL, store_result_cb,
                         &result);
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
      g_autofree char *sql =
          g_strconcat ("INSERT INTO journal VALUES (NULL, 1, 'notice', 'server', '', '', 1); ", bad[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (store_try_sql (database, sql, &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
      store_assert_contains (error->message, "What the test says could not be done. ");
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
  sb_database_run_async (database, append_func, GINT_TO_POINTER (1), NULL, NULL, cancellable, store_result_cb,
                         &waiting);
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
  sb_database_run_async (database, duplicate_func, g_strdup ("data"), count_free, count_free, NULL, store_result_cb,
                         &late);
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

/* --- others, and the end of the disk --- */

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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) \
  g_test_add ("/database/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("new-file-is-private-and-set-up", test_new);
  ADD ("keeps-what-was-committed", test_keeps);
  ADD ("makes-an-open-file-private", test_private);
  ADD ("odd-names-are-files", test_odd_names);
  ADD ("no-folder", test_no_folder);
  ADD ("locked-at-open", test_locked_at_open);
  ADD ("open-cancelled", test_open_cancelled);
  ADD ("jobs-and-results-in-order", test_order);
  ADD ("error-rolls-back", test_roll_back);
  ADD ("failing-sql-rolls-back", test_failing_sql);
  ADD ("unclaimed-result-is-freed", test_unclaimed);
  ADD ("cancel-before-and-after-begin", test_cancel);
  ADD ("close-finishes-the-queue", test_close);
  ADD ("dropped-with-jobs-waiting", test_dropped);
  ADD ("locked", test_locked);
  ADD ("full", test_full);

  return g_test_run ();
}
