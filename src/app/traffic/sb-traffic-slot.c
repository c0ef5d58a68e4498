/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-slot.h"

struct _SbTrafficSlot
{
  GObject parent_instance;

  SbTrafficEntry *entry;
};

G_DEFINE_FINAL_TYPE (SbTrafficSlot, sb_traffic_slot, G_TYPE_OBJECT)

static void
sb_traffic_slot_finalize (GObject *object)
{
  g_clear_object (&SB_TRAFFIC_SLOT (object)->entry);

  G_OBJECT_CLASS (sb_traffic_slot_parent_class)->finalize (object);
}

static void
sb_traffic_slot_class_init (SbTrafficSlotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_traffic_slot_finalize;
}

static void
sb_traffic_slot_init (SbTrafficSlot *self)
{
}

SbTrafficSlot *
sb_traffic_slot_new (SbTrafficEntry *entry)
{
  SbTrafficSlot *self = g_object_new (SB_TYPE_TRAFFIC_SLOT, NULL);

  sb_traffic_slot_set_entry (self, entry);
  return self;
}

void
sb_traffic_slot_set_entry (SbTrafficSlot  *self,
                           SbTrafficEntry *entry)
{
  g_return_if_fail (SB_IS_TRAFFIC_SLOT (self));
  g_return_if_fail (SB_IS_TRAFFIC_ENTRY (entry));

  g_set_object (&self->entry, entry);
}

SbTrafficEntry *
sb_traffic_slot_get_entry (SbTrafficSlot *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_SLOT (self), NULL);

  return self->entry;
}

SbTrafficEntry *
sb_traffic_slot_resolve (gpointer item)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_SLOT (item) || SB_IS_TRAFFIC_ENTRY (item), NULL);

  return SB_IS_TRAFFIC_SLOT (item) ? sb_traffic_slot_get_entry (item) : item;
}
