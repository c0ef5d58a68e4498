/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-rule-item.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TYPE_RULE_LIST (sb_rule_list_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleList, sb_rule_list, SB, RULE_LIST, GObject)

/**
 * SbRuleList:
 *
 * The rules: a GListModel of #SbRuleItem, in order of id. Main thread. Readable, notified properties: "n-problems" (uint: enabled rules
 * whose schema cannot be used), "failed" (uint64: messages that failed, of all rules that are there). Signal "item-changed" (SbRuleItem *)
 * when something of a row changed that stays where it is: what sorts or filters has to look again.
 */
SbRuleList *sb_rule_list_new     (void);
/* Adds it, or replaces the rule of the row with its id, whose counts go on: the row's rule is then @rule with those counts. */
void        sb_rule_list_put     (SbRuleList *self, SbRule *rule);
void        sb_rule_list_remove  (SbRuleList *self, gint64 id);
SbRuleItem *sb_rule_list_find    (SbRuleList *self, gint64 id);               /* transfer none, NULL */
SbRuleItem *sb_rule_list_find_pattern (SbRuleList *self, const char *pattern); /* the rule for exactly that; transfer none, NULL */
/* Reads all counters. Cheap enough for 4 Hz. */
void        sb_rule_list_refresh (SbRuleList *self);
guint       sb_rule_list_get_n_problems (SbRuleList *self);
guint64     sb_rule_list_get_failed     (SbRuleList *self);
/* (element-type SbRule): those whose counts changed since it was last asked, as of the last refresh; transfer full. */
GPtrArray  *sb_rule_list_take_unsaved (SbRuleList *self);
/* Those that it gave could not be stored: it gives them again, unless they are gone. */
void        sb_rule_list_give_back_unsaved (SbRuleList *self, GPtrArray *rules);
/* (element-type SbRule): the rules as they are now; transfer full. */
GPtrArray  *sb_rule_list_dup_rules (SbRuleList *self);

G_END_DECLS
