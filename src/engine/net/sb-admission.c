/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-admission.h"

#include <string.h>

#define ADMITTED 101 /* switching protocols */
#define MAX_USER_AGENT 200
#define MAX_ORIGIN 512

struct _SbAdmission
{
  SbLane *lane;
  SbGate *gate;
  GHashTable *live; /* token id → GArray of client ids, ascending */
  guint *load;      /* clients by lane */
  guint64 last_id;
};

/* --- The answer -------------------------------------------------------------------------------- */

/* libsoup is not asked: it accepts each of several offers, and knows nothing of shared frames. */
static void
agree_on_compression (SbAnswer *self, const char *offers)
{
  if (!self->admission->lane->limits.compression ||
      sb_deflate_offer_choose (offers, &self->deflate) != SB_DEFLATE_OFFER_TAKEN)
    self->deflate.window_bits = 0;
}

SbAnswer *
sb_answer_new (SbAdmission *admission, const SbHandshake *handshake, guint16 port, const SbVerdict *verdict)
{
  SbAnswer *self = g_new0 (SbAnswer, 1);

  self->admission = admission;
  self->address = g_strdup (handshake->address);
  self->port = port;
  if (verdict != NULL)
    self->verdict = *verdict;
  else
    sb_gate_judge (admission->gate, handshake, &self->verdict);
  self->serial = sb_gate_get_serial (admission->gate);
  if (sb_answer_is_admitted (self))
    agree_on_compression (self, handshake->extensions);

  return self;
}

void
sb_answer_free (gpointer data)
{
  SbAnswer *self = data;

  /* Admitted and counted, but the connection broke before it could be told. */
  if (sb_answer_is_admitted (self))
    sb_gate_release (self->admission->gate, self->verdict.token->id, self->address);
  sb_verdict_clear (&self->verdict);
  g_free (self->address);
  g_free (self);
}

gboolean
sb_answer_is_admitted (const SbAnswer *self)
{
  return self->verdict.status == ADMITTED;
}

static SbPeer *
make_peer (SbAnswer *self, const char *user_agent, const char *origin)
{
  SbVerdict *verdict = &self->verdict;
  SbPeer *peer = sb_peer_new ();

  peer->id = ++self->admission->last_id;
  peer->address = g_strdup (self->address);
  peer->port = self->port;
  peer->channel = g_strdup (verdict->channel != NULL ? verdict->channel : "/");
  peer->name = g_steal_pointer (&verdict->name);
  peer->origin = g_strndup (origin, MAX_ORIGIN); /* ASCII: it was allowed */
  peer->joined_at = g_get_real_time ();
  peer->subprotocol = verdict->protocol;
  peer->compressed = self->deflate.window_bits > 0;
  if (user_agent != NULL)
    peer->user_agent = g_utf8_make_valid (user_agent, (gssize) MIN (strlen (user_agent), MAX_USER_AGENT));
  if (verdict->token != NULL)
    {
      peer->token_id = verdict->token->id;
      peer->token_label = g_strdup (verdict->token->spec.label);
      peer->token_hint = g_strdup (verdict->token->hint);
    }

  return peer;
}

SbArrival *
sb_answer_make_arrival (SbAnswer *self, const char *user_agent, const char *origin)
{
  SbVerdict *verdict = &self->verdict;
  SbArrival *arrival = g_new0 (SbArrival, 1);

  arrival->fd = -1;
  arrival->peer = make_peer (self, user_agent, origin);
  if (sb_answer_is_admitted (self))
    arrival->token = g_steal_pointer (&verdict->token);
  arrival->window_bits = self->deflate.window_bits;
  arrival->previous_secret = verdict->previous_secret;
  arrival->close_code = verdict->close_code;
  arrival->close_reason = verdict->close_reason;
  verdict->status = 0; /* from here on the arrival answers for the place it takes */

  return arrival;
}

/* --- Seating --------------------------------------------------------------------------------- */

static void
arrive_task (SbLane *lane, gpointer data)
{
  sb_session_welcome (lane, data);
}

static SbLane *
choose_lane (SbAdmission *self)
{
  guint least = 0;

  for (guint i = 1; i < self->lane->n_lanes; i++)
    if (self->load[i] < self->load[least])
      least = i;

  return self->lane->lanes[least];
}

