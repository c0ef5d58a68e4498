/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-journal.h"

#define MAX_ENTRIES 10000

/* A ring of entries, oldest first; the list shows it backwards, so that what is new costs nothing to put in front. */
struct _SbJournal
{
  GObject parent_instance;

  SbJournalEntry **ring; /* MAX_ENTRIES of them */
  guint first;           /* index of the oldest */
  guint n;
};

static GType
sb_journal_get_item_type (GListModel *list)
{
  return SB_TYPE_JOURNAL_ENTRY;
}

static guint
sb_journal_get_n_items (GListModel *list)
{
  return SB_JOURNAL (list)->n;
}

static gpointer
sb_journal_get_item (GListModel *list,
                     guint       position)
{
  SbJournal *self = SB_JOURNAL (list);

  if (position >= self->n)
    return NULL;

  return g_object_ref (self->ring[(self->first + self->n - 1 - position) % MAX_ENTRIES]);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_journal_get_item_type;
  iface->get_n_items = sb_journal_get_n_items;
  iface->get_item = sb_journal_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SbJournal, sb_journal, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
remove_oldest (SbJournal *self,
               guint      n)
{
  for (guint i = 0; i < n; i++)
    {
      g_clear_object (&self->ring[self->first]);
      self->first = (self->first + 1) % MAX_ENTRIES;
    }
  self->n -= n;
}

static void
add_newest (SbJournal      *self,
            SbJournalEntry *entry)
{
  self->ring[(self->first + self->n) % MAX_ENTRIES] = g_object_ref (entry);
  self->n++;
}

static void
sb_journal_finalize (GObject *object)
{
  SbJournal *self = SB_JOURNAL (object);

  remove_oldest (self, self->n);
  g_free (self->ring);

  G_OBJECT_CLASS (sb_journal_parent_class)->finalize (object);
}

static void
sb_journal_class_init (SbJournalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_journal_finalize;
}

static void
sb_journal_init (SbJournal *self)
{
  self->ring = g_new0 (SbJournalEntry *, MAX_ENTRIES);
}

SbJournal *
sb_journal_new (void)
{
  return g_object_new (SB_TYPE_JOURNAL, NULL);
}

/**
 * sb_journal_load:
 * @entries_newest_first: (element-type SbJournalEntry) (transfer none): as the store has them
 *
 * Replaces what is shown, with one items-changed. Entries beyond the newest 10000 are left out.
 */
void
sb_journal_load (SbJournal *self,
                 GPtrArray *entries_newest_first)
{
  guint n_before, n;

  g_return_if_fail (SB_IS_JOURNAL (self));
  g_return_if_fail (entries_newest_first != NULL);

  n_before = self->n;
  remove_oldest (self, self->n);

  n = MIN (entries_newest_first->len, MAX_ENTRIES);
  for (guint i = n; i-- > 0;)
    add_newest (self, g_ptr_array_index (entries_newest_first, i));

  if (n_before > 0 || n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, n);
}

/**
 * sb_journal_prepend:
 * @entries_oldest_first: (element-type SbJournalEntry) (transfer none): in the order in which they happened, newer
 *   than what is shown
 *
 * Puts entries in front. At most two items-changed: what falls out at the end, then what comes in front.
 */
void
sb_journal_prepend (SbJournal *self,
                    GPtrArray *entries_oldest_first)
{
  guint n, n_skip, n_over;

  g_return_if_fail (SB_IS_JOURNAL (self));
  g_return_if_fail (entries_oldest_first != NULL);

  n = MIN (entries_oldest_first->len, MAX_ENTRIES);
  if (n == 0)
    return;

  n_skip = entries_oldest_first->len - n;
  n_over = self->n + n > MAX_ENTRIES ? self->n + n - MAX_ENTRIES : 0;
  if (n_over > 0)
    {
      remove_oldest (self, n_over);
      g_list_model_items_changed (G_LIST_MODEL (self), self->n, n_over, 0);
    }

  for (guint i = n_skip; i < entries_oldest_first->len; i++)
    add_newest (self, g_ptr_array_index (entries_oldest_first, i));
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n);
}
