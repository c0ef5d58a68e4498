/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers and times as the window writes them, the same on every page. All give a new string; any thread. */

char *sb_format_number     (guint64 number);             /* "48,210" */
char *sb_format_compact    (double number);              /* "318", "12.9 k", "3.1 M"; "0.4" below ten */
gulong sb_format_plural    (double number);              /* what ngettext() has to hear of it, written compactly */
char *sb_format_size       (guint64 bytes);              /* "58 B", "1.5 KiB", "1 MiB" */
char *sb_format_round_trip (gint64 microseconds);        /* "0.8 ms", "1.2 s"; "–" below zero: not known */
char *sb_format_elapsed    (gint64 microseconds);        /* "40 s", "14 min", "1 h 05", "3 days" */
char *sb_format_ago        (gint64 time, gint64 now);    /* real times, µs: "just now", "5 min ago", "yesterday" */
char *sb_format_until      (gint64 time, gint64 now);    /* "in 40 min", "in 2 hours", "in 3 days", "12 October 2027" */
char *sb_format_clock      (gint64 time, gboolean milliseconds); /* real time, µs: local "12:04:51" or "12:04:51.318" */
char *sb_format_date_time  (gint64 time);                /* "12 October 2027, 12:04" */

G_END_DECLS
