/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the façade share: an engine on a folder of its own, and its commands, waited for. */

#include "sb-engine.h"
#include "store-fixture.h"
#include "support/sb-test-client.h"
#include "support/sb-test-wait.h"

typedef struct
{
  StoreFixture store;
  SbEngine *engine;
} EngineFixture;

static inline SbEngine *
engine_open (const char *folder, gboolean window, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_open_async (folder, NULL, window, store_result_cb, &result);
  sb_test_wait (result != NULL);
  return sb_engine_open_finish (result, error);
}

static inline SbEngine *
engine_open_well (const char *folder)
{
  g_autoptr (GError) error = NULL;
  SbEngine *engine = engine_open (folder, TRUE, &error);

  g_assert_no_error (error);
  g_assert_true (SB_IS_ENGINE (engine));
  return engine;
}

/* Closes it, and sees to it that nothing is left that holds it. */
static inline void
engine_end (SbEngine *engine)
{
  sb_engine_close (engine);
  sb_test_iterate ();
  g_assert_finalize_object (engine);
}

/* On any free port of this computer. */
static inline void
engine_start_well (SbEngine *engine)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sb_settings_override (sb_engine_get_settings (engine), "port", "0", &error));
  g_assert_no_error (error);
  g_assert_true (sb_engine_start (engine, &error));
  g_assert_no_error (error);
}

static inline void
engine_fixture_set_up (EngineFixture *self, gconstpointer data)
{
  store_fixture_set_up (&self->store, NULL);
  self->engine = engine_open_well (self->store.folder);
}

static inline void
engine_fixture_set_up_started (EngineFixture *self, gconstpointer data)
{
  engine_fixture_set_up (self, NULL);
  engine_start_well (self->engine);
}

static inline void
engine_fixture_tear_down (EngineFixture *self, gconstpointer data)
{
  if (self->engine != NULL)
    engine_end (self->engine);
  store_fixture_tear_down (&self->store, NULL);
}

/* As after the program ended and began again. */
static inline void
engine_fixture_restart (EngineFixture *self)
{
  engine_end (self->engine);
  self->engine = engine_open_well (self->store.folder);
  engine_start_well (self->engine);
}

/* --- commands --- */

static inline char *
engine_try_issue (SbEngine *engine, const SbTokenSpec *spec, gint64 *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbToken) token = NULL;
  char *secret;

  sb_engine_issue_token_async (engine, "window", spec, store_result_cb, &result);
  sb_test_wait (result != NULL);
  secret = sb_engine_issue_token_finish (engine, result, &token, error);
  g_assert_true ((secret != NULL) == (token != NULL));
  if (token != NULL && id != NULL)
    *id = token->id;
  return secret;
}

/* @channels: with commas between; NULL: all. */
static inline char *
engine_issue (SbEngine *engine, const char *label, const char *channels, gint64 *id)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
  g_autoptr (GError) error = NULL;
  char *secret;

  if (channels != NULL)
    {
      g_strfreev (spec->channels);
      spec->channels = g_strsplit (channels, ",", -1);
    }
  secret = engine_try_issue (engine, spec, id, &error);
  g_assert_no_error (error);
  return secret;
}

static inline int
engine_finish (SbEngine *engine, GAsyncResult **result, GError **error)
{
  g_autoptr (GAsyncResult) owned = NULL;

  sb_test_wait (*result != NULL);
  owned = g_steal_pointer (result);
  return sb_engine_command_finish (engine, owned, error);
}

static inline int
engine_finish_well (SbEngine *engine, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;
  int n = engine_finish (engine, result, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n, >=, 0);
  return n;
}

static inline int
engine_revoke (SbEngine *engine, gint64 id)
{
  GAsyncResult *result = NULL;

  sb_engine_revoke_token_async (engine, "window", id, store_result_cb, &result);
  return engine_finish_well (engine, &result);
}

/* -1: @error is set. */
static inline int
engine_try_set (SbEngine *engine, const char *key, const char *text, GError **error)
{
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  GAsyncResult *result = NULL;

  g_hash_table_insert (texts, (char *) key, (char *) text);
  sb_engine_change_settings_async (engine, "command line", texts, store_result_cb, &result);
  return engine_finish (engine, &result, error);
}

static inline void
engine_set (SbEngine *engine, const char *key, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (engine_try_set (engine, key, text, &error), >=, 0);
  g_assert_no_error (error);
}

/* --- what there is to see --- */

/* The newest line of the trail about @act, or NULL; it is only there when it is on disk. */
static inline SbJournalEntry *
engine_find_entry (SbEngine *engine, SbAct act)
{
  GListModel *journal = G_LIST_MODEL (sb_engine_get_journal (engine));

  for (guint i = 0; i < g_list_model_get_n_items (journal); i++)
    {
      SbJournalEntry *entry = g_list_model_get_item (journal, i);

      if (sb_journal_entry_get_act (entry) == act)
        return entry;
      g_object_unref (entry);
    }
  return NULL;
}

#define engine_assert_entry(engine, act, actor, subject_begin, detail) \
  G_STMT_START \
  { \
    g_autoptr (SbJournalEntry) entry_ = engine_find_entry (engine, act); \
    g_assert_nonnull (entry_); \
    g_assert_cmpstr (sb_journal_entry_get_actor (entry_), ==, actor); \
    store_assert_contains (sb_journal_entry_get_subject (entry_), subject_begin); \
    g_assert_cmpstr (sb_journal_entry_get_detail (entry_), ==, detail); \
  } \
  G_STMT_END

static inline gboolean
engine_has_entry (SbEngine *engine, SbAct act)
{
  g_autoptr (SbJournalEntry) entry = engine_find_entry (engine, act);

  return entry != NULL;
}

static inline guint
engine_count_clients (SbEngine *engine)
{
  return sb_client_list_count (sb_engine_get_clients (engine));
}

/* A client of 127.0.0.1 that is let in, and is in the list. */
static inline SbTestClient *
engine_connect (SbEngine *engine, const char *path, const char *secret)
{
  guint n = engine_count_clients (engine);
  SbTestClient *client = sb_test_client_new_open (sb_engine_get_port (engine), path, secret);

  sb_test_wait (engine_count_clients (engine) == n + 1);
  return client;
}

/* The status that a handshake gets. */
static inline guint
engine_knock (SbEngine *engine, const char *path, const char *secret)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (sb_engine_get_port (engine));
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, path, secret, NULL);

  return response->status;
}
