/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-test-handshake.h"
#include "access/sb-token.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

#define TIMEOUT 10           /* s, for each step */
#define MAX_HEAD (16 * 1024) /* bytes of the answer's head */
#define MAX_BODY (16 * 1024)

struct _SbTestHandshake
{
  GUri *uri;
  char *secret;                 /* nullable */
  GTlsCertificate *certificate; /* nullable */
  char *key;                    /* RFC 6455 §4.1, 7 */
  guint16 port;
  char *refusal;
};

GQuark
sb_test_handshake_refused_quark (void)
{
  return g_quark_from_static_string ("sb-test-handshake-refused-quark");
}

SbTestHandshake *
sb_test_handshake_new (GUri            *uri,
                       const char      *secret,
                       GTlsCertificate *certificate)
{
  SbTestHandshake *self = g_new0 (SbTestHandshake, 1);
  guint32 nonce[4];

  for (guint i = 0; i < G_N_ELEMENTS (nonce); i++)
    nonce[i] = g_random_int ();
  self->uri = g_uri_ref (uri);
  self->secret = g_strdup (secret);
  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  self->key = g_base64_encode ((const guchar *) nonce, sizeof nonce);
  return self;
}

static void
forget_secret (SbTestHandshake *self)
{
  g_clear_pointer (&self->secret, sb_token_secret_free);
}

void
sb_test_handshake_free (SbTestHandshake *self)
{
  forget_secret (self);
  g_uri_unref (self->uri);
  g_clear_object (&self->certificate);
  g_free (self->key);
  g_free (self->refusal);
  g_free (self);
}

GUri *
sb_test_handshake_get_uri (SbTestHandshake *self)
{
  return self->uri;
}

guint16
sb_test_handshake_get_port (SbTestHandshake *self)
{
  return self->port;
}

const char *
sb_test_handshake_get_refusal (SbTestHandshake *self)
{
  return self->refusal;
}

/* --- the way there --- */

/* It may have signed itself and name another host: that it is the very one is all that counts. */
static gboolean
accept_cb (GTlsConnection      *connection,
           GTlsCertificate     *certificate,
           GTlsCertificateFlags flags,
           gpointer             user_data)
{
  SbTestHandshake *self = user_data;

  return self->certificate != NULL && g_tls_certificate_is_same (certificate, self->certificate);
}

static GIOStream *
encrypt (SbTestHandshake *self,
         GIOStream       *plain,
         GCancellable    *cancellable,
         GError         **error)
{
  g_autoptr (GIOStream) stream = g_tls_client_connection_new (plain, NULL, error);
  GTlsCertificate *peer;

  if (stream == NULL)
    return NULL;
  g_signal_connect (stream, "accept-certificate", G_CALLBACK (accept_cb), self);
  if (!g_tls_connection_handshake (G_TLS_CONNECTION (stream), cancellable, error))
    return NULL;
  g_signal_handlers_disconnect_by_data (stream, self);
  /* One that some authority signed was not asked about. */
  peer = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (stream));
  if (peer == NULL || !accept_cb (NULL, peer, 0, self))
    {
      g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, _("The certificate is not the server’s own."));
      return NULL;
    }
  return g_steal_pointer (&stream);
}

static GIOStream *
reach (SbTestHandshake    *self,
       GSocketConnection **socket,
       GCancellable       *cancellable,
       GError            **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, TIMEOUT);
  *socket = g_socket_client_connect_to_host (client, g_uri_get_host (self->uri), (guint16) g_uri_get_port (self->uri), cancellable, error);
  if (*socket == NULL)
    return NULL;
  address = g_socket_connection_get_local_address (*socket, NULL);
  if (G_IS_INET_SOCKET_ADDRESS (address))
    self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  if (g_str_equal (g_uri_get_scheme (self->uri), "wss"))
    return encrypt (self, G_IO_STREAM (*socket), cancellable, error);
  return G_IO_STREAM (g_object_ref (*socket));
}

/* --- question and answer --- */

