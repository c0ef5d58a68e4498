/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-aside.h"
#include "engine-fixture.h"
#include "fault-vfs.h"

#include "sb-engine.h"

/* What the issue promises for a revocation and for an expiry. */
#define SECOND G_GINT64_CONSTANT (1000000)

static SbTokenItem *
find (EngineFixture *self, gint64 id)
{
  return sb_token_list_find (sb_engine_get_tokens (self->engine), id);
}

static int
edit (EngineFixture *self, gint64 id, const SbTokenSpec *spec, GError **error)
{
  GAsyncResult *result = NULL;

  sb_engine_edit_token_async (self->engine, "window", id, spec, store_result_cb, &result);
  return engine_finish (self->engine, &result, error);
}

static SbTokenSpec *
copy_spec (EngineFixture *self, gint64 id)
{
  return sb_token_spec_copy (&sb_token_item_get_token (find (self, id))->spec);
}

/* --- issue --- */

static void
test_issued_token_opens (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, " kiosk ", "/news", &id);
  g_autoptr (SbTestClient) client = NULL;

  g_assert_cmpint (id, ==, 1);
  g_assert_true (sb_token_secret_is_well_formed (secret, -1));
  g_assert_cmpstr (sb_token_item_get_token (find (self, id))->spec.label, ==, "kiosk");
  engine_assert_entry (self->engine, SB_ACT_TOKEN_ISSUED, "window", "kiosk (sbx_", "/news");

  client = engine_connect (self->engine, "/news", secret);
  g_assert_cmpuint (sb_token_item_get_live (find (self, id)), ==, 1);
  g_assert_cmpint (sb_token_item_get_last_used (find (self, id)), !=, 0);
  g_assert_cmpstr (sb_token_item_get_last_address (find (self, id)), ==, "127.0.0.1");
  g_assert_cmpuint (engine_knock (self->engine, "/sport", secret), ==, 403);

  sb_test_client_close (client);
  sb_test_wait (sb_token_item_get_live (find (self, id)) == 0);
}

static void
test_bad_specs_are_refused (EngineFixture *self, gconstpointer data)
{
  static const struct { const char *label, *channel; gint64 expires_in; SbTokenError code; } cases[] = {
    { "", "**", 0, SB_TOKEN_ERROR_LABEL },
    { "a\nb", "**", 0, SB_TOKEN_ERROR_LABEL },
    { "x", "news", 0, SB_TOKEN_ERROR_CHANNELS },
    { "x", "/a//b", 0, SB_TOKEN_ERROR_CHANNELS },
    { "x", "**", -SECOND, SB_TOKEN_ERROR_EXPIRY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new (cases[i].label);
      g_autoptr (GError) error = NULL;

      g_set_str (&spec->channels[0], cases[i].channel);
      if (cases[i].expires_in != 0)
        spec->expires_at = g_get_real_time () + cases[i].expires_in;
      g_assert_null (engine_try_issue (self->engine, spec, NULL, &error));
      g_assert_error (error, SB_TOKEN_ERROR, (int) cases[i].code);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (self->engine))), ==, 0);
  g_assert_false (engine_has_entry (self->engine, SB_ACT_TOKEN_ISSUED));
}

static void
test_many_at_once (EngineFixture *self, gconstpointer data)
{
  GAsyncResult *results[40] = { NULL };
  g_autoptr (GHashTable) secrets = g_hash_table_new_full (g_str_hash, g_str_equal, (GDestroyNotify) sb_token_secret_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");

      sb_engine_issue_token_async (self->engine, "window", spec, store_result_cb, &results[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      char *secret;

      sb_test_wait (results[i] != NULL);
      secret = sb_engine_issue_token_finish (self->engine, results[i], NULL, NULL);
      g_assert_nonnull (secret);
      g_assert_true (g_hash_table_add (secrets, secret));
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (self->engine))), ==, G_N_ELEMENTS (results));
}

static void
test_issued_before_the_start (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, NULL);

  engine_start_well (self->engine);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

/* --- revoke, restore, delete --- */

