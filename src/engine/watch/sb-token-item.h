/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define SB_TYPE_TOKEN_ITEM (sb_token_item_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenItem, sb_token_item, SB, TOKEN_ITEM, GObject)

/**
 * SbTokenItem:
 *
 * A row of the token table; keeps its identity while its token is replaced, so that a selection stays: the list tells
 * only of rows that come and go. A label bound by an expression follows the properties by itself; sorters and filters
 * do not, so whoever has some must tell them at #SbTokenList::item-changed. Signal "changed" is emitted once after
 * any change, after the notifications.
 *
 * Readable, notified properties: "token-id" (int64), "label", "hint", "channels" (strings; the patterns with commas),
 * "may-publish" (boolean), "state" (int, an #SbTokenState), "live" (uint), "last-used" (int64), "last-address"
 * (nullable string), "created-at", "not-before", "expires-at", "revoked-at" (int64, real time in µs, 0 for none),
 * "max-connections", "messages-per-second" (uint, 0 for no limit of its own).
 */
SbToken      *sb_token_item_get_token     (SbTokenItem *self); /* transfer none */
gint64        sb_token_item_get_id        (SbTokenItem *self);
SbTokenState  sb_token_item_get_state     (SbTokenItem *self); /* as of the last sb_token_list_tick() or change */
guint         sb_token_item_get_live      (SbTokenItem *self); /* connections now */
gint64        sb_token_item_get_last_used (SbTokenItem *self); /* real time, µs; 0: never */
const char   *sb_token_item_get_last_address (SbTokenItem *self); /* NULL: never */

/* For #SbTokenList, which owns the items. @now: real time; each returns whether something changed, and has told it
 * then. */
SbTokenItem  *sb_token_item_new        (SbToken *token, gint64 now);
gboolean      sb_token_item_set_token  (SbTokenItem *self, SbToken *token, gint64 now);
gboolean      sb_token_item_set_live   (SbTokenItem *self, guint live);
gboolean      sb_token_item_set_used   (SbTokenItem *self, gint64 time, const char *address);
gboolean      sb_token_item_derive_state (SbTokenItem *self, gint64 now);
/* Whether the state last derived is that of the real time @now as well. */
gboolean      sb_token_item_state_holds (SbTokenItem *self, gint64 now);
/* When the state will change by time alone, as seen at the real time @now; G_MAXINT64 for never. */
gint64        sb_token_item_get_next_change (SbTokenItem *self, gint64 now);

G_END_DECLS
