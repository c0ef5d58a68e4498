/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-hub.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_BROADCAST (sb_broadcast_get_type ())
G_DECLARE_FINAL_TYPE (SbBroadcast, sb_broadcast, SB, BROADCAST, GObject)

/**
 * SbBroadcast:
 *
 * One thing the admin said, and its delivery report. Main thread. Signal "changed" when the report grows, besides
 * notify. Readable properties: "id", "time", "duration" (int64), "target-text" (string), "binary", "complete",
 * "interrupted" (boolean), "targeted", "sent", "dropped", "pending" (uint).
 */
SbBroadcast *sb_broadcast_new            (gint64 id, gint64 time, const char *target_text, const SbTarget *target,
                                          gboolean binary, GBytes *payload);
gint64       sb_broadcast_get_id         (SbBroadcast *self);   /* the database's */
gint64       sb_broadcast_get_time       (SbBroadcast *self);
const char  *sb_broadcast_get_target_text (SbBroadcast *self);
gboolean     sb_broadcast_get_binary     (SbBroadcast *self);
/* NULL when it was loaded and meant clients that are gone */
const SbTarget *sb_broadcast_get_target  (SbBroadcast *self);
GBytes      *sb_broadcast_get_payload    (SbBroadcast *self);   /* transfer none */
gboolean     sb_broadcast_get_complete   (SbBroadcast *self);   /* all lanes reported */
gboolean     sb_broadcast_get_interrupted (SbBroadcast *self);  /* it was loaded, and its report never came */
guint        sb_broadcast_get_targeted   (SbBroadcast *self);
guint        sb_broadcast_get_sent       (SbBroadcast *self);
guint        sb_broadcast_get_dropped    (SbBroadcast *self);
guint        sb_broadcast_get_pending    (SbBroadcast *self);   /* neither within 5 s */
gint64       sb_broadcast_get_duration   (SbBroadcast *self);   /* µs, of the slowest lane */
GPtrArray   *sb_broadcast_get_missed (SbBroadcast *self);     /* (element-type SbMissed), at most 1000; NULL: none */
void         sb_broadcast_add_report     (SbBroadcast *self, guint n_lanes, guint targeted, guint sent, guint dropped,
                                          guint pending, gint64 duration, GPtrArray *missed);
/* loaded: complete */
void         sb_broadcast_set_report     (SbBroadcast *self, guint targeted, guint sent, guint dropped, guint pending,
                                          gint64 duration);
/* loaded: who lost it, (element-type SbMissed) */
void         sb_broadcast_set_missed (SbBroadcast *self, GPtrArray *missed);
/* what it is a run of; 0: it was sent by hand */
gint64       sb_broadcast_get_schedule_id (SbBroadcast *self);
void         sb_broadcast_set_schedule_id (SbBroadcast *self, gint64 schedule_id);
/* whether it was kept for those who come later, when it was sent */
gboolean     sb_broadcast_get_retained   (SbBroadcast *self);
void         sb_broadcast_set_retained   (SbBroadcast *self, gboolean retained);
void         sb_broadcast_set_interrupted (SbBroadcast *self);  /* loaded without a report: none will come */

G_END_DECLS
