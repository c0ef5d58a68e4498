/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-regex-syntax.h"
#include "rules/sb-schema-value.h"

G_BEGIN_DECLS

/**
 * SbRegexMachine:
 *
 * Looks for a regular expression by following all ways through it at once (Thompson 1968), a character of the text at
 * a time. So there
 * is no backtracking, the time is at most text × expression, and all of it is counted. Private to sb-regex.
 */
typedef struct _SbRegexMachine SbRegexMachine;

/* NULL: it has what a machine can't do (backreferences, looking behind, properties only PCRE2 knows) or is too big.
 * Else it owns @tree. */
SbRegexMachine *sb_regex_machine_new    (SbRegexNode *tree);
void            sb_regex_machine_free   (SbRegexMachine *self);
/* Bytes of its program. */
gsize           sb_regex_machine_get_size (const SbRegexMachine *self);
/* Of no meaning once @budget is used up. */
gboolean        sb_regex_machine_search (const SbRegexMachine *self, const char *text, gsize length, SbBudget *budget);

G_END_DECLS
