/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"

/* What is ordered between the verdict on a handshake and the client's arrival. A body that is announced and held back
 * stretches that moment: the verdict falls with the headers, the upgrade with the last byte. */

/* What came to the lane before has been looked at when one that came later is answered. */
static SbTestClient *
begin_handshake (HubFixture *self)
{
  SbTestClient *client = sb_test_client_new (self->port);
  g_autoptr (SbTestClient) later = NULL;
  g_autoptr (SbTestResponse) response = NULL;

  sb_test_client_send_handshake (client, "/a", self->secret, "Content-Length: 1\r\n");
  later = sb_test_client_new (self->port);
  response = sb_test_client_handshake (later, "/a", "nobody's", NULL);
  g_assert_cmpuint (response->status, ==, 401);
  g_assert_cmpuint (self->joined->len, ==, 0);

  return client;
}

/* The client is told why, by a close frame, and is nobody any more. */
static void
end_handshake (HubFixture *self, SbTestClient *client, guint16 code, const char *reason)
{
  g_autoptr (SbTestResponse) response = NULL;

  sb_test_client_send_bytes (client, "x", 1);
  response = sb_test_client_receive_response (client);
  g_assert_nonnull (response);
  g_assert_cmpuint (response->status, ==, 101);
  sb_test_client_expect_close (client, code, reason);
  sb_test_wait (self->left->len == self->joined->len);
}

static void
test_body_is_passed_over (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = begin_handshake (self);
  g_autoptr (SbTestResponse) response = NULL;

  sb_test_client_send_bytes (client, "x", 1);
  response = sb_test_client_receive_response (client);
  g_assert_cmpuint (response->status, ==, 101);
  sb_test_client_expect_silence (client);
}

static void
test_revoked (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = begin_handshake (self);

  put_token (self, &self->token->spec, g_get_real_time ());
  end_handshake (self, client, 3000, "token revoked");
}

static void
test_removed (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = begin_handshake (self);
  guint n_done = self->n_done;

  sb_hub_remove_token (self->hub, 1, done_cb, self);
  sb_test_wait (self->n_done > n_done);
  end_handshake (self, client, 3000, "invalid token");
}

static void
test_narrowed (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = begin_handshake (self);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");

  g_strfreev (spec->channels);
  spec->channels = g_strdupv ((char *[]) { (char *) "/b", NULL });
  put_token (self, spec, 0);
  end_handshake (self, client, 3003, "channel not allowed");
}

static void
test_blocked (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = begin_handshake (self);
  guint n_done = self->n_done;

  sb_hub_block_address (self->hub, "127.0.0.1", G_MAXINT64, done_cb, self);
  sb_test_wait (self->n_done > n_done);
  end_handshake (self, client, 3003, "disconnected by admin: address blocked");
}

/* One is in, one is coming, and the token is for one: who came first stays. */
static void
test_fewer_connections (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) coming = begin_handshake (self);
  g_autoptr (SbTestClient) first = connect_client (self, "/a");
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  g_autoptr (SbTestResponse) response = NULL;

  spec->max_connections = 1;
  put_token (self, spec, 0);
  g_assert_cmpuint (self->n_concerned, ==, 0);
  sb_test_client_send_bytes (coming, "x", 1);
  response = sb_test_client_receive_response (coming);
  g_assert_cmpuint (response->status, ==, 101);
  sb_test_client_expect_close (coming, 3003, "too many connections");
  sb_test_client_expect_silence (first);
}

static void
test_silenced (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = begin_handshake (self);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  g_autoptr (SbTestResponse) response = NULL;
  g_autofree char *reply = NULL;

  spec->may_publish = FALSE;
  put_token (self, spec, 0);
  sb_test_client_send_bytes (client, "x", 1);
  response = sb_test_client_receive_response (client);
  sb_test_client_send_text (client, "1");
  reply = sb_test_client_expect_text_with (client, "\"code\":\"read_only\"", NULL);
}

/* The place that was kept for it is free again. */
static void
test_given_up (HubFixture *self, gconstpointer data)
{
  SbGateLimits limits;
  SbTestClient *client = begin_handshake (self);
  g_autoptr (SbTestClient) other = NULL;
  guint n_done = self->n_done;

  sb_gate_limits_init (&limits);
  limits.max_clients = 1;
  sb_hub_set_gate_limits (self->hub, &limits);
  sb_gate_limits_clear (&limits);
  sb_hub_fence (self->hub, done_cb, self);
  sb_test_wait (self->n_done > n_done);
  other = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (other, "/a", self->secret, NULL);
  g_assert_cmpuint (response->status, ==, 503);
  sb_test_client_free (client);
  for (guint status = 0; status != 101;)
    {
      g_autoptr (SbTestClient) again = sb_test_client_new (self->port);
      g_autoptr (SbTestResponse) answer = sb_test_client_handshake (again, "/a", self->secret, NULL);

      status = answer->status;
    }
}

