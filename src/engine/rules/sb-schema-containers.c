/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-evaluate.h"

#include <string.h>

/* What looks at the elements of arrays and the members of objects. */

static gboolean
report_count (SbRun *run, SbFrame *frame, const char *keyword, const char *what, guint64 count, const char *bound,
              guint64 limit)
{
  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL,
                        "has %" G_GUINT64_FORMAT " %s%s, where at %s %" G_GUINT64_FORMAT " %s",
                        count, what, count == 1 ? "" : "s", bound, limit,
                        strcmp (bound, "most") == 0 ? (limit == 1 ? "is allowed" : "are allowed")
                                                    : (limit == 1 ? "is needed" : "are needed"));
}

gboolean
sb_apply_count (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
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

/* --- arrays --- */

gboolean
sb_apply_items (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  JsonArray *array = json_node_get_array (frame->spot->value);
  guint n_prefix = MIN (rule->items.prefix.n_schemas, frame->spot->n);
  const SbSubschema *rest = rule->items.rest;
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < n_prefix && sb_run_goes_on (run, ok); i++)
    {
      ok &= sb_evaluate_child (run, rule->items.prefix.schemas[i], json_array_get_element (array, i), frame->spot, NULL,
                               i);
      sb_marks_add (frame->marks, i);
    }

  if (rest == NULL)
    return ok && !run->stop;

  if (rest->is_boolean && rest->boolean)
    i = frame->spot->n;
  if (rest->is_boolean && !rest->boolean && i < frame->spot->n && sb_run_goes_on (run, ok))
    return sb_run_report (run, frame->schema, frame->spot, "items", NULL,
                          n_prefix == 0   ? "has to be an empty array"
                          : n_prefix == 1 ? "has more than %u item"
                                          : "has more than %u items",
                          n_prefix);

  for (; i < frame->spot->n && sb_run_goes_on (run, ok); i++)
    ok &= sb_evaluate_child (run, rest, json_array_get_element (array, i), frame->spot, NULL, i);
  sb_marks_add_all (frame->marks, frame->spot);

  return ok && !run->stop;
}

gboolean
sb_apply_contains (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  JsonArray *array = json_node_get_array (frame->spot->value);
  guint64 n_found = 0;

  for (guint i = 0; i < frame->spot->n && sb_run_take (run, 1) && !run->stop; i++)
    {
      if (!sb_matches_child (run, rule->contains.schema, json_array_get_element (array, i), frame->spot, i))
        continue;
      if (rule->contains.marks)
        sb_marks_add (frame->marks, i);
      n_found++;
      if (frame->marks == NULL
          && (n_found > rule->contains.most
              || (n_found >= rule->contains.least && rule->contains.most == G_MAXUINT64)))
        break;
    }

  if (run->stop)
    return FALSE;

  if (n_found < rule->contains.least)
    return rule->contains.has_least
               ? report_count (run, frame, "minContains", "item that “contains” asks for", n_found, "least",
                               rule->contains.least)
               : sb_run_report (run, frame->schema, frame->spot, "contains", NULL,
                                "has no item of the kind that is needed");
  if (n_found > rule->contains.most)
    return sb_run_report (run, frame->schema, frame->spot, "maxContains", NULL,
                          "has more than %" G_GUINT64_FORMAT " of the items that “contains” counts",
                          rule->contains.most);
  return TRUE;
}

/* A table of hashes, so that the time is linear; the seed keeps anybody from preparing values that collide. */
gboolean
sb_apply_unique_items (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
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
            return sb_run_report (run, frame->schema, frame->spot, "uniqueItems", NULL, "items %u and %u are the same",
                                  other, i);
        }

      if (!sb_run_take (run, 0))
        return FALSE;
      slots[slot].hash = hash;
      slots[slot].place = i + 1;
    }

  return TRUE;
}

gboolean
sb_apply_unevaluated_items (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  JsonArray *array = json_node_get_array (frame->spot->value);
  gboolean ok = TRUE;

  for (guint i = 0; i < frame->spot->n && sb_run_goes_on (run, ok); i++)
    {
      if (sb_marks_has (frame->marks, i))
        continue;
      if (rule->schema->is_boolean && !rule->schema->boolean)
        {
          SbSpot item;

          sb_spot_init (&item, json_array_get_element (array, i), frame->spot, NULL, i);
          ok = sb_run_report (run, frame->schema, &item, "unevaluatedItems", NULL, "no item is allowed here");
        }
      else
        ok &= sb_run_take (run, 1) && sb_evaluate_child (run, rule->schema, json_array_get_element (array, i),
                                                         frame->spot, NULL, i);
    }
  sb_marks_add_all (frame->marks, frame->spot);

  return ok && !run->stop;
}

/* --- objects --- */

