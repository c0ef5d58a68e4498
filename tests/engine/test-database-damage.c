/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-aside.h"
#include "fault-vfs.h"
#include "store/sb-migrations.h"

#include <unistd.h>

/* --- damage --- */

static void
make_text (const char *path)
{
  write_file (path, "[server]\nport=8080\n# This is not a database at all, whatever its name says.\n# Not a bit.\n",
              90);
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

/* --- a disk that fails --- */

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
  g_assert_null (
      store_try_sql (database, "INSERT INTO journal VALUES (NULL, 2, 'notice', 'server', '', 'lost', 1)", &error));
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
          g_autofree char *sql =
              g_strdup_printf ("INSERT INTO journal VALUES (NULL, %d, 'notice', 'server', '', '%*d', 1)", i, 9000, i);

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
        store_assert_sql (database, "SELECT group_concat (time) FROM journal",
                          acknowledged->len > 0 ? acknowledged->str : NULL);
      else
        {
          /* Of those that failed the first may have reached the disk before the disk said it had not (a sync that
           * fails). */
          g_autofree char *sql =
              g_strdup_printf ("SELECT count (*) FROM journal WHERE time IN (%s)", acknowledged->str);
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

#define ADD(name, data, func) \
  g_test_add ("/database-damage/" name, StoreFixture, data, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("too-new-is-left-alone", NULL, test_too_new);
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *name = g_strconcat ("/database-damage/file/", damages[i].name, NULL);

      g_test_add (name, StoreFixture, &damages[i], store_fixture_set_up, test_damage, store_fixture_tear_down);
    }
  ADD ("read-only", NULL, test_read_only);
  for (guint i = 0; i < G_N_ELEMENTS (disk_errors); i++)
    {
      g_autofree char *name = g_strconcat ("/database-damage/disk/", disk_errors[i].name, NULL);

      g_test_add (name, StoreFixture, &disk_errors[i], store_fixture_set_up, test_disk_error, store_fixture_tear_down);
    }
  ADD ("every-write-fails-in-turn/full", GINT_TO_POINTER (SQLITE_FULL), test_every_fault);
  ADD ("every-write-fails-in-turn/broken", GINT_TO_POINTER (SQLITE_IOERR_WRITE), test_every_fault);

  return g_test_run ();
}
