/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules-fixture.h"
#include "traffic/sb-traffic-detail.h"
#include "traffic/sb-traffic-table.h"
#include "widgets/sb-filter-bar.h"

/* The list of rules, and what other pages show of them. */

static void
test_empty_page_teaches (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);

  g_assert_nonnull (app_test_find (page, ADW_TYPE_STATUS_PAGE, "Say What May Be Said on a Channel"));
  g_assert_null (app_test_find (page, SB_TYPE_FILTER_BAR, NULL));
  g_assert_null (sb_page_get_count (SB_PAGE (page)));
  app_test_snap (test, "rules-empty");
  app_test_click (page, "_Add Rule…");
  app_test_wait_until (editor_is_open (page));
  app_test_assert_named (page);
  g_assert_false (can_save (find_editor (page)));
  app_test_snap (test, "rules-new");
}

static void
test_list (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  gint64 id = add_rule (test, "/news", "{\"type\":\"object\"}");
  SbRuleView *view;

  add_rule (test, "/room/*", NULL);
  app_test_wait_until (g_strcmp0 (sb_page_get_count (SB_PAGE (page)), "2") == 0);
  view = SB_RULE_VIEW (app_test_get (page, SB_TYPE_RULE_VIEW, NULL));
  app_test_wait_until (app_test_shows (page, "0 messages failed"));
  /* Only what is unusual has a pill. */
  g_assert_null (app_test_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "In Force"));
  app_test_assert_named (page);
  app_test_snap (test, "rules-list");

  sb_filter_bar_set_text (SB_FILTER_BAR (app_test_get (page, SB_TYPE_FILTER_BAR, NULL)), "object");
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_table_get_model (SB_TABLE (view)))) == 1);
  sb_filter_bar_set_text (SB_FILTER_BAR (app_test_get (page, SB_TYPE_FILTER_BAR, NULL)), "nothing like it");
  app_test_wait_until (app_test_shows (page, "No Rule Found"));
  app_test_click (page, "_Show All Rules");
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_table_get_model (SB_TABLE (view)))) == 2);

  app_test_resize (test, 360, 640);
  app_test_wait_until (sb_table_is_narrow (SB_TABLE (view)));
  app_test_snap (test, "rules-list-narrow");
  app_test_resize (test, 1200, 760);

  sb_rule_view_select (view, sb_rule_list_find (get_rules (test), id));
  g_assert_true (gtk_widget_activate_action (page, "rule.disable", NULL));
  app_test_wait_until (!find_rule (test, "/news")->spec.enabled);
  app_test_wait_until (app_test_shows (GTK_WIDGET (test->window), "The rule for /news is off"));
  app_test_wait_until (app_test_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "Off") != NULL);
  app_test_snap (test, "rules-list-off");
  g_assert_true (gtk_widget_activate_action (page, "rule.enable", NULL));
  app_test_wait_until (find_rule (test, "/news")->spec.enabled);
}

static gboolean
is_described (GtkWidget  *page,
              const char *description)
{
  GtkWidget *list = app_test_get (page, g_type_from_name ("GtkColumnListView"), NULL);
  GtkWidget *row = app_test_find (list, g_type_from_name ("GtkColumnViewRowWidget"), NULL);
  g_autofree char *other = NULL;

  if (row == NULL)
    return FALSE;
  other = gtk_test_accessible_check_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description);
  return other == NULL;
}

/* What a screen reader says of a row follows the counts, those, too, that changed while another page was shown. */
static void
test_description_follows (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);

  add_rule (test, "/news", "{\"type\":\"object\"}");
  app_test_start (test);
  app_test_wait_until (is_described (page, "In Force · schema · 0 passed · 0 failed"));
  say (test, (const char *const[]) { "{}", "7", NULL });
  app_test_wait_until (is_described (page, "In Force · schema · 1 passed · 1 failed"));

  sb_window_show_page (test->window, "traffic", NULL);
  app_test_wait_until (!sb_page_is_awake (SB_PAGE (page)));
  say (test, (const char *const[]) { "8", NULL });
  app_test_wait_until (sb_rule_list_get_failed (get_rules (test)) == 2);
  show_page (test);
  app_test_wait_until (is_described (page, "In Force · schema · 1 passed · 2 failed"));
  app_test_wait_until (app_test_shows (page, "2 messages failed"));
}

