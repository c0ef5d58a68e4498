/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shadow-list.h"
#include "watch/sb-traffic-log.h"

#define NO_LIMIT G_MAXSIZE

/* The @time of a record numbers it, so that it is known again. */
static void
fill (SbTrafficRecord *record,
      gint64           number,
      gsize            size)
{
  memset (record, 0, sizeof *record);
  record->time = number;
  record->size = size;
  if (size > 0)
    record->payload = g_bytes_new_take (g_strnfill (size, 'x'), size);
}

static gint64
append (SbTrafficLog *log,
        gint64        first,
        guint         n,
        gsize         size)
{
  g_autofree SbTrafficRecord *records = g_new (SbTrafficRecord, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    fill (&records[i], first + i, size);
  sb_traffic_log_append (log, records, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_null (records[i].payload);
      g_assert_cmpint (records[i].time, ==, 0);
    }

  return first + n;
}

/* Numbers @first and on, one after the other, as records and as objects. */
static void
assert_numbers (SbTrafficLog *log,
                gint64        first,
                guint         n)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbTrafficEntry) entry = g_list_model_get_item (G_LIST_MODEL (log), i);

      g_assert_cmpint (sb_traffic_log_peek (log, i)->time, ==, first + i);
      g_assert_cmpint (sb_traffic_entry_get_record (entry)->time, ==, first + i);
      g_assert_cmpuint (sb_traffic_entry_get_serial (entry), ==, (guint64) (first + i));
    }
  g_assert_null (sb_traffic_log_peek (log, n));
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_append (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (100, NO_LIMIT);
  ShadowList shadow;

  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (log)) == SB_TYPE_TRAFFIC_ENTRY);
  shadow_list_init (&shadow, G_LIST_MODEL (log));
  append (log, 0, 0, 1);
  sb_traffic_log_append (log, NULL, 0);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);

  append (log, 0, 60, 10);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  append (log, 60, 40, 10);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  assert_numbers (log, 0, 100);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 1000);
  g_assert_cmpuint (sb_traffic_log_get_n_logged (log), ==, 100);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (log), ==, 0);

  /* one over: one out in front, one in at the end */
  append (log, 100, 1, 10);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 2);
  assert_numbers (log, 1, 100);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (log), ==, 1);

  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_batch_of_more_than_all (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (100, NO_LIMIT);
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (log));
  append (log, 0, 30, 1);
  shadow_list_steal_n_emissions (&shadow);
  append (log, 30, 250, 1);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 2);
  assert_numbers (log, 180, 100);
  g_assert_cmpuint (sb_traffic_log_get_n_logged (log), ==, 280);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (log), ==, 180);
  append (log, 280, 100, 1);
  assert_numbers (log, 280, 100);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_byte_budget (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (1000, 1000);
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (log));
  append (log, 0, 10, 100);
  assert_numbers (log, 0, 10);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 1000);

  append (log, 10, 1, 101);
  assert_numbers (log, 2, 9);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 901);

  /* what costs nothing comes in besides */
  append (log, 11, 3, 0);
  assert_numbers (log, 2, 12);

  /* as big as the budget: only those that cost nothing stay with it */
  append (log, 14, 1, 1000);
  assert_numbers (log, 11, 4);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (log), ==, 11);

  /* too big by itself: nothing older may stay before a gap */
  append (log, 15, 1, 1001);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), ==, 0);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 0);
  g_assert_cmpuint (sb_traffic_log_get_n_logged (log), ==, 16);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (log), ==, 16);

  append (log, 16, 5, 300);
  assert_numbers (log, 18, 3);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_strings_count (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10, 20);
  SbTrafficRecord record;

  fill (&record, 0, 4);
  record.target = g_strdup ("/news");
  record.reason = g_strdup ("comma");
  record.pointer = g_strdup ("/a/b");
  sb_traffic_log_append (log, &record, 1);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 18);

  fill (&record, 1, 3);
  sb_traffic_log_append (log, &record, 1);
  assert_numbers (log, 1, 1);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 3);
}

static void
test_entry_outlives_its_record (void)
{
  SbTrafficLog *log = sb_traffic_log_new (2, NO_LIMIT);
  g_autoptr (SbTrafficEntry) entry = NULL;
  g_autoptr (SbTrafficEntry) again = NULL;

  append (log, 0, 2, 5);
  entry = g_list_model_get_item (G_LIST_MODEL (log), 1);
  append (log, 2, 1, 5);
  again = g_list_model_get_item (G_LIST_MODEL (log), 0);
  g_assert_true (again == entry);
  g_clear_object (&again);

  append (log, 3, 10, 5);
  again = g_list_model_get_item (G_LIST_MODEL (log), 0);
  g_assert_true (again != entry);
  g_object_unref (log);
  g_assert_cmpuint (sb_traffic_entry_get_serial (entry), ==, 1);
  g_assert_cmpstr (sb_traffic_entry_get_preview (entry), ==, "xxxxx");
  g_assert_cmpuint (g_bytes_get_size (sb_traffic_entry_get_record (entry)->payload), ==, 5);
  g_assert_cmpuint (sb_traffic_entry_get_serial (again), ==, 11);
}

