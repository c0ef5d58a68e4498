/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"

/* What has to happen within a time: each deadline is counted, and a change of it acts on who is in already. */

static void
set_handshake_timeout (HubFixture *self, guint seconds)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = seconds;
  set_limits (self, &limits);
}

/* One that does not come to the end of its request. */
static SbTestClient *
begin_request (HubFixture *self)
{
  SbTestClient *client = sb_test_client_new (self->port);

  sb_test_client_send_bytes (client, "GET / HTT", 9);

  return client;
}

static void
test_handshake_timeout_is_counted (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;

  set_handshake_timeout (self, 1);
  client = begin_request (self);
  sb_test_client_receive_all (client);
  g_assert_cmpuint (get_totals (self).handshake_timeouts, ==, 1);
  g_assert_cmpuint (get_totals (self).refused, ==, 0);
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

/* --- limits that change, for who is in already --- */

static void
test_pong_timeout_acts_at_once (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestFrame) ping = NULL;

  sb_session_limits_init (&limits);
  limits.ping_interval = 1;
  limits.pong_timeout = 3600;
  set_limits (self, &limits);
  client = connect_client (self, "/");
  ping = sb_test_client_receive (client);
  g_assert_cmpuint (ping->opcode, ==, 9);
  limits.pong_timeout = 1;
  set_limits (self, &limits);
  sb_test_wait (self->left->len == 1);
  g_assert_cmpuint (self->left_code, ==, 3008);
}

static void
test_ping_interval_acts_at_once (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestFrame) ping = NULL;
  g_autoptr (SbTestFrame) again = NULL;

  sb_session_limits_init (&limits);
  limits.ping_interval = 1;
  set_limits (self, &limits);
  client = connect_client (self, "/");
  ping = sb_test_client_receive (client);
  limits.ping_interval = 3600;
  set_limits (self, &limits);
  sb_test_client_send_frame (client, 0x8a, ping->payload, ping->length);
  sb_test_client_expect_silence (client); /* the pong was taken, the next ping is an hour off */
  limits.ping_interval = 1;
  set_limits (self, &limits);
  again = sb_test_client_receive (client);
  g_assert_cmpuint (again->opcode, ==, 9);
}

static void
test_close_timeout_acts_at_once (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = connect_client (self, "/");
  g_autoptr (SbTestFrame) frame = NULL;

  sb_session_limits_init (&limits);
  limits.close_timeout = 60;
  set_limits (self, &limits);
  put_token (self, &self->token->spec, g_get_real_time ());
  frame = sb_test_client_receive_message (client);
  g_assert_cmpuint (frame->close_code, ==, 3000);
  limits.close_timeout = 1;
  set_limits (self, &limits);
  sb_test_client_expect_end (client);
}

/* Who has waited for long is the first to go, whatever it was promised when it came; and whoever came in its wake. */
static void
test_handshake_timeout_acts_at_once (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) old = NULL;
  g_autoptr (SbTestClient) young = NULL;

  set_handshake_timeout (self, 300);
  old = begin_request (self);
  sb_test_client_free (connect_client (self, "/")); /* the old one has been accepted by now */
  set_handshake_timeout (self, 1);
  young = begin_request (self);
  sb_test_client_receive_all (young);
  sb_test_client_receive_all (old);
  g_assert_cmpuint (get_totals (self).handshake_timeouts, ==, 2);
}

/* One that came under a longer time-out and is done says nothing about those after it. */
static void
test_handshake_timeout_of_the_next (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;

  set_handshake_timeout (self, 300);
  sb_test_client_free (connect_client (self, "/"));
  set_handshake_timeout (self, 1);
  client = begin_request (self);
  sb_test_client_receive_all (client);
  g_assert_cmpuint (get_totals (self).handshake_timeouts, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, lanes, function) \
  g_test_add ("/hub-deadlines/" path, HubFixture, GUINT_TO_POINTER (lanes), hub_fixture_set_up, function, hub_fixture_tear_down)
  ADD ("handshake-timeout-is-counted", 1, test_handshake_timeout_is_counted);
  ADD ("silence-is-counted", 1, test_silence_is_counted);
  ADD ("pong-timeout-acts-at-once", 2, test_pong_timeout_acts_at_once);
  ADD ("ping-interval-acts-at-once", 1, test_ping_interval_acts_at_once);
  ADD ("close-timeout-acts-at-once", 1, test_close_timeout_acts_at_once);
  ADD ("handshake-timeout-acts-at-once", 1, test_handshake_timeout_acts_at_once);
  ADD ("handshake-timeout-of-the-next", 1, test_handshake_timeout_of_the_next);

  return g_test_run ();
}
