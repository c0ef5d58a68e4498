/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-client.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define MAX_BACKLOG 1000
#define START (1000 * SECOND)

static SbPeer *
make_peer (void)
{
  SbPeer *peer = sb_peer_new ();

  peer->id = 17;
  peer->address = g_strdup ("192.168.1.30");
  peer->channel = g_strdup ("/news");
  peer->name = g_strdup ("left door");
  peer->token_id = 3;
  peer->token_label = g_strdup ("Doors");
  peer->token_hint = g_strdup ("sbx_7Kq2…f3Zd");
  peer->joined_at = 1700000000000000;

  return peer;
}

typedef struct
{
  SbPeer *peer;
  SbClient *client;
  guint n_refreshed;
  guint n_state;
} Fixture;

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->peer = make_peer ();
  fixture->client = sb_client_new (fixture->peer);
  g_signal_connect_swapped (fixture->client, "refreshed", G_CALLBACK (count_cb), &fixture->n_refreshed);
  g_signal_connect_swapped (fixture->client, "notify::state", G_CALLBACK (count_cb), &fixture->n_state);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->client);
  g_clear_pointer (&fixture->peer, sb_peer_unref);
}

static void
test_facts (Fixture      *fixture,
            gconstpointer data)
{
  guint64 id;
  gint64 token_id, since, round_trip, left_at;
  int state;
  g_autofree char *title = NULL, *name = NULL, *address = NULL, *channel = NULL, *reason = NULL;

  g_assert_true (sb_client_get_peer (fixture->client) == fixture->peer);
  g_assert_cmpuint (sb_client_get_id (fixture->client), ==, 17);
  g_assert_cmpstr (sb_client_get_title (fixture->client), ==, "Doors");
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_OK);
  g_assert_cmpint (sb_client_get_round_trip (fixture->client), ==, -1);

  g_object_get (fixture->client, "id", &id, "token-id", &token_id, "since", &since, "title", &title,
                "name", &name, "address", &address, "channel", &channel, "state", &state,
                "round-trip", &round_trip, "left-at", &left_at, "close-reason", &reason, NULL);
  g_assert_cmpuint (id, ==, 17);
  g_assert_cmpint (token_id, ==, 3);
  g_assert_cmpint (since, ==, 1700000000000000);
  g_assert_cmpstr (title, ==, "Doors");
  g_assert_cmpstr (name, ==, "left door");
  g_assert_cmpstr (address, ==, "192.168.1.30");
  g_assert_cmpstr (channel, ==, "/news");
  g_assert_cmpint (state, ==, SB_CLIENT_OK);
  g_assert_cmpint (round_trip, ==, -1);
  g_assert_cmpint (left_at, ==, 0);
  g_assert_null (reason);
}

static void
test_title_without_label (void)
{
  g_autoptr (SbPeer) peer = make_peer ();
  g_autoptr (SbPeer) bare = sb_peer_new ();
  g_autoptr (SbClient) client = sb_client_new (peer);
  g_autoptr (SbClient) bare_client = sb_client_new (bare);

  g_free (peer->token_label);
  peer->token_label = g_strdup ("");
  g_assert_cmpstr (sb_client_get_title (client), ==, "sbx_7Kq2…f3Zd");
  g_assert_cmpstr (sb_client_get_title (bare_client), ==, "");
}

