/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_RULE_FORM (sb_rule_form_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleForm, sb_rule_form, SB, RULE_FORM, GtkBox)

/* @id: of the rule it is about; 0: a new one. Called once. */
void        sb_rule_form_set_rule    (SbRuleForm *self, SbEngine *engine, gint64 id, const SbRuleSpec *spec);
/* What is chosen now, whether it is right or not. */
SbRuleSpec *sb_rule_form_dup_spec    (SbRuleForm *self);
/* What is being typed as a number, though it is out of bounds, becomes the next number within them. */
void        sb_rule_form_take_typed  (SbRuleForm *self);
gboolean    sb_rule_form_has_pattern (SbRuleForm *self); /* it is a pattern, and no other rule has it */
/* What the engine thinks of it; NULL: all is well. */
void        sb_rule_form_set_fault   (SbRuleForm *self, const GError *error);
void        sb_rule_form_set_enabled (SbRuleForm *self, gboolean enabled);
gboolean    sb_rule_form_get_enabled (SbRuleForm *self);
void        sb_rule_form_suggest     (SbRuleForm *self, const char *schema);
/* Says anew how many clients it is about. */
void        sb_rule_form_count       (SbRuleForm *self);

G_END_DECLS
