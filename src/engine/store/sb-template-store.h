/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-template.h"

G_BEGIN_DECLS

/* The templates on disk. How many there may be is the caller's to see to; together they hold at most 64 MiB of messages
 * (SB_DATABASE_ERROR_REFUSED). Main thread. */
void        sb_template_store_load_async   (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray  *sb_template_store_load_finish  (SbDatabase *db, GAsyncResult *result, GError **error); /* (element-type SbTemplate), by id */
/* @id 0: a new one. Errors: NOT_FOUND, REFUSED; FAILED where another one has the name. */
void        sb_template_store_put_async    (SbDatabase *db, gint64 id, const char *name, gint64 time, SbMessage *message,
                                            GAsyncReadyCallback callback, gpointer user_data);
SbTemplate *sb_template_store_put_finish   (SbDatabase *db, GAsyncResult *result, GError **error); /* with its id */
void        sb_template_store_delete_async (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
gboolean    sb_template_store_delete_finish (SbDatabase *db, GAsyncResult *result, GError **error);

G_END_DECLS
