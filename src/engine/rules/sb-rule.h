/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rule-counts.h"
#include "rules/sb-rule-spec.h"

G_BEGIN_DECLS

/**
 * SbRule:
 *
 * What may be said on the channels of a pattern. Immutable but for @counts, and atomically reference counted: it is replaced, never
 * edited, so any thread may hold one.
 *
 * A schema that was stored and cannot be used (a document it refers to is gone, a later version of Signalbox is stricter) is a @problem:
 * then no text message passes, for letting through what should have been checked would be wrong without anybody seeing it.
 */
typedef struct
{
  /*< private >*/
  SbRefCount ref_count;
  /*< public, constant >*/
  gint64 id;            /* the database's, from 1; 0: a draft */
  SbRuleSpec spec;      /* owned */
  SbSchema *schema;     /* NULL: none, or a @problem */
  char *problem;        /* a sentence: why the schema cannot be used; NULL: all is well */
  gint64 created_at;    /* real time, µs */
  gint64 changed_at;
  SbRuleCounts *counts; /* never NULL */
} SbRule;

/* Takes copies and references. @counts NULL: begins at nothing. */
SbRule *sb_rule_new   (gint64 id, const SbRuleSpec *spec, SbSchema *schema, const char *problem, gint64 created_at, gint64 changed_at,
                       SbRuleCounts *counts);
/* The same rule, counting into @counts. */
SbRule *sb_rule_with_counts (SbRule *self, SbRuleCounts *counts);
SbRule *sb_rule_ref   (SbRule *self);
void    sb_rule_unref (SbRule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRule, sb_rule_unref)

G_END_DECLS
