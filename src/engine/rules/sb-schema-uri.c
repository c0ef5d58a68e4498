/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-uri.h"

#include <gio/gio.h>
#include <string.h>

/* GUri takes what browsers take. Here the grammar of RFC 3986 decides, appendix A, with what RFC 3987 §2.2 adds to
 * it. */

#define ALNUM "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define UNRESERVED "-._~" ALNUM
#define SUB_DELIMS "!$&'()*+,;="

static gboolean
is_ucschar (gunichar c)
{
  if (c < 0xa0 || (c >= 0xd800 && c < 0xf900) || (c > 0xfdcf && c < 0xfdf0) || (c & 0xfffe) == 0xfffe)
    return FALSE;

  return c < 0xfff0 || (c >= 0x10000 && c < 0xf0000 && !(c >= 0xe0000 && c < 0xe1000));
}

static gboolean
is_private (gunichar c)
{
  return (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xf0000 && (c & 0xfffe) != 0xfffe);
}

/* Whether @text is made of @allowed, percent-encoded bytes, and, if @international, characters beyond ASCII. */
static gboolean
consists_of (const char *text, gsize length, const char *allowed, gboolean international, gboolean with_private)
{
  const char *end = text + length;

  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    {
      if (*p == '%')
        {
          if (end - p < 3 || !g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
            return FALSE;
        }
      else if ((guint8) *p < 0x80)
        {
          if (strchr (allowed, *p) == NULL)
            return FALSE;
        }
      else if (!international
               || !(is_ucschar (g_utf8_get_char (p)) || (with_private && is_private (g_utf8_get_char (p)))))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_ip_literal (const char *text, gsize length)
{
  g_autofree char *inside = NULL;
  g_autoptr (GInetAddress) address = NULL;

  if (length < 3 || text[length - 1] != ']')
    return FALSE;

  inside = g_strndup (text + 1, length - 2);
  if (g_ascii_tolower (inside[0]) == 'v')
    {
      gsize digits = strspn (inside + 1, "0123456789abcdefABCDEF");

      return digits > 0 && inside[1 + digits] == '.' && inside[2 + digits] != '\0'
             && strspn (inside + 2 + digits, UNRESERVED SUB_DELIMS ":") == strlen (inside + 2 + digits);
    }

  if (inside[strspn (inside, ":.0123456789abcdefABCDEF")] != '\0')
    return FALSE;
  address = g_inet_address_new_from_string (inside);
  return address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

static gboolean
is_authority (const char *text, gsize length, gboolean international)
{
  const char *at = memchr (text, '@', length);
  gsize host;
  const char *port;

  if (at != NULL)
    {
      if (!consists_of (text, at - text, UNRESERVED SUB_DELIMS ":", international, FALSE))
        return FALSE;
      length -= at + 1 - text;
      text = at + 1;
    }

  if (length > 0 && text[0] == '[')
    {
      const char *close = memchr (text, ']', length);

      if (close == NULL || !is_ip_literal (text, close + 1 - text))
        return FALSE;
      host = close + 1 - text;
    }
  else
    {
      const char *colon = memchr (text, ':', length);

      host = colon != NULL ? (gsize) (colon - text) : length;
      if (!consists_of (text, host, UNRESERVED SUB_DELIMS, international, FALSE))
        return FALSE;
    }

  if (host == length)
    return TRUE;

  port = text + host;
  return *port == ':' && strspn (port + 1, "0123456789") >= length - host - 1;
}

/* @has_scheme: (out) */
static gboolean
is_reference (const char *text, gsize length, gboolean international, gboolean *has_scheme)
{
  gsize scheme = strcspn (text, ":/?#");
  const char *p = text;
  gsize part;

  *has_scheme = text[scheme] == ':';
  if (*has_scheme)
    {
      if (!g_ascii_isalpha (text[0]) || strspn (text, "+-." ALNUM) != scheme)
        return FALSE;
      p += scheme + 1;
    }

  if (g_str_has_prefix (p, "//"))
    {
      p += 2;
      part = strcspn (p, "/?#");
      if (!is_authority (p, part, international))
        return FALSE;
      p += part;
    }

  part = strcspn (p, "?#");
  if (!consists_of (p, part, UNRESERVED SUB_DELIMS ":@/", international, FALSE))
    return FALSE;
  p += part;

  if (*p == '?')
    {
      part = strcspn (++p, "#");
      if (!consists_of (p, part, UNRESERVED SUB_DELIMS ":@/?", international, TRUE))
        return FALSE;
      p += part;
    }

  if (*p == '#')
    {
      p++;
      if (!consists_of (p, text + length - p, UNRESERVED SUB_DELIMS ":@/?", international, FALSE))
        return FALSE;
    }

  return TRUE;
}

gboolean
sb_format_is_uri (const char *text, gsize length)
{
  gboolean has_scheme;

  return is_reference (text, length, FALSE, &has_scheme) && has_scheme;
}

gboolean
sb_format_is_uri_reference (const char *text, gsize length)
{
  gboolean has_scheme;

  return is_reference (text, length, FALSE, &has_scheme);
}

gboolean
sb_format_is_iri (const char *text, gsize length)
{
  gboolean has_scheme;

  return is_reference (text, length, TRUE, &has_scheme) && has_scheme;
}

gboolean
sb_format_is_iri_reference (const char *text, gsize length)
{
  gboolean has_scheme;

  return is_reference (text, length, TRUE, &has_scheme);
}

/* --- templates --- */

/* At a variable's name (RFC 6570 §2.3); behind it and its modifier (§2.4), or NULL. */
static const char *
skip_variable (const char *p)
{
  const char *start = p;

  for (;;)
    {
      if (*p == '%' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]))
        p += 3;
      else if (g_ascii_isalnum (*p) || *p == '_' || (*p == '.' && p > start && p[-1] != '.'))
        p++;
      else
        break;
    }
  if (p == start || p[-1] == '.')
    return NULL;

  if (*p == '*')
    return p + 1;
  if (*p == ':')
    {
      gsize digits = strspn (p + 1, "0123456789");

      return digits >= 1 && digits <= 4 && p[1] != '0' ? p + 1 + digits : NULL;
    }

  return p;
}

/* Behind "{". */
static const char *
skip_expression (const char *p)
{
  if (*p != '\0' && strchr ("+#./;?&", *p) != NULL)
    p++;

  for (;;)
    {
      p = skip_variable (p);
      if (p == NULL || (*p != ',' && *p != '}'))
        return NULL;
      if (*p++ == '}')
        return p;
    }
}

gboolean
sb_format_is_uri_template (const char *text, gsize length)
{
  const char *p = text;

  while (p < text + length)
    {
      if (*p == '{')
        {
          p = skip_expression (p + 1);
          if (p == NULL)
            return FALSE;
          continue;
        }

      if (*p == '%' ? !g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2])
          : (guint8) *p < 0x80 ? (guint8) *p <= ' ' || *p == 0x7f || strchr ("\"'<>\\^`|}", *p) != NULL
                               : !is_ucschar (g_utf8_get_char (p)) && !is_private (g_utf8_get_char (p)))
        return FALSE;
      p = g_utf8_next_char (p);
    }

  return TRUE;
}

