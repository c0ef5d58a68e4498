/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-evaluate.h"

#include <string.h>

/* --- marks --- */

static SbMarks
new_marks (SbRun *run, const SbSpot *spot)
{
  gsize n_words = count_mark_words (spot);
  SbMarks marks;

  if (!sb_run_take (run, n_words / 16))
    return NULL;

  marks = sb_scratch_take (&run->scratch, n_words * sizeof marks[0]);
  memset (marks, 0, n_words * sizeof marks[0]);
  return marks;
}

static void
merge_marks (SbMarks into, SbMarks from, const SbSpot *spot)
{
  for (gsize i = 0; i < count_mark_words (spot); i++)
    into[i] |= from[i];
}

/* --- spots --- */

void
sb_spot_init (SbSpot *self, JsonNode *value, const SbSpot *parent, const char *name, guint index)
{
  self->value = value;
  self->kind = sb_value_get_kind (value);
  self->n = self->kind == SB_KIND_ARRAY    ? json_array_get_length (json_node_get_array (value))
            : self->kind == SB_KIND_OBJECT ? json_object_get_size (json_node_get_object (value))
                                           : 0;
  self->members = NULL;
  self->parent = parent;
  self->name = name;
  self->index = index;
}

/* The members of the object, in an order that stays the same. What they need is given back with the spot. FALSE: the
 * run stops. */
static gboolean
load_members (SbRun *run, SbSpot *spot)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  guint n = 0;

  if (spot->members != NULL)
    return TRUE;
  if (!sb_run_take (run, 3 * (gint64) spot->n))
    return FALSE;

  spot->members = sb_scratch_take (&run->scratch, MAX (spot->n, 1) * sizeof (SbMember));
  json_object_iter_init (&iter, json_node_get_object (spot->value));
  while (json_object_iter_next (&iter, &name, &value))
    {
      SbMember *member = &spot->members[n++];

      member->name = name;
      member->value = value;
      member->length = strlen (name);
      member->hash = sb_text_hash (name, member->length);
      if (!sb_run_take (run, member->length / 64))
        return FALSE;
    }

  return TRUE;
}

gboolean
sb_evaluate_child (SbRun *run, const SbSubschema *schema, JsonNode *value, const SbSpot *parent, const char *name,
                   guint index)
{
  SbScratchMark before = sb_scratch_mark (&run->scratch);
  SbSpot spot;
  gboolean ok;

  if (schema->is_boolean && schema->boolean)
    return TRUE;

  sb_spot_init (&spot, value, parent, name, index);
  ok = sb_evaluate (run, schema, &spot, NULL);
  sb_scratch_release (&run->scratch, before);

  return ok;
}

/* The same without a word about what is wrong. */
gboolean
sb_matches_child (SbRun *run, const SbSubschema *schema, JsonNode *value, const SbSpot *parent, guint index)
{
  gboolean ok;

  run->quiet++;
  ok = sb_evaluate_child (run, schema, value, parent, NULL, index);
  run->quiet--;

  return ok;
}

static gboolean
matches (SbRun *run, const SbSubschema *schema, SbSpot *spot, SbMarks marks)
{
  gboolean ok;

  run->quiet++;
  ok = sb_evaluate (run, schema, spot, marks);
  run->quiet--;

  return ok;
}

/* As matches(), but what it marks counts only if it does. */
gboolean
sb_matches_marking (SbRun *run, const SbSubschema *schema, SbSpot *spot, SbMarks marks)
{
  SbScratchMark before;
  SbMarks own;
  gboolean ok;

  if (marks == NULL)
    return matches (run, schema, spot, NULL);

  /* Those of the spot stay until it is left. */
  if (spot->kind == SB_KIND_OBJECT && !load_members (run, spot))
    return FALSE;

  before = sb_scratch_mark (&run->scratch);
  own = new_marks (run, spot);
  ok = own != NULL && matches (run, schema, spot, own);
  if (ok)
    merge_marks (marks, own, spot);
  sb_scratch_release (&run->scratch, before);

  return ok;
}

/* --- by other schemas --- */

static gboolean
apply_all_of (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < rule->list.n_schemas && sb_run_goes_on (run, ok); i++)
    ok &= sb_evaluate (run, rule->list.schemas[i], frame->spot, frame->marks);

  return ok && !run->stop;
}

static gboolean
apply_not (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  gboolean matched = matches (run, rule->schema, frame->spot, NULL);

  if (run->stop)
    return FALSE;

  return !matched || sb_run_report (run, frame->schema, frame->spot, "not", NULL, "matches what is not allowed here");
}

static gboolean
apply_if (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  gboolean matched = sb_matches_marking (run, rule->branch.condition, frame->spot, frame->marks);
  const SbSubschema *next = matched ? rule->branch.then : rule->branch.otherwise;

  if (run->stop)
    return FALSE;

  return next == NULL || sb_evaluate (run, next, frame->spot, frame->marks);
}

