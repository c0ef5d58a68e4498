/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "places.h"
#include "widgets/sb-line.h"
#include <glib/gi18n.h>
#include <string.h>

/* Every page and dialog as somebody meets them who hears the window, or has no mouse: each thing that can be used has a
 * name, Tab comes to it, and no access key stands for two things. */

typedef struct
{
  const char *where;
  guint n_used;   /* widgets that can be used, or reached */
  guint n_faults;
} Walk;

G_GNUC_PRINTF (2, 3)
static void
fault (Walk       *walk,
       const char *format,
       ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("%s: %s\n", walk->where, text);
  walk->n_faults++;
}

/* Where a widget is, in words: the types above it, and its name. */
static char *
dup_path (GtkWidget *widget)
{
  GString *path = g_string_new (G_OBJECT_TYPE_NAME (widget));
  GtkWidget *parent = gtk_widget_get_parent (widget);
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  if (GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL)
    g_string_append_printf (path, " (%s)", gtk_button_get_icon_name (GTK_BUTTON (widget)));
  if (tooltip != NULL)
    g_string_append_printf (path, " (%s)", tooltip);
  for (guint i = 0; i < 6 && parent != NULL; i++, parent = gtk_widget_get_parent (parent))
    g_string_append_printf (path, " < %s", G_OBJECT_TYPE_NAME (parent));
  return g_string_free_and_steal (path);
}

/* --- names --- */

static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
is_labelled (GtkWidget *widget)
{
  return is_text (gtk_widget_get_tooltip_text (widget)) ||
         gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL) ||
         gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

/* Whether something in it can be read out. */
static gboolean
has_words (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      if (!gtk_widget_get_visible (child))
        continue;
      if ((GTK_IS_LABEL (child) && is_text (gtk_label_get_text (GTK_LABEL (child)))) ||
          (GTK_IS_INSCRIPTION (child) && is_text (gtk_inscription_get_text (GTK_INSCRIPTION (child)))) ||
          (SB_IS_LINE (child) && is_text (sb_line_get_text (SB_LINE (child)))) ||
          is_labelled (child) || has_words (child))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_picture (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child) &&
        (GTK_IS_IMAGE (child) || GTK_IS_PICTURE (child) || has_picture (child)))
      return TRUE;
  return FALSE;
}

/* A part of a control that has the name: the text of an entry, the switch of a row. */
static gboolean
is_named_by_whole (GtkWidget *widget)
{
  for (GtkWidget *whole = gtk_widget_get_parent (widget); whole != NULL; whole = gtk_widget_get_parent (whole))
    {
      if (ADW_IS_PREFERENCES_ROW (whole))
        return is_text (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (whole)));
      if ((GTK_IS_EDITABLE (whole) || GTK_IS_DROP_DOWN (whole)) && is_labelled (whole))
        return TRUE;
    }
  return FALSE;
}

/* The toolkit makes and names these itself. */
static gboolean
is_of_toolkit (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  GtkWidget *sheet = gtk_widget_get_ancestor (widget, ADW_TYPE_BOTTOM_SHEET);

  if (GTK_IS_WINDOW_CONTROLS (widget))
    return TRUE;
  if (GTK_IS_BUTTON (widget) && (GTK_IS_SPIN_BUTTON (parent) || GTK_IS_MENU_BUTTON (parent) || GTK_IS_DROP_DOWN (parent)))
    return TRUE;
  /* A sheet makes a button for a bar at the bottom, which it never shows where there is no such bar. */
  return GTK_IS_BUTTON (widget) && GTK_IS_STACK (parent) && !gtk_widget_get_child_visible (widget) && sheet != NULL &&
         adw_bottom_sheet_get_bottom_bar (ADW_BOTTOM_SHEET (sheet)) == NULL;
}

