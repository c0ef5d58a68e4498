/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "traffic/sb-traffic-detail.h"
#include "traffic/sb-traffic-page.h"
#include "traffic/sb-traffic-slot.h"
#include "traffic/sb-traffic-table.h"
#include "widgets/sb-filter-bar.h"
#include "widgets/sb-filter-chip.h"
#include <string.h>

static GtkWidget *
page (AppTest *test)
{
  sb_window_show_page (test->window, "traffic", NULL);
  return app_test_get (GTK_WIDGET (test->window), SB_TYPE_TRAFFIC_PAGE, NULL);
}

static SbFilterBar *
filter_bar (AppTest *test)
{
  return SB_FILTER_BAR (app_test_get (page (test), SB_TYPE_FILTER_BAR, NULL));
}

static SbTrafficTable *
table (AppTest *test)
{
  return SB_TRAFFIC_TABLE (app_test_get (page (test), SB_TYPE_TRAFFIC_TABLE, NULL));
}

static gboolean
says (AppTest    *test,
      const char *text)
{
  return app_test_shows (page (test), text);
}

static SoupWebsocketConnection *
connect_as (AppTest    *test,
            const char *label,
            const char *channel)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
  char *secret = app_test_issue (test, spec, NULL);
  SoupWebsocketConnection *connection = app_test_connect (test, channel, secret);

  sb_token_secret_free (secret);
  return connection;
}

/* Sends one after the other, each when the one before is in the log: in one order whoever sends. */
static void
say (AppTest                 *test,
     SoupWebsocketConnection *connection,
     const char              *text)
{
  SbTrafficLog *log = sb_engine_get_traffic (test->engine);
  guint64 before = sb_traffic_log_get_n_logged (log);

  soup_websocket_connection_send_text (connection, text);
  app_test_wait_until (sb_traffic_log_get_n_logged (log) > before);
}

static void
broadcast_done_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) broadcast = sb_engine_broadcast_finish (SB_ENGINE (source), result, &error);

  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
broadcast (AppTest    *test,
           const char *text)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  gboolean done = FALSE;

  sb_engine_broadcast_async (test->engine, "window", target, FALSE, payload, broadcast_done_cb, &done);
  app_test_wait_until (done);
}

static void
test_empty (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  app_test_wait_until (says (test, "The Server Is Stopped"));
  app_test_click (page (test), "_Start Server");
  app_test_wait_until (says (test, "No Messages Yet"));
  app_test_assert_named (page (test));
}

static void
test_rows (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  GtkWidget *detail;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/sensors");
  two = connect_as (test, "Kiosk", "/sensors");
  say (test, one, "{\"temperature\":21.4}");
  app_test_wait_until (says (test, "{\"temperature\":21.4}"));
  app_test_wait_until (says (test, "→ 1"));
  g_assert_true (says (test, "Scoreboard"));
  g_assert_null (app_test_find (page (test), SB_TYPE_TRAFFIC_DETAIL, NULL));

  sb_traffic_table_select (table (test), 0);
  app_test_wait_until (app_test_find (page (test), SB_TYPE_TRAFFIC_DETAIL, NULL) != NULL);
  detail = app_test_get (page (test), SB_TYPE_TRAFFIC_DETAIL, NULL);
  g_assert_nonnull (app_test_find (detail, GTK_TYPE_LABEL, "Sent to 1 client"));
  {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_get (detail, GTK_TYPE_TEXT_VIEW, NULL)));
    g_autofree char *text = NULL;

    g_object_get (buffer, "text", &text, NULL);
    g_assert_cmpstr (text, ==, "{\n  \"temperature\": 21.4\n}");
  }
  app_test_assert_named (page (test));
  gtk_widget_activate_action (page (test), "traffic.close-details", NULL);
  app_test_wait_until (app_test_find (page (test), SB_TYPE_TRAFFIC_DETAIL, NULL) == NULL);
}

static void
test_rejected (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  const SbTrafficRecord *record;
  GtkWidget *detail;
  GtkTextBuffer *buffer;
  GtkTextIter iter;
  g_autofree char *title = NULL;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/sensors");
  say (test, connection, "{\"a\":1,\n \"b\" 2}");
  record = sb_traffic_log_peek (sb_engine_get_traffic (test->engine), 0);
  g_assert_cmpint (record->rejection, ==, SB_REJECTED_JSON);
  app_test_wait_until (says (test, record->reason));
  sb_traffic_table_select (table (test), 0);
  detail = app_test_get (page (test), SB_TYPE_TRAFFIC_DETAIL, NULL);
  title = g_strdup_printf ("Rejected: %s", record->reason);
  app_test_wait_until (app_test_find (detail, GTK_TYPE_LABEL, title) != NULL);
  /* The place of the mistake is underlined, and the cursor stands there. */
  g_assert_cmpuint (record->offset, ==, 13);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_get (detail, GTK_TYPE_TEXT_VIEW, NULL)));
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  g_assert_cmpint (gtk_text_iter_get_line (&iter), ==, 1);
  g_assert_cmpint (gtk_text_iter_get_line_offset (&iter), ==, 5);
  app_test_snap (test, "traffic-rejected");
}

