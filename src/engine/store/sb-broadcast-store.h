/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-broadcast.h"

G_BEGIN_DECLS

/* The history of broadcasts on disk: as many, and as old ones, as sb-keeping-store.h says, and of them as many as 64 MiB of payload hold (the newest in any case). A row is written before anything is sent (report empty), and
 * again with its report. A row whose report never came (killed in between) loads as incomplete: shown as "interrupted". With the report, who lost it
 * is written (up to 1000 names, counted with the payload). Of what repeats, the history keeps the last run: with @schedule_id the row takes the place of the one before,
 * and the schedule counts it (SB_DATABASE_ERROR_NOT_FOUND: it was stopped). Main thread. */
void         sb_broadcast_store_load_async    (SbDatabase *db, guint limit, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray   *sb_broadcast_store_load_finish   (SbDatabase *db, GAsyncResult *result, GError **error); /* (element-type SbBroadcast), newest first */
void         sb_broadcast_store_insert_async  (SbDatabase *db, gint64 time, const SbTarget *target, gboolean binary, GBytes *payload, gint64 schedule_id, char **retain, GAsyncReadyCallback callback, gpointer user_data);
SbBroadcast *sb_broadcast_store_insert_finish (SbDatabase *db, GAsyncResult *result, GArray **retained_ids, GError **error); /* with its id */
void         sb_broadcast_store_report_async  (SbDatabase *db, SbBroadcast *broadcast, GAsyncReadyCallback callback, gpointer user_data);
gboolean     sb_broadcast_store_report_finish (SbDatabase *db, GAsyncResult *result, GError **error);
/* Store thread: for whoever changes what is kept. */
gboolean     sb_broadcast_store_thin_out      (sqlite3 *db, const char *failure, GError **error);

G_END_DECLS