static void
test_reads_counters (Fixture      *fixture,
                     gconstpointer data)
{
  SbCounters *counters = &fixture->peer->counters;
  guint64 messages_in, messages_out, bytes_in, bytes_out, rejected, dropped, backlog;
  gint64 round_trip;

  sb_counter_set (counters->messages_in, 1);
  sb_counter_set (counters->messages_out, 2);
  sb_counter_set (counters->bytes_in, 3);
  sb_counter_set (counters->bytes_out, G_MAXUINT64);
  sb_counter_set (counters->rejected, 5);
  sb_counter_set (counters->dropped, 6);
  sb_counter_set (counters->backlog, 7);
  sb_counter_set (counters->round_trip, 8);
  /* nothing moves before it is refreshed */
  g_assert_cmpuint (sb_client_get_messages_in (fixture->client), ==, 0);
  g_assert_true (sb_client_refresh (fixture->client, START, MAX_BACKLOG));

  g_assert_cmpuint (sb_client_get_messages_in (fixture->client), ==, 1);
  g_assert_cmpuint (sb_client_get_messages_out (fixture->client), ==, 2);
  g_assert_cmpuint (sb_client_get_bytes_in (fixture->client), ==, 3);
  g_assert_cmpuint (sb_client_get_bytes_out (fixture->client), ==, G_MAXUINT64);
  g_assert_cmpuint (sb_client_get_rejected (fixture->client), ==, 5);
  g_assert_cmpuint (sb_client_get_dropped (fixture->client), ==, 6);
  g_assert_cmpuint (sb_client_get_backlog (fixture->client), ==, 7);
  g_assert_cmpint (sb_client_get_round_trip (fixture->client), ==, 8);

  g_object_get (fixture->client, "messages-in", &messages_in, "messages-out", &messages_out,
                "bytes-in", &bytes_in, "bytes-out", &bytes_out, "rejected", &rejected, "dropped", &dropped,
                "backlog", &backlog, "round-trip", &round_trip, NULL);
  g_assert_cmpuint (messages_in, ==, 1);
  g_assert_cmpuint (messages_out, ==, 2);
  g_assert_cmpuint (bytes_in, ==, 3);
  g_assert_cmpuint (bytes_out, ==, G_MAXUINT64);
  g_assert_cmpuint (rejected, ==, 5);
  g_assert_cmpuint (dropped, ==, 6);
  g_assert_cmpuint (backlog, ==, 7);
  g_assert_cmpint (round_trip, ==, 8);
}

static void
test_tells_only_changes (Fixture      *fixture,
                         gconstpointer data)
{
  g_assert_false (sb_client_refresh (fixture->client, START, MAX_BACKLOG));
  g_assert_cmpuint (fixture->n_refreshed, ==, 0);

  sb_counter_add (fixture->peer->counters.bytes_in, 10);
  g_assert_true (sb_client_refresh (fixture->client, START + SECOND, MAX_BACKLOG));
  g_assert_false (sb_client_refresh (fixture->client, START + 2 * SECOND, MAX_BACKLOG));
  g_assert_cmpuint (fixture->n_refreshed, ==, 1);
  g_assert_cmpuint (fixture->n_state, ==, 0);

  sb_counter_set (fixture->peer->counters.backlog, MAX_BACKLOG);
  g_assert_true (sb_client_refresh (fixture->client, START + 3 * SECOND, MAX_BACKLOG));
  g_assert_cmpuint (fixture->n_refreshed, ==, 2);
  g_assert_cmpuint (fixture->n_state, ==, 1);
}

static void
test_slow (Fixture      *fixture,
           gconstpointer data)
{
  _Atomic guint64 *backlog = &fixture->peer->counters.backlog;

  sb_counter_set (*backlog, MAX_BACKLOG / 2);
  sb_client_refresh (fixture->client, START, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_OK);

  sb_counter_set (*backlog, MAX_BACKLOG / 2 + 1);
  sb_client_refresh (fixture->client, START + 1, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_SLOW);

  /* being slow matters more than what was rejected */
  sb_counter_add (fixture->peer->counters.rejected, 1);
  sb_client_refresh (fixture->client, START + 2, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_SLOW);
  g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 1);

  /* without a limit nobody is slow */
  sb_client_refresh (fixture->client, START + 3, 0);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_REJECTED);

  sb_counter_set (*backlog, 0);
  sb_client_refresh (fixture->client, START + 4, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_REJECTED);
}

