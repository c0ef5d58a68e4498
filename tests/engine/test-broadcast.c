/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-broadcast.h"

static SbBroadcast *
make_broadcast (void)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"go\":1}", 8);
  g_autoptr (SbTarget) target = sb_target_new_everyone ();

  return sb_broadcast_new (42, 1700000000000000, "everyone", target, FALSE, payload);
}

static GPtrArray *
make_missed (guint first,
             guint n)
{
  GPtrArray *missed = sb_missed_array_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbPeer) peer = sb_peer_new ();

      peer->id = first + i;
      g_ptr_array_add (missed, sb_missed_new (peer, SB_MISSED_LEFT));
    }

  return missed;
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_facts (void)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("\1\2", 2);
  SbTarget *target = g_new0 (SbTarget, 1);
  g_autoptr (SbBroadcast) broadcast = NULL;
  gint64 id, time;
  gboolean binary;
  g_autofree char *text = NULL;

  target->channels = g_strsplit ("/news", " ", -1);
  broadcast = sb_broadcast_new (7, 5, "/news", target, 4, payload);
  sb_target_free (target);

  g_assert_cmpint (sb_broadcast_get_id (broadcast), ==, 7);
  g_assert_cmpint (sb_broadcast_get_time (broadcast), ==, 5);
  g_assert_cmpstr (sb_broadcast_get_target_text (broadcast), ==, "/news");
  g_assert_cmpstr (sb_broadcast_get_target (broadcast)->channels[0], ==, "/news");
  g_assert_true (sb_broadcast_get_payload (broadcast) == payload);
  g_assert_cmpint (sb_broadcast_get_binary (broadcast), ==, TRUE);
  g_assert_false (sb_broadcast_get_complete (broadcast));
  g_assert_false (sb_broadcast_get_interrupted (broadcast));
  g_assert_null (sb_broadcast_get_missed (broadcast));

  g_object_get (broadcast, "id", &id, "time", &time, "binary", &binary, "target-text", &text, NULL);
  g_assert_cmpint (id, ==, 7);
  g_assert_cmpint (time, ==, 5);
  g_assert_true (binary);
  g_assert_cmpstr (text, ==, "/news");
}

static void
test_loaded (void)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (SbBroadcast) broadcast = sb_broadcast_new (1, 1, "client 3", NULL, FALSE, payload);
  guint n_changed = 0;

  g_signal_connect_swapped (broadcast, "changed", G_CALLBACK (count_cb), &n_changed);
  g_assert_null (sb_broadcast_get_target (broadcast));
  sb_broadcast_set_report (broadcast, 10, 8, 1, 1, 1234);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_true (sb_broadcast_get_complete (broadcast));
  g_assert_cmpuint (sb_broadcast_get_targeted (broadcast), ==, 10);
  g_assert_cmpuint (sb_broadcast_get_sent (broadcast), ==, 8);
  g_assert_cmpuint (sb_broadcast_get_dropped (broadcast), ==, 1);
  g_assert_cmpuint (sb_broadcast_get_pending (broadcast), ==, 1);
  g_assert_cmpint (sb_broadcast_get_duration (broadcast), ==, 1234);
}

