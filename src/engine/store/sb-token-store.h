/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include "store/sb-database.h"

G_BEGIN_DECLS

/* A token and what the table knows of its use. */
typedef struct
{
  SbToken *token;
  gint64 last_used;   /* real time, µs; 0: never */
  char *last_address; /* NULL: never */
} SbStoredToken;
void sb_stored_token_free (SbStoredToken *self);

/* The token table. All functions: main thread; a result means the row is on disk. Each finish function returns a NEW SbToken as
 * it stands in the table, or NULL with @error (SB_DATABASE_ERROR, SB_TOKEN_ERROR). */
void       sb_token_store_load_async    (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *sb_token_store_load_finish   (SbDatabase *db, GAsyncResult *result, GError **error); /* (element-type SbStoredToken), by id */
/* @hash and @hint are of a new secret; @now: real time. */
void       sb_token_store_insert_async  (SbDatabase *db, const SbTokenSpec *spec, const guint8 *hash, const char *hint, gint64 now, GAsyncReadyCallback callback, gpointer user_data);
SbToken   *sb_token_store_insert_finish (SbDatabase *db, GAsyncResult *result, GError **error);
void       sb_token_store_edit_async    (SbDatabase *db, gint64 id, const SbTokenSpec *spec, GAsyncReadyCallback callback, gpointer user_data);
void       sb_token_store_rotate_async  (SbDatabase *db, gint64 id, const guint8 *hash, const char *hint, gint64 previous_until, GAsyncReadyCallback callback, gpointer user_data);
void       sb_token_store_set_revoked_async (SbDatabase *db, gint64 id, gint64 revoked_at /* 0: restore */, GAsyncReadyCallback callback, gpointer user_data);
SbToken   *sb_token_store_change_finish (SbDatabase *db, GAsyncResult *result, GError **error); /* of the three above */
/* Only a revoked or expired token can be deleted. */
void       sb_token_store_delete_async  (SbDatabase *db, gint64 id, gint64 now, GAsyncReadyCallback callback, gpointer user_data);
gboolean   sb_token_store_delete_finish (SbDatabase *db, GAsyncResult *result, GError **error);
/* Written lazily, several at once. */
typedef struct { gint64 token_id; gint64 time; char *address; } SbTokenUse;
void       sb_token_use_free            (SbTokenUse *self);
void       sb_token_store_set_used_async (SbDatabase *db, GPtrArray *uses /* (element-type SbTokenUse), taken */, GAsyncReadyCallback callback, gpointer user_data);
gboolean   sb_token_store_set_used_finish (SbDatabase *db, GAsyncResult *result, GError **error);

G_END_DECLS
