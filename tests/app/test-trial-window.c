/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "places.h"
#include "trial/sb-sent-messages.h"
#include "trial/sb-talk-view.h"
#include "trial/sb-test-token.h"
#include "trial/sb-test-window.h"
#include <gtksourceview/gtksource.h>

/* The test client as a person uses it. */

static GtkWidget *
open_window (AppTest *test)
{
  GList *windows;
  GtkWidget *window;

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "test-client", NULL);
  windows = gtk_application_get_windows (GTK_APPLICATION (test->application));
  window = windows->data; /* the newest is the first */
  g_assert_true (SB_IS_TEST_WINDOW (window));
  app_test_wait_until (gtk_widget_get_mapped (window) && gtk_widget_get_width (window) > 0);
  return window;
}

static SbTestClient *
client_of (GtkWidget *window)
{
  return sb_test_window_get_client (SB_TEST_WINDOW (window));
}

static void
wait_state (GtkWidget        *window,
            SbTestClientState state)
{
  app_test_wait_until (sb_test_client_get_state (client_of (window)) == state);
}

static GtkWidget *
connect_button (GtkWidget *window)
{
  return app_test_get (window, GTK_TYPE_BUTTON, "_Connect");
}

static void
set_channel (GtkWidget  *window,
             const char *channel)
{
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (window, ADW_TYPE_ENTRY_ROW, "Channel")), channel);
}

static void
connect_window (GtkWidget  *window,
                const char *channel)
{
  set_channel (window, channel);
  g_assert_true (gtk_widget_is_sensitive (connect_button (window)));
  g_signal_emit_by_name (app_test_get (window, ADW_TYPE_ENTRY_ROW, "Channel"), "entry-activated");
  wait_state (window, SB_TEST_CLIENT_CONNECTED);
}

static GtkTextView *
editor_of (GtkWidget *window)
{
  return GTK_TEXT_VIEW (app_test_get (window, GTK_SOURCE_TYPE_VIEW, NULL));
}

static char *
dup_written (GtkWidget *window)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (editor_of (window));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static void
say (GtkWidget  *window,
     const char *text)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (editor_of (window)), text, -1);
  app_test_click (window, "_Send");
}

static guint
count_tokens (AppTest *test)
{
  return g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (test->engine)));
}

/* --- */

static void
test_two_talk (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *one, *other;

  app_test_start (test);
  one = open_window (test);
  app_test_snap_window (one, "trial-first");
  other = open_window (test);
  connect_window (one, "/room");
  connect_window (other, "/room");
  app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (editor_of (one))));
  app_test_wait_until (gtk_window_get_focus (GTK_WINDOW (one)) == GTK_WIDGET (editor_of (one)));
  {
    g_autofree char *example = dup_written (one);

    g_assert_cmpstr (example, ==, "{\"hello\": \"world\"}");
  }
  app_test_click (one, "_Send");
  app_test_wait_until (app_test_shows (other, "{\"hello\": \"world\"}"));
  say (other, "{\"answer\": [1, 2, 3]}");
  app_test_wait_until (app_test_shows (one, "{\"answer\": [1, 2, 3]}"));
  {
    g_autofree char *rest = dup_written (one);

    g_assert_cmpstr (rest, ==, "");
    g_assert_false (gtk_widget_is_sensitive (app_test_get (one, GTK_TYPE_BUTTON, "_Send")));
  }
  say (one, "{\"mistake\": }");
  app_test_wait_until (app_test_find (one, GTK_TYPE_LABEL, NULL) != NULL &&
                       g_list_model_get_n_items (G_LIST_MODEL (sb_test_client_get_log (client_of (one)))) == 5);
  app_test_snap_window (one, "trial-talking");
  app_test_assert_named (one);
  app_test_click (one, "_Disconnect");
  wait_state (one, SB_TEST_CLIENT_IDLE);
  g_assert_true (app_test_shows (one, "Disconnected"));
  app_test_snap_window (one, "trial-disconnected");

  app_test_click (one, "Clear");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_test_client_get_log (client_of (one)))), ==, 0);
  g_assert_false (gtk_widget_is_sensitive (app_test_get (one, GTK_TYPE_BUTTON, "Clear")));

  gtk_window_close (GTK_WINDOW (one));
  gtk_window_close (GTK_WINDOW (other));
  app_test_wait_until (count_tokens (test) == 0);
  /* The window it all began in is still there. */
  g_assert_true (SB_IS_WINDOW (gtk_application_get_windows (GTK_APPLICATION (test->application))->data));
}

