/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-request-head.h"

#include <arpa/inet.h>
#include <string.h>

#define MAX_LENGTH 4096 /* bytes; browsers with all their cookies come to two thousand */
#define MAX_LINES 64
#define METHOD "GET "
#define PROTOCOL " HTTP/1.1\r\n"

/* --- How far a head has come --------------------------------------------------------------------- */

/* Empty lines before the request do not count: RFC 9112 §2.2. */
static void
scan_byte (SbHeadScan *self, guint8 byte)
{
  self->length++;
  if (byte == '\n')
    {
      self->done = !self->in_line && self->n_lines > 0;
      self->n_lines += self->in_line ? 1 : 0;
      self->in_line = FALSE;
    }
  else if (byte != '\r')
    self->in_line = TRUE;
}

gsize
sb_head_scan_take (SbHeadScan *self, const guint8 *bytes, gsize n)
{
  gsize taken = 0;

  while (taken < n && !self->done && !self->too_large)
    {
      scan_byte (self, bytes[taken]);
      self->too_large = self->length > SB_REQUEST_MAX_HEAD || self->n_lines > 1 + SB_REQUEST_MAX_HEADERS;
      taken += self->too_large ? 0 : 1;
    }

  return self->too_large ? taken : n;
}

/* --- A plain one --------------------------------------------------------------------------------- */

/* What a byte may be part of. */
enum
{
  NAME = 1 << 0,  /* of a header: RFC 9110 §5.6.2 */
  VALUE = 1 << 1, /* of a header: visible, or a blank: §5.5, less what it calls obsolete */
  PATH = 1 << 2,  /* of a channel, and what separates its segments */
  QUERY = 1 << 3, /* RFC 3986 §3.4 */
  FREE = 1 << 4,  /* of no meaning in a URI, so that it may stand there encoded or not: §2.3 */
};

static const guint8 classes[256] = {
  ['0' ... '9'] = NAME | VALUE | PATH | QUERY | FREE,
  ['A' ... 'Z'] = NAME | VALUE | PATH | QUERY | FREE,
  ['a' ... 'z'] = NAME | VALUE | PATH | QUERY | FREE,
  ['-'] = NAME | VALUE | PATH | QUERY | FREE,
  ['.'] = NAME | VALUE | PATH | QUERY | FREE,
  ['_'] = NAME | VALUE | PATH | QUERY | FREE,
  ['~'] = NAME | VALUE | PATH | QUERY | FREE,
  ['/'] = VALUE | PATH | QUERY,
  ['!'] = NAME | VALUE | QUERY,
  ['$'] = NAME | VALUE | QUERY,
  ['&'] = NAME | VALUE | QUERY,
  ['\''] = NAME | VALUE | QUERY,
  ['*'] = NAME | VALUE | QUERY,
  ['+'] = NAME | VALUE | QUERY,
  ['('] = VALUE | QUERY,
  [')'] = VALUE | QUERY,
  [','] = VALUE | QUERY,
  [';'] = VALUE | QUERY,
  ['='] = VALUE | QUERY,
  [':'] = VALUE | QUERY,
  ['@'] = VALUE | QUERY,
  ['?'] = VALUE | QUERY,
  ['#'] = NAME | VALUE,
  ['%'] = NAME | VALUE,
  ['^'] = NAME | VALUE,
  ['`'] = NAME | VALUE,
  ['|'] = NAME | VALUE,
  ['"'] = VALUE,
  ['<'] = VALUE,
  ['>'] = VALUE,
  ['['] = VALUE,
  ['\\'] = VALUE,
  [']'] = VALUE,
  ['{'] = VALUE,
  ['}'] = VALUE,
  [' '] = VALUE,
  ['\t'] = VALUE,
};

static const struct
{
  const char *name;
  guint length;
  guint field; /* 0: who sends this is not plain */
} headers[] = {
#define HEADER(name, field) { name, sizeof name - 1, G_STRUCT_OFFSET (SbRequestHead, field) }
  HEADER ("Host", host),
  HEADER ("Upgrade", upgrade),
  HEADER ("Connection", connection),
  HEADER ("Sec-WebSocket-Key", key),
  HEADER ("Sec-WebSocket-Version", version),
  HEADER ("Sec-WebSocket-Protocol", protocols),
  HEADER ("Sec-WebSocket-Extensions", extensions),
  HEADER ("Origin", origin),
  HEADER ("Authorization", authorization),
  HEADER ("User-Agent", user_agent),
  { "Content-Length", sizeof "Content-Length" - 1, 0 },
  { "Transfer-Encoding", sizeof "Transfer-Encoding" - 1, 0 },
  { "Expect", sizeof "Expect" - 1, 0 },
#undef HEADER
};

static inline gboolean
is_of (char c, guint8 class)
{
  return (classes[(guint8) c] & class) != 0;
}

