/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"

#include <stdio.h>
#include <string.h>

#define N_LANES 3
#define N_CHANNELS 2
#define N_CLIENTS 12
#define N_MESSAGES 600

static guint
lane_of (HubFixture *self, guint client)
{
  return ((SbPeer *) g_ptr_array_index (self->joined, client))->lane;
}

static void
count_lanes (HubFixture *self, guint first, guint counts[N_LANES])
{
  memset (counts, 0, N_LANES * sizeof *counts);
  for (guint i = first; i < self->joined->len; i++)
    counts[lane_of (self, i)]++;
}

/* Who comes goes to the lane that has the fewest. */
static void
test_spread_by_count (HubFixture *self, gconstpointer data)
{
  SbTestClient *clients[N_CLIENTS + N_CLIENTS / N_LANES];
  guint counts[N_LANES], n_left = 0;
  guint emptied;

  for (guint i = 0; i < N_CLIENTS; i++)
    clients[i] = connect_client (self, "/");
  sb_test_wait (self->joined->len == N_CLIENTS);
  count_lanes (self, 0, counts);
  for (guint i = 0; i < N_LANES; i++)
    g_assert_cmpuint (counts[i], ==, N_CLIENTS / N_LANES);

  /* Where all have gone from one, all that come next go there. */
  emptied = g_test_rand_int_range (0, N_LANES);
  for (guint i = 0; i < N_CLIENTS; i++)
    if (lane_of (self, i) == emptied)
      {
        sb_test_client_close (clients[i]);
        g_clear_pointer (&clients[i], sb_test_client_free);
        n_left++;
      }
  sb_test_wait (self->left->len == n_left);
  for (guint i = N_CLIENTS; i < N_CLIENTS + n_left; i++)
    clients[i] = connect_client (self, "/");
  sb_test_wait (self->joined->len == N_CLIENTS + n_left);
  count_lanes (self, N_CLIENTS, counts);
  g_assert_cmpuint (counts[emptied], ==, n_left);

  for (guint i = 0; i < N_CLIENTS + n_left; i++)
    g_clear_pointer (&clients[i], sb_test_client_free);
}

/* Whoever sends how much when: every receiver gets every message of the others of its channel once, and each sender's in its order,
 * whichever lanes the two are on. */
static void
test_order_across_lanes (HubFixture *self, gconstpointer data)
{
  static const char *const channels[N_CHANNELS] = { "/even", "/odd" };
  SbTestClient *clients[N_CLIENTS];
  guint n_sent[N_CLIENTS] = { 0 };

  for (guint i = 0; i < N_CLIENTS; i++)
    clients[i] = connect_client (self, channels[i % N_CHANNELS]);
  sb_test_wait (self->joined->len == N_CLIENTS);

  for (guint i = 0; i < N_MESSAGES; i++)
    {
      guint sender = g_test_rand_int_range (0, N_CLIENTS);
      /* Long ones make those behind them wait. */
      int width = g_test_rand_int_range (0, 10) == 0 ? g_test_rand_int_range (1, 30000) : 1;
      g_autofree char *text = g_strdup_printf ("[%u,%u,\"%*s\"]", sender, n_sent[sender]++, width, "");

      sb_test_client_send_text (clients[sender], text);
    }

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      guint next[N_CLIENTS] = { 0 };
      guint expected = 0;

      for (guint j = i % N_CHANNELS; j < N_CLIENTS; j += N_CHANNELS)
        expected += j != i ? n_sent[j] : 0;
      for (guint n = 0; n < expected; n++)
        {
          g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (clients[i]);
          guint sender, number;

          g_assert_cmpint (sscanf (sb_test_frame_get_text (frame), "[%u,%u,", &sender, &number), ==, 2);
          g_assert_cmpuint (sender % N_CHANNELS, ==, i % N_CHANNELS);
          g_assert_cmpuint (sender, !=, i);
          g_assert_cmpuint (number, ==, next[sender]);
          next[sender]++;
        }
      sb_test_client_expect_silence (clients[i]);
    }

  sb_test_wait (self->traffic->len == N_MESSAGES);
  for (guint i = 0; i < self->traffic->len; i++)
    g_assert_cmpuint (g_array_index (self->traffic, SbTrafficRecord, i).reached, ==, N_CLIENTS / N_CHANNELS - 1);
  for (guint i = 0; i < N_CLIENTS; i++)
    sb_test_client_free (clients[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/hub-lanes/spread-by-count", HubFixture, GUINT_TO_POINTER (N_LANES), hub_fixture_set_up, test_spread_by_count,
              hub_fixture_tear_down);
  g_test_add ("/hub-lanes/order-across-lanes", HubFixture, GUINT_TO_POINTER (N_LANES), hub_fixture_set_up, test_order_across_lanes,
              hub_fixture_tear_down);

  return g_test_run ();
}
