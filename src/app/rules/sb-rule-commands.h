/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-page.h"

G_BEGIN_DECLS

/* What a page does with a rule at once; it tells how it went. */

/* Removes it; for a few seconds the way back is offered. */
void sb_rule_commands_remove      (SbPage *page, SbRuleItem *item);
void sb_rule_commands_set_enabled (SbPage *page, SbRuleItem *item, gboolean enabled);

G_END_DECLS
