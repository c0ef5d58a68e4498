/* SPDX-License-Identifier: GPL-3.0-or-later */
/* permessage-deflate over a running hub, byte by byte. */
#include "config.h"

#include "support/sb-test-deflate.h"
#include "support/sb-test-frames.h"
#include "wire-fixture.h"

#include <string.h>

#define ANSWER "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

static void
set_compression (Wire *self, gboolean compression)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.compression = compression;
  limits.max_backlog = 64 << 20;
  wire_set_limits (self, &limits);
}

/* With three lanes, so that frames cross from one to the other. */
static void
set_up (Wire *self, gconstpointer data)
{
  wire_set_up_lanes (self, 3);
  set_compression (self, TRUE);
}

/* @offers: the header's value; @answer NULL: none may come. */
static SbTestClient *
open_with (Wire *self, const char *path, const char *offers, const char *answer)
{
  guint n_joined = self->n_joined;
  SbTestClient *client = sb_test_client_new (self->port);
  g_autofree char *headers = g_strdup_printf ("Sec-WebSocket-Extensions: %s\r\n", offers);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, path, self->secret, headers);

  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpstr (sb_test_response_get_header (response, "sec-websocket-extensions"), ==, answer);
  sb_test_wait (self->n_joined > n_joined);
  if (answer != NULL)
    sb_test_client_set_window_bits (client, 15);
  return client;
}

static SbTestClient *
open_deflate (Wire *self, const char *path)
{
  return open_with (self, path, "permessage-deflate; client_max_window_bits", ANSWER);
}

static char *
make_json (gsize length)
{
  g_autoptr (GString) text = g_string_new ("[\"");

  for (guint i = 0; text->len + 2 < length; i++)
    g_string_append_printf (text, "%u green, ", i * 7919 % 10000);
  g_string_truncate (text, MAX (length, 4) - 2);
  g_string_append (text, "\"]");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
expect (SbTestClient *client, const char *text, gboolean deflated)
{
  g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (client);

  g_assert_nonnull (frame);
  g_assert_cmphex (frame->opcode, ==, 0x1);
  g_assert_cmpmem (frame->payload, frame->length, text, strlen (text));
  g_assert_cmpint (frame->deflated, ==, deflated);
  if (deflated)
    g_assert_cmpuint (frame->wire_length, <, frame->length);
}

static void
send_deflated (SbTestClient *client, guint8 first, const char *text, guint window_bits)
{
  g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) text, strlen (text), window_bits);

  sb_test_client_send_frame (client, first, packed->data, packed->len);
}

/* Autobahn's 12: every size; and 13: what was agreed on. Who has compression and who has not hear the same. */
static void
test_mixed_receivers (Wire *self, gconstpointer data)
{
  static const gsize sizes[] = { 4, 16, 64, 255, 256, 257, 511, 512, 513, 1024, 4096, 32768, 65536, 1 << 20 };
  g_autoptr (SbTestClient) sender = open_deflate (self, "/d");
  g_autoptr (SbTestClient) plain = wire_open (self, "/d");
  g_autoptr (SbTestClient) first = open_deflate (self, "/d");
  g_autoptr (SbTestClient) second = open_with (self, "/d", "permessage-deflate", ANSWER);
  g_autoptr (SbTestClient) small = open_with (self, "/d", "permessage-deflate; server_max_window_bits=9",
                                              ANSWER "; server_max_window_bits=9");

  sb_test_client_set_window_bits (small, 9);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int packed = 0; packed < 2; packed++)
      {
        g_autofree char *text = make_json (sizes[i]);
        gboolean worth = sizes[i] >= 256;

        if (packed)
          send_deflated (sender, 0xC1, text, 15);
        else
          sb_test_client_send_text (sender, text);
        expect (plain, text, FALSE);
        expect (first, text, worth);
        expect (second, text, worth);
        expect (small, text, worth && sizes[i] <= 512);
      }
  sb_test_client_expect_silence (sender);
  /* The log has what was said, not how it was packed. */
  sb_test_wait (self->traffic->len == 2 * G_N_ELEMENTS (sizes));
  for (guint i = 0; i < self->traffic->len; i++)
    {
      SbTrafficRecord *record = &g_array_index (self->traffic, SbTrafficRecord, i);

      g_assert_cmpuint (record->size, ==, sizes[i / 2]);
      g_assert_cmpuint (record->reached, ==, 4);
    }
}

