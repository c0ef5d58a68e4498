/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-chips.h"
#include "sb-page.h"
#include "widgets/sb-filter-chip.h"
#include <glib/gi18n.h>
#include <inttypes.h>

/**
 * SbTrafficChips:
 *
 * What the list of messages is narrowed to by a choice made elsewhere: one client, one channel, what one rule rejected,
 * each with a chip that says so and takes it back.
 */
struct _SbTrafficChips
{
  AdwBin parent_instance;

  SbEngine *engine;   /* (unowned) */
  guint64 client_id;  /* 0: of all */
  char *channel;      /* NULL: on all */
  gint64 rule_id;     /* 0: whatever became of it */

  SbFilterChip *client_chip;
  SbFilterChip *channel_chip;
  SbFilterChip *rule_chip;
};

G_DEFINE_FINAL_TYPE (SbTrafficChips, sb_traffic_chips, ADW_TYPE_BIN)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update_chips (SbTrafficChips *self)
{
  g_autofree char *client_text = NULL;
  g_autofree char *channel_text = NULL;
  SbClient *client =
      self->client_id != 0 ? sb_client_list_find (sb_engine_get_clients (self->engine), self->client_id) : NULL;

  if (client != NULL)
    client_text = g_strdup_printf (_("Client: %s"), sb_client_get_title (client));
  else if (self->client_id != 0)
    client_text = g_strdup_printf (_("Client: number %" PRIu64), self->client_id);
  if (self->channel != NULL)
    channel_text = g_strdup_printf (_("Channel: %s"), self->channel);
  sb_filter_chip_set_text (self->client_chip, client_text);
  sb_filter_chip_set_text (self->channel_chip, channel_text);
}

static void
client_cleared_cb (SbTrafficChips *self)
{
  sb_traffic_chips_set_client (self, 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
channel_cleared_cb (SbTrafficChips *self)
{
  sb_traffic_chips_set_channel (self, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
rule_cleared_cb (SbTrafficChips *self)
{
  sb_traffic_chips_set_rule (self, 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
sb_traffic_chips_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_TRAFFIC_CHIPS);
  g_clear_pointer (&SB_TRAFFIC_CHIPS (object)->channel, g_free);

  G_OBJECT_CLASS (sb_traffic_chips_parent_class)->dispose (object);
}

static void
sb_traffic_chips_class_init (SbTrafficChipsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_traffic_chips_dispose;

  signals[CHANGED] =
      g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-traffic-chips.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTrafficChips, client_chip);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficChips, channel_chip);
  gtk_widget_class_bind_template_child (widget_class, SbTrafficChips, rule_chip);
  gtk_widget_class_bind_template_callback (widget_class, client_cleared_cb);
  gtk_widget_class_bind_template_callback (widget_class, channel_cleared_cb);
  gtk_widget_class_bind_template_callback (widget_class, rule_cleared_cb);
}

static void
sb_traffic_chips_init (SbTrafficChips *self)
{
  g_type_ensure (SB_TYPE_FILTER_CHIP);
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_traffic_chips_set_engine (SbTrafficChips *self,
                             SbEngine       *engine)
{
  g_return_if_fail (SB_IS_TRAFFIC_CHIPS (self));
  g_return_if_fail (SB_IS_ENGINE (engine));

  self->engine = engine;
}

void
sb_traffic_chips_clear (SbTrafficChips *self)
{
  g_return_if_fail (SB_IS_TRAFFIC_CHIPS (self));

  self->client_id = 0;
  g_clear_pointer (&self->channel, g_free);
  update_chips (self);
  sb_traffic_chips_set_rule (self, 0);
}

void
sb_traffic_chips_set_client (SbTrafficChips *self,
                             guint64         id)
{
  g_return_if_fail (SB_IS_TRAFFIC_CHIPS (self));

  self->client_id = id;
  update_chips (self);
}

void
sb_traffic_chips_set_channel (SbTrafficChips *self,
                              const char     *channel)
{
  g_return_if_fail (SB_IS_TRAFFIC_CHIPS (self));

  g_set_str (&self->channel, channel);
  update_chips (self);
}

void
sb_traffic_chips_set_rule (SbTrafficChips *self,
                           gint64          id)
{
  SbRuleItem *rule;
  g_autofree char *text = NULL;

  g_return_if_fail (SB_IS_TRAFFIC_CHIPS (self));

  rule = id != 0 ? sb_rule_list_find (sb_engine_get_rules (self->engine), id) : NULL;
  if (rule != NULL)
    text = g_strdup_printf (_("rule for %s"), sb_rule_item_get_rule (rule)->spec.pattern);
  self->rule_id = rule != NULL ? id : 0;
  sb_filter_chip_set_text (self->rule_chip, text);
}

void
sb_traffic_chips_narrow (SbTrafficChips *self,
                         SbTrafficMatch *match)
{
  g_return_if_fail (SB_IS_TRAFFIC_CHIPS (self));
  g_return_if_fail (match != NULL);

  match->client_id = self->client_id;
  g_set_str (&match->channel, self->channel);
  match->rule_id = self->rule_id;
}
