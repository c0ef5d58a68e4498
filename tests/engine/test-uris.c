/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-uris.h"

static void
test_one_address (void)
{
  static const struct { const char *address; guint16 port; const char *expected; } cases[] = {
    { "127.0.0.1", 8080, "ws://127.0.0.1:8080" },
    { "192.168.1.30", 65535, "ws://192.168.1.30:65535" },
    { "::1", 80, "ws://[::1]:80" },
    { "2001:db8::7", 1, "ws://[2001:db8::7]:1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (cases[i].address);
      g_auto (GStrv) uris = sb_uris_list (address, cases[i].port, FALSE);

      g_assert_cmpuint (g_strv_length (uris), ==, 1);
      g_assert_cmpstr (uris[0], ==, cases[i].expected);
    }
}

/* IPv4 before IPv6, each an address that others can use, none twice. */
static void
check_list (char **uris, gboolean ipv6_allowed)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean ipv6 = FALSE;

  g_assert_cmpstr (uris[0], ==, "ws://127.0.0.1:8080");
  for (guint i = 0; uris[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GUri) uri = g_uri_parse (uris[i], G_URI_FLAGS_NONE, &error);
      g_autoptr (GInetAddress) address = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (g_uri_get_port (uri), ==, 8080);
      g_assert_true (g_hash_table_add (seen, uris[i]));
      address = g_inet_address_new_from_string (g_uri_get_host (uri));
      g_assert_nonnull (address);
      g_assert_cmpint (g_inet_address_get_is_loopback (address), ==, i == 0);
      g_assert_false (g_inet_address_get_is_link_local (address));
      if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
        ipv6 = TRUE;
      else
        g_assert_false (ipv6);
    }
  g_assert_true (ipv6_allowed || !ipv6);
}

static void
test_all_addresses (void)
{
  g_autoptr (GInetAddress) any4 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetAddress) any6 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  g_auto (GStrv) tls = sb_uris_list (any4, 8443, TRUE);
  g_auto (GStrv) all = sb_uris_list (NULL, 8080, FALSE);
  g_auto (GStrv) all4 = sb_uris_list (any4, 8080, FALSE);
  g_auto (GStrv) all6 = sb_uris_list (any6, 8080, FALSE);

  g_assert_cmpstr (tls[0], ==, "wss://127.0.0.1:8443");
  check_list (all, TRUE);
  check_list (all4, FALSE);
  check_list (all6, TRUE);
  g_assert_cmpstrv (all, all6);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/uris/one-address", test_one_address);
  g_test_add_func ("/uris/all-addresses", test_all_addresses);

  return g_test_run ();
}
