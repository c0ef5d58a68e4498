/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-listener"

#include "net/sb-listener.h"

#include "access/sb-address.h"
#include "net/sb-acceptor.h"
#include "net/sb-admission.h"
#include "net/sb-http-refusal.h"
#include "net/sb-request-head.h"
#include "net/sb-request-stream.h"
#include "net/sb-upgrade.h"
#include "sb-clock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

#define MAX_EARLY SB_LANE_BUFFER
/* Refused clients that are upgraded to be told why: nothing else bounds them, for the gate does not count them. */
#define MAX_FAREWELLS 256
#define ANSWER "sb-answer" /* under which a message, and before that its stream, carries what was decided */

struct _SbListener
{
  SbLane *lane;
  SbAdmission *admission;
  SoupServer *server;
  SbAcceptor *acceptor;
  SbAnswer *refused; /* of the request that libsoup is given next, for it to be told; else NULL */
};

/* --- Plain handshakes: what nearly every client sends, in one packet ------------------------------ */

/* Takes @tls. The session needs it, and its descriptor for epoll. */
static void
give_tls (SbArrival *arrival, SbTlsStream *tls)
{
  arrival->peer->tls = TRUE;
  arrival->peer->tls_version = sb_tls_stream_get_version (tls);
  arrival->peer->cipher = sb_tls_stream_get_cipher (tls);
  arrival->tls = tls;
}

/* Without port, in the spelling of sb_address_normalize(). */
static const char *
print_address (const SbRemote *remote, char *text, gsize size)
{
  const void *address = remote->any.sa_family == AF_INET ? (const void *) &remote->v4.sin_addr : &remote->v6.sin6_addr;

  if (remote->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED (&remote->v6.sin6_addr))
    return inet_ntop (AF_INET, &remote->v6.sin6_addr.s6_addr[12], text, size);

  return inet_ntop (remote->any.sa_family, address, text, size);
}

static SbAnswer *
judge_plain (SbListener *self, const SbRequestHead *head, const SbRemote *remote)
{
  char address[INET6_ADDRSTRLEN];
  SbHandshake handshake = {
    .method = "GET",
    .path = head->path,
    .query = head->query,
    .host = head->host,
    .upgrade = head->upgrade,
    .connection = head->connection,
    .key = head->key,
    .version = head->version,
    .protocols = head->protocols,
    .extensions = head->extensions,
    .origin = head->origin,
    .authorization = head->authorization,
    .address = print_address (remote, address, sizeof address),
    .real_time = sb_clock_get_real (),
    .monotonic_time = self->lane->now,
  };

  return sb_answer_new (self->admission, &handshake,
                        ntohs (remote->any.sa_family == AF_INET ? remote->v4.sin_port : remote->v6.sin6_port), NULL);
}

static void
admit_plain (SbListener *self, SbAnswer *answer, const SbRequestHead *head, SbCaller *caller, const guint8 *early,
             gsize n_early)
{
  gboolean told = sb_upgrade_write (caller, head->key, answer->verdict.protocol, &answer->deflate);
  SbArrival *arrival = sb_answer_make_arrival (answer, head->user_agent, head->origin);

  arrival->fd = caller->fd;
  if (caller->tls != NULL)
    give_tls (arrival, caller->tls);
  if (!told)
    {
      sb_admission_give_up (self->admission, arrival);
      return;
    }
  if (n_early > 0)
    arrival->early = g_bytes_new (early, n_early);
  sb_admission_seat (self->admission, arrival, answer->serial);
}

static void
refuse_plain (SbListener *self, const SbAnswer *answer, const SbRequestHead *head, SbCaller *caller)
{
  sb_http_refusal_tell (self->lane, &answer->verdict, answer->address, head->origin, head->path);
  sb_http_refusal_write (caller, &answer->verdict);
  sb_caller_close (caller);
}

/* libsoup's objects for one handshake are four fifths of its cost; so those that need none of what libsoup knows do without, and who floods
 * the server with wrong tokens does not take more than who has a right one. All others are libsoup's. */
