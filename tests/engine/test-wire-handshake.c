/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handshakes, byte by byte: what comes in, and how everything else is refused. */
#include "config.h"

#include "wire-fixture.h"
#include "wire-requests.h"

#include <arpa/inet.h>
#include <json-glib/json-glib.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define PATH(path) "GET " path " HTTP/1.1\r\n" REST

/* One request without its last empty line. The token is added as it should be, but where the request has an
 * Authorization of its own; "TOKEN" stands for it there, "NOTHING" for none. */
typedef struct
{
  const char *name;
  const char *request;
  guint status;        /* 0: closed without an answer */
  const char *outcome; /* of 101 the channel, of others the error's code */
} Case;

static const Case cases[] = {
  /* Methods: only GET upgrades (RFC 6455 §4.1). */
  { "method/get", GET REST, 101, "/" },
  { "method/head", "HEAD / HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/post", "POST / HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/put", "PUT / HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/delete", "DELETE / HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/options", "OPTIONS / HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/connect", "CONNECT 127.0.0.1:80 HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/trace", "TRACE / HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/lower-case", "get / HTTP/1.1\r\n" REST, 400, "bad_request" },
  { "method/unheard-of", "BREW / HTTP/1.1\r\n" REST, 400, "bad_request" },
  /* The version of HTTP */
  { "http/1.0", "GET / HTTP/1.0\r\n" REST, 426, "upgrade_required" },
  { "http/1.0-without-host", "GET / HTTP/1.0\r\n" UPGRADE CONNECTION VERSION KEY, 426, "upgrade_required" },
  { "http/lower-case", "GET / http/1.1\r\n" REST, 400, "bad_request" },
  { "http/2-preface", "PRI * HTTP/2.0\r\n", 505, "bad_request" },
  { "http/1.2", "GET / HTTP/1.2\r\n" REST, 505, "bad_request" },
  { "http/unknown-transfer-encoding", GET REST "Transfer-Encoding: mystery\r\n", 501, "bad_request" },
  { "http/none", "GET /\r\n" REST, 400, "bad_request" },
  { "http/not-http", "\x16\x03\x01\x02\x01\x01", 400, "bad_request" },
  /* An ordinary request */
  { "upgrade/none", GET HOST, 426, "upgrade_required" },
  { "upgrade/other", GET HOST "Upgrade: h2c\r\n" CONNECTION VERSION KEY, 426, "upgrade_required" },
  { "upgrade/any-case", GET HOST "uPGRADE: WebSocket\r\n" CONNECTION VERSION KEY, 101, "/" },
  { "upgrade/one-of-several", GET HOST "Upgrade: h2c, websocket\r\n" CONNECTION VERSION KEY, 101, "/" },
  { "connection/none", GET HOST UPGRADE VERSION KEY, 400, "bad_request" },
  { "connection/other", GET HOST UPGRADE "Connection: keep-alive\r\n" VERSION KEY, 400, "bad_request" },
  { "connection/one-of-several", GET HOST UPGRADE "Connection: keep-alive, Upgrade\r\n" VERSION KEY, 101, "/" },
  { "connection/in-two-lines",
    GET HOST UPGRADE "Connection: keep-alive\r\nConnection: upgrade\r\n" VERSION KEY, 101, "/" },
  /* The version of the protocol */
  { "version/none", GET HOST UPGRADE CONNECTION KEY, 400, "bad_request" },
  { "version/empty", GET HOST UPGRADE CONNECTION "Sec-WebSocket-Version: \r\n" KEY, 426, "upgrade_required" },
  { "version/8", GET HOST UPGRADE CONNECTION "Sec-WebSocket-Version: 8\r\n" KEY, 426, "upgrade_required" },
  { "version/14", GET HOST UPGRADE CONNECTION "Sec-WebSocket-Version: 14\r\n" KEY, 426, "upgrade_required" },
  { "version/013", GET HOST UPGRADE CONNECTION "Sec-WebSocket-Version: 013\r\n" KEY, 426, "upgrade_required" },
  { "version/13.0", GET HOST UPGRADE CONNECTION "Sec-WebSocket-Version: 13.0\r\n" KEY, 426, "upgrade_required" },
  { "version/with-blanks", GET HOST UPGRADE CONNECTION "Sec-WebSocket-Version: \t 13 \t\r\n" KEY, 101, "/" },
  /* The key: 16 bytes in Base64, once (§4.2.1, §11.3.1) */
  { "key/none", GET HOST UPGRADE CONNECTION VERSION, 400, "bad_request" },
  { "key/empty", GET HOST UPGRADE CONNECTION VERSION "Sec-WebSocket-Key: \r\n", 400, "bad_request" },
  { "key/short",
    GET HOST UPGRADE CONNECTION VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n", 400, "bad_request" },
  { "key/long",
    GET HOST UPGRADE CONNECTION VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWQh\r\n", 400, "bad_request" },
  { "key/unpadded",
    GET HOST UPGRADE CONNECTION VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n", 400, "bad_request" },
  { "key/no-base64",
    GET HOST UPGRADE CONNECTION VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub2?jZQ==\r\n", 400, "bad_request" },
  { "key/twice", GET REST KEY, 400, "bad_request" },
  /* Host: exactly one (RFC 9112 §3.2) */
  { "host/none", GET UPGRADE CONNECTION VERSION KEY, 400, "bad_request" },
  { "host/empty", GET "Host: \r\n" UPGRADE CONNECTION VERSION KEY, 400, "bad_request" },
  { "host/twice", GET REST "Host: other.example\r\n", 400, "bad_request" },
  { "host/with-path", GET "Host: 127.0.0.1/other\r\n" UPGRADE CONNECTION VERSION KEY, 400, "bad_request" },
  { "host/with-port", GET "Host: 127.0.0.1:8080\r\n" UPGRADE CONNECTION VERSION KEY, 101, "/" },
  /* Channels */
  { "path/one", PATH ("/news"), 101, "/news" },
  { "path/deep", PATH ("/a/b/c"), 101, "/a/b/c" },
  { "path/every-character", PATH ("/AZaz09._~-"), 101, "/AZaz09._~-" },
  { "path/three-dots", PATH ("/..."), 101, "/..." },
  { "path/query-is-not-part", PATH ("/news?name=Fred&x=%00"), 101, "/news" },
  { "path/percent", PATH ("/%6eews"), 101, "/news" },
  { "path/absolute", PATH ("http://127.0.0.1/news"), 101, "/news" },
  { "path/absolute-ws", PATH ("ws://127.0.0.1/news"), 101, "/news" },
  { "path/absolute-of-another-host", PATH ("http://elsewhere.example/news"), 101, "/news" },
  { "path/absolute-dots", PATH ("http://127.0.0.1/a/../news"), 404, "no_such_channel" },
  { "path/reserved-is-whole-segments", PATH ("/apiary"), 101, "/apiary" },
  { "path/reserved-is-first", PATH ("/a/api"), 101, "/a/api" },
  { "path/empty-absolute", PATH ("http://127.0.0.1?name=Fred"), 101, "/" },
  { "path/star-alone", PATH ("*"), 404, "no_such_channel" },
  { "path/no-slash", PATH ("news"), 400, "bad_request" },
  { "path/dots", PATH ("/.."), 404, "no_such_channel" },
  { "path/dots-inside", PATH ("/a/../b"), 404, "no_such_channel" },
  { "path/one-dot", PATH ("/a/./b"), 404, "no_such_channel" },
  { "path/percent-dots", PATH ("/%2e%2e"), 404, "no_such_channel" },
  { "path/percent-dots-upper", PATH ("/a/%2E%2E/b"), 404, "no_such_channel" },
  { "path/half-percent-dots", PATH ("/.%2e/etc/passwd"), 404, "no_such_channel" },
  { "path/decoded-once", PATH ("/%252e%252e"), 404, "no_such_channel" },
  { "path/percent-nul", PATH ("/a%00b"), 404, "no_such_channel" },
  { "path/percent-slash", PATH ("/a%2f%2fb"), 404, "no_such_channel" },
  { "path/percent-newline", PATH ("/a%0d%0ab"), 404, "no_such_channel" },
  { "path/backslash", PATH ("/a\\b"), 404, "no_such_channel" },
  { "path/empty-segment", PATH ("/a//b"), 404, "no_such_channel" },
  { "path/two-slashes", PATH ("//"), 404, "no_such_channel" },
  { "path/trailing-slash", PATH ("/a/"), 404, "no_such_channel" },
  { "path/not-ascii", PATH ("/\xC3\xA4"), 404, "no_such_channel" },
  { "path/percent-not-ascii", PATH ("/%c3%a4"), 404, "no_such_channel" },
  { "path/star", PATH ("/*"), 404, "no_such_channel" },
  { "path/api", PATH ("/api"), 404, "no_such_channel" },
  { "path/api-below", PATH ("/api/v1"), 404, "no_such_channel" },
  { "path/metrics", PATH ("/metrics"), 404, "no_such_channel" },
  { "path/console", PATH ("/console"), 404, "no_such_channel" },
  { "path/socket.io", PATH ("/socket.io/?EIO=4&transport=websocket"), 404, "no_such_channel" },
  { "path/reserved-in-disguise", PATH ("/%61pi"), 404, "no_such_channel" },
  /* Tokens */
  { "token/none", GET REST "NOTHING", 401, "missing_token" },
  { "token/bearer-any-case", GET REST "Authorization: bEARER TOKEN\r\n", 101, "/" },
  { "token/blanks-around", GET REST "Authorization:  Bearer   TOKEN  \r\n", 101, "/" },
  { "token/empty", GET REST "Authorization: Bearer\r\n", 401, "invalid_token" },
  { "token/other-scheme", GET REST "Authorization: Basic c2J4OnNieA==\r\n", 401, "invalid_token" },
  { "token/without-scheme", GET REST "Authorization: TOKEN\r\n", 401, "invalid_token" },
  { "token/longer", GET REST "Authorization: Bearer TOKENx\r\n", 401, "invalid_token" },
  { "token/twice", GET REST "Authorization: Bearer TOKEN\r\nAuthorization: Bearer TOKEN\r\n", 401, "invalid_token" },
  { "token/words-behind", GET REST "Authorization: Bearer TOKEN, Bearer TOKEN\r\n", 401, "invalid_token" },
  { "token/unknown",
    GET REST "Authorization: Bearer sbx_0000000000000000000000000000000000000\r\n", 401, "invalid_token" },
  { "token/in-protocols", GET REST "Sec-WebSocket-Protocol: signalbox, bearer.TOKEN\r\nNOTHING", 101, "/" },
  { "token/first-place-decides",
    GET REST "Authorization: Bearer x\r\nSec-WebSocket-Protocol: bearer.TOKEN\r\n", 401, "invalid_token" },
  { "token/not-in-url", PATH ("/?access_token=TOKEN") "NOTHING", 401, "missing_token" },
  /* Headers that bend the rules */
  { "headers/lines-end-in-lf", "GET / HTTP/1.1\nHost: 127.0.0.1\nUpgrade: websocket\nConnection: Upgrade\n"
                               "Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n", 101, "/" },
  { "headers/origin-of-this-host", GET REST "Origin: http://127.0.0.1:3000\r\n", 101, "/" },
  { "headers/origin-elsewhere", GET REST "Origin: http://evil.example\r\n", 403, "origin_not_allowed" },
  { "headers/origin-null", GET REST "Origin: null\r\n", 403, "origin_not_allowed" },
  { "headers/extensions-malformed", GET REST "Sec-WebSocket-Extensions: foo; =\r\n", 400, "bad_request" },
  { "headers/blank-before-colon", GET REST "X-Other : a\r\n", 101, "/" },
  { "headers/without-colon", GET REST "nothing\r\n", 101, "/" },
  { "headers/same-upgrade-twice", GET REST "Upgrade: websocket\r\n", 101, "/" },
  { "headers/extensions-are-not-taken-up", GET REST "Sec-WebSocket-Extensions: permessage-deflate\r\n", 101, "/" },
};

/* The case's request, whole, with the token in its places. */
static GString *
make_request (Wire *self, const Case *c)
{
  GString *request = g_string_new (c->request);

  if (strstr (c->request, "Authorization") == NULL && g_string_replace (request, "NOTHING", "", 0) == 0)
    g_string_append_printf (request, "Authorization: Bearer %s\r\n", self->secret);
  g_string_replace (request, "NOTHING", "", 0);
  g_string_replace (request, "TOKEN", self->secret, 0);
  g_string_append (request, "\r\n");
  return request;
}

static void
check_welcome (Wire *self, SbTestClient *client, const SbTestResponse *response, const Case *c)
{
  const char *offered = strstr (c->request, "Protocol: signalbox") != NULL ? "signalbox" : NULL;

  g_assert_cmpstr (sb_test_response_get_header (response, "sec-websocket-accept"), ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  g_assert_cmpstr (sb_test_response_get_header (response, "sec-websocket-protocol"), ==, offered);
  g_assert_null (sb_test_response_get_header (response, "sec-websocket-extensions"));
  g_assert_null (sb_test_response_get_header (response, "content-type"));
  g_assert_null (sb_test_response_get_header (response, "content-length"));
  g_assert_cmpstr (sb_test_response_get_header (response, "connection"), ==, "Upgrade");
  sb_test_wait (self->n_joined == 1);
  g_assert_cmpstr (g_ptr_array_index (self->channels, 0), ==, c->outcome);
  g_assert_cmpstr (self->last->subprotocol, ==, offered);
  sb_test_client_expect_silence (client);
  sb_test_client_close (client);
  sb_test_wait (self->n_left == 1);
}

/* Refused by the gate: as docs/protocol.md says, and the admin is told. */
static void
check_refusal (Wire *self, const SbTestResponse *response, const Case *c)
{
  g_autofree char *told = g_strdup_printf ("%u %s", c->status, c->outcome);
  const char *challenge = sb_test_response_get_header (response, "www-authenticate");

  if (!g_str_has_prefix (c->request, "HEAD"))
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      JsonObject *body;

      g_assert_true (json_parser_load_from_data (parser, response->body, response->body_length, NULL));
      body = json_node_get_object (json_parser_get_root (parser));
      g_assert_cmpstr (json_object_get_string_member (body, "error"), ==, c->outcome);
      g_assert_cmpuint (strlen (json_object_get_string_member (body, "message")), >, 10);
    }
  g_assert_cmpstr (sb_test_response_get_header (response, "content-type"), ==, "application/json");
  g_assert_nonnull (strstr (sb_test_response_get_header (response, "connection"), "close"));
  if (g_str_equal (c->outcome, "invalid_token"))
    g_assert_cmpstr (challenge, ==, "Bearer realm=\"signalbox\", error=\"invalid_token\"");
  else
    g_assert_cmpstr (challenge, ==, c->status == 401 ? "Bearer realm=\"signalbox\"" : NULL);
  if (c->status == 426)
    {
      g_assert_cmpstr (sb_test_response_get_header (response, "upgrade"), ==, "websocket");
      g_assert_cmpstr (sb_test_response_get_header (response, "sec-websocket-version"), ==, "13");
    }
  sb_test_wait (self->refusals->len == 1);
  g_assert_cmpstr (g_ptr_array_index (self->refusals, 0), ==, told);
  /* Nothing that a client could have said in its request comes back. */
  g_assert_null (strstr (response->body, self->secret));
}

/* An empty line before a request is to be ignored (RFC 9112 §2.2), but no client sends one: with it, libsoup reads every handshake, and the
 * outcome has to be that of the plain ones that are read without it. */
#define BY_LIBSOUP "\r\n"

static void
run_case (Wire *self, const Case *c, const char *before)
{
  g_autoptr (GString) request = make_request (self, c);
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestClient) after = NULL;
  g_autoptr (SbTestResponse) response = NULL;

  if (g_str_has_prefix (c->request, "HEAD"))
    sb_test_client_set_head_only (client);
  g_string_prepend (request, before);
  sb_test_client_send_bytes (client, request->str, request->len);
  response = sb_test_client_receive_response (client);
  g_assert_cmpuint (response != NULL ? response->status : 0, ==, c->status);
  if (c->status == 101)
    check_welcome (self, client, response, c);
  else
    check_refusal (self, response, c);
  if (c->status != 101)
    g_assert_cmpuint (self->n_joined, ==, 0);

  after = wire_open (self, "/after");
  sb_test_client_expect_silence (after);
}

static void
test_case (Wire *self, gconstpointer data)
{
  run_case (self, data, "");
}

static void
test_case_by_libsoup (Wire *self, gconstpointer data)
{
  run_case (self, data, BY_LIBSOUP);
}

static SbTestResponse *
ask (Wire *self, const Case *c, const char *before)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (GString) request = make_request (self, c);
  SbTestResponse *response;

  g_string_prepend (request, before);
  sb_test_client_send_bytes (client, request->str, request->len);
  response = sb_test_client_receive_response (client);
  sb_test_client_expect_end (client);
  return response;
}

/* Header by header, and the body, but for the second in which they were written. */
static void
test_same_refusals (Wire *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTestResponse) plain = NULL;
      g_autoptr (SbTestResponse) by_libsoup = NULL;
      GHashTableIter iter;
      const char *name, *value;

      if (cases[i].status == 101 || !g_str_has_prefix (cases[i].request, "GET "))
        continue;
      plain = ask (self, &cases[i], "");
      by_libsoup = ask (self, &cases[i], BY_LIBSOUP);
      g_assert_cmpuint (g_hash_table_size (plain->headers), ==, g_hash_table_size (by_libsoup->headers));
      g_hash_table_iter_init (&iter, plain->headers);
      while (g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &value))
        if (g_str_equal (name, "date"))
          g_assert_cmpuint (strlen (value), ==, strlen (sb_test_response_get_header (by_libsoup, name)));
        else
          g_assert_cmpstr (value, ==, sb_test_response_get_header (by_libsoup, name));
      g_assert_cmpmem (plain->body, plain->body_length, by_libsoup->body, by_libsoup->body_length);
    }
}

