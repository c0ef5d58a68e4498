/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-list-fixture.h"
#include "shadow-list.h"

static void
test_join_and_leave (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  GListModel *recent = sb_client_list_get_recently_left (list);
  ShadowList shadow;
  SbClient *client;
  guint count;

  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (list)) == SB_TYPE_CLIENT);
  shadow_list_init (&shadow, G_LIST_MODEL (list));

  /* ids need not come in order: lanes tell of theirs when they can */
  join (list, 5, 1);
  join (list, 3, 1);
  join (list, 9, 2);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 3);
  g_assert_cmpuint (id_at (G_LIST_MODEL (list), 0), ==, 5);
  g_assert_cmpuint (id_at (G_LIST_MODEL (list), 1), ==, 3);
  g_assert_cmpuint (id_at (G_LIST_MODEL (list), 2), ==, 9);
  g_assert_cmpuint (sb_client_get_id (sb_client_list_find (list, 3)), ==, 3);
  g_assert_null (sb_client_list_find (list, 4));
  g_assert_cmpuint (sb_client_list_count (list), ==, 3);

  client = leave (list, 3);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  g_assert_cmpuint (sb_client_get_id (client), ==, 3);
  g_assert_cmpint (sb_client_get_state (client), ==, SB_CLIENT_LEFT);
  g_assert_cmpuint (sb_client_get_close_code (client), ==, 1000);
  g_assert_cmpstr (sb_client_get_close_reason (client), ==, "bye");
  g_assert_null (sb_client_list_find (list, 3));
  g_assert_cmpuint (g_list_model_get_n_items (recent), ==, 1);
  g_assert_cmpuint (id_at (recent, 0), ==, 3);

  /* who is not there cannot leave */
  g_assert_null (leave (list, 3));
  g_assert_null (leave (list, 77));
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (recent), ==, 1);

  g_object_get (list, "count", &count, NULL);
  g_assert_cmpuint (count, ==, 2);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_same_id_twice (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();

  join (list, 5, 1);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*g_hash_table_contains*");
  join (list, 5, 1);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (sb_client_list_count (list), ==, 1);
  g_assert_cmpuint (sb_client_list_count_token (list, 1), ==, 1);

  leave (list, 5);
  join (list, 5, 1);
  g_assert_cmpuint (sb_client_list_count (list), ==, 1);
}

static void
test_batch (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  ShadowList shadow;
  guint n_notify = 0;

  shadow_list_init (&shadow, G_LIST_MODEL (list));
  sb_client_list_begin (list);
  for (guint64 id = 1; id <= 10; id++)
    join (list, id, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
  g_assert_cmpuint (sb_client_list_count (list), ==, 10);
  g_assert_cmpuint (sb_client_list_count_token (list, 1), ==, 10);
  g_assert_nonnull (sb_client_list_find (list, 10));
  sb_client_list_end (list);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  g_assert_cmpuint (shadow.items->len, ==, 10);

  /* runs 2–4, 7 and 9–10, told from the back; 11 and 13 come, 12 comes and goes */
  g_signal_connect_swapped (list, "notify::count", G_CALLBACK (count_cb), &n_notify);
  sb_client_list_begin (list);
  sb_client_list_begin (list);
  leave (list, 3);
  leave (list, 9);
  join (list, 11, 1);
  join (list, 12, 1);
  leave (list, 12);
  leave (list, 4);
  leave (list, 2);
  sb_client_list_end (list);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);
  leave (list, 7);
  leave (list, 10);
  join (list, 13, 1);
  g_assert_cmpuint (sb_client_list_count (list), ==, 6);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 10);
  g_assert_null (sb_client_list_find (list, 9));
  g_assert_cmpuint (n_notify, ==, 0);
  sb_client_list_end (list);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 4);
  g_assert_cmpuint (n_notify, ==, 1);

  shadow_list_check (&shadow);
  g_assert_cmpuint (shadow.items->len, ==, 6);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpuint (id_at (G_LIST_MODEL (list), i), ==, ((guint64[]) { 1, 5, 6, 8, 11, 13 })[i]);

  /* newest first, 12 among them */
  for (guint i = 0; i < 7; i++)
    g_assert_cmpuint (id_at (sb_client_list_get_recently_left (list), i), ==,
                      ((guint64[]) { 10, 7, 2, 4, 12, 9, 3 })[i]);
  g_assert_cmpuint (g_list_model_get_n_items (sb_client_list_get_recently_left (list)), ==, 7);
  shadow_list_clear (&shadow);
}

