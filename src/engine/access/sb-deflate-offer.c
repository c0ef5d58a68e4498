/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-deflate-offer.h"

#include <string.h>

#define EXTENSION "permessage-deflate"
#define MIN_WINDOW_BITS 8
#define MAX_WINDOW_BITS 15

/* A piece of the header. */
typedef struct
{
  const char *text; /* NULL: there is none */
  gsize length;
} Piece;

/* RFC 9110 §5.6.2 */
static gboolean
is_token_character (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static const char *
skip_blanks (const char *p)
{
  return p + strspn (p, " \t");
}

/* Whether case counts, neither RFC says; everybody writes the names in lower case. */
static gboolean
piece_is (const Piece *self, const char *text)
{
  return self->length == strlen (text) && g_ascii_strncasecmp (self->text, text, self->length) == 0;
}

static gboolean
take_token (const char **p, Piece *piece)
{
  piece->text = *p;
  while (is_token_character (**p))
    (*p)++;
  piece->length = *p - piece->text;

  return piece->length > 0;
}

/* A token, or one in quotation marks: what is in them must be a token, too (RFC 6455 §9.1), so there is nothing to be
 * unescaped. */
static gboolean
take_value (const char **p, Piece *piece)
{
  if (**p != '"')
    return take_token (p, piece);

  (*p)++;
  if (!take_token (p, piece) || **p != '"')
    return FALSE;
  (*p)++;

  return TRUE;
}

/* 8 to 15, without leading zeros; 0: anything else. */
static guint8
read_window_bits (const Piece *value)
{
  guint bits = 0;

  if (value->text == NULL || value->length > 2 || value->text[0] == '0')
    return 0;
  for (gsize i = 0; i < value->length; i++)
    {
      if (!g_ascii_isdigit (value->text[i]))
        return 0;
      bits = bits * 10 + (value->text[i] - '0');
    }

  return bits >= MIN_WINDOW_BITS && bits <= MAX_WINDOW_BITS ? bits : 0;
}

/* Which parameters an offer had so far. */
typedef struct
{
  gboolean server_no_context_takeover;
  gboolean client_no_context_takeover;
  gboolean server_max_window_bits;
  gboolean client_max_window_bits;
} Seen;

/* TRUE for the first one. */
static gboolean
first_time (gboolean *seen)
{
  gboolean before = *seen;

  *seen = TRUE;

  return !before;
}

/* FALSE: the offer has to be declined (RFC 7692 §7.1). */
static gboolean
take_parameter (const Piece *name, const Piece *value, Seen *seen, SbDeflateOffer *offer)
{
  if (piece_is (name, "server_no_context_takeover"))
    return value->text == NULL && first_time (&seen->server_no_context_takeover);
  if (piece_is (name, "client_no_context_takeover"))
    return value->text == NULL && first_time (&seen->client_no_context_takeover);
  if (piece_is (name, "client_max_window_bits"))
    return (value->text == NULL || read_window_bits (value) > 0) && first_time (&seen->client_max_window_bits);
  if (piece_is (name, "server_max_window_bits") && first_time (&seen->server_max_window_bits))
    {
      offer->window_bits = read_window_bits (value);
      offer->window_was_asked = TRUE;
      return offer->window_bits > 0;
    }

  return FALSE;
}

/* One element of the list; FALSE: malformed. @good: whether it is an offer to take. */
static gboolean
take_extension (const char **position, SbDeflateOffer *offer, gboolean *good)
{
  const char *p = *position;
  Seen seen = { 0 };
  Piece name;

  if (!take_token (&p, &name))
    return FALSE;
  *offer = (SbDeflateOffer) { .window_bits = MAX_WINDOW_BITS };
  *good = piece_is (&name, EXTENSION);
  for (p = skip_blanks (p); *p == ';'; p = skip_blanks (p))
    {
      Piece value = { NULL, 0 };

      p = skip_blanks (p + 1);
      if (!take_token (&p, &name))
        return FALSE;
      p = skip_blanks (p);
      if (*p == '=')
        {
          p = skip_blanks (p + 1);
          if (!take_value (&p, &value))
            return FALSE;
        }
      *good = *good && take_parameter (&name, &value, &seen, offer);
    }
  *position = p;

  return *p == ',' || *p == '\0';
}

SbDeflateOffered
sb_deflate_offer_choose (const char *header, SbDeflateOffer *offer)
{
  SbDeflateOffered offered = SB_DEFLATE_OFFER_NONE;
  const char *p = header != NULL ? header : "";

  g_return_val_if_fail (offer != NULL, SB_DEFLATE_OFFER_NONE);

  for (;;)
    {
      SbDeflateOffer candidate;
      gboolean good;

      p += strspn (p, " \t,"); /* empty elements do not count: RFC 9110 §5.6.1 */
      if (*p == '\0')
        return offered;
      if (!take_extension (&p, &candidate, &good))
        return SB_DEFLATE_OFFER_MALFORMED;
      if (good && offered == SB_DEFLATE_OFFER_NONE)
        {
          *offer = candidate;
          offered = SB_DEFLATE_OFFER_TAKEN;
        }
    }
}

char *
sb_deflate_offer_answer (const SbDeflateOffer *self)
{
  static const char answer[] = EXTENSION "; server_no_context_takeover; client_no_context_takeover";

  g_return_val_if_fail (self != NULL, NULL);

  /* What was not asked for may not be answered; what was has to be (RFC 7692 §7.1.2.1). */
  if (self->window_was_asked)
    return g_strdup_printf ("%s; server_max_window_bits=%u", answer, self->window_bits);

  return g_strdup (answer);
}
