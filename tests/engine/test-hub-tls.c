/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-tls-fixture.h"

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>

/* The hub over TLS, with a client of libsoup's. */

static void
test_relay (Fixture *self, gconstpointer data)
{
  g_autoptr (Client) sender = client_new (self, self->secret);
  g_autoptr (Client) receiver = client_new (self, self->secret);

  g_assert_no_error (sender->error);
  g_assert_no_error (receiver->error);
  g_assert_cmpint (sender->version, >=, G_TLS_PROTOCOL_VERSION_TLS_1_2);
  sb_test_wait (self->n_joined == 2);
  g_assert_true (self->joined_by_tls);
  g_assert_cmpstr (self->joined_by_version, ==, receiver->version == G_TLS_PROTOCOL_VERSION_TLS_1_3 ? "TLS 1.3" : "TLS 1.2");
  g_assert_cmpstr (self->joined_by_cipher, ==, receiver->cipher);
  g_assert_nonnull (self->joined_by_cipher);
  soup_websocket_connection_send_text (sender->socket, "{\"a\":1}");
  sb_test_wait (receiver->received->len == 1);
  g_assert_cmpstr (g_bytes_get_data (receiver->received->pdata[0], NULL), ==, "{\"a\":1}");
}

/* More than a TLS record, more than the lane's buffer, more than the socket takes at once; in both directions. */
static void
test_large (Fixture *self, gconstpointer data)
{
  g_autoptr (Client) sender = client_new (self, self->secret);
  g_autoptr (Client) receiver = client_new (self, self->secret);
  gsize size = 900 * 1000;
  g_autofree char *text = g_strnfill (size, ' ');

  memcpy (text, "[]", 2);
  sb_test_wait (self->n_joined == 2);
  for (guint i = 1; i <= 3; i++)
    {
      soup_websocket_connection_send_text (sender->socket, text);
      sb_test_wait (receiver->received->len == i);
      g_assert_cmpmem (g_bytes_get_data (receiver->received->pdata[i - 1], NULL),
                       g_bytes_get_size (receiver->received->pdata[i - 1]), text, size);
    }
}

/* What is kept for newcomers goes out before anything was heard of them, and is more than the socket takes at once. */
static void
test_retained (Fixture *self, gconstpointer data)
{
  gsize size = 900 * 1000;
  g_autofree char *text = g_strnfill (size, ' ');
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_retained_unref);
  g_autoptr (SbFrame) frame = NULL;
  g_autoptr (SbRetainedTable) table = NULL;

  memcpy (text, "[]", 2);
  frame = sb_frame_new (SB_OPCODE_TEXT, text, size);
  g_ptr_array_add (kept, sb_retained_new (1, "**", frame));
  table = sb_retained_table_new (kept);
  sb_hub_broadcast_retained (self->hub, 1, everyone, frame, table);
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (Client) newcomer = client_new (self, self->secret);

      sb_test_wait (newcomer->received->len == 1);
      g_assert_cmpmem (g_bytes_get_data (newcomer->received->pdata[0], NULL),
                       g_bytes_get_size (newcomer->received->pdata[0]), text, size);
      sb_test_wait (self->n_joined == i);
    }
  g_assert_cmpuint (sb_retained_get_delivered (g_ptr_array_index (kept, 0)), ==, 3);
}

static GIOStream *
connect_raw (Fixture *self, gboolean handshake)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  GIOStream *tls;

  g_socket_client_set_timeout (client, SB_TEST_DEADLINE / 1000);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", sb_hub_get_port (self->hub), NULL, &error);
  g_assert_no_error (error);
  if (!handshake)
    return G_IO_STREAM (g_steal_pointer (&connection));

  tls = g_tls_client_connection_new (G_IO_STREAM (connection), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error);
  g_assert_no_error (error);

  return tls;
}

static void
write_all (GIOStream *stream, const void *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), bytes, size, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Who talks without waiting for the answer to its handshake is heard to the last byte: TLS has taken in more of it by then than the
 * lane reads at once, and no descriptor says so. */
