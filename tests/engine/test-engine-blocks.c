/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-aside.h"
#include "engine-fixture.h"
#include "fault-vfs.h"
#include "sb-clock.h"

/* Blocked addresses survive a restart; and no clock that somebody sets ends or revives anything it should not. */

#define HOUR (G_USEC_PER_SEC * G_GINT64_CONSTANT (3600))
#define DAY (24 * HOUR)

static void
block (SbEngine *engine, const char *address, gint64 duration)
{
  GAsyncResult *result = NULL;

  sb_engine_block_address_async (engine, "command line", address, duration, store_result_cb, &result);
  engine_finish_well (engine, &result);
}

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  sb_engine_command_finish (SB_ENGINE (source), result, &error);
  g_assert_no_error (error);
  (*(guint *) user_data)++;
}

static void
assert_blocks (SbEngine *engine, const char *const *expected)
{
  g_auto (GStrv) blocks = sb_engine_list_blocks (engine);

  g_assert_cmpstrv (blocks, expected);
}

static gboolean
notice_cb (SbEngine *engine, const char *code, const char *message, gpointer user_data)
{
  if (!g_str_equal (code, "clock_set"))
    return FALSE;

  /* The window says it in other languages: it knows it by these words. */
  g_assert_true (g_str_has_prefix (message, "The clock was set forward by ") ||
                 g_str_has_prefix (message, "The clock was set back by "));
  g_assert_true (g_str_has_suffix (message, " seconds."));
  (*(guint *) user_data)++;

  return FALSE;
}

/* Until the engine has looked at the clock again. */
static void
set_clock (SbEngine *engine, gint64 offset)
{
  guint n = 0;
  gulong id = g_signal_connect (engine, "notice", G_CALLBACK (notice_cb), &n);

  sb_clock_set_offset (offset);
  sb_test_wait (n > 0);
  g_signal_handler_disconnect (engine, id);
}

static void
set_up (EngineFixture *self, gconstpointer data)
{
  engine_fixture_set_up_started (self, data);
}

static void
tear_down (EngineFixture *self, gconstpointer data)
{
  sb_clock_set_offset (0);
  engine_fixture_tear_down (self, data);
}

static void
test_kept_across_restarts (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  GAsyncResult *result = NULL;
  const char *actor;
  gint64 until, since;

  block (self->engine, "127.0.0.1", 0);
  block (self->engine, "2001:DB8:0::1", HOUR);
  until = sb_engine_get_blocked_until (self->engine, "2001:db8::1");
  since = sb_engine_get_blocked_since (self->engine, "2001:db8::1", NULL);

  engine_fixture_restart (self);
  assert_blocks (self->engine, (const char *const[]) { "127.0.0.1", "2001:db8::1", NULL });
  g_assert_cmpint (sb_engine_get_blocked_until (self->engine, "127.0.0.1"), ==, 0);
  g_assert_cmpint (sb_engine_get_blocked_until (self->engine, "2001:db8::1"), ==, until);
  g_assert_cmpint (sb_engine_get_blocked_since (self->engine, "2001:db8::1", &actor), ==, since);
  g_assert_cmpstr (actor, ==, "command line");
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 403);

  sb_engine_unblock_address_async (self->engine, "window", "127.0.0.1", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
  engine_fixture_restart (self);
  assert_blocks (self->engine, (const char *const[]) { "2001:db8::1", NULL });
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

/* Whatever way an IPv4 address is written, it is one: its connections are closed, it stands in the list once, and can be lifted by any. */
static void
test_one_spelling (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);
  GAsyncResult *result = NULL;

  block (self->engine, "::ffff:127.0.0.1", 0);
  sb_test_client_expect_close (client, 3003, "disconnected by admin: address blocked");
  block (self->engine, "127.0.0.1", 0);
  assert_blocks (self->engine, (const char *const[]) { "127.0.0.1", NULL });
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 403);

  sb_engine_unblock_address_async (self->engine, "window", "::FFFF:7f00:1", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  assert_blocks (self->engine, (const char *const[]) { NULL });
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

static void
test_over_while_away (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);

  block (self->engine, "127.0.0.1", HOUR);
  engine_end (self->engine);
  sb_clock_set_offset (2 * HOUR);
  self->engine = engine_open_well (self->store.folder);
  engine_start_well (self->engine);
  assert_blocks (self->engine, (const char *const[]) { NULL });
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

/* A block of an hour lasts an hour, whatever the calendar says meanwhile; its date follows. */
static void
test_clock_is_set (EngineFixture *self, gconstpointer data)
{
  static const gint64 jumps[] = { 400 * DAY, -400 * DAY, 0 };
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  gint64 until, before;

  block (self->engine, "127.0.0.1", HOUR);
  until = sb_engine_get_blocked_until (self->engine, "127.0.0.1");
  /* It has looked once. */
  sb_test_wait (sb_meter_get_n_samples (sb_engine_get_meter (self->engine)) > 1);
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      set_clock (self->engine, jumps[i]);
      assert_blocks (self->engine, (const char *const[]) { "127.0.0.1", NULL });
      g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 403);
      before = sb_engine_get_blocked_until (self->engine, "127.0.0.1") - jumps[i];
      g_assert_cmpint (ABS (before - until), <, G_USEC_PER_SEC);
    }
}

