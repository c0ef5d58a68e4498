/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-view.h"
#include "clients/sb-client-columns.h"
#include <gtk/gtk.h>

/* So many separate places are told one by one; more are one change from the first to the last of them. */
#define MAX_RUNS 32
/* From so many rows on it matters what GTK does with them. */
#define MANY 8

/* What is told at once, then in each turn of the main loop, up to how many rows GTK makes, and not more, in 4.18. */
#define FIRST_TOLD 48
#define STEP_TOLD 54
#define MAX_GTK_ROWS 210

struct _SbClientView
{
  GObject parent_instance;

  GListModel *source;
  GPtrArray *rows;  /* (element-type SbClientRow) owned: all of the source, in its order */
  GPtrArray *shown; /* (element-type SbClientRow) */
  guint n_told;     /* how many of @shown are items yet */
  guint tell_id;    /* idle: the next ones */
  gboolean asleep;
  GPtrArray *lost;  /* (element-type SbClientRow) owned: left the source while asleep, but are items still */

  SbClientsKind kind;
  gint64 token_id;
  char *address;
  char *channel;
  char *needle; /* casefolded; NULL: anything */

  int column; /* -1: none */
  gboolean descending;
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbClientView, sb_client_view, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GType
sb_client_view_get_item_type (GListModel *list)
{
  return SB_TYPE_CLIENT;
}

static guint
sb_client_view_get_n_items (GListModel *list)
{
  return SB_CLIENT_VIEW (list)->n_told;
}

static gpointer
sb_client_view_get_item (GListModel *list,
                         guint       position)
{
  SbClientView *self = SB_CLIENT_VIEW (list);

  if (position >= self->n_told)
    return NULL;
  return g_object_ref (((SbClientRow *) g_ptr_array_index (self->shown, position))->client);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_client_view_get_item_type;
  iface->get_n_items = sb_client_view_get_n_items;
  iface->get_item = sb_client_view_get_item;
}

static gboolean
matches (SbClientView *self,
         SbClientRow  *row)
{
  const SbClientMatch match = { self->kind, self->token_id, self->address, self->channel, self->needle };

  return !row->gone && sb_client_row_matches (row, &match);
}

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer      user_data)
{
  SbClientView *self = user_data;

  return sb_client_row_compare (*(SbClientRow *const *) a, *(SbClientRow *const *) b, self->column, self->descending);
}

/* --- telling --- */

static gboolean
tell_cb (gpointer user_data)
{
  SbClientView *self = user_data;
  guint before = self->n_told;

  self->n_told = before < MAX_GTK_ROWS ? MIN (before + STEP_TOLD, self->shown->len) : self->shown->len;
  if (self->n_told == self->shown->len)
    self->tell_id = 0;
  g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->n_told - before);
  return self->tell_id != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
sb_client_view_finish (SbClientView *self)
{
  guint before = self->n_told;

  g_return_if_fail (SB_IS_CLIENT_VIEW (self));

  if (self->tell_id == 0)
    return;
  g_clear_handle_id (&self->tell_id, g_source_remove);
  self->n_told = self->shown->len;
  g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->n_told - before);
}

/* Whether most of the rows that GTK may have made serve for @next, too. */
static gboolean
most_stay (GPtrArray *before,
           guint      n_told,
           GPtrArray *next)
{
  guint n = MIN (n_told, MAX_GTK_ROWS), n_found = 0;

  for (guint i = 0; i < before->len; i++)
    ((SbClientRow *) g_ptr_array_index (before, i))->found = FALSE;
  for (guint i = 0; i < next->len; i++)
    ((SbClientRow *) g_ptr_array_index (next, i))->found = TRUE;
  for (guint i = 0; i < n; i++)
    n_found += ((SbClientRow *) g_ptr_array_index (before, i))->found;
  return n_found >= n / 2;
}

