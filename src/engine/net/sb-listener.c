/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-listener"

#include "net/sb-listener.h"

#include "access/sb-address.h"
#include "access/sb-deflate-offer.h"
#include "net/sb-acceptor.h"
#include "net/sb-http-refusal.h"
#include "net/sb-request-stream.h"
#include "net/sb-session.h"
#include "sb-clock.h"

#include <fcntl.h>
#include <libsoup/soup.h>
#include <string.h>

#define MAX_EARLY SB_LANE_BUFFER
/* Refused clients that are upgraded to be told why: nothing else bounds them, for the gate does not count them. */
#define MAX_FAREWELLS 256
#define MAX_USER_AGENT 200
#define MAX_ORIGIN 512

struct _SbListener
{
  SbLane *lane;
  SbGate *gate;
  SoupServer *server;
  SbAcceptor *acceptor;

  GHashTable *live;    /* token id → GArray of client ids, ascending */
  guint *load;         /* clients by lane */
  guint64 last_id;
};

/* --- Connections -------------------------------------------------------------------------------- */

static void
accepted_cb (GIOStream *accepted, GSocketAddress *local, GSocketAddress *remote, gpointer user_data)
{
  SbListener *self = user_data;
  g_autoptr (SbRequestStream) stream = sb_request_stream_new (accepted);
  g_autoptr (GError) error = NULL;

  /* The one object of ours that the message shows. */
  g_object_set_data_full (G_OBJECT (remote), "sb-request-stream", g_object_ref (stream), g_object_unref);
  if (!soup_server_accept_iostream (self->server, G_IO_STREAM (stream), local, remote, &error))
    g_debug ("could not take a connection: %s", error->message);
}

/* --- The verdict ------------------------------------------------------------------------------- */

/* What was decided about a request, until it is carried out. */
typedef struct
{
  SbListener *listener;
  SbVerdict verdict;
  guint64 serial; /* the gate's, when it fell */
  char *address;
  SbDeflateOffer deflate; /* window_bits 0: no compression */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *self = data;

  /* Admitted and counted, but the connection broke before it could be told. */
  if (self->verdict.status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    sb_gate_release (self->listener->gate, self->verdict.token->id, self->address);
  sb_verdict_clear (&self->verdict);
  g_free (self->address);
  g_free (self);
}

static char *
remote_address (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  g_autofree char *text = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return g_strdup ("");
  text = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));

  /* An IPv4 client of a socket for both families is one of IPv4, and the zone of a link's address is this computer's own affair. */
  return sb_address_normalize (text);
}

/* What may stand only once is malformed where it stands twice. */
static const char *
get_only (SoupMessageHeaders *headers, const char *name)
{
  const char *all = soup_message_headers_get_list (headers, name);

  return g_strcmp0 (all, soup_message_headers_get_one (headers, name)) == 0 ? all : NULL;
}

static SbRequestStream *
get_request_stream (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return g_object_get_data (G_OBJECT (remote), "sb-request-stream");
}

static void
judge (SbListener *self, SoupServerMessage *message, Answer *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  GUri *uri = soup_server_message_get_uri (message);
  g_autofree char *path = sb_request_stream_take_path (get_request_stream (message));
  gboolean http_1_0 = soup_server_message_get_http_version (message) == SOUP_HTTP_1_0;
  SbHandshake handshake = {
    .method = soup_server_message_get_method (message),
    .path = path,
    .query = g_uri_get_query (uri),
    .host = get_only (headers, "Host"),
    /* An upgrade is not for HTTP/1.0: RFC 9110 §7.8. */
    .upgrade = http_1_0 ? NULL : soup_message_headers_get_list (headers, "Upgrade"),
    .connection = soup_message_headers_get_list (headers, "Connection"),
    .key = get_only (headers, "Sec-WebSocket-Key"),
    .version = get_only (headers, "Sec-WebSocket-Version"),
    .protocols = soup_message_headers_get_list (headers, "Sec-WebSocket-Protocol"),
    .extensions = soup_message_headers_get_list (headers, "Sec-WebSocket-Extensions"),
    /* Two of these are one that is wrong. */
    .origin = soup_message_headers_get_list (headers, "Origin"),
    .authorization = soup_message_headers_get_list (headers, "Authorization"),
    .address = answer->address,
    .real_time = sb_clock_get_real (),
    .monotonic_time = self->lane->now,
  };

  if (sb_request_stream_is_too_large (get_request_stream (message)))
    answer->verdict = sb_http_refusal_too_large;
  else
    sb_gate_judge (self->gate, &handshake, &answer->verdict);
  answer->serial = sb_gate_get_serial (self->gate);
}

