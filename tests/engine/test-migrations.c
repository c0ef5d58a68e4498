/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-aside.h"
#include "engine-fixture.h"
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

/* --- databases of every version there was --- */

/* What a database of that version may hold of what that version brought. HASH stands for the hash of a token's secret. */
static const char *const rows[] = {
  "INSERT INTO token (id, label, hash, hint, previous_hash, previous_until, may_publish, not_before, expires_at, max_connections,"
  "  messages_per_second, created_at, revoked_at, last_used, last_address) VALUES"
  "  (3, 'kiosk', x'HASH', 'sbx_1234…5678', NULL, 0, 1, 0, 0, 5, 7, 1000, 0, 2000, '192.168.1.30'),"
  "  (4, 'gone', zeroblob (32), 'sbx_abcd…efgh', randomblob (32), 3000, 0, 0, 4000, 0, 0, 1000, 5000, 0, NULL);"
  "INSERT INTO token_channel VALUES (3, 0, '/a'), (3, 1, '/b/*'), (4, 0, '**');"
  "INSERT INTO journal (id, time, act, actor, subject, detail, count) VALUES"
  "  (8, 1000, 'token_issued', 'window', 'kiosk', '/a', 1), (9, 2000, 'client_refused', '10.0.0.1', '/', 'missing_token', 12);"
  "INSERT INTO broadcast (id, time, target, target_text, binary, complete, targeted, sent, dropped, pending, duration, payload) VALUES"
  "  (5, 1000, '{\"everyone\":true}', 'everyone', 0, 1, 3, 2, 1, 0, 700, CAST ('\"hello\"' AS BLOB));",
  "INSERT INTO measure VALUES (60, unixepoch () / 60 * 60000000 - 600000000, 60000000, 1, 2, 3, 4, 5, 6, 7, 8);",
  "INSERT INTO broadcast (id, time, target, target_text, binary, complete, targeted, sent, dropped, pending, duration, payload, missed,"
  "  schedule_id) VALUES (6, 2000, '{\"channels\":[\"/a\"]}', '/a', 0, 1, 1, 0, 1, 0, 700, x'31',"
  "  '[{\"name\":\"x\",\"label\":\"kiosk\",\"hint\":\"sbx_1234…5678\",\"address\":\"10.0.0.1\",\"channel\":\"/a\"}]', 2);"
  "INSERT INTO template VALUES (1, 'closing', 1000, '{\"everyone\":true}', 'everyone', 0, x'31');"
  "INSERT INTO schedule (id, created_at, start_at, interval, max_runs, n_runs, target, target_text, binary, payload) VALUES"
  "  (2, 1000, 4000000000000000, 60000000, 9, 1, '{\"channels\":[\"/a\"]}', '/a', 0, x'31');",
  "INSERT INTO block VALUES ('10.0.0.66', 0, 1000, 'window');",
  "INSERT INTO rule (id, pattern, enabled, allow_text, allow_binary, max_size, max_depth, messages_per_second, schema, assert_format,"
  "  on_failure, created_at, changed_at, counts) VALUES"
  "  (1, '/a', 1, 1, 0, 100, 3, 2, '{\"$ref\":\"https://example.org/person.json\"}', 1, 'drop', 1000, 2000, '{\"passed\":4}');"
  "INSERT INTO schema_document VALUES ('https://example.org/person.json', '{\"type\":\"object\"}', 1000);",
  "UPDATE keeping SET entries = 500 WHERE name = 'journal';",
  "INSERT INTO retained (id, pattern, since, binary, payload) VALUES (2, '/a', 1000, 0, x'31');",
};

static void
put_rows (sqlite3 *db, guint version, const char *secret)
{
  guint8 hash[SB_TOKEN_HASH_SIZE];
  GString *hex = g_string_new (NULL);

  sb_token_secret_hash (secret, -1, hash);
  for (guint i = 0; i < sizeof hash; i++)
    g_string_append_printf (hex, "%02x", hash[i]);
  for (guint i = 0; i < MIN (version, G_N_ELEMENTS (rows)); i++)
    {
      GString *sql = g_string_new (rows[i]);

      g_string_replace (sql, "HASH", hex->str, 0);
      execute_aside (db, sql->str);
      g_string_free (sql, TRUE);
    }
  g_string_free (hex, TRUE);
}

