/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_TIME_CHART (sb_time_chart_get_type ())
G_DECLARE_FINAL_TYPE (SbTimeChart, sb_time_chart, SB, TIME_CHART, GtkWidget)

void        sb_time_chart_set_values  (SbTimeChart *self, const double *values, guint n, guint capacity, gint64 newest,
                                       gint64 step);
gboolean    sb_time_chart_get_reading (SbTimeChart *self, gint64 *time, double *value);
void        sb_time_chart_set_summary (SbTimeChart *self, const char *summary, gboolean at_once);
char       *sb_time_chart_dup_ticks   (SbTimeChart *self);

G_END_DECLS