/* Shows @next (taken), and tells of the part that is different. */
static void
replace (SbClientView *self,
         GPtrArray    *next)
{
  GPtrArray *before = g_steal_pointer (&self->shown);
  guint first = 0, n_removed = self->n_told, n_before, n_added;

  g_clear_handle_id (&self->tell_id, g_source_remove);
  /* Rows that there are serve for others; those that are missing are made a few at a time. */
  if (!most_stay (before, self->n_told, next))
    n_added = MIN (next->len, FIRST_TOLD);
  else
    n_added = self->n_told < MAX_GTK_ROWS ? MIN (next->len, MAX (self->n_told, FIRST_TOLD)) : next->len;
  self->shown = next;
  self->n_told = n_added;
  if (n_added < next->len)
    self->tell_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 5, tell_cb, self, NULL);

  n_before = n_removed;
  while (n_removed > 0 && n_added > 0 && before->pdata[first] == next->pdata[first])
    {
      first++;
      n_removed--;
      n_added--;
    }
  while (n_removed > 0 && n_added > 0 && before->pdata[first + n_removed - 1] == next->pdata[first + n_added - 1])
    {
      n_removed--;
      n_added--;
    }
  /* GTK takes up its rows for what is at other places now only if the one at which it stands is among them; else it drops
   * them, and makes others. */
  if (n_removed >= MANY && n_added >= MANY)
    {
      first = 0;
      n_removed = n_before;
      n_added = self->n_told;
    }
  g_ptr_array_unref (before);
  if (n_removed > 0 || n_added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), first, n_removed, n_added);
}

/* Everything anew: what is shown, and in which order. */
static void
rebuild (SbClientView *self)
{
  GPtrArray *next;

  if (self->asleep)
    return;
  next = g_ptr_array_sized_new (self->rows->len);
  for (guint i = 0; i < self->rows->len; i++)
    {
      SbClientRow *row = g_ptr_array_index (self->rows, i);

      if (!matches (self, row))
        continue;
      sb_client_row_make_key (row, self->column);
      g_ptr_array_add (next, row);
    }
  g_ptr_array_sort_with_data (next, compare_rows, self);
  replace (self, next);
}

static void
drop_gone (SbClientView *self)
{
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (guint[2])); /* from the back: first, and how many */
  GPtrArray *next;

  for (guint i = self->shown->len; i > 0; i--)
    if (((SbClientRow *) g_ptr_array_index (self->shown, i - 1))->gone)
      {
        guint run[2] = { i - 1, 1 };

        while (run[0] > 0 && ((SbClientRow *) g_ptr_array_index (self->shown, run[0] - 1))->gone)
          {
            run[0]--;
            run[1]++;
          }
        g_array_append_val (runs, run);
        i = run[0] + 1;
      }
  if (runs->len <= MAX_RUNS)
    {
      for (guint i = 0; i < runs->len; i++)
        {
          const guint *run = (const guint *) (void *) runs->data + 2 * (gsize) i;

          g_ptr_array_remove_range (self->shown, run[0], run[1]);
          self->n_told -= run[1];
          g_list_model_items_changed (G_LIST_MODEL (self), run[0], run[1], 0);
        }
      return;
    }
  next = g_ptr_array_sized_new (self->shown->len);
  for (guint i = 0; i < self->shown->len; i++)
    if (!((SbClientRow *) g_ptr_array_index (self->shown, i))->gone)
      g_ptr_array_add (next, g_ptr_array_index (self->shown, i));
  replace (self, next);
}

