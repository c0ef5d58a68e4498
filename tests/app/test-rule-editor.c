/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules-fixture.h"
#include <string.h>

/* One rule being written, and messages tried with it. */

static void
test_add (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GtkWidget *editor;

  add_rule (test, "/taken", NULL);
  editor = open_editor (test, "add");
  write_pattern (editor, "news");
  g_assert_true (gtk_widget_has_css_class (app_test_get (editor, ADW_TYPE_ENTRY_ROW, PATTERN_TITLE), "error"));
  write_pattern (editor, "/taken");
  app_test_wait_until (app_test_shows (editor, "There is a rule for /taken already"));
  g_assert_false (can_save (editor));
  write_pattern (editor, "/news");
  app_test_wait_until (app_test_shows (editor, "No client is on such a channel now."));
  gtk_text_buffer_set_text (get_buffer (editor, "Schema"), "{\"type\":\"object\",\"required\":[\"text\"]}", -1);
  app_test_wait_until (app_test_shows (editor, "Valid JSON Schema"));
  save (page, editor);
  app_test_wait_until (find_rule (test, "/news") != NULL);
  g_assert_cmpstr (find_rule (test, "/news")->spec.schema, ==, "{\"type\":\"object\",\"required\":[\"text\"]}");
  g_assert_true (find_rule (test, "/news")->spec.enabled);
}

static void
test_faults_are_underlined (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *editor = open_editor (test, "add:/news");
  GtkTextBuffer *schema = get_buffer (editor, "Schema");

  gtk_text_buffer_set_text (schema, "{\n  \"type\": \"object\",\n  \"minProperties\": -1\n}", -1);
  app_test_wait_until (is_underlined (schema, "-1"));
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (get_view (editor, "Schema")),
                                    GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
  g_assert_false (can_save (editor));
  app_test_snap (test, "rules-fault");

  gtk_text_buffer_set_text (schema, "{ \"type\": }", -1);
  app_test_wait_until (is_underlined (schema, "}"));
  g_assert_false (can_save (editor));

  gtk_text_buffer_set_text (schema, "{ \"type\": \"object\" }", -1);
  app_test_wait_until (app_test_shows (editor, "Valid JSON Schema"));
  g_assert_true (is_underlined (schema, NULL));
  g_assert_true (can_save (editor));
}

/* A schema that the rule refers to comes and goes while the rule is written: it is checked anew, without a key being touched. */
static void
test_stored_schema_changes (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *editor = open_editor (test, "add:/news");

  gtk_text_buffer_set_text (get_buffer (editor, "Schema"), "{ \"$ref\": \"https://example.org/person.json\" }", -1);
  app_test_wait_until (is_underlined (get_buffer (editor, "Schema"), "\"https://example.org/person.json\""));
  g_assert_false (can_save (editor));
  sb_engine_add_schema_async (test->engine, "test", "https://example.org/person.json", "{\"type\":\"object\"}", NULL, NULL);
  app_test_wait_until (can_save (editor));
  g_assert_true (is_underlined (get_buffer (editor, "Schema"), NULL));
  sb_engine_remove_schema_async (test->engine, "test", "https://example.org/person.json", NULL, NULL);
  app_test_wait_until (!can_save (editor));
  app_test_wait_until (is_underlined (get_buffer (editor, "Schema"), "\"https://example.org/person.json\""));
}

static void
test_format_and_templates (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *editor = open_editor (test, "add:/news");
  GtkTextBuffer *schema = get_buffer (editor, "Schema");
  GtkWidget *view = get_view (editor, "Schema");
  g_autofree char *formatted = NULL;
  g_autofree char *undone = NULL;

  gtk_text_buffer_set_text (schema, "{\"type\":\"object\"}", -1);
  app_test_click (editor, "_Format");
  formatted = read_text (schema);
  g_assert_cmpstr (formatted, ==, "{\n  \"type\": \"object\"\n}");
  gtk_text_buffer_undo (schema);
  undone = read_text (schema);
  g_assert_cmpstr (undone, ==, "{\"type\":\"object\"}");

  for (guint i = 0; i < 4; i++)
    {
      static const char *const names[] = { "object", "members", "list", "kinds" };

      gtk_text_buffer_set_text (schema, "", -1);
      g_assert_true (gtk_widget_activate_action (view, "schema.insert", "s", names[i]));
      app_test_wait_until (app_test_shows (editor, "Valid JSON Schema"));
    }
}

