/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"

/* What limits do is counted, each in its own number. */

static SbHubTotals
get_totals (HubFixture *self)
{
  SbHubTotals totals;

  sb_hub_get_totals (self->hub, &totals);

  return totals;
}

static void
set_limits (HubFixture *self, const SbSessionLimits *limits)
{
  guint n_done = self->n_done;

  sb_hub_set_session_limits (self->hub, limits);
  sb_hub_fence (self->hub, done_cb, self);
  sb_test_wait (self->n_done > n_done);
}

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
test_handshake_timeout_is_counted (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = 1;
  set_limits (self, &limits);
  client = sb_test_client_new (self->port);
  sb_test_client_send_bytes (client, "GET / HTT", 9);
  sb_test_client_receive_all (client);
  g_assert_cmpuint (get_totals (self).handshake_timeouts, ==, 1);
  g_assert_cmpuint (get_totals (self).refused, ==, 0);
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

static void
test_silence_is_counted (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;

  sb_session_limits_init (&limits);
  limits.ping_interval = limits.pong_timeout = 1;
  set_limits (self, &limits);
  client = connect_client (self, "/");
  sb_test_wait (self->left->len == 1);
  g_assert_cmpuint (self->left_code, ==, 3008);
  g_assert_cmpuint (get_totals (self).closed_silent, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, lanes, function) \
  g_test_add ("/hub-limits/" path, HubFixture, GUINT_TO_POINTER (lanes), hub_fixture_set_up, function, hub_fixture_tear_down)
  ADD ("largest-backlog-goes-first", 1, test_largest_backlog_goes_first);
  ADD ("largest-backlog-goes-first/two-lanes", 2, test_largest_backlog_goes_first);
  ADD ("largest-backlog-goes-first/four-lanes", 4, test_largest_backlog_goes_first);
  ADD ("shared-message-is-held-once", 1, test_shared_message_is_held_once);
  ADD ("refusals-are-counted", 2, test_refusals_are_counted);
  ADD ("handshake-timeout-is-counted", 1, test_handshake_timeout_is_counted);
  ADD ("rejections-are-counted", 1, test_rejections_are_counted);
  ADD ("smaller-rate-counts", 2, test_smaller_rate_counts);
  ADD ("silence-is-counted", 1, test_silence_is_counted);

  return g_test_run ();
}
