/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-token-item.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_TOKEN_LIST (sb_token_list_get_type ())
G_DECLARE_FINAL_TYPE (SbTokenList, sb_token_list, SB, TOKEN_LIST, GObject)

/**
 * SbTokenList:
 *
 * The token table: GListModel of #SbTokenItem, in order of id. Main thread. Readable, notified property: "n-active"
 * (uint). Signal "item-changed" (SbTokenItem *) when something of a row changed that stays where it is: what sorts or
 * filters has to look again.
 */
SbTokenList  *sb_token_list_new      (void);
void          sb_token_list_put      (SbTokenList *self, SbToken *token);   /* adds or replaces */
void          sb_token_list_remove   (SbTokenList *self, gint64 id);
SbTokenItem  *sb_token_list_find     (SbTokenList *self, gint64 id);        /* transfer none, NULL */
void          sb_token_list_set_live (SbTokenList *self, gint64 id, guint live);
void          sb_token_list_set_used (SbTokenList *self, gint64 id, gint64 time, const char *address);
/* Re-derives states; returns the ids that expired since the last call, or NULL. @now: real time. */
GArray       *sb_token_list_tick     (SbTokenList *self, gint64 now);
/* When the next state change by time is due (real time, µs); G_MAXINT64 for never. */
gint64        sb_token_list_get_next_change (SbTokenList *self, gint64 now);
guint         sb_token_list_get_n_active (SbTokenList *self);               /* active or expiring */

G_END_DECLS