static void
check_name (Walk      *walk,
            GtkWidget *widget)
{
  g_autofree char *path = NULL;
  gboolean named;

  if (GTK_IS_SWITCH (widget) || GTK_IS_TEXT (widget) || GTK_IS_TEXT_VIEW (widget) || GTK_IS_SPIN_BUTTON (widget) ||
      GTK_IS_DROP_DOWN (widget) || GTK_IS_RANGE (widget))
    named = is_labelled (widget) || is_named_by_whole (widget);
  else if (GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_LIST_BOX_ROW (widget))
    named = is_labelled (widget) || has_words (widget) || (GTK_IS_CHECK_BUTTON (widget) && is_named_by_whole (widget));
  else if (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)) == GTK_ACCESSIBLE_ROLE_GRID_CELL ||
           gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)) == GTK_ACCESSIBLE_ROLE_LIST_ITEM)
    named = is_labelled (widget) || has_words (widget) || !has_picture (widget); /* A cell may be empty. */
  else
    return;
  walk->n_used++;
  if (named)
    return;
  path = dup_path (widget);
  fault (walk, "no name for a screen reader: %s", path);
}

static void
check_names (Walk      *walk,
             GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget) || is_of_toolkit (widget))
    return;
  if (!GTK_IS_SCROLLBAR (widget) && !GTK_IS_SCROLLBAR (gtk_widget_get_parent (widget)))
    check_name (walk, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    check_names (walk, child);
}

/* --- access keys --- */

/* (element-type keyval → text) */
static void
add_key (Walk       *walk,
         GHashTable *keys,
         guint       key,
         const char *text)
{
  const char *other = g_hash_table_lookup (keys, GUINT_TO_POINTER (key));

  if (other != NULL && !g_str_equal (other, text))
    fault (walk, "“%s” and “%s” have the same access key", other, text);
  g_hash_table_insert (keys, GUINT_TO_POINTER (key), g_strdup (text));
}

static void
collect_keys (Walk       *walk,
              GtkWidget  *widget,
              GHashTable *keys)
{
  if (!gtk_widget_get_mapped (widget) || GTK_IS_POPOVER (widget))
    return;
  if (GTK_IS_LABEL (widget) && gtk_label_get_mnemonic_keyval (GTK_LABEL (widget)) != GDK_KEY_VoidSymbol)
    add_key (walk, keys, gtk_label_get_mnemonic_keyval (GTK_LABEL (widget)), gtk_label_get_label (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_keys (walk, child, keys);
}

static void
check_keys (Walk      *walk,
            GtkWidget *root)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  collect_keys (walk, root, keys);
}

/* Sections are in the menu they are a section of, submenus are menus of their own. */
static void
collect_menu_keys (Walk       *walk,
                   GMenuModel *model,
                   GHashTable *keys)
{
  for (int i = 0; i < g_menu_model_get_n_items (model); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (model, i, G_MENU_LINK_SECTION);
      g_autoptr (GMenuModel) submenu = g_menu_model_get_item_link (model, i, G_MENU_LINK_SUBMENU);
      g_autofree char *label = NULL;
      const char *mark;

      if (section != NULL)
        collect_menu_keys (walk, section, keys);
      if (submenu != NULL)
        {
          g_autoptr (GHashTable) below = g_hash_table_new_full (NULL, NULL, NULL, g_free);

          collect_menu_keys (walk, submenu, below);
        }
      if (section != NULL || !g_menu_model_get_item_attribute (model, i, G_MENU_ATTRIBUTE_LABEL, "s", &label))
        continue;
      walk->n_used++;
      mark = strchr (label, '_');
      if (mark != NULL && mark[1] != '\0')
        add_key (walk, keys, (guint) g_unichar_tolower (g_utf8_get_char (mark + 1)), label);
    }
}

static void
check_menu (Walk       *walk,
            GMenuModel *model)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  collect_menu_keys (walk, model, keys);
}

static void
check_menus_of (Walk      *walk,
                GtkWidget *widget)
{
  if (GTK_IS_MENU_BUTTON (widget) && gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (widget)) != NULL)
    check_menu (walk, gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    check_menus_of (walk, child);
}

/* --- the way of the Tab key --- */

