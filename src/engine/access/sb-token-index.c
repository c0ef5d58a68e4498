/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-token-index.h"

#include <string.h>

/* SHA-256 is as good as random already. */
static guint
hash_hash (gconstpointer hash)
{
  guint value;

  memcpy (&value, hash, sizeof value);

  return value;
}

static gboolean
hash_equal (gconstpointer a, gconstpointer b)
{
  return sb_token_hash_equal (a, b);
}

void
sb_token_index_init (SbTokenIndex *self)
{
  self->by_hash = g_hash_table_new (hash_hash, hash_equal);
  self->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) sb_token_unref);
}

void
sb_token_index_clear (SbTokenIndex *self)
{
  g_clear_pointer (&self->by_hash, g_hash_table_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
}

void
sb_token_index_put (SbTokenIndex *self, SbToken *token)
{
  sb_token_index_remove (self, token->id);

  g_hash_table_insert (self->by_id, &token->id, sb_token_ref (token));
  /* The keys stand in the token itself, so each goes in with the token it is of: replace, where insert would keep
   * the key of another. */
  if (token->previous_until != 0)
    g_hash_table_replace (self->by_hash, token->previous_hash, token);
  g_hash_table_replace (self->by_hash, token->hash, token);
}

static void
forget_hash (SbTokenIndex *self, const SbToken *token, const guint8 *hash)
{
  /* The hash may have become another token's since. */
  if (g_hash_table_lookup (self->by_hash, hash) == token)
    g_hash_table_remove (self->by_hash, hash);
}

void
sb_token_index_remove (SbTokenIndex *self, gint64 id)
{
  SbToken *token = g_hash_table_lookup (self->by_id, &id);

  if (token == NULL)
    return;

  forget_hash (self, token, token->hash);
  if (token->previous_until != 0)
    forget_hash (self, token, token->previous_hash);
  g_hash_table_remove (self->by_id, &id);
}

SbToken *
sb_token_index_find (SbTokenIndex *self, const guint8 hash[SB_TOKEN_HASH_SIZE], gboolean *is_previous)
{
  SbToken *token = g_hash_table_lookup (self->by_hash, hash);

  *is_previous = token != NULL && !sb_token_hash_equal (token->hash, hash);

  return token;
}

SbToken *
sb_token_index_find_id (SbTokenIndex *self, gint64 id)
{
  return g_hash_table_lookup (self->by_id, &id);
}
