/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clients/sb-client-cell.h"

G_BEGIN_DECLS

/* The columns of the table of clients: heading, order, and when each is to be seen. */
typedef struct
{
  const char *id;       /* of its action and in the settings */
  const char *title;    /* to be translated */
  gboolean hidden;      /* unless the user wants it */
  gboolean left;        /* of those that left */
  gboolean connected;   /* of those that are here */
  int needs;            /* the width of the table from which there is room for it; 0: always */
} SbClientColumn;

extern const SbClientColumn sb_client_columns[SB_CLIENT_N_COLUMNS];

/* For GtkCustomSorter; @kind: an SbClientCellKind. */
int sb_client_columns_compare (gconstpointer a, gconstpointer b, gpointer kind);

G_END_DECLS
