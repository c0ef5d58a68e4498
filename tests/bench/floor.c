/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor: what this machine's kernel takes to do the job. One epoll, one thread, no checks, no limits, no
 * accounts; it answers handshakes, unmasks, and sends on what it got, a client's share of each batch in one call.
 * Good for nothing but to be compared with. `floor bcast|echo|pair` prints the port it listens on. */
#include "config.h"

#include "bench-process.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE (1 << 20)
#define MAX_EVENTS 1024

typedef enum
{
  MODE_BCAST, /* to all others */
  MODE_ECHO,  /* back */
  MODE_PAIR,  /* to the others of the same path */
} Mode;

typedef struct
{
  int fd;
  guint place;         /* in its channel's members */
  GPtrArray *channel;  /* NULL: the handshake is still to come */
  gboolean touched;    /* something to send in this batch */
  GByteArray *rest;    /* received, not whole; NULL for none */
  GByteArray *out;     /* to be sent; NULL for none */
  gboolean blocked;    /* waits for EPOLLOUT */
} Client;

static Mode mode;
static int epoll_fd;
static guint8 *buffer;
static GHashTable *channels; /* path → array of clients */
static GPtrArray *touched; /* clients with something to send in this batch */
static GPtrArray *doomed;  /* … to be freed at its end */

static void
client_close (Client *client)
{
  if (client->fd < 0)
    return;
  close (client->fd);
  client->fd = -1;
  if (client->channel != NULL)
    {
      g_ptr_array_remove_index_fast (client->channel, client->place);
      if (client->place < client->channel->len)
        ((Client *) client->channel->pdata[client->place])->place = client->place;
    }
  client->channel = NULL;
  g_ptr_array_add (doomed, client);
}

static void
watch (Client *client, int operation, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = client };

  epoll_ctl (epoll_fd, operation, client->fd, &event);
}

