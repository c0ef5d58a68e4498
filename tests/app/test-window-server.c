/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "sb-background.h"
#include "sb-server-banner.h"
#include "sb-server-card.h"
#include "sb-trouble-window.h"

static AdwNavigationSplitView *
split_view (AppTest *test)
{
  return ADW_NAVIGATION_SPLIT_VIEW (app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL));
}

static GtkWidget *
server_card (AppTest *test)
{
  return app_test_get (GTK_WIDGET (test->window), SB_TYPE_SERVER_CARD, NULL);
}

static GtkWidget *
power_switch (AppTest *test)
{
  return app_test_get (server_card (test), GTK_TYPE_SWITCH, NULL);
}

/* The banner of the page that is shown. */
static AdwBanner *
banner (AppTest *test)
{
  AdwNavigationSplitView *view = split_view (test);
  GtkWidget *page = GTK_WIDGET (adw_navigation_split_view_get_content (view));

  return ADW_BANNER (app_test_get (app_test_get (page, SB_TYPE_SERVER_BANNER, NULL), ADW_TYPE_BANNER, NULL));
}

/* --- the server --- */

static void
test_switch (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *power = power_switch (test);
  g_autofree char *address = NULL;

  g_assert_false (gtk_switch_get_active (GTK_SWITCH (power)));
  g_assert_nonnull (app_test_find (server_card (test), GTK_TYPE_LABEL, "Stopped"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (power), GTK_ACCESSIBLE_PROPERTY_LABEL, "Server");

  gtk_widget_activate (power);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_assert_true (gtk_switch_get_active (GTK_SWITCH (power)));
  g_assert_true (gtk_switch_get_state (GTK_SWITCH (power)));
  g_assert_nonnull (app_test_find (server_card (test), GTK_TYPE_LABEL, "Listening"));
  /* It may break before the port. */
  address = g_strdup_printf ("127.0.0.1\u200b:%u", sb_engine_get_port (test->engine));
  app_test_get (server_card (test), GTK_TYPE_LABEL, address);

  app_test_wait_until (gtk_widget_is_sensitive (power));
  gtk_widget_activate (power);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_STOPPED);
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (power)));
  g_assert_nonnull (app_test_find (server_card (test), GTK_TYPE_LABEL, "Stopped"));
}

static void
test_stopped_banner (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  /* The first steps begin with it. */
  g_assert_false (adw_banner_get_revealed (banner (test)));
  app_test_get (GTK_WIDGET (test->window), ADW_TYPE_ACTION_ROW, "1. Start the Server");
  sb_window_show_page (test->window, "tokens", NULL);
  g_assert_true (adw_banner_get_revealed (banner (test)));
  g_assert_cmpstr (adw_banner_get_title (banner (test)), ==, "The server is stopped: nobody can connect.");

  g_signal_emit_by_name (banner (test), "button-clicked");
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_assert_false (adw_banner_get_revealed (banner (test)));
  sb_window_show_page (test->window, "overview", NULL);
  g_assert_false (adw_banner_get_revealed (banner (test)));
}

static void
test_starts_on_launch (void)
{
  g_autoptr (AppTest) test = app_test_new ("start-on-launch=true\n");

  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_assert_true (gtk_switch_get_active (GTK_SWITCH (power_switch (test))));
}

