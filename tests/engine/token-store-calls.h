/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The calls of the token store, each waiting for its result. */

#include "open-store-fixture.h"
#include "store/sb-token-store.h"

#include <string.h>

#define NOW (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

static inline void
fill_hash (guint8 *hash, guint8 seed)
{
  for (guint i = 0; i < SB_TOKEN_HASH_SIZE; i++)
    hash[i] = (guint8) (seed * 7 + i);
}

static inline SbToken *
try_insert (SbDatabase *db, const SbTokenSpec *spec, guint8 seed, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE];

  fill_hash (hash, seed);
  sb_token_store_insert_async (db, spec, hash, "sbx_aaaa…zzzz", NOW, store_result_cb, &result);
  memset (hash, 0, sizeof hash); /* it was copied */
  store_wait_for (result != NULL);
  return sb_token_store_insert_finish (db, result, error);
}

static inline SbToken *
insert (SbDatabase *db, const SbTokenSpec *spec, guint8 seed)
{
  g_autoptr (GError) error = NULL;
  SbToken *token = try_insert (db, spec, seed, &error);

  g_assert_no_error (error);
  g_assert_nonnull (token);
  return token;
}

static inline SbToken *
insert_plain (SbDatabase *db, const char *label, guint8 seed)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);

  return insert (db, spec, seed);
}

static inline SbToken *
try_edit (SbDatabase *db, gint64 id, const SbTokenSpec *spec, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_token_store_edit_async (db, id, spec, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_token_store_change_finish (db, result, error);
}

static inline SbToken *
try_rotate (SbDatabase *db, gint64 id, guint8 seed, gint64 until, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE];

  fill_hash (hash, seed);
  sb_token_store_rotate_async (db, id, hash, "sbx_bbbb…yyyy", until, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_token_store_change_finish (db, result, error);
}

static inline SbToken *
try_set_revoked (SbDatabase *db, gint64 id, gint64 time, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_token_store_set_revoked_async (db, id, time, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_token_store_change_finish (db, result, error);
}

static inline gboolean
try_delete (SbDatabase *db, gint64 id, gint64 now, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_token_store_delete_async (db, id, now, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_token_store_delete_finish (db, result, error);
}

static inline GPtrArray *
try_load (SbDatabase *db, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_token_store_load_async (db, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_token_store_load_finish (db, result, error);
}

static inline GPtrArray *
load (SbDatabase *db)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *tokens = try_load (db, &error);

  g_assert_no_error (error);
  return tokens;
}

static inline void
set_used (SbDatabase *db, gint64 id, gint64 time, const char *address)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *uses = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_token_use_free);
  SbTokenUse *use = g_new0 (SbTokenUse, 1);

  use->token_id = id;
  use->time = time;
  use->address = g_strdup (address);
  g_ptr_array_add (uses, use);
  sb_token_store_set_used_async (db, uses, store_result_cb, &result);
  store_wait_for (result != NULL);
  g_assert_true (sb_token_store_set_used_finish (db, result, &error));
  g_assert_no_error (error);
}