static void
test_early (Fixture *self, gconstpointer data)
{
  const guint n_messages = 66; /* a little more than the 64 KiB that are read at once */
  const gsize size = 1000;
  g_autoptr (GIOStream) stream = connect_raw (self, TRUE);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *head = g_strdup_printf ("GET /room HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                           "Authorization: Bearer %s\r\n\r\n", self->secret);
  const guint8 header[] = { 0x82, 0x80 | 126, size >> 8, size & 0xff, 0, 0, 0, 0 };
  g_autofree guint8 *payload = g_malloc0 (size);
  SbHubTotals totals;

  g_byte_array_append (bytes, (const guint8 *) head, strlen (head));
  for (guint i = 0; i < n_messages; i++)
    {
      g_byte_array_append (bytes, header, sizeof header);
      g_byte_array_append (bytes, payload, size);
    }
  write_all (stream, bytes->data, bytes->len);
  sb_test_wait ((sb_hub_get_totals (self->hub, &totals), totals.messages_in == n_messages));
}

static void
expect_end (GIOStream *stream)
{
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, NULL, &error), <=, 0);
  g_assert_false (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
}

/* Handshakes of TLS and of HTTP are under way when the hub goes. */
static void
test_hub_goes (Fixture *self, gconstpointer n_lanes)
{
  g_autoptr (GIOStream) silent = connect_raw (self, FALSE);
  g_autoptr (GIOStream) hello = connect_raw (self, FALSE);
  g_autoptr (GIOStream) request = connect_raw (self, TRUE);

  write_all (hello, "\x16\x03\x01\x02\x00\x01", 6);
  write_all (request, "GET /room HTT", 13);
  sb_hub_free (self->hub);
  expect_end (request);
  expect_end (hello);
  expect_end (silent);
  self->hub = sb_hub_new (GPOINTER_TO_UINT (n_lanes), 1, events_cb, self);
}

/* However many say nothing, or nothing behind their first word, nobody else waits for them: there is no thread for each. */
static void
test_silent_ones (Fixture *self, gconstpointer data)
{
  enum { N = 150 };
  g_autoptr (GPtrArray) silent = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (Client) client = NULL;
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = 300;
  sb_hub_set_session_limits (self->hub, &limits);
  put_token (self, 0);
  for (guint i = 0; i < N; i++)
    {
      GIOStream *stream = connect_raw (self, FALSE);

      g_ptr_array_add (silent, stream);
      if (i % 2 == 0)
        write_all (stream, "\x16\x03\x01\x02\x00\x01", 6);
    }
  client = client_new (self, self->secret);
  g_assert_no_error (client->error);
  sb_test_wait (self->n_joined == 1);
}

/* Nor does anyone have the server keep more of a handshake than one needs. */
static void
test_large_hello (Fixture *self, gconstpointer data)
{
  g_autoptr (GIOStream) stream = connect_raw (self, FALSE);
  guint8 record[5 + 16000] = { 0x16, 3, 1, 16000 >> 8, 16000 & 0xff };
  SbSessionLimits limits;
  gboolean cut = FALSE;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = 300;
  sb_hub_set_session_limits (self->hub, &limits);
  put_token (self, 0);
  /* A first message of 16 MiB: so many bytes are sent of it as no buffer on the way holds. */
  memcpy (record + 5, "\x01\xff\xff\xff", 4);
  for (guint i = 0; i < 1000 && !cut; i++)
    {
      cut = !g_output_stream_write_all (g_io_stream_get_output_stream (stream), record, sizeof record, NULL, NULL, NULL);
      memset (record + 5, 0, 4);
    }
  g_assert_true (cut);
}

/* --- a client that can do more than GIO's --- */

typedef struct
{
  GIOStream *stream;
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
} Bare;

static void
bare_free (Bare *self)
{
  gnutls_deinit (self->session);
  gnutls_certificate_free_credentials (self->credentials);
  g_object_unref (self->stream);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bare, bare_free)

static int
bare_handshake (Bare *self)
{
  int code;

  do
    code = gnutls_handshake (self->session);
  while (code < 0 && !gnutls_error_is_fatal (code));

  return code;
}

static Bare *
bare_new (Fixture *self, const char *priority)
{
  Bare *bare = g_new0 (Bare, 1);
  GSocket *socket;

  bare->stream = connect_raw (self, FALSE);
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (bare->stream));
  g_assert_no_errno (fcntl (g_socket_get_fd (socket), F_SETFL, 0)); /* it blocks: a GSocket never does */
  g_assert_no_errno (setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_RCVTIMEO,
                                 &(struct timeval) { SB_TEST_DEADLINE / 1000, 0 }, sizeof (struct timeval)));
  g_assert_cmpint (gnutls_certificate_allocate_credentials (&bare->credentials), ==, 0);
  g_assert_cmpint (gnutls_init (&bare->session, GNUTLS_CLIENT), ==, 0);
  g_assert_cmpint (gnutls_priority_set_direct (bare->session, priority, NULL), ==, 0);
  g_assert_cmpint (gnutls_credentials_set (bare->session, GNUTLS_CRD_CERTIFICATE, bare->credentials), ==, 0);
  gnutls_transport_set_int (bare->session, g_socket_get_fd (socket));

  return bare;
}