static void
test_remove_and_undo (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  gint64 id = add_rule (test, "/news", "{\"type\":\"object\"}");
  SbRuleView *view = SB_RULE_VIEW (app_test_get (page, SB_TYPE_RULE_VIEW, NULL));

  sb_rule_view_select (view, sb_rule_list_find (get_rules (test), id));
  g_assert_true (gtk_widget_activate_action (page, "rule.remove", NULL));
  app_test_wait_until (count_rules (test) == 0);
  app_test_wait_until (app_test_shows (GTK_WIDGET (test->window), "Rule for /news removed"));
  app_test_click (GTK_WIDGET (test->window), "_Undo");
  app_test_wait_until (find_rule (test, "/news") != NULL);
  g_assert_cmpstr (find_rule (test, "/news")->spec.schema, ==, "{\"type\":\"object\"}");
}

/* --- from other pages, and to them --- */

static void
test_traffic_leads_to_the_rule (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *traffic, *page = show_page (test);
  SbTrafficTable *table;
  gint64 id = add_rule (test, "/news", "{\"properties\":{\"t\":{\"maximum\":60}}}");
  SbTrafficLog *log = sb_engine_get_traffic (test->engine);

  app_test_start (test);
  say (test, (const char *const[]) { "{\"t\":120,\"n\":1}", NULL });
  sb_window_show_page (test->window, "traffic", NULL);
  traffic = GTK_WIDGET (sb_window_get_page (test->window, "traffic"));
  table = SB_TRAFFIC_TABLE (app_test_get (traffic, SB_TYPE_TRAFFIC_TABLE, NULL));
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_table_get_model (SB_TABLE (table)))) ==
                       g_list_model_get_n_items (G_LIST_MODEL (log)));
  sb_traffic_table_select (table, 0);
  app_test_wait_until (app_test_find (traffic, SB_TYPE_TRAFFIC_DETAIL, NULL) != NULL);
  app_test_wait_until (app_test_find (traffic, GTK_TYPE_BUTTON, "Open _Rule") != NULL);
  {
    GtkWidget *detail = app_test_get (traffic, SB_TYPE_TRAFFIC_DETAIL, NULL);
    GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_get (detail, GTK_SOURCE_TYPE_VIEW, NULL)));
    g_autofree char *text = read_text (buffer);

    g_assert_cmpstr (text, ==, "{\n  \"t\": 120,\n  \"n\": 1\n}");
    g_assert_true (is_underlined (buffer, "120"));
  }
  app_test_snap (test, "rules-traffic");
  app_test_click (traffic, "Open _Rule");
  app_test_wait_until (editor_is_open (page));
  g_assert_cmpint (sb_rule_item_get_id (sb_rule_editor_get_item (SB_RULE_EDITOR (find_editor (page)))), ==, id);
  app_test_wait_until (app_test_shows (page, "maximum: 1"));
}

static guint
count_shown (GtkWidget *traffic)
{
  SbTable *table = SB_TABLE (app_test_get (traffic, SB_TYPE_TRAFFIC_TABLE, NULL));

  return g_list_model_get_n_items (G_LIST_MODEL (sb_table_get_model (table)));
}

/* From the rule's menu to what this rule rejected, and to nothing else. */
static void
test_rejected_of_one_rule (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  gint64 id = add_rule (test, "/news", "{\"properties\":{\"t\":{\"maximum\":60}}}");
  SbRuleView *view = SB_RULE_VIEW (app_test_get (page, SB_TYPE_RULE_VIEW, NULL));
  GtkWidget *traffic = GTK_WIDGET (sb_window_get_page (test->window, "traffic"));

  app_test_start (test);
  say (test, (const char *const[]) { "{\"t\":120}", "{\"t\":20}", "{\"t\":121}", NULL });
  sb_rule_view_select (view, sb_rule_list_find (get_rules (test), id));
  g_assert_true (gtk_widget_activate_action (page, "rule.show-traffic", NULL));
  app_test_wait_until (gtk_widget_get_mapped (traffic));
  app_test_wait_until (app_test_shows (traffic, "rule for /news"));
  app_test_wait_until (count_shown (traffic) == 2);
  app_test_snap (test, "rules-rejected");

  /* The next one is rejected, but not by the rule. */
  say_on (test, "/elsewhere", (const char *const[]) { "{", NULL });
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_traffic (test->engine))) == 4);
  app_test_wait_until (count_shown (traffic) == 2);
  sb_window_show_page (test->window, "traffic", "rejected");
  app_test_wait_until (!app_test_shows (traffic, "rule for /news"));
  app_test_wait_until (count_shown (traffic) == 3);
}

