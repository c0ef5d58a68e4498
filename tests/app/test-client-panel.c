/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients-fixture.h"
#include "clients/sb-client-lines.h"
#include "clients/sb-client-panel.h"

static void
test_panel (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  g_autofree char *filter = NULL;
  GtkWidget *panel;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/sensors?name=esp32-00");
  soup_websocket_connection_send_text (connection, "{\"a\":1}");
  filter = g_strdup_printf ("client:%" G_GUINT64_FORMAT, sb_client_get_id (find_client (test, "Scoreboard")));
  sb_window_show_page (test->window, "clients", filter);
  panel = app_test_get (page (test), SB_TYPE_CLIENT_PANEL, NULL);
  app_test_wait_until (app_test_find (panel, GTK_TYPE_LABEL, "calls itself “esp32-00”, unverified") != NULL);
  app_test_wait_until (app_test_find (panel, GTK_TYPE_LABEL, "1 in · 0 out") != NULL);
  g_assert_nonnull (app_test_find (panel, GTK_TYPE_LABEL, "/sensors"));
  g_assert_nonnull (app_test_find (panel, GTK_TYPE_LABEL, "0\u00a0B of 1\u00a0MiB"));
  app_test_assert_named (panel);

  /* It tells how it ended, instead of vanishing. */
  soup_websocket_connection_close (connection, 4000, "battery empty");
  app_test_wait_until (sb_client_list_count (sb_engine_get_clients (test->engine)) == 0);
  app_test_wait_until (app_test_find (panel, GTK_TYPE_LABEL, "Left") != NULL);
  g_assert_nonnull (app_test_find (panel, GTK_TYPE_LABEL, "4000 battery empty"));
  g_assert_nonnull (app_test_find (panel, GTK_TYPE_LABEL, "The client · just now"));
  g_assert_false (gtk_widget_is_sensitive (app_test_get (panel, ADW_TYPE_BUTTON_ROW, "_Disconnect…")));
  app_test_snap (test, "clients-left-in-panel");
  gtk_widget_activate_action (page (test), "client.close-details", NULL);
  app_test_wait_until (says (test, "Nobody Is Connected"));
}

/* Who left is told of in the panel until the list becomes another one: then nobody is chosen any more, and there is nothing to act on. */
static void
test_panel_goes_with_the_list (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  g_autoptr (SoupWebsocketConnection) other = NULL;
  g_autofree char *filter = NULL;
  AdwOverlaySplitView *view;
  GtkWidget *button;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  other = connect_as (test, "Kiosk", "/");
  filter = g_strdup_printf ("client:%" G_GUINT64_FORMAT, sb_client_get_id (find_client (test, "Scoreboard")));
  sb_window_show_page (test->window, "clients", filter);
  view = ADW_OVERLAY_SPLIT_VIEW (app_test_get (page (test), ADW_TYPE_OVERLAY_SPLIT_VIEW, NULL));
  soup_websocket_connection_close (connection, 4000, "battery empty");
  app_test_wait_until (app_test_find (page (test), GTK_TYPE_LABEL, "4000 battery empty") != NULL);
  g_assert_true (adw_overlay_split_view_get_show_sidebar (view));
  button = app_test_get (page (test), GTK_TYPE_BUTTON, "Show _All");
  g_assert_true (gtk_widget_is_sensitive (button));

  sb_filter_bar_set_choice (SB_FILTER_BAR (app_test_get (page (test), SB_TYPE_FILTER_BAR, NULL)), "left");
  app_test_wait_until (!adw_overlay_split_view_get_show_sidebar (view));
  g_assert_false (gtk_widget_is_sensitive (button));
}