static void
test_rejected_for_a_minute (Fixture      *fixture,
                            gconstpointer data)
{
  const gint64 step = SECOND / 4;
  gint64 last_rejected = 0;
  gint64 forgotten = 0;

  for (gint64 now = START; now < START + 3 * MINUTE; now += step)
    {
      /* five of them, from the 20th to the 30th second */
      if (now - START >= 20 * SECOND && now - START < 30 * SECOND && (now - START) % (2 * SECOND) == 0)
        {
          sb_counter_add (fixture->peer->counters.rejected, 1);
          last_rejected = now;
        }
      sb_client_refresh (fixture->client, now, MAX_BACKLOG);

      if (last_rejected == 0)
        {
          g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 0);
        }
      else if (now - last_rejected < MINUTE)
        {
          g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), >=, 1);
          g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), <=, 5);
          g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_REJECTED);
        }
      else if (forgotten == 0 && sb_client_get_recent_rejected (fixture->client) == 0)
        {
          forgotten = now;
          g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_OK);
        }
    }

  g_assert_cmpint (forgotten - last_rejected, >=, MINUTE);
  g_assert_cmpint (forgotten - last_rejected, <=, MINUTE + 6 * SECOND);
  g_assert_cmpuint (sb_client_get_rejected (fixture->client), ==, 5);
}

/* The list goes round its clients, so one of ten thousand is looked at every few seconds only. */
static void
test_rejected_when_seldom_refreshed (Fixture      *fixture,
                                     gconstpointer data)
{
  gint64 now = START;

  sb_counter_set (fixture->peer->counters.rejected, 4);
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 4);

  for (guint i = 0; i < 8; i++)
    {
      now += 7 * SECOND;
      sb_client_refresh (fixture->client, now, MAX_BACKLOG);
      g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 4);
    }
  now += 14 * SECOND;
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 0);

  /* nobody looked for an hour */
  now += 60 * MINUTE;
  sb_counter_add (fixture->peer->counters.rejected, 2);
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 2);
  sb_client_refresh (fixture->client, now + 30 * SECOND, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 2);
  sb_client_refresh (fixture->client, now + 61 * SECOND, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_recent_rejected (fixture->client), ==, 0);
}

static void
test_idle (Fixture      *fixture,
           gconstpointer data)
{
  sb_client_refresh (fixture->client, START, MAX_BACKLOG);
  sb_client_refresh (fixture->client, START + 5 * MINUTE - 1, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_OK);
  sb_client_refresh (fixture->client, START + 5 * MINUTE, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_IDLE);

  /* pings move bytes, but say nothing */
  sb_counter_add (fixture->peer->counters.bytes_in, 6);
  sb_client_refresh (fixture->client, START + 6 * MINUTE, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_IDLE);

  sb_counter_add (fixture->peer->counters.messages_out, 1);
  sb_client_refresh (fixture->client, START + 7 * MINUTE, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_OK);
  sb_client_refresh (fixture->client, START + 12 * MINUTE - 1, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_OK);
  sb_client_refresh (fixture->client, START + 12 * MINUTE, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_IDLE);

  sb_counter_add (fixture->peer->counters.messages_in, 1);
  sb_client_refresh (fixture->client, START + 13 * MINUTE, MAX_BACKLOG);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_OK);
}

static void
test_rate (Fixture      *fixture,
           gconstpointer data)
{
  const gint64 step = SECOND / 4;
  gint64 now = START;

  /* what was said before anyone looked is no rate */
  sb_counter_set (fixture->peer->counters.messages_in, 1000000);
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpfloat (sb_client_get_rate (fixture->client), ==, 0);

  /* 20 in and 20 out a second */
  for (guint i = 0; i < 40; i++)
    {
      now += step;
      sb_counter_add (fixture->peer->counters.messages_in, 5);
      sb_counter_add (fixture->peer->counters.messages_out, 5);
      sb_client_refresh (fixture->client, now, MAX_BACKLOG);
      g_assert_cmpfloat_with_epsilon (sb_client_get_rate (fixture->client), 40, 0.001);
    }

  /* silence shows within the window and the spacing of samples */
  for (guint i = 0; i < 20; i++)
    {
      double before = sb_client_get_rate (fixture->client);

      now += step;
      sb_client_refresh (fixture->client, now, MAX_BACKLOG);
      g_assert_cmpfloat (sb_client_get_rate (fixture->client), <=, before);
      /* what was said in the last five seconds counts */
      if (i < 19)
        g_assert_cmpfloat (sb_client_get_rate (fixture->client), >, 0);
    }
  now += 2 * SECOND;
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpfloat (sb_client_get_rate (fixture->client), ==, 0);
}

