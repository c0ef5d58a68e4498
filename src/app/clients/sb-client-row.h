/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clients/sb-client-cell.h"

G_BEGIN_DECLS

/* Which clients are shown: those that meet all that is asked for. */
typedef enum
{
  SB_CLIENTS_ALL,
  SB_CLIENTS_SLOW,
  SB_CLIENTS_REJECTED, /* a message in the last minute */
  SB_CLIENTS_IDLE,
} SbClientsKind;

/* "slow", "rejected", "idle"; whatever else is all of them. */
SbClientsKind sb_clients_kind_from_name (const char *name);

typedef struct
{
  SbClientsKind kind;
  gint64 token_id;     /* 0: of all */
  const char *address; /* NULL: from all */
  const char *channel; /* NULL: on all */
  const char *text;    /* somewhere in what it is called, its address, token or channel, whatever the case; NULL or "":
                          any */
} SbClientMatch;

/**
 * SbClientRow:
 *
 * A client in a list that is searched and sorted: what is searched and compared of it is made once, when it is first
 * needed, so that ten thousand are gone through while a key goes down. A column is a #SbClientCellKind, or -1: none. Main
 * thread.
 */
typedef struct
{
  SbClient *client; /* owned */
  char *haystack;   /* what is searched, casefolded; NULL: not made yet */
  char *text;       /* by which it is sorted; NULL: by number, or not made yet */
  gint64 number;
  gboolean gone;  /* for the list: it has left the source */
  gboolean found; /* for the list, for a moment: it is among what is to be shown */
} SbClientRow;

/* @client: taken */
SbClientRow *sb_client_row_new        (SbClient *client);
/* A GDestroyNotify. */
void         sb_client_row_free       (gpointer row);
/* @match: its text casefolded, without white space at its ends */
gboolean     sb_client_row_matches    (SbClientRow *self, const SbClientMatch *match);
/* Before it is compared by @column: numbers are read each time, a text is made once. */
void         sb_client_row_make_key   (SbClientRow *self, int column);
/* Before it is compared by another column. */
void         sb_client_row_forget_key (SbClientRow *self);
/* Those that are equal, and all where there is no column, are as they came; of those that left the last is first. */
int          sb_client_row_compare    (const SbClientRow *a, const SbClientRow *b, int column, gboolean descending);

G_END_DECLS
