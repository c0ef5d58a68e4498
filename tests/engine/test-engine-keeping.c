/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"
#include "fault-vfs.h"
#include "sb-clock.h"

/* What is kept of what happened: in memory as on disk, at once, and as time goes by. */

#define DAY G_TIME_SPAN_DAY

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
set (EngineFixture *self, const char *key, guint number)
{
  g_object_set (sb_engine_get_settings (self->engine), key, number, NULL);
}

static guint
count_entries (EngineFixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_journal (self->engine)));
}

static guint
count_broadcasts (EngineFixture *self)
{
  return g_list_model_get_n_items (sb_engine_get_broadcasts (self->engine));
}

static void
broadcast (EngineFixture *self, guint n)
{
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("{}", 2);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (SbBroadcast) sent = NULL;
      g_autoptr (GError) error = NULL;

      sb_engine_broadcast_async (self->engine, "window", everyone, FALSE, payload, store_result_cb, &result);
      sb_test_wait (result != NULL);
      sent = sb_engine_broadcast_finish (self->engine, result, &error);
      g_assert_no_error (error);
    }
}

static void
test_broadcasts (EngineFixture *self, gconstpointer data)
{
  broadcast (self, 6);
  g_assert_cmpuint (count_broadcasts (self), ==, 6);
  set (self, "history-broadcasts", 4);
  sb_test_wait (count_broadcasts (self) == 4);
  broadcast (self, 1);
  g_assert_cmpuint (count_broadcasts (self), ==, 4);

  engine_fixture_restart (self);
  g_assert_cmpuint (count_broadcasts (self), ==, 4);
}

/* The tick finds out. */
static void
test_broadcasts_grow_old (EngineFixture *self, gconstpointer data)
{
  set (self, "history-days", 30);
  broadcast (self, 2);
  sb_clock_set_offset (20 * DAY);
  broadcast (self, 1);
  g_assert_cmpuint (count_broadcasts (self), ==, 3);
  sb_clock_set_offset (31 * DAY);
  sb_test_wait (count_broadcasts (self) == 1);
  sb_clock_set_offset (51 * DAY);
  engine_fixture_restart (self);
  g_assert_cmpuint (count_broadcasts (self), ==, 0);
}

static void
test_trail_grows_old (EngineFixture *self, gconstpointer data)
{
  guint n;

  for (guint i = 0; i < 20; i++)
    g_free (engine_issue (self->engine, "x", NULL, NULL));
  sb_clock_set_offset (10 * DAY);
  g_free (engine_issue (self->engine, "y", NULL, NULL));
  g_assert_cmpuint (count_entries (self), >=, 21);
  set (self, "audit-days", 5);
  sb_test_wait (count_entries (self) < 21);
  n = count_entries (self);
  g_assert_cmpuint (n, >=, 1);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_journal (self->engine)), i);

      g_assert_cmpint (sb_journal_entry_get_time (entry), >=, sb_clock_get_real () - DAY);
    }
  g_assert_false (sb_journal_get_has_older (sb_engine_get_journal (self->engine)));
}

static void
test_trail (EngineFixture *self, gconstpointer data)
{
  for (guint i = 0; i < 130; i++)
    g_free (engine_issue (self->engine, "x", NULL, NULL));
  g_assert_cmpuint (count_entries (self), >=, 130);
  set (self, "audit-entries", 100);
  sb_test_wait (count_entries (self) == 100);
  g_free (engine_issue (self->engine, "x", NULL, NULL));
  g_assert_cmpuint (count_entries (self), ==, 100);
  engine_fixture_restart (self);
  g_assert_cmpuint (count_entries (self), <=, 100);
}

static void
test_recently_left (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);
  GListModel *left = sb_client_list_get_recently_left (sb_engine_get_clients (self->engine));

  for (guint i = 0; i < 5; i++)
    {
      sb_test_client_free (engine_connect (self->engine, "/a", secret));
      sb_test_wait (sb_client_list_count (sb_engine_get_clients (self->engine)) == 0);
    }
  sb_test_wait (g_list_model_get_n_items (left) == 5);
  set (self, "recently-left", 2);
  sb_test_wait (g_list_model_get_n_items (left) == 2);
}

/* While the disk does not work nothing is dropped; it is done once it does. */
static void
test_disk (EngineFixture *self, gconstpointer data)
{
  broadcast (self, 5);
  atomic_store (&fault_code, SQLITE_FULL);
  atomic_store (&fault_lasts, TRUE);
  atomic_store (&fault_countdown, 0);
  set (self, "history-broadcasts", 2);
  sb_test_wait (sb_engine_get_state (self->engine) == SB_ENGINE_DEGRADED);
  g_assert_cmpuint (count_broadcasts (self), ==, 5);
  atomic_store (&fault_lasts, FALSE);
  atomic_store (&fault_countdown, -1);
  sb_test_wait (count_broadcasts (self) == 2);
  sb_test_wait (sb_engine_get_state (self->engine) == SB_ENGINE_LISTENING);
}

int
main (int argc, char *argv[])
{
  fault_vfs_install ();
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/engine-keeping/" path, EngineFixture, NULL, set_up, function, tear_down)
  ADD ("broadcasts", test_broadcasts);
  ADD ("broadcasts-grow-old", test_broadcasts_grow_old);
  ADD ("trail", test_trail);
  ADD ("trail-grows-old", test_trail_grows_old);
  ADD ("recently-left", test_recently_left);
  ADD ("disk", test_disk);

  return g_test_run ();
}
