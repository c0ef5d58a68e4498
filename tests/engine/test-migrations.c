/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-aside.h"
#include "store/sb-migrations.h"

static const char *const steps[] = {
  "CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO pet VALUES (1, 'Rex');",
  "ALTER TABLE pet ADD COLUMN age INTEGER DEFAULT 3;",
  "CREATE TABLE toy (pet INTEGER REFERENCES pet (id)); INSERT INTO toy VALUES (1);",
};

static void
test_migrate_steps (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = connect_aside (self->path);

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
  sqlite3 *db = connect_aside (self->path);
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) \
  g_test_add ("/migrations/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("once-and-in-order", test_migrate_steps);
  ADD ("failed-one-leaves-nothing", test_migrate_failure);

  return g_test_run ();
}