static void
test_revoke_closes_within_a_second (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0, other_id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  g_autofree char *other_secret = engine_issue (self->engine, "other", NULL, &other_id);
  g_autoptr (SbTestClient) first = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTestClient) second = engine_connect (self->engine, "/b", secret);
  g_autoptr (SbTestClient) other = engine_connect (self->engine, "/a", other_secret);
  GAsyncResult *result = NULL;
  gint64 began = g_get_monotonic_time ();

  sb_engine_revoke_token_async (self->engine, "command line", id, store_result_cb, &result);
  sb_test_client_expect_close (first, 3000, "token revoked");
  sb_test_client_expect_close (second, 3000, "token revoked");
  g_assert_cmpint (g_get_monotonic_time () - began, <, SECOND);
  g_assert_cmpint (engine_finish_well (self->engine, &result), ==, 2);

  g_assert_cmpint (sb_token_item_get_state (find (self, id)), ==, SB_TOKEN_REVOKED);
  engine_assert_entry (self->engine, SB_ACT_TOKEN_REVOKED, "command line", "x (sbx_", "2 connections closed");
  sb_test_client_expect_silence (other);

  /* Who knocks with it is told nothing, the admin everything. */
  g_assert_cmpuint (engine_knock (self->engine, "/a", secret), ==, 401);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_CLIENT_REFUSED));
  engine_assert_entry (self->engine, SB_ACT_CLIENT_REFUSED, "127.0.0.1", "x (sbx_", "invalid_token: revoked");
}

