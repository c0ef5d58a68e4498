/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-talk-row.h"
#include "trial/sb-talk-words.h"
#include "widgets/sb-format.h"

/* Of a message so much is shown in the list. */
#define MAX_LINES 3

/**
 * SbTalkRow:
 *
 * A line of a test client's log: which way, what, when.
 */
struct _SbTalkRow
{
  GtkBox parent_instance;

  GtkImage *icon;
  GtkLabel *text;
  GtkLabel *time;
};

G_DEFINE_FINAL_TYPE (SbTalkRow, sb_talk_row, GTK_TYPE_BOX)

static void
sb_talk_row_class_init (SbTalkRowClass *klass)
{
}

static void
sb_talk_row_init (SbTalkRow *self)
{
  GtkWidget *icon = gtk_image_new (), *text = gtk_label_new (NULL), *time = gtk_label_new (NULL);

  gtk_box_set_spacing (GTK_BOX (self), 12);
  gtk_widget_add_css_class (GTK_WIDGET (self), "talk-row");
  self->icon = GTK_IMAGE (icon);
  self->text = GTK_LABEL (text);
  self->time = GTK_LABEL (time);
  g_object_set (text, "xalign", 0., "hexpand", TRUE, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "lines", MAX_LINES, "ellipsize",
                PANGO_ELLIPSIZE_END, "width-chars", 10, NULL);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_valign (time, GTK_ALIGN_START);
  gtk_widget_add_css_class (time, "dimmed");
  gtk_widget_add_css_class (time, "caption");
  gtk_widget_add_css_class (time, "num");
  gtk_box_append (GTK_BOX (self), icon);
  gtk_box_append (GTK_BOX (self), text);
  gtk_box_append (GTK_BOX (self), time);
}

GtkWidget *
sb_talk_row_new (void)
{
  return g_object_new (SB_TYPE_TALK_ROW, NULL);
}

static void
set_class (gpointer    widget,
           const char *name,
           gboolean    set)
{
  if (set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

/**
 * sb_talk_row_set_line:
 * @line: what is shown from now on; %NULL: nothing
 */
void
sb_talk_row_set_line (SbTalkRow  *self,
                      SbTalkLine *line)
{
  SbTalkKind kind;
  g_autofree char *clock = NULL;

  g_return_if_fail (SB_IS_TALK_ROW (self));

  if (line == NULL)
    {
      gtk_label_set_text (self->text, NULL);
      return;
    }
  kind = sb_talk_line_get_kind (line);
  clock = sb_format_clock (sb_talk_line_get_time (line), FALSE);
  gtk_image_set_from_icon_name (self->icon, sb_talk_words_icon (line));
  gtk_label_set_text (self->text, sb_talk_line_get_text (line));
  gtk_label_set_text (self->time, clock);
  set_class (self->icon, "error", kind == SB_TALK_REJECTED || kind == SB_TALK_TROUBLE);
  set_class (self->icon, "dimmed", kind == SB_TALK_RECEIVED);
  set_class (self->icon, "accent", kind == SB_TALK_SENT);
  set_class (self->text, "error", kind == SB_TALK_REJECTED || kind == SB_TALK_TROUBLE);
  set_class (self->text, "dimmed", kind == SB_TALK_EVENT);
  set_class (self->text, "monospace", kind == SB_TALK_SENT || kind == SB_TALK_RECEIVED);
}
