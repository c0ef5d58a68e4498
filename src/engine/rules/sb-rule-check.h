/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-json-guard.h"
#include "rules/sb-rule.h"

G_BEGIN_DECLS

/* What a schema is held against at most, so that making a tree of it keeps no lane for more than a few ms: json-glib takes up to 0.3 µs for a
 * value, and 1.4 ms for a text of 1 MiB. */
#define SB_RULE_MAX_CHECKED_VALUES 5000
#define SB_RULE_MAX_CHECKED_SIZE (1 << 20) /* bytes */

/* What the server allows on every channel. */
typedef struct
{
  SbJsonLimits json;
  gsize max_message;     /* bytes */
  gboolean allow_binary;
  gboolean require_json; /* of texts; a rule that looks into them requires it anyway */
} SbMessageLimits;

/* The check that a message failed. */
typedef enum
{
  SB_CHECK_PASSED,
  SB_CHECK_SIZE,
  SB_CHECK_TEXT,   /* text is not allowed */
  SB_CHECK_BINARY, /* binary messages are not allowed */
  SB_CHECK_JSON,
  SB_CHECK_DEPTH,
  SB_CHECK_SCHEMA,
} SbCheck;

/**
 * SbMessageVerdict:
 *
 * What a check found. A plain value: what it points to is its own, the checked text's or static, and valid until sb_message_verdict_clear().
 */
typedef struct
{
  SbCheck check;
  const char *cause;          /* static: what it is counted as, a keyword of the schema or one of sb-rule-counts.h */
  const char *message;        /* plain English, for the author of a client */
  const char *pointer;        /* JSON Pointer of the failing value; NULL where there is none */
  const char *schema_pointer; /* of the keyword in the schema; NULL where there is none */
  gsize offset;               /* bytes of the failing value within the message; G_MAXSIZE where there is none */
  gsize length;               /* bytes; 0: a point */
  GPtrArray *errors;          /* (element-type SbSchemaError): all that were asked for; NULL: the schema did not fail */
  /*< private >*/
  SbJsonTrouble json;
  char text[96];
} SbMessageVerdict;

void sb_message_verdict_clear (SbMessageVerdict *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbMessageVerdict, sb_message_verdict_clear)

/**
 * SbRuleChecker:
 *
 * The checks of docs/protocol.md from the size on, which say whether a message may be said: one for each thread, since it holds scratch
 * memory.
 */
typedef struct
{
  /*< private >*/
  SbJsonGuard *guard;
  JsonParser *parser; /* made when the first schema needs one */
} SbRuleChecker;

void     sb_rule_checker_init  (SbRuleChecker *self);
void     sb_rule_checker_clear (SbRuleChecker *self);
/* Whether @payload passes @rule (nullable) and @limits, of which the smaller count. Fills @verdict, which need not be initialised, in any
 * case; only where FALSE is returned has it to be cleared. @max_errors: 1 stops at a schema's first. Counts nothing. */
gboolean sb_rule_checker_check (SbRuleChecker *self, SbRule *rule, const SbMessageLimits *limits, gboolean binary, const char *payload,
                                gsize length, guint max_errors, SbMessageVerdict *verdict);

G_END_DECLS