static gboolean
is_stop (GtkWidget *widget,
         GtkWidget *root)
{
  if (!gtk_widget_get_focusable (widget) || !gtk_widget_is_sensitive (widget) || !gtk_widget_get_mapped (widget))
    return FALSE;
  for (GtkWidget *one = widget; one != NULL && one != root; one = gtk_widget_get_parent (one))
    if (!gtk_widget_get_can_focus (one) || !gtk_widget_get_child_visible (one))
      return FALSE;
  return TRUE;
}

/* So that Tab begins at the beginning, not behind where the focus last was. */
static void
forget_focus (GtkWidget *root)
{
  gtk_window_set_focus (GTK_WINDOW (gtk_widget_get_root (root)), NULL);
  for (GtkWidget *one = root, *next; one != NULL; one = next)
    {
      next = gtk_widget_get_focus_child (one);
      gtk_widget_set_focus_child (one, NULL);
    }
}

/* All that Tab comes to below @root, from its beginning. */
static GPtrArray *
follow_tab (GtkWidget *root)
{
  GPtrArray *stops = g_ptr_array_new ();
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (root));

  forget_focus (root);
  while (stops->len < 1000 && gtk_widget_child_focus (root, GTK_DIR_TAB_FORWARD))
    {
      GtkWidget *focus = gtk_window_get_focus (window);

      if (focus == NULL || !gtk_widget_is_ancestor (focus, root) || g_ptr_array_find (stops, focus, NULL))
        break;
      g_ptr_array_add (stops, focus);
    }
  return stops;
}

static gboolean
reaches_into (GPtrArray *stops,
              GtkWidget *widget)
{
  for (guint i = 0; i < stops->len; i++)
    if (g_ptr_array_index (stops, i) == widget || gtk_widget_is_ancestor (g_ptr_array_index (stops, i), widget))
      return TRUE;
  return FALSE;
}

/* What is one stop, and the arrow keys go on within it. */
static gboolean
is_one_stop (GtkWidget *widget)
{
  return GTK_IS_LIST_BASE (widget) || GTK_IS_COLUMN_VIEW (widget) || GTK_IS_FLOW_BOX (widget) || ADW_IS_TOGGLE_GROUP (widget) ||
         ADW_IS_VIEW_SWITCHER (widget) || GTK_IS_STACK_SWITCHER (widget);
}

static gboolean
is_reached (GPtrArray *stops,
            GtkWidget *widget,
            GtkWidget *root)
{
  if (reaches_into (stops, widget))
    return TRUE;
  for (GtkWidget *one = gtk_widget_get_parent (widget); one != NULL && one != root; one = gtk_widget_get_parent (one))
    {
      if (is_one_stop (one) && reaches_into (stops, one))
        return TRUE;
      /* In a list the arrow keys go from row to row, Tab into the row that they came to. */
      if (GTK_IS_LIST_BOX_ROW (one) && reaches_into (stops, one))
        return FALSE;
      if (GTK_IS_LIST_BOX (one) && reaches_into (stops, one))
        return TRUE;
    }
  return FALSE;
}

static void
check_reached (Walk      *walk,
               GtkWidget *widget,
               GtkWidget *root,
               GPtrArray *stops)
{
  if (!gtk_widget_get_mapped (widget) || GTK_IS_WINDOW_CONTROLS (widget))
    return;
  if (is_stop (widget, root))
    {
      walk->n_used++;
      if (!is_reached (stops, widget, root))
        {
          g_autofree char *path = dup_path (widget);

          fault (walk, "Tab never comes to: %s", path);
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    check_reached (walk, child, root, stops);
}

static void
check_focus (Walk      *walk,
             GtkWidget *root)
{
  g_autoptr (GPtrArray) stops = follow_tab (root);

  check_reached (walk, root, root, stops);
}

/* --- the whole --- */

/* What has just been opened is not there at once. */
static gboolean
has_mapped_button (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget) || GTK_IS_WINDOW_CONTROLS (widget))
    return FALSE;
  if (GTK_IS_BUTTON (widget))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_mapped_button (child))
      return TRUE;
  return FALSE;
}

