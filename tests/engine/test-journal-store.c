/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store-kill.h"
#include "store/sb-journal-store.h"

#define KEPT 100000

static GPtrArray *
new_entries (void)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

static void
add_entry (GPtrArray *entries, gint64 time, const char *detail)
{
  g_ptr_array_add (entries, sb_journal_entry_new (0, time, SB_ACT_NOTICE, "server", "", detail, 1));
}

static GPtrArray *
try_append (SbDatabase *db, GPtrArray *entries, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_journal_store_append_async (db, entries, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_journal_store_append_finish (db, result, error);
}

static GPtrArray *
append (SbDatabase *db, GPtrArray *entries)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *stored = try_append (db, entries, &error);

  g_assert_no_error (error);
  g_assert_nonnull (stored);
  return stored;
}

static GPtrArray *
load_before (SbDatabase *db, gint64 before, guint limit)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *entries;

  sb_journal_store_load_async (db, before, NULL, limit, store_result_cb, &result);
  store_wait_for (result != NULL);
  entries = sb_journal_store_load_finish (db, result, &error);
  g_assert_no_error (error);
  return entries;
}

static GPtrArray *
load (SbDatabase *db, guint limit)
{
  return load_before (db, G_MAXINT64, limit);
}

static void
assert_entry (SbJournalEntry *entry, gint64 id, SbJournalEntry *expected)
{
  g_assert_cmpint (sb_journal_entry_get_id (entry), ==, id);
  g_assert_cmpint (sb_journal_entry_get_time (entry), ==, sb_journal_entry_get_time (expected));
  g_assert_cmpint (sb_journal_entry_get_act (entry), ==, sb_journal_entry_get_act (expected));
  g_assert_cmpstr (sb_journal_entry_get_actor (entry), ==, sb_journal_entry_get_actor (expected));
  g_assert_cmpstr (sb_journal_entry_get_subject (entry), ==, sb_journal_entry_get_subject (expected));
  g_assert_cmpstr (sb_journal_entry_get_detail (entry), ==, sb_journal_entry_get_detail (expected));
  g_assert_cmpuint (sb_journal_entry_get_count (entry), ==, sb_journal_entry_get_count (expected));
}

/* Every act there is, with texts of all sorts, comes back as it went in: oldest first from append, newest first from
 * load. */
static void
test_round_trip (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) expected = new_entries ();
  g_autoptr (GPtrArray) stored = NULL;
  g_autoptr (GPtrArray) loaded = NULL;

  for (guint i = 0; i < SB_N_ACTS; i++)
    g_ptr_array_add (
        expected, sb_journal_entry_new (0, 1000 - i, (SbAct) i, i % 2 ? "window" : "fe80::1", "Bühne 3 (sbx_7Kq2…f3Zd)",
                                        i % 3 ? "it's; DROP TABLE journal;--" : "", i == 0 ? G_MAXUINT : i));

  stored = append (self->database, g_ptr_array_copy (expected, (GCopyFunc) (void (*) (void)) g_object_ref, NULL));
  g_assert_cmpuint (stored->len, ==, SB_N_ACTS);
  reopen (self);
  loaded = load (self->database, 1000);
  g_assert_cmpuint (loaded->len, ==, SB_N_ACTS);
  for (guint i = 0; i < SB_N_ACTS; i++)
    {
      assert_entry (g_ptr_array_index (stored, i), i + 1, g_ptr_array_index (expected, i));
      assert_entry (g_ptr_array_index (loaded, SB_N_ACTS - 1 - i), i + 1, g_ptr_array_index (expected, i));
    }
}

static void
test_limit (Fixture *self, gconstpointer data)
{
  GPtrArray *entries = new_entries ();

  for (int i = 0; i < 10; i++)
    add_entry (entries, i, "");
  g_ptr_array_unref (append (self->database, entries));

  for (guint limit = 0; limit <= 11; limit++)
    {
      g_autoptr (GPtrArray) loaded = load (self->database, limit);

      g_assert_cmpuint (loaded->len, ==, MIN (limit, 10));
      for (guint i = 0; i < loaded->len; i++)
        g_assert_cmpint (sb_journal_entry_get_time (g_ptr_array_index (loaded, i)), ==, 9 - i);
    }
}

