/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store/sb-journal-store.h"
#include "store/sb-keeping-store.h"

#define ANY_AGE 0

static gint64
set_kept (SbDatabase *db, guint n_entries, gint64 entries_since, guint n_broadcasts, gint64 broadcasts_since)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 oldest = 0;

  sb_keeping_store_set_async (db, &(SbKept) { n_entries, entries_since }, &(SbKept) { n_broadcasts, broadcasts_since },
                              store_result_cb, &result);
  store_wait_for (result != NULL);
  g_assert_true (sb_keeping_store_set_finish (db, result, &oldest, &error));
  g_assert_no_error (error);
  return oldest;
}

/* @n of each, whose time is their id. */
static void
fill (SbDatabase *db, guint n)
{
  g_autofree char *sql = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
      "INSERT INTO journal SELECT i, i, 'notice', 'server', '', '', 1 FROM n;"
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
      "INSERT INTO broadcast (id, time, target, target_text, binary, payload)"
      "  SELECT i, i, '{\"everyone\":true}', 'everyone', 0, x'31' FROM n",
      n, n);

  g_free (store_sql (db, sql));
}

static void
append (SbDatabase *db, gint64 time)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stored = NULL;
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (entries, sb_journal_entry_new (0, time, SB_ACT_NOTICE, "server", "", "", 1));
  sb_journal_store_append_async (db, entries, store_result_cb, &result);
  store_wait_for (result != NULL);
  stored = sb_journal_store_append_finish (db, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stored->len, ==, 1);
}

static void
assert_trail (SbDatabase *db, const char *expected)
{
  store_assert_sql (db, "SELECT count (*) || ' ' || coalesce (min (id) || '-' || max (id), '') FROM journal", expected);
}

static void
assert_broadcasts (SbDatabase *db, const char *expected)
{
  store_assert_sql (db, "SELECT count (*) || ' ' || coalesce (min (id) || '-' || max (id), '') FROM broadcast",
                    expected);
}

/* At once when it is lowered, at each insert from then on, and after the file was closed. */
static void
test_entries (Fixture *self, gconstpointer data)
{
  fill (self->database, 500);
  g_assert_cmpint (set_kept (self->database, 100000, ANY_AGE, 1000, ANY_AGE), ==, 1);
  assert_trail (self->database, "500 1-500");
  assert_broadcasts (self->database, "500 1-500");

  g_assert_cmpint (set_kept (self->database, 200, ANY_AGE, 30, ANY_AGE), ==, 301);
  assert_trail (self->database, "200 301-500");
  assert_broadcasts (self->database, "30 471-500");
  append (self->database, 501);
  assert_trail (self->database, "200 302-501");

  reopen (self);
  append (self->database, 502);
  assert_trail (self->database, "200 303-502");

  g_assert_cmpint (set_kept (self->database, 201, ANY_AGE, 30, ANY_AGE), ==, 303);
  append (self->database, 503);
  append (self->database, 504);
  assert_trail (self->database, "201 304-504");
}

static void
test_age (Fixture *self, gconstpointer data)
{
  fill (self->database, 50);
  g_assert_cmpint (set_kept (self->database, 100000, 11, 1000, 21), ==, 11);
  assert_trail (self->database, "40 11-50");
  assert_broadcasts (self->database, "30 21-50");
  /* Whichever is less. */
  g_assert_cmpint (set_kept (self->database, 10, 31, 1000, 21), ==, 41);
  assert_trail (self->database, "10 41-50");

  /* None but the youngest go. Ids are not given again. */
  g_assert_cmpint (set_kept (self->database, 10, 51, 1000, 51), ==, G_MAXINT64);
  assert_trail (self->database, "0 ");
  assert_broadcasts (self->database, "0 ");
  append (self->database, 60);
  assert_trail (self->database, "1 51-51");
}

/* A clock that was wrong for a while takes nothing away that younger entries stand behind or before. */
static void
test_wrong_clock (Fixture *self, gconstpointer data)
{
  fill (self->database, 10);
  append (self->database, 3);
  append (self->database, 12);
  g_assert_cmpint (set_kept (self->database, 100, 6, 1000, ANY_AGE), ==, 6);
  assert_trail (self->database, "7 6-12");
}

/* The trail stays append-only but for what is said not to be kept. */
static void
test_append_only (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fill (self->database, 300);
  set_kept (self->database, 100, 150, 1000, ANY_AGE);
  assert_trail (self->database, "100 201-300");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (store_try_sql (self->database, i == 0 ? "DELETE FROM journal WHERE id = 201" : "DELETE FROM journal",
                                    &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
      store_assert_contains (error->message, "append-only");
      g_clear_error (&error);
    }
  assert_trail (self->database, "100 201-300");
}

static void
test_nothing (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (set_kept (self->database, 100, 5, 1, 5), ==, G_MAXINT64);
  assert_trail (self->database, "0 ");
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 oldest;

  sb_database_close (self->database);
  sb_keeping_store_set_async (self->database, &(SbKept) { 1, 0 }, &(SbKept) { 1, 0 }, store_result_cb, &result);
  store_wait_for (result != NULL);
  g_assert_false (sb_keeping_store_set_finish (self->database, result, &oldest, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/keeping-store/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("entries", test_entries);
  ADD ("age", test_age);
  ADD ("wrong-clock", test_wrong_clock);
  ADD ("append-only", test_append_only);
  ADD ("nothing", test_nothing);
  ADD ("closed", test_closed);

  return g_test_run ();
}
