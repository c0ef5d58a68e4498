/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "clients/sb-client-table.h"
#include "clients/sb-clients-page.h"
#include "rules/sb-rule-editor.h"
#include "rules/sb-rule-suggest.h"
#include "sb-page.h"
#include "traffic/sb-traffic-page.h"
#include "traffic/sb-traffic-table.h"
#include "widgets/sb-filter-bar.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* bench-pages [--clients N] [--messages N] [--rounds N] [--only WORD]: what the tables of clients and traffic cost the window's thread, on a
 * display of its own (with-display). Each line is the median of some rounds:
 *
 *   until shown     from the act to the end of the first frame that shows what came of it, by the clock
 *   computed        what the thread did until then: on a busy machine it is less
 *   longest turn    the longest that the main loop was kept meanwhile, until nothing was left to do: how long a key waits
 *   work            what it did for it in all
 *
 * All but the first are computing time of the thread, so that they are the same on a busy machine.
 *
 * It exits with 1 when a median of these is above what it is wanted to be, so a change that makes a table slow is seen. Where
 * only the clock is above it, that is said: others had the processor, or something was waited for. */

#define WANTED_MS 100

static int n_clients = 10000;
static int n_messages = 100000;
static int n_rounds = 5;
static char *only; /* nullable: what has this in its name */
static gboolean failed;

typedef void (*Act) (AppTest *test, int round);

/* --- what there is to see --- */

static const char *const labels[] = { "Scoreboard", "Kiosk North", "Stage left", "Projektor Süd", "Lab bench", "Door sensor" };
static const char *const channels[] = { "/sensors", "/screens/lobby", "/stage/lights", "/", "/room/a", "/room/b" };

static SbPeer *
make_peer (guint i)
{
  SbPeer *peer = sb_peer_new ();

  peer->id = i + 1;
  peer->address = g_strdup_printf ("10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
  peer->port = (guint16) (1024 + i);
  peer->channel = g_strdup (channels[i * 7 % G_N_ELEMENTS (channels)]);
  peer->name = i % 3 == 0 ? g_strdup_printf ("esp32-%u", i) : NULL;
  peer->token_id = 1 + i % 50;
  peer->token_label = g_strdup_printf ("%s %u", labels[i % G_N_ELEMENTS (labels)], i * 7919 % 1000);
  peer->token_hint = g_strdup_printf ("sbx_%04x…%04x", i, i * 31 & 0xffff);
  peer->joined_at = g_get_real_time () - i * G_TIME_SPAN_SECOND;
  sb_counter_set (peer->counters.messages_in, i * 7919u % 10007);
  sb_counter_set (peer->counters.messages_out, i * 104729u % 99991);
  sb_counter_set (peer->counters.bytes_in, i * 1299709u % 1000003);
  sb_counter_set (peer->counters.bytes_out, i * 15485863u % 10000019);
  sb_counter_set (peer->counters.round_trip, i * 31 % 50000);
  sb_counter_set (peer->counters.backlog, i % 100 == 0 ? 900000 : 0);
  sb_counter_set (peer->counters.rejected, i % 200 == 0 ? i : 0);
  return peer;
}

static GPtrArray *
fill (AppTest *test)
{
  SbClientList *clients = sb_engine_get_clients (test->engine);
  SbTrafficLog *log = sb_engine_get_traffic (test->engine);
  GPtrArray *peers = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_peer_unref);
  SbTrafficRecord *records = g_new0 (SbTrafficRecord, n_messages);

  sb_client_list_begin (clients);
  for (guint i = 0; i < (guint) n_clients; i++)
    {
      g_ptr_array_add (peers, make_peer (i));
      sb_client_list_join (clients, g_ptr_array_index (peers, i));
    }
  sb_client_list_end (clients);
  sb_client_list_refresh (clients, (guint) n_clients, g_get_monotonic_time (), 1 << 20);

  for (guint i = 0; i < (guint) n_messages; i++)
    {
      char *text = g_strdup_printf ("{\"sensor\":%u,\"temperature\":%u.%u,\"humidity\":%u,\"ort\":\"Küche\"}", i, 15 + i % 15,
                                    i % 10, 30 + i % 50);

      records[i].time = g_get_real_time () + i;
      records[i].peer = sb_peer_ref (g_ptr_array_index (peers, i % peers->len));
      records[i].size = strlen (text);
      records[i].payload = g_bytes_new_take (text, records[i].size);
      records[i].reached = i % 40;
      records[i].offset = G_MAXUINT64;
      if (i % 50 == 0)
        {
          records[i].rejection = SB_REJECTED_JSON;
          records[i].reason = g_strdup ("expected a value");
          records[i].offset = 9;
        }
    }
  sb_traffic_log_append (log, records, (gsize) n_messages);
  g_free (records);
  return peers;
}

