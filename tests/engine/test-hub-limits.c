/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"
#include "net/sb-deflate.h"
#include "support/sb-test-deflate.h"
#include "support/sb-test-frames.h"

#include <sys/resource.h>
#include <unistd.h>

/* What limits do is counted, each in its own number. */

static void
set_gate_limits (HubFixture *self, const SbGateLimits *limits)
{
  guint n_done = self->n_done;

  sb_hub_set_gate_limits (self->hub, limits);
  sb_hub_fence (self->hub, done_cb, self);
  sb_test_wait (self->n_done > n_done);
}

/* It never reads. */
static SbTestClient *
connect_stuck (HubFixture *self, const char *path)
{
  guint n_joined = self->joined->len;
  SbTestClient *client = sb_test_client_new_full (self->port, NULL, 4096);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, path, self->secret, NULL);

  g_assert_cmpuint (response->status, ==, 101);
  sb_test_wait (self->joined->len > n_joined);

  return client;
}

static guint
knock (HubFixture *self, const char *secret)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/", secret, NULL);

  return response->status;
}

static char *
make_text (gsize length)
{
  char *text = g_strnfill (length, '1');

  text[0] = text[length - 1] = '"';

  return text;
}

/* Until every lane has it in its queues. */
static void
say (HubFixture *self, SbTestClient *sender, const char *text)
{
  guint n = self->traffic->len;

  sb_test_client_send_text (sender, text);
  sb_test_wait (self->traffic->len > n);
}

/* --- memory of all queues together --- */

static void
test_largest_backlog_goes_first (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autofree char *text = make_text (60000);
  g_autoptr (SbTestClient) little = NULL, much = NULL, to_little = NULL, to_much = NULL;

  sb_session_limits_init (&limits);
  limits.max_backlog = 64 << 20;
  limits.max_queued_memory = 1 << 20;
  set_limits (self, &limits);
  little = connect_stuck (self, "/little");
  to_little = connect_client (self, "/little");
  much = connect_stuck (self, "/much");
  to_much = connect_client (self, "/much");

  /* Until a little waits for one of them, and then all for the other. */
  while (get_totals (self).held < 200000)
    say (self, to_little, text);
  while (self->left->len == 0)
    {
      say (self, to_much, text);
      g_assert_cmpuint (get_totals (self).held, <=, limits.max_queued_memory + 2 * 61000);
    }
  g_assert_cmpuint (self->left_code, ==, 1013);
  g_assert_cmpstr (((SbPeer *) g_ptr_array_index (self->left, 0))->channel, ==, "/much");
  g_assert_cmpuint (get_totals (self).closed_memory, ==, 1);
  g_assert_cmpuint (get_totals (self).closed_slow, ==, 0);
  sb_test_wait (g_strcmp0 (self->notice, "out_of_queue_memory") == 0);
  g_assert_cmpuint (self->left->len, ==, 1);
}

static void
test_shared_message_is_held_once (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autofree char *text = make_text (60000);
  SbTestClient *stuck[4];
  g_autoptr (SbTestClient) sender = NULL;

  sb_session_limits_init (&limits);
  limits.max_backlog = 64 << 20;
  set_limits (self, &limits);
  for (guint i = 0; i < G_N_ELEMENTS (stuck); i++)
    stuck[i] = connect_stuck (self, "/");
  sender = connect_client (self, "/");
  while (get_totals (self).backlog < 4 << 20)
    say (self, sender, text);
  g_assert_cmpuint (get_totals (self).held, >, 0);
  g_assert_cmpuint (get_totals (self).held * 2, <, get_totals (self).backlog);

  /* It is given back with the last of them. */
  for (guint i = 0; i < G_N_ELEMENTS (stuck); i++)
    {
      sb_test_client_reset (stuck[i]);
      sb_test_client_free (stuck[i]);
    }
  sb_test_wait (self->left->len == G_N_ELEMENTS (stuck));
  sb_test_wait (get_totals (self).held == 0);
  g_assert_cmpuint (get_totals (self).backlog, ==, 0);
}

