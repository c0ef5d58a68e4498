/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-hub.h"

static SbPeer *
make_peer (guint64     id,
           gint64      token_id,
           const char *channel)
{
  SbPeer *peer = sb_peer_new ();

  peer->id = id;
  peer->token_id = token_id;
  peer->channel = g_strdup (channel);

  return peer;
}

static GArray *
make_ids (guint first,
          guint n)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; i < n; i++)
    {
      guint64 id = first + i;

      g_array_append_val (ids, id);
    }

  return ids;
}

static SbTarget *
make_target (const char *channels,
             GArray     *token_ids,
             GArray     *client_ids)
{
  SbTarget *target = g_new0 (SbTarget, 1);

  target->channels = channels != NULL ? g_strsplit (channels, " ", -1) : NULL;
  target->token_ids = token_ids;
  target->client_ids = client_ids;

  return target;
}

static gboolean
matches (const SbTarget *target,
         guint64         id,
         gint64          token_id,
         const char     *channel)
{
  g_autoptr (SbPeer) peer = make_peer (id, token_id, channel);

  return sb_target_matches (target, peer);
}

static void
test_everyone (void)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autofree char *text = sb_target_to_text (target);

  g_assert_cmpstr (text, ==, "everyone");
  g_assert_true (matches (target, 1, 1, "/"));
  g_assert_true (matches (target, G_MAXUINT64, 0, NULL));

  /* everyone wins over what else is said */
  target->channels = g_strsplit ("/news", " ", -1);
  g_assert_true (matches (target, 1, 1, "/sport"));
  g_clear_pointer (&text, g_free);
  text = sb_target_to_text (target);
  g_assert_cmpstr (text, ==, "everyone");
}

static void
test_nobody (void)
{
  g_autoptr (SbTarget) target = make_target (NULL, NULL, NULL);
  g_autofree char *text = sb_target_to_text (target);

  g_assert_cmpstr (text, ==, "nobody");
  g_assert_false (matches (target, 1, 1, "/"));
  g_assert_false (matches (target, 0, 0, NULL));

  /* empty lists mean no more than absent ones */
  target->channels = g_new0 (char *, 1);
  target->token_ids = make_ids (1, 0);
  target->client_ids = make_ids (1, 0);
  g_assert_false (matches (target, 0, 0, "/"));
  g_clear_pointer (&text, g_free);
  text = sb_target_to_text (target);
  g_assert_cmpstr (text, ==, "nobody");
}

static void
test_channels (void)
{
  g_autoptr (SbTarget) target = make_target ("/news /room/* /a/**", NULL, NULL);

  g_assert_true (matches (target, 1, 1, "/news"));
  g_assert_true (matches (target, 1, 1, "/room/7"));
  g_assert_true (matches (target, 1, 1, "/a/x/y"));
  g_assert_false (matches (target, 1, 1, "/"));
  g_assert_false (matches (target, 1, 1, "/new"));
  g_assert_false (matches (target, 1, 1, "/news/today"));
  g_assert_false (matches (target, 1, 1, "/room"));
  g_assert_false (matches (target, 1, 1, "/room/7/8"));
  g_assert_false (matches (target, 1, 1, "/a"));
}

static void
test_union (void)
{
  g_autoptr (SbTarget) target = make_target ("/news", make_ids (3, 1), make_ids (17, 2));
  g_autofree char *text = sb_target_to_text (target);

  g_assert_true (matches (target, 1, 1, "/news"));
  g_assert_true (matches (target, 1, 3, "/sport"));
  g_assert_true (matches (target, 17, 1, "/sport"));
  g_assert_true (matches (target, 18, 1, "/sport"));
  /* a token's number is no client's number, and the other way round */
  g_assert_false (matches (target, 3, 17, "/sport"));
  g_assert_false (matches (target, 19, 4, "/"));
  g_assert_cmpstr (text, ==, "/news, token 3, client 17, client 18");
}

static void
test_text_counts_what_it_does_not_name (void)
{
  g_autoptr (SbTarget) eight = make_target (NULL, NULL, make_ids (1, 8));
  g_autoptr (SbTarget) nine = make_target (NULL, NULL, make_ids (1, 9));
  g_autoptr (SbTarget) many = make_target ("/a /b", make_ids (1, 10), make_ids (100, 5000));
  g_autofree char *eight_text = sb_target_to_text (eight);
  g_autofree char *nine_text = sb_target_to_text (nine);
  g_autofree char *many_text = sb_target_to_text (many);

  g_assert_true (g_str_has_suffix (eight_text, "client 7, client 8"));
  g_assert_true (g_str_has_suffix (nine_text, "client 8, 1 more client"));
  g_assert_true (g_str_has_prefix (many_text, "/a, /b, token 1, "));
  g_assert_nonnull (strstr (many_text, "token 8, 2 more tokens, client 100, "));
  g_assert_true (g_str_has_suffix (many_text, "client 107, 4992 more clients"));
}

static void
test_copy_is_deep (void)
{
  SbTarget *target = make_target ("/news /a/**", make_ids (3, 2), make_ids (17, 2));
  g_autoptr (SbTarget) copy = sb_target_copy (target);
  g_autoptr (SbTarget) everyone = NULL;
  g_autofree char *text = NULL;

  g_assert_true (copy->channels != target->channels);
  g_assert_true (copy->channels[0] != target->channels[0]);
  g_assert_true (copy->token_ids != target->token_ids);
  g_assert_true (copy->client_ids != target->client_ids);
  target->channels[0][1] = 'X';
  g_array_index (target->token_ids, gint64, 0) = 99;
  g_array_index (target->client_ids, guint64, 0) = 99;
  sb_target_free (target);

  text = sb_target_to_text (copy);
  g_assert_cmpstr (text, ==, "/news, /a/**, token 3, token 4, client 17, client 18");
  g_assert_false (copy->everyone);

  g_clear_pointer (&copy, sb_target_free);
  target = sb_target_new_everyone ();
  everyone = sb_target_copy (target);
  sb_target_free (target);
  g_assert_true (everyone->everyone);
  g_assert_null (everyone->channels);
  g_assert_null (everyone->token_ids);
  sb_target_free (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/target/everyone", test_everyone);
  g_test_add_func ("/target/nobody", test_nobody);
  g_test_add_func ("/target/channels-by-pattern", test_channels);
  g_test_add_func ("/target/union-of-channels-tokens-clients", test_union);
  g_test_add_func ("/target/text-counts-what-it-does-not-name", test_text_counts_what_it_does_not_name);
  g_test_add_func ("/target/copy-is-deep", test_copy_is_deep);

  return g_test_run ();
}
