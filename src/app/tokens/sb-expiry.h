/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A day and a time as a person types them into an entry: "2027-10-12 18:00", local time; without a time, the end of that day. */

char    *sb_expiry_format (gint64 time);                      /* real time, µs */
gboolean sb_expiry_parse  (const char *text, gint64 *time);   /* FALSE: not such a date, or no such day or time */
char    *sb_expiry_set_day (const char *text, int year, int month, int day); /* keeps the time of @text, or 23:59 */

G_END_DECLS
