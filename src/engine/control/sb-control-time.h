/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Times and durations as the control interface and the command line write them. Everything within is real time or a duration in µs. Any thread. */
char    *sb_control_time_format       (gint64 time);
gboolean sb_control_time_parse        (const char *text, gint64 *time, GError **error);
gboolean sb_control_duration_parse    (const char *text, gint64 *duration, GError **error);
gboolean sb_control_time_from_person  (const char *text, gint64 now, gint64 *time, GError **error);

G_END_DECLS
