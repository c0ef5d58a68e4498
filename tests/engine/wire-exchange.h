/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "support/sb-test-frames.h"
#include "wire-fixture.h"

#include <string.h>

/* One client sends frames, another on the same channel listens; what must come of it stands in the words of
 * SbTestFrameCase. */

typedef struct
{
  Wire *wire;
  SbTestClient *sender;
  SbTestClient *partner; /* on the same channel */
  gboolean any_text;     /* the server relays texts that are not JSON */
  guint n_messages;
  gboolean closed;
} Exchange;

static inline void
exchange_expect_record (Exchange *self, const char *payload)
{
  g_autoptr (GString) readable = g_string_new (NULL);
  SbTrafficRecord *record;

  sb_test_wait (self->wire->traffic->len >= self->n_messages);
  record = &g_array_index (self->wire->traffic, SbTrafficRecord, self->n_messages - 1);
  sb_test_append_readable (readable, g_bytes_get_data (record->payload, NULL), g_bytes_get_size (record->payload));
  g_assert_cmpstr (readable->str, ==, payload);
}

static inline void
exchange_expect_frame (SbTestClient *client, guint8 opcode, const char *payload)
{
  g_autoptr (SbTestFrame) frame = sb_test_client_receive (client);
  g_autoptr (GString) readable = g_string_new (NULL);

  if (frame != NULL && frame->opcode == 0x9) /* the server's own, when this took a second */
    {
      sb_test_frame_free (frame);
      frame = sb_test_client_receive (client);
    }
  g_assert_nonnull (frame);
  g_assert_cmpuint (frame->opcode, ==, opcode);
  g_assert_true (frame->fin);
  sb_test_append_readable (readable, frame->payload, frame->length);
  g_assert_cmpstr (readable->str, ==, payload);
}

/* A text that is no JSON comes whole to the guard, and its sender is told. */
static inline void
exchange_expect_text_outcome (Exchange *self, const char *payload)
{
  g_autofree char *id = g_strdup_printf ("\"id\":%u}", ++self->n_messages);
  g_autofree char *reply = NULL;

  if (self->any_text)
    exchange_expect_frame (self->partner, 0x1, payload);
  else
    reply = sb_test_client_expect_text_with (self->sender, "\"code\":\"json\"", id, NULL);
  exchange_expect_record (self, payload);
}

static inline void
exchange_expect_binary_outcome (Exchange *self, const char *payload)
{
  self->n_messages++;
  exchange_expect_frame (self->partner, 0x2, payload);
  exchange_expect_record (self, payload);
}

static inline void
exchange_expect_close_outcome (Exchange *self, const char *payload)
{
  const char *reason = strchr (payload, ',');
  guint code = g_ascii_strtoull (payload, NULL, 10);
  g_autofree char *readable = NULL;

  /* "x*123" */
  if (reason != NULL && strchr (reason, '*') != NULL)
    readable = g_strnfill (g_ascii_strtoull (strchr (reason, '*') + 1, NULL, 10), reason[1]);
  sb_test_client_expect_close (self->sender, code, readable != NULL ? readable : reason != NULL ? reason + 1 : "");
  sb_test_wait (self->wire->n_left > 0);
  g_assert_cmpint (self->wire->left_by, ==, SB_CLOSED_BY_CLIENT);
  g_assert_cmpuint (self->wire->left_code, ==, code != 0 ? code : 1005);
  self->closed = TRUE;
}

static inline void
exchange_expect_failure_outcome (Exchange *self, guint code)
{
  sb_test_client_expect_close (self->sender, code, "");
  sb_test_wait (self->wire->n_left > 0);
  g_assert_cmpint (self->wire->left_by, ==, SB_CLOSED_BY_SERVER);
  g_assert_cmpuint (self->wire->left_code, ==, code);
  self->closed = TRUE;
}

/* @outcome: one of the expected ones, "ping(Hello)"; it is written to. */
static inline void
exchange_expect_outcome (Exchange *self, char *outcome)
{
  char *payload = strchr (outcome, '(');

  if (outcome[0] == '!')
    {
      exchange_expect_failure_outcome (self, g_ascii_strtoull (outcome + 1, NULL, 10));
      return;
    }
  g_assert_nonnull (payload);
  *payload++ = '\0';
  if (g_str_equal (outcome, "text"))
    exchange_expect_text_outcome (self, payload);
  else if (g_str_equal (outcome, "binary"))
    exchange_expect_binary_outcome (self, payload);
  else if (g_str_equal (outcome, "ping"))
    exchange_expect_frame (self->sender, 0xA, payload);
  else if (g_str_equal (outcome, "close"))
    exchange_expect_close_outcome (self, payload);
  else
    g_assert_cmpstr (outcome, ==, "pong"); /* for a pong nothing comes back */
}

/* Sends the bytes frame by frame: @ends says where each ends. */
static inline void
exchange_send_frames (SbTestClient *client, const GByteArray *stream, const GArray *ends)
{
  guint done = 0;

  for (guint i = 0; i < ends->len; i++)
    {
      guint end = MIN (g_array_index (ends, guint, i), stream->len);

      if (!sb_test_client_send_bytes (client, stream->data + done, end - done))
        return;
      done = end;
      sb_test_iterate ();
    }
}

/* Has a client send @stream in pieces of up to @most bytes, or in frames where @ends (nullable) says so, with another
 * on its channel, and checks that of it comes what is @expected (as in SbTestFrameCase) and nothing else, on either
 * side. */
static inline void
exchange_run (Wire *wire, const GByteArray *stream, guint most, const GArray *ends, const char *expected,
              gboolean any_text)
{
  g_autoptr (SbTestClient) sender = wire_open (wire, "/frames");
  g_autoptr (SbTestClient) partner = wire_open (wire, "/frames");
  Exchange exchange = { .wire = wire, .sender = sender, .partner = partner, .any_text = any_text };
  g_auto (GStrv) outcomes = g_strsplit (expected, ") ", -1);

  g_array_set_size (wire->traffic, 0);
  wire->n_left = 0;
  if (ends != NULL)
    exchange_send_frames (sender, stream, ends);
  else
    wire_send_pieces (sender, stream, MIN (most, stream->len));
  for (char **outcome = outcomes; *outcome != NULL && **outcome != '\0'; outcome++)
    exchange_expect_outcome (&exchange, *outcome);
  if (!exchange.closed)
    sb_test_client_expect_silence (sender);
  sb_test_client_expect_silence (partner);
  if (!exchange.closed)
    {
      sb_test_client_send_text (partner, "\"back\"");
      sb_test_client_expect_text (sender, "\"back\"");
    }
  wire->n_left = 0;
  sb_test_client_close (partner);
  if (!exchange.closed)
    sb_test_client_close (sender);
  sb_test_wait (wire->n_left == (exchange.closed ? 1 : 2));
  wire->n_joined = 2;
  wire->n_left = 2;
}
