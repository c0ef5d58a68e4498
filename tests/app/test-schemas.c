/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules-fixture.h"
#include "rules/sb-schema-page.h"
#include "rules/sb-schemas-dialog.h"
#include <glib/gstdio.h>
#include <string.h>

/* The schemas that those of rules refer to. */

#define PERSON "https://example.org/person.json"

static GtkWidget *
open_dialog (AppTest *test)
{
  g_assert_true (gtk_widget_activate_action (show_page (test), "rule.schemas", NULL));
  app_test_wait_until (app_test_dialog (test) != NULL && gtk_widget_get_mapped (GTK_WIDGET (app_test_dialog (test))));
  return GTK_WIDGET (app_test_dialog (test));
}

/* The text of the stored schema; NULL: there is none. */
static const char *
find_text (AppTest    *test,
           const char *uri)
{
  GPtrArray *documents = sb_engine_get_schemas (test->engine);

  for (guint i = 0; i < documents->len; i++)
    {
      const SbSchemaDocument *document = g_ptr_array_index (documents, i);

      if (g_str_equal (document->uri, uri))
        return document->text;
    }
  return NULL;
}

static void
store (AppTest    *test,
       const char *uri,
       const char *text)
{
  sb_engine_add_schema_async (test->engine, "test", uri, text, NULL, NULL);
  app_test_wait_until (g_strcmp0 (find_text (test, uri), text) == 0);
}

static GtkWidget *
find_page (GtkWidget *dialog)
{
  GtkWidget *page = app_test_find (dialog, SB_TYPE_SCHEMA_PAGE, NULL);

  return page != NULL && gtk_widget_get_mapped (page) ? page : NULL;
}

static GtkWidget *
open_schema (GtkWidget  *dialog,
             const char *name) /* NULL: a new one */
{
  if (name != NULL)
    gtk_widget_activate (find_row (dialog, name));
  else
    g_assert_true (gtk_widget_activate_action (dialog, "schemas.add", NULL));
  app_test_wait_until (find_page (dialog) != NULL);
  return find_page (dialog);
}

static GtkEditable *
get_address (GtkWidget *page)
{
  return GTK_EDITABLE (app_test_get (page, ADW_TYPE_ENTRY_ROW, "Address"));
}

static void
write_schema (GtkWidget  *page,
              const char *text)
{
  gtk_text_buffer_set_text (get_buffer (page, "Schema"), text, -1);
}

static void
test_add_schema (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_dialog (test);
  GtkWidget *page;

  app_test_wait_until (app_test_shows (dialog, "Write Once What Several Rules Need"));
  app_test_snap (test, "schemas-empty");
  app_test_click (dialog, "_Add Schema…");
  app_test_wait_until (find_page (dialog) != NULL);
  page = find_page (dialog);
  app_test_assert_named (page);
  g_assert_false (can_save (page));
  app_test_wait_until (app_test_shows (page, "Write a schema, or open a file"));
  g_assert_null (app_test_find (page, GTK_TYPE_BUTTON, "S_uggest from Traffic…"));

  gtk_editable_set_text (get_address (page), "person");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (get_address (page)), "error"));
  write_schema (page, "{ \"type\": \"objekt\" }");
  app_test_wait_until (is_underlined (get_buffer (page, "Schema"), "\"objekt\""));
  app_test_snap (test, "schemas-fault");
  write_schema (page, "{ \"type\": \"object\" }");
  app_test_wait_until (app_test_shows (page, "Valid JSON Schema"));
  g_assert_false (can_save (page));
  gtk_editable_set_text (get_address (page), PERSON);
  app_test_wait_until (app_test_shows (page, "{ \"$ref\": \"" PERSON "\" }"));
  app_test_wait_until (can_save (page));
  app_test_snap (test, "schemas-new");
  app_test_click (page, "_Save");
  app_test_wait_until (find_page (dialog) == NULL);
  g_assert_cmpstr (find_text (test, PERSON), ==, "{ \"type\": \"object\" }");
  app_test_wait_until (app_test_shows (dialog, "Schema " PERSON " stored"));
  app_test_wait_until (find_row (dialog, "person.json") != NULL);
  app_test_wait_until (app_test_shows (dialog, PERSON "\nUsed by no rule · 20\u00a0B"));
  app_test_assert_named (dialog);

  /* The same address is not taken for a second one. */
  page = open_schema (dialog, NULL);
  write_schema (page, "true");
  gtk_editable_set_text (get_address (page), PERSON);
  app_test_wait_until (app_test_shows (page, "There is a schema of this address already"));
  app_test_wait_until (app_test_shows (page, "Valid JSON Schema"));
  g_assert_false (can_save (page));
}

