/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-table.h"
#include "clients/sb-client-columns.h"
#include "clients/sb-client-words.h"
#include <glib/gi18n.h>

/**
 * SbClientTable:
 *
 * The clients as a table, or as rows of two lines where a table would have to be cut. Both show
 *
 *   SbClientList, or its recently left → #SbClientView (search, state, chip, order) → GtkMultiSelection
 *
 * Numbers are read by sb_client_table_refresh(), for the rows that are on the screen and a few more.
 *
 * Signal: "selection-changed".
 */
struct _SbClientTable
{
  SbTable parent_instance;

  SbClientView *view;
  GtkMultiSelection *selection;
};

G_DEFINE_FINAL_TYPE (SbClientTable, sb_client_table, SB_TYPE_TABLE)

enum
{
  SELECTION_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GtkWidget *
sb_client_table_make_cell (SbTable *table,
                           guint    column)
{
  return sb_client_cell_new (column);
}

static void
sb_client_table_bind_cell (SbTable   *table,
                           GtkWidget *cell,
                           gpointer   item)
{
  sb_client_cell_set_picking (SB_CLIENT_CELL (cell), sb_table_get_picking (table));
  sb_client_cell_set_client (SB_CLIENT_CELL (cell), item);
}

static void
sb_client_table_mark_cell (SbTable   *table,
                           GtkWidget *cell,
                           gboolean   selected)
{
  sb_client_cell_set_picked (SB_CLIENT_CELL (cell), selected);
}

static void
sb_client_table_describe (SbTable *table,
                          gpointer item,
                          char   **label,
                          char   **description)
{
  g_autofree char *facts = sb_client_words_facts (item, g_get_real_time ());
  g_autofree char *state = sb_client_words_state (item);

  *label = g_strdup (sb_client_get_title (item));
  *description = g_strdup_printf ("%s · %s", state, facts);
}

static void
selection_changed_cb (SbClientTable *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

static void
sort_changed_cb (SbClientTable *self)
{
  gboolean descending = FALSE;
  int column = sb_table_get_sort (SB_TABLE (self), &descending);

  if (self->view != NULL)
    sb_client_view_set_sort (self->view, column, descending);
}

static void
sb_client_table_constructed (GObject *object)
{
  SbClientTable *self = SB_CLIENT_TABLE (object);

  G_OBJECT_CLASS (sb_client_table_parent_class)->constructed (object);

  sb_table_set_label (SB_TABLE (self), _("Clients"));
  self->view = sb_client_view_new ();
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->view)));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  sb_table_set_model (SB_TABLE (self), GTK_SELECTION_MODEL (self->selection));
  g_signal_connect (self, "sort-changed", G_CALLBACK (sort_changed_cb), NULL);
  sort_changed_cb (self);
}

static void
sb_client_table_dispose (GObject *object)
{
  SbClientTable *self = SB_CLIENT_TABLE (object);

  g_clear_object (&self->selection);
  g_clear_object (&self->view);

  G_OBJECT_CLASS (sb_client_table_parent_class)->dispose (object);
}

static void
sb_client_table_class_init (SbClientTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  SbTableClass *table_class = SB_TABLE_CLASS (klass);

  object_class->constructed = sb_client_table_constructed;
  object_class->dispose = sb_client_table_dispose;
  table_class->setting = "clients";
  table_class->columns = sb_client_columns;
  table_class->n_columns = SB_CLIENT_N_COLUMNS;
  table_class->narrow = 540;
  table_class->make_cell = sb_client_table_make_cell;
  table_class->bind_cell = sb_client_table_bind_cell;
  table_class->mark_cell = sb_client_table_mark_cell;
  table_class->describe = sb_client_table_describe;

  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_client_table_init (SbClientTable *self)
{
}

void
sb_client_table_set_source (SbClientTable *self,
                            GListModel    *clients,
                            gboolean       left)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));
  g_return_if_fail (G_IS_LIST_MODEL (clients));

  for (guint i = 0; i < SB_CLIENT_N_COLUMNS; i++)
    sb_table_set_available (SB_TABLE (self), i, sb_client_columns_is_available (i, left));
  sb_client_view_set_source (self->view, clients);
}

