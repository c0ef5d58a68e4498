/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "../engine/shadow-list.h"
#include "traffic/sb-traffic-export.h"
#include "traffic/sb-traffic-snapshot.h"
#include "traffic/sb-traffic-slot.h"
#include "traffic/sb-traffic-tail.h"
#include "traffic/sb-traffic-text.h"
#include "traffic/sb-traffic-view.h"
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#define MAX_RECORDS 50
#define N_STEPS 4000

static SbPeer *peers[3];

static SbTrafficRecord
make_record (guint64 number)
{
  static const char *const words[] = { "alpha", "Beta", "gamma", "DELTA" };
  SbTrafficRecord record = { .time = 1000000 + (gint64) number, .offset = G_MAXUINT64 };
  char *text = g_strdup_printf ("{\"%s\":%" G_GUINT64_FORMAT "}", words[number % 4], number);
  guint who = (guint) (number * 7 % 5);

  record.size = strlen (text);
  record.payload = g_bytes_new_take (text, record.size);
  if (who < 3)
    {
      record.peer = sb_peer_ref (peers[who]);
      record.direction = SB_DIRECTION_FROM_CLIENT;
    }
  else
    {
      record.target = g_strdup (who == 3 ? "everyone" : "/a");
      record.direction = SB_DIRECTION_BROADCAST;
    }
  if (number % 11 == 3)
    {
      record.rejection = SB_REJECTED_JSON;
      record.reason = g_strdup ("not to be had");
    }
  return record;
}

static void
append (SbTrafficLog *log,
        guint         n)
{
  g_autofree SbTrafficRecord *records = g_new0 (SbTrafficRecord, n);

  for (guint i = 0; i < n; i++)
    records[i] = make_record (sb_traffic_log_get_n_logged (log) + i);
  sb_traffic_log_append (log, records, n);
}

/* What the view must show, found out the slow way. */
static GArray *
expect (SbTrafficLog         *log,
        const SbTrafficMatch *match)
{
  GArray *serials = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (log));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbTrafficEntry) entry = g_list_model_get_item (G_LIST_MODEL (log), i);
      guint64 serial = sb_traffic_entry_get_serial (entry);

      if (sb_traffic_match_record (match, sb_traffic_entry_get_record (entry)))
        g_array_append_val (serials, serial);
    }
  return serials;
}

static void
assert_shows (SbTrafficView *view,
              GArray        *serials)
{
  sb_traffic_view_finish (view);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (view)), ==, serials->len);
  for (guint i = 0; i < serials->len; i++)
    {
      g_autoptr (SbTrafficEntry) entry = g_list_model_get_item (G_LIST_MODEL (view), i);
      guint position;

      g_assert_cmpuint (sb_traffic_entry_get_serial (entry), ==, g_array_index (serials, guint64, i));
      g_assert_true (sb_traffic_view_find (view, sb_traffic_entry_get_serial (entry), &position));
      g_assert_cmpuint (position, ==, i);
    }
}

static void
choose_match (SbTrafficMatch *match)
{
  static const char *const texts[] = { NULL, "BETA", "7", "had", "no such thing" };

  sb_traffic_match_clear (match);
  match->kind = g_test_rand_int_range (SB_TRAFFIC_ALL, SB_TRAFFIC_REJECTED + 1);
  if (g_test_rand_int_range (0, 4) == 0)
    match->client_id = (guint64) g_test_rand_int_range (1, 4);
  if (g_test_rand_int_range (0, 4) == 0)
    match->channel = g_strdup ("/a");
  sb_traffic_match_set_text (match, texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))]);
}

