/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-run.h"

#include <string.h>

/* What is evaluated of an array or object so far, for unevaluatedItems and unevaluatedProperties: a bit for each element, or for each
 * member in the order of SbSpot.members. NULL: nobody asks. */
typedef guint64 *Marks;

/* The subschema being evaluated on a value. */
typedef struct
{
  const SbSubschema *schema;
  SbSpot *spot;
  Marks marks;
  guint32 *found; /* for each name of the subschema, the place of the member plus 1; 0: not there */
} Frame;

static gboolean evaluate (SbRun *run, const SbSubschema *schema, SbSpot *spot, Marks marks);

/* --- scratch memory --- */

struct _SbScratchChunk
{
  SbScratchChunk *previous;
  _Alignas (16) guint8 memory[];
};

void
sb_scratch_init (SbScratch *self)
{
  self->chunk = NULL;
  self->next = self->inline_memory;
  self->end = self->inline_memory + sizeof self->inline_memory;
}

void *
sb_scratch_take (SbScratch *self, gsize size)
{
  void *memory;

  size = (size + 15) & ~(gsize) 15;
  if (size > (gsize) (self->end - self->next))
    {
      gsize room = MAX (size, 16 * SB_SCRATCH_SIZE);
      SbScratchChunk *chunk = g_malloc (sizeof *chunk + room);

      chunk->previous = self->chunk;
      self->chunk = chunk;
      self->next = chunk->memory;
      self->end = chunk->memory + room;
    }

  memory = self->next;
  self->next += size;
  return memory;
}

void
sb_scratch_release (SbScratch *self, SbScratchMark mark)
{
  while (self->chunk != mark.chunk)
    {
      SbScratchChunk *chunk = self->chunk;

      self->chunk = chunk->previous;
      g_free (chunk);
    }
  self->next = mark.next;
  self->end = mark.end;
}

void
sb_scratch_clear (SbScratch *self)
{
  sb_scratch_release (self, (SbScratchMark) { NULL, self->inline_memory, self->inline_memory });
}

/* --- marks --- */

static gsize
count_mark_words (const SbSpot *spot)
{
  return spot->n / 64 + 1;
}

static Marks
new_marks (SbRun *run, const SbSpot *spot)
{
  gsize n_words = count_mark_words (spot);
  Marks marks;

  if (!sb_run_take (run, n_words / 16))
    return NULL;

  marks = sb_scratch_take (&run->scratch, n_words * sizeof marks[0]);
  memset (marks, 0, n_words * sizeof marks[0]);
  return marks;
}

static inline void
mark (Marks marks, guint place)
{
  if (marks != NULL)
    marks[place / 64] |= G_GUINT64_CONSTANT (1) << place % 64;
}

static inline gboolean
is_marked (Marks marks, guint place)
{
  return (marks[place / 64] >> place % 64 & 1) != 0;
}

static void
mark_all (Marks marks, const SbSpot *spot)
{
  if (marks != NULL)
    memset (marks, 0xff, count_mark_words (spot) * sizeof marks[0]);
}

static void
merge_marks (Marks into, Marks from, const SbSpot *spot)
{
  for (gsize i = 0; i < count_mark_words (spot); i++)
    into[i] |= from[i];
}

/* --- spots --- */

static void
spot_init (SbSpot *self, JsonNode *value, const SbSpot *parent, const char *name, guint index)
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

/* The members of the object, in an order that stays the same. What they need is given back with the spot. FALSE: the run stops. */
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

static gboolean
evaluate_child (SbRun *run, const SbSubschema *schema, JsonNode *value, const SbSpot *parent, const char *name, guint index)
{
  SbScratchMark before = sb_scratch_mark (&run->scratch);
  SbSpot spot;
  gboolean ok;

  if (schema->is_boolean && schema->boolean)
    return TRUE;

  spot_init (&spot, value, parent, name, index);
  ok = evaluate (run, schema, &spot, NULL);
  sb_scratch_release (&run->scratch, before);

  return ok;
}

/* The same without a word about what is wrong. */
static gboolean
matches_child (SbRun *run, const SbSubschema *schema, JsonNode *value, const SbSpot *parent, guint index)
{
  gboolean ok;

  run->quiet++;
  ok = evaluate_child (run, schema, value, parent, NULL, index);
  run->quiet--;

  return ok;
}

