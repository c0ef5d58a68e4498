/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-journal.h"

/* A ring of entries, oldest first; the list shows it backwards, so that what is new costs nothing to put in front. */
struct _SbJournal
{
  GObject parent_instance;

  SbJournalEntry **ring; /* @max of them */
  guint max;
  guint kept;            /* on disk, at most */
  guint first;           /* index of the oldest */
  guint n;
  gboolean has_older;
};

enum
{
  PROP_0,
  PROP_HAS_OLDER,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

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

  return g_object_ref (self->ring[(self->first + self->n - 1 - position) % self->max]);
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
      self->first = (self->first + 1) % self->max;
    }
  self->n -= n;
}

static void
add_newest (SbJournal      *self,
            SbJournalEntry *entry)
{
  self->ring[(self->first + self->n) % self->max] = g_object_ref (entry);
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
sb_journal_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  if (prop_id == PROP_HAS_OLDER)
    g_value_set_boolean (value, SB_JOURNAL (object)->has_older);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_journal_class_init (SbJournalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_journal_finalize;
  object_class->get_property = sb_journal_get_property;

  properties[PROP_HAS_OLDER] = g_param_spec_boolean ("has-older", NULL, NULL, FALSE,
                                                     G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_journal_init (SbJournal *self)
{
  self->max = SB_JOURNAL_SHOWN;
  self->kept = SB_JOURNAL_KEPT;
  self->ring = g_new0 (SbJournalEntry *, self->max);
}

static void
set_has_older (SbJournal *self,
               gboolean   has_older)
{
  if (self->has_older == has_older)
    return;
  self->has_older = has_older;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_OLDER]);
}

/* How many may be here. */
static guint
get_room (SbJournal *self)
{
  return MIN (self->max, self->kept);
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
 * Replaces what is shown, with one items-changed. Entries beyond the newest 10000 are left out, and known to be on disk.
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

  n = MIN (entries_newest_first->len, get_room (self));
  for (guint i = n; i-- > 0;)
    add_newest (self, g_ptr_array_index (entries_newest_first, i));

  if (n_before > 0 || n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, n);
  set_has_older (self, entries_newest_first->len > n);
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
  guint room, n, n_skip, n_over;

  g_return_if_fail (SB_IS_JOURNAL (self));
  g_return_if_fail (entries_oldest_first != NULL);

  room = get_room (self);
  n = MIN (entries_oldest_first->len, room);
  if (n == 0)
    return;

  n_skip = entries_oldest_first->len - n;
  n_over = self->n + n > room ? self->n + n - room : 0;
  if (n_over > 0)
    {
      remove_oldest (self, n_over);
      g_list_model_items_changed (G_LIST_MODEL (self), self->n, n_over, 0);
    }

  for (guint i = n_skip; i < entries_oldest_first->len; i++)
    add_newest (self, g_ptr_array_index (entries_oldest_first, i));
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n);
  /* With as many here as the disk keeps, what falls out here does so there as well. */
  if (n_over + n_skip > 0 && self->max < self->kept)
    set_has_older (self, TRUE);
}

void
sb_journal_reserve (SbJournal *self,
                    guint      n)
{
  guint max;
  SbJournalEntry **ring;

  g_return_if_fail (SB_IS_JOURNAL (self));

  max = MAX (self->max, MIN (self->n + n, self->kept));
  if (max == self->max)
    return;
  ring = g_new0 (SbJournalEntry *, max);
  for (guint i = 0; i < self->n; i++)
    ring[i] = self->ring[(self->first + i) % self->max];
  g_free (self->ring);
  self->ring = ring;
  self->max = max;
  self->first = 0;
}

/**
 * sb_journal_append:
 * @entries_newest_first: (element-type SbJournalEntry) (transfer none): older than what is shown, the next ones
 * @has_older: whether there are still older ones
 *
 * Puts entries behind, with one items-changed: as many as there is room for.
 */
void
sb_journal_append (SbJournal *self,
                   GPtrArray *entries_newest_first,
                   gboolean   has_older)
{
  guint n;

  g_return_if_fail (SB_IS_JOURNAL (self));
  g_return_if_fail (entries_newest_first != NULL);

  n = MIN (entries_newest_first->len, get_room (self) - self->n);
  for (guint i = 0; i < n; i++)
    {
      self->first = (self->first + self->max - 1) % self->max;
      self->ring[self->first] = g_object_ref (g_ptr_array_index (entries_newest_first, i));
    }
  self->n += n;
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), self->n - n, 0, n);
  set_has_older (self, self->n < self->kept && (has_older || n < entries_newest_first->len));
}

void
sb_journal_set_kept (SbJournal *self,
                     guint      n,
                     gint64     oldest)
{
  guint n_over;

  g_return_if_fail (SB_IS_JOURNAL (self));
  g_return_if_fail (n > 0);

  self->kept = n;
  n_over = self->n > n ? self->n - n : 0;
  while (n_over < self->n && sb_journal_entry_get_id (self->ring[(self->first + n_over) % self->max]) < oldest)
    n_over++;
  if (n_over > 0)
    {
      remove_oldest (self, n_over);
      g_list_model_items_changed (G_LIST_MODEL (self), self->n, n_over, 0);
    }
  set_has_older (self, self->has_older && self->n < n && sb_journal_get_oldest_id (self) > oldest && self->n > 0);
}

gint64
sb_journal_get_oldest_id (SbJournal *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL (self), G_MAXINT64);

  return self->n > 0 ? sb_journal_entry_get_id (self->ring[self->first]) : G_MAXINT64;
}

gboolean
sb_journal_get_has_older (SbJournal *self)
{
  g_return_val_if_fail (SB_IS_JOURNAL (self), FALSE);

  return self->has_older;
}
