/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "audit/sb-audit-export.h"
#include "audit/sb-audit-row.h"
#include "audit/sb-audit-words.h"
#include "widgets/sb-filter-bar.h"
#include <sqlite3.h>
#include <string.h>

static GtkWidget *
show_page (AppTest    *test,
           const char *filter)
{
  sb_window_show_page (test->window, "audit", filter);
  return GTK_WIDGET (sb_window_get_page (test->window, "audit"));
}

static GListModel *
get_shown (GtkWidget *page)
{
  return G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (app_test_get (page, GTK_TYPE_LIST_VIEW, NULL))));
}

static guint
count_shown (GtkWidget *page)
{
  return app_test_find (page, GTK_TYPE_LIST_VIEW, NULL) != NULL ? g_list_model_get_n_items (get_shown (page)) : 0;
}

static char *
sentence_at (GtkWidget *page,
             guint      position)
{
  g_autoptr (SbJournalEntry) entry = g_list_model_get_item (get_shown (page), position);

  return sb_audit_words_sentence (entry);
}

static void
add_entry (GPtrArray  *entries,
           gint64      time,
           SbAct       act,
           const char *actor,
           const char *subject,
           const char *detail,
           guint       count)
{
  g_ptr_array_add (entries, sb_journal_entry_new (entries->len + 1, time, act, actor, subject, detail, count));
}

/* Of two days, oldest first. */
static void
add_entries (AppTest *test)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 now = g_get_real_time ();
  gint64 before = now - 24 * G_TIME_SPAN_HOUR;

  add_entry (entries, before, SB_ACT_SERVER_STARTED, "server", "ws://127.0.0.1:8080", "", 1);
  add_entry (entries, before, SB_ACT_TOKEN_ISSUED, "window", "Sensors (sbx_7Kq2…f3Zd)", "/sensors", 1);
  add_entry (entries, now, SB_ACT_TOKEN_REVOKED, "command line", "Old kiosk (sbx_1nVs…e4Jx)", "4 connections closed", 1);
  add_entry (entries, now, SB_ACT_CLIENT_REFUSED, "192.168.1.9", "/room/a", "invalid_token: expired", 12);
  add_entry (entries, now, SB_ACT_CLIENT_DISCONNECTED, "window", "Sensors (sbx_7Kq2…f3Zd) from 192.168.1.30 on /sensors",
             "1 connections closed: too chatty; or so", 1);
  add_entry (entries, now, SB_ACT_BROADCAST_SENT, "window", "everyone", "42 targeted, 41 sent, 1 dropped", 1);
  sb_journal_prepend (sb_engine_get_journal (test->engine), entries);
}

/* --- the page --- */

static void
test_empty_page_teaches (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);

  g_assert_nonnull (app_test_find (page, ADW_TYPE_STATUS_PAGE, "No Events Yet"));
  g_assert_null (app_test_find (page, SB_TYPE_FILTER_BAR, NULL));
  app_test_start (test);
  app_test_wait_until (count_shown (page) == 1);
}

static void
test_newest_first_by_day (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  guint start, end;

  add_entries (test);
  app_test_wait_until (app_test_find (page, SB_TYPE_AUDIT_ROW, NULL) != NULL);
  g_assert_cmpuint (count_shown (page), ==, 6);
  first = sentence_at (page, 0);
  last = sentence_at (page, 5);
  g_assert_cmpstr (first, ==, "Broadcast to everyone");
  g_assert_cmpstr (last, ==, "Server started on ws://127.0.0.1:8080");
  gtk_section_model_get_section (GTK_SECTION_MODEL (get_shown (page)), 0, &start, &end);
  g_assert_cmpuint (end - start, ==, 4);
  app_test_wait_until (app_test_find (page, GTK_TYPE_LABEL, "Today") != NULL);
  g_assert_nonnull (app_test_find (page, GTK_TYPE_LABEL, "Yesterday"));
  app_test_snap (test, "audit");
  app_test_resize (test, 360, 640);
  app_test_snap (test, "audit-narrow");
}

