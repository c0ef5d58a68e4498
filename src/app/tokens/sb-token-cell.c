/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-cell.h"
#include "tokens/sb-token-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

/**
 * SbTokenCell:
 *
 * One cell of the token table, or a whole row of its narrow form. It follows its token's changes by itself; words that depend on the
 * time of day are brought up to date by sb_token_cell_refresh(). Made by the table and used again for other tokens.
 */
struct _SbTokenCell
{
  GtkBox parent_instance;

  SbTokenCellKind kind;
  SbTokenItem *item;

  GtkLabel *title;  /* NULL in a cell that is only a pill */
  GtkLabel *second; /* NULL in a cell of one line */
  GtkLabel *pill;   /* NULL in a cell without a state */
  GtkLabel *live;   /* of a narrow row */
};

G_DEFINE_FINAL_TYPE (SbTokenCell, sb_token_cell, GTK_TYPE_BOX)

static void
sb_token_cell_dispose (GObject *object)
{
  sb_token_cell_set_item (SB_TOKEN_CELL (object), NULL);

  G_OBJECT_CLASS (sb_token_cell_parent_class)->dispose (object);
}

static void
sb_token_cell_class_init (SbTokenCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_token_cell_dispose;
}

static void
sb_token_cell_init (SbTokenCell *self)
{
}

static GtkLabel *
add_label (GtkWidget  *box,
           const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (style != NULL)
    {
      g_auto (GStrv) classes = g_strsplit (style, " ", -1);

      for (guint i = 0; classes[i] != NULL; i++)
        gtk_widget_add_css_class (label, classes[i]);
    }
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

/* Two lines: what it is called, and below it, dimmed, what else is to be known. */
static void
add_two_lines (SbTokenCell *self,
               gboolean     wrap)
{
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (self), lines);
  self->title = add_label (lines, NULL);
  gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_END);
  self->second = add_label (lines, "caption dimmed");
  gtk_label_set_ellipsize (self->second, PANGO_ELLIPSIZE_END);
  if (wrap)
    {
      gtk_label_set_wrap (self->second, TRUE);
      gtk_label_set_wrap_mode (self->second, PANGO_WRAP_WORD_CHAR);
      gtk_label_set_lines (self->second, 2);
    }
}

static void
add_pill (SbTokenCell *self)
{
  self->pill = add_label (GTK_WIDGET (self), "pill");
  gtk_widget_set_valign (GTK_WIDGET (self->pill), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (GTK_WIDGET (self->pill), GTK_ALIGN_START);
}

static void
add_children (SbTokenCell *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  switch (self->kind)
    {
    case SB_TOKEN_CELL_TOKEN:
      add_two_lines (self, FALSE);
      gtk_label_set_width_chars (self->title, 12);
      break;
    case SB_TOKEN_CELL_CHANNELS:
      self->title = add_label (widget, NULL);
      gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (self->title, 12);
      break;
    case SB_TOKEN_CELL_MAY:
    case SB_TOKEN_CELL_EXPIRES:
      self->title = add_label (widget, NULL);
      break;
    case SB_TOKEN_CELL_ISSUED:
    case SB_TOKEN_CELL_LAST_USED:
      self->title = add_label (widget, "dimmed num");
      break;
    case SB_TOKEN_CELL_LIVE:
      self->title = add_label (widget, "num");
      gtk_label_set_xalign (self->title, 1);
      gtk_widget_set_hexpand (GTK_WIDGET (self->title), TRUE);
      break;
    case SB_TOKEN_CELL_STATE:
      add_pill (self);
      break;
    case SB_TOKEN_CELL_ROW:
    default:
      add_two_lines (self, TRUE);
      add_pill (self);
      self->live = add_label (widget, "dimmed num");
      break;
    }
}

/**
 * sb_token_cell_new:
 * @kind: what it shows
 */
GtkWidget *
sb_token_cell_new (SbTokenCellKind kind)
{
  SbTokenCell *self = g_object_new (SB_TYPE_TOKEN_CELL, "spacing", 12, NULL);

  self->kind = kind;
  gtk_widget_add_css_class (GTK_WIDGET (self), kind == SB_TOKEN_CELL_ROW ? "token-row" : "token-cell");
  add_children (self);
  return GTK_WIDGET (self);
}

/**
 * sb_token_cell_set_item:
 * @item: (nullable): the token to show
 */
void
sb_token_cell_set_item (SbTokenCell *self,
                        SbTokenItem *item)
{
  g_return_if_fail (SB_IS_TOKEN_CELL (self));

  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, sb_token_cell_refresh, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    {
      g_signal_connect_swapped (item, "changed", G_CALLBACK (sb_token_cell_refresh), self);
      sb_token_cell_refresh (self);
    }
}

static void
refresh_pill (SbTokenCell *self)
{
  SbTokenState state = sb_token_item_get_state (self->item);
  const char *style = sb_token_words_pill_class (state);
  GtkWidget *pill = GTK_WIDGET (self->pill);

  gtk_widget_set_visible (pill, style != NULL);
  gtk_label_set_text (self->pill, sb_token_words_state (state));
  gtk_widget_remove_css_class (pill, "warn");
  gtk_widget_remove_css_class (pill, "bad");
  if (style != NULL)
    gtk_widget_add_css_class (pill, style);
}

/* A token that opens nothing any more stands back. */
static void
refresh_title_style (SbTokenCell *self)
{
  SbTokenState state = sb_token_item_get_state (self->item);

  if (state == SB_TOKEN_REVOKED || state == SB_TOKEN_EXPIRED)
    gtk_widget_add_css_class (GTK_WIDGET (self->title), "dimmed");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->title), "dimmed");
}