static void
test_unsaved_is_asked_about (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GtkWidget *editor;
  g_autofree char *filter = NULL;
  gint64 id = add_rule (test, "/news", NULL);

  filter = g_strdup_printf ("rule:%" G_GINT64_FORMAT, id);
  editor = open_editor (test, filter);
  g_assert_false (sb_rule_editor_is_dirty (SB_RULE_EDITOR (editor)));
  g_assert_true (adw_navigation_page_get_can_pop (ADW_NAVIGATION_PAGE (editor)));

  write_pattern (editor, "/new");
  g_assert_false (adw_navigation_page_get_can_pop (ADW_NAVIGATION_PAGE (editor)));
  app_test_click (editor, "_Cancel");
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Discard");
  app_test_wait_until (!editor_is_open (page));
  g_assert_nonnull (find_rule (test, "/news"));
  g_assert_null (find_rule (test, "/new"));

  editor = open_editor (test, filter);
  write_pattern (editor, "/new");
  app_test_wait_until (can_save (editor));
  app_test_click (editor, "_Cancel");
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Save");
  app_test_wait_until (!editor_is_open (page));
  g_assert_cmpint (find_rule (test, "/new")->id, ==, id);
}

static void
cancel_with (AppTest    *test,
             GtkWidget  *editor,
             const char *answer)
{
  app_test_click (editor, "_Cancel");
  app_test_wait_until (app_test_dialog (test) != NULL);
  app_test_click (GTK_WIDGET (app_test_dialog (test)), answer);
  app_test_wait_until (app_test_dialog (test) == NULL);
}

/* "Cancel" leaves all as it is, and what cannot be saved cannot be chosen to be. */
static void
test_unsaved_goes_on (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GtkWidget *editor, *save_button;
  g_autofree char *filter = NULL;
  g_autofree char *kept = NULL;

  filter = g_strdup_printf ("rule:%" G_GINT64_FORMAT, add_rule (test, "/news", NULL));
  editor = open_editor (test, filter);
  gtk_text_buffer_set_text (get_buffer (editor, "Schema"), "{ \"type\": \"objekt\" }", -1);
  app_test_wait_until (is_underlined (get_buffer (editor, "Schema"), "\"objekt\""));
  app_test_click (editor, "_Cancel");
  app_test_wait_until (app_test_dialog (test) != NULL);
  save_button = app_test_get (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_BUTTON, "_Save");
  g_assert_false (gtk_widget_is_sensitive (save_button));
  app_test_click (GTK_WIDGET (app_test_dialog (test)), "_Cancel");
  app_test_wait_until (app_test_dialog (test) == NULL);
  g_assert_true (editor_is_open (page));
  kept = read_text (get_buffer (editor, "Schema"));
  g_assert_cmpstr (kept, ==, "{ \"type\": \"objekt\" }");
  g_assert_true (sb_rule_editor_is_dirty (SB_RULE_EDITOR (editor)));
  g_assert_null (find_rule (test, "/news")->spec.schema);

  cancel_with (test, editor, "_Discard");
  app_test_wait_until (!editor_is_open (page));
  g_assert_null (find_rule (test, "/news")->spec.schema);
}