static gboolean
matches (SbRun *run, const SbSubschema *schema, SbSpot *spot, Marks marks)
{
  gboolean ok;

  run->quiet++;
  ok = evaluate (run, schema, spot, marks);
  run->quiet--;

  return ok;
}

/* As matches(), but what it marks counts only if it does. */
static gboolean
matches_marking (SbRun *run, const SbSubschema *schema, SbSpot *spot, Marks marks)
{
  SbScratchMark before;
  Marks own;
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

/* Whether to go on with what is left of a list. */
static inline gboolean
goes_on (SbRun *run, gboolean ok)
{
  return !run->stop && (ok || run->quiet == 0);
}

/* --- any value --- */

static gboolean
apply_type (SbRun *run, Frame *frame, const SbRule *rule)
{
  g_autofree char *value = NULL;
  g_autofree char *wanted = NULL;

  if (frame->spot->kind & rule->types)
    return TRUE;
  if (run->quiet > 0)
    return FALSE;

  value = sb_words_value (frame->spot->value);
  wanted = sb_words_kinds (rule->types);
  return sb_run_report (run, frame->schema, frame->spot, "type", NULL, "%s is not %s", value, wanted);
}

static gboolean
report_values (SbRun *run, Frame *frame, const SbRule *rule)
{
  g_autofree char *value = NULL;
  g_autoptr (GString) list = NULL;

  if (run->quiet > 0 || run->stop)
    return FALSE;

  value = sb_words_value (frame->spot->value);
  list = g_string_new (NULL);
  for (guint i = 0; i < rule->values.n_values; i++)
    {
      g_autofree char *one = sb_words_value (rule->values.values[i]);

      if (i == 10)
        {
          g_string_append_printf (list, " and %u more", rule->values.n_values - i);
          break;
        }
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", one);
    }

  if (rule->word == SB_WORD_CONST)
    return sb_run_report (run, frame->schema, frame->spot, "const", NULL, "%s is not %s, the only value that is allowed", value, list->str);
  if (rule->values.n_values == 0)
    return sb_run_report (run, frame->schema, frame->spot, "enum", NULL, "%s is not allowed, as no value is", value);
  return sb_run_report (run, frame->schema, frame->spot, "enum", NULL, "%s is not one of %s", value, list->str);
}

static gboolean
apply_values (SbRun *run, Frame *frame, const SbRule *rule)
{
  guint64 hash = sb_value_hash (frame->spot->value, &run->budget);

  if (!sb_run_take (run, rule->values.n_values / 8))
    return FALSE;

  for (guint i = 0; i < rule->values.n_values; i++)
    {
      if (rule->values.hashes[i] == hash && sb_value_equal (frame->spot->value, rule->values.values[i], &run->budget))
        return TRUE;
    }

  return sb_run_take (run, 0) && report_values (run, frame, rule);
}

static gboolean
apply_all_of (SbRun *run, Frame *frame, const SbRule *rule)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < rule->list.n_schemas && goes_on (run, ok); i++)
    ok &= evaluate (run, rule->list.schemas[i], frame->spot, frame->marks);

  return ok && !run->stop;
}

/* --- why none of several alternatives matches --- */

/* Steps that finding words may take beyond what the verdict took. */
#define EXPLAINING_STEPS 5000

/* The types @schema asks for, itself or by a reference; 0: it does not. */
static guint
get_types (const SbSubschema *schema, guint depth)
{
  for (guint i = 0; i < schema->n_rules; i++)
    {
      if (schema->rules[i].word == SB_WORD_TYPE)
        return schema->rules[i].types;
      if (schema->rules[i].word == SB_WORD_REF && depth < 8)
        return get_types (schema->rules[i].schema, depth + 1);
    }

  return 0;
}

/* How near a message came to an alternative that it failed with @error: the deeper the better, and where a value tells apart what is
 * meant, the other alternative was meant. */
static guint
rate_error (const SbSchemaError *error)
{
  guint depth = 0;

  for (const char *p = error->instance_pointer; *p != '\0'; p++)
    depth += *p == '/';

  if (strcmp (error->keyword, "const") == 0 || strcmp (error->keyword, "enum") == 0)
    return 4 * depth;
  if (strcmp (error->keyword, "type") == 0 || strcmp (error->keyword, "required") == 0)
    return 4 * depth + 1;
  return 4 * depth + 2;
}

