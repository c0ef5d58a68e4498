/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-channel-sum.h"

G_BEGIN_DECLS

#define SB_TYPE_CHANNEL_ITEM (sb_channel_item_get_type ())
G_DECLARE_FINAL_TYPE (SbChannelItem, sb_channel_item, SB, CHANNEL_ITEM, GObject)

/**
 * SbChannelItem:
 *
 * A channel that somebody is on, as the admin sees it: a row. Main thread. Signal "refreshed" when the clients or the messages
 * per second became others.
 */
SbChannelItem      *sb_channel_item_new     (const SbChannelSum *sum);
/* Its name is the item's own. */
const SbChannelSum *sb_channel_item_get_sum (SbChannelItem *self);
/* @sum: of the same channel; copied */
void                sb_channel_item_set_sum (SbChannelItem *self, const SbChannelSum *sum);

G_END_DECLS