/* Whatever happens to the log and is asked of the view, its items are the log's that match, and its signals tell so. */
static void
test_property (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (MAX_RECORDS, 100000);
  g_autoptr (SbTrafficView) view = NULL;
  g_autoptr (GArray) still = NULL;
  SbTrafficMatch match = { SB_TRAFFIC_ALL };
  ShadowList shadow;
  guint n_came = 0;

  append (log, 20);
  view = sb_traffic_view_new (log);
  shadow_list_init (&shadow, G_LIST_MODEL (view));
  for (guint step = 0; step < N_STEPS; step++)
    {
      guint64 before = sb_traffic_log_get_n_logged (log);
      int what = g_test_rand_int_range (0, 20);
      gboolean looked = FALSE; /* through the whole log: by another match alone */

      shadow_list_steal_n_emissions (&shadow);
      if (what < 14)
        append (log, (guint) g_test_rand_int_range (1, what == 0 ? 2 * MAX_RECORDS : 8));
      else if (what < 16)
        {
          choose_match (&match);
          looked = !sb_traffic_match_equal (&match, sb_traffic_view_get_match (view));
          sb_traffic_view_set_match (view, &match);
        }
      else if (what < 19)
        sb_traffic_view_set_paused (view, !sb_traffic_view_get_paused (view));
      else if (!sb_traffic_view_get_paused (view))
        sb_traffic_log_clear (log);
      g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), <=, 2);
      shadow_list_check (&shadow);

      /* Paused, it stands still but for what is asked for; else it shows what the log has. */
      if (!sb_traffic_view_get_paused (view) || still == NULL || looked)
        {
          g_clear_pointer (&still, g_array_unref);
          still = expect (log, sb_traffic_view_get_match (view));
          n_came = 0;
        }
      else if (what < 14)
        for (guint64 serial = before; serial < sb_traffic_log_get_n_logged (log); serial++)
          {
            SbTrafficRecord record = make_record (serial);
            gboolean kept = serial >= sb_traffic_log_get_n_logged (log) - g_list_model_get_n_items (G_LIST_MODEL (log));

            n_came += kept && sb_traffic_match_record (&match, &record);
            sb_traffic_record_clear (&record);
          }
      if (what >= 16 && what < 19 && sb_traffic_view_get_paused (view))
        n_came = 0;
      assert_shows (view, still);
      g_assert_cmpuint (sb_traffic_view_get_n_waiting (view), ==, sb_traffic_view_get_paused (view) ? n_came : 0);
    }
  shadow_list_clear (&shadow);
  sb_traffic_match_clear (&match);
}

/* All of the view, or the last of it. */
static void
assert_tail (SbTrafficTail *tail,
             SbTrafficView *view,
             guint          length)
{
  guint n_view = g_list_model_get_n_items (G_LIST_MODEL (view));
  guint n = sb_traffic_tail_is_short (tail) ? MIN (n_view, length) : n_view;

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (tail)), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) shown = g_list_model_get_item (G_LIST_MODEL (tail), i);
      g_autoptr (SbTrafficEntry) line = g_list_model_get_item (G_LIST_MODEL (view), n_view - n + i);

      g_assert_true (sb_traffic_slot_resolve (shown) == line);
    }
}

/* Whatever happens to the view while a table sees all of it or its end, what the table is told is right. */
static void
test_tail_property (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (MAX_RECORDS, 100000);
  g_autoptr (SbTrafficView) view = sb_traffic_view_new (log);
  g_autoptr (SbTrafficTail) tail = sb_traffic_tail_new (view);
  SbTrafficMatch match = { SB_TRAFFIC_ALL };
  ShadowList shadow;
  guint length = 8, n_short = 0;

  sb_traffic_tail_set_length (tail, length);
  shadow_list_init (&shadow, G_LIST_MODEL (tail));
  for (guint step = 0; step < N_STEPS; step++)
    {
      int what = g_test_rand_int_range (0, 24);

      if (what < 12)
        append (log, (guint) g_test_rand_int_range (1, what == 0 ? 2 * MAX_RECORDS : 8));
      else if (what == 12)
        {
          choose_match (&match);
          sb_traffic_view_set_match (view, &match);
        }
      else if (what == 13)
        sb_traffic_view_set_paused (view, !sb_traffic_view_get_paused (view));
      else if (what == 14)
        sb_traffic_log_clear (log);
      else if (what == 15)
        sb_traffic_tail_set_length (tail, length = (guint) g_test_rand_int_range (1, 20));
      else if (what < 18)
        sb_traffic_tail_set_short_allowed (tail, what == 17);
      else
        sb_traffic_tail_set_short (tail, what > 19);
      shadow_list_check (&shadow);

      if (g_test_rand_int_range (0, 2) == 0)
        sb_traffic_tail_refresh (tail);
      else if (sb_traffic_tail_is_short (tail))
        continue;
      shadow_list_check (&shadow);
      assert_tail (tail, view, length);
      n_short += sb_traffic_tail_is_short (tail);
    }
  g_assert_cmpuint (n_short, >, 0);
  shadow_list_clear (&shadow);
  sb_traffic_match_clear (&match);
}

/* A flood makes it short by itself, and it is long again when the flood is over, or as soon as nobody follows. */
static void
test_tail_flood (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10000, 1000000);
  g_autoptr (SbTrafficView) view = sb_traffic_view_new (log);
  g_autoptr (SbTrafficTail) tail = sb_traffic_tail_new (view);
  gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  ShadowList shadow;

  sb_traffic_tail_set_short_allowed (tail, TRUE);
  shadow_list_init (&shadow, G_LIST_MODEL (tail));
  for (int i = 0; i < 2; i++)
    {
      while (!sb_traffic_tail_is_short (tail))
        {
          g_assert_cmpint (g_get_monotonic_time (), <, deadline);
          append (log, 50);
        }
      append (log, 500);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (tail)), <, 500);
      if (i == 0)
        sb_traffic_tail_set_short_allowed (tail, FALSE);
      while (sb_traffic_tail_is_short (tail))
        {
          g_assert_cmpint (g_get_monotonic_time (), <, deadline);
          g_main_context_iteration (NULL, TRUE);
        }
      shadow_list_check (&shadow);
      assert_tail (tail, view, 0);
      sb_traffic_tail_set_short_allowed (tail, TRUE);
    }
  shadow_list_clear (&shadow);
}

