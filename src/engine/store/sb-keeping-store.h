/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"

G_BEGIN_DECLS

/* What is kept of a table: so many of the newest, and nothing from before @since (real time, µs; 0: of any age). */
typedef struct
{
  guint entries;
  gint64 since;
} SbKept;

/* How much of the audit trail and of the history of broadcasts is kept. It holds from then on: whoever adds to one of them thins it
 * out by it. Main thread. */
void     sb_keeping_store_set_async  (SbDatabase *db, const SbKept *journal, const SbKept *broadcasts, GAsyncReadyCallback callback, gpointer user_data);
/* @oldest: the id of the oldest entry of the audit trail that is left; G_MAXINT64: none is. */
gboolean sb_keeping_store_set_finish (SbDatabase *db, GAsyncResult *result, gint64 *oldest, GError **error);

G_END_DECLS
