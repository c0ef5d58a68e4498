/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-counts.h"

#include <string.h>

/* The place in the list is the place in by_cause; stored counts go by name, so the list may change. "other" is the
 * last. */
static const char *const causes[] = {
  SB_CAUSE_RATE, SB_CAUSE_TOO_BIG, SB_CAUSE_TEXT, SB_CAUSE_BINARY, SB_CAUSE_UTF8, SB_CAUSE_JSON, SB_CAUSE_DEPTH,
  SB_CAUSE_EXHAUSTED, SB_CAUSE_BROKEN,
  /* JSON Schema 2020-12: whatever can fail by itself, and false in the place of a schema. */
  "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength",
  "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties",
  "minProperties", "required", "dependentRequired", "format", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
  "dependentSchemas", "prefixItems", "items", "contains", "properties", "patternProperties", "additionalProperties",
  "propertyNames", "unevaluatedItems", "unevaluatedProperties", "$ref", "$dynamicRef", "false",
  "other",
};

#define OTHER (G_N_ELEMENTS (causes) - 1)

G_STATIC_ASSERT (G_N_ELEMENTS (causes) <= SB_RULE_N_CAUSES);

/* Only messages that fail come here. */
static guint
find_cause (const char *name)
{
  for (guint i = 0; i < OTHER; i++)
    if (strcmp (causes[i], name) == 0)
      return i;

  return OTHER;
}

const char *
sb_rule_cause_intern (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return causes[find_cause (name)];
}

const char *
sb_rule_cause_get (guint index)
{
  return index < G_N_ELEMENTS (causes) ? causes[index] : NULL;
}

SbRuleCounts *
sb_rule_counts_new (void)
{
  SbRuleCounts *self = g_new0 (SbRuleCounts, 1);

  sb_ref_count_init (&self->ref_count);

  return self;
}

SbRuleCounts *
sb_rule_counts_ref (SbRuleCounts *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_rule_counts_unref (SbRuleCounts *self)
{
  g_return_if_fail (self != NULL);

  if (sb_ref_count_dec (&self->ref_count))
    g_free (self);
}

void
sb_rule_counts_add_failed (SbRuleCounts *self, const char *cause)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (cause != NULL);

  atomic_fetch_add_explicit (&self->by_cause[find_cause (cause)], 1, memory_order_relaxed);
  atomic_fetch_add_explicit (&self->failed, 1, memory_order_relaxed);
}

guint64
sb_rule_counts_get_passed (SbRuleCounts *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return atomic_load_explicit (&self->passed, memory_order_relaxed);
}

guint64
sb_rule_counts_get_failed (SbRuleCounts *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return atomic_load_explicit (&self->failed, memory_order_relaxed);
}

guint64
sb_rule_counts_get_cause (SbRuleCounts *self, guint index)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (index < SB_RULE_N_CAUSES, 0);

  return atomic_load_explicit (&self->by_cause[index], memory_order_relaxed);
}

JsonObject *
sb_rule_counts_to_json (SbRuleCounts *self)
{
  JsonObject *object = json_object_new ();
  JsonObject *by_cause = json_object_new ();

  json_object_set_int_member (object, "passed", (gint64) sb_rule_counts_get_passed (self));
  json_object_set_int_member (object, "failed", (gint64) sb_rule_counts_get_failed (self));
  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    {
      guint64 n = sb_rule_counts_get_cause (self, i);

      if (n > 0)
        json_object_set_int_member (by_cause, causes[i], (gint64) n);
    }
  json_object_set_object_member (object, "causes", by_cause);

  return object;
}

char *
sb_rule_counts_to_text (SbRuleCounts *self)
{
  g_autoptr (JsonObject) object = sb_rule_counts_to_json (self);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

static guint64
read_count (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return 0;

  return (guint64) MAX (json_node_get_int (node), 0);
}

static void
load_causes (SbRuleCounts *self, JsonObject *by_cause)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, by_cause);
  while (json_object_iter_next (&iter, &name, NULL))
    atomic_fetch_add_explicit (&self->by_cause[find_cause (name)], read_count (by_cause, name), memory_order_relaxed);
}

void
sb_rule_counts_load_text (SbRuleCounts *self, const char *text)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  JsonNode *by_cause;

  g_return_if_fail (self != NULL);

  node = text != NULL ? json_from_string (text, NULL) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;

  object = json_node_get_object (node);
  atomic_store_explicit (&self->passed, read_count (object, "passed"), memory_order_relaxed);
  atomic_store_explicit (&self->failed, read_count (object, "failed"), memory_order_relaxed);
  by_cause = json_object_get_member (object, "causes");
  if (by_cause != NULL && JSON_NODE_HOLDS_OBJECT (by_cause))
    load_causes (self, json_node_get_object (by_cause));
}