static void
test_revoked_token_can_be_restored (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  engine_revoke (self->engine, id);
  sb_engine_restore_token_async (self->engine, "window", id, store_result_cb, &result);
  g_assert_cmpint (engine_finish_well (self->engine, &result), ==, 0);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
  engine_assert_entry (self->engine, SB_ACT_TOKEN_RESTORED, "window", "x (sbx_", "");

  sb_engine_restore_token_async (self->engine, "window", id, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
}

static void
test_revoked_token_stays_as_it_is (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  g_autoptr (SbTokenSpec) spec = copy_spec (self, id);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  engine_revoke (self->engine, id);
  g_assert_cmpint (edit (self, id, spec, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
  g_clear_error (&error);

  sb_engine_revoke_token_async (self->engine, "window", id, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
  g_clear_error (&error);

  sb_engine_rotate_token_async (self->engine, "window", id, 0, store_result_cb, &result);
  sb_test_wait (result != NULL);
  g_assert_null (sb_engine_rotate_token_finish (self->engine, result, NULL, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);
  g_object_unref (result);
}

static void
test_delete (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  sb_engine_delete_token_async (self->engine, "window", id, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE);

  engine_revoke (self->engine, id);
  sb_engine_delete_token_async (self->engine, "window", id, store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  g_assert_null (find (self, id));
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 401);
  engine_assert_entry (self->engine, SB_ACT_TOKEN_DELETED, "window", "x (sbx_", "");

  engine_fixture_restart (self);
  g_assert_null (find (self, id));
}

static void
test_unknown_token (EngineFixture *self, gconstpointer data)
{
  typedef void (*Command) (SbEngine *, const char *, gint64, GAsyncReadyCallback, gpointer);
  static const Command commands[] = { sb_engine_revoke_token_async, sb_engine_restore_token_async, sb_engine_delete_token_async };
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      GAsyncResult *result = NULL;

      commands[i](self->engine, "window", 99, store_result_cb, &result);
      g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
      g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND);
      g_assert_cmpstr (error->message, ==, "There is no token 99.");
      g_clear_error (&error);
    }
  g_assert_cmpint (edit (self, 99, spec, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND);
}

/* --- time --- */

static void
test_expiry_closes_within_a_second (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("short");
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;
  gint64 id = 0;

  spec->expires_at = g_get_real_time () + 6 * SECOND / 10;
  secret = engine_try_issue (self->engine, spec, &id, NULL);
  g_assert_nonnull (secret);
  client = engine_connect (self->engine, "/", secret);

  sb_test_client_expect_close (client, 3000, "token expired");
  g_assert_cmpint (g_get_real_time (), >=, spec->expires_at);
  g_assert_cmpint (g_get_real_time (), <, spec->expires_at + SECOND);
  g_assert_cmpint (sb_token_item_get_state (find (self, id)), ==, SB_TOKEN_EXPIRED);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 401);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_TOKEN_EXPIRED));
  engine_assert_entry (self->engine, SB_ACT_TOKEN_EXPIRED, "server", "short (sbx_", "1 connections closed");

  /* An expired token can be given more time. */
  spec->expires_at = 0;
  edit (self, id, spec, NULL);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

static void
test_not_yet_valid (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("later");
  g_autofree char *secret = NULL;
  gint64 id = 0;

  spec->not_before = g_get_real_time () + 6 * SECOND / 10;
  secret = engine_try_issue (self->engine, spec, &id, NULL);
  g_assert_nonnull (secret);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 401);
  g_assert_cmpint (sb_token_item_get_state (find (self, id)), ==, SB_TOKEN_NOT_YET_VALID);

  sb_test_wait (sb_token_item_get_state (find (self, id)) == SB_TOKEN_ACTIVE);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

/* --- edit --- */

static void
test_narrowing_acts_at_once (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", "/a,/b", &id);
  g_autoptr (SbTestClient) inside = engine_connect (self->engine, "/a", secret);
  g_autoptr (SbTestClient) outside = engine_connect (self->engine, "/b", secret);
  g_autoptr (SbTokenSpec) spec = copy_spec (self, id);
  g_autofree char *reply = NULL;
  GAsyncResult *result = NULL;

  g_clear_pointer (&spec->channels[1], g_free);
  spec->may_publish = FALSE;
  sb_engine_edit_token_async (self->engine, "window", id, spec, store_result_cb, &result);
  sb_test_client_expect_close (outside, 3003, "channel not allowed");
  g_assert_cmpint (engine_finish_well (self->engine, &result), ==, 1);

  sb_test_client_send_text (inside, "1");
  reply = sb_test_client_expect_text_with (inside, "\"read_only\"", NULL);
  engine_assert_entry (self->engine, SB_ACT_TOKEN_EDITED, "window", "x (sbx_",
                       "channels: /a, /b → /a; may publish: yes → no; 1 connections closed");
}

static void
test_edit_is_checked (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  g_autoptr (SbTokenSpec) spec = copy_spec (self, id);
  g_autoptr (GError) error = NULL;

  spec->expires_at = g_get_real_time () - SECOND;
  g_assert_cmpint (edit (self, id, spec, &error), ==, -1);
  g_assert_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_EXPIRY);
  g_assert_cmpint (sb_token_item_get_token (find (self, id))->spec.expires_at, ==, 0);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

static void
test_label_of_an_expired_token (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
  g_autofree char *secret = NULL;
  gint64 id = 0;

  spec->expires_at = g_get_real_time () + SECOND / 5;
  secret = engine_try_issue (self->engine, spec, &id, NULL);
  sb_test_wait (sb_token_item_get_state (find (self, id)) == SB_TOKEN_EXPIRED);

  g_set_str (&spec->label, "y");
  g_assert_cmpint (edit (self, id, spec, NULL), ==, 0);
  g_assert_cmpstr (sb_token_item_get_token (find (self, id))->spec.label, ==, "y");
  g_assert_cmpint (sb_token_item_get_state (find (self, id)), ==, SB_TOKEN_EXPIRED);
}

static void
test_revoke_overtakes_an_edit (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);
  g_autoptr (SbTokenSpec) spec = copy_spec (self, id);
  GAsyncResult *edited = NULL, *revoked = NULL;

  /* The edit's row, written first, says nothing of the revocation that was ordered meanwhile. */
  g_set_str (&spec->label, "y");
  sb_engine_edit_token_async (self->engine, "window", id, spec, store_result_cb, &edited);
  sb_engine_revoke_token_async (self->engine, "window", id, store_result_cb, &revoked);
  sb_test_client_expect_close (client, 3000, "token revoked");
  /* Who knocks this often is refused for that as well, sooner or later. */
  while (edited == NULL)
    {
      g_assert_cmpuint (engine_knock (self->engine, "/", secret), !=, 101);
      g_main_context_iteration (NULL, TRUE);
    }
  engine_finish_well (self->engine, &edited);
  engine_finish_well (self->engine, &revoked);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), !=, 101);
  g_assert_cmpstr (sb_token_item_get_token (find (self, id))->spec.label, ==, "y");

  engine_fixture_restart (self);
  g_assert_cmpint (sb_token_item_get_state (find (self, id)), ==, SB_TOKEN_REVOKED);
  g_assert_cmpstr (sb_token_item_get_token (find (self, id))->spec.label, ==, "y");
}

/* --- rotate --- */

static char *
rotate (EngineFixture *self, gint64 id, gint64 grace)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbToken) token = NULL;
  g_autoptr (GError) error = NULL;
  char *secret;

  sb_engine_rotate_token_async (self->engine, "window", id, grace, store_result_cb, &result);
  sb_test_wait (result != NULL);
  secret = sb_engine_rotate_token_finish (self->engine, result, &token, &error);
  g_assert_no_error (error);
  g_assert_cmpint (token->id, ==, id);
  return secret;
}