/* A page after another, each from where the one before ended. */
static void
test_pages (Fixture *self, gconstpointer data)
{
  GPtrArray *entries = new_entries ();
  gint64 before = G_MAXINT64;
  guint n = 0;

  for (int i = 0; i < 10; i++)
    add_entry (entries, i, "");
  g_ptr_array_unref (append (self->database, entries));
  for (;;)
    {
      g_autoptr (GPtrArray) page = load_before (self->database, before, 3);

      for (guint i = 0; i < page->len; i++, n++)
        g_assert_cmpint (sb_journal_entry_get_time (g_ptr_array_index (page, i)), ==, 9 - n);
      if (page->len < 3)
        break;
      before = sb_journal_entry_get_id (g_ptr_array_index (page, 2));
    }
  g_assert_cmpuint (n, ==, 10);
}

static void
test_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) stored = append (self->database, new_entries ());
  g_autoptr (GPtrArray) loaded = load (self->database, 10);

  g_assert_cmpuint (stored->len, ==, 0);
  g_assert_cmpuint (loaded->len, ==, 0);
}

static void
test_append_only (Fixture *self, gconstpointer data)
{
  static const char *const changes[] = {
    "UPDATE journal SET detail = 'never happened' WHERE id = 2",
    "UPDATE journal SET count = count",
    "UPDATE OR REPLACE journal SET id = 3 WHERE id = 2",
    "DELETE FROM journal WHERE id = 1",
    "DELETE FROM journal",
    "INSERT OR REPLACE INTO journal VALUES (2, 5, 'notice', 'server', '', 'never happened', 1)",
    "REPLACE INTO journal VALUES (2, 5, 'notice', 'server', '', 'never happened', 1)",
    "INSERT INTO journal VALUES (2, 5, 'notice', 'server', '', '', 1) ON CONFLICT DO UPDATE SET detail = 'never'",
  };
  GPtrArray *entries = new_entries ();

  add_entry (entries, 1, "one");
  add_entry (entries, 2, "two");
  add_entry (entries, 3, "three");
  g_ptr_array_unref (append (self->database, entries));

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (store_try_sql (self->database, changes[i], &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
      store_assert_contains (error->message, "append-only");
      store_assert_sql (self->database, "SELECT group_concat (id || detail) FROM journal", "1one,2two,3three");
    }
}

/* Beyond the newest 100000 the oldest go, exactly, and nothing else can be taken away even then. */
static void
test_thinning (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) loaded = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = new_entries ();

  g_free (store_sql (self->database, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) "
                                     "INSERT INTO journal SELECT NULL, i, 'notice', 'server', '', '', 1 FROM n"));
  add_entry (entries, 0, "the last that fits");
  g_ptr_array_unref (append (self->database, entries));
  store_assert_sql (self->database, "SELECT count (*) || ' ' || min (id) FROM journal", "100000 1");

  entries = new_entries ();
  for (int i = 0; i < 3; i++)
    add_entry (entries, i, "one too many");
  g_ptr_array_unref (append (self->database, entries));
  store_assert_sql (self->database, "SELECT count (*) || ' ' || min (id) || ' ' || max (id) FROM journal",
                    "100000 4 100003");

  g_assert_null (store_try_sql (self->database, "DELETE FROM journal WHERE id = 4", &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);

  loaded = load (self->database, G_MAXUINT);
  g_assert_cmpuint (loaded->len, ==, KEPT);
  g_assert_cmpint (sb_journal_entry_get_id (g_ptr_array_index (loaded, 0)), ==, 100003);
  g_assert_cmpint (sb_journal_entry_get_id (g_ptr_array_index (loaded, KEPT - 1)), ==, 4);
}