static void
refresh_row (SbTokenCell *self,
             gint64       now)
{
  guint live = sb_token_item_get_live (self->item);
  g_autofree char *facts = sb_token_words_facts (self->item, now);
  g_autofree char *number = sb_format_number (live);
  g_autofree char *text = g_strdup_printf (ngettext ("%s client", "%s clients", live), number);

  gtk_label_set_text (self->title, sb_token_item_get_token (self->item)->spec.label);
  gtk_label_set_text (self->second, facts);
  gtk_label_set_text (self->live, text);
  gtk_widget_set_visible (GTK_WIDGET (self->live), live > 0);
  refresh_title_style (self);
}

/**
 * sb_token_cell_refresh:
 *
 * Writes what is shown anew, as of now.
 */
void
sb_token_cell_refresh (SbTokenCell *self)
{
  gint64 now = g_get_real_time ();
  SbToken *token;
  g_autofree char *text = NULL;

  g_return_if_fail (SB_IS_TOKEN_CELL (self));

  if (self->item == NULL)
    return;

  token = sb_token_item_get_token (self->item);
  if (self->pill != NULL)
    refresh_pill (self);
  switch (self->kind)
    {
    case SB_TOKEN_CELL_TOKEN:
      text = g_strdup (token->spec.label);
      gtk_label_set_text (self->second, token->hint);
      refresh_title_style (self);
      break;
    case SB_TOKEN_CELL_CHANNELS:
      text = sb_token_words_channels (token);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
      break;
    case SB_TOKEN_CELL_MAY:
      text = g_strdup (sb_token_words_may (token));
      break;
    case SB_TOKEN_CELL_ISSUED:
      text = sb_format_ago (token->created_at, now);
      break;
    case SB_TOKEN_CELL_EXPIRES:
      text = sb_token_words_expires (token, now);
      break;
    case SB_TOKEN_CELL_LAST_USED:
      text = sb_token_words_last_used (self->item, now);
      break;
    case SB_TOKEN_CELL_LIVE:
      text = sb_format_number (sb_token_item_get_live (self->item));
      break;
    case SB_TOKEN_CELL_STATE:
      break;
    case SB_TOKEN_CELL_ROW:
    default:
      refresh_row (self, now);
      break;
    }
  if (text != NULL)
    gtk_label_set_text (self->title, text);
}