/* One for each second, also for those in which nobody looked; the last minute and no more. */
static void
test_rates_of_the_last_minute (Fixture      *fixture,
                               gconstpointer data)
{
  double rates[SB_CLIENT_N_RATES] = { 0 };
  gint64 now = START;

  g_assert_cmpuint (sb_client_get_rates (fixture->client, rates), ==, 0);
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_rates (fixture->client, rates), ==, 1);
  g_assert_cmpfloat (rates[0], ==, 0);
  sb_client_refresh (fixture->client, now + SECOND / 2, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_rates (fixture->client, rates), ==, 1);

  sb_counter_add (fixture->peer->counters.messages_in, 30);
  now += 3 * SECOND;
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_rates (fixture->client, rates), ==, 4);
  g_assert_cmpfloat (rates[0], ==, 0);
  for (guint i = 1; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (rates[i], 10, 0.001);

  for (guint i = 0; i < SB_CLIENT_N_RATES - 1; i++)
    {
      now += SECOND;
      sb_client_refresh (fixture->client, now, MAX_BACKLOG);
    }
  g_assert_cmpuint (sb_client_get_rates (fixture->client, rates), ==, SB_CLIENT_N_RATES);
  g_assert_cmpfloat_with_epsilon (rates[0], 10, 0.001);
  g_assert_cmpfloat (rates[SB_CLIENT_N_RATES - 1], ==, 0);
  now += 10 * MINUTE;
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpuint (sb_client_get_rates (fixture->client, rates), ==, SB_CLIENT_N_RATES);
  g_assert_cmpfloat (rates[0], ==, 0);
}

static void
test_rate_after_a_pause (Fixture      *fixture,
                         gconstpointer data)
{
  gint64 now = START;

  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  now += 100 * SECOND;
  sb_counter_add (fixture->peer->counters.messages_in, 100);
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpfloat_with_epsilon (sb_client_get_rate (fixture->client), 1, 0.001);

  /* a second later the last second counts, not the hundred before */
  now += SECOND;
  sb_counter_add (fixture->peer->counters.messages_in, 50);
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpfloat_with_epsilon (sb_client_get_rate (fixture->client), 50, 0.001);

  /* the same instant twice, or a counter that went backwards, is no division by zero and no huge number */
  sb_counter_set (fixture->peer->counters.messages_in, 0);
  sb_client_refresh (fixture->client, now, MAX_BACKLOG);
  g_assert_cmpfloat (sb_client_get_rate (fixture->client), ==, 0);
}