/* Nothing of it is left behind, nor looked at once the hub is gone. */
static void
test_hub_goes (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = begin_handshake (self);
  g_autoptr (SbTestClient) early = sb_test_client_new (self->port);

  sb_test_client_send_bytes (early, "GET / HTT", 9);
  sb_hub_free (self->hub);
  sb_test_client_receive_all (client);
  self->hub = sb_hub_new (GPOINTER_TO_UINT (data), 1, events_cb, self);
}

/* --- who is upgraded only to be told why not --- */

#define MAX_FAREWELLS 256
#define OF_A_PAGE "Origin: http://127.0.0.1\r\nSec-WebSocket-Protocol: signalbox\r\n"

static void
never_end (HubFixture *self)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.close_timeout = 60;
  limits.handshake_timeout = 60;
  set_limits (self, &limits);
}

/* They read nothing and stay. So many are told by a close frame, whose places the limits on clients do not count; the others by the status. */
static void
test_farewells_are_bounded (HubFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_client_free);

  never_end (self);
  for (guint i = 0; i < MAX_FAREWELLS + 2; i++)
    {
      SbTestClient *client = sb_test_client_new (self->port);
      g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/", NULL, OF_A_PAGE);

      g_ptr_array_add (clients, client);
      g_assert_cmpuint (response->status, ==, i < MAX_FAREWELLS ? 101 : 401);
    }
  sb_test_wait (self->n_refused == MAX_FAREWELLS + 2);

  /* Who goes makes room. */
  sb_test_client_expect_close (g_ptr_array_index (clients, 0), 3000, "missing token");
  g_ptr_array_remove_index (clients, 0);
  for (guint status = 0; status != 101;)
    {
      g_autoptr (SbTestClient) again = sb_test_client_new (self->port);
      g_autoptr (SbTestResponse) response = sb_test_client_handshake (again, "/", NULL, OF_A_PAGE);

      status = response->status;
    }
}

/* Nor more of those that were refused while fewer were there, and held back a body until all of them were. */
static void
test_farewells_all_at_once (HubFixture *self, gconstpointer data)
{
  enum { ROOM = 10, HELD_BACK = 32 };
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_client_free);
  guint n_cut = 0;

  never_end (self);
  for (guint i = 0; i < MAX_FAREWELLS - ROOM + HELD_BACK; i++)
    {
      SbTestClient *client = sb_test_client_new (self->port);
      g_autoptr (SbTestResponse) response = NULL;

      g_ptr_array_add (clients, client);
      sb_test_client_send_handshake (client, "/", NULL, i < MAX_FAREWELLS - ROOM ? OF_A_PAGE : OF_A_PAGE "Content-Length: 1\r\n");
      if (i < MAX_FAREWELLS - ROOM)
        response = sb_test_client_receive_response (client);
    }
  sb_test_wait (self->n_refused == clients->len);
  for (guint i = MAX_FAREWELLS - ROOM; i < clients->len; i++)
    {
      SbTestClient *client = g_ptr_array_index (clients, i);
      g_autoptr (SbTestResponse) response = NULL;
      g_autoptr (SbTestFrame) frame = NULL;

      sb_test_client_send_bytes (client, "x", 1);
      response = sb_test_client_receive_response (client);
      g_assert_cmpuint (response->status, ==, 101);
      frame = sb_test_client_receive (client);
      n_cut += frame == NULL ? 1 : 0;
      g_assert_true (frame == NULL || frame->close_code == 3000);
    }
  g_assert_cmpuint (n_cut, ==, HELD_BACK - ROOM);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  /* ThreadSanitizer does not see GLib's locks, by which a handshake of TLS comes to its thread and back. */
#ifdef __SANITIZE_THREAD__
#define ADD_OVER_TLS(path, n_lanes, function)
#else
#define ADD_OVER_TLS(path, n_lanes, function) \
  g_test_add ("/hub-handshake/over-tls/" path, HubFixture, GUINT_TO_POINTER (n_lanes), hub_fixture_set_up_tls, function, \
              hub_fixture_tear_down)
#endif
#define ADD(path, n_lanes, function) \
  g_test_add ("/hub-handshake/" path, HubFixture, GUINT_TO_POINTER (n_lanes), hub_fixture_set_up, function, hub_fixture_tear_down); \
  ADD_OVER_TLS (path, n_lanes, function)
  ADD ("body-is-passed-over", 1, test_body_is_passed_over);
  ADD ("revoked", 1, test_revoked);
  ADD ("revoked/two-lanes", 2, test_revoked);
  ADD ("removed", 2, test_removed);
  ADD ("narrowed", 1, test_narrowed);
  ADD ("blocked", 2, test_blocked);
  ADD ("fewer-connections", 2, test_fewer_connections);
  ADD ("silenced", 1, test_silenced);
  ADD ("given-up", 1, test_given_up);
  ADD ("hub-goes", 2, test_hub_goes);
  ADD ("farewells-are-bounded", 2, test_farewells_are_bounded);
  ADD ("farewells-all-at-once", 1, test_farewells_all_at_once);

  return g_test_run ();
}