/* --- host names in all languages --- */

/* RFC 5892 §2.6: characters that are allowed or not, against what their category says. */
static int
find_exception (gunichar c)
{
  static const gunichar allowed[] = { 0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007 };
  static const gunichar refused[] = { 0x640, 0x7fa, 0x302e, 0x302f, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303b };

  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    {
      if (c == allowed[i])
        return 1;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      if (c == refused[i])
        return -1;
    }

  return 0;
}

static gboolean
has_script (const gunichar *label, glong n, GUnicodeScript a, GUnicodeScript b, GUnicodeScript c)
{
  for (glong i = 0; i < n; i++)
    {
      GUnicodeScript script = g_unichar_get_script (label[i]);

      if (script == a || script == b || script == c)
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_between (const gunichar *label, glong n, gunichar first, gunichar last)
{
  for (glong i = 0; i < n; i++)
    {
      if (label[i] >= first && label[i] <= last)
        return TRUE;
    }

  return FALSE;
}

/* Arabic letters that join on neither side, and those that join only to what comes before them (Joining_Type U and R of
 * ArabicShaping.txt). */
static gboolean
is_arabic_joining (gunichar c, gboolean to_next)
{
  static const gunichar not_to_next[] = {
    0x622, 0x623, 0x624, 0x625, 0x627, 0x629, 0x62f, 0x630, 0x631, 0x632, 0x648, 0x6c0, 0x6c3, 0x6c4,
    0x6c5, 0x6c6, 0x6c7, 0x6c8, 0x6c9, 0x6ca, 0x6cb, 0x6cd, 0x6cf, 0x6d2, 0x6d3, 0x6d5, 0x6ee, 0x6ef,
  };

  if (g_unichar_get_script (c) != G_UNICODE_SCRIPT_ARABIC || !g_unichar_isalpha (c) || c == 0x621 || c == 0x674)
    return FALSE;
  if (!to_next)
    return TRUE;
  if ((c >= 0x671 && c <= 0x677) || (c >= 0x688 && c <= 0x699))
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (not_to_next); i++)
    {
      if (c == not_to_next[i])
        return FALSE;
    }

  return TRUE;
}

/* RFC 5892 appendix A.1: between letters that join; marks on them don't count. Of the scripts whose letters join only
 * Arabic is known here. */
static gboolean
breaks_a_joint (const gunichar *label, glong n, glong i)
{
  glong before = i - 1, behind = i + 1;

  while (before >= 0 && g_unichar_ismark (label[before]))
    before--;
  while (behind < n && g_unichar_ismark (label[behind]))
    behind++;

  return before >= 0 && behind < n && is_arabic_joining (label[before], TRUE) && is_arabic_joining (label[behind],
                                                                                                    FALSE);
}

/* RFC 5892 appendix A: characters that are allowed beside certain others. -1: it is none of them. */
static int
check_context (const gunichar *label, glong n, glong i)
{
  gunichar before = i > 0 ? label[i - 1] : 0;
  gunichar behind = i + 1 < n ? label[i + 1] : 0;

  switch (label[i])
    {
    case 0x200c: /* zero width non-joiner */
      return (i > 0 && g_unichar_combining_class (before) == 9) || breaks_a_joint (label, n, i);
    case 0x200d: /* zero width joiner */
      return i > 0 && g_unichar_combining_class (before) == 9;
    case 0xb7: /* middle dot */
      return before == 'l' && behind == 'l';
    case 0x375: /* Greek keraia */
      return i + 1 < n && g_unichar_get_script (behind) == G_UNICODE_SCRIPT_GREEK;
    case 0x5f3: /* Hebrew geresh and gershayim */
    case 0x5f4:
      return i > 0 && g_unichar_get_script (before) == G_UNICODE_SCRIPT_HEBREW;
    case 0x30fb: /* katakana middle dot */
      return has_script (label, n, G_UNICODE_SCRIPT_HIRAGANA, G_UNICODE_SCRIPT_KATAKANA, G_UNICODE_SCRIPT_HAN);
    default:
      break;
    }

  /* Two kinds of Arabic digits may not be mixed. */
  if (label[i] >= 0x660 && label[i] <= 0x669)
    return !has_between (label, n, 0x6f0, 0x6f9);
  if (label[i] >= 0x6f0 && label[i] <= 0x6f9)
    return !has_between (label, n, 0x660, 0x669);

  return -1;
}

/* RFC 5892 §3, as far as GLib's tables go: letters, marks and digits that are what they are folded to. */
static gboolean
is_allowed (gunichar c)
{
  int exception = find_exception (c);
  g_autofree char *normal = NULL;
  char text[8] = "";
  GUnicodeType type = g_unichar_type (c);

  if (exception != 0)
    return exception > 0;
  if (c < 0x80)
    return g_ascii_islower (c) || g_ascii_isdigit (c) || c == '-';
  if (type != G_UNICODE_LOWERCASE_LETTER && type != G_UNICODE_OTHER_LETTER && type != G_UNICODE_MODIFIER_LETTER
      && type != G_UNICODE_NON_SPACING_MARK && type != G_UNICODE_SPACING_MARK && type != G_UNICODE_DECIMAL_NUMBER)
    return FALSE;
  /* Old Hangul is left out (§2.9), and so is what is nothing to look at (§2.7). */
  if ((c >= 0x1100 && c <= 0x11ff) || (c >= 0xa960 && c <= 0xa97f) || (c >= 0xd7b0 && c <= 0xd7ff)
      || g_unichar_iszerowidth (c))
    return g_unichar_ismark (c) && !(c >= 0x1100 && c <= 0x11ff);

  g_unichar_to_utf8 (c, text);
  normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);
  return normal != NULL && strcmp (normal, text) == 0;
}

