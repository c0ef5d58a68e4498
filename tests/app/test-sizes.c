/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "clients/sb-client-table.h"
#include "traffic/sb-traffic-table.h"

/* The window from narrow to wide and back, with whatever may be open on its pages. */

static const char *const pages[] = { "overview", "clients", "traffic", "broadcast", "tokens", "rules", "audit" };

static AdwNavigationSplitView *
split_view (AppTest *test)
{
  return ADW_NAVIGATION_SPLIT_VIEW (app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL));
}

static void
make_narrow (AppTest *test)
{
  app_test_resize (test, 370, 700);
  app_test_wait_until (adw_navigation_split_view_get_collapsed (split_view (test)));
}

static void
make_wide (AppTest *test)
{
  app_test_resize (test, 1200, 760);
  app_test_wait_until (!adw_navigation_split_view_get_collapsed (split_view (test)));
}

static const char *
content_tag (AppTest *test)
{
  return adw_navigation_page_get_tag (adw_navigation_split_view_get_content (split_view (test)));
}

static SoupWebsocketConnection *
connect_and_say (AppTest *test)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Scoreboard");
  char *secret = app_test_issue (test, spec, NULL);
  SoupWebsocketConnection *connection = app_test_connect (test, "/sensors", secret);

  sb_token_secret_free (secret);
  soup_websocket_connection_send_text (connection, "{\"temperature\":21.4}");
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_traffic (test->engine))) > 0);
  return connection;
}

/* One page after the other and back again while they lie on each other, then side by side. */
static void
test_pages_change_while_narrow (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  for (guint round = 0; round < 2; round++)
    {
      make_narrow (test);
      for (guint i = 0; i < 2 * G_N_ELEMENTS (pages); i++)
        {
          sb_window_show_page (test->window, pages[i % G_N_ELEMENTS (pages)], NULL);
          g_assert_cmpstr (content_tag (test), ==, pages[i % G_N_ELEMENTS (pages)]);
          g_assert_true (adw_navigation_split_view_get_show_content (split_view (test)));
        }
      sb_window_show_page (test->window, pages[round], NULL);
      make_wide (test);
      g_assert_cmpstr (content_tag (test), ==, pages[round]);
      app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (sb_window_get_page (test->window, pages[round]))));
    }
}

static void
test_sidebar_while_narrow (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  make_narrow (test);
  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.toggle-sidebar", NULL);
  g_assert_false (adw_navigation_split_view_get_show_content (split_view (test)));
  sb_window_show_page (test->window, "tokens", NULL);
  sb_window_show_page (test->window, "overview", NULL);
  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.toggle-sidebar", NULL);
  make_wide (test);
  make_narrow (test);
  g_assert_cmpstr (content_tag (test), ==, "overview");
  make_wide (test);
}

/* With the panel of a client and the detail of a message, which become sheets, and with a dialog. */
static void
test_open_parts (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  GtkWidget *root;
  SbClientTable *clients;
  SbTrafficTable *traffic;

  app_test_start (test);
  connection = connect_and_say (test);
  root = GTK_WIDGET (test->window);
  sb_window_show_page (test->window, "clients", NULL);
  clients = SB_CLIENT_TABLE (app_test_get (root, SB_TYPE_CLIENT_TABLE, NULL));
  app_test_wait_until (sb_client_table_count (clients) == 1);
  sb_client_table_select_all (clients);
  sb_window_show_page (test->window, "traffic", NULL);
  traffic = SB_TRAFFIC_TABLE (app_test_get (root, SB_TYPE_TRAFFIC_TABLE, NULL));
  sb_traffic_table_select (traffic, 0);

  for (guint i = 0; i < 6; i++)
    {
      make_narrow (test);
      sb_window_show_page (test->window, i % 2 == 0 ? "clients" : "traffic", NULL);
      g_signal_emit_by_name (i % 2 == 0 ? (gpointer) clients : (gpointer) traffic, "activated");
      app_test_iterate ();
      make_wide (test);
    }

  make_narrow (test);
  sb_window_show_page (test->window, "tokens", "issue");
  app_test_wait_until (app_test_dialog (test) != NULL);
  make_wide (test);
  make_narrow (test);
  adw_dialog_force_close (app_test_dialog (test));
  make_wide (test);
}

static void
test_everything_is_named (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  app_test_start (test);
  connection = connect_and_say (test);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (pages); i++)
    {
      if (i == 0)
        make_wide (test);
      else if (i == G_N_ELEMENTS (pages))
        make_narrow (test);
      sb_window_show_page (test->window, pages[i % G_N_ELEMENTS (pages)], NULL);
      app_test_iterate ();
      app_test_assert_named (GTK_WIDGET (test->window));
    }
}

/* --- rows of the traffic --- */

/* Where the first row that is to be seen begins, within the list. */
static double
first_row_cut (AppTest *test)
{
  SbTable *table = SB_TABLE (app_test_get (GTK_WIDGET (test->window), SB_TYPE_TRAFFIC_TABLE, NULL));
  GtkScrolledWindow *scroller = sb_table_get_scroller (table, sb_table_is_narrow (table));
  GtkWidget *view = gtk_scrolled_window_get_child (scroller);
  GtkWidget *list = GTK_IS_LIST_VIEW (view) ? view : gtk_widget_get_last_child (view);
  double cut = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL; row = gtk_widget_get_next_sibling (row))
    {
      graphene_rect_t bounds;

      if (gtk_widget_get_child_visible (row) && gtk_widget_compute_bounds (row, list, &bounds) && bounds.origin.y < 0 &&
          bounds.origin.y + bounds.size.height > 0)
        cut = -bounds.origin.y;
    }
  return cut;
}

