/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sections 12 and 13 of the Autobahn|Testsuite (see test-autobahn.c): permessage-deflate with messages of many sizes
 * and kinds, whole and in fragments, and with all that a client may offer. */
#include "config.h"

#include "support/sb-test-deflate.h"
#include "support/sb-test-frames.h"
#include "wire-fixture.h"

#include <string.h>

#define ANSWER "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
#define N_MESSAGES 3

/* The suite's offers; it says that it can do without its window and with a smaller one in all of them. */
#define OFFER "permessage-deflate; client_no_context_takeover; client_max_window_bits"

typedef struct
{
  const char *offers;
  const char *answer;
  guint window_bits; /* what the client was promised; it unpacks with no more */
} Negotiation;

/* 12, then 13.1 to 13.7 */
static const Negotiation negotiations[] = {
  { OFFER, ANSWER, 15 },
  { OFFER, ANSWER, 15 },
  { OFFER "; server_no_context_takeover", ANSWER, 15 },
  { OFFER "; server_max_window_bits=9", ANSWER "; server_max_window_bits=9", 9 },
  { OFFER "; server_max_window_bits=15", ANSWER "; server_max_window_bits=15", 15 },
  { OFFER "; server_no_context_takeover; server_max_window_bits=9", ANSWER "; server_max_window_bits=9", 9 },
  { OFFER "; server_no_context_takeover; server_max_window_bits=15", ANSWER "; server_max_window_bits=15", 15 },
  { OFFER "; server_no_context_takeover; server_max_window_bits=9, " OFFER "; server_no_context_takeover, " OFFER,
    ANSWER "; server_max_window_bits=9", 9 },
};

typedef struct
{
  gsize length;
  gsize fragment; /* 0: whole */
} Size;

static const Size sizes[] = {
  { 16, 0 }, { 64, 0 }, { 256, 0 }, { 1024, 0 }, { 4096, 0 }, { 8192, 0 }, { 16384, 0 }, { 32768, 0 },
  { 65536, 0 }, { 131072, 0 }, { 8192, 256 }, { 16384, 256 }, { 32768, 256 }, { 65536, 256 }, { 131072, 256 },
  { 131072, 1024 }, { 131072, 4096 }, { 131072, 32768 },
};

/* 12.1 to 12.5: what is said. 13 takes the first. */
typedef enum
{
  KIND_JSON,
  KIND_PICTURE, /* binary, and compressed already */
  KIND_PROSE,
  KIND_MARKUP,
  KIND_RECORDS, /* binary, with much that comes again */
  N_KINDS,
} Kind;

typedef struct
{
  const Negotiation *negotiation;
  const Size *size;
  Kind kind;
} Case;

/* In characters of two bytes here and there, cut at a character. */
static void
fill_text (GString *text, Kind kind, gsize length)
{
  static const char *const words[] = { "Straße", "Wagen", "grün", "Signal", "fährt", "Zürich" };

  for (guint i = 0; text->len < length; i++)
    {
      const char *word = words[g_test_rand_int_range (0, G_N_ELEMENTS (words))];

      if (kind == KIND_JSON)
        g_string_append_printf (text, "%s{\"id\":%u,\"%s\":[%u,null,true]}", i > 0 ? "," : "[", i, word, i * 31 % 977);
      else if (kind == KIND_MARKUP)
        g_string_append_printf (text, "<li n=\"%u\">%s</li>\n", i, word);
      else
        g_string_append_printf (text, "%s%s", word, i % 12 != 0 ? " " : ".\n");
    }
  while (length > 0 && ((guint8) text->str[length] & 0xC0) == 0x80)
    length--;
  g_string_truncate (text, length);
}

static GByteArray *
make_payload (Kind kind, gsize length)
{
  GByteArray *payload = g_byte_array_new ();

  if (kind == KIND_PICTURE || kind == KIND_RECORDS)
    {
      g_byte_array_set_size (payload, length);
      for (gsize i = 0; i < length; i++)
        payload->data[i] = kind == KIND_PICTURE ? g_test_rand_int_range (0, 256) : (int) (i % 24 < 20 ? i % 24 : i);
    }
  else
    {
      g_autoptr (GString) text = g_string_new (NULL);

      fill_text (text, kind, length);
      g_byte_array_append (payload, (guint8 *) text->str, text->len);
    }
  return payload;
}

