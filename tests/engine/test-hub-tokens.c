/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"

/* What a change of a token does to live connections. */

static void
test_revoke_closes (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) a = connect_client (self, "/a");
  g_autoptr (SbTestClient) b = connect_client (self, "/b");
  g_autoptr (SbTestClient) late = NULL;

  put_token (self, &self->token->spec, g_get_real_time ());
  g_assert_cmpuint (self->n_concerned, ==, 2);
  g_assert_cmpuint (self->left->len, ==, 2); /* told before it was said to be done */
  g_assert_cmpint (self->left_by, ==, SB_CLOSED_BY_ADMIN);
  sb_test_client_expect_close (a, 3000, "token revoked");
  sb_test_client_expect_close (b, 3000, "token revoked");

  late = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (late, "/a", self->secret, NULL);
  g_assert_cmpuint (response->status, ==, 401);
}

static void
test_expired_closes (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = connect_client (self, "/a");
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");

  spec->expires_at = g_get_real_time () - 1;
  put_token (self, spec, 0);
  g_assert_cmpuint (self->n_concerned, ==, 1);
  sb_test_client_expect_close (client, 3000, "token expired");
}

static void
test_narrowed_channels (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) stays = connect_client (self, "/a");
  g_autoptr (SbTestClient) goes = connect_client (self, "/b");
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");

  g_strfreev (spec->channels);
  spec->channels = g_strdupv ((char *[]) { (char *) "/a", NULL });
  put_token (self, spec, 0);
  g_assert_cmpuint (self->n_concerned, ==, 1);
  sb_test_client_expect_close (goes, 3003, "channel not allowed");
  sb_test_client_expect_silence (stays);
}

static void
test_silenced (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = connect_client (self, "/a");
  g_autoptr (SbTestClient) other = connect_client (self, "/a");
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  g_autofree char *reply = NULL;

  sb_test_client_send_text (client, "1");
  sb_test_client_expect_text (other, "1");
  spec->may_publish = FALSE;
  put_token (self, spec, 0);
  g_assert_cmpuint (self->n_concerned, ==, 0);
  sb_test_client_send_text (client, "2");
  reply = sb_test_client_expect_text_with (client, "\"code\":\"read_only\"", NULL);
  sb_test_client_expect_silence (other);
}

static void
test_fewer_connections (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) first = connect_client (self, "/");
  g_autoptr (SbTestClient) second = connect_client (self, "/");
  g_autoptr (SbTestClient) third = connect_client (self, "/");
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");

  spec->max_connections = 1;
  put_token (self, spec, 0);
  g_assert_cmpuint (self->n_concerned, ==, 2);
  sb_test_client_expect_close (second, 3003, "too many connections");
  sb_test_client_expect_close (third, 3003, "too many connections");
  sb_test_client_expect_silence (first);
}

/* A rotation ends what came with the old secret, at once or when the grace is over. */
static void
test_rotated (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) old = connect_client (self, "/");
  g_autofree char *old_secret = g_strdup (self->secret);
  guint8 old_hash[SB_TOKEN_HASH_SIZE], new_hash[SB_TOKEN_HASH_SIZE];
  g_autoptr (SbToken) in_grace = NULL;
  g_autoptr (SbToken) after = NULL;
  gint64 now = g_get_real_time ();
  guint n_done = self->n_done;

  sb_token_secret_hash (old_secret, -1, old_hash);
  sb_token_secret_free (self->secret);
  self->secret = sb_token_secret_generate ();
  sb_token_secret_hash (self->secret, -1, new_hash);
  in_grace = sb_token_new (1, &self->token->spec, new_hash, "sbx_new", old_hash, now + G_TIME_SPAN_HOUR, now, 0);
  sb_hub_put_token (self->hub, in_grace, done_cb, self);
  sb_test_wait (self->n_done > n_done);
  g_assert_cmpuint (self->n_concerned, ==, 0);
  sb_test_client_expect_silence (old);

  g_autoptr (SbTestClient) also_old = sb_test_client_new_open (self->port, "/", old_secret);
  g_autoptr (SbTestClient) new = sb_test_client_new_open (self->port, "/", self->secret);
  sb_test_wait (self->joined->len == 3);
  after = sb_token_new (1, &self->token->spec, new_hash, "sbx_new", old_hash, now - 1, now, 0);
  sb_hub_put_token (self->hub, after, done_cb, self);
  sb_test_wait (self->n_done > n_done + 1);
  g_assert_cmpuint (self->n_concerned, ==, 2);
  sb_test_client_expect_close (old, 3000, "token revoked");
  sb_test_client_expect_close (also_old, 3000, "token revoked");
  sb_test_client_expect_silence (new);
}

static void
test_removed (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = connect_client (self, "/");
  guint n_done = self->n_done;

  sb_hub_remove_token (self->hub, 1, done_cb, self);
  sb_test_wait (self->n_done > n_done);
  g_assert_cmpuint (self->n_concerned, ==, 1);
  sb_test_client_expect_close (client, 3000, "invalid token");
}

static void
add (const char *name, void (*test) (HubFixture *, gconstpointer), guint n_lanes)
{
  g_autofree char *path = g_strdup_printf ("/hub-tokens/%u-lanes/%s", n_lanes, name);

  g_test_add (path, HubFixture, GUINT_TO_POINTER (n_lanes), hub_fixture_set_up, test, hub_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint n_lanes = 1; n_lanes <= 3; n_lanes += 2)
    {
      add ("revoke-closes", test_revoke_closes, n_lanes);
      add ("expired-closes", test_expired_closes, n_lanes);
      add ("narrowed-channels", test_narrowed_channels, n_lanes);
      add ("silenced", test_silenced, n_lanes);
      add ("fewer-connections", test_fewer_connections, n_lanes);
      add ("rotated", test_rotated, n_lanes);
      add ("removed", test_removed, n_lanes);
    }

  return g_test_run ();
}
