/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-history.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
/* The beginning of some minute. */
#define NOON (1700000040 * SECOND)

static SbHubTotals
totals_of (guint64 clients, guint64 messages)
{
  SbHubTotals totals = { .clients = clients, .messages_in = messages, .bytes_out = messages * 100 };

  return totals;
}

static gboolean
sample (SbHistory *history, guint64 clients, guint64 messages, gboolean running, gint64 second)
{
  SbHubTotals totals = totals_of (clients, messages);

  return sb_history_sample (history, &totals, running, second * SECOND, NOON + second * SECOND);
}

static const SbSpan *
span_at (GArray *spans, guint i)
{
  g_assert_cmpuint (i, <, spans->len);
  return &g_array_index (spans, SbSpan, i);
}

static void
test_minutes (void)
{
  g_autoptr (SbHistory) history = sb_history_new ();
  g_autoptr (GArray) spans = NULL;

  g_assert_false (sample (history, 10, 0, TRUE, 0));
  for (int second = 1; second < 60; second++)
    g_assert_false (sample (history, second < 30 ? 10 : 20, (guint64) second * 5, TRUE, second));
  /* The second that ends with the minute is of the next. */
  g_assert_true (sample (history, 20, 300, TRUE, 60));

  spans = sb_history_take (history);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpint (span_at (spans, 0)->time, ==, NOON);
  g_assert_cmpint (span_at (spans, 0)->covered, ==, 59 * SECOND);
  g_assert_cmpuint (span_at (spans, 0)->sums[SB_MEASURE_MESSAGES_IN], ==, 295);
  g_assert_cmpuint (span_at (spans, 0)->sums[SB_MEASURE_BYTES_OUT], ==, 29500);
  g_assert_cmpfloat_with_epsilon (sb_span_get (span_at (spans, 0), SB_MEASURE_MESSAGES_IN), 5, 1e-9);
  g_assert_cmpfloat_with_epsilon (sb_span_get (span_at (spans, 0), SB_MEASURE_CLIENTS), (29 * 10 + 30 * 20) / 59.0, 1e-9);
  g_assert_cmpint (span_at (spans, 1)->time, ==, NOON + MINUTE);
  g_assert_cmpuint (span_at (spans, 1)->sums[SB_MEASURE_MESSAGES_IN], ==, 5);
}

static void
test_stopped_is_a_gap (void)
{
  g_autoptr (SbHistory) history = sb_history_new ();
  g_autoptr (GArray) spans = NULL;

  for (int second = 0; second < 10; second++)
    g_assert_false (sample (history, 0, 0, FALSE, second));
  sample (history, 0, 0, TRUE, 10);
  sample (history, 3, 7, TRUE, 11);
  sample (history, 3, 9, FALSE, 12); /* it stops: what came last is counted */
  sample (history, 0, 9, FALSE, 13);
  sample (history, 0, 9, FALSE, 200);

  spans = sb_history_take (history);
  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpint (span_at (spans, 0)->covered, ==, 2 * SECOND);
  g_assert_cmpuint (span_at (spans, 0)->sums[SB_MEASURE_MESSAGES_IN], ==, 9);
}

/* Counters begin anew, and clocks are set. */
static void
test_anew_and_back (void)
{
  g_autoptr (SbHistory) history = sb_history_new ();
  g_autoptr (GArray) spans = NULL;
  SbHubTotals totals = totals_of (1, 500);

  sb_history_sample (history, &totals, TRUE, 0, NOON);
  totals.messages_in = 4;
  sb_history_sample (history, &totals, TRUE, SECOND, NOON + SECOND);
  totals.messages_in = 10;
  sb_history_sample (history, &totals, TRUE, 2 * SECOND, NOON - 3600 * SECOND);
  /* No time has gone by: it comes with the next. */
  sb_history_sample (history, &totals, TRUE, 2 * SECOND, NOON - 3600 * SECOND);

  spans = sb_history_take (history);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpuint (span_at (spans, 0)->sums[SB_MEASURE_MESSAGES_IN], ==, 4);
  g_assert_cmpint (span_at (spans, 1)->time, ==, NOON - 3600 * SECOND);
  g_assert_cmpuint (span_at (spans, 1)->sums[SB_MEASURE_MESSAGES_IN], ==, 6);
  g_assert_cmpint (span_at (spans, 1)->covered, ==, SECOND);
}

/* What could not be kept is taken again, and there is an end to it. */
static void
test_give_back (void)
{
  g_autoptr (SbHistory) history = sb_history_new ();
  g_autoptr (GArray) spans = NULL;
  GArray *taken;
  guint64 sum = 0;

  sample (history, 1, 0, TRUE, 0);
  sample (history, 1, 10, TRUE, 1);
  taken = sb_history_take (history);
  sample (history, 1, 12, TRUE, 2);
  sample (history, 1, 15, TRUE, 61);
  sb_history_give_back (history, taken);

  spans = sb_history_take (history);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpuint (span_at (spans, 0)->sums[SB_MEASURE_MESSAGES_IN], ==, 12);
  g_assert_cmpuint (span_at (spans, 1)->sums[SB_MEASURE_MESSAGES_IN], ==, 3);
  sb_history_give_back (history, g_steal_pointer (&spans));

  for (guint minute = 2; minute <= 2 * SB_HISTORY_MAX_SPANS; minute++)
    {
      sample (history, 1, 15 + minute, TRUE, minute * 60);
      if (minute % 7 == 0)
        sb_history_give_back (history, sb_history_take (history));
    }
  spans = sb_history_take (history);
  g_assert_cmpuint (spans->len, ==, SB_HISTORY_MAX_SPANS);
  g_assert_cmpint (span_at (spans, spans->len - 1)->time, ==, NOON + 2 * SB_HISTORY_MAX_SPANS * MINUTE);
  for (guint i = 0; i < spans->len; i++)
    sum += span_at (spans, i)->sums[SB_MEASURE_MESSAGES_IN];
  g_assert_cmpuint (sum, ==, SB_HISTORY_MAX_SPANS);
}

static void
test_nothing (void)
{
  g_autoptr (SbHistory) history = sb_history_new ();
  g_autoptr (GArray) spans = sb_history_take (history);
  const SbSpan empty = { 0 };

  g_assert_cmpuint (spans->len, ==, 0);
  g_assert_cmpfloat (sb_span_get (&empty, SB_MEASURE_CLIENTS), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/history/by-the-minute", test_minutes);
  g_test_add_func ("/history/stopped-is-a-gap", test_stopped_is_a_gap);
  g_test_add_func ("/history/anew-and-back", test_anew_and_back);
  g_test_add_func ("/history/given-back", test_give_back);
  g_test_add_func ("/history/nothing", test_nothing);

  return g_test_run ();
}