static void
test_filter_and_search (void)
{
  static const struct
  {
    const char *choice;
    const char *text;
    guint n;
  } cases[] = {
    { "all", "", 6 },
    { "tokens", "", 2 },
    { "clients", "", 2 },
    { "refused", "", 1 },
    { "broadcasts", "", 1 },
    { "server", "", 1 },
    { "all", "sensors", 2 },
    { "tokens", "sensors", 1 },
    { "all", "sbx_7Kq2", 2 },
    { "all", "192.168.1.9", 1 },
    { "all", "EXPIRED TOKEN", 1 },
    { "all", "nothing like this", 0 },
  };
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);
  SbFilterBar *bar;

  add_entries (test);
  bar = SB_FILTER_BAR (app_test_get (page, SB_TYPE_FILTER_BAR, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s, “%s”", cases[i].choice, cases[i].text);
      sb_filter_bar_set_choice (bar, cases[i].choice);
      sb_filter_bar_set_text (bar, cases[i].text);
      g_assert_cmpuint (count_shown (page), ==, cases[i].n);
    }
  g_assert_nonnull (app_test_find (page, ADW_TYPE_STATUS_PAGE, "Nothing Found"));
  app_test_click (page, "_Show Everything");
  g_assert_cmpuint (count_shown (page), ==, 6);
}

/* As if that many had come before this program: on disk from 1, and the newest of them here. */
static void
fill_disk (AppTest *test,
           guint    n)
{
  g_autofree char *path = g_build_filename (test->dir, "signalbox.db", NULL);
  g_autofree char *sql = g_strdup_printf ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
                                          " INSERT INTO journal SELECT i, %" G_GINT64_FORMAT " + i, 'token_issued', 'window',"
                                          "  'Sensors ' || i || ' (sbx_7Kq2…f3Zd)', '/sensors', 1 FROM n",
                                          n, g_get_real_time () - G_TIME_SPAN_HOUR);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  for (guint i = 0; i <= SB_JOURNAL_SHOWN; i++)
    {
      g_autofree char *subject = g_strdup_printf ("Sensors %u (sbx_7Kq2…f3Zd)", n - i);

      g_ptr_array_add (entries, sb_journal_entry_new (n - i, g_get_real_time (), SB_ACT_TOKEN_ISSUED, "window", subject, "/sensors", 1));
    }
  sb_journal_load (sb_engine_get_journal (test->engine), entries);
}

/* What is on disk only comes in pages, is searched and filtered like the rest, and is exported with it. */
static void
test_older (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);
  SbFilterBar *bar;
  g_autofree char *exported = NULL;

  add_entries (test);
  g_assert_null (app_test_find (page, GTK_TYPE_BUTTON, "_Load Older"));
  fill_disk (test, 11500);
  bar = SB_FILTER_BAR (app_test_get (page, SB_TYPE_FILTER_BAR, NULL));
  app_test_wait_until (count_shown (page) == 10000);
  app_test_assert_named (page);
  app_test_snap (test, "audit-older");
  sb_filter_bar_set_text (bar, "sensors 1499");
  g_assert_cmpuint (count_shown (page), ==, 0);
  g_assert_nonnull (app_test_find (page, ADW_TYPE_STATUS_PAGE, "Nothing Found"));
  app_test_click (page, "_Load Older");
  app_test_wait_until (count_shown (page) == 1);
  sb_filter_bar_set_text (bar, "");
  app_test_wait_until (count_shown (page) == 11000);
  app_test_click (page, "_Load Older");
  app_test_wait_until (count_shown (page) == 11500);
  app_test_wait_until (app_test_find (page, GTK_TYPE_BUTTON, "_Load Older") == NULL);
  exported = sb_audit_export (get_shown (page), FALSE);
  g_assert_nonnull (strstr (exported, "\"Sensors 1 (sbx_"));
}

static void
test_other_pages_lead_here (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Sensors");
  g_autoptr (SbToken) token = NULL;
  g_autofree char *filter = NULL;
  SbFilterBar *bar;

  add_entries (test);
  bar = SB_FILTER_BAR (app_test_get (page, SB_TYPE_FILTER_BAR, NULL));
  show_page (test, "refused");
  g_assert_cmpuint (count_shown (page), ==, 1);
  show_page (test, "address:192.168.1.30");
  g_assert_cmpuint (count_shown (page), ==, 1);
  g_assert_cmpstr (sb_filter_bar_get_choice (bar), ==, "all");
  g_assert_cmpstr (sb_filter_bar_get_text (bar), ==, "192.168.1.30");

  sb_token_secret_free (app_test_issue (test, spec, &token));
  filter = g_strdup_printf ("token:%" G_GINT64_FORMAT, token->id);
  show_page (test, filter);
  app_test_wait_until (count_shown (page) == 1);
  g_assert_cmpstr (sb_filter_bar_get_text (bar), ==, token->hint);
}