/* The alternative that was meant, or NULL: that can't be told. @types: (out): those that would do, when nothing but the type is wrong. */
static const SbSubschema *
find_meant (SbRun *run, Frame *frame, const SbSubschemaList *list, guint *types)
{
  const SbSubschema *best = NULL;
  guint best_rate = 0;
  guint wrong_types = 0;

  *types = 0;
  for (guint i = 0; i < list->n_schemas && run->exhausted == NULL; i++)
    {
      g_autoptr (GPtrArray) errors = NULL;
      guint rate;

      evaluate (run, list->schemas[i], frame->spot, NULL);
      errors = g_steal_pointer (&run->errors);
      run->stop = run->exhausted != NULL;
      if (errors == NULL)
        return NULL;

      rate = rate_error (errors->pdata[0]);
      if (i == 0 || rate > best_rate)
        best = list->schemas[i];
      else if (rate == best_rate)
        best = NULL;
      best_rate = i == 0 ? rate : MAX (rate, best_rate);

      if (!(frame->spot->kind & get_types (list->schemas[i], 0)) && get_types (list->schemas[i], 0) != 0)
        wrong_types++;
      *types |= get_types (list->schemas[i], 0);
    }

  if (wrong_types < list->n_schemas)
    *types = 0;
  return best;
}

/* Says what is wrong with the alternative that was meant, if that can be told. */
static gboolean
explain (SbRun *run, Frame *frame, const SbRule *rule, const char *keyword)
{
  gint64 left = run->budget.left;
  gint64 given = MIN (left, EXPLAINING_STEPS);
  guint max_errors = run->max_errors;
  GPtrArray *errors = g_steal_pointer (&run->errors);
  guint n_errors = errors != NULL ? errors->len : 0;
  const SbSubschema *meant;
  guint types;

  run->budget.left = given;
  run->max_errors = 1;
  run->explaining = TRUE;
  meant = find_meant (run, frame, &rule->list, &types);
  run->explaining = FALSE;
  run->max_errors = max_errors;
  run->errors = errors;

  if (meant != NULL && types == 0 && run->exhausted == NULL)
    evaluate (run, meant, frame->spot, NULL);

  /* What was found out stays, whether or not there were words for it. */
  run->budget.left = left - (given - MAX (run->budget.left, 0));
  if (run->exhausted != NULL)
    {
      run->exhausted = NULL;
      run->stop = FALSE;
    }
  if (types != 0)
    {
      g_autofree char *value = sb_words_value (frame->spot->value);
      g_autofree char *wanted = sb_words_kinds (types);

      return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "%s is not %s", value, wanted);
    }
  if (run->errors != NULL && run->errors->len > n_errors)
    return FALSE;

  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "matches none of the %u alternatives", rule->list.n_schemas);
}

static gboolean
report_no_match (SbRun *run, Frame *frame, const SbRule *rule, const char *keyword)
{
  if (run->quiet > 0 || run->stop)
    return FALSE;
  if (run->explaining)
    return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "matches none of the %u alternatives", rule->list.n_schemas);

  return explain (run, frame, rule, keyword);
}

static gboolean
apply_any_of (SbRun *run, Frame *frame, const SbRule *rule)
{
  gboolean ok = FALSE;

  /* Where marks are wanted, all that match count. */
  for (guint i = 0; i < rule->list.n_schemas && !run->stop && (!ok || frame->marks != NULL); i++)
    ok |= matches_marking (run, rule->list.schemas[i], frame->spot, frame->marks);

  return ok || report_no_match (run, frame, rule, "anyOf");
}

static gboolean
apply_one_of (SbRun *run, Frame *frame, const SbRule *rule)
{
  guint first = 0, second = 0;

  for (guint i = 0; i < rule->list.n_schemas && !run->stop && second == 0; i++)
    {
      if (!matches_marking (run, rule->list.schemas[i], frame->spot, frame->marks))
        continue;
      if (first == 0)
        first = i + 1;
      else
        second = i + 1;
    }

  if (first == 0)
    return report_no_match (run, frame, rule, "oneOf");
  if (second != 0)
    return sb_run_report (run, frame->schema, frame->spot, "oneOf", NULL,
                          "matches alternatives %u and %u, where exactly one is allowed", first, second);
  return TRUE;
}