static void
test_empty_batch (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (list));
  sb_client_list_begin (list);
  sb_client_list_end (list);
  sb_client_list_begin (list);
  join (list, 1, 1);
  leave (list, 1);
  sb_client_list_end (list);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (sb_client_list_get_recently_left (list)), ==, 1);
  shadow_list_clear (&shadow);
}

/* Ten thousand in one batch, and all gone in another: two emissions. */
static void
test_ten_thousand (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (list));
  sb_client_list_begin (list);
  for (guint64 id = 1; id <= 10000; id++)
    join (list, id, (gint64) (id % 7));
  sb_client_list_end (list);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  shadow_list_check (&shadow);

  sb_client_list_begin (list);
  for (guint64 id = 10000; id >= 1; id--)
    leave (list, id);
  sb_client_list_end (list);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  g_assert_cmpuint (shadow.items->len, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (sb_client_list_get_recently_left (list)), ==, MAX_RECENTLY_LEFT);
  g_assert_cmpuint (id_at (sb_client_list_get_recently_left (list), 0), ==, 1);
  g_assert_cmpuint (id_at (sb_client_list_get_recently_left (list), MAX_RECENTLY_LEFT - 1), ==, MAX_RECENTLY_LEFT);
  shadow_list_clear (&shadow);
}

/* What is more than is kept goes at once, and later as well. */
static void
test_fewer_recently_left (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  GListModel *recent = sb_client_list_get_recently_left (list);
  ShadowList shadow;

  shadow_list_init (&shadow, recent);
  for (guint64 id = 1; id <= 10; id++)
    {
      join (list, id, 1);
      leave (list, id);
    }
  shadow_list_steal_n_emissions (&shadow);
  sb_client_list_set_max_recently_left (list, 3);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (recent), ==, 3);
  g_assert_cmpuint (id_at (recent, 0), ==, 10);
  g_assert_cmpuint (id_at (recent, 2), ==, 8);

  join (list, 11, 1);
  leave (list, 11);
  g_assert_cmpuint (g_list_model_get_n_items (recent), ==, 3);
  g_assert_cmpuint (id_at (recent, 0), ==, 11);
  sb_client_list_set_max_recently_left (list, 1000);
  join (list, 12, 1);
  leave (list, 12);
  g_assert_cmpuint (g_list_model_get_n_items (recent), ==, 4);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_count_by_token (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();

  g_assert_cmpuint (sb_client_list_count_token (list, 1), ==, 0);
  join (list, 1, 1);
  join (list, 2, 1);
  join (list, 3, G_MAXINT64);
  g_assert_cmpuint (sb_client_list_count_token (list, 1), ==, 2);
  g_assert_cmpuint (sb_client_list_count_token (list, G_MAXINT64), ==, 1);
  leave (list, 3);
  leave (list, 1);
  g_assert_cmpuint (sb_client_list_count_token (list, 1), ==, 1);
  g_assert_cmpuint (sb_client_list_count_token (list, G_MAXINT64), ==, 0);
}

