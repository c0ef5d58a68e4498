/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "places.h"
#include "trial/sb-talk-view.h"
#include "trial/sb-test-token.h"
#include "trial/sb-test-window.h"
#include <gtksourceview/gtksource.h>
#include <string.h>

/* What a test client shows, from the first look to what was rejected. */

static void
look_at_window (AppTest    *test,
                GtkWindow  *window,
                const char *name,
                PlacesFunc  func,
                gpointer    user_data)
{
  GtkWidget *content = adw_window_get_content (ADW_WINDOW (window));
  AdwDialog *dialog = adw_window_get_visible_dialog (ADW_WINDOW (window));

  places_let_lay_out (content);
  func (test, dialog != NULL ? GTK_WIDGET (dialog) : content, name, user_data);
}

static GtkWindow *
open_test_client (AppTest *test)
{
  AdwNavigationSplitView *view = ADW_NAVIGATION_SPLIT_VIEW (
      app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL));
  GtkWindow *window;

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "test-client", NULL);
  window = gtk_application_get_windows (GTK_APPLICATION (test->application))->data;
  app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (window)) && gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  if (adw_navigation_split_view_get_collapsed (view))
    app_test_resize_window (window, 360, 420);
  return window;
}

/* What is wrong is shown with what was filled in. */
static void
fill_in_wrongly (GtkWidget *window)
{
  adw_combo_row_set_selected (ADW_COMBO_ROW (app_test_get (window, ADW_TYPE_COMBO_ROW, NULL)), 1);
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (window, ADW_TYPE_PASSWORD_ENTRY_ROW, NULL)), "sbx_mine");
}

static void
refuse (GtkWidget    *window,
        SbTestClient *client)
{
  char *secret = sb_token_secret_generate ();

  gtk_editable_set_text (GTK_EDITABLE (app_test_get (window, ADW_TYPE_PASSWORD_ENTRY_ROW, NULL)), secret);
  gtk_widget_activate_action (window, "test.connect", NULL);
  app_test_wait_until (sb_test_client_get_troubled (client));
  sb_token_secret_free (secret);
}

static gboolean
ends_in_rejection (GListModel *log)
{
  g_autoptr (SbTalkLine) last = g_list_model_get_item (log, g_list_model_get_n_items (log) - 1);

  return last != NULL && sb_talk_line_get_kind (last) == SB_TALK_REJECTED;
}

/* One that is let through, and one that is not. */
static void
talk (GtkWidget    *window,
      SbTestClient *client)
{
  static const char *const messages[] = { "{\"temperature\": 21.4, \"room\": \"Lab 2\"}", "hello" };
  GListModel *log = G_LIST_MODEL (sb_test_client_get_log (client));

  adw_combo_row_set_selected (ADW_COMBO_ROW (app_test_get (window, ADW_TYPE_COMBO_ROW, NULL)), 0);
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (window, ADW_TYPE_ENTRY_ROW, NULL)), "/try");
  app_test_wait_until (gtk_widget_activate_action (window, "test.connect", NULL));
  app_test_wait_until (sb_test_client_get_id (client) != 0);
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GBytes) text = g_bytes_new_static (messages[i], strlen (messages[i]));

      sb_test_client_send (client, text);
    }
  /* What the server says to the second comes last; before it, what is kept for newcomers. */
  app_test_wait_until (ends_in_rejection (log));
}

void
places_each_of_test_client (AppTest   *test,
                            PlacesFunc func,
                            gpointer   user_data)
{
  GtkWindow *window = open_test_client (test);
  SbTestClient *client = sb_test_window_get_client (SB_TEST_WINDOW (window));
  GtkWidget *list;

  look_at_window (test, window, "test-client", func, user_data);
  fill_in_wrongly (GTK_WIDGET (window));
  look_at_window (test, window, "test-client-token", func, user_data);
  refuse (GTK_WIDGET (window), client);
  look_at_window (test, window, "test-client-refused", func, user_data);
  talk (GTK_WIDGET (window), client);
  look_at_window (test, window, "test-client-talking", func, user_data);
  list = app_test_get (app_test_get (GTK_WIDGET (window), SB_TYPE_TALK_VIEW, NULL), GTK_TYPE_LIST_VIEW, NULL);
  g_signal_emit_by_name (list, "activate", g_list_model_get_n_items (G_LIST_MODEL (sb_test_client_get_log (client))) - 1);
  app_test_wait_until (adw_window_get_visible_dialog (ADW_WINDOW (window)) != NULL);
  look_at_window (test, window, "test-client-message", func, user_data);
  gtk_window_destroy (window);
  sb_test_token_settle ();
}
