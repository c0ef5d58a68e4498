/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"

#include <stdio.h>
#include <string.h>

#define MANY 60

/* --- Coming and going ------------------------------------------------------------------------------ */

static void
test_join_and_leave (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = connect_client (self, "/news");
  SbPeer *peer = g_ptr_array_index (self->joined, 0);
  SbHubTotals totals;

  g_assert_cmpstr (peer->address, ==, "127.0.0.1");
  g_assert_cmpuint (peer->port, ==, sb_test_client_get_port (client));
  g_assert_cmpstr (peer->channel, ==, "/news");
  g_assert_cmpstr (peer->token_label, ==, "test");
  g_assert_cmpint (peer->token_id, ==, 1);
  sb_hub_get_totals (self->hub, &totals);
  g_assert_cmpuint (totals.clients, ==, 1);

  sb_test_client_close (client);
  sb_test_wait (self->left->len == 1);
  g_assert_cmpuint (self->left_code, ==, 1000);
  g_assert_cmpint (self->left_by, ==, SB_CLOSED_BY_CLIENT);
  g_assert_true (g_ptr_array_index (self->left, 0) == peer);
  sb_hub_get_totals (self->hub, &totals);
  g_assert_cmpuint (totals.clients, ==, 0);
}

static void
test_broken_connection (HubFixture *self, gconstpointer data)
{
  SbTestClient *client = connect_client (self, "/");

  sb_test_client_reset (client);
  sb_test_wait (self->left->len == 1);
  g_assert_cmpuint (self->left_code, ==, 1006);
  g_assert_cmpint (self->left_by, ==, SB_CLOSED_BY_NETWORK);
  sb_test_client_free (client);
}

static void
test_refused (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/", NULL, NULL);

  g_assert_cmpuint (response->status, ==, 401);
  g_assert_true (g_str_has_prefix (response->body, "{\"error\":\""));
  g_assert_cmpstr (sb_test_response_get_header (response, "content-type"), ==, "application/json");
  sb_test_client_expect_end (client);
  sb_test_wait (self->n_refused == 1);
}

/* What is told of a refusal is kept: it is not as long as a stranger likes. */
static void
test_refused_at_length (HubFixture *self, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (6000, 'x');
  g_autofree char *path = g_strconcat ("/", long_text, NULL);
  g_autofree char *header = g_strdup_printf ("Origin: https://\xff%s\r\n", long_text);
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestClient) other = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/a", self->secret, header);
  g_autoptr (SbTestResponse) second = NULL;

  g_assert_cmpuint (response->status, ==, 403);
  sb_test_wait (self->n_refused == 1);
  g_assert_true (g_utf8_validate (self->refused_origin, -1, NULL));
  g_assert_cmpuint (strlen (self->refused_origin), <=, 520);
  g_assert_true (g_str_has_prefix (self->refused_origin, "https://"));
  second = sb_test_client_handshake (other, path, self->secret, NULL);
  g_assert_cmpuint (second->status, ==, 404);
  sb_test_wait (self->n_refused == 2);
  g_assert_cmpuint (strlen (self->refused_path), ==, 512);
}

/* --- Talking ------------------------------------------------------------------------------------- */

static void
test_relay_to_all_others (HubFixture *self, gconstpointer data)
{
  const char *text = "{ \"a\" : [1.0, -0, \"gr\xc3\xbc\xc3\x9f\\u00e9\"] }";
  g_autoptr (SbTestClient) sender = connect_client (self, "/a");
  g_autoptr (SbTestClient) first = connect_client (self, "/a");
  g_autoptr (SbTestClient) second = connect_client (self, "/a");
  g_autoptr (SbTestClient) elsewhere = connect_client (self, "/b");
  SbTrafficRecord *record;

  sb_test_client_send_text (sender, text);
  sb_test_client_expect_text (first, text);
  sb_test_client_expect_text (second, text);
  sb_test_client_expect_silence (sender);
  sb_test_client_expect_silence (elsewhere);

  sb_test_wait (self->traffic->len == 1);
  record = &g_array_index (self->traffic, SbTrafficRecord, 0);
  g_assert_cmpuint (record->reached, ==, 2);
  g_assert_cmpuint (record->dropped, ==, 0);
  g_assert_cmpmem (g_bytes_get_data (record->payload, NULL), g_bytes_get_size (record->payload), text, strlen (text));
  g_assert_true (record->peer == g_ptr_array_index (self->joined, 0));
}

