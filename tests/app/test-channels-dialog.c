/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-broadcast-page.h"
#include "clients-fixture.h"
#include "clients/sb-channels-dialog.h"
#include "widgets/sb-filter-chip.h"
#include "widgets/sb-line.h"

static GtkWidget *
open_dialog (AppTest *test)
{
  app_test_wait_until (gtk_widget_activate_action (page (test), "clients.show-channels", NULL));
  app_test_wait_until (app_test_dialog (test) != NULL && gtk_widget_get_mapped (GTK_WIDGET (app_test_dialog (test))));
  g_assert_true (SB_IS_CHANNELS_DIALOG (app_test_dialog (test)));
  return GTK_WIDGET (app_test_dialog (test));
}

static GtkListView *
list_view (GtkWidget *dialog)
{
  return GTK_LIST_VIEW (app_test_get (dialog, GTK_TYPE_LIST_VIEW, NULL));
}

static guint
n_rows (GtkWidget *dialog)
{
  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (list_view (dialog))));
}

/* Above the other on the screen. */
static gboolean
is_above (GtkWidget  *dialog,
          const char *one,
          const char *other)
{
  GtkWidget *a = app_test_find (dialog, SB_TYPE_LINE, one), *b = app_test_find (dialog, SB_TYPE_LINE, other);
  graphene_rect_t bounds_a, bounds_b;

  return a != NULL && b != NULL && gtk_widget_compute_bounds (a, dialog, &bounds_a) &&
         gtk_widget_compute_bounds (b, dialog, &bounds_b) && bounds_a.origin.y < bounds_b.origin.y;
}

/* The row that has the focus. */
static GtkWidget *
focused (AppTest *test)
{
  return gtk_window_get_focus (GTK_WINDOW (test->window));
}

static gboolean
is_focused (AppTest    *test,
            const char *channel)
{
  return focused (test) != NULL && app_test_find (focused (test), SB_TYPE_LINE, channel) != NULL &&
         !GTK_IS_LIST_VIEW (focused (test)) && !ADW_IS_DIALOG (focused (test));
}

static void
test_live (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  g_autoptr (SoupWebsocketConnection) three = NULL;
  GtkWidget *dialog;

  app_test_start (test);
  dialog = open_dialog (test);
  app_test_wait_until (app_test_shows (dialog, "Nobody Is Connected"));
  one = connect_as (test, "Scoreboard", "/news");
  two = connect_as (test, "Kiosk", "/another");
  app_test_wait_until (app_test_shows (dialog, "/news") && app_test_shows (dialog, "/another"));
  g_assert_true (app_test_shows (dialog, "1 client · 0 messages/s"));
  app_test_wait_until (is_above (dialog, "/another", "/news"));
  /* Two need no search. */
  g_assert_null (app_test_find (dialog, GTK_TYPE_SEARCH_ENTRY, NULL));
  app_test_assert_named (dialog);

  /* Another comes: its channel is the first, and keeps the focus. */
  gtk_list_view_scroll_to (list_view (dialog), 1, GTK_LIST_SCROLL_FOCUS, NULL);
  app_test_wait_until (is_focused (test, "/news"));
  three = connect_as (test, "Door", "/news");
  app_test_wait_until (app_test_shows (dialog, "2 clients · 0 messages/s"));
  app_test_wait_until (is_above (dialog, "/news", "/another"));
  g_assert_true (is_focused (test, "/news"));
  g_assert_false (is_focused (test, "/another"));

  soup_websocket_connection_send_text (one, "{\"a\":1}");
  app_test_wait_until (!app_test_shows (dialog, "2 clients · 0 messages/s"));
  g_assert_true (app_test_shows (dialog, "/news"));
  soup_websocket_connection_close (two, 1000, NULL);
  app_test_wait_until (!app_test_shows (dialog, "/another"));
  soup_websocket_connection_close (one, 1000, NULL);
  soup_websocket_connection_close (three, 1000, NULL);
  app_test_wait_until (app_test_shows (dialog, "Nobody Is Connected"));
}

/* Exactly that channel: not one whose name begins with it. */
static void
test_leads_to_clients (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  g_autoptr (SoupWebsocketConnection) two = NULL;
  GtkWidget *dialog;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/news");
  two = connect_as (test, "Kiosk", "/news/local");
  app_test_wait_until (says (test, "Scoreboard") && says (test, "Kiosk"));
  sb_filter_bar_set_text (filter_bar (test), "no such");
  dialog = open_dialog (test);
  app_test_wait_until (n_rows (dialog) == 2);
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  g_signal_emit_by_name (list_view (dialog), "activate", 0);
  app_test_wait_until (app_test_dialog (test) == NULL);
  /* It does not go on adding up where nobody sees it. */
  app_test_wait_until (dialog == NULL);
  app_test_wait_until (says (test, "Channel: /news") && says (test, "Scoreboard") && !says (test, "Kiosk"));
  app_test_snap (test, "clients-channel");
  app_test_click (app_test_get (page (test), SB_TYPE_FILTER_CHIP, NULL), "Show All Again");
  app_test_wait_until (says (test, "Scoreboard") && says (test, "Kiosk"));

  sb_window_show_page (test->window, "clients", "channel:/nobody/here");
  app_test_wait_until (says (test, "Channel: /nobody/here") && says (test, "No Client Found"));
  app_test_click (page (test), "_Show All Clients");
  app_test_wait_until (says (test, "Scoreboard") && says (test, "Kiosk"));
}

