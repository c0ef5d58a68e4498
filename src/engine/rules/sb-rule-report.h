/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rule-check.h"

G_BEGIN_DECLS

/* Errors that a report has at most. */
#define SB_RULE_REPORT_MAX_ERRORS 100

/**
 * SbRuleFinding:
 *
 * One thing that is wrong with a message, and where.
 */
typedef struct
{
  const char *cause;    /* static: a keyword of the schema or one of sb-rule-counts.h */
  char *message;        /* plain English, for the author of a client */
  char *pointer;        /* JSON Pointer of the failing value; NULL where there is none */
  char *schema_pointer; /* of the keyword in the schema; NULL where there is none */
  gsize offset;         /* bytes of the value within the message; G_MAXSIZE where there is none */
  gsize length;         /* bytes; 0: a point */
  guint line;           /* from 1; 0 where there is no place */
  guint column;         /* from 1, in characters */
} SbRuleFinding;

/**
 * SbRuleReport:
 *
 * What a rule says of one message: everything that is wrong with it, not only the first. Nothing is counted, and a rate is not looked at.
 */
typedef struct
{
  SbRule *rule;        /* NULL: none is for the channel */
  SbCheck check;       /* the one that failed, or SB_CHECK_PASSED */
  const char *code;    /* static: that of the error reply, "schema", "too_big", …; NULL: it passed */
  GPtrArray *findings; /* (element-type SbRuleFinding): empty when it passed */
} SbRuleReport;

/* Takes as long as the message is long: not for the main thread. @rule nullable. @max_errors: of the schema's that are told. */
SbRuleReport *sb_rule_report_new  (SbRule *rule, const SbMessageLimits *limits, gboolean binary, GBytes *payload, guint max_errors);
void          sb_rule_report_free (SbRuleReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRuleReport, sb_rule_report_free)

G_END_DECLS
