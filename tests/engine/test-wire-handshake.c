/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handshakes, byte by byte: what comes in, and how everything else is refused. */
#include "config.h"

#include "wire-fixture.h"

#include "support/sb-test-frames.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define GET "GET / HTTP/1.1\r\n"
#define HOST "Host: 127.0.0.1\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define REST HOST UPGRADE CONNECTION VERSION KEY
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
  g_assert_cmpstr (self->subprotocol, ==, offered);
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

static void
test_case (Wire *self, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GString) request = make_request (self, c);
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestClient) after = NULL;
  g_autoptr (SbTestResponse) response = NULL;

  if (g_str_has_prefix (c->request, "HEAD"))
    sb_test_client_set_head_only (client);
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

/* --- What no C string can hold, or is too long to write down ---------------------------------------- */

/* Sends it, and checks that it is refused or cut: never let in, and the next one is served. */
static void
expect_refused (Wire *self, const void *bytes, gsize length)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestClient) after = NULL;
  g_autoptr (SbTestResponse) response = NULL;
  guint n_joined = self->n_joined;

  if (sb_test_client_send_bytes (client, bytes, length))
    sb_test_client_end_sending (client);
  response = sb_test_client_receive_response (client);
  if (response != NULL)
    {
      g_assert_cmpuint (response->status, >=, 400);
      g_assert_cmpuint (response->status, <, 500);
    }
  after = wire_open (self, "/after");
  sb_test_client_expect_silence (after);
  g_assert_cmpuint (self->n_joined, ==, n_joined + 1);
}

static void
expect_refused_text (Wire *self, const char *before, const char *filling, gsize times, const char *behind)
{
  g_autoptr (GString) request = g_string_new (before);

  for (gsize i = 0; i < times; i++)
    g_string_append (request, filling);
  g_string_append (request, behind);
  g_string_append_printf (request, "Authorization: Bearer %s\r\n\r\n", self->secret);
  expect_refused (self, request->str, request->len);
}

static void
test_nul (Wire *self, gconstpointer data)
{
  static const char in_path[] = "GET /a\0b HTTP/1.1\r\n" REST "\r\n";
  static const char in_header[] = "GET / HTTP/1.1\r\n" REST "Authori\0zation: x\r\n\r\n";
  static const char only[1000] = "";

  expect_refused (self, in_path, sizeof in_path - 1);
  expect_refused (self, in_header, sizeof in_header - 1);
  expect_refused (self, only, sizeof only);
}

/* The token comes with a NUL behind it, and what is not the token any more. */
static void
test_nul_in_token (Wire *self, gconstpointer data)
{
  g_autoptr (GString) request = g_string_new (GET REST);

  g_string_append_printf (request, "Authorization: Bearer %s", self->secret);
  g_string_append_len (request, "\0x\r\n\r\n", 6);
  expect_refused (self, request->str, request->len);
}

static void
test_too_long (Wire *self, gconstpointer data)
{
  expect_refused_text (self, "GET /", "a", 200000, " HTTP/1.1\r\n" REST);
  expect_refused_text (self, GET REST "X: ", "a", 200000, "\r\n");
  expect_refused_text (self, GET REST, "X: abcdefghij\r\n", 20000, "");
  expect_refused_text (self, GET REST "Cookie: ", "a=b; ", 40000, "\r\n");
  expect_refused_text (self, "G", "E", 200000, "T / HTTP/1.1\r\n" REST);
  expect_refused_text (self, GET REST "", "X", 200000, ": a\r\n");
  expect_refused_text (self, GET REST "X: a\r\n", " folded\r\n", 30000, "");
}

/* Has the request filled up to @length bytes by one header, with @n_more others of five bytes. Returns the status. */
static guint
try_head (Wire *self, gsize length, guint n_more)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = NULL;
  g_autoptr (GString) request = g_string_new (GET REST);
  g_autofree char *filling = NULL;
  gsize have;

  g_string_append_printf (request, "Authorization: Bearer %s\r\n", self->secret);
  for (guint i = 0; i < n_more; i++)
    g_string_append (request, "a:b\r\n");
  have = request->len + strlen ("X: \r\n\r\n");
  filling = g_strnfill (length > have ? length - have : 1, 'x');
  g_string_append_printf (request, "X: %s\r\n\r\n", filling);
  sb_test_client_send_bytes (client, request->str, request->len);
  response = sb_test_client_receive_response (client);
  g_assert_nonnull (response);
  if (response->status != 101)
    {
      g_assert_nonnull (strstr (response->body, "\"headers_too_large\""));
      sb_test_client_expect_end (client);
    }
  else
    sb_test_client_close (client);
  return response->status;
}

