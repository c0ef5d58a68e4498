/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-time.h"

/* Exactly @n digits at *@p, whose number is at most @most. */
static gboolean
read_digits (const char **p, guint n, guint most, guint *value)
{
  *value = 0;
  for (guint i = 0; i < n; i++)
    {
      if (!g_ascii_isdigit ((*p)[i]))
        return FALSE;
      *value = *value * 10 + ((*p)[i] - '0');
    }
  *p += n;

  return *value <= most;
}

static gboolean
read_date (const char **p)
{
  guint year, month, day;

  if (!read_digits (p, 4, 9999, &year) || *(*p)++ != '-' || !read_digits (p, 2, 12, &month) || *(*p)++ != '-'
      || !read_digits (p, 2, 31, &day) || month == 0 || day == 0)
    return FALSE;

  /* GLib has no year 0, which is a leap year. */
  return day <= g_date_get_days_in_month (month, year == 0 ? 2000 : year);
}

/* A leap second is the last of a day of UTC, wherever the clock is. */
static gboolean
read_time (const char **p)
{
  guint hour, minute, second, offset_hour = 0, offset_minute = 0;
  int utc;
  char sign;

  if (!read_digits (p, 2, 23, &hour) || *(*p)++ != ':' || !read_digits (p, 2, 59, &minute) || *(*p)++ != ':'
      || !read_digits (p, 2, 60, &second))
    return FALSE;

  if (**p == '.')
    {
      (*p)++;
      if (!g_ascii_isdigit (**p))
        return FALSE;
      while (g_ascii_isdigit (**p))
        (*p)++;
    }

  sign = *(*p)++;
  if (sign == '+' || sign == '-')
    {
      if (!read_digits (p, 2, 23, &offset_hour) || *(*p)++ != ':' || !read_digits (p, 2, 59, &offset_minute))
        return FALSE;
    }
  else if (sign != 'Z' && sign != 'z')
    return FALSE;

  if (second < 60)
    return TRUE;

  utc = (int) (hour * 60 + minute) + (sign == '-' ? 1 : -1) * (int) (offset_hour * 60 + offset_minute);
  return (utc + 48 * 60) % (24 * 60) == 23 * 60 + 59;
}

gboolean
sb_format_is_date (const char *text, gsize length)
{
  const char *p = text;

  return read_date (&p) && p == text + length;
}

gboolean
sb_format_is_time (const char *text, gsize length)
{
  const char *p = text;

  return read_time (&p) && p == text + length;
}

gboolean
sb_format_is_date_time (const char *text, gsize length)
{
  const char *p = text;

  if (!read_date (&p) || (*p != 'T' && *p != 't'))
    return FALSE;
  p++;

  return read_time (&p) && p == text + length;
}

/* Numbers with the letters of @units, in their order and without a gap: "1Y6M" or "6M3D" of "YMD", but not "1Y3D". How
 * many there were. */
static guint
read_units (const char **p, const char *units)
{
  guint n = 0;

  while (g_ascii_isdigit (**p))
    {
      const char *digits = *p;

      while (g_ascii_isdigit (**p))
        (*p)++;
      while (n == 0 && *units != '\0' && *units != **p)
        units++;
      if (*units == '\0' || *units != **p)
        {
          *p = digits;
          return n;
        }
      units++;
      (*p)++;
      n++;
    }

  return n;
}

gboolean
sb_format_is_duration (const char *text, gsize length)
{
  const char *p = text;
  guint n;

  if (*p++ != 'P')
    return FALSE;

  n = read_units (&p, "W");
  if (n > 0)
    return p == text + length;

  n = read_units (&p, "YMD");
  if (*p == 'T')
    {
      p++;
      if (read_units (&p, "HMS") == 0)
        return FALSE;
      n++;
    }

  return n > 0 && p == text + length;
}
