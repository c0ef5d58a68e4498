/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-history.h"

G_BEGIN_DECLS

/* What was measured, on disk: by the minute for 48 hours, by 15 minutes for 30 days. Main thread. */
#define SB_MEASURE_STORE_FINE (60 * G_USEC_PER_SEC)
#define SB_MEASURE_STORE_COARSE (900 * G_USEC_PER_SEC)
#define SB_MEASURE_STORE_FINE_KEPT (48 * G_TIME_SPAN_HOUR)
#define SB_MEASURE_STORE_COARSE_KEPT (30 * G_TIME_SPAN_DAY)

void      sb_measure_store_add_async   (SbDatabase *db, GArray *spans, gint64 now, GAsyncReadyCallback callback, gpointer user_data);
gboolean  sb_measure_store_add_finish  (SbDatabase *db, GAsyncResult *result, GError **error);
void      sb_measure_store_load_async  (SbDatabase *db, gint64 since, gint64 step, GAsyncReadyCallback callback, gpointer user_data);
GArray   *sb_measure_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error);

G_END_DECLS
