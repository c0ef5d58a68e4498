/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-hub"

#include "net/sb-hub.h"

#include "net/sb-lane.h"
#include "net/sb-listen-socket.h"
#include "net/sb-listener.h"
#include "net/sb-outbox.h"
#include "net/sb-session.h"
#include "sb-clock.h"
#include "sb-ref-count.h"

#define MAX_DEFAULT_LANES 4

G_DEFINE_QUARK (sb-hub-error-quark, sb_hub_error)

struct _SbHub
{
  SbOutbox *outbox;
  SbLane **lanes;
  guint n_lanes;
  gboolean listening;
  guint16 port;
};

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

/* --- Orders: first lane 0 with its gate, then, by way of it, every lane. --------------------------------- */

typedef struct _Order Order;

/* Returns how many sessions of the lane were concerned. */
typedef guint (*OrderFunc) (SbLane *lane, Order *order);

/* Going by way of lane 0 keeps the order: a session that the gate let in before is handed to its lane before the order
 * comes there. */
struct _Order
{
  OrderFunc func;
  SbHubDoneFunc done; /* nullable */
  gpointer user_data;
  SbRefCount n_lanes;
  _Atomic guint n;

  /* what it is about */
  SbToken *token;
  gint64 token_id;
  GArray *excess;
  SbTarget *target;
  guint16 code;
  char *reason;
  char *address;
  gint64 until;
  guint timeout;
  _Atomic guint n_left; /* lanes that still drain */
  GTlsCertificate *certificate;
  SbGateLimits *gate_limits;
  SbSessionLimits session_limits;
  SbRuleTable *rules;
  SbFrame *frame;
  guint64 broadcast_id;
  gint64 started;
  int fd;
};

static Order *
order_new (OrderFunc func, SbHubDoneFunc done, gpointer user_data)
{
  Order *self = g_new0 (Order, 1);

  self->func = func;
  self->done = done;
  self->user_data = user_data;
  self->fd = -1;
  sb_ref_count_init (&self->n_lanes);

  return self;
}

static void
order_free (Order *self)
{
  g_clear_pointer (&self->token, sb_token_unref);
  g_clear_pointer (&self->excess, g_array_unref);
  g_clear_pointer (&self->target, sb_target_free);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->gate_limits, sb_gate_limits_free);
  g_clear_pointer (&self->rules, sb_rule_table_unref);
  g_clear_pointer (&self->frame, sb_frame_unref);
  g_free (self->reason);
  g_free (self->address);
  g_free (self);
}

/* When what the lane told of it is on its way, so that whoever waits for "done" has heard it all before. */
static void
order_finish_task (SbLane *lane, gpointer data)
{
  Order *self = data;

  if (!sb_ref_count_dec (&self->n_lanes))
    return;

  if (self->done != NULL)
    sb_outbox_reply (lane->outbox, &(SbReply) { self->done, atomic_load (&self->n), self->user_data }, 1);
  order_free (self);
}

static void
order_finish (SbLane *lane, Order *self)
{
  sb_lane_defer (lane, order_finish_task, self);
}

static void
order_here (SbLane *lane, Order *self)
{
  atomic_fetch_add (&self->n, self->func (lane, self));
  order_finish (lane, self);
}

static void
order_task (SbLane *lane, gpointer data)
{
  order_here (lane, data);
}

static void
order_first_task (SbLane *lane, gpointer data)
{
  Order *self = data;

  for (guint i = 1; i < lane->n_lanes; i++)
    sb_ref_count_inc (&self->n_lanes);
  /* Here first: what the order says to the gate holds before it goes on. */
  atomic_fetch_add (&self->n, self->func (lane, self));
  for (guint i = 1; i < lane->n_lanes; i++)
    sb_lane_pass (lane, lane->lanes[i], order_task, self);
  order_finish (lane, self);
}

static void
hub_order (SbHub *self, Order *order)
{
  sb_lane_post (self->lanes[0], order_first_task, order);
}

static SbGate *
lane_get_gate (SbLane *lane)
{
  return lane->listener != NULL ? sb_listener_get_gate (lane->listener) : NULL;
}

/* --- Limits -------------------------------------------------------------------------------------- */

static guint
certificate_order (SbLane *lane, Order *order)
{
  if (lane->listener != NULL)
    sb_listener_set_certificate (lane->listener, order->certificate);

  return 0;
}

void
sb_hub_set_certificate (SbHub *self, GTlsCertificate *certificate)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate));

  Order *order = order_new (certificate_order, NULL, NULL);

  g_set_object (&order->certificate, certificate);
  hub_order (self, order);
}