static void
client_flush (Client *client)
{
  gssize n;

  if (client->out == NULL || client->fd < 0)
    return;
  n = send (client->fd, client->out->data, client->out->len, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN)
    {
      client_close (client);
      return;
    }
  if (n == (gssize) client->out->len)
    {
      g_byte_array_set_size (client->out, 0);
      if (client->blocked)
        watch (client, EPOLL_CTL_MOD, EPOLLIN);
      client->blocked = FALSE;
      return;
    }
  g_byte_array_remove_range (client->out, 0, MAX (n, 0));
  if (!client->blocked)
    watch (client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  client->blocked = TRUE;
}

static void
client_send (Client *client, const guint8 *bytes, gsize length)
{
  if (client->out == NULL)
    client->out = g_byte_array_new ();
  g_byte_array_append (client->out, bytes, length);
  if (!client->touched)
    g_ptr_array_add (touched, client);
  client->touched = TRUE;
}

/* @data: a whole frame, whose mask lies before the payload. It is made a server's frame in place. */
static void
forward (Client *client, guint8 *data, gsize header, gsize length)
{
  guint8 *payload = data + header;
  guint8 *frame = data + 4;
  guint32 mask;

  memcpy (&mask, payload - 4, 4);
  for (gsize i = 0; i + 4 <= length; i += 4)
    {
      guint32 part;

      memcpy (&part, payload + i, 4);
      part ^= mask;
      memcpy (payload + i, &part, 4);
    }
  for (gsize i = length & ~(gsize) 3; i < length; i++)
    payload[i] ^= ((guint8 *) &mask)[i % 4];
  memmove (frame, data, header - 4);
  frame[1] &= 0x7F;
  length += header - 4;

  if (mode == MODE_ECHO || (frame[0] & 0x0F) == 0x8)
    client_send (client, frame, length);
  else
    for (guint i = 0; i < client->channel->len; i++)
      if (client->channel->pdata[i] != client)
        client_send (client->channel->pdata[i], frame, length);
}

/* Returns how many bytes were taken. */
static gsize
take_frame (Client *client, guint8 *data, gsize length)
{
  gsize header = 6;
  gsize payload_length;

  if (length < header)
    return 0;
  payload_length = data[1] & 0x7F;
  if (payload_length == 126)
    {
      header = 8;
      payload_length = data[2] << 8 | data[3];
    }
  if (length < header + payload_length)
    return 0;
  forward (client, data, header, payload_length);
  if ((data[4] & 0x0F) == 0x8)
    {
      client_flush (client);
      client_close (client);
    }
  return header + payload_length;
}

static gsize
take_request (Client *client, guint8 *data, gsize length)
{
  guint8 *end = memmem (data, length, "\r\n\r\n", 4);
  const char *key = memmem (data, length, "Sec-WebSocket-Key: ", 19);
  const char *path_end = memmem (data, length, " HTTP/1.1\r\n", 11);
  g_autoptr (GChecksum) sha1 = NULL;
  g_autofree char *accept = NULL;
  g_autofree char *path = NULL;
  g_autofree char *response = NULL;
  guint8 digest[20];
  gsize digest_length = sizeof digest;

  if (end == NULL)
    return 0;
  if (key == NULL || path_end == NULL)
    {
      client_close (client);
      return 0;
    }
  sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  g_checksum_update (sha1, (const guint8 *) key + 19, 24);
  g_checksum_update (sha1, (const guint8 *) "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
  g_checksum_get_digest (sha1, digest, &digest_length);
  accept = g_base64_encode (digest, digest_length);
  response = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
  client_send (client, (guint8 *) response, strlen (response));

  path = mode == MODE_PAIR ? g_strndup ((char *) data, path_end - (char *) data) : g_strdup ("");
  client->channel = g_hash_table_lookup (channels, path);
  if (client->channel == NULL)
    {
      client->channel = g_ptr_array_new ();
      g_hash_table_insert (channels, g_steal_pointer (&path), client->channel);
    }
  client->place = client->channel->len;
  g_ptr_array_add (client->channel, client);
  return end + 4 - data;
}

static void
client_receive (Client *client)
{
  gsize length = 0;
  gsize done = 0;
  gsize taken = 1;
  gssize n;

  if (client->rest != NULL)
    {
      length = client->rest->len;
      memcpy (buffer, client->rest->data, length);
      g_clear_pointer (&client->rest, g_byte_array_unref);
    }
  n = recv (client->fd, buffer + length, BUFFER_SIZE - length, 0);
  if (n == 0 || (n < 0 && errno != EAGAIN))
    {
      client_close (client);
      return;
    }
  length += MAX (n, 0);
  while (taken > 0 && client->fd >= 0)
    {
      taken = client->channel == NULL
              ? take_request (client, buffer + done, length - done)
              : take_frame (client, buffer + done, length - done);
      done += taken;
    }
  if (done < length && client->fd >= 0)
    {
      client->rest = g_byte_array_new ();
      g_byte_array_append (client->rest, buffer + done, length - done);
    }
}

static void
accept_all (int listener)
{
  int fd;
  int on = 1;

  while ((fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      Client *client = g_new0 (Client, 1);

      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      client->fd = fd;
      watch (client, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static void
client_free (gpointer data)
{
  Client *client = data;

  g_clear_pointer (&client->rest, g_byte_array_unref);
  g_clear_pointer (&client->out, g_byte_array_unref);
  g_free (client);
}

static void
end_batch (void)
{
  for (guint i = 0; i < touched->len; i++)
    {
      Client *client = touched->pdata[i];

      client->touched = FALSE;
      if (!client->blocked)
        client_flush (client);
    }
  g_ptr_array_set_size (touched, 0);
  g_ptr_array_set_size (doomed, 0);
}

static int
listen_anywhere (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, 4096) != 0 ||
      getsockname (fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("floor: %s", g_strerror (errno));
  g_print ("%u\n", ntohs (address.sin_port));
  fflush (stdout);
  return fd;
}

static gboolean
choose_mode (const char *name)
{
  static const char *const names[] = { "bcast", "echo", "pair" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        mode = i;
        return TRUE;
      }
  return FALSE;
}

int
main (int argc, char **argv)
{
  struct epoll_event events[MAX_EVENTS];
  Client listener = { 0 };

  if (argc != 2 || !choose_mode (argv[1]))
    {
      g_printerr ("Usage: floor bcast|echo|pair\n");
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  bench_raise_files ();
  buffer = g_malloc (BUFFER_SIZE);
  channels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  touched = g_ptr_array_new ();
  doomed = g_ptr_array_new_with_free_func (client_free);
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  listener.fd = listen_anywhere ();
  watch (&listener, EPOLL_CTL_ADD, EPOLLIN);

  for (;;)
    {
      int n = epoll_wait (epoll_fd, events, MAX_EVENTS, -1);

      for (int i = 0; i < n; i++)
        {
          Client *client = events[i].data.ptr;

          if (client == &listener)
            accept_all (listener.fd);
          else
            {
              if ((events[i].events & EPOLLOUT) != 0)
                client_flush (client);
              if ((events[i].events & ~EPOLLOUT) != 0 && client->fd >= 0)
                client_receive (client);
            }
        }
      end_batch ();
    }
}
