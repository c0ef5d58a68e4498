/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens-fixture.h"
#include "widgets/sb-filter-bar.h"

/* --- the table --- */

static guint
count_shown (GtkWidget *page)
{
  GtkWidget *view = app_test_get (page, GTK_TYPE_COLUMN_VIEW, NULL);

  return g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (view))));
}

static void
revoke_now (AppTest *test,
            gint64   id)
{
  GtkWidget *page = GTK_WIDGET (sb_window_get_page (test->window, "tokens"));

  select_token (test, id);
  app_test_click (open_dialog (test, page, "token.revoke"), "_Revoke");
  app_test_wait_until (get_state (test, id) == SB_TOKEN_REVOKED);
  wait_until_closed (test);
}

static void
test_filter_and_search (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  SbFilterBar *bar;
  gint64 id;

  issue (test, "Sensors", "/sensors", NULL);
  issue (test, "Screens", "/screens,/", NULL);
  id = issue (test, "Old kiosk", "/screens", NULL);
  app_test_wait_until (app_test_find (page, GTK_TYPE_COLUMN_VIEW, NULL) != NULL && count_shown (page) == 3);
  revoke_now (test, id);
  bar = SB_FILTER_BAR (app_test_get (page, SB_TYPE_FILTER_BAR, NULL));

  sb_filter_bar_set_choice (bar, "revoked");
  g_assert_cmpuint (count_shown (page), ==, 1);
  sb_filter_bar_set_choice (bar, "active");
  g_assert_cmpuint (count_shown (page), ==, 2);
  sb_filter_bar_set_text (bar, "SCREENS");
  g_assert_cmpuint (count_shown (page), ==, 1);
  sb_filter_bar_set_choice (bar, "all");
  g_assert_cmpuint (count_shown (page), ==, 2);
  sb_filter_bar_set_text (bar, "no such thing");
  g_assert_nonnull (app_test_find (page, ADW_TYPE_STATUS_PAGE, "No Token Found"));
  app_test_click (page, "_Show All Tokens");
  g_assert_cmpuint (count_shown (page), ==, 3);

  /* Other pages lead here. */
  sb_window_show_page (test->window, "tokens", "revoked");
  g_assert_cmpstr (sb_filter_bar_get_choice (bar), ==, "revoked");
  g_assert_cmpuint (count_shown (page), ==, 1);

  sb_window_show_page (test->window, "overview", NULL);
  app_test_wait_until (g_strcmp0 (sb_page_get_count (SB_PAGE (page)), "2") == 0);
}

/* A token that leaves the chosen state leaves the list without being asked. */
static void
test_filter_follows_changes (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  gint64 id = issue (test, "Sensors", "/a", NULL);

  issue (test, "Screens", "/a", NULL);
  app_test_wait_until (app_test_find (page, GTK_TYPE_COLUMN_VIEW, NULL) != NULL && count_shown (page) == 2);
  sb_window_show_page (test->window, "tokens", "active");
  sb_token_table_select (SB_TOKEN_TABLE (app_test_get (page, SB_TYPE_TOKEN_TABLE, NULL)), find_item (test, id));
  app_test_click (open_dialog (test, page, "token.revoke"), "_Revoke");
  app_test_wait_until (count_shown (page) == 1);
}

static const char *
label_at (GtkWidget *page,
          guint      position)
{
  GtkWidget *view = app_test_get (page, GTK_TYPE_COLUMN_VIEW, NULL);
  g_autoptr (SbTokenItem) item = g_list_model_get_item (G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (view))), position);

  return sb_token_item_get_token (item)->spec.label;
}