static void
test_port_taken (void)
{
  g_autoptr (GSocketListener) other = g_socket_listener_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) taken = NULL;
  g_autofree char *settings = NULL;
  g_autofree char *sentence = NULL;
  AppTest *test;
  GtkWidget *dialog, *row;

  g_assert_true (g_socket_listener_add_address (other, any_port, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                                &taken, NULL));
  settings = g_strdup_printf ("port=%u\n", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken)));
  test = app_test_new (settings);

  gtk_widget_activate (power_switch (test));
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_FAILED);
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (power_switch (test))));
  g_assert_true (adw_banner_get_revealed (banner (test)));
  g_assert_cmpstr (adw_banner_get_title (banner (test)), ==, sb_engine_get_state_message (test->engine));
  g_assert_cmpstr (adw_banner_get_button_label (banner (test)), ==, "Change _Port…");
  /* The reason is in the sidebar too: in a narrow window that may be all there is to see. */
  sentence = g_strdup_printf ("Port %u is already in use by another program.",
                              g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken)));
  g_assert_true (g_str_has_prefix (sb_engine_get_state_message (test->engine), sentence));
  app_test_get (server_card (test), GTK_TYPE_LABEL, sentence);
  app_test_snap (test, "port-taken");

  g_signal_emit_by_name (banner (test), "button-clicked");
  app_test_wait_until (app_test_dialog (test) != NULL);
  dialog = GTK_WIDGET (app_test_dialog (test));
  row = app_test_get (dialog, ADW_TYPE_ENTRY_ROW, "Port");
  app_test_wait_until (gtk_root_get_focus (GTK_ROOT (test->window)) != NULL &&
                       gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (test->window)), row));

  /* With another port, both the dialog and the page offer to start. */
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (app_test_get (dialog, ADW_TYPE_BANNER, NULL))));
  gtk_editable_set_text (GTK_EDITABLE (row), "0");
  g_signal_emit_by_name (row, "apply");
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (app_test_get (dialog, ADW_TYPE_BANNER, NULL))));
  g_assert_cmpstr (adw_banner_get_button_label (banner (test)), ==, "_Start");
  g_signal_emit_by_name (app_test_get (dialog, ADW_TYPE_BANNER, NULL), "button-clicked");
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_assert_false (adw_banner_get_revealed (banner (test)));
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (app_test_get (dialog, ADW_TYPE_BANNER, NULL))));
  app_test_free (test);
}

static void
test_bad_address (void)
{
  /* A documentation address (RFC 5737) is nobody's. */
  g_autoptr (AppTest) test = app_test_new ("listen-address=192.0.2.1\n");

  gtk_widget_activate (power_switch (test));
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_FAILED);
  g_assert_true (adw_banner_get_revealed (banner (test)));
  g_assert_cmpstr (adw_banner_get_button_label (banner (test)), ==, "Change _Address…");
}

static void
test_bad_certificate (void)
{
  g_autofree char *certificate = g_test_build_filename (G_TEST_DIST, "data", "localhost.pem", NULL);
  g_autofree char *wrong_key = g_test_build_filename (G_TEST_DIST, "data", "other-key.pem", NULL);
  g_autofree char *settings = g_strdup_printf ("tls-certificate=%s\ntls-key=%s.missing\n", certificate, wrong_key);
  g_autoptr (AppTest) test = NULL;

  /* Not found where the program is run without G_TEST_SRCDIR; such a setting would be refused, and there were no window. */
  g_assert_true (g_file_test (certificate, G_FILE_TEST_EXISTS));
  test = app_test_new (settings);
  gtk_widget_activate (power_switch (test));
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_FAILED);
  g_assert_cmpstr (adw_banner_get_button_label (banner (test)), ==, "Change _Certificate…");
  g_signal_emit_by_name (banner (test), "button-clicked");
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_get (GTK_WIDGET (app_test_dialog (test)), ADW_TYPE_ENTRY_ROW, "Certificate File");
}

/* What goes wrong with the certificate while the server runs has a way out, too; the sentence is long, and whole in its tooltip. */
static void
test_certificate_gone (void)
{
  g_autofree char *certificate = g_test_build_filename (G_TEST_DIST, "data", "localhost.pem", NULL);
  g_autofree char *key = g_test_build_filename (G_TEST_DIST, "data", "localhost-key.pem", NULL);
  g_autofree char *settings = g_strdup_printf ("tls-certificate=%s\ntls-key=%s\n", certificate, key);
  g_autoptr (AppTest) test = NULL;
  const char *message;

  g_assert_true (g_file_test (certificate, G_FILE_TEST_EXISTS));
  test = app_test_new (settings);
  app_test_start (test);
  g_object_set (sb_engine_get_settings (test->engine), "tls-certificate", "/nowhere/gone.pem", "tls-key", "", NULL);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_DEGRADED);
  message = sb_engine_get_state_message (test->engine);
  g_assert_nonnull (strstr (message, "/nowhere/gone.pem"));
  g_assert_null (strstr (message, "with the key")); /* it is the same file */
  g_assert_cmpstr (adw_banner_get_title (banner (test)), ==, message);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (GTK_WIDGET (banner (test))), ==, message);
  g_assert_cmpstr (adw_banner_get_button_label (banner (test)), ==, "Change _Certificate…");
  g_signal_emit_by_name (banner (test), "button-clicked");
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_get (GTK_WIDGET (app_test_dialog (test)), ADW_TYPE_ENTRY_ROW, "Certificate File");

  g_object_set (sb_engine_get_settings (test->engine), "tls-certificate", certificate, "tls-key", key, NULL);
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  g_assert_null (gtk_widget_get_tooltip_text (GTK_WIDGET (banner (test))));
}

