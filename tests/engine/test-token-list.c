/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shadow-list.h"
#include "watch/sb-token-list.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

/* States are derived by the clock when a token is put, so times are told from now, with hours to spare. */
static gint64 now;

static SbToken *
make_token_full (gint64      id,
                 const char *label,
                 gint64      not_before,
                 gint64      expires_at,
                 gint64      revoked_at)
{
  static const guint8 hash[SB_TOKEN_HASH_SIZE];
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);

  spec->not_before = not_before;
  spec->expires_at = expires_at;

  return sb_token_new (id, spec, hash, "sbx_7Kq2…f3Zd", NULL, 0, now - 100 * DAY, revoked_at);
}

static SbToken *
make_token (gint64 id,
            gint64 expires_at)
{
  g_autofree char *label = g_strdup_printf ("token %" G_GINT64_FORMAT, id);

  return make_token_full (id, label, 0, expires_at, 0);
}

static SbTokenItem *
put (SbTokenList *list,
     SbToken     *taken)
{
  g_autoptr (SbToken) token = taken;

  sb_token_list_put (list, token);

  return sb_token_list_find (list, token->id);
}

static SbTokenState
state_of (SbTokenList *list,
          gint64       id)
{
  return sb_token_item_get_state (sb_token_list_find (list, id));
}

