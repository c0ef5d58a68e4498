/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-uris"

#include "sb-uris.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

static char *
make_uri (GInetAddress *address, guint16 port, gboolean tls)
{
  g_autofree char *text = g_inet_address_to_string (address);
  gboolean ipv6 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;

  return g_strdup_printf (ipv6 ? "%s://[%s]:%u" : "%s://%s:%u", tls ? "wss" : "ws", text, port);
}

/* The address of one interface, or NULL where others cannot use it: loopback, down, link-local (which needs a scope
 * that no browser takes). */
static GInetAddress *
read_interface (const struct ifaddrs *interface, GSocketFamily family)
{
  g_autoptr (GSocketAddress) socket_address = NULL;
  GInetAddress *address;

  if (interface->ifa_addr == NULL || interface->ifa_addr->sa_family != (int) family || !(interface->ifa_flags & IFF_UP))
    return NULL;

  socket_address = g_socket_address_new_from_native (interface->ifa_addr, family == G_SOCKET_FAMILY_IPV6
                                                                              ? sizeof (struct sockaddr_in6)
                                                                              : sizeof (struct sockaddr_in));
  if (!G_IS_INET_SOCKET_ADDRESS (socket_address))
    return NULL;

  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (socket_address));
  if (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address))
    return NULL;

  return g_object_ref (address);
}

static void
add_addresses (GPtrArray *addresses, const struct ifaddrs *interfaces, GSocketFamily family)
{
  for (const struct ifaddrs *interface = interfaces; interface != NULL; interface = interface->ifa_next)
    {
      GInetAddress *address = read_interface (interface, family);

      if (address != NULL)
        g_ptr_array_add (addresses, address);
    }
}

GPtrArray *
sb_uris_list_addresses (void)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);
  struct ifaddrs *interfaces = NULL;

  if (getifaddrs (&interfaces) != 0)
    {
      g_message ("The addresses of this computer are not known: %s", g_strerror (errno));
      return addresses;
    }

  add_addresses (addresses, interfaces, G_SOCKET_FAMILY_IPV4);
  add_addresses (addresses, interfaces, G_SOCKET_FAMILY_IPV6);
  freeifaddrs (interfaces);

  return addresses;
}

char **
sb_uris_list (GInetAddress *address, guint16 port, gboolean tls)
{
  g_autoptr (GStrvBuilder) uris = g_strv_builder_new ();

  g_return_val_if_fail (address == NULL || G_IS_INET_ADDRESS (address), NULL);

  if (address != NULL && !g_inet_address_get_is_any (address))
    g_strv_builder_take (uris, make_uri (address, port, tls));
  else
    {
      /* The listener takes both families on the any-address of IPv6. */
      gboolean ipv6 = address == NULL || g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
      g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

      g_autoptr (GPtrArray) addresses = sb_uris_list_addresses ();

      g_strv_builder_take (uris, make_uri (loopback, port, tls));
      for (guint i = 0; i < addresses->len; i++)
        if (ipv6 || g_inet_address_get_family (g_ptr_array_index (addresses, i)) == G_SOCKET_FAMILY_IPV4)
          g_strv_builder_take (uris, make_uri (g_ptr_array_index (addresses, i), port, tls));
    }

  return g_strv_builder_end (uris);
}
