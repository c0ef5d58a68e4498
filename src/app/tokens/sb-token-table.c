/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-table.h"
#include "tokens/sb-token-cell.h"
#include "tokens/sb-token-words.h"
#include <glib/gi18n.h>

/**
 * SbTokenTable:
 *
 * The tokens as a table, or as rows of two lines where a table would have to be cut. Both show
 *
 *   the page's filter model → GtkSortListModel (by column, then newest first) → GtkSingleSelection
 *
 * Properties: "selected" (#SbTokenItem).
 */
struct _SbTokenTable
{
  SbTable parent_instance;

  GtkSorter *sorter;
  GtkSortListModel *sorted;
  GtkSingleSelection *selection;
};

G_DEFINE_FINAL_TYPE (SbTokenTable, sb_token_table, SB_TYPE_TABLE)

static const SbTableColumn columns[SB_TOKEN_N_COLUMNS] = {
  [SB_TOKEN_CELL_TOKEN] = { "token", N_("Token"), NULL, 0, FALSE, TRUE, TRUE },
  [SB_TOKEN_CELL_CHANNELS] = { "channels", N_("Channels"), NULL, 0, FALSE, TRUE, TRUE },
  [SB_TOKEN_CELL_MAY] = { "may", NC_("what a token allows", "May"), "what a token allows", 821, FALSE, FALSE, TRUE },
  [SB_TOKEN_CELL_ISSUED] = { "issued", N_("Issued"), NULL, 1040, FALSE, FALSE, TRUE },
  [SB_TOKEN_CELL_EXPIRES] = { "expires", N_("Expires"), NULL, 0, FALSE, FALSE, TRUE },
  [SB_TOKEN_CELL_LAST_USED] = { "last-used", N_("Last Used"), NULL, 731, FALSE, FALSE, TRUE },
  [SB_TOKEN_CELL_LIVE] = { "live", NC_("connections now", "Live"), "connections now", 0, TRUE, FALSE, TRUE },
  [SB_TOKEN_CELL_STATE] = { "state", N_("State"), NULL, 0, FALSE, FALSE, TRUE },
};

enum
{
  PROP_0,
  PROP_SELECTED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- cells --- */

static GtkWidget *
sb_token_table_make_cell (SbTable *table,
                          guint    column)
{
  return sb_token_cell_new (column);
}

static void
sb_token_table_bind_cell (SbTable   *table,
                          GtkWidget *cell,
                          gpointer   item)
{
  sb_token_cell_set_item (SB_TOKEN_CELL (cell), item);
}

static void
sb_token_table_describe (SbTable *table,
                         gpointer item,
                         char   **label,
                         char   **description)
{
  g_autofree char *facts = sb_token_words_facts (item, g_get_real_time ());

  *label = g_strdup (sb_token_item_get_token (item)->spec.label);
  *description = g_strdup_printf ("%s · %s", sb_token_words_state (sb_token_item_get_state (item)), facts);
}

/* --- order --- */

static int
compare_int64 (gint64 a,
               gint64 b)
{
  return (a > b) - (a < b);
}

/* Never is later than any date. */
static gint64
get_expiry (const SbToken *token)
{
  return token->spec.expires_at != 0 ? token->spec.expires_at : G_MAXINT64;
}

static int
compare_by (int          column,
            SbTokenItem *item_a,
            SbTokenItem *item_b)
{
  const SbToken *token_a = sb_token_item_get_token (item_a);
  const SbToken *token_b = sb_token_item_get_token (item_b);
  g_autofree char *text_a = NULL;
  g_autofree char *text_b = NULL;

  switch (column)
    {
    case SB_TOKEN_CELL_TOKEN:
      text_a = g_utf8_casefold (token_a->spec.label, -1);
      text_b = g_utf8_casefold (token_b->spec.label, -1);
      return g_utf8_collate (text_a, text_b);
    case SB_TOKEN_CELL_CHANNELS:
      text_a = sb_token_words_channels (token_a);
      text_b = sb_token_words_channels (token_b);
      return g_strcmp0 (text_a, text_b);
    case SB_TOKEN_CELL_MAY:
      return token_b->spec.may_publish - token_a->spec.may_publish;
    case SB_TOKEN_CELL_ISSUED:
      return compare_int64 (token_a->created_at, token_b->created_at);
    case SB_TOKEN_CELL_EXPIRES:
      return compare_int64 (get_expiry (token_a), get_expiry (token_b));
    case SB_TOKEN_CELL_LAST_USED:
      return compare_int64 (sb_token_item_get_last_used (item_a), sb_token_item_get_last_used (item_b));
    case SB_TOKEN_CELL_LIVE:
      return compare_int64 (sb_token_item_get_live (item_a), sb_token_item_get_live (item_b));
    case SB_TOKEN_CELL_STATE:
      return (int) sb_token_item_get_state (item_a) - (int) sb_token_item_get_state (item_b);
    case SB_TOKEN_CELL_ROW:
    default:
      return compare_int64 (token_b->id, token_a->id);
    }
}

/* Tokens that are alike in the column, and all while there is none, stand newest first whichever way that goes. */
static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      user_data)
{
  SbTokenItem *item_a = (SbTokenItem *) a, *item_b = (SbTokenItem *) b;
  gboolean descending = FALSE;
  int column = sb_table_get_sort (user_data, &descending);
  int order = column >= 0 ? compare_by (column, item_a, item_b) : 0;

  if (order == 0)
    return compare_by (SB_TOKEN_CELL_ROW, item_a, item_b);
  return descending ? -order : order;
}

