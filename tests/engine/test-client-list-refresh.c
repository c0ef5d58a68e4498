/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-list-fixture.h"

static void
test_refresh_counts (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();
  guint n_notify_slow = 0, n_slow;

  for (guint64 id = 1; id <= 10; id++)
    join (list, id, 1);
  g_signal_connect_swapped (list, "notify::n-slow", G_CALLBACK (count_cb), &n_notify_slow);
  sb_client_list_refresh (list, G_MAXUINT, START, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_list_get_n_slow (list), ==, 0);
  g_assert_cmpuint (sb_client_list_get_n_rejected (list), ==, 0);
  g_assert_cmpuint (n_notify_slow, ==, 0);

  for (guint64 id = 1; id <= 4; id++)
    sb_counter_set (sb_client_get_peer (sb_client_list_find (list, id))->counters.backlog, MAX_BACKLOG);
  for (guint64 id = 4; id <= 6; id++)
    sb_counter_set (sb_client_get_peer (sb_client_list_find (list, id))->counters.rejected, 2);
  sb_client_list_refresh (list, G_MAXUINT, START + SECOND, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_list_get_n_slow (list), ==, 4);
  g_assert_cmpuint (sb_client_list_get_n_rejected (list), ==, 3);
  g_assert_cmpuint (n_notify_slow, ==, 1);
  g_object_get (list, "n-slow", &n_slow, NULL);
  g_assert_cmpuint (n_slow, ==, 4);

  /* who leaves counts no more, both for one of both kinds */
  leave (list, 4);
  g_assert_cmpuint (sb_client_list_get_n_slow (list), ==, 3);
  g_assert_cmpuint (sb_client_list_get_n_rejected (list), ==, 2);
  g_assert_cmpuint (n_notify_slow, ==, 2);

  /* a refresh within the batch in which one left does not count it again */
  sb_client_list_begin (list);
  leave (list, 1);
  sb_client_list_refresh (list, G_MAXUINT, START + 2 * SECOND, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_list_get_n_slow (list), ==, 2);
  sb_client_list_end (list);
  g_assert_cmpuint (sb_client_list_get_n_slow (list), ==, 2);

  sb_counter_set (sb_client_get_peer (sb_client_list_find (list, 2))->counters.backlog, 0);
  sb_client_list_refresh (list, G_MAXUINT, START + 120 * SECOND, MAX_BACKLOG);
  sb_client_list_refresh (list, G_MAXUINT, START + 181 * SECOND, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_list_get_n_slow (list), ==, 1);
  g_assert_cmpuint (sb_client_list_get_n_rejected (list), ==, 0);
}

static guint
count_refreshed (SbClientList *list,
                 guint64       expected)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (list), i);

      n += sb_client_get_bytes_in (client) == expected;
    }

  return n;
}

static void
set_bytes (SbClientList *list,
           guint64       bytes)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (list), i);

      sb_counter_set (sb_client_get_peer (client)->counters.bytes_in, bytes);
    }
}

/* At most so many a call, each once a round, also where clients leave on the way. */
static void
test_refresh_goes_round (void)
{
  g_autoptr (SbClientList) list = sb_client_list_new ();

  sb_client_list_refresh (list, 10, START, MAX_BACKLOG);
  for (guint64 id = 1; id <= 25; id++)
    join (list, id, 1);

  set_bytes (list, 1);
  sb_client_list_refresh (list, 0, START, MAX_BACKLOG);
  g_assert_cmpuint (count_refreshed (list, 1), ==, 0);
  sb_client_list_refresh (list, 10, START, MAX_BACKLOG);
  g_assert_cmpuint (count_refreshed (list, 1), ==, 10);
  sb_client_list_refresh (list, 10, START, MAX_BACKLOG);
  g_assert_cmpuint (count_refreshed (list, 1), ==, 20);
  sb_client_list_refresh (list, 5, START, MAX_BACKLOG);
  g_assert_cmpuint (count_refreshed (list, 1), ==, 25);

  /* the next round: three in front and the next in turn leave, none of the others is left out */
  set_bytes (list, 2);
  sb_client_list_refresh (list, 12, START, MAX_BACKLOG);
  g_assert_cmpuint (count_refreshed (list, 2), ==, 12);
  leave (list, 1);
  leave (list, 2);
  leave (list, 3);
  leave (list, 13);
  g_assert_cmpuint (count_refreshed (list, 2), ==, 9);
  sb_client_list_refresh (list, 12, START, MAX_BACKLOG);
  g_assert_cmpuint (count_refreshed (list, 2), ==, 21);
  sb_client_list_refresh (list, G_MAXUINT, START, MAX_BACKLOG);
  g_assert_cmpuint (count_refreshed (list, 2), ==, 21);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-list-refresh/counts-states", test_refresh_counts);
  g_test_add_func ("/client-list-refresh/goes-round", test_refresh_goes_round);

  return g_test_run ();
}
