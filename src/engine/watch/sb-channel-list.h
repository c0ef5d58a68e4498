/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-channel-item.h"

G_BEGIN_DECLS

#define SB_TYPE_CHANNEL_LIST (sb_channel_list_get_type ())
G_DECLARE_FINAL_TYPE (SbChannelList, sb_channel_list, SB, CHANNEL_LIST, GObject)

/**
 * SbChannelList:
 *
 * The channels that somebody is on: a GListModel of #SbChannelItem, those with the most clients first, and equal ones by name.
 * It is as sb_channel_list_refresh() last found it; a channel keeps its item as long as somebody is on it. What is different is
 * told as one change, so that a view finds what was selected again. Main thread.
 */
SbChannelList *sb_channel_list_new        (void);
/* @clients: of #SbClient. Adds up anew. */
void           sb_channel_list_refresh    (SbChannelList *self, GListModel *clients);
/* Only channels with @text in their names are items, whatever its case; NULL or "": all. */
void           sb_channel_list_set_search (SbChannelList *self, const char *text);
/* How many channels there are, found or not. */
guint          sb_channel_list_count      (SbChannelList *self);

G_END_DECLS