/* Ticks, and asserts that the ids told are those, in that order. */
static void
tick (SbTokenList *list,
      gint64       time,
      const char  *expected)
{
  g_autoptr (GArray) expired = sb_token_list_tick (list, time);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_true (expired == NULL || expired->len > 0);
  for (guint i = 0; expired != NULL && i < expired->len; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "", (int) g_array_index (expired, gint64, i));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_in_order_of_id (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  ShadowList shadow;

  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (list)) == SB_TYPE_TOKEN_ITEM);
  shadow_list_init (&shadow, G_LIST_MODEL (list));
  put (list, make_token (5, 0));
  put (list, make_token (1, 0));
  put (list, make_token (9, 0));
  put (list, make_token (7, 0));
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 4);
  shadow_list_check (&shadow);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (sb_token_item_get_id (g_ptr_array_index (shadow.items, i)), ==, ((gint64[]) { 1, 5, 7, 9 })[i]);
  g_assert_null (sb_token_list_find (list, 2));
  g_assert_null (sb_token_list_find (list, 10));

  sb_token_list_remove (list, 5);
  sb_token_list_remove (list, 5);
  sb_token_list_remove (list, 77);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  g_assert_null (sb_token_list_find (list, 5));
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 3);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_replaced_keeps_identity (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  g_autoptr (SbToken) second = make_token_full (3, "stage left", 0, now + 10 * DAY, 0);
  guint n_changed = 0, n_item_changed = 0, n_label = 0, n_expires = 0, n_channels = 0, n_state = 0;
  ShadowList shadow;
  SbTokenItem *item;

  item = put (list, make_token_full (3, "stage", 0, 0, 0));
  sb_token_list_set_live (list, 3, 4);
  sb_token_list_set_used (list, 3, now, "::1");
  shadow_list_init (&shadow, G_LIST_MODEL (list));
  g_signal_connect_swapped (item, "changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect_swapped (item, "notify::label", G_CALLBACK (count_cb), &n_label);
  g_signal_connect_swapped (item, "notify::expires-at", G_CALLBACK (count_cb), &n_expires);
  g_signal_connect_swapped (item, "notify::channels", G_CALLBACK (count_cb), &n_channels);
  g_signal_connect_swapped (item, "notify::state", G_CALLBACK (count_cb), &n_state);
  g_signal_connect_swapped (list, "item-changed", G_CALLBACK (count_cb), &n_item_changed);

  sb_token_list_put (list, second);
  g_assert_true (sb_token_list_find (list, 3) == item);
  g_assert_true (sb_token_item_get_token (item) == second);
  g_assert_cmpuint (sb_token_item_get_live (item), ==, 4);
  g_assert_cmpint (sb_token_item_get_last_used (item), ==, now);
  g_assert_cmpstr (sb_token_item_get_last_address (item), ==, "::1");
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (n_item_changed, ==, 1);
  g_assert_cmpuint (n_label, ==, 1);
  g_assert_cmpuint (n_expires, ==, 1);
  g_assert_cmpuint (n_channels, ==, 0);
  g_assert_cmpuint (n_state, ==, 0);
  shadow_list_clear (&shadow);
}

static void
test_properties (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("stage");
  guint8 hash[SB_TOKEN_HASH_SIZE] = { 1 };
  gint64 id, last_used, created_at, not_before, expires_at, revoked_at;
  g_autofree char *label = NULL, *hint = NULL, *channels = NULL, *address = NULL;
  gboolean may_publish;
  int state;
  guint live, max_connections, per_second;

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/news /a/**", " ", -1);
  spec->may_publish = FALSE;
  spec->not_before = now - 2 * HOUR;
  spec->expires_at = now + 100 * DAY;
  spec->max_connections = 7;
  spec->messages_per_second = 9;
  put (list, sb_token_new (3, spec, hash, "sbx_7Kq2…f3Zd", NULL, 0, now - DAY, 0));
  sb_token_list_set_live (list, 3, 2);
  sb_token_list_set_used (list, 3, 5, "10.0.0.1");

  g_object_get (sb_token_list_find (list, 3), "token-id", &id, "label", &label, "hint", &hint,
                "channels", &channels, "may-publish", &may_publish, "state", &state, "live", &live,
                "last-used", &last_used, "last-address", &address, "created-at", &created_at,
                "not-before", &not_before, "expires-at", &expires_at, "revoked-at", &revoked_at,
                "max-connections", &max_connections, "messages-per-second", &per_second, NULL);
  g_assert_cmpint (id, ==, 3);
  g_assert_cmpstr (label, ==, "stage");
  g_assert_cmpstr (hint, ==, "sbx_7Kq2…f3Zd");
  g_assert_cmpstr (channels, ==, "/news, /a/**");
  g_assert_false (may_publish);
  g_assert_cmpint (state, ==, SB_TOKEN_ACTIVE);
  g_assert_cmpuint (live, ==, 2);
  g_assert_cmpint (last_used, ==, 5);
  g_assert_cmpstr (address, ==, "10.0.0.1");
  g_assert_cmpint (created_at, ==, now - DAY);
  g_assert_cmpint (not_before, ==, now - 2 * HOUR);
  g_assert_cmpint (expires_at, ==, now + 100 * DAY);
  g_assert_cmpint (revoked_at, ==, 0);
  g_assert_cmpuint (max_connections, ==, 7);
  g_assert_cmpuint (per_second, ==, 9);
}

static void
test_every_change_is_notified (void)
{
  static const char *const names[] = { "label", "hint", "channels", "may-publish", "state", "created-at", "not-before",
                                       "expires-at", "revoked-at", "max-connections", "messages-per-second" };
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("other");
  guint8 hash[SB_TOKEN_HASH_SIZE] = { 2 };
  guint n[G_N_ELEMENTS (names)] = { 0 };
  SbTokenItem *item = put (list, make_token (1, 0));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", names[i], NULL);

      g_signal_connect_swapped (item, signal, G_CALLBACK (count_cb), &n[i]);
    }
  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/news", " ", -1);
  spec->may_publish = FALSE;
  spec->not_before = now - HOUR;
  spec->expires_at = now + HOUR;
  spec->max_connections = 1;
  spec->messages_per_second = 1;
  put (list, sb_token_new (1, spec, hash, "sbx_other…wxyz", NULL, 0, now - 2 * DAY, now));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpuint (n[i], ==, 1);
}

static void
test_live_and_used (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  SbTokenItem *item = put (list, make_token (1, 0));
  guint n_changed = 0, n_item_changed = 0;

  g_assert_cmpuint (sb_token_item_get_live (item), ==, 0);
  g_assert_cmpint (sb_token_item_get_last_used (item), ==, 0);
  g_assert_null (sb_token_item_get_last_address (item));

  g_signal_connect_swapped (item, "changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect_swapped (list, "item-changed", G_CALLBACK (count_cb), &n_item_changed);
  sb_token_list_set_live (list, 1, 0);
  sb_token_list_set_used (list, 1, 0, NULL);
  g_assert_cmpuint (n_changed, ==, 0);

  sb_token_list_set_live (list, 1, 3);
  sb_token_list_set_live (list, 1, 3);
  sb_token_list_set_used (list, 1, 5, "::1");
  sb_token_list_set_used (list, 1, 5, "::1");
  sb_token_list_set_used (list, 1, 5, "::2");
  sb_token_list_set_used (list, 1, 6, "::2");
  g_assert_cmpuint (n_changed, ==, 4);
  g_assert_cmpuint (n_item_changed, ==, 4);
  g_assert_cmpint (sb_token_item_get_last_used (item), ==, 6);
  g_assert_cmpstr (sb_token_item_get_last_address (item), ==, "::2");

  /* of tokens that are not there */
  sb_token_list_set_live (list, 2, 3);
  sb_token_list_set_used (list, 2, 5, "::1");
  g_assert_cmpuint (n_item_changed, ==, 4);
}

/* A life of 100 days and 20: not yet valid, active, expiring in its last day, expired. */
static void
test_states_by_time (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  gint64 not_before = now + 10 * DAY, expires_at = now + 30 * DAY;
  guint n_active = 0, n_changed = 0;

  g_assert_cmpint (sb_token_list_get_next_change (list, now), ==, G_MAXINT64);
  put (list, make_token_full (1, "a", not_before, expires_at, 0));
  g_signal_connect_swapped (list, "notify::n-active", G_CALLBACK (count_cb), &n_active);
  g_signal_connect_swapped (list, "item-changed", G_CALLBACK (count_cb), &n_changed);

  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_NOT_YET_VALID);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 0);
  g_assert_cmpint (sb_token_list_get_next_change (list, now), ==, not_before);
  tick (list, not_before - 1, "");
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_NOT_YET_VALID);
  g_assert_cmpuint (n_changed, ==, 0);

  tick (list, not_before, "");
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_ACTIVE);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 1);
  g_assert_cmpint (sb_token_list_get_next_change (list, not_before), ==, expires_at - DAY);
  /* asked for another time than the last tick's */
  g_assert_cmpint (sb_token_list_get_next_change (list, not_before - 5), ==, not_before);
  g_assert_cmpint (sb_token_list_get_next_change (list, expires_at - 5), ==, expires_at);
  g_assert_cmpint (sb_token_list_get_next_change (list, expires_at), ==, G_MAXINT64);

  tick (list, expires_at - DAY - 1, "");
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_ACTIVE);
  tick (list, expires_at - DAY, "");
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_EXPIRING);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 1);
  g_assert_cmpint (sb_token_list_get_next_change (list, expires_at - DAY), ==, expires_at);

  tick (list, expires_at - 1, "");
  tick (list, expires_at, "1");
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_EXPIRED);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 0);
  g_assert_cmpint (sb_token_list_get_next_change (list, expires_at), ==, G_MAXINT64);
  tick (list, expires_at + DAY, "");
  g_assert_cmpuint (n_active, ==, 2);
  g_assert_cmpuint (n_changed, ==, 3);
}

