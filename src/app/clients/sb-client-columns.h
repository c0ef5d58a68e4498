/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clients/sb-client-cell.h"
#include "widgets/sb-table.h"

G_BEGIN_DECLS

/* The columns of the table of clients: heading, when each is to be seen, and how it sorts. */
extern const SbTableColumn sb_client_columns[SB_CLIENT_N_COLUMNS];

/* Whether a column is of clients that are here, or of those that left. */
gboolean sb_client_columns_is_available (SbClientCellKind kind, gboolean left);
/* Whether what it is sorted by changes while a client is connected. */
gboolean sb_client_columns_is_live      (SbClientCellKind kind);
/* A column sorts by text, in the order of the bytes, or else by number. */
gboolean sb_client_columns_is_text      (SbClientCellKind kind);
char    *sb_client_columns_make_text    (SbClientCellKind kind, SbClient *client);
gint64   sb_client_columns_get_number   (SbClientCellKind kind, SbClient *client);

G_END_DECLS
