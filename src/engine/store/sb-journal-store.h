/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-journal.h"

G_BEGIN_DECLS

/* The audit trail on disk: append-only (a trigger refuses UPDATE and DELETE but for the thinning of what sb-keeping-store.h says is not kept).
 * Main thread, but where it says so. */
/* The newest @limit of those with an id below @before, and of one act, if one is named. */
void       sb_journal_store_load_async    (SbDatabase *db, gint64 before, const char *act /* nullable */, guint limit, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sb_journal_store_load_finish   (SbDatabase *db, GAsyncResult *result, GError **error); /* (element-type SbJournalEntry), newest first */
/* @entries: (element-type SbJournalEntry), taken, oldest first. The result: the same with their ids. */
void       sb_journal_store_append_async  (SbDatabase *db, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sb_journal_store_append_finish (SbDatabase *db, GAsyncResult *result, GError **error);
/* Store thread: for whoever changes what is kept. */
gboolean   sb_journal_store_thin_out      (sqlite3 *db, const char *failure, GError **error);

G_END_DECLS