/* The one thing that tells them apart: libsoup says what time it is when it lets somebody in. */
static void
test_who_reads (Wire *self, gconstpointer data)
{
  static const Case plain = { "plain", GET REST, 101, "/" };
  static const char *const before[] = { "", BY_LIBSOUP };

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
      g_autoptr (GString) request = make_request (self, &plain);
      g_autoptr (SbTestResponse) response = NULL;

      g_string_prepend (request, before[i]);
      sb_test_client_send_bytes (client, request->str, request->len);
      response = sb_test_client_receive_response (client);
      g_assert_cmpuint (response->status, ==, 101);
      g_assert_cmpint (sb_test_response_get_header (response, "date") != NULL, ==, i == 1);
    }
}

/* Each of them is judged once, whoever answers: thirty wrong tokens, not fifteen. */
static void
test_attempts (Wire *self, gconstpointer data)
{
  static const Case wrong = { "wrong", GET REST "Authorization: Bearer x\r\n", 401, "invalid_token" };
  SbGateLimits limits;

  sb_gate_limits_init (&limits);
  sb_hub_set_gate_limits (self->hub, &limits);
  for (guint i = 0; i <= limits.max_attempts; i++)
    {
      g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
      g_autoptr (GString) request = make_request (self, &wrong);
      g_autoptr (SbTestResponse) response = NULL;

      if (i % 2 == 1)
        g_string_prepend (request, BY_LIBSOUP);
      sb_test_client_send_bytes (client, request->str, request->len);
      response = sb_test_client_receive_response (client);
      g_assert_cmpuint (response->status, ==, i < limits.max_attempts ? 401 : 429);
    }
  sb_gate_limits_clear (&limits);
}

