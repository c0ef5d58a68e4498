/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes over the wire, byte by byte: a running hub on the one side, a client without manners on the other. */
#include "config.h"

#include "support/sb-test-frames.h"
#include "wire-fixture.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

/* --- Relay --------------------------------------------------------------------------------------- */

/* Valid each, and each would come out otherwise if it were parsed and written again. */
static const char *const relayed[] = {
  "{\"a\":1.0}",
  "  {\r\n\t\"a\" : -0 , \"b\":[ ]\n}  ",
  "0.10000000000000000000000000000000000001",
  "1E5",
  "123456789012345678",
  "\"\\u00e4\\u00C4\\/\\ud83d\\ude82\"",
  "\"\xC3\xA4\xF0\x9F\x9A\x82\xE2\x80\xA8\xEF\xBB\xBF\"",
  "{\"b\":1,\"a\":2}",
  "{\"\":{\"\":{}}}",
  "null",
  " true ",
  "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
};

/* Cuts a message in random fragments, some of them empty. */
static void
append_in_fragments (GByteArray *stream, guint8 opcode, const guint8 *payload, gsize length)
{
  gsize done = 0;

  while (g_test_rand_int_range (0, 4) != 0)
    {
      gsize n = g_test_rand_int_range (0, MIN (length - done, 1000) + 1);

      sb_test_append_frame (stream, opcode, payload + done, n);
      opcode = 0;
      done += n;
    }
  sb_test_append_frame (stream, 0x80 | opcode, payload + done, length - done);
}

static void
test_relay_is_byte_for_byte (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) sender = wire_open (self, "/r");
  g_autoptr (SbTestClient) first = wire_open (self, "/r");
  g_autoptr (SbTestClient) second = wire_open (self, "/r");

  for (int round = 0; round < 10; round++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();

      for (gsize i = 0; i < G_N_ELEMENTS (relayed); i++)
        append_in_fragments (stream, 0x1, (const guint8 *) relayed[i], strlen (relayed[i]));
      wire_send_pieces (sender, stream, round < 5 ? 30 : stream->len);
      for (gsize i = 0; i < G_N_ELEMENTS (relayed); i++)
        {
          sb_test_client_expect_text (first, relayed[i]);
          sb_test_client_expect_text (second, relayed[i]);
        }
    }
  sb_test_client_expect_silence (sender);
}

/* Every length at which the header changes, and around the size of the buffer that the lane reads into. */
static void
test_relay_of_every_size (Wire *self, gconstpointer data)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 127, 65522, 65523, 65535, 65536, 65537, 131072, 500000, 1 << 20 };
  g_autoptr (SbTestClient) sender = wire_open (self, "/r");
  g_autoptr (SbTestClient) receiver = wire_open (self, "/r");

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *payload = g_malloc (sizes[i] + 1);

      for (gsize k = 0; k < sizes[i]; k++)
        payload[k] = (k * 7 + k / 251) & 0xFF;
      g_assert_true (sb_test_client_send_binary (sender, payload, sizes[i]));
      sb_test_client_expect_binary (receiver, payload, sizes[i]);
    }
}

typedef struct
{
  SbTestClient *client;
  GByteArray *stream;
  gsize done;
} Sender;

/* Three senders at once, in pieces that cut frames anywhere: each one's messages come in their order and whole to
 * each receiver. */
static void
test_order_is_kept (Wire *self, gconstpointer data)
{
  enum { N_SENDERS = 3, N_RECEIVERS = 2, N_MESSAGES = 300 };
  Sender senders[N_SENDERS];
  SbTestClient *receivers[N_RECEIVERS];
  gboolean more = TRUE;
  SbSessionLimits limits;

  /* The receivers read only when all is sent. */
  sb_session_limits_init (&limits);
  limits.max_backlog = 64 << 20;
  wire_set_limits (self, &limits);
  for (guint i = 0; i < N_RECEIVERS; i++)
    receivers[i] = wire_open (self, "/o");
  for (guint i = 0; i < N_SENDERS; i++)
    {
      senders[i] = (Sender) { wire_open (self, "/o"), g_byte_array_new (), 0 };
      for (guint k = 0; k < N_MESSAGES; k++)
        {
          g_autofree char *pad = g_strnfill (g_test_rand_int_range (0, 10) == 0 ? 3000 : k % 50, ' ');
          g_autofree char *text = g_strdup_printf ("[%u,%u,%s%u]", i, k, pad, k);

          append_in_fragments (senders[i].stream, 0x1, (guint8 *) text, strlen (text));
        }
    }
  while (more)
    {
      more = FALSE;
      for (guint i = 0; i < N_SENDERS; i++)
        {
          gsize n = MIN ((gsize) 700, senders[i].stream->len - senders[i].done);

          g_assert_true (sb_test_client_send_bytes (senders[i].client, senders[i].stream->data + senders[i].done, n));
          senders[i].done += n;
          more = more || senders[i].done < senders[i].stream->len;
        }
    }

  for (guint r = 0; r < N_RECEIVERS; r++)
    {
      guint next[N_SENDERS] = { 0 };

      for (guint i = 0; i < N_SENDERS * N_MESSAGES; i++)
        {
          g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (receivers[r]);
          guint sender, number, again;

          g_assert_nonnull (frame);
          g_assert_cmpint (sscanf (sb_test_frame_get_text (frame), "[%u,%u, %u]", &sender, &number, &again), ==, 3);
          g_assert_cmpuint (sender, <, N_SENDERS);
          g_assert_cmpuint (number, ==, next[sender]);
          g_assert_cmpuint (again, ==, number);
          next[sender]++;
        }
      sb_test_client_expect_silence (receivers[r]);
      sb_test_client_free (receivers[r]);
    }
  for (guint i = 0; i < N_SENDERS; i++)
    {
      sb_test_client_free (senders[i].client);
      g_byte_array_unref (senders[i].stream);
    }
}