static void
test_first_steps (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = GTK_WIDGET (sb_window_get_page (test->window, "overview"));
  GtkWidget *window;
  AdwBanner *banner;

  app_test_click (page, "_Test Client…");
  window = gtk_application_get_windows (GTK_APPLICATION (test->application))->data;
  g_assert_true (SB_IS_TEST_WINDOW (window));
  g_assert_false (gtk_widget_is_sensitive (connect_button (window)));
  banner = ADW_BANNER (app_test_get (window, ADW_TYPE_BANNER, NULL));
  g_assert_true (adw_banner_get_revealed (banner));
  app_test_snap_window (window, "trial-stopped");
  g_signal_emit_by_name (banner, "button-clicked");
  app_test_wait_until (gtk_widget_is_sensitive (connect_button (window)));
  connect_window (window, "/");
}

static void
test_form (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Mine");
  char *secret, *unknown = sb_token_secret_generate ();
  g_autofree char *pasted = NULL;
  GtkWidget *window, *entry;

  app_test_start (test);
  secret = app_test_issue (test, spec, NULL);
  window = open_window (test);
  set_channel (window, "/a//b");
  g_assert_false (gtk_widget_is_sensitive (connect_button (window)));
  set_channel (window, "/api");
  g_assert_false (gtk_widget_is_sensitive (connect_button (window)));
  set_channel (window, "/a/b");
  g_assert_true (gtk_widget_is_sensitive (connect_button (window)));

  adw_combo_row_set_selected (ADW_COMBO_ROW (app_test_get (window, ADW_TYPE_COMBO_ROW, NULL)), 1);
  entry = app_test_get (window, ADW_TYPE_PASSWORD_ENTRY_ROW, NULL);
  g_assert_false (gtk_widget_is_sensitive (connect_button (window)));
  gtk_editable_set_text (GTK_EDITABLE (entry), "sbx_nothing");
  g_assert_false (gtk_widget_is_sensitive (connect_button (window)));
  g_assert_true (app_test_shows (window, "This is not a token"));
  gtk_editable_set_text (GTK_EDITABLE (entry), unknown);
  app_test_click (window, "_Connect");
  app_test_wait_until (sb_test_client_get_troubled (client_of (window)));
  g_assert_true (app_test_shows (window, sb_test_client_get_status (client_of (window))));
  app_test_snap_window (window, "trial-refused");
  pasted = g_strconcat (" ", secret, " ", NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), pasted);
  app_test_click (window, "_Connect");
  wait_state (window, SB_TEST_CLIENT_CONNECTED);
  /* It had no need of one of its own. */
  g_assert_cmpuint (count_tokens (test), ==, 1);
  gtk_window_close (GTK_WINDOW (window));
  sb_test_token_settle ();
  g_assert_cmpuint (count_tokens (test), ==, 1);
  sb_token_secret_free (secret);
  sb_token_secret_free (unknown);
}

/* Whatever else goes on: closed while it connects, while the server stops, with the program. */
static void
test_ends (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *window;

  app_test_start (test);
  window = open_window (test);
  app_test_click (window, "_Connect");
  g_assert_cmpint (sb_test_client_get_state (client_of (window)), ==, SB_TEST_CLIENT_CONNECTING);
  gtk_widget_activate_action (window, "win.close", NULL);
  app_test_wait_until (count_tokens (test) == 0);

  window = open_window (test);
  connect_window (window, "/");
  sb_engine_stop_async (test->engine, NULL, NULL);
  app_test_wait_until (g_str_has_prefix (sb_test_client_get_status (client_of (window)), "Closed by the server: 1001"));
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_STOPPED);
  g_assert_false (gtk_widget_is_sensitive (connect_button (window)));
  app_test_start (test);
  app_test_wait_until (gtk_widget_is_sensitive (connect_button (window)));
  connect_window (window, "/");
  g_assert_cmpuint (count_tokens (test), ==, 1);
}

/* What the program left behind when it ended with one open. */
static void
test_quit (void)
{
  AppTest *test = app_test_new (NULL);
  g_autofree char *dir = g_steal_pointer (&test->dir);
  AppTest *again;

  app_test_start (test);
  connect_window (open_window (test), "/");
  app_test_free (test);

  again = app_test_new_in (dir);
  app_test_wait_until (sb_application_get_engine (again->application) != NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (sb_application_get_engine (again->application)))), ==, 0);
  app_test_free (again);
  app_test_remove_dir (dir);
}

static void
flood (AppTest                 *test,
       SoupWebsocketConnection *connection,
       guint                    n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%u}", i);

      soup_websocket_connection_send_text (connection, text);
      if (i % 50 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
}