static void
test_short_life_expires_in_its_last_tenth (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  gint64 not_before = now + DAY, expires_at = not_before + 10 * HOUR;

  put (list, make_token_full (1, "a", not_before, expires_at, 0));
  tick (list, not_before, "");
  g_assert_cmpint (sb_token_list_get_next_change (list, not_before), ==, expires_at - HOUR);
}

static void
test_next_change_is_the_earliest (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();

  put (list, make_token (1, 0));
  put (list, make_token (2, now + 50 * DAY));
  put (list, make_token (3, now + 20 * DAY));
  put (list, make_token (4, now + 30 * DAY));
  put (list, make_token_full (5, "revoked", 0, now + 5 * DAY, now - DAY));
  g_assert_cmpint (sb_token_list_get_next_change (list, now), ==, now + 19 * DAY);
  sb_token_list_remove (list, 3);
  g_assert_cmpint (sb_token_list_get_next_change (list, now), ==, now + 29 * DAY);
  /* a long sleep: several at once, by id */
  tick (list, now + 60 * DAY, "2 4");
  g_assert_cmpint (sb_token_list_get_next_change (list, now + 60 * DAY), ==, G_MAXINT64);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 1);
}

static void
test_expired_before_it_was_known (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();

  put (list, make_token (1, now - DAY));
  put (list, make_token_full (2, "revoked", 0, now - DAY, now - 2 * DAY));
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_EXPIRED);
  g_assert_cmpint (state_of (list, 2), ==, SB_TOKEN_REVOKED);
  tick (list, now, "");

  /* put back into use */
  put (list, make_token (1, now + 10 * DAY));
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_ACTIVE);
  tick (list, now + 11 * DAY, "1");
}