/* One object while somebody holds it, and none kept when nobody does. */
static void
test_identity (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10, NO_LIMIT);
  SbTrafficEntry *entry, *again;
  GWeakRef weak;

  append (log, 0, 3, 1);
  entry = g_list_model_get_item (G_LIST_MODEL (log), 1);
  again = g_list_model_get_item (G_LIST_MODEL (log), 1);
  g_assert_true (entry == again);
  g_object_unref (again);
  g_weak_ref_init (&weak, entry);
  g_object_unref (entry);
  g_assert_null (g_weak_ref_get (&weak));
  g_weak_ref_clear (&weak);

  entry = g_list_model_get_item (G_LIST_MODEL (log), 1);
  g_assert_cmpuint (sb_traffic_entry_get_serial (entry), ==, 1);
  g_object_unref (entry);
}

static void
test_clear (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10, NO_LIMIT);
  g_autoptr (SbTrafficEntry) entry = NULL;
  ShadowList shadow;

  append (log, 0, 15, 1);
  sb_traffic_log_add_not_kept (log, 7);
  entry = g_list_model_get_item (G_LIST_MODEL (log), 0);
  shadow_list_init (&shadow, G_LIST_MODEL (log));
  sb_traffic_log_clear (log);
  sb_traffic_log_clear (log);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 0);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (log), ==, 0);
  g_assert_cmpuint (sb_traffic_log_get_n_not_kept (log), ==, 0);
  g_assert_cmpuint (sb_traffic_log_get_n_logged (log), ==, 15);

  append (log, 15, 4, 1);
  assert_numbers (log, 15, 4);
  g_assert_cmpint (sb_traffic_entry_get_record (entry)->time, ==, 5);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_numbers_are_notified (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10, NO_LIMIT);
  guint n_logged = 0, n_dropped = 0, n_not_kept = 0, n_bytes = 0;
  guint64 logged, dropped, not_kept, bytes;

  g_signal_connect_swapped (log, "notify::n-logged", G_CALLBACK (count_cb), &n_logged);
  g_signal_connect_swapped (log, "notify::n-dropped", G_CALLBACK (count_cb), &n_dropped);
  g_signal_connect_swapped (log, "notify::n-not-kept", G_CALLBACK (count_cb), &n_not_kept);
  g_signal_connect_swapped (log, "notify::bytes", G_CALLBACK (count_cb), &n_bytes);
  append (log, 0, 10, 3);
  append (log, 10, 5, 3);
  sb_traffic_log_add_not_kept (log, 0);
  sb_traffic_log_add_not_kept (log, 1200);
  sb_traffic_log_add_not_kept (log, 4);

  g_object_get (log, "n-logged", &logged, "n-dropped", &dropped, "n-not-kept", &not_kept, "bytes", &bytes,
                NULL);
  g_assert_cmpuint (logged, ==, 15);
  g_assert_cmpuint (dropped, ==, 5);
  g_assert_cmpuint (not_kept, ==, 1204);
  g_assert_cmpuint (bytes, ==, 30);
  g_assert_cmpuint (sb_traffic_log_get_n_not_kept (log), ==, 1204);
  g_assert_cmpuint (n_logged, ==, 2);
  g_assert_cmpuint (n_dropped, ==, 1);
  g_assert_cmpuint (n_not_kept, ==, 2);
  g_assert_cmpuint (n_bytes, ==, 1);
}

