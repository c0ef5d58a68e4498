/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frames of SbTestFrameCase, put to a running hub: RFC 6455 as seen from outside. */
#include "config.h"

#include "support/sb-test-frames.h"
#include "wire-fixture.h"

#include <string.h>

typedef struct
{
  Wire *wire;
  SbTestClient *sender;
  SbTestClient *partner; /* on the same channel */
  guint n_messages;
  gboolean closed;
} Exchange;

static void
expect_record (Exchange *self, const char *payload)
{
  g_autoptr (GString) readable = g_string_new (NULL);
  SbTrafficRecord *record;

  sb_test_wait (self->wire->traffic->len >= self->n_messages);
  record = &g_array_index (self->wire->traffic, SbTrafficRecord, self->n_messages - 1);
  sb_test_append_readable (readable, g_bytes_get_data (record->payload, NULL), g_bytes_get_size (record->payload));
  g_assert_cmpstr (readable->str, ==, payload);
}

static void
expect_frame (SbTestClient *client, guint8 opcode, const char *payload)
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

/* The texts of the table are no JSON: each comes whole to the guard, and its sender is told. */
static void
expect_text_outcome (Exchange *self, const char *payload)
{
  g_autofree char *id = g_strdup_printf ("\"id\":%u}", ++self->n_messages);
  g_autofree char *reply = sb_test_client_expect_text_with (self->sender, "\"code\":\"json\"", id, NULL);

  expect_record (self, payload);
}

static void
expect_binary_outcome (Exchange *self, const char *payload)
{
  self->n_messages++;
  expect_frame (self->partner, 0x2, payload);
  expect_record (self, payload);
}

static void
expect_close_outcome (Exchange *self, const char *payload)
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

static void
expect_failure_outcome (Exchange *self, guint code)
{
  sb_test_client_expect_close (self->sender, code, "");
  sb_test_wait (self->wire->n_left > 0);
  g_assert_cmpint (self->wire->left_by, ==, SB_CLOSED_BY_SERVER);
  g_assert_cmpuint (self->wire->left_code, ==, code);
  self->closed = TRUE;
}

/* @outcome: one of the expected ones, "ping(Hello)"; it is written to. */
static void
expect_outcome (Exchange *self, char *outcome)
{
  char *payload = strchr (outcome, '(');

  if (outcome[0] == '!')
    {
      expect_failure_outcome (self, g_ascii_strtoull (outcome + 1, NULL, 10));
      return;
    }
  g_assert_nonnull (payload);
  *payload++ = '\0';
  if (g_str_equal (outcome, "text"))
    expect_text_outcome (self, payload);
  else if (g_str_equal (outcome, "binary"))
    expect_binary_outcome (self, payload);
  else if (g_str_equal (outcome, "ping"))
    expect_frame (self->sender, 0xA, payload);
  else if (g_str_equal (outcome, "close"))
    expect_close_outcome (self, payload);
  else
    g_assert_cmpstr (outcome, ==, "pong"); /* for a pong nothing comes back */
}

static void
run_case (Wire *wire, const SbTestFrameCase *frame_case, guint most)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (SbTestClient) sender = wire_open (wire, "/frames");
  g_autoptr (SbTestClient) partner = wire_open (wire, "/frames");
  Exchange exchange = { .wire = wire, .sender = sender, .partner = partner };
  g_auto (GStrv) outcomes = g_strsplit (frame_case->expected, ") ", -1);

  g_array_set_size (wire->traffic, 0);
  wire->n_left = 0;
  sb_test_append_case (stream, frame_case);
  wire_send_pieces (sender, stream, MIN (most, stream->len));
  for (char **outcome = outcomes; *outcome != NULL && **outcome != '\0'; outcome++)
    expect_outcome (&exchange, *outcome);
  if (!exchange.closed)
    sb_test_client_expect_silence (sender);
  sb_test_client_expect_silence (partner);
  wire->n_left = 0;
  sb_test_client_close (partner);
  if (!exchange.closed)
    sb_test_client_close (sender);
  sb_test_wait (wire->n_left == (exchange.closed ? 1 : 2));
  wire->n_joined = 2;
  wire->n_left = 2;
}

static void
test_frames (Wire *self, gconstpointer data)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.max_message = SB_TEST_MAX_MESSAGE;
  limits.max_error_replies = 100000;
  limits.max_rejected = 100000;
  wire_set_limits (self, &limits);
  run_case (self, data, G_MAXINT);
  run_case (self, data, 10000);
  run_case (self, data, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < sb_test_n_frame_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/wire-frames/", sb_test_frame_cases[i].path, NULL);

      g_test_add (path, Wire, &sb_test_frame_cases[i], wire_set_up, test_frames, wire_tear_down);
    }
  return g_test_run ();
}