static gboolean
apply_not (SbRun *run, Frame *frame, const SbRule *rule)
{
  gboolean matched = matches (run, rule->schema, frame->spot, NULL);

  if (run->stop)
    return FALSE;

  return !matched || sb_run_report (run, frame->schema, frame->spot, "not", NULL, "matches what is not allowed here");
}

static gboolean
apply_if (SbRun *run, Frame *frame, const SbRule *rule)
{
  gboolean matched = matches_marking (run, rule->branch.condition, frame->spot, frame->marks);
  const SbSubschema *next = matched ? rule->branch.then : rule->branch.otherwise;

  if (run->stop)
    return FALSE;

  return next == NULL || evaluate (run, next, frame->spot, frame->marks);
}

static gboolean
apply_dynamic_ref (SbRun *run, Frame *frame, const SbRule *rule)
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

  return evaluate (run, target, frame->spot, frame->marks);
}

/* --- numbers --- */

static gboolean
report_number (SbRun *run, Frame *frame, const SbRule *rule, const char *keyword, const char *words)
{
  g_autofree char *value = NULL;
  g_autofree char *limit = NULL;

  if (run->quiet > 0)
    return FALSE;

  value = sb_words_number (sb_value_get_number (frame->spot->value));
  limit = sb_words_number (rule->number.value);
  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "%s %s %s", value, words, limit);
}

static gboolean
apply_multiple_of (SbRun *run, Frame *frame, const SbRule *rule)
{
  SbNumber value = sb_value_get_number (frame->spot->value);

  if (value.is_int && rule->number.value.is_int)
    {
      if (value.i % rule->number.value.i == 0)
        return TRUE;
    }
  else
    {
      /* The digits of a double are long to find. */
      if (!sb_run_take (run, value.is_int ? 4 : 40))
        return FALSE;
      if (sb_decimal_is_multiple (sb_number_to_decimal (value), rule->number.decimal))
        return TRUE;
    }

  return report_number (run, frame, rule, "multipleOf", "is not a multiple of");
}

static gboolean
apply_number (SbRun *run, Frame *frame, const SbRule *rule)
{
  int order = sb_number_compare (sb_value_get_number (frame->spot->value), rule->number.value);

  switch ((int) rule->word)
    {
    case SB_WORD_MAXIMUM:
      return order <= 0 || report_number (run, frame, rule, "maximum", "is more than the maximum");
    case SB_WORD_EXCLUSIVE_MAXIMUM:
      return order < 0 || report_number (run, frame, rule, "exclusiveMaximum", "is not less than");
    case SB_WORD_MINIMUM:
      return order >= 0 || report_number (run, frame, rule, "minimum", "is less than the minimum");
    case SB_WORD_EXCLUSIVE_MINIMUM:
    default:
      return order > 0 || report_number (run, frame, rule, "exclusiveMinimum", "is not more than");
    }
}

/* --- strings --- */

static gboolean
apply_length (SbRun *run, Frame *frame, const SbRule *rule)
{
  const char *text = json_node_get_string (frame->spot->value);
  guint64 bytes = strlen (text);
  gboolean is_most = rule->word == SB_WORD_MAX_LENGTH;
  guint64 length;

  if (!sb_run_take (run, bytes / 64))
    return FALSE;

  /* A character has 1 to 4 bytes. */
  if (is_most ? bytes <= rule->count : bytes < rule->count)
    {
      if (is_most)
        return TRUE;
    }
  else if (!is_most && bytes / 4 >= rule->count)
    return TRUE;

  length = g_utf8_strlen (text, bytes);
  if (is_most)
    return length <= rule->count
           || sb_run_report (run, frame->schema, frame->spot, "maxLength", NULL,
                             "the text has %" G_GUINT64_FORMAT " characters, where at most %" G_GUINT64_FORMAT " %s allowed", length,
                             rule->count, rule->count == 1 ? "is" : "are");
  return length >= rule->count
         || sb_run_report (run, frame->schema, frame->spot, "minLength", NULL,
                           "the text has %" G_GUINT64_FORMAT " character%s, where at least %" G_GUINT64_FORMAT " %s needed", length,
                           length == 1 ? "" : "s", rule->count, rule->count == 1 ? "is" : "are");
}