/* The row on Overview of a client that is rejected leads there, too, where it is one rule that does it. */
static void
test_overview_leads_to_rejected (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("device");
  g_autoptr (SoupWebsocketConnection) client = NULL;
  GtkWidget *overview, *traffic;
  char *secret;

  add_rule (test, "/news", "{\"properties\":{\"t\":{\"maximum\":60}}}");
  app_test_start (test);
  secret = app_test_issue (test, spec, NULL);
  client = app_test_connect (test, "/news", secret);
  sb_token_secret_free (secret);
  soup_websocket_connection_send_text (client, "{\"t\":20}");
  soup_websocket_connection_send_text (client, "{\"t\":120}");
  sb_window_show_page (test->window, "overview", NULL);
  overview = GTK_WIDGET (sb_window_get_page (test->window, "overview"));
  app_test_wait_until (app_test_shows (overview, "device · rule for /news · 1 message in the last minute"));
  gtk_widget_activate (find_row (overview, "1 client sends messages"));
  traffic = GTK_WIDGET (sb_window_get_page (test->window, "traffic"));
  app_test_wait_until (gtk_widget_get_mapped (traffic));
  app_test_wait_until (app_test_shows (traffic, "rule for /news"));
  app_test_wait_until (count_shown (traffic) == 1);
}

/* As after an update that refuses a schema that was good before: nothing that the window can do makes such a rule. */
static void
test_problem_needs_attention (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  gint64 id = add_rule (test, "/news", "{\"type\":\"object\"}");
  g_autoptr (SbRule) broken = sb_rule_new (id, &find_rule (test, "/news")->spec, NULL, "Its schema is gone.", 0, 0, NULL);
  GtkWidget *page = GTK_WIDGET (sb_window_get_page (test->window, "rules"));
  GtkWidget *overview;

  sb_window_show_page (test->window, "overview", NULL);
  overview = GTK_WIDGET (sb_window_get_page (test->window, "overview"));
  sb_rule_list_put (get_rules (test), broken);
  app_test_wait_until (find_row (overview, "The rule for /news cannot be used, so no text passes") != NULL);
  app_test_wait_until (app_test_shows (overview, "Its schema is gone."));
  /* The page is not on the screen, but the sidebar says that there is something. */
  app_test_wait_until (sb_page_get_attention (SB_PAGE (page)));
  app_test_snap (test, "rules-problem");
  gtk_widget_activate (find_row (overview, "The rule for /news cannot be used, so no text passes"));
  app_test_wait_until (editor_is_open (page));
  g_assert_cmpint (sb_rule_item_get_id (sb_rule_editor_get_item (SB_RULE_EDITOR (find_editor (page)))), ==, id);
}

static void
test_broadcast_warns (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("device");
  g_autoptr (SoupWebsocketConnection) client = NULL;
  GtkWidget *page;
  GtkTextBuffer *buffer;
  char *secret;

  add_rule (test, "/news", "{\"properties\":{\"t\":{\"maximum\":60}}}");
  app_test_start (test);
  secret = app_test_issue (test, spec, NULL);
  client = app_test_connect (test, "/news", secret);
  sb_token_secret_free (secret);
  sb_window_show_page (test->window, "broadcast", NULL);
  page = GTK_WIDGET (sb_window_get_page (test->window, "broadcast"));
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_get (page, GTK_SOURCE_TYPE_VIEW, NULL)));
  gtk_text_buffer_set_text (buffer, "{\"t\":120}", -1);
  app_test_wait_until (app_test_shows (page, "A client could not say this: the rule for /news does not allow it (/t: 120 is more than the maximum 60). You can."));
  app_test_snap (test, "rules-broadcast");
  gtk_text_buffer_set_text (buffer, "{\"t\":20}", -1);
  app_test_wait_until (app_test_find (page, GTK_TYPE_LABEL, "A client could not say this: the rule for /news does not allow it (/t: 120 is more than the maximum 60). You can.") == NULL);
}

static void
add_tests (void)
{
  g_test_add_func ("/rules-page/empty", test_empty_page_teaches);
  g_test_add_func ("/rules-page/list", test_list);
  g_test_add_func ("/rules-page/described", test_description_follows);
  g_test_add_func ("/rules-page/remove", test_remove_and_undo);
  g_test_add_func ("/rules-page/traffic", test_traffic_leads_to_the_rule);
  g_test_add_func ("/rules-page/rejected-of-one-rule", test_rejected_of_one_rule);
  g_test_add_func ("/rules-page/overview", test_overview_leads_to_rejected);
  g_test_add_func ("/rules-page/problem", test_problem_needs_attention);
  g_test_add_func ("/rules-page/broadcast", test_broadcast_warns);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
