/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clients/sb-client-row.h"

G_BEGIN_DECLS

#define SB_TYPE_CLIENT_VIEW (sb_client_view_get_type ())
G_DECLARE_FINAL_TYPE (SbClientView, sb_client_view, SB, CLIENT_VIEW, GObject)

/**
 * SbClientView:
 *
 * What is shown of a list of clients, filtered and in order: a GListModel of #SbClient. It knows of each what is searched
 * and compared, made once, so that ten thousand are searched and sorted while a key goes down. Clients that come and go
 * are told one by one as long as they are few; all else as one change of the part that is different. Where many appear at
 * once the first are told at once and the others bit by bit, because GTK makes rows for the first two hundred of them in
 * one go. Asleep it tells nothing, and then everything at once. Main thread.
 */
SbClientView *sb_client_view_new        (void);
/* @clients: of #SbClient */
void          sb_client_view_set_source (SbClientView *self, GListModel *clients);
GListModel   *sb_client_view_get_source (SbClientView *self);
/* @match: (transfer none): copied */
void          sb_client_view_set_match  (SbClientView *self, const SbClientMatch *match);
/* @column: -1: as they came; of those that left the last first */
void          sb_client_view_set_sort   (SbClientView *self, int column, gboolean descending);
/* For whoever knows that numbers have changed: filters and sorts again, where that is by numbers. */
void          sb_client_view_refresh    (SbClientView *self);
/* How many are shown, told or not. */
guint         sb_client_view_count      (SbClientView *self);
/* Tells now what is being told bit by bit. */
void          sb_client_view_finish     (SbClientView *self);
void          sb_client_view_set_asleep (SbClientView *self, gboolean asleep);
gboolean      sb_client_view_find       (SbClientView *self, SbClient *client, guint *position);

G_END_DECLS
