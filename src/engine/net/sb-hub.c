/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-hub"

#include "net/sb-hub-private.h"

#include "net/sb-listen-socket.h"
#include "net/sb-listener.h"
#include "net/sb-outbox.h"

#define MAX_DEFAULT_LANES 4

G_DEFINE_QUARK (sb-hub-error-quark, sb_hub_error)

void
sb_session_limits_init (SbSessionLimits *self)
{
  g_return_if_fail (self != NULL);

  *self = (SbSessionLimits) {
    .json = SB_JSON_LIMITS_DEFAULT,
    .max_message = 1 << 20,
    .max_backlog = 1 << 20,
    .max_queued_memory = 256 << 20,
    .max_rejected = 60,
    .max_error_replies = 10,
    .ping_interval = 25,
    .pong_timeout = 20,
    .handshake_timeout = 10,
    .close_timeout = 5,
    .allow_binary = TRUE,
    .require_json = TRUE,
  };
}

/* --- Life ------------------------------------------------------------------------------------- */

static void
open_listener_task (SbLane *lane, gpointer data)
{
  lane->listener = sb_listener_new (lane);
}

SbHub *
sb_hub_new (guint n_lanes, guint drain_interval, SbHubEventsFunc events, gpointer user_data)
{
  g_return_val_if_fail (events != NULL, NULL);

  SbHub *self = g_new0 (SbHub, 1);

  /* One core is left to the main thread. */
  self->n_lanes = n_lanes > 0 ? n_lanes : CLAMP (g_get_num_processors () - 1, 1, MAX_DEFAULT_LANES);
  self->outbox = sb_outbox_new (drain_interval, events, user_data);
  self->lanes = g_new0 (SbLane *, self->n_lanes);
  for (guint i = 0; i < self->n_lanes; i++)
    self->lanes[i] = sb_lane_new (i, self->lanes, self->n_lanes, self->outbox);
  for (guint i = 0; i < self->n_lanes; i++)
    sb_lane_start (self->lanes[i]);
  sb_lane_post (self->lanes[0], open_listener_task, NULL);

  return self;
}

void
sb_hub_free (SbHub *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->n_lanes; i++)
    sb_lane_join (self->lanes[i]);
  /* What they had for each other is done before any of them goes; nothing takes more than three lanes. */
  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < self->n_lanes; i++)
      sb_lane_finish (self->lanes[i]);
  for (guint i = 0; i < self->n_lanes; i++)
    sb_lane_free (self->lanes[i]);
  sb_outbox_free (self->outbox);
  g_free (self->lanes);
  g_free (self);
}

guint
sb_hub_get_n_lanes (SbHub *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_lanes;
}

/* --- Listening and stopping ------------------------------------------------------------------------ */

static guint
listen_order (SbLane *lane, SbOrder *order)
{
  lane->draining = FALSE;
  if (lane->listener != NULL)
    sb_listener_listen (lane->listener, order->fd);

  return 0;
}

gboolean
sb_hub_listen (SbHub *self, GInetAddress *address, guint16 port, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (!self->listening, FALSE);

  int fd = sb_listen_socket_new (address, port, error);

  if (fd < 0)
    return FALSE;

  SbOrder *order = sb_order_new (listen_order, NULL, NULL);

  self->port = sb_listen_socket_get_port (fd);
  self->listening = TRUE;
  order->fd = fd;
  sb_hub_order (self, order);

  return TRUE;
}

gboolean
sb_hub_is_listening (SbHub *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->listening;
}

guint16
sb_hub_get_port (SbHub *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->listening ? self->port : 0;
}

static void
close_listener_task (SbLane *lane, gpointer data)
{
  if (lane->listener != NULL)
    sb_listener_stop (lane->listener);
  sb_order_finish (lane, data);
}

/* The last lane to be empty has the listener closed; until then newcomers are told 503. */
static void
lane_drained_cb (SbLane *lane, gpointer user_data)
{
  SbOrder *order = user_data;

  if (atomic_fetch_sub (&order->n_left, 1) > 1)
    return;
  if (lane->index == 0)
    close_listener_task (lane, order);
  else
    sb_lane_pass (lane, lane->lanes[0], close_listener_task, order);
}

static guint
stop_order (SbLane *lane, SbOrder *order)
{
  guint n = sb_counter_get (lane->totals.sessions);

  if (lane->listener != NULL)
    {
      sb_gate_set_draining (sb_lane_get_gate (lane), TRUE);
      atomic_store (&order->n_left, lane->n_lanes);
      sb_ref_count_inc (&order->n_lanes); /* for close_listener_task() */
    }
  sb_lane_drain (lane, order->code, order->reason, order->timeout, lane_drained_cb, order);

  return n;
}

void
sb_hub_stop (SbHub *self, guint16 code, const char *reason, guint timeout, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);

  SbOrder *order = sb_order_new (stop_order, done, user_data);

  self->listening = FALSE;
  order->code = code;
  order->reason = g_strdup (reason);
  order->timeout = timeout;
  sb_hub_order (self, order);
}

void
sb_hub_get_totals (SbHub *self, SbHubTotals *totals)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (totals != NULL);

  *totals = (SbHubTotals) { .not_kept = sb_outbox_get_not_kept (self->outbox) };
  for (guint i = 0; i < self->n_lanes; i++)
    {
      SbLaneTotals *lane = &self->lanes[i]->totals;

      totals->clients += sb_counter_get (lane->sessions);
      totals->backlog += sb_counter_get (lane->backlog);
      totals->messages_in += sb_counter_get (lane->messages_in);
      totals->messages_out += sb_counter_get (lane->messages_out);
      totals->bytes_in += sb_counter_get (lane->bytes_in);
      totals->bytes_out += sb_counter_get (lane->bytes_out);
      totals->rejected += sb_counter_get (lane->rejected);
      for (guint r = 0; r < SB_N_REJECTIONS; r++)
        totals->rejected_as[r] += sb_counter_get (lane->rejected_as[r]);
      totals->dropped += sb_counter_get (lane->dropped);
      totals->refused += sb_counter_get (lane->refused);
      totals->held += sb_counter_get (lane->held);
      totals->arriving += sb_counter_get (lane->arriving);
      totals->refused_full += sb_counter_get (lane->refused_full);
      totals->refused_address += sb_counter_get (lane->refused_address);
      totals->refused_token += sb_counter_get (lane->refused_token);
      totals->refused_attempts += sb_counter_get (lane->refused_attempts);
      totals->refused_other += sb_counter_get (lane->refused_other);
      totals->handshake_timeouts += sb_counter_get (lane->handshake_timeouts);
      totals->accept_pauses += sb_counter_get (lane->accept_pauses);
      totals->closed_rejected += sb_counter_get (lane->closed_rejected);
      totals->closed_silent += sb_counter_get (lane->closed_silent);
      totals->closed_slow += sb_counter_get (lane->closed_slow);
      totals->closed_memory += sb_counter_get (lane->closed_memory);
      totals->closed_busy += sb_counter_get (lane->closed_busy);
      totals->replies_withheld += sb_counter_get (lane->replies_withheld);
    }
}