/* Before which of those shown a row belongs, looked for from the back as most belong at the end. */
static guint
find_place (SbClientView *self,
            SbClientRow  *row,
            guint         high)
{
  guint low = 0;

  if (high == 0 || compare_rows (&self->shown->pdata[high - 1], &row, self) < 0)
    return high;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare_rows (&self->shown->pdata[middle], &row, self) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static guint
count_places (SbClientView *self,
              GPtrArray    *newcomers)
{
  guint n = 0, last = self->shown->len, place = G_MAXUINT;

  for (guint i = newcomers->len; i > 0; i--)
    {
      last = find_place (self, g_ptr_array_index (newcomers, i - 1), last);
      n += last != place;
      place = last;
    }
  return n;
}

/* @newcomers: in order */
static void
insert_sorted (SbClientView *self,
               GPtrArray    *newcomers)
{
  GPtrArray *next;
  guint i = 0, j = 0, end = newcomers->len, place = self->shown->len;

  if ((newcomers->len <= FIRST_TOLD || self->n_told >= MAX_GTK_ROWS) && count_places (self, newcomers) <= MAX_RUNS)
    {
      while (end > 0)
        {
          guint begin = end - 1;

          place = find_place (self, g_ptr_array_index (newcomers, begin), place);
          while (begin > 0 && find_place (self, g_ptr_array_index (newcomers, begin - 1), place) == place)
            begin--;
          for (guint k = begin; k < end; k++)
            g_ptr_array_insert (self->shown, (int) (place + k - begin), g_ptr_array_index (newcomers, k));
          self->n_told += end - begin;
          g_list_model_items_changed (G_LIST_MODEL (self), place, 0, end - begin);
          end = begin;
        }
      return;
    }
  next = g_ptr_array_sized_new (self->shown->len + newcomers->len);
  while (i < self->shown->len || j < newcomers->len)
    if (j == newcomers->len ||
        (i < self->shown->len && compare_rows (&self->shown->pdata[i], &newcomers->pdata[j], self) < 0))
      g_ptr_array_add (next, g_ptr_array_index (self->shown, i++));
    else
      g_ptr_array_add (next, g_ptr_array_index (newcomers, j++));
  replace (self, next);
}

/* @newcomers: (nullable): where those are put that are to be shown */
static void
add_rows (SbClientView *self,
          guint         position,
          guint         n,
          GPtrArray    *newcomers)
{
  for (guint i = 0; i < n; i++)
    {
      SbClientRow *row = sb_client_row_new (g_list_model_get_item (self->source, position + i));

      g_ptr_array_insert (self->rows, (int) (position + i), row);
      if (newcomers == NULL || !matches (self, row))
        continue;
      sb_client_row_make_key (row, self->column);
      g_ptr_array_add (newcomers, row);
    }
}

static void
remove_rows (SbClientView *self,
             guint         position,
             guint         n)
{
  for (guint i = 0; i < n; i++)
    ((SbClientRow *) g_ptr_array_index (self->rows, position + i))->gone = TRUE;
  if (!self->asleep)
    {
      drop_gone (self);
      g_ptr_array_remove_range (self->rows, position, n);
      return;
    }
  /* From the back, as an array is taken apart. */
  for (guint i = n; i > 0; i--)
    g_ptr_array_add (self->lost, g_ptr_array_steal_index (self->rows, position + i - 1));
}

static void
source_changed_cb (SbClientView *self,
                   guint         position,
                   guint         n_removed,
                   guint         n_added)
{
  g_autoptr (GPtrArray) newcomers = self->asleep ? NULL : g_ptr_array_new ();

  sb_client_view_finish (self);
  if (n_removed > 0)
    remove_rows (self, position, n_removed);
  add_rows (self, position, n_added, newcomers);
  if (newcomers == NULL || newcomers->len == 0)
    return;
  g_ptr_array_sort_with_data (newcomers, compare_rows, self);
  insert_sorted (self, newcomers);
}

/* --- the object --- */

static void
sb_client_view_dispose (GObject *object)
{
  SbClientView *self = SB_CLIENT_VIEW (object);

  if (self->source != NULL)
    g_signal_handlers_disconnect_by_func (self->source, source_changed_cb, self);
  g_clear_object (&self->source);
  g_clear_handle_id (&self->tell_id, g_source_remove);

  G_OBJECT_CLASS (sb_client_view_parent_class)->dispose (object);
}

static void
sb_client_view_finalize (GObject *object)
{
  SbClientView *self = SB_CLIENT_VIEW (object);

  g_ptr_array_unref (self->shown);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->lost);
  g_free (self->address);
  g_free (self->channel);
  g_free (self->needle);

  G_OBJECT_CLASS (sb_client_view_parent_class)->finalize (object);
}