/* Whether @text matches; what can't be found out stops the run. */
static gboolean
search (SbRun *run, const SbRegex *regex, const char *text, gsize length)
{
  SbRegexResult result = sb_regex_search (regex, text, length, &run->budget);

  if (result == SB_REGEX_EXHAUSTED)
    {
      if (run->exhausted == NULL)
        run->exhausted = run->budget.left < 0 ? "steps" : "pattern";
      run->stop = TRUE;
    }

  return result == SB_REGEX_MATCH;
}

static gboolean
apply_pattern (SbRun *run, Frame *frame, const SbRule *rule)
{
  const char *text = json_node_get_string (frame->spot->value);
  g_autofree char *value = NULL;
  g_autofree char *pattern = NULL;

  if (search (run, rule->pattern.regex, text, strlen (text)))
    return TRUE;
  if (run->quiet > 0 || run->stop)
    return FALSE;

  value = sb_words_text (text);
  pattern = sb_words_text (rule->pattern.text);
  return sb_run_report (run, frame->schema, frame->spot, "pattern", NULL, "%s does not match the pattern %s", value, pattern);
}

static gboolean
apply_format (SbRun *run, Frame *frame, const SbRule *rule)
{
  const char *text = json_node_get_string (frame->spot->value);
  gsize length = strlen (text);
  g_autofree char *value = NULL;

  if (!sb_run_take (run, 4 + length * rule->format->cost / 16))
    return FALSE;
  if (rule->format->check (text, length))
    return TRUE;
  if (run->quiet > 0)
    return FALSE;

  value = sb_words_text (text);
  return sb_run_report (run, frame->schema, frame->spot, "format", NULL, "%s is not %s", value, rule->format->words);
}

/* --- arrays --- */

static gboolean
report_count (SbRun *run, Frame *frame, const char *keyword, const char *what, guint64 count, const char *bound, guint64 limit)
{
  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL,
                        "has %" G_GUINT64_FORMAT " %s%s, where at %s %" G_GUINT64_FORMAT " %s", count, what, count == 1 ? "" : "s",
                        bound, limit,
                        strcmp (bound, "most") == 0 ? (limit == 1 ? "is allowed" : "are allowed")
                                                    : (limit == 1 ? "is needed" : "are needed"));
}

static gboolean
apply_count (SbRun *run, Frame *frame, const SbRule *rule)
{
  guint n = frame->spot->n;

  switch ((int) rule->word)
    {
    case SB_WORD_MAX_ITEMS:
      return n <= rule->count || report_count (run, frame, "maxItems", "item", n, "most", rule->count);
    case SB_WORD_MIN_ITEMS:
      return n >= rule->count || report_count (run, frame, "minItems", "item", n, "least", rule->count);
    case SB_WORD_MAX_PROPERTIES:
      return n <= rule->count || report_count (run, frame, "maxProperties", "member", n, "most", rule->count);
    case SB_WORD_MIN_PROPERTIES:
    default:
      return n >= rule->count || report_count (run, frame, "minProperties", "member", n, "least", rule->count);
    }
}

static gboolean
apply_items (SbRun *run, Frame *frame, const SbRule *rule)
{
  JsonArray *array = json_node_get_array (frame->spot->value);
  guint n_prefix = MIN (rule->items.prefix.n_schemas, frame->spot->n);
  const SbSubschema *rest = rule->items.rest;
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < n_prefix && goes_on (run, ok); i++)
    {
      ok &= evaluate_child (run, rule->items.prefix.schemas[i], json_array_get_element (array, i), frame->spot, NULL, i);
      mark (frame->marks, i);
    }

  if (rest == NULL)
    return ok && !run->stop;

  if (rest->is_boolean && rest->boolean)
    i = frame->spot->n;
  if (rest->is_boolean && !rest->boolean && i < frame->spot->n && goes_on (run, ok))
    return sb_run_report (run, frame->schema, frame->spot, "items", NULL,
                          n_prefix == 0 ? "has to be an empty array" : n_prefix == 1 ? "has more than %u item" : "has more than %u items",
                          n_prefix);

  for (; i < frame->spot->n && goes_on (run, ok); i++)
    ok &= evaluate_child (run, rest, json_array_get_element (array, i), frame->spot, NULL, i);
  mark_all (frame->marks, frame->spot);

  return ok && !run->stop;
}

