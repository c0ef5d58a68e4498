/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"
#include "watch/sb-client-past.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_CLIENT (sb_client_get_type ())
G_DECLARE_FINAL_TYPE (SbClient, sb_client, SB, CLIENT, GObject)

/**
 * SbClient:
 *
 * One connection as the admin sees it: a row. Main thread. Its facts are constant; its numbers are read from the
 * lane's counters by sb_client_refresh(), which emits #SbClient::refreshed when any changed (no per-property notify:
 * a row redraws whole). After the client left, code, reason and closed-by are set and the numbers stand still.
 *
 * Readable properties for expressions, sorters and filters: "id" (uint64), "token-id" (int64), "title", "name"
 * (nullable), "address", "channel" (strings), "since" (int64, real time), "messages-in", "messages-out", "bytes-in",
 * "bytes-out", "rejected", "recent-rejected", "dropped", "backlog" (uint64), "rate" (double), "round-trip" (int64),
 * "state" (int, an #SbClientState; the only number that is notified), and once it left "left-at" (int64),
 * "close-code" (uint), "close-reason" (nullable string), "closed-by" (int, an #SbClosedBy).
 */
typedef enum
{
  SB_CLIENT_OK,
  SB_CLIENT_SLOW,     /* backlog above half its limit */
  SB_CLIENT_REJECTED, /* at least one message rejected in the last minute */
  SB_CLIENT_IDLE,     /* no message in or out for five minutes */
  SB_CLIENT_LEFT,
} SbClientState;

#define SB_CLIENT_N_RATES SB_CLIENT_PAST_RATES /* a minute of them */

SbClient      *sb_client_new                 (SbPeer *peer);
SbPeer        *sb_client_get_peer            (SbClient *self); /* transfer none: id, address, channel, name, token… */
guint64        sb_client_get_id              (SbClient *self);
const char    *sb_client_get_title           (SbClient *self); /* what to call it: the token's label */
SbClientState  sb_client_get_state           (SbClient *self);
guint64        sb_client_get_messages_in     (SbClient *self);
guint64        sb_client_get_messages_out    (SbClient *self);
guint64        sb_client_get_bytes_in        (SbClient *self);
guint64        sb_client_get_bytes_out       (SbClient *self);
guint64        sb_client_get_rejected        (SbClient *self);
guint64        sb_client_get_recent_rejected (SbClient *self); /* in the last minute */
guint64        sb_client_get_dropped         (SbClient *self);
guint64        sb_client_get_backlog         (SbClient *self);
double         sb_client_get_rate            (SbClient *self); /* messages/s in and out, over the last seconds */
guint          sb_client_get_rates           (SbClient *self, double *rates); /* over the last minute, oldest first */
gint64         sb_client_get_round_trip      (SbClient *self); /* µs, -1 unknown */
/* Reads the counters. @now: monotonic time, µs; @max_backlog: the limit, for the state. Returns whether anything
 * shown changed. */
gboolean       sb_client_refresh             (SbClient *self, gint64 now, guint64 max_backlog);
/* Set when it left. */
void           sb_client_set_left            (SbClient *self, gint64 time, guint16 code, const char *reason,
                                              SbClosedBy by);
gint64         sb_client_get_left_at         (SbClient *self); /* real time µs; 0: still here */
guint16        sb_client_get_close_code      (SbClient *self);
const char    *sb_client_get_close_reason    (SbClient *self);
SbClosedBy     sb_client_get_closed_by       (SbClient *self);

G_END_DECLS