/* A report says of each who missed the broadcast why: of a second one here, that waits behind one which is stuck. */
static void
miss (HubFixture *self, SbMissedWhy why)
{
  SbTestClient *stuck;
  guint n_left = self->left->len;
  SbSessionLimits limits;
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autofree char *text = make_text (16 << 20);
  g_autoptr (GBytes) large = g_bytes_new (text, 16 << 20);
  g_autoptr (GBytes) small = g_bytes_new ("1", 1);

  sb_session_limits_init (&limits);
  limits.max_backlog = why == SB_MISSED_BACKLOG ? 1024 : 64 << 20;
  limits.close_timeout = 1;
  limits.max_queued_memory = why == SB_MISSED_MEMORY ? 20 << 20 : 640 << 20;
  set_limits (self, &limits);
  stuck = connect_stuck (self, "/");
  sb_hub_broadcast (self->hub, 1, everyone, SB_DIRECTION_BROADCAST, FALSE, large);
  sb_test_wait (get_totals (self).backlog > 0);
  self->missed_why = SB_MISSED_UNKNOWN;
  sb_hub_broadcast (self->hub, 2, everyone, SB_DIRECTION_BROADCAST, FALSE, small);
  switch (why)
    {
    case SB_MISSED_LEFT:
      sb_test_client_send_close (stuck, 1000, NULL);
      sb_test_wait (self->left->len > n_left);
      sb_test_client_reset (stuck);
      break;
    case SB_MISSED_LOST:
      sb_test_client_reset (stuck);
      break;
    case SB_MISSED_DISCONNECTED:
      sb_hub_disconnect (self->hub, everyone, 3003, "enough", done_cb, self);
      break;
    case SB_MISSED_CLOSED:
      sb_hub_stop (self->hub, 1001, "server stopping", 0, done_cb, self);
      break;
    case SB_MISSED_MEMORY:
      for (guint i = 3; self->left->len == n_left; i++)
        {
          g_autofree char *more = make_text (1 << 20);
          g_autoptr (GBytes) bytes = g_bytes_new (more, 1 << 20);

          sb_hub_broadcast (self->hub, i, everyone, SB_DIRECTION_BROADCAST, FALSE, bytes);
          sb_test_wait (self->left->len > n_left || get_totals (self).backlog > 0);
        }
      break;
    case SB_MISSED_BACKLOG:
      break;
    case SB_MISSED_UNKNOWN:
    default:
      g_assert_not_reached ();
    }
  sb_test_wait (self->missed_why != SB_MISSED_UNKNOWN);
  g_assert_cmpstr (sb_missed_why_to_id (self->missed_why), ==, sb_missed_why_to_id (why));
  sb_test_client_free (stuck);
  sb_test_wait (self->left->len > n_left && get_totals (self).backlog == 0);
}

static void
test_why_a_broadcast_is_missed (HubFixture *self, gconstpointer data)
{
  for (SbMissedWhy why = SB_MISSED_UNKNOWN + 1; why <= SB_MISSED_DISCONNECTED; why++)
    if (why != SB_MISSED_CLOSED)
      miss (self, why);
  miss (self, SB_MISSED_CLOSED); /* the server stops */
}

/* --- counters --- */

