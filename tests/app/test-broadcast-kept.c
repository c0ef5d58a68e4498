/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast-fixture.h"
#include "broadcast/sb-retained-row.h"

/* What is kept for those who come later, as a person keeps it and takes it back. */

static guint
count (AppTest *test)
{
  return g_list_model_get_n_items (sb_engine_get_retained (test->engine));
}

static GtkCheckButton *
get_check (GtkWidget *page)
{
  return GTK_CHECK_BUTTON (app_test_get (page, GTK_TYPE_CHECK_BUTTON, "_Keep for newcomers"));
}

/* The send button says so, and can be pressed or not. */
static void
wait_for_send (GtkWidget  *page,
               const char *label,
               gboolean    sensitive)
{
  app_test_wait_until (app_test_find (page, GTK_TYPE_BUTTON, label) != NULL &&
                       gtk_widget_is_sensitive (app_test_get (page, GTK_TYPE_BUTTON, label)) == sensitive);
}

static char *
dup_line (GtkWidget  *page,
          const char *title)
{
  return g_strdup (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (page, SB_TYPE_RETAINED_ROW, title))));
}

static gboolean
row_ends_with (GtkWidget  *page,
               const char *title,
               const char *end)
{
  g_autofree char *line = dup_line (page, title);

  return g_str_has_suffix (line, end);
}

static void
message_cb (SoupWebsocketConnection *connection,
            int                      type,
            GBytes                  *message,
            char                   **received)
{
  gsize size;
  const char *data = g_bytes_get_data (message, &size);

  g_assert_null (*received);
  *received = g_strndup (data, size);
}

static void
test_keep_and_stop (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Screens");
  g_autoptr (SoupWebsocketConnection) screen = NULL;
  g_autofree char *secret = NULL, *received = NULL, *text = NULL;
  GtkWidget *page;

  app_test_start (test);
  page = show_page (test);
  g_assert_null (app_test_find (page, ADW_TYPE_PREFERENCES_GROUP, "Kept for Newcomers"));

  /* Nobody is there, which is no reason not to keep something. */
  write_message (page, "{\"show\":\"welcome\"}");
  wait_for_send (page, "No Client to Send To", FALSE);
  gtk_check_button_set_active (get_check (page), TRUE);
  wait_for_send (page, "Keep for Newcomers", TRUE);
  app_test_click (page, "Keep for Newcomers");
  app_test_wait_until (count (test) == 1 && app_test_find (page, SB_TYPE_RETAINED_ROW, "{\"show\":\"welcome\"}") != NULL);
  g_assert_nonnull (app_test_get (page, ADW_TYPE_PREFERENCES_GROUP, "Kept for Newcomers"));
  g_assert_true (row_ends_with (page, "{\"show\":\"welcome\"}", " · everyone · 0 newcomers so far"));
  app_test_wait_until (g_str_has_suffix (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (page, SB_TYPE_BROADCAST_ROW, NULL))),
                                         "nobody was there · kept for newcomers"));
  app_test_assert_named (page);

  secret = app_test_issue (test, spec, NULL);
  screen = app_test_connect_hearing (test, "/lobby", secret, G_CALLBACK (message_cb), &received);
  app_test_wait_until (received != NULL);
  g_assert_cmpstr (received, ==, "{\"show\":\"welcome\"}");
  app_test_wait_until (row_ends_with (page, "{\"show\":\"welcome\"}", " · 1 newcomer so far"));
  app_test_snap (test, "broadcast-kept");
  app_test_resize (test, 360, 640);
  app_test_snap (test, "broadcast-kept-narrow");

  /* Into the editor, with whom it is for. */
  gtk_check_button_set_active (get_check (page), FALSE);
  write_message (page, "");
  app_test_click (page, "{\"show\":\"welcome\"}");
  g_object_get (get_buffer (page), "text", &text, NULL);
  g_assert_cmpstr (text, ==, "{\"show\":\"welcome\"}");
  g_assert_true (gtk_check_button_get_active (get_check (page)));

  /* Taken back, and not: nobody who is there hears of it. */
  g_clear_pointer (&received, g_free);
  app_test_click (page, "Stop Keeping");
  app_test_wait_until (count (test) == 0 && app_test_find (page, ADW_TYPE_PREFERENCES_GROUP, "Kept for Newcomers") == NULL);
  app_test_wait_until (app_test_find (GTK_WIDGET (test->window), GTK_TYPE_BUTTON, "_Undo") != NULL);
  app_test_click (GTK_WIDGET (test->window), "_Undo");
  app_test_wait_until (count (test) == 1 && app_test_find (page, SB_TYPE_RETAINED_ROW, "{\"show\":\"welcome\"}") != NULL);
  g_assert_null (received);
  soup_websocket_connection_close (screen, 1000, NULL);
}

