/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "traffic/sb-traffic-view.h"

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_TAIL (sb_traffic_tail_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficTail, sb_traffic_tail, SB, TRAFFIC_TAIL, GObject)

/**
 * SbTrafficTail:
 *
 * What a table that follows is given of a #SbTrafficView: a GListModel of all of it, told on at once, or, while more comes
 * than anybody can read, of the last lines only, ten times a second. GTK makes two hundred rows for a list, on the screen or
 * not, and where an item is gone it drops its row and makes another for the next, which costs several times what drawing
 * costs. So in a flood the items are places, #SbTrafficSlot, that stay while other lines stand in them. Main thread.
 */
SbTrafficTail *sb_traffic_tail_new        (SbTrafficView *view);
/* Whether it may be the last lines only: where the table follows. Else it is all of the view by the time this returns. */
void           sb_traffic_tail_set_short_allowed (SbTrafficTail *self, gboolean allowed);
/* How many lines the last ones are, at least 1: what fits on the screen, and a little more. */
void           sb_traffic_tail_set_length (SbTrafficTail *self, guint length);
/* Begins or ends being short without regard to how much comes; nothing where it is not allowed. */
void           sb_traffic_tail_set_short  (SbTrafficTail *self, gboolean is_short);
gboolean       sb_traffic_tail_is_short   (SbTrafficTail *self);
/* While it is short: shows the last lines there are now, without waiting for the next tenth of a second. */
void           sb_traffic_tail_refresh    (SbTrafficTail *self);

G_END_DECLS
