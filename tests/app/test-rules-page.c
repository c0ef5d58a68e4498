/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "rules/sb-rule-bench.h"
#include "rules/sb-rule-editor.h"
#include "rules/sb-rule-view.h"
#include "rules/sb-schema-editor.h"
#include "traffic/sb-traffic-detail.h"
#include "traffic/sb-traffic-table.h"
#include "widgets/sb-filter-bar.h"
#include <gtksourceview/gtksource.h>
#include <string.h>

#define PATTERN_TITLE "Channels, Such as /news or /room/*"

/* --- what every test does --- */

static GtkWidget *
show_page (AppTest *test)
{
  sb_window_show_page (test->window, "rules", NULL);
  return GTK_WIDGET (sb_window_get_page (test->window, "rules"));
}

static SbRuleList *
get_rules (AppTest *test)
{
  return sb_engine_get_rules (test->engine);
}

static guint
count_rules (AppTest *test)
{
  return g_list_model_get_n_items (G_LIST_MODEL (get_rules (test)));
}

/* The rule for exactly @pattern; NULL: there is none. */
static const SbRule *
find_rule (AppTest    *test,
           const char *pattern)
{
  SbRuleItem *item = sb_rule_list_find_pattern (get_rules (test), pattern);

  return item != NULL ? sb_rule_item_get_rule (item) : NULL;
}

static gint64
add_rule (AppTest    *test,
          const char *pattern,
          const char *schema)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new (pattern);

  spec->schema = g_strdup (schema);
  sb_engine_set_rule_async (test->engine, "test", 0, spec, NULL, NULL);
  app_test_wait_until (find_rule (test, pattern) != NULL);
  return find_rule (test, pattern)->id;
}

static GtkWidget *
find_editor (GtkWidget *page)
{
  return app_test_find (page, SB_TYPE_RULE_EDITOR, NULL);
}

static gboolean
editor_is_open (GtkWidget *page)
{
  GtkWidget *editor = find_editor (page);

  return editor != NULL && gtk_widget_get_mapped (editor);
}

static GtkWidget *
open_editor (AppTest    *test,
             const char *filter)
{
  GtkWidget *page;

  sb_window_show_page (test->window, "rules", filter);
  page = GTK_WIDGET (sb_window_get_page (test->window, "rules"));
  app_test_wait_until (editor_is_open (page));
  return find_editor (page);
}

static void
write_pattern (GtkWidget  *editor,
               const char *pattern)
{
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (editor, ADW_TYPE_ENTRY_ROW, PATTERN_TITLE)), pattern);
}

/* The text view of the schema, or of the message to try. */
static GtkWidget *
get_view (GtkWidget  *editor,
          const char *name)
{
  GType type = g_str_equal (name, "Schema") ? SB_TYPE_SCHEMA_EDITOR : SB_TYPE_RULE_BENCH;
  GtkWidget *view = app_test_get (app_test_get (editor, type, NULL), GTK_SOURCE_TYPE_VIEW, NULL);

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, name);
  return view;
}

static GtkTextBuffer *
get_buffer (GtkWidget  *editor,
            const char *name)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (get_view (editor, name)));
}

static char *
read_text (GtkTextBuffer *buffer)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

/* What is underlined; NULL: nothing. */
static char *
read_underlined (GtkTextBuffer *buffer)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_start_iter (buffer, &start);
  do
    {
      g_autoptr (GSList) tags = gtk_text_iter_get_toggled_tags (&start, TRUE);

      for (GSList *link = tags; link != NULL; link = link->next)
        {
          PangoUnderline underline;

          g_object_get (link->data, "underline", &underline, NULL);
          if (underline != PANGO_UNDERLINE_ERROR)
            continue;
          end = start;
          gtk_text_iter_forward_to_tag_toggle (&end, link->data);
          return gtk_text_iter_get_text (&start, &end);
        }
    }
  while (gtk_text_iter_forward_to_tag_toggle (&start, NULL));
  return NULL;
}

static gboolean
is_underlined (GtkTextBuffer *buffer,
               const char    *text)
{
  g_autofree char *underlined = read_underlined (buffer);

  return g_strcmp0 (underlined, text) == 0;
}