static gboolean
apply_contains (SbRun *run, Frame *frame, const SbRule *rule)
{
  JsonArray *array = json_node_get_array (frame->spot->value);
  guint64 n_found = 0;

  for (guint i = 0; i < frame->spot->n && sb_run_take (run, 1) && !run->stop; i++)
    {
      if (!matches_child (run, rule->contains.schema, json_array_get_element (array, i), frame->spot, i))
        continue;
      mark (frame->marks, i);
      n_found++;
      if (frame->marks == NULL && (n_found > rule->contains.most || (n_found >= rule->contains.least && rule->contains.most == G_MAXUINT64)))
        break;
    }

  if (run->stop)
    return FALSE;

  if (n_found < rule->contains.least)
    return rule->contains.has_least
               ? report_count (run, frame, "minContains", "item that “contains” asks for", n_found, "least", rule->contains.least)
               : sb_run_report (run, frame->schema, frame->spot, "contains", NULL, "has no item of the kind that is needed");
  if (n_found > rule->contains.most)
    return sb_run_report (run, frame->schema, frame->spot, "maxContains", NULL,
                          "has more than %" G_GUINT64_FORMAT " of the items that “contains” counts", rule->contains.most);
  return TRUE;
}

/* A table of hashes, so that the time is linear; the seed keeps anybody from preparing values that collide. */
static gboolean
apply_unique_items (SbRun *run, Frame *frame, const SbRule *rule)
{
  JsonArray *array = json_node_get_array (frame->spot->value);
  guint n = frame->spot->n;
  gsize n_slots = 4;
  struct { guint64 hash; guint place; } *slots;

  if (n < 2)
    return TRUE;
  if (!sb_run_take (run, 2 * (gint64) n))
    return FALSE;

  while (n_slots < 2 * (gsize) n)
    n_slots *= 2;
  slots = sb_scratch_take (&run->scratch, n_slots * sizeof slots[0]);
  memset (slots, 0, n_slots * sizeof slots[0]);

  for (guint i = 0; i < n; i++)
    {
      JsonNode *value = json_array_get_element (array, i);
      guint64 hash = sb_value_hash (value, &run->budget);
      gsize slot = hash & (n_slots - 1);

      for (; slots[slot].place != 0 && run->budget.left >= 0; slot = (slot + 1) & (n_slots - 1))
        {
          guint other = slots[slot].place - 1;

          if (slots[slot].hash == hash && sb_value_equal (value, json_array_get_element (array, other), &run->budget))
            return sb_run_report (run, frame->schema, frame->spot, "uniqueItems", NULL, "items %u and %u are the same", other, i);
        }

      if (!sb_run_take (run, 0))
        return FALSE;
      slots[slot].hash = hash;
      slots[slot].place = i + 1;
    }

  return TRUE;
}

static gboolean
apply_unevaluated_items (SbRun *run, Frame *frame, const SbRule *rule)
{
  JsonArray *array = json_node_get_array (frame->spot->value);
  gboolean ok = TRUE;

  for (guint i = 0; i < frame->spot->n && goes_on (run, ok); i++)
    {
      if (is_marked (frame->marks, i))
        continue;
      if (rule->schema->is_boolean && !rule->schema->boolean)
        {
          SbSpot item;

          spot_init (&item, json_array_get_element (array, i), frame->spot, NULL, i);
          ok = sb_run_report (run, frame->schema, &item, "unevaluatedItems", NULL, "no item is allowed here");
        }
      else
        ok &= sb_run_take (run, 1) && evaluate_child (run, rule->schema, json_array_get_element (array, i), frame->spot, NULL, i);
    }
  mark_all (frame->marks, frame->spot);

  return ok && !run->stop;
}

/* --- objects --- */

static gboolean
report_missing (SbRun *run, Frame *frame, const char *keyword, guint name, const char *because)
{
  g_autofree char *missing = NULL;
  g_autofree char *reason = NULL;

  if (run->quiet > 0)
    return FALSE;

  missing = sb_words_text (frame->schema->names[name].text);
  reason = because != NULL ? sb_words_text (because) : NULL;
  if (reason != NULL)
    return sb_run_report (run, frame->schema, frame->spot, keyword, because, "%s is missing, which is needed where %s is", missing, reason);
  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "%s is missing", missing);
}