static void
test_filter (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  g_autofree char *filter = NULL;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/sensors");
  two = connect_as (test, "Kiosk", "/screens");
  say (test, one, "{\"x\":1}");
  say (test, two, "{\"y\":2}");
  say (test, two, "oops");
  broadcast (test, "{\"notice\":true}");
  app_test_wait_until (says (test, "{\"x\":1}") && says (test, "{\"y\":2}") && says (test, "oops") &&
                       says (test, "{\"notice\":true}"));
  sb_filter_bar_set_choice (filter_bar (test), "rejected");
  app_test_wait_until (says (test, "oops") && !says (test, "{\"x\":1}") && !says (test, "{\"y\":2}"));
  sb_filter_bar_set_choice (filter_bar (test), "broadcasts");
  app_test_wait_until (says (test, "{\"notice\":true}") && !says (test, "oops"));
  sb_filter_bar_set_choice (filter_bar (test), "all");
  sb_filter_bar_set_text (filter_bar (test), "KIOSK");
  app_test_wait_until (says (test, "{\"y\":2}") && says (test, "oops") && !says (test, "{\"x\":1}"));
  sb_filter_bar_set_text (filter_bar (test), "nobody says this");
  app_test_wait_until (says (test, "No Message Found"));
  app_test_click (page (test), "_Show All Messages");
  app_test_wait_until (says (test, "{\"x\":1}"));

  filter = g_strdup_printf ("client:%" G_GUINT64_FORMAT,
                            sb_traffic_log_peek (sb_engine_get_traffic (test->engine), 0)->peer->id);
  sb_window_show_page (test->window, "traffic", filter);
  app_test_wait_until (says (test, "Client: Scoreboard") && says (test, "{\"x\":1}") && !says (test, "{\"y\":2}"));
  sb_window_show_page (test->window, "traffic", "channel:/screens");
  app_test_wait_until (says (test, "Channel: /screens") && !says (test, "{\"x\":1}") && says (test, "{\"y\":2}"));
  app_test_click (app_test_get (page (test), SB_TYPE_FILTER_CHIP, NULL), "Show All Again");
  app_test_wait_until (says (test, "{\"x\":1}") && says (test, "{\"y\":2}"));
}

/* A client and a channel together, each taken back by itself. */
static void
test_chips_combine (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  GtkWidget *chip;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/sensors");
  two = connect_as (test, "Kiosk", "/screens");
  say (test, one, "{\"x\":1}");
  say (test, two, "{\"y\":2}");
  app_test_wait_until (says (test, "{\"x\":1}") && says (test, "{\"y\":2}"));
  sb_traffic_table_select (table (test), 1);
  gtk_widget_activate_action (page (test), "traffic.only-client", NULL);
  gtk_widget_activate_action (page (test), "traffic.only-channel", NULL);
  app_test_wait_until (says (test, "Client: Kiosk") && says (test, "Channel: /screens"));
  app_test_wait_until (!says (test, "{\"x\":1}") && says (test, "{\"y\":2}"));
  app_test_snap (test, "traffic-chips");
  chip = app_test_get (page (test), SB_TYPE_FILTER_CHIP, NULL);
  g_assert_cmpstr (sb_filter_chip_get_text (SB_FILTER_CHIP (chip)), ==, "Client: Kiosk");
  app_test_click (chip, "Show All Again");
  app_test_wait_until (!says (test, "Client: Kiosk") && says (test, "Channel: /screens"));
  g_assert_false (says (test, "{\"x\":1}"));
  app_test_click (app_test_get (page (test), SB_TYPE_FILTER_CHIP, NULL), "Show All Again");
  app_test_wait_until (says (test, "{\"x\":1}") && says (test, "{\"y\":2}"));
}

static char *
dup_clipboard (AppTest *test)
{
  GdkContentProvider *content =
      gdk_clipboard_get_content (gtk_widget_get_clipboard (GTK_WIDGET (test->window)));
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_nonnull (content);
  g_value_init (&value, G_TYPE_STRING);
  g_assert_true (gdk_content_provider_get_value (content, &value, NULL));
  return g_value_dup_string (&value);
}

