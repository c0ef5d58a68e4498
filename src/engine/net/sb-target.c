/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel.h"
#include "net/sb-hub.h"

/* So many tokens and so many clients are named one by one in a text; the rest is a number. */
#define MAX_NAMED 8

/**
 * sb_target_new_everyone:
 *
 * Returns: (transfer full): a target that means every client.
 */
SbTarget *
sb_target_new_everyone (void)
{
  SbTarget *self = g_new0 (SbTarget, 1);

  self->everyone = TRUE;

  return self;
}

/**
 * sb_target_copy:
 *
 * Returns: (transfer full): a deep copy, sharing nothing with @self, so that it may move to another thread.
 */
SbTarget *
sb_target_copy (const SbTarget *self)
{
  SbTarget *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new0 (SbTarget, 1);
  copy->everyone = self->everyone;
  copy->channels = g_strdupv (self->channels);
  if (self->token_ids != NULL)
    copy->token_ids = g_array_copy (self->token_ids);
  if (self->client_ids != NULL)
    copy->client_ids = g_array_copy (self->client_ids);

  return copy;
}

/**
 * sb_target_free:
 *
 * Frees @self and what it owns; %NULL is fine.
 */
void
sb_target_free (SbTarget *self)
{
  if (self == NULL)
    return;

  g_strfreev (self->channels);
  g_clear_pointer (&self->token_ids, g_array_unref);
  g_clear_pointer (&self->client_ids, g_array_unref);
  g_free (self);
}

/* The 64 bits of an id compare alike whether it is a token's (signed) or a client's. */
static gboolean
has_id (const GArray *ids,
        guint64       id)
{
  if (ids == NULL)
    return FALSE;

  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, guint64, i) == id)
      return TRUE;

  return FALSE;
}

/**
 * sb_target_matches:
 *
 * Whether @peer is meant. Any thread. Takes time in proportion to the number of ids named; whoever has an index of
 * clients by id and a target that names clients alone is quicker to look those up.
 */
gboolean
sb_target_matches (const SbTarget *self,
                   const SbPeer   *peer)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (peer != NULL, FALSE);

  if (self->everyone)
    return TRUE;

  if (has_id (self->client_ids, peer->id) || has_id (self->token_ids, (guint64) peer->token_id))
    return TRUE;

  if (self->channels != NULL && peer->channel != NULL)
    for (guint i = 0; self->channels[i] != NULL; i++)
      if (sb_channel_pattern_matches (self->channels[i], peer->channel))
        return TRUE;

  return FALSE;
}

static void
append_part (GString    *text,
             const char *part)
{
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append (text, part);
}

static void
append_ids (GString      *text,
            const GArray *ids,
            const char   *noun)
{
  guint n_named;

  if (ids == NULL)
    return;

  n_named = MIN (ids->len, MAX_NAMED);
  for (guint i = 0; i < n_named; i++)
    {
      char part[48];

      g_snprintf (part, sizeof part, "%s %" G_GUINT64_FORMAT, noun, g_array_index (ids, guint64, i));
      append_part (text, part);
    }

  if (ids->len > n_named)
    {
      guint n_more = ids->len - n_named;
      char part[48];

      g_snprintf (part, sizeof part, "%u more %s%s", n_more, noun, n_more == 1 ? "" : "s");
      append_part (text, part);
    }
}

/**
 * sb_target_to_text:
 *
 * "everyone"; else channels, tokens and clients joined by commas ("/news, token 3, client 17"), at most eight tokens
 * and eight clients by number and the rest counted; "nobody" for a target that means none. Not translated: it is
 * stored.
 *
 * Returns: (transfer full): the text
 */
char *
sb_target_to_text (const SbTarget *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->everyone)
    return g_strdup ("everyone");

  text = g_string_new (NULL);
  for (guint i = 0; self->channels != NULL && self->channels[i] != NULL; i++)
    append_part (text, self->channels[i]);
  append_ids (text, self->token_ids, "token");
  append_ids (text, self->client_ids, "client");
  if (text->len == 0)
    g_string_append (text, "nobody");

  return g_string_free (text, FALSE);
}