static void
test_entry_of_a_client (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10, NO_LIMIT);
  g_autoptr (SbTrafficEntry) entry = NULL;
  SbTrafficRecord record = { .time = 5, .size = 3, .reached = 0, .dropped = 2, .rejection = SB_REJECTED_JSON,
                             .sequence = 9 };
  guint64 serial, client_id, size;
  gint64 time;
  guint reached, dropped;
  int direction, rejection;
  gboolean binary, rejected;
  g_autofree char *title = NULL, *name = NULL, *channel = NULL, *preview = NULL, *reason = NULL;

  record.peer = sb_peer_new ();
  record.peer->id = 17;
  record.peer->token_label = g_strdup ("Doors");
  record.peer->name = g_strdup ("left");
  record.peer->channel = g_strdup ("/news");
  record.payload = g_bytes_new_static ("{\n}", 3);
  record.reason = g_strdup ("a comma is missing");
  sb_traffic_log_append (log, &record, 1);

  entry = g_list_model_get_item (G_LIST_MODEL (log), 0);
  g_object_get (entry, "serial", &serial, "time", &time, "client-id", &client_id, "title", &title,
                "name", &name, "channel", &channel, "preview", &preview, "size", &size, "reached", &reached,
                "dropped", &dropped, "direction", &direction, "binary", &binary, "rejected", &rejected,
                "rejection", &rejection, "reason", &reason, NULL);
  g_assert_cmpuint (serial, ==, 0);
  g_assert_cmpint (time, ==, 5);
  g_assert_cmpuint (client_id, ==, 17);
  g_assert_cmpstr (title, ==, "Doors");
  g_assert_cmpstr (name, ==, "left");
  g_assert_cmpstr (channel, ==, "/news");
  g_assert_cmpstr (preview, ==, "{ }");
  g_assert_cmpuint (size, ==, 3);
  g_assert_cmpuint (reached, ==, 0);
  g_assert_cmpuint (dropped, ==, 2);
  g_assert_cmpint (direction, ==, SB_DIRECTION_FROM_CLIENT);
  g_assert_false (binary);
  g_assert_true (rejected);
  g_assert_cmpint (rejection, ==, SB_REJECTED_JSON);
  g_assert_cmpstr (reason, ==, "a comma is missing");
  g_assert_cmpuint (sb_traffic_entry_get_record (entry)->sequence, ==, 9);
}

static void
test_entry_of_the_admin (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10, NO_LIMIT);
  g_autoptr (SbTrafficEntry) entry = NULL;
  SbTrafficRecord record = { .time = 5, .size = 2, .reached = 40, .direction = SB_DIRECTION_BROADCAST, .binary = TRUE };
  guint64 client_id;
  int direction;
  gboolean rejected;
  g_autofree char *title = NULL, *name = NULL, *channel = NULL, *preview = NULL;

  record.target = g_strdup ("everyone");
  record.payload = g_bytes_new_static ("\1\2", 2);
  sb_traffic_log_append (log, &record, 1);

  entry = g_list_model_get_item (G_LIST_MODEL (log), 0);
  g_object_get (entry, "client-id", &client_id, "title", &title, "name", &name, "channel", &channel,
                "preview", &preview, "direction", &direction, "rejected", &rejected, NULL);
  g_assert_cmpuint (client_id, ==, 0);
  g_assert_cmpstr (title, ==, "");
  g_assert_null (name);
  g_assert_cmpstr (channel, ==, "everyone");
  g_assert_cmpstr (preview, ==, "01 02");
  g_assert_cmpint (direction, ==, SB_DIRECTION_BROADCAST);
  g_assert_false (rejected);
}

/* Random batches, sizes and limits: the shadow, the numbers and the budget hold. */
static void
test_shadow (void)
{
  for (guint round = 0; round < 12; round++)
    {
      guint max_records = (guint) g_test_rand_int_range (1, 700);
      gsize max_bytes = (gsize) g_test_rand_int_range (1, 20000);
      g_autoptr (SbTrafficLog) log = sb_traffic_log_new (max_records, max_bytes);
      ShadowList shadow;
      guint64 n_cleared = 0;
      gint64 next = 0;

      shadow_list_init (&shadow, G_LIST_MODEL (log));
      for (guint i = 0; i < 3000; i++)
        {
          guint n = (guint) g_test_rand_int_range (0, g_test_rand_int_range (0, 50) == 0 ? 1000 : 12);
          g_autofree SbTrafficRecord *records = g_new (SbTrafficRecord, MAX (n, 1));
          gsize bytes = 0;

          if (g_test_rand_int_range (0, 400) == 0)
            {
              n_cleared = sb_traffic_log_get_n_logged (log);
              sb_traffic_log_clear (log);
              shadow_list_steal_n_emissions (&shadow);
            }
          if (g_test_rand_int_range (0, 200) == 0)
            {
              max_records = (guint) g_test_rand_int_range (1, 700);
              max_bytes = (gsize) g_test_rand_int_range (1, 20000);
              sb_traffic_log_set_limits (log, max_records, max_bytes);
              g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), <=, 1);
              g_assert_cmpuint (shadow.items->len, <=, max_records);
              g_assert_cmpuint (sb_traffic_log_get_bytes (log), <=, max_bytes);
            }
          for (guint j = 0; j < n; j++)
            {
              int max_size = g_test_rand_int_range (0, 100) == 0 ? 3000 : 60;

              fill (&records[j], next++, (gsize) g_test_rand_int_range (0, max_size));
            }
          sb_traffic_log_append (log, records, n);

          g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), <=, 2);
          g_assert_cmpuint (shadow.items->len, <=, max_records);
          g_assert_cmpuint (sb_traffic_log_get_n_logged (log), ==, (guint64) next);
          g_assert_cmpuint (sb_traffic_log_get_n_dropped (log) + shadow.items->len, ==, (guint64) next - n_cleared);
          if (i % 20 != 0)
            continue;

          shadow_list_check (&shadow);
          for (guint j = 0; j < shadow.items->len; j++)
            {
              const SbTrafficRecord *record = sb_traffic_log_peek (log, j);

              g_assert_cmpint (record->time, ==, next - shadow.items->len + j);
              g_assert_cmpuint (sb_traffic_entry_get_serial (g_ptr_array_index (shadow.items, j)), ==,
                                (guint64) record->time);
              g_assert_cmpint (sb_traffic_entry_get_record (g_ptr_array_index (shadow.items, j))->time, ==,
                               record->time);
              bytes += record->size;
            }
          g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, bytes);
          g_assert_cmpuint (bytes, <=, max_bytes);
        }
      shadow_list_clear (&shadow);
    }
}

