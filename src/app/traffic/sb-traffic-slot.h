/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-traffic-entry.h"

G_BEGIN_DECLS

#define SB_TYPE_TRAFFIC_SLOT (sb_traffic_slot_get_type ())
G_DECLARE_FINAL_TYPE (SbTrafficSlot, sb_traffic_slot, SB, TRAFFIC_SLOT, GObject)

/**
 * SbTrafficSlot:
 *
 * A place in a list of which what stands in it is another ten times a second, while the list has the same places. Main
 * thread.
 */
SbTrafficSlot  *sb_traffic_slot_new       (SbTrafficEntry *entry);
void            sb_traffic_slot_set_entry (SbTrafficSlot *self, SbTrafficEntry *entry);
SbTrafficEntry *sb_traffic_slot_get_entry (SbTrafficSlot *self);

/* The line that an item of a #SbTrafficTail is: itself, or what stands in the place now. (transfer none) */
SbTrafficEntry *sb_traffic_slot_resolve   (gpointer item);

G_END_DECLS