/* 16 KiB and 100 lines (six of which every handshake here has, and the filling one). */
static void
test_head_limits (Wire *self, gconstpointer data)
{
  g_assert_cmpuint (try_head (self, 16384, 0), ==, 101);
  g_assert_cmpuint (try_head (self, 16385, 0), ==, 431);
  g_assert_cmpuint (try_head (self, 20000, 0), ==, 431);
  g_assert_cmpuint (try_head (self, 0, 100 - 7), ==, 101);
  g_assert_cmpuint (try_head (self, 0, 100 - 6), ==, 431);
  g_assert_cmpuint (try_head (self, 0, 1000), ==, 431);
  sb_test_wait (self->refusals->len == 4);
  g_assert_cmpstr (g_ptr_array_index (self->refusals, 0), ==, "431 headers_too_large");
}

/* What comes behind a request that was refused is not another one. */
static void
test_pipelined (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = NULL;
  g_autofree char *requests = g_strdup_printf ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" GET REST
                                               "Authorization: Bearer %s\r\n\r\n", self->secret);

  sb_test_client_send_bytes (client, requests, strlen (requests));
  response = sb_test_client_receive_response (client);
  g_assert_cmpuint (response->status, ==, 426);
  g_assert_cmpstr (sb_test_response_get_header (response, "connection"), ==, "Upgrade, close");
  sb_test_client_expect_end (client);
  g_assert_cmpuint (self->n_joined, ==, 0);
}

static gboolean
trickle_cb (gpointer user_data)
{
  return sb_test_client_send_some (user_data, "x", 1) >= 0;
}

/* Who always has one byte more to say does not get longer for it than who says nothing. */
static void
test_trickle (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;
  SbSessionLimits limits;
  guint timer;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = 1;
  wire_set_limits (self, &limits);
  client = sb_test_client_new (self->port);
  sb_test_client_send_bytes (client, GET HOST "X: ", strlen (GET HOST "X: "));
  timer = g_timeout_add (50, trickle_cb, client);
  sb_test_client_receive_all (client);
  if (g_main_context_find_source_by_id (NULL, timer) != NULL)
    g_source_remove (timer);
  g_assert_cmpuint (self->n_joined, ==, 0);
}

/* A channel's name has at most 128 bytes. */
static void
test_longest_channel (Wire *self, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (128, 'c');
  g_autofree char *longer = g_strnfill (129, 'c');
  g_autoptr (SbTestClient) refused = sb_test_client_new (self->port);
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestResponse) response = NULL;

  longest[0] = longer[0] = '/';
  client = wire_open (self, longest);
  g_assert_cmpstr (g_ptr_array_index (self->channels, 0), ==, longest);
  response = sb_test_client_handshake (refused, longer, self->secret, NULL);
  g_assert_cmpuint (response->status, ==, 404);
}

static void
test_cut_short (Wire *self, gconstpointer data)
{
  g_autofree char *request = g_strdup_printf (GET REST "Authorization: Bearer %s\r\n\r\n", self->secret);

  for (gsize length = 0; length < strlen (request); length += 1 + length / 16)
    {
      g_autoptr (SbTestClient) client = sb_test_client_new (self->port);

      sb_test_client_send_bytes (client, request, length);
      if (length % 2 == 0)
        sb_test_client_reset (client);
    }
  expect_refused (self, request, strlen (request) - 1);
}

/* In single bytes, and the frames right behind in the same packet: nothing of them is lost. */
static void
test_early_frames (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) receiver = wire_open (self, "/early");

  for (int cut = 0; cut < 3; cut++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      g_autoptr (SbTestClient) sender = sb_test_client_new (self->port);
      g_autoptr (SbTestResponse) response = NULL;
      g_autofree char *request = g_strdup_printf ("GET /early HTTP/1.1\r\n" REST "Authorization: Bearer %s\r\n\r\n",
                                                  self->secret);

      g_byte_array_append (stream, (guint8 *) request, strlen (request));
      for (int i = 0; i < 20; i++)
        {
          g_autofree char *text = g_strdup_printf ("[%d,%d]", cut, i);

          sb_test_append_frame (stream, 0x81, text, strlen (text));
        }
      wire_send_pieces (sender, stream, cut == 0 ? stream->len : cut == 1 ? 50 : 1);
      response = sb_test_client_receive_response (sender);
      g_assert_cmpuint (response->status, ==, 101);
      for (int i = 0; i < 20; i++)
        {
          g_autofree char *text = g_strdup_printf ("[%d,%d]", cut, i);

          sb_test_client_expect_text (receiver, text);
        }
      sb_test_client_expect_silence (sender);
    }
}

