/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "places.h"
#include "widgets/sb-line.h"
#include <glib/gi18n.h>

/* The window in a language nobody speaks, which make-pseudo writes: each text has brackets, and is a third longer. What is
 * shown without them cannot be translated. */

/* The same in every language: names, and what is said by this test. */
static const char *const data[] = {
  "Signalbox", "Sensor", "sbx_", "/news", "ws://", "127.0.0.1", "hello", "JSON", "bytes", "kB", "Ctrl", "Shift", "Delete", "Escape", "Return", "Page", "notice", "test", "Doors open", "Workshop", "Guest", "person.json",
  "192.168.1.",
};

static gboolean
is_translated (const char *text)
{
  g_autofree char *rest = NULL;

  if (text == NULL || strstr (text, "⟦") != NULL)
    return TRUE;
  /* An example of a message or a schema. */
  if (*text == '{')
    return TRUE;
  if (!g_regex_match_simple ("\\pL{3}", text, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    if (strstr (text, data[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
check_text (GtkWidget *widget, const char *where, const char *what, const char *text, guint *n_faults)
{
  if (is_translated (text))
    return;
  g_printerr ("%s: %s of %s is not translated: “%s”\n", where, what, G_OBJECT_TYPE_NAME (widget), text);
  (*n_faults)++;
}

/* Whether it can be scrolled to. */
static gboolean
scrolls (GtkWidget *widget)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  GtkPolicyType policy = GTK_POLICY_NEVER;

  if (scrolled != NULL)
    gtk_scrolled_window_get_policy (GTK_SCROLLED_WINDOW (scrolled), &policy, NULL);
  return policy != GTK_POLICY_NEVER;
}

static void
check_place (GtkWidget *label, GtkWidget *root, const char *where, guint *n_faults)
{
  graphene_rect_t bounds;

  if (scrolls (label) || !gtk_widget_compute_bounds (label, root, &bounds) || bounds.size.width < 1)
    return;
  if (bounds.origin.x >= -1 && bounds.origin.x + bounds.size.width <= gtk_widget_get_width (root) + 1)
    return;
  g_printerr ("%s: “%s” is cut: %.0f to %.0f of %d\n", where, gtk_label_get_text (GTK_LABEL (label)), bounds.origin.x,
              bounds.origin.x + bounds.size.width, gtk_widget_get_width (root));
  (*n_faults)++;
}

/* AdwPreferencesDialog has a button of its own for its search, AdwPasswordEntryRow one for what is hidden. */
static gboolean
is_of_toolkit (GtkWidget *widget)
{
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  return (g_strcmp0 (tooltip, "Search") == 0 && GTK_IS_TOGGLE_BUTTON (widget) &&
          gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_DIALOG) != NULL) ||
         (g_strcmp0 (tooltip, "Show Password") == 0 && GTK_IS_BUTTON (widget) &&
          gtk_widget_get_ancestor (widget, ADW_TYPE_PASSWORD_ENTRY_ROW) != NULL);
}

static void
check_below (GtkWidget *widget, GtkWidget *root, const char *where, guint *n_texts, guint *n_faults)
{
  /* What the toolkit says it translates itself; what is in a text view was written by somebody. */
  if (!gtk_widget_get_mapped (widget) || GTK_IS_WINDOW_CONTROLS (widget) || GTK_IS_TEXT_VIEW (widget))
    return;
  if (GTK_IS_LABEL (widget))
    {
      check_text (widget, where, "the text", gtk_label_get_text (GTK_LABEL (widget)), n_faults);
      check_place (widget, root, where, n_faults);
      (*n_texts)++;
    }
  else if (GTK_IS_INSCRIPTION (widget))
    check_text (widget, where, "the text", gtk_inscription_get_text (GTK_INSCRIPTION (widget)), n_faults);
  else if (SB_IS_LINE (widget))
    {
      check_text (widget, where, "the text", sb_line_get_text (SB_LINE (widget)), n_faults);
      (*n_texts)++;
    }
  else if (GTK_IS_TEXT (widget))
    check_text (widget, where, "the placeholder", gtk_text_get_placeholder_text (GTK_TEXT (widget)), n_faults);
  if (!is_of_toolkit (widget))
    check_text (widget, where, "the tooltip", gtk_widget_get_tooltip_text (widget), n_faults);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    check_below (child, root, where, n_texts, n_faults);
}

static gboolean
has_label (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_label (child))
      return TRUE;
  return FALSE;
}

static void
check_pages (AppTest *test, int width, int height)
{
  guint n_faults = 0;

  app_test_resize (test, width, height);
  app_test_wait_until (gtk_widget_get_width (GTK_WIDGET (test->window)) == width);
  for (guint i = 0; i < PLACES_N_PAGES; i++)
    {
      g_autofree char *where = g_strdup_printf ("%s at %d", places_pages[i], width);
      AdwNavigationSplitView *view = ADW_NAVIGATION_SPLIT_VIEW (
          app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL));
      guint n_texts = 0;

      sb_window_show_page (test->window, places_pages[i], NULL);
      app_test_wait_until (g_strcmp0 (adw_navigation_page_get_tag (adw_navigation_split_view_get_content (view)), places_pages[i]) == 0 &&
                           gtk_widget_get_mapped (GTK_WIDGET (adw_navigation_split_view_get_content (view))));
      check_below (GTK_WIDGET (test->window), GTK_WIDGET (test->window), where, &n_texts, &n_faults);
      g_assert_cmpuint (n_texts, >, 3);
      app_test_snap (test, where);
    }
  g_assert_cmpuint (n_faults, ==, 0);
}

static void
test_pages (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  /* Otherwise all the rest would say nothing. */
  g_assert_true (g_str_has_prefix (_("_Help"), "⟦"));
  check_pages (test, 1200, 760);
  app_test_start (test);
  connection = places_fill (test);
  check_pages (test, 1200, 760);
  soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
look (AppTest    *test,
      GtkWidget  *root,
      const char *name,
      gpointer    user_data)
{
  g_autofree char *where = g_strdup_printf ("%s at %d", name, gtk_widget_get_width (GTK_WIDGET (test->window)));
  guint n_texts = 0;

  /* English only, and the toolkit's. */
  if (g_str_equal (name, "help") || g_str_equal (name, "about"))
    return;
  /* Until it has words. */
  g_test_message ("%s", where);
  app_test_wait_until (has_label (root));
  places_let_lay_out (root);
  check_below (root, GTK_WIDGET (gtk_widget_get_root (root)), where, &n_texts, user_data);
  g_assert_cmpuint (n_texts, >, 1);
  app_test_snap_window (root, where);
}

static void
test_panels (void)
{
  places_walk (places_each_panel, look);
}

static void
test_dialogs (void)
{
  places_walk (places_each_dialog, look);
}

static void
add (void)
{
  g_test_add_func ("/pseudo/pages", test_pages);
  g_test_add_func ("/pseudo/panels", test_panels);
  g_test_add_func ("/pseudo/dialogs", test_dialogs);
}

int
main (int argc, char *argv[])
{
  places_speak (g_getenv ("PSEUDO_DIR"));
  return app_test_run (argc, argv, add);
}
