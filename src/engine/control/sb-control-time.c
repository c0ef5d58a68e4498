/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-time.h"

#include "sb-engine.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A duration longer than this is a slip of the finger, and adding it to a time must not overflow: a hundred years. */
#define MAX_DURATION (G_GINT64_CONSTANT (36525) * 24 * 3600 * G_USEC_PER_SEC)

/* RFC 3339 has years of four digits, and an offset moves what is at either end of them beyond. */
static gboolean
has_year (GDateTime *moment)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc_usec (g_date_time_to_unix_usec (moment));

  return utc != NULL && g_date_time_get_year (utc) >= 1 && g_date_time_get_year (utc) <= 9999;
}

/**
 * sb_control_time_format:
 * @time: real time in µs
 *
 * Returns: (transfer full): RFC 3339 in UTC with milliseconds: "2026-07-28T12:00:00.000Z"
 */
char *
sb_control_time_format (gint64 time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc_usec (time);
  g_autofree char *rest = NULL;

  g_return_val_if_fail (utc != NULL, NULL);

  /* GLib writes a year before 1000 with fewer digits than it reads. */
  rest = g_date_time_format (utc, "%m-%dT%H:%M:%S");

  return g_strdup_printf ("%04d-%s.%03dZ", g_date_time_get_year (utc), rest, g_date_time_get_microsecond (utc) / 1000);
}

/**
 * sb_control_time_parse:
 * @text: RFC 3339, with its offset from UTC
 * @time: (out): real time in µs, cut to milliseconds, which is what sb_control_time_format() gives back
 * @error: return location
 *
 * Errors: %SB_ENGINE_ERROR_INVALID.
 */
gboolean
sb_control_time_parse (const char *text, gint64 *time, GError **error)
{
  g_autoptr (GDateTime) parsed = NULL;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (time != NULL, FALSE);

  parsed = g_date_time_new_from_iso8601 (text, NULL);
  if (parsed == NULL || !has_year (parsed))
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                   _("“%s” is not a time with its offset from UTC, such as 2026-07-28T12:00:00Z."), text);
      return FALSE;
    }

  *time = g_date_time_to_unix_usec (parsed) / 1000 * 1000;

  return TRUE;
}

static gint64
unit_to_seconds (const char *unit)
{
  static const struct
  {
    const char *name;
    gint64 seconds;
  } units[] = {
    { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 24 * 3600 }, { "w", 7 * 24 * 3600 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (unit, units[i].name) == 0)
      return units[i].seconds;

  return 0;
}

/**
 * sb_control_duration_parse:
 * @text: a whole number with its unit: "30s", "15m", "2h", "7d", "4w"
 * @duration: (out): µs, more than zero
 * @error: return location
 *
 * Errors: %SB_ENGINE_ERROR_INVALID.
 */
gboolean
sb_control_duration_parse (const char *text, gint64 *duration, GError **error)
{
  const char *end;
  guint64 number = 0;
  gint64 unit = 0;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (duration != NULL, FALSE);

  for (end = text; g_ascii_isdigit (*end) && end - text < 12; end++)
    number = number * 10 + (guint64) g_ascii_digit_value (*end);
  if (end != text)
    unit = unit_to_seconds (end);

  if (unit == 0 || number == 0)
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                   _("“%s” is not a duration such as 30s, 15m, 2h, 7d or 4w."), text);
      return FALSE;
    }
  if (number > (guint64) (MAX_DURATION / G_USEC_PER_SEC / unit))
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("“%s” is more than a hundred years."), text);
      return FALSE;
    }

  *duration = (gint64) number * unit * G_USEC_PER_SEC;

  return TRUE;
}

/* The moment meant by a date, or a date and a time of day with or without seconds and offset; without offset it is
 * local. */
static GDateTime *
parse_moment (const char *text)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  g_autofree char *completed = NULL;

  if (g_regex_match_simple ("^\\d{4}-\\d{2}-\\d{2}$", text, 0, 0))
    completed = g_strconcat (text, "T00:00:00", NULL);
  else if (g_regex_match_simple ("^\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}$", text, 0, 0))
    completed = g_strconcat (text, ":00", NULL);
  else
    completed = g_strdup (text);

  return g_date_time_new_from_iso8601 (completed, local);
}

/**
 * sb_control_time_from_person:
 * @text: "never", a duration from now, a date (its first moment, local), or a date and time (local unless it says its
 * offset)
 * @now: real time in µs
 * @time: (out): real time in µs; 0 for never
 * @error: return location
 *
 * Reads what a person types for the end of a token's life. Whether the time is past is not checked here.
 *
 * Errors: %SB_ENGINE_ERROR_INVALID.
 */
gboolean
sb_control_time_from_person (const char *text, gint64 now, gint64 *time, GError **error)
{
  g_autoptr (GDateTime) moment = NULL;
  gint64 duration;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (time != NULL, FALSE);

  if (strcmp (text, "never") == 0)
    {
      *time = 0;
      return TRUE;
    }

  if (g_regex_match_simple ("^\\d+[a-z]$", text, 0, 0))
    {
      if (!sb_control_duration_parse (text, &duration, error))
        return FALSE;
      *time = now + duration;
      return TRUE;
    }

  moment = parse_moment (text);
  if (moment == NULL || !has_year (moment))
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                   _("“%s” is neither a duration (30s, 2h, 7d), nor a date (2026-07-28), nor a date and time "
                      "(2026-07-28T18:00), nor “never”."),
                   text);
      return FALSE;
    }

  *time = g_date_time_to_unix_usec (moment);
  if (*time <= 0)
    {
      /* 0 would be taken for never. */
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("“%s” is before 1970."), text);
      return FALSE;
    }

  return TRUE;
}
