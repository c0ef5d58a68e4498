/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-retained-item.h"

G_BEGIN_DECLS

/* How many messages may be kept. Together they may have 64 MiB. */
#define SB_RETAINED_MAX 1000

/* The messages on disk that are kept for those who come later, one for each pattern. What is broadcast is put among them by
 * sb_broadcast_store_insert_async(), within its transaction. Main thread. */
void       sb_retained_store_load_async     (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sb_retained_store_load_finish    (SbDatabase *db, GAsyncResult *result, GError **error); /* (element-type SbRetainedItem), newest first */
/* Puts one back that was removed, with its id. Errors: SB_DATABASE_ERROR_REFUSED (another one is kept for its pattern, or there
 * are too many). */
void       sb_retained_store_restore_async  (SbDatabase *db, SbRetainedItem *item, GAsyncReadyCallback callback, gpointer user_data);
gboolean   sb_retained_store_restore_finish (SbDatabase *db, GAsyncResult *result, GError **error);
void       sb_retained_store_remove_async   (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
gboolean   sb_retained_store_remove_finish  (SbDatabase *db, GAsyncResult *result, GError **error);

/* Store thread, within a transaction: keeps a message for each of @patterns in place of the one before. Returns their ids, in that order
 * (element-type gint64), newly made; NULL: the error is set (SB_DATABASE_ERROR_REFUSED: too many, or too large together). */
GArray    *sb_retained_store_put            (sqlite3 *db, char **patterns, gint64 since, gboolean binary, GBytes *payload, GError **error);

G_END_DECLS
