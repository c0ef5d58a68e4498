/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench-pool.h"
#include "bench-process.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE (1 << 20)
#define MAX_EVENTS 1024
/* One address has 28,000 ports, and each is taken for a minute after use: connections go round among so many. */
#define N_SOURCES 100

void
bench_pool_init (BenchPool *self)
{
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll < 0)
    g_error ("epoll: %s", g_strerror (errno));
  self->buffer = g_malloc (BUFFER_SIZE);
  self->clients = g_new0 (BenchClient, self->n_clients);
  for (guint i = 0; i < self->n_clients; i++)
    {
      self->clients[i].index = i;
      self->clients[i].fd = -1;
    }
}

void
bench_client_cut (BenchPool *self, BenchClient *client)
{
  g_clear_pointer (&client->tls, bench_tls_free);
  if (client->fd >= 0)
    close (client->fd);
  client->fd = -1;
  g_clear_pointer (&client->rest, g_byte_array_unref);
  g_clear_pointer (&client->unsent, g_byte_array_unref);
  if (client->state == BENCH_CLIENT_OPEN)
    self->n_open--;
  client->state = BENCH_CLIENT_CLOSED;
}

void
bench_pool_clear (BenchPool *self)
{
  for (guint i = 0; i < self->n_clients; i++)
    bench_client_cut (self, &self->clients[i]);
  g_clear_pointer (&self->clients, g_free);
  g_clear_pointer (&self->buffer, g_free);
  g_clear_pointer (&self->failure, g_free);
  close (self->epoll);
}

/* @client NULL: nobody in particular. It is cut. */
void
bench_pool_fail (BenchPool *self, BenchClient *client, const char *format, ...)
{
  va_list arguments;

  self->n_failed++;
  if (self->failure == NULL)
    {
      g_autofree char *text = NULL;

      va_start (arguments, format);
      text = g_strdup_vprintf (format, arguments);
      va_end (arguments);
      self->failure = client != NULL ? g_strdup_printf ("client %u: %s", client->index, text) : g_steal_pointer (&text);
    }
  if (client != NULL)
    bench_client_cut (self, client);
}

static void
watch (BenchPool *self, BenchClient *client, int operation, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = client };

  if (epoll_ctl (self->epoll, operation, client->fd, &event) != 0)
    g_error ("epoll_ctl: %s", g_strerror (errno));
}

static gssize
write_some (BenchClient *client, const void *bytes, gsize length)
{
  return client->tls != NULL ? bench_tls_send (client->tls, bytes, length) : send (client->fd, bytes, length, MSG_NOSIGNAL);
}