/* Each receiver gets each sender's messages in the order they were sent. */
static void
test_order (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) a = connect_client (self, "/");
  g_autoptr (SbTestClient) b = connect_client (self, "/");
  g_autoptr (SbTestClient) listener = connect_client (self, "/");
  int next[2] = { 0, 0 };

  for (int i = 0; i < MANY; i++)
    {
      g_autofree char *from_a = g_strdup_printf ("[0,%d]", i);
      g_autofree char *from_b = g_strdup_printf ("[1,%d]", i);

      sb_test_client_send_text (a, from_a);
      sb_test_client_send_text (b, from_b);
    }
  for (int i = 0; i < 2 * MANY; i++)
    {
      g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (listener);
      int sender, number;

      g_assert_cmpint (sscanf (sb_test_frame_get_text (frame), "[%d,%d]", &sender, &number), ==, 2);
      g_assert_cmpint (number, ==, next[sender]);
      next[sender]++;
    }
}

static void
test_rejected_is_told_to_its_sender (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) sender = connect_client (self, "/");
  g_autoptr (SbTestClient) other = connect_client (self, "/");
  g_autofree char *reply = NULL;
  SbTrafficRecord *record;

  sb_test_client_send_text (sender, "{\"a\":[1,2,}");
  reply = sb_test_client_expect_text_with (sender, "\"type\":\"error\"", "\"code\":\"json\"", "\"pointer\":\"/a", "\"id\":1}", NULL);
  sb_test_client_expect_silence (other);
  sb_test_wait (self->traffic->len == 1);
  record = &g_array_index (self->traffic, SbTrafficRecord, 0);
  g_assert_cmpint (record->rejection, ==, SB_REJECTED_JSON);
  g_assert_cmpuint (record->offset, ==, 10);
  g_assert_cmpuint (record->reached, ==, 0);
  g_assert_nonnull (record->reason);
}

static void
test_too_many_rejected (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;

  sb_session_limits_init (&limits);
  limits.max_rejected = 3;
  limits.max_error_replies = 1;
  sb_hub_set_session_limits (self->hub, &limits);
  client = connect_client (self, "/");
  for (int i = 0; i < 4; i++)
    sb_test_client_send_text (client, "nonsense");

  g_autofree char *reply = sb_test_client_expect_text_with (client, "\"id\":1}", NULL); /* the one in a second */
  sb_test_client_expect_close (client, 1008, "too many rejected messages");
  sb_test_wait (self->traffic->len == 4);
  for (guint i = 0; i < 4; i++) /* a reply, nothing, nothing, the close frame */
    g_assert_cmpint (g_array_index (self->traffic, SbTrafficRecord, i).told, ==, i == 0 || i == 3);
  sb_test_wait (self->left->len == 1);
  g_assert_cmpint (self->left_by, ==, SB_CLOSED_BY_SERVER);
}

static void
test_too_big (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;
  g_autofree char *text = g_strnfill (1001, ' ');

  sb_session_limits_init (&limits);
  limits.max_message = 1000;
  sb_hub_set_session_limits (self->hub, &limits);
  client = connect_client (self, "/");
  memcpy (text, "[]", 2);
  text[1000] = '\0';
  sb_test_client_send_text (client, text); /* just within */
  sb_test_client_expect_silence (client);
  text[1000] = ' ';
  sb_test_client_send_text (client, text);
  sb_test_client_expect_close (client, 1009, "message too big");
  sb_test_wait (self->traffic->len == 2);
  /* What was accepted is told when every lane has said whom it reached, which may be later. */
  for (guint i = 0; i < 2; i++)
    {
      SbTrafficRecord *record = &g_array_index (self->traffic, SbTrafficRecord, i);

      g_assert_cmpint (record->rejection, ==, record->sequence == 2 ? SB_REJECTED_TOO_BIG : SB_REJECTED_NOT);
    }
}

static void
test_rate (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  g_autoptr (SbTestClient) client = NULL;
  g_autofree char *reply = NULL;

  spec->messages_per_second = 2;
  put_token (self, spec, 0);
  client = connect_client (self, "/");
  for (int i = 0; i < 3; i++)
    sb_test_client_send_text (client, "1");
  reply = sb_test_client_expect_text_with (client, "\"code\":\"rate\"", "\"id\":3}", NULL);
}