/* Bytes are counted as they went over the wire. */
static void
test_counters (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) sender = open_deflate (self, "/d");
  g_autoptr (SbTestClient) receiver = open_deflate (self, "/d");
  g_autofree char *text = make_json (100000);
  g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) text, strlen (text), 15);
  const SbPeer *peer;

  sb_test_client_send_frame (sender, 0xC1, packed->data, packed->len);
  expect (receiver, text, TRUE);
  sb_test_wait (self->traffic->len == 1);
  peer = g_array_index (self->traffic, SbTrafficRecord, 0).peer;
  g_assert_true (peer->compressed);
  g_assert_cmpuint (sb_counter_get (peer->counters.bytes_in), >, packed->len);
  g_assert_cmpuint (sb_counter_get (peer->counters.bytes_in), <, packed->len + 100);
}

/* Windows and levels that a client may choose for itself, in fragments with pings between. */
static void
test_from_client (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) sender = open_with (self, "/d", "permessage-deflate; client_max_window_bits=9", ANSWER);
  g_autoptr (SbTestClient) receiver = wire_open (self, "/d");

  for (guint bits = 9; bits <= 15; bits++)
    {
      g_autofree char *text = make_json (70000);
      g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) text, strlen (text), bits);
      g_autoptr (SbTestFrame) pong = NULL;

      sb_test_client_send_frame (sender, 0x41, packed->data, 10);
      sb_test_client_send_ping (sender, "between");
      sb_test_client_send_frame (sender, 0x00, "", 0);
      sb_test_client_send_frame (sender, 0x00, packed->data + 10, packed->len / 2);
      sb_test_client_send_frame (sender, 0x80, packed->data + 10 + packed->len / 2, packed->len - 10 - packed->len / 2);
      expect (receiver, text, FALSE);
    }
}

typedef struct
{
  const char *name;
  guint8 first;
  const char *bytes;
  gsize length;
  guint16 code;
  const char *reason;
} Break;

#define BYTES(bytes) bytes, sizeof bytes - 1

static const Break breaks[] = {
  { "damaged", 0xC1, BYTES ("\xff\xff\xff\xff"), 1002, "compressed data damaged" },
  { "cut-short", 0xC2, BYTES ("\xf2\x48\xcd\xc9"), 1002, "compressed data damaged" },
  { "not-utf8", 0x41, NULL, 0, 1007, "not UTF-8" },
  { "rsv1-on-ping", 0xC9, BYTES (""), 1002, "reserved bit set" },
  { "rsv1-on-continuation", 0xC0, BYTES (""), 1002, "reserved bit set" },
  { "rsv2", 0xA1, BYTES (""), 1002, "reserved bit set" },
  { "rsv1-and-rsv3", 0xD1, BYTES (""), 1002, "reserved bit set" },
};

static void
test_break (Wire *self, gconstpointer data)
{
  const Break *c = data;
  g_autoptr (SbTestClient) client = open_deflate (self, "/d");
  g_autoptr (SbTestClient) other = open_deflate (self, "/d");

  if (c->bytes == NULL) /* it fails before the message ends */
    {
      g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) "\"\xCE\xBA\xED\xA0", 5, 15);

      sb_test_client_send_frame (client, c->first, packed->data, packed->len);
    }
  else
    sb_test_client_send_frame (client, c->first, c->bytes, c->length);
  sb_test_client_expect_close (client, c->code, c->reason);
  sb_test_client_expect_silence (other);
}

/* 256 MiB in 256 KiB. */
static void
test_bomb (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = open_deflate (self, "/d");
  g_autoptr (SbTestClient) other = open_deflate (self, "/d");
  g_autoptr (GByteArray) packed = sb_test_deflate_zeros (1 << 28);

  sb_test_client_send_frame (client, 0xC2, packed->data, packed->len);
  sb_test_client_expect_close (client, 1009, "message too big");
  sb_test_client_expect_silence (other);
  sb_test_wait (self->traffic->len == 1);
  g_assert_cmpint (g_array_index (self->traffic, SbTrafficRecord, 0).rejection, ==, SB_REJECTED_TOO_BIG);
}

