/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-format.h"
#include "widgets/sb-words.h"

#define SECOND ((gint64) G_TIME_SPAN_SECOND)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* 15 June 2027, 12:00 UTC; the tests run in UTC. */
#define NOON (G_GINT64_CONSTANT (1813060800) * SECOND)

#define assert_text(call, expected)     \
  G_STMT_START                          \
  {                                     \
    g_autofree char *text = call;       \
    g_assert_cmpstr (text, ==, expected); \
  }                                     \
  G_STMT_END

static void
test_number (void)
{
  assert_text (sb_format_number (0), "0");
  assert_text (sb_format_number (999), "999");
  assert_text (sb_format_number (1000), "1,000");
  assert_text (sb_format_number (48210), "48,210");
  assert_text (sb_format_number (G_MAXUINT64), "18,446,744,073,709,551,615");
}

static void
test_compact (void)
{
  assert_text (sb_format_compact (0), "0");
  assert_text (sb_format_compact (0.4), "0.4");
  assert_text (sb_format_compact (2), "2");
  assert_text (sb_format_compact (9.96), "10");
  assert_text (sb_format_compact (318.2), "318");
  assert_text (sb_format_compact (999.4), "999");
  assert_text (sb_format_compact (999.6), "1.0\u202fk");
  assert_text (sb_format_compact (12940), "12.9\u202fk");
  assert_text (sb_format_compact (20000), "20\u202fk");
  assert_text (sb_format_compact (20010), "20.0\u202fk");
  assert_text (sb_format_compact (123456), "123\u202fk");
  assert_text (sb_format_compact (999999), "1.0\u202fM");
}

/* The form of the word beside it has to be that of the number that is shown. */
static void
test_plural (void)
{
  g_assert_cmpuint (sb_format_plural (0), ==, 0);
  g_assert_cmpuint (sb_format_plural (1), ==, 1);
  g_assert_cmpuint (sb_format_plural (0.97), ==, 1);
  g_assert_cmpuint (sb_format_plural (0.4), ==, 2);
  g_assert_cmpuint (sb_format_plural (1.5), ==, 2);
  g_assert_cmpuint (sb_format_plural (4.02), ==, 4);
  g_assert_cmpuint (sb_format_plural (10.6), ==, 11);
  g_assert_cmpuint (sb_format_plural (21), ==, 21);
  g_assert_cmpuint (sb_format_plural (999.6), ==, 1000);
  g_assert_cmpuint (sb_format_plural (12940), ==, 1000);
}

static void
test_size (void)
{
  assert_text (sb_format_size (0), "0\u00a0B");
  assert_text (sb_format_size (1023), "1023\u00a0B");
  assert_text (sb_format_size (1024), "1\u00a0KiB");
  assert_text (sb_format_size (1536), "1.5\u00a0KiB");
  assert_text (sb_format_size (1024 * 1024), "1\u00a0MiB");
  assert_text (sb_format_size (1024 * 1024 - 1), "1\u00a0MiB");
}

static void
test_round_trip (void)
{
  assert_text (sb_format_round_trip (-1), "–");
  assert_text (sb_format_round_trip (0), "0.0 ms");
  assert_text (sb_format_round_trip (840), "0.8 ms");
  assert_text (sb_format_round_trip (250000), "250 ms");
  assert_text (sb_format_round_trip (1200000), "1.2 s");
}

static void
test_elapsed (void)
{
  assert_text (sb_format_elapsed (-5), "0 s");
  assert_text (sb_format_elapsed (40 * SECOND), "40 s");
  assert_text (sb_format_elapsed (60 * SECOND), "1 min");
  assert_text (sb_format_elapsed (65 * MINUTE), "1 h 05");
  assert_text (sb_format_elapsed (DAY), "1 day");
  assert_text (sb_format_elapsed (3 * DAY + HOUR), "3 days");
}

static void
test_ago (void)
{
  assert_text (sb_format_ago (NOON + SECOND, NOON), "just now");
  assert_text (sb_format_ago (NOON - 20 * SECOND, NOON), "20 s ago");
  assert_text (sb_format_ago (NOON - 5 * MINUTE, NOON), "5 min ago");
  assert_text (sb_format_ago (NOON - 11 * HOUR, NOON), "11 h ago");
  assert_text (sb_format_ago (NOON - 13 * HOUR, NOON), "yesterday");
  /* Short after midnight two hours ago is not yet yesterday. */
  assert_text (sb_format_ago (NOON - 13 * HOUR, NOON - 11 * HOUR), "2 h ago");
  assert_text (sb_format_ago (NOON - 3 * DAY, NOON), "3 days ago");
  assert_text (sb_format_ago (NOON - 8 * DAY, NOON), "7 June");
  assert_text (sb_format_ago (NOON - 365 * DAY, NOON), "15 June 2026");
}

static void
test_until (void)
{
  assert_text (sb_format_until (NOON, NOON), "now");
  assert_text (sb_format_until (NOON + 1, NOON), "in 1 s");
  assert_text (sb_format_until (NOON + 40 * MINUTE, NOON), "in 40 min");
  assert_text (sb_format_until (NOON + HOUR, NOON), "in 1 hour");
  assert_text (sb_format_until (NOON + 47 * HOUR, NOON), "in 47 hours");
  assert_text (sb_format_until (NOON + 3 * DAY, NOON), "in 3 days");
  assert_text (sb_format_until (NOON + 30 * DAY, NOON), "15 July");
  assert_text (sb_format_until (NOON + 365 * DAY, NOON), "14 June 2028");
}

static void
test_clock (void)
{
  assert_text (sb_format_clock (NOON + 4 * MINUTE + 51 * SECOND + 318999, TRUE), "12:04:51.318");
  assert_text (sb_format_clock (NOON, FALSE), "12:00:00");
  assert_text (sb_format_date_time (NOON), "15 June 2027, 12:00");
}

static void
test_refusal_words (void)
{
  assert_text (sb_words_for_refusal ("invalid_token: unknown"), "Unknown token");
  assert_text (sb_words_for_refusal ("invalid_token: something new"), "Invalid token");
  assert_text (sb_words_for_refusal ("invalid_token"), "Invalid token");
  assert_text (sb_words_for_refusal ("full, with 10000 clients"), "The server was full");
  assert_text (sb_words_for_refusal ("fully new"), "fully new");
  assert_text (sb_words_for_refusal (""), "");
}

static void
test_setting_error_words (void)
{
  g_autoptr (GError) with = g_error_new_literal (G_FILE_ERROR, 0, "“port”: 70000 is more than the maximum 65535");
  g_autoptr (GError) without = g_error_new_literal (G_FILE_ERROR, 0, "No such setting: “port”: none");

  g_assert_cmpstr (sb_words_for_setting_error ("port", with), ==, "70000 is more than the maximum 65535");
  g_assert_cmpstr (sb_words_for_setting_error ("lanes", with), ==, with->message);
  g_assert_cmpstr (sb_words_for_setting_error ("port", without), ==, without->message);
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/format/number-is-grouped", test_number);
  g_test_add_func ("/format/compact", test_compact);
  g_test_add_func ("/format/plural", test_plural);
  g_test_add_func ("/format/size", test_size);
  g_test_add_func ("/format/round-trip", test_round_trip);
  g_test_add_func ("/format/elapsed", test_elapsed);
  g_test_add_func ("/format/ago", test_ago);
  g_test_add_func ("/format/until", test_until);
  g_test_add_func ("/format/clock", test_clock);

  g_test_add_func ("/words/refusal", test_refusal_words);
  g_test_add_func ("/words/setting-error", test_setting_error_words);

  return g_test_run ();
}