/* Some that have been accepted but say nothing yet, which whoever comes in after them proves. */
static GPtrArray *
open_silent (Wire *self, guint n)
{
  GPtrArray *clients = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_client_free);
  g_autoptr (SbTestClient) after = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (clients, sb_test_client_new (self->port));
  after = wire_open (self, "/after");
  sb_test_client_close (after);
  return clients;
}

/* Who takes its time is read in the same way, and who leaves without a word is no refusal. */
static void
test_late (Wire *self, gconstpointer data)
{
  static const Case plain = { "plain", GET REST, 101, "/" };
  g_autoptr (GPtrArray) silent = open_silent (self, 9);
  g_autoptr (GString) request = make_request (self, &plain);
  SbHubTotals totals;

  for (guint i = 0; i < silent->len; i++)
    {
      SbTestClient *client = silent->pdata[(i + 4) % silent->len];
      g_autoptr (SbTestResponse) response = NULL;

      if (i % 3 == 0)
        sb_test_client_end_sending (client);
      else if (i % 3 == 1)
        sb_test_client_reset (client);
      else
        {
          sb_test_client_send_bytes (client, request->str, request->len);
          response = sb_test_client_receive_response (client);
          g_assert_cmpuint (response->status, ==, 101);
          g_assert_null (sb_test_response_get_header (response, "date"));
        }
    }
  for (guint i = 0; i < silent->len; i++)
    if (i % 3 == 0)
      sb_test_client_expect_end (silent->pdata[(i + 4) % silent->len]);
  sb_hub_get_totals (self->hub, &totals);
  g_assert_cmpuint (totals.refused, ==, 0);
  g_assert_cmpuint (totals.handshake_timeouts, ==, 0);
  sb_test_wait (self->n_joined == 4);
}