static void
test_duplicate (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  gint64 id = add_rule (test, "/news", "{\"type\":\"object\"}");
  SbRuleView *view = SB_RULE_VIEW (app_test_get (page, SB_TYPE_RULE_VIEW, NULL));
  GtkWidget *editor;
  g_autofree char *copied = NULL;

  sb_rule_view_select (view, sb_rule_list_find (get_rules (test), id));
  g_assert_true (gtk_widget_activate_action (page, "rule.duplicate", NULL));
  app_test_wait_until (editor_is_open (page));
  editor = find_editor (page);
  copied = read_text (get_buffer (editor, "Schema"));
  g_assert_cmpstr (copied, ==, "{\"type\":\"object\"}");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (app_test_get (editor, ADW_TYPE_ENTRY_ROW, PATTERN_TITLE))), ==, "");
  g_assert_false (can_save (editor));
  write_pattern (editor, "/copy");
  save (page, editor);
  g_assert_cmpuint (count_rules (test), ==, 2);
  g_assert_cmpint (find_rule (test, "/copy")->id, !=, id);
  g_assert_cmpstr (find_rule (test, "/copy")->spec.schema, ==, "{\"type\":\"object\"}");
  g_assert_cmpint (find_rule (test, "/news")->id, ==, id);
}

/* It acts at once, without saving, and shows what others switch. */
static void
test_in_force (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  gint64 id = add_rule (test, "/news", NULL);
  g_autofree char *filter = g_strdup_printf ("rule:%" G_GINT64_FORMAT, id);
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_copy (&find_rule (test, "/news")->spec);
  GtkWidget *editor = open_editor (test, filter);
  AdwSwitchRow *row = ADW_SWITCH_ROW (app_test_get (editor, ADW_TYPE_SWITCH_ROW, "In Forc_e"));

  g_assert_true (adw_switch_row_get_active (row));
  adw_switch_row_set_active (row, FALSE);
  app_test_wait_until (!find_rule (test, "/news")->spec.enabled);
  g_assert_false (sb_rule_editor_is_dirty (SB_RULE_EDITOR (editor)));
  g_assert_false (can_save (editor));
  adw_switch_row_set_active (row, TRUE);
  app_test_wait_until (find_rule (test, "/news")->spec.enabled);
  spec->enabled = FALSE;
  sb_engine_set_rule_async (test->engine, "test", id, spec, NULL, NULL);
  app_test_wait_until (!adw_switch_row_get_active (row));
  g_assert_false (find_rule (test, "/news")->spec.enabled);
}

static void
test_save_by_key (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = show_page (test);
  GtkWidget *editor = open_editor (test, "add");
  GtkShortcutAction *key = find_shortcut (page, "<Control>s");

  g_assert_nonnull (key);
  /* There is nothing yet that could be saved. */
  gtk_shortcut_action_activate (key, 0, page, NULL);
  g_assert_true (editor_is_open (page));
  write_pattern (editor, "/news");
  app_test_wait_until (can_save (editor));
  g_assert_true (gtk_shortcut_action_activate (key, 0, page, NULL));
  app_test_wait_until (!editor_is_open (page));
  g_assert_nonnull (find_rule (test, "/news"));
  g_assert_cmpuint (count_rules (test), ==, 1);
  g_assert_false (gtk_shortcut_action_activate (key, 0, page, NULL));
}

/* --- the bench --- */

static void
test_bench (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *editor = open_editor (test, "add");
  GtkTextBuffer *message = get_buffer (editor, "Message to Try");

  gtk_text_buffer_set_text (get_buffer (editor, "Schema"),
                            "{\"properties\":{\"temperature\":{\"maximum\":60},\"name\":{\"type\":\"string\"}}}", -1);
  gtk_text_buffer_set_text (message, "{ \"temperature\": 120, \"name\": 7 }", -1);
  app_test_wait_until (app_test_shows (editor, "Fails: 2 things are wrong with it"));
  g_assert_true (is_underlined (message, "120"));
  gtk_widget_activate (find_row (app_test_get (editor, SB_TYPE_RULE_BENCH, NULL), "/name"));
  app_test_wait_until (is_underlined (message, "7"));
  app_test_snap (test, "rules-bench");

  gtk_text_buffer_set_text (message, "{ \"temperature\": 20 }", -1);
  app_test_wait_until (app_test_shows (editor, "Passes"));
  g_assert_true (is_underlined (message, NULL));

  gtk_text_buffer_set_text (message, "{ \"temperature\": }", -1);
  app_test_wait_until (app_test_shows (editor, "Fails: 1 thing is wrong with it"));
}