static gboolean
apply_dynamic_ref (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  const SbSubschema *target = rule->dynamic.target;

  /* The outermost that has the anchor (Core §8.2.3.2). */
  for (const SbScopeLink *link = run->scopes; link != NULL; link = link->outer)
    {
      if (!sb_run_take (run, 1 + link->scope->n_anchors / 4))
        return FALSE;
      for (guint i = 0; i < link->scope->n_anchors; i++)
        {
          if (link->scope->anchors[i].anchor == rule->dynamic.anchor)
            target = link->scope->anchors[i].target;
        }
    }

  return sb_evaluate (run, target, frame->spot, frame->marks);
}

/* --- a subschema --- */

static gboolean
apply (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  switch (rule->word)
    {
    case SB_WORD_TYPE:
      return sb_apply_type (run, frame, rule);
    case SB_WORD_REQUIRED:
      return sb_apply_required (run, frame, &rule->names, "required", NULL);
    case SB_WORD_MAX_PROPERTIES:
    case SB_WORD_MIN_PROPERTIES:
    case SB_WORD_MAX_ITEMS:
    case SB_WORD_MIN_ITEMS:
      return sb_apply_count (run, frame, rule);
    case SB_WORD_MAXIMUM:
    case SB_WORD_EXCLUSIVE_MAXIMUM:
    case SB_WORD_MINIMUM:
    case SB_WORD_EXCLUSIVE_MINIMUM:
      return sb_apply_number (run, frame, rule);
    case SB_WORD_MULTIPLE_OF:
      return sb_apply_multiple_of (run, frame, rule);
    case SB_WORD_MAX_LENGTH:
    case SB_WORD_MIN_LENGTH:
      return sb_apply_length (run, frame, rule);
    case SB_WORD_CONST:
    case SB_WORD_ENUM:
      return sb_apply_values (run, frame, rule);
    case SB_WORD_DEPENDENT_REQUIRED:
      return sb_apply_dependent_required (run, frame, rule);
    case SB_WORD_FORMAT:
      return sb_apply_format (run, frame, rule);
    case SB_WORD_PATTERN:
      return sb_apply_pattern (run, frame, rule);
    case SB_WORD_PROPERTY_NAMES:
      return sb_apply_property_names (run, frame, rule);
    case SB_WORD_MEMBERS:
      return sb_apply_members (run, frame, rule);
    case SB_WORD_ITEMS:
      return sb_apply_items (run, frame, rule);
    case SB_WORD_CONTAINS:
      return sb_apply_contains (run, frame, rule);
    case SB_WORD_UNIQUE_ITEMS:
      return sb_apply_unique_items (run, frame, rule);
    case SB_WORD_REF:
      return sb_evaluate (run, rule->schema, frame->spot, frame->marks);
    case SB_WORD_DYNAMIC_REF:
      return apply_dynamic_ref (run, frame, rule);
    case SB_WORD_ALL_OF:
      return apply_all_of (run, frame, rule);
    case SB_WORD_ANY_OF:
      return sb_apply_any_of (run, frame, rule);
    case SB_WORD_ONE_OF:
      return sb_apply_one_of (run, frame, rule);
    case SB_WORD_NOT:
      return apply_not (run, frame, rule);
    case SB_WORD_IF:
      return apply_if (run, frame, rule);
    case SB_WORD_DEPENDENT_SCHEMAS:
      return frame->found[rule->dependent_schema.trigger] == 0
             || sb_evaluate (run, rule->dependent_schema.schema, frame->spot, frame->marks);
    case SB_WORD_UNEVALUATED_ITEMS:
      return sb_apply_unevaluated_items (run, frame, rule);
    case SB_WORD_UNEVALUATED_PROPERTIES:
      return sb_apply_unevaluated_properties (run, frame, rule);
    default:
      g_assert_not_reached ();
    }
}

/* Which members have the names the subschema knows. */
static guint32 *
find_names (SbRun *run, const SbSubschema *schema, SbSpot *spot)
{
  guint32 *found;

  if (!sb_run_take (run, (spot->n + schema->n_names) / 8))
    return NULL;

  found = sb_scratch_take (&run->scratch, schema->n_names * sizeof found[0]);
  memset (found, 0, schema->n_names * sizeof found[0]);
  for (guint i = 0; i < spot->n; i++)
    {
      guint name = sb_subschema_find_name (schema, spot->members[i].name, spot->members[i].length,
                                           spot->members[i].hash);

      if (name != 0)
        found[name - 1] = i + 1;
    }

  return found;
}

