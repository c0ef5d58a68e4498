/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-traffic-entry.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_LOG (sb_traffic_log_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficLog, sb_traffic_log, SB, TRAFFIC_LOG, GObject)

/**
 * SbTrafficLog:
 *
 * What is said: a GListModel of #SbTrafficEntry over a ring of records, oldest first. Main thread. Holds the newest
 * @max_records or @max_bytes of payload, whichever is less; what falls out, and what never got in, is counted. One
 * batch emits at most two items-changed (removed at the front, added at the end). An entry object handed out earlier
 * stays valid, and as long as somebody holds it, it is the one that is handed out again. Readable, notified
 * properties: "n-logged", "n-dropped", "n-not-kept", "bytes" (uint64). Signal "displacing" (uint n) before the n oldest go.
 */
SbTrafficLog *sb_traffic_log_new           (guint max_records, gsize max_bytes); /* product: 100000, 64 MiB */
/* Of the same meaning; what is too much now falls out at once. */
void          sb_traffic_log_set_limits    (SbTrafficLog *self, guint max_records, gsize max_bytes);
/* Takes over the contents of the @n records (leaves them zeroed). */
void          sb_traffic_log_append        (SbTrafficLog *self, SbTrafficRecord *records, gsize n);
void          sb_traffic_log_add_not_kept  (SbTrafficLog *self, guint64 n);
/* Empties it, and begins to count anew what fell out or was not kept; serials go on. */
void          sb_traffic_log_clear         (SbTrafficLog *self);
guint64       sb_traffic_log_get_n_logged  (SbTrafficLog *self);   /* ever appended */
guint64       sb_traffic_log_get_begin     (SbTrafficLog *self);   /* serial of the oldest that it holds; where it is empty, of the next */
guint64       sb_traffic_log_get_n_dropped (SbTrafficLog *self);   /* fell out of the ring */
guint64       sb_traffic_log_get_n_not_kept (SbTrafficLog *self);  /* never got in: the outbox was full */
gsize         sb_traffic_log_get_bytes     (SbTrafficLog *self);
/* Without making an object: record at @position, or NULL. Valid until the log changes. */
const SbTrafficRecord *sb_traffic_log_peek (SbTrafficLog *self, guint position);

G_END_DECLS