/* What the engine writes into the trail is what the page has words for. */
static void
test_words_fit_the_engine (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Sensors");
  g_autoptr (SbToken) token = NULL;
  g_autoptr (SbJournalEntry) issued = NULL;
  g_autoptr (SbJournalEntry) revoked = NULL;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  g_autofree char *sentence = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *expected = NULL;
  char *secret;

  app_test_start (test);
  secret = app_test_issue (test, spec, &token);
  connection = app_test_connect (test, "/a", secret);
  sb_token_secret_free (secret);
  sb_engine_revoke_token_async (test->engine, "window", token->id, NULL, NULL);
  app_test_wait_until (count_shown (page) == 3);
  sentence = sentence_at (page, 0);
  g_assert_cmpstr (sentence, ==, "Token “Sensors” revoked");
  revoked = g_list_model_get_item (get_shown (page), 0);
  detail = sb_audit_words_detail (revoked);
  expected = g_strdup_printf ("%s · 1 client disconnected · in the window", token->hint);
  g_assert_cmpstr (detail, ==, expected);
}

static void
test_can_be_named (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);

  add_entries (test);
  app_test_wait_until (app_test_find (page, SB_TYPE_AUDIT_ROW, NULL) != NULL);
  app_test_assert_named (page);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (app_test_get (page, GTK_TYPE_LIST_VIEW, NULL)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Audit Trail");
}

/* --- words and export: without a window --- */

static void
assert_words (SbAct       act,
              const char *actor,
              const char *subject,
              const char *detail,
              guint       count,
              const char *sentence,
              const char *rest)
{
  g_autoptr (SbJournalEntry) entry = sb_journal_entry_new (1, 1, act, actor, subject, detail, count);
  g_autofree char *actual_sentence = sb_audit_words_sentence (entry);
  g_autofree char *actual_rest = sb_audit_words_detail (entry);

  g_assert_cmpstr (actual_sentence, ==, sentence);
  g_assert_cmpstr (actual_rest, ==, rest);
}

static void
test_words (void)
{
  assert_words (SB_ACT_TOKEN_ISSUED, "window", "A (b) (sbx_7Kq2…f3Zd)", "/a, /b", 1,
                "Token “A (b)” issued", "sbx_7Kq2…f3Zd · /a, /b · in the window");
  assert_words (SB_ACT_TOKEN_EXPIRED, "server", "A (sbx_7Kq2…f3Zd)", "0 connections closed", 1,
                "Token “A” expired", "sbx_7Kq2…f3Zd · no client was connected");
  assert_words (SB_ACT_TOKEN_EDITED, "command line", "A (sbx_7Kq2…f3Zd)", "channels: /a → /b; 1042 connections closed", 1,
                "Token “A” changed", "sbx_7Kq2…f3Zd · channels: /a → /b · 1,042 clients disconnected · on the command line");
  assert_words (SB_ACT_CLIENT_REFUSED, "192.168.1.9", "/a", "missing_token", 1, "192.168.1.9 was refused", "without a token · /a");
  assert_words (SB_ACT_CLIENT_REFUSED, "192.168.1.9", "/a", "invalid_token: unknown", 3,
                "192.168.1.9 was refused", "with a token that does not exist · /a · 3 times");
  assert_words (SB_ACT_CLIENT_REFUSED, "::1", "/a", "origin_not_allowed: https://example.org", 1,
                "::1 was refused", "its web page is not on the list of allowed origins · https://example.org · /a");
  assert_words (SB_ACT_CLIENT_REFUSED, "::1", "", "something_new", 1, "::1 was refused", "something_new");
  assert_words (SB_ACT_CLIENT_DISCONNECTED, "window", "A (sbx_7Kq2…f3Zd) from ::1 on /a", "1 connections closed: too; chatty", 1,
                "A from ::1 on /a disconnected", "sbx_7Kq2…f3Zd · too; chatty · 1 client disconnected · in the window");
  assert_words (SB_ACT_BROADCAST_SENT, "window", "everyone", "42 targeted, 41 sent, 1 dropped", 1,
                "Broadcast to everyone", "41 of 42 clients · in the window");
  assert_words (SB_ACT_SERVER_STOPPED, "server", "", "2 clients were connected", 1, "Server stopped", "2 clients disconnected");
  assert_words (SB_ACT_SERVER_FAILED, "server", "", "Port 80 is taken", 1, "Server could not start", "Port 80 is taken");
  assert_words (SB_ACT_NOTICE, "server", "out_of_descriptors", "Too many open files", 1, "Too many open files", "");
  assert_words (SB_ACT_NOTICE, "server", "out_of_descriptors", "New connections have to wait: Zu viele offene Dateien.", 1,
                "New connections had to wait: too many files and connections were open", "");
  assert_words (SB_ACT_NOTICE, "server", "accepting_again", "New connections are accepted again.", 1,
                "New connections are accepted again", "");
  assert_words (SB_ACT_NOTICE, "server", "clock_set", "The clock was set forward by 7260 seconds.", 1,
                "The clock was set forward by 2 h 01", "");
  assert_words (SB_ACT_NOTICE, "server", "clock_set", "The clock was set back by 5 seconds.", 1,
                "The clock was set back by 5 s", "");
  assert_words (SB_ACT_NOTICE, "server", "clock_set", "The clock was lost.", 1, "The clock was lost.", "");
  assert_words (SB_ACT_NOTICE, "server", "out_of_queue_memory",
                "Messages that wait for slow clients filled the memory they may have together: 1 clients with the largest backlog were "
                "disconnected.", 1, "Too much waited for slow clients: 1 client disconnected", "");
  assert_words (SB_ACT_SETTINGS_CHANGED, "window", "max-clients", "100 → 500", 1, "Setting changed: max-clients", "100 → 500 · in the window");
  assert_words (SB_ACT_ADDRESS_UNBLOCKED, "server", "::1", "its time is over", 1, "Address ::1 no longer blocked", "its time is over");
  /* A per cent sign in what somebody typed is a per cent sign. */
  assert_words (SB_ACT_TOKEN_ISSUED, "", "100 %s (sbx_7Kq2…f3Zd)", "", 1, "Token “100 %s” issued", "sbx_7Kq2…f3Zd");
}

