/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handshakes that no C string can hold, or that are too long to write down, or come in another way than whole. */
#include "config.h"

#include "wire-fixture.h"
#include "wire-requests.h"

#include "support/sb-test-frames.h"

#include <string.h>

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

/* In as many pieces as it likes, it is read without libsoup, which would say what time it is. */
static void
test_pieces (Wire *self, gconstpointer data)
{
  g_autofree char *request = g_strdup_printf (GET REST "Authorization: Bearer %s\r\n\r\n", self->secret);
  gsize length = strlen (request);

  for (gsize cut = 1; cut < length; cut += 1 + cut / 8)
    {
      g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
      g_autoptr (SbTestClient) after = NULL;
      g_autoptr (SbTestResponse) response = NULL;

      sb_test_client_send_bytes (client, request, cut);
      after = wire_open (self, "/after"); /* the first piece has been read by now */
      sb_test_client_send_bytes (client, request + cut, length - cut);
      response = sb_test_client_receive_response (client);
      g_assert_cmpuint (response->status, ==, 101);
      g_assert_null (sb_test_response_get_header (response, "date"));
    }
}

/* Those who announce a body and keep it to themselves are libsoup's, and cost everybody something: not many of them may. */
static void
test_held_back (Wire *self, gconstpointer data)
{
  enum { MOST = 32, MORE = 10 };
  static const char request[] = GET REST "Content-Length: 10\r\n\r\n";
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_client_free);
  g_autoptr (SbTestClient) in = NULL;
  SbHubTotals totals;

  for (guint i = 0; i < MOST + MORE; i++)
    {
      g_ptr_array_add (clients, sb_test_client_new (self->port));
      sb_test_client_send_bytes (clients->pdata[i], request, strlen (request));
    }
  for (guint i = 0; i < MORE; i++)
    sb_test_client_expect_end (clients->pdata[i]);
  in = wire_open (self, "/in");
  sb_hub_get_totals (self->hub, &totals);
  g_assert_cmpuint (totals.handshake_timeouts, ==, MORE);
  /* The others are there still, and are told when they have said all. */
  for (guint i = MORE; i < MOST + MORE; i++)
    {
      g_autoptr (SbTestResponse) response = NULL;

      sb_test_client_send_bytes (clients->pdata[i], "0123456789", 10);
      response = sb_test_client_receive_response (clients->pdata[i]);
      g_assert_cmpuint (response->status, ==, 401);
    }
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
#define ADD(path, test) \
  g_test_add ("/wire-handshake-raw/" path, Wire, NULL, wire_set_up, test, wire_tear_down); \
  g_test_add ("/wire-handshake-raw/over-tls/" path, Wire, NULL, wire_set_up_tls, test, wire_tear_down)
  ADD ("nul", test_nul);
  ADD ("nul-in-token", test_nul_in_token);
  ADD ("too-long", test_too_long);
  ADD ("head-limits", test_head_limits);
  ADD ("pipelined", test_pipelined);
  ADD ("trickle", test_trickle);
  ADD ("pieces", test_pieces);
  ADD ("held-back", test_held_back);
  ADD ("longest-channel", test_longest_channel);
  ADD ("cut-short", test_cut_short);
  ADD ("early-frames", test_early_frames);
  ADD ("early-large", test_early_large);
  ADD ("time-out", test_time_out);
  ADD ("body", test_body);
  ADD ("noise", test_noise);
#undef ADD
  return g_test_run ();
}