/* --- The upgrade ----------------------------------------------------------------------------- */

/* Bytes that came right behind the handshake are in libsoup's buffer, not in the socket any more. */
static GBytes *
read_early (GIOStream *stream)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  g_autofree guint8 *buffer = g_malloc (MAX_EARLY);
  gsize have = 0;

  while (have < MAX_EARLY)
    {
      gssize n = g_pollable_input_stream_read_nonblocking (input, buffer + have, MAX_EARLY - have, NULL, NULL);

      if (n <= 0)
        break;
      have += n;
    }

  return have > 0 ? g_bytes_new (buffer, have) : NULL;
}

static int
get_fd (gpointer connection)
{
  return g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
}

/* Interned: they are a handful, and a copy for each client would weigh more than all of them. */
static void
read_tls (SbPeer *peer, GTlsConnection *connection)
{
  g_autofree char *cipher = g_tls_connection_get_ciphersuite_name (connection);

  peer->tls = TRUE;
  peer->cipher = g_intern_string (cipher);
  switch (g_tls_connection_get_protocol_version (connection))
    {
    case G_TLS_PROTOCOL_VERSION_TLS_1_2: peer->tls_version = "TLS 1.2"; break;
    case G_TLS_PROTOCOL_VERSION_TLS_1_3: peer->tls_version = "TLS 1.3"; break;
    case G_TLS_PROTOCOL_VERSION_UNKNOWN:
    default: break; /* older ones are not accepted */
    }
}

/* Without TLS the session needs the descriptor alone; GIO's and libsoup's objects around it go, which is half of what
 * an idle client would weigh. With TLS it needs GIO's, and the descriptor for epoll. */
static gboolean
take_stream (GIOStream *stream, SbArrival *arrival)
{
  g_autoptr (SbRequestStream) request = NULL;
  g_autoptr (GIOStream) inner = NULL;

  g_object_get (stream, "base-iostream", &request, NULL);
  inner = sb_request_stream_steal_base (request);
  if (G_IS_TLS_CONNECTION (inner))
    {
      g_autoptr (GIOStream) socket = NULL;

      g_object_get (inner, "base-io-stream", &socket, NULL);
      sb_acceptor_forget (inner);
      arrival->fd = get_fd (socket);
      read_tls (arrival->peer, G_TLS_CONNECTION (inner));
      arrival->tls = g_steal_pointer (&inner);
      return TRUE;
    }

  arrival->fd = fcntl (get_fd (inner), F_DUPFD_CLOEXEC, 3);
  g_io_stream_close (inner, NULL, NULL);

  return arrival->fd >= 0;
}

static SbPeer *
make_peer (SbListener *self, SoupServerMessage *message, Answer *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *user_agent = soup_message_headers_get_one (headers, "User-Agent");
  const char *origin = soup_message_headers_get_one (headers, "Origin"); /* ASCII: it was allowed */
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  SbVerdict *verdict = &answer->verdict;
  SbPeer *peer = sb_peer_new ();

  peer->id = ++self->last_id;
  peer->address = g_strdup (answer->address);
  peer->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote));
  peer->channel = g_strdup (verdict->channel != NULL ? verdict->channel : "/");
  peer->name = g_steal_pointer (&verdict->name);
  peer->origin = g_strndup (origin, MAX_ORIGIN);
  peer->joined_at = g_get_real_time ();
  peer->subprotocol = verdict->protocol;
  peer->compressed = answer->deflate.window_bits > 0;
  if (user_agent != NULL)
    peer->user_agent = g_utf8_make_valid (user_agent, MIN (strlen (user_agent), MAX_USER_AGENT));
  if (verdict->token != NULL)
    {
      peer->token_id = verdict->token->id;
      peer->token_label = g_strdup (verdict->token->spec.label);
      peer->token_hint = g_strdup (verdict->token->hint);
    }

  return peer;
}

static void
arrive_task (SbLane *lane, gpointer data)
{
  sb_session_welcome (lane, data);
}

