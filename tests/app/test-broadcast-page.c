/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast-fixture.h"

/* --- what every test does --- */

/* The button that sends, whatever it says. */
static GtkButton *
get_send_button (GtkWidget *page)
{
  GtkWidget *composer = app_test_get (page, SB_TYPE_COMPOSER, NULL);

  for (GtkWidget *child = gtk_widget_get_last_child (composer); child != NULL; child = gtk_widget_get_prev_sibling (child))
    if (ADW_IS_WRAP_BOX (child))
      return GTK_BUTTON (gtk_widget_get_last_child (gtk_widget_get_last_child (child)));
  g_assert_not_reached ();
}

static void
wait_for_send (GtkWidget  *page,
               const char *label,
               gboolean    sensitive)
{
  app_test_wait_until (g_strcmp0 (gtk_button_get_label (get_send_button (page)), label) == 0 &&
                       gtk_widget_is_sensitive (GTK_WIDGET (get_send_button (page))) == sensitive);
}

static void
wait_for_rows (GtkWidget *page,
               guint      n)
{
  GListModel *broadcasts = sb_engine_get_broadcasts (sb_page_get_engine (SB_PAGE (page)));

  app_test_wait_until (g_list_model_get_n_items (broadcasts) == n && app_test_find (page, SB_TYPE_BROADCAST_ROW, NULL) != NULL);
}

static char *
issue (AppTest    *test,
       const char *label,
       gint64     *id)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
  g_autoptr (SbToken) token = NULL;
  char *secret = app_test_issue (test, spec, &token);

  if (id != NULL)
    *id = token->id;
  return secret;
}

static void
message_cb (SoupWebsocketConnection *connection,
            int                      type,
            GBytes                  *message,
            GPtrArray               *received)
{
  gsize size;
  const char *data = g_bytes_get_data (message, &size);

  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  g_ptr_array_add (received, g_strndup (data, size));
}

/* @received: (element-type utf8) everything the client gets. */
static SoupWebsocketConnection *
connect_client (AppTest    *test,
                const char *channel,
                const char *secret,
                GPtrArray **received)
{
  SoupWebsocketConnection *connection = app_test_connect (test, channel, secret);

  *received = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), *received);
  return connection;
}

/* --- sending --- */

static void
test_button_says_whom_it_reaches (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  g_autofree char *secret = issue (test, "Sensors", NULL);
  g_autoptr (GPtrArray) received_a = NULL;
  g_autoptr (GPtrArray) received_b = NULL;
  g_autoptr (SoupWebsocketConnection) a = NULL;
  g_autoptr (SoupWebsocketConnection) b = NULL;

  write_message (page, "{\"scene\":4}");
  wait_for_send (page, "Server Is Not Running", FALSE);
  app_test_start (test);
  wait_for_send (page, "No Client to Send To", FALSE);
  a = connect_client (test, "/stage", secret, &received_a);
  wait_for_send (page, "Send to 1 Client", TRUE);
  b = connect_client (test, "/screens", secret, &received_b);
  wait_for_send (page, "Send to 2 Clients", TRUE);

  write_message (page, "{\"scene\":}");
  wait_for_send (page, "Send to 2 Clients", FALSE);
  write_message (page, "");
  wait_for_send (page, "Send to 2 Clients", FALSE);
  write_message (page, "{\"scene\":4}");

  sb_window_show_page (test->window, "broadcast", "channel:/stage");
  wait_for_send (page, "Send to 1 Client", TRUE);
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (page, GTK_TYPE_ENTRY, "/news, /room/*")), "/stage, /screens");
  wait_for_send (page, "Send to 2 Clients", TRUE);
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (page, GTK_TYPE_ENTRY, "/news, /room/*")), "stage");
  wait_for_send (page, "No Client to Send To", FALSE);

  soup_websocket_connection_close (b, 1000, NULL);
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (page, GTK_TYPE_ENTRY, "/news, /room/*")), "/**");
  wait_for_send (page, "Send to 1 Client", TRUE);
}