static void
test_interrupted (void)
{
  g_autoptr (SbBroadcast) broadcast = make_broadcast ();
  guint n_changed = 0, n_notify = 0;
  gboolean interrupted;

  g_signal_connect_swapped (broadcast, "changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect_swapped (broadcast, "notify::interrupted", G_CALLBACK (count_cb), &n_notify);
  sb_broadcast_set_interrupted (broadcast);
  sb_broadcast_set_interrupted (broadcast);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (n_notify, ==, 1);
  g_assert_false (sb_broadcast_get_complete (broadcast));
  g_object_get (broadcast, "interrupted", &interrupted, NULL);
  g_assert_true (interrupted);
}

/* The numbers add up, the duration is that of the slowest, and complete comes with the last lane and not before. */
static void
test_lanes_add_up (void)
{
  g_autoptr (SbBroadcast) broadcast = make_broadcast ();
  guint n_changed = 0, n_complete = 0, n_targeted = 0, n_dropped = 0;
  guint targeted, sent, dropped, pending;
  gint64 duration;
  gboolean complete;

  g_signal_connect_swapped (broadcast, "changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect_swapped (broadcast, "notify::complete", G_CALLBACK (count_cb), &n_complete);
  g_signal_connect_swapped (broadcast, "notify::targeted", G_CALLBACK (count_cb), &n_targeted);
  g_signal_connect_swapped (broadcast, "notify::dropped", G_CALLBACK (count_cb), &n_dropped);

  sb_broadcast_add_report (broadcast, 3, 100, 97, 2, 1, 5000, NULL);
  g_assert_false (sb_broadcast_get_complete (broadcast));
  sb_broadcast_add_report (broadcast, 3, 50, 50, 0, 0, 9000, NULL);
  g_assert_false (sb_broadcast_get_complete (broadcast));
  sb_broadcast_add_report (broadcast, 3, 0, 0, 0, 0, 0, NULL);
  g_assert_true (sb_broadcast_get_complete (broadcast));

  g_object_get (broadcast, "targeted", &targeted, "sent", &sent, "dropped", &dropped, "pending", &pending,
                "duration", &duration, "complete", &complete, NULL);
  g_assert_cmpuint (targeted, ==, 150);
  g_assert_cmpuint (sent, ==, 147);
  g_assert_cmpuint (dropped, ==, 2);
  g_assert_cmpuint (pending, ==, 1);
  g_assert_cmpint (duration, ==, 9000);
  g_assert_true (complete);
  g_assert_cmpuint (n_changed, ==, 3);
  g_assert_cmpuint (n_complete, ==, 1);
  g_assert_cmpuint (n_targeted, ==, 2);
  g_assert_cmpuint (n_dropped, ==, 1);
}

static void
test_one_lane (void)
{
  g_autoptr (SbBroadcast) broadcast = make_broadcast ();

  sb_broadcast_add_report (broadcast, 1, 0, 0, 0, 0, 3, NULL);
  g_assert_true (sb_broadcast_get_complete (broadcast));
}

static void
test_missed_are_kept (void)
{
  SbBroadcast *broadcast = make_broadcast ();
  g_autoptr (GPtrArray) first = make_missed (1, 2);
  g_autoptr (GPtrArray) none = make_missed (1, 0);
  g_autoptr (GPtrArray) second = make_missed (9, 1);
  GPtrArray *kept;

  sb_broadcast_add_report (broadcast, 3, 4, 4, 0, 0, 1, none);
  g_assert_null (sb_broadcast_get_missed (broadcast));
  sb_broadcast_add_report (broadcast, 3, 4, 2, 2, 0, 1, first);
  sb_broadcast_add_report (broadcast, 3, 4, 3, 1, 0, 1, second);
  g_clear_pointer (&first, g_ptr_array_unref);
  g_clear_pointer (&second, g_ptr_array_unref);

  kept = sb_broadcast_get_missed (broadcast);
  g_assert_cmpuint (kept->len, ==, 3);
  g_assert_cmpuint (((SbMissed *) g_ptr_array_index (kept, 0))->peer->id, ==, 1);
  g_assert_cmpuint (((SbMissed *) g_ptr_array_index (kept, 1))->peer->id, ==, 2);
  g_assert_cmpuint (((SbMissed *) g_ptr_array_index (kept, 2))->peer->id, ==, 9);

  g_ptr_array_ref (kept);
  g_object_unref (broadcast);
  g_assert_cmpuint (((SbMissed *) g_ptr_array_index (kept, 2))->peer->id, ==, 9);
  g_ptr_array_unref (kept);
}

static void
test_report_after_the_last (void)
{
  g_autoptr (SbBroadcast) broadcast = make_broadcast ();

  sb_broadcast_add_report (broadcast, 1, 5, 5, 0, 0, 3, NULL);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*!self->complete*");
  sb_broadcast_add_report (broadcast, 1, 5, 5, 0, 0, 3, NULL);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (sb_broadcast_get_targeted (broadcast), ==, 5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/broadcast/tells-what-it-was-given", test_facts);
  g_test_add_func ("/broadcast/loaded-with-its-report", test_loaded);
  g_test_add_func ("/broadcast/interrupted", test_interrupted);
  g_test_add_func ("/broadcast/lanes-add-up", test_lanes_add_up);
  g_test_add_func ("/broadcast/one-lane-nobody-there", test_one_lane);
  g_test_add_func ("/broadcast/missed-are-kept", test_missed_are_kept);
  g_test_add_func ("/broadcast/no-report-after-the-last", test_report_after_the_last);

  return g_test_run ();
}
