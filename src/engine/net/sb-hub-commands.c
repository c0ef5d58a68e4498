/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-hub-private.h"

#include "net/sb-listener.h"
#include "net/sb-session.h"
#include "sb-clock.h"

/* What can be ordered of the lanes. */

/* --- Limits -------------------------------------------------------------------------------------- */

static guint
certificate_order (SbLane *lane, SbOrder *order)
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

  SbOrder *order = sb_order_new (certificate_order, NULL, NULL);

  g_set_object (&order->certificate, certificate);
  sb_hub_order (self, order);
}

static guint
gate_limits_order (SbLane *lane, SbOrder *order)
{
  SbGate *gate = sb_lane_get_gate (lane);

  if (gate != NULL)
    sb_gate_set_limits (gate, order->gate_limits);

  return 0;
}

void
sb_hub_set_gate_limits (SbHub *self, const SbGateLimits *limits)
{
  g_return_if_fail (self != NULL);

  SbOrder *order = sb_order_new (gate_limits_order, NULL, NULL);

  order->gate_limits = sb_gate_limits_copy (limits);
  sb_hub_order (self, order);
}

static guint
session_limits_order (SbLane *lane, SbOrder *order)
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

  SbOrder *order = sb_order_new (session_limits_order, NULL, NULL);

  order->session_limits = *limits;
  sb_hub_order (self, order);
}

static guint
fence_order (SbLane *lane, SbOrder *order)
{
  return 0;
}

void
sb_hub_fence (SbHub *self, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (done != NULL);

  sb_hub_order (self, sb_order_new (fence_order, done, user_data));
}

/* --- Rules ------------------------------------------------------------------------------------- */

static guint
rules_order (SbLane *lane, SbOrder *order)
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

  SbOrder *order = sb_order_new (rules_order, done, user_data);

  order->rules = table != NULL ? sb_rule_table_ref (table) : NULL;
  sb_hub_order (self, order);
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
put_token_order (SbLane *lane, SbOrder *order)
{
  gint64 now = sb_clock_get_real ();
  SbToken *token = order->token;
  guint n = 0;

  if (lane->listener != NULL)
    {
      sb_gate_put_token (sb_lane_get_gate (lane), token);
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

  SbOrder *order = sb_order_new (put_token_order, done, user_data);

  order->token = sb_token_ref (token);
  sb_hub_order (self, order);
}

static guint
remove_token_order (SbLane *lane, SbOrder *order)
{
  guint n = 0;

  if (lane->listener != NULL)
    sb_gate_remove_token (sb_lane_get_gate (lane), order->token_id);
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

  SbOrder *order = sb_order_new (remove_token_order, done, user_data);

  order->token_id = token_id;
  sb_hub_order (self, order);
}

/* --- Clients --------------------------------------------------------------------------------------- */

static guint
disconnect_order (SbLane *lane, SbOrder *order)
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

  SbOrder *order = sb_order_new (disconnect_order, done, user_data);

  order->target = sb_target_copy (target);
  order->code = code;
  order->reason = g_strdup (reason);
  sb_hub_order (self, order);
}

static guint
block_order (SbLane *lane, SbOrder *order)
{
  guint n = 0;

  if (lane->listener != NULL)
    sb_gate_block (sb_lane_get_gate (lane), order->address, order->until);
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

  SbOrder *order = sb_order_new (block_order, done, user_data);

  order->address = g_strdup (address);
  order->until = until_monotonic;
  sb_hub_order (self, order);
}

static guint
unblock_order (SbLane *lane, SbOrder *order)
{
  if (lane->listener != NULL)
    sb_gate_unblock (sb_lane_get_gate (lane), order->address);

  return 0;
}

void
sb_hub_unblock_address (SbHub *self, const char *address)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (address != NULL);

  SbOrder *order = sb_order_new (unblock_order, NULL, NULL);

  order->address = g_strdup (address);
  sb_hub_order (self, order);
}

/* --- Broadcasts ------------------------------------------------------------------------------------- */

static guint
broadcast_order (SbLane *lane, SbOrder *order)
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
  /* In the same breath, so that nobody joins in between. */
  if (order->retained != NULL)
    sb_router_set_retained (&lane->router, order->retained);

  return n;
}

static void
hub_send (SbHub *self, guint64 broadcast_id, const SbTarget *target, SbFrame *frame, SbRetainedTable *retained)
{
  SbOrder *order = sb_order_new (broadcast_order, NULL, NULL);

  order->broadcast_id = broadcast_id;
  order->target = sb_target_copy (target);
  order->frame = frame;
  order->retained = retained != NULL ? sb_retained_table_ref (retained) : NULL;
  order->started = g_get_monotonic_time ();
  sb_hub_order (self, order);
}

void
sb_hub_broadcast (SbHub *self, guint64 broadcast_id, const SbTarget *target, SbDirection direction, gboolean binary, GBytes *payload)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (target != NULL);
  g_return_if_fail (payload != NULL);

  gsize length;
  const void *data = g_bytes_get_data (payload, &length);

  hub_send (self, broadcast_id, target, sb_frame_new (binary ? SB_OPCODE_BINARY : SB_OPCODE_TEXT, data, length), NULL);
}

void
sb_hub_broadcast_retained (SbHub *self, guint64 broadcast_id, const SbTarget *target, SbFrame *frame, SbRetainedTable *table)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (target != NULL);
  g_return_if_fail (frame != NULL);
  g_return_if_fail (table != NULL);

  hub_send (self, broadcast_id, target, sb_frame_ref (frame), table);
}

static guint
retained_order (SbLane *lane, SbOrder *order)
{
  sb_router_set_retained (&lane->router, order->retained);

  return 0;
}

void
sb_hub_set_retained (SbHub *self, SbRetainedTable *table, SbHubDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (table != NULL);

  SbOrder *order = sb_order_new (retained_order, done, user_data);

  order->retained = sb_retained_table_ref (table);
  sb_hub_order (self, order);
}