/* --- the widget --- */

static void
selected_cb (SbTokenTable *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

static void
sb_token_table_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  if (prop_id == PROP_SELECTED)
    g_value_set_object (value, sb_token_table_get_selected (SB_TOKEN_TABLE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_token_table_constructed (GObject *object)
{
  SbTokenTable *self = SB_TOKEN_TABLE (object);

  G_OBJECT_CLASS (sb_token_table_parent_class)->constructed (object);

  sb_table_set_label (SB_TABLE (self), _("Tokens"));
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cb, self, NULL));
  self->sorted = gtk_sort_list_model_new (NULL, g_object_ref (self->sorter));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->sorted));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  sb_table_set_model (SB_TABLE (self), GTK_SELECTION_MODEL (self->selection));
  g_signal_connect (self, "sort-changed", G_CALLBACK (sb_token_table_resort), NULL);
}

static void
sb_token_table_dispose (GObject *object)
{
  SbTokenTable *self = SB_TOKEN_TABLE (object);

  /* Whoever still holds the model must not have it sorted by what is gone. */
  if (self->sorted != NULL)
    gtk_sort_list_model_set_sorter (self->sorted, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);
  g_clear_object (&self->sorter);

  G_OBJECT_CLASS (sb_token_table_parent_class)->dispose (object);
}

static void
sb_token_table_class_init (SbTokenTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  SbTableClass *table_class = SB_TABLE_CLASS (klass);

  object_class->get_property = sb_token_table_get_property;
  object_class->constructed = sb_token_table_constructed;
  object_class->dispose = sb_token_table_dispose;
  table_class->setting = "tokens";
  table_class->columns = columns;
  table_class->n_columns = SB_TOKEN_N_COLUMNS;
  table_class->narrow = 540;
  table_class->make_cell = sb_token_table_make_cell;
  table_class->bind_cell = sb_token_table_bind_cell;
  table_class->describe = sb_token_table_describe;

  properties[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, SB_TYPE_TOKEN_ITEM,
                                                   G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_token_table_init (SbTokenTable *self)
{
}

void
sb_token_table_set_model (SbTokenTable *self,
                          GListModel   *tokens)
{
  g_return_if_fail (SB_IS_TOKEN_TABLE (self));
  g_return_if_fail (G_IS_LIST_MODEL (tokens));

  gtk_sort_list_model_set_model (self->sorted, tokens);
}

SbTokenItem *
sb_token_table_get_selected (SbTokenTable *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_TABLE (self), NULL);

  return self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;
}

/* Scrolls to it, too. An item that is not among those shown unselects. */
void
sb_token_table_select (SbTokenTable *self,
                       SbTokenItem  *item)
{
  guint n, position;

  g_return_if_fail (SB_IS_TOKEN_TABLE (self));

  n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  for (position = 0; item != NULL && position < n; position++)
    {
      g_autoptr (SbTokenItem) candidate = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

      if (candidate == item)
        break;
    }
  if (item == NULL || position == n)
    {
      gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
      return;
    }
  sb_table_scroll_to (SB_TABLE (self), position, GTK_LIST_SCROLL_SELECT | GTK_LIST_SCROLL_FOCUS);
}

static void
refresh_cell (GtkWidget *cell,
              gpointer   user_data)
{
  sb_token_cell_refresh (SB_TOKEN_CELL (cell));
}

void
sb_token_table_refresh (SbTokenTable *self)
{
  g_return_if_fail (SB_IS_TOKEN_TABLE (self));

  sb_table_foreach_cell (SB_TABLE (self), refresh_cell, NULL);
}

/* For whoever knows that something has changed by which the table may be sorted. */
void
sb_token_table_resort (SbTokenTable *self)
{
  g_return_if_fail (SB_IS_TOKEN_TABLE (self));

  /* The headings go after it, and say that they sort no longer. */
  if (self->sorter != NULL)
    gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
}
