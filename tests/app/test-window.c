/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-test.h"
#include "sb-shortcuts.h"
#include "sb-sidebar-row.h"

static AdwNavigationSplitView *
split_view (AppTest *test)
{
  return ADW_NAVIGATION_SPLIT_VIEW (app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL));
}

static const char *
content_tag (AppTest *test)
{
  AdwNavigationSplitView *view = split_view (test);

  return adw_navigation_page_get_tag (adw_navigation_split_view_get_content (view));
}

static GtkWidget *
page_list (AppTest *test)
{
  return gtk_widget_get_parent (app_test_get (GTK_WIDGET (test->window), SB_TYPE_SIDEBAR_ROW, NULL));
}

static const char *
selected_title (AppTest *test)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (page_list (test)));

  return adw_navigation_page_get_title (ADW_NAVIGATION_PAGE (sb_sidebar_row_get_page (SB_SIDEBAR_ROW (row))));
}

/* --- pages --- */

static void
test_pages_are_listed (void)
{
  static const char *const titles[] = { "Overview", "Clients", "Traffic", "Broadcast", "Tokens", "Rules", "Audit" };
  g_autoptr (AppTest) test = app_test_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (page_list (test)), i);

      g_assert_nonnull (row);
      g_assert_nonnull (app_test_find (GTK_WIDGET (row), GTK_TYPE_LABEL, titles[i]));
      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, titles[i]);
    }
  g_assert_null (gtk_list_box_get_row_at_index (GTK_LIST_BOX (page_list (test)), G_N_ELEMENTS (titles)));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (page_list (test)), GTK_ACCESSIBLE_PROPERTY_LABEL, "Pages");
  g_assert_cmpstr (content_tag (test), ==, "overview");
  g_assert_cmpstr (selected_title (test), ==, "Overview");
}

static void
test_row_shows_page (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (page_list (test)), 4);

  gtk_widget_activate (GTK_WIDGET (row));
  g_assert_cmpstr (content_tag (test), ==, "tokens");
}

static void
test_action_shows_page (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  SbPage *clients = sb_window_get_page (test->window, "clients");

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (test->window), "win.show-page", "(ss)", "clients", "slow"));
  g_assert_cmpstr (content_tag (test), ==, "clients");
  g_assert_cmpstr (selected_title (test), ==, "Clients");

  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.show-page", "(ss)", "no such page", "");
  g_assert_cmpstr (content_tag (test), ==, "clients");

  sb_page_go_to (clients, "audit", NULL);
  g_assert_cmpstr (content_tag (test), ==, "audit");
  /* The page is kept as it was. */
  g_assert_true (sb_window_get_page (test->window, "clients") == clients);
}

static void
test_row_tells_count_and_attention (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  SbPage *audit = sb_window_get_page (test->window, "audit");
  GtkWidget *row = GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (page_list (test)), 6));

  sb_page_set_count (audit, "1,204");
  sb_page_set_attention (audit, TRUE);
  g_assert_nonnull (app_test_find (row, GTK_TYPE_LABEL, "1,204"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "1,204, needs attention");

  sb_page_set_count (audit, NULL);
  sb_page_set_attention (audit, FALSE);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "");
}

static void
test_everything_is_named (void)
{
  static const char *const pages[] = { "overview", "clients", "traffic", "broadcast", "tokens", "rules", "audit" };
  g_autoptr (AppTest) test = app_test_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      sb_window_show_page (test->window, pages[i], NULL);
      app_test_assert_named (GTK_WIDGET (test->window));
    }
}

static void
test_narrow (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  AdwNavigationSplitView *view = split_view (test);

  app_test_wait_until (!adw_navigation_split_view_get_collapsed (view));
  app_test_resize (test, 360, 640);
  app_test_wait_until (adw_navigation_split_view_get_collapsed (view));
  g_assert_true (adw_navigation_split_view_get_show_content (view));

  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.toggle-sidebar", NULL);
  g_assert_false (adw_navigation_split_view_get_show_content (view));
  app_test_click (page_list (test), NULL);
  app_test_resize (test, 1200, 760);
  app_test_wait_until (!adw_navigation_split_view_get_collapsed (view));

  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.toggle-sidebar", NULL);
  g_assert_true (adw_navigation_split_view_get_collapsed (view));
  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.toggle-sidebar", NULL);
  g_assert_false (adw_navigation_split_view_get_collapsed (view));
}

static void
test_remembers (void)
{
  AppTest *test = app_test_new (NULL);

  app_test_resize (test, 900, 600);
  sb_window_show_page (test->window, "audit", NULL);
  app_test_free (test);

  test = app_test_new_again (NULL);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (test->window)), ==, 900);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (test->window)), ==, 600);
  g_assert_cmpstr (content_tag (test), ==, "audit");
  g_assert_cmpstr (selected_title (test), ==, "Audit");
  app_test_free (test);
}

static void
test_toast (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);

  sb_page_say (sb_window_get_page (test->window, "overview"), "%s is <b>plain</b>", "This");
  app_test_wait_until (app_test_find (GTK_WIDGET (test->window), GTK_TYPE_LABEL, "This is <b>plain</b>") != NULL);
}

static void
test_shortcuts (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_auto (GStrv) accels = NULL;

  accels = gtk_application_get_accels_for_action (GTK_APPLICATION (test->application),
                                                  "win.show-page(('broadcast', ''))");
  g_assert_cmpstr (accels[0], ==, "<Control>4");
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "shortcuts", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), ADW_TYPE_ACTION_ROW, "Search on the page"));
  g_assert_nonnull (app_test_find (GTK_WIDGET (app_test_dialog (test)), GTK_TYPE_LABEL, "Ctrl+F"));
  app_test_snap (test, "shortcuts");
}