static gboolean
report_missing (SbRun *run, SbFrame *frame, const char *keyword, guint name, const char *because)
{
  g_autofree char *missing = NULL;
  g_autofree char *reason = NULL;

  if (run->quiet > 0)
    return FALSE;

  missing = sb_words_text (frame->schema->names[name].text);
  reason = because != NULL ? sb_words_text (because) : NULL;
  if (reason != NULL)
    return sb_run_report (run, frame->schema, frame->spot, keyword, because,
                          "%s is missing, which is needed where %s is", missing, reason);
  return sb_run_report (run, frame->schema, frame->spot, keyword, NULL, "%s is missing", missing);
}

gboolean
sb_apply_required (SbRun *run, SbFrame *frame, const SbNameList *names, const char *keyword, const char *because)
{
  gboolean ok = TRUE;

  if (!sb_run_take (run, names->n_names / 16))
    return FALSE;
  for (guint i = 0; i < names->n_names && sb_run_goes_on (run, ok); i++)
    {
      if (frame->found[names->names[i]] == 0)
        ok = report_missing (run, frame, keyword, names->names[i], because);
    }

  return ok && !run->stop;
}

gboolean
sb_apply_dependent_required (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  return frame->found[rule->dependent.trigger] == 0
         || sb_apply_required (run, frame, &rule->dependent.names, "dependentRequired",
                               frame->schema->names[rule->dependent.trigger].text);
}

static gboolean
evaluate_member (SbRun *run, SbFrame *frame, const SbSubschema *schema, guint place, const char *keyword,
                 const char *segment)
{
  const SbMember *member = &frame->spot->members[place];
  SbSpot spot;

  sb_marks_add (frame->marks, place);
  if (!schema->is_boolean)
    return sb_evaluate_child (run, schema, member->value, frame->spot, member->name, 0);
  if (schema->boolean)
    return TRUE;
  if (run->quiet > 0)
    return FALSE;

  sb_spot_init (&spot, member->value, frame->spot, member->name, 0);
  return sb_run_report (run, frame->schema, &spot, keyword, segment, "no member of that name is allowed");
}

/* The name of each member in the subschema plus 1; 0: it has none of it. */
gboolean
sb_apply_members (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  const SbSubschema *schema = frame->schema;
  gboolean ok = TRUE;

  for (guint i = 0; i < schema->n_names && frame->found != NULL && sb_run_goes_on (run, ok); i++)
    {
      if (frame->found[i] != 0 && schema->names[i].property != NULL)
        ok &= evaluate_member (run, frame, schema->names[i].property, frame->found[i] - 1, "properties",
                               schema->names[i].text);
    }

  if (rule->members.n_patterns == 0 && rule->members.rest == NULL)
    return ok && !run->stop;

  for (guint i = 0; i < frame->spot->n && sb_run_goes_on (run, ok); i++)
    {
      const SbMember *member = &frame->spot->members[i];
      guint name = sb_subschema_find_name (schema, member->name, member->length, member->hash);
      gboolean known = name != 0 && schema->names[name - 1].property != NULL;

      for (guint p = 0; p < rule->members.n_patterns && sb_run_goes_on (run, ok); p++)
        {
          const SbPatternProperty *pattern = &rule->members.patterns[p];

          if (!sb_run_search (run, pattern->regex, member->name, member->length))
            continue;
          known = TRUE;
          ok &= evaluate_member (run, frame, pattern->schema, i, "patternProperties", pattern->text);
        }

      if (!known && rule->members.rest != NULL && sb_run_goes_on (run, ok))
        ok &= evaluate_member (run, frame, rule->members.rest, i, "additionalProperties", NULL);
    }

  return ok && !run->stop;
}

gboolean
sb_apply_property_names (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < frame->spot->n && sb_run_take (run, 4) && sb_run_goes_on (run, ok); i++)
    {
      const SbMember *member = &frame->spot->members[i];
      JsonNode *name = json_node_init_string (json_node_alloc (), member->name);

      if (rule->schema->is_boolean && !rule->schema->boolean)
        ok = sb_run_report (run, frame->schema, frame->spot, "propertyNames", NULL, "has to be an empty object");
      else
        ok &= sb_evaluate_child (run, rule->schema, name, frame->spot, member->name, 0);
      json_node_unref (name);
    }

  return ok && !run->stop;
}

gboolean
sb_apply_unevaluated_properties (SbRun *run, SbFrame *frame, const SbSchemaRule *rule)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < frame->spot->n && sb_run_goes_on (run, ok); i++)
    {
      if (!sb_marks_has (frame->marks, i))
        ok &= evaluate_member (run, frame, rule->schema, i, "unevaluatedProperties", NULL);
    }
  sb_marks_add_all (frame->marks, frame->spot);

  return ok && !run->stop;
}