/* There is another one, for the tokens to choose from. */
static GtkWidget *
list_of (GtkWidget *window)
{
  return app_test_get (app_test_get (window, SB_TYPE_TALK_VIEW, NULL), GTK_TYPE_LIST_VIEW, NULL);
}

static GtkAdjustment *
adjustment_of (GtkWidget *window)
{
  return gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list_of (window)));
}

static gboolean
is_at_end (GtkWidget *window)
{
  GtkAdjustment *adjustment = adjustment_of (window);

  return gtk_adjustment_get_value (adjustment) >= gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) - 1;
}

static guint
count_rows (GtkWidget *window)
{
  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list_of (window)))));
}

/* As the mouse does it by the bar. */
static void
scroll_up (GtkWidget *window)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (list_of (window), GTK_TYPE_SCROLLED_WINDOW);
  GtkWidget *range = gtk_widget_get_first_child (gtk_scrolled_window_get_vscrollbar (GTK_SCROLLED_WINDOW (scroller)));
  gboolean handled = FALSE;

  g_assert_true (GTK_IS_RANGE (range));
  g_signal_emit_by_name (range, "change-value", GTK_SCROLL_JUMP, gtk_adjustment_get_upper (adjustment_of (window)) / 2, &handled);
  app_test_wait_until (!is_at_end (window));
}

static void
test_flood (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Flood");
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  char *secret;
  GtkWidget *window, *view;
  SbTalkLog *log;

  app_test_start (test);
  window = open_window (test);
  connect_window (window, "/");
  secret = app_test_issue (test, spec, NULL);
  connection = app_test_connect (test, "/", secret);
  log = sb_test_client_get_log (client_of (window));
  view = app_test_get (window, SB_TYPE_TALK_VIEW, NULL);
  flood (test, connection, 10000);
  app_test_wait_until (sb_talk_log_get_n_gone (log) + g_list_model_get_n_items (G_LIST_MODEL (log)) == 10001);
  app_test_wait_until (is_at_end (window) && app_test_shows (window, "{\"n\":9999}"));
  g_assert_true (sb_talk_view_get_following (SB_TALK_VIEW (view)));
  g_assert_true (app_test_shows (window, "9,001 earlier lines are gone"));

  /* Scrolled up it stays. */
  /* When it is calm, all that is kept is there to be scrolled to. */
  app_test_wait_until (count_rows (window) == SB_TALK_LOG_MAX_LINES);
  places_let_lay_out (view);
  places_let_lay_out (view);
  scroll_up (window);
  g_assert_false (sb_talk_view_get_following (SB_TALK_VIEW (view)));
  flood (test, connection, 10);
  app_test_wait_until (sb_talk_log_get_n_gone (log) == 9011);
  g_assert_false (is_at_end (window));
  app_test_click (view, "Show the Newest");
  app_test_wait_until (is_at_end (window));
  g_assert_true (sb_talk_view_get_following (SB_TALK_VIEW (view)));
  sb_token_secret_free (secret);
}

static void
test_line_at_length (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *window, *list;

  app_test_start (test);
  window = open_window (test);
  connect_window (window, "/");
  say (window, "{\"a\": [1, 2], \"b\": null}");
  list = list_of (window);
  g_signal_emit_by_name (list, "activate", 1);
  app_test_wait_until (adw_window_get_visible_dialog (ADW_WINDOW (window)) != NULL);
  {
    GtkWidget *dialog = GTK_WIDGET (adw_window_get_visible_dialog (ADW_WINDOW (window)));
    GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_get (dialog, GTK_SOURCE_TYPE_VIEW, NULL)));
    GtkTextIter start, end;
    g_autofree char *text = NULL;

    gtk_text_buffer_get_bounds (buffer, &start, &end);
    text = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
    g_assert_cmpstr (text, ==, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": null\n}");
    g_assert_cmpstr (adw_dialog_get_title (ADW_DIALOG (dialog)), ==, "Sent");
    app_test_snap_window (window, "trial-line");
  }
}

/* Whether all of it is in sight: @widget and what is in it, but for what scrolls. */
static void
assert_in_sight (GtkWidget *widget,
                 GtkWidget *window)
{
  graphene_rect_t bounds;

  if (!gtk_widget_get_mapped (widget))
    return;
  if ((GTK_IS_BUTTON (widget) || GTK_IS_LABEL (widget)) && gtk_widget_compute_bounds (widget, window, &bounds))
    {
      g_assert_cmpfloat (bounds.origin.x, >=, -1);
      g_assert_cmpfloat (bounds.origin.x + bounds.size.width, <=, gtk_widget_get_width (window) + 1);
      if (gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW) == NULL)
        g_assert_cmpfloat (bounds.origin.y + bounds.size.height, <=, gtk_widget_get_height (window) + 1);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    assert_in_sight (child, window);
}

