/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-time.h"
#include "sb-engine.h"

#include <stdlib.h>

#define SECOND G_GINT64_CONSTANT (1000000)
#define NOW (G_GINT64_CONSTANT (1785240000) * SECOND) /* 2026-07-28T12:00:00Z */

static void
test_format (void)
{
  static const struct { gint64 time; const char *text; } cases[] = {
    { NOW, "2026-07-28T12:00:00.000Z" },
    { NOW + 1, "2026-07-28T12:00:00.000Z" },
    { NOW + 999999, "2026-07-28T12:00:00.999Z" },
    { 1, "1970-01-01T00:00:00.000Z" },
    { -62135596800 * SECOND, "0001-01-01T00:00:00.000Z" },
    { 253402300799 * SECOND, "9999-12-31T23:59:59.000Z" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sb_control_time_format (cases[i].time);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_parse (void)
{
  static const struct { const char *text; gint64 time; } cases[] = {
    { "2026-07-28T12:00:00Z", NOW },
    { "2026-07-28T14:00:00+02:00", NOW },
    { "2026-07-28T12:00:00.5Z", NOW + SECOND / 2 },
    { "2026-07-28T12:00:00.123456Z", NOW + 123000 },
    { "1970-01-01T00:00:00Z", 0 },
    { "0001-01-01T00:00:00Z", -62135596800 * SECOND },
    { "9999-12-31T23:59:59Z", 253402300799 * SECOND },
    { "9999-12-31T23:59:59+00:01", 253402300739 * SECOND },
  };
  static const char *const bad[] = {
    "", "2h", "2026-07-28", "2026-07-28T12:00:00", "2026-07-28T25:00:00Z", "2026-02-30T00:00:00Z", "now",
    "2026-07-28T12:00:00Zx",
    /* their offset moves them out of what can be written */
    "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01",
  };
  gint64 time;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (sb_control_time_parse (cases[i].text, &time, &error));
      g_assert_no_error (error);
      g_assert_cmpint (time, ==, cases[i].time);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sb_control_time_parse (bad[i], &time, &error));
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
    }
}

static void
test_what_is_written_can_be_read (void)
{
  for (guint i = 0; i < 1000; i++)
    {
      gint64 time = ((gint64) g_random_int () * 1000 + g_random_int_range (0, 1000)) * 1000;
      g_autofree char *text = sb_control_time_format (time);
      gint64 read;

      g_assert_true (sb_control_time_parse (text, &read, NULL));
      g_assert_cmpint (read, ==, time);
    }
}

static void
test_duration (void)
{
  static const struct { const char *text; gint64 seconds; } cases[] = {
    { "1s", 1 }, { "30s", 30 }, { "15m", 900 }, { "2h", 7200 }, { "7d", 604800 }, { "4w", 2419200 }, { "007s", 7 },
    { "36525d", G_GINT64_CONSTANT (36525) * 86400 },
  };
  static const char *const bad[] = { "", "s", "0s", "5", "-5s", "+5s", "1.5h", "5 h", "5H", "5y", "5ss", "36526d", "99999999999s", "9999999999999999999999s" };
  gint64 duration;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (sb_control_duration_parse (cases[i].text, &duration, &error));
      g_assert_no_error (error);
      g_assert_cmpint (duration, ==, cases[i].seconds * SECOND);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sb_control_duration_parse (bad[i], &duration, &error));
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
    }
}

static void
test_from_person (void)
{
  static const struct { const char *text; gint64 time; } cases[] = {
    { "never", 0 },
    { "30s", NOW + 30 * SECOND },
    { "2h", NOW + 7200 * SECOND },
    { "7d", NOW + 604800 * SECOND },
    { "2026-07-28", NOW - 14 * 3600 * SECOND }, /* its first moment, two hours ahead of UTC */
    { "2026-07-28T14:00", NOW },
    { "2026-07-28 14:00", NOW },
    { "2026-07-28T14:00:01", NOW + SECOND },
    { "2026-07-28T12:00:00Z", NOW },
    { "2026-07-28T07:00:00-05:00", NOW },
  };
  static const char *const bad[] = { "", "soon", "2", "h", "0h", "2x", "2026-13-01", "28.7.2026", "2026-07-28T24:30", "Never", "36526d",
                                     "9999-12-31T23:59:59-00:01", "1969-12-31", "1970-01-01T00:00:00Z" /* never */ };
  gint64 time;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (sb_control_time_from_person (cases[i].text, NOW, &time, &error));
      g_assert_no_error (error);
      g_assert_cmpint (time, ==, cases[i].time);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sb_control_time_from_person (bad[i], NOW, &time, &error));
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  /* A zone that needs no data base. */
  g_setenv ("TZ", "TST-2", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/control-time/format", test_format);
  g_test_add_func ("/control-time/parse", test_parse);
  g_test_add_func ("/control-time/what-is-written-can-be-read", test_what_is_written_can_be_read);
  g_test_add_func ("/control-time/duration", test_duration);
  g_test_add_func ("/control-time/from-person", test_from_person);

  return g_test_run ();
}