static gboolean
is_binary (Kind kind)
{
  return kind == KIND_PICTURE || kind == KIND_RECORDS;
}

static void
send_message (SbTestClient *client, Kind kind, const GByteArray *payload, gsize fragment)
{
  g_autoptr (GByteArray) packed = sb_test_deflate (payload->data, payload->len, g_test_rand_int_range (9, 16));
  guint8 first = 0x40 | (is_binary (kind) ? 0x2 : 0x1);
  gsize done = 0;

  if (fragment == 0)
    fragment = packed->len;
  for (; packed->len - done > fragment; done += fragment)
    {
      sb_test_client_send_frame (client, first, packed->data + done, fragment);
      first = 0;
    }
  sb_test_client_send_frame (client, 0x80 | first, packed->data + done, packed->len - done);
}

static void
expect_message (SbTestClient *client, Kind kind, const GByteArray *payload, guint window_bits)
{
  g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (client);
  gboolean fits = window_bits == 15 || payload->len <= (1u << window_bits);

  g_assert_nonnull (frame);
  g_assert_true (frame->fin);
  g_assert_cmphex (frame->opcode, ==, is_binary (kind) ? 0x2 : 0x1);
  g_assert_cmpmem (frame->payload, frame->length, payload->data, payload->len);
  /* From 256 bytes on, where it gets smaller and fits the window. */
  g_assert_cmpint (frame->deflated, ==, window_bits > 0 && payload->len >= 256 && kind != KIND_PICTURE && fits);
}

static SbTestClient *
open_client (Wire *self, const Negotiation *negotiation)
{
  guint n_joined = self->n_joined;
  SbTestClient *client = sb_test_client_new (self->port);
  g_autofree char *headers = g_strdup_printf ("Sec-WebSocket-Extensions: %s\r\n", negotiation->offers);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/d", self->secret, headers);

  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpstr (sb_test_response_get_header (response, "sec-websocket-extensions"), ==, negotiation->answer);
  sb_test_wait (self->n_joined > n_joined);
  sb_test_client_set_window_bits (client, negotiation->window_bits);
  return client;
}

/* There, by a client that echoes, and back, as the suite has it; and one without compression hears both. */
static void
test_case (Wire *self, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (SbTestClient) client = open_client (self, c->negotiation);
  g_autoptr (SbTestClient) echo = open_client (self, &negotiations[0]);
  g_autoptr (SbTestClient) plain = wire_open (self, "/d");

  for (guint i = 0; i < N_MESSAGES; i++)
    {
      g_autoptr (GByteArray) payload = make_payload (c->kind, c->size->length);

      send_message (client, c->kind, payload, c->size->fragment);
      expect_message (echo, c->kind, payload, 15);
      expect_message (plain, c->kind, payload, 0);
      send_message (echo, c->kind, payload, 0);
      expect_message (client, c->kind, payload, c->negotiation->window_bits);
      expect_message (plain, c->kind, payload, 0);
    }
  sb_test_client_close (client);
}

static void
set_up (Wire *self, gconstpointer data)
{
  SbSessionLimits limits;

  wire_set_up_lanes (self, 2);
  sb_session_limits_init (&limits);
  limits.require_json = FALSE;
  limits.compression = TRUE;
  wire_set_limits (self, &limits);
}

int
main (int argc, char **argv)
{
  g_autoptr (GArray) cases = g_array_new (FALSE, FALSE, sizeof (Case));

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < N_KINDS; i++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      g_array_append_vals (cases, &(Case) { &negotiations[0], &sizes[k], (Kind) i }, 1);
  for (guint i = 1; i < G_N_ELEMENTS (negotiations); i++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      g_array_append_vals (cases, &(Case) { &negotiations[i], &sizes[k], KIND_JSON }, 1);
  for (guint i = 0; i < cases->len; i++)
    {
      Case *c = &g_array_index (cases, Case, i);
      guint part = c->negotiation == &negotiations[0] ? c->kind + 1 : c->negotiation - negotiations;
      g_autofree char *path = g_strdup_printf ("/autobahn/%u.%u.%u", c->negotiation == &negotiations[0] ? 12 : 13, part,
                                               (guint) (c->size - sizes) + 1);

      g_test_add (path, Wire, c, set_up, test_case, wire_tear_down);
    }
  g_assert_cmpuint (cases->len, ==, 216);
  return g_test_run ();
}
