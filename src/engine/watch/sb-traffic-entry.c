/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-traffic-entry.h"

#include "watch/sb-preview.h"

struct _SbTrafficEntry
{
  GObject parent_instance;

  SbTrafficRecord record;
  guint64 serial;
  GHashTable *siblings;
  char *preview; /* made when first asked for */
};

G_DEFINE_FINAL_TYPE (SbTrafficEntry, sb_traffic_entry, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SERIAL,
  PROP_TIME,
  PROP_CLIENT_ID,
  PROP_TITLE,
  PROP_NAME,
  PROP_CHANNEL,
  PROP_PREVIEW,
  PROP_SIZE,
  PROP_REACHED,
  PROP_DROPPED,
  PROP_DIRECTION,
  PROP_BINARY,
  PROP_REJECTED,
  PROP_REJECTION,
  PROP_REASON,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
sb_traffic_entry_finalize (GObject *object)
{
  SbTrafficEntry *self = SB_TRAFFIC_ENTRY (object);

  g_hash_table_remove (self->siblings, &self->serial);
  g_hash_table_unref (self->siblings);
  sb_traffic_record_clear (&self->record);
  g_free (self->preview);

  G_OBJECT_CLASS (sb_traffic_entry_parent_class)->finalize (object);
}

static void
sb_traffic_entry_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  SbTrafficEntry *self = SB_TRAFFIC_ENTRY (object);
  const SbTrafficRecord *record = &self->record;

  switch (prop_id)
    {
    case PROP_SERIAL: g_value_set_uint64 (value, self->serial); break;
    case PROP_TIME: g_value_set_int64 (value, record->time); break;
    case PROP_CLIENT_ID: g_value_set_uint64 (value, record->peer != NULL ? record->peer->id : 0); break;
    case PROP_TITLE: g_value_set_string (value, sb_traffic_entry_get_title (self)); break;
    case PROP_NAME: g_value_set_string (value, record->peer != NULL ? record->peer->name : NULL); break;
    case PROP_CHANNEL: g_value_set_string (value, sb_traffic_entry_get_channel (self)); break;
    case PROP_PREVIEW: g_value_set_string (value, sb_traffic_entry_get_preview (self)); break;
    case PROP_SIZE: g_value_set_uint64 (value, record->size); break;
    case PROP_REACHED: g_value_set_uint (value, record->reached); break;
    case PROP_DROPPED: g_value_set_uint (value, record->dropped); break;
    case PROP_DIRECTION: g_value_set_int (value, (int) record->direction); break;
    case PROP_BINARY: g_value_set_boolean (value, record->binary); break;
    case PROP_REJECTED: g_value_set_boolean (value, record->rejection != SB_REJECTED_NOT); break;
    case PROP_REJECTION: g_value_set_int (value, (int) record->rejection); break;
    case PROP_REASON: g_value_set_string (value, record->reason); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_traffic_entry_class_init (SbTrafficEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_traffic_entry_finalize;
  object_class->get_property = sb_traffic_entry_get_property;

  properties[PROP_SERIAL] = g_param_spec_uint64 ("serial", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_CLIENT_ID] = g_param_spec_uint64 ("client-id", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_CHANNEL] = g_param_spec_string ("channel", NULL, NULL, "", flags);
  properties[PROP_PREVIEW] = g_param_spec_string ("preview", NULL, NULL, "", flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_REACHED] = g_param_spec_uint ("reached", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_DROPPED] = g_param_spec_uint ("dropped", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_DIRECTION] = g_param_spec_int ("direction", NULL, NULL, SB_DIRECTION_FROM_CLIENT,
                                                 SB_DIRECTION_DIRECT, SB_DIRECTION_FROM_CLIENT, flags);
  properties[PROP_BINARY] = g_param_spec_boolean ("binary", NULL, NULL, FALSE, flags);
  properties[PROP_REJECTED] = g_param_spec_boolean ("rejected", NULL, NULL, FALSE, flags);
  properties[PROP_REJECTION] = g_param_spec_int ("rejection", NULL, NULL, SB_REJECTED_NOT, SB_REJECTED_SCHEMA,
                                                 SB_REJECTED_NOT, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_traffic_entry_init (SbTrafficEntry *self)
{
}

SbTrafficEntry *
sb_traffic_entry_new (const SbTrafficRecord *record,
                      guint64                serial,
                      GHashTable            *siblings)
{
  SbTrafficEntry *self;

  g_return_val_if_fail (record != NULL, NULL);
  g_return_val_if_fail (siblings != NULL, NULL);

  self = g_object_new (SB_TYPE_TRAFFIC_ENTRY, NULL);
  sb_traffic_record_copy (record, &self->record);
  self->serial = serial;
  self->siblings = g_hash_table_ref (siblings);
  g_hash_table_insert (siblings, &self->serial, self);

  return self;
}

const SbTrafficRecord *
sb_traffic_entry_get_record (SbTrafficEntry *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_ENTRY (self), NULL);

  return &self->record;
}

guint64
sb_traffic_entry_get_serial (SbTrafficEntry *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_ENTRY (self), 0);

  return self->serial;
}

const char *
sb_traffic_entry_get_preview (SbTrafficEntry *self)
{
  g_return_val_if_fail (SB_IS_TRAFFIC_ENTRY (self), NULL);

  if (self->preview == NULL)
    self->preview = sb_preview_make (self->record.payload, self->record.size, self->record.binary);

  return self->preview;
}

/* The sender's label; the beginning of the token for a label that is empty; "" for what the admin sent. */
const char *
sb_traffic_entry_get_title (SbTrafficEntry *self)
{
  const SbPeer *peer;

  g_return_val_if_fail (SB_IS_TRAFFIC_ENTRY (self), NULL);

  peer = self->record.peer;
  if (peer != NULL && peer->token_label != NULL && *peer->token_label != '\0')
    return peer->token_label;

  return peer != NULL && peer->token_hint != NULL ? peer->token_hint : "";
}

/* The sender's channel; for what the admin sent whom it was for. */
const char *
sb_traffic_entry_get_channel (SbTrafficEntry *self)
{
  const char *channel;

  g_return_val_if_fail (SB_IS_TRAFFIC_ENTRY (self), NULL);

  channel = self->record.peer != NULL ? self->record.peer->channel : self->record.target;

  return channel != NULL ? channel : "";
}