static void
test_wrong_channel_shows_message (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *entry;
  g_autoptr (GError) error = NULL;

  sb_window_show_page (test->window, "broadcast", "channel:/a//b");
  entry = app_test_get (page, GTK_TYPE_ENTRY, "/news, /room/*");
  g_assert_false (sb_channel_pattern_check ("/a//b", &error));
  g_assert_nonnull (app_test_find (page, GTK_TYPE_LABEL, error->message));
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
  gtk_editable_set_text (GTK_EDITABLE (entry), "/a/b");
  g_assert_null (app_test_find (page, GTK_TYPE_LABEL, error->message));
}

static const char *
subtitle_of (GtkWidget *page)
{
  return adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (page, SB_TYPE_BROADCAST_ROW, NULL)));
}

static void
test_send_and_report (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  g_autofree char *secret = issue (test, "Sensors", NULL);
  g_autoptr (GPtrArray) received_a = NULL;
  g_autoptr (GPtrArray) received_b = NULL;
  g_autoptr (SoupWebsocketConnection) a = NULL;
  g_autoptr (SoupWebsocketConnection) b = NULL;

  g_assert_nonnull (app_test_find (page, GTK_TYPE_LABEL, "What you send is listed here, with how many clients received it."));
  app_test_start (test);
  a = connect_client (test, "/stage", secret, &received_a);
  b = connect_client (test, "/screens", secret, &received_b);
  write_message (page, "{\n  \"notice\": \"Doors open in five minutes\",\n  \"urgent\": false\n}");
  wait_for_send (page, "Send to 2 Clients", TRUE);
  app_test_click (page, "Send to 2 Clients");
  app_test_wait_until (received_a->len == 1 && received_b->len == 1);
  /* To the byte: nothing is written anew on the way. */
  g_assert_cmpstr (g_ptr_array_index (received_a, 0), ==, "{\n  \"notice\": \"Doors open in five minutes\",\n  \"urgent\": false\n}");
  g_assert_cmpstr (g_ptr_array_index (received_b, 0), ==, g_ptr_array_index (received_a, 0));

  wait_for_rows (page, 1);
  app_test_wait_until (strstr (subtitle_of (page), " · everyone · 2 of 2 clients in ") != NULL);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (app_test_get (page, SB_TYPE_BROADCAST_ROW, NULL))), ==,
                   "{ \"notice\": \"Doors open in five minutes\", \"urgent\": false }");
  app_test_snap (test, "broadcast-sent");

  /* Ctrl+Enter is the same action; only one client this time. */
  sb_window_show_page (test->window, "broadcast", "channel:/stage");
  wait_for_send (page, "Send to 1 Client", TRUE);
  gtk_widget_activate_action (app_test_get (page, GTK_SOURCE_TYPE_VIEW, NULL), "broadcast.send", NULL);
  app_test_wait_until (received_a->len == 2);
  wait_for_rows (page, 2);
  app_test_wait_until (strstr (subtitle_of (page), " · /stage · 1 of 1 client in ") != NULL);
  g_assert_cmpuint (received_b->len, ==, 1);
}

