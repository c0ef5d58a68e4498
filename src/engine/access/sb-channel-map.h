/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbChannelMap:
 *
 * Pattern → value, asked by channel: of the patterns that match it the most specific counts, by sb_channel_pattern_compare().
 * Filled by its maker, then only read, by any thread.
 *
 * A tree of the patterns' segments, so that finding takes about as many steps as the channel has segments, however many patterns there
 * are.
 */
typedef struct _SbChannelMap SbChannelMap;

/* @free_value: for each value. */
SbChannelMap *sb_channel_map_new    (GDestroyNotify free_value);
void          sb_channel_map_free   (SbChannelMap *self);
/* Takes @value, which takes the place of another one of that pattern. */
void          sb_channel_map_put    (SbChannelMap *self, const char *pattern, gpointer value);
/* NULL: none is for that channel. */
gpointer      sb_channel_map_lookup (const SbChannelMap *self, const char *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbChannelMap, sb_channel_map_free)

G_END_DECLS