/* --- measuring --- */

static double
get_resident (void)
{
  g_autofree char *text = NULL;
  long pages = 0;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) || sscanf (text, "%*d %ld", &pages) != 1)
    return 0;
  return (double) pages * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

static double
get_work (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec * 1e3 + (double) time.tv_nsec / 1e6;
}

static void
painted_cb (GdkFrameClock *clock,
            guint         *n_frames)
{
  (*n_frames)++;
}

/* Turns the main loop until nothing happens for 60 ms: filters and sorters that work in slices are done then. */
static double
settle (guint *n_frames /* nullable */,
        double *shown /* out, nullable: ms */,
        gint64  began,
        double *computed /* inout, nullable: from what the thread had done at @began to what it did until then */)
{
  gint64 quiet_since = g_get_monotonic_time ();
  double longest = 0;
  guint seen = n_frames != NULL ? *n_frames : 0;

  while (g_get_monotonic_time () - quiet_since < 60 * G_TIME_SPAN_MILLISECOND)
    {
      double before = get_work ();
      gboolean busy = g_main_context_iteration (NULL, FALSE);
      double turn = get_work () - before;
      gint64 now = g_get_monotonic_time ();

      longest = MAX (longest, turn);
      if (turn > 1)
        quiet_since = now;
      if (shown != NULL && *shown == 0 && n_frames != NULL && *n_frames > seen)
        {
          *shown = (double) (now - began) / 1000;
          *computed = get_work () - *computed;
        }
      if (!busy)
        g_usleep (200);
    }
  return longest;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static double
median (GArray *values)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, values->len / 2);
}

static void
measure (AppTest    *test,
         const char *what,
         Act         prepare,
         Act         act)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (test->window));
  g_autoptr (GArray) shown_times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) computed_times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) turns = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) works = g_array_new (FALSE, FALSE, sizeof (double));
  guint n_frames = 0;
  gulong id;
  double shown_median, computed_median, turn_median;

  if (only != NULL && strstr (what, only) == NULL)
    {
      act (test, 0); /* for those after it */
      settle (NULL, NULL, 0, NULL);
      return;
    }
  id = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &n_frames);
  for (int round = 0; round < n_rounds; round++)
    {
      gint64 began;
      double shown = 0, computed, turn, first, work;

      if (prepare != NULL)
        prepare (test, round);
      settle (NULL, NULL, 0, NULL);
      work = computed = get_work ();
      began = g_get_monotonic_time ();
      act (test, round);
      first = get_work () - work;
      gtk_widget_queue_draw (GTK_WIDGET (test->window));
      turn = settle (&n_frames, &shown, began, &computed);
      turn = MAX (turn, first);
      g_array_append_val (shown_times, shown);
      g_array_append_val (computed_times, computed);
      g_array_append_val (turns, turn);
      work = get_work () - work;
      g_array_append_val (works, work);
    }
  g_signal_handler_disconnect (clock, id);
  shown_median = median (shown_times);
  turn_median = median (turns);
  computed_median = median (computed_times);
  if (computed_median > WANTED_MS || turn_median > WANTED_MS)
    failed = TRUE;
  g_print ("%-44s %9.1f %9.1f %9.1f %9.1f%s\n", what, shown_median, computed_median, turn_median, median (works),
           computed_median > WANTED_MS || turn_median > WANTED_MS ? "   above what is wanted"
           : shown_median > WANTED_MS                             ? "   unclear: by the clock alone"
                                                                  : "");
}

/* --- the acts --- */

static GtkWidget *
get_page (AppTest *test,
          GType    type)
{
  return app_test_get (GTK_WIDGET (test->window), type, NULL);
}

static SbFilterBar *
get_filter_bar (AppTest *test,
                GType    type)
{
  return SB_FILTER_BAR (app_test_get (get_page (test, type), SB_TYPE_FILTER_BAR, NULL));
}