/* A schema that says what its address is need not be told. */
static void
test_own_address (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog = open_dialog (test);
  GtkWidget *page = open_schema (dialog, NULL);

  write_schema (page, "{ \"$id\": \"" PERSON "\", \"type\": \"object\" }");
  app_test_wait_until (g_str_equal (gtk_editable_get_text (get_address (page)), PERSON));
  app_test_wait_until (can_save (page));

  /* One that was written stays. */
  gtk_editable_set_text (get_address (page), "https://example.org/other.json");
  app_test_wait_until (can_save (page));
  g_assert_cmpstr (gtk_editable_get_text (get_address (page)), ==, "https://example.org/other.json");
}

static void
test_remove_schema (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog;

  store (test, PERSON, "{\"type\":\"object\"}");
  add_rule (test, "/news", "{\"$ref\":\"" PERSON "\"}");
  dialog = open_dialog (test);
  app_test_wait_until (app_test_shows (dialog, PERSON "\nUsed by 1 rule · 17\u00a0B"));
  app_test_snap (test, "schemas-list");

  /* A rule needs it: it stays, and it is said which. */
  g_assert_true (gtk_widget_activate_action (dialog, "schemas.remove", "s", PERSON));
  app_test_wait_until (find_label_beginning (dialog, "The rule for /news needs it: ") != NULL);
  g_assert_nonnull (find_text (test, PERSON));

  sb_engine_remove_rule_async (test->engine, "test", find_rule (test, "/news")->id, NULL, NULL);
  app_test_wait_until (count_rules (test) == 0);
  g_assert_true (gtk_widget_activate_action (dialog, "schemas.remove", "s", PERSON));
  app_test_wait_until (find_text (test, PERSON) == NULL);
  app_test_wait_until (app_test_shows (dialog, "Write Once What Several Rules Need"));
  app_test_wait_until (app_test_shows (dialog, "Schema " PERSON " removed"));
  app_test_click (dialog, "_Undo");
  app_test_wait_until (g_strcmp0 (find_text (test, PERSON), "{\"type\":\"object\"}") == 0);
  app_test_wait_until (find_row (dialog, "person.json") != NULL);
}

static void
test_replace_schema (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog, *page;

  store (test, PERSON, "{ \"$defs\": { \"name\": true } }");
  add_rule (test, "/news", "{\"$ref\":\"" PERSON "#/$defs/name\"}");
  dialog = open_dialog (test);
  page = open_schema (dialog, "person.json");
  app_test_wait_until (app_test_shows (page, PERSON));
  g_assert_null (app_test_find (page, ADW_TYPE_ENTRY_ROW, "Address"));
  g_assert_true (adw_navigation_page_get_can_pop (ADW_NAVIGATION_PAGE (page)));
  app_test_wait_until (app_test_shows (page, "Used by 1 rule"));
  g_assert_false (can_save (page));

  /* What a rule needs may not go. */
  write_schema (page, "{ \"$defs\": { \"names\": true } }");
  app_test_wait_until (can_save (page));
  app_test_click (page, "_Save");
  app_test_wait_until (find_label_beginning (page, "The rule for /news needs it: ") != NULL);
  g_assert_cmpstr (find_text (test, PERSON), ==, "{ \"$defs\": { \"name\": true } }");
  app_test_snap (test, "schemas-needed");

  write_schema (page, "{ \"$defs\": { \"name\": { \"type\": \"string\" } } }");
  app_test_wait_until (can_save (page));
  app_test_click (page, "_Save");
  app_test_wait_until (find_page (dialog) == NULL);
  app_test_wait_until (app_test_shows (dialog, "Schema " PERSON " stored"));
  app_test_click (dialog, "_Undo");
  app_test_wait_until (g_strcmp0 (find_text (test, PERSON), "{ \"$defs\": { \"name\": true } }") == 0);
}

