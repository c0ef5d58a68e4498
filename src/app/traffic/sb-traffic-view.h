/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-traffic-log.h"
#include "watch/sb-traffic-match.h"

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_VIEW (sb_traffic_view_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficView, sb_traffic_view, SB, TRAFFIC_VIEW, GObject)

/**
 * SbTrafficView:
 *
 * What is shown of a traffic log: a GListModel of the #SbTrafficEntry that match, oldest first. It keeps numbers, not
 * objects, and follows the log one batch at a time: what fell out goes from the front, what is new and matches comes at
 * the end, with one items-changed each. What is asked for is looked for in slices, from the newest back, so that a log of
 * any size is searched while keys are going down. Asleep, because nobody looks, it lets go of what falls out and takes the
 * new when it wakes. Paused, it stands still: it holds on to what falls out of the log, and counts
 * what would have come. Main thread. Property: "n-waiting" (uint), notified.
 */
SbTrafficView  *sb_traffic_view_new          (SbTrafficLog *log);
/* Begins to look through the whole log: everything is replaced, the pause is over for what falls out. */
void            sb_traffic_view_set_match    (SbTrafficView *self, const SbTrafficMatch *match);
const SbTrafficMatch *sb_traffic_view_get_match (SbTrafficView *self);
SbTrafficLog   *sb_traffic_view_get_log      (SbTrafficView *self); /* transfer none */
/* What is shown, and what a search may still find to show, are the lines that match with serials from @from up to before @end. */
void            sb_traffic_view_get_span     (SbTrafficView *self, guint64 *from, guint64 *end);
/* (transfer none) (element-type guint64 SbTrafficEntry): of these, what is no longer in the log. Whoever takes a reference keeps
 * them when the view lets go of them. */
GHashTable     *sb_traffic_view_get_held     (SbTrafficView *self);
gboolean        sb_traffic_view_is_searching (SbTrafficView *self);
/* Looks through what is left at once. */
void            sb_traffic_view_finish       (SbTrafficView *self);
void            sb_traffic_view_set_asleep   (SbTrafficView *self, gboolean asleep);
void            sb_traffic_view_set_paused   (SbTrafficView *self, gboolean paused);
gboolean        sb_traffic_view_get_paused   (SbTrafficView *self);
/* What matches and came since the pause began; 0 where it is not paused. */
guint           sb_traffic_view_get_n_waiting (SbTrafficView *self);
/* Where the line of that number stands, by halving; FALSE: it is not shown. */
gboolean        sb_traffic_view_find         (SbTrafficView *self, guint64 serial, guint *position);

G_END_DECLS