/* Keys that do the same as one that is shown. */
static const char *const aliases[] = { "Menu", "Pause", NULL };
/* What the toolkit gives to every button. */
static const char *const buttons[] = { "Return", "space", "ISO_Enter", NULL };

static void
collect_keys (GtkWidget  *widget,
              GHashTable *keys)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      guint n = GTK_IS_SHORTCUT_CONTROLLER (controller) && g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Sb")
                    ? g_list_model_get_n_items (G_LIST_MODEL (controller))
                    : 0;

      for (guint j = 0; j < n; j++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), j);
          g_autofree char *trigger = gtk_shortcut_trigger_to_string (gtk_shortcut_get_trigger (shortcut));
          g_auto (GStrv) parts = g_strsplit (trigger, "|", -1);

          for (char **part = parts; *part != NULL; part++)
            g_hash_table_add (keys, g_strdup (*part));
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_keys (child, keys);
}

/* What the dialog shows works, and what works is in the dialog. */
static void
test_shortcuts_are_true (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) shown = sb_shortcuts_list ();
  g_auto (GStrv) actions = gtk_application_list_action_descriptions (GTK_APPLICATION (test->application));
  GHashTableIter iter;
  gpointer key;
  GtkListBoxRow *row;

  for (char **action = actions; *action != NULL; action++)
    {
      g_auto (GStrv) accels = gtk_application_get_accels_for_action (GTK_APPLICATION (test->application), *action);

      for (char **accel = accels; *accel != NULL; accel++)
        g_hash_table_add (keys, g_strdup (*accel));
    }
  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (page_list (test)), i)) != NULL; i++)
    {
      SbPage *page = sb_sidebar_row_get_page (SB_SIDEBAR_ROW (row));

      sb_window_show_page (test->window, adw_navigation_page_get_tag (ADW_NAVIGATION_PAGE (page)), NULL);
      app_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (page)));
      collect_keys (GTK_WIDGET (page), keys);
    }
  /* The toolkit's own, for the menu button that is the primary one. */
  g_hash_table_add (keys, g_strdup ("F10"));

  for (char **accel = shown; *accel != NULL; accel++)
    if (!g_hash_table_contains (keys, *accel))
      {
        g_autofree char *all = g_strjoinv (" ", (char **) g_hash_table_get_keys_as_array (keys, NULL));

        g_error ("%s is shown, and does nothing; these do: %s", *accel, all);
      }
  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_strv_contains ((const char *const *) shown, key) && !g_strv_contains (aliases, key) &&
        !g_strv_contains (buttons, key) && strstr (key, "KP_") == NULL)
      g_error ("%s works, and is not shown", (char *) key);
}

/* Ctrl+1 is the first page of the sidebar, and so on. */
static void
test_pages_by_number (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (page_list (test)), i)) != NULL; i++)
    {
      const char *tag = adw_navigation_page_get_tag (
          ADW_NAVIGATION_PAGE (sb_sidebar_row_get_page (SB_SIDEBAR_ROW (row))));
      g_autofree char *action = g_strdup_printf ("win.show-page(('%s', ''))", tag);
      g_autofree char *expected = g_strdup_printf ("<Control>%d", i + 1);
      g_auto (GStrv) accels = gtk_application_get_accels_for_action (GTK_APPLICATION (test->application), action);

      g_assert_cmpstr (accels[0], ==, expected);
    }
}

static void
test_about (void)
{
  g_autoptr (AppTest) test = app_test_new ("max-clients=77\ntls-certificate=/home/somebody/secret.pem\n");
  g_autofree char *details = NULL;

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "about", NULL);
  app_test_wait_until (app_test_dialog (test) != NULL);
  g_assert_true (ADW_IS_ABOUT_DIALOG (app_test_dialog (test)));
  details = g_strdup (adw_about_dialog_get_debug_info (ADW_ABOUT_DIALOG (app_test_dialog (test))));
  g_assert_nonnull (strstr (details, "libsoup 3."));
  g_assert_nonnull (strstr (details, "Server: stopped"));
  g_assert_nonnull (strstr (details, "(built with "));
  /* What was set, but not where somebody keeps their keys, nor their name. */
  g_assert_nonnull (strstr (details, "max-clients = 77\n"));
  g_assert_nonnull (strstr (details, "tls-certificate = (set)\n"));
  g_assert_null (strstr (details, "somebody"));
  g_assert_null (strstr (details, "max-backlog"));
  g_assert_null (strstr (details, test->dir));
  app_test_snap (test, "about");
}

static void
add (void)
{
  g_test_add_func ("/window/pages-are-listed", test_pages_are_listed);
  g_test_add_func ("/window/row-shows-page", test_row_shows_page);
  g_test_add_func ("/window/action-shows-page", test_action_shows_page);
  g_test_add_func ("/window/row-tells-count-and-attention", test_row_tells_count_and_attention);
  g_test_add_func ("/window/everything-is-named", test_everything_is_named);
  g_test_add_func ("/window/collapses-when-narrow", test_narrow);
  g_test_add_func ("/window/remembers-size-and-page", test_remembers);
  g_test_add_func ("/window/toast-is-plain-text", test_toast);
  g_test_add_func ("/window/shortcuts", test_shortcuts);
  g_test_add_func ("/window/shortcuts-are-true", test_shortcuts_are_true);
  g_test_add_func ("/window/pages-by-number", test_pages_by_number);
  g_test_add_func ("/window/about", test_about);
}

int
main (int   argc,
      char *argv[])
{
  return app_test_run (argc, argv, add);
}
