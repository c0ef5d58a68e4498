/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store-kill.h"
#include "store/sb-broadcast-store.h"
#include "store/sb-migrations.h"
#include "store/sb-retained-store.h"

#include <stdio.h>

/* Broadcasts them, and keeps them. NULL: the error is set. */
static GArray *
try_put (SbDatabase *db, const char *patterns, gboolean binary, gconstpointer bytes, gsize size, GError **error)
{
  g_auto (GStrv) split = g_strsplit (patterns, ",", -1);
  SbTarget target = { .channels = split };
  g_autoptr (GBytes) payload = g_bytes_new (bytes, size);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbBroadcast) broadcast = NULL;
  g_autoptr (GArray) ids = NULL;

  sb_broadcast_store_insert_async (db, 5, &target, binary, payload, 0, split, store_result_cb, &result);
  store_wait_for (result != NULL);
  broadcast = sb_broadcast_store_insert_finish (db, result, &ids, error);
  if (broadcast == NULL)
    return NULL;
  g_assert_true (sb_broadcast_get_retained (broadcast));
  g_assert_cmpuint (ids->len, ==, g_strv_length (split));

  return g_steal_pointer (&ids);
}

static void
put (SbDatabase *db, const char *patterns, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ids = try_put (db, patterns, FALSE, text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (ids);
}

static GPtrArray *
load (SbDatabase *db)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *items;

  sb_retained_store_load_async (db, store_result_cb, &result);
  store_wait_for (result != NULL);
  items = sb_retained_store_load_finish (db, result, &error);
  g_assert_no_error (error);

  return items;
}

static gboolean
try_remove (SbDatabase *db, gint64 id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_retained_store_remove_async (db, id, store_result_cb, &result);
  store_wait_for (result != NULL);

  return sb_retained_store_remove_finish (db, result, error);
}

static gboolean
try_restore (SbDatabase *db, SbRetainedItem *item, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_retained_store_restore_async (db, item, store_result_cb, &result);
  store_wait_for (result != NULL);

  return sb_retained_store_restore_finish (db, result, error);
}

static void
check_item (GPtrArray *items, guint position, gint64 id, const char *pattern, const char *text)
{
  SbRetainedItem *item = g_ptr_array_index (items, position);
  GBytes *payload = sb_retained_item_get_payload (item);

  g_assert_cmpint (sb_retained_item_get_id (item), ==, id);
  g_assert_cmpstr (sb_retained_item_get_pattern (item), ==, pattern);
  g_assert_cmpint (sb_retained_item_get_since (item), ==, 5);
  g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), text, strlen (text));
}

