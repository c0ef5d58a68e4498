/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients-fixture.h"
#include "widgets/sb-filter-chip.h"
#include "widgets/sb-table-cell.h"

static void
test_stopped (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  app_test_wait_until (says (test, "The Server Is Stopped"));
  app_test_assert_named (page (test));
  app_test_click (page (test), "_Start Server");
  app_test_wait_until (sb_engine_get_state (test->engine) == SB_ENGINE_LISTENING);
  app_test_wait_until (says (test, "Nobody Is Connected"));
  app_test_snap (test, "clients-nobody");
  app_test_click (page (test), "_Issue Token…");
  app_test_wait_until (app_test_dialog (test) != NULL);
}

static void
test_appears (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  SbPage *clients;

  app_test_start (test);
  clients = SB_PAGE (page (test));
  one = connect_as (test, "Scoreboard", "/sensors?name=esp32-00");
  two = connect_as (test, "Kiosk", "/");
  app_test_wait_until (says (test, "Scoreboard") && says (test, "Kiosk"));
  app_test_wait_until (says (test, "127.0.0.1 · “esp32-00”"));
  app_test_wait_until (says (test, "2 connected"));
  g_assert_true (says (test, "/sensors"));
  g_assert_cmpstr (sb_page_get_count (clients), ==, "2");
  soup_websocket_connection_send_text (one, "{");
  app_test_wait_until (says (test, "2 connected · 1 rejected"));
  app_test_wait_until (says (test, "1 rejected"));
  g_assert_true (sb_page_get_attention (clients));
  app_test_assert_named (page (test));
}

static void
test_search_and_filter (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/sensors?name=esp32-00");
  two = connect_as (test, "Kiosk", "/screens");
  app_test_wait_until (says (test, "Scoreboard") && says (test, "Kiosk"));

  sb_filter_bar_set_text (filter_bar (test), "ESP32");
  app_test_wait_until (says (test, "Scoreboard") && !says (test, "Kiosk"));
  sb_filter_bar_set_text (filter_bar (test), "/scr");
  app_test_wait_until (!says (test, "Scoreboard") && says (test, "Kiosk"));
  sb_filter_bar_set_text (filter_bar (test), "no such");
  app_test_wait_until (says (test, "No Client Found"));
  app_test_click (page (test), "_Show All Clients");
  app_test_wait_until (says (test, "Scoreboard") && says (test, "Kiosk"));

  sb_filter_bar_set_choice (filter_bar (test), "rejected");
  app_test_wait_until (says (test, "No Client Found"));
  soup_websocket_connection_send_text (two, "nonsense");
  app_test_wait_until (says (test, "Kiosk") && !says (test, "Scoreboard"));

  sb_window_show_page (test->window, "clients", "address:10.0.0.1");
  app_test_wait_until (says (test, "Address: 10.0.0.1") && says (test, "No Client Found"));
  app_test_click (app_test_get (page (test), SB_TYPE_FILTER_CHIP, NULL), "Show All Again");
  app_test_wait_until (says (test, "Kiosk") && says (test, "Scoreboard"));
  g_assert_null (app_test_find (page (test), SB_TYPE_FILTER_CHIP, NULL));
}

/* Which are shown, where, how wide, and by which it is sorted: the next window has it so. */
static void
test_columns_remembered (void)
{
  AppTest *test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  GtkColumnViewColumn *column;
  guint position;
  gboolean descending;

  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  page (test);
  app_test_wait_until (says (test, "Scoreboard"));
  app_test_wait_until (!gtk_column_view_column_get_visible (app_test_get_column (page (test), "bytes-in", &position)));
  gtk_widget_activate_action (page (test), "columns.bytes-in", NULL);
  g_assert_true (gtk_column_view_column_get_visible (app_test_get_column (page (test), "bytes-in", &position)));
  gtk_widget_activate_action (page (test), "columns.since", NULL);
  column = app_test_get_column (page (test), "channel", &position);
  gtk_column_view_column_set_fixed_width (column, 222);
  gtk_column_view_insert_column (
      GTK_COLUMN_VIEW (app_test_get (GTK_WIDGET (table (test)), GTK_TYPE_COLUMN_VIEW, NULL)), 0, column);
  sb_table_sort_by (SB_TABLE (table (test)), SB_CLIENT_CELL_MESSAGES_OUT, TRUE);
  app_test_free (test);

  test = app_test_new_again (NULL);
  g_clear_object (&connection);
  app_test_start (test);
  connection = connect_as (test, "Scoreboard", "/");
  page (test);
  app_test_wait_until (says (test, "Scoreboard"));
  g_assert_true (gtk_column_view_column_get_visible (app_test_get_column (page (test), "bytes-in", &position)));
  g_assert_false (gtk_column_view_column_get_visible (app_test_get_column (page (test), "since", &position)));
  column = app_test_get_column (page (test), "channel", &position);
  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpint (gtk_column_view_column_get_fixed_width (column), ==, 222);
  g_assert_cmpint (sb_table_get_sort (SB_TABLE (table (test)), &descending), ==, SB_CLIENT_CELL_MESSAGES_OUT);
  g_assert_true (descending);

  gtk_widget_activate_action (page (test), "columns.reset", NULL);
  app_test_wait_until (gtk_column_view_column_get_visible (app_test_get_column (page (test), "since", &position)));
  app_test_get_column (page (test), "channel", &position);
  g_assert_cmpuint (position, >, 0);
  g_assert_cmpint (sb_table_get_sort (SB_TABLE (table (test)), &descending), ==, -1);
  app_test_free (test);
}

