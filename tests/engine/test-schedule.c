/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-schedule.h"

/* When something is due, by clocks that the test turns. */

#define S ((gint64) G_USEC_PER_SEC)
#define REAL (G_GINT64_CONSTANT (1790000000) * S) /* now, on the wall */
#define MONO (1000 * S)

static SbSchedule *
new_schedule (gint64 start_at, gint64 interval, guint max_runs)
{
  const SbScheduleTimes times = { start_at, interval, max_runs };
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (SbMessage) message = sb_message_new (target, FALSE, payload);

  return sb_schedule_new (1, REAL, &times, message);
}

static void
run (SbSchedule *self, gint64 time)
{
  const SbMessage *message = sb_schedule_get_message (self);
  g_autoptr (SbBroadcast) broadcast =
      sb_broadcast_new (7, time, message->target_text, message->target, FALSE, message->payload);

  sb_schedule_set_sending (self);
  sb_schedule_set_counted (self, time, broadcast);
  sb_broadcast_set_report (broadcast, 5, 4, 1, 0, 10);
  sb_schedule_set_sent (self);
}

#define assert_due(self, seconds, expected) \
  g_assert_cmpint (sb_schedule_check (self, TRUE, REAL + (seconds) * S, MONO + (seconds) * S), ==, expected)

static void
test_until_stopped (void)
{
  g_autoptr (SbSchedule) self = new_schedule (0, 10 * S, 0);

  sb_schedule_begin (self, FALSE, REAL, MONO);
  for (int i = 0; i < 50; i++)
    {
      assert_due (self, i * 10, SB_SCHEDULE_RUN);
      run (self, REAL + i * 10 * S);
      assert_due (self, i * 10, SB_SCHEDULE_WAIT);
      assert_due (self, i * 10 + 9, SB_SCHEDULE_WAIT);
      g_assert_cmpint (sb_schedule_get_wait (self, REAL, MONO + (i * 10 + 4) * S), ==, 6 * S);
      g_assert_cmpint (sb_schedule_get_next_at (self, REAL, MONO + (i * 10 + 4) * S), ==, REAL + 6 * S);
    }
  g_assert_false (sb_schedule_is_done (self));
  g_assert_cmpuint (sb_schedule_get_progress (self)->n_runs, ==, 50);
  g_assert_cmpuint (sb_schedule_get_progress (self)->n_missed, ==, 0);
  g_assert_cmpuint (sb_schedule_get_progress (self)->last_targeted, ==, 5);
  g_assert_cmpuint (sb_schedule_get_progress (self)->last_dropped, ==, 1);
}

static void
test_so_many_times (void)
{
  g_autoptr (SbSchedule) self = new_schedule (0, S, 3);

  sb_schedule_begin (self, FALSE, REAL, MONO);
  for (int i = 0; i < 3; i++)
    {
      assert_due (self, i, SB_SCHEDULE_RUN);
      run (self, REAL + i * S);
    }
  g_assert_true (sb_schedule_is_done (self));
  assert_due (self, 100, SB_SCHEDULE_OVER);
  g_assert_cmpint (sb_schedule_get_next_at (self, REAL, MONO), ==, 0);
}

/* One at a time: what falls due meanwhile is missed, but for one that follows at once. */
static void
test_one_in_flight (void)
{
  g_autoptr (SbSchedule) self = new_schedule (0, S, 0);
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (SbBroadcast) broadcast = sb_broadcast_new (7, REAL, "everyone", NULL, FALSE, payload);

  sb_schedule_begin (self, FALSE, REAL, MONO);
  assert_due (self, 0, SB_SCHEDULE_RUN);
  sb_schedule_set_sending (self);
  sb_schedule_set_counted (self, REAL, broadcast);
  g_assert_cmpint (sb_schedule_get_wait (self, REAL, MONO + 60 * S), ==, G_MAXINT64);
  assert_due (self, 4, SB_SCHEDULE_WAIT);
  sb_broadcast_set_report (broadcast, 1, 0, 0, 1, 5 * S);
  sb_schedule_set_sent (self);
  assert_due (self, 5, SB_SCHEDULE_RUN);
  g_assert_cmpuint (sb_schedule_get_progress (self)->n_missed, ==, 4);
  run (self, REAL + 5 * S);
  assert_due (self, 5, SB_SCHEDULE_WAIT);
  assert_due (self, 6, SB_SCHEDULE_RUN);
}

static void
test_server_not_running (void)
{
  g_autoptr (SbSchedule) self = new_schedule (0, 10 * S, 2);

  sb_schedule_begin (self, FALSE, REAL, MONO);
  g_assert_cmpint (sb_schedule_check (self, FALSE, REAL, MONO), ==, SB_SCHEDULE_MISSED);
  g_assert_cmpint (sb_schedule_check (self, FALSE, REAL, MONO), ==, SB_SCHEDULE_WAIT);
  g_assert_cmpint (sb_schedule_check (self, FALSE, REAL + 10 * S, MONO + 10 * S), ==, SB_SCHEDULE_MISSED);
  g_assert_cmpuint (sb_schedule_get_progress (self)->n_missed, ==, 2);
  /* What was missed does not count as sent. */
  assert_due (self, 20, SB_SCHEDULE_RUN);
  run (self, REAL + 20 * S);
  assert_due (self, 30, SB_SCHEDULE_RUN);
  run (self, REAL + 30 * S);
  g_assert_true (sb_schedule_is_done (self));
}

