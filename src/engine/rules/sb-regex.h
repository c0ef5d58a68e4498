/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-schema-value.h"

G_BEGIN_DECLS

/**
 * SbRegex:
 *
 * A regular expression as ECMA-262 writes them, with the "u" flag, as JSON Schema's "pattern" has it (Core §6.4).
 * Immutable; any
 * thread may search with it.
 */
typedef struct _SbRegex SbRegex;

typedef enum
{
  SB_REGEX_NO_MATCH,
  SB_REGEX_MATCH,
  SB_REGEX_EXHAUSTED, /* the budget is used up, or the expression backtracks too much: nothing is known */
} SbRegexResult;

/* Errors: SB_SCHEMA_ERROR_PATTERN, or SB_SCHEMA_ERROR_TOO_BIG. */
SbRegex      *sb_regex_new    (const char *pattern, GError **error);
void          sb_regex_free   (SbRegex *self);
/* Bytes of memory it takes, about. */
gsize         sb_regex_get_size (const SbRegex *self);
/* Whether it matches anywhere in @text, which is UTF-8 of @length bytes. Takes from @budget what the search cost. */
SbRegexResult sb_regex_search (const SbRegex *self, const char *text, gsize length, SbBudget *budget);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRegex, sb_regex_free)

G_END_DECLS