static void
sb_client_view_class_init (SbClientViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_client_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_client_view_finalize;
}

static void
sb_client_view_init (SbClientView *self)
{
  self->rows = g_ptr_array_new_with_free_func (sb_client_row_free);
  self->lost = g_ptr_array_new_with_free_func (sb_client_row_free);
  self->shown = g_ptr_array_new ();
  self->column = -1;
}

SbClientView *
sb_client_view_new (void)
{
  return g_object_new (SB_TYPE_CLIENT_VIEW, NULL);
}

void
sb_client_view_set_source (SbClientView *self,
                           GListModel   *clients)
{
  g_return_if_fail (SB_IS_CLIENT_VIEW (self));
  g_return_if_fail (G_IS_LIST_MODEL (clients));

  if (self->source == clients)
    return;
  if (self->source != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->source, source_changed_cb, self);
      source_changed_cb (self, 0, self->rows->len, 0);
    }
  g_set_object (&self->source, clients);
  g_signal_connect_object (clients, "items-changed", G_CALLBACK (source_changed_cb), self, G_CONNECT_SWAPPED);
  source_changed_cb (self, 0, 0, g_list_model_get_n_items (clients));
}

GListModel *
sb_client_view_get_source (SbClientView *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_VIEW (self), NULL);

  return self->source;
}

void
sb_client_view_set_match (SbClientView        *self,
                          const SbClientMatch *match)
{
  g_autofree char *text = NULL;

  g_return_if_fail (SB_IS_CLIENT_VIEW (self));
  g_return_if_fail (match != NULL);

  text = g_strstrip (g_strdup (match->text != NULL ? match->text : ""));
  self->kind = match->kind;
  self->token_id = match->token_id;
  g_set_str (&self->address, match->address);
  g_set_str (&self->channel, match->channel);
  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  rebuild (self);
}

void
sb_client_view_set_sort (SbClientView *self,
                         int           column,
                         gboolean      descending)
{
  g_return_if_fail (SB_IS_CLIENT_VIEW (self));

  if (self->column == column && self->descending == descending)
    return;
  if (self->column != column)
    for (guint i = 0; i < self->rows->len; i++)
      sb_client_row_forget_key (g_ptr_array_index (self->rows, i));
  self->column = column;
  self->descending = descending;
  rebuild (self);
}

void
sb_client_view_refresh (SbClientView *self)
{
  g_return_if_fail (SB_IS_CLIENT_VIEW (self));

  if (self->kind != SB_CLIENTS_ALL || (self->column >= 0 && sb_client_columns_is_live (self->column)))
    rebuild (self);
}

/* Asleep, what is shown stays as it is, of clients that left as well. */
void
sb_client_view_set_asleep (SbClientView *self,
                           gboolean      asleep)
{
  g_return_if_fail (SB_IS_CLIENT_VIEW (self));

  if (self->asleep == asleep)
    return;
  self->asleep = asleep;
  if (asleep)
    return;
  rebuild (self);
  g_ptr_array_set_size (self->lost, 0);
}

guint
sb_client_view_count (SbClientView *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_VIEW (self), 0);

  return self->shown->len;
}

/* One that is found is among the items. */
gboolean
sb_client_view_find (SbClientView *self,
                     SbClient     *client,
                     guint        *position)
{
  g_return_val_if_fail (SB_IS_CLIENT_VIEW (self), FALSE);

  for (guint i = 0; i < self->shown->len; i++)
    if (((SbClientRow *) g_ptr_array_index (self->shown, i))->client == client)
      {
        if (i >= self->n_told)
          sb_client_view_finish (self);
        *position = i;
        return TRUE;
      }
  return FALSE;
}
