/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-rule-list.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* What of a rule a cell shows. The columns in order, then the row of a narrow list. */
typedef enum
{
  SB_RULE_CELL_CHANNELS,
  SB_RULE_CELL_STATE,
  SB_RULE_CELL_ASKS,
  SB_RULE_CELL_FAILURE,
  SB_RULE_CELL_PASSED,
  SB_RULE_CELL_FAILED,
  SB_RULE_N_COLUMNS,
  SB_RULE_CELL_ROW = SB_RULE_N_COLUMNS,
} SbRuleCellKind;

#define SB_TYPE_RULE_CELL (sb_rule_cell_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleCell, sb_rule_cell, SB, RULE_CELL, GtkBox)

GtkWidget *sb_rule_cell_new      (SbRuleCellKind kind);
void       sb_rule_cell_set_item (SbRuleCell *self, SbRuleItem *item /* nullable */);
/* Something of its rule changed. */
void       sb_rule_cell_refresh  (SbRuleCell *self);

G_END_DECLS
