/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-ref-count.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Why a message failed, as it is counted: what every rule can check by itself, and each keyword of a schema. */
#define SB_RULE_N_CAUSES 56

/* What is counted for a rule's own checks. */
#define SB_CAUSE_RATE "rate"
#define SB_CAUSE_TOO_BIG "too_big"
#define SB_CAUSE_TEXT "text"
#define SB_CAUSE_BINARY "binary"
#define SB_CAUSE_UTF8 "utf8"
#define SB_CAUSE_JSON "json"
#define SB_CAUSE_DEPTH "depth"
#define SB_CAUSE_EXHAUSTED "exhausted" /* checking it took more steps than a message may cost */
#define SB_CAUSE_BROKEN "broken"       /* the schema itself cannot be used */

/* The static name under which @name is counted: itself, or "other". Any thread. */
const char *sb_rule_cause_intern (const char *name);
/* The name of cause @index < SB_RULE_N_CAUSES; NULL beyond the last. */
const char *sb_rule_cause_get    (guint index);

/**
 * SbRuleCounts:
 *
 * How a rule fared. Written by the lanes, read by any thread, with relaxed atomics: each number is true, two of them need not be of the
 * same instant. Lives as long as the rule of that id, whatever versions of it there were; the numbers go on after a restart.
 */
typedef struct
{
  /*< private >*/
  SbRefCount ref_count;
  /*< public >*/
  _Atomic guint64 passed;
  _Atomic guint64 failed;
  _Atomic guint64 by_cause[SB_RULE_N_CAUSES];
} SbRuleCounts;

SbRuleCounts *sb_rule_counts_new        (void);
SbRuleCounts *sb_rule_counts_ref        (SbRuleCounts *self);
void          sb_rule_counts_unref      (SbRuleCounts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRuleCounts, sb_rule_counts_unref)
void          sb_rule_counts_add_failed (SbRuleCounts *self, const char *cause);
guint64       sb_rule_counts_get_passed (SbRuleCounts *self);
guint64       sb_rule_counts_get_failed (SbRuleCounts *self);
guint64       sb_rule_counts_get_cause  (SbRuleCounts *self, guint index);

static inline void
sb_rule_counts_add_passed (SbRuleCounts *self)
{
  atomic_fetch_add_explicit (&self->passed, 1, memory_order_relaxed);
}

/* {"passed": 3, "failed": 1, "causes": {"type": 1}}; causes that never occurred are left out. */
JsonObject   *sb_rule_counts_to_json    (SbRuleCounts *self);
char         *sb_rule_counts_to_text    (SbRuleCounts *self);
/* What it cannot read counts as nothing. */
void          sb_rule_counts_load_text  (SbRuleCounts *self, const char *text);

G_END_DECLS