static GtkWidget *
get_bench (GtkWidget *editor)
{
  return app_test_get (editor, SB_TYPE_RULE_BENCH, NULL);
}

/* A binary message has no text that could stand there, so it is said what is tried; to write is to try a text again. */
static void
test_bench_binary (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("device");
  g_autoptr (SoupWebsocketConnection) client = NULL;
  GtkWidget *editor;
  char *secret;

  app_test_start (test);
  secret = app_test_issue (test, spec, NULL);
  client = app_test_connect (test, "/news", secret);
  sb_token_secret_free (secret);
  soup_websocket_connection_send_binary (client, "\0\1\2\3", 4);
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_traffic (test->engine))) == 1);
  editor = open_editor (test, "add:/news");
  sb_rule_bench_show_message (SB_RULE_BENCH (get_bench (editor)), 0);
  app_test_wait_until (app_test_shows (get_bench (editor), "Passes"));
  g_assert_true (app_test_shows (get_bench (editor), "Binary message of 4\u00a0B"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (get_view (editor, "Message to Try")), GTK_ACCESSIBLE_PROPERTY_PLACEHOLDER,
                                       "Binary message of 4\u00a0B");
  app_test_snap (test, "rules-bench-binary");

  gtk_text_buffer_set_text (get_buffer (editor, "Message to Try"), "{", -1);
  app_test_wait_until (app_test_shows (get_bench (editor), "Fails: 1 thing is wrong with it"));
  gtk_text_buffer_set_text (get_buffer (editor, "Message to Try"), "", -1);
  g_assert_false (app_test_shows (get_bench (editor), "Binary message of 4\u00a0B"));
}

/* A message that ended its connection is not shown as if it had been empty. */
static void
test_bench_missing (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("device");
  g_autoptr (SoupWebsocketConnection) client = NULL;
  g_autofree char *large = g_strnfill (300, ' ');
  const char *sentence = "The log has nothing of this message: the connection ended over it.";
  GtkWidget *editor;
  char *secret;

  app_test_start (test);
  g_object_set (sb_engine_get_settings (test->engine), "max-message-size", 128, NULL);
  secret = app_test_issue (test, spec, NULL);
  client = app_test_connect (test, "/news", secret);
  sb_token_secret_free (secret);
  soup_websocket_connection_send_text (client, "{}");
  soup_websocket_connection_send_text (client, large);
  app_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_traffic (test->engine))) == 2);
  editor = open_editor (test, "add:/news");
  sb_rule_bench_show_message (SB_RULE_BENCH (get_bench (editor)), 1);
  app_test_wait_until (app_test_shows (get_bench (editor), sentence));
  app_test_snap (test, "rules-bench-missing");

  sb_rule_bench_show_message (SB_RULE_BENCH (get_bench (editor)), 0);
  g_assert_false (app_test_shows (get_bench (editor), sentence));
  sb_rule_bench_show_message (SB_RULE_BENCH (get_bench (editor)), 1);
  g_assert_true (app_test_shows (get_bench (editor), sentence));
  gtk_text_buffer_set_text (get_buffer (editor, "Message to Try"), "{}", -1);
  g_assert_false (app_test_shows (get_bench (editor), sentence));
}

