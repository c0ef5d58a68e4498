/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overview-fixture.h"
#include "widgets/sb-stat-tile.h"
#include "widgets/sb-time-chart.h"
#include <math.h>
#include <sqlite3.h>

static SbTimeChart *
time_chart (AppTest *test)
{
  return SB_TIME_CHART (app_test_get (overview (test), SB_TYPE_TIME_CHART, NULL));
}

#define assert_ticks(test, expected) \
  G_STMT_START \
  { \
    g_autofree char *ticks_ = sb_time_chart_dup_ticks (time_chart (test)); \
    g_assert_cmpstr (ticks_, ==, expected); \
  } \
  G_STMT_END

static gboolean
is_chosen (AppTest    *test,
           const char *tile)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (app_test_get (overview (test), SB_TYPE_STAT_TILE, tile)));
}

/* A tile, or the menu in the chart's card, chooses what the chart shows; the other follows. */
static void
test_tile_chooses_measure (void)
{
  AppTest *test = app_test_new (NULL);
  char *secret = issue (test, "Kiosk", 0, TRUE);

  sb_token_secret_free (secret);
  g_assert_true (is_chosen (test, "Sent"));
  app_test_get (overview (test), GTK_TYPE_MENU_BUTTON, "Messages Sent per Second");
  app_test_click (overview (test), "Clients");
  g_assert_cmpstr (shown_page (test), ==, "overview");
  g_assert_true (is_chosen (test, "Clients"));
  g_assert_false (is_chosen (test, "Sent"));
  app_test_get (overview (test), GTK_TYPE_MENU_BUTTON, "Clients Connected");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (app_test_get (overview (test), SB_TYPE_STAT_TILE, "Clients")),
                                    GTK_ACCESSIBLE_STATE_PRESSED, GTK_ACCESSIBLE_TRISTATE_TRUE);
  /* Again: one measure is always shown. */
  app_test_click (overview (test), "Clients");
  g_assert_true (is_chosen (test, "Clients"));

  gtk_widget_activate_action (GTK_WIDGET (time_chart (test)), "overview.measure", "s", "refused");
  app_test_get (overview (test), GTK_TYPE_MENU_BUTTON, "Refused Sign-Ins");
  g_assert_false (is_chosen (test, "Clients"));
  app_test_free (test);

  test = app_test_new_again (NULL);
  secret = issue (test, "Kiosk", 0, TRUE);
  sb_token_secret_free (secret);
  app_test_get (overview (test), GTK_TYPE_MENU_BUTTON, "Refused Sign-Ins");
  app_test_free (test);
}

static void
test_chart_range (void)
{
  AppTest *test = app_test_new (NULL);
  GtkWidget *range;
  char *secret = issue (test, "Kiosk", 0, TRUE);

  sb_token_secret_free (secret);
  range = app_test_get (overview (test), ADW_TYPE_TOGGLE_GROUP, NULL);
  g_assert_cmpstr (adw_toggle_group_get_active_name (ADW_TOGGLE_GROUP (range)), ==, "60");
  assert_ticks (test, "1 min ago, 30 s ago, now");
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (range), "900");
  assert_ticks (test, "15 min ago, 10 min ago, 5 min ago, now");
  app_test_free (test);

  /* It is remembered. */
  test = app_test_new_again (NULL);
  secret = issue (test, "Kiosk", 0, TRUE);
  sb_token_secret_free (secret);
  assert_ticks (test, "15 min ago, 10 min ago, 5 min ago, now");
  app_test_free (test);
}

/* --- hours and days --- */

/* As if the server had run for the last ten days, but for three hours that began five hours ago: 1 to 60 messages a
 * minute in the course of each hour, 12 clients. */
static void
seed_history (AppTest *test)
{
  g_autofree char *path = g_build_filename (test->dir, "signalbox.db", NULL);
  gint64 now = g_get_real_time (), minute = 60 * G_USEC_PER_SEC;
  char *message = NULL;
  g_autofree char *sql = NULL;
  sqlite3 *db;

  sql = g_strdup_printf (
      "WITH RECURSIVE back (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM back WHERE n < 14400)"
      "  INSERT INTO measure SELECT step, (%" G_GINT64_FORMAT " - n * %" G_GINT64_FORMAT ") / 1000000 / step * 1000000 * step AS start,"
      "    sum (60000000), sum (12 * 60000000), 0, sum (60 + n %% 60 * 40), 0, 0, 0, 0, 0"
      "    FROM back, (SELECT 60 AS step UNION SELECT 900)"
      "    WHERE n NOT BETWEEN 120 AND 300 AND (step = 900 OR n < 2880) GROUP BY step, start",
      now, minute);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (db);
}

static void
press_key (GtkWidget *widget,
           guint      key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, 0, &handled);
    }
  g_assert_true (handled);
}

static void
test_history (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  char *secret = issue (test, "Kiosk", 0, TRUE);
  GtkWidget *range, *chart;
  double value;
  gint64 time, oldest;
  guint n_gaps = 0;

  sb_token_secret_free (secret);
  seed_history (test);
  range = app_test_get (overview (test), ADW_TYPE_TOGGLE_GROUP, NULL);
  chart = GTK_WIDGET (time_chart (test));
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (range), "86400");
  app_test_wait_until (app_test_find (overview (test), GTK_TYPE_LABEL, "Nothing was measured in this time") == NULL);
  app_test_snap (test, "overview-24h");

  /* Point by point: the three hours are a gap, and the rest is what was measured. */
  press_key (chart, GDK_KEY_Home);
  g_assert_true (sb_time_chart_get_reading (SB_TIME_CHART (chart), &oldest, NULL));
  press_key (chart, GDK_KEY_End);
  g_assert_true (sb_time_chart_get_reading (SB_TIME_CHART (chart), &time, NULL));
  g_assert_cmpint (time - oldest, ==, 24 * G_TIME_SPAN_HOUR);
  while (time > oldest)
    {
      press_key (chart, GDK_KEY_Left);
      g_assert_true (sb_time_chart_get_reading (SB_TIME_CHART (chart), &time, &value));
      if (isnan (value))
        n_gaps++;
      else
        g_assert_cmpfloat (value, <=, 1 + 60 * 40 / 60.0);
    }
  g_assert_cmpuint (n_gaps, >=, 35);
  g_assert_cmpuint (n_gaps, <=, 38);
  press_key (chart, GDK_KEY_Escape);
  g_assert_false (sb_time_chart_get_reading (SB_TIME_CHART (chart), NULL, NULL));

  gtk_widget_activate_action (chart, "overview.measure", "s", "clients");
  app_test_get (overview (test), GTK_TYPE_LABEL, "Now 12, on average 12, at most 12");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Clients Connected, last 24 hours: Now 12, on average 12, at most 12");
  gtk_widget_activate_action (chart, "overview.measure", "s", "sent");
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (range), "604800");
  app_test_wait_until (app_test_find (overview (test), GTK_TYPE_LABEL, "Nothing was measured in this time") == NULL);
  press_key (chart, GDK_KEY_Left);
  press_key (chart, GDK_KEY_Left);
  app_test_snap (test, "overview-7d");
}

static void
add (void)
{
  g_test_add_func ("/overview-chart/tile-chooses-measure", test_tile_chooses_measure);
  g_test_add_func ("/overview-chart/chart-range", test_chart_range);
  g_test_add_func ("/overview-chart/history", test_history);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