/* What is not saved is asked about, also where the dialog is closed. */
static void
test_unsaved_schema (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog, *page;
  AdwDialog *question;

  store (test, PERSON, "true");
  dialog = open_dialog (test);
  page = open_schema (dialog, "person.json");
  write_schema (page, "false");
  g_assert_false (adw_navigation_page_get_can_pop (ADW_NAVIGATION_PAGE (page)));
  adw_dialog_close (ADW_DIALOG (dialog));
  app_test_wait_until (app_test_dialog (test) != ADW_DIALOG (dialog));
  question = app_test_dialog (test);
  g_assert_nonnull (question);
  app_test_click (GTK_WIDGET (question), "_Discard");
  app_test_wait_until (app_test_dialog (test) == ADW_DIALOG (dialog) && find_page (dialog) == NULL);
  g_assert_cmpstr (find_text (test, PERSON), ==, "true");
  adw_dialog_close (ADW_DIALOG (dialog));
  app_test_wait_until (app_test_dialog (test) == NULL);
}

static void
open_file (GtkWidget  *page,
           const char *path,
           const char *text,
           gssize      length)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (text != NULL)
    g_assert_true (g_file_set_contents (path, text, length, NULL));
  sb_schema_editor_open (SB_SCHEMA_EDITOR (app_test_get (page, SB_TYPE_SCHEMA_EDITOR, NULL)), file);
}

static void
test_from_file (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *page = open_schema (open_dialog (test), NULL);
  g_autofree char *folder = g_dir_make_tmp ("schemas-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "person.json", NULL);
  g_autofree char *big = g_strnfill (SB_RULE_MAX_SCHEMA + 1, ' ');
  g_autofree char *kept = NULL;

  open_file (page, path, "{ \"$id\": \"" PERSON "\", \"type\": 7 }", -1);
  app_test_wait_until (is_underlined (get_buffer (page, "Schema"), "7"));
  open_file (page, path, "{ \"$id\": \"" PERSON "\" }", -1);
  app_test_wait_until (g_str_equal (gtk_editable_get_text (get_address (page)), PERSON));
  app_test_wait_until (can_save (page));

  /* What is no schema leaves what is there as it is. */
  open_file (page, path, big, -1);
  app_test_wait_until (app_test_shows (page, "The schema has 262145 bytes; it may have 262144."));
  open_file (page, path, "\xff\xfe", 2);
  app_test_wait_until (app_test_shows (page, "“person.json” is not UTF-8 text"));
  open_file (page, path, "{}\0", 3);
  app_test_wait_until (app_test_shows (page, "“person.json” is not UTF-8 text"));
  g_remove (path);
  open_file (page, path, NULL, 0);
  app_test_wait_until (find_label_beginning (page, "Error when getting information for file") != NULL);
  kept = read_text (get_buffer (page, "Schema"));
  g_assert_cmpstr (kept, ==, "{ \"$id\": \"" PERSON "\" }");
  g_rmdir (folder);
}

/* What others do is shown, and by keys alone one comes to all of it. */
static void
test_others_and_keys (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *dialog, *row;
  g_autofree char *long_uri = g_strdup_printf ("https://example.org/%s/%s.json", "a-long-way-to-the-schema", "what-all-devices-say");

  store (test, PERSON, "true");
  dialog = open_dialog (test);
  store (test, long_uri, "true");
  app_test_wait_until (find_row (dialog, "what-all-devices-say.json") != NULL);
  add_rule (test, "/news", "{\"$ref\":\"" PERSON "\"}");
  store (test, "urn:example:reading", "{ \"type\": \"number\" }");
  app_test_wait_until (find_row (dialog, "reading") != NULL);
  app_test_wait_until (app_test_shows (dialog, PERSON "\nUsed by 1 rule · 4\u00a0B"));
  app_test_resize (test, 360, 640);
  app_test_snap (test, "schemas-narrow");

  row = find_row (dialog, "reading");
  gtk_widget_grab_focus (row);
  g_assert_nonnull (find_shortcut (gtk_widget_get_parent (row), "Delete"));
  gtk_shortcut_action_activate (find_shortcut (gtk_widget_get_parent (row), "Delete"), 0, gtk_widget_get_parent (row), NULL);
  app_test_wait_until (find_text (test, "urn:example:reading") == NULL);
  app_test_wait_until (find_row (dialog, "reading") == NULL);
  /* The focus is on what has come in its place. */
  g_assert_nonnull (gtk_widget_get_focus_child (app_test_get (dialog, GTK_TYPE_LIST_BOX, NULL)));
}

static GMenuModel *
get_insert_menu (GtkWidget *editor)
{
  return gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (app_test_get (app_test_get (editor, SB_TYPE_SCHEMA_EDITOR, NULL), GTK_TYPE_MENU_BUTTON, "_Insert")));
}