static void
test_recently_left_is_bounded (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  GListModel *recent = sb_client_list_get_recently_left (list);
  ShadowList shadow;

  shadow_list_init (&shadow, recent);
  for (guint64 id = 1; id <= MAX_RECENTLY_LEFT + 5; id++)
    {
      join (list, id, 1);
      leave (list, id);
    }
  g_assert_cmpuint (shadow.items->len, ==, MAX_RECENTLY_LEFT);
  g_assert_cmpuint (id_at (recent, 0), ==, MAX_RECENTLY_LEFT + 5);
  g_assert_cmpuint (id_at (recent, MAX_RECENTLY_LEFT - 1), ==, 6);

  sb_client_list_begin (list);
  for (guint64 id = 2001; id <= 2300; id++)
    {
      join (list, id, 1);
      leave (list, id);
    }
  sb_client_list_end (list);
  g_assert_cmpuint (shadow.items->len, ==, MAX_RECENTLY_LEFT);
  g_assert_cmpuint (id_at (recent, 0), ==, 2300);
  g_assert_cmpuint (id_at (recent, 299), ==, 2001);
  g_assert_cmpuint (id_at (recent, 300), ==, MAX_RECENTLY_LEFT + 5);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

typedef struct
{
  GString *log;
} SignalLog;

static void
joined_cb (SbClientList *list,
           SbClient     *client,
           SignalLog    *signal_log)
{
  g_assert_true (sb_client_list_find (list, sb_client_get_id (client)) == client);
  g_string_append_printf (signal_log->log, "+%d ", (int) sb_client_get_id (client));
}

static void
left_cb (SbClientList *list,
         SbClient     *client,
         SignalLog    *signal_log)
{
  g_assert_null (sb_client_list_find (list, sb_client_get_id (client)));
  g_assert_cmpint (sb_client_get_state (client), ==, SB_CLIENT_LEFT);
  g_string_append_printf (signal_log->log, "-%d ", (int) sb_client_get_id (client));
}

static void
test_signals (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  SignalLog signal_log = { g_string_new (NULL) };

  g_signal_connect (list, "joined", G_CALLBACK (joined_cb), &signal_log);
  g_signal_connect (list, "left", G_CALLBACK (left_cb), &signal_log);
  join (list, 1, 1);
  sb_client_list_begin (list);
  join (list, 2, 1);
  leave (list, 1);
  leave (list, 2);
  leave (list, 2);
  sb_client_list_end (list);
  g_assert_cmpstr (signal_log.log->str, ==, "+1 +2 -1 -2 ");
  g_string_free (signal_log.log, TRUE);
}

/* A listener that acts while a batch is told. */
static void
act_in_between_cb (GListModel *model,
                   guint       position,
                   guint       removed,
                   guint       added,
                   gpointer    user_data)
{
  SbClientList *list = SB_CLIENT_LIST (model);

  if (sb_client_list_find (list, 100) == NULL && sb_client_list_find (list, 2) != NULL)
    {
      join (list, 100, 1);
      leave (list, 2);
    }
}

static void
test_listener_that_acts (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  ShadowList shadow;

  for (guint64 id = 1; id <= 4; id++)
    join (list, id, 1);
  shadow_list_init (&shadow, G_LIST_MODEL (list));
  g_signal_connect (list, "items-changed", G_CALLBACK (act_in_between_cb), NULL);
  sb_client_list_begin (list);
  leave (list, 1);
  leave (list, 4);
  join (list, 5, 1);
  sb_client_list_end (list);

  shadow_list_check (&shadow);
  g_assert_cmpuint (shadow.items->len, ==, 3);
  g_assert_cmpuint (id_at (G_LIST_MODEL (list), 0), ==, 3);
  shadow_list_clear (&shadow);
}

/* Random joins, leaves, batches and refreshes: the shadow, the counts and a plain array agree. */
static void
test_shadow (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint n_of_token[5] = { 0 };
  ShadowList shadow, recent;
  guint64 next_id = 1;
  guint depth = 0;

  shadow_list_init (&shadow, G_LIST_MODEL (list));
  shadow_list_init (&recent, sb_client_list_get_recently_left (list));
  for (guint i = 0; i < 60000; i++)
    {
      int dice = g_test_rand_int_range (0, 100);

      if (dice < 6 && depth < 3)
        {
          sb_client_list_begin (list);
          depth++;
        }
      else if (dice < 12 && depth > 0)
        {
          sb_client_list_end (list);
          depth--;
        }
      else if (dice < 14)
        {
          sb_client_list_refresh (list, (guint) g_test_rand_int_range (0, 100), START + i * SECOND, MAX_BACKLOG);
        }
      else if (dice < 20 && expected->len > 0)
        {
          /* a run of neighbours, as when a token is revoked or a machine goes */
          guint first = (guint) g_test_rand_int_range (0, (int) expected->len);
          guint n = (guint) g_test_rand_int_range (1, 30);

          n = MIN (n, expected->len - first);
          for (guint j = 0; j < n; j++)
            {
              guint64 id = g_array_index (expected, guint64, first + j);

              g_assert_nonnull (leave (list, id));
              n_of_token[id % 5]--;
            }
          g_array_remove_range (expected, first, n);
        }
      else if (dice < 45 && expected->len > 0)
        {
          guint at = (guint) g_test_rand_int_range (0, (int) expected->len);
          guint64 id = g_array_index (expected, guint64, at);

          g_assert_nonnull (leave (list, id));
          n_of_token[id % 5]--;
          g_array_remove_index (expected, at);
        }
      else
        {
          guint n = dice > 97 ? 20 : 1;

          for (guint j = 0; j < n; j++, next_id++)
            {
              join (list, next_id, (gint64) (next_id % 5));
              n_of_token[next_id % 5]++;
              g_array_append_val (expected, next_id);
            }
        }

      g_assert_cmpuint (sb_client_list_count (list), ==, expected->len);
      if (depth == 0)
        {
          g_assert_cmpuint (shadow.items->len, ==, expected->len);
          shadow_list_check_some (&shadow);
        }
      if (depth == 0 && i % 97 == 0)
        {
          shadow_list_check (&shadow);
          for (guint j = 0; j < expected->len; j++)
            g_assert_cmpuint (sb_client_get_id (g_ptr_array_index (shadow.items, j)), ==,
                              g_array_index (expected, guint64, j));
          for (guint j = 0; j < 5; j++)
            g_assert_cmpuint (sb_client_list_count_token (list, j), ==, n_of_token[j]);
          shadow_list_check (&recent);
        }
    }
  while (depth-- > 0)
    sb_client_list_end (list);
  shadow_list_check (&shadow);
  shadow_list_check (&recent);
  g_assert_cmpuint (shadow.items->len, ==, expected->len);
  shadow_list_clear (&shadow);
  shadow_list_clear (&recent);
}

/* Also in the middle of a batch nothing is freed twice or leaked. */
static void
test_freed_with_the_list (void)
{
  SbClientList *list = sb_client_list_new ();
  g_autoptr (SbPeer) peer = make_peer (7, 1);
  GWeakRef told, joining, leaving, left;
  GWeakRef *all[] = { &told, &joining, &leaving, &left };

  for (guint64 id = 1; id <= 3; id++)
    join (list, id, 1);
  g_weak_ref_init (&told, sb_client_list_find (list, 1));
  g_weak_ref_init (&leaving, sb_client_list_find (list, 2));
  g_weak_ref_init (&left, leave (list, 3));
  sb_client_list_begin (list);
  leave (list, 2);
  sb_client_list_join (list, peer);
  g_weak_ref_init (&joining, sb_client_list_find (list, 7));
  g_object_unref (list);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_assert_null (g_weak_ref_get (all[i]));
      g_weak_ref_clear (all[i]);
    }
  g_assert_cmpuint (atomic_load (&peer->ref_count), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-list/join-and-leave", test_join_and_leave);
  g_test_add_func ("/client-list/same-id-twice-is-refused", test_same_id_twice);
  g_test_add_func ("/client-list/batch-is-told-in-runs", test_batch);
  g_test_add_func ("/client-list/batch-that-changes-nothing", test_empty_batch);
  g_test_add_func ("/client-list/ten-thousand-in-one-batch", test_ten_thousand);
  g_test_add_func ("/client-list/count-by-token", test_count_by_token);
  g_test_add_func ("/client-list/recently-left-is-bounded", test_recently_left_is_bounded);
  g_test_add_func ("/client-list/fewer-recently-left", test_fewer_recently_left);
  g_test_add_func ("/client-list/signals", test_signals);
  g_test_add_func ("/client-list/listener-that-acts", test_listener_that_acts);
  g_test_add_func ("/client-list/shadow", test_shadow);
  g_test_add_func ("/client-list/freed-with-the-list", test_freed_with_the_list);

  return g_test_run ();
}