static gboolean
apply_required (SbRun *run, Frame *frame, const SbNameList *names, const char *keyword, const char *because)
{
  gboolean ok = TRUE;

  if (!sb_run_take (run, names->n_names / 16))
    return FALSE;
  for (guint i = 0; i < names->n_names && goes_on (run, ok); i++)
    {
      if (frame->found[names->names[i]] == 0)
        ok = report_missing (run, frame, keyword, names->names[i], because);
    }

  return ok && !run->stop;
}

static gboolean
apply_dependent_required (SbRun *run, Frame *frame, const SbRule *rule)
{
  return frame->found[rule->dependent.trigger] == 0
         || apply_required (run, frame, &rule->dependent.names, "dependentRequired", frame->schema->names[rule->dependent.trigger].text);
}

static gboolean
evaluate_member (SbRun *run, Frame *frame, const SbSubschema *schema, guint place, const char *keyword, const char *segment)
{
  const SbMember *member = &frame->spot->members[place];
  SbSpot spot;

  mark (frame->marks, place);
  if (!schema->is_boolean)
    return evaluate_child (run, schema, member->value, frame->spot, member->name, 0);
  if (schema->boolean)
    return TRUE;
  if (run->quiet > 0)
    return FALSE;

  spot_init (&spot, member->value, frame->spot, member->name, 0);
  return sb_run_report (run, frame->schema, &spot, keyword, segment, "no member of that name is allowed");
}

/* The name of each member in the subschema plus 1; 0: it has none of it. */
static gboolean
apply_members (SbRun *run, Frame *frame, const SbRule *rule)
{
  const SbSubschema *schema = frame->schema;
  gboolean ok = TRUE;

  for (guint i = 0; i < schema->n_names && frame->found != NULL && goes_on (run, ok); i++)
    {
      if (frame->found[i] != 0 && schema->names[i].property != NULL)
        ok &= evaluate_member (run, frame, schema->names[i].property, frame->found[i] - 1, "properties", schema->names[i].text);
    }

  if (rule->members.n_patterns == 0 && rule->members.rest == NULL)
    return ok && !run->stop;

  for (guint i = 0; i < frame->spot->n && goes_on (run, ok); i++)
    {
      const SbMember *member = &frame->spot->members[i];
      guint name = sb_subschema_find_name (schema, member->name, member->length, member->hash);
      gboolean known = name != 0 && schema->names[name - 1].property != NULL;

      for (guint p = 0; p < rule->members.n_patterns && goes_on (run, ok); p++)
        {
          const SbPatternProperty *pattern = &rule->members.patterns[p];

          if (!search (run, pattern->regex, member->name, member->length))
            continue;
          known = TRUE;
          ok &= evaluate_member (run, frame, pattern->schema, i, "patternProperties", pattern->text);
        }

      if (!known && rule->members.rest != NULL && goes_on (run, ok))
        ok &= evaluate_member (run, frame, rule->members.rest, i, "additionalProperties", NULL);
    }

  return ok && !run->stop;
}

static gboolean
apply_property_names (SbRun *run, Frame *frame, const SbRule *rule)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < frame->spot->n && sb_run_take (run, 4) && goes_on (run, ok); i++)
    {
      const SbMember *member = &frame->spot->members[i];
      JsonNode *name = json_node_init_string (json_node_alloc (), member->name);

      if (rule->schema->is_boolean && !rule->schema->boolean)
        ok = sb_run_report (run, frame->schema, frame->spot, "propertyNames", NULL, "has to be an empty object");
      else
        ok &= evaluate_child (run, rule->schema, name, frame->spot, member->name, 0);
      json_node_unref (name);
    }

  return ok && !run->stop;
}

static gboolean
apply_unevaluated_properties (SbRun *run, Frame *frame, const SbRule *rule)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < frame->spot->n && goes_on (run, ok); i++)
    {
      if (!is_marked (frame->marks, i))
        ok &= evaluate_member (run, frame, rule->schema, i, "unevaluatedProperties", NULL);
    }
  mark_all (frame->marks, frame->spot);

  return ok && !run->stop;
}

/* --- a subschema --- */