static guint
gate_limits_order (SbLane *lane, Order *order)
{
  SbGate *gate = lane_get_gate (lane);

  if (gate != NULL)
    sb_gate_set_limits (gate, order->gate_limits);

  return 0;
}

void
sb_hub_set_gate_limits (SbHub *self, const SbGateLimits *limits)
{
  g_return_if_fail (self != NULL);

  Order *order = order_new (gate_limits_order, NULL, NULL);

  order->gate_limits = sb_gate_limits_copy (limits);
  hub_order (self, order);
}

static guint
session_limits_order (SbLane *lane, Order *order)
{
  lane->limits = order->session_limits;
  for (guint i = 0; i < lane->sessions->len; i++)
    sb_session_limits_changed (g_ptr_array_index (lane->sessions, i));
  if (lane->listener != NULL)
    sb_listener_limits_changed (lane->listener);

  return 0;
}

void
sb_hub_set_session_limits (SbHub *self, const SbSessionLimits *limits)
{
  g_return_if_fail (self != NULL);

  Order *order = order_new (session_limits_order, NULL, NULL);

  order->session_limits = *limits;
  hub_order (self, order);
}

static guint
fence_order (SbLane *lane, Order *order)
{
  return 0;
}

void
sb_hub_fence (SbHub *self, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (done != NULL);

  hub_order (self, order_new (fence_order, done, user_data));
}

/* --- Rules ------------------------------------------------------------------------------------- */

static guint
rules_order (SbLane *lane, Order *order)
{
  sb_router_set_rules (&lane->router, order->rules);
  for (guint i = 0; i < lane->sessions->len; i++)
    sb_session_rules_changed (g_ptr_array_index (lane->sessions, i));

  return 0;
}

void
sb_hub_set_rules (SbHub *self, SbRuleTable *table, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);

  Order *order = order_new (rules_order, done, user_data);

  order->rules = table != NULL ? sb_rule_table_ref (table) : NULL;
  hub_order (self, order);
}

/* --- Tokens ------------------------------------------------------------------------------------ */

static gboolean
array_has (GArray *ids, guint64 id)
{
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (g_array_index (ids, guint64, i) == id)
      return TRUE;
  return FALSE;
}

/* Backwards: a session that closes stays in the lane's list until its connection ends, but one that breaks does not. */
static guint
put_token_order (SbLane *lane, Order *order)
{
  gint64 now = sb_clock_get_real ();
  SbToken *token = order->token;
  guint n = 0;

  if (lane->listener != NULL)
    {
      sb_gate_put_token (lane_get_gate (lane), token);
      if (token->spec.max_connections > 0)
        order->excess = sb_listener_find_excess (lane->listener, token->id, token->spec.max_connections);
    }
  for (guint i = lane->sessions->len; i-- > 0;)
    {
      SbSession *session = g_ptr_array_index (lane->sessions, i);

      if (session->state != SB_SESSION_OPEN || session->token->id != token->id)
        continue;
      if (sb_session_set_token (session, token, now))
        n++;
      else if (array_has (order->excess, session->peer->id))
        {
          sb_session_close (session, 3003, "too many connections", SB_CLOSED_BY_ADMIN, TRUE);
          n++;
        }
    }

  return n;
}

void
sb_hub_put_token (SbHub *self, SbToken *token, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (token != NULL);

  Order *order = order_new (put_token_order, done, user_data);

  order->token = sb_token_ref (token);
  hub_order (self, order);
}

static guint
remove_token_order (SbLane *lane, Order *order)
{
  guint n = 0;

  if (lane->listener != NULL)
    sb_gate_remove_token (lane_get_gate (lane), order->token_id);
  for (guint i = lane->sessions->len; i-- > 0;)
    {
      SbSession *session = g_ptr_array_index (lane->sessions, i);

      if (session->state != SB_SESSION_OPEN || session->token->id != order->token_id)
        continue;
      sb_session_close (session, 3000, "invalid token", SB_CLOSED_BY_ADMIN, TRUE);
      n++;
    }

  return n;
}

void
sb_hub_remove_token (SbHub *self, gint64 token_id, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);

  Order *order = order_new (remove_token_order, done, user_data);

  order->token_id = token_id;
  hub_order (self, order);
}

/* --- Clients --------------------------------------------------------------------------------------- */

static guint
disconnect_order (SbLane *lane, Order *order)
{
  guint n = 0;

  for (guint i = lane->sessions->len; i-- > 0;)
    {
      SbSession *session = g_ptr_array_index (lane->sessions, i);

      if (session->state != SB_SESSION_OPEN || !sb_target_matches (order->target, session->peer))
        continue;
      sb_session_close (session, order->code, order->reason, SB_CLOSED_BY_ADMIN, TRUE);
      n++;
    }

  return n;
}