/* So has the address at which nobody can read the metrics. */
static void
test_no_metrics (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  app_test_start (test);
  sb_engine_set_metrics_trouble (test->engine, "Metrics cannot be given on 127.0.0.1:80: Signalbox may not listen on port 80.");
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_DEGRADED);
  g_assert_cmpstr (adw_banner_get_title (banner (test)), ==, sb_engine_get_state_message (test->engine));
  g_assert_cmpstr (adw_banner_get_button_label (banner (test)), ==, "Change _Address…");
  g_signal_emit_by_name (banner (test), "button-clicked");
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_get (GTK_WIDGET (app_test_dialog (test)), ADW_TYPE_ENTRY_ROW, "Address for Metrics");

  sb_engine_set_metrics_trouble (test->engine, NULL);
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_LISTENING);
  app_test_wait_until (!adw_banner_get_revealed (banner (test)));
}

/* --- clients are not cut off without a question --- */

static GtkWidget *
wait_for_question (AppTest    *test,
                   const char *heading)
{
  AdwAlertDialog *dialog;

  app_test_wait_until (ADW_IS_ALERT_DIALOG (app_test_dialog (test)));
  dialog = ADW_ALERT_DIALOG (app_test_dialog (test));
  g_assert_cmpstr (adw_alert_dialog_get_heading (dialog), ==, heading);
  g_assert_cmpstr (adw_alert_dialog_get_body (dialog), ==, "1 client is connected and will be disconnected.");
  return GTK_WIDGET (dialog);
}

static SoupWebsocketConnection *
connect_one (AppTest *test)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Kiosk");
  char *secret = app_test_issue (test, spec, NULL);
  SoupWebsocketConnection *connection = app_test_connect (test, "/", secret);

  sb_token_secret_free (secret);
  return connection;
}

static void
test_stop_asks (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  app_test_start (test);
  connection = connect_one (test);

  gtk_widget_activate (power_switch (test));
  app_test_click (wait_for_question (test, "Stop the Server?"), "_Cancel");
  app_test_wait_until (app_test_dialog (test) == NULL);
  /* The switch, which had moved, goes back. */
  app_test_wait_until (gtk_switch_get_active (GTK_SWITCH (power_switch (test))));
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_LISTENING);
  g_assert_cmpint (soup_websocket_connection_get_state (connection), ==, SOUP_WEBSOCKET_STATE_OPEN);

  gtk_widget_activate (power_switch (test));
  app_test_click (wait_for_question (test, "Stop the Server?"), "_Stop");
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_STOPPED);
  app_test_wait_until (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED);
  g_assert_cmpuint (soup_websocket_connection_get_close_code (connection), ==, 1001);
}

static void
test_close_asks (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  GtkApplication *application = GTK_APPLICATION (test->application);

  app_test_start (test);
  connection = connect_one (test);
  sb_background_set_choice (SB_BACKGROUND_QUIT);

  gtk_window_close (GTK_WINDOW (test->window));
  app_test_click (wait_for_question (test, "Quit Signalbox?"), "_Cancel");
  app_test_wait_until (app_test_dialog (test) == NULL);
  g_assert_nonnull (gtk_application_get_active_window (application));
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_LISTENING);

  g_action_group_activate_action (G_ACTION_GROUP (application), "quit", NULL);
  app_test_click (wait_for_question (test, "Quit Signalbox?"), "_Quit");
  app_test_wait_until (gtk_application_get_windows (application) == NULL);
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_STOPPED);
  app_test_wait_until (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED);
  g_assert_cmpuint (soup_websocket_connection_get_close_code (connection), ==, 1001);
}

static void
test_quit_without_clients (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  app_test_start (test);
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "quit", NULL);
  app_test_wait_until (gtk_application_get_windows (GTK_APPLICATION (test->application)) == NULL);
  g_assert_cmpint (sb_engine_get_state (test->engine), ==, SB_ENGINE_STOPPED);
}

/* --- data that cannot be opened --- */

