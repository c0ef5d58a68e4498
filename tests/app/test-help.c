/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "help/sb-help-text.h"

static void
test_markup (void)
{
  const struct
  {
    const char *markdown;
    const char *markup;
  } cases[] = {
    { "", "" },
    { "Press *Issue* & wait", "Press <b>Issue</b> &amp; wait" },
    { "write `{\"a\": 2 * 3 < 7}`", "write <tt>{&quot;a&quot;: 2 * 3 &lt; 7}</tt>" },
    { "**now** or *later*", "<b>now</b> or <b>later</b>" },
    { "2 * 3, an open `tick, [brackets]", "2 * 3, an open `tick, [brackets]" },
    { "see [*the* limits](limits.md) and [GTK](https://gtk.org/?a&b)",
      "see <b>the</b> limits and <a href=\"https://gtk.org/?a&amp;b\">GTK</a>" },
    { "“Größe…”", "“Größe…”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *markup = sb_help_text_markup (cases[i].markdown);
      g_autoptr (GError) error = NULL;

      g_assert_cmpstr (markup, ==, cases[i].markup);
      /* Links are the label's own. */
      if (strstr (markup, "<a ") == NULL)
        pango_parse_markup (markup, -1, 0, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
assert_block (GPtrArray *topics, guint topic, guint i, SbHelpKind kind, const char *number, const char *text)
{
  const SbHelpTopic *found = g_ptr_array_index (topics, topic);
  const SbHelpBlock *block = g_ptr_array_index (found->blocks, i);

  g_assert_cmpint (block->kind, ==, kind);
  g_assert_cmpstr (block->number, ==, number);
  g_assert_cmpstr (block->text, ==, text);
}

static void
test_text (void)
{
  g_autoptr (GPtrArray) topics = sb_help_text_read ("# Page\n\nNot shown.\n\n## First\n\nTwo\nlines.\n\n1. One *step*\n   goes on.\n2. Two\n\n"
                                                    "![picture](a.png)\n\n## Second\n\n- point\n- other\n\n```\na <b>\n\n  # b\n```\nend\n");

  g_assert_cmpuint (topics->len, ==, 2);
  g_assert_cmpstr (((SbHelpTopic *) g_ptr_array_index (topics, 0))->title, ==, "First");
  g_assert_cmpuint (((SbHelpTopic *) g_ptr_array_index (topics, 0))->blocks->len, ==, 3);
  assert_block (topics, 0, 0, SB_HELP_PARAGRAPH, NULL, "Two lines.");
  assert_block (topics, 0, 1, SB_HELP_STEP, "1.", "One <b>step</b> goes on.");
  assert_block (topics, 0, 2, SB_HELP_STEP, "2.", "Two");
  g_assert_cmpuint (((SbHelpTopic *) g_ptr_array_index (topics, 1))->blocks->len, ==, 4);
  assert_block (topics, 1, 0, SB_HELP_ITEM, NULL, "point");
  assert_block (topics, 1, 1, SB_HELP_ITEM, NULL, "other");
  assert_block (topics, 1, 2, SB_HELP_CODE, NULL, "a <b>\n\n  # b");
  assert_block (topics, 1, 3, SB_HELP_PARAGRAPH, NULL, "end");
}

/* The first language that there is one in; English for itself, though another that there is one in comes after it. */
static void
test_languages (void)
{
  const struct
  {
    const char *languages[4];
    const char *title; /* of the first task */
  } cases[] = {
    { { "C" }, "1. Let other devices in" },
    { { "de_AT.UTF-8", "de_AT", "de", "C" }, "1. Andere Geräte einlassen" },
    { { "eo", "pt_BR", "C" }, "1. Deixar outros dispositivos entrarem" },
    { { "pt", "C" }, "1. Let other devices in" },
    { { "en_GB", "de", "C" }, "1. Let other devices in" },
    { { NULL }, "1. Let other devices in" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *languages[G_N_ELEMENTS (cases[i].languages) + 1] = { NULL };
      g_autofree char *markdown = NULL;
      g_autoptr (GPtrArray) topics = NULL;

      memcpy (languages, cases[i].languages, sizeof (cases[i].languages));
      markdown = sb_help_text_load (languages);
      topics = sb_help_text_read (markdown);
      g_assert_cmpstr (((SbHelpTopic *) g_ptr_array_index (topics, 0))->title, ==, cases[i].title);
    }
}

/* F1 opens it; each task has a page, that leads back. */
static void
test_dialog (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_auto (GStrv) keys = gtk_application_get_accels_for_action (GTK_APPLICATION (test->application), "app.help");
  g_autofree char *markdown = sb_help_text_load (g_get_language_names ());
  g_autoptr (GPtrArray) topics = sb_help_text_read (markdown);
  AdwNavigationView *view;
  GtkWidget *dialog;

  g_assert_cmpstr (keys[0], ==, "F1");
  g_assert_cmpuint (topics->len, >=, 9);
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "help", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  dialog = GTK_WIDGET (app_test_dialog (test));
  view = ADW_NAVIGATION_VIEW (app_test_get (dialog, ADW_TYPE_NAVIGATION_VIEW, NULL));
  app_test_assert_named (dialog);
  app_test_snap (test, "help");
  for (guint i = 0; i < topics->len; i++)
    {
      const SbHelpTopic *topic = g_ptr_array_index (topics, i);
      AdwActionRow *row = ADW_ACTION_ROW (app_test_get (dialog, ADW_TYPE_ACTION_ROW, topic->title));
      AdwNavigationPage *page;

      g_assert_cmpuint (topic->blocks->len, >, 0);
      adw_action_row_activate (row);
      page = adw_navigation_view_get_visible_page (view);
      g_assert_cmpstr (adw_navigation_page_get_title (page), ==, topic->title);
      app_test_wait_until (app_test_shows (GTK_WIDGET (page), topic->title));
      if (i == 1)
        app_test_snap (test, "help-task");
      adw_navigation_view_pop (view);
    }
}

/* What is new stands in the dialog, and what a report of a mistake needs. */
static void
test_about (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  AdwAboutDialog *about;

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "about", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  about = ADW_ABOUT_DIALOG (app_test_dialog (test));
  g_assert_cmpstr (adw_about_dialog_get_version (about), ==, PACKAGE_VERSION);
  g_assert_cmpstr (adw_about_dialog_get_application_name (about), ==, "Signalbox");
  g_assert_nonnull (strstr (adw_about_dialog_get_release_notes (about), "<li>"));
  g_assert_cmpstr (adw_about_dialog_get_release_notes_version (about), ==, PACKAGE_VERSION);
  g_assert_nonnull (strstr (adw_about_dialog_get_debug_info (about), "libadwaita"));
  app_test_snap (test, "about");
}

static void
add (void)
{
  g_test_add_func ("/help/markup", test_markup);
  g_test_add_func ("/help/text", test_text);
  g_test_add_func ("/help/languages", test_languages);
  g_test_add_func ("/help/dialog", test_dialog);
  g_test_add_func ("/help/about", test_about);
}

int
main (int argc, char *argv[])
{
  return app_test_run (argc, argv, add);
}