static gboolean
is_scrolled (AppTest *test)
{
  SbTable *table = SB_TABLE (app_test_get (GTK_WIDGET (test->window), SB_TYPE_TRAFFIC_TABLE, NULL));
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (sb_table_get_scroller (table, sb_table_is_narrow (table)));

  return gtk_adjustment_get_value (adjustment) > 0 &&
         gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
             gtk_adjustment_get_upper (adjustment) - 1;
}

static void
test_whole_rows (void)
{
  static const int heights[] = { 760, 747, 733, 701, 520 };
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  GListModel *log;

  app_test_start (test);
  connection = connect_and_say (test);
  log = G_LIST_MODEL (sb_engine_get_traffic (test->engine));
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%u}", i);

      soup_websocket_connection_send_text (connection, text);
    }
  app_test_wait_until (g_list_model_get_n_items (log) > 60);
  sb_window_show_page (test->window, "traffic", NULL);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (heights); i++)
    {
      app_test_resize (test, i < G_N_ELEMENTS (heights) ? 1200 : 370, heights[i % G_N_ELEMENTS (heights)]);
      app_test_wait_until (is_scrolled (test) && first_row_cut (test) < 1);
    }
}

/* --- labels --- */

static gboolean
is_scrolled_over (GtkWidget *widget)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  GtkPolicyType across = GTK_POLICY_NEVER;

  if (scroller != NULL)
    gtk_scrolled_window_get_policy (GTK_SCROLLED_WINDOW (scroller), &across, NULL);
  return across != GTK_POLICY_NEVER;
}

/* Returns how many labels end in an ellipsis, or outside the window. */
static guint
count_cut (GtkWidget  *widget,
           GtkWidget  *window,
           const char *where,
           guint      *n_labels)
{
  graphene_rect_t bounds;
  guint n_cut = 0;

  if (!gtk_widget_get_mapped (widget))
    return 0;
  if (GTK_IS_LABEL (widget) && gtk_widget_compute_bounds (widget, window, &bounds))
    {
      gboolean outside = !is_scrolled_over (widget) && bounds.size.width > 0 &&
                         (bounds.origin.x < -1 || bounds.origin.x + bounds.size.width > gtk_widget_get_width (window) + 1);

      (*n_labels)++;
      if (outside || pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget))))
        {
          g_printerr ("%s: “%s” is cut: %.0f + %.0f of %d\n", where, gtk_label_get_text (GTK_LABEL (widget)),
                      bounds.origin.x, bounds.size.width, gtk_widget_get_width (window));
          n_cut++;
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n_cut += count_cut (child, window, where, n_labels);
  return n_cut;
}

static void
test_cut_is_found (void)
{
  GtkWidget *window = gtk_window_new (), *label = gtk_label_new ("Longer than there is room for");
  guint n_labels = 0;

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 6);
  gtk_widget_set_halign (label, GTK_ALIGN_CENTER);
  gtk_window_set_child (GTK_WINDOW (window), label);
  gtk_window_present (GTK_WINDOW (window));
  app_test_wait_until (gtk_widget_get_width (label) > 0);
  g_assert_cmpuint (count_cut (label, window, "what is cut on purpose", &n_labels), ==, 1);
  g_assert_cmpuint (n_labels, ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* At the size that the window has at first, with the text as large as it is at first. */
static void
test_no_label_is_cut (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  guint n_cut = 0;

  app_test_start (test);
  connection = connect_and_say (test);
  make_wide (test);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page = GTK_WIDGET (sb_window_get_page (test->window, pages[i]));
      guint n_labels = 0;

      sb_window_show_page (test->window, pages[i], NULL);
      app_test_wait_until (gtk_widget_get_mapped (page) && gtk_widget_get_width (page) > 0);
      app_test_snap (test, pages[i]);
      n_cut += count_cut (GTK_WIDGET (test->window), GTK_WIDGET (test->window), pages[i], &n_labels);
      g_assert_cmpuint (n_labels, >, 3);
    }
  g_assert_cmpuint (n_cut, ==, 0);
}

/* --- large text --- */

typedef struct
{
  const char *path;
  void (*function) (void);
} Walk;

static const Walk walks[] = {
  { "/sizes/large-text/pages-change-while-narrow", test_pages_change_while_narrow },
  { "/sizes/large-text/sidebar-while-narrow", test_sidebar_while_narrow },
  { "/sizes/large-text/open-parts", test_open_parts },
  { "/sizes/large-text/everything-is-named", test_everything_is_named },
  { "/sizes/large-text/traffic-shows-whole-rows", test_whole_rows },
};

/* As with a text scaling factor of 1.5 in the desktop's settings. */
static void
test_with_large_text (gconstpointer user_data)
{
  const Walk *walk = user_data;
  GtkSettings *settings = gtk_settings_get_default ();
  int dpi;

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 96 * PANGO_SCALE * 3 / 2, NULL);
  walk->function ();
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

static void
add (void)
{
  g_test_add_func ("/sizes/pages-change-while-narrow", test_pages_change_while_narrow);
  g_test_add_func ("/sizes/sidebar-while-narrow", test_sidebar_while_narrow);
  g_test_add_func ("/sizes/open-parts", test_open_parts);
  g_test_add_func ("/sizes/everything-is-named", test_everything_is_named);
  g_test_add_func ("/sizes/traffic-shows-whole-rows", test_whole_rows);
  g_test_add_func ("/sizes/cut-is-found", test_cut_is_found);
  g_test_add_func ("/sizes/no-label-is-cut", test_no_label_is_cut);
  for (guint i = 0; i < G_N_ELEMENTS (walks); i++)
    g_test_add_data_func (walks[i].path, &walks[i], test_with_large_text);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
