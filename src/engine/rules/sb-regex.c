/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-regex.h"

#include "rules/sb-schema.h"

struct _SbRegex
{
  GRegex *regex;
};

SbRegex *
sb_regex_new (const char *pattern, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *limited = g_strconcat ("(*LIMIT_MATCH=10000)", pattern, NULL);
  GRegex *regex = g_regex_new (limited, G_REGEX_DOLLAR_ENDONLY, 0, &cause);
  SbRegex *self;

  if (regex == NULL)
    {
      g_set_error_literal (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_PATTERN, cause->message);
      return NULL;
    }

  self = g_new0 (SbRegex, 1);
  self->regex = regex;
  return self;
}

void
sb_regex_free (SbRegex *self)
{
  g_regex_unref (self->regex);
  g_free (self);
}

SbRegexResult
sb_regex_search (const SbRegex *self, const char *text, gsize length, SbBudget *budget)
{
  g_autoptr (GError) error = NULL;
  gboolean matches;

  if (!sb_budget_take (budget, 4 + length / 16))
    return SB_REGEX_EXHAUSTED;
  matches = g_regex_match_full (self->regex, text, length, 0, 0, NULL, &error);
  return error != NULL ? SB_REGEX_EXHAUSTED : matches ? SB_REGEX_MATCH : SB_REGEX_NO_MATCH;
}