/* Its time is up, nothing ticked yet, and somebody edits it: that it expired must not be lost. */
static void
test_expired_while_edited (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();

  put (list, make_token (1, now + 10 * DAY));
  put (list, make_token (2, now + 10 * DAY));
  put (list, make_token_full (1, "other label", 0, now - HOUR, 0));
  put (list, make_token_full (2, "other label", 0, now - HOUR, 0));
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_EXPIRED);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 0);
  put (list, make_token_full (1, "and again", 0, now - HOUR, 0));
  sb_token_list_remove (list, 2);
  tick (list, now, "1");
  tick (list, now, "");

  /* unless it was given more time before anybody was told; then it is told once when that is up */
  put (list, make_token (3, now + 10 * DAY));
  put (list, make_token (3, now - HOUR));
  put (list, make_token (3, now + 10 * DAY));
  tick (list, now, "");
  tick (list, now + 10 * DAY, "3");
}

static void
test_revoke_and_restore (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();

  put (list, make_token_full (1, "a", 0, now + 10 * DAY, 0));
  put (list, make_token_full (1, "a", 0, now + 10 * DAY, now));
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_REVOKED);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 0);
  g_assert_cmpint (sb_token_list_get_next_change (list, now), ==, G_MAXINT64);
  /* what is revoked does not expire besides */
  tick (list, now + 11 * DAY, "");
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_REVOKED);
  tick (list, now, "");
  put (list, make_token_full (1, "a", 0, now + 10 * DAY, 0));
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_ACTIVE);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 1);
}

static void
test_clock_set_back (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();

  put (list, make_token (1, now + 10 * DAY));
  tick (list, now + 10 * DAY, "1");
  tick (list, now, "");
  g_assert_cmpint (state_of (list, 1), ==, SB_TOKEN_ACTIVE);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 1);
  g_assert_cmpint (sb_token_list_get_next_change (list, now), ==, now + 9 * DAY);
  tick (list, now + 10 * DAY, "1");
}

static void
remove_all_cb (SbTokenList *list)
{
  for (gint64 id = 1; id <= 3; id++)
    sb_token_list_remove (list, id);
}

static void
test_listener_that_removes (void)
{
  g_autoptr (SbTokenList) list = sb_token_list_new ();

  for (gint64 id = 1; id <= 4; id++)
    put (list, make_token (id, now + 10 * DAY));
  g_signal_connect (list, "item-changed", G_CALLBACK (remove_all_cb), NULL);
  tick (list, now + 11 * DAY, "4");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  g_assert_cmpuint (sb_token_list_get_n_active (list), ==, 0);
}