/* A label in its Unicode form (RFC 5891 §4.2). */
static gboolean
is_u_label (const char *text, gsize length)
{
  glong n;
  g_autofree gunichar *label = g_utf8_to_ucs4_fast (text, length, &n);
  g_autofree char *normal = g_utf8_normalize (text, length, G_NORMALIZE_NFC);
  g_autofree char *ascii = NULL;
  g_autofree char *copy = g_strndup (text, length);

  if (n == 0 || normal == NULL || strcmp (normal, copy) != 0 || label[0] == '-' || label[n - 1] == '-'
      || g_unichar_ismark (label[0])
      || (n > 3 && label[2] == '-' && label[3] == '-'))
    return FALSE;

  for (glong i = 0; i < n; i++)
    {
      int context = check_context (label, n, i);

      if (context == 0 || (context < 0 && !is_allowed (label[i])))
        return FALSE;
    }

  ascii = g_hostname_to_ascii (copy);
  return ascii != NULL && strlen (ascii) <= 63;
}

gboolean
sb_format_is_a_label (const char *text, gsize length)
{
  g_autofree char *label = g_ascii_strdown (text, length);
  g_autofree char *unicode = NULL;

  if (!g_str_has_prefix (label, "xn--"))
    return FALSE;

  unicode = g_hostname_to_unicode (label);
  return unicode != NULL && !g_str_is_ascii (unicode) && is_u_label (unicode, strlen (unicode));
}

gboolean
sb_format_is_idn_hostname (const char *text, gsize length, gboolean (*is_label) (const char *text, gsize length))
{
  const char *p = text;

  /* No name is longer in UTF-8 than this, since each character has at least one byte in ASCII and at most four here. */
  if (length == 0 || length > 4 * 253)
    return FALSE;

  for (;;)
    {
      const char *start = p;
      gboolean ascii = TRUE;

      /* IDNA takes these three for a full stop as well (RFC 3490 §3.1). */
      for (; *p != '\0' && *p != '.'; p = g_utf8_next_char (p))
        {
          gunichar c = g_utf8_get_char (p);

          if (c == 0x3002 || c == 0xff0e || c == 0xff61)
            break;
          ascii = ascii && c < 0x80;
        }

      if (ascii ? !is_label (start, p - start) : !is_u_label (start, p - start))
        return FALSE;
      if (*p == '\0')
        return TRUE;
      p = g_utf8_next_char (p);
    }
}