/* RFC 6455 §4.1 */
static gboolean
ask (SbTestHandshake *self,
     GIOStream       *stream,
     GCancellable    *cancellable,
     GError         **error)
{
  const char *host = g_uri_get_host (self->uri), *query = g_uri_get_query (self->uri);
  gboolean ipv6 = strchr (host, ':') != NULL;
  char *text = g_strdup_printf ("GET %s%s%s HTTP/1.1\r\n"
                                "Host: %s%s%s:%d\r\n"
                                "Upgrade: websocket\r\n"
                                "Connection: Upgrade\r\n"
                                "Sec-WebSocket-Key: %s\r\n"
                                "Sec-WebSocket-Version: 13\r\n"
                                "User-Agent: Signalbox/" PACKAGE_VERSION "\r\n"
                                "%s%s%s"
                                "\r\n",
                                g_uri_get_path (self->uri), query != NULL ? "?" : "", query != NULL ? query : "",
                                ipv6 ? "[" : "", host, ipv6 ? "]" : "", g_uri_get_port (self->uri), self->key,
                                self->secret != NULL ? "Authorization: Bearer " : "", self->secret != NULL ? self->secret : "",
                                self->secret != NULL ? "\r\n" : "");
  gboolean sent = g_output_stream_write_all (g_io_stream_get_output_stream (stream), text, strlen (text), NULL, cancellable, error);

  /* The secret is in it. */
  sb_token_secret_free (text);
  forget_secret (self);
  return sent;
}

static void
set_no_answer (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("What answered is not a WebSocket server."));
}

/* One byte after the other: behind the head there may be the first message, which is libsoup's to read. */
static char *
read_head (GIOStream    *stream,
           GCancellable *cancellable,
           GError      **error)
{
  g_autoptr (GString) head = g_string_new (NULL);

  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      char byte;
      gssize n = g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, cancellable, error);

      if (n < 0)
        return NULL;
      if (n == 0 || byte == '\0' || head->len >= MAX_HEAD)
        {
          set_no_answer (error);
          return NULL;
        }
      g_string_append_c (head, byte);
    }
  return g_string_free_and_steal (g_steal_pointer (&head));
}

/* RFC 6455 §4.1, the server's answer, 4 */
static gboolean
is_accepted (SbTestHandshake    *self,
             SoupMessageHeaders *headers)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  const char *accept = soup_message_headers_get_one (headers, "Sec-WebSocket-Accept");
  g_autofree char *expected = NULL;
  guint8 digest[20];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) self->key, -1);
  g_checksum_update (checksum, (const guchar *) "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", -1);
  g_checksum_get_digest (checksum, digest, &length);
  expected = g_base64_encode (digest, length);
  return g_strcmp0 (accept, expected) == 0 && soup_message_headers_header_contains (headers, "Upgrade", "websocket") &&
         soup_message_headers_header_contains (headers, "Connection", "Upgrade");
}

static char *
dup_member (JsonNode   *root,
            const char *name)
{
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;

  return object != NULL ? g_strdup (json_object_get_string_member_with_default (object, name, NULL)) : NULL;
}

/* docs/protocol.md: {"error": CODE, "message": TEXT} */
static void
read_refusal (SbTestHandshake    *self,
              GIOStream          *stream,
              SoupMessageHeaders *headers,
              guint               status,
              const char         *phrase,
              GCancellable       *cancellable,
              GError            **error)
{
  gsize length = (gsize) CLAMP (soup_message_headers_get_content_length (headers), 0, MAX_BODY);
  g_autofree char *body = g_malloc (length + 1);
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *message = NULL;
  gsize n = 0;

  g_input_stream_read_all (g_io_stream_get_input_stream (stream), body, length, &n, cancellable, NULL);
  body[n] = '\0';
  if (g_utf8_validate (body, (gssize) n, NULL))
    root = json_from_string (body, NULL);
  self->refusal = dup_member (root, "error");
  message = dup_member (root, "message");
  g_set_error_literal (error, SB_TEST_HANDSHAKE_REFUSED, (int) status, message != NULL ? message : phrase);
}

static gboolean
hear (SbTestHandshake *self,
      GIOStream       *stream,
      GCancellable    *cancellable,
      GError         **error)
{
  g_autofree char *head = read_head (stream, cancellable, error);
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autofree char *phrase = NULL;
  guint status;

  if (head == NULL)
    return FALSE;
  if (!soup_headers_parse_response (head, (int) strlen (head), headers, NULL, &status, &phrase))
    {
      set_no_answer (error);
      return FALSE;
    }
  if (status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    {
      read_refusal (self, stream, headers, status, phrase, cancellable, error);
      return FALSE;
    }
  if (!is_accepted (self, headers))
    {
      set_no_answer (error);
      return FALSE;
    }
  return TRUE;
}

GIOStream *
sb_test_handshake_run (SbTestHandshake *self,
                       GCancellable    *cancellable,
                       GError         **error)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  stream = reach (self, &connection, cancellable, error);
  if (stream == NULL || !ask (self, stream, cancellable, error) || !hear (self, stream, cancellable, error))
    {
      forget_secret (self);
      return NULL;
    }
  /* From here on silence is no fault. */
  g_socket_set_timeout (g_socket_connection_get_socket (connection), 0);
  return g_steal_pointer (&stream);
}