void
sb_hub_disconnect (SbHub *self, const SbTarget *target, guint16 code, const char *reason, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (target != NULL);

  Order *order = order_new (disconnect_order, done, user_data);

  order->target = sb_target_copy (target);
  order->code = code;
  order->reason = g_strdup (reason);
  hub_order (self, order);
}

static guint
block_order (SbLane *lane, Order *order)
{
  guint n = 0;

  if (lane->listener != NULL)
    sb_gate_block (lane_get_gate (lane), order->address, order->until);
  for (guint i = lane->sessions->len; i-- > 0;)
    {
      SbSession *session = g_ptr_array_index (lane->sessions, i);

      if (session->state != SB_SESSION_OPEN || !g_str_equal (session->peer->address, order->address))
        continue;
      sb_session_close (session, 3003, "disconnected by admin: address blocked", SB_CLOSED_BY_ADMIN, TRUE);
      n++;
    }

  return n;
}

void
sb_hub_block_address (SbHub *self, const char *address, gint64 until_monotonic, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (address != NULL);

  Order *order = order_new (block_order, done, user_data);

  order->address = g_strdup (address);
  order->until = until_monotonic;
  hub_order (self, order);
}

static guint
unblock_order (SbLane *lane, Order *order)
{
  if (lane->listener != NULL)
    sb_gate_unblock (lane_get_gate (lane), order->address);

  return 0;
}

void
sb_hub_unblock_address (SbHub *self, const char *address)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (address != NULL);

  Order *order = order_new (unblock_order, NULL, NULL);

  order->address = g_strdup (address);
  hub_order (self, order);
}

/* --- Broadcasts ------------------------------------------------------------------------------------- */

static guint
broadcast_order (SbLane *lane, Order *order)
{
  SbReceipt *receipt = sb_receipt_new (lane, order->broadcast_id, order->started);
  guint n = 0;

  for (guint i = lane->sessions->len; i-- > 0;)
    {
      SbSession *session = g_ptr_array_index (lane->sessions, i);

      if (session->state != SB_SESSION_OPEN || !sb_target_matches (order->target, session->peer))
        continue;
      sb_receipt_expect (receipt);
      sb_session_queue (session, order->frame, receipt);
      n++;
    }
  sb_receipt_close (receipt);

  return n;
}

void
sb_hub_broadcast (SbHub *self, guint64 broadcast_id, const SbTarget *target, SbDirection direction, gboolean binary, GBytes *payload)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (target != NULL);
  g_return_if_fail (payload != NULL);

  Order *order = order_new (broadcast_order, NULL, NULL);
  gsize length;
  const void *data = g_bytes_get_data (payload, &length);

  order->broadcast_id = broadcast_id;
  order->target = sb_target_copy (target);
  order->frame = sb_frame_new (binary ? SB_OPCODE_BINARY : SB_OPCODE_TEXT, data, length);
  order->started = g_get_monotonic_time ();
  hub_order (self, order);
}

/* --- Listening and stopping ------------------------------------------------------------------------ */

static guint
listen_order (SbLane *lane, Order *order)
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

  Order *order = order_new (listen_order, NULL, NULL);

  self->port = sb_listen_socket_get_port (fd);
  self->listening = TRUE;
  order->fd = fd;
  hub_order (self, order);

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
  order_finish (lane, data);
}

/* The last lane to be empty has the listener closed; until then newcomers are told 503. */
static void
lane_drained_cb (SbLane *lane, gpointer user_data)
{
  Order *order = user_data;

  if (atomic_fetch_sub (&order->n_left, 1) > 1)
    return;
  if (lane->index == 0)
    close_listener_task (lane, order);
  else
    sb_lane_pass (lane, lane->lanes[0], close_listener_task, order);
}

static guint
stop_order (SbLane *lane, Order *order)
{
  guint n = sb_counter_get (lane->totals.sessions);

  if (lane->listener != NULL)
    {
      sb_gate_set_draining (lane_get_gate (lane), TRUE);
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

  Order *order = order_new (stop_order, done, user_data);

  self->listening = FALSE;
  order->code = code;
  order->reason = g_strdup (reason);
  order->timeout = timeout;
  hub_order (self, order);
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
      totals->dropped += sb_counter_get (lane->dropped);
      totals->refused += sb_counter_get (lane->refused);
      totals->held += sb_counter_get (lane->held);
      totals->arriving += sb_counter_get (lane->arriving);
      totals->refused_full += sb_counter_get (lane->refused_full);
      totals->refused_address += sb_counter_get (lane->refused_address);
      totals->refused_token += sb_counter_get (lane->refused_token);
      totals->refused_attempts += sb_counter_get (lane->refused_attempts);
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
