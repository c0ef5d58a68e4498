/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-rule-item.h"

struct _SbRuleItem
{
  GObject parent_instance;

  SbRule *rule;
  guint64 passed;
  guint64 failed;
  guint64 saved_passed;
  guint64 saved_failed;
};

G_DEFINE_FINAL_TYPE (SbRuleItem, sb_rule_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_RULE_ID,
  PROP_CHANNELS,
  PROP_ENABLED,
  PROP_ALLOW_TEXT,
  PROP_ALLOW_BINARY,
  PROP_HAS_SCHEMA,
  PROP_ASSERT_FORMAT,
  PROP_MAX_SIZE,
  PROP_MAX_DEPTH,
  PROP_MESSAGES_PER_SECOND,
  PROP_ON_FAILURE,
  PROP_PROBLEM,
  PROP_CREATED_AT,
  PROP_CHANGED_AT,
  PROP_PASSED,
  PROP_FAILED,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sb_rule_item_finalize (GObject *object)
{
  SbRuleItem *self = SB_RULE_ITEM (object);

  g_clear_pointer (&self->rule, sb_rule_unref);

  G_OBJECT_CLASS (sb_rule_item_parent_class)->finalize (object);
}

static void
sb_rule_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SbRuleItem *self = SB_RULE_ITEM (object);
  const SbRuleSpec *spec = &self->rule->spec;

  switch (prop_id)
    {
    case PROP_RULE_ID: g_value_set_int64 (value, self->rule->id); break;
    case PROP_CHANNELS: g_value_set_string (value, spec->pattern); break;
    case PROP_ENABLED: g_value_set_boolean (value, spec->enabled); break;
    case PROP_ALLOW_TEXT: g_value_set_boolean (value, spec->allow_text); break;
    case PROP_ALLOW_BINARY: g_value_set_boolean (value, spec->allow_binary); break;
    case PROP_HAS_SCHEMA: g_value_set_boolean (value, spec->schema != NULL); break;
    case PROP_ASSERT_FORMAT: g_value_set_boolean (value, spec->assert_format); break;
    case PROP_MAX_SIZE: g_value_set_uint (value, spec->max_size); break;
    case PROP_MAX_DEPTH: g_value_set_uint (value, spec->max_depth); break;
    case PROP_MESSAGES_PER_SECOND: g_value_set_uint (value, spec->messages_per_second); break;
    case PROP_ON_FAILURE: g_value_set_int (value, (int) spec->on_failure); break;
    case PROP_PROBLEM: g_value_set_string (value, self->rule->problem); break;
    case PROP_CREATED_AT: g_value_set_int64 (value, self->rule->created_at); break;
    case PROP_CHANGED_AT: g_value_set_int64 (value, self->rule->changed_at); break;
    case PROP_PASSED: g_value_set_uint64 (value, self->passed); break;
    case PROP_FAILED: g_value_set_uint64 (value, self->failed); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_rule_item_class_init (SbRuleItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_rule_item_finalize;
  object_class->get_property = sb_rule_item_get_property;

  properties[PROP_RULE_ID] = g_param_spec_int64 ("rule-id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_CHANNELS] = g_param_spec_string ("channels", NULL, NULL, NULL, flags);
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, TRUE, flags);
  properties[PROP_ALLOW_TEXT] = g_param_spec_boolean ("allow-text", NULL, NULL, TRUE, flags);
  properties[PROP_ALLOW_BINARY] = g_param_spec_boolean ("allow-binary", NULL, NULL, TRUE, flags);
  properties[PROP_HAS_SCHEMA] = g_param_spec_boolean ("has-schema", NULL, NULL, FALSE, flags);
  properties[PROP_ASSERT_FORMAT] = g_param_spec_boolean ("assert-format", NULL, NULL, FALSE, flags);
  properties[PROP_MAX_SIZE] = g_param_spec_uint ("max-size", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_MAX_DEPTH] = g_param_spec_uint ("max-depth", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_MESSAGES_PER_SECOND] =
      g_param_spec_uint ("messages-per-second", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_ON_FAILURE] =
      g_param_spec_int ("on-failure", NULL, NULL, SB_RULE_REPLY, SB_RULE_DISCONNECT, SB_RULE_REPLY, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_CREATED_AT] = g_param_spec_int64 ("created-at", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_CHANGED_AT] = g_param_spec_int64 ("changed-at", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_PASSED] = g_param_spec_uint64 ("passed", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_FAILED] = g_param_spec_uint64 ("failed", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbRuleItem::changed:
   *
   * Something of the row changed: the rule was replaced, or its counts.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_rule_item_init (SbRuleItem *self)
{
}

static void
notify (SbRuleItem *self, gboolean changed, guint prop_id)
{
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static gboolean
read_counts (SbRuleItem *self)
{
  guint64 passed = sb_rule_counts_get_passed (self->rule->counts);
  guint64 failed = sb_rule_counts_get_failed (self->rule->counts);
  gboolean passed_changed = passed != self->passed, failed_changed = failed != self->failed;

  self->passed = passed;
  self->failed = failed;
  notify (self, passed_changed, PROP_PASSED);
  notify (self, failed_changed, PROP_FAILED);

  return passed_changed || failed_changed;
}

SbRuleItem *
sb_rule_item_new (SbRule *rule)
{
  SbRuleItem *self;

  g_return_val_if_fail (rule != NULL, NULL);

  self = g_object_new (SB_TYPE_RULE_ITEM, NULL);
  self->rule = sb_rule_ref (rule);
  read_counts (self);
  sb_rule_item_take_unsaved (self);

  return self;
}

void
sb_rule_item_set_rule (SbRuleItem *self, SbRule *rule)
{
  g_autoptr (SbRule) old = NULL;
  const SbRuleSpec *before, *after;

  g_return_if_fail (SB_IS_RULE_ITEM (self));
  g_return_if_fail (rule != NULL);
  g_return_if_fail (rule->id == self->rule->id);

  old = g_steal_pointer (&self->rule);
  self->rule = sb_rule_ref (rule);
  before = &old->spec;
  after = &rule->spec;

  g_object_freeze_notify (G_OBJECT (self));
  notify (self, g_strcmp0 (before->pattern, after->pattern) != 0, PROP_CHANNELS);
  notify (self, before->enabled != after->enabled, PROP_ENABLED);
  notify (self, before->allow_text != after->allow_text, PROP_ALLOW_TEXT);
  notify (self, before->allow_binary != after->allow_binary, PROP_ALLOW_BINARY);
  notify (self, (before->schema != NULL) != (after->schema != NULL), PROP_HAS_SCHEMA);
  notify (self, before->assert_format != after->assert_format, PROP_ASSERT_FORMAT);
  notify (self, before->max_size != after->max_size, PROP_MAX_SIZE);
  notify (self, before->max_depth != after->max_depth, PROP_MAX_DEPTH);
  notify (self, before->messages_per_second != after->messages_per_second, PROP_MESSAGES_PER_SECOND);
  notify (self, before->on_failure != after->on_failure, PROP_ON_FAILURE);
  notify (self, g_strcmp0 (old->problem, rule->problem) != 0, PROP_PROBLEM);
  notify (self, old->changed_at != rule->changed_at, PROP_CHANGED_AT);
  read_counts (self);
  g_object_thaw_notify (G_OBJECT (self));

  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
sb_rule_item_refresh (SbRuleItem *self)
{
  gboolean changed;

  g_return_val_if_fail (SB_IS_RULE_ITEM (self), FALSE);

  g_object_freeze_notify (G_OBJECT (self));
  changed = read_counts (self);
  g_object_thaw_notify (G_OBJECT (self));
  if (changed)
    g_signal_emit (self, signals[CHANGED], 0);

  return changed;
}

gboolean
sb_rule_item_take_unsaved (SbRuleItem *self)
{
  gboolean unsaved;

  g_return_val_if_fail (SB_IS_RULE_ITEM (self), FALSE);

  unsaved = self->passed != self->saved_passed || self->failed != self->saved_failed;
  self->saved_passed = self->passed;
  self->saved_failed = self->failed;

  return unsaved;
}

void
sb_rule_item_set_unsaved (SbRuleItem *self)
{
  g_return_if_fail (SB_IS_RULE_ITEM (self));

  /* What no count ever is. */
  self->saved_passed = self->saved_failed = G_MAXUINT64;
}

SbRule *
sb_rule_item_get_rule (SbRuleItem *self)
{
  g_return_val_if_fail (SB_IS_RULE_ITEM (self), NULL);

  return self->rule;
}

gint64
sb_rule_item_get_id (SbRuleItem *self)
{
  g_return_val_if_fail (SB_IS_RULE_ITEM (self), 0);

  return self->rule->id;
}

guint64
sb_rule_item_get_passed (SbRuleItem *self)
{
  g_return_val_if_fail (SB_IS_RULE_ITEM (self), 0);

  return self->passed;
}

guint64
sb_rule_item_get_failed (SbRuleItem *self)
{
  g_return_val_if_fail (SB_IS_RULE_ITEM (self), 0);

  return self->failed;
}

/* Alike ones by name, so that rows do not jump about. */
static int
compare_causes (gconstpointer a, gconstpointer b)
{
  const SbRuleCause *x = a, *y = b;

  if (x->n != y->n)
    return x->n > y->n ? -1 : 1;

  return g_strcmp0 (x->cause, y->cause);
}

GArray *
sb_rule_item_list_causes (SbRuleItem *self)
{
  GArray *causes;

  g_return_val_if_fail (SB_IS_RULE_ITEM (self), NULL);

  causes = g_array_new (FALSE, FALSE, sizeof (SbRuleCause));
  for (guint i = 0; sb_rule_cause_get (i) != NULL; i++)
    {
      SbRuleCause cause = { sb_rule_cause_get (i), sb_rule_counts_get_cause (self->rule->counts, i) };

      if (cause.n > 0)
        g_array_append_val (causes, cause);
    }
  g_array_sort (causes, compare_causes);

  return causes;
}