static void
test_trial_and_suggestion (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page, *editor, *dialog;
  GtkTextBuffer *schema;
  g_autofree char *before = NULL;
  g_autofree char *suggested = NULL;
  g_autofree char *message = NULL;

  app_test_start (test);
  say (test, (const char *const[]) { "{\"t\":20}", "{\"t\":30}", "{\"t\":\"hot\"}", NULL });
  page = show_page (test);
  editor = open_editor (test, "add:/news");
  schema = get_buffer (editor, "Schema");
  app_test_wait_until (app_test_shows (editor, "All 3 recent messages would have passed."));

  gtk_text_buffer_set_text (schema, "{\"properties\":{\"t\":{\"type\":\"number\"}}}", -1);
  app_test_wait_until (app_test_shows (editor, "1 of 3 recent messages would have failed."));
  app_test_click (editor, "{\"t\":\"hot\"}");
  message = read_text (get_buffer (editor, "Message to Try"));
  g_assert_cmpstr (message, ==, "{\"t\":\"hot\"}");
  app_test_wait_until (is_underlined (get_buffer (editor, "Message to Try"), "\"hot\""));
  app_test_snap (test, "rules-trial");

  app_test_click (editor, "S_uggest from Traffic…");
  app_test_wait_until (app_test_dialog (test) != NULL);
  dialog = GTK_WIDGET (app_test_dialog (test));
  app_test_wait_until (app_test_shows (dialog, "3 messages of /news are used."));
  app_test_snap (test, "rules-suggest");
  /* Cancelled while it is made, it changes nothing. */
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  before = read_text (schema);
  app_test_click (dialog, "_Suggest");
  adw_dialog_close (ADW_DIALOG (dialog));
  app_test_wait_until (dialog == NULL);
  suggested = read_text (schema);
  g_assert_cmpstr (suggested, ==, before);
  g_clear_pointer (&suggested, g_free);
  app_test_click (editor, "S_uggest from Traffic…");
  app_test_wait_until (app_test_dialog (test) != NULL);
  dialog = GTK_WIDGET (app_test_dialog (test));
  app_test_wait_until (app_test_shows (dialog, "3 messages of /news are used."));
  app_test_click (dialog, "_Suggest");
  app_test_wait_until (app_test_dialog (test) == NULL);
  suggested = read_text (schema);
  g_assert_nonnull (strstr (suggested, "\n  \"required\": [")); /* as "Format" would have it */
  app_test_wait_until (app_test_shows (editor, "All 3 recent messages would have passed."));
  save (page, editor);

  /* What is said against it is counted, and told by keyword. */
  say (test, (const char *const[]) { "{\"x\":1}", NULL });
  {
    g_autofree char *filter = g_strdup_printf ("rule:%" G_GINT64_FORMAT, find_rule (test, "/news")->id);

    editor = open_editor (test, filter);
    app_test_wait_until (app_test_shows (editor, "0 passed · 1 failed"));
    app_test_wait_until (app_test_shows (editor, "required: 1"));
  }
}

static void
test_narrow_and_dark (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *editor;

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  editor = open_editor (test, "add:/news");
  gtk_text_buffer_set_text (get_buffer (editor, "Schema"), "{ \"type\": \"objekt\" }", -1);
  app_test_wait_until (is_underlined (get_buffer (editor, "Schema"), "\"objekt\""));
  app_test_snap (test, "rules-dark");
  app_test_resize (test, 360, 640);
  app_test_wait_until (gtk_widget_get_width (editor) <= 360);
  app_test_snap (test, "rules-narrow");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
}

static void
add_tests (void)
{
  g_test_add_func ("/rule-editor/add", test_add);
  g_test_add_func ("/rule-editor/faults", test_faults_are_underlined);
  g_test_add_func ("/rule-editor/stored-schema-changes", test_stored_schema_changes);
  g_test_add_func ("/rule-editor/format", test_format_and_templates);
  g_test_add_func ("/rule-editor/unsaved", test_unsaved_is_asked_about);
  g_test_add_func ("/rule-editor/unsaved-goes-on", test_unsaved_goes_on);
  g_test_add_func ("/rule-editor/duplicate", test_duplicate);
  g_test_add_func ("/rule-editor/in-force", test_in_force);
  g_test_add_func ("/rule-editor/save-by-key", test_save_by_key);
  g_test_add_func ("/rule-editor/bench", test_bench);
  g_test_add_func ("/rule-editor/bench-binary", test_bench_binary);
  g_test_add_func ("/rule-editor/bench-missing", test_bench_missing);
  g_test_add_func ("/rule-editor/trial", test_trial_and_suggestion);
  g_test_add_func ("/rule-editor/narrow", test_narrow_and_dark);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