static gboolean
heard_cb (SbCaller *caller, const guint8 *bytes, gsize length, gpointer user_data)
{
  SbListener *self = user_data;
  const SbRemote *remote = &caller->remote;
  SbRequestHead head;
  SbAnswer *answer;
  gsize n_early;

  g_clear_pointer (&self->refused, sb_answer_free); /* its connection broke before libsoup had it */
  if ((remote->any.sa_family != AF_INET && remote->any.sa_family != AF_INET6) || !sb_request_head_read (&head, bytes, length))
    return FALSE;

  answer = judge_plain (self, &head, remote);
  n_early = length - head.length;
  if (sb_answer_is_admitted (answer))
    admit_plain (self, answer, &head, caller, bytes + head.length, n_early);
  else if (!answer->verdict.upgrade_to_tell && n_early == 0)
    refuse_plain (self, answer, &head, caller);
  else
    self->refused = g_steal_pointer (&answer);
  sb_request_head_clear (&head);
  g_clear_pointer (&answer, sb_answer_free);

  return self->refused == NULL;
}

/* --- Connections for libsoup ---------------------------------------------------------------------- */

static void
accepted_cb (GIOStream *accepted, GBytes *heard, GSocketAddress *local, GSocketAddress *remote, gpointer user_data)
{
  SbListener *self = user_data;
  g_autoptr (SbRequestStream) stream = sb_request_stream_new (accepted, heard);
  g_autoptr (GError) error = NULL;

  if (self->refused != NULL)
    g_object_set_data_full (G_OBJECT (stream), ANSWER, g_steal_pointer (&self->refused), sb_answer_free);
  /* The one object of ours that the message shows. */
  g_object_set_data_full (G_OBJECT (remote), "sb-request-stream", g_object_ref (stream), g_object_unref);
  if (!soup_server_accept_iostream (self->server, G_IO_STREAM (stream), local, remote, &error))
    g_debug ("could not take a connection: %s", error->message);
}

/* --- The verdict ------------------------------------------------------------------------------- */

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

static guint16
remote_port (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return G_IS_INET_SOCKET_ADDRESS (remote) ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote)) : 0;
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

static SbAnswer *
judge (SbListener *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SbRequestStream *stream = get_request_stream (message);
  GUri *uri = soup_server_message_get_uri (message);
  g_autofree char *path = sb_request_stream_take_path (stream);
  g_autofree char *address = remote_address (message);
  gboolean http_1_0 = soup_server_message_get_http_version (message) == SOUP_HTTP_1_0;
  SbAnswer *answer = g_object_steal_data (G_OBJECT (stream), ANSWER);
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
    .address = address,
    .real_time = sb_clock_get_real (),
    .monotonic_time = self->lane->now,
  };

  /* It was judged already, and a refused token counts once. */
  if (answer != NULL)
    return answer;

  return sb_answer_new (self->admission, &handshake, remote_port (message),
                        sb_request_stream_is_too_large (stream) ? &sb_http_refusal_too_large : NULL);
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

/* Without TLS the session needs the descriptor alone; GIO's and libsoup's objects around it go, which is half of what
 * an idle client would weigh. With TLS it needs that, and the descriptor for epoll. */
static gboolean
take_stream (GIOStream *stream, SbArrival *arrival)
{
  g_autoptr (SbRequestStream) request = NULL;
  g_autoptr (GIOStream) inner = NULL;

  g_object_get (stream, "base-iostream", &request, NULL);
  inner = sb_request_stream_steal_base (request);
  if (SB_IS_TLS_STREAM (inner))
    {
      SbTlsStream *tls = SB_TLS_STREAM (g_steal_pointer (&inner));

      sb_acceptor_forget (G_IO_STREAM (tls));
      arrival->fd = get_fd (sb_tls_stream_get_base (tls));
      give_tls (arrival, tls);
      return TRUE;
    }

  arrival->fd = fcntl (get_fd (inner), F_DUPFD_CLOEXEC, 3);
  g_io_stream_close (inner, NULL, NULL);

  return arrival->fd >= 0;
}