/* Random puts, removals, uses and ticks: the shadow, the states and the counts agree with what was put. */
static void
test_shadow (void)
{
  enum { N_IDS = 120 };
  g_autoptr (SbTokenList) list = sb_token_list_new ();
  SbToken *tokens[N_IDS + 1] = { NULL };
  gint64 time = now;
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (list));
  for (guint i = 0; i < 30000; i++)
    {
      gint64 id = g_test_rand_int_range (1, N_IDS + 1);
      int dice = g_test_rand_int_range (0, 100);

      if (dice < 35)
        {
          gint64 expires_at = g_test_rand_int_range (0, 3) == 0 ? 0 : now + g_test_rand_int_range (-50, 200) * DAY;
          gint64 revoked_at = g_test_rand_int_range (0, 5) == 0 ? now : 0;

          g_clear_pointer (&tokens[id], sb_token_unref);
          tokens[id] = make_token_full (id, "x", 0, expires_at, revoked_at);
          sb_token_list_put (list, tokens[id]);
        }
      else if (dice < 55)
        {
          g_clear_pointer (&tokens[id], sb_token_unref);
          sb_token_list_remove (list, id);
        }
      else if (dice < 85)
        {
          sb_token_list_set_live (list, id, (guint) g_test_rand_int_range (0, 10));
          sb_token_list_set_used (list, id, time, "::1");
        }
      else
        {
          g_autoptr (GArray) expired = NULL;
          gint64 next = G_MAXINT64, told;
          guint n_active = 0;

          time = now + g_test_rand_int_range (0, 100 * 24) * HOUR;
          expired = sb_token_list_tick (list, time);
          for (guint j = 0; expired != NULL && j < expired->len; j++)
            g_assert_cmpint (state_of (list, g_array_index (expired, gint64, j)), ==, SB_TOKEN_EXPIRED);
          told = sb_token_list_get_next_change (list, time);
          for (gint64 j = 1; j <= N_IDS; j++)
            {
              SbTokenItem *item = sb_token_list_find (list, j);
              SbTokenState state;

              g_assert_cmpint (item != NULL, ==, tokens[j] != NULL);
              if (item == NULL)
                continue;
              state = sb_token_get_state (tokens[j], time);
              g_assert_true (sb_token_item_get_token (item) == tokens[j]);
              g_assert_cmpint (sb_token_item_get_state (item), ==, state);
              n_active += state == SB_TOKEN_ACTIVE || state == SB_TOKEN_EXPIRING;
              if (told < G_MAXINT64)
                g_assert_cmpint (sb_token_get_state (tokens[j], told - 1), ==, state);
              if (told < G_MAXINT64 && sb_token_get_state (tokens[j], told) != state)
                next = told;
            }
          g_assert_cmpint (told, ==, next);
          g_assert_cmpuint (sb_token_list_get_n_active (list), ==, n_active);
          shadow_list_check (&shadow);
        }
    }

  for (guint i = 1; i < shadow.items->len; i++)
    g_assert_cmpint (sb_token_item_get_id (g_ptr_array_index (shadow.items, i - 1)), <,
                     sb_token_item_get_id (g_ptr_array_index (shadow.items, i)));
  shadow_list_clear (&shadow);
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    g_clear_pointer (&tokens[i], sb_token_unref);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  now = g_get_real_time ();

  g_test_add_func ("/token-list/in-order-of-id", test_in_order_of_id);
  g_test_add_func ("/token-list/replaced-keeps-identity", test_replaced_keeps_identity);
  g_test_add_func ("/token-list/properties", test_properties);
  g_test_add_func ("/token-list/every-change-is-notified", test_every_change_is_notified);
  g_test_add_func ("/token-list/live-and-used", test_live_and_used);
  g_test_add_func ("/token-list/states-by-time", test_states_by_time);
  g_test_add_func ("/token-list/short-life-expires-in-its-last-tenth", test_short_life_expires_in_its_last_tenth);
  g_test_add_func ("/token-list/next-change-is-the-earliest", test_next_change_is_the_earliest);
  g_test_add_func ("/token-list/expired-before-it-was-known", test_expired_before_it_was_known);
  g_test_add_func ("/token-list/expired-while-edited", test_expired_while_edited);
  g_test_add_func ("/token-list/revoke-and-restore", test_revoke_and_restore);
  g_test_add_func ("/token-list/clock-set-back", test_clock_set_back);
  g_test_add_func ("/token-list/listener-that-removes", test_listener_that_removes);
  g_test_add_func ("/token-list/shadow", test_shadow);

  return g_test_run ();
}
