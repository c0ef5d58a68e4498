/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-format.h"

#include "rules/sb-regex-syntax.h"
#include "rules/sb-schema-time.h"
#include "rules/sb-schema-uri.h"
#include <gio/gio.h>
#include <string.h>

/* --- addresses --- */

/* RFC 2673 §3.2: four decimal numbers without zeros in front. */
static gboolean
is_ipv4 (const char *text, gsize length)
{
  const char *end = text + length;
  guint n = 0;

  for (const char *p = text; n < 4; n++)
    {
      const char *start = p;
      guint value = 0;

      while (p < end && p - start < 3 && g_ascii_isdigit (*p))
        value = value * 10 + (*p++ - '0');
      if (p == start || value > 255 || (*start == '0' && p > start + 1))
        return FALSE;
      if (n == 3)
        return p == end;
      if (p == end || *p++ != '.')
        return FALSE;
    }

  return FALSE;
}

/* RFC 4291 §2.2. GLib's parser takes nothing else, but also a zone ("%eth0"), which is of a host and no part of an
 * address. */
static gboolean
is_ipv6 (const char *text, gsize length)
{
  g_autoptr (GInetAddress) address = NULL;
  const char *last = strrchr (text, ':');

  /* 45 are the most it can have; what it is made of keeps out zones, and zeros before the numbers of an embedded IPv4
   * address. */
  if (length > 45 || last == NULL || text[strspn (text, ":.0123456789abcdefABCDEF")] != '\0'
      || (strchr (text, '.') != NULL && !is_ipv4 (last + 1, strlen (last + 1))))
    return FALSE;

  address = g_inet_address_new_from_string (text);
  return address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

/* --- host names and mail addresses --- */

/* One label in ASCII (RFC 1123 §2.1). "xn--" begins one that has to decode to what IDNA allows. */
static gboolean
is_label (const char *text, gsize length)
{
  if (length == 0 || length > 63 || text[0] == '-' || text[length - 1] == '-')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && text[i] != '-')
        return FALSE;
    }

  /* RFC 5891 §4.2.3.1 */
  if (length > 3 && text[2] == '-' && text[3] == '-')
    return sb_format_is_a_label (text, length);

  return TRUE;
}

static gboolean
is_hostname (const char *text, gsize length)
{
  const char *p = text;

  if (length == 0 || length > 253)
    return FALSE;

  for (;;)
    {
      gsize n = strcspn (p, ".");

      if (!is_label (p, n))
        return FALSE;
      p += n;
      if (*p == '\0')
        return TRUE;
      p++;
    }
}

static gboolean
is_idn_hostname (const char *text, gsize length)
{
  return sb_format_is_idn_hostname (text, length, is_label);
}

static gboolean
is_atext (const char *p, gboolean international)
{
  return g_ascii_isalnum (*p) || (*p != '\0' && strchr ("!#$%&'*+-/=?^_`{|}~", *p) != NULL) || (international
                                                                                                && (guint8) *p >= 0x80);
}

/* The Local-part of RFC 5321 §4.1.2; to what follows, or NULL. */
static const char *
skip_local_part (const char *p, gboolean international)
{
  if (*p == '"')
    {
      for (p++; *p != '"'; p++)
        {
          if (*p == '\\')
            p++;
          if ((guint8) *p < 0x20 || *p == 0x7f || ((guint8) *p >= 0x80 && !international))
            return NULL;
        }
      return p + 1;
    }

  for (;;)
    {
      const char *start = p;

      while (is_atext (p, international))
        p++;
      if (p == start)
        return NULL;
      if (*p != '.')
        return p;
      p++;
    }
}

static gboolean
is_address_literal (const char *text, gsize length)
{
  g_autofree char *inside = NULL;

  if (length < 3 || text[0] != '[' || text[length - 1] != ']')
    return FALSE;

  inside = g_strndup (text + 1, length - 2);
  if (g_ascii_strncasecmp (inside, "IPv6:", 5) == 0)
    return is_ipv6 (inside + 5, strlen (inside + 5));
  return is_ipv4 (inside, strlen (inside));
}

static gboolean
is_mailbox (const char *text, gsize length, gboolean international)
{
  const char *at = length <= 320 ? skip_local_part (text, international) : NULL;

  if (at == NULL || *at != '@' || at - text > 64)
    return FALSE;

  at++;
  length -= at - text;
  if (*at == '[')
    return is_address_literal (at, length);
  return international ? is_idn_hostname (at, length) : is_hostname (at, length);
}

static gboolean
is_email (const char *text, gsize length)
{
  return is_mailbox (text, length, FALSE);
}

static gboolean
is_idn_email (const char *text, gsize length)
{
  return is_mailbox (text, length, TRUE);
}

/* --- identifiers --- */

/* RFC 4122 §3, but of any version and variant. */
static gboolean
is_uuid (const char *text, gsize length)
{
  if (length != 36)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
        return FALSE;
    }

  return TRUE;
}

/* RFC 6901 §3 */
static gboolean
is_json_pointer (const char *text, gsize length)
{
  if (length > 0 && text[0] != '/')
    return FALSE;

  for (const char *p = strchr (text, '~'); p != NULL; p = strchr (p + 1, '~'))
    {
      if (p[1] != '0' && p[1] != '1')
        return FALSE;
    }

  return TRUE;
}

/* draft-bhutton-relative-json-pointer-00 §3 */
static gboolean
is_relative_json_pointer (const char *text, gsize length)
{
  gsize digits = strspn (text, "0123456789");

  if (digits == 0 || (text[0] == '0' && digits > 1))
    return FALSE;
  if (text[digits] == '#')
    return digits + 1 == length;

  return is_json_pointer (text + digits, length - digits);
}

/* Only whether it is one: what it would cost is another matter. */
static gboolean
is_regex (const char *text, gsize length)
{
  g_autoptr (SbRegexNode) tree = sb_regex_parse (text, NULL);

  return tree != NULL;
}

static const SbFormat formats[] = {
  { "date-time", "a date and time like 2026-01-31T09:30:00Z", sb_format_is_date_time, 1 },
  { "date", "a date like 2026-01-31", sb_format_is_date, 1 },
  { "time", "a time like 09:30:00Z", sb_format_is_time, 1 },
  { "duration", "a duration like P1DT12H", sb_format_is_duration, 1 },
  { "email", "an e-mail address", is_email, 16 },
  { "idn-email", "an e-mail address", is_idn_email, 64 },
  { "hostname", "a host name", is_hostname, 16 },
  { "idn-hostname", "a host name", is_idn_hostname, 64 },
  { "ipv4", "an IPv4 address like 192.0.2.1", is_ipv4, 1 },
  { "ipv6", "an IPv6 address like 2001:db8::1", is_ipv6, 8 },
  { "uri", "a URI", sb_format_is_uri, 3 },
  { "uri-reference", "a URI or a relative reference", sb_format_is_uri_reference, 3 },
  { "iri", "an IRI", sb_format_is_iri, 4 },
  { "iri-reference", "an IRI or a relative reference", sb_format_is_iri_reference, 4 },
  { "uri-template", "a URI template", sb_format_is_uri_template, 3 },
  { "uuid", "a UUID", is_uuid, 1 },
  { "json-pointer", "a JSON Pointer", is_json_pointer, 2 },
  { "relative-json-pointer", "a relative JSON Pointer", is_relative_json_pointer, 2 },
  { "regex", "a regular expression", is_regex, 288 },
};

const SbFormat *
sb_schema_format_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (strcmp (name, formats[i].name) == 0)
        return &formats[i];
    }

  return NULL;
}
