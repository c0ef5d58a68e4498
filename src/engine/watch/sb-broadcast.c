/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-broadcast.h"

/* Of those who lost it; each lane names as many at the most. */
#define MAX_NAMED 1000

struct _SbBroadcast
{
  GObject parent_instance;

  gint64 id;
  gint64 time;
  char *target_text;
  SbTarget *target;
  GBytes *payload;
  gboolean binary;
  gint64 schedule_id;
  gboolean retained;

  gboolean complete;
  gboolean interrupted;
  guint n_reports;
  guint targeted;
  guint sent;
  guint dropped;
  guint pending;
  gint64 duration;
  GPtrArray *missed;
};

G_DEFINE_FINAL_TYPE (SbBroadcast, sb_broadcast, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_TIME,
  PROP_TARGET_TEXT,
  PROP_BINARY,
  PROP_COMPLETE,
  PROP_INTERRUPTED,
  PROP_TARGETED,
  PROP_SENT,
  PROP_DROPPED,
  PROP_PENDING,
  PROP_DURATION,
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
sb_broadcast_finalize (GObject *object)
{
  SbBroadcast *self = SB_BROADCAST (object);

  g_free (self->target_text);
  g_clear_pointer (&self->target, sb_target_free);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_clear_pointer (&self->missed, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_broadcast_parent_class)->finalize (object);
}

static void
sb_broadcast_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  SbBroadcast *self = SB_BROADCAST (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_int64 (value, self->id); break;
    case PROP_TIME: g_value_set_int64 (value, self->time); break;
    case PROP_TARGET_TEXT: g_value_set_string (value, self->target_text); break;
    case PROP_BINARY: g_value_set_boolean (value, self->binary); break;
    case PROP_COMPLETE: g_value_set_boolean (value, self->complete); break;
    case PROP_INTERRUPTED: g_value_set_boolean (value, self->interrupted); break;
    case PROP_TARGETED: g_value_set_uint (value, self->targeted); break;
    case PROP_SENT: g_value_set_uint (value, self->sent); break;
    case PROP_DROPPED: g_value_set_uint (value, self->dropped); break;
    case PROP_PENDING: g_value_set_uint (value, self->pending); break;
    case PROP_DURATION: g_value_set_int64 (value, self->duration); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_broadcast_class_init (SbBroadcastClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_broadcast_finalize;
  object_class->get_property = sb_broadcast_get_property;

  properties[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_TARGET_TEXT] = g_param_spec_string ("target-text", NULL, NULL, "", flags);
  properties[PROP_BINARY] = g_param_spec_boolean ("binary", NULL, NULL, FALSE, flags);
  properties[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, FALSE, flags);
  properties[PROP_INTERRUPTED] = g_param_spec_boolean ("interrupted", NULL, NULL, FALSE, flags);
  properties[PROP_TARGETED] = g_param_spec_uint ("targeted", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_SENT] = g_param_spec_uint ("sent", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_DROPPED] = g_param_spec_uint ("dropped", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_PENDING] = g_param_spec_uint ("pending", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_DURATION] = g_param_spec_int64 ("duration", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * SbBroadcast::changed:
   *
   * The report grew, or the broadcast turned out to be interrupted. Once for each sb_broadcast_add_report(), after
   * all notify.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_broadcast_init (SbBroadcast *self)
{
}

/**
 * sb_broadcast_new:
 * @id: the database's
 * @time: real time, µs
 * @target_text: of sb_target_to_text()
 * @target: (nullable): copied; %NULL when it was loaded and meant clients that are gone
 * @payload: what was said; a reference is taken
 *
 * Returns: (transfer full): a broadcast with an empty report
 */
SbBroadcast *
sb_broadcast_new (gint64          id,
                  gint64          time,
                  const char     *target_text,
                  const SbTarget *target,
                  gboolean        binary,
                  GBytes         *payload)
{
  SbBroadcast *self;

  g_return_val_if_fail (target_text != NULL, NULL);
  g_return_val_if_fail (payload != NULL, NULL);

  self = g_object_new (SB_TYPE_BROADCAST, NULL);
  self->id = id;
  self->time = time;
  self->target_text = g_utf8_make_valid (target_text, -1);
  self->target = target != NULL ? sb_target_copy (target) : NULL;
  self->binary = !!binary;
  self->payload = g_bytes_ref (payload);

  return self;
}

gint64
sb_broadcast_get_id (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->id;
}

gint64
sb_broadcast_get_time (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->time;
}

const char *
sb_broadcast_get_target_text (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), NULL);

  return self->target_text;
}

gboolean
sb_broadcast_get_binary (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), FALSE);

  return self->binary;
}

const SbTarget *
sb_broadcast_get_target (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), NULL);

  return self->target;
}

GBytes *
sb_broadcast_get_payload (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), NULL);

  return self->payload;
}

gboolean
sb_broadcast_get_complete (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), FALSE);

  return self->complete;
}

