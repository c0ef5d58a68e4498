/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"
#include "net/sb-retained.h"

#include <stdio.h>
#include <string.h>

/* What is kept for those who come later: who gets it, and that nobody gets it twice or not at all. */

#define N_LANES 4
#define N_ROUNDS 6000
#define MAX_CLIENTS 700

/* What is kept, as the engine keeps it. */
typedef struct
{
  HubFixture hub;
  GPtrArray *kept; /* (element-type SbRetained) */
  gint64 last_id;
  guint64 n_broadcasts;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  hub_fixture_set_up (&self->hub, data);
  self->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_retained_unref);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  hub_fixture_tear_down (&self->hub, data);
  g_ptr_array_unref (self->kept);
}

static SbRetained *
find (Fixture *self, const char *pattern)
{
  for (guint i = 0; i < self->kept->len; i++)
    {
      SbRetained *one = g_ptr_array_index (self->kept, i);

      if (strcmp (one->pattern, pattern) == 0)
        return one;
    }

  return NULL;
}

static void
forget (Fixture *self, const char *pattern)
{
  SbRetained *one = find (self, pattern);

  if (one != NULL)
    g_ptr_array_remove (self->kept, one);
}

/* To those who are there, and for those who come. */
static void
say (Fixture *self, const char *pattern, SbOpcode opcode, const char *text)
{
  char *channels[] = { (char *) pattern, NULL };
  SbTarget target = { .channels = channels };
  g_autoptr (SbFrame) frame = sb_frame_new (opcode, text, strlen (text));
  g_autoptr (SbRetainedTable) table = NULL;

  forget (self, pattern);
  g_ptr_array_add (self->kept, sb_retained_new (++self->last_id, pattern, frame));
  table = sb_retained_table_new (self->kept);
  sb_hub_broadcast_retained (self->hub.hub, ++self->n_broadcasts, &target, frame, table);
}

/* Waits until that is in force. */
static void
take_back (Fixture *self, const char *pattern)
{
  g_autoptr (SbRetainedTable) table = NULL;
  guint n_done = self->hub.n_done;

  forget (self, pattern);
  table = sb_retained_table_new (self->kept);
  sb_hub_set_retained (self->hub.hub, table, done_cb, &self->hub);
  sb_test_wait (self->hub.n_done > n_done);
}

static void
fence (Fixture *self)
{
  guint n_done = self->hub.n_done;

  sb_hub_fence (self->hub.hub, done_cb, &self->hub);
  sb_test_wait (self->hub.n_done > n_done);
}

/* --- who gets what --- */

static void
check_newcomer (Fixture *self, const char *channel, const char *text)
{
  g_autoptr (SbTestClient) client = connect_client (&self->hub, channel);

  if (text != NULL)
    sb_test_client_expect_text (client, text);
  sb_test_client_expect_silence (client);
}

static void
test_first (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) there = connect_client (&self->hub, "/news");
  g_autoptr (SbTestClient) elsewhere = connect_client (&self->hub, "/sport");
  g_autoptr (SbTestClient) newcomer = NULL;

  say (self, "/news", SB_OPCODE_TEXT, "[1]");
  sb_test_client_expect_text (there, "[1]");
  sb_test_client_expect_silence (elsewhere);

  /* Before the answer to what it sends along with its handshake, and before what others say. */
  newcomer = sb_test_client_new (self->hub.port);
  sb_test_client_send_handshake (newcomer, "/news", self->hub.secret, NULL);
  sb_test_client_send_text (newcomer, "no JSON");
  sb_test_response_free (sb_test_client_receive_response (newcomer));
  sb_test_client_expect_text (newcomer, "[1]");
  g_free (sb_test_client_expect_text_with (newcomer, "\"code\":\"json\"", NULL));
  sb_test_client_send_text (there, "[2]");
  sb_test_client_expect_text (newcomer, "[2]");
  /* It is theirs alone. */
  sb_test_client_expect_silence (there);
  sb_test_wait (self->hub.joined->len == 3);
}