static guint
count (gpointer list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

/* By what the window and the command line see of it, and by a client. */
static void
assert_rows (SbEngine *engine, guint version, const char *secret)
{
  const SbTokenItem *gone = sb_token_list_find (sb_engine_get_tokens (engine), 4);
  SbTokenItem *kiosk = sb_token_list_find (sb_engine_get_tokens (engine), 3);
  const SbToken *token = sb_token_item_get_token (kiosk);
  GListModel *broadcasts = sb_engine_get_broadcasts (engine);
  g_autoptr (SbBroadcast) first = g_list_model_get_item (broadcasts, g_list_model_get_n_items (broadcasts) - 1);
  g_auto (GStrv) blocks = sb_engine_list_blocks (engine);
  g_autofree char *channels = g_strjoinv (" ", token->spec.channels);

  g_assert_cmpstr (token->spec.label, ==, "kiosk");
  g_assert_cmpstr (channels, ==, "/a /b/*");
  g_assert_cmpuint (token->spec.max_connections, ==, 5);
  g_assert_cmpuint (token->spec.messages_per_second, ==, 7);
  g_assert_cmpint (sb_token_item_get_last_used (kiosk), >=, 2000);
  g_assert_cmpint (sb_token_item_get_token ((SbTokenItem *) gone)->revoked_at, ==, 5000);
  g_assert_cmpuint (engine_knock (engine, "/b/c", secret), ==, 101);
  g_assert_cmpuint (engine_knock (engine, "/c", secret), ==, 403);
  g_assert_cmpuint (count (broadcasts), ==, version >= 3 ? 2 : 1);
  g_assert_cmpuint (sb_broadcast_get_dropped (first), ==, 1);
  g_assert_cmpmem (g_bytes_get_data (sb_broadcast_get_payload (first), NULL), g_bytes_get_size (sb_broadcast_get_payload (first)),
                   "\"hello\"", 7);
  g_assert_cmpuint (count (sb_engine_get_templates (engine)), ==, version >= 3 ? 1 : 0);
  g_assert_cmpuint (count (sb_engine_get_schedules (engine)), ==, version >= 3 ? 1 : 0);
  g_assert_cmpuint (g_strv_length (blocks), ==, version >= 4 ? 1 : 0);
  g_assert_cmpuint (count (sb_engine_get_rules (engine)), ==, version >= 5 ? 1 : 0);
  g_assert_cmpuint (sb_engine_get_schemas (engine)->len, ==, version >= 5 ? 1 : 0);
  g_assert_cmpuint (count (sb_engine_get_retained (engine)), ==, version >= 7 ? 1 : 0);
}

/* Everything of it is there, what was append-only stays so, and numbers are not given twice. */
static void
test_migrate_from (StoreFixture *self, gconstpointer data)
{
  guint version = GPOINTER_TO_UINT (data);
  guint n_scripts;
  const char *const *scripts = sb_migrations_get_scripts (&n_scripts);
  char *secret = sb_token_secret_generate ();
  g_autofree char *newest = g_strdup_printf ("%u", n_scripts);
  g_autoptr (GError) error = NULL;
  sqlite3 *db = connect_aside (self->path);
  SbEngine *engine;
  gint64 id = 0;

  g_assert_true (sb_migrations_run (db, scripts, version, &error));
  g_assert_no_error (error);
  put_rows (db, version, secret);
  sqlite3_close (db);

  engine = engine_open_well (self->folder);
  engine_start_well (engine);
  assert_rows (engine, version, secret);
  sb_token_secret_free (engine_issue (engine, "next", NULL, &id));
  g_assert_cmpint (id, ==, 5);
  engine_end (engine);

  /* Once more, now that there is nothing to be migrated. */
  engine = engine_open_well (self->folder);
  engine_start_well (engine);
  assert_rows (engine, version, secret);
  engine_end (engine);
  sb_token_secret_free (secret);

  db = connect_aside (self->path);
  assert_aside (db, "PRAGMA user_version", newest);
  assert_aside (db, "PRAGMA integrity_check", "ok");
  assert_aside (db, "SELECT group_concat (id || act || count) FROM journal WHERE id < 10", "8token_issued1,9client_refused12");
  assert_aside (db, "SELECT count (*) FROM measure WHERE bytes_out = 5 AND dropped = 8", version >= 2 ? "1" : "0");
  g_assert_cmpint (sqlite3_exec (db, "DELETE FROM journal WHERE id = 8", NULL, NULL, NULL), ==, SQLITE_CONSTRAINT);
  g_assert_cmpint (sqlite3_exec (db, "UPDATE journal SET actor = 'nobody'", NULL, NULL, NULL), ==, SQLITE_CONSTRAINT);
  sqlite3_close (db);
}

static void
add_versions (void)
{
  guint n_scripts;

  sb_migrations_get_scripts (&n_scripts);
  /* Whoever adds a script adds rows above. */
  g_assert_cmpuint (n_scripts, ==, G_N_ELEMENTS (rows));
  for (guint version = 1; version <= n_scripts; version++) /* the newest, too: its rows are right then, when it is an earlier one */
    {
      g_autofree char *name = g_strdup_printf ("/migrations/from-version/%u", version);

      g_test_add (name, StoreFixture, GUINT_TO_POINTER (version), store_fixture_set_up, test_migrate_from, store_fixture_tear_down);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) \
  g_test_add ("/migrations/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("once-and-in-order", test_migrate_steps);
  ADD ("failed-one-leaves-nothing", test_migrate_failure);
  add_versions ();

  return g_test_run ();
}
