/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-expiry.h"
#include <stdio.h>

char *
sb_expiry_format (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local_usec (time);

  return g_date_time_format (date, "%Y-%m-%d %H:%M");
}

gboolean
sb_expiry_parse (const char *text,
                 gint64     *time)
{
  g_autofree char *trimmed = NULL;
  g_autoptr (GDateTime) date = NULL;
  int year = 0, month = 0, day = 0, hour = 23, minute = 59, length = -1;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (time != NULL, FALSE);

  trimmed = g_strstrip (g_strdup (text));
  sscanf (trimmed, "%4d-%2d-%2d%n", &year, &month, &day, &length);
  if (length < 0)
    return FALSE;
  if (trimmed[length] != '\0')
    {
      const char *clock = trimmed + length;

      length = -1;
      sscanf (clock, "%*1[ T]%2d:%2d%n", &hour, &minute, &length);
      if (length < 0 || clock[length] != '\0')
        return FALSE;
    }

  date = g_date_time_new_local (year, month, day, hour, minute, 0);
  if (date == NULL)
    return FALSE;
  *time = g_date_time_to_unix (date) * G_TIME_SPAN_SECOND;
  return TRUE;
}

char *
sb_expiry_set_day (const char *text,
                   int         year,
                   int         month,
                   int         day)
{
  g_autofree char *before = NULL;
  gint64 time;

  g_return_val_if_fail (text != NULL, NULL);

  if (!sb_expiry_parse (text, &time))
    return g_strdup_printf ("%04d-%02d-%02d 23:59", year, month, day);

  before = sb_expiry_format (time);
  return g_strdup_printf ("%04d-%02d-%02d%s", year, month, day, before + 10);
}
