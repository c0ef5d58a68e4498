/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-retained-item.h"

struct _SbRetainedItem
{
  GObject parent_instance;

  SbRetained *retained;
  GBytes *payload; /* within the frame: there is one copy of it */
  gint64 since;
  guint64 delivered; /* when last looked at */
};

G_DEFINE_FINAL_TYPE (SbRetainedItem, sb_retained_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_DELIVERED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
sb_retained_item_finalize (GObject *object)
{
  SbRetainedItem *self = SB_RETAINED_ITEM (object);

  g_clear_pointer (&self->payload, g_bytes_unref);
  g_clear_pointer (&self->retained, sb_retained_unref);

  G_OBJECT_CLASS (sb_retained_item_parent_class)->finalize (object);
}

static void
sb_retained_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SbRetainedItem *self = SB_RETAINED_ITEM (object);

  switch (prop_id)
    {
    case PROP_DELIVERED: g_value_set_uint64 (value, self->delivered); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_retained_item_class_init (SbRetainedItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_retained_item_finalize;
  object_class->get_property = sb_retained_item_get_property;

  properties[PROP_DELIVERED] =
      g_param_spec_uint64 ("delivered", NULL, NULL, 0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_retained_item_init (SbRetainedItem *self)
{
}

SbRetainedItem *
sb_retained_item_new (SbRetained *retained, gint64 since)
{
  SbRetainedItem *self;

  g_return_val_if_fail (retained != NULL, NULL);

  self = g_object_new (SB_TYPE_RETAINED_ITEM, NULL);
  self->retained = sb_retained_ref (retained);
  self->payload = sb_frame_get_payload (retained->frame);
  self->since = since;
  self->delivered = sb_retained_get_delivered (retained);

  return self;
}

SbRetained *
sb_retained_item_get_retained (SbRetainedItem *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ITEM (self), NULL);

  return self->retained;
}

gint64
sb_retained_item_get_id (SbRetainedItem *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ITEM (self), 0);

  return self->retained->id;
}

const char *
sb_retained_item_get_pattern (SbRetainedItem *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ITEM (self), NULL);

  return self->retained->pattern;
}

gint64
sb_retained_item_get_since (SbRetainedItem *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ITEM (self), 0);

  return self->since;
}

gboolean
sb_retained_item_get_binary (SbRetainedItem *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ITEM (self), FALSE);

  return self->retained->frame->opcode == SB_OPCODE_BINARY;
}

GBytes *
sb_retained_item_get_payload (SbRetainedItem *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ITEM (self), NULL);

  return self->payload;
}

/* As of now, not of the last refresh. */
guint64
sb_retained_item_get_delivered (SbRetainedItem *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ITEM (self), 0);

  return sb_retained_get_delivered (self->retained);
}

void
sb_retained_item_refresh (SbRetainedItem *self)
{
  guint64 delivered;

  g_return_if_fail (SB_IS_RETAINED_ITEM (self));

  delivered = sb_retained_get_delivered (self->retained);
  if (delivered == self->delivered)
    return;

  self->delivered = delivered;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DELIVERED]);
}
