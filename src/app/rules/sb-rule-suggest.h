/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_RULE_SUGGEST (sb_rule_suggest_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleSuggest, sb_rule_suggest, SB, RULE_SUGGEST, AdwDialog)

AdwDialog *sb_rule_suggest_new (SbEngine *engine, const char *pattern);

G_END_DECLS
