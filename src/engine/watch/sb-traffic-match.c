/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-traffic-match.h"
#include <string.h>

void
sb_traffic_match_clear (SbTrafficMatch *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->channel);
  g_free (self->text);
  g_free (self->folded);
  *self = (SbTrafficMatch) { SB_TRAFFIC_ALL };
}

/* @text: (nullable): white space at its ends does not count */
void
sb_traffic_match_set_text (SbTrafficMatch *self,
                           const char     *text)
{
  g_autofree char *stripped = text != NULL ? g_strstrip (g_strdup (text)) : NULL;

  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->folded, g_free);
  if (stripped == NULL || *stripped == '\0')
    return;
  self->text = g_steal_pointer (&stripped);
  if (!g_str_is_ascii (self->text))
    self->folded = g_utf8_casefold (self->text, -1);
}

/* @copy: cleared, or never used */
void
sb_traffic_match_copy (const SbTrafficMatch *self,
                       SbTrafficMatch       *copy)
{
  g_return_if_fail (self != NULL && copy != NULL);

  *copy = (SbTrafficMatch) {
    .kind = self->kind,
    .client_id = self->client_id,
    .channel = g_strdup (self->channel),
    .rule_id = self->rule_id,
    .text = g_strdup (self->text),
    .folded = g_strdup (self->folded),
  };
}

gboolean
sb_traffic_match_equal (const SbTrafficMatch *a,
                        const SbTrafficMatch *b)
{
  return a->kind == b->kind && a->client_id == b->client_id && a->rule_id == b->rule_id &&
         g_strcmp0 (a->channel, b->channel) == 0 && g_strcmp0 (a->text, b->text) == 0;
}

gboolean
sb_traffic_match_is_all (const SbTrafficMatch *self)
{
  return self->kind == SB_TRAFFIC_ALL && self->client_id == 0 && self->channel == NULL &&
         self->rule_id == 0 && self->text == NULL;
}

/* ASCII letters compare in either case, all other bytes as they are. */
static gboolean
contains_ascii (const char *hay,
                gsize       length,
                const char *needle)
{
  gsize n = strlen (needle);
  const char first[] = { g_ascii_tolower (*needle), g_ascii_toupper (*needle) };

  if (n > length)
    return FALSE;
  for (const char *p = hay, *last = hay + (length - n); p <= last; p++)
    if ((*p == first[0] || *p == first[1]) && g_ascii_strncasecmp (p, needle, n) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_ascii (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if ((text[i] & 0x80) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
contains (const SbTrafficMatch *self,
          const char           *hay,
          gsize                 length)
{
  g_autofree char *folded = NULL;

  if (self->folded == NULL)
    return contains_ascii (hay, length, self->text);
  /* Only few messages have other letters than ASCII's; only those are worth the folding. */
  if (is_ascii (hay, length))
    return FALSE;
  folded = g_utf8_make_valid (hay, (gssize) length);
  {
    g_autofree char *valid = g_steal_pointer (&folded);

    folded = g_utf8_casefold (valid, -1);
  }
  return strstr (folded, self->folded) != NULL;
}

static gboolean
contains_text (const SbTrafficMatch *self,
               const char           *hay)
{
  return hay != NULL && contains (self, hay, strlen (hay));
}

static gboolean
match_text (const SbTrafficMatch  *self,
            const SbTrafficRecord *record)
{
  const SbPeer *peer = record->peer;
  gsize length = 0;
  const char *payload = record->payload != NULL ? g_bytes_get_data (record->payload, &length) : NULL;

  if (peer != NULL && (contains_text (self, peer->token_label) || contains_text (self, peer->name) ||
                       contains_text (self, peer->channel)))
    return TRUE;
  if (contains_text (self, record->target) || contains_text (self, record->reason))
    return TRUE;
  return payload != NULL && !record->binary && contains (self, payload, length);
}

static gboolean
match_kind (SbTrafficKind          kind,
            const SbTrafficRecord *record)
{
  switch (kind)
    {
    case SB_TRAFFIC_FROM_CLIENTS: return record->direction == SB_DIRECTION_FROM_CLIENT;
    case SB_TRAFFIC_BROADCASTS: return record->direction != SB_DIRECTION_FROM_CLIENT;
    case SB_TRAFFIC_REJECTED: return record->rejection != SB_REJECTED_NOT;
    case SB_TRAFFIC_ALL:
    default: return TRUE;
    }
}

gboolean
sb_traffic_match_record (const SbTrafficMatch  *self,
                         const SbTrafficRecord *record)
{
  if (!match_kind (self->kind, record))
    return FALSE;
  if (self->client_id != 0 && (record->peer == NULL || record->peer->id != self->client_id))
    return FALSE;
  if (self->channel != NULL && (record->peer == NULL || g_strcmp0 (record->peer->channel, self->channel) != 0))
    return FALSE;
  if (self->rule_id != 0 && record->rule_id != self->rule_id)
    return FALSE;
  return self->text == NULL || match_text (self, record);
}