static void
test_most_specific (Fixture *self, gconstpointer data)
{
  say (self, "**", SB_OPCODE_TEXT, "\"all\"");
  say (self, "/a/**", SB_OPCODE_TEXT, "\"below\"");
  say (self, "/a/*", SB_OPCODE_TEXT, "\"star\"");
  say (self, "/a/b", SB_OPCODE_TEXT, "\"b\"");
  fence (self);

  check_newcomer (self, "/", "\"all\"");
  check_newcomer (self, "/a", "\"all\"");
  check_newcomer (self, "/a/b", "\"b\"");
  check_newcomer (self, "/a/c", "\"star\"");
  check_newcomer (self, "/a/b/c", "\"below\"");

  /* One takes the other's place; what stood behind it comes out when it is taken back. */
  say (self, "/a/b", SB_OPCODE_TEXT, "\"b2\"");
  fence (self);
  check_newcomer (self, "/a/b", "\"b2\"");
  take_back (self, "/a/b");
  check_newcomer (self, "/a/b", "\"star\"");
  take_back (self, "/a/*");
  take_back (self, "/a/**");
  take_back (self, "**");
  check_newcomer (self, "/a/b", NULL);
}

/* It is a message to that client: counted, logged, and not among what the broadcast's report says. */
static void
test_counted (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) newcomer = NULL;
  g_autofree char *target = NULL;
  const SbTrafficRecord *record;
  SbHubTotals totals;
  SbPeer *peer;

  say (self, "/news", SB_OPCODE_BINARY, "five5");
  sb_test_wait (self->hub.n_reports == N_LANES);
  newcomer = connect_client (&self->hub, "/news");
  sb_test_client_expect_binary (newcomer, "five5", 5);
  sb_test_wait (self->hub.traffic->len == 1);

  peer = g_ptr_array_index (self->hub.joined, 0);
  target = g_strdup_printf ("client %" G_GUINT64_FORMAT, peer->id);
  record = &g_array_index (self->hub.traffic, SbTrafficRecord, 0);
  g_assert_null (record->peer);
  g_assert_cmpstr (record->target, ==, target);
  g_assert_cmpint (record->direction, ==, SB_DIRECTION_DIRECT);
  g_assert_true (record->binary);
  g_assert_cmpuint (record->size, ==, 5);
  g_assert_cmpmem (g_bytes_get_data (record->payload, NULL), g_bytes_get_size (record->payload), "five5", 5);
  g_assert_cmpuint (record->reached, ==, 1);
  g_assert_cmpuint (record->dropped, ==, 0);
  g_assert_cmpint (record->rejection, ==, SB_REJECTED_NOT);

  g_assert_cmpuint (sb_retained_get_delivered (find (self, "/news")), ==, 1);
  sb_test_wait (sb_counter_get (peer->counters.messages_out) == 1);
  g_assert_cmpuint (sb_counter_get (peer->counters.bytes_out), ==, 2 + 5);
  sb_hub_get_totals (self->hub.hub, &totals);
  g_assert_cmpuint (totals.messages_out, ==, 1);
  g_assert_cmpuint (self->hub.targeted + self->hub.sent + self->hub.dropped, ==, 0);
}

/* Who is let in only to be told why it may not stay gets nothing else. */
static void
test_not_let_in (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  g_autofree char *origin = g_strdup_printf ("Origin: http://127.0.0.1:%u\r\nSec-WebSocket-Protocol: signalbox, bearer.%s\r\n",
                                             self->hub.port, self->hub.secret);
  g_autoptr (SbTestClient) revoked = NULL, browser = NULL;
  g_autoptr (SbTestResponse) refusal = NULL, answer = NULL;

  say (self, "**", SB_OPCODE_TEXT, "[1]");
  put_token (&self->hub, spec, g_get_real_time ());

  revoked = sb_test_client_new (self->hub.port);
  refusal = sb_test_client_handshake (revoked, "/", self->hub.secret, NULL);
  g_assert_cmpuint (refusal->status, ==, 401);

  browser = sb_test_client_new (self->hub.port);
  answer = sb_test_client_handshake (browser, "/", NULL, origin);
  g_assert_cmpuint (answer->status, ==, 101);
  sb_test_client_expect_close (browser, 3000, "invalid token");
  g_assert_cmpuint (sb_retained_get_delivered (find (self, "**")), ==, 0);
}

