/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-cell.h"
#include "rules/sb-rule-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

/**
 * SbRuleCell:
 *
 * One cell of the table of rules, or a whole row of its narrow form. Whoever owns the table says when it is to be looked at again.
 */
struct _SbRuleCell
{
  GtkBox parent_instance;

  SbRuleCellKind kind;
  SbRuleItem *item;

  GtkInscription *title;  /* NULL: only a pill */
  GtkInscription *second; /* NULL: one line */
  GtkLabel *pill;         /* NULL: none */
};

G_DEFINE_FINAL_TYPE (SbRuleCell, sb_rule_cell, GTK_TYPE_BOX)

static gboolean
is_number (SbRuleCellKind kind)
{
  return kind == SB_RULE_CELL_PASSED || kind == SB_RULE_CELL_FAILED;
}

/* In characters: what a column has to hold, whatever stands in it, so that it never jumps. */
static guint
get_width (SbRuleCellKind kind)
{
  switch (kind)
    {
    case SB_RULE_CELL_CHANNELS: return 14;
    case SB_RULE_CELL_ASKS: return 24;
    case SB_RULE_CELL_FAILURE: return 18;
    case SB_RULE_CELL_ROW: return 16;
    default: return 7;
    }
}

static GtkInscription *
add_text (SbRuleCell *self,
          GtkWidget  *box)
{
  GtkWidget *text = gtk_inscription_new (NULL);
  guint width = get_width (self->kind);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (text), width > 12 ? width - width / 3 : width);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (text), width);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (text), is_number (self->kind) ? 1 : 0);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_add_css_class (text, "num");
  gtk_box_append (GTK_BOX (box), text);
  return GTK_INSCRIPTION (text);
}

static void
add_pill (SbRuleCell *self)
{
  GtkWidget *pill = gtk_label_new (NULL);

  gtk_widget_set_valign (pill, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (pill, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (self), pill);
  self->pill = GTK_LABEL (pill);
}

static void
add_children (SbRuleCell *self)
{
  GtkWidget *lines;

  switch (self->kind)
    {
    case SB_RULE_CELL_STATE:
      add_pill (self);
      break;
    case SB_RULE_CELL_ROW:
      lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
      gtk_widget_set_hexpand (lines, TRUE);
      gtk_box_append (GTK_BOX (self), lines);
      self->title = add_text (self, lines);
      self->second = add_text (self, lines);
      gtk_widget_add_css_class (GTK_WIDGET (self->second), "caption");
      gtk_widget_add_css_class (GTK_WIDGET (self->second), "dimmed");
      add_pill (self);
      break;
    case SB_RULE_CELL_CHANNELS:
    case SB_RULE_CELL_PASSED:
    case SB_RULE_CELL_FAILED:
      self->title = add_text (self, GTK_WIDGET (self));
      break;
    case SB_RULE_CELL_ASKS:
    case SB_RULE_CELL_FAILURE:
    default:
      self->title = add_text (self, GTK_WIDGET (self));
      gtk_widget_add_css_class (GTK_WIDGET (self->title), "dimmed");
    }
}

static char *
make_title (SbRuleCell *self)
{
  const SbRule *rule = sb_rule_item_get_rule (self->item);

  switch (self->kind)
    {
    case SB_RULE_CELL_ASKS: return sb_rule_words_asks (&rule->spec);
    case SB_RULE_CELL_FAILURE: return g_strdup (sb_rule_words_failure (rule->spec.on_failure));
    case SB_RULE_CELL_PASSED: return sb_format_number (sb_rule_item_get_passed (self->item));
    case SB_RULE_CELL_FAILED: return sb_format_number (sb_rule_item_get_failed (self->item));
    case SB_RULE_CELL_CHANNELS:
    case SB_RULE_CELL_STATE:
    case SB_RULE_CELL_ROW:
    default: return g_strdup (rule->spec.pattern);
    }
}

static void
set_text (GtkInscription *inscription,
          const char     *text)
{
  if (g_strcmp0 (gtk_inscription_get_text (inscription), text) != 0)
    gtk_inscription_set_text (inscription, text);
}

void
sb_rule_cell_refresh (SbRuleCell *self)
{
  const SbRule *rule;

  g_return_if_fail (SB_IS_RULE_CELL (self));

  if (self->item == NULL)
    return;
  rule = sb_rule_item_get_rule (self->item);
  if (self->title != NULL)
    {
      g_autofree char *title = make_title (self);

      set_text (self->title, title);
    }
  if (self->second != NULL)
    {
      g_autofree char *asks = sb_rule_words_asks (&rule->spec);
      g_autofree char *counts = sb_rule_words_counts (self->item);
      g_autofree char *text = g_strdup_printf ("%s · %s", counts, asks);

      set_text (self->second, text);
    }
  if (self->pill != NULL)
    {
      const char *style = sb_rule_words_state_class (rule);

      gtk_label_set_text (self->pill, sb_rule_words_state (rule));
      gtk_widget_set_css_classes (GTK_WIDGET (self->pill), (const char *[]) { "pill", style, NULL });
      gtk_widget_set_visible (GTK_WIDGET (self->pill), style != NULL);
    }
}

static gboolean
sb_rule_cell_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    keyboard,
                            GtkTooltip *tooltip)
{
  SbRuleCell *self = SB_RULE_CELL (widget);
  const char *problem = self->item != NULL ? sb_rule_item_get_rule (self->item)->problem : NULL;

  gtk_tooltip_set_text (tooltip, self->pill != NULL && problem != NULL ? problem
                                 : self->title != NULL                 ? gtk_inscription_get_text (self->title)
                                                                       : NULL);
  return self->item != NULL && (self->title != NULL || problem != NULL);
}

static void
sb_rule_cell_dispose (GObject *object)
{
  sb_rule_cell_set_item (SB_RULE_CELL (object), NULL);

  G_OBJECT_CLASS (sb_rule_cell_parent_class)->dispose (object);
}

static void
sb_rule_cell_class_init (SbRuleCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_rule_cell_dispose;
  GTK_WIDGET_CLASS (klass)->query_tooltip = sb_rule_cell_query_tooltip;
}

static void
sb_rule_cell_init (SbRuleCell *self)
{
}

/**
 * sb_rule_cell_new:
 * @kind: what it shows
 */
GtkWidget *
sb_rule_cell_new (SbRuleCellKind kind)
{
  SbRuleCell *self = g_object_new (SB_TYPE_RULE_CELL, "spacing", kind == SB_RULE_CELL_ROW ? 12 : 0, NULL);

  self->kind = kind;
  if (kind == SB_RULE_CELL_ROW)
    gtk_widget_add_css_class (GTK_WIDGET (self), "client-row");
  add_children (self);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  return GTK_WIDGET (self);
}

void
sb_rule_cell_set_item (SbRuleCell *self,
                       SbRuleItem *item)
{
  g_return_if_fail (SB_IS_RULE_CELL (self));

  if (g_set_object (&self->item, item))
    sb_rule_cell_refresh (self);
}
