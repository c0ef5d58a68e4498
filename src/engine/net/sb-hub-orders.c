/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-hub-private.h"

#include "net/sb-listener.h"
#include "net/sb-outbox.h"

/* How an order goes round: first lane 0 with its gate, then, by way of it, every lane. */

SbOrder *
sb_order_new (SbOrderFunc func, SbHubDoneFunc done, gpointer user_data)
{
  SbOrder *self = g_new0 (SbOrder, 1);

  self->func = func;
  self->done = done;
  self->user_data = user_data;
  self->fd = -1;
  sb_ref_count_init (&self->n_lanes);

  return self;
}

static void
order_free (SbOrder *self)
{
  g_clear_pointer (&self->token, sb_token_unref);
  g_clear_pointer (&self->excess, g_array_unref);
  g_clear_pointer (&self->target, sb_target_free);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->gate_limits, sb_gate_limits_free);
  g_clear_pointer (&self->rules, sb_rule_table_unref);
  g_clear_pointer (&self->retained, sb_retained_table_unref);
  g_clear_pointer (&self->frame, sb_frame_unref);
  g_free (self->reason);
  g_free (self->address);
  g_free (self);
}

/* When what the lane told of it is on its way, so that whoever waits for "done" has heard it all before. */
static void
order_finish_task (SbLane *lane, gpointer data)
{
  SbOrder *self = data;

  if (!sb_ref_count_dec (&self->n_lanes))
    return;

  if (self->done != NULL)
    sb_outbox_reply (lane->outbox, &(SbReply) { self->done, atomic_load (&self->n), self->user_data }, 1);
  order_free (self);
}

void
sb_order_finish (SbLane *lane, SbOrder *self)
{
  sb_lane_defer (lane, order_finish_task, self);
}

static void
order_here (SbLane *lane, SbOrder *self)
{
  atomic_fetch_add (&self->n, self->func (lane, self));
  sb_order_finish (lane, self);
}

static void
order_task (SbLane *lane, gpointer data)
{
  order_here (lane, data);
}

static void
order_first_task (SbLane *lane, gpointer data)
{
  SbOrder *self = data;

  for (guint i = 1; i < lane->n_lanes; i++)
    sb_ref_count_inc (&self->n_lanes);
  /* Here first: what the order says to the gate holds before it goes on. */
  atomic_fetch_add (&self->n, self->func (lane, self));
  for (guint i = 1; i < lane->n_lanes; i++)
    sb_lane_pass (lane, lane->lanes[i], order_task, self);
  sb_order_finish (lane, self);
}

void
sb_hub_order (SbHub *self, SbOrder *order)
{
  sb_lane_post (self->lanes[0], order_first_task, order);
}

SbGate *
sb_lane_get_gate (SbLane *lane)
{
  return lane->listener != NULL ? sb_listener_get_gate (lane->listener) : NULL;
}