void
sb_client_table_set_match (SbClientTable       *self,
                           const SbClientMatch *match)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  sb_client_view_set_match (self->view, match);
}

guint
sb_client_table_count (SbClientTable *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_TABLE (self), 0);

  return sb_client_view_count (self->view);
}

guint
sb_client_table_n_selected (SbClientTable *self)
{
  g_autoptr (GtkBitset) selected = NULL;

  g_return_val_if_fail (SB_IS_CLIENT_TABLE (self), 0);

  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  return (guint) gtk_bitset_get_size (selected);
}

GPtrArray *
sb_client_table_dup_selected (SbClientTable *self)
{
  g_autoptr (GtkBitset) selected = NULL;
  GPtrArray *clients;
  GtkBitsetIter iter;
  guint position;

  g_return_val_if_fail (SB_IS_CLIENT_TABLE (self), NULL);

  clients = g_ptr_array_new_with_free_func (g_object_unref);
  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (clients, g_list_model_get_item (G_LIST_MODEL (self->selection), position));
  return clients;
}

gboolean
sb_client_table_contains (SbClientTable *self,
                          SbClient      *client)
{
  guint position;

  g_return_val_if_fail (SB_IS_CLIENT_TABLE (self), FALSE);

  return sb_client_view_find (self->view, client, &position);
}

/* Scrolls to it, too. One that is not among those shown unselects. */
void
sb_client_table_select (SbClientTable *self,
                        SbClient      *client)
{
  guint position;

  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  /* It may be that it is about to be seen, and has to show now what it will show then. */
  sb_client_view_set_asleep (self->view, FALSE);
  if (client == NULL || !sb_client_view_find (self->view, client, &position))
    {
      gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (self->selection));
      return;
    }
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  sb_table_scroll_to (SB_TABLE (self), position, GTK_LIST_SCROLL_FOCUS);
}

/* While nobody sees the table it stays as it is. */
void
sb_client_table_set_asleep (SbClientTable *self,
                            gboolean       asleep)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  sb_client_view_set_asleep (self->view, asleep);
}

static void
set_picking_cb (GtkWidget *cell,
                gpointer   picking)
{
  sb_client_cell_set_picking (SB_CLIENT_CELL (cell), GPOINTER_TO_INT (picking));
}

void
sb_client_table_set_picking (SbClientTable *self,
                             gboolean       picking)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  sb_table_set_picking (SB_TABLE (self), picking);
  sb_table_foreach_cell (SB_TABLE (self), set_picking_cb, GINT_TO_POINTER (picking));
}

void
sb_client_table_select_all (SbClientTable *self)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  sb_client_view_finish (self->view);
  gtk_selection_model_select_all (GTK_SELECTION_MODEL (self->selection));
}

static void
refresh_cb (GtkWidget *cell,
            gpointer   user_data)
{
  SbClient *client = sb_client_cell_get_client (SB_CLIENT_CELL (cell));

  if (client == NULL || !gtk_widget_get_mapped (cell))
    return;
  sb_client_refresh (client, g_get_monotonic_time (), *(guint64 *) user_data);
  sb_client_cell_refresh (SB_CLIENT_CELL (cell));
}

/**
 * sb_client_table_refresh:
 * @max_backlog: bytes that may wait for one client
 *
 * The engine goes round all clients; with thousands of them those to be seen would wait their turn.
 */
void
sb_client_table_refresh (SbClientTable *self,
                         guint64        max_backlog)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  sb_table_foreach_cell (SB_TABLE (self), refresh_cb, &max_backlog);
}

void
sb_client_table_resort (SbClientTable *self)
{
  g_return_if_fail (SB_IS_CLIENT_TABLE (self));

  sb_client_view_refresh (self->view);
}