static void
test_binary (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) sender = connect_client (self, "/");
  g_autoptr (SbTestClient) other = connect_client (self, "/");
  SbSessionLimits limits;
  g_autofree char *reply = NULL;

  sb_test_client_send_binary (sender, "\0\xff\x01", 3);
  sb_test_client_expect_binary (other, "\0\xff\x01", 3);

  sb_session_limits_init (&limits);
  limits.allow_binary = FALSE;
  sb_hub_set_session_limits (self->hub, &limits);
  put_token (self, &self->token->spec, 0); /* the limits are in force when this is done */
  sb_test_client_send_binary (sender, "x", 1);
  reply = sb_test_client_expect_text_with (sender, "\"code\":\"binary\"", NULL);
  sb_test_client_expect_silence (other);
}

static void
test_slow_client_is_dropped (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  SbTestClient *slow;
  g_autoptr (SbTestClient) sender = NULL;
  g_autoptr (SbTestClient) quick = NULL;
  g_autofree char *text = g_strnfill (60000, '1');
  SbHubTotals totals;

  sb_session_limits_init (&limits);
  limits.max_backlog = 256 * 1024;
  sb_hub_set_session_limits (self->hub, &limits);
  slow = sb_test_client_new_full (self->port, NULL, 4096);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (slow, "/", self->secret, NULL);
  g_assert_cmpuint (response->status, ==, 101);
  sb_test_wait (self->joined->len == 1);
  sender = connect_client (self, "/");
  quick = connect_client (self, "/");
  memcpy (text, "\"", 1);
  text[59999] = '"';

  while (self->left->len == 0)
    {
      sb_test_client_send_text (sender, text);
      sb_test_client_expect_text (quick, text);
    }
  g_assert_cmpuint (self->left_code, ==, 1013);
  g_assert_true (g_ptr_array_index (self->left, 0) == g_ptr_array_index (self->joined, 0));
  sb_hub_get_totals (self->hub, &totals);
  g_assert_cmpuint (totals.dropped, >=, 1);
  sb_test_wait ((sb_hub_get_totals (self->hub, &totals), totals.backlog) <= 60010 + 20);
  sb_test_client_free (slow);
}

/* --- The admin's word --------------------------------------------------------------------------------- */

static void
test_broadcast (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) a = connect_client (self, "/a");
  g_autoptr (SbTestClient) b = connect_client (self, "/b");
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("{}", 2);
  SbTarget only_b = { .channels = (char *[]) { (char *) "/b", NULL } };

  sb_hub_broadcast (self->hub, 1, everyone, SB_DIRECTION_BROADCAST, FALSE, payload);
  sb_test_client_expect_text (a, "{}");
  sb_test_client_expect_text (b, "{}");
  sb_test_wait (self->n_reports == sb_hub_get_n_lanes (self->hub));
  g_assert_cmpuint (self->targeted, ==, 2);
  g_assert_cmpuint (self->sent, ==, 2);
  g_assert_cmpuint (self->dropped + self->pending, ==, 0);

  self->n_reports = self->targeted = self->sent = 0;
  sb_hub_broadcast (self->hub, 2, &only_b, SB_DIRECTION_BROADCAST, FALSE, payload);
  sb_test_client_expect_text (b, "{}");
  sb_test_client_expect_silence (a);
  sb_test_wait (self->n_reports == sb_hub_get_n_lanes (self->hub));
  g_assert_cmpuint (self->targeted, ==, 1);
  g_assert_cmpuint (self->sent, ==, 1);
}

/* A frame that waits for a client which goes is lost, and the report says so. */
static void
test_broadcast_to_one_that_goes (HubFixture *self, gconstpointer data)
{
  SbTestClient *slow = sb_test_client_new_full (self->port, NULL, 4096);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  gsize size = 16 << 20; /* more than the system's buffers take */
  SbHubTotals totals;
  g_autofree char *text = g_strnfill (size, ' ');
  g_autoptr (GBytes) payload = NULL;

  text[0] = '1';
  payload = g_bytes_new (text, size);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (slow, "/", self->secret, NULL);
  g_assert_cmpuint (response->status, ==, 101);
  sb_test_wait (self->joined->len == 1);
  sb_hub_broadcast (self->hub, 1, everyone, SB_DIRECTION_BROADCAST, FALSE, payload);
  sb_test_wait ((sb_hub_get_totals (self->hub, &totals), totals.backlog) > 0);
  sb_test_client_reset (slow);
  sb_test_wait (self->n_reports == sb_hub_get_n_lanes (self->hub));
  g_assert_cmpuint (self->targeted, ==, 1);
  g_assert_cmpuint (self->sent, ==, 0);
  g_assert_cmpuint (self->dropped, ==, 1);
  sb_test_client_free (slow);
}

