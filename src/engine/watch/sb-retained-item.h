/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-retained.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_RETAINED_ITEM (sb_retained_item_get_type ())
G_DECLARE_FINAL_TYPE (SbRetainedItem, sb_retained_item, SB, RETAINED_ITEM, GObject)

/**
 * SbRetainedItem:
 *
 * A message that is kept for those who come later, as the admin sees it. Constant but for how often it was handed over, which
 * sb_retained_item_refresh() looks up. Main thread, but made on any. Readable property: "delivered" (uint64, notify).
 */
SbRetainedItem *sb_retained_item_new           (SbRetained *retained, gint64 since); /* @since: real time, µs */
SbRetained     *sb_retained_item_get_retained  (SbRetainedItem *self);               /* transfer none */
gint64          sb_retained_item_get_id        (SbRetainedItem *self);
const char     *sb_retained_item_get_pattern   (SbRetainedItem *self); /* "**": everyone */
gint64          sb_retained_item_get_since     (SbRetainedItem *self);
gboolean        sb_retained_item_get_binary    (SbRetainedItem *self);
GBytes         *sb_retained_item_get_payload   (SbRetainedItem *self); /* transfer none */
guint64         sb_retained_item_get_delivered (SbRetainedItem *self);
void            sb_retained_item_refresh       (SbRetainedItem *self);

G_END_DECLS
