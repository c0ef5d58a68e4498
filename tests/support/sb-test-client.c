/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "support/sb-test-client.h"
#include "support/sb-test-deflate.h"
#include "support/sb-test-frames.h"
#include "support/sb-test-tls.h"
#include "support/sb-test-wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static gboolean over_tls;

struct _SbTestClient
{
  int fd;
  SbTestTls *tls;       /* NULL: without */
  GByteArray *received;
  gsize taken;          /* of these */
  char *key;            /* of the handshake that was sent */
  guint64 count;
  gboolean at_end;
  guint window_bits;    /* 0: nothing may come compressed */
  gboolean head_only;   /* the response will have no body, whatever its headers say */
};

/* --- The socket --- */

static gboolean
ready_cb (int fd, GIOCondition condition, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
late_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_for (SbTestClient *self, GIOCondition condition, const char *what)
{
  g_autoptr (GSource) io = g_unix_fd_source_new (self->fd, condition);
  g_autoptr (GSource) timeout = g_timeout_source_new (SB_TEST_DEADLINE);
  gboolean ready = FALSE;
  gboolean late = FALSE;

  g_source_set_callback (io, G_SOURCE_FUNC (ready_cb), &ready, NULL);
  g_source_set_callback (timeout, late_cb, &late, NULL);
  g_source_attach (io, NULL);
  g_source_attach (timeout, NULL);
  while (!ready && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_destroy (io);
  g_source_destroy (timeout);
  if (!ready)
    g_error ("the client waited in vain %s", what);
}

void
sb_test_clients_speak_tls (gboolean speak)
{
  over_tls = speak;
}

static void
begin_tls (SbTestClient *self)
{
  self->tls = sb_test_tls_new (self->fd);
  while (sb_test_tls_handshake (self->tls) < 0)
    wait_for (self, sb_test_tls_get_condition (self->tls), "for TLS");
}

SbTestClient *
sb_test_client_new_full (guint16 port, const char *source, int receive_buffer)
{
  SbTestClient *self = g_new0 (SbTestClient, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };
  int error = 0;
  socklen_t length = sizeof error;

  self->received = g_byte_array_new ();
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  g_assert_no_errno (self->fd);
  g_assert_no_errno (setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &(int) { 1 }, sizeof (int)));
  if (receive_buffer > 0)
    g_assert_no_errno (setsockopt (self->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer));
  if (source != NULL)
    {
      g_assert_cmpint (inet_pton (AF_INET, source, &address.sin_addr), ==, 1);
      g_assert_no_errno (bind (self->fd, (struct sockaddr *) &address, sizeof address));
    }

  address.sin_port = htons (port);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (connect (self->fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      g_assert_cmpint (errno, ==, EINPROGRESS);
      wait_for (self, G_IO_OUT, "to be connected");
      g_assert_no_errno (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error, &length));
      if (error != 0)
        g_error ("could not connect to port %u: %s", port, g_strerror (error));
    }
  if (over_tls)
    begin_tls (self);

  return self;
}

SbTestClient *
sb_test_client_new (guint16 port)
{
  return sb_test_client_new_full (port, NULL, 0);
}

SbTestClient *
sb_test_client_new_open (guint16 port, const char *path, const char *token)
{
  SbTestClient *self = sb_test_client_new (port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (self, path, token, NULL);

  if (response->status != 101)
    g_error ("refused with %u: %s", response->status, response->body);
  return self;
}

void
sb_test_client_free (SbTestClient *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->tls, sb_test_tls_free);
  g_byte_array_unref (self->received);
  g_free (self->key);
  g_free (self);
}

void
sb_test_client_set_window_bits (SbTestClient *self, guint window_bits)
{
  self->window_bits = window_bits;
}

void
sb_test_client_set_head_only (SbTestClient *self)
{
  self->head_only = TRUE;
}

gboolean
sb_test_can_connect (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean connected;

  g_assert_no_errno (fd);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  connected = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (fd);
  return connected;
}

guint16
sb_test_client_get_port (SbTestClient *self)
{
  struct sockaddr_in address;
  socklen_t length = sizeof address;

  g_assert_no_errno (getsockname (self->fd, (struct sockaddr *) &address, &length));
  return ntohs (address.sin_port);
}

guint64
sb_test_client_get_count (SbTestClient *self)
{
  return self->count;
}

gssize
sb_test_client_send_some (SbTestClient *self, const void *bytes, gsize length)
{
  gssize n = self->tls != NULL ? sb_test_tls_send (self->tls, bytes, length) : send (self->fd, bytes, length, MSG_NOSIGNAL);

  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return 0;
  if (n < 0)
    g_assert_true (errno == EPIPE || errno == ECONNRESET);
  return n;
}

gboolean
sb_test_client_send_bytes (SbTestClient *self, const void *bytes, gsize length)
{
  const guint8 *next = bytes;

  while (length > 0)
    {
      gssize n = sb_test_client_send_some (self, next, length);

      if (n < 0)
        return FALSE;
      if (n == 0)
        wait_for (self, G_IO_OUT, "to send");
      next += n;
      length -= n;
    }
  return TRUE;
}

void
sb_test_client_end_sending (SbTestClient *self)
{
  if (self->tls != NULL)
    sb_test_tls_end_sending (self->tls);
  else if (shutdown (self->fd, SHUT_WR) != 0)
    g_assert_cmpint (errno, ==, ENOTCONN); /* the server has cut it meanwhile */
}

void
sb_test_client_reset (SbTestClient *self)
{
  struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  g_assert_no_errno (setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  close (self->fd);
  self->fd = -1;
  self->at_end = TRUE;
}

static gsize
available (SbTestClient *self)
{
  return self->received->len - self->taken;
}

static const guint8 *
peek_bytes (SbTestClient *self)
{
  return self->received->data + self->taken;
}

static void
take_bytes (SbTestClient *self, gsize length)
{
  self->taken += length;
  if (self->taken > self->received->len / 2)
    {
      g_byte_array_remove_range (self->received, 0, self->taken);
      self->taken = 0;
    }
}

/* Takes what the socket has now; FALSE: nothing. */
static gboolean
receive_some (SbTestClient *self)
{
  guint8 buffer[65536];
  gssize n;

  if (self->at_end)
    return FALSE;
  n = self->tls != NULL ? sb_test_tls_receive (self->tls, buffer, sizeof buffer) : recv (self->fd, buffer, sizeof buffer, 0);
  if (n > 0)
    {
      g_byte_array_append (self->received, buffer, n);
      return TRUE;
    }
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return FALSE;
  if (n < 0)
    g_assert_cmpint (errno, ==, ECONNRESET);
  self->at_end = TRUE;
  return FALSE;
}

/* Waits until so many bytes are there; FALSE: the connection came to its end before. */
static gboolean
receive_bytes (SbTestClient *self, gsize length)
{
  while (available (self) < length && !self->at_end)
    if (!receive_some (self) && !self->at_end)
      wait_for (self, G_IO_IN, "to receive");
  return available (self) >= length;
}

gsize
sb_test_client_receive_all (SbTestClient *self)
{
  receive_bytes (self, G_MAXSIZE);
  return available (self);
}

gsize
sb_test_client_peek (SbTestClient *self)
{
  while (receive_some (self))
    ;
  return available (self);
}

/* --- The handshake --- */

void
sb_test_client_send_handshake (SbTestClient *self, const char *path, const char *token, const char *headers)
{
  guint8 nonce[16];
  g_autofree char *authorization = NULL;
  g_autofree char *request = NULL;

  for (gsize i = 0; i < sizeof nonce; i++)
    nonce[i] = g_test_rand_int_range (0, 256);
  g_free (self->key);
  self->key = g_base64_encode (nonce, sizeof nonce);
  authorization = token != NULL ? g_strdup_printf ("Authorization: Bearer %s\r\n", token) : g_strdup ("");
  request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s%s\r\n",
                             path, self->key, authorization, headers != NULL ? headers : "");
  sb_test_client_send_bytes (self, request, strlen (request));
}

static SbTestResponse *
parse_head (const char *head)
{
  SbTestResponse *response = g_new0 (SbTestResponse, 1);
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);

  if (sscanf (lines[0], "HTTP/1.%*[01] %3u ", &response->status) != 1)
    g_error ("not a response: %s", head);
  response->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (char **line = lines + 1; *line != NULL; line++)
    {
      char *colon = strchr (*line, ':');
      g_autofree char *name = NULL;
      const char *before;

      if (colon == NULL)
        g_error ("not a header: %s", *line);
      name = g_ascii_strdown (*line, colon - *line);
      before = g_hash_table_lookup (response->headers, name);
      g_strstrip (colon + 1);
      g_hash_table_replace (response->headers, g_strdup (name),
                            before != NULL ? g_strconcat (before, ", ", colon + 1, NULL) : g_strdup (colon + 1));
    }
  return response;
}