static void
test_sort (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GtkColumnView *view;
  g_autoptr (GtkColumnViewColumn) first = NULL;

  issue (test, "beta", "/a", NULL);
  issue (test, "Alpha", "/c", NULL);
  issue (test, "gamma", "/b", NULL);
  app_test_wait_until (app_test_find (page, GTK_TYPE_COLUMN_VIEW, NULL) != NULL && count_shown (page) == 3);
  /* The newest first, before anybody sorts. */
  g_assert_cmpstr (label_at (page, 0), ==, "gamma");
  g_assert_cmpstr (label_at (page, 2), ==, "beta");

  view = GTK_COLUMN_VIEW (app_test_get (page, GTK_TYPE_COLUMN_VIEW, NULL));
  first = g_list_model_get_item (gtk_column_view_get_columns (view), 0);
  gtk_column_view_sort_by_column (view, first, GTK_SORT_ASCENDING);
  g_assert_cmpstr (label_at (page, 0), ==, "Alpha");
  g_assert_cmpstr (label_at (page, 1), ==, "beta");
  gtk_column_view_sort_by_column (view, first, GTK_SORT_DESCENDING);
  g_assert_cmpstr (label_at (page, 0), ==, "gamma");
}

/* Columns, widths and order are as they were left, in the next window too. */
static void
test_columns_remembered (void)
{
  AppTest *test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  guint position;
  gboolean descending;

  issue (test, "beta", "/a", NULL);
  app_test_wait_until (app_test_find (page, GTK_TYPE_COLUMN_VIEW, NULL) != NULL && count_shown (page) == 1);
  /* When it knows its width. */
  app_test_wait_until (!gtk_column_view_column_get_visible (app_test_get_column (page, "issued", &position)));
  gtk_widget_activate_action (page, "columns.may", NULL);
  g_assert_false (gtk_column_view_column_get_visible (app_test_get_column (page, "may", &position)));
  gtk_widget_activate_action (page, "columns.issued", NULL);
  g_assert_true (gtk_column_view_column_get_visible (app_test_get_column (page, "issued", &position)));
  gtk_column_view_column_set_fixed_width (app_test_get_column (page, "channels", &position), 222);
  sb_table_sort_by (SB_TABLE (app_test_get (page, SB_TYPE_TOKEN_TABLE, NULL)), SB_TOKEN_CELL_ISSUED, FALSE);
  app_test_snap (test, "tokens-columns");
  app_test_free (test);

  test = app_test_new_again (NULL);
  page = show_page (test);
  issue (test, "beta", "/a", NULL);
  issue (test, "alpha", "/a", NULL);
  app_test_wait_until (app_test_find (page, GTK_TYPE_COLUMN_VIEW, NULL) != NULL && count_shown (page) == 2);
  g_assert_false (gtk_column_view_column_get_visible (app_test_get_column (page, "may", &position)));
  g_assert_true (gtk_column_view_column_get_visible (app_test_get_column (page, "issued", &position)));
  g_assert_cmpint (gtk_column_view_column_get_fixed_width (app_test_get_column (page, "channels", &position)), ==, 222);
  g_assert_cmpint (sb_table_get_sort (SB_TABLE (app_test_get (page, SB_TYPE_TOKEN_TABLE, NULL)), &descending), ==,
                   SB_TOKEN_CELL_ISSUED);
  g_assert_cmpstr (label_at (page, 0), ==, "beta");
  gtk_widget_activate_action (page, "columns.reset", NULL);
  app_test_wait_until (gtk_column_view_column_get_visible (app_test_get_column (page, "may", &position)));
  g_assert_cmpstr (label_at (page, 0), ==, "alpha");
  app_test_free (test);
}

/* Whether a label below @widget that is seen had to be cut. */
static gboolean
is_cut (GtkWidget *widget)
{
  gboolean cut = FALSE;

  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget))
    return pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && !cut; child = gtk_widget_get_next_sibling (child))
    cut = is_cut (child);
  return cut;
}