/* Gets ready what the rules need; FALSE: the run stops. @last: the rule behind which there is nothing for the value. */
static gboolean
frame_init (SbFrame *frame, SbRun *run, const SbSubschema *schema, SbSpot *spot, SbMarks marks)
{
  SbWord asking = spot->kind == SB_KIND_ARRAY ? SB_WORD_UNEVALUATED_ITEMS : SB_WORD_UNEVALUATED_PROPERTIES;

  frame->schema = schema;
  frame->spot = spot;
  frame->marks = marks;
  frame->found = NULL;
  if (!(spot->kind & (SB_KIND_ARRAY | SB_KIND_OBJECT)))
    return TRUE;

  if (spot->kind == SB_KIND_OBJECT && schema->n_names > 0)
    {
      frame->found = find_names (run, schema, spot);
      if (frame->found == NULL)
        return FALSE;
    }

  for (guint i = schema->n_rules; i > 0 && schema->rules[i - 1].word >= SB_WORD_UNEVALUATED_ITEMS; i--)
    {
      if (schema->rules[i - 1].word == asking)
        {
          frame->marks = new_marks (run, spot);
          return frame->marks != NULL;
        }
    }

  return TRUE;
}

static gboolean
apply_rules (SbRun *run, const SbSubschema *schema, SbSpot *spot, SbMarks marks)
{
  SbScratchMark before;
  SbFrame frame;
  gboolean ok = TRUE;

  /* Members stay with the spot, so they come before the mark. */
  if (spot->kind == SB_KIND_OBJECT && (schema->kinds & SB_KIND_OBJECT) && !load_members (run, spot))
    return FALSE;

  before = sb_scratch_mark (&run->scratch);
  if (!frame_init (&frame, run, schema, spot, marks))
    ok = FALSE;
  for (guint i = 0; i < schema->n_rules && sb_run_goes_on (run, ok); i++)
    {
      const SbSchemaRule *rule = &schema->rules[i];

      if (!(rule->kinds & spot->kind))
        continue;
      /* What failed has evaluated nothing (Core §7.7.1.1), but to say so of every member would bury the reason. */
      if (!ok && rule->word >= SB_WORD_UNEVALUATED_ITEMS)
        break;
      /* What is cheap is paid for with the subschema. */
      ok &= (rule->word < SB_WORD_MULTIPLE_OF || sb_run_take (run, 1)) && apply (run, &frame, rule);
    }

  if (ok && !run->stop && marks != NULL && frame.marks != marks)
    merge_marks (marks, frame.marks, spot);
  sb_scratch_release (&run->scratch, before);

  return ok && !run->stop;
}

gboolean
sb_evaluate (SbRun *run, const SbSubschema *schema, SbSpot *spot, SbMarks marks)
{
  SbScopeLink link;
  const SbScopeLink *outer = run->scopes;
  gboolean ok;

  if (schema->is_boolean)
    return schema->boolean || sb_run_report (run, schema, spot, "false", NULL, "nothing is allowed here");
  if (!(schema->kinds & spot->kind))
    return TRUE;

  if (!sb_run_take (run, 2))
    return FALSE;
  if (++run->nesting > SB_SCHEMA_MAX_NESTING)
    {
      run->exhausted = "nesting";
      run->stop = TRUE;
      run->nesting--;
      return FALSE;
    }

  if (outer == NULL || outer->scope != schema->scope)
    {
      link.scope = schema->scope;
      link.outer = outer;
      run->scopes = &link;
    }
  ok = apply_rules (run, schema, spot, marks);
  run->scopes = outer;
  run->nesting--;

  return ok;
}

SbSchemaVerdict
sb_schema_evaluate_within (SbSchema *self, JsonNode *instance, guint max_errors, guint budget, GPtrArray **errors,
                           guint *steps)
{
  SbRun run;
  SbSpot root;
  gboolean ok;

  run.budget.left = budget;
  run.nesting = 0;
  run.quiet = 0;
  run.stop = FALSE;
  run.explaining = FALSE;
  run.exhausted = NULL;
  run.max_errors = MAX (max_errors, 1);
  run.errors = NULL;
  run.scopes = NULL;
  sb_scratch_init (&run.scratch);

  sb_spot_init (&root, instance, NULL, NULL, 0);
  ok = sb_evaluate (&run, self->root, &root, NULL);
  sb_scratch_clear (&run.scratch);

  if (run.exhausted != NULL)
    sb_run_report_exhausted (&run, &root);
  if (steps != NULL)
    *steps = budget - MAX (run.budget.left, 0);
  if (errors != NULL)
    *errors = run.errors;
  else
    g_clear_pointer (&run.errors, g_ptr_array_unref);

  return run.exhausted != NULL ? SB_SCHEMA_EXHAUSTED : ok ? SB_SCHEMA_VALID : SB_SCHEMA_INVALID;
}

SbSchemaVerdict
sb_schema_evaluate_counting (SbSchema *self, JsonNode *instance, guint max_errors, GPtrArray **errors, guint *steps)
{
  return sb_schema_evaluate_within (self, instance, max_errors, SB_SCHEMA_MAX_STEPS, errors, steps);
}

SbSchemaVerdict
sb_schema_evaluate (SbSchema *self, JsonNode *instance, guint max_errors, GPtrArray **errors)
{
  return sb_schema_evaluate_within (self, instance, max_errors, SB_SCHEMA_MAX_STEPS, errors, NULL);
}