static guint
check_root (GtkWidget  *root,
            const char *where)
{
  Walk walk = { where, 0, 0 };

  app_test_wait_until (has_mapped_button (root));
  places_let_lay_out (root);
  check_names (&walk, root);
  g_assert_cmpuint (walk.n_used, >, 0);
  check_menus_of (&walk, root);
  check_keys (&walk, root);
  check_focus (&walk, root);
  return walk.n_faults;
}

static void
look (AppTest    *test,
      GtkWidget  *root,
      const char *name,
      gpointer    user_data)
{
  AdwNavigationSplitView *view = ADW_NAVIGATION_SPLIT_VIEW (
      app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL));
  g_autofree char *where = g_strdup_printf ("%s, %s", name, adw_navigation_split_view_get_collapsed (view) ? "narrow" : "wide");
  guint *n_faults = user_data;

  g_test_message ("%s", where);
  *n_faults += check_root (root, where);
  app_test_snap_window (root, where);
}

static void
test_pages (void)
{
  g_autoptr (AppTest) test = app_test_new (NULL);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  guint n_faults = 0;

  app_test_start (test);
  connection = places_fill (test);
  for (guint i = 0; i < 2 * PLACES_N_PAGES; i++)
    {
      const char *name = places_pages[i % PLACES_N_PAGES];

      places_set_width (test, i < PLACES_N_PAGES);
      look (test, places_show_page (test, name, NULL), name, &n_faults);
    }
  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.toggle-sidebar", NULL);
  app_test_iterate ();
  look (test, app_test_get (GTK_WIDGET (test->window), ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL), "sidebar", &n_faults);
  g_assert_cmpuint (n_faults, ==, 0);
}

/* Otherwise it would be English that was walked. */
static void
test_language (void)
{
  if (g_getenv ("WORDS_DIR") != NULL)
    g_assert_cmpstr (_("_Cancel"), !=, "_Cancel");
  else
    g_assert_cmpstr (_("_Cancel"), ==, "_Cancel");
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

/* --- that the checks can fail --- */

static void
test_faults_are_found (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *hidden = gtk_button_new_with_label ("Not by Tab");
  GtkWidget *frame = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  g_autoptr (GMenu) menu = g_menu_new ();
  Walk walk = { "what is wrong on purpose (four faults are right)", 0, 0 };

  gtk_box_append (GTK_BOX (box), gtk_button_new_from_icon_name ("list-add-symbolic"));
  gtk_box_append (GTK_BOX (box), gtk_button_new_with_mnemonic ("_Send"));
  gtk_box_append (GTK_BOX (box), gtk_button_new_with_mnemonic ("_Stop"));
  gtk_box_append (GTK_BOX (frame), hidden);
  gtk_box_append (GTK_BOX (box), frame);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  app_test_wait_until (gtk_widget_get_mapped (hidden));
  places_let_lay_out (box);
  check_names (&walk, box);
  g_assert_cmpuint (walk.n_faults, ==, 1);
  check_keys (&walk, box);
  g_assert_cmpuint (walk.n_faults, ==, 2);
  g_menu_append (menu, "_Copy", "win.copy");
  g_menu_append (menu, "_Clear", "win.clear");
  check_menu (&walk, G_MENU_MODEL (menu));
  g_assert_cmpuint (walk.n_faults, ==, 3);
  {
    g_autoptr (GPtrArray) stops = follow_tab (box);

    g_assert_cmpuint (stops->len, ==, 4);
    g_ptr_array_remove (stops, hidden);
    check_reached (&walk, box, box, stops);
    g_assert_cmpuint (walk.n_faults, ==, 4);
  }
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
add (void)
{
  g_test_add_func ("/accessible/faults-are-found", test_faults_are_found);
  g_test_add_func ("/accessible/language", test_language);
  g_test_add_func ("/accessible/pages", test_pages);
  g_test_add_func ("/accessible/panels", test_panels);
  g_test_add_func ("/accessible/dialogs", test_dialogs);
}

int
main (int   argc,
      char *argv[])
{
  const char *words = g_getenv ("WORDS_DIR");

  /* In another language, whose access keys are others. */
  if (words != NULL)
    places_speak (words);
  return app_test_run (argc, argv, add);
}
