/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rule.h"

G_BEGIN_DECLS

/**
 * SbRuleTable:
 *
 * Channel → the one rule that counts there: of the enabled ones that match it the most specific (#SbChannelMap). Immutable and
 * atomically reference counted; lanes share it, and get another one when something changes.
 */
typedef struct _SbRuleTable SbRuleTable;

/* @rules: (element-type SbRule): references are taken. Where two have the same pattern the later one counts. */
SbRuleTable *sb_rule_table_new    (GPtrArray *rules);
SbRuleTable *sb_rule_table_ref    (SbRuleTable *self);
void         sb_rule_table_unref  (SbRuleTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRuleTable, sb_rule_table_unref)
/* NULL: none is for that channel. Transfer none; any thread. */
SbRule      *sb_rule_table_lookup (SbRuleTable *self, const char *channel);

G_END_DECLS