static GtkWidget *
wait_for_trouble (AppTest *test)
{
  GtkWindow *window;

  app_test_wait_until (gtk_application_get_active_window (GTK_APPLICATION (test->application)) != NULL);
  window = gtk_application_get_active_window (GTK_APPLICATION (test->application));
  g_assert_true (SB_IS_TROUBLE_WINDOW (window));
  return GTK_WIDGET (window);
}

static void
test_in_use (void)
{
  AppTest *first = app_test_new (NULL);
  AppTest *second = app_test_new_in (first->dir);
  GtkWidget *trouble = wait_for_trouble (second);
  AdwStatusPage *page = ADW_STATUS_PAGE (app_test_get (trouble, ADW_TYPE_STATUS_PAGE, "Already in Use"));
  char *dir = g_steal_pointer (&first->dir);

  g_assert_cmpstr (adw_status_page_get_description (page), !=, "");

  /* Once the other is gone, the way out works. */
  app_test_free (first);
  gtk_widget_activate_action (trouble, "trouble.retry", NULL);
  app_test_wait_until (SB_IS_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (second->application))));
  app_test_free (second);
  app_test_remove_dir (dir);
  g_free (dir);
}

static void
test_damaged (void)
{
  g_autofree char *dir = NULL;
  g_autofree char *path = NULL;
  g_autofree char *contents = NULL;
  g_autofree char *garbage = g_strnfill (8192, 'x');
  AppTest *test = app_test_new (NULL);
  GDir *entries;
  const char *name;
  GtkWidget *trouble;

  /* Whatever file holds the database becomes something else. */
  dir = g_steal_pointer (&test->dir);
  app_test_free (test);
  entries = g_dir_open (dir, 0, NULL);
  while ((name = g_dir_read_name (entries)) != NULL)
    if (strstr (name, ".db") != NULL || strstr (name, ".sqlite") != NULL)
      {
        g_clear_pointer (&path, g_free);
        path = g_build_filename (dir, name, NULL);
        g_assert_true (g_file_set_contents (path, garbage, -1, NULL));
      }
  g_dir_close (entries);
  g_assert_nonnull (path);

  test = app_test_new_in (dir);
  trouble = wait_for_trouble (test);
  app_test_get (trouble, ADW_TYPE_STATUS_PAGE, "The Data Is Damaged");
  app_test_get (trouble, GTK_TYPE_BUTTON, "Use Another _Folder…");
  app_test_get (trouble, GTK_TYPE_BUTTON, "_Quit");
  if (g_getenv ("SNAP_DIR") != NULL)
    {
      test->window = (SbWindow *) g_object_ref (trouble);
      app_test_snap (test, "damaged");
    }
  /* It is left as it is. */
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, garbage);
  app_test_free (test);
  app_test_remove_dir (dir);
}

static void
test_bad_settings (void)
{
  g_autofree char *dir = NULL;
  g_autofree char *path = NULL;
  AppTest *test;

  app_test_make_dir (&dir);
  path = g_build_filename (dir, "settings.ini", NULL);
  g_assert_true (g_file_set_contents (path, "[server]\nport=eighty\n", -1, NULL));
  test = app_test_new_in (dir);
  app_test_get (wait_for_trouble (test), ADW_TYPE_STATUS_PAGE, "The Settings Cannot Be Read");
  app_test_free (test);
  app_test_remove_dir (dir);
}

static void
add (void)
{
  g_test_add_func ("/window/switch-starts-and-stops", test_switch);
  g_test_add_func ("/window/stopped-is-said-on-every-page", test_stopped_banner);
  g_test_add_func ("/window/starts-on-launch", test_starts_on_launch);
  g_test_add_func ("/window/port-taken-leads-to-the-port", test_port_taken);
  g_test_add_func ("/window/bad-address-is-said", test_bad_address);
  g_test_add_func ("/window/bad-certificate-is-said", test_bad_certificate);
  g_test_add_func ("/window/certificate-gone", test_certificate_gone);
  g_test_add_func ("/window/no-metrics", test_no_metrics);
  g_test_add_func ("/window/stop-asks", test_stop_asks);
  g_test_add_func ("/window/close-asks", test_close_asks);
  g_test_add_func ("/window/quit-without-clients", test_quit_without_clients);
  g_test_add_func ("/window/data-in-use", test_in_use);
  g_test_add_func ("/window/data-damaged", test_damaged);
  g_test_add_func ("/window/bad-settings", test_bad_settings);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