static void
test_rotate_at_once (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *old = engine_issue (self->engine, "x", NULL, &id);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", old);
  g_autofree char *new = rotate (self, id, 0);

  sb_test_client_expect_close (client, 3000, "token revoked");
  g_assert_cmpstr (old, !=, new);
  g_assert_cmpuint (engine_knock (self->engine, "/", old), ==, 401);
  g_assert_cmpuint (engine_knock (self->engine, "/", new), ==, 101);
  g_assert_true (engine_has_entry (self->engine, SB_ACT_TOKEN_ROTATED));

  engine_fixture_restart (self);
  g_assert_cmpuint (engine_knock (self->engine, "/", old), ==, 401);
  g_assert_cmpuint (engine_knock (self->engine, "/", new), ==, 101);
}

static void
test_rotate_with_grace (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *old = engine_issue (self->engine, "x", NULL, &id);
  g_autoptr (SbTestClient) with_old = engine_connect (self->engine, "/", old);
  g_autofree char *new = rotate (self, id, 12 * SECOND / 10);
  g_autoptr (SbTestClient) with_new = engine_connect (self->engine, "/", new);
  gint64 until = sb_token_item_get_token (find (self, id))->previous_until;

  g_assert_cmpuint (engine_knock (self->engine, "/", old), ==, 101);
  sb_test_client_expect_silence (with_old);

  sb_test_client_expect_close (with_old, 3000, "token revoked");
  g_assert_cmpint (g_get_real_time (), >=, until);
  g_assert_cmpint (g_get_real_time (), <, until + SECOND);
  g_assert_cmpuint (engine_knock (self->engine, "/", old), ==, 401);
  sb_test_client_expect_silence (with_new);
  sb_test_wait (engine_has_entry (self->engine, SB_ACT_TOKEN_EXPIRED));
}

/* --- what survives --- */

static void
test_survives_restart (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0, revoked_id = 0;
  g_autofree char *secret = engine_issue (self->engine, "kept", "/a,/b/*", &id);
  g_autofree char *revoked = engine_issue (self->engine, "gone", NULL, &revoked_id);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/a", secret);
  gint64 last_used = sb_token_item_get_last_used (find (self, id));

  engine_revoke (self->engine, revoked_id);
  sb_test_client_close (client);
  engine_fixture_restart (self);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (self->engine))), ==, 2);
  g_assert_cmpstr (sb_token_item_get_token (find (self, id))->spec.label, ==, "kept");
  g_assert_cmpint (sb_token_item_get_last_used (find (self, id)), >=, last_used);
  g_assert_cmpstr (sb_token_item_get_last_address (find (self, id)), ==, "127.0.0.1");
  g_assert_cmpuint (engine_knock (self->engine, "/b/x", secret), ==, 101);
  g_assert_cmpuint (engine_knock (self->engine, "/c", secret), ==, 403);
  g_assert_cmpuint (engine_knock (self->engine, "/a", revoked), ==, 401);
  engine_assert_entry (self->engine, SB_ACT_TOKEN_REVOKED, "window", "gone (sbx_", "0 connections closed");
}

/* --- a disk that does not work --- */

static void
test_nothing_is_claimed_that_is_not_on_disk (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
  g_auto (GStrv) sentences = NULL;
  g_autoptr (GError) error = NULL;

  fault_vfs_arm (0, SQLITE_FULL, 0, TRUE);
  g_assert_null (engine_try_issue (self->engine, spec, NULL, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (self->engine))), ==, 0);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_DEGRADED);
  /* Once, though by the second answer the trail could not be written either. */
  g_clear_error (&error);
  g_assert_null (engine_try_issue (self->engine, spec, NULL, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  sentences = g_strsplit (sb_engine_get_state_message (self->engine), "The disk is full.", -1);
  g_assert_cmpuint (g_strv_length (sentences), ==, 2);

  /* It is noticed that it works again, without anybody asking. */
  fault_vfs_disarm ();
  sb_test_wait (sb_engine_get_state (self->engine) == SB_ENGINE_LISTENING);
  g_assert_null (sb_engine_get_state_message (self->engine));
  g_assert_true (engine_has_entry (self->engine, SB_ACT_NOTICE));
}

static void
test_revocation_is_in_force_without_a_disk (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  g_autoptr (SbTestClient) client = engine_connect (self->engine, "/", secret);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  fault_vfs_arm (0, SQLITE_FULL, 0, TRUE);
  sb_engine_revoke_token_async (self->engine, "window", id, store_result_cb, &result);
  sb_test_client_expect_close (client, 3000, "token revoked");
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  store_assert_contains (error->message, "is shut out and its connections (1) are closed, but this could not be written to disk");
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 401);
  g_assert_cmpint (sb_token_item_get_state (find (self, id)), ==, SB_TOKEN_REVOKED);
  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_DEGRADED);

  /* Written as soon as it can be, and only then is all well. */
  fault_vfs_disarm ();
  sb_test_wait (sb_engine_get_state (self->engine) == SB_ENGINE_LISTENING);
  engine_fixture_restart (self);
  g_assert_cmpint (sb_token_item_get_state (find (self, id)), ==, SB_TOKEN_REVOKED);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 401);
  engine_assert_entry (self->engine, SB_ACT_TOKEN_REVOKED, "window", "x (sbx_", "1 connections closed");
}