static SbLane *
choose_lane (SbListener *self)
{
  guint least = 0;

  for (guint i = 1; i < self->lane->n_lanes; i++)
    if (self->load[i] < self->load[least])
      least = i;

  return self->lane->lanes[least];
}

static void
register_client (SbListener *self, SbLane *lane, SbPeer *peer)
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
judge_again (SbListener *self, guint64 serial, SbArrival *arrival)
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
           (excess = sb_listener_find_excess (self, token->id, token->spec.max_connections)) != NULL)
    send_away (arrival, 3003, "too many connections"); /* it is the newest */
  else
    arrival->changed = sb_token_ref (token);
}

static void
wrote_informational_cb (SoupServerMessage *message, gpointer user_data)
{
  Answer *answer = user_data;
  SbListener *self = answer->listener;
  SbVerdict *verdict = &answer->verdict;
  guint64 serial = answer->serial;

  if (soup_server_message_get_status (message) != SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;

  sb_lane_begin (self->lane);

  SbArrival *arrival = g_new0 (SbArrival, 1);
  gboolean admitted = verdict->status == SOUP_STATUS_SWITCHING_PROTOCOLS;
  SbLane *lane = admitted ? choose_lane (self) : self->lane;

  arrival->peer = make_peer (self, message, answer);
  if (admitted)
    arrival->token = g_steal_pointer (&verdict->token);
  arrival->window_bits = answer->deflate.window_bits;
  arrival->previous_secret = verdict->previous_secret;
  arrival->close_code = verdict->close_code;
  arrival->close_reason = verdict->close_reason;
  verdict->status = 0; /* from here on the session answers for the place it takes */

  /* Stealing may free the message, and the answer with it. */
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  g_autoptr (GBytes) early = NULL;

  early = read_early (stream);
  /* By holding back a body many can be refused before the first of them is told: of those, too, no more than so many. */
  if (!take_stream (stream, arrival) || (!admitted && lane->n_farewells >= MAX_FAREWELLS))
    {
      if (admitted)
        sb_gate_release (self->gate, arrival->peer->token_id, arrival->peer->address);
      sb_arrival_free (arrival);
    }
  else
    {
      arrival->early = g_steal_pointer (&early);
      if (admitted)
        {
          register_client (self, lane, arrival->peer);
          judge_again (self, serial, arrival);
        }
      if (lane == self->lane)
        sb_session_welcome (lane, arrival);
      else
        sb_lane_pass (self->lane, lane, arrive_task, arrival);
    }

  sb_lane_settle (self->lane);
}

/* libsoup is not asked: it accepts each of several offers, and knows nothing of shared frames. */
static void
agree_on_compression (SoupServerMessage *message, Answer *answer)
{
  const char *offers = soup_message_headers_get_list (soup_server_message_get_request_headers (message),
                                                      "Sec-WebSocket-Extensions");
  g_autofree char *text = NULL;

  if (!answer->listener->lane->limits.compression ||
      sb_deflate_offer_choose (offers, &answer->deflate) != SB_DEFLATE_OFFER_TAKEN)
    return;
  text = sb_deflate_offer_answer (&answer->deflate);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Sec-WebSocket-Extensions", text);
}

static gboolean
upgrade (SoupServerMessage *message, Answer *answer)
{
  char *protocols[] = { (char *) answer->verdict.protocol, NULL };
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  /* The gate has found it among those offered; libsoup wants to see nothing else there. */
  soup_message_headers_replace (headers, "Upgrade", "websocket");

  if (!soup_websocket_server_process_handshake (message, NULL, protocols[0] != NULL ? protocols : NULL, NULL, NULL))
    return FALSE;
  g_signal_connect (message, "wrote-informational", G_CALLBACK (wrote_informational_cb), answer);
  if (answer->verdict.status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    agree_on_compression (message, answer);

  return TRUE;
}

/* Of the answer that stands there for what libsoup can't read. */
static void
clear_body (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_body_truncate (soup_server_message_get_response_body (message));
  soup_message_headers_remove (headers, "Content-Type");
  soup_message_headers_remove (headers, "Connection");
}

/* Never after an upgrade. */
static void
wrote_headers_cb (SoupServerMessage *message, gpointer user_data)
{
  SbListener *self = user_data;
  g_autofree char *address = remote_address (message);
  SbVerdict verdict = sb_http_refusal_malformed;

  if (g_object_get_data (G_OBJECT (message), "sb-answer") != NULL)
    return;

  verdict.status = soup_server_message_get_status (message);
  sb_lane_begin (self->lane);
  sb_http_refusal_tell (self->lane, message, address, &verdict);
  sb_lane_settle (self->lane);
}

static void
got_headers_cb (SoupServerMessage *message, gpointer user_data)
{
  SbListener *self = user_data;
  Answer *answer = g_new0 (Answer, 1);

  sb_lane_begin (self->lane);
  answer->listener = self;
  answer->address = remote_address (message);
  clear_body (message);
  judge (self, message, answer);
  g_object_set_data_full (G_OBJECT (message), "sb-answer", answer, answer_free);

  /* Nobody sends a body to us; what comes is not kept. */
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);

  if (answer->verdict.status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    {
      sb_http_refusal_tell (self->lane, message, answer->address, &answer->verdict);
      if (!answer->verdict.upgrade_to_tell || self->lane->n_farewells >= MAX_FAREWELLS || !upgrade (message, answer))
        sb_http_refusal_answer (message, &answer->verdict);
    }
  else if (!upgrade (message, answer))
    sb_http_refusal_answer (message, &sb_http_refusal_malformed);
  sb_lane_settle (self->lane);
}

static void
request_started_cb (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  /* What libsoup can't read it refuses by itself, with a status of its own and the body that stands there by then. */
  sb_http_refusal_set_body (message, &sb_http_refusal_malformed);
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), user_data);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), user_data);
}

