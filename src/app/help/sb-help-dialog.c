/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "help/sb-help-dialog.h"
#include "help/sb-help-text.h"
#include <glib/gi18n.h>

/*
 * The help: docs/tasks.md or its translation, which are in the program, so that it is there in a sandbox, without a
 * network and without a help viewer. A list of the tasks, and a page for each.
 */

static GtkWidget *
make_label (const char *text, gboolean markup)
{
  GtkWidget *label = gtk_label_new (NULL);

  if (markup)
    gtk_label_set_markup (GTK_LABEL (label), text);
  else
    gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  return label;
}

static GtkWidget *
make_block (const SbHelpBlock *block)
{
  GtkWidget *label = make_label (block->text, block->kind != SB_HELP_CODE);
  GtkWidget *box, *mark;

  if (block->kind == SB_HELP_PARAGRAPH)
    return label;
  if (block->kind == SB_HELP_CODE)
    {
      gtk_widget_add_css_class (label, "monospace");
      gtk_label_set_selectable (GTK_LABEL (label), TRUE);
      return label;
    }
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  mark = gtk_label_new (block->number != NULL ? block->number : "•");
  gtk_label_set_width_chars (GTK_LABEL (mark), 2);
  gtk_label_set_yalign (GTK_LABEL (mark), 0);
  gtk_widget_add_css_class (mark, "dimmed");
  gtk_widget_add_css_class (mark, "num");
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static AdwNavigationPage *
make_page (GtkWidget *content, const char *title)
{
  GtkWidget *view = adw_toolbar_view_new ();

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), content);
  return adw_navigation_page_new (view, title);
}

static AdwNavigationPage *
make_topic (const SbHelpTopic *topic)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *heading = make_label (topic->title, FALSE);

  gtk_widget_add_css_class (heading, "title-2");
  gtk_box_append (GTK_BOX (box), heading);
  for (guint i = 0; i < topic->blocks->len; i++)
    gtk_box_append (GTK_BOX (box), make_block (g_ptr_array_index (topic->blocks, i)));
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 24);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  return make_page (scrolled, topic->title);
}

static void
open_cb (AdwActionRow *row, AdwNavigationView *view)
{
  GPtrArray *topics = g_object_get_data (G_OBJECT (view), "topics");
  guint i = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "topic"));

  adw_navigation_view_push (view, make_topic (g_ptr_array_index (topics, i)));
}

static GtkWidget *
make_list (GPtrArray *topics, AdwNavigationView *view)
{
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();

  for (guint i = 0; i < topics->len; i++)
    {
      const SbHelpTopic *topic = g_ptr_array_index (topics, i);
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), topic->title);
      gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data (G_OBJECT (row), "topic", GUINT_TO_POINTER (i));
      g_signal_connect_object (row, "activated", G_CALLBACK (open_cb), view, 0);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  return page;
}

/**
 * sb_help_dialog_new:
 *
 * Returns: a dialog to present, with the help
 */
AdwDialog *
sb_help_dialog_new (void)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_navigation_view_new ();
  g_autofree char *markdown = sb_help_text_load (g_get_language_names ());
  GPtrArray *topics = sb_help_text_read (markdown);

  g_object_set_data_full (G_OBJECT (view), "topics", topics, (GDestroyNotify) g_ptr_array_unref);
  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), make_page (make_list (topics, ADW_NAVIGATION_VIEW (view)), _("Help")));
  adw_dialog_set_title (dialog, _("Help"));
  adw_dialog_set_content_width (dialog, 540);
  adw_dialog_set_content_height (dialog, 640);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
