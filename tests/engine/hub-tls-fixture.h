/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the hub over TLS share: a hub with a certificate and one token, and clients of libsoup's. */

#include "access/sb-token.h"
#include "net/sb-hub.h"
#include "support/sb-test-tls.h"
#include "support/sb-test-wait.h"

#include <libsoup/soup.h>

typedef struct
{
  SbHub *hub;
  char *secret;
  SbToken *token;
  SoupSession *session;
  guint n_joined, n_left, n_done;
  gboolean joined_by_tls;
  const char *joined_by_version;
  const char *joined_by_cipher;
} Fixture;

typedef struct
{
  SoupWebsocketConnection *socket; /* NULL: refused */
  GError *error;
  GTlsProtocolVersion version;
  char *cipher;
  GPtrArray *received; /* (element-type GBytes) */
  gboolean settled, closed;
} Client;

static inline void
events_cb (SbEvent *events, gsize n, gpointer user_data)
{
  Fixture *self = user_data;

  for (gsize i = 0; i < n; i++)
    if (events[i].kind == SB_EVENT_JOINED)
      {
        self->n_joined++;
        self->joined_by_tls = events[i].peer->tls;
        self->joined_by_version = events[i].peer->tls_version;
        self->joined_by_cipher = events[i].peer->cipher;
      }
    else if (events[i].kind == SB_EVENT_LEFT)
      self->n_left++;
}

static inline void
done_cb (guint n, gpointer user_data)
{
  ((Fixture *) user_data)->n_done++;
}

static inline void
put_token (Fixture *self, gint64 revoked_at)
{
  guint8 hash[SB_TOKEN_HASH_SIZE];
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  guint n_done = self->n_done;

  sb_token_secret_hash (self->secret, -1, hash);
  g_clear_pointer (&self->token, sb_token_unref);
  self->token = sb_token_new (1, spec, hash, "sbx_", NULL, 0, g_get_real_time (), revoked_at);
  sb_hub_put_token (self->hub, self->token, done_cb, self);
  sb_test_wait (self->n_done > n_done);
}

static inline void
set_up (Fixture *self, gconstpointer n_lanes)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GTlsCertificate) certificate = sb_test_load_certificate ();
  g_autoptr (GError) error = NULL;

  self->secret = sb_token_secret_generate ();
  self->hub = sb_hub_new (GPOINTER_TO_UINT (n_lanes), 1, events_cb, self);
  self->session = soup_session_new ();
  sb_hub_set_certificate (self->hub, certificate);
  sb_hub_listen (self->hub, loopback, 0, &error);
  g_assert_no_error (error);
  put_token (self, 0);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->session);
  sb_hub_free (self->hub);
  g_assert_cmpuint (self->n_joined, ==, self->n_left);
  sb_token_unref (self->token);
  sb_token_secret_free (self->secret);
}

static inline void
message_cb (SoupWebsocketConnection *socket, int type, GBytes *message, gpointer user_data)
{
  g_ptr_array_add (((Client *) user_data)->received, g_bytes_ref (message));
}

static inline void
closed_cb (SoupWebsocketConnection *socket, gpointer user_data)
{
  ((Client *) user_data)->closed = TRUE;
}

static inline void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *self = user_data;

  self->settled = TRUE;
  self->socket = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &self->error);
  if (self->socket != NULL)
    {
      soup_websocket_connection_set_max_incoming_payload_size (self->socket, 0);
      g_signal_connect (self->socket, "message", G_CALLBACK (message_cb), self);
      g_signal_connect (self->socket, "closed", G_CALLBACK (closed_cb), self);
    }
}

/* The certificate is nobody's that the system trusts; that it is ours is enough. */
static inline gboolean
accept_certificate_cb (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  g_autoptr (GTlsCertificate) ours = sb_test_load_certificate ();

  return g_tls_certificate_is_same (certificate, ours);
}

static inline Client *
client_new (Fixture *self, const char *token)
{
  Client *client = g_new0 (Client, 1);
  g_autofree char *uri = g_strdup_printf ("wss://127.0.0.1:%u/room", sb_hub_get_port (self->hub));
  g_autofree char *authorization = g_strconcat ("Bearer ", token, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);

  client->received = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", authorization);
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), client);
  soup_session_websocket_connect_async (self->session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, connected_cb, client);
  sb_test_wait (client->settled);
  client->version = soup_message_get_tls_protocol_version (message);
  client->cipher = g_strdup (soup_message_get_tls_ciphersuite_name (message));

  return client;
}

static inline void
client_free (Client *self)
{
  if (self->socket != NULL && !self->closed)
    {
      soup_websocket_connection_close (self->socket, 1000, NULL);
      sb_test_wait (self->closed);
    }
  g_clear_object (&self->socket);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->received);
  g_free (self->cipher);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)