static void
wrote_informational_cb (SoupServerMessage *message, gpointer user_data)
{
  SbAnswer *answer = user_data;
  SbAdmission *admission = answer->admission;
  guint64 serial = answer->serial;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SbLane *lane;

  if (soup_server_message_get_status (message) != SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;

  lane = sb_admission_get_lane (admission);
  sb_lane_begin (lane);

  SbArrival *arrival = sb_answer_make_arrival (answer, soup_message_headers_get_one (headers, "User-Agent"),
                                               soup_message_headers_get_one (headers, "Origin"));

  /* Stealing may free the message, and the answer with it. */
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  arrival->early = read_early (stream);
  /* By holding back a body many can be refused before the first of them is told: of those, too, no more than so many. */
  if (take_stream (stream, arrival) && (arrival->token != NULL || lane->n_farewells < MAX_FAREWELLS))
    sb_admission_seat (admission, arrival, serial);
  else
    sb_admission_give_up (admission, arrival);

  sb_lane_settle (lane);
}

static void
tell_of_compression (SoupServerMessage *message, SbAnswer *answer)
{
  g_autofree char *text = NULL;

  if (answer->deflate.window_bits == 0)
    return;
  text = sb_deflate_offer_answer (&answer->deflate);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Sec-WebSocket-Extensions", text);
}

static gboolean
upgrade (SoupServerMessage *message, SbAnswer *answer)
{
  char *protocols[] = { (char *) answer->verdict.protocol, NULL };
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  /* The gate has found it among those offered; libsoup wants to see nothing else there. */
  soup_message_headers_replace (headers, "Upgrade", "websocket");

  if (!soup_websocket_server_process_handshake (message, NULL, protocols[0] != NULL ? protocols : NULL, NULL, NULL))
    return FALSE;
  g_signal_connect (message, "wrote-informational", G_CALLBACK (wrote_informational_cb), answer);
  tell_of_compression (message, answer);

  return TRUE;
}

static void
tell_refused (SbListener *self, SoupServerMessage *message, const char *address, const SbVerdict *verdict)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  GUri *uri = soup_server_message_get_uri (message); /* NULL where it could not be read */

  sb_http_refusal_tell (self->lane, verdict, address, soup_message_headers_get_one (headers, "Origin"),
                        uri != NULL ? g_uri_get_path (uri) : "");
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

  if (g_object_get_data (G_OBJECT (message), ANSWER) != NULL)
    return;

  verdict.status = soup_server_message_get_status (message);
  sb_lane_begin (self->lane);
  tell_refused (self, message, address, &verdict);
  sb_lane_settle (self->lane);
}

static void
got_headers_cb (SoupServerMessage *message, gpointer user_data)
{
  SbListener *self = user_data;
  SbAnswer *answer;

  sb_lane_begin (self->lane);
  clear_body (message);
  answer = judge (self, message);
  g_object_set_data_full (G_OBJECT (message), ANSWER, answer, sb_answer_free);

  /* Nobody sends a body to us; what comes is not kept. */
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);

  if (!sb_answer_is_admitted (answer))
    {
      tell_refused (self, message, answer->address, &answer->verdict);
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
  SbListener *self = g_new0 (SbListener, 1);

  self->lane = lane;
  self->admission = sb_admission_new (lane);
  self->acceptor = sb_acceptor_new (lane, heard_cb, accepted_cb, self);
  /* The gate wants the path as it was written, to tell "%2e%2e" from "..". */
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  g_signal_connect (self->server, "request-started", G_CALLBACK (request_started_cb), self);

  return self;
}

void
sb_listener_free (SbListener *self)
{
  sb_listener_stop (self);
  g_clear_pointer (&self->refused, sb_answer_free);
  g_object_unref (self->server);
  sb_acceptor_free (self->acceptor);
  sb_admission_free (self->admission);
  g_free (self);
}

SbGate *
sb_listener_get_gate (SbListener *self)
{
  return sb_admission_get_gate (self->admission);
}

void
sb_listener_listen (SbListener *self, int fd)
{
  sb_gate_set_draining (sb_listener_get_gate (self), FALSE);
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
  sb_admission_release (self->admission, peer);
}

GArray *
sb_listener_find_excess (SbListener *self, gint64 token_id, guint max)
{
  return sb_admission_find_excess (self->admission, token_id, max);
}
