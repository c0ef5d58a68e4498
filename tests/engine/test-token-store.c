/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store-kill.h"
#include "token-store-calls.h"

#include <string.h>

static void
assert_same_token (const SbToken *a, const SbToken *b)
{
  g_autofree char *channels_a = g_strjoinv (" ", a->spec.channels);
  g_autofree char *channels_b = g_strjoinv (" ", b->spec.channels);

  g_assert_cmpint (a->id, ==, b->id);
  g_assert_cmpstr (a->spec.label, ==, b->spec.label);
  g_assert_cmpstr (channels_a, ==, channels_b);
  g_assert_cmpint (a->spec.may_publish, ==, b->spec.may_publish);
  g_assert_cmpint (a->spec.not_before, ==, b->spec.not_before);
  g_assert_cmpint (a->spec.expires_at, ==, b->spec.expires_at);
  g_assert_cmpuint (a->spec.max_connections, ==, b->spec.max_connections);
  g_assert_cmpuint (a->spec.messages_per_second, ==, b->spec.messages_per_second);
  g_assert_cmpmem (a->hash, SB_TOKEN_HASH_SIZE, b->hash, SB_TOKEN_HASH_SIZE);
  g_assert_cmpstr (a->hint, ==, b->hint);
  g_assert_cmpmem (a->previous_hash, SB_TOKEN_HASH_SIZE, b->previous_hash, SB_TOKEN_HASH_SIZE);
  g_assert_cmpint (a->previous_until, ==, b->previous_until);
  g_assert_cmpint (a->created_at, ==, b->created_at);
  g_assert_cmpint (a->revoked_at, ==, b->revoked_at);
}

/* What the table holds of @token after a restart. */
static void
assert_stored (Fixture *self, const SbToken *token)
{
  g_autoptr (GPtrArray) tokens = NULL;
  const SbStoredToken *found = NULL;

  reopen (self);
  tokens = load (self->database);
  for (guint i = 0; i < tokens->len; i++)
    {
      const SbStoredToken *stored = g_ptr_array_index (tokens, i);

      if (stored->token->id == token->id)
        found = stored;
    }
  g_assert_nonnull (found);
  assert_same_token (found->token, token);
}

static SbTokenSpec *
new_full_spec (void)
{
  SbTokenSpec *spec = sb_token_spec_new ("Bühne 3 · 日本語");

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/news /room/* /a/** /", " ", -1);
  spec->may_publish = FALSE;
  spec->not_before = NOW + 1;
  spec->expires_at = NOW + G_TIME_SPAN_DAY;
  spec->max_connections = 1000000;
  spec->messages_per_second = 17;
  return spec;
}

/* --- issue --- */

static void
test_insert (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = new_full_spec ();
  g_autoptr (SbToken) token = insert (self->database, spec, 1);
  g_autoptr (SbToken) second = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE];
  g_autofree char *channels = g_strjoinv (" ", token->spec.channels);

  fill_hash (hash, 1);
  g_assert_cmpint (token->id, ==, 1);
  g_assert_cmpstr (token->spec.label, ==, "Bühne 3 · 日本語");
  g_assert_cmpstr (channels, ==, "/news /room/* /a/** /");
  g_assert_false (token->spec.may_publish);
  g_assert_cmpint (token->spec.not_before, ==, NOW + 1);
  g_assert_cmpint (token->spec.expires_at, ==, NOW + G_TIME_SPAN_DAY);
  g_assert_cmpuint (token->spec.max_connections, ==, 1000000);
  g_assert_cmpuint (token->spec.messages_per_second, ==, 17);
  g_assert_cmpmem (token->hash, SB_TOKEN_HASH_SIZE, hash, SB_TOKEN_HASH_SIZE);
  g_assert_cmpstr (token->hint, ==, "sbx_aaaa…zzzz");
  g_assert_cmpint (token->previous_until, ==, 0);
  g_assert_cmpint (token->created_at, ==, NOW);
  g_assert_cmpint (token->revoked_at, ==, 0);
  assert_stored (self, token);

  second = insert_plain (self->database, "second", 2);
  g_assert_cmpint (second->id, ==, 2);
  g_assert_true (second->spec.may_publish);
  assert_stored (self, second);
  assert_stored (self, token);
}

static void
test_insert_cleans (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("  kiosk \t");
  g_autoptr (SbToken) token = NULL;

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/a /b /a", " ", -1);
  token = insert (self->database, spec, 1);
  g_assert_cmpstr (token->spec.label, ==, "kiosk");
  g_assert_cmpuint (g_strv_length (token->spec.channels), ==, 2);
  g_assert_cmpstr (spec->label, ==, "  kiosk \t"); /* the caller's stays as it is */
}