/* As small as a phone on its side, with the text as it is and half as large again. */
static void
test_small (gconstpointer user_data)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkSettings *settings = gtk_settings_get_default ();
  gboolean large = GPOINTER_TO_INT (user_data);
  GtkWidget *window;
  int dpi;

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  if (large)
    g_object_set (settings, "gtk-xft-dpi", 96 * PANGO_SCALE * 3 / 2, NULL);
  window = open_window (test);
  app_test_resize_window (GTK_WINDOW (window), 360, 294);
  places_let_lay_out (window);
  assert_in_sight (window, window);
  app_test_snap_window (window, large ? "trial-small-large-text" : "trial-small");
  app_test_start (test);
  connect_window (window, large ? "/sensors/lab-2" : "/a-channel-with-a-long-name/which-does-not-fit-into-one-line");
  say (window, "{\"mistake\": }");
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_test_client_get_log (client_of (window)))) == 3);
  app_test_wait_until (sb_test_client_get_id (client_of (window)) != 0);
  places_let_lay_out (window);
  assert_in_sight (window, window);
  app_test_snap_window (window, large ? "trial-small-talking-large-text" : "trial-small-talking");
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

static void
test_sent_messages (void)
{
  g_autoptr (SbSentMessages) sent = sb_sent_messages_new ();

  g_assert_null (sb_sent_messages_go (sent, "", -1));
  sb_sent_messages_add (sent, "1", 1);
  sb_sent_messages_add (sent, "22", 2);
  sb_sent_messages_add (sent, "22", 2);
  g_assert_null (sb_sent_messages_go (sent, "something else", -1));
  g_assert_null (sb_sent_messages_go (sent, "", 1));
  g_assert_cmpstr (sb_sent_messages_go (sent, "", -1), ==, "22");
  g_assert_cmpstr (sb_sent_messages_go (sent, "22", -1), ==, "1");
  g_assert_null (sb_sent_messages_go (sent, "1", -1));
  /* Changed, it is not to be lost. */
  g_assert_null (sb_sent_messages_go (sent, "12", 1));
  g_assert_cmpstr (sb_sent_messages_go (sent, "1", 1), ==, "22");
  g_assert_cmpstr (sb_sent_messages_go (sent, "22", 1), ==, "");
  for (guint i = 0; i < 2 * SB_SENT_MESSAGES_MAX; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      sb_sent_messages_add (sent, text, strlen (text));
    }
  {
    const char *current = "", *next;
    guint n = 0;

    for (; (next = sb_sent_messages_go (sent, current, -1)) != NULL; n++)
      current = next;
    g_assert_cmpuint (n, ==, SB_SENT_MESSAGES_MAX);
  }
}

/* With a test client before it, what is the program's stays the window's. */
static void
test_beside_the_window (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *window = open_window (test);

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "preferences", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  adw_dialog_force_close (app_test_dialog (test));
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "show-page", g_variant_new ("(ss)", "tokens", ""));
  app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (sb_window_get_page (test->window, "tokens"))));
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_activate_action (window, "win.preferences", "s", "port");
  app_test_wait_until (app_test_dialog (test) != NULL);
  g_assert_null (adw_window_get_visible_dialog (ADW_WINDOW (window)));
  g_assert_true (sb_window_find (GTK_APPLICATION (test->application)) == test->window);
}

static void
add (void)
{
  g_test_add_func ("/trial-window/two-talk", test_two_talk);
  g_test_add_func ("/trial-window/first-steps", test_first_steps);
  g_test_add_func ("/trial-window/form", test_form);
  g_test_add_func ("/trial-window/ends", test_ends);
  g_test_add_func ("/trial-window/quit", test_quit);
  g_test_add_func ("/trial-window/flood", test_flood);
  g_test_add_func ("/trial-window/line-at-length", test_line_at_length);
  g_test_add_func ("/trial-window/beside-the-window", test_beside_the_window);
  g_test_add_data_func ("/trial-window/small", GINT_TO_POINTER (FALSE), test_small);
  g_test_add_data_func ("/trial-window/small-with-large-text", GINT_TO_POINTER (TRUE), test_small);
  g_test_add_func ("/trial-window/sent-messages", test_sent_messages);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