static void
test_narrow (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *sheet;
  SbTokenTable *table;
  gint64 id;

  issue (test, "Sensors", "/sensors", NULL);
  issue (test, "Screens in the entrance hall", "/screens,/", NULL);
  id = issue (test, "Old kiosk", "/screens", NULL);
  app_test_wait_until (app_test_find (page, SB_TYPE_TOKEN_TABLE, NULL) != NULL);
  table = SB_TOKEN_TABLE (app_test_get (page, SB_TYPE_TOKEN_TABLE, NULL));
  sb_engine_revoke_token_async (test->engine, "window", id, NULL, NULL);
  app_test_wait_until (get_state (test, id) == SB_TOKEN_REVOKED);
  app_test_snap (test, "tokens-table");
  g_assert_false (sb_table_is_narrow (SB_TABLE (table)));
  app_test_wait_until (find_label (GTK_WIDGET (table), "Old kiosk") != NULL && !is_cut (GTK_WIDGET (table)));

  app_test_resize (test, 360, 640);
  app_test_wait_until (sb_table_is_narrow (SB_TABLE (table)) && app_test_find (page, GTK_TYPE_LIST_VIEW, NULL) != NULL);
  app_test_wait_until (find_label (GTK_WIDGET (table), "Old kiosk") != NULL && gtk_widget_get_width (GTK_WIDGET (table)) <= 360);
  app_test_wait_until (!is_cut (GTK_WIDGET (table)));
  app_test_wait_until (app_test_shows (app_test_get (page, SB_TYPE_FILTER_BAR, NULL), "2 active · 0 clients"));
  app_test_snap (test, "tokens-narrow");
  g_assert_null (app_test_find (page, ADW_TYPE_TOGGLE_GROUP, NULL));
  g_assert_nonnull (app_test_find (page, GTK_TYPE_DROP_DOWN, NULL));

  /* A click on a row opens its details over the list; closing them leads back. */
  sheet = app_test_get (page, ADW_TYPE_BOTTOM_SHEET, NULL);
  g_assert_false (adw_bottom_sheet_get_open (ADW_BOTTOM_SHEET (sheet)));
  g_signal_emit_by_name (app_test_get (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 0);
  g_assert_true (adw_bottom_sheet_get_open (ADW_BOTTOM_SHEET (sheet)));
  app_test_snap (test, "tokens-narrow-details");
  gtk_widget_activate_action (page, "token.close-details", NULL);
  g_assert_false (adw_bottom_sheet_get_open (ADW_BOTTOM_SHEET (sheet)));
  g_assert_null (sb_token_table_get_selected (table));
}

static void
test_details (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *details;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  char *secret;
  gint64 id = issue (test, "Sensors", "/sensors", &secret);

  select_token (test, id);
  app_test_wait_until (app_test_find (page, SB_TYPE_TOKEN_DETAILS, NULL) != NULL);
  details = app_test_get (page, SB_TYPE_TOKEN_DETAILS, NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (details, ADW_TYPE_ACTION_ROW, "Clients Now"))), ==, "0");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (details, ADW_TYPE_ACTION_ROW, "Last Used"))), ==, "Never");
  g_assert_null (app_test_find (details, ADW_TYPE_BUTTON_ROW, "Show _Clients"));

  app_test_start (test);
  connection = app_test_connect (test, "/sensors", secret);
  sb_token_secret_free (secret);
  app_test_wait_until (app_test_find (details, ADW_TYPE_BUTTON_ROW, "Show _Clients") != NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (app_test_get (details, ADW_TYPE_ACTION_ROW, "Clients Now"))), ==, "1");
  app_test_wait_until (find_label (details, "just now · 127.0.0.1") != NULL);
  app_test_snap (test, "tokens-details");
  app_test_click (page, "Show _Clients");
  app_test_wait_until (!gtk_widget_get_mapped (page));
}

static void
test_can_be_named (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  gint64 id = issue (test, "Sensors", "/sensors", NULL);

  select_token (test, id);
  app_test_wait_until (app_test_find (page, SB_TYPE_TOKEN_DETAILS, NULL) != NULL);
  app_test_assert_named (page);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (app_test_get (page, GTK_TYPE_COLUMN_VIEW, NULL)),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "Tokens");
  app_test_assert_named (open_dialog (test, page, "token.edit"));
}

static void
add_tests (void)
{
  g_test_add_func ("/tokens/columns-remembered", test_columns_remembered);
  g_test_add_func ("/tokens/filter-and-search", test_filter_and_search);
  g_test_add_func ("/tokens/filter-follows-changes", test_filter_follows_changes);
  g_test_add_func ("/tokens/sort", test_sort);
  g_test_add_func ("/tokens/narrow", test_narrow);
  g_test_add_func ("/tokens/details", test_details);
  g_test_add_func ("/tokens/can-be-named", test_can_be_named);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