/* In a narrow window the search is folded behind its button, opens by it and by Ctrl+F, and Escape folds it again. */
static void
test_narrow_search (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  GtkWidget *bar;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/");
  two = connect_as (test, "Kiosk", "/");
  page (test);
  app_test_wait_until (says (test, "Scoreboard"));
  app_test_resize (test, 360, 294);
  bar = GTK_WIDGET (filter_bar (test));
  app_test_wait_until (sb_filter_bar_get_narrow (SB_FILTER_BAR (bar)) && says (test, "2 connected"));
  g_assert_null (app_test_find (bar, GTK_TYPE_SEARCH_ENTRY, NULL));
  app_test_snap (test, "clients-smallest");
  sb_page_focus_search (SB_PAGE (page (test)));
  g_assert_nonnull (app_test_find (bar, GTK_TYPE_SEARCH_ENTRY, NULL));
  sb_filter_bar_set_text (SB_FILTER_BAR (bar), "kiosk");
  app_test_wait_until (says (test, "Kiosk") && !says (test, "Scoreboard"));
  app_test_snap (test, "clients-smallest-search");
  g_signal_emit_by_name (app_test_get (bar, GTK_TYPE_SEARCH_ENTRY, NULL), "stop-search");
  app_test_wait_until (says (test, "Scoreboard"));
  g_assert_null (app_test_find (bar, GTK_TYPE_SEARCH_ENTRY, NULL));
  app_test_assert_named (bar);

  /* Wide again, it is where it was. */
  app_test_resize (test, 1100, 700);
  app_test_wait_until (app_test_find (bar, GTK_TYPE_SEARCH_ENTRY, NULL) != NULL);
}

static void
test_look (void)
{
  static const struct
  {
    const char *label;
    const char *channel;
  } scene[] = {
    { "Scoreboard 3", "/sensors?name=esp32-00" },
    { "Kiosk North", "/" },
    { "Kiosk South", "/screens" },
    { "Stage left", "/screens" },
    { "Projector", "/stage/projector" },
    { "Lab bench", "/sensors?name=raspberrypi" },
    { "Door sensor", "/sensors" },
    { "Team Blue", "/room/a" },
    { "Team Red", "/room/b?name=Chromium%20on%20the%20old%20laptop" },
  };
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);

  app_test_start (test);
  for (guint i = 0; i < G_N_ELEMENTS (scene); i++)
    g_ptr_array_add (connections, connect_as (test, scene[i].label, scene[i].channel));
  for (int i = 0; i < 900; i++)
    soup_websocket_connection_send_text (g_ptr_array_index (connections, i % G_N_ELEMENTS (scene)),
                                         "{\"temperature\":21.4,\"humidity\":48}");
  for (int i = 0; i < 4; i++)
    soup_websocket_connection_send_text (g_ptr_array_index (connections, 0), "{\"temp\":");
  page (test);
  app_test_wait_until (says (test, "4 rejected"));
  app_test_snap (test, "clients-table");
  sb_client_table_select (table (test), find_client (test, "Scoreboard 3"));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (table (test))), >, 560);
  app_test_snap (test, "clients-wide");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  app_test_snap (test, "clients-wide-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
  gtk_widget_activate_action (page (test), "client.close-details", NULL);
  app_test_resize (test, 360, 640);
  /* Nothing needs more room than there is. */
  app_test_wait_until (gtk_widget_get_width (page (test)) <= 360);
  app_test_wait_until (says (test, "Scoreboard 3"));
  app_test_snap (test, "clients-narrow");
  sb_client_table_select (table (test), find_client (test, "Scoreboard 3"));
  g_signal_emit_by_name (table (test), "activated");
  app_test_wait_until (says (test, "calls itself “esp32-00”, unverified"));
  app_test_snap (test, "clients-narrow-sheet");
}

/* --- many --- */

#define N_MANY 600

static GPtrArray *
join_many (AppTest *test)
{
  SbClientList *clients = sb_engine_get_clients (test->engine);
  GPtrArray *peers = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_peer_unref);

  sb_client_list_begin (clients);
  for (guint i = 0; i < N_MANY; i++)
    {
      SbPeer *peer = sb_peer_new ();

      peer->id = i + 1;
      peer->address = g_strdup_printf ("10.0.%u.%u", i / 250, i % 250);
      peer->channel = g_strdup ("/");
      peer->token_label = g_strdup_printf ("Client %u", i);
      peer->joined_at = g_get_real_time ();
      sb_counter_set (peer->counters.messages_in, i * 7919u % 601u);
      g_ptr_array_add (peers, peer);
      sb_client_list_join (clients, peer);
    }
  sb_client_list_end (clients);
  return peers;
}