/* A client that reads nothing gets what fitted, whole and in order, and then 1013; who reads gets everything
 * meanwhile. */
static void
test_slow_client_is_told (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) slow = sb_test_client_new_full (self->port, NULL, 4096);
  g_autoptr (SbTestResponse) response = NULL;
  g_autoptr (SbTestClient) sender = NULL;
  g_autoptr (SbTestClient) quick = NULL;
  g_autofree char *pad = g_strnfill (20000, ' ');
  guint n_sent = 0, n_got = 0;
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.max_backlog = 200000;
  limits.close_timeout = 3600; /* it may take its time to read */
  wire_set_limits (self, &limits);
  response = sb_test_client_handshake (slow, "/s", self->secret, NULL);
  g_assert_cmpuint (response->status, ==, 101);
  sender = wire_open (self, "/s");
  quick = wire_open (self, "/s");

  while (self->n_left == 0)
    {
      g_autofree char *text = g_strdup_printf ("[%u%s]", n_sent++, pad);

      sb_test_client_send_text (sender, text);
      sb_test_client_expect_text (quick, text);
    }
  g_assert_cmpuint (self->left_code, ==, 1013);
  sb_test_client_send_text (sender, "\"still here\"");
  sb_test_client_expect_text (quick, "\"still here\"");
  sb_test_client_expect_silence (sender);

  for (;;)
    {
      g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (slow);
      g_autofree char *text = g_strdup_printf ("[%u%s]", n_got, pad);

      g_assert_nonnull (frame);
      if (frame->opcode == 0x8)
        {
          g_assert_cmpuint (frame->close_code, ==, 1013);
          g_assert_cmpstr (sb_test_frame_get_text (frame), ==, "too slow");
          break;
        }
      g_assert_cmpmem (frame->payload, frame->length, text, strlen (text));
      n_got++;
    }
  g_assert_cmpuint (n_got, >, 0);
  g_assert_cmpuint (n_got, <, n_sent);
  sb_test_client_send_close (slow, 1013, NULL);
  sb_test_client_expect_end (slow);
}

/* --- Error replies --------------------------------------------------------------------------------- */

static const struct
{
  const char *text;
  const char *code;
  const char *pointer; /* "": the whole */
} rejected[] = {
  { "", "json", "" },
  { "nonsense", "json", "" },
  { "{\"a\":[1,2,}", "json", "/a/2" },
  { "{\"a\":1,\"a\":2}", "json", "/a" },
  { "{\"x\\\"y\":{\"\xC3\xA4/~\":[0,01]}}", "json", "/x\"y/\xC3\xA4~1~0/1" },
  { "[1e999]", "json", "/0" },
  { "{\"deep\":[[[[[]]]]]}", "depth", "/deep/0/0/0" },
};

/* @pointer NULL: none may be there. */
static void
check_reply (const char *text, const char *code, const char *pointer, gint64 id)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *reply;

  json_parser_set_strict (parser, TRUE);
  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  reply = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (reply, "type"), ==, "error");
  g_assert_cmpstr (json_object_get_string_member (reply, "code"), ==, code);
  g_assert_cmpuint (strlen (json_object_get_string_member (reply, "message")), >, 5);
  g_assert_cmpstr (json_object_get_string_member_with_default (reply, "pointer", NULL), ==, pointer);
  g_assert_cmpint (json_object_get_int_member (reply, "id"), ==, id);
  g_assert_cmpuint (json_object_get_size (reply), ==, pointer != NULL ? 5 : 4);
}

