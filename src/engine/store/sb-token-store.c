/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-token-store.h"

#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* What a job needs to know; each uses some of it. */
typedef struct
{
  gint64 id;
  SbTokenSpec *spec;
  guint8 hash[SB_TOKEN_HASH_SIZE];
  char *hint;
  gint64 time;
} TokenJob;

/* The columns of read_token(), in their order. */
#define COLUMNS \
  "id, label, hash, hint, previous_hash, previous_until, may_publish, not_before, expires_at, max_connections, " \
  "messages_per_second, created_at, revoked_at, last_used, last_address"

static TokenJob *
token_job_new (gint64 id, const SbTokenSpec *spec, const guint8 *hash, const char *hint, gint64 time)
{
  TokenJob *self = g_new0 (TokenJob, 1);

  self->id = id;
  self->spec = spec != NULL ? sb_token_spec_copy (spec) : NULL;
  if (hash != NULL)
    memcpy (self->hash, hash, SB_TOKEN_HASH_SIZE);
  self->hint = g_strdup (hint);
  self->time = time;

  return self;
}

static void
token_job_free (TokenJob *self)
{
  g_clear_pointer (&self->spec, sb_token_spec_free);
  g_free (self->hint);
  g_free (self);
}

void
sb_stored_token_free (SbStoredToken *self)
{
  if (self == NULL)
    return;

  sb_token_unref (self->token);
  g_free (self->last_address);
  g_free (self);
}

void
sb_token_use_free (SbTokenUse *self)
{
  if (self == NULL)
    return;

  g_free (self->address);
  g_free (self);
}

/* --- rows, on the store thread --- */

static char **
read_channels (sqlite3_stmt *statement, gint64 id, const char *failure, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  SbStatementStep step;

  sqlite3_bind_int64 (statement, 1, id);
  while ((step = sb_statement_step (statement, failure, error)) == SB_STATEMENT_ROW)
    g_strv_builder_take (builder, sb_statement_dup_text (statement, 0));
  sqlite3_reset (statement);

  return step == SB_STATEMENT_DONE ? g_strv_builder_end (builder) : NULL;
}

/* The table checks most of it, but anybody with the file can write there: what the gate trusts is checked again. */
static SbStoredToken *
read_token (sqlite3_stmt *row, sqlite3_stmt *channels, const char *failure, GError **error)
{
  g_autoptr (SbTokenSpec) spec = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *label = sb_statement_dup_text (row, 1);
  g_autofree char *hint = sb_statement_dup_text (row, 3);
  gint64 id = sqlite3_column_int64 (row, 0);
  gboolean has_previous = sqlite3_column_type (row, 4) != SQLITE_NULL;
  SbStoredToken *stored;

  spec = sb_token_spec_new (label);
  g_strfreev (spec->channels);
  spec->channels = read_channels (channels, id, failure, error);
  if (spec->channels == NULL)
    return NULL;

  spec->may_publish = sqlite3_column_int (row, 6) != 0;
  spec->not_before = sqlite3_column_int64 (row, 7);
  spec->expires_at = sqlite3_column_int64 (row, 8);
  spec->max_connections = (guint) sqlite3_column_int64 (row, 9);
  spec->messages_per_second = (guint) sqlite3_column_int64 (row, 10);
  if (!sb_token_spec_check (spec, 0, &local_error) || sqlite3_column_bytes (row, 2) != SB_TOKEN_HASH_SIZE ||
      (has_previous && sqlite3_column_bytes (row, 4) != SB_TOKEN_HASH_SIZE))
    {
      g_set_error (
          error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_CORRUPT,
          _("“%s” is damaged (token %" PRId64 ": %s). Restore a copy of it, or move it away to begin anew."),
          sqlite3_db_filename (sqlite3_db_handle (row), "main"), id,
          local_error != NULL ? local_error->message : _("its hash has the wrong length"));
      return NULL;
    }

  stored = g_new0 (SbStoredToken, 1);
  stored->token =
      sb_token_new (id, spec, sqlite3_column_blob (row, 2), hint, has_previous ? sqlite3_column_blob (row, 4) : NULL,
                    sqlite3_column_int64 (row, 5), sqlite3_column_int64 (row, 11), sqlite3_column_int64 (row, 12));
  stored->last_used = sqlite3_column_int64 (row, 13);
  stored->last_address = sb_statement_dup_text (row, 14);
  return stored;
}

/* @id: 0 for all. */
static GPtrArray *
read_tokens (sqlite3 *db, gint64 id, const char *failure, GError **error)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_stored_token_free);
  g_autoptr (sqlite3_stmt) rows = NULL;
  g_autoptr (sqlite3_stmt) channels = NULL;
  SbStatementStep step;

  rows = sb_statement_new (db, "SELECT " COLUMNS " FROM token WHERE ?1 = 0 OR id = ?1 ORDER BY id", failure, error);
  if (rows == NULL)
    return NULL;
  channels =
      sb_statement_new (db, "SELECT pattern FROM token_channel WHERE token_id = ? ORDER BY position", failure, error);
  if (channels == NULL)
    return NULL;

  sqlite3_bind_int64 (rows, 1, id);
  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    {
      SbStoredToken *token = read_token (rows, channels, failure, error);

      if (token == NULL)
        return NULL;
      g_ptr_array_add (tokens, token);
    }

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&tokens) : NULL;
}

