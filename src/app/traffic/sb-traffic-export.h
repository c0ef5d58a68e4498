/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"
#include "traffic/sb-traffic-view.h"

G_BEGIN_DECLS

/* The lines that are shown, as a file: one JSON object a line, or a table for spreadsheets. */

/* One line as NDJSON has it, without its end. */
char    *sb_traffic_export_dup_line     (const SbTrafficRecord *record);
void     sb_traffic_export_ask          (SbPage *page, SbTrafficView *view);

/* Called on the main thread, now and then: what part is written, from 0 to 1. */
typedef void (*SbTrafficExportProgress) (double fraction, gpointer user_data);
/* The lines are those of now, copied in slices and written by another thread, so that the window goes on meanwhile. A cancelled or failed export leaves what was at @file
 * before. */
void sb_traffic_export_write_async (SbTrafficView *view,
                                    GFile *file,
                                    gboolean csv,
                                    SbTrafficExportProgress progress,
                                    gpointer progress_data,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/* @n_written: (nullable): how many lines. */
gboolean sb_traffic_export_write_finish (GAsyncResult *result, guint *n_written, GError **error);

G_END_DECLS