static void
test_copy (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autofree char *message = NULL;
  g_autofree char *line = NULL;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/sensors");
  say (test, one, "{\"x\":1}");
  app_test_wait_until (says (test, "{\"x\":1}"));
  sb_traffic_table_select (table (test), 0);
  gtk_widget_activate_action (page (test), "traffic.copy", NULL);
  message = dup_clipboard (test);
  g_assert_cmpstr (message, ==, "{\"x\":1}");
  gtk_widget_activate_action (page (test), "traffic.copy-line", NULL);
  line = dup_clipboard (test);
  g_assert_true (g_str_has_prefix (line, "{\"time\":"));
  g_assert_nonnull (strstr (line, "\"label\":\"Scoreboard\""));
  g_assert_null (strchr (line, '\n'));
}

static void
test_pause (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  say (test, connection, "{\"n\":1}");
  app_test_wait_until (says (test, "{\"n\":1}"));
  app_test_wait_until (app_test_find (page (test), GTK_TYPE_TOGGLE_BUTTON, "Pause") != NULL);
  app_test_click (page (test), "Pause");
  say (test, connection, "{\"n\":2}");
  say (test, connection, "{\"n\":3}");
  app_test_wait_until (says (test, "2 new"));
  g_assert_false (says (test, "{\"n\":2}"));
  g_signal_emit_by_name (gtk_widget_get_ancestor (app_test_get (page (test), GTK_TYPE_LABEL, "2 new"), GTK_TYPE_BUTTON),
                         "clicked");
  app_test_wait_until (says (test, "{\"n\":2}") && says (test, "{\"n\":3}"));
  app_test_get (page (test), GTK_TYPE_TOGGLE_BUTTON, "Pause");
}

static void
test_follow (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  page (test);
  for (int i = 0; i < 200; i++)
    soup_websocket_connection_send_text (connection, "{\"early\":true}");
  app_test_wait_until (sb_traffic_log_get_n_logged (sb_engine_get_traffic (test->engine)) == 200);
  say (test, connection, "{\"newest\":1}");
  /* The newest line is the one to be seen. */
  app_test_wait_until (says (test, "{\"newest\":1}"));
  g_assert_true (sb_traffic_table_get_following (table (test)));
  sb_traffic_table_select (table (test), 3);
  g_assert_false (sb_traffic_table_get_following (table (test)));
  say (test, connection, "{\"newest\":2}");
  app_test_wait_until (says (test, "1 new"));
  app_test_snap (test, "traffic-new");
  sb_traffic_table_set_following (table (test), TRUE);
  app_test_wait_until (says (test, "{\"newest\":2}"));
  g_assert_null (sb_traffic_table_get_selected (table (test)));
}

/* Fifty lines more; whether the table takes it for a flood by now. */
static gboolean
flood (AppTest *test)
{
  SbTrafficLog *log = sb_engine_get_traffic (test->engine);
  GListModel *model = G_LIST_MODEL (sb_table_get_model (SB_TABLE (table (test))));
  g_autofree SbTrafficRecord *records = g_new0 (SbTrafficRecord, 50);
  g_autoptr (GObject) item = NULL;

  for (guint i = 0; i < 50; i++)
    {
      char *text = g_strdup_printf ("{\"n\":%" G_GUINT64_FORMAT "}", sb_traffic_log_get_n_logged (log) + i);

      records[i] = (SbTrafficRecord) { .time = g_get_real_time (),
                                       .direction = SB_DIRECTION_BROADCAST,
                                       .target = g_strdup ("everyone"),
                                       .size = strlen (text),
                                       .payload = g_bytes_new_take (text, strlen (text)),
                                       .offset = G_MAXUINT64 };
    }
  sb_traffic_log_append (log, records, 50);
  item = g_list_model_get_item (model, 0);
  return SB_IS_TRAFFIC_SLOT (item);
}

