/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "broadcast/sb-schedule-row.h"
#include "broadcast/sb-schedule-words.h"
#include <gtksourceview/gtksource.h>

/* What is said again, and what is said by itself: templates and schedules, as a person uses them. */

static GtkWidget *
show_page (AppTest *test)
{
  sb_window_show_page (test->window, "broadcast", NULL);
  return GTK_WIDGET (sb_window_get_page (test->window, "broadcast"));
}

static GtkTextBuffer *
get_buffer (GtkWidget *page)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_get (page, GTK_SOURCE_TYPE_VIEW, NULL)));
}

static char *
dup_message (GtkWidget *page)
{
  char *text;

  g_object_get (get_buffer (page), "text", &text, NULL);
  return text;
}

static GtkWidget *
get_dialog (AppTest *test)
{
  app_test_wait_until (app_test_dialog (test) != NULL);
  return GTK_WIDGET (app_test_dialog (test));
}

/* As the menu beside the send button does. */
static gboolean
activate (GtkWidget  *page,
          const char *action)
{
  return gtk_widget_activate_action (app_test_get (page, GTK_SOURCE_TYPE_VIEW, NULL), action, NULL);
}

static guint
count_templates (AppTest *test)
{
  return g_list_model_get_n_items (sb_engine_get_templates (test->engine));
}

static guint
count_schedules (AppTest *test)
{
  return g_list_model_get_n_items (sb_engine_get_schedules (test->engine));
}

static void
save_template (AppTest    *test,
               const char *message,
               const char *name)
{
  GtkWidget *page = show_page (test), *dialog;

  gtk_text_buffer_set_text (get_buffer (page), message, -1);
  app_test_wait_until (activate (page, "broadcast.save-template"));
  dialog = get_dialog (test);
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (dialog, ADW_TYPE_ENTRY_ROW, "Name")), name);
}

static void
test_templates (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog;
  g_autofree char *inserted = NULL;

  /* What teaches, where there is none. */
  app_test_click (page, "Templates…");
  dialog = get_dialog (test);
  app_test_wait_until (app_test_shows (dialog, "No Templates Yet"));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  app_test_wait_until (app_test_dialog (test) == NULL);

  save_template (test, "{\"notice\": \"Doors open\"}", "Doors");
  app_test_click (get_dialog (test), "_Save");
  app_test_wait_until (count_templates (test) == 1 && app_test_dialog (test) == NULL);
  save_template (test, "[2]", "doors");
  app_test_wait_until (app_test_shows (get_dialog (test), "There is a template with this name: it will be replaced."));
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (get_dialog (test), ADW_TYPE_ENTRY_ROW, "Name")), "Second");
  app_test_click (get_dialog (test), "_Save");
  app_test_wait_until (count_templates (test) == 2 && app_test_dialog (test) == NULL);

  app_test_click (page, "Templates…");
  dialog = get_dialog (test);
  app_test_assert_named (dialog);
  app_test_snap (test, "broadcast-templates");
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (dialog, GTK_TYPE_SEARCH_ENTRY, NULL)), "open");
  app_test_wait_until (app_test_find (dialog, ADW_TYPE_ACTION_ROW, "Second") == NULL);
  app_test_click (dialog, "Doors");
  app_test_wait_until (app_test_dialog (test) == NULL);
  inserted = dup_message (page);
  g_assert_cmpstr (inserted, ==, "{\"notice\": \"Doors open\"}");
}

static void
test_template_deleted_and_back (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog;

  save_template (test, "[1]", "Only");
  app_test_click (get_dialog (test), "_Save");
  app_test_wait_until (count_templates (test) == 1 && app_test_dialog (test) == NULL);
  app_test_click (page, "Templates…");
  dialog = get_dialog (test);
  app_test_click (dialog, "Delete");
  app_test_wait_until (count_templates (test) == 0);
  app_test_wait_until (app_test_find (dialog, GTK_TYPE_BUTTON, "_Undo") != NULL);
  app_test_click (dialog, "_Undo");
  app_test_wait_until (count_templates (test) == 1);
}

static void
test_repeat_and_stop (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page, *dialog, *overview;

  app_test_start (test);
  page = show_page (test);
  g_assert_false (activate (page, "broadcast.schedule") && app_test_dialog (test) != NULL);
  gtk_text_buffer_set_text (get_buffer (page), "{\"tick\": 1}", -1);
  app_test_iterate ();
  app_test_wait_until (activate (page, "broadcast.schedule"));
  dialog = get_dialog (test);
  app_test_assert_named (dialog);
  app_test_snap (test, "broadcast-schedule-dialog");
  /* As assistive technology sets it: the focus stays where it is. */
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (dialog, ADW_TYPE_SPIN_ROW, "_Every")), "45");
  app_test_click (dialog, "_Start");
  app_test_wait_until (count_schedules (test) == 1 && app_test_dialog (test) == NULL);
  g_assert_nonnull (app_test_get (page, SB_TYPE_SCHEDULE_ROW, "{\"tick\": 1}"));
  app_test_snap (test, "broadcast-schedule-runs");

  /* Seen on every page, and stopped there. */
  sb_window_show_page (test->window, "overview", NULL);
  overview = GTK_WIDGET (sb_window_get_page (test->window, "overview"));
  app_test_wait_until (app_test_shows (overview, "A message repeats every 45 s"));
  app_test_click (overview, "_Stop");
  app_test_wait_until (count_schedules (test) == 0);
  app_test_wait_until (app_test_find (GTK_WIDGET (test->window), GTK_TYPE_BUTTON, "_Resume") != NULL);
  app_test_click (GTK_WIDGET (test->window), "_Resume");
  app_test_wait_until (count_schedules (test) == 1);
}