static void
test_compressed (Fixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (SbTestClient) newcomer = NULL, plain = NULL;
  g_autoptr (SbTestResponse) answer = NULL;
  g_autoptr (SbTestFrame) frame = NULL;

  for (guint i = 0; i < 400; i++)
    g_string_append (text, "1,");
  g_string_append (text, "1]");
  sb_session_limits_init (&limits);
  limits.compression = TRUE;
  sb_hub_set_session_limits (self->hub.hub, &limits);
  say (self, "**", SB_OPCODE_TEXT, text->str);
  fence (self);

  newcomer = sb_test_client_new (self->hub.port);
  sb_test_client_set_window_bits (newcomer, 15);
  answer = sb_test_client_handshake (newcomer, "/", self->hub.secret, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  g_assert_cmpuint (answer->status, ==, 101);
  frame = sb_test_client_receive_message (newcomer);
  g_assert_true (frame->deflated);
  g_assert_cmpuint (frame->wire_length, <, text->len / 4);
  g_assert_cmpstr (sb_test_frame_get_text (frame), ==, text->str);
  plain = connect_client (&self->hub, "/");
  sb_test_client_expect_text (plain, text->str);
  sb_test_wait (self->hub.joined->len == 2);
}

/* --- once --- */

typedef struct
{
  SbTestClient *client;
  guint channel;
  gboolean open;
} Newcomer;

/* Messages of a channel are numbered: whoever comes has to hear all from some number to the last, each once and in order, whichever
 * lane it is on and whenever between two of them it came. */
static void
check_newcomer_hears_all (Newcomer *self, guint last)
{
  guint expected = 0;

  if (!self->open)
    sb_test_response_free (sb_test_client_receive_response (self->client));
  for (gboolean first = TRUE; first || expected <= last; first = FALSE, expected++)
    {
      g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (self->client);
      guint channel, number;

      g_assert_nonnull (frame);
      g_assert_cmpint (sscanf (sb_test_frame_get_text (frame), "[%u,%u]", &channel, &number), ==, 2);
      g_assert_cmpuint (channel, ==, self->channel);
      if (first)
        expected = number;
      g_assert_cmpuint (number, ==, expected);
    }
  sb_test_client_expect_silence (self->client);
}

static void
test_once (Fixture *self, gconstpointer data)
{
  static const char *const channels[] = { "/even", "/odd" };
  guint next[G_N_ELEMENTS (channels)] = { 0 };
  g_autoptr (GArray) newcomers = g_array_new (FALSE, FALSE, sizeof (Newcomer));

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      guint channel = g_test_rand_int_range (0, G_N_ELEMENTS (channels));

      if (i < G_N_ELEMENTS (channels) || g_test_rand_int_range (0, 8) > 0)
        {
          g_autofree char *text = NULL;

          /* There is something for everybody. */
          channel = i < G_N_ELEMENTS (channels) ? i : channel;
          text = g_strdup_printf ("[%u,%u]", channel, next[channel]++);
          say (self, channels[channel], SB_OPCODE_TEXT, text);
          if (i + 1 == G_N_ELEMENTS (channels))
            fence (self);
        }
      else if (newcomers->len < MAX_CLIENTS)
        {
          Newcomer newcomer = { sb_test_client_new (self->hub.port), channel, FALSE };

          sb_test_client_send_handshake (newcomer.client, channels[channel], self->hub.secret, NULL);
          g_array_append_val (newcomers, newcomer);
        }
      if (newcomers->len > 0 && g_test_rand_int_range (0, 8) == 0)
        {
          Newcomer *one = &g_array_index (newcomers, Newcomer, g_test_rand_int_range (0, newcomers->len));

          if (!one->open)
            sb_test_response_free (sb_test_client_receive_response (one->client));
          one->open = TRUE;
        }
    }
  g_assert_cmpuint (newcomers->len, >, MAX_CLIENTS / 2);

  for (guint i = 0; i < newcomers->len; i++)
    {
      Newcomer *one = &g_array_index (newcomers, Newcomer, i);

      check_newcomer_hears_all (one, next[one->channel] - 1);
    }
  sb_test_wait (self->hub.joined->len == newcomers->len);
  for (guint i = 0; i < newcomers->len; i++)
    sb_test_client_free (g_array_index (newcomers, Newcomer, i).client);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/hub-retained/" name, Fixture, GUINT_TO_POINTER (N_LANES), set_up, func, tear_down)
  ADD ("first", test_first);
  ADD ("most-specific", test_most_specific);
  ADD ("counted", test_counted);
  ADD ("not-let-in", test_not_let_in);
  ADD ("compressed", test_compressed);
  ADD ("once", test_once);
#undef ADD

  return g_test_run ();
}
