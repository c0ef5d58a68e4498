/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-listen-socket.h"

#include "net/sb-hub.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096

static void
set_listen_error (int number, GInetAddress *address, guint16 port, GError **error)
{
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  switch (number)
    {
    case EADDRINUSE:
      g_set_error (error, SB_HUB_ERROR, SB_HUB_ERROR_ADDRESS_IN_USE, _("Port %u is already in use by another program."), port);
      break;
    case EACCES:
    case EPERM:
      g_set_error (error, SB_HUB_ERROR, SB_HUB_ERROR_PERMISSION, _("Signalbox may not listen on port %u."), port);
      break;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EINVAL:
      g_set_error (error, SB_HUB_ERROR, SB_HUB_ERROR_BAD_ADDRESS, _("This computer does not have the address %s."), text != NULL ? text : "*");
      break;
    default:
      g_set_error (error, SB_HUB_ERROR, SB_HUB_ERROR_FAILED, _("Cannot listen on port %u: %s."), port, g_strerror (number));
      break;
    }
}

/* -1 with errno set. */
static int
bind_socket (GSocketAddress *address)
{
  struct sockaddr_storage storage;
  gssize size = g_socket_address_get_native_size (address);
  int family = g_socket_address_get_family (address);
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0)
    return -1;

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &(int) { 1 }, sizeof (int));
  if (family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int) { 0 }, sizeof (int));
  if (g_socket_address_to_native (address, &storage, sizeof storage, NULL) &&
      bind (fd, (struct sockaddr *) &storage, size) == 0 && listen (fd, BACKLOG) == 0)
    return fd;

  int number = errno;
  close (fd);
  errno = number;

  return -1;
}

static int
bind_address (GInetAddress *address, guint16 port)
{
  g_autoptr (GSocketAddress) chosen = NULL;

  if (address != NULL)
    {
      chosen = g_inet_socket_address_new (address, port);
      return bind_socket (chosen);
    }

  /* All addresses of both families by one socket; only of IPv4 on a machine without the other. */
  g_autoptr (GInetAddress) any6 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  chosen = g_inet_socket_address_new (any6, port);
  int fd = bind_socket (chosen);

  if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
    {
      g_autoptr (GInetAddress) any4 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
      g_autoptr (GSocketAddress) fallback = g_inet_socket_address_new (any4, port);

      fd = bind_socket (fallback);
    }

  return fd;
}

guint16
sb_listen_socket_get_port (int fd)
{
  struct sockaddr_storage storage;
  socklen_t size = sizeof storage;

  if (getsockname (fd, (struct sockaddr *) &storage, &size) < 0)
    return 0;

  return g_ntohs (storage.ss_family == AF_INET6 ? ((struct sockaddr_in6 *) &storage)->sin6_port
                                                : ((struct sockaddr_in *) &storage)->sin_port);
}

int
sb_listen_socket_new (GInetAddress *address, guint16 port, GError **error)
{
  int fd = bind_address (address, port);

  if (fd < 0)
    set_listen_error (errno, address, port, error);

  return fd;
}
