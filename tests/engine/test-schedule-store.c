/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store-kill.h"
#include "store/sb-broadcast-store.h"
#include "store/sb-schedule-store.h"

static SbMessage *
new_message (void)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"a\":1}", 7);

  return sb_message_new (target, FALSE, payload);
}

static SbSchedule *
insert (SbDatabase *db)
{
  const SbScheduleTimes times = { 0, 30 * G_USEC_PER_SEC, 7 };
  g_autoptr (SbMessage) message = new_message ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbSchedule *schedule;

  sb_schedule_store_insert_async (db, 1000, &times, message, store_result_cb, &result);
  store_wait_for (result != NULL);
  schedule = sb_schedule_store_insert_finish (db, result, &error);
  g_assert_no_error (error);

  return schedule;
}

static GPtrArray *
load (SbDatabase *db)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *schedules;

  sb_schedule_store_load_async (db, store_result_cb, &result);
  store_wait_for (result != NULL);
  schedules = sb_schedule_store_load_finish (db, result, &error);
  g_assert_no_error (error);

  return schedules;
}

static SbBroadcast *
send_run (SbDatabase *db, SbSchedule *schedule, gint64 time, GError **error)
{
  const SbMessage *message = sb_schedule_get_message (schedule);
  g_autoptr (GAsyncResult) result = NULL;

  sb_broadcast_store_insert_async (db, time, message->target, message->binary, message->payload,
                                   sb_schedule_get_id (schedule), NULL, store_result_cb, &result);
  store_wait_for (result != NULL);

  return sb_broadcast_store_insert_finish (db, result, NULL, error);
}

static gboolean
try_delete (SbDatabase *db, gint64 id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_schedule_store_delete_async (db, id, store_result_cb, &result);
  store_wait_for (result != NULL);

  return sb_schedule_store_delete_finish (db, result, error);
}

static void
test_life (Fixture *self, gconstpointer data)
{
  g_autoptr (SbSchedule) schedule = insert (self->database);
  g_autoptr (GPtrArray) loaded = NULL, none = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) first = send_run (self->database, schedule, 2000, &error);
  g_autoptr (SbBroadcast) second = send_run (self->database, schedule, 3000, &error);
  const SbScheduleProgress *progress;
  SbSchedule *found;

  g_assert_no_error (error);
  /* The history keeps the last run. */
  store_assert_sql (self->database, "SELECT count (*) || ' ' || max (time) FROM broadcast", "1 3000");
  sb_schedule_set_counted (schedule, 2000, first);
  sb_schedule_set_counted (schedule, 3000, second);
  sb_broadcast_set_report (second, 9, 7, 2, 0, 1);
  sb_schedule_set_sent (schedule);
  sb_schedule_set_failed (schedule, "no luck");
  sb_schedule_store_update_async (self->database, schedule, store_result_cb, &result);
  store_wait_for (result != NULL);
  g_assert_true (sb_schedule_store_update_finish (self->database, result, &error));
  g_clear_object (&result);

  reopen (self);
  loaded = load (self->database);
  g_assert_cmpuint (loaded->len, ==, 1);
  found = g_ptr_array_index (loaded, 0);
  g_assert_cmpint (sb_schedule_get_id (found), ==, 1);
  g_assert_cmpint (sb_schedule_get_created_at (found), ==, 1000);
  g_assert_cmpint (sb_schedule_get_times (found)->start_at, ==, 1000);
  g_assert_cmpint (sb_schedule_get_times (found)->interval, ==, 30 * G_USEC_PER_SEC);
  g_assert_cmpuint (sb_schedule_get_times (found)->max_runs, ==, 7);
  g_assert_cmpstr (sb_schedule_get_message (found)->target_text, ==, "everyone");
  progress = sb_schedule_get_progress (found);
  g_assert_cmpuint (progress->n_runs, ==, 2);
  g_assert_cmpuint (progress->n_failed, ==, 1);
  g_assert_cmpint (progress->last_at, ==, 3000);
  g_assert_cmpuint (progress->last_targeted, ==, 9);
  g_assert_cmpuint (progress->last_sent, ==, 7);
  g_assert_cmpuint (progress->last_dropped, ==, 2);
  g_assert_cmpint (progress->counted_at, >, 3000);
  g_assert_cmpstr (sb_schedule_get_error (found), ==, "no luck");

  g_assert_true (try_delete (self->database, 1, &error));
  g_assert_no_error (error);
  none = load (self->database);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_false (try_delete (self->database, 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
}

/* Nothing is sent for what was stopped while it was on its way to the disk. */
static void
test_run_of_a_stopped_one (Fixture *self, gconstpointer data)
{
  g_autoptr (SbSchedule) schedule = insert (self->database);
  g_autoptr (GError) error = NULL;

  g_assert_true (try_delete (self->database, 1, &error));
  g_assert_null (send_run (self->database, schedule, 2000, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
  store_assert_sql (self->database, "SELECT count (*) FROM broadcast", "0");
}

/* --- killed: a run that was told to be stored is counted, and its broadcast is there --- */

static void child_run (SbDatabase *database);
static SbSchedule *child_schedule;

static void
child_ran_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbBroadcast) broadcast = sb_broadcast_store_insert_finish (SB_DATABASE (source), result, NULL, NULL);

  store_kill_print (sb_broadcast_get_id (broadcast));
  child_run (SB_DATABASE (source));
}

static void
child_run (SbDatabase *database)
{
  const SbMessage *message;

  if (child_schedule == NULL)
    {
      g_autoptr (GPtrArray) there = load (database);

      child_schedule = there->len > 0 ? g_object_ref (g_ptr_array_index (there, 0)) : insert (database);
    }
  message = sb_schedule_get_message (child_schedule);
  sb_broadcast_store_insert_async (database, 1, message->target, FALSE, message->payload,
                                   sb_schedule_get_id (child_schedule), NULL, child_ran_cb, NULL);
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  gint64 newest = 0;

  for (guint i = 0; i < numbers->len; i++)
    newest = MAX (newest, g_array_index (numbers, gint64, i));
  if (newest == 0)
    return;

  {
    g_autofree char *sql =
        g_strdup_printf ("SELECT n_runs >= %" G_GINT64_FORMAT " AND n_runs = (SELECT max (id) FROM broadcast)"
                         "  AND (SELECT count (*) FROM broadcast) = 1 FROM schedule",
                         newest);

    store_assert_sql (database, sql, "1");
  }
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_run, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/schedule-store/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/schedule-store/run-of-a-stopped-one", Fixture, NULL, set_up, test_run_of_a_stopped_one, tear_down);
  store_kill_add ("/schedule-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
