/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-table.h"

#include "access/sb-channel-map.h"

struct _SbRuleTable
{
  SbRefCount ref_count;
  SbChannelMap *map; /* (element-type SbRule) */
};

SbRuleTable *
sb_rule_table_new (GPtrArray *rules)
{
  SbRuleTable *self;

  g_return_val_if_fail (rules != NULL, NULL);

  self = g_new0 (SbRuleTable, 1);
  sb_ref_count_init (&self->ref_count);
  self->map = sb_channel_map_new ((GDestroyNotify) sb_rule_unref);
  for (guint i = 0; i < rules->len; i++)
    {
      SbRule *rule = g_ptr_array_index (rules, i);

      if (rule->spec.enabled)
        sb_channel_map_put (self->map, rule->spec.pattern, sb_rule_ref (rule));
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

  sb_channel_map_free (self->map);
  g_free (self);
}

SbRule *
sb_rule_table_lookup (SbRuleTable *self, const char *channel)
{
  g_return_val_if_fail (self != NULL, NULL);

  return sb_channel_map_lookup (self->map, channel);
}