static void
send_bytes (BenchPool *self, BenchClient *client, const guint8 *bytes, gsize length)
{
  gssize n = 0;

  if (client->unsent == NULL && client->corked)
    client->unsent = g_byte_array_new ();
  else if (client->unsent == NULL)
    {
      n = write_some (client, bytes, length);
      if (n == (gssize) length)
        return;
      if (n < 0 && errno != EAGAIN)
        {
          bench_pool_fail (self, client, "could not send: %s", g_strerror (errno));
          return;
        }
      n = MAX (n, 0);
      client->unsent = g_byte_array_new ();
      watch (self, client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
  g_byte_array_append (client->unsent, bytes + n, length - n);
}

static void
send_unsent (BenchPool *self, BenchClient *client)
{
  gssize n = write_some (client, client->unsent->data, client->unsent->len);

  if (n < 0 && errno == EAGAIN)
    return;
  if (n < 0)
    {
      bench_pool_fail (self, client, "could not send: %s", g_strerror (errno));
      return;
    }
  g_byte_array_remove_range (client->unsent, 0, n);
  if (client->unsent->len == 0)
    {
      g_clear_pointer (&client->unsent, g_byte_array_unref);
      watch (self, client, EPOLL_CTL_MOD, EPOLLIN);
    }
}

void
bench_client_cork (BenchPool *pool, BenchClient *self)
{
  self->corked = TRUE;
}

void
bench_client_uncork (BenchPool *pool, BenchClient *self)
{
  self->corked = FALSE;
  if (self->fd >= 0 && self->unsent != NULL)
    {
      watch (pool, self, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
      send_unsent (pool, self);
    }
}

static void
send_frame (BenchPool *self, BenchClient *client, guint8 opcode, const guint8 *payload, gsize length)
{
  static const guint8 mask[4] = { 0x5A, 0xC3, 0x96, 0x0F };
  guint8 frame[8 + 65536];
  gsize header = length <= 125 ? 2 : 4;

  g_assert (length <= 65535);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (length <= 125 ? length : 126);
  if (header == 4)
    {
      frame[2] = length >> 8;
      frame[3] = length & 0xFF;
    }
  memcpy (frame + header, mask, sizeof mask);
  header += sizeof mask;
  for (gsize i = 0; i < length; i++)
    frame[header + i] = payload[i] ^ mask[i % 4];
  send_bytes (self, client, frame, header + length);
}

void
bench_client_send (BenchPool *pool, BenchClient *self, const void *payload, gsize length)
{
  send_frame (pool, self, 0x1, payload, length);
}

void
bench_client_close (BenchPool *pool, BenchClient *self)
{
  g_assert (self->state == BENCH_CLIENT_OPEN);

  self->state = BENCH_CLIENT_CLOSING;
  pool->n_open--;
  send_frame (pool, self, 0x8, (const guint8 *) "\x03\xE8", 2);
}

static void
send_request (BenchPool *self, BenchClient *client)
{
  g_autofree char *failure = NULL;
  g_autofree char *path = self->path (self, client->index);
  g_autoptr (GString) request = g_string_new (NULL);

  if (self->tls)
    {
      client->tls = bench_tls_new (client->fd, &failure);
      if (client->tls == NULL)
        {
          bench_pool_fail (self, client, "no TLS: %s", failure);
          return;
        }
    }
  g_string_append_printf (request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
                          path, self->port);
  if (self->deflate)
    g_string_append (request, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n");
  if (self->token != NULL)
    g_string_append_printf (request, "Authorization: Bearer %s\r\n", self->token);
  g_string_append (request, "\r\n");
  client->state = BENCH_CLIENT_SHAKING;
  send_bytes (self, client, (const guint8 *) request->str, request->len);
}

void
bench_client_connect (BenchPool *pool, BenchClient *self)
{
  struct sockaddr_in source = { .sin_family = AF_INET };
  struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons (pool->port) };
  int on = 1;

  g_assert (self->state == BENCH_CLIENT_CLOSED);

  self->began = bench_now ();
  self->close_code = 0;
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0)
    g_error ("socket: %s", g_strerror (errno));
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (self->receive_buffer > 0)
    {
      /* By the size of a segment the server's end chooses how much it buffers, and loopback's are long: megabytes. */
      setsockopt (self->fd, SOL_SOCKET, SO_RCVBUF, &self->receive_buffer, sizeof self->receive_buffer);
      setsockopt (self->fd, IPPROTO_TCP, TCP_MAXSEG, &(int) { 536 }, sizeof (int));
    }
  setsockopt (self->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  source.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1 + pool->serial++ % N_SOURCES);
  target.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (bind (self->fd, (struct sockaddr *) &source, sizeof source) != 0)
    g_error ("bind: %s", g_strerror (errno));

  self->state = BENCH_CLIENT_CONNECTING;
  if (connect (self->fd, (struct sockaddr *) &target, sizeof target) == 0)
    {
      watch (pool, self, EPOLL_CTL_ADD, EPOLLIN);
      send_request (pool, self);
    }
  else if (errno == EINPROGRESS)
    watch (pool, self, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
  else
    bench_pool_fail (pool, self, "could not connect: %s", g_strerror (errno));
}

/* Returns how many of the bytes were taken. */
static gsize
take_response (BenchPool *self, BenchClient *client, const guint8 *data, gsize length)
{
  const guint8 *end = memmem (data, length, "\r\n\r\n", 4);

  if (end == NULL)
    return 0;
  if (length < 12 || memcmp (data, "HTTP/1.1 101", 12) != 0)
    {
      bench_pool_fail (self, client, "refused: %.*s", (int) MIN (length, 400), data);
      return 0;
    }
  if (memmem (data, end - data, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28) == NULL)
    {
      bench_pool_fail (self, client, "the handshake's answer is wrong");
      return 0;
    }
  if (self->deflate && memmem (data, end - data, "server_no_context_takeover", 26) == NULL)
    {
      bench_pool_fail (self, client, "nothing is going to be compressed");
      return 0;
    }
  client->state = BENCH_CLIENT_OPEN;
  self->n_open++;
  sb_histogram_add (&self->handshakes, self->now - client->began);
  self->funcs.opened (self, client);
  return end + 4 - data;
}

static void
take_control (BenchPool *self, BenchClient *client, guint8 opcode, const guint8 *payload, gsize length)
{
  switch (opcode)
    {
    case 0x8:
      client->close_code = length >= 2 ? payload[0] << 8 | payload[1] : 1005;
      if (client->state == BENCH_CLIENT_OPEN && !client->stuck)
        bench_pool_fail (self, client, "closed with %u %.*s", client->close_code, (int) MAX (length, 2) - 2,
                         payload + 2);
      break;
    case 0x9:
      send_frame (self, client, 0xA, payload, length);
      break;
    case 0xA:
      break;
    default:
      bench_pool_fail (self, client, "a frame of opcode %u", opcode);
    }
}

/* Returns how many of the bytes were taken: a whole frame's, or none. */
static gsize
take_frame (BenchPool *self, BenchClient *client, const guint8 *data, gsize length)
{
  gsize header = 2;
  guint64 payload_length;

  if (length < 2)
    return 0;
  payload_length = data[1];
  if (payload_length == 126)
    header = 4;
  else if (payload_length > 126 || ((data[0] & 0xF0) != 0x80 && ((data[0] & 0xF0) != 0xC0 || !self->deflate)))
    {
      bench_pool_fail (self, client, "a frame that begins %02X %02X", data[0], data[1]);
      return 0;
    }
  if (length < header)
    return 0;
  if (header == 4)
    payload_length = data[2] << 8 | data[3];
  if (length - header < payload_length)
    return 0;

  if ((data[0] & 0x0F) == 0x1)
    {
      if (client->state != BENCH_CLIENT_OPEN || client->stuck)
        ;
      else if ((data[0] & 0x40) == 0 && self->deflate)
        bench_pool_fail (self, client, "a message is not compressed");
      else if ((data[0] & 0x40) == 0)
        self->funcs.message (self, client, data + header, payload_length);
      else if (self->funcs.packed != NULL)
        self->funcs.packed (self, client, data + header, payload_length);
      else
        bench_pool_fail (self, client, "a message is compressed");
    }
  else
    take_control (self, client, data[0] & 0x0F, data + header, payload_length);
  return header + payload_length;
}

static void
take_bytes (BenchPool *self, BenchClient *client, const guint8 *data, gsize length)
{
  gsize taken = 1;

  while (taken > 0 && length > 0 && client->fd >= 0)
    {
      taken = client->state == BENCH_CLIENT_SHAKING
              ? take_response (self, client, data, length)
              : take_frame (self, client, data, length);
      data += taken;
      length -= taken;
    }
  if (length > 0 && client->fd >= 0)
    {
      client->rest = g_byte_array_sized_new (length);
      g_byte_array_append (client->rest, data, length);
    }
}

static void
client_ended (BenchPool *self, BenchClient *client, const char *how)
{
  if (client->state == BENCH_CLIENT_CLOSING && self->funcs.closed != NULL)
    {
      bench_client_cut (self, client);
      self->funcs.closed (self, client);
    }
  else if (client->stuck)
    bench_client_cut (self, client);
  else
    bench_pool_fail (self, client, "the connection ended: %s", how);
}

/* FALSE: nothing more to be had now. */
static gboolean
receive (BenchPool *self, BenchClient *client)
{
  gsize kept = 0;
  gssize n;

  if (client->rest != NULL)
    {
      kept = client->rest->len;
      memcpy (self->buffer, client->rest->data, kept);
    }
  n = client->tls != NULL ? bench_tls_receive (client->tls, self->buffer + kept, BUFFER_SIZE - kept)
                          : recv (client->fd, self->buffer + kept, BUFFER_SIZE - kept, 0);
  if (n > 0)
    {
      g_clear_pointer (&client->rest, g_byte_array_unref);
      take_bytes (self, client, self->buffer, kept + n);
      return client->fd >= 0;
    }
  if (n == 0 || errno != EAGAIN)
    client_ended (self, client, n == 0 ? "end of stream" : g_strerror (errno));
  return FALSE;
}

static void
client_ready (BenchPool *self, BenchClient *client, guint32 events)
{
  if (client->state == BENCH_CLIENT_CONNECTING)
    {
      int error = 0;
      socklen_t length = sizeof error;

      getsockopt (client->fd, SOL_SOCKET, SO_ERROR, &error, &length);
      if (error != 0)
        bench_pool_fail (self, client, "could not connect: %s", g_strerror (error));
      else
        {
          watch (self, client, EPOLL_CTL_MOD, EPOLLIN);
          send_request (self, client);
        }
      return;
    }
  if ((events & EPOLLOUT) != 0 && client->unsent != NULL)
    send_unsent (self, client);
  if ((events & ~EPOLLOUT) != 0 && client->fd >= 0)
    receive (self, client);
}

void
bench_pool_poll (BenchPool *self, gint64 timeout)
{
  struct epoll_event events[MAX_EVENTS];
  struct timespec wait = { 0 };

  if (self->sleeps)
    wait = (struct timespec) { timeout / 1000000000, timeout % 1000000000 };
  int n = epoll_pwait2 (self->epoll, events, MAX_EVENTS, &wait, NULL);

  if (n < 0 && errno != EINTR)
    g_error ("epoll: %s", g_strerror (errno));
  for (int i = 0; i < n; i++)
    {
      BenchClient *client = events[i].data.ptr;

      self->now = bench_now ();
      if (client->fd >= 0)
        client_ready (self, client, events[i].events);
    }
}

void
bench_client_stick (BenchPool *pool, BenchClient *self)
{
  self->stuck = TRUE;
  watch (pool, self, EPOLL_CTL_DEL, 0);
}

void
bench_client_drain (BenchPool *pool, BenchClient *self)
{
  g_assert (self->stuck);

  while (self->fd >= 0 && receive (pool, self))
    ;
}
