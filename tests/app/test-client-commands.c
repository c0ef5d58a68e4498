/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients-fixture.h"

static void
test_disconnect (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  GtkEditable *entry;
  GtkWidget *reason;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  page (test);
  sb_client_table_select (table (test), find_client (test, "Scoreboard"));
  gtk_widget_activate_action (page (test), "client.disconnect", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Disconnect Client?"));
  /* By keyboard alone: the reason, and Enter. */
  reason = app_test_get (GTK_WIDGET (app_test_dialog (test)), ADW_TYPE_ENTRY_ROW, NULL);
  entry = gtk_editable_get_delegate (GTK_EDITABLE (reason));
  app_test_wait_until (gtk_window_get_focus (GTK_WINDOW (test->window)) == GTK_WIDGET (entry));
  gtk_editable_set_text (GTK_EDITABLE (reason), "too loud");
  app_test_snap (test, "clients-disconnect");
  g_signal_emit_by_name (entry, "activate");
  app_test_wait_until (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED);
  g_assert_cmpuint (soup_websocket_connection_get_close_code (connection), ==, 3003);
  g_assert_cmpstr (soup_websocket_connection_get_close_data (connection), ==, "disconnected by admin: too loud");
  app_test_wait_until (says (test, "3003 disconnected by admin: too loud") &&
                       says (test, "An administrator · just now"));

  app_test_wait_until (app_test_find (page (test), SB_TYPE_FILTER_BAR, NULL) != NULL);
  sb_filter_bar_set_choice (filter_bar (test), "left");
  app_test_wait_until (says (test, "3003 disconnected by admin: too loud"));
  g_assert_true (says (test, "An administrator"));
  app_test_snap (test, "clients-recently-left");
}

static void
message_cb (SoupWebsocketConnection *connection,
            int                      type,
            GBytes                  *message,
            GString                 *received)
{
  g_string_append_len (received, g_bytes_get_data (message, NULL), (gssize) g_bytes_get_size (message));
}

/* What is written in the dialog; its button is clicked twice. */
static void
send_to_selected (AppTest    *test,
                  const char *text)
{
  g_autoptr (GtkWidget) send = NULL;
  GtkWidget *view;

  gtk_widget_activate_action (page (test), "client.send", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  view = app_test_get (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_TEXT_VIEW, NULL);
  send = g_object_ref (app_test_get (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_BUTTON, "_Send"));
  g_assert_false (gtk_widget_get_sensitive (send));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "{\"a\":", -1);
  g_assert_false (gtk_widget_get_sensitive (send));
  app_test_snap (test, "clients-send");
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
  app_test_wait_until (gtk_widget_get_sensitive (send));
  g_signal_emit_by_name (send, "clicked");
  g_signal_emit_by_name (send, "clicked");
  app_test_wait_until (app_test_dialog (test) == NULL);
}

static void
test_send (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  g_autoptr (SoupWebsocketConnection) three = NULL;
  GString *received = g_string_new (NULL), *others = g_string_new (NULL);

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/");
  two = connect_as (test, "Kiosk", "/");
  three = connect_as (test, "Door", "/");
  g_signal_connect (one, "message", G_CALLBACK (message_cb), received);
  g_signal_connect (two, "message", G_CALLBACK (message_cb), others);
  page (test);
  sb_client_table_select (table (test), find_client (test, "Scoreboard"));
  send_to_selected (test, "{\"a\":1}");
  send_to_selected (test, "{\"b\":2}");
  app_test_wait_until (strstr (received->str, "{\"b\":2}") != NULL);
  g_assert_cmpstr (received->str, ==, "{\"a\":1}{\"b\":2}");
  g_assert_cmpuint (others->len, ==, 0);
  g_string_free (received, TRUE);
  g_string_free (others, TRUE);
  g_signal_handlers_disconnect_by_func (one, message_cb, received);
  g_signal_handlers_disconnect_by_func (two, message_cb, others);
}

static void
test_several (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/");
  two = connect_as (test, "Kiosk", "/");
  page (test);
  app_test_wait_until (says (test, "Kiosk"));
  app_test_click (page (test), "Select Several Clients");
  sb_client_table_select_all (table (test));
  app_test_wait_until (says (test, "2 clients"));
  app_test_snap (test, "clients-several");
  gtk_widget_activate_action (page (test), "client.disconnect", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Disconnect Clients?"));
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Disconnect");
  app_test_wait_until (soup_websocket_connection_get_state (one) == SOUP_WEBSOCKET_STATE_CLOSED &&
                       soup_websocket_connection_get_state (two) == SOUP_WEBSOCKET_STATE_CLOSED);
}

static void
test_block (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  page (test);
  sb_client_table_select (table (test), find_client (test, "Scoreboard"));
  gtk_widget_activate_action (page (test), "client.block", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_snap (test, "clients-block");
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Block");
  app_test_wait_until (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED);
}

static guint
count_blocks (AppTest *test)
{
  g_auto (GStrv) blocks = sb_engine_list_blocks (test->engine);

  return g_strv_length (blocks);
}

/* Many at once: each address once, each token once; both can be taken back; a block is seen and lifted in its dialog. */
static void
test_shut_out_several (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  g_autoptr (SoupWebsocketConnection) three = NULL;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/");
  two = connect_as (test, "Kiosk", "/");
  page (test);
  app_test_wait_until (says (test, "Kiosk"));
  app_test_click (page (test), "Select Several Clients");
  sb_client_table_select_all (table (test));
  gtk_widget_activate_action (page (test), "client.revoke", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_snap (test, "clients-revoke-several");
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL,
                                   "2 tokens are not valid any more, and 2 clients are disconnected at once."));
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Revoke");
  app_test_wait_until (sb_client_list_count (sb_engine_get_clients (test->engine)) == 0);
  app_test_wait_until (app_test_shows (GTK_WIDGET (test->window), "2 tokens revoked · 2 clients disconnected"));
  app_test_click (GTK_WIDGET (test->window), "_Undo");
  app_test_wait_until (app_test_shows (GTK_WIDGET (test->window), "2 tokens are valid again"));

  three = connect_as (test, "Door", "/");
  sb_filter_bar_set_choice (filter_bar (test), "left");
  app_test_wait_until (says (test, "Kiosk"));
  /* Those that left can still be kept out. */
  sb_client_table_select_all (table (test));
  app_test_wait_until (sb_client_table_n_selected (table (test)) == 2);
  app_test_snap (test, "clients-left-several");
  gtk_widget_activate_action (page (test), "client.block", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Block Address?"));
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Block");
  app_test_wait_until (app_test_shows (GTK_WIDGET (test->window), "127.0.0.1 blocked · 1 client disconnected"));
  g_assert_cmpuint (count_blocks (test), ==, 1);
  app_test_click (GTK_WIDGET (test->window), "_Undo");
  app_test_wait_until (count_blocks (test) == 0);

  gtk_widget_activate_action (page (test), "client.block", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Block");
  app_test_wait_until (count_blocks (test) == 1 && app_test_dialog (test) == NULL);
  gtk_widget_activate_action (page (test), "clients.show-blocks", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_snap (test, "clients-blocks");
  app_test_assert_named (GTK_WIDGET (app_test_dialog (test)));
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Lift");
  app_test_wait_until (count_blocks (test) == 0);
  app_test_wait_until (app_test_shows (GTK_WIDGET (app_test_dialog (test)), "No Address Is Blocked"));
}

static void
add (void)
{
  g_test_add_func ("/client-commands/disconnect", test_disconnect);
  g_test_add_func ("/client-commands/send", test_send);
  g_test_add_func ("/client-commands/several", test_several);
  g_test_add_func ("/client-commands/block", test_block);
  g_test_add_func ("/client-commands/shut-out-several", test_shut_out_several);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