/* A server that stops does not wait for them, one that listens again knows nothing of them. */
static void
test_stop (Wire *self, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GPtrArray) silent = open_silent (self, 5);
  g_autoptr (GError) error = NULL;
  guint n_done = self->n_done;

  sb_hub_stop (self->hub, 1001, "server stopping", 1, wire_done_cb, self);
  for (guint i = 0; i < silent->len; i++)
    sb_test_client_expect_end (silent->pdata[i]);
  sb_test_wait (self->n_done > n_done);
  sb_hub_listen (self->hub, loopback, 0, &error);
  g_assert_no_error (error);
  self->port = sb_hub_get_port (self->hub);
  g_ptr_array_unref (open_silent (self, 2));
}

/* The server's end of a client's connection. */
static int
find_other_end (SbTestClient *client)
{
  for (int fd = 3; fd < 1024; fd++)
    {
      struct sockaddr_in address;
      socklen_t size = sizeof address;

      if (getpeername (fd, (struct sockaddr *) &address, &size) == 0 && address.sin_family == AF_INET &&
          ntohs (address.sin_port) == sb_test_client_get_port (client))
        return fd;
    }
  g_assert_not_reached ();
}

static void
expect_options (Wire *self, guint unsent)
{
  static const Case plain = { "plain", GET REST, 101, "/" };
  static const char *const before[] = { "", BY_LIBSOUP };

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
      g_autoptr (GString) request = make_request (self, &plain);
      g_autoptr (SbTestResponse) response = NULL;
      guint n_joined = self->n_joined;
      int no_delay, timeout;
      int fd;

      g_string_prepend (request, before[i]);
      sb_test_client_send_bytes (client, request->str, request->len);
      response = sb_test_client_receive_response (client);
      sb_test_wait (self->n_joined > n_joined);
      fd = find_other_end (client);
      g_assert_no_errno (getsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &(socklen_t) { sizeof no_delay }));
      g_assert_no_errno (getsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &(socklen_t) { sizeof timeout }));
      g_assert_cmpint (no_delay, ==, 1);
      g_assert_cmpuint (timeout, ==, unsent * 1000);
    }
}

