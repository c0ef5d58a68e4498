/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-handshake.h"

#include "access/sb-deflate-offer.h"
#include "access/sb-text.h"
#include <string.h>

#define MAX_NAME 64 /* characters */
#define KEY_LENGTH 24
#define PROTOCOL "signalbox"
#define BEARER_PREFIX "bearer."

/* One element of a comma-separated list. */
typedef struct
{
  const char *text;
  gsize length;
} Element;

static inline gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* RFC 9110 §5.6.1; @list NULL: no header. Moves @position on. */
static gboolean
next_element (const char **position, Element *element)
{
  const char *p = *position;
  const char *end;

  if (p == NULL)
    return FALSE;
  while (is_blank (*p) || *p == ',')
    p++;
  if (*p == '\0')
    return FALSE;

  end = strchrnul (p, ',');
  *position = end;
  while (end > p && is_blank (end[-1]))
    end--;
  element->text = p;
  element->length = end - p;

  return TRUE;
}

static gboolean
element_is (const Element *self, const char *text)
{
  return self->length == strlen (text) && memcmp (self->text, text, self->length) == 0;
}

static gboolean
list_has_word (const char *list, const char *word)
{
  Element element;

  while (next_element (&list, &element))
    {
      if (element.length == strlen (word) && g_ascii_strncasecmp (element.text, word, element.length) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Base64 of sixteen bytes: 22 characters and two for padding. */
static gboolean
is_key (const char *key)
{
  if (strlen (key) != KEY_LENGTH || !g_str_has_suffix (key, "=="))
    return FALSE;

  for (guint i = 0; i < KEY_LENGTH - 2; i++)
    {
      if (!g_ascii_isalnum (key[i]) && key[i] != '+' && key[i] != '/')
        return FALSE;
    }

  return TRUE;
}

/* RFC 6455 §9.1: what is not even a list of extensions fails the handshake; what in a good one is not to our taste is
 * not taken up. */
static gboolean
extensions_are_well_formed (const char *extensions)
{
  SbDeflateOffer offer;

  return sb_deflate_offer_choose (extensions, &offer) != SB_DEFLATE_OFFER_MALFORMED;
}

SbHandshakeState
sb_handshake_check (const SbHandshake *self)
{
  if (self->method == NULL || !g_str_equal (self->method, "GET") || self->path == NULL)
    return SB_HANDSHAKE_MALFORMED;

  if (self->upgrade == NULL || !list_has_word (self->upgrade, "websocket"))
    return SB_HANDSHAKE_NO_UPGRADE;

  if (self->host == NULL || *self->host == '\0' || self->connection == NULL
      || !list_has_word (self->connection, "upgrade") || self->version == NULL)
    return SB_HANDSHAKE_MALFORMED;

  if (!g_str_equal (self->version, "13"))
    return SB_HANDSHAKE_OTHER_VERSION;

  if (self->key == NULL || !is_key (self->key) || !extensions_are_well_formed (self->extensions))
    return SB_HANDSHAKE_MALFORMED;

  return SB_HANDSHAKE_VALID;
}

gboolean
sb_handshake_offers_signalbox (const SbHandshake *self)
{
  const char *position = self->protocols;
  Element element;

  while (next_element (&position, &element))
    {
      if (element_is (&element, PROTOCOL))
        return TRUE;
    }

  return FALSE;
}

/* --- the query --- */

/* The value of the first parameter called @name, still encoded. */
static gboolean
find_parameter (const char *query, const char *name, Element *value)
{
  gsize length = strlen (name);

  for (const char *p = query; p != NULL;)
    {
      const char *end = strchrnul (p, '&');

      if ((gsize) (end - p) > length && memcmp (p, name, length) == 0 && p[length] == '=')
        {
          value->text = p + length + 1;
          value->length = end - value->text;
          return TRUE;
        }
      p = *end == '&' ? end + 1 : NULL;
    }

  return FALSE;
}

/* As browsers write forms (application/x-www-form-urlencoded): "+" is a space. Returns NULL for a "%" that is
 * followed by anything but two digits, or stands for NUL. */
static char *
decode (const Element *value)
{
  char *decoded = g_malloc (value->length + 1);
  gsize length = 0;

  for (gsize i = 0; i < value->length; i++)
    {
      char c = value->text[i];

      if (c == '+')
        c = ' ';
      else if (c == '%')
        {
          int high = i + 2 < value->length ? g_ascii_xdigit_value (value->text[i + 1]) : -1;
          int low = i + 2 < value->length ? g_ascii_xdigit_value (value->text[i + 2]) : -1;

          c = high >= 0 && low >= 0 ? (char) (high << 4 | low) : '\0';
          if (c == '\0')
            {
              explicit_bzero (decoded, length);
              g_free (decoded);
              return NULL;
            }
          i += 2;
        }
      decoded[length++] = c;
    }
  decoded[length] = '\0';

  return decoded;
}

char *
sb_handshake_get_name (const SbHandshake *self)
{
  g_autofree char *name = NULL;
  Element value;

  if (!find_parameter (self->query, "name", &value))
    return NULL;
  name = decode (&value);
  if (name == NULL)
    return NULL;

  if (!sb_text_is_plain_line (name, -1, 1, MAX_NAME))
    return NULL;

  g_strstrip (name);

  return *name != '\0' ? g_steal_pointer (&name) : NULL;
}

/* --- the token --- */

static char *
take_secret (const char *text, gsize length)
{
  return sb_token_secret_is_well_formed (text, length) ? g_strndup (text, length) : NULL;
}

/* "Bearer TOKEN": the scheme in either case, one space or more (RFC 9110 §11.4, RFC 6750 §2.1). */
static char *
take_authorization (const char *header)
{
  const char *token = header;
  gsize length;

  while (is_blank (*token))
    token++;
  if (g_ascii_strncasecmp (token, "Bearer", 6) != 0 || token[6] != ' ')
    return NULL;
  token += 6;
  while (*token == ' ')
    token++;

  length = strlen (token);
  while (length > 0 && is_blank (token[length - 1]))
    length--;

  return take_secret (token, length);
}

gboolean
sb_handshake_find_token (const SbHandshake *self, gboolean in_url, char **secret)
{
  const char *position = self->protocols;
  Element element;

  *secret = NULL;
  if (self->authorization != NULL)
    {
      *secret = take_authorization (self->authorization);
      return TRUE;
    }

  while (next_element (&position, &element))
    {
      gsize prefix = strlen (BEARER_PREFIX);

      if (element.length >= prefix && memcmp (element.text, BEARER_PREFIX, prefix) == 0)
        {
          *secret = take_secret (element.text + prefix, element.length - prefix);
          return TRUE;
        }
    }

  if (in_url && find_parameter (self->query, "access_token", &element))
    {
      char *decoded = decode (&element);

      if (decoded != NULL)
        *secret = take_secret (decoded, strlen (decoded));
      sb_token_secret_free (decoded);
      return TRUE;
    }

  return FALSE;
}
