/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-connect-snippets.h"
#include "widgets/sb-code-view.h"
#include "widgets/sb-copy-button.h"
#include "widgets/sb-snippet.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbConnectSnippets:
 *
 * Code to start with, a row for each kind of client: copied with one click, or unfolded and read.
 */
struct _SbConnectSnippets
{
  AdwPreferencesGroup parent_instance;
};

G_DEFINE_FINAL_TYPE (SbConnectSnippets, sb_connect_snippets, ADW_TYPE_PREFERENCES_GROUP)

static void
sb_connect_snippets_class_init (SbConnectSnippetsClass *klass)
{
}

static void
sb_connect_snippets_init (SbConnectSnippets *self)
{
}

static GtkWidget *
make_row (SbSnippet   snippet,
          const char *uri,
          const char *secret)
{
  GtkWidget *row = adw_expander_row_new ();
  GtkWidget *code_row = adw_preferences_row_new ();
  const char *title = sb_snippet_get_title (snippet);
  char *text = sb_snippet_make (snippet, uri, secret);
  g_autofree char *what = g_strdup_printf (_("Copy Code for %s"), title);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), sb_snippet_get_needs (snippet));
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), sb_copy_button_new (what, text, secret != NULL));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (code_row),
                              sb_code_view_new (text, sb_snippet_get_language (snippet), title));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (code_row), FALSE);
  gtk_widget_set_focusable (code_row, FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), code_row);

  /* It may hold a token. */
  explicit_bzero (text, strlen (text));
  g_free (text);
  return row;
}

/**
 * sb_connect_snippets_new:
 * @uri: the address to connect to: "ws://192.168.1.20:8080/news"
 * @secret: (nullable): the token to fill in; %NULL for a placeholder
 */
GtkWidget *
sb_connect_snippets_new (const char *uri,
                         const char *secret)
{
  SbConnectSnippets *self = g_object_new (SB_TYPE_CONNECT_SNIPPETS, NULL);

  g_return_val_if_fail (uri != NULL, NULL);

  for (SbSnippet snippet = 0; snippet < SB_N_SNIPPETS; snippet++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), make_row (snippet, uri, secret));
  return GTK_WIDGET (self);
}

/**
 * sb_connect_snippets_dialog_new:
 * @uri: the address to connect to
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_connect_snippets_dialog_new (const char *uri)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *snippets = sb_connect_snippets_new (uri, NULL);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (snippets),
                                         _("Every client needs a token: paste one where the code says so."));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (snippets));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_title (dialog, _("Example Code"));
  adw_dialog_set_content_width (dialog, 600);
  adw_dialog_set_content_height (dialog, 620);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
