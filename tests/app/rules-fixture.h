/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app-test.h"
#include "rules/sb-rule-bench.h"
#include "rules/sb-rule-editor.h"
#include "rules/sb-rule-view.h"
#include "rules/sb-schema-editor.h"
#include <gtksourceview/gtksource.h>

/* What the tests of rules in the window have in common. */

#define PATTERN_TITLE "Channels, Such as /news or /room/*"

static inline GtkWidget *
show_page (AppTest *test)
{
  sb_window_show_page (test->window, "rules", NULL);
  return GTK_WIDGET (sb_window_get_page (test->window, "rules"));
}

static inline SbRuleList *
get_rules (AppTest *test)
{
  return sb_engine_get_rules (test->engine);
}

static inline guint
count_rules (AppTest *test)
{
  return g_list_model_get_n_items (G_LIST_MODEL (get_rules (test)));
}

/* The rule for exactly @pattern; NULL: there is none. */
static inline const SbRule *
find_rule (AppTest    *test,
           const char *pattern)
{
  SbRuleItem *item = sb_rule_list_find_pattern (get_rules (test), pattern);

  return item != NULL ? sb_rule_item_get_rule (item) : NULL;
}

static inline gint64
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

static inline GtkWidget *
find_editor (GtkWidget *page)
{
  return app_test_find (page, SB_TYPE_RULE_EDITOR, NULL);
}

static inline gboolean
editor_is_open (GtkWidget *page)
{
  GtkWidget *editor = find_editor (page);

  return editor != NULL && gtk_widget_get_mapped (editor);
}

static inline GtkWidget *
open_editor (AppTest    *test,
             const char *filter)
{
  GtkWidget *page;

  sb_window_show_page (test->window, "rules", filter);
  page = GTK_WIDGET (sb_window_get_page (test->window, "rules"));
  app_test_wait_until (editor_is_open (page));
  return find_editor (page);
}

static inline void
write_pattern (GtkWidget  *editor,
               const char *pattern)
{
  gtk_editable_set_text (GTK_EDITABLE (app_test_get (editor, ADW_TYPE_ENTRY_ROW, PATTERN_TITLE)), pattern);
}

/* The text view of the schema, or of the message to try. */
static inline GtkWidget *
get_view (GtkWidget  *editor,
          const char *name)
{
  GType type = g_str_equal (name, "Schema") ? SB_TYPE_SCHEMA_EDITOR : SB_TYPE_RULE_BENCH;
  GtkWidget *view = app_test_get (app_test_get (editor, type, NULL), GTK_SOURCE_TYPE_VIEW, NULL);

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, name);
  return view;
}

static inline GtkTextBuffer *
get_buffer (GtkWidget  *editor,
            const char *name)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (get_view (editor, name)));
}

static inline char *
read_text (GtkTextBuffer *buffer)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

/* What is underlined; NULL: nothing. */
static inline char *
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

static inline gboolean
is_underlined (GtkTextBuffer *buffer,
               const char    *text)
{
  g_autofree char *underlined = read_underlined (buffer);

  return g_strcmp0 (underlined, text) == 0;
}

static inline gboolean
can_save (GtkWidget *editor)
{
  return gtk_widget_is_sensitive (app_test_get (editor, GTK_TYPE_BUTTON, "_Save"));
}

static inline void
save (GtkWidget *page,
      GtkWidget *editor)
{
  app_test_wait_until (can_save (editor));
  app_test_click (editor, "_Save");
  app_test_wait_until (!editor_is_open (page));
}

/* The row below @root whose title begins with @prefix. */
static inline GtkWidget *
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
static inline void
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

static inline void
say (AppTest           *test,
     const char *const *texts)
{
  say_on (test, "/news", texts);
}

/* What @keys is bound to among the shortcuts of @widget. NULL: nothing. */
static inline GtkShortcutAction *
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

/* The label below @root whose text begins with @prefix, and that is on show. */
static inline GtkWidget *
find_label_beginning (GtkWidget  *root,
                      const char *prefix)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (root) && gtk_widget_get_mapped (root) && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (root)), prefix))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_label_beginning (child, prefix);
  return found;
}
