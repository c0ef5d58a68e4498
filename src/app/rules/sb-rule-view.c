/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-view.h"
#include "rules/sb-rule-cell.h"
#include "rules/sb-rule-words.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbRuleView:
 *
 * The rules as a table, or as rows of two lines where a table would have to be cut. Both show
 *
 *   the page's filter model → GtkSortListModel → GtkSingleSelection
 */
struct _SbRuleView
{
  SbTable parent_instance;

  GtkCustomSorter *sorter;
  GtkSortListModel *sorted;
  GtkSingleSelection *selection;
  int column; /* -1: the order of channels */
  gboolean descending;
};

G_DEFINE_FINAL_TYPE (SbRuleView, sb_rule_view, SB_TYPE_TABLE)

static const SbTableColumn columns[SB_RULE_N_COLUMNS] = {
  [SB_RULE_CELL_CHANNELS] = { "channels", N_("Channels"), NULL, 0, FALSE, TRUE, TRUE },
  [SB_RULE_CELL_STATE] = { "state", N_("State"), NULL, 0, FALSE, FALSE, TRUE },
  [SB_RULE_CELL_ASKS] = { "asks", N_("Asks For"), NULL, 0, FALSE, TRUE, TRUE },
  [SB_RULE_CELL_FAILURE] = { "on-failure", N_("On Failure"), NULL, 760, FALSE, FALSE, TRUE },
  [SB_RULE_CELL_PASSED] = { "passed", N_("Passed"), "messages", 0, TRUE, FALSE, TRUE },
  [SB_RULE_CELL_FAILED] = { "failed", N_("Failed"), "messages", 0, TRUE, FALSE, TRUE },
};

static GtkWidget *
sb_rule_view_make_cell (SbTable *table,
                        guint    column)
{
  return sb_rule_cell_new (column);
}

static void
sb_rule_view_bind_cell (SbTable   *table,
                        GtkWidget *cell,
                        gpointer   item)
{
  sb_rule_cell_set_item (SB_RULE_CELL (cell), item);
}

static void
sb_rule_view_describe (SbTable *table,
                       gpointer item,
                       char   **label,
                       char   **description)
{
  const SbRule *rule = sb_rule_item_get_rule (item);
  g_autofree char *asks = sb_rule_words_asks (&rule->spec);
  g_autofree char *counts = sb_rule_words_counts (item);

  *label = g_strdup (rule->spec.pattern);
  *description = g_strdup_printf ("%s · %s · %s", sb_rule_words_state (rule), asks, counts);
}

static int
compare_uint64 (guint64 a,
                guint64 b)
{
  return (a > b) - (a < b);
}

static int
compare_column (int         column,
                SbRuleItem *a,
                SbRuleItem *b)
{
  const SbRule *rule_a = sb_rule_item_get_rule (a);
  const SbRule *rule_b = sb_rule_item_get_rule (b);
  g_autofree char *text_a = NULL;
  g_autofree char *text_b = NULL;

  switch (column)
    {
    case SB_RULE_CELL_STATE:
      return g_strcmp0 (sb_rule_words_state (rule_a), sb_rule_words_state (rule_b));
    case SB_RULE_CELL_ASKS:
      text_a = sb_rule_words_asks (&rule_a->spec);
      text_b = sb_rule_words_asks (&rule_b->spec);
      return g_utf8_collate (text_a, text_b);
    case SB_RULE_CELL_FAILURE:
      return (int) rule_a->spec.on_failure - (int) rule_b->spec.on_failure;
    case SB_RULE_CELL_PASSED:
      return compare_uint64 (sb_rule_item_get_passed (a), sb_rule_item_get_passed (b));
    case SB_RULE_CELL_FAILED:
      return compare_uint64 (sb_rule_item_get_failed (a), sb_rule_item_get_failed (b));
    default:
      return 0;
    }
}

static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      user_data)
{
  SbRuleView *self = user_data;
  int order = compare_column (self->column, (SbRuleItem *) a, (SbRuleItem *) b);

  if (order == 0)
    order = strcmp (sb_rule_item_get_rule ((SbRuleItem *) a)->spec.pattern, sb_rule_item_get_rule ((SbRuleItem *) b)->spec.pattern);
  return self->descending ? -order : order;
}

