/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-loop-stats.h"

#include <string.h>
#include <time.h>

static gboolean
hold_up_cb (gpointer user_data)
{
  gint64 end = g_get_monotonic_time () + GPOINTER_TO_INT (user_data);

  /* Reading the clock is work, so the turn lasts by both measures. */
  while (g_get_monotonic_time () < end)
    ;

  return G_SOURCE_REMOVE;
}

static gboolean
sleep_cb (gpointer user_data)
{
  g_usleep (GPOINTER_TO_INT (user_data));

  return G_SOURCE_REMOVE;
}

static void
turn (void)
{
  g_main_context_iteration (NULL, FALSE);
}

/* A callback that holds the loop up is a long turn; one that waits is long by the clock only. */
static void
test_turns (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (SbLoopStats) stats = sb_loop_stats_new (0);

      turn ();
      g_idle_add (hold_up_cb, GINT_TO_POINTER (30000));
      turn ();
      turn ();
      g_assert_cmpint (sb_loop_stats_get_turns (stats)->n, ==, 2);
      g_assert_cmpint (sb_loop_stats_get_turns (stats)->max, >=, 30000000);
      g_assert_cmpint (sb_loop_stats_get_work (stats)->max, <=, sb_loop_stats_get_turns (stats)->max + 1000000);

      gint64 worked = sb_loop_stats_get_work (stats)->max;

      g_idle_add (sleep_cb, GINT_TO_POINTER (200000));
      turn ();
      turn ();
      g_assert_cmpint (sb_loop_stats_get_turns (stats)->max, >=, 200000000);
      g_assert_cmpint (sb_loop_stats_get_work (stats)->max, <, MAX (worked, 200000000));
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*main loop turn, in all: n 4, p50 * ms, p99 * ms, longest * ms\n"
                             "main loop turn, computing, in all: n 4,*");
}

static void
test_interval (void)
{
  SbDurations *durations = g_new0 (SbDurations, 1);

  durations->what = "nap";
  for (gint64 i = 1; i <= 100; i++)
    sb_durations_add (durations, i * 1000000);
  g_autofree char *first = sb_durations_to_text (durations, FALSE);

  g_assert_true (g_str_has_prefix (first, "nap: n 100, p50 50."));
  g_assert_true (g_str_has_suffix (first, "longest 100.00 ms"));
  sb_histogram_reset (&durations->interval);
  sb_durations_add (durations, 0);
  g_autofree char *second = sb_durations_to_text (durations, FALSE);
  g_autofree char *whole = sb_durations_to_text (durations, TRUE);

  g_assert_cmpstr (second, ==, "nap: n 1, p50 0.00 ms, p99 0.00 ms, longest 0.00 ms");
  g_assert_true (g_str_has_prefix (whole, "nap, in all: n 101, "));
  g_free (durations);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/loop-stats/turns", test_turns);
  g_test_add_func ("/loop-stats/interval", test_interval);

  return g_test_run ();
}