static void
test_wrong_time (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test), *dialog, *when;

  gtk_text_buffer_set_text (get_buffer (page), "1", -1);
  app_test_wait_until (activate (page, "broadcast.schedule"));
  dialog = get_dialog (test);
  adw_combo_row_set_selected (ADW_COMBO_ROW (app_test_get (dialog, ADW_TYPE_COMBO_ROW, "Se_nd")), 2);
  when = app_test_get (dialog, ADW_TYPE_ENTRY_ROW, NULL);
  g_assert_true (gtk_widget_is_sensitive (app_test_get (dialog, GTK_TYPE_BUTTON, "_Schedule")));
  gtk_editable_set_text (GTK_EDITABLE (when), "tomorrow");
  g_assert_false (gtk_widget_is_sensitive (app_test_get (dialog, GTK_TYPE_BUTTON, "_Schedule")));
  gtk_editable_set_text (GTK_EDITABLE (when), "2020-01-01 12:00");
  g_assert_false (gtk_widget_is_sensitive (app_test_get (dialog, GTK_TYPE_BUTTON, "_Schedule")));
  gtk_editable_set_text (GTK_EDITABLE (when), "2027-01-01 12:00");
  app_test_click (dialog, "_Schedule");
  app_test_wait_until (count_schedules (test) == 1);
}

/* --- the history --- */

static void
test_search_history (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GListStore *broadcasts = G_LIST_STORE (sb_engine_get_broadcasts (test->engine));
  static const char *const texts[] = { "\"first\"", "\"second\"", "\"zwölf\"" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) payload = g_bytes_new_static (texts[i], strlen (texts[i]));
      g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
      g_autoptr (SbBroadcast) broadcast = sb_broadcast_new (i + 1, g_get_real_time (), "everyone", everyone, FALSE, payload);

      sb_broadcast_set_report (broadcast, 1, 1, 0, 0, 1);
      g_list_store_insert (broadcasts, 0, broadcast);
    }
  sb_page_focus_search (SB_PAGE (page));
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (page, GTK_TYPE_SEARCH_ENTRY, NULL)), "ZWÖLF");
  app_test_wait_until (app_test_find (page, ADW_TYPE_ACTION_ROW, "\"first\"") == NULL);
  g_assert_nonnull (app_test_find (page, ADW_TYPE_ACTION_ROW, "\"zwölf\""));
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (page, GTK_TYPE_SEARCH_ENTRY, NULL)), "nowhere");
  app_test_wait_until (app_test_shows (page, "Nothing of what was sent matches the search."));
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (page, GTK_TYPE_SEARCH_ENTRY, NULL)), "");
  app_test_wait_until (app_test_find (page, ADW_TYPE_ACTION_ROW, "\"first\"") != NULL);
}

/* --- words --- */

static void
test_words (void)
{
  const gint64 now = 1790000000 * (gint64) G_USEC_PER_SEC;
  static const struct
  {
    SbScheduleTimes times;
    SbScheduleProgress progress;
    const char *error;
    const char *words;
  } cases[] = {
    { { 0, 30 * G_USEC_PER_SEC, 0 }, { 0 }, NULL, "Every 30 s · everyone · not sent yet" },
    { { 0, 300 * G_USEC_PER_SEC, 10 }, { .n_runs = 3, .last_targeted = 42, .last_sent = 41 }, NULL,
      "Every 5 min, 3 of 10 sent · everyone · 3 sent, the last to 41 of 42 clients" },
    { { 0, 30 * G_USEC_PER_SEC, 0 }, { .n_runs = 2, .n_missed = 1200 }, NULL, "Every 30 s · everyone · 2 sent, the last to nobody · 1,200 missed" },
    { { 0, 30 * G_USEC_PER_SEC, 0 }, { .n_failed = 1 }, "The disk is full.", "Every 30 s · everyone · failed: The disk is full." },
  };
  g_autoptr (SbTokenList) tokens = sb_token_list_new ();
  g_autoptr (SbTarget) target = sb_target_new_everyone ();
  g_autoptr (GBytes) payload = g_bytes_new_static ("1", 1);
  g_autoptr (SbMessage) message = sb_message_new (target, FALSE, payload);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbSchedule) schedule = sb_schedule_new (1, now - 1, &cases[i].times, message);
      g_autofree char *line = NULL;

      sb_schedule_set_progress (schedule, &cases[i].progress, cases[i].error);
      line = sb_schedule_words_line (schedule, tokens, now);
      g_assert_cmpstr (line, ==, cases[i].words);
    }
}

static void
add_tests (void)
{
  g_test_add_func ("/broadcast-later/templates", test_templates);
  g_test_add_func ("/broadcast-later/template-deleted-and-back", test_template_deleted_and_back);
  g_test_add_func ("/broadcast-later/repeat-and-stop", test_repeat_and_stop);
  g_test_add_func ("/broadcast-later/wrong-time", test_wrong_time);
  g_test_add_func ("/broadcast-later/search-history", test_search_history);
  g_test_add_func ("/broadcast-later/words", test_words);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