/* RFC 6455 §4.2.2 */
static void
check_accept (SbTestClient *self, const SbTestResponse *response)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize length = sizeof digest;
  g_autofree char *expected = NULL;

  g_checksum_update (sha1, (guint8 *) self->key, -1);
  g_checksum_update (sha1, (const guint8 *) "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", -1);
  g_checksum_get_digest (sha1, digest, &length);
  expected = g_base64_encode (digest, length);
  g_assert_cmpstr (sb_test_response_get_header (response, "sec-websocket-accept"), ==, expected);
}

static void
receive_body (SbTestClient *self, SbTestResponse *response)
{
  const char *length = sb_test_response_get_header (response, "content-length");

  g_assert_null (sb_test_response_get_header (response, "transfer-encoding"));
  if (self->head_only)
    response->body_length = 0;
  else if (length != NULL)
    {
      guint64 n = g_ascii_strtoull (length, NULL, 10);

      if (!receive_bytes (self, n))
        g_error ("%" G_GSIZE_FORMAT " bytes of a body of %s", available (self), length);
      response->body_length = n;
    }
  else
    {
      receive_bytes (self, G_MAXSIZE);
      response->body_length = available (self);
    }
  response->body = g_strndup ((const char *) peek_bytes (self), response->body_length);
  take_bytes (self, response->body_length);
}