/* GnuTLS says “again” behind a change of keys. */
static gssize
bare_receive (Bare *self, char *buffer, gsize size)
{
  gssize n = GNUTLS_E_AGAIN;

  for (guint i = 0; i < 20 && n == GNUTLS_E_AGAIN; i++)
    n = gnutls_record_recv (self->session, buffer, size);

  return n;
}

/* Has it let in. */
static void
bare_enter (Fixture *self, Bare *bare)
{
  g_autofree char *head = g_strdup_printf ("GET /room HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                           "Authorization: Bearer %s\r\n\r\n", self->secret);
  char answer[1024];

  g_assert_cmpint (bare_handshake (bare), ==, 0);
  g_assert_cmpint (gnutls_record_send (bare->session, head, strlen (head)), ==, strlen (head));
  g_assert_cmpint (bare_receive (bare, answer, sizeof answer), >, 12);
  g_assert_cmpmem (answer, 12, "HTTP/1.1 101", 12);
}

/* RFC 8996. */
static void
test_old_versions (Fixture *self, gconstpointer data)
{
  static const char *const priorities[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.1", "NORMAL:-VERS-ALL:+VERS-TLS1.0" };

  for (gsize i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autoptr (Bare) bare = bare_new (self, priorities[i]);

      g_assert_cmpint (bare_handshake (bare), ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
      g_assert_cmpint (gnutls_alert_get (bare->session), ==, GNUTLS_A_PROTOCOL_VERSION);
    }
}

/* A handshake more would cost the server as much as the first each time, and need no new connection. */
static void
test_negotiating_anew (Fixture *self, gconstpointer data)
{
  g_autoptr (Bare) bare = bare_new (self, "NORMAL:-VERS-ALL:+VERS-TLS1.2");

  bare_enter (self, bare);
  sb_test_wait (self->n_joined == 1);
  g_assert_cmpint (bare_handshake (bare), <, 0);
  sb_test_wait (self->n_left == 1);
}

/* TLS 1.3 has that instead: nothing is lost before, between and behind, though no byte of a message comes with it. */
static void
test_keys_change (Fixture *self, gconstpointer data)
{
  g_autoptr (Bare) bare = bare_new (self, "NORMAL:-VERS-ALL:+VERS-TLS1.3");
  g_autoptr (Client) receiver = client_new (self, self->secret);
  const guint8 message[] = { 0x81, 0x81, 0, 0, 0, 0, '1' };

  bare_enter (self, bare);
  sb_test_wait (self->n_joined == 2);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpint (gnutls_session_key_update (bare->session, i % 2 == 0 ? GNUTLS_KU_PEER : 0), ==, 0);
      g_assert_cmpint (gnutls_record_send (bare->session, message, sizeof message), ==, sizeof message);
    }
  sb_test_wait (receiver->received->len == 5);
  soup_websocket_connection_send_text (receiver->socket, "2");
  {
    char frame[16];

    g_assert_cmpint (bare_receive (bare, frame, sizeof frame), ==, 3);
    g_assert_cmpmem (frame, 3, "\x81\x01" "2", 3);
  }

  /* It has no more to say, and hears what is left to be heard. */
  g_assert_cmpint (gnutls_record_send (bare->session, "\x88\x80\0\0\0\0", 6), ==, 6);
  g_assert_cmpint (gnutls_bye (bare->session, GNUTLS_SHUT_WR), ==, 0);
  {
    char frame[16];

    g_assert_cmpint (bare_receive (bare, frame, sizeof frame), ==, 2);
    g_assert_cmpmem (frame, 2, "\x88\x00", 2);
    g_assert_cmpint (bare_receive (bare, frame, sizeof frame), ==, 0); /* the end, and not that it was cut off */
  }
  sb_test_wait (self->n_left == 1);
}

static guint64
count_dropped (Fixture *self)
{
  SbHubTotals totals;

  sb_hub_get_totals (self->hub, &totals);

  return totals.dropped;
}

/* Who does not read is told so where it stopped: what TLS has begun to send goes out first, byte for byte, and then the close frame. */
static void
test_too_slow (Fixture *self, gconstpointer data)
{
  g_autoptr (Client) client = client_new (self, self->secret);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  guint n_sent = 0;

  sb_test_wait (self->n_joined == 1);
  /* The client's turn would come with the main loop's, so it does not read here. */
  for (; count_dropped (self) == 0; n_sent++)
    {
      g_autofree char *text = g_strdup_printf ("[%u,\"%*s\"]", n_sent, (int) (n_sent % 7 * 1000), "");
      g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));

      sb_hub_broadcast (self->hub, n_sent + 1, everyone, SB_DIRECTION_BROADCAST, FALSE, payload);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      if (n_sent % 100 == 99)
        g_usleep (1000); /* gives the lane its turn; nothing depends on how long */
    }
  sb_test_wait (client->closed);

  g_assert_cmpuint (soup_websocket_connection_get_close_code (client->socket), ==, 1013);
  g_assert_cmpuint (client->received->len, >, 0);
  g_assert_cmpuint (client->received->len, <, n_sent);
  for (guint i = 0; i < client->received->len; i++)
    {
      g_autofree char *text = g_strdup_printf ("[%u,\"%*s\"]", i, (int) (i % 7 * 1000), "");

      g_assert_cmpmem (g_bytes_get_data (client->received->pdata[i], NULL), g_bytes_get_size (client->received->pdata[i]),
                       text, strlen (text));
    }
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (Client) client = client_new (self, "sbx_wrong");

  g_assert_null (client->socket);
  g_assert_error (client->error, SOUP_WEBSOCKET_ERROR, SOUP_WEBSOCKET_ERROR_NOT_WEBSOCKET);
  g_assert_cmpuint (self->n_joined, ==, 0);
}