static void
test_refusals_are_counted (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  g_autoptr (SbTestClient) client = NULL;
  SbGateLimits limits;

  sb_gate_limits_init (&limits);
  limits.max_clients = 1;
  set_gate_limits (self, &limits);
  client = connect_client (self, "/");
  g_assert_cmpuint (knock (self, self->secret), ==, 503);
  g_assert_cmpuint (get_totals (self).refused_full, ==, 1);

  limits.max_clients = 100;
  limits.max_clients_per_address = 1;
  set_gate_limits (self, &limits);
  g_assert_cmpuint (knock (self, self->secret), ==, 429);
  g_assert_cmpuint (get_totals (self).refused_address, ==, 1);

  limits.max_clients_per_address = 100;
  limits.max_attempts = 1;
  set_gate_limits (self, &limits);
  spec->max_connections = 1;
  put_token (self, spec, 0);
  g_assert_cmpuint (knock (self, self->secret), ==, 429);
  g_assert_cmpuint (get_totals (self).refused_token, ==, 1);

  g_assert_cmpuint (knock (self, "sbx_wrong"), ==, 401);
  g_assert_cmpuint (get_totals (self).refused_attempts, ==, 0);
  g_assert_cmpuint (knock (self, "sbx_wrong"), ==, 429);
  g_assert_cmpuint (get_totals (self).refused_attempts, ==, 1);
  g_assert_cmpuint (get_totals (self).refused, ==, 5);
}

static void
test_rejections_are_counted (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;
  g_autofree char *reply = NULL;

  sb_session_limits_init (&limits);
  limits.max_rejected = 3;
  limits.max_error_replies = 1;
  set_limits (self, &limits);
  client = connect_client (self, "/");
  for (int i = 0; i < 4; i++)
    sb_test_client_send_text (client, "nonsense");
  reply = sb_test_client_expect_text_with (client, "\"id\":1}", NULL);
  sb_test_client_expect_close (client, 1008, "too many rejected messages");
  g_assert_cmpuint (get_totals (self).closed_rejected, ==, 1);
  g_assert_cmpuint (get_totals (self).replies_withheld, ==, 2);
}

/* Somebody who takes all descriptors and gives them back, again and again, is not told of each time, for that would fill the trail. */
static void
test_descriptors_come_and_go (HubFixture *self, gconstpointer data)
{
  enum { N = 4, TOLD = 3 };
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (int));
  struct rlimit before, low = { 256, 256 };

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  low.rlim_max = before.rlim_max;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &low));
  for (guint i = 0; i < N; i++)
    {
      g_autoptr (SbTestClient) client = NULL;
      g_autoptr (SbTestResponse) response = NULL;

      for (int fd = -1; fd < 230; g_array_append_val (taken, fd))
        g_assert_no_errno (fd = dup (0));
      client = sb_test_client_new (self->port);
      sb_test_client_send_handshake (client, "/", self->secret, NULL);
      sb_test_wait (get_totals (self).accept_pauses > i);
      for (guint j = 0; j < taken->len; j++)
        close (g_array_index (taken, int, j));
      g_array_set_size (taken, 0);
      response = sb_test_client_receive_response (client);
      g_assert_cmpuint (response->status, ==, 101);
      sb_test_wait (self->n_notices == 2 * MIN (i + 1, TOLD));
      g_assert_cmpstr (self->notice, ==, "accepting_again");
    }
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
}