static void
test_clock_is_set_before_its_end (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);

  sb_test_wait (sb_meter_get_n_samples (sb_engine_get_meter (self->engine)) > 1);
  block (self->engine, "127.0.0.1", 2 * G_USEC_PER_SEC);
  set_clock (self->engine, -DAY);
  /* It ends all the same. */
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_ADDRESS_UNBLOCKED));
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

/* What ends at a date ends when the calendar says so, on live connections too, and is not let in again by a clock set back for those. */
static void
test_token_ends_by_date (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestClient) lasting = NULL;
  g_autofree char *secret = NULL;
  g_autofree char *forever = engine_issue (self->engine, "y", NULL, NULL);

  spec->expires_at = g_get_real_time () + HOUR;
  secret = engine_try_issue (self->engine, spec, NULL, NULL);
  client = engine_connect (self->engine, "/", secret);
  lasting = engine_connect (self->engine, "/", forever);
  sb_test_wait (sb_meter_get_n_samples (sb_engine_get_meter (self->engine)) > 1);
  set_clock (self->engine, HOUR / 2);
  sb_test_client_expect_silence (client);
  set_clock (self->engine, 2 * HOUR);
  sb_test_client_expect_close (client, 3000, "token expired");
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 401);
  sb_test_client_expect_silence (lasting);
}

/* So does the secret from before a rotation; a clock that is set back lets it in again, and then ends it again. */
static void
test_grace_ends_by_date (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *old = engine_issue (self->engine, "x", NULL, &id);
  g_autoptr (GAsyncResult) result = NULL;

  sb_test_wait (sb_meter_get_n_samples (sb_engine_get_meter (self->engine)) > 1);
  sb_engine_rotate_token_async (self->engine, "window", id, HOUR, store_result_cb, &result);
  sb_test_wait (result != NULL);
  sb_token_secret_free (sb_engine_rotate_token_finish (self->engine, result, NULL, NULL));

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", old);

      set_clock (self->engine, 2 * HOUR);
      sb_test_client_expect_close (client, 3000, "token revoked");
      g_assert_cmpuint (engine_knock (self->engine, "/", old), ==, 401);
      set_clock (self->engine, 0);
    }
}

/* There may be so many; one that is among them may be blocked anew. */
static void
test_number_has_a_limit (EngineFixture *self, gconstpointer data)
{
  guint n_answered = 0;
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) blocks = NULL;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *address = g_strdup_printf ("10.0.%u.%u", i / 256, i % 256);

      sb_engine_block_address_async (self->engine, "command line", address, 0, count_cb, &n_answered);
    }
  sb_test_wait (n_answered == 10000);

  sb_engine_block_address_async (self->engine, "command line", "10.1.0.0", 0, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
  blocks = sb_engine_list_blocks (self->engine);
  g_assert_cmpuint (g_strv_length (blocks), ==, 10000);

  block (self->engine, "10.0.0.0", HOUR);
  sb_engine_unblock_address_async (self->engine, "command line", "10.0.0.0", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  block (self->engine, "10.1.0.0", 0);
}

/* --- a disk that does not work --- */

static void
set_disk (gboolean works)
{
  atomic_store (&fault_code, SQLITE_FULL);
  atomic_store (&fault_lasts, !works);
  atomic_store (&fault_countdown, works ? -1 : 0);
}

static void
order_unkept (SbEngine *engine, const char *address, gboolean blocked)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  if (blocked)
    sb_engine_block_address_async (engine, "window", address, 0, store_result_cb, &result);
  else
    sb_engine_unblock_address_async (engine, "window", address, store_result_cb, &result);
  engine_finish (engine, &result, &error);
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
}

