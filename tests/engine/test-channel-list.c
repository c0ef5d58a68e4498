/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-list-fixture.h"
#include "shadow-list.h"
#include "watch/sb-channel-list.h"

static SbClient *
join_channel (SbClientList *clients,
              guint64       id,
              const char   *channel)
{
  g_autoptr (SbPeer) peer = make_peer (id, 1);

  peer->channel = g_strdup (channel);
  sb_client_list_join (clients, peer);
  return sb_client_list_find (clients, id);
}

static void
set_counters (SbClient *client,
              guint64   n)
{
  SbPeer *peer = sb_client_get_peer (client);

  sb_counter_set (peer->counters.messages_in, n);
  sb_counter_set (peer->counters.messages_out, 2 * n);
  sb_counter_set (peer->counters.bytes_in, 3 * n);
  sb_counter_set (peer->counters.bytes_out, 4 * n);
  sb_counter_set (peer->counters.rejected, 5 * n);
  sb_counter_set (peer->counters.dropped, 6 * n);
  sb_counter_set (peer->counters.backlog, 7 * n);
}

static void
test_sums (void)
{
  g_autoptr (SbClientList) clients = sb_client_list_new ();
  g_autoptr (GPtrArray) nothing = sb_channel_sum_collect (G_LIST_MODEL (clients));
  g_autoptr (GPtrArray) sums = NULL;
  const SbChannelSum *sum;
  SbClient *first = join_channel (clients, 1, "/b"), *second = join_channel (clients, 2, "/b");

  g_assert_cmpuint (nothing->len, ==, 0);
  join_channel (clients, 3, "/a");
  sb_client_list_refresh (clients, G_MAXUINT, START, MAX_BACKLOG);
  set_counters (first, 1);
  set_counters (second, 10);
  sb_client_list_refresh (clients, G_MAXUINT, START + SECOND, MAX_BACKLOG);

  sums = sb_channel_sum_collect (G_LIST_MODEL (clients));
  g_assert_cmpuint (sums->len, ==, 2);
  sum = g_ptr_array_index (sums, 0);
  g_assert_cmpstr (sum->name, ==, "/a");
  g_assert_cmpuint (sum->n_clients, ==, 1);
  g_assert_cmpuint (sum->messages_in, ==, 0);
  g_assert_cmpfloat (sum->rate, ==, 0);
  sum = g_ptr_array_index (sums, 1);
  g_assert_cmpstr (sum->name, ==, "/b");
  g_assert_cmpuint (sum->n_clients, ==, 2);
  g_assert_cmpuint (sum->messages_in, ==, 11);
  g_assert_cmpuint (sum->messages_out, ==, 22);
  g_assert_cmpuint (sum->bytes_in, ==, 33);
  g_assert_cmpuint (sum->bytes_out, ==, 44);
  g_assert_cmpuint (sum->rejected, ==, 55);
  g_assert_cmpuint (sum->dropped, ==, 66);
  g_assert_cmpuint (sum->backlog, ==, 77);
  g_assert_cmpfloat (sum->rate, >, 0);
  g_assert_cmpfloat_with_epsilon (sum->rate, sb_client_get_rate (first) + sb_client_get_rate (second), 1e-9);

  /* What one who left said is not in them. */
  leave (clients, 2);
  g_ptr_array_unref (sums);
  sums = sb_channel_sum_collect (G_LIST_MODEL (clients));
  sum = g_ptr_array_index (sums, 1);
  g_assert_cmpuint (sum->n_clients, ==, 1);
  g_assert_cmpuint (sum->messages_in, ==, 1);
}

static void
assert_item (SbChannelList *list,
             guint          position,
             const char    *name,
             guint          n_clients)
{
  g_autoptr (SbChannelItem) item = g_list_model_get_item (G_LIST_MODEL (list), position);

  g_assert_nonnull (item);
  g_assert_cmpstr (sb_channel_item_get_sum (item)->name, ==, name);
  g_assert_cmpuint (sb_channel_item_get_sum (item)->n_clients, ==, n_clients);
}

