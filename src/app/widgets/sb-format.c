/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#define MINUTE (60 * G_TIME_SPAN_SECOND)

/* Grouped in threes by the locale's separator; by a comma where the locale has none, since long numbers can't be
 * read without. */
char *
sb_format_number (guint64 number)
{
  const char *separator = localeconv ()->thousands_sep;
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  size_t length = strlen (digits);
  GString *text = g_string_sized_new (length + length / 3);

  if (separator == NULL || *separator == '\0')
    separator = ",";
  for (size_t i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append (text, separator);
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

char *
sb_format_compact (double number)
{
  static const char *const units[] = { "", "\u202fk", "\u202fM", "\u202fG", "\u202fT" };
  guint unit = 0;

  /* 999.95 would be written as 1000.0: carry before rounding. */
  while (number >= (unit == 0 ? 999.5 : 999.95) && unit + 1 < G_N_ELEMENTS (units))
    {
      number /= 1000;
      unit++;
    }
  if (unit == 0 && (number >= 9.95 || fabs (number - round (number)) < 0.05))
    return g_strdup_printf ("%.0f", number);
  if (number >= 99.95 || fabs (number - round (number)) < 1e-9)
    return g_strdup_printf ("%.0f%s", number, units[unit]);
  return g_strdup_printf ("%.1f%s", number, units[unit]);
}

gulong
sb_format_plural (double number)
{
  if (number >= 999.5) /* "1.2 k" goes with what a thousand goes with */
    return 1000;
  if (number >= 9.95 || fabs (number - round (number)) < 0.05)
    return (gulong) round (number);
  /* Languages that have more than two forms say a fraction with that of a few: "1,5 сообщения". */
  return 2;
}

char *
sb_format_size (guint64 bytes)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
  double number = bytes;
  guint unit = 0;

  while (number >= (unit == 0 ? 1024 : 1023.95) && unit + 1 < G_N_ELEMENTS (units))
    {
      number /= 1024;
      unit++;
    }
  if (number >= 99.95 || fabs (number - round (number)) < 0.05)
    return g_strdup_printf ("%.0f\u00a0%s", number, units[unit]);
  return g_strdup_printf ("%.1f\u00a0%s", number, units[unit]);
}

char *
sb_format_round_trip (gint64 microseconds)
{
  if (microseconds < 0)
    return g_strdup ("–");
  if (microseconds >= G_TIME_SPAN_SECOND)
    return g_strdup_printf (_("%.1f s"), microseconds / 1e6);
  if (microseconds >= 100 * G_TIME_SPAN_MILLISECOND)
    return g_strdup_printf (_("%.0f ms"), microseconds / 1e3);
  return g_strdup_printf (_("%.1f ms"), microseconds / 1e3);
}

char *
sb_format_elapsed (gint64 microseconds)
{
  gint64 seconds = MAX (microseconds, 0) / G_TIME_SPAN_SECOND;

  if (seconds < 60)
    return g_strdup_printf (_("%d s"), (int) seconds);
  if (seconds < 60 * 60)
    return g_strdup_printf (_("%d min"), (int) (seconds / 60));
  if (seconds < 24 * 60 * 60)
    /* Translators: hours and minutes, as in "1 h 05" */
    return g_strdup_printf (_("%d h %02d"), (int) (seconds / 3600), (int) (seconds / 60 % 60));
  return g_strdup_printf (ngettext ("%d day", "%d days", seconds / 86400), (int) (seconds / 86400));
}

/* Whole days between two local dates: yesterday evening is one day before this morning. */
static int
days_between (GDateTime *from,
              GDateTime *to)
{
  GDate a, b;

  g_date_clear (&a, 1);
  g_date_clear (&b, 1);
  g_date_set_dmy (&a, g_date_time_get_day_of_month (from), g_date_time_get_month (from), g_date_time_get_year (from));
  g_date_set_dmy (&b, g_date_time_get_day_of_month (to), g_date_time_get_month (to), g_date_time_get_year (to));
  return g_date_days_between (&a, &b);
}

static char *
format_date (GDateTime *date,
             GDateTime *today)
{
  if (g_date_time_get_year (date) == g_date_time_get_year (today))
    /* Translators: a day of this year, as in "12 October"; see strftime(3) */
    return g_date_time_format (date, _("%-d %B"));
  /* Translators: a day of another year, as in "12 October 2027"; see strftime(3) */
  return g_date_time_format (date, _("%-d %B %Y"));
}

char *
sb_format_ago (gint64 time,
               gint64 now)
{
  gint64 elapsed = now - time;
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) today = NULL;
  int days;

  if (elapsed < 2 * G_TIME_SPAN_SECOND)
    return g_strdup (_("just now"));
  if (elapsed < MINUTE)
    return g_strdup_printf (_("%d s ago"), (int) (elapsed / G_TIME_SPAN_SECOND));
  if (elapsed < G_TIME_SPAN_HOUR)
    return g_strdup_printf (_("%d min ago"), (int) (elapsed / MINUTE));

  date = g_date_time_new_from_unix_local_usec (time);
  today = g_date_time_new_from_unix_local_usec (now);
  days = days_between (date, today);
  if (days == 0 || elapsed < 6 * G_TIME_SPAN_HOUR)
    return g_strdup_printf (_("%d h ago"), (int) (elapsed / G_TIME_SPAN_HOUR));
  if (days == 1)
    return g_strdup (_("yesterday"));
  if (days < 7)
    return g_strdup_printf (ngettext ("%d day ago", "%d days ago", days), days);
  return format_date (date, today);
}

char *
sb_format_until (gint64 time,
                 gint64 now)
{
  gint64 left = time - now;
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) today = NULL;
  int n;

  if (left <= 0)
    return g_strdup (_("now"));
  if (left < MINUTE)
    return g_strdup_printf (_("in %d s"), (int) MAX (left / G_TIME_SPAN_SECOND, 1));
  if (left < G_TIME_SPAN_HOUR)
    return g_strdup_printf (_("in %d min"), (int) (left / MINUTE));
  if (left < 2 * G_TIME_SPAN_DAY)
    {
      n = left / G_TIME_SPAN_HOUR;
      return g_strdup_printf (ngettext ("in %d hour", "in %d hours", n), n);
    }
  if (left < 14 * G_TIME_SPAN_DAY)
    {
      n = left / G_TIME_SPAN_DAY;
      return g_strdup_printf (ngettext ("in %d day", "in %d days", n), n);
    }
  date = g_date_time_new_from_unix_local_usec (time);
  today = g_date_time_new_from_unix_local_usec (now);
  return format_date (date, today);
}

char *
sb_format_clock (gint64   time,
                 gboolean milliseconds)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local_usec (time);
  g_autofree char *text = g_date_time_format (date, "%H:%M:%S");

  if (!milliseconds)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%s.%03d", text, g_date_time_get_microsecond (date) / 1000);
}

char *
sb_format_date_time (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local_usec (time);

  /* Translators: a day and a time, as in "12 October 2027, 12:04"; see strftime(3) */
  return g_date_time_format (date, _("%-d %B %Y, %H:%M"));
}