/* Past what is of the class, and of "%" with two digits where it stands for something that has to be encoded. */
static char *
skip_encoded (char *p, guint8 class)
{
  for (;; p++)
    {
      int high, low;

      if (is_of (*p, class))
        continue;
      if (*p != '%' || (high = g_ascii_xdigit_value (p[1])) < 0 || (low = g_ascii_xdigit_value (p[2])) < 0)
        return p;
      /* What libsoup shows of a query has such ones decoded; of a path the gate sees what was written. */
      if (class == QUERY && is_of ((char) (high << 4 | low), FREE))
        return p;
      p += 2;
    }
}

/* "GET /path?query HTTP/1.1". Returns where the headers begin; NULL: it is not like that. */
static char *
read_request_line (SbRequestHead *self)
{
  char *p = self->text;

  if (strncmp (p, METHOD "/", strlen (METHOD "/")) != 0)
    return NULL;
  p += strlen (METHOD);
  self->path = p;
  p = skip_encoded (p, PATH);
  if (*p == '?')
    {
      *p++ = '\0';
      self->query = p;
      p = skip_encoded (p, QUERY);
    }
  if (strncmp (p, PROTOCOL, strlen (PROTOCOL)) != 0)
    return NULL;
  *p = '\0';

  return p + strlen (PROTOCOL);
}

/* FALSE: it is one that may not be there, or not twice. */
static gboolean
keep_header (SbRequestHead *self, const char *name, gsize length, const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    if (headers[i].length == length && g_ascii_strncasecmp (headers[i].name, name, length) == 0)
      {
        const char **field = G_STRUCT_MEMBER_P (self, headers[i].field);

        if (headers[i].field == 0 || *field != NULL)
          return FALSE;
        *field = value;
        return TRUE;
      }

  return TRUE;
}

/* "Name: value". Returns where the next line begins; NULL: it is not like that. */
static char *
read_header (SbRequestHead *self, char *p)
{
  char *name = p, *value, *end;
  gsize length;

  while (is_of (*p, NAME))
    p++;
  length = p - name;
  if (length == 0 || *p != ':')
    return NULL;

  for (p++; *p == ' ' || *p == '\t'; p++)
    ;
  value = p;
  while (is_of (*p, VALUE))
    p++;
  if (p == value || p[0] != '\r' || p[1] != '\n')
    return NULL;
  for (end = p; end[-1] == ' ' || end[-1] == '\t'; end--)
    ;
  *end = '\0';

  return keep_header (self, name, length, value) ? p + 2 : NULL;
}

/* "name", "192.0.2.7" or "[2001:db8::7]", with ":port" or without. Others are for who knows what a URI may hold. */
static gboolean
is_plain_host (const char *host)
{
  const char *p = host;
  guint port = 0;

  if (*p == '[')
    {
      char address[INET6_ADDRSTRLEN] = "";
      struct in6_addr parsed;
      gsize length = strcspn (p + 1, "]");

      if (length >= sizeof address || p[1 + length] != ']')
        return FALSE;
      memcpy (address, p + 1, length);
      if (inet_pton (AF_INET6, address, &parsed) != 1)
        return FALSE;
      p += length + 2;
    }
  else
    while (g_ascii_isalnum (*p) || *p == '-' || *p == '.')
      p++;
  if (p == host)
    return FALSE;
  if (*p == '\0')
    return TRUE;

  if (*p++ != ':' || !g_ascii_isdigit (*p))
    return FALSE;
  for (; g_ascii_isdigit (*p) && port <= G_MAXUINT16; p++)
    port = port * 10 + (guint) (*p - '0');

  return *p == '\0' && port <= G_MAXUINT16;
}

static gboolean
read_text (SbRequestHead *self)
{
  char *p = read_request_line (self);

  for (guint n = 0; p != NULL && *p != '\r'; n++)
    p = n < MAX_LINES ? read_header (self, p) : NULL;

  return p != NULL && p[1] == '\n' && p + 2 == self->text + self->length && self->host != NULL && is_plain_host (self->host) &&
         self->upgrade != NULL && self->connection != NULL && self->key != NULL && self->version != NULL;
}

gboolean
sb_request_head_read (SbRequestHead *self, const guint8 *bytes, gsize length)
{
  const guint8 *end = memmem (bytes, MIN (length, MAX_LENGTH), "\r\n\r\n", 4);

  if (end == NULL || memcmp (bytes, METHOD, strlen (METHOD)) != 0)
    return FALSE;

  *self = (SbRequestHead) { .length = (gsize) (end - bytes) + 4 };
  self->text = g_strndup ((const char *) bytes, self->length);
  if (read_text (self))
    return TRUE;
  sb_request_head_clear (self);

  return FALSE;
}

void
sb_request_head_clear (SbRequestHead *self)
{
  explicit_bzero (self->text, self->length);
  g_clear_pointer (&self->text, g_free);
}
