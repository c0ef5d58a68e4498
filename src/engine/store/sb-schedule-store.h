/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-schedule.h"

G_BEGIN_DECLS

/* What repeats, on disk: what it is, and how far it came. That a run is counted is written together with its broadcast
 * (sb_broadcast_store_insert_async()). Together they hold at most 64 MiB of messages (SB_DATABASE_ERROR_REFUSED). Main thread. */
void        sb_schedule_store_load_async    (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray  *sb_schedule_store_load_finish   (SbDatabase *db, GAsyncResult *result, GError **error); /* (element-type SbSchedule), by id */
void        sb_schedule_store_insert_async  (SbDatabase *db, gint64 time, const SbScheduleTimes *times, SbMessage *message,
                                             GAsyncReadyCallback callback, gpointer user_data);
SbSchedule *sb_schedule_store_insert_finish (SbDatabase *db, GAsyncResult *result, GError **error); /* with its id */
/* What was missed and failed, and the last report. Where it is not there any more, nothing happens. */
void        sb_schedule_store_update_async  (SbDatabase *db, SbSchedule *schedule, GAsyncReadyCallback callback, gpointer user_data);
gboolean    sb_schedule_store_update_finish (SbDatabase *db, GAsyncResult *result, GError **error);
void        sb_schedule_store_delete_async  (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
gboolean    sb_schedule_store_delete_finish (SbDatabase *db, GAsyncResult *result, GError **error);

G_END_DECLS