/* A small message is not held back, and what nobody takes is given up when the pings say that nobody is there. */
static void
test_options (Wire *self, gconstpointer data)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  expect_options (self, limits.ping_interval + limits.pong_timeout + limits.close_timeout);
  limits.ping_interval += 7;
  wire_set_limits (self, &limits);
  expect_options (self, limits.ping_interval + limits.pong_timeout + limits.close_timeout);
}

/* What the admin sees of a client is the same, too. */
static void
test_facts (Wire *self, gconstpointer data)
{
  static const Case told = { "told", PATH ("/room/a?name=Zo%c3%ab+B&x=1") "Origin: http://127.0.0.1\r\nuser-AGENT: Some/1.0 (\t x )  \r\n"
                             "Sec-WebSocket-Protocol: chat , signalbox\r\n", 101, "/room/a" };
  static const char *const before[] = { "", BY_LIBSOUP };

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
      g_autoptr (GString) request = make_request (self, &told);
      g_autoptr (SbTestResponse) response = NULL;

      g_string_prepend (request, before[i]);
      sb_test_client_send_bytes (client, request->str, request->len);
      response = sb_test_client_receive_response (client);
      g_assert_cmpuint (response->status, ==, 101);
      g_assert_cmpstr (sb_test_response_get_header (response, "sec-websocket-protocol"), ==, "signalbox");
      sb_test_wait (self->n_joined == i + 1);
      g_assert_cmpstr (self->last->channel, ==, "/room/a");
      g_assert_cmpstr (self->last->name, ==, "Zoë B");
      g_assert_cmpstr (self->last->origin, ==, "http://127.0.0.1");
      g_assert_cmpstr (self->last->user_agent, ==, "Some/1.0 (\t x )");
      g_assert_cmpstr (self->last->address, ==, "127.0.0.1");
      g_assert_cmpuint (self->last->port, ==, sb_test_client_get_port (client));
      g_assert_cmpint (self->last->token_id, ==, self->token->id);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/wire-handshake/", cases[i].name, NULL);

      g_autofree char *by_libsoup = g_strconcat ("/wire-handshake/by-libsoup/", cases[i].name, NULL);

      g_test_add (path, Wire, &cases[i], wire_set_up, test_case, wire_tear_down);
      g_autofree char *over_tls = g_strconcat ("/wire-handshake/over-tls/", cases[i].name, NULL);

      g_test_add (by_libsoup, Wire, &cases[i], wire_set_up, test_case_by_libsoup, wire_tear_down);
      g_test_add (over_tls, Wire, &cases[i], wire_set_up_tls, test_case, wire_tear_down);
    }
#define ADD(path, test) \
  g_test_add ("/wire-handshake/" path, Wire, NULL, wire_set_up, test, wire_tear_down); \
  g_test_add ("/wire-handshake/over-tls/" path, Wire, NULL, wire_set_up_tls, test, wire_tear_down)
  ADD ("plain/who-reads", test_who_reads);
  ADD ("plain/attempts", test_attempts);
  ADD ("plain/facts", test_facts);
  ADD ("plain/late", test_late);
  ADD ("plain/same-refusals", test_same_refusals);
  ADD ("plain/options", test_options);
  ADD ("plain/stop", test_stop);
#undef ADD
  return g_test_run ();
}