static GtkColumnView *
get_view (AppTest *test,
          GType    type)
{
  return GTK_COLUMN_VIEW (app_test_get (get_page (test, type), GTK_TYPE_COLUMN_VIEW, NULL));
}

static void
show_overview (AppTest *test,
               int      round)
{
  sb_window_show_page (test->window, "overview", NULL);
}

static void
show_clients (AppTest *test,
              int      round)
{
  sb_window_show_page (test->window, "clients", NULL);
}

static void
show_traffic (AppTest *test,
              int      round)
{
  sb_window_show_page (test->window, "traffic", NULL);
}

static guint sort_column;

static void
unsort_clients (AppTest *test,
                int      round)
{
  gtk_column_view_sort_by_column (get_view (test, SB_TYPE_CLIENTS_PAGE), NULL, GTK_SORT_ASCENDING);
}

static void
sort_clients (AppTest *test,
              int      round)
{
  GtkColumnView *view = get_view (test, SB_TYPE_CLIENTS_PAGE);
  g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (gtk_column_view_get_columns (view), sort_column);

  gtk_column_view_sort_by_column (view, column, round % 2 == 0 ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
}

static void
search_clients (AppTest *test,
                int      round)
{
  sb_filter_bar_set_text (get_filter_bar (test, SB_TYPE_CLIENTS_PAGE), "esp32-77");
}

static void
search_clients_one_letter (AppTest *test,
                           int      round)
{
  sb_filter_bar_set_text (get_filter_bar (test, SB_TYPE_CLIENTS_PAGE), "e");
}

static void
reset_clients (AppTest *test,
               int      round)
{
  sb_filter_bar_reset (get_filter_bar (test, SB_TYPE_CLIENTS_PAGE));
}

static void
only_slow (AppTest *test,
           int      round)
{
  sb_filter_bar_set_choice (get_filter_bar (test, SB_TYPE_CLIENTS_PAGE), "slow");
}

static void
scroll_clients (AppTest *test,
                int      round)
{
  gtk_column_view_scroll_to (get_view (test, SB_TYPE_CLIENTS_PAGE), (guint) (n_clients / (round + 2)), NULL,
                             GTK_LIST_SCROLL_NONE, NULL);
}

static void
select_all_clients (AppTest *test,
                    int      round)
{
  gtk_selection_model_select_all (gtk_column_view_get_model (get_view (test, SB_TYPE_CLIENTS_PAGE)));
}

static void
unselect_clients (AppTest *test,
                  int      round)
{
  gtk_selection_model_unselect_all (gtk_column_view_get_model (get_view (test, SB_TYPE_CLIENTS_PAGE)));
}

static void
select_client (AppTest *test,
               int      round)
{
  gtk_selection_model_select_item (gtk_column_view_get_model (get_view (test, SB_TYPE_CLIENTS_PAGE)), (guint) round, TRUE);
}

static void
search_traffic (AppTest *test,
                int      round)
{
  sb_filter_bar_set_text (get_filter_bar (test, SB_TYPE_TRAFFIC_PAGE), "sensor\":4711");
}

static void
search_traffic_folded (AppTest *test,
                       int      round)
{
  sb_filter_bar_set_text (get_filter_bar (test, SB_TYPE_TRAFFIC_PAGE), "küche\"x");
}

static void
reset_traffic (AppTest *test,
               int      round)
{
  sb_filter_bar_reset (get_filter_bar (test, SB_TYPE_TRAFFIC_PAGE));
}

static void
only_rejected (AppTest *test,
               int      round)
{
  sb_filter_bar_set_choice (get_filter_bar (test, SB_TYPE_TRAFFIC_PAGE), "rejected");
}

static void
scroll_traffic (AppTest *test,
                int      round)
{
  sb_traffic_table_set_following (SB_TRAFFIC_TABLE (app_test_get (get_page (test, SB_TYPE_TRAFFIC_PAGE), SB_TYPE_TRAFFIC_TABLE, NULL)), FALSE);
  gtk_column_view_scroll_to (get_view (test, SB_TYPE_TRAFFIC_PAGE), (guint) (n_messages / (round + 2)), NULL,
                             GTK_LIST_SCROLL_NONE, NULL);
}

static void
select_message (AppTest *test,
                int      round)
{
  sb_traffic_table_select (SB_TRAFFIC_TABLE (app_test_get (get_page (test, SB_TYPE_TRAFFIC_PAGE), SB_TYPE_TRAFFIC_TABLE, NULL)),
                           (guint) (n_messages / (round + 2)));
}

static void
close_editor (AppTest *test,
              int      round)
{
  GtkWidget *editor = app_test_find (GTK_WIDGET (test->window), SB_TYPE_RULE_EDITOR, NULL);

  if (editor != NULL)
    g_signal_emit_by_name (editor, "done");
}

/* It counts the clients, and tries recent messages. */
static void
open_editor (AppTest *test,
             int      round)
{
  sb_window_show_page (test->window, "rules", "add:/room/*");
}

static void
close_suggestion (AppTest *test,
                  int      round)
{
  if (app_test_dialog (test) != NULL)
    adw_dialog_force_close (app_test_dialog (test));
}

/* Of a channel on which nothing was said: all messages are looked at. */
static void
open_suggestion (AppTest *test,
                 int      round)
{
  adw_dialog_present (sb_rule_suggest_new (test->engine, "/nobody/was/*/here"), GTK_WIDGET (test->window));
}

static void
measure_sorting (AppTest *test)
{
  GListModel *columns = gtk_column_view_get_columns (get_view (test, SB_TYPE_CLIENTS_PAGE));

  for (sort_column = 0; sort_column < g_list_model_get_n_items (columns); sort_column++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, sort_column);
      g_autofree char *what =
          g_strdup_printf ("Clients: sort by %s", gtk_column_view_column_get_title (column));

      if (gtk_column_view_column_get_sorter (column) != NULL)
        measure (test, what, unsort_clients, sort_clients);
    }
  unsort_clients (test, 0);
}

