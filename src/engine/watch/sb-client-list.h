/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-client.h"

G_BEGIN_DECLS

#define SB_TYPE_CLIENT_LIST (sb_client_list_get_type ())
G_DECLARE_FINAL_TYPE (SbClientList, sb_client_list, SB, CLIENT_LIST, GObject)

/**
 * SbClientList:
 *
 * Who is connected: a GListModel of #SbClient in the order they came. Main thread. Joins and leaves of one batch are
 * told with as few items-changed as can be (one for the appended run, one a contiguous removed run). Finding by id is
 * O(1). Readable, notified properties: "count" (as sb_client_list_count()), "n-slow", "n-rejected" (uint).
 */
#define SB_CLIENT_LIST_RECENTLY_LEFT 1000 /* kept, until sb_client_list_set_max_recently_left() */

SbClientList *sb_client_list_new      (void);
/* Between begin and end, joins and leaves are collected and told at the end. */
void          sb_client_list_begin    (SbClientList *self);
void          sb_client_list_end      (SbClientList *self);
void          sb_client_list_join     (SbClientList *self, SbPeer *peer);
/* Returns the client that left, or NULL if it is not known. It is moved to the recently-left list. */
SbClient     *sb_client_list_leave    (SbClientList *self, guint64 id, gint64 time, guint16 code, const char *reason,
                                       SbClosedBy by);
SbClient     *sb_client_list_find     (SbClientList *self, guint64 id); /* transfer none, NULL */
guint         sb_client_list_count    (SbClientList *self);
/* Live connections of a token, O(1). */
guint         sb_client_list_count_token (SbClientList *self, gint64 token_id);
/* The newest that left, newest first: GListModel of #SbClient; transfer none. */
GListModel   *sb_client_list_get_recently_left (SbClientList *self);
/* Keeps at most @max (> 0) of them; what is more goes at once. */
void          sb_client_list_set_max_recently_left (SbClientList *self, guint max);
/* Refreshes at most @max clients, going round; for counts of slow and rejected over all. Cheap enough for 4 Hz. */
void          sb_client_list_refresh  (SbClientList *self, guint max, gint64 now, guint64 max_backlog);
guint         sb_client_list_get_n_slow (SbClientList *self);
guint         sb_client_list_get_n_rejected (SbClientList *self); /* clients with rejections in the last minute */
/* Signal "joined" and "left" (SbClient *) for whoever needs single ones. */

G_END_DECLS
