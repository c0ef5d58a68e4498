/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_RULE_TRIAL (sb_rule_trial_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleTrial, sb_rule_trial, SB, RULE_TRIAL, AdwBin)

void sb_rule_trial_set_engine (SbRuleTrial *self, SbEngine *engine); /* once */
/* NULL: nothing that could be tried. @replaces: the id of the rule that it is to replace; 0: none. */
void sb_rule_trial_set_draft  (SbRuleTrial *self, SbRule *draft, gint64 replaces);
/* Tries again, if anything was said since. */
void sb_rule_trial_refresh    (SbRuleTrial *self);

G_END_DECLS