static gboolean
can_save (GtkWidget *editor)
{
  return gtk_widget_is_sensitive (app_test_get (editor, GTK_TYPE_BUTTON, "_Save"));
}

static void
save (GtkWidget *page,
      GtkWidget *editor)
{
  app_test_wait_until (can_save (editor));
  app_test_click (editor, "_Save");
  app_test_wait_until (!editor_is_open (page));
}

/* The row below @root whose title begins with @prefix. */
static GtkWidget *
find_row (GtkWidget  *root,
          const char *prefix)
{
  GtkWidget *found = NULL;

  if (ADW_IS_ACTION_ROW (root) && g_str_has_prefix (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), prefix))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_row (child, prefix);
  return found;
}

/* Says @texts on @channel, and waits until they are in the log. */
static void
say_on (AppTest           *test,
        const char        *channel,
        const char *const *texts)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("device");
  g_autoptr (SoupWebsocketConnection) client = NULL;
  char *secret = app_test_issue (test, spec, NULL);
  guint64 before = sb_traffic_log_get_n_logged (sb_engine_get_traffic (test->engine));
  guint n = 0;

  client = app_test_connect (test, channel, secret);
  for (n = 0; texts[n] != NULL; n++)
    soup_websocket_connection_send_text (client, texts[n]);
  app_test_wait_until (sb_traffic_log_get_n_logged (sb_engine_get_traffic (test->engine)) >= before + n);
  soup_websocket_connection_close (client, 1000, NULL);
  app_test_wait_until (soup_websocket_connection_get_state (client) == SOUP_WEBSOCKET_STATE_CLOSED);
  sb_token_secret_free (secret);
}

static void
say (AppTest           *test,
     const char *const *texts)
{
  say_on (test, "/news", texts);
}

/* --- the list --- */

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

/* --- the editor --- */

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
  AdwSwitchRow *row = ADW_SWITCH_ROW (app_test_get (editor, ADW_TYPE_SWITCH_ROW, "_In Force"));

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

/* What @keys is bound to among the shortcuts of @widget. NULL: nothing. */
static GtkShortcutAction *
find_shortcut (GtkWidget  *widget,
               const char *keys)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      for (guint j = 0; GTK_IS_SHORTCUT_CONTROLLER (controller) && j < g_list_model_get_n_items (G_LIST_MODEL (controller)); j++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), j);
          g_autofree char *trigger = gtk_shortcut_trigger_to_string (gtk_shortcut_get_trigger (shortcut));

          if (g_str_equal (trigger, keys))
            return gtk_shortcut_get_action (shortcut);
        }
    }
  return NULL;
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

/* --- traffic --- */

static void
test_trial_and_suggestion (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page, *editor, *dialog;
  GtkTextBuffer *schema;
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
  g_test_add_func ("/rules-page/empty", test_empty_page_teaches);
  g_test_add_func ("/rules-page/list", test_list);
  g_test_add_func ("/rules-page/described", test_description_follows);
  g_test_add_func ("/rules-page/remove", test_remove_and_undo);
  g_test_add_func ("/rules-page/add", test_add);
  g_test_add_func ("/rules-page/faults", test_faults_are_underlined);
  g_test_add_func ("/rules-page/format", test_format_and_templates);
  g_test_add_func ("/rules-page/unsaved", test_unsaved_is_asked_about);
  g_test_add_func ("/rules-page/unsaved-goes-on", test_unsaved_goes_on);
  g_test_add_func ("/rules-page/duplicate", test_duplicate);
  g_test_add_func ("/rules-page/in-force", test_in_force);
  g_test_add_func ("/rules-page/save-by-key", test_save_by_key);
  g_test_add_func ("/rules-page/bench", test_bench);
  g_test_add_func ("/rules-page/trial", test_trial_and_suggestion);
  g_test_add_func ("/rules-page/traffic", test_traffic_leads_to_the_rule);
  g_test_add_func ("/rules-page/rejected-of-one-rule", test_rejected_of_one_rule);
  g_test_add_func ("/rules-page/overview", test_overview_leads_to_rejected);
  g_test_add_func ("/rules-page/problem", test_problem_needs_attention);
  g_test_add_func ("/rules-page/broadcast", test_broadcast_warns);
  g_test_add_func ("/rules-page/narrow", test_narrow_and_dark);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