/* Off: nothing is taken up; what was agreed on before stays understood, and is no longer used. */
static void
test_setting (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) before = open_deflate (self, "/d");
  g_autoptr (SbTestClient) after = NULL;
  g_autofree char *text = make_json (5000);

  set_compression (self, FALSE);
  after = open_with (self, "/d", "permessage-deflate", NULL);
  sb_test_client_send_text (after, text);
  expect (before, text, FALSE);
  send_deflated (before, 0xC1, text, 15);
  expect (after, text, FALSE);
  set_compression (self, TRUE);
  sb_test_client_send_text (after, text);
  expect (before, text, TRUE);
  /* Who did not agree breaks the protocol with it. */
  send_deflated (after, 0xC1, text, 15);
  sb_test_client_expect_close (after, 1002, "reserved bit set");
}

static void
test_broadcast (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) plain = wire_open (self, "/d");
  g_autoptr (SbTestClient) packed = open_deflate (self, "/d");
  g_autofree char *text = make_json (3000);
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));

  sb_hub_broadcast (self->hub, 1, &(SbTarget) { .everyone = TRUE }, SB_DIRECTION_BROADCAST, FALSE, payload);
  expect (plain, text, FALSE);
  expect (packed, text, TRUE);
}

/* Autobahn's 13.7, and a header that is none. */
static void
test_negotiation (Wire *self, gconstpointer data)
{
  static const struct
  {
    const char *offers;
    const char *answer;
  } cases[] = {
    { "permessage-deflate", ANSWER },
    { "permessage-deflate; client_no_context_takeover; client_max_window_bits", ANSWER },
    { "permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover", ANSWER },
    { "permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=8",
      ANSWER "; server_max_window_bits=8" },
    { "permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=15",
      ANSWER "; server_max_window_bits=15" },
    { "permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover; "
      "server_max_window_bits=8, permessage-deflate; client_no_context_takeover; client_max_window_bits",
      ANSWER "; server_max_window_bits=8" },
    { "permessage-deflate; server_max_window_bits=16\r\nSec-WebSocket-Extensions: permessage-deflate", ANSWER },
    { "permessage-deflate; mystery", NULL },
    { "x-other", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTestClient) client = open_with (self, "/d", cases[i].offers, cases[i].answer);

      sb_test_client_close (client);
    }
  sb_test_wait (self->n_left == G_N_ELEMENTS (cases));
}

static void
test_malformed (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/", self->secret,
                                                                  "Sec-WebSocket-Extensions: foo; =\r\n");

  g_assert_cmpuint (response->status, ==, 400);
  g_assert_nonnull (strstr (response->body, "bad_request"));
}

/* A client that stays in the middle of a compressed message and one that vanishes there take nothing along. */
static void
test_vanishes (Wire *self, gconstpointer data)
{
  for (int i = 0; i < 10; i++)
    {
      g_autoptr (SbTestClient) client = open_deflate (self, "/d");
      g_autofree char *text = make_json (3000);
      g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) text, strlen (text), 15);

      sb_test_client_send_frame (client, 0x41, packed->data, packed->len / 2);
      sb_test_client_expect_silence (client);
      if (i % 2 == 0)
        sb_test_client_reset (client);
      else
        sb_hub_disconnect (self->hub, &(SbTarget) { .everyone = TRUE }, 3003, "enough", NULL, NULL);
    }
  sb_test_wait (self->n_left == 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add (path, Wire, NULL, set_up, test, wire_tear_down)
  ADD ("/wire-deflate/mixed-receivers", test_mixed_receivers);
  ADD ("/wire-deflate/counters", test_counters);
  ADD ("/wire-deflate/from-client", test_from_client);
  ADD ("/wire-deflate/bomb", test_bomb);
  ADD ("/wire-deflate/setting", test_setting);
  ADD ("/wire-deflate/broadcast", test_broadcast);
  ADD ("/wire-deflate/negotiation", test_negotiation);
  ADD ("/wire-deflate/malformed", test_malformed);
  ADD ("/wire-deflate/vanishes", test_vanishes);
#undef ADD
  for (gsize i = 0; i < G_N_ELEMENTS (breaks); i++)
    {
      g_autofree char *path = g_strconcat ("/wire-deflate/break/", breaks[i].name, NULL);

      g_test_add (path, Wire, &breaks[i], set_up, test_break, wire_tear_down);
    }
  return g_test_run ();
}