gboolean
sb_broadcast_get_interrupted (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), FALSE);

  return self->interrupted;
}

guint
sb_broadcast_get_targeted (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->targeted;
}

guint
sb_broadcast_get_sent (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->sent;
}

guint
sb_broadcast_get_dropped (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->dropped;
}

guint
sb_broadcast_get_pending (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->pending;
}

gint64
sb_broadcast_get_duration (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->duration;
}

GPtrArray *
sb_broadcast_get_missed (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), NULL);

  return self->missed;
}

void
sb_broadcast_set_missed (SbBroadcast *self,
                         GPtrArray   *missed)
{
  g_return_if_fail (SB_IS_BROADCAST (self));
  g_return_if_fail (self->missed == NULL);

  self->missed = missed != NULL ? g_ptr_array_ref (missed) : NULL;
}

gint64
sb_broadcast_get_schedule_id (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), 0);

  return self->schedule_id;
}

void
sb_broadcast_set_schedule_id (SbBroadcast *self,
                              gint64       schedule_id)
{
  g_return_if_fail (SB_IS_BROADCAST (self));

  self->schedule_id = schedule_id;
}

gboolean
sb_broadcast_get_retained (SbBroadcast *self)
{
  g_return_val_if_fail (SB_IS_BROADCAST (self), FALSE);

  return self->retained;
}

void
sb_broadcast_set_retained (SbBroadcast *self,
                           gboolean     retained)
{
  g_return_if_fail (SB_IS_BROADCAST (self));

  self->retained = !!retained;
}

static void
set_uint (SbBroadcast *self,
          guint       *field,
          guint        value,
          guint        prop_id)
{
  if (*field == value)
    return;

  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
set_numbers (SbBroadcast *self,
             guint        targeted,
             guint        sent,
             guint        dropped,
             guint        pending,
             gint64       duration)
{
  set_uint (self, &self->targeted, targeted, PROP_TARGETED);
  set_uint (self, &self->sent, sent, PROP_SENT);
  set_uint (self, &self->dropped, dropped, PROP_DROPPED);
  set_uint (self, &self->pending, pending, PROP_PENDING);
  if (self->duration != duration)
    {
      self->duration = duration;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
    }
}

static void
set_complete (SbBroadcast *self)
{
  if (self->complete)
    return;

  self->complete = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPLETE]);
}

/**
 * sb_broadcast_add_report:
 * @n_lanes: how many reports make the whole, this one among them
 * @duration: µs; the report as a whole tells that of the slowest lane
 * @missed: (nullable) (element-type SbMissed) (transfer none): who lost it; copied
 *
 * Adds what one lane did. May not be called once the report is complete.
 */
void
sb_broadcast_add_report (SbBroadcast *self,
                         guint        n_lanes,
                         guint        targeted,
                         guint        sent,
                         guint        dropped,
                         guint        pending,
                         gint64       duration,
                         GPtrArray   *missed)
{
  g_return_if_fail (SB_IS_BROADCAST (self));
  g_return_if_fail (n_lanes > 0);
  g_return_if_fail (!self->complete);

  g_object_freeze_notify (G_OBJECT (self));
  if (missed != NULL && missed->len > 0)
    {
      if (self->missed == NULL)
        self->missed = sb_missed_array_new ();
      for (guint i = 0; i < missed->len && self->missed->len < MAX_NAMED; i++)
        g_ptr_array_add (self->missed, sb_missed_copy (g_ptr_array_index (missed, i)));
    }
  set_numbers (self, self->targeted + targeted, self->sent + sent, self->dropped + dropped, self->pending + pending,
               MAX (self->duration, duration));
  self->n_reports++;
  if (self->n_reports >= n_lanes)
    set_complete (self);
  g_object_thaw_notify (G_OBJECT (self));

  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * sb_broadcast_set_report:
 *
 * Sets the report of a broadcast that was loaded; it is complete then.
 */
void
sb_broadcast_set_report (SbBroadcast *self,
                         guint        targeted,
                         guint        sent,
                         guint        dropped,
                         guint        pending,
                         gint64       duration)
{
  g_return_if_fail (SB_IS_BROADCAST (self));

  g_object_freeze_notify (G_OBJECT (self));
  set_numbers (self, targeted, sent, dropped, pending, duration);
  set_complete (self);
  g_object_thaw_notify (G_OBJECT (self));

  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * sb_broadcast_set_interrupted:
 *
 * Says of a broadcast that was loaded without a report that none will come: the program ended in between. Not for a
 * complete one.
 */
void
sb_broadcast_set_interrupted (SbBroadcast *self)
{
  g_return_if_fail (SB_IS_BROADCAST (self));
  g_return_if_fail (!self->complete);

  if (self->interrupted)
    return;

  self->interrupted = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INTERRUPTED]);
  g_signal_emit (self, signals[CHANGED], 0);
}