/* More than any buffer on the way holds, and more than a head may have. */
static void
test_early_large (Wire *self, gconstpointer data)
{
  enum { SIZE = 700000 };
  g_autoptr (SbTestClient) receiver = wire_open (self, "/early");
  g_autoptr (SbTestClient) sender = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = NULL;
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autofree guint8 *payload = g_malloc (SIZE);
  g_autofree char *request = g_strdup_printf ("GET /early HTTP/1.1\r\n" REST "Authorization: Bearer %s\r\n\r\n",
                                              self->secret);

  for (gsize i = 0; i < SIZE; i++)
    payload[i] = i % 3 == 0 ? '\n' : i / 7; /* looks like a great many lines */
  g_byte_array_append (stream, (guint8 *) request, strlen (request));
  sb_test_append_frame (stream, 0x82, payload, SIZE);
  sb_test_client_send_bytes (sender, stream->data, stream->len);
  response = sb_test_client_receive_response (sender);
  g_assert_cmpuint (response->status, ==, 101);
  sb_test_client_expect_binary (receiver, payload, SIZE);
  sb_test_client_expect_silence (sender);
}

/* Who says nothing, or stops in the middle, is cut when its time is over; who came in meanwhile stays. */
static void
test_time_out (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) silent = NULL;
  g_autoptr (SbTestClient) half = NULL;
  g_autoptr (SbTestClient) in = NULL;
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = 1;
  wire_set_limits (self, &limits);
  silent = sb_test_client_new (self->port);
  half = sb_test_client_new (self->port);
  sb_test_client_send_bytes (half, GET HOST, strlen (GET HOST));
  in = wire_open (self, "/in");
  sb_test_client_expect_end (silent);
  sb_test_client_expect_end (half);
  sb_test_client_expect_silence (in);
}

/* A request for which a body is announced is no handshake to wait with. */
static void
test_body (Wire *self, gconstpointer data)
{
  static const char *const bodies[] = {
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 100000000000\r\n\r\nx",
    "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "PUT / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    expect_refused (self, bodies[i], strlen (bodies[i]));
}

static void
test_noise (Wire *self, gconstpointer data)
{
  for (int round = 0; round < 100; round++)
    {
      guint8 noise[600];
      g_autofree char *request = g_strdup_printf (GET REST "Authorization: Bearer %s\r\n\r\n", self->secret);
      gsize length = g_test_rand_int_range (1, sizeof noise);
      g_autoptr (SbTestClient) client = sb_test_client_new (self->port);

      for (gsize i = 0; i < length; i++)
        noise[i] = g_test_rand_int_range (0, 256);
      /* Half of them begin like a handshake. */
      if (round % 2 == 0)
        memcpy (noise, request, MIN (length, (gsize) g_test_rand_int_range (1, strlen (request) - 4)));
      if (sb_test_client_send_bytes (client, noise, length))
        sb_test_client_end_sending (client);
      sb_test_client_receive_all (client);
    }
  g_assert_cmpuint (self->n_joined, ==, 0);
  g_assert_cmpuint (self->n_left, ==, 0);
  sb_test_client_free (wire_open (self, "/after"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/wire-handshake/", cases[i].name, NULL);

      g_test_add (path, Wire, &cases[i], wire_set_up, test_case, wire_tear_down);
    }
#define ADD(path, test) g_test_add (path, Wire, NULL, wire_set_up, test, wire_tear_down)
  ADD ("/wire-handshake/raw/nul", test_nul);
  ADD ("/wire-handshake/raw/nul-in-token", test_nul_in_token);
  ADD ("/wire-handshake/raw/too-long", test_too_long);
  ADD ("/wire-handshake/raw/head-limits", test_head_limits);
  ADD ("/wire-handshake/raw/pipelined", test_pipelined);
  ADD ("/wire-handshake/raw/trickle", test_trickle);
  ADD ("/wire-handshake/raw/longest-channel", test_longest_channel);
  ADD ("/wire-handshake/raw/cut-short", test_cut_short);
  ADD ("/wire-handshake/raw/early-frames", test_early_frames);
  ADD ("/wire-handshake/raw/early-large", test_early_large);
  ADD ("/wire-handshake/raw/time-out", test_time_out);
  ADD ("/wire-handshake/raw/body", test_body);
  ADD ("/wire-handshake/raw/noise", test_noise);
#undef ADD
  return g_test_run ();
}