static void
register_client (SbAdmission *self, SbLane *lane, SbPeer *peer)
{
  GArray *ids = g_hash_table_lookup (self->live, &peer->token_id);

  if (ids == NULL)
    {
      ids = g_array_new (FALSE, FALSE, sizeof (guint64));
      g_hash_table_insert (self->live, g_memdup2 (&peer->token_id, sizeof peer->token_id), ids);
    }
  g_array_append_val (ids, peer->id);
  peer->lane = lane->index;
  self->load[lane->index]++;
}

static void
send_away (SbArrival *arrival, guint16 code, const char *reason)
{
  arrival->close_code = code;
  arrival->close_reason = reason;
}

/* The verdict falls with the headers, but the client may have taken its time since, by holding back a body that it announced: what was
 * ordered meanwhile concerned everybody but those on their way. The client is registered. */
static void
judge_again (SbAdmission *self, guint64 serial, SbArrival *arrival)
{
  SbToken *token;
  g_autoptr (GArray) excess = NULL;

  if (G_LIKELY (sb_gate_get_serial (self->gate) == serial))
    return;

  token = sb_gate_find_token (self->gate, arrival->token->id);
  if (token == NULL)
    send_away (arrival, 3000, "invalid token");
  else if (sb_gate_is_blocked (self->gate, arrival->peer->address, self->lane->now))
    send_away (arrival, 3003, "disconnected by admin: address blocked");
  else if (token->spec.max_connections > 0 &&
           (excess = sb_admission_find_excess (self, token->id, token->spec.max_connections)) != NULL)
    send_away (arrival, 3003, "too many connections"); /* it is the newest */
  else
    arrival->changed = sb_token_ref (token);
}

void
sb_admission_seat (SbAdmission *self, SbArrival *arrival, guint64 serial)
{
  gboolean stays = arrival->token != NULL; /* else it is only told why not */
  SbLane *lane = stays ? choose_lane (self) : self->lane;

  if (stays)
    {
      register_client (self, lane, arrival->peer);
      judge_again (self, serial, arrival);
    }
  if (lane == self->lane)
    sb_session_welcome (lane, arrival);
  else
    sb_lane_pass (self->lane, lane, arrive_task, arrival);
}

void
sb_admission_give_up (SbAdmission *self, SbArrival *arrival)
{
  if (arrival->token != NULL)
    sb_gate_release (self->gate, arrival->peer->token_id, arrival->peer->address);
  sb_arrival_free (arrival);
}

/* --- Life ---------------------------------------------------------------------------------------- */

SbAdmission *
sb_admission_new (SbLane *lane)
{
  SbGateLimits limits;
  SbAdmission *self = g_new0 (SbAdmission, 1);

  sb_gate_limits_init (&limits);
  self->lane = lane;
  self->gate = sb_gate_new (&limits);
  self->load = g_new0 (guint, lane->n_lanes);
  self->live = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  sb_gate_limits_clear (&limits);

  return self;
}

void
sb_admission_free (SbAdmission *self)
{
  sb_gate_free (self->gate);
  g_hash_table_unref (self->live);
  g_free (self->load);
  g_free (self);
}

SbGate *
sb_admission_get_gate (SbAdmission *self)
{
  return self->gate;
}

SbLane *
sb_admission_get_lane (SbAdmission *self)
{
  return self->lane;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint64 one = *(const guint64 *) a, other = *(const guint64 *) b;

  return one < other ? -1 : one > other;
}

void
sb_admission_release (SbAdmission *self, SbPeer *peer)
{
  GArray *ids = g_hash_table_lookup (self->live, &peer->token_id);
  guint place;

  sb_gate_release (self->gate, peer->token_id, peer->address);
  self->load[peer->lane]--;
  if (ids == NULL || !g_array_binary_search (ids, &peer->id, compare_ids, &place))
    return;
  g_array_remove_index (ids, place);
  if (ids->len == 0)
    g_hash_table_remove (self->live, &peer->token_id);
}

GArray *
sb_admission_find_excess (SbAdmission *self, gint64 token_id, guint max)
{
  GArray *ids = g_hash_table_lookup (self->live, &token_id);

  if (ids == NULL || ids->len <= max)
    return NULL;

  GArray *excess = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_vals (excess, &g_array_index (ids, guint64, max), ids->len - max);

  return excess;
}