static void
ticked_cb (SbEngine *engine, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* A revocation that waits to be written, and is undone just before that is tried again, is not written behind what undid it. */
static void
test_restored_while_it_is_tried_again (EngineFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = engine_issue (self->engine, "x", NULL, &id);
  g_autofree char *path = g_build_filename (self->store.folder, "signalbox.db", NULL);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  guint n_ticks = 0;
  sqlite3 *db;

  g_signal_connect (self->engine, "ticked", G_CALLBACK (ticked_cb), &n_ticks);
  fault_vfs_arm (0, SQLITE_FULL, 0, TRUE);
  sb_engine_revoke_token_async (self->engine, "window", id, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);

  /* With every fifth tick what is owed is tried again. The store is kept busy from before the one until behind it. */
  sb_test_wait (n_ticks % 5 == 4);
  fault_vfs_disarm ();
  db = connect_aside (path);
  execute_aside (db, "BEGIN IMMEDIATE");
  sb_engine_restore_token_async (self->engine, "window", id, store_result_cb, &result);
  sb_test_wait (n_ticks % 5 == 0);
  execute_aside (db, "COMMIT");
  engine_finish_well (self->engine, &result);
  sb_test_wait (sb_engine_get_state (self->engine) == SB_ENGINE_LISTENING);
  assert_aside (db, "SELECT revoked_at FROM token", "0");
  sqlite3_close (db);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
  engine_fixture_restart (self);
  g_assert_cmpuint (engine_knock (self->engine, "/", secret), ==, 101);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install ();

#define ADD(path, function) g_test_add ("/engine/tokens/" path, EngineFixture, NULL, engine_fixture_set_up_started, function, engine_fixture_tear_down)
  ADD ("issued-token-opens", test_issued_token_opens);
  ADD ("bad-specs-are-refused", test_bad_specs_are_refused);
  ADD ("many-at-once", test_many_at_once);
  g_test_add ("/engine/tokens/issued-before-the-start", EngineFixture, NULL, engine_fixture_set_up, test_issued_before_the_start,
              engine_fixture_tear_down);
  ADD ("revoke-closes-within-a-second", test_revoke_closes_within_a_second);
  ADD ("revoked-token-can-be-restored", test_revoked_token_can_be_restored);
  ADD ("revoked-token-stays-as-it-is", test_revoked_token_stays_as_it_is);
  ADD ("delete", test_delete);
  ADD ("unknown-token", test_unknown_token);
  ADD ("expiry-closes-within-a-second", test_expiry_closes_within_a_second);
  ADD ("not-yet-valid", test_not_yet_valid);
  ADD ("narrowing-acts-at-once", test_narrowing_acts_at_once);
  ADD ("edit-is-checked", test_edit_is_checked);
  ADD ("label-of-an-expired-token", test_label_of_an_expired_token);
  ADD ("revoke-overtakes-an-edit", test_revoke_overtakes_an_edit);
  ADD ("rotate-at-once", test_rotate_at_once);
  ADD ("rotate-with-grace", test_rotate_with_grace);
  ADD ("survives-restart", test_survives_restart);
  ADD ("nothing-is-claimed-that-is-not-on-disk", test_nothing_is_claimed_that_is_not_on_disk);
  ADD ("revocation-is-in-force-without-a-disk", test_revocation_is_in_force_without_a_disk);
  ADD ("restored-while-it-is-tried-again", test_restored_while_it_is_tried_again);

  return g_test_run ();
}
