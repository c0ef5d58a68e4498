/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-history.h"

G_BEGIN_DECLS

/* What was measured, on disk: the last 48 hours by the minute, the last 30 days by 15 minutes, of time in which the server ran. By number, not by
 * the calendar: a clock that is wrong for a minute cannot empty it. Main thread. */
#define SB_MEASURE_STORE_FINE (60 * G_USEC_PER_SEC)
#define SB_MEASURE_STORE_COARSE (900 * G_USEC_PER_SEC)
#define SB_MEASURE_STORE_FINE_KEPT (48 * 60)   /* rows */
#define SB_MEASURE_STORE_COARSE_KEPT (30 * 96) /* rows */

void      sb_measure_store_add_async   (SbDatabase *db, GArray *spans, GAsyncReadyCallback callback, gpointer user_data);
gboolean  sb_measure_store_add_finish  (SbDatabase *db, GAsyncResult *result, GError **error);
void      sb_measure_store_load_async  (SbDatabase *db, gint64 since, gint64 step, GAsyncReadyCallback callback, gpointer user_data);
GArray   *sb_measure_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error);

G_END_DECLS