static void
test_paused_keeps_objects (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (10, 100000);
  g_autoptr (SbTrafficView) view = sb_traffic_view_new (log);
  g_autoptr (SbTrafficEntry) first = NULL;
  g_autoptr (SbTrafficEntry) again = NULL;

  append (log, 10);
  first = g_list_model_get_item (G_LIST_MODEL (view), 0);
  sb_traffic_view_set_paused (view, TRUE);
  append (log, 8);
  append (log, 8);
  again = g_list_model_get_item (G_LIST_MODEL (view), 0);
  g_assert_true (first == again);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (view)), ==, 10);
  g_assert_cmpuint (sb_traffic_view_get_n_waiting (view), ==, 16);
  sb_traffic_view_set_paused (view, FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (view)), ==, 10);
  g_assert_false (sb_traffic_view_find (view, sb_traffic_entry_get_serial (first), NULL));
}

static void
test_search_letters (void)
{
  static const struct
  {
    const char *needle;
    const char *hay;
    gboolean found;
  } cases[] = {
    { "temp", "{\"TEMPERATURE\":1}", TRUE },
    { "ÄRGER", "ein ärger", TRUE },
    { "ä", "plain", FALSE },
    { "xx", "x", FALSE },
    { "x", "x", TRUE },
    { "ab", "aab", TRUE },
    { "b}", "{\"a\":\"b}", TRUE },
    { "  1 ", "{\"a\":1}", TRUE },
    { " ", "", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbTrafficMatch match = { SB_TRAFFIC_ALL };
      SbTrafficRecord record = { .payload = g_bytes_new_static (cases[i].hay, strlen (cases[i].hay)) };

      sb_traffic_match_set_text (&match, cases[i].needle);
      g_assert_cmpint (sb_traffic_match_record (&match, &record), ==, cases[i].found);
      sb_traffic_match_clear (&match);
      sb_traffic_record_clear (&record);
    }
}

static void
test_indent (void)
{
  static const struct
  {
    const char *json;
    const char *indented;
  } cases[] = {
    { "{\"a\":1.10,\"b\":[1,2]}", "{\n  \"a\": 1.10,\n  \"b\": [\n    1,\n    2\n  ]\n}" },
    { " { } ", "{}" },
    { "[ ]", "[]" },
    { "1e400", "1e400" },
    { "\"{\\\"a\\\\\"", "\"{\\\"a\\\\\"" },
    { "[[],{}]", "[\n  [],\n  {}\n]" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sb_traffic_text_indent (cases[i].json, strlen (cases[i].json));

      g_assert_cmpstr (text, ==, cases[i].indented);
    }
}

static void
test_text (void)
{
  static const char bytes[] = "a\0\x1f\xff\xc3\xa4\nz";
  g_autofree char *text = NULL;
  guint mark;

  text = sb_traffic_text_make (bytes, sizeof bytes - 1, 6, &mark);
  g_assert_cmpstr (text, ==, "a\u2400\u241f\ufffdä\nz");
  g_assert_cmpuint (mark, ==, 5); /* the line break: the sixth byte, the fifth character */
  g_clear_pointer (&text, g_free);
  text = sb_traffic_text_make (bytes, sizeof bytes - 1, 1000, &mark);
  g_assert_cmpuint (mark, ==, g_utf8_strlen (text, -1));
  g_clear_pointer (&text, g_free);
  text = sb_traffic_text_dump ((const guint8 *) "{\"a\":1}\n0123456789", 18);
  g_assert_cmpstr (text, ==,
                   "00000000  7b 22 61 22 3a 31 7d 0a  30 31 32 33 34 35 36 37  {\"a\":1}.01234567\n"
                   "00000010  38 39                                             89");
}

static void
take_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static char *
export (SbTrafficView *view,
        gboolean       csv)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *text;
  int fd = g_file_open_tmp ("signalbox-export-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  file = g_file_new_for_path (path);
  sb_traffic_export_write_async (view, file, csv, NULL, NULL, NULL, take_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (sb_traffic_export_write_finish (result, NULL, &error));
  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_unlink (path);
  return text;
}

static void
test_export (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (100, 100000);
  g_autoptr (SbTrafficView) view = sb_traffic_view_new (log);
  g_autofree char *ndjson = NULL;
  g_autofree char *csv = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) rows = NULL;

  append (log, 12);
  ndjson = export (view, FALSE);
  lines = g_strsplit (ndjson, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 13); /* the last is empty */
  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string (lines[i], &error);
      g_autofree char *message = NULL;
      SbTrafficRecord record = make_record (i);

      g_assert_no_error (error);
      message = g_strndup (g_bytes_get_data (record.payload, NULL), g_bytes_get_size (record.payload));
      g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "message"), ==, message);
      g_assert_cmpint (json_object_has_member (json_node_get_object (node), "rejected"), ==,
                       record.rejection != SB_REJECTED_NOT);
      sb_traffic_record_clear (&record);
    }
  csv = export (view, TRUE);
  rows = g_strsplit (csv, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (rows), ==, 14);
  g_assert_true (g_str_has_prefix (rows[0], "time,direction,"));
  g_assert_nonnull (strstr (rows[1], "\"{\"\"alpha\"\":0}\""));
}

