/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-schema-run.h"

#include <string.h>

G_BEGIN_DECLS

/* How schemas are evaluated, for the files that do it. Private to sb-schema. */

/* What is evaluated of an array or object so far, for unevaluatedItems and unevaluatedProperties: a bit for each
 * element, or for each member in the order of SbSpot.members. NULL: nobody asks. */
typedef guint64 *SbMarks;

/* The subschema being evaluated on a value. */
typedef struct
{
  const SbSubschema *schema;
  SbSpot *spot;
  SbMarks marks;
  guint32 *found; /* for each name of the subschema, the place of the member plus 1; 0: not there */
} SbFrame;

/* All of these return whether the value is valid; FALSE also when the run has stopped, which SbRun.stop tells. */
gboolean sb_evaluate (SbRun *run, const SbSubschema *schema, SbSpot *spot, SbMarks marks);
/* The same for an element (@name is NULL) or a member of @parent. */
gboolean sb_evaluate_child (SbRun *run, const SbSubschema *schema, JsonNode *value, const SbSpot *parent,
                            const char *name, guint index);
/* The same without a word about what is wrong. */
gboolean sb_matches_child (SbRun *run, const SbSubschema *schema, JsonNode *value, const SbSpot *parent, guint index);
/* As sb_evaluate(), without a word; what it marks counts only if it matches. */
gboolean sb_matches_marking (SbRun *run, const SbSubschema *schema, SbSpot *spot, SbMarks marks);
void sb_spot_init (SbSpot *self, JsonNode *value, const SbSpot *parent, const char *name, guint index);
/* Whether @text matches; what can't be found out stops the run. */
gboolean sb_run_search (SbRun *run, const SbRegex *regex, const char *text, gsize length);

/* Whether the value follows @rule. */
gboolean sb_apply_type (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_values (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_any_of (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_one_of (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_multiple_of (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_number (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_length (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_pattern (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_format (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_count (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_items (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_contains (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_unique_items (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_unevaluated_items (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_dependent_required (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_members (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_property_names (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
gboolean sb_apply_unevaluated_properties (SbRun *run, SbFrame *frame, const SbSchemaRule *rule);
/* Whether all of @names are there. @because: (nullable): the member that asks for them. */
gboolean sb_apply_required (SbRun *run, SbFrame *frame, const SbNameList *names, const char *keyword,
                            const char *because);

static inline gsize
count_mark_words (const SbSpot *spot)
{
  return spot->n / 64 + 1;
}

static inline void
sb_marks_add (SbMarks marks, guint place)
{
  if (marks != NULL)
    marks[place / 64] |= G_GUINT64_CONSTANT (1) << place % 64;
}

static inline gboolean
sb_marks_has (SbMarks marks, guint place)
{
  return (marks[place / 64] >> place % 64 & 1) != 0;
}

static inline void
sb_marks_add_all (SbMarks marks, const SbSpot *spot)
{
  if (marks != NULL)
    memset (marks, 0xff, count_mark_words (spot) * sizeof marks[0]);
}

/* Whether to go on with what is left of a list. */
static inline gboolean
sb_run_goes_on (SbRun *run, gboolean ok)
{
  return !run->stop && (ok || run->quiet == 0);
}

G_END_DECLS
