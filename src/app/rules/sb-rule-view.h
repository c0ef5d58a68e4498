/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-rule-list.h"
#include "widgets/sb-table.h"

G_BEGIN_DECLS

#define SB_TYPE_RULE_VIEW (sb_rule_view_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleView, sb_rule_view, SB, RULE_VIEW, SbTable)

void        sb_rule_view_set_rules    (SbRuleView *self, GListModel *rules);
SbRuleItem *sb_rule_view_get_selected (SbRuleView *self); /* transfer none; NULL: none */
void        sb_rule_view_select       (SbRuleView *self, SbRuleItem *item);
/* The rules, or their counts, changed: shown and described anew, and sorted, where that is by what changes. */
void        sb_rule_view_refresh      (SbRuleView *self);

G_END_DECLS
