/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-code-view.h"
#include <gtksourceview/gtksource.h>

/**
 * SbCodeView:
 *
 * A few lines of code to read and copy: coloured, as high as its text, scrolled sideways where it is too wide.
 */
struct _SbCodeView
{
  AdwBin parent_instance;

  GtkSourceBuffer *buffer; /* owned by the view */
};

G_DEFINE_FINAL_TYPE (SbCodeView, sb_code_view, ADW_TYPE_BIN)

static void
update_scheme_cb (SbCodeView *self)
{
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleScheme *scheme = gtk_source_style_scheme_manager_get_scheme (manager, dark ? "Adwaita-dark" : "Adwaita");

  gtk_source_buffer_set_style_scheme (self->buffer, scheme);
}

static void
sb_code_view_class_init (SbCodeViewClass *klass)
{
}

static void
sb_code_view_init (SbCodeView *self)
{
}

/**
 * sb_code_view_new:
 * @text: what is shown
 * @language: (nullable): a language id of GtkSourceView: "js", "json", "sh"
 * @name: what a screen reader calls it
 */
GtkWidget *
sb_code_view_new (const char *text,
                  const char *language,
                  const char *name)
{
  SbCodeView *self = g_object_new (SB_TYPE_CODE_VIEW, NULL);
  GtkSourceLanguageManager *languages = gtk_source_language_manager_get_default ();
  GtkWidget *view = gtk_source_view_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  size_t length;

  sb_code_write_left_to_right (view);
  self->buffer = GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)));
  if (language != NULL)
    gtk_source_buffer_set_language (self->buffer, gtk_source_language_manager_get_language (languages, language));
  gtk_source_buffer_set_highlight_matching_brackets (self->buffer, FALSE);
  /* The end of the last line would show as an empty one more. */
  length = strlen (text);
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), text, g_str_has_suffix (text, "\n") ? length - 1 : length);

  g_object_set (view,
                "monospace", TRUE, "editable", FALSE, "cursor-visible", FALSE, "accepts-tab", FALSE,
                "top-margin", 12, "bottom-margin", 12, "left-margin", 12, "right-margin", 12,
                NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);

  g_object_set (scroller,
                "vscrollbar-policy", GTK_POLICY_NEVER, "propagate-natural-height", TRUE, "child", view,
                NULL);
  adw_bin_set_child (ADW_BIN (self), scroller);
  gtk_widget_add_css_class (GTK_WIDGET (self), "code");
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);

  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_scheme_cb), self,
                           G_CONNECT_SWAPPED);
  update_scheme_cb (self);
  return GTK_WIDGET (self);
}

/**
 * sb_code_write_left_to_right:
 * @widget: what holds editors of code or JSON
 *
 * Code runs from left to right in every language: the views below @widget, and the examples that stand in them while they are empty.
 */
void
sb_code_write_left_to_right (GtkWidget *widget)
{
  if (GTK_SOURCE_IS_VIEW (widget) || gtk_widget_has_css_class (widget, "placeholder"))
    gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    sb_code_write_left_to_right (child);
}