static void
test_error_replies (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) sender = NULL;
  g_autoptr (SbTestClient) other = NULL;
  SbSessionLimits limits;
  gint64 id = 0;

  sb_session_limits_init (&limits);
  limits.json.max_depth = 4;
  limits.max_error_replies = 1000;
  wire_set_limits (self, &limits);
  sender = wire_open (self, "/e");
  other = wire_open (self, "/e");
  for (gsize i = 0; i < G_N_ELEMENTS (rejected); i++)
    {
      g_autoptr (SbTestFrame) reply = NULL;

      sb_test_client_send_text (sender, rejected[i].text);
      reply = sb_test_client_receive_message (sender);
      g_assert_cmpuint (reply->opcode, ==, 0x1);
      check_reply (sb_test_frame_get_text (reply), rejected[i].code, rejected[i].pointer, ++id);
      /* What was accepted counts as well. */
      sb_test_client_send_text (sender, "1");
      sb_test_client_expect_text (other, "1");
      id++;
    }
  sb_test_client_expect_silence (other);
}

/* Those that are not about what a text says have no pointer. */
static void
test_error_replies_without_a_place (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) sender = wire_open (self, "/e");
  g_autoptr (SbTestFrame) binary = NULL;
  g_autoptr (SbTestFrame) read_only = NULL;
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("wire");
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.allow_binary = FALSE;
  wire_set_limits (self, &limits);
  sb_test_client_send_binary (sender, "\0", 1);
  binary = sb_test_client_receive_message (sender);
  check_reply (sb_test_frame_get_text (binary), "binary", NULL, 1);
  spec->may_publish = FALSE;
  wire_put_token (self, spec, 0);
  sb_test_client_send_text (sender, "not even JSON");
  read_only = sb_test_client_receive_message (sender);
  check_reply (sb_test_frame_get_text (read_only), "read_only", NULL, 2);
}

/* At most so many in a second, however many messages are wrong: they can't be used to flood anybody. */
static void
test_error_replies_are_limited (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.max_error_replies = 2;
  limits.max_rejected = 1000;
  wire_set_limits (self, &limits);
  client = wire_open (self, "/e");
  /* In one write, so that all of them are read in one instant. */
  for (int i = 0; i < 100; i++)
    sb_test_append_frame (stream, 0x81, "}", 1);
  sb_test_client_send_bytes (client, stream->data, stream->len);
  for (int i = 1; i <= 2; i++)
    {
      g_autoptr (SbTestFrame) reply = sb_test_client_receive_message (client);

      check_reply (sb_test_frame_get_text (reply), "json", "", i);
    }
  sb_test_client_expect_silence (client);
  sb_test_wait (self->traffic->len == 100);
}

/* --- Close codes: each that the server gives, in the very bytes ------------------------------------- */

static void
break_the_rules (Wire *self, SbTestClient *client)
{
  sb_test_client_send_bytes (client, "\x81\x01x", 3);
}

static void
send_half_a_character (Wire *self, SbTestClient *client)
{
  sb_test_client_send_frame (client, 0x81, "\"\xC3", 2);
}

static void
send_nonsense (Wire *self, SbTestClient *client)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.max_rejected = 2;
  wire_set_limits (self, &limits);
  for (int i = 0; i < 3; i++)
    sb_test_client_send_text (client, "nonsense");
}

/* Refused with the header: none of the 16 MiB is sent. */
static void
promise_too_much (Wire *self, SbTestClient *client)
{
  sb_test_client_send_bytes (client, "\x82\xFF\0\0\0\0\x01\0\0\0", 10);
}

static void
revoke_token (Wire *self, SbTestClient *client)
{
  wire_put_token (self, &self->token->spec, g_get_real_time ());
}

static void
expire (Wire *self, SbTestClient *client)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("wire");

  spec->expires_at = g_get_real_time () - 1;
  wire_put_token (self, spec, 0);
}

static void
remove_token (Wire *self, SbTestClient *client)
{
  sb_hub_remove_token (self->hub, 1, NULL, NULL);
}

static void
narrow (Wire *self, SbTestClient *client)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("wire");

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/other", ",", -1);
  wire_put_token (self, spec, 0);
}

static void
disconnect_client (Wire *self, SbTestClient *client)
{
  sb_hub_disconnect (self->hub, &(SbTarget) { .everyone = TRUE }, 3003, "disconnected by admin: enough", NULL, NULL);
}

static void
stop_server (Wire *self, SbTestClient *client)
{
  sb_hub_stop (self->hub, 1001, "server stopping", 5, NULL, NULL);
}

typedef struct
{
  guint16 code;
  const char *reason;
  SbClosedBy by;
  void (*provoke) (Wire *self, SbTestClient *client);
} CloseCase;