static void
assert_on_disk (EngineFixture *self, const char *expected)
{
  g_autofree char *path = g_build_filename (self->store.folder, "signalbox.db", NULL);
  sqlite3 *db = connect_aside (path);

  assert_aside (db, "SELECT group_concat (address, ' ') FROM (SELECT address FROM block ORDER BY address)", expected);
  sqlite3_close (db);
}

/* What was ordered meanwhile is in force at once, said not to be kept, and kept as soon as the disk works again. */
static void
test_written_once_the_disk_works (EngineFixture *self, gconstpointer data)
{
  static const char *const expected[] = { "127.0.0.2", "127.0.0.4", NULL };
  GAsyncResult *result = NULL;

  block (self->engine, "127.0.0.2", 0);
  block (self->engine, "127.0.0.3", 0);
  set_disk (FALSE);
  order_unkept (self->engine, "127.0.0.4", TRUE);
  order_unkept (self->engine, "127.0.0.3", FALSE);
  /* Ordered and taken back: to be forgotten is nothing that the disk has to do. */
  order_unkept (self->engine, "127.0.0.5", TRUE);
  sb_engine_unblock_address_async (self->engine, "window", "127.0.0.5", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_DEGRADED);
  assert_blocks (self->engine, expected);

  set_disk (TRUE);
  sb_test_wait (sb_engine_get_state (self->engine) == SB_ENGINE_LISTENING);
  assert_on_disk (self, "127.0.0.2 127.0.0.4");
  engine_fixture_restart (self);
  assert_blocks (self->engine, expected);
}

/* The end of the program is the last occasion. */
static void
test_written_at_the_end (EngineFixture *self, gconstpointer data)
{
  set_disk (FALSE);
  order_unkept (self->engine, "127.0.0.4", TRUE);
  set_disk (TRUE);
  engine_fixture_restart (self);
  assert_blocks (self->engine, (const char *const[]) { "127.0.0.4", NULL });
}

/* A row in another spelling, as earlier versions stored it, is in force and can be lifted, for good. */
static void
test_stored_in_another_spelling (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  g_autofree char *path = g_build_filename (self->store.folder, "signalbox.db", NULL);
  GAsyncResult *result = NULL;
  sqlite3 *db;

  engine_end (self->engine);
  db = connect_aside (path);
  execute_aside (db, "INSERT INTO block VALUES ('::ffff:127.0.0.1', 0, 1, 'window'), ('FE80::1%eth0', 0, 1, 'window')");
  sqlite3_close (db);
  self->engine = engine_open_well (self->store.folder);
  engine_start_well (self->engine);
  assert_blocks (self->engine, (const char *const[]) { "127.0.0.1", "fe80::1", NULL });
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 403);

  sb_engine_unblock_address_async (self->engine, "window", "127.0.0.1", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
  assert_on_disk (self, "fe80::1");
  engine_fixture_restart (self);
  assert_blocks (self->engine, (const char *const[]) { "fe80::1", NULL });
}

int
main (int argc, char *argv[])
{
  fault_vfs_install ();
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/engine-blocks/" path, EngineFixture, NULL, set_up, function, tear_down)
  ADD ("kept-across-restarts", test_kept_across_restarts);
  ADD ("one-spelling", test_one_spelling);
  ADD ("over-while-away", test_over_while_away);
  ADD ("clock-is-set", test_clock_is_set);
  ADD ("clock-is-set-before-its-end", test_clock_is_set_before_its_end);
  ADD ("number-has-a-limit", test_number_has_a_limit);
  ADD ("token-ends-by-date", test_token_ends_by_date);
  ADD ("grace-ends-by-date", test_grace_ends_by_date);
  ADD ("written-once-the-disk-works", test_written_once_the_disk_works);
  ADD ("written-at-the-end", test_written_at_the_end);
  ADD ("stored-in-another-spelling", test_stored_in_another_spelling);

  return g_test_run ();
}