/* What the handshake settled, where it did; a row that would have nothing to say is not there. */
static void
test_panel_tells_of_the_connection (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbPeer) encrypted = sb_peer_new ();
  g_autoptr (SbPeer) plain = sb_peer_new ();
  g_autoptr (SbClient) one = NULL;
  g_autoptr (SbClient) other = NULL;
  g_autoptr (SbClientPanel) panel = g_object_ref_sink (g_object_new (SB_TYPE_CLIENT_PANEL, NULL));
  SbTrafficLog *log = sb_engine_get_traffic (test->engine);

  *encrypted = (SbPeer) { .ref_count = encrypted->ref_count, .id = 1, .tls = TRUE, .tls_version = "TLS 1.3",
                          .cipher = "TLS_AES_256_GCM_SHA384", .subprotocol = "signalbox", .compressed = TRUE,
                          .address = g_strdup ("10.0.0.7"), .channel = g_strdup ("/"),
                          .origin = g_strdup ("https://example.org"), .user_agent = g_strdup ("Mozilla/5.0") };
  plain->id = 2;
  plain->address = g_strdup ("10.0.0.8");
  plain->channel = g_strdup ("/");
  one = sb_client_new (encrypted);
  other = sb_client_new (plain);

  sb_client_panel_set_client (panel, one, log, 0);
  g_assert_nonnull (app_test_find (GTK_WIDGET (panel), GTK_TYPE_LABEL, "Encrypted (wss) · compressed"));
  g_assert_nonnull (app_test_find (GTK_WIDGET (panel), GTK_TYPE_LABEL, "TLS 1.3 · TLS_AES_256_GCM_SHA384"));
  g_assert_nonnull (app_test_find (GTK_WIDGET (panel), GTK_TYPE_LABEL, "signalbox"));
  g_assert_nonnull (app_test_find (GTK_WIDGET (panel), GTK_TYPE_LABEL, "https://example.org"));
  g_assert_nonnull (app_test_find (GTK_WIDGET (panel), GTK_TYPE_LABEL, "Mozilla/5.0"));
  sb_client_panel_set_client (panel, other, log, 0);
  g_assert_nonnull (app_test_find (GTK_WIDGET (panel), GTK_TYPE_LABEL, "Not encrypted (ws) · not compressed"));
  g_assert_null (app_test_find (GTK_WIDGET (panel), ADW_TYPE_ACTION_ROW, "Encryption"));
  g_assert_null (app_test_find (GTK_WIDGET (panel), ADW_TYPE_ACTION_ROW, "Subprotocol"));
}

/* What it says appears in its panel, the newest first, the oldest of too many gone. */
static void
test_lines (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  GtkWidget *lines;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/");
  two = connect_as (test, "Kiosk", "/");
  soup_websocket_connection_send_text (one, "{\"n\":0}");
  page (test);
  sb_client_table_select (table (test), find_client (test, "Scoreboard"));
  lines = app_test_get (page (test), SB_TYPE_CLIENT_LINES, NULL);
  app_test_wait_until (app_test_shows (lines, "{\"n\":0}"));
  soup_websocket_connection_send_text (two, "{\"other\":1}");
  for (int i = 1; i <= 10; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%d}", i);

      soup_websocket_connection_send_text (one, text);
    }
  soup_websocket_connection_send_text (one, "{");
  app_test_wait_until (sb_client_lines_count (SB_CLIENT_LINES (lines)) == 6 && app_test_shows (lines, "{\"n\":10}"));
  app_test_wait_until (app_test_shows (lines, "{\"n\":6}") || app_test_shows (lines, "{\"n\":7}"));
  app_test_wait_until (!app_test_shows (lines, "{\"n\":5}"));
  g_assert_false (app_test_shows (lines, "{\"other\":1}"));
  /* Its icon says so, the reason stands beside it, and both are in the tooltip. */
  app_test_wait_until (g_str_has_prefix (gtk_widget_get_tooltip_text (gtk_widget_get_first_child (lines)), "Rejected: "));
  app_test_click (page (test), "Show _All");
  app_test_wait_until (app_test_shows (GTK_WIDGET (test->window), "Client: Scoreboard"));
}

static void
add (void)
{
  g_test_add_func ("/client-panel/client", test_panel);
  g_test_add_func ("/client-panel/goes-with-the-list", test_panel_goes_with_the_list);
  g_test_add_func ("/client-panel/tells-of-the-connection", test_panel_tells_of_the_connection);
  g_test_add_func ("/client-panel/its-own-traffic", test_lines);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