static void
sort_changed_cb (SbRuleView *self)
{
  self->column = sb_table_get_sort (SB_TABLE (self), &self->descending);
  gtk_sorter_changed (GTK_SORTER (self->sorter), GTK_SORTER_CHANGE_DIFFERENT);
}

static void
sb_rule_view_constructed (GObject *object)
{
  SbRuleView *self = SB_RULE_VIEW (object);

  G_OBJECT_CLASS (sb_rule_view_parent_class)->constructed (object);

  self->column = -1;
  sb_table_set_label (SB_TABLE (self), _("Rules"));
  self->sorter = gtk_custom_sorter_new (compare_cb, self, NULL);
  self->sorted = gtk_sort_list_model_new (NULL, GTK_SORTER (g_object_ref (self->sorter)));
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->sorted)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  sb_table_set_model (SB_TABLE (self), GTK_SELECTION_MODEL (self->selection));
  g_signal_connect (self, "sort-changed", G_CALLBACK (sort_changed_cb), NULL);
  sort_changed_cb (self);
}

static void
sb_rule_view_dispose (GObject *object)
{
  SbRuleView *self = SB_RULE_VIEW (object);

  /* It asks this view. */
  if (self->sorter != NULL)
    gtk_custom_sorter_set_sort_func (self->sorter, NULL, NULL, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);
  g_clear_object (&self->sorter);

  G_OBJECT_CLASS (sb_rule_view_parent_class)->dispose (object);
}

static void
sb_rule_view_class_init (SbRuleViewClass *klass)
{
  SbTableClass *table_class = SB_TABLE_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = sb_rule_view_constructed;
  G_OBJECT_CLASS (klass)->dispose = sb_rule_view_dispose;
  table_class->setting = "rules";
  table_class->columns = columns;
  table_class->n_columns = SB_RULE_N_COLUMNS;
  table_class->narrow = 540;
  table_class->make_cell = sb_rule_view_make_cell;
  table_class->bind_cell = sb_rule_view_bind_cell;
  table_class->describe = sb_rule_view_describe;
}

static void
sb_rule_view_init (SbRuleView *self)
{
}

void
sb_rule_view_set_rules (SbRuleView *self,
                        GListModel *rules)
{
  g_return_if_fail (SB_IS_RULE_VIEW (self));

  gtk_sort_list_model_set_model (self->sorted, rules);
}

SbRuleItem *
sb_rule_view_get_selected (SbRuleView *self)
{
  g_return_val_if_fail (SB_IS_RULE_VIEW (self), NULL);

  return self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;
}

/* One that is not among those shown unselects. */
void
sb_rule_view_select (SbRuleView *self,
                     SbRuleItem *item)
{
  guint n;

  g_return_if_fail (SB_IS_RULE_VIEW (self));

  n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  for (guint position = 0; position < n; position++)
    {
      g_autoptr (SbRuleItem) candidate = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

      if (candidate != item)
        continue;
      gtk_single_selection_set_selected (self->selection, position);
      sb_table_scroll_to (SB_TABLE (self), position, GTK_LIST_SCROLL_FOCUS);
      return;
    }
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
}

static void
refresh_cell (GtkWidget *cell,
              gpointer   user_data)
{
  sb_rule_cell_refresh (SB_RULE_CELL (cell));
}

void
sb_rule_view_refresh (SbRuleView *self)
{
  g_return_if_fail (SB_IS_RULE_VIEW (self));

  sb_table_foreach_cell (SB_TABLE (self), refresh_cell, NULL);
  sb_table_describe_again (SB_TABLE (self));

  if (self->column == SB_RULE_CELL_PASSED || self->column == SB_RULE_CELL_FAILED || self->column == SB_RULE_CELL_STATE)
    gtk_sorter_changed (GTK_SORTER (self->sorter), GTK_SORTER_CHANGE_DIFFERENT);
}
