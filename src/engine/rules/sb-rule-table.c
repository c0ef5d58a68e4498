/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-table.h"

#include <string.h>

typedef struct _Node Node;

/* What stands behind some segments. */
struct _Node
{
  GHashTable *literals; /* (element-type utf8 Node); NULL while there are none */
  Node *star;
  SbRule *here;         /* of the pattern that ends here */
  SbRule *below;        /* of the pattern that goes on with two stars */
};

struct _SbRuleTable
{
  SbRefCount ref_count;
  Node *root;
  SbRule *everything;   /* of the pattern that is two stars alone */
};

static void
node_free (gpointer data)
{
  Node *self = data;

  g_clear_pointer (&self->literals, g_hash_table_unref);
  g_clear_pointer (&self->star, node_free);
  g_clear_pointer (&self->here, sb_rule_unref);
  g_clear_pointer (&self->below, sb_rule_unref);
  g_free (self);
}

static Node *
node_ensure (Node *self, const char *segment)
{
  Node *next;

  if (strcmp (segment, "*") == 0)
    {
      if (self->star == NULL)
        self->star = g_new0 (Node, 1);
      return self->star;
    }

  if (self->literals == NULL)
    self->literals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, node_free);
  next = g_hash_table_lookup (self->literals, segment);
  if (next == NULL)
    {
      next = g_new0 (Node, 1);
      g_hash_table_insert (self->literals, g_strdup (segment), next);
    }

  return next;
}

static void
put (SbRule **place, SbRule *rule)
{
  g_clear_pointer (place, sb_rule_unref);
  *place = sb_rule_ref (rule);
}

static void
add (SbRuleTable *self, SbRule *rule)
{
  const char *pattern = rule->spec.pattern;
  g_auto (GStrv) segments = NULL;
  Node *node = self->root;

  if (strcmp (pattern, "**") == 0)
    {
      put (&self->everything, rule);
      return;
    }

  /* The lobby, "/", has no segments. */
  segments = g_strsplit (pattern + 1, "/", -1);
  for (guint i = 0; segments[i] != NULL; i++)
    {
      if (strcmp (segments[i], "**") == 0)
        {
          put (&node->below, rule);
          return;
        }
      node = node_ensure (node, segments[i]);
    }
  put (&node->here, rule);
}

SbRuleTable *
sb_rule_table_new (GPtrArray *rules)
{
  SbRuleTable *self;

  g_return_val_if_fail (rules != NULL, NULL);

  self = g_new0 (SbRuleTable, 1);
  sb_ref_count_init (&self->ref_count);
  self->root = g_new0 (Node, 1);
  for (guint i = 0; i < rules->len; i++)
    {
      SbRule *rule = g_ptr_array_index (rules, i);

      if (rule->spec.enabled)
        add (self, rule);
    }

  return self;
}

SbRuleTable *
sb_rule_table_ref (SbRuleTable *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_rule_table_unref (SbRuleTable *self)
{
  g_return_if_fail (self != NULL);

  if (!sb_ref_count_dec (&self->ref_count))
    return;

  node_free (self->root);
  g_clear_pointer (&self->everything, sb_rule_unref);
  g_free (self);
}

/* Each kind of segment from the most specific on: the first that leads to a rule decides, as
 * sb_channel_pattern_compare() does at the first segment in which two patterns differ. Every node is visited once at
 * most. */
static SbRule *
find (const Node *node, char **segments)
{
  SbRule *rule = NULL;
  Node *literal;

  if (*segments == NULL)
    return node->here;

  literal = node->literals != NULL ? g_hash_table_lookup (node->literals, *segments) : NULL;
  if (literal != NULL)
    rule = find (literal, segments + 1);
  if (rule == NULL && node->star != NULL)
    rule = find (node->star, segments + 1);

  return rule != NULL ? rule : node->below;
}

SbRule *
sb_rule_table_lookup (SbRuleTable *self, const char *channel)
{
  g_auto (GStrv) segments = NULL;
  SbRule *rule;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (channel != NULL && channel[0] == '/', NULL);

  segments = g_strsplit (channel + 1, "/", -1);
  rule = find (self->root, segments);

  return rule != NULL ? rule : self->everything;
}