static void
test_every_act_has_words (void)
{
  for (SbAct act = 0; act < SB_N_ACTS; act++)
    {
      g_autoptr (SbJournalEntry) with = sb_journal_entry_new (1, 1, act, "window", "subject", "", 1);
      g_autoptr (SbJournalEntry) without = sb_journal_entry_new (1, 1, act, "", "", "", 1);
      g_autofree char *long_sentence = sb_audit_words_sentence (with);
      g_autofree char *short_sentence = sb_audit_words_sentence (without);

      g_assert_true (strlen (long_sentence) > 0 && strlen (short_sentence) > 0);
      g_assert_nonnull (sb_audit_words_icon (act));
      g_assert_nonnull (sb_audit_words_style (act));
      g_assert_true (g_strv_contains ((const char *const[]) { "tokens", "clients", "broadcasts", "rules", "server", NULL }, sb_audit_words_kind (act)));
    }
}

static void
test_days (void)
{
  gint64 noon = 1813060800 * G_TIME_SPAN_SECOND; /* 15 June 2027, 12:00 UTC */
  g_autofree char *today = sb_audit_words_day (noon - 11 * G_TIME_SPAN_HOUR, noon);
  g_autofree char *yesterday = sb_audit_words_day (noon - 13 * G_TIME_SPAN_HOUR, noon);
  g_autofree char *before = sb_audit_words_day (noon - 37 * G_TIME_SPAN_HOUR, noon);
  g_autofree char *last_year = sb_audit_words_day (noon - 365 * G_TIME_SPAN_DAY, noon);

  g_assert_cmpstr (today, ==, "Today");
  g_assert_cmpstr (yesterday, ==, "Yesterday");
  g_assert_cmpstr (before, ==, "Sunday, 13 June");
  g_assert_cmpstr (last_year, ==, "15 June 2026");
}