static void
test_life (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) loaded = NULL, again = NULL;
  g_autoptr (SbRetainedItem) removed = NULL;
  g_autoptr (GArray) binary = NULL;

  put (self->database, "/a,/b/*", "{\"a\":1}");
  binary = try_put (self->database, "**", TRUE, "", 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_array_index (binary, gint64, 0), ==, 3);
  put (self->database, "/a", "2"); /* takes the place of the first, but not its id */

  reopen (self);
  loaded = load (self->database);
  g_assert_cmpuint (loaded->len, ==, 3);
  check_item (loaded, 0, 4, "/a", "2");
  check_item (loaded, 1, 3, "**", "");
  check_item (loaded, 2, 2, "/b/*", "{\"a\":1}");
  g_assert_true (sb_retained_item_get_binary (g_ptr_array_index (loaded, 1)));
  g_assert_false (sb_retained_item_get_binary (g_ptr_array_index (loaded, 2)));

  removed = g_object_ref (g_ptr_array_index (loaded, 2));
  g_assert_true (try_remove (self->database, 2, &error));
  g_assert_no_error (error);
  g_assert_false (try_remove (self->database, 2, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (try_restore (self->database, removed, &error));
  g_assert_no_error (error);
  again = load (self->database);
  g_assert_cmpuint (again->len, ==, 3);
  check_item (again, 2, 2, "/b/*", "{\"a\":1}");

  /* Meanwhile another one may have been kept. */
  g_assert_true (try_remove (self->database, 2, &error));
  put (self->database, "/b/*", "3");
  g_assert_false (try_restore (self->database, removed, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
}

static guint
count_broadcasts (SbDatabase *db)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) broadcasts = NULL;

  sb_broadcast_store_load_async (db, 10000, store_result_cb, &result);
  store_wait_for (result != NULL);
  broadcasts = sb_broadcast_store_load_finish (db, result, NULL);

  return broadcasts->len;
}

/* A thousand, and not one more; what is too much leaves nothing behind. */
static void
test_number (Fixture *self, gconstpointer data)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) patterns = NULL;
  g_autofree char *joined = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) loaded = NULL;

  for (guint i = 0; i < SB_RETAINED_MAX - 1; i++)
    g_strv_builder_take (builder, g_strdup_printf ("/c%u", i));
  patterns = g_strv_builder_end (builder);
  joined = g_strjoinv (",", patterns);
  put (self->database, joined, "1");

  g_assert_null (try_put (self->database, "/x,/y", FALSE, "1", 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
  store_assert_contains (error->message, "1000");
  g_clear_error (&error);
  g_assert_cmpuint (count_broadcasts (self->database), ==, 1);
  put (self->database, "/x,/c0", "2"); /* one takes the other's place */
  g_assert_null (try_put (self->database, "/y", FALSE, "1", 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);

  loaded = load (self->database);
  g_assert_cmpuint (loaded->len, ==, SB_RETAINED_MAX);
}

/* Of far too many, or far too much, not all is written first: a hundred thousand copies of a large message are no room that a disk has. */
static void
test_stops_early (void)
{
  guint n_scripts;
  const char *const *scripts = sb_migrations_get_scripts (&n_scripts);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) patterns = NULL;
  g_autoptr (GBytes) small = g_bytes_new_static ("1", 1);
  g_autofree char *text = g_malloc0 (16 << 20);
  g_autoptr (GBytes) large = g_bytes_new_static (text, 16 << 20);
  g_autoptr (GError) error = NULL;
  sqlite3 *db;
  int before;

  for (guint i = 0; i < 20 * SB_RETAINED_MAX; i++)
    g_strv_builder_take (builder, g_strdup_printf ("/c%u", i));
  patterns = g_strv_builder_end (builder);
  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  g_assert_true (sb_migrations_run (db, scripts, n_scripts, NULL));

  before = sqlite3_total_changes (db);
  g_assert_null (sb_retained_store_put (db, patterns, 1, FALSE, small, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_cmpint (sqlite3_total_changes (db) - before, ==, SB_RETAINED_MAX + 1);

  g_assert_cmpint (sqlite3_exec (db, "DELETE FROM retained", NULL, NULL, NULL), ==, SQLITE_OK);
  before = sqlite3_total_changes (db);
  g_assert_null (sb_retained_store_put (db, patterns, 1, FALSE, large, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
  g_assert_cmpint (sqlite3_total_changes (db) - before, ==, 5);
  sqlite3_close (db);
}

/* 64 MiB to the byte, and not one more. */
static void
test_room (Fixture *self, gconstpointer data)
{
  const gsize half = 32 * 1024 * 1024;
  g_autofree char *bytes = g_malloc0 (half);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) big = try_put (self->database, "/a,/b", TRUE, bytes, half, &error);
  g_autoptr (GArray) again = NULL;

  g_assert_no_error (error);
  g_assert_null (try_put (self->database, "/c", FALSE, "1", 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_REFUSED);
  store_assert_contains (error->message, "64 MiB");
  g_clear_error (&error);
  again = try_put (self->database, "/b", TRUE, bytes, half, &error);
  g_assert_no_error (error);
}

/* --- killed --- */

/* Each of them says its own id, in the place of the one before: whatever is there afterwards is whole, and none that was there for sure
 * is older than what was printed. */
static void child_put (SbDatabase *database);

static void
child_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GArray) ids = NULL;
  g_autoptr (SbBroadcast) broadcast = sb_broadcast_store_insert_finish (SB_DATABASE (source), result, &ids, NULL);

  store_kill_print (g_array_index (ids, gint64, 1));
  child_put (SB_DATABASE (source));
}

static void
child_put (SbDatabase *database)
{
  char *patterns[] = { (char *) "/a", (char *) "/b", NULL };
  SbTarget target = { .channels = patterns };
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"signal\":\"stop\"}", 17);

  sb_broadcast_store_insert_async (database, 5, &target, FALSE, payload, 0, patterns, child_done_cb, NULL);
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  g_autoptr (GPtrArray) items = load (database);
  gint64 newest = 0, first;

  for (guint i = 0; i < numbers->len; i++)
    newest = MAX (newest, g_array_index (numbers, gint64, i));
  if (newest == 0)
    return;

  g_assert_cmpuint (items->len, ==, 2);
  first = sb_retained_item_get_id (g_ptr_array_index (items, 0));
  g_assert_cmpint (first, >=, newest);
  check_item (items, 0, first, "/b", "{\"signal\":\"stop\"}");
  check_item (items, 1, first - 1, "/a", "{\"signal\":\"stop\"}");
  /* The history has it as well, whether anybody heard of it or not. */
  g_assert_cmpuint (count_broadcasts (database), ==, first / 2);
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_put, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/retained-store/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/retained-store/number", Fixture, NULL, set_up, test_number, tear_down);
  g_test_add_func ("/retained-store/stops-early", test_stops_early);
  g_test_add ("/retained-store/room", Fixture, NULL, set_up, test_room, tear_down);
  store_kill_add ("/retained-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
