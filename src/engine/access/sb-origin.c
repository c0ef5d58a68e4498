/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-origin.h"

#include <string.h>

/* A host and a port within a text; nothing is copied. */
typedef struct
{
  const char *host;
  gsize host_length;
  guint port; /* 0: not said */
} Authority;

static gboolean
is_host_byte (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '-' || c == '_' || c == '~' || c == '%';
}

static gboolean
parse_port (const char *text, guint *port)
{
  guint value = 0;

  for (; g_ascii_isdigit (*text) && value <= 65535; text++)
    value = value * 10 + (*text - '0');
  *port = value;

  return *text == '\0' && value >= 1 && value <= 65535;
}

/* "host", "host:port", "[::1]:port": RFC 3986 §3.2.2, without user information, to the end of the text. */
static gboolean
parse_authority (const char *text, Authority *self)
{
  const char *end = text;

  if (*text == '[')
    {
      end = strchr (text, ']');
      if (end == NULL || (gsize) (end - text - 1) != strspn (text + 1, "0123456789abcdefABCDEF:.") || end == text + 1)
        return FALSE;
      end++;
    }
  else
    {
      while (is_host_byte (*end))
        end++;
      if (end == text)
        return FALSE;
    }

  self->host = text;
  self->host_length = end - text;
  self->port = 0;

  return *end == '\0' || (*end == ':' && parse_port (end + 1, &self->port));
}

/* Returns what follows "scheme://", and the length of the scheme. */
static const char *
parse_scheme (const char *origin, gsize *length)
{
  const char *end = origin;

  if (!g_ascii_isalpha (*end))
    return NULL;
  while (g_ascii_isalnum (*end) || *end == '+' || *end == '-' || *end == '.')
    end++;
  *length = end - origin;

  return g_str_has_prefix (end, "://") ? end + 3 : NULL;
}

static gboolean
parse_origin (const char *origin, gsize *scheme_length, Authority *authority)
{
  const char *rest = parse_scheme (origin, scheme_length);

  if (rest == NULL || !parse_authority (rest, authority))
    return FALSE;

  if (authority->port == 0 && *scheme_length == 5 && g_ascii_strncasecmp (origin, "https", 5) == 0)
    authority->port = 443;
  else if (authority->port == 0 && *scheme_length == 4 && g_ascii_strncasecmp (origin, "http", 4) == 0)
    authority->port = 80;

  return TRUE;
}

static gboolean
same_host (const Authority *a, const Authority *b)
{
  return a->host_length == b->host_length && g_ascii_strncasecmp (a->host, b->host, a->host_length) == 0;
}

gboolean
sb_origin_is_host (const char *origin, const char *host)
{
  Authority from, to;
  gsize scheme_length;

  g_return_val_if_fail (origin != NULL, FALSE);

  return host != NULL && parse_origin (origin, &scheme_length, &from) && parse_authority (host, &to)
         && same_host (&from, &to);
}

gboolean
sb_origin_equal (const char *a, const char *b)
{
  gsize a_scheme, b_scheme;
  Authority a_rest, b_rest;

  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  /* "null", and what has no host ("file://"). */
  if (!parse_origin (a, &a_scheme, &a_rest) || !parse_origin (b, &b_scheme, &b_rest))
    return *a != '\0' && g_str_equal (a, b);

  return a_scheme == b_scheme && g_ascii_strncasecmp (a, b, a_scheme) == 0 && same_host (&a_rest, &b_rest)
         && a_rest.port == b_rest.port;
}