static SbToken *
read_one (sqlite3 *db, gint64 id, const char *failure, GError **error)
{
  g_autoptr (GPtrArray) tokens = NULL;

  /* 0 would mean all. */
  tokens = id > 0 ? read_tokens (db, id, failure, error) : g_ptr_array_new ();
  if (tokens == NULL)
    return NULL;

  if (tokens->len == 0)
    {
      g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, _("There is no token %" PRId64 "."),
                   id);
      return NULL;
    }

  return sb_token_ref (((SbStoredToken *) g_ptr_array_index (tokens, 0))->token);
}

static gboolean
write_channels (sqlite3 *db, gint64 id, char **channels, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) remove =
      sb_statement_new (db, "DELETE FROM token_channel WHERE token_id = ?", failure, error);
  g_autoptr (sqlite3_stmt) insert = NULL;

  if (remove == NULL)
    return FALSE;
  sqlite3_bind_int64 (remove, 1, id);
  if (!sb_statement_run (remove, failure, error))
    return FALSE;

  insert =
      sb_statement_new (db, "INSERT INTO token_channel (token_id, position, pattern) VALUES (?, ?, ?)", failure, error);
  if (insert == NULL)
    return FALSE;
  for (int i = 0; channels[i] != NULL; i++)
    {
      sqlite3_bind_int64 (insert, 1, id);
      sqlite3_bind_int (insert, 2, i);
      sb_statement_bind_text (insert, 3, channels[i]);
      if (!sb_statement_run (insert, failure, error))
        return FALSE;
    }

  return TRUE;
}

/* ?1 to ?6 of insert and edit. */
static void
bind_spec (sqlite3_stmt *statement, const SbTokenSpec *spec)
{
  sb_statement_bind_text (statement, 1, spec->label);
  sqlite3_bind_int (statement, 2, spec->may_publish ? 1 : 0);
  sqlite3_bind_int64 (statement, 3, spec->not_before);
  sqlite3_bind_int64 (statement, 4, spec->expires_at);
  sqlite3_bind_int64 (statement, 5, spec->max_connections);
  sqlite3_bind_int64 (statement, 6, spec->messages_per_second);
}

/* --- jobs --- */

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  return read_tokens (db, 0, _("The tokens could not be read."), error);
}

static gpointer
insert_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The token could not be stored.");
  TokenJob *job = data;
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 id;

  if (!sb_token_spec_check (job->spec, job->time, error))
    return NULL;

  statement = sb_statement_new (
      db,
      "INSERT INTO token (label, may_publish, not_before, expires_at, max_connections, messages_per_second,"
      "  hash, hint, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      failure, error);
  if (statement == NULL)
    return NULL;
  bind_spec (statement, job->spec);
  sqlite3_bind_blob (statement, 7, job->hash, SB_TOKEN_HASH_SIZE, SQLITE_STATIC);
  sb_statement_bind_text (statement, 8, job->hint);
  sqlite3_bind_int64 (statement, 9, job->time);
  if (!sb_statement_run (statement, failure, error))
    return NULL;

  id = sqlite3_last_insert_rowid (db);
  if (!write_channels (db, id, job->spec->channels, failure, error))
    return NULL;

  return read_one (db, id, failure, error);
}

/* Runs an UPDATE; that it met no row is told by read_one() afterwards. */
static gpointer
update (sqlite3_stmt *statement, gint64 id, const char *failure, GError **error)
{
  if (!sb_statement_run (statement, failure, error))
    return NULL;

  return read_one (sqlite3_db_handle (statement), id, failure, error);
}

static gpointer
edit_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The change of the token could not be stored.");
  TokenJob *job = data;
  g_autoptr (SbToken) before = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (!sb_token_spec_check (job->spec, 0, error))
    return NULL;
  before = read_one (db, job->id, failure, error);
  if (before == NULL)
    return NULL;

  statement = sb_statement_new (
      db,
      "UPDATE token SET label = ?1, may_publish = ?2, not_before = ?3, expires_at = ?4, max_connections = ?5,"
      "  messages_per_second = ?6 WHERE id = ?7",
      failure, error);
  if (statement == NULL)
    return NULL;
  bind_spec (statement, job->spec);
  sqlite3_bind_int64 (statement, 7, job->id);
  if (!write_channels (db, job->id, job->spec->channels, failure, error))
    return NULL;

  return update (statement, job->id, failure, error);
}

static gpointer
rotate_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The new secret of the token could not be stored.");
  TokenJob *job = data;
  g_autoptr (sqlite3_stmt) statement = NULL;

  /* On the right-hand side, hash is the one before. */
  statement = sb_statement_new (
      db,
      "UPDATE token SET previous_hash = iif (?1 > 0, hash, NULL), previous_until = ?1, hash = ?2, hint = ?3"
      "  WHERE id = ?4",
      failure, error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, job->time);
  sqlite3_bind_blob (statement, 2, job->hash, SB_TOKEN_HASH_SIZE, SQLITE_STATIC);
  sb_statement_bind_text (statement, 3, job->hint);
  sqlite3_bind_int64 (statement, 4, job->id);

  return update (statement, job->id, failure, error);
}