SbTestResponse *
sb_test_client_receive_response (SbTestClient *self)
{
  g_autofree char *head = NULL;
  SbTestResponse *response;
  const guint8 *end;

  while (available (self) == 0 || (end = memmem (peek_bytes (self), available (self), "\r\n\r\n", 4)) == NULL)
    if (!receive_bytes (self, available (self) + 1))
      {
        if (available (self) > 0)
          g_error ("half a response: %.*s", (int) available (self), (const char *) peek_bytes (self));
        return NULL;
      }

  head = g_strndup ((const char *) peek_bytes (self), end - peek_bytes (self));
  take_bytes (self, end + 4 - peek_bytes (self));
  response = parse_head (head);
  if (response->status == 101)
    {
      response->body = g_strdup ("");
      if (self->key != NULL)
        check_accept (self, response);
    }
  else
    receive_body (self, response);
  return response;
}

SbTestResponse *
sb_test_client_handshake (SbTestClient *self, const char *path, const char *token, const char *headers)
{
  SbTestResponse *response;

  sb_test_client_send_handshake (self, path, token, headers);
  response = sb_test_client_receive_response (self);
  if (response == NULL)
    g_error ("the handshake was not answered");
  return response;
}

const char *
sb_test_response_get_header (const SbTestResponse *self, const char *name)
{
  return g_hash_table_lookup (self->headers, name);
}

void
sb_test_response_free (SbTestResponse *self)
{
  g_hash_table_unref (self->headers);
  g_free (self->body);
  g_free (self);
}

/* --- Frames in --- */

