/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-rule-list.h"

G_BEGIN_DECLS

/* A rule in words. Main thread; translated. */

char       *sb_rule_words_asks       (const SbRuleSpec *spec);  /* "Schema · at most 4 KiB · text only" */
const char *sb_rule_words_failure    (SbRuleFailure failure);   /* what becomes of a message that fails */
const char *sb_rule_words_state      (const SbRule *rule);      /* "In Force" */
const char *sb_rule_words_state_class (const SbRule *rule);     /* of the pill; NULL: nothing unusual, so none */
char       *sb_rule_words_counts     (SbRuleItem *item);        /* "1,204 passed · 3 failed" */
char       *sb_rule_words_causes     (SbRuleItem *item);        /* "maximum: 12, required: 3"; NULL: none failed */
const char *sb_rule_words_cause      (const char *cause);       /* a keyword is itself */

G_END_DECLS