static void
test_send_again (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  gint64 id;
  g_autofree char *secret = issue (test, "Sensors", &id);
  g_autofree char *filter = g_strdup_printf ("token:%" G_GINT64_FORMAT, id);
  g_autoptr (GPtrArray) received = NULL;
  g_autoptr (SoupWebsocketConnection) client = NULL;

  app_test_start (test);
  client = connect_client (test, "/", secret, &received);
  sb_window_show_page (test->window, "broadcast", filter);
  write_message (page, "{\"scene\":4}");
  wait_for_send (page, "Send to 1 Client", TRUE);
  app_test_click (page, "Send to 1 Client");
  wait_for_rows (page, 1);
  app_test_wait_until (strstr (subtitle_of (page), " · token Sensors · 1 of 1 client in ") != NULL);

  app_test_click (page, "Send Again");
  app_test_wait_until (received->len == 2);
  g_assert_cmpstr (g_ptr_array_index (received, 1), ==, "{\"scene\":4}");
  wait_for_rows (page, 2);

  /* A click on the row writes it anew, target and all. */
  write_message (page, "");
  sb_target_chooser_set_target (SB_TARGET_CHOOSER (app_test_get (page, SB_TYPE_TARGET_CHOOSER, NULL)), &(SbTarget) { .everyone = TRUE });
  gtk_widget_activate (app_test_get (page, SB_TYPE_BROADCAST_ROW, NULL));
  g_assert_cmpstr (sb_json_buffer_get_message (get_buffer (page)), ==, "Valid JSON, 11 bytes");
  g_assert_cmpstr (adw_toggle_group_get_active_name (ADW_TOGGLE_GROUP (app_test_get (page, ADW_TYPE_TOGGLE_GROUP, NULL))), ==, "tokens");

  /* What cannot be sent now cannot be clicked. */
  sb_engine_stop_async (test->engine, NULL, NULL);
  app_test_wait_until (!gtk_widget_is_sensitive (app_test_get (page, GTK_TYPE_BUTTON, "Send Again")));
}

static void
test_to_selected_clients (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  g_autofree char *secret = issue (test, "Sensors", NULL);
  g_autofree char *filter = NULL;
  g_autoptr (GPtrArray) received_a = NULL;
  g_autoptr (GPtrArray) received_b = NULL;
  g_autoptr (SoupWebsocketConnection) a = NULL;
  g_autoptr (SoupWebsocketConnection) b = NULL;
  g_autoptr (SbClient) second = NULL;

  app_test_start (test);
  a = connect_client (test, "/", secret, &received_a);
  b = connect_client (test, "/", secret, &received_b);
  second = g_list_model_get_item (G_LIST_MODEL (sb_engine_get_clients (test->engine)), 1);
  filter = g_strdup_printf ("clients:%" G_GUINT64_FORMAT ",999999", sb_client_get_id (second));
  sb_window_show_page (test->window, "broadcast", filter);
  g_assert_nonnull (app_test_find (page, GTK_TYPE_LABEL, "Sensors (127.0.0.1), one that has left"));
  write_message (page, "1");
  wait_for_send (page, "Send to 1 Client", TRUE);
  app_test_snap (test, "broadcast-clients");
  app_test_click (page, "Send to 1 Client");
  app_test_wait_until (received_b->len == 1);
  wait_for_rows (page, 1);
  g_assert_nonnull (strstr (subtitle_of (page), " · 2 chosen clients · "));
  g_assert_cmpuint (received_a->len, ==, 0);
}

static void
test_live_channels_are_suggested (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *entry;
  g_autofree char *secret = issue (test, "Sensors", NULL);
  g_autoptr (GPtrArray) received_a = NULL;
  g_autoptr (GPtrArray) received_b = NULL;
  g_autoptr (SoupWebsocketConnection) a = NULL;
  g_autoptr (SoupWebsocketConnection) b = NULL;
  GtkWidget *list;

  app_test_start (test);
  a = connect_client (test, "/stage", secret, &received_a);
  b = connect_client (test, "/screens", secret, &received_b);
  sb_window_show_page (test->window, "broadcast", "channel:/news");
  entry = app_test_get (page, GTK_TYPE_ENTRY, "/news, /room/*");
  gtk_menu_button_popup (GTK_MENU_BUTTON (app_test_get (page, GTK_TYPE_MENU_BUTTON, "In Use")));
  list = gtk_widget_get_ancestor (app_test_get (page, GTK_TYPE_LABEL, "/screens"), GTK_TYPE_LIST_BOX);
  g_signal_emit_by_name (list, "row-activated", gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "/news, /stage");
  g_signal_emit_by_name (list, "row-activated", gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "/news, /stage");
}

static void
test_draft_survives (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);

  write_message (page, "{\"half\":");
  sb_window_show_page (test->window, "broadcast", "channel:/stage");
  sb_window_show_page (test->window, "tokens", NULL);
  app_test_wait_until (!gtk_widget_get_mapped (page));
  show_page (test);
  app_test_wait_until (gtk_widget_get_mapped (page));
  g_assert_cmpint (gtk_text_buffer_get_char_count (GTK_TEXT_BUFFER (get_buffer (page))), ==, 8);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (app_test_get (page, GTK_TYPE_ENTRY, "/news, /room/*"))), ==, "/stage");
}