/* --- Life ---------------------------------------------------------------------------------------- */

SbListener *
sb_listener_new (SbLane *lane)
{
  SbGateLimits limits;
  SbListener *self = g_new0 (SbListener, 1);

  sb_gate_limits_init (&limits);
  self->lane = lane;
  self->gate = sb_gate_new (&limits);
  self->load = g_new0 (guint, lane->n_lanes);
  self->live = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  self->acceptor = sb_acceptor_new (lane, accepted_cb, self);
  /* The gate wants the path as it was written, to tell "%2e%2e" from "..". */
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  g_signal_connect (self->server, "request-started", G_CALLBACK (request_started_cb), self);
  sb_gate_limits_clear (&limits);

  return self;
}

void
sb_listener_free (SbListener *self)
{
  sb_listener_stop (self);
  g_object_unref (self->server);
  sb_acceptor_free (self->acceptor);
  sb_gate_free (self->gate);
  g_hash_table_unref (self->live);
  g_free (self->load);
  g_free (self);
}

SbGate *
sb_listener_get_gate (SbListener *self)
{
  return self->gate;
}

void
sb_listener_listen (SbListener *self, int fd)
{
  sb_gate_set_draining (self->gate, FALSE);
  sb_acceptor_listen (self->acceptor, fd);
}

void
sb_listener_set_certificate (SbListener *self, GTlsCertificate *certificate)
{
  sb_acceptor_set_certificate (self->acceptor, certificate);
}

void
sb_listener_limits_changed (SbListener *self)
{
  sb_acceptor_limits_changed (self->acceptor);
}

/* Also cuts what is in the middle of a handshake. */
void
sb_listener_stop (SbListener *self)
{
  if (!sb_acceptor_is_listening (self->acceptor))
    return;

  sb_acceptor_stop (self->acceptor);
  soup_server_disconnect (self->server);
}

void
sb_listener_release (SbListener *self, SbPeer *peer)
{
  GArray *ids = g_hash_table_lookup (self->live, &peer->token_id);

  sb_gate_release (self->gate, peer->token_id, peer->address);
  self->load[peer->lane]--;
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (g_array_index (ids, guint64, i) == peer->id)
      {
        g_array_remove_index (ids, i);
        if (ids->len == 0)
          g_hash_table_remove (self->live, &peer->token_id);
        break;
      }
}

GArray *
sb_listener_find_excess (SbListener *self, gint64 token_id, guint max)
{
  GArray *ids = g_hash_table_lookup (self->live, &token_id);

  if (ids == NULL || ids->len <= max)
    return NULL;

  GArray *excess = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_vals (excess, &g_array_index (ids, guint64, max), ids->len - max);

  return excess;
}