static void
test_disconnect (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) a = connect_client (self, "/");
  g_autoptr (SbTestClient) b = connect_client (self, "/");
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  SbTarget target = { .client_ids = ids };
  guint n_done = self->n_done;

  g_array_append_val (ids, ((SbPeer *) g_ptr_array_index (self->joined, 1))->id);
  sb_hub_disconnect (self->hub, &target, 3003, "disconnected by admin: enough", done_cb, self);
  sb_test_wait (self->n_done > n_done);
  g_assert_cmpuint (self->n_concerned, ==, 1);
  sb_test_client_expect_close (b, 3003, "disconnected by admin: enough");
  sb_test_client_expect_silence (a);
}

/* --- Liveness ------------------------------------------------------------------------------------------ */

static void
test_ping_measures_round_trip (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;
  SbPeer *peer;

  sb_session_limits_init (&limits);
  limits.ping_interval = 0;
  sb_hub_set_session_limits (self->hub, &limits);
  client = connect_client (self, "/");
  peer = g_ptr_array_index (self->joined, 0);
  /* The kernel's, of the handshake; the ping's takes its place. */
  g_assert_cmpint (sb_counter_get (peer->counters.round_trip), >, 0);
  sb_counter_set (peer->counters.round_trip, -1);

  g_autoptr (SbTestFrame) ping = sb_test_client_receive (client);
  g_assert_cmpuint (ping->opcode, ==, 9);
  sb_test_client_send_frame (client, 0x8a, ping->payload, ping->length);
  sb_test_wait (sb_counter_get (peer->counters.round_trip) >= 0);
}

static void
test_no_sign_of_life (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;

  sb_session_limits_init (&limits);
  limits.ping_interval = 0;
  limits.pong_timeout = 1;
  sb_hub_set_session_limits (self->hub, &limits);
  client = connect_client (self, "/");
  sb_test_wait (self->left->len == 1);
  g_assert_cmpuint (self->left_code, ==, 3008);
  g_assert_cmpstr (self->left_reason, ==, "no sign of life");
}

static void
test_handshake_that_takes_too_long (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = 1;
  sb_hub_set_session_limits (self->hub, &limits);
  put_token (self, &self->token->spec, 0);
  client = sb_test_client_new (self->port);
  sb_test_client_send_bytes (client, "GET / HTTP/1.1\r\nHost: ", 22);
  sb_test_client_expect_end (client);
}

/* A client that says nothing after our close frame is cut. */
static void
test_unanswered_close (HubFixture *self, gconstpointer data)
{
  SbSessionLimits limits;
  g_autoptr (SbTestClient) client = NULL;

  sb_session_limits_init (&limits);
  limits.close_timeout = 1;
  sb_hub_set_session_limits (self->hub, &limits);
  client = connect_client (self, "/");
  put_token (self, &self->token->spec, g_get_real_time ());
  g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (client);
  g_assert_cmpuint (frame->close_code, ==, 3000);
  sb_test_client_expect_end (client);
}

/* --- Stopping ------------------------------------------------------------------------------------------ */

static void
test_stop_and_listen_again (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) a = connect_client (self, "/");
  g_autoptr (SbTestClient) b = connect_client (self, "/");
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GError) error = NULL;
  guint n_done = self->n_done;

  sb_hub_stop (self->hub, 1001, "server stopping", 5, done_cb, self);
  sb_test_client_expect_close (a, 1001, "server stopping");
  sb_test_client_expect_close (b, 1001, "server stopping");
  sb_test_wait (self->n_done > n_done);
  g_assert_cmpuint (self->n_concerned, ==, 2);
  g_assert_false (sb_test_can_connect (self->port));
  g_assert_cmpuint (sb_hub_get_port (self->hub), ==, 0);

  sb_hub_listen (self->hub, loopback, self->port, &error);
  g_assert_no_error (error);
  g_autoptr (SbTestClient) c = connect_client (self, "/");
  sb_test_client_expect_silence (c);
}

/* Stopping does not wait for the deaf longer than it said. */
static void
test_stop_cuts_the_deaf (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) deaf = connect_client (self, "/");
  guint n_done = self->n_done;

  sb_hub_stop (self->hub, 1001, "server stopping", 1, done_cb, self);
  sb_test_wait (self->n_done > n_done);
  g_assert_cmpuint (self->left->len, ==, 1);
}