static gboolean
apply (SbRun *run, Frame *frame, const SbRule *rule)
{
  switch (rule->word)
    {
    case SB_WORD_TYPE:
      return apply_type (run, frame, rule);
    case SB_WORD_REQUIRED:
      return apply_required (run, frame, &rule->names, "required", NULL);
    case SB_WORD_MAX_PROPERTIES:
    case SB_WORD_MIN_PROPERTIES:
    case SB_WORD_MAX_ITEMS:
    case SB_WORD_MIN_ITEMS:
      return apply_count (run, frame, rule);
    case SB_WORD_MAXIMUM:
    case SB_WORD_EXCLUSIVE_MAXIMUM:
    case SB_WORD_MINIMUM:
    case SB_WORD_EXCLUSIVE_MINIMUM:
      return apply_number (run, frame, rule);
    case SB_WORD_MULTIPLE_OF:
      return apply_multiple_of (run, frame, rule);
    case SB_WORD_MAX_LENGTH:
    case SB_WORD_MIN_LENGTH:
      return apply_length (run, frame, rule);
    case SB_WORD_CONST:
    case SB_WORD_ENUM:
      return apply_values (run, frame, rule);
    case SB_WORD_DEPENDENT_REQUIRED:
      return apply_dependent_required (run, frame, rule);
    case SB_WORD_FORMAT:
      return apply_format (run, frame, rule);
    case SB_WORD_PATTERN:
      return apply_pattern (run, frame, rule);
    case SB_WORD_PROPERTY_NAMES:
      return apply_property_names (run, frame, rule);
    case SB_WORD_MEMBERS:
      return apply_members (run, frame, rule);
    case SB_WORD_ITEMS:
      return apply_items (run, frame, rule);
    case SB_WORD_CONTAINS:
      return apply_contains (run, frame, rule);
    case SB_WORD_UNIQUE_ITEMS:
      return apply_unique_items (run, frame, rule);
    case SB_WORD_REF:
      return evaluate (run, rule->schema, frame->spot, frame->marks);
    case SB_WORD_DYNAMIC_REF:
      return apply_dynamic_ref (run, frame, rule);
    case SB_WORD_ALL_OF:
      return apply_all_of (run, frame, rule);
    case SB_WORD_ANY_OF:
      return apply_any_of (run, frame, rule);
    case SB_WORD_ONE_OF:
      return apply_one_of (run, frame, rule);
    case SB_WORD_NOT:
      return apply_not (run, frame, rule);
    case SB_WORD_IF:
      return apply_if (run, frame, rule);
    case SB_WORD_DEPENDENT_SCHEMAS:
      return frame->found[rule->dependent_schema.trigger] == 0
             || evaluate (run, rule->dependent_schema.schema, frame->spot, frame->marks);
    case SB_WORD_UNEVALUATED_ITEMS:
      return apply_unevaluated_items (run, frame, rule);
    case SB_WORD_UNEVALUATED_PROPERTIES:
      return apply_unevaluated_properties (run, frame, rule);
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
      guint name = sb_subschema_find_name (schema, spot->members[i].name, spot->members[i].length, spot->members[i].hash);

      if (name != 0)
        found[name - 1] = i + 1;
    }

  return found;
}

/* Gets ready what the rules need; FALSE: the run stops. @last: the rule behind which there is nothing for the value. */
static gboolean
frame_init (Frame *frame, SbRun *run, const SbSubschema *schema, SbSpot *spot, Marks marks)
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
apply_rules (SbRun *run, const SbSubschema *schema, SbSpot *spot, Marks marks)
{
  SbScratchMark before;
  Frame frame;
  gboolean ok = TRUE;

  /* Members stay with the spot, so they come before the mark. */
  if (spot->kind == SB_KIND_OBJECT && (schema->kinds & SB_KIND_OBJECT) && !load_members (run, spot))
    return FALSE;

  before = sb_scratch_mark (&run->scratch);
  if (!frame_init (&frame, run, schema, spot, marks))
    ok = FALSE;
  for (guint i = 0; i < schema->n_rules && goes_on (run, ok); i++)
    {
      const SbRule *rule = &schema->rules[i];

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

static gboolean
evaluate (SbRun *run, const SbSubschema *schema, SbSpot *spot, Marks marks)
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
sb_schema_evaluate_within (SbSchema *self, JsonNode *instance, guint max_errors, guint budget, GPtrArray **errors, guint *steps)
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

  spot_init (&root, instance, NULL, NULL, 0);
  ok = evaluate (&run, self->root, &root, NULL);
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
