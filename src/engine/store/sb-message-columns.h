/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"
#include "watch/sb-message.h"

G_BEGIN_DECLS

/* How a message is kept: the columns target (JSON; NULL for none), target_text, binary, payload, in this order. Store thread. */
void       sb_message_bind (sqlite3_stmt *statement, int first_parameter, const SbMessage *message);
SbMessage *sb_message_read (sqlite3_stmt *row, int first_column);
/* Whether all payloads of @table and @more bytes are within what one kind of kept message may fill, 64 MiB. FALSE: @error says so. */
gboolean   sb_message_check_room (sqlite3 *db, const char *table, gsize more, gint64 but, const char *failure,
                                  GError **error);

G_END_DECLS
