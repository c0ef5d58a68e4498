/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SB_TYPE_CHART (sb_chart_get_type ())
G_DECLARE_FINAL_TYPE (SbChart, sb_chart, SB, CHART, GtkWidget)

GtkWidget *sb_chart_new         (void);
void       sb_chart_set_values  (SbChart *self, const double *values, guint n, guint capacity);
double     sb_chart_get_ceiling (SbChart *self);
gboolean   sb_chart_is_time_to_speak (SbChart *self);
void       sb_chart_set_summary (SbChart *self, const char *summary);

G_END_DECLS
