/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rule.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define SB_TYPE_RULE_ITEM (sb_rule_item_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleItem, sb_rule_item, SB, RULE_ITEM, GObject)

/**
 * SbRuleItem:
 *
 * A row of the table of rules; keeps its identity while its rule is replaced, so that a selection stays. Main thread. Signal "changed"
 * once after any change, after the notifications; sorters and filters have to be told at #SbRuleList::item-changed.
 *
 * Readable, notified properties: "rule-id" (int64), "channels" (string: the pattern), "enabled", "allow-text", "allow-binary",
 * "has-schema", "assert-format" (boolean), "max-size", "max-depth", "messages-per-second" (uint; 0: no limit of its own), "on-failure"
 * (int, an #SbRuleFailure), "problem" (nullable string: why its schema cannot be used), "created-at", "changed-at" (int64, real time in
 * µs), "passed", "failed" (uint64).
 */
SbRule  *sb_rule_item_get_rule   (SbRuleItem *self); /* transfer none */
gint64   sb_rule_item_get_id     (SbRuleItem *self);
guint64  sb_rule_item_get_passed (SbRuleItem *self); /* messages, as of the last refresh; they go on after a restart */
guint64  sb_rule_item_get_failed (SbRuleItem *self);

/* One of the causes of failures: a keyword of the schema, or "rate", "too_big", "text", "binary", "utf8", "json", "depth", "exhausted",
 * "broken". */
typedef struct
{
  const char *cause; /* static */
  guint64 n;
} SbRuleCause;
/* Those that occurred, the most frequent first: (element-type SbRuleCause), read now. Transfer full. */
GArray  *sb_rule_item_list_causes (SbRuleItem *self);

/* For #SbRuleList, which owns the items. */
SbRuleItem *sb_rule_item_new      (SbRule *rule);
void        sb_rule_item_set_rule (SbRuleItem *self, SbRule *rule);
/* Reads the counters; returns whether any changed, and has told it then. */
gboolean    sb_rule_item_refresh  (SbRuleItem *self);
/* Whether the counts, as last refreshed, are others than when it was last asked: then they have to be stored. */
gboolean    sb_rule_item_take_unsaved (SbRuleItem *self);
void        sb_rule_item_set_unsaved  (SbRuleItem *self); /* they have to be stored in any case */

G_END_DECLS
