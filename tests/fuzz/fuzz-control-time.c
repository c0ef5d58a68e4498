/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-time.h"
#include "sb-fuzz.h"

#include <string.h>

#define NOW (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  g_autofree char *text = sb_fuzz_take_line (&input);
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (GError) person_error = NULL;
  g_autoptr (GError) duration_error = NULL;
  gint64 time;
  gint64 again;
  gint64 duration;
  gboolean ok;

  /* Both of its callers have seen to it that it is UTF-8: one by the guard, one by the locale. */
  if (!g_utf8_validate (text, -1, NULL))
    return 0;

  ok = sb_control_time_parse (text, &time, &parse_error);
  sb_fuzz_check_error (ok, parse_error);
  if (ok)
    {
      g_autofree char *written = sb_control_time_format (time);

      g_assert_true (sb_control_time_parse (written, &again, NULL));
      g_assert_cmpint (again, ==, time);
      g_assert_cmpint (sb_control_time_from_person (text, NOW, &again, NULL), ==, time > 0);
      if (time > 0)
        g_assert_cmpint (again / 1000 * 1000, ==, time);
    }

  ok = sb_control_duration_parse (text, &duration, &duration_error);
  sb_fuzz_check_error (ok, duration_error);
  if (ok)
    {
      g_assert_cmpint (duration, >, 0);
      g_assert_true (sb_control_time_from_person (text, NOW, &time, NULL));
      g_assert_cmpint (time, ==, NOW + duration);
    }

  ok = sb_control_time_from_person (text, NOW, &time, &person_error);
  sb_fuzz_check_error (ok, person_error);
  if (ok && strcmp (text, "never") != 0)
    {
      g_autofree char *written = sb_control_time_format (time);

      g_assert_cmpint (time, >, 0); /* 0 is never */
      g_assert_true (sb_control_time_parse (written, &again, NULL));
    }
  return 0;
}
