/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-channel-item.h"

struct _SbChannelItem
{
  GObject parent_instance;

  char *name;
  SbChannelSum sum;
};

G_DEFINE_FINAL_TYPE (SbChannelItem, sb_channel_item, G_TYPE_OBJECT)

enum
{
  REFRESHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
sb_channel_item_finalize (GObject *object)
{
  g_free (SB_CHANNEL_ITEM (object)->name);

  G_OBJECT_CLASS (sb_channel_item_parent_class)->finalize (object);
}

static void
sb_channel_item_class_init (SbChannelItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_channel_item_finalize;

  signals[REFRESHED] = g_signal_new ("refreshed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
}

static void
sb_channel_item_init (SbChannelItem *self)
{
}

SbChannelItem *
sb_channel_item_new (const SbChannelSum *sum)
{
  SbChannelItem *self;

  g_return_val_if_fail (sum != NULL, NULL);

  self = g_object_new (SB_TYPE_CHANNEL_ITEM, NULL);
  self->name = g_strdup (sum->name);
  self->sum = *sum;
  self->sum.name = self->name;
  return self;
}

const SbChannelSum *
sb_channel_item_get_sum (SbChannelItem *self)
{
  g_return_val_if_fail (SB_IS_CHANNEL_ITEM (self), NULL);

  return &self->sum;
}

void
sb_channel_item_set_sum (SbChannelItem      *self,
                         const SbChannelSum *sum)
{
  gboolean differs;

  g_return_if_fail (SB_IS_CHANNEL_ITEM (self));
  g_return_if_fail (sum != NULL);

  differs = self->sum.n_clients != sum->n_clients || self->sum.rate < sum->rate || self->sum.rate > sum->rate;
  self->sum = *sum;
  self->sum.name = self->name;
  if (differs)
    g_signal_emit (self, signals[REFRESHED], 0);
}