static void
leave_all (AppTest   *test,
           GPtrArray *peers)
{
  SbClientList *clients = sb_engine_get_clients (test->engine);

  sb_client_list_begin (clients);
  for (guint i = 0; i < peers->len; i++)
    sb_client_list_leave (clients, ((SbPeer *) g_ptr_array_index (peers, i))->id, g_get_real_time (), 1000, NULL,
                          SB_CLOSED_BY_CLIENT);
  sb_client_list_end (clients);
}

typedef struct
{
  guint n;
  guint n_filled;
  guint n_bare;      /* of those that are on the screen, and empty */
  GHashTable *cells; /* nullable */
  guint n_new;       /* of those that are not among these */
} Cells;

static void
count_cell_cb (GtkWidget *cell,
               gpointer   user_data)
{
  Cells *cells = user_data;

  cells->n++;
  cells->n_filled += sb_table_cell_is_filled (SB_TABLE_CELL (cell));
  cells->n_bare += gtk_widget_get_mapped (cell) && !sb_table_cell_is_filled (SB_TABLE_CELL (cell));
  if (cells->cells != NULL)
    cells->n_new += !g_hash_table_contains (cells->cells, cell);
}

static void
keep_cell_cb (GtkWidget *cell,
              gpointer   user_data)
{
  g_hash_table_add (user_data, g_object_ref (cell));
}

/* All rows are as high, those of which the cells are empty, too. */
static void
assert_rows_alike (GtkWidget *view)
{
  GtkWidget *list = gtk_widget_get_last_child (view);
  int height = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL; row = gtk_widget_get_next_sibling (row))
    {
      int natural;

      gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, -1, NULL, &natural, NULL, NULL);
      g_assert_cmpint (natural, >, 0);
      g_assert_true (height == 0 || height == natural);
      height = natural;
    }
}

/* A cell is filled when it is given its place, which is later in the frame in which it is mapped. */
static gboolean
is_filled (AppTest *test)
{
  Cells counts = { 0 };

  sb_table_foreach_cell (SB_TABLE (table (test)), count_cell_cb, &counts);
  return counts.n > 0 && counts.n_bare == 0;
}

/* Cells are empty until they come on the screen, and serve on when the order is another. */
static void
test_many (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (GPtrArray) peers = NULL;
  g_autoptr (GHashTable) cells = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  GListModel *model;
  GtkColumnView *view;
  Cells counts = { 0 };

  app_test_start (test);
  peers = join_many (test);
  model = G_LIST_MODEL (sb_table_get_model (SB_TABLE (table (test))));
  app_test_wait_until (g_list_model_get_n_items (model) == N_MANY && says (test, "Client 3"));
  app_test_wait_until (is_filled (test));
  sb_table_foreach_cell (SB_TABLE (table (test)), count_cell_cb, &counts);
  g_assert_cmpuint (counts.n_filled, >, 0);
  g_assert_cmpuint (counts.n_filled, <, counts.n / 2);
  view = GTK_COLUMN_VIEW (app_test_get (page (test), GTK_TYPE_COLUMN_VIEW, NULL));
  assert_rows_alike (GTK_WIDGET (view));

  sb_table_scroll_to (SB_TABLE (table (test)), N_MANY - 1, GTK_LIST_SCROLL_NONE);
  app_test_wait_until (says (test, "Client 599"));
  assert_rows_alike (GTK_WIDGET (view));
  sb_table_scroll_to (SB_TABLE (table (test)), 0, GTK_LIST_SCROLL_NONE);
  app_test_wait_until (says (test, "Client 0"));

  app_test_wait_until (is_filled (test));
  sb_table_foreach_cell (SB_TABLE (table (test)), keep_cell_cb, cells);
  counts = (Cells) { .cells = cells };
  sb_table_sort_by (SB_TABLE (table (test)), SB_CLIENT_CELL_MESSAGES_IN, FALSE);
  sb_table_foreach_cell (SB_TABLE (table (test)), count_cell_cb, &counts);
  g_assert_cmpuint (counts.n, ==, g_hash_table_size (cells));
  g_assert_cmpuint (counts.n_new, ==, 0);
  app_test_wait_until (is_filled (test));
  leave_all (test, peers);
}

static void
add (void)
{
  g_test_add_func ("/clients-page/stopped-then-nobody", test_stopped);
  g_test_add_func ("/clients-page/a-client-appears", test_appears);
  g_test_add_func ("/clients-page/search-and-filter", test_search_and_filter);
  g_test_add_func ("/clients-page/columns-remembered", test_columns_remembered);
  g_test_add_func ("/clients-page/search-folds", test_narrow_search);
  g_test_add_func ("/clients-page/many", test_many);
  g_test_add_func ("/clients-page/wide-and-narrow", test_look);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
