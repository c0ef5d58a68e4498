/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-talk-dialog.h"
#include "trial/sb-talk-words.h"
#include "widgets/sb-code-view.h"
#include "widgets/sb-copy-button.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

static GtkWidget *
make_label (const char *text,
            const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_can_focus (label, FALSE);
  gtk_widget_add_css_class (label, class);
  return label;
}

/* Of a large message the rest was not kept. */
static void
add_cut (GtkBox     *box,
         SbTalkLine *line)
{
  gsize kept = sb_talk_line_get_weight (line);
  g_autofree char *kept_size = sb_format_size (kept);
  g_autofree char *size = sb_format_size (sb_talk_line_get_size (line));
  g_autofree char *text = NULL;

  if (sb_talk_line_get_size (line) == kept)
    return;
  /* Translators: two sizes, as in "the first 64 KiB of 1 MiB are shown" */
  text = g_strdup_printf (_("the first %s of %s are shown"), kept_size, size);
  gtk_box_append (box, make_label (text, "dimmed"));
}

/**
 * sb_talk_dialog_new:
 * @line: what happened
 *
 * Returns: a dialog to present, with all that is known of it
 */
AdwDialog *
sb_talk_dialog_new (SbTalkLine *line)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new (), *header = adw_header_bar_new (), *scroller = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *caption;
  SbTalkKind kind = sb_talk_line_get_kind (line);
  g_autofree char *facts = sb_talk_words_facts (line);
  gboolean json;
  g_autofree char *whole = sb_talk_words_whole (line, &json);

  adw_header_bar_pack_start (ADW_HEADER_BAR (header), sb_copy_button_new (_("Copy Message"), whole, FALSE));
  if (kind == SB_TALK_REJECTED)
    gtk_box_append (GTK_BOX (box), make_label (sb_talk_line_get_text (line), "error"));
  if (sb_talk_line_get_payload (line) != NULL)
    {
      GtkWidget *code = sb_code_view_new (whole, json ? "json" : NULL, _("Message"));

      gtk_widget_add_css_class (code, "card");
      gtk_box_append (GTK_BOX (box), code);
      add_cut (GTK_BOX (box), line);
    }
  else
    gtk_box_append (GTK_BOX (box), make_label (whole, "body"));
  caption = make_label (facts, "caption");
  gtk_widget_add_css_class (caption, "dimmed");
  gtk_widget_add_css_class (caption, "num");
  gtk_box_append (GTK_BOX (box), caption);
  g_object_set (box, "margin-start", 12, "margin-end", 12, "margin-top", 6, "margin-bottom", 18, NULL);
  g_object_set (scroller, "hscrollbar-policy", GTK_POLICY_NEVER, "child", box, NULL);

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), header);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), scroller);
  adw_dialog_set_title (dialog, sb_talk_words_kind (line));
  adw_dialog_set_content_width (dialog, 500);
  adw_dialog_set_content_height (dialog, 400);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