static void
test_once (void)
{
  g_autoptr (SbSchedule) self = new_schedule (REAL + 3600 * S, 0, 0);
  g_autoptr (SbSchedule) late = new_schedule (REAL + 3600 * S, 0, 0);
  g_autoptr (SbSchedule) missed = new_schedule (REAL + 3600 * S, 0, 0);

  sb_schedule_begin (self, FALSE, REAL, MONO);
  g_assert_cmpint (sb_schedule_get_next_at (self, REAL, MONO), ==, REAL + 3600 * S);
  assert_due (self, 3599, SB_SCHEDULE_WAIT);
  /* The clock on the wall is set forward: it decides, not the one that only counts. */
  g_assert_cmpint (sb_schedule_check (self, TRUE, REAL + 3600 * S, MONO + S), ==, SB_SCHEDULE_RUN);
  run (self, REAL + 3600 * S);
  g_assert_true (sb_schedule_is_done (self));

  sb_schedule_begin (late, TRUE, REAL + 3630 * S, MONO);
  g_assert_cmpint (sb_schedule_check (late, FALSE, REAL + 3640 * S, MONO), ==, SB_SCHEDULE_WAIT);
  g_assert_cmpint (sb_schedule_check (late, TRUE, REAL + 3660 * S, MONO), ==, SB_SCHEDULE_RUN);

  sb_schedule_begin (missed, TRUE, REAL + 3661 * S, MONO);
  g_assert_cmpint (sb_schedule_check (missed, TRUE, REAL + 3661 * S, MONO), ==, SB_SCHEDULE_OVER);
  g_assert_true (sb_schedule_is_done (missed));
  g_assert_cmpuint (sb_schedule_get_progress (missed)->n_missed, ==, 1);
}

/* Goes on in its rhythm after a restart, and counts what fell due meanwhile once, however often it is loaded. */
static void
test_loaded (void)
{
  static const struct
  {
    gint64 last_at, counted_at; /* seconds before now; -1: never */
    gint64 wait;
    guint n_missed;
  } cases[] = {
    { 4, -1, 6, 0 },     { 10, -1, 10, 1 },  { 34, -1, 6, 3 },   { 34, 34, 6, 3 },
    { 34, 13, 6, 1 },    { 34, 0, 6, 0 },    { -5, -1, 10, 0 }, /* the clock was set back */
    { 1000003, -1, 7, 100000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbSchedule) self = new_schedule (REAL - 2000000 * S, 10 * S, 0);
      const SbScheduleProgress progress = {
        .n_runs = 3,
        .last_at = REAL - cases[i].last_at * S,
        .counted_at = cases[i].counted_at >= 0 ? REAL - cases[i].counted_at * S : 0,
      };

      sb_schedule_set_progress (self, &progress, NULL);
      sb_schedule_begin (self, TRUE, REAL, MONO);
      g_assert_cmpint (sb_schedule_get_wait (self, REAL, MONO), ==, cases[i].wait * S);
      g_assert_cmpuint (sb_schedule_get_progress (self)->n_missed, ==, cases[i].n_missed);
    }
}

static void
test_failures (void)
{
  g_autoptr (SbSchedule) self = new_schedule (0, 10 * S, 0);
  g_autoptr (SbSchedule) once = new_schedule (REAL, 0, 0);

  sb_schedule_begin (self, FALSE, REAL, MONO);
  assert_due (self, 0, SB_SCHEDULE_RUN);
  sb_schedule_set_sending (self);
  g_assert_true (sb_schedule_set_failed (self, "too big"));
  g_assert_cmpstr (sb_schedule_get_error (self), ==, "too big");
  assert_due (self, 10, SB_SCHEDULE_RUN);
  sb_schedule_set_sending (self);
  g_assert_false (sb_schedule_set_failed (self, "too big"));
  g_assert_cmpuint (sb_schedule_get_progress (self)->n_failed, ==, 2);
  assert_due (self, 20, SB_SCHEDULE_RUN);
  run (self, REAL + 20 * S);
  g_assert_null (sb_schedule_get_error (self));
  assert_due (self, 30, SB_SCHEDULE_RUN);
  sb_schedule_set_sending (self);
  g_assert_true (sb_schedule_set_failed (self, "too big"));

  sb_schedule_begin (once, FALSE, REAL, MONO);
  assert_due (once, 0, SB_SCHEDULE_RUN);
  sb_schedule_set_sending (once);
  sb_schedule_set_failed (once, "disk full");
  g_assert_true (sb_schedule_is_done (once));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/schedule/until-stopped", test_until_stopped);
  g_test_add_func ("/schedule/so-many-times", test_so_many_times);
  g_test_add_func ("/schedule/one-in-flight", test_one_in_flight);
  g_test_add_func ("/schedule/server-not-running", test_server_not_running);
  g_test_add_func ("/schedule/once", test_once);
  g_test_add_func ("/schedule/loaded", test_loaded);
  g_test_add_func ("/schedule/failures", test_failures);

  return g_test_run ();
}
