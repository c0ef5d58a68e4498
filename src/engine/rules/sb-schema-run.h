/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-schema-private.h"

G_BEGIN_DECLS

/* One evaluation: what is left of its budget, the errors so far, memory. Lives on the stack of who evaluates. Private
 * to sb-schema. */

#define SB_SCRATCH_SIZE 4096

typedef struct _SbScratchChunk SbScratchChunk;

/* Memory that is given back in the opposite order of being taken. The first of it is on the stack, so that ordinary
 * messages need no other. */
typedef struct
{
  SbScratchChunk *chunk; /* nullable: the newest; before it, @inline_memory */
  guint8 *next;
  guint8 *end;
  _Alignas (16) guint8 inline_memory[SB_SCRATCH_SIZE];
} SbScratch;

typedef struct
{
  SbScratchChunk *chunk;
  guint8 *next;
  guint8 *end;
} SbScratchMark;

void  sb_scratch_init    (SbScratch *self);
void  sb_scratch_clear   (SbScratch *self);
/* @size bytes, not set to anything, aligned for whatever goes in. */
void *sb_scratch_take    (SbScratch *self, gsize size);
void  sb_scratch_release (SbScratch *self, SbScratchMark mark);

static inline SbScratchMark
sb_scratch_mark (const SbScratch *self)
{
  return (SbScratchMark) { self->chunk, self->next, self->end };
}

/* One member of an object in the message. */
typedef struct
{
  const char *name;
  JsonNode *value;
  guint64 hash;
  guint length;
} SbMember;

/* A value in the message, and the way to it. */
typedef struct _SbSpot SbSpot;
struct _SbSpot
{
  JsonNode *value;
  SbKind kind;
  guint n;            /* members or elements */
  SbMember *members;  /* (nullable): made when they are first asked for */
  const SbSpot *parent;
  const char *name;   /* of the member of the parent; NULL: @index is that of the element */
  guint index;
};

/* The resources that were entered on the way to the schema at hand: the dynamic scope (Core §7.1). */
typedef struct _SbScopeLink SbScopeLink;
struct _SbScopeLink
{
  const SbScope *scope;
  const SbScopeLink *outer;
};

typedef struct
{
  SbBudget budget;
  guint nesting;
  guint quiet;           /* more than 0: whether a schema matches is only asked, so nothing is reported */
  gboolean explaining;   /* what is reported now is for finding out which alternative was meant */
  gboolean stop;         /* there are enough errors, or the budget is used up */
  const char *exhausted; /* (nullable): what ran out */
  guint max_errors;
  GPtrArray *errors;
  const SbScopeLink *scopes;
  SbScratch scratch;
} SbRun;

/* Takes @steps, or stops the run. */
static inline gboolean
sb_run_take (SbRun *self, gint64 steps)
{
  if (G_LIKELY (sb_budget_take (&self->budget, steps)))
    return TRUE;

  if (self->exhausted == NULL)
    self->exhausted = "steps";
  self->stop = TRUE;
  return FALSE;
}

/* Reports unless the run is quiet; always returns FALSE. @segment: (nullable): what follows the keyword in the
 * pointer. */
gboolean sb_run_report (SbRun *self, const SbSubschema *schema, const SbSpot *spot, const char *keyword,
                        const char *segment,
                        const char *format, ...) G_GNUC_PRINTF (6, 7);
/* The last error of an evaluation that ran out of something. */
void     sb_run_report_exhausted (SbRun *self, const SbSpot *root);

/* A value as JSON, cut when it is long. */
char    *sb_words_value (JsonNode *value);
char    *sb_words_number (SbNumber number);
/* A text in quotes, cut when it is long. */
char    *sb_words_text (const char *text);
/* "a string", "an integer or null" */
char    *sb_words_kinds (guint kinds);

G_END_DECLS