/* --- history --- */

static GPtrArray *
make_missed (guint n)
{
  GPtrArray *missed = sb_missed_array_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbPeer) peer = sb_peer_new ();

      peer->token_label = g_strdup ("Sensors");
      peer->address = g_strdup_printf ("192.168.1.%u", 30 + i);
      peer->name = i == 0 ? g_strdup ("esp32-00") : NULL;
      g_ptr_array_add (missed, sb_missed_new (peer, i == 0 ? SB_MISSED_BACKLOG : SB_MISSED_LEFT));
    }
  return missed;
}

static SbBroadcast *
make_broadcast (const char *text,
                gint64      time)
{
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return sb_broadcast_new (1, time, "everyone", target, FALSE, bytes);
}

static void
test_report_in_words (void)
{
  g_autoptr (SbTokenList) tokens = sb_token_list_new ();
  gint64 now = 1813060800 * G_TIME_SPAN_SECOND; /* 15 June 2027, 12:00 UTC */
  g_autoptr (SbBroadcast) broadcast = make_broadcast ("{\"a\":1}", now - 4 * G_TIME_SPAN_MINUTE);
  g_autoptr (SbBroadcast) interrupted = make_broadcast ("1", now - 30 * G_TIME_SPAN_HOUR);
  g_autoptr (SbBroadcast) old = make_broadcast ("1", now - 400 * G_TIME_SPAN_DAY);
  g_autoptr (GPtrArray) missed = make_missed (1);
  g_autofree char *sending = sb_broadcast_words_line (broadcast, tokens, now);
  g_autofree char *sent = NULL;
  g_autofree char *broken = NULL;
  g_autofree char *nobody = NULL;

  g_assert_cmpstr (sending, ==, "11:56 · everyone · sending…");
  sb_broadcast_add_report (broadcast, 2, 1000, 1000, 0, 0, 3000, NULL);
  g_assert_false (sb_broadcast_words_is_worrying (broadcast));
  sb_broadcast_add_report (broadcast, 2, 42, 39, 1, 2, 2000, missed);
  sent = sb_broadcast_words_line (broadcast, tokens, now);
  g_assert_cmpstr (sent, ==, "11:56 · everyone · 1,039 of 1,042 clients in 3.0 ms · 1 missed it · 2 still waiting");
  g_assert_true (sb_broadcast_words_is_worrying (broadcast));

  sb_broadcast_set_interrupted (interrupted);
  broken = sb_broadcast_words_line (interrupted, tokens, now);
  g_assert_cmpstr (broken, ==, "14 June, 06:00 · everyone · interrupted before its report came");
  g_assert_true (sb_broadcast_words_is_worrying (interrupted));

  sb_broadcast_set_report (old, 0, 0, 0, 0, 0);
  nobody = sb_broadcast_words_line (old, tokens, now);
  g_assert_cmpstr (nobody, ==, "11 May 2026, 12:00 · everyone · nobody was there");
}

static void
test_preview (void)
{
  g_autofree char *long_text = g_strnfill (2000, 'x');
  g_autoptr (SbBroadcast) pretty = make_broadcast ("{\n  \"a\":\t1\n}", 0);
  g_autoptr (SbBroadcast) big = make_broadcast (long_text, 0);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\x01\x02", 2);
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (SbBroadcast) binary = sb_broadcast_new (1, 0, "everyone", target, TRUE, bytes);
  g_autofree char *pretty_text = sb_broadcast_words_preview (pretty);
  g_autofree char *big_text = sb_broadcast_words_preview (big);
  g_autofree char *binary_text = sb_broadcast_words_preview (binary);

  g_assert_cmpstr (pretty_text, ==, "{ \"a\": 1 }");
  g_assert_cmpint (g_utf8_strlen (big_text, -1), ==, 401);
  g_assert_true (g_str_has_suffix (big_text, "x…"));
  g_assert_cmpstr (binary_text, ==, "Binary message of 2\u00a0B");
}