static const CloseCase closings[] = {
  { 1001, "server stopping", SB_CLOSED_BY_SERVER, stop_server },
  { 1002, "not masked", SB_CLOSED_BY_SERVER, break_the_rules },
  { 1007, "not UTF-8", SB_CLOSED_BY_SERVER, send_half_a_character },
  { 1008, "too many rejected messages", SB_CLOSED_BY_SERVER, send_nonsense },
  { 1009, "message too big", SB_CLOSED_BY_SERVER, promise_too_much },
  { 3000, "token revoked", SB_CLOSED_BY_ADMIN, revoke_token },
  { 3000, "token expired", SB_CLOSED_BY_SERVER, expire },
  { 3000, "invalid token", SB_CLOSED_BY_ADMIN, remove_token },
  { 3003, "channel not allowed", SB_CLOSED_BY_ADMIN, narrow },
  { 3003, "disconnected by admin: enough", SB_CLOSED_BY_ADMIN, disconnect_client },
};

static void
test_close_code (Wire *self, gconstpointer data)
{
  const CloseCase *c = data;
  g_autoptr (SbTestClient) client = wire_open (self, "/c");
  g_autoptr (SbTestFrame) frame = NULL;

  c->provoke (self, client);
  frame = sb_test_client_receive_message (client);
  while (frame != NULL && frame->opcode == 0x1) /* the replies to what was rejected */
    {
      sb_test_frame_free (frame);
      frame = sb_test_client_receive_message (client);
    }
  g_assert_nonnull (frame);
  g_assert_cmpuint (frame->opcode, ==, 0x8);
  g_assert_cmpuint (frame->close_code, ==, c->code);
  g_assert_cmpmem (frame->payload + 2, frame->length - 2, c->reason, strlen (c->reason));
  sb_test_client_send_close (client, c->code, NULL);
  sb_test_client_expect_end (client);

  sb_test_wait (self->n_left == 1);
  g_assert_cmpuint (self->left_code, ==, c->code);
  g_assert_cmpstr (self->left_reason, ==, c->reason);
  g_assert_cmpint (self->left_by, ==, c->by);
}

static void
test_no_sign_of_life (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestFrame) ping = NULL;
  g_autoptr (SbTestFrame) frame = NULL;
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.ping_interval = 0;
  limits.pong_timeout = 1;
  wire_set_limits (self, &limits);
  client = wire_open (self, "/c");
  ping = sb_test_client_receive (client);
  g_assert_cmpuint (ping->opcode, ==, 0x9);
  frame = sb_test_client_receive (client);
  g_assert_cmpuint (frame->opcode, ==, 0x8);
  g_assert_cmpuint (frame->close_code, ==, 3008);
  g_assert_cmpstr (sb_test_frame_get_text (frame), ==, "no sign of life");
  sb_test_client_expect_end (client);
}

/* After the server's close frame nothing more is heard, but the client's own close frame still ends it in order. */
static void
test_messages_after_the_servers_close (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = wire_open (self, "/c");
  g_autoptr (SbTestFrame) frame = NULL;

  disconnect_client (self, client);
  frame = sb_test_client_receive_message (client);
  g_assert_cmpuint (frame->close_code, ==, 3003);
  sb_test_client_send_text (client, "1");
  sb_test_client_send_ping (client, "anybody?");
  sb_test_client_send_close (client, 3003, NULL);
  sb_test_client_expect_end (client);
  sb_test_wait (self->n_left == 1);
  g_assert_cmpuint (self->traffic->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (closings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/wire/close/%u-%s", closings[i].code, closings[i].reason);

      g_strdelimit (path, " :", '-');
      g_test_add (path, Wire, &closings[i], wire_set_up, test_close_code, wire_tear_down);
    }
#define ADD(path, test) g_test_add (path, Wire, NULL, wire_set_up, test, wire_tear_down)
  ADD ("/wire/close/3008-no-sign-of-life", test_no_sign_of_life);
  ADD ("/wire/close/nothing-is-heard-afterwards", test_messages_after_the_servers_close);
  ADD ("/wire/relay/is-byte-for-byte", test_relay_is_byte_for_byte);
  ADD ("/wire/relay/of-every-size", test_relay_of_every_size);
  ADD ("/wire/relay/keeps-the-order", test_order_is_kept);
  ADD ("/wire/relay/slow-client-is-told", test_slow_client_is_told);
  ADD ("/wire/errors/replies", test_error_replies);
  ADD ("/wire/errors/replies-without-a-place", test_error_replies_without_a_place);
  ADD ("/wire/errors/replies-are-limited", test_error_replies_are_limited);
#undef ADD
  return g_test_run ();
}