/* One batch is stored whole or not at all. */
static void
test_all_or_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = new_entries ();

  g_free (store_sql (self->database,
                     "CREATE TEMP TRIGGER third BEFORE INSERT ON journal WHEN NEW.detail = 'third' BEGIN "
                     "SELECT RAISE (ABORT, 'the disk broke'); END"));
  add_entry (entries, 1, "first");
  add_entry (entries, 2, "second");
  add_entry (entries, 3, "third");
  g_assert_null (try_append (self->database, entries, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
  store_assert_contains (error->message, "The audit trail could not be written.");
  store_assert_sql (self->database, "SELECT count (*) FROM journal", "0");

  /* A number that was not kept is given again: there is no gap that looks like a line taken away. */
  entries = new_entries ();
  add_entry (entries, 4, "fourth");
  g_ptr_array_unref (append (self->database, entries));
  store_assert_sql (self->database, "SELECT id FROM journal", "1");
}

/* Lines of a later version, or with bytes that are no text, are shown as well as can be. */
static void
test_strange_rows (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) loaded = NULL;

  g_free (store_sql (self->database,
                     "INSERT INTO journal VALUES (NULL, 1, 'planet_added', 'window', 'x', 'for /news', 1);"
                     "INSERT INTO journal VALUES (NULL, 2, 'planet_removed', 'window', 'x', '', 1);"
                     "INSERT INTO journal VALUES (NULL, 3, 'notice', cast (x'ff41' AS TEXT), '', '', 1)"));
  loaded = load (self->database, 10);
  g_assert_cmpuint (loaded->len, ==, 3);
  g_assert_cmpstr (sb_journal_entry_get_actor (g_ptr_array_index (loaded, 0)), ==, "\357\277\275A");
  g_assert_cmpint (sb_journal_entry_get_act (g_ptr_array_index (loaded, 1)), ==, SB_ACT_NOTICE);
  g_assert_cmpstr (sb_journal_entry_get_detail (g_ptr_array_index (loaded, 1)), ==, "planet_removed");
  g_assert_cmpstr (sb_journal_entry_get_detail (g_ptr_array_index (loaded, 2)), ==, "planet_added: for /news");
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = new_entries ();

  add_entry (entries, 1, "late");
  sb_database_close (self->database);
  g_assert_null (try_append (self->database, entries, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* --- killed --- */

#define BATCH 3

static void child_append (SbDatabase *database);

static void
child_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) stored = sb_journal_store_append_finish (SB_DATABASE (source), result, NULL);

  for (guint i = 0; i < stored->len; i++)
    store_kill_print (sb_journal_entry_get_id (g_ptr_array_index (stored, i)));
  child_append (SB_DATABASE (source));
}

static void
child_append (SbDatabase *database)
{
  GPtrArray *entries = new_entries ();

  for (int i = 0; i < BATCH; i++)
    add_entry (entries, i, "from the child");
  sb_journal_store_append_async (database, entries, child_appended_cb, NULL);
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  g_autoptr (GPtrArray) entries = load (database, G_MAXUINT);

  g_assert_cmpuint (entries->len % BATCH, ==, 0); /* batches are whole */
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpint (sb_journal_entry_get_id (g_ptr_array_index (entries, i)), ==, entries->len - i);
  for (guint i = 0; i < numbers->len; i++)
    g_assert_cmpint (g_array_index (numbers, gint64, i), <=, entries->len);
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_append, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) g_test_add ("/journal-store/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("every-act-comes-back", test_round_trip);
  ADD ("limit", test_limit);
  ADD ("pages", test_pages);
  ADD ("nothing", test_nothing);
  ADD ("append-only", test_append_only);
  ADD ("keeps-the-newest", test_thinning);
  ADD ("all-or-nothing", test_all_or_nothing);
  ADD ("strange-rows", test_strange_rows);
  ADD ("closed", test_closed);
  store_kill_add ("/journal-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