static void
test_row_names_who_missed_it (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbBroadcast) broadcast = make_broadcast ("1", g_get_real_time ());
  g_autoptr (GPtrArray) missed = make_missed (2);
  GtkWidget *page = show_page (test), *row;

  g_list_store_insert (G_LIST_STORE (sb_engine_get_broadcasts (test->engine)), 0, broadcast);
  row = app_test_get (page, SB_TYPE_BROADCAST_ROW, NULL);
  g_assert_null (app_test_find (row, GTK_TYPE_BUTTON, "Show Who Missed It"));
  sb_broadcast_add_report (broadcast, 1, 12, 10, 2, 0, 900, missed);
  app_test_click (row, "Show Who Missed It");
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_wait_until (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Sensors · “esp32-00”") != NULL);
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Sensors"));
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Too slow: its backlog was full"));
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Left before it was sent"));
  app_test_assert_named (GTK_WIDGET (app_test_dialog (test)));
  app_test_snap (test, "broadcast-missed");
  adw_dialog_force_close (app_test_dialog (test));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (app_test_get (row, GTK_TYPE_IMAGE, NULL)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Not delivered to all");
}

/* A list box makes a row for each item: not for a thousand of them at once. */
static void
test_long_history (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *list;
  GListStore *broadcasts = G_LIST_STORE (sb_engine_get_broadcasts (test->engine));

  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (SbBroadcast) broadcast = make_broadcast ("1", g_get_real_time ());

      g_list_store_insert (broadcasts, 0, broadcast);
    }
  list = gtk_widget_get_parent (app_test_get (page, SB_TYPE_BROADCAST_ROW, NULL));
  g_assert_nonnull (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 19));
  g_assert_null (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 20));
  app_test_click (page, "Show _More");
  g_assert_nonnull (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 29));
  g_assert_null (app_test_find (page, GTK_TYPE_BUTTON, "Show _More"));
}

static void
test_narrow (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);

  sb_window_show_page (test->window, "broadcast", "channel:/stage");
  write_message (page, "{\n  \"notice\": \"Doors open in five minutes\",\n  \"urgent\": flase\n}");
  app_test_snap (test, "broadcast-wrong");
  app_test_resize (test, 360, 640);
  app_test_wait_until (gtk_widget_get_width (page) <= 360);
  app_test_snap (test, "broadcast-narrow");
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (get_send_button (page))), <, 360);
}

static void
test_can_be_named (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GtkWidget *view = app_test_get (page, GTK_SOURCE_TYPE_VIEW, NULL);

  sb_window_show_page (test->window, "broadcast", "channel:/stage");
  app_test_assert_named (page);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Message");
  write_message (page, "{");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
  write_message (page, "{}");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_FALSE);
}

static void
add_tests (void)
{
  g_test_add_func ("/broadcast/button-says-whom-it-reaches", test_button_says_whom_it_reaches);
  g_test_add_func ("/broadcast/wrong-channel-shows-message", test_wrong_channel_shows_message);
  g_test_add_func ("/broadcast/send-and-report", test_send_and_report);
  g_test_add_func ("/broadcast/send-again", test_send_again);
  g_test_add_func ("/broadcast/to-selected-clients", test_to_selected_clients);
  g_test_add_func ("/broadcast/live-channels-are-suggested", test_live_channels_are_suggested);
  g_test_add_func ("/broadcast/draft-survives", test_draft_survives);
  g_test_add_func ("/broadcast/report-in-words", test_report_in_words);
  g_test_add_func ("/broadcast/preview", test_preview);
  g_test_add_func ("/broadcast/row-names-who-missed-it", test_row_names_who_missed_it);
  g_test_add_func ("/broadcast/long-history", test_long_history);
  g_test_add_func ("/broadcast/narrow", test_narrow);
  g_test_add_func ("/broadcast/can-be-named", test_can_be_named);
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  return app_test_run (argc, argv, add_tests);
}