/* The server's rate and the token's: the smaller one counts, and it is each client's own. */
static void
test_smaller_rate_counts (HubFixture *self, gconstpointer data)
{
  static const struct { guint server, token, first_rejected; } cases[] = { { 3, 0, 4 }, { 0, 2, 3 }, { 3, 2, 3 }, { 2, 3, 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
      g_autoptr (SbTestClient) first = NULL, second = NULL;
      SbSessionLimits limits;

      sb_session_limits_init (&limits);
      limits.messages_per_second = cases[i].server;
      set_limits (self, &limits);
      spec->messages_per_second = cases[i].token;
      put_token (self, spec, 0);
      first = connect_client (self, "/1");
      second = connect_client (self, "/2");
      for (guint n = 0; n < cases[i].first_rejected; n++)
        {
          sb_test_client_send_text (first, "1");
          sb_test_client_send_text (second, "1");
        }
      g_autofree char *id = g_strdup_printf ("\"id\":%u}", cases[i].first_rejected);
      g_autofree char *one = sb_test_client_expect_text_with (first, "\"code\":\"rate\"", id, NULL);
      g_autofree char *two = sb_test_client_expect_text_with (second, "\"code\":\"rate\"", id, NULL);
    }
}

/* --- what is still coming in --- */

#define TEXT_AND_FIN 0x81
#define TEXT_COMPRESSED 0x41 /* and to be continued */
#define CONTINUED_AND_FIN 0x80

/* One message, of which the rest is sent later. */
typedef struct
{
  SbTestClient *client;
  GByteArray *bytes;
  gsize sent;
} Partial;

static Partial *
begin_message (HubFixture *self, const char *path, const char *text, gsize size)
{
  Partial *partial = g_new0 (Partial, 1);

  partial->client = connect_client (self, path);
  partial->bytes = g_byte_array_new ();
  partial->sent = size;
  sb_test_append_frame (partial->bytes, TEXT_AND_FIN, text, strlen (text));
  sb_test_client_send_bytes (partial->client, partial->bytes->data, size);

  return partial;
}

static void
end_message (Partial *partial)
{
  sb_test_client_send_bytes (partial->client, partial->bytes->data + partial->sent, partial->bytes->len - partial->sent);
}

static void
partial_free (Partial *partial)
{
  sb_test_client_free (partial->client);
  g_byte_array_unref (partial->bytes);
  g_free (partial);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Partial, partial_free)

/* Many who begin long messages and do not end them may not fill the memory: the longest goes first, and who has begun a short one is left
 * in peace. */
static void
test_longest_message_goes_first (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autofree char *text = make_text (190000);
  g_autoptr (SbTestClient) listener = NULL;
  g_autoptr (Partial) little = NULL;
  Partial *much[4];
  guint n_open = 0;

  sb_session_limits_init (&limits);
  limits.max_message = 200000;
  limits.max_queued_memory = 1 << 20;
  set_limits (self, &limits);
  listener = connect_client (self, "/");
  little = begin_message (self, "/", text, 10000);
  sb_test_wait (get_totals (self).arriving > 0);
  for (guint i = 0; i < G_N_ELEMENTS (much); i++)
    {
      much[i] = begin_message (self, "/much", text, 150000);
      sb_test_wait (get_totals (self).arriving >= MIN (i + 1, 3) * 150000 + 10000 && (i < 3 || self->left->len > 0));
      g_assert_cmpuint (get_totals (self).arriving, <=, limits.max_queued_memory);
    }
  g_assert_cmpuint (self->left->len, ==, 1);
  g_assert_cmpuint (self->left_code, ==, 1013);
  g_assert_cmpstr (self->left_reason, ==, "too much at once");
  g_assert_cmpstr (((SbPeer *) g_ptr_array_index (self->left, 0))->channel, ==, "/much");
  g_assert_cmpuint (get_totals (self).closed_busy, ==, 1);

  /* All the others get theirs through. */
  end_message (little);
  sb_test_client_expect_text (listener, text);
  for (guint i = 0; i < G_N_ELEMENTS (much); i++)
    end_message (much[i]);
  sb_test_wait (self->traffic->len == 1 + G_N_ELEMENTS (much) - 1);
  sb_test_wait (get_totals (self).arriving == 0);
  for (guint i = 0; i < G_N_ELEMENTS (much); i++)
    {
      n_open += sb_test_client_send_ping (much[i]->client, "") ? 1 : 0;
      partial_free (much[i]);
    }
  g_assert_cmpuint (n_open, >=, 3);
}

/* Nothing stays counted for who goes in the middle of a message. */
static void
test_nothing_stays_of_who_goes (HubFixture *self, gconstpointer data)
{
  g_autofree char *text = make_text (100000);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Partial) partial = begin_message (self, "/", text, 50000);

      sb_test_wait (get_totals (self).arriving >= 49000);
      if (i == 1)
        sb_test_client_send_frame (partial->client, 0xFF, "", 0);
    }
  sb_test_wait (self->left->len == 3 && get_totals (self).arriving == 0);
}