static void
test_leads_to_broadcast (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) one = NULL;
  GtkWidget *dialog, *broadcast;

  app_test_start (test);
  one = connect_as (test, "Scoreboard", "/news");
  app_test_wait_until (says (test, "Scoreboard"));
  dialog = open_dialog (test);
  app_test_wait_until (app_test_find (dialog, GTK_TYPE_BUTTON, "Broadcast to /news") != NULL);
  app_test_click (dialog, "Broadcast to /news");
  app_test_wait_until (app_test_dialog (test) == NULL);
  broadcast = GTK_WIDGET (sb_window_get_page (test->window, "broadcast"));
  app_test_wait_until (gtk_widget_get_mapped (broadcast));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (app_test_get (broadcast, GTK_TYPE_ENTRY, "/news, /room/*"))), ==, "/news");
}

/* Many: there is a search, and Enter goes to the first that it finds. */
static void
test_many (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  GtkWidget *dialog, *search;

  app_test_start (test);
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *label = g_strdup_printf ("Device %u", i);
      g_autofree char *channel = g_strdup_printf ("/lab/%s-%u", i % 2 == 0 ? "oven" : "scale", i);

      g_ptr_array_add (connections, connect_as (test, label, channel));
    }
  dialog = open_dialog (test);
  app_test_wait_until (n_rows (dialog) == 12);
  search = app_test_get (dialog, GTK_TYPE_SEARCH_ENTRY, NULL);
  app_test_wait_until (focused (test) != NULL && gtk_widget_is_ancestor (focused (test), search));
  app_test_snap (test, "clients-channels");
  gtk_editable_set_text (GTK_EDITABLE (search), "SCALE");
  app_test_wait_until (n_rows (dialog) == 6);
  gtk_editable_set_text (GTK_EDITABLE (search), "no such");
  app_test_wait_until (app_test_shows (dialog, "Nothing Found"));
  app_test_assert_named (dialog);
  gtk_editable_set_text (GTK_EDITABLE (search), "oven-10");
  g_signal_emit_by_name (search, "activate");
  app_test_wait_until (app_test_dialog (test) == NULL);
  app_test_wait_until (says (test, "Channel: /lab/oven-10") && says (test, "Device 10") && !says (test, "Device 0"));
}

static guint
count_children (GtkWidget *widget)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

/* Ten thousand channels: there are rows for what is to be seen and a few more, and it stays where one has scrolled to. */
static void
test_thousands (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  SbClientList *clients = sb_engine_get_clients (test->engine);
  GtkAdjustment *adjustment;
  GtkWidget *dialog;
  double scrolled;

  sb_client_list_begin (clients);
  for (guint i = 1; i <= 10000; i++)
    {
      g_autoptr (SbPeer) peer = sb_peer_new ();

      peer->id = i;
      peer->address = g_strdup ("192.0.2.1");
      peer->token_label = g_strdup ("Sensor");
      peer->channel = g_strdup_printf ("/sensor/%05u", i);
      sb_client_list_join (clients, peer);
    }
  sb_client_list_end (clients);
  dialog = open_dialog (test);
  app_test_wait_until (n_rows (dialog) == 10000 && app_test_shows (dialog, "/sensor/00001"));
  g_assert_cmpuint (count_children (GTK_WIDGET (list_view (dialog))), <, 300);

  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list_view (dialog)));
  gtk_list_view_scroll_to (list_view (dialog), 5000, GTK_LIST_SCROLL_NONE, NULL);
  app_test_wait_until (gtk_adjustment_get_value (adjustment) > 1000);
  scrolled = gtk_adjustment_get_value (adjustment);
  sb_client_list_leave (clients, 10000, g_get_real_time (), 1000, NULL, SB_CLOSED_BY_CLIENT);
  app_test_wait_until (n_rows (dialog) == 9999);
  for (guint i = 0; i < 10; i++)
    app_test_iterate ();
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (adjustment), scrolled, 1);
  g_assert_cmpuint (count_children (GTK_WIDGET (list_view (dialog))), <, 300);
}

static void
add (void)
{
  g_test_add_func ("/channels-dialog/live", test_live);
  g_test_add_func ("/channels-dialog/leads-to-clients", test_leads_to_clients);
  g_test_add_func ("/channels-dialog/leads-to-broadcast", test_leads_to_broadcast);
  g_test_add_func ("/channels-dialog/many", test_many);
  g_test_add_func ("/channels-dialog/thousands", test_thousands);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