int
main (int   argc,
      char *argv[])
{
  const GOptionEntry entries[] = {
    { "clients", 0, 0, G_OPTION_ARG_INT, &n_clients, "How many clients are connected", "N" },
    { "messages", 0, 0, G_OPTION_ARG_INT, &n_messages, "How many messages are in the log", "N" },
    { "rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "How often each act is done", "N" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Measure only the acts with this in their name", "WORD" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) peers = NULL;
  AppTest *test;
  double before, filled;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || n_clients < 1 || n_messages < 1 || n_rounds < 1)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Numbers must be above 0");
      return 2;
    }
  adw_init ();
  test = app_test_new (NULL);
  before = get_resident ();
  peers = fill (test);
  filled = get_resident ();
  g_print ("%d clients, %d messages, median of %d rounds\n\n", n_clients, n_messages, n_rounds);
  g_print ("%-44s %9s %9s %9s %9s\n", "", "until", "computed", "longest", "");
  g_print ("%-44s %9s %9s %9s %9s\n", "milliseconds", "shown", "till then", "turn", "work");

  measure (test, "Clients: open the page", show_overview, show_clients);
  measure_sorting (test);
  measure (test, "Clients: search (few found)", reset_clients, search_clients);
  measure (test, "Clients: search (many found)", reset_clients, search_clients_one_letter);
  measure (test, "Clients: back to all", search_clients, reset_clients);
  measure (test, "Clients: only slow ones", reset_clients, only_slow);
  measure (test, "Clients: scroll far", reset_clients, scroll_clients);
  measure (test, "Clients: select one", unselect_clients, select_client);
  measure (test, "Clients: select all", unselect_clients, select_all_clients);
  measure (test, "Clients: unselect all", select_all_clients, unselect_clients);
  measure (test, "Traffic: open the page", show_overview, show_traffic);
  measure (test, "Traffic: search (few found)", reset_traffic, search_traffic);
  measure (test, "Traffic: search (letters beyond ASCII)", reset_traffic, search_traffic_folded);
  measure (test, "Traffic: back to all", search_traffic, reset_traffic);
  measure (test, "Traffic: only rejected", reset_traffic, only_rejected);
  measure (test, "Traffic: scroll far", reset_traffic, scroll_traffic);
  measure (test, "Traffic: open the details of one", reset_traffic, select_message);
  measure (test, "Rules: open the editor", close_editor, open_editor);
  measure (test, "Rules: look for messages to suggest from", close_suggestion, open_suggestion);
  close_suggestion (test, 0);

  g_print ("\n%-44s %9.1f\n", "MB: the window, nothing in it", before);
  g_print ("%-44s %9.1f\n", "MB: clients and messages", filled - before);
  g_print ("%-44s %9.1f\n", "MB: what the pages took to show them", get_resident () - filled);
  return failed;
}
