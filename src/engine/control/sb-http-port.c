/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-control"

#include "control/sb-http-port.h"

#include <gio/gio.h>
#include <unistd.h>

#define ACCEPT_PAUSE_MS 1000

struct _SbHttpPort
{
  SoupServer *server;
  GSocket *socket;
  GSource *accepting;   /* NULL while it pauses */
  guint pause;          /* until it is tried again */
  guint max_connections;
  guint lifetime;       /* s */
  GPtrArray *links;     /* (element-type Link) */
};

/* A connection that libsoup has, for as long as it has it. */
typedef struct
{
  SbHttpPort *port;
  GSocketConnection *connection; /* not ours; forgotten when it goes */
  guint end;
} Link;

static gboolean accept_cb (GSocket *socket, GIOCondition condition, gpointer user_data);

static void
resume (SbHttpPort *self)
{
  if (self->accepting != NULL || self->pause != 0 ||
      (self->max_connections > 0 && self->links->len >= self->max_connections))
    return;
  self->accepting = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->accepting, G_SOURCE_FUNC (accept_cb), self, NULL);
  g_source_attach (self->accepting, g_main_context_get_thread_default ());
}

static gboolean
pause_over_cb (gpointer user_data)
{
  SbHttpPort *self = user_data;

  self->pause = 0;
  resume (self);

  return G_SOURCE_REMOVE;
}

/* --- connections --- */

static void
link_free (gpointer data)
{
  Link *self = data;

  g_clear_handle_id (&self->end, g_source_remove);
  g_free (self);
}

static void
connection_gone_cb (gpointer data, GObject *connection)
{
  Link *link = data;
  SbHttpPort *self = link->port;

  g_ptr_array_remove_fast (self->links, link);
  resume (self);
}

/* libsoup sees the end of it, and lets it go. */
static void
cut (Link *self)
{
  g_socket_shutdown (g_socket_connection_get_socket (self->connection), TRUE, TRUE, NULL);
}

static gboolean
lifetime_over_cb (gpointer user_data)
{
  Link *self = user_data;

  self->end = 0;
  cut (self);

  return G_SOURCE_REMOVE;
}

static void
watch (SbHttpPort *self, GSocketConnection *connection)
{
  Link *link = g_new0 (Link, 1);

  link->port = self;
  link->connection = connection;
  if (self->lifetime > 0)
    link->end = g_timeout_add_seconds (self->lifetime, lifetime_over_cb, link);
  g_object_weak_ref (G_OBJECT (connection), connection_gone_cb, link);
  g_ptr_array_add (self->links, link);
}

/* libsoup takes it for granted that a server's addresses are of the Internet (HTTP/1.0 without Host); those of a Unix socket are
 * made up. */
static void
hand_over (SbHttpPort *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) made_up = g_inet_socket_address_new (loopback, 0);

  watch (self, connection);
  soup_server_accept_iostream (self->server, G_IO_STREAM (connection), made_up, made_up, NULL);
}

static gboolean
accept_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  SbHttpPort *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

  if (accepted != NULL)
    hand_over (self, accepted);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    return G_SOURCE_CONTINUE;
  else
    {
      g_message ("A connection for the administration cannot be accepted: %s", error->message);
      self->pause = g_timeout_add (ACCEPT_PAUSE_MS, pause_over_cb, self);
    }
  if (self->pause == 0 && (self->max_connections == 0 || self->links->len < self->max_connections))
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->accepting, g_source_unref);

  return G_SOURCE_REMOVE;
}

/* --- from the first to the last --- */

SbHttpPort *
sb_http_port_new (int fd, SoupServer *server, guint max_connections, guint lifetime, GError **error)
{
  SbHttpPort *self;
  GSocket *socket = g_socket_new_from_fd (fd, error);

  if (socket == NULL)
    {
      close (fd);
      return NULL;
    }

  self = g_new0 (SbHttpPort, 1);
  self->socket = socket;
  self->server = g_object_ref (server);
  self->max_connections = max_connections;
  self->lifetime = lifetime;
  self->links = g_ptr_array_new_with_free_func (link_free);
  resume (self);

  return self;
}

void
sb_http_port_set_lifetime (SbHttpPort *self, guint lifetime)
{
  self->lifetime = lifetime;
}

void
sb_http_port_free (SbHttpPort *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  if (self->accepting != NULL)
    g_source_destroy (self->accepting);
  g_clear_pointer (&self->accepting, g_source_unref);
  for (guint i = 0; i < self->links->len; i++)
    {
      Link *link = g_ptr_array_index (self->links, i);

      g_object_weak_unref (G_OBJECT (link->connection), connection_gone_cb, link);
      if (link->end != 0)
        cut (link);
    }
  g_ptr_array_unref (self->links);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_object_unref (self->socket);
  g_free (self);
}
