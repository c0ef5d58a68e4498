/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-rule-list.h"

struct _SbRuleList
{
  GObject parent_instance;

  GPtrArray *items; /* (element-type SbRuleItem): by id */
  guint n_problems;
  guint64 failed;
};

enum
{
  PROP_0,
  PROP_N_PROBLEMS,
  PROP_FAILED,
  N_PROPS
};

enum
{
  ITEM_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GType
sb_rule_list_get_item_type (GListModel *list)
{
  return SB_TYPE_RULE_ITEM;
}

static guint
sb_rule_list_get_n_items (GListModel *list)
{
  return SB_RULE_LIST (list)->items->len;
}

static gpointer
sb_rule_list_get_item (GListModel *list, guint position)
{
  SbRuleList *self = SB_RULE_LIST (list);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_rule_list_get_item_type;
  iface->get_n_items = sb_rule_list_get_n_items;
  iface->get_item = sb_rule_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SbRuleList, sb_rule_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
sb_rule_list_finalize (GObject *object)
{
  g_ptr_array_unref (SB_RULE_LIST (object)->items);

  G_OBJECT_CLASS (sb_rule_list_parent_class)->finalize (object);
}

static void
sb_rule_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SbRuleList *self = SB_RULE_LIST (object);

  switch (prop_id)
    {
    case PROP_N_PROBLEMS: g_value_set_uint (value, self->n_problems); break;
    case PROP_FAILED: g_value_set_uint64 (value, self->failed); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_rule_list_class_init (SbRuleListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_rule_list_finalize;
  object_class->get_property = sb_rule_list_get_property;

  properties[PROP_N_PROBLEMS] = g_param_spec_uint ("n-problems", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_FAILED] = g_param_spec_uint64 ("failed", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbRuleList::item-changed:
   * @item: a row of the list
   *
   * Emitted after the row's own #SbRuleItem::changed.
   */
  signals[ITEM_CHANGED] = g_signal_new ("item-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, SB_TYPE_RULE_ITEM);
}

static void
sb_rule_list_init (SbRuleList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

SbRuleList *
sb_rule_list_new (void)
{
  return g_object_new (SB_TYPE_RULE_LIST, NULL);
}

/* Where the rule of that id stands or belongs. */
static guint
find_position (SbRuleList *self, gint64 id)
{
  guint low = 0, high = self->items->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (sb_rule_item_get_id (g_ptr_array_index (self->items, middle)) < id)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static void
count (SbRuleList *self)
{
  guint n_problems = 0;
  guint64 failed = 0;

  for (guint i = 0; i < self->items->len; i++)
    {
      const SbRule *rule = sb_rule_item_get_rule (g_ptr_array_index (self->items, i));

      if (rule->problem != NULL && rule->spec.enabled)
        n_problems++;
      failed += sb_rule_item_get_failed (g_ptr_array_index (self->items, i));
    }

  if (n_problems != self->n_problems)
    {
      self->n_problems = n_problems;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_PROBLEMS]);
    }
  if (failed != self->failed)
    {
      self->failed = failed;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAILED]);
    }
}

void
sb_rule_list_put (SbRuleList *self, SbRule *rule)
{
  g_autoptr (SbRuleItem) item = NULL;

  g_return_if_fail (SB_IS_RULE_LIST (self));
  g_return_if_fail (rule != NULL);

  g_set_object (&item, sb_rule_list_find (self, rule->id));
  if (item != NULL)
    {
      g_autoptr (SbRule) counting = sb_rule_with_counts (rule, sb_rule_item_get_rule (item)->counts);

      sb_rule_item_set_rule (item, counting);
      g_signal_emit (self, signals[ITEM_CHANGED], 0, item);
    }
  else
    {
      guint position = find_position (self, rule->id);

      g_ptr_array_insert (self->items, (int) position, sb_rule_item_new (rule));
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
    }
  count (self);
}

/* Of an id that is not there: nothing. */
void
sb_rule_list_remove (SbRuleList *self, gint64 id)
{
  guint position;

  g_return_if_fail (SB_IS_RULE_LIST (self));

  if (sb_rule_list_find (self, id) == NULL)
    return;

  position = find_position (self, id);
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  count (self);
}

SbRuleItem *
sb_rule_list_find (SbRuleList *self, gint64 id)
{
  SbRuleItem *item;
  guint position;

  g_return_val_if_fail (SB_IS_RULE_LIST (self), NULL);

  position = find_position (self, id);
  if (position == self->items->len)
    return NULL;
  item = g_ptr_array_index (self->items, position);

  return sb_rule_item_get_id (item) == id ? item : NULL;
}

SbRuleItem *
sb_rule_list_find_pattern (SbRuleList *self, const char *pattern)
{
  g_return_val_if_fail (SB_IS_RULE_LIST (self), NULL);
  g_return_val_if_fail (pattern != NULL, NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      SbRuleItem *item = g_ptr_array_index (self->items, i);

      if (g_str_equal (sb_rule_item_get_rule (item)->spec.pattern, pattern))
        return item;
    }

  return NULL;
}

void
sb_rule_list_refresh (SbRuleList *self)
{
  g_autoptr (GPtrArray) changed = NULL;

  g_return_if_fail (SB_IS_RULE_LIST (self));

  /* Who listens may change the list. */
  for (guint i = 0; i < self->items->len; i++)
    {
      SbRuleItem *item = g_ptr_array_index (self->items, i);
      SbRuleCounts *counts = sb_rule_item_get_rule (item)->counts;

      if (sb_rule_counts_get_passed (counts) == sb_rule_item_get_passed (item) &&
          sb_rule_counts_get_failed (counts) == sb_rule_item_get_failed (item))
        continue;
      if (changed == NULL)
        changed = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (changed, g_object_ref (item));
    }
  if (changed == NULL)
    return;

  for (guint i = 0; i < changed->len; i++)
    if (sb_rule_item_refresh (g_ptr_array_index (changed, i)))
      g_signal_emit (self, signals[ITEM_CHANGED], 0, g_ptr_array_index (changed, i));
  count (self);
}

guint
sb_rule_list_get_n_problems (SbRuleList *self)
{
  g_return_val_if_fail (SB_IS_RULE_LIST (self), 0);

  return self->n_problems;
}

guint64
sb_rule_list_get_failed (SbRuleList *self)
{
  g_return_val_if_fail (SB_IS_RULE_LIST (self), 0);

  return self->failed;
}

GPtrArray *
sb_rule_list_take_unsaved (SbRuleList *self)
{
  GPtrArray *rules;

  g_return_val_if_fail (SB_IS_RULE_LIST (self), NULL);

  rules = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_rule_unref);
  for (guint i = 0; i < self->items->len; i++)
    if (sb_rule_item_take_unsaved (g_ptr_array_index (self->items, i)))
      g_ptr_array_add (rules, sb_rule_ref (sb_rule_item_get_rule (g_ptr_array_index (self->items, i))));

  return rules;
}

void
sb_rule_list_give_back_unsaved (SbRuleList *self, GPtrArray *rules)
{
  g_return_if_fail (SB_IS_RULE_LIST (self));
  g_return_if_fail (rules != NULL);

  for (guint i = 0; i < rules->len; i++)
    {
      SbRuleItem *item = sb_rule_list_find (self, ((const SbRule *) g_ptr_array_index (rules, i))->id);

      if (item != NULL)
        sb_rule_item_set_unsaved (item);
    }
}

GPtrArray *
sb_rule_list_dup_rules (SbRuleList *self)
{
  GPtrArray *rules;

  g_return_val_if_fail (SB_IS_RULE_LIST (self), NULL);

  rules = g_ptr_array_new_full (self->items->len, (GDestroyNotify) sb_rule_unref);
  for (guint i = 0; i < self->items->len; i++)
    g_ptr_array_add (rules, sb_rule_ref (sb_rule_item_get_rule (g_ptr_array_index (self->items, i))));

  return rules;
}
