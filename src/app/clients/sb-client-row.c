/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-row.h"
#include "clients/sb-client-columns.h"
#include <string.h>

SbClientsKind
sb_clients_kind_from_name (const char *name)
{
  if (g_str_equal (name, "slow"))
    return SB_CLIENTS_SLOW;
  if (g_str_equal (name, "rejected"))
    return SB_CLIENTS_REJECTED;
  return g_str_equal (name, "idle") ? SB_CLIENTS_IDLE : SB_CLIENTS_ALL;
}

SbClientRow *
sb_client_row_new (SbClient *client)
{
  SbClientRow *self = g_new0 (SbClientRow, 1);

  self->client = client;
  return self;
}

void
sb_client_row_free (gpointer row)
{
  SbClientRow *self = row;

  g_object_unref (self->client);
  g_free (self->haystack);
  g_free (self->text);
  g_free (self);
}

/* --- filtering --- */

/* The parts are kept apart by what nobody types, so that nothing is found across two of them. */
static const char *
get_haystack (SbClientRow *self)
{
  const SbPeer *peer = sb_client_get_peer (self->client);

  if (self->haystack == NULL)
    {
      g_autofree char *all = g_strjoin ("\n", sb_client_get_title (self->client), peer->name != NULL ? peer->name : "",
                                        peer->address, peer->token_hint != NULL ? peer->token_hint : "", peer->channel,
                                        NULL);

      self->haystack = g_utf8_casefold (all, -1);
    }
  return self->haystack;
}

static gboolean
kind_matches (SbClientsKind kind,
              SbClient     *client)
{
  switch (kind)
    {
    case SB_CLIENTS_SLOW: return sb_client_get_state (client) == SB_CLIENT_SLOW;
    case SB_CLIENTS_REJECTED: return sb_client_get_recent_rejected (client) > 0;
    case SB_CLIENTS_IDLE: return sb_client_get_state (client) == SB_CLIENT_IDLE;
    case SB_CLIENTS_ALL:
    default: return TRUE;
    }
}

gboolean
sb_client_row_matches (SbClientRow         *self,
                       const SbClientMatch *match)
{
  const SbPeer *peer = sb_client_get_peer (self->client);

  if (!kind_matches (match->kind, self->client))
    return FALSE;
  if (match->token_id != 0 && peer->token_id != match->token_id)
    return FALSE;
  if (match->address != NULL && !g_str_equal (peer->address, match->address))
    return FALSE;
  if (match->channel != NULL && !g_str_equal (peer->channel, match->channel))
    return FALSE;
  return match->text == NULL || strstr (get_haystack (self), match->text) != NULL;
}

/* --- order --- */

void
sb_client_row_make_key (SbClientRow *self,
                        int          column)
{
  if (column < 0)
    return;
  if (!sb_client_columns_is_text (column))
    self->number = sb_client_columns_get_number (column, self->client);
  else if (self->text == NULL)
    self->text = sb_client_columns_make_text (column, self->client);
}

void
sb_client_row_forget_key (SbClientRow *self)
{
  g_clear_pointer (&self->text, g_free);
}

static int
compare_arrival (const SbClientRow *a,
                 const SbClientRow *b)
{
  gint64 left_a = sb_client_get_left_at (a->client), left_b = sb_client_get_left_at (b->client);
  guint64 id_a = sb_client_get_id (a->client), id_b = sb_client_get_id (b->client);

  if (left_a != left_b && left_a != 0 && left_b != 0)
    return left_a > left_b ? -1 : 1;
  return (id_a > id_b) - (id_a < id_b);
}

int
sb_client_row_compare (const SbClientRow *a,
                       const SbClientRow *b,
                       int                column,
                       gboolean           descending)
{
  int order = 0;

  if (column >= 0)
    order = a->text != NULL && b->text != NULL ? strcmp (a->text, b->text)
                                               : (a->number > b->number) - (a->number < b->number);
  if (order != 0)
    return descending ? -order : order;
  return compare_arrival (a, b);
}