/* The most clients first; one who comes moves its channel up, and the item stays the same. */
static void
test_order (void)
{
  g_autoptr (SbClientList) clients = sb_client_list_new ();
  g_autoptr (SbChannelList) list = sb_channel_list_new ();
  g_autoptr (SbChannelItem) b = NULL;
  g_autoptr (SbChannelItem) again = NULL;
  guint n_refreshed = 0;

  join_channel (clients, 1, "/b");
  join_channel (clients, 2, "/a");
  join_channel (clients, 3, "/c");
  join_channel (clients, 4, "/c");
  g_assert_cmpuint (sb_channel_list_count (list), ==, 0);
  sb_channel_list_refresh (list, G_LIST_MODEL (clients));
  g_assert_cmpuint (sb_channel_list_count (list), ==, 3);
  assert_item (list, 0, "/c", 2);
  assert_item (list, 1, "/a", 1);
  assert_item (list, 2, "/b", 1);

  b = g_list_model_get_item (G_LIST_MODEL (list), 2);
  g_signal_connect_swapped (b, "refreshed", G_CALLBACK (count_cb), &n_refreshed);
  sb_channel_list_refresh (list, G_LIST_MODEL (clients));
  g_assert_cmpuint (n_refreshed, ==, 0);
  join_channel (clients, 5, "/b");
  join_channel (clients, 6, "/b");
  leave (clients, 2);
  sb_channel_list_refresh (list, G_LIST_MODEL (clients));
  g_assert_cmpuint (n_refreshed, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 2);
  assert_item (list, 0, "/b", 3);
  assert_item (list, 1, "/c", 2);
  again = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (again == b);
}

static void
test_search (void)
{
  g_autoptr (SbClientList) clients = sb_client_list_new ();
  g_autoptr (SbChannelList) list = sb_channel_list_new ();

  join_channel (clients, 1, "/Screens/lobby");
  join_channel (clients, 2, "/screens/hall");
  join_channel (clients, 3, "/lab");
  sb_channel_list_refresh (list, G_LIST_MODEL (clients));
  sb_channel_list_set_search (list, " sCREENS/ ");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 2);
  assert_item (list, 0, "/Screens/lobby", 1);
  assert_item (list, 1, "/screens/hall", 1);
  g_assert_cmpuint (sb_channel_list_count (list), ==, 3);
  /* It goes for those that come later, too. */
  join_channel (clients, 4, "/lab/oven");
  join_channel (clients, 5, "/screens/stage");
  sb_channel_list_refresh (list, G_LIST_MODEL (clients));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 3);
  sb_channel_list_set_search (list, "ä");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
  sb_channel_list_set_search (list, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 5);
}

/* Whatever comes, goes and is looked for: a view believes what is so, is told once, and only what is different. */
static void
test_random (void)
{
  static const char *const searches[] = { NULL, "1", "/C2", "nowhere" };
  g_autoptr (SbClientList) clients = sb_client_list_new ();
  g_autoptr (SbChannelList) list = sb_channel_list_new ();
  ShadowList shadow;
  guint64 last_id = 0;

  shadow_list_init (&shadow, G_LIST_MODEL (list));
  for (guint step = 0; step < 500; step++)
    {
      guint n = (guint) g_test_rand_int_range (0, 4), n_sum = 0, n_before = G_MAXUINT;

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *channel = g_strdup_printf ("/c%d", g_test_rand_int_range (0, 30));

          join_channel (clients, ++last_id, channel);
        }
      for (guint i = (guint) g_test_rand_int_range (0, 4); i > 0 && sb_client_list_count (clients) > 0; i--)
        leave (clients, id_at (G_LIST_MODEL (clients), (guint) g_test_rand_int_range (0, (int) sb_client_list_count (clients))));
      if (g_test_rand_int_range (0, 8) == 0)
        {
          sb_channel_list_set_search (list, searches[g_test_rand_int_range (0, G_N_ELEMENTS (searches))]);
          g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), <=, 1);
        }
      sb_channel_list_refresh (list, G_LIST_MODEL (clients));
      g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), <=, 1);
      shadow_list_check (&shadow);
      sb_channel_list_refresh (list, G_LIST_MODEL (clients));
      g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);

      sb_channel_list_set_search (list, NULL);
      for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
        {
          g_autoptr (SbChannelItem) item = g_list_model_get_item (G_LIST_MODEL (list), i);

          g_assert_cmpuint (sb_channel_item_get_sum (item)->n_clients, <=, n_before);
          n_before = sb_channel_item_get_sum (item)->n_clients;
          n_sum += n_before;
        }
      g_assert_cmpuint (n_sum, ==, sb_client_list_count (clients));
      shadow_list_check (&shadow);
      shadow_list_steal_n_emissions (&shadow);
      if (step % 2 == 0)
        sb_channel_list_set_search (list, searches[g_test_rand_int_range (0, G_N_ELEMENTS (searches))]);
      shadow_list_steal_n_emissions (&shadow);
    }
  shadow_list_clear (&shadow);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/channel-list/sums", test_sums);
  g_test_add_func ("/channel-list/order", test_order);
  g_test_add_func ("/channel-list/search", test_search);
  g_test_add_func ("/channel-list/random", test_random);

  return g_test_run ();
}