/* In a flood lines run through the rows that there are; the one that is clicked is the one that was read. */
static void
test_flood (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkSelectionModel *model;
  g_autoptr (SbTrafficSlot) slot = NULL;
  g_autofree char *newest = NULL;
  g_autofree char *clicked = NULL;
  guint64 serial;

  app_test_start (test);
  page (test);
  model = sb_table_get_model (SB_TABLE (table (test)));
  app_test_wait_until (flood (test));
  newest = g_strdup_printf ("{\"n\":%" G_GUINT64_FORMAT "}",
                            sb_traffic_log_get_n_logged (sb_engine_get_traffic (test->engine)) - 1);
  app_test_wait_until (says (test, newest));

  app_test_wait_until (flood (test));
  slot = g_list_model_get_item (G_LIST_MODEL (model), g_list_model_get_n_items (G_LIST_MODEL (model)) - 3);
  serial = sb_traffic_entry_get_serial (sb_traffic_slot_get_entry (slot));
  gtk_selection_model_select_item (model, g_list_model_get_n_items (G_LIST_MODEL (model)) - 3, TRUE);
  g_assert_false (sb_traffic_table_get_following (table (test)));
  g_assert_false (flood (test));
  g_assert_nonnull (sb_traffic_table_get_selected (table (test)));
  g_assert_cmpuint (sb_traffic_entry_get_serial (sb_traffic_table_get_selected (table (test))), ==, serial);
  clicked = g_strdup_printf ("{\"n\":%" G_GUINT64_FORMAT "}", serial);
  app_test_wait_until (says (test, clicked));
  g_assert_cmpuint (sb_traffic_entry_get_serial (sb_traffic_table_get_selected (table (test))), ==, serial);
}

static void
test_clear (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  say (test, connection, "{\"n\":1}");
  app_test_wait_until (says (test, "{\"n\":1}"));
  gtk_widget_activate_action (page (test), "traffic.clear", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "C_lear");
  app_test_wait_until (says (test, "No Messages Yet"));
}

static void
test_send_again (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/sensors");
  say (test, connection, "{\"n\":1}");
  app_test_wait_until (says (test, "{\"n\":1}"));
  sb_traffic_table_select (table (test), 0);
  gtk_widget_activate_action (page (test), "traffic.send-again", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_get (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "To everyone on /sensors");
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Send");
  app_test_wait_until (sb_traffic_log_get_n_logged (sb_engine_get_traffic (test->engine)) == 2);
  g_assert_cmpint (sb_traffic_log_peek (sb_engine_get_traffic (test->engine), 1)->direction, !=,
                   SB_DIRECTION_FROM_CLIENT);
  g_assert_cmpstr (sb_traffic_log_peek (sb_engine_get_traffic (test->engine), 1)->target, ==, "/sensors");
}

static void
test_look (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) score = NULL;
  g_autoptr (SoupWebsocketConnection) door = NULL;
  g_autoptr (SoupWebsocketConnection) blue = NULL;

  app_test_start (test);
  score = connect_as (test, "Scoreboard 3", "/sensors");
  door = connect_as (test, "Door sensor", "/sensors");
  blue = connect_as (test, "Team Blue", "/");
  page (test);
  for (int i = 0; i < 3; i++)
    {
      say (test, score, "{\"temperature\":21.4,\"humidity\":48}");
      say (test, door, "{\"open\":true}");
      say (test, score, "{\"temp\" 21.4}");
      broadcast (test, "{\"notice\":\"Doors open in five minutes\"}");
      say (test, blue, "{\"answer\":3,\"at\":1729}");
    }
  app_test_wait_until (says (test, "{\"answer\":3,\"at\":1729}"));
  app_test_snap (test, "traffic-table");
  sb_traffic_table_select (table (test), 2);
  app_test_snap (test, "traffic-detail");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  app_test_snap (test, "traffic-detail-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
  gtk_widget_activate_action (page (test), "traffic.close-details", NULL);
  app_test_resize (test, 360, 640);
  /* Nothing needs more room than there is. */
  app_test_wait_until (gtk_widget_get_width (page (test)) <= 360);
  app_test_wait_until (says (test, "Team Blue · /"));
  app_test_snap (test, "traffic-narrow");
  sb_traffic_table_select (table (test), 2);
  g_signal_emit_by_name (table (test), "activated");
  app_test_wait_until (app_test_find (page (test), SB_TYPE_TRAFFIC_DETAIL, NULL) != NULL);
  app_test_snap (test, "traffic-narrow-sheet");
}

static void
add (void)
{
  g_test_add_func ("/traffic-page/empty", test_empty);
  g_test_add_func ("/traffic-page/rows-and-detail", test_rows);
  g_test_add_func ("/traffic-page/rejected", test_rejected);
  g_test_add_func ("/traffic-page/filter", test_filter);
  g_test_add_func ("/traffic-page/chips-combine", test_chips_combine);
  g_test_add_func ("/traffic-page/copy", test_copy);
  g_test_add_func ("/traffic-page/pause", test_pause);
  g_test_add_func ("/traffic-page/follow", test_follow);
  g_test_add_func ("/traffic-page/flood", test_flood);
  g_test_add_func ("/traffic-page/clear", test_clear);
  g_test_add_func ("/traffic-page/send-again", test_send_again);
  g_test_add_func ("/traffic-page/wide-and-narrow", test_look);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