/* For whom nothing can be kept the choice is not offered, with the reason; it comes back as it was. */
static void
test_not_for_tokens (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  AdwToggleGroup *kinds = ADW_TOGGLE_GROUP (app_test_get (page, ADW_TYPE_TOGGLE_GROUP, NULL));

  gtk_check_button_set_active (get_check (page), TRUE);
  adw_toggle_group_set_active_name (kinds, "tokens");
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (get_check (page))));
  g_assert_false (gtk_check_button_get_active (get_check (page)));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (GTK_WIDGET (get_check (page))), ==,
                   "Only a message to everyone or to channels can be kept for newcomers.");
  sb_window_show_page (test->window, "broadcast", "clients:1,2");
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (get_check (page))));
  adw_toggle_group_set_active_name (kinds, "channels");
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (get_check (page))));
  g_assert_true (gtk_check_button_get_active (get_check (page)));
}

/* One for each pattern, one in the other's place; said again it is kept again. */
static void
test_channels (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page;

  app_test_start (test);
  page = show_page (test);
  write_message (page, "[1]");
  gtk_check_button_set_active (get_check (page), TRUE);
  sb_window_show_page (test->window, "broadcast", "channel:/screens/*");
  wait_for_send (page, "Keep for Newcomers", TRUE);
  app_test_click (page, "Keep for Newcomers");
  app_test_wait_until (app_test_find (page, SB_TYPE_RETAINED_ROW, "[1]") != NULL);
  g_assert_true (row_ends_with (page, "[1]", " · /screens/* · 0 newcomers so far"));

  write_message (page, "[2]");
  wait_for_send (page, "Keep for Newcomers", TRUE);
  app_test_click (page, "Keep for Newcomers");
  app_test_wait_until (app_test_find (page, SB_TYPE_RETAINED_ROW, "[2]") != NULL);
  g_assert_cmpuint (count (test), ==, 1);
  g_assert_null (app_test_find (page, SB_TYPE_RETAINED_ROW, "[1]"));

  app_test_click (page, "Stop Keeping");
  app_test_wait_until (count (test) == 0);
  app_test_click (page, "Send Again");
  app_test_wait_until (app_test_find (page, SB_TYPE_RETAINED_ROW, "[2]") != NULL);
}

/* A list box makes its rows at once: of many, some. */
static void
test_many (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) channels = NULL;
  g_autoptr (GBytes) payload = g_bytes_new_static ("7", 1);
  GtkWidget *page, *list;
  guint n = 0;

  for (guint i = 0; i < 30; i++)
    g_strv_builder_take (builder, g_strdup_printf ("/c%u", i));
  channels = g_strv_builder_end (builder);
  app_test_start (test);
  page = show_page (test);
  sb_engine_retain_async (test->engine, "window", &(SbTarget) { .channels = channels }, FALSE, payload, NULL, NULL);
  app_test_wait_until (count (test) == 30);
  app_test_click (page, "Show _More");
  list = gtk_widget_get_parent (app_test_get (page, SB_TYPE_RETAINED_ROW, NULL));
  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL; row = gtk_widget_get_next_sibling (row))
    n++;
  g_assert_cmpuint (n, ==, 30);
  g_assert_null (app_test_find (page, GTK_TYPE_BUTTON, "Show _More"));
}

static void
add_tests (void)
{
  g_test_add_func ("/broadcast-kept/keep-and-stop", test_keep_and_stop);
  g_test_add_func ("/broadcast-kept/not-for-tokens", test_not_for_tokens);
  g_test_add_func ("/broadcast-kept/channels", test_channels);
  g_test_add_func ("/broadcast-kept/many", test_many);
}

int
main (int argc, char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