static void
test_listen_errors (HubFixture *self, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetAddress) elsewhere = g_inet_address_new_from_string ("192.0.2.1"); /* RFC 5737: nobody's */
  g_autoptr (GError) error = NULL;
  SbHub *second = sb_hub_new (1, 1, events_cb, self);

  g_assert_false (sb_hub_listen (second, loopback, self->port, &error));
  g_assert_error (error, SB_HUB_ERROR, SB_HUB_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  g_assert_false (sb_hub_listen (second, elsewhere, 0, &error));
  g_assert_error (error, SB_HUB_ERROR, SB_HUB_ERROR_BAD_ADDRESS);
  g_assert_false (sb_hub_is_listening (second));
  sb_hub_free (second);
}

/* --- Many lanes ------------------------------------------------------------------------------------------ */

static void
test_many_on_many_lanes (HubFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_client_free);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("\"all\"", 5);

  for (guint i = 0; i < MANY; i++)
    g_ptr_array_add (clients, connect_client (self, "/"));
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      sb_test_client_send_text (g_ptr_array_index (clients, i), text);
      for (guint k = 0; k < MANY; k++)
        if (k != i)
          sb_test_client_expect_text (g_ptr_array_index (clients, k), text);
    }
  sb_test_wait (self->traffic->len == MANY);
  for (guint i = 0; i < MANY; i++)
    g_assert_cmpuint (g_array_index (self->traffic, SbTrafficRecord, i).reached, ==, MANY - 1);

  sb_hub_broadcast (self->hub, 1, everyone, SB_DIRECTION_BROADCAST, FALSE, payload);
  for (guint i = 0; i < MANY; i++)
    sb_test_client_expect_text (g_ptr_array_index (clients, i), "\"all\"");
  sb_test_wait (self->n_reports == sb_hub_get_n_lanes (self->hub));
  g_assert_cmpuint (self->sent, ==, MANY);

  put_token (self, &self->token->spec, g_get_real_time ());
  g_assert_cmpuint (self->n_concerned, ==, MANY);
}

/* Destroyed with clients in the middle of things: everything said is done is told, nothing leaks. */
static void
test_free_while_busy (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) a = connect_client (self, "/");
  g_autoptr (SbTestClient) b = connect_client (self, "/");

  for (guint i = 0; i < MANY; i++)
    sb_test_client_send_text (a, "[]");
  sb_test_client_send_bytes (b, "\x81", 1);
  sb_hub_disconnect (self->hub, &(SbTarget) { .everyone = TRUE }, 3003, "x", NULL, NULL);
}

static void
add (const char *name, void (*test) (HubFixture *, gconstpointer), guint n_lanes)
{
  g_autofree char *path = g_strdup_printf ("/hub/%u-lanes/%s", n_lanes, name);

  g_test_add (path, HubFixture, GUINT_TO_POINTER (n_lanes), hub_fixture_set_up, test, hub_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint n_lanes = 1; n_lanes <= 3; n_lanes += 2)
    {
      add ("join-and-leave", test_join_and_leave, n_lanes);
      add ("broken-connection", test_broken_connection, n_lanes);
      add ("refused", test_refused, n_lanes);
      add ("refused-at-length", test_refused_at_length, n_lanes);
      add ("relay-to-all-others", test_relay_to_all_others, n_lanes);
      add ("order", test_order, n_lanes);
      add ("rejected-is-told-to-its-sender", test_rejected_is_told_to_its_sender, n_lanes);
      add ("too-many-rejected", test_too_many_rejected, n_lanes);
      add ("too-big", test_too_big, n_lanes);
      add ("rate", test_rate, n_lanes);
      add ("binary", test_binary, n_lanes);
      add ("slow-client-is-dropped", test_slow_client_is_dropped, n_lanes);
      add ("broadcast", test_broadcast, n_lanes);
      add ("broadcast-to-one-that-goes", test_broadcast_to_one_that_goes, n_lanes);
      add ("disconnect", test_disconnect, n_lanes);
      add ("ping-measures-round-trip", test_ping_measures_round_trip, n_lanes);
      add ("no-sign-of-life", test_no_sign_of_life, n_lanes);
      add ("handshake-that-takes-too-long", test_handshake_that_takes_too_long, n_lanes);
      add ("unanswered-close", test_unanswered_close, n_lanes);
      add ("stop-and-listen-again", test_stop_and_listen_again, n_lanes);
      add ("stop-cuts-the-deaf", test_stop_cuts_the_deaf, n_lanes);
      add ("listen-errors", test_listen_errors, n_lanes);
      add ("many", test_many_on_many_lanes, n_lanes);
      add ("free-while-busy", test_free_while_busy, n_lanes);
    }

  return g_test_run ();
}
