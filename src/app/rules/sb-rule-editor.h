/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

#define SB_TYPE_RULE_EDITOR (sb_rule_editor_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleEditor, sb_rule_editor, SB, RULE_EDITOR, AdwNavigationPage)

/* @item: the rule to edit; NULL: a new one, that begins as @spec. */
AdwNavigationPage *sb_rule_editor_new      (SbPage *page, SbRuleItem *item, const SbRuleSpec *spec);
SbRuleItem        *sb_rule_editor_get_item (SbRuleEditor *self); /* transfer none; NULL: a new rule */
/* Whether there is something that is not saved. */
gboolean           sb_rule_editor_is_dirty (SbRuleEditor *self);

G_END_DECLS