/* Kind, search, time and actor narrow together, and "show everything" takes them all back. */
static void
test_filters_combine (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL);
  guint all;

  add_entries (test);
  app_test_wait_until (count_shown (page) > 3);
  all = count_shown (page);
  g_assert_true (gtk_widget_activate_action (page, "audit.period", "s", "hour"));
  app_test_wait_until (count_shown (page) < all && count_shown (page) > 0);
  g_assert_true (gtk_widget_activate_action (page, "audit.actor", "s", "command line"));
  g_assert_true (gtk_widget_activate_action (page, "audit.period", "s", "any"));
  for (guint i = 0; i < count_shown (page); i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (get_shown (page), i);

      g_assert_cmpstr (sb_journal_entry_get_actor (entry), ==, "command line");
    }
  g_assert_true (gtk_widget_activate_action (page, "audit.actor", "s", "address"));
  for (guint i = 0; i < count_shown (page); i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (get_shown (page), i);

      g_assert_true (g_ascii_isdigit (sb_journal_entry_get_actor (entry)[0]));
    }
  sb_page_show (SB_PAGE (page), "all");
  app_test_wait_until (count_shown (page) == all);
}

/* Who stands at the top sees the newest, also when entries came while another page was shown. */
static void
test_stays_at_top (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test, NULL), *list;
  GtkAdjustment *adjustment;

  for (guint i = 0; i < 5; i++)
    add_entries (test);
  app_test_wait_until (count_shown (page) > 20);
  list = app_test_get (page, GTK_TYPE_LIST_VIEW, NULL);
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
  app_test_wait_until (gtk_adjustment_get_upper (adjustment) > gtk_adjustment_get_page_size (adjustment));
  app_test_wait_until (gtk_adjustment_get_value (adjustment) == 0);
  add_entries (test);
  for (guint i = 0; i < 10; i++)
    app_test_iterate ();
  app_test_wait_until (gtk_adjustment_get_value (adjustment) == 0);

  sb_window_show_page (test->window, "tokens", NULL);
  app_test_iterate ();
  add_entries (test);
  show_page (test, NULL);
  for (guint i = 0; i < 10; i++)
    app_test_iterate ();
  app_test_wait_until (gtk_adjustment_get_value (adjustment) == 0);
  app_test_snap (test, "audit-top");

  /* Rows of a narrow window are higher, those of a wide one lower again. */
  for (guint i = 0; i < 2; i++)
    {
      app_test_resize (test, i == 0 ? 360 : 1200, 700);
      app_test_wait_until ((gtk_widget_get_width (list) < 400) == (i == 0));
      for (guint j = 0; j < 10; j++)
        app_test_iterate ();
      app_test_wait_until (gtk_adjustment_get_value (adjustment) == 0);
    }
}

static void
test_export (void)
{
  g_autoptr (GListStore) entries = g_list_store_new (SB_TYPE_JOURNAL_ENTRY);
  g_autoptr (SbJournalEntry) entry = sb_journal_entry_new (1, 1900000000 * G_TIME_SPAN_SECOND, SB_ACT_CLIENT_REFUSED, "192.168.1.9", "+cmd",
                                                           "invalid_token: expired", 12);
  g_autofree char *csv = NULL;
  g_autofree char *json = NULL;

  g_list_store_append (entries, entry);
  csv = sb_audit_export (entries, TRUE);
  json = sb_audit_export (entries, FALSE);
  g_assert_cmpstr (csv, ==,
                   "time,act,actor,subject,detail,count\r\n"
                   "2030-03-17T17:46:40Z,client_refused,192.168.1.9,\"'+cmd\",invalid_token: expired,12\r\n");
  g_assert_nonnull (strstr (json, "\"act\":\"client_refused\""));
  g_assert_nonnull (strstr (json, "\"count\":12}\n"));
}

static void
add_tests (void)
{
  g_test_add_func ("/audit/empty-page-teaches", test_empty_page_teaches);
  g_test_add_func ("/audit/older-from-disk", test_older);
  g_test_add_func ("/audit/newest-first-by-day", test_newest_first_by_day);
  g_test_add_func ("/audit/filter-and-search", test_filter_and_search);
  g_test_add_func ("/audit/other-pages-lead-here", test_other_pages_lead_here);
  g_test_add_func ("/audit/words-fit-the-engine", test_words_fit_the_engine);
  g_test_add_func ("/audit/can-be-named", test_can_be_named);
  g_test_add_func ("/audit/words", test_words);
  g_test_add_func ("/audit/every-act-has-words", test_every_act_has_words);
  g_test_add_func ("/audit/days", test_days);
  g_test_add_func ("/audit/filters-combine", test_filters_combine);
  g_test_add_func ("/audit/stays-at-top", test_stays_at_top);
  g_test_add_func ("/audit/export", test_export);
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  return app_test_run (argc, argv, add_tests);
}