/* The limits of the product: a hundred seconds of a thousand messages a frame, looked at in between as a view does. */
static void
test_at_full_size (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (100000, 64 << 20);
  gint64 next = 0;

  for (guint i = 0; i < 250; i++)
    {
      next = append (log, next, 1000, 100);
      for (guint j = 0; j < 200; j++)
        {
          guint n = g_list_model_get_n_items (G_LIST_MODEL (log));
          g_autoptr (SbTrafficEntry) entry = g_list_model_get_item (G_LIST_MODEL (log), n - 1 - j);

          g_assert_cmpint (sb_traffic_entry_get_record (entry)->time, ==, next - 1 - j);
        }
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), ==, 100000);
  g_assert_cmpint (sb_traffic_log_peek (log, 0)->time, ==, 150000);
  g_assert_cmpuint (sb_traffic_log_get_bytes (log), ==, 100000 * 100);
  g_assert_cmpuint (sb_traffic_log_get_n_dropped (log), ==, 150000);
}

/* What falls out is freed: the payloads are counted by their own free function. */
static void
test_frees_what_falls_out (void)
{
  SbTrafficLog *log = sb_traffic_log_new (10, NO_LIMIT);
  guint n_freed = 0;

  for (guint i = 0; i < 25; i++)
    {
      SbTrafficRecord record = { .time = i, .size = 1 };

      record.payload = g_bytes_new_with_free_func ("x", 1, (GDestroyNotify) count_cb, &n_freed);
      sb_traffic_log_append (log, &record, 1);
    }
  g_assert_cmpuint (n_freed, ==, 15);
  sb_traffic_log_clear (log);
  g_assert_cmpuint (n_freed, ==, 25);

  {
    SbTrafficRecord records[12] = { 0 };

    for (guint i = 0; i < 12; i++)
      records[i].payload = g_bytes_new_with_free_func ("x", 1, (GDestroyNotify) count_cb, &n_freed);
    sb_traffic_log_append (log, records, 12);
  }
  g_assert_cmpuint (n_freed, ==, 27);
  g_object_unref (log);
  g_assert_cmpuint (n_freed, ==, 37);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/traffic-log/append", test_append);
  g_test_add_func ("/traffic-log/batch-of-more-than-all", test_batch_of_more_than_all);
  g_test_add_func ("/traffic-log/byte-budget", test_byte_budget);
  g_test_add_func ("/traffic-log/strings-count", test_strings_count);
  g_test_add_func ("/traffic-log/entry-outlives-its-record", test_entry_outlives_its_record);
  g_test_add_func ("/traffic-log/entry-identity", test_identity);
  g_test_add_func ("/traffic-log/clear", test_clear);
  g_test_add_func ("/traffic-log/numbers-are-notified", test_numbers_are_notified);
  g_test_add_func ("/traffic-log/entry-of-a-client", test_entry_of_a_client);
  g_test_add_func ("/traffic-log/entry-of-the-admin", test_entry_of_the_admin);
  g_test_add_func ("/traffic-log/shadow", test_shadow);
  g_test_add_func ("/traffic-log/at-full-size", test_at_full_size);
  g_test_add_func ("/traffic-log/frees-what-falls-out", test_frees_what_falls_out);

  return g_test_run ();
}