static void
test_revoke (Fixture *self, gconstpointer data)
{
  g_autoptr (Client) client = client_new (self, self->secret);

  sb_test_wait (self->n_joined == 1);
  put_token (self, g_get_real_time ());
  sb_test_wait (client->closed);
  g_assert_cmpuint (soup_websocket_connection_get_close_code (client->socket), ==, 3000);
}

/* A new certificate, or none, is for those who come; those who are there stay. */
static void
test_change_certificate (Fixture *self, gconstpointer data)
{
  g_autoptr (Client) client = client_new (self, self->secret);
  g_autoptr (Client) other = NULL;
  g_autoptr (GTlsCertificate) certificate = sb_test_load_certificate ();
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.handshake_timeout = 1; /* a server without TLS waits that long for a request that it could read */
  sb_hub_set_session_limits (self->hub, &limits);
  sb_test_wait (self->n_joined == 1);
  sb_hub_set_certificate (self->hub, NULL);
  put_token (self, 0);
  g_autoptr (Client) plain = client_new (self, self->secret);
  g_assert_null (plain->socket);

  sb_hub_set_certificate (self->hub, certificate);
  put_token (self, 0);
  other = client_new (self, self->secret);
  g_assert_no_error (other->error);
  sb_test_wait (self->n_joined == 2);
  soup_websocket_connection_send_text (other->socket, "1");
  sb_test_wait (client->received->len == 1);
  g_assert_false (client->closed);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint n_lanes = 1; n_lanes <= 2; n_lanes++)
    {
      struct { const char *name; void (*func) (Fixture *, gconstpointer); } tests[] = {
        { "relay", test_relay },
        { "large", test_large },
        { "retained", test_retained },
        { "early", test_early },
        { "hub-goes", test_hub_goes },
        { "silent-ones", test_silent_ones },
        { "large-hello", test_large_hello },
        { "old-versions", test_old_versions },
        { "negotiating-anew", test_negotiating_anew },
        { "keys-change", test_keys_change },
        { "too-slow", test_too_slow },
        { "refused", test_refused },
        { "revoke", test_revoke },
        { "change-certificate", test_change_certificate },
      };

      for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
        {
          g_autofree char *path = g_strdup_printf ("/hub-tls/%u-lanes/%s", n_lanes, tests[i].name);

          g_test_add (path, Fixture, GUINT_TO_POINTER (n_lanes), set_up, tests[i].func, tear_down);
        }
    }

  return g_test_run ();
}