static void
test_left (Fixture      *fixture,
           gconstpointer data)
{
  guint close_code;
  int closed_by, state;
  gint64 left_at;
  g_autofree char *reason = NULL;

  sb_client_refresh (fixture->client, START, MAX_BACKLOG);
  sb_counter_add (fixture->peer->counters.messages_in, 10);
  sb_client_refresh (fixture->client, START + SECOND, MAX_BACKLOG);
  g_assert_cmpfloat (sb_client_get_rate (fixture->client), >, 0);
  sb_counter_add (fixture->peer->counters.messages_in, 1);
  fixture->n_refreshed = 0;
  sb_client_set_left (fixture->client, 1700000001000000, 3000, "token revoked", SB_CLOSED_BY_ADMIN);

  g_assert_cmpuint (fixture->n_refreshed, ==, 1);
  g_assert_cmpuint (fixture->n_state, ==, 1);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_LEFT);
  g_assert_cmpint (sb_client_get_left_at (fixture->client), ==, 1700000001000000);
  g_assert_cmpuint (sb_client_get_close_code (fixture->client), ==, 3000);
  g_assert_cmpstr (sb_client_get_close_reason (fixture->client), ==, "token revoked");
  g_assert_cmpint (sb_client_get_closed_by (fixture->client), ==, SB_CLOSED_BY_ADMIN);
  g_assert_cmpuint (sb_client_get_messages_in (fixture->client), ==, 11);
  g_assert_cmpfloat (sb_client_get_rate (fixture->client), ==, 0);

  /* from here the numbers stand still */
  sb_counter_add (fixture->peer->counters.messages_in, 1);
  g_assert_false (sb_client_refresh (fixture->client, START + 10 * MINUTE, MAX_BACKLOG));
  g_assert_cmpuint (sb_client_get_messages_in (fixture->client), ==, 11);
  g_assert_cmpint (sb_client_get_state (fixture->client), ==, SB_CLIENT_LEFT);

  g_object_get (fixture->client, "close-code", &close_code, "closed-by", &closed_by, "left-at", &left_at,
                "close-reason", &reason, "state", &state, NULL);
  g_assert_cmpuint (close_code, ==, 3000);
  g_assert_cmpint (closed_by, ==, SB_CLOSED_BY_ADMIN);
  g_assert_cmpint (left_at, ==, 1700000001000000);
  g_assert_cmpstr (reason, ==, "token revoked");
  g_assert_cmpint (state, ==, SB_CLIENT_LEFT);
}

static void
test_left_for_odd_reasons (Fixture      *fixture,
                           gconstpointer data)
{
  g_autoptr (SbClient) other = sb_client_new (fixture->peer);

  sb_client_set_left (fixture->client, 5, 1006, NULL, SB_CLOSED_BY_NETWORK);
  g_assert_null (sb_client_get_close_reason (fixture->client));
  g_assert_cmpuint (sb_client_get_close_code (fixture->client), ==, 1006);

  sb_client_set_left (other, 5, 1000, "bye \xff", SB_CLOSED_BY_CLIENT);
  g_assert_cmpstr (sb_client_get_close_reason (other), ==, "bye \xef\xbf\xbd");

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*left_at == 0*");
  sb_client_set_left (other, 6, 1001, "again", SB_CLOSED_BY_SERVER);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (sb_client_get_close_code (other), ==, 1000);
}

static void
test_outlives_the_connection (void)
{
  g_autoptr (SbClient) client = NULL;
  SbPeer *peer = make_peer ();

  client = sb_client_new (peer);
  sb_peer_unref (peer);
  g_assert_cmpstr (sb_client_get_title (client), ==, "Doors");
}

#define add(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/client/facts", test_facts);
  g_test_add_func ("/client/title-without-label", test_title_without_label);
  add ("/client/reads-counters", test_reads_counters);
  add ("/client/tells-only-changes", test_tells_only_changes);
  add ("/client/slow-above-half-the-limit", test_slow);
  add ("/client/rejected-for-a-minute", test_rejected_for_a_minute);
  add ("/client/rejected-when-seldom-refreshed", test_rejected_when_seldom_refreshed);
  add ("/client/idle-after-five-minutes", test_idle);
  add ("/client/rate", test_rate);
  add ("/client/rates-of-the-last-minute", test_rates_of_the_last_minute);
  add ("/client/rate-after-a-pause", test_rate_after_a_pause);
  add ("/client/left", test_left);
  add ("/client/left-for-odd-reasons", test_left_for_odd_reasons);
  g_test_add_func ("/client/outlives-the-connection", test_outlives_the_connection);

  return g_test_run ();
}