/* Waits for a header; returns its length, 0 at the end. */
static gsize
receive_header (SbTestClient *self, guint64 *payload_length)
{
  const guint8 *header;
  guint length_bytes;

  if (!receive_bytes (self, 2))
    {
      g_assert_cmpuint (available (self), ==, 0);
      return 0;
    }
  if (self->window_bits > 0 && (peek_bytes (self)[0] & 0x40) != 0)
    {
      g_assert_cmphex (peek_bytes (self)[0] & 0x30, ==, 0);
      g_assert_cmphex (peek_bytes (self)[0] & 0x0F, <=, 0x2);
    }
  else
    g_assert_cmphex (peek_bytes (self)[0] & 0x70, ==, 0);
  g_assert_cmphex (peek_bytes (self)[1] & 0x80, ==, 0);
  *payload_length = peek_bytes (self)[1];
  if (*payload_length <= 125)
    return 2;

  length_bytes = *payload_length == 126 ? 2 : 8;
  g_assert_true (receive_bytes (self, 2 + length_bytes));
  header = peek_bytes (self);
  *payload_length = 0;
  for (guint i = 0; i < length_bytes; i++)
    *payload_length = *payload_length << 8 | header[2 + i];
  g_assert_cmpuint (*payload_length, >, length_bytes == 2 ? 125 : 0xFFFF);
  return 2 + length_bytes;
}

static void
unpack (SbTestClient *self, SbTestFrame *frame, const guint8 *packed)
{
  g_autoptr (GByteArray) plain = NULL;

  g_assert_true (frame->fin);
  plain = sb_test_inflate (packed, frame->wire_length, self->window_bits);
  g_assert_nonnull (plain);
  frame->length = plain->len;
  g_byte_array_append (plain, (const guint8 *) "", 1);
  frame->payload = g_byte_array_free (g_steal_pointer (&plain), FALSE);
}

SbTestFrame *
sb_test_client_receive (SbTestClient *self)
{
  SbTestFrame *frame;
  guint64 length;
  gsize header_length = receive_header (self, &length);

  if (header_length == 0)
    return NULL;
  if (!receive_bytes (self, header_length + length))
    g_error ("the connection ended within a frame of %" G_GUINT64_FORMAT " bytes", length);

  frame = g_new0 (SbTestFrame, 1);
  frame->opcode = peek_bytes (self)[0] & 0x0F;
  frame->fin = (peek_bytes (self)[0] & 0x80) != 0;
  frame->deflated = (peek_bytes (self)[0] & 0x40) != 0;
  frame->length = frame->wire_length = length;
  if (frame->deflated)
    unpack (self, frame, peek_bytes (self) + header_length);
  else
    {
      frame->payload = g_malloc (length + 1);
      memcpy (frame->payload, peek_bytes (self) + header_length, length);
    }
  frame->payload[frame->length] = 0;
  if (frame->opcode >= 0x8)
    g_assert_true (frame->fin && length <= 125);
  if (frame->opcode == 0x8 && length > 0)
    {
      g_assert_cmpuint (length, >=, 2);
      frame->close_code = frame->payload[0] << 8 | frame->payload[1];
    }
  if (frame->opcode < 0x8 && frame->fin)
    self->count++;
  take_bytes (self, header_length + length);
  return frame;
}

SbTestFrame *
sb_test_client_receive_message (SbTestClient *self)
{
  for (;;)
    {
      g_autoptr (SbTestFrame) frame = sb_test_client_receive (self);

      if (frame == NULL)
        return NULL;
      if (frame->opcode == 0x9)
        sb_test_client_send_frame (self, 0x8A, frame->payload, frame->length);
      else if (frame->opcode != 0xA)
        return g_steal_pointer (&frame);
    }
}

const char *
sb_test_frame_get_text (const SbTestFrame *self)
{
  return (const char *) self->payload + (self->close_code != 0 ? 2 : 0);
}

void
sb_test_frame_free (SbTestFrame *self)
{
  g_free (self->payload);
  g_free (self);
}
