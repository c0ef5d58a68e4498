/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include <glib.h>

G_BEGIN_DECLS

/**
 * SbTokenIndex:
 *
 * Finds the token a secret belongs to, by the hash of the secret. Owned by the gate, on its thread.
 */
typedef struct
{
  GHashTable *by_hash; /* 32 bytes within the token → SbToken */
  GHashTable *by_id;   /* gint64 within the token → SbToken, owned */
} SbTokenIndex;

void     sb_token_index_init   (SbTokenIndex *self);
void     sb_token_index_clear  (SbTokenIndex *self);
/* Adds, or replaces the one of the same id. */
void     sb_token_index_put    (SbTokenIndex *self, SbToken *token);
void     sb_token_index_remove (SbTokenIndex *self, gint64 id);
/* The token (not a reference) whose secret, or whose secret before the last rotation, has @hash. @is_previous:
 * which of the two. */
SbToken *sb_token_index_find   (SbTokenIndex *self, const guint8 hash[SB_TOKEN_HASH_SIZE], gboolean *is_previous);
/* Not a reference. */
SbToken *sb_token_index_find_id (SbTokenIndex *self, gint64 id);

G_END_DECLS