/* A rule refers to one by the menu, without its address being known by heart. */
static void
test_refer (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkWidget *editor = open_editor (test, "add:/news");
  GtkTextBuffer *schema = get_buffer (editor, "Schema");
  g_autoptr (GMenuModel) section = NULL;
  g_autofree char *label = NULL;
  g_autofree char *text = NULL;
  GtkTextIter at;

  g_assert_cmpint (g_menu_model_get_n_items (get_insert_menu (editor)), ==, 1);
  store (test, "https://example.org/a_person.json", "{ \"type\": \"object\" }");
  g_assert_cmpint (g_menu_model_get_n_items (get_insert_menu (editor)), ==, 2);
  section = g_menu_model_get_item_link (get_insert_menu (editor), 1, G_MENU_LINK_SECTION);
  g_assert_true (g_menu_model_get_item_attribute (section, 0, G_MENU_ATTRIBUTE_LABEL, "s", &label));
  g_assert_cmpstr (label, ==, "a__person.json");

  gtk_text_buffer_set_text (schema, "{ \"items\":  }", -1);
  gtk_text_buffer_get_iter_at_offset (schema, &at, 11);
  gtk_text_buffer_place_cursor (schema, &at);
  g_assert_true (gtk_widget_activate_action (get_view (editor, "Schema"), "schema.refer", "s", "https://example.org/a_person.json"));
  text = read_text (schema);
  g_assert_cmpstr (text, ==, "{ \"items\": { \"$ref\": \"https://example.org/a_person.json\" } }");
  app_test_wait_until (app_test_shows (editor, "Valid JSON Schema"));

  sb_engine_remove_schema_async (test->engine, "test", "https://example.org/a_person.json", NULL, NULL);
  app_test_wait_until (g_menu_model_get_n_items (get_insert_menu (editor)) == 1);
}

static void
add_tests (void)
{
  g_test_add_func ("/schemas/add", test_add_schema);
  g_test_add_func ("/schemas/own-address", test_own_address);
  g_test_add_func ("/schemas/remove", test_remove_schema);
  g_test_add_func ("/schemas/replace", test_replace_schema);
  g_test_add_func ("/schemas/unsaved", test_unsaved_schema);
  g_test_add_func ("/schemas/file", test_from_file);
  g_test_add_func ("/schemas/others-and-keys", test_others_and_keys);
  g_test_add_func ("/schemas/refer", test_refer);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add_tests);
}
