/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-shortcuts.h"
#include <glib/gi18n.h>

/* The keys of the window, in one table: what is installed is what the dialog shows. (Which AdwShortcutsDialog does
 * from libadwaita 1.8 on; GtkShortcutsWindow is deprecated.) */

typedef struct
{
  const char *title;
  const char *action; /* NULL: the toolkit's own */
  const char *accels[3];
} Shortcut;

static const Shortcut general[] = {
  { N_("Search on the page"), "win.search", { "<Control>f" } },
  { N_("Show or hide the sidebar"), "win.toggle-sidebar", { "F9" } },
  { N_("Main menu"), NULL, { "F10" } },
  { N_("Test client"), "app.test-client", { "<Control>t" } },
  { N_("Preferences"), "app.preferences", { "<Control>comma" } },
  { N_("Help"), "app.help", { "F1" } },
  { N_("Keyboard shortcuts"), "app.shortcuts", { "<Control>question" } },
  { N_("Close the window"), "win.close", { "<Control>w" } },
  { N_("Quit"), "app.quit", { "<Control>q" } },
};

static const Shortcut pages[] = {
  { N_("Overview"), "win.show-page(('overview', ''))", { "<Control>1" } },
  { N_("Clients"), "win.show-page(('clients', ''))", { "<Control>2" } },
  { N_("Traffic"), "win.show-page(('traffic', ''))", { "<Control>3" } },
  { N_("Broadcast"), "win.show-page(('broadcast', ''))", { "<Control>4" } },
  { N_("Tokens"), "win.show-page(('tokens', ''))", { "<Control>5" } },
  { N_("Rules"), "win.show-page(('rules', ''))", { "<Control>6" } },
  { N_("Audit"), "win.show-page(('audit', ''))", { "<Control>7" } },
};

/* These belong to their pages, which install them for themselves. */
static const Shortcut on_pages[] = {
  { N_("Clients: disconnect the selected ones"), NULL, { "Delete" } },
  { N_("Traffic: pause, or resume"), NULL, { "<Control>space" } },
  { N_("Traffic: copy the line"), NULL, { "<Control><Shift>c" } },
  { N_("Broadcast: send"), NULL, { "<Control>Return" } },
  { N_("Tokens: issue one"), NULL, { "<Control>n" } },
  { N_("Tokens: edit the selected one"), NULL, { "F2" } },
  { N_("Tokens: revoke or delete the selected one"), NULL, { "Delete" } },
  { N_("Rules: add one"), NULL, { "<Control>n" } },
  { N_("Rules: open the selected one"), NULL, { "F2" } },
  { N_("Rules: remove the selected one"), NULL, { "Delete" } },
  { N_("Rules: save the one that is open"), NULL, { "<Control>s" } },
  { N_("Menu of the selected row"), NULL, { "<Shift>F10" } },
  { N_("Close the details"), NULL, { "Escape" } },
};

static void
install (GtkApplication *application,
         const Shortcut *shortcuts,
         guint           n)
{
  for (guint i = 0; i < n; i++)
    if (shortcuts[i].action != NULL)
      gtk_application_set_accels_for_action (application, shortcuts[i].action, (const char **) shortcuts[i].accels);
}

/**
 * sb_shortcuts_install:
 *
 * Gives the actions of @application and its windows their keys.
 */
void
sb_shortcuts_install (GtkApplication *application)
{
  g_return_if_fail (GTK_IS_APPLICATION (application));

  install (application, general, G_N_ELEMENTS (general));
  install (application, pages, G_N_ELEMENTS (pages));
}

/**
 * sb_shortcuts_list:
 *
 * Returns: (transfer full): all keys that the dialog shows, as gtk_accelerator_name() writes them
 */
char **
sb_shortcuts_list (void)
{
  const struct
  {
    const Shortcut *shortcuts;
    guint n;
  } groups[] = { { general, G_N_ELEMENTS (general) }, { pages, G_N_ELEMENTS (pages) }, { on_pages, G_N_ELEMENTS (on_pages) } };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint group = 0; group < G_N_ELEMENTS (groups); group++)
    for (guint i = 0; i < groups[group].n; i++)
      {
        GdkModifierType modifiers;
        guint key;

        gtk_accelerator_parse (groups[group].shortcuts[i].accels[0], &key, &modifiers);
        g_strv_builder_take (builder, gtk_accelerator_name (key, modifiers));
      }
  return g_strv_builder_end (builder);
}

static GtkWidget *
make_row (const Shortcut *shortcut)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *keys;
  GdkModifierType modifiers;
  guint key;
  g_autofree char *label = NULL;

  gtk_accelerator_parse (shortcut->accels[0], &key, &modifiers);
  label = gtk_accelerator_get_label (key, modifiers);
  keys = gtk_label_new (label);
  gtk_widget_add_css_class (keys, "key");
  gtk_widget_set_valign (keys, GTK_ALIGN_CENTER);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(shortcut->title));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), keys);
  return row;
}

static void
add_group (AdwPreferencesPage *page,
           const char         *title,
           const Shortcut     *shortcuts,
           guint               n)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  for (guint i = 0; i < n; i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_row (&shortcuts[i]));
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
}

/**
 * sb_shortcuts_dialog_new:
 *
 * Returns: a dialog to present, with all keys of the window
 */
AdwDialog *
sb_shortcuts_dialog_new (void)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();

  add_group (ADW_PREFERENCES_PAGE (page), _("General"), general, G_N_ELEMENTS (general));
  add_group (ADW_PREFERENCES_PAGE (page), _("Pages"), pages, G_N_ELEMENTS (pages));
  add_group (ADW_PREFERENCES_PAGE (page), _("On the Pages"), on_pages, G_N_ELEMENTS (on_pages));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_title (dialog, _("Keyboard Shortcuts"));
  adw_dialog_set_content_width (dialog, 480);
  adw_dialog_set_content_height (dialog, 620);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
