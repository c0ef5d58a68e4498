/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-origin-text.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_HOST 253 /* RFC 1035 §2.3.4, as text */

/* RFC 3986 §3.1 */
static gboolean
is_scheme (const char *text, gsize length)
{
  if (length == 0 || !g_ascii_isalpha (text[0]))
    return FALSE;

  for (gsize i = 1; i < length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && strchr ("+-.", text[i]) == NULL)
        return FALSE;
    }

  return TRUE;
}

static char *
normalize_host (const char *text)
{
  g_autofree char *ascii = g_utf8_validate (text, -1, NULL) ? g_hostname_to_ascii (text) : NULL;

  if (ascii == NULL || ascii[0] == '\0' || strlen (ascii) > MAX_HOST)
    return NULL;

  for (char *c = ascii; *c != '\0'; c++)
    {
      if (!g_ascii_isalnum (*c) && strchr ("-._", *c) == NULL)
        return NULL;
      *c = g_ascii_tolower (*c);
    }

  return g_steal_pointer (&ascii);
}

/* "[fe80::1]", the brackets included. */
static char *
normalize_ipv6 (const char *text, gsize length)
{
  g_autofree char *inner = length > 2 ? g_strndup (text + 1, length - 2) : NULL;
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *canonical = NULL;

  if (inner == NULL || strchr (inner, ':') == NULL)
    return NULL;
  address = g_inet_address_new_from_string (inner);
  if (address == NULL)
    return NULL;

  canonical = g_inet_address_to_string (address);
  return g_strdup_printf ("[%s]", canonical);
}

/* ":8080" to 8080, "" to 0; FALSE for anything that is no port. */
static gboolean
parse_port (const char *text, guint *port)
{
  guint64 value;

  *port = 0;
  if (text[0] == '\0')
    return TRUE;
  if (text[0] != ':' || !g_ascii_string_to_unsigned (text + 1, 10, 1, G_MAXUINT16, &value, NULL))
    return FALSE;

  *port = (guint) value;
  return TRUE;
}

static gboolean
is_own_port (const char *scheme, guint port)
{
  return port == 0 || (port == 80 && g_str_equal (scheme, "http")) || (port == 443 && g_str_equal (scheme, "https"));
}

/* Pages of an application's own files may come from "file://" and the like, which name no host. */
static gboolean
is_without_host (const char *text, const char *authority)
{
  return authority[0] == '\0' && g_ascii_strncasecmp (text, "http", 4) != 0;
}

/* What a person probably meant by a text that has too much: everything up to the path. */
static gboolean
has_too_much (const char *text, const char *shown, const char *authority, char **reason)
{
  gsize length = strcspn (authority, "/?#");

  if (strchr (authority, '*') != NULL)
    {
      *reason = g_strdup_printf (
          _("“%s” is not one origin: there are no wildcards, write each origin as scheme://host or scheme://host:port"),
          shown);
      return TRUE;
    }
  if (authority[length] != '\0')
    {
      g_autofree char *origin = g_strndup (text, authority - text + length);
      g_autofree char *valid = g_utf8_make_valid (origin, -1);

      *reason = g_strdup_printf (_("“%s” has more than an origin: write “%s”"), shown, valid);
      return TRUE;
    }
  if (strchr (authority, '@') != NULL)
    {
      *reason = g_strdup_printf (_("“%s” has a user name: write only scheme://host or scheme://host:port"), shown);
      return TRUE;
    }

  return FALSE;
}

/**
 * sb_origin_text_normalize:
 * @reason: (out) (transfer full): set where %NULL is returned
 *
 * Returns: (transfer full) (nullable): the origin
 */
char *
sb_origin_text_normalize (const char *text, char **reason)
{
  const char *separator, *authority, *port_text;
  g_autofree char *shown = NULL;
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  guint port;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (reason != NULL, NULL);

  *reason = NULL;
  shown = g_utf8_make_valid (text, -1);
  if (g_str_equal (text, "null"))
    return g_strdup (text);

  separator = strstr (text, "://");
  if (separator == NULL || !is_scheme (text, separator - text))
    {
      *reason = g_strdup_printf (
          _("“%s” is not an origin: write scheme://host or scheme://host:port, such as https://example.org, or null"),
          shown);
      return NULL;
    }

  authority = separator + 3;
  if (is_without_host (text, authority))
    return g_ascii_strdown (text, -1);
  if (has_too_much (text, shown, authority, reason))
    return NULL;

  port_text = authority[0] == '[' ? strchr (authority, ']') : NULL;
  port_text = port_text != NULL ? port_text + 1 : authority + strcspn (authority, ":");
  if (!parse_port (port_text, &port))
    {
      *reason = g_strdup_printf (_("“%s” has no valid port: it is a number from 1 to %d"), shown, G_MAXUINT16);
      return NULL;
    }

  if (authority[0] == '[')
    host = normalize_ipv6 (authority, port_text - authority);
  else
    {
      g_autofree char *raw = g_strndup (authority, port_text - authority);

      host = normalize_host (raw);
    }
  if (host == NULL)
    {
      *reason = g_strdup_printf (_("“%s” has no valid host name after “://”"), shown);
      return NULL;
    }

  scheme = g_ascii_strdown (text, separator - text);
  return is_own_port (scheme, port) ? g_strdup_printf ("%s://%s", scheme, host)
                                    : g_strdup_printf ("%s://%s:%u", scheme, host, port);
}