static GArray *
wait_for_snapshot (SbTrafficView *view,
                   GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;
  GArray *records;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  records = sb_traffic_snapshot_take_finish (view, *result, &error);
  g_assert_no_error (error);
  g_clear_object (result);
  return records;
}

static void
assert_snapshot (GArray       *records,
                 const GArray *numbers)
{
  g_assert_cmpuint (records->len, ==, numbers->len);
  for (guint i = 0; i < records->len; i++)
    g_assert_cmpint (g_array_index (records, SbTrafficRecord, i).time - 1000000, ==,
                     (gint64) g_array_index (numbers, guint64, i));
}

/* It has what was shown when it began: all of it, though the log goes on, lets go of it, and the view looks for something else. */
static void
test_snapshot (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (3000, 10000000);
  g_autoptr (SbTrafficView) view = sb_traffic_view_new (log);
  g_autoptr (GAsyncResult) result = NULL;
  SbTrafficMatch match = { .kind = SB_TRAFFIC_FROM_CLIENTS };
  SbTrafficMatch all = { .kind = SB_TRAFFIC_ALL };

  for (guint round = 0; round < 4; round++)
    {
      gboolean paused = round >= 2;
      g_autoptr (GArray) expected = NULL;
      g_autoptr (GArray) records = NULL;

      append (log, 4000);
      sb_traffic_view_set_match (view, &match);
      sb_traffic_view_set_paused (view, paused);
      expected = expect (log, &match);
      if (paused)
        append (log, 1000); /* held from now on */
      else
        g_assert_true (round > 0 || sb_traffic_view_is_searching (view));
      sb_traffic_snapshot_take_async (view, NULL, take_result_cb, &result);
      for (guint i = 0; i < 40; i++)
        {
          append (log, 100);
          if (i == 5 && round % 2 == 1)
            {
              sb_traffic_view_set_paused (view, FALSE);
              sb_traffic_view_set_match (view, &all);
            }
          g_main_context_iteration (NULL, FALSE);
        }
      records = wait_for_snapshot (view, &result);
      assert_snapshot (records, expected);
      sb_traffic_view_set_paused (view, FALSE);
    }
}

static void
test_export_cancelled (void)
{
  g_autoptr (SbTrafficLog) log = sb_traffic_log_new (100, 100000);
  g_autoptr (SbTrafficView) view = sb_traffic_view_new (log);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GFile) file = NULL;
  int fd = g_file_open_tmp ("signalbox-export-XXXXXX", &path, NULL);

  g_close (fd, NULL);
  g_file_set_contents (path, "before", -1, NULL);
  append (log, 12);
  file = g_file_new_for_path (path);
  g_cancellable_cancel (cancellable);
  sb_traffic_export_write_async (view, file, FALSE, NULL, NULL, cancellable, take_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sb_traffic_export_write_finish (result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "before");
  g_unlink (path);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peers[i] = sb_peer_new ();
      peers[i]->id = i + 1;
      peers[i]->channel = g_strdup (i == 0 ? "/a" : "/b");
      peers[i]->token_label = g_strdup_printf ("Client %u", i + 1);
    }
  g_test_add_func ("/traffic-view/property", test_property);
  g_test_add_func ("/traffic-tail/property", test_tail_property);
  g_test_add_func ("/traffic-tail/flood", test_tail_flood);
  g_test_add_func ("/traffic-view/paused-keeps-objects", test_paused_keeps_objects);
  g_test_add_func ("/traffic-match/letters", test_search_letters);
  g_test_add_func ("/traffic-text/indent", test_indent);
  g_test_add_func ("/traffic-text/readable-and-bytes", test_text);
  g_test_add_func ("/traffic-export/snapshot-is-of-its-moment", test_snapshot);
  g_test_add_func ("/traffic-export/ndjson-and-csv", test_export);
  g_test_add_func ("/traffic-export/cancelled-leaves-the-file", test_export_cancelled);
  status = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    sb_peer_unref (peers[i]);
  return status;
}