static void
test_insert_refused (Fixture *self, gconstpointer data)
{
  const struct
  {
    const char *label;
    const char *channels;
    gint64 expires_at;
    guint max_connections;
    int code;
  } cases[] = {
    { "", "**", 0, 0, SB_TOKEN_ERROR_LABEL },
    { "two\nlines", "**", 0, 0, SB_TOKEN_ERROR_LABEL },
    { "x", "", 0, 0, SB_TOKEN_ERROR_CHANNELS },
    { "x", "no-slash", 0, 0, SB_TOKEN_ERROR_CHANNELS },
    { "x", "**", NOW, 0, SB_TOKEN_ERROR_EXPIRY },
    { "x", "**", 0, G_MAXUINT, SB_TOKEN_ERROR_LIMIT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new (cases[i].label);
      g_autoptr (GError) error = NULL;

      g_strfreev (spec->channels);
      spec->channels = g_strsplit (cases[i].channels, " ", -1);
      spec->expires_at = cases[i].expires_at;
      spec->max_connections = cases[i].max_connections;
      g_assert_null (try_insert (self->database, spec, 1, &error));
      g_assert_error (error, SB_TOKEN_ERROR, cases[i].code);
    }
  store_assert_sql (self->database, "SELECT count (*) FROM token", "0");
  store_assert_sql (self->database, "SELECT count (*) FROM token_channel", "0");
}

/* Two tokens of one secret: the second is refused, and the row that was begun is gone. */
static void
test_insert_twice (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("b");
  g_autoptr (SbToken) token = insert_plain (self->database, "a", 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (try_insert (self->database, spec, 1, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
  store_assert_contains (error->message, "The token could not be stored.");
  store_assert_sql (self->database, "SELECT group_concat (label) FROM token", "a");
}

/* --- change --- */

static void
test_edit (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) before = sb_token_spec_new ("before");
  g_autoptr (SbTokenSpec) spec = new_full_spec ();
  g_autoptr (SbToken) token = insert (self->database, before, 1);
  g_autoptr (SbToken) other = insert_plain (self->database, "other", 2);
  g_autoptr (SbToken) revoked = try_set_revoked (self->database, token->id, NOW + 5, NULL);
  g_autoptr (SbToken) edited = NULL;
  g_autoptr (SbToken) expected = NULL;
  g_autoptr (GError) error = NULL;

  spec->not_before = 0;
  spec->expires_at = NOW - 5; /* an edit may keep an expiry that is past */
  edited = try_edit (self->database, token->id, spec, &error);
  g_assert_no_error (error);
  expected = sb_token_new (token->id, spec, token->hash, token->hint, NULL, 0, NOW, NOW + 5);
  assert_same_token (edited, expected);
  assert_stored (self, expected);
  assert_stored (self, other);
}

static void
test_edit_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("");
  g_autoptr (SbTokenSpec) good = sb_token_spec_new ("good");
  g_autoptr (SbToken) token = insert_plain (self->database, "a", 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (try_edit (self->database, token->id, spec, &error));
  g_assert_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LABEL);
  assert_stored (self, token);

  for (gint64 id = -1; id <= 2; id += 1 + (id == 0))
    {
      g_clear_error (&error);
      g_assert_null (try_edit (self->database, id, good, &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
    }
  assert_stored (self, token);
}

static void
test_rotate (Fixture *self, gconstpointer data)
{
  g_autoptr (SbToken) token = insert_plain (self->database, "a", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbToken) second = NULL;
  g_autoptr (SbToken) third = NULL;
  g_autoptr (SbToken) fourth = NULL;
  static const guint8 no_hash[SB_TOKEN_HASH_SIZE];

  second = try_rotate (self->database, token->id, 2, NOW + 100, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (second->previous_hash, SB_TOKEN_HASH_SIZE, token->hash, SB_TOKEN_HASH_SIZE);
  g_assert_cmpint (second->previous_until, ==, NOW + 100);
  g_assert_cmpstr (second->hint, ==, "sbx_bbbb…yyyy");
  g_assert_cmpint (memcmp (second->hash, token->hash, SB_TOKEN_HASH_SIZE), !=, 0);
  g_assert_cmpstr (second->spec.label, ==, "a");
  assert_stored (self, second);

  third = try_rotate (self->database, token->id, 3, NOW + 200, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (third->previous_hash, SB_TOKEN_HASH_SIZE, second->hash, SB_TOKEN_HASH_SIZE);

  fourth = try_rotate (self->database, token->id, 4, 0, &error); /* no grace: the old one is forgotten */
  g_assert_no_error (error);
  g_assert_cmpint (fourth->previous_until, ==, 0);
  g_assert_cmpmem (fourth->previous_hash, SB_TOKEN_HASH_SIZE, no_hash, SB_TOKEN_HASH_SIZE);
  assert_stored (self, fourth);

  g_assert_null (try_rotate (self->database, 99, 5, 0, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
}

static void
test_revoke (Fixture *self, gconstpointer data)
{
  g_autoptr (SbToken) token = insert_plain (self->database, "a", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbToken) revoked = NULL;
  g_autoptr (SbToken) restored = NULL;

  revoked = try_set_revoked (self->database, token->id, NOW + 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (revoked->revoked_at, ==, NOW + 1);
  g_assert_cmpint (sb_token_get_state (revoked, NOW), ==, SB_TOKEN_REVOKED);
  assert_stored (self, revoked);

  restored = try_set_revoked (self->database, token->id, 0, &error);
  g_assert_no_error (error);
  assert_same_token (restored, token);
  assert_stored (self, token);

  g_assert_null (try_set_revoked (self->database, 99, NOW, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
}

static void
test_delete (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = new_full_spec ();
  g_autoptr (SbToken) active = insert_plain (self->database, "active", 1);
  g_autoptr (SbToken) expiring = insert (self->database, spec, 2);
  g_autoptr (SbToken) last = NULL;
  g_autoptr (SbToken) revoked = NULL;
  g_autoptr (SbToken) next = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (try_delete (self->database, active->id, NOW, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
  store_assert_contains (error->message, "“active”");
  g_clear_error (&error);
  assert_stored (self, active);

  /* not valid yet, then valid until one microsecond before its expiry */
  for (gint64 now = NOW; now < expiring->spec.expires_at; now = now == NOW ? expiring->spec.expires_at - 1 : G_MAXINT64)
    {
      g_assert_false (try_delete (self->database, expiring->id, now, &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
      g_clear_error (&error);
    }
  g_assert_true (try_delete (self->database, expiring->id, expiring->spec.expires_at, &error));
  g_assert_no_error (error);
  store_assert_sql (self->database, "SELECT group_concat (pattern) FROM token_channel", "**"); /* of the active one */

  g_assert_false (try_delete (self->database, expiring->id, NOW, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  last = insert_plain (self->database, "last", 3);
  revoked = try_set_revoked (self->database, last->id, NOW, &error);
  g_assert_true (try_delete (self->database, last->id, NOW, &error));
  g_assert_no_error (error);

  /* The audit trail speaks of the deleted one: its number is never given again. */
  next = insert_plain (self->database, "next", 4);
  g_assert_cmpint (next->id, ==, last->id + 1);
}

static void
test_used (Fixture *self, gconstpointer data)
{
  g_autoptr (SbToken) a = insert_plain (self->database, "a", 1);
  g_autoptr (SbToken) b = insert_plain (self->database, "b", 2);
  g_autoptr (GPtrArray) tokens = NULL;
  const SbStoredToken *stored;

  set_used (self->database, a->id, NOW + 10, "192.168.1.30");
  set_used (self->database, a->id, NOW + 30, "fe80::1");
  set_used (self->database, a->id, NOW + 20, "10.0.0.1"); /* late news */
  set_used (self->database, 99, NOW, "10.0.0.1");         /* deleted meanwhile */
  reopen (self);

  tokens = load (self->database);
  g_assert_cmpuint (tokens->len, ==, 2);
  stored = g_ptr_array_index (tokens, 0);
  assert_same_token (stored->token, a);
  g_assert_cmpint (stored->last_used, ==, NOW + 30);
  g_assert_cmpstr (stored->last_address, ==, "fe80::1");
  stored = g_ptr_array_index (tokens, 1);
  assert_same_token (stored->token, b);
  g_assert_cmpint (stored->last_used, ==, 0);
  g_assert_null (stored->last_address);
}

static void
test_load_empty (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) tokens = load (self->database);

  g_assert_cmpuint (tokens->len, ==, 0);
}

/* What another program wrote into the file is not handed to the gate. */
static void
test_tampered (Fixture *self, gconstpointer data)
{
  static const char *const changes[][2] = {
    { "DELETE FROM token_channel", "INSERT INTO token_channel VALUES (1, 0, '/x')" },
    { "UPDATE token_channel SET pattern = '../etc'", "UPDATE token_channel SET pattern = '/x'" },
    { "UPDATE token SET label = 'a' || char (10) || 'b'", "UPDATE token SET label = 'a'" },
    { "UPDATE token SET max_connections = 4000000000", "UPDATE token SET max_connections = 0" },
  };
  g_autoptr (SbToken) token = insert_plain (self->database, "a", 1);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) tokens = NULL;

      g_free (store_sql (self->database, changes[i][0]));
      g_assert_null (try_load (self->database, &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_CORRUPT);
      store_assert_contains (error->message, "token 1: ");
      g_free (store_sql (self->database, changes[i][1]));
      tokens = load (self->database);
      g_assert_cmpuint (tokens->len, ==, 1);
    }
}

/* What the table itself refuses. */
static void
test_constraints (Fixture *self, gconstpointer data)
{
  static const char *const changes[] = {
    "UPDATE token SET hash = x'00'",
    "UPDATE token SET previous_hash = x'00'",
    "UPDATE token SET previous_until = 5",
    "UPDATE token SET label = ''",
    "UPDATE token SET label = printf ('%065d', 0)",
    "UPDATE token SET may_publish = 2",
    "UPDATE token SET expires_at = -1",
    "UPDATE token SET expires_at = 'tomorrow'",
    "UPDATE token SET max_connections = -1",
    "UPDATE token SET id = 0",
    "INSERT INTO token_channel VALUES (1, 1, '**')",
    "INSERT INTO token_channel VALUES (1, 1, '')",
  };
  g_autoptr (SbToken) token = insert_plain (self->database, "a", 1);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (store_try_sql (self->database, changes[i], &error));
      g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
    }
  assert_stored (self, token);
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("late");
  g_autoptr (GError) error = NULL;

  sb_database_close (self->database);
  g_assert_null (try_insert (self->database, spec, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (try_delete (self->database, 1, NOW, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (try_load (self->database, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* --- killed --- */

static void
child_inserted_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
child_insert (SbDatabase *database)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("child");
  g_autofree char *secret = sb_token_secret_generate ();
  guint8 hash[SB_TOKEN_HASH_SIZE];

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/a /b /c", " ", -1);
  sb_token_secret_hash (secret, -1, hash);
  sb_token_store_insert_async (database, spec, hash, "sbx_aaaa…zzzz", NOW, child_inserted_cb, NULL);
}

/* Every other one is revoked at once: then its number is told, as a negative one, when that is stored. */
static void
child_revoked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbToken) token = sb_token_store_change_finish (SB_DATABASE (source), result, NULL);

  store_kill_print (-token->id);
  child_insert (SB_DATABASE (source));
}

static void
child_inserted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbToken) token = sb_token_store_insert_finish (SB_DATABASE (source), result, NULL);

  store_kill_print (token->id);
  if (token->id % 2 == 0)
    sb_token_store_set_revoked_async (SB_DATABASE (source), token->id, NOW + 1, child_revoked_cb, NULL);
  else
    child_insert (SB_DATABASE (source));
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  g_autoptr (GPtrArray) tokens = load (database);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < tokens->len; i++)
    {
      SbStoredToken *stored = g_ptr_array_index (tokens, i);

      g_assert_cmpuint (g_strv_length (stored->token->spec.channels), ==, 3); /* whole, or not at all */
      g_hash_table_insert (by_id, &stored->token->id, stored);
    }

  for (guint i = 0; i < numbers->len; i++)
    {
      gint64 number = g_array_index (numbers, gint64, i);
      gint64 id = ABS (number);
      const SbStoredToken *stored = g_hash_table_lookup (by_id, &id);

      g_assert_nonnull (stored);
      if (number < 0)
        g_assert_cmpint (stored->token->revoked_at, ==, NOW + 1);
    }
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_insert, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) g_test_add ("/token-store/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("issued-as-asked", test_insert);
  ADD ("label-and-channels-are-cleaned", test_insert_cleans);
  ADD ("bad-spec-stores-nothing", test_insert_refused);
  ADD ("same-secret-twice", test_insert_twice);
  ADD ("edit", test_edit);
  ADD ("edit-refused", test_edit_refused);
  ADD ("rotate", test_rotate);
  ADD ("revoke-and-restore", test_revoke);
  ADD ("delete-what-is-not-valid", test_delete);
  ADD ("use", test_used);
  ADD ("empty", test_load_empty);
  ADD ("tampered-rows-are-refused", test_tampered);
  ADD ("constraints", test_constraints);
  ADD ("closed", test_closed);
  store_kill_add ("/token-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