static gpointer
set_revoked_func (sqlite3 *db, gpointer data, GError **error)
{
  TokenJob *job = data;
  const char *failure = job->time != 0 ? _("The revocation of the token could not be stored.")
                                       : _("The restoration of the token could not be stored.");
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db, "UPDATE token SET revoked_at = ? WHERE id = ?", failure, error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, job->time);
  sqlite3_bind_int64 (statement, 2, job->id);

  return update (statement, job->id, failure, error);
}

static gpointer
delete_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The token could not be deleted.");
  TokenJob *job = data;
  g_autoptr (SbToken) token = read_one (db, job->id, failure, error);
  g_autoptr (sqlite3_stmt) statement = NULL;
  SbTokenState state;

  if (token == NULL)
    return NULL;

  state = sb_token_get_state (token, job->time);
  if (state != SB_TOKEN_REVOKED && state != SB_TOKEN_EXPIRED)
    {
      g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED,
                   _("“%s” is still valid. Revoke it before you delete it."), token->spec.label);
      return NULL;
    }

  statement = sb_statement_new (db, "DELETE FROM token WHERE id = ?", failure, error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, job->id);
  sb_statement_run (statement, failure, error);
  return NULL;
}

static gpointer
set_used_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("When the tokens were last used could not be stored.");
  GPtrArray *uses = data;
  g_autoptr (sqlite3_stmt) statement = NULL;

  /* A token that was deleted meanwhile is no error; neither is news that come in the wrong order. */
  statement = sb_statement_new (
      db, "UPDATE token SET last_used = ?1, last_address = ?2 WHERE id = ?3 AND last_used <= ?1", failure, error);
  if (statement == NULL)
    return NULL;

  for (guint i = 0; i < uses->len; i++)
    {
      const SbTokenUse *use = g_ptr_array_index (uses, i);

      sqlite3_bind_int64 (statement, 1, use->time);
      sb_statement_bind_text (statement, 2, use->address);
      sqlite3_bind_int64 (statement, 3, use->token_id);
      if (!sb_statement_run (statement, failure, error))
        return NULL;
    }

  return NULL;
}

/* --- for the main thread --- */

static void
run (SbDatabase *db, SbDatabaseFunc func, TokenJob *job, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, func, job, (GDestroyNotify) token_job_free, (GDestroyNotify) sb_token_unref, NULL,
                         callback, user_data);
}

void
sb_token_store_load_async (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, load_func, NULL, NULL, (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

GPtrArray *
sb_token_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

/**
 * sb_token_store_insert_async:
 * @spec: checked, see sb_token_spec_check(); copied
 * @hash: SHA-256 of the new secret
 * @now: real time, µs
 */
void
sb_token_store_insert_async (SbDatabase *db, const SbTokenSpec *spec, const guint8 *hash, const char *hint, gint64 now,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (spec != NULL);
  g_return_if_fail (hash != NULL);
  g_return_if_fail (hint != NULL);

  run (db, insert_func, token_job_new (0, spec, hash, hint, now), callback, user_data);
}

SbToken *
sb_token_store_insert_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

/**
 * sb_token_store_edit_async:
 * @spec: checked, but for an expiry in the past, which an edit may keep; copied
 */
void
sb_token_store_edit_async (SbDatabase *db, gint64 id, const SbTokenSpec *spec, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (spec != NULL);

  run (db, edit_func, token_job_new (id, spec, NULL, NULL, 0), callback, user_data);
}

/**
 * sb_token_store_rotate_async:
 * @hash: SHA-256 of the new secret
 * @previous_until: until when the secret that was the current one stays valid (real time, µs); 0: it is forgotten
 */
void
sb_token_store_rotate_async (SbDatabase *db, gint64 id, const guint8 *hash, const char *hint, gint64 previous_until,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (hash != NULL);
  g_return_if_fail (hint != NULL);
  g_return_if_fail (previous_until >= 0);

  run (db, rotate_func, token_job_new (id, NULL, hash, hint, previous_until), callback, user_data);
}

void
sb_token_store_set_revoked_async (SbDatabase *db, gint64 id, gint64 revoked_at, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (revoked_at >= 0);

  run (db, set_revoked_func, token_job_new (id, NULL, NULL, NULL, revoked_at), callback, user_data);
}

SbToken *
sb_token_store_change_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

void
sb_token_store_delete_async (SbDatabase *db, gint64 id, gint64 now, GAsyncReadyCallback callback, gpointer user_data)
{
  run (db, delete_func, token_job_new (id, NULL, NULL, NULL, now), callback, user_data);
}

gboolean
sb_token_store_delete_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}

void
sb_token_store_set_used_async (SbDatabase *db, GPtrArray *uses, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (uses != NULL);

  sb_database_run_async (db, set_used_func, uses, (GDestroyNotify) g_ptr_array_unref, NULL, NULL, callback, user_data);
}

gboolean
sb_token_store_set_used_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}
