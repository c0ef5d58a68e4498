/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-receipt.h"

#include "net/sb-lane.h"

static void
receipt_report (SbReceipt *self)
{
  SbEvent event = {
    .kind = SB_EVENT_REPORT,
    .report = {
      .broadcast_id = self->broadcast_id,
      .targeted = self->targeted,
      .sent = self->sent,
      .dropped = self->dropped,
      .pending = self->targeted - self->sent - self->dropped,
      .duration = self->last - self->started,
      .missed = g_steal_pointer (&self->missed),
    },
  };

  self->reported = TRUE;
  sb_lane_tell (self->lane, &event);
}

static void
receipt_settle (SbReceipt *self)
{
  if (--self->n_open > 0)
    return;

  sb_wheel_clear (&self->lane->wheel, &self->timer);
  if (!self->reported)
    receipt_report (self);
  g_clear_pointer (&self->missed, g_ptr_array_unref);
  g_free (self);
}

static void
receipt_late_cb (SbTimer *timer)
{
  SbReceipt *self = SB_CONTAINER_OF (timer, SbReceipt, timer);

  receipt_report (self);
}

/* @started: monotonic time in µs at which the command was given. */
SbReceipt *
sb_receipt_new (SbLane *lane, guint64 broadcast_id, gint64 started)
{
  SbReceipt *self = g_new0 (SbReceipt, 1);

  self->lane = lane;
  self->broadcast_id = broadcast_id;
  self->started = started;
  self->last = started;
  self->n_open = 1;
  sb_wheel_set (&lane->wheel, &self->timer, started + SB_RECEIPT_PATIENCE, receipt_late_cb);

  return self;
}

void
sb_receipt_expect (SbReceipt *self)
{
  self->targeted++;
  self->n_open++;
}

void
sb_receipt_sent (SbReceipt *self)
{
  self->sent++;
  self->last = g_get_monotonic_time ();
  receipt_settle (self);
}

void
sb_receipt_dropped (SbReceipt *self, SbPeer *peer, SbMissedWhy why)
{
  self->dropped++;
  if (!self->reported)
    {
      if (self->missed == NULL)
        self->missed = sb_missed_array_new ();
      if (self->missed->len < SB_RECEIPT_MAX_NAMED)
        g_ptr_array_add (self->missed, sb_missed_new (peer, why));
    }
  receipt_settle (self);
}

void
sb_receipt_close (SbReceipt *self)
{
  receipt_settle (self);
}