static SbTestClient *
begin_compressed (HubFixture *self, GByteArray *packed)
{
  guint n_joined = self->joined->len;
  SbTestClient *client = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response =
      sb_test_client_handshake (client, "/packed", self->secret, "Sec-WebSocket-Extensions: permessage-deflate\r\n");

  g_assert_cmpuint (response->status, ==, 101);
  sb_test_wait (self->joined->len > n_joined);
  sb_test_client_send_frame (client, TEXT_COMPRESSED, packed->data, packed->len / 2);

  return client;
}

/* A lane unpacks only so many messages at once, however many begin one. */
static void
test_too_many_compressed_at_once (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  SbGateLimits gate;
  g_autofree char *text = make_text (1000);
  g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) text, strlen (text), 15);
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_client_free);
  g_autoptr (SbTestClient) one_more = NULL, next = NULL, listener = NULL;

  sb_session_limits_init (&limits);
  limits.compression = TRUE;
  set_limits (self, &limits);
  sb_gate_limits_init (&gate);
  gate.max_clients_per_address = gate.max_clients = 2 * SB_DEFLATE_MAX_INFLATERS;
  set_gate_limits (self, &gate);

  listener = connect_client (self, "/packed");
  while (clients->len < SB_DEFLATE_MAX_INFLATERS)
    g_ptr_array_add (clients, begin_compressed (self, packed));
  sb_test_wait (get_totals (self).arriving >= (guint64) SB_DEFLATE_MAX_INFLATERS * SB_DEFLATE_INFLATER_SIZE);
  one_more = begin_compressed (self, packed);
  sb_test_client_expect_close (one_more, 1013, "too much at once");
  sb_test_wait (self->left->len == 1);
  g_assert_cmpuint (get_totals (self).closed_busy, ==, 1);

  /* Where one ends, another may begin. */
  sb_test_client_send_frame (g_ptr_array_index (clients, 0), CONTINUED_AND_FIN, packed->data + packed->len / 2,
                             packed->len - packed->len / 2);
  sb_test_client_expect_text (listener, text);
  next = begin_compressed (self, packed);
  sb_test_client_expect_silence (next);
  g_assert_cmpuint (get_totals (self).closed_busy, ==, 1);
}

/* Both ends of a thousand connections are in this process. */
static void
allow_descriptors (rlim_t n)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  g_assert_cmpuint (limit.rlim_max, >=, n);
  limit.rlim_cur = MAX (limit.rlim_cur, n);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

int
main (int argc, char *argv[])
{
  allow_descriptors (4096);
  g_test_init (&argc, &argv, NULL);

#define ADD(path, lanes, function) \
  g_test_add ("/hub-limits/" path, HubFixture, GUINT_TO_POINTER (lanes), hub_fixture_set_up, function, hub_fixture_tear_down)
  ADD ("largest-backlog-goes-first", 1, test_largest_backlog_goes_first);
  ADD ("largest-backlog-goes-first/two-lanes", 2, test_largest_backlog_goes_first);
  ADD ("largest-backlog-goes-first/four-lanes", 4, test_largest_backlog_goes_first);
  ADD ("shared-message-is-held-once", 1, test_shared_message_is_held_once);
  ADD ("why-a-broadcast-is-missed", 1, test_why_a_broadcast_is_missed);
  ADD ("refusals-are-counted", 2, test_refusals_are_counted);
  ADD ("descriptors-come-and-go", 2, test_descriptors_come_and_go);
  ADD ("rejections-are-counted", 1, test_rejections_are_counted);
  ADD ("smaller-rate-counts", 2, test_smaller_rate_counts);
  ADD ("longest-message-goes-first", 1, test_longest_message_goes_first);
  ADD ("nothing-stays-of-who-goes", 2, test_nothing_stays_of_who_goes);
  ADD ("too-many-compressed-at-once", 1, test_too_many_compressed_at_once);

  return g_test_run ();
}
