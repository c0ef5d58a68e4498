/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-audit"

#include "sb-audit.h"

#include "sb-clock.h"
#include "store/sb-journal-store.h"

#include <glib/gi18n-lib.h>

#define GATHER_MS 100
#define RETRY_MS 5000
/* While the store refuses, so many entries wait; the ones after are counted. */
#define MAX_WAITING 10000

typedef struct
{
  SbAuditDoneFunc done;
  gpointer user_data;
} Waiter;

struct _SbAudit
{
  SbDatabase *database;
  SbJournal *journal;
  SbAuditTroubleFunc trouble;
  gpointer user_data;

  GPtrArray *waiting; /* (element-type SbJournalEntry), oldest first */
  GArray *waiters;    /* (element-type Waiter): who asked about an entry in @waiting */
  guint timer;
  gboolean in_flight;
  gboolean failing;
  guint n_lost;
  gboolean freed; /* the owner is gone; only the batch in flight holds it */
};

/* One transaction under way. */
typedef struct
{
  SbAudit *audit;
  GPtrArray *entries;
  GArray *waiters;
} Batch;

static void store_waiting (SbAudit *self);

/**
 * sb_audit_new:
 * @trouble: told when storing begins to fail, and when it works again
 *
 * Returns: (transfer full): free with sb_audit_free()
 */
SbAudit *
sb_audit_new (SbDatabase *database, SbJournal *journal, SbAuditTroubleFunc trouble, gpointer user_data)
{
  SbAudit *self;

  g_return_val_if_fail (SB_IS_DATABASE (database), NULL);
  g_return_val_if_fail (SB_IS_JOURNAL (journal), NULL);

  self = g_new0 (SbAudit, 1);
  self->database = g_object_ref (database);
  self->journal = g_object_ref (journal);
  self->trouble = trouble;
  self->user_data = user_data;
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));

  return self;
}

static void
destroy (SbAudit *self)
{
  g_object_unref (self->database);
  g_object_unref (self->journal);
  g_ptr_array_unref (self->waiting);
  g_array_unref (self->waiters);
  g_free (self);
}

/**
 * sb_audit_free:
 *
 * Frees it; what still waits is lost (flush, and wait until it is idle, first).
 */
void
sb_audit_free (SbAudit *self)
{
  g_return_if_fail (self != NULL);

  g_clear_handle_id (&self->timer, g_source_remove);
  self->trouble = NULL;
  self->freed = TRUE;
  if (!self->in_flight)
    destroy (self);
}

static void
tell_waiters (GArray *waiters, gboolean stored)
{
  for (guint i = 0; i < waiters->len; i++)
    {
      Waiter waiter = g_array_index (waiters, Waiter, i);

      waiter.done (stored, waiter.user_data);
    }
}

static gboolean
timer_cb (gpointer user_data)
{
  SbAudit *self = user_data;

  self->timer = 0;
  store_waiting (self);

  return G_SOURCE_REMOVE;
}

static void
arm (SbAudit *self)
{
  if (self->timer == 0)
    self->timer = g_timeout_add (self->failing ? RETRY_MS : GATHER_MS, timer_cb, self);
}

/* The entries of a batch that was refused stand before those that came meanwhile. */
static void
keep_for_later (SbAudit *self, GPtrArray *entries)
{
  for (guint i = 0; i < self->waiting->len; i++)
    g_ptr_array_add (entries, g_object_ref (g_ptr_array_index (self->waiting, i)));
  g_ptr_array_unref (self->waiting);
  self->waiting = g_ptr_array_ref (entries);

  if (self->waiting->len > MAX_WAITING)
    {
      self->n_lost += self->waiting->len - MAX_WAITING;
      g_ptr_array_set_size (self->waiting, MAX_WAITING);
    }
}

static void
begin_failing (SbAudit *self, const GError *error)
{
  /* Translators: %s is one or more sentences that say what failed, and why */
  g_autofree char *message =
      g_strdup_printf (_("%s Signalbox keeps trying to write the audit trail."), error->message);

  g_message ("%s", message);
  self->failing = TRUE;
  if (self->trouble != NULL)
    self->trouble (message, self->user_data);
}

static void
end_failing (SbAudit *self)
{
  self->failing = FALSE;
  if (self->n_lost > 0)
    {
      g_autofree char *detail =
          g_strdup_printf ("%u entries were lost while the trail could not be written", self->n_lost);

      self->n_lost = 0;
      sb_audit_add (self, sb_journal_entry_new (0, sb_clock_get_real (), SB_ACT_NOTICE, "server", "", detail, 1), NULL,
                    NULL);
    }
  if (self->trouble != NULL)
    self->trouble (NULL, self->user_data);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Batch *batch = user_data;
  SbAudit *self = batch->audit;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stored = sb_journal_store_append_finish (SB_DATABASE (source), result, &error);

  self->in_flight = FALSE;
  if (!self->freed && stored != NULL)
    {
      sb_journal_prepend (self->journal, stored);
      if (self->failing)
        end_failing (self);
    }
  else if (!self->freed)
    {
      keep_for_later (self, batch->entries);
      if (!self->failing)
        begin_failing (self, error);
    }

  /* They may add entries, or free @self: it counts as busy meanwhile. */
  self->in_flight = TRUE;
  tell_waiters (batch->waiters, stored != NULL);
  self->in_flight = FALSE;

  if (self->freed)
    destroy (self);
  else if (self->waiters->len > 0)
    store_waiting (self);
  else if (self->waiting->len > 0)
    arm (self);

  g_ptr_array_unref (batch->entries);
  g_array_unref (batch->waiters);
  g_free (batch);
}

static void
store_waiting (SbAudit *self)
{
  Batch *batch;
  GPtrArray *entries;

  if (self->in_flight || self->waiting->len == 0)
    return;

  g_clear_handle_id (&self->timer, g_source_remove);
  batch = g_new0 (Batch, 1);
  batch->audit = self;
  batch->entries = g_steal_pointer (&self->waiting);
  batch->waiters = g_steal_pointer (&self->waiters);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->in_flight = TRUE;

  entries = g_ptr_array_new_full (batch->entries->len, g_object_unref);
  for (guint i = 0; i < batch->entries->len; i++)
    g_ptr_array_add (entries, g_object_ref (g_ptr_array_index (batch->entries, i)));
  sb_journal_store_append_async (self->database, entries, stored_cb, batch);
}

/**
 * sb_audit_add:
 * @entry: (transfer full): what happened
 * @done: (nullable): told when the entry is on disk; the entry is then written at once instead of being gathered for a
 * while. Not called before this function returns. Where writing fails it is told so after one try.
 */
void
sb_audit_add (SbAudit *self, SbJournalEntry *entry, SbAuditDoneFunc done, gpointer user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (SB_IS_JOURNAL_ENTRY (entry));

  if (self->waiting->len < MAX_WAITING)
    g_ptr_array_add (self->waiting, entry);
  else
    {
      self->n_lost++;
      g_object_unref (entry);
    }

  if (done != NULL)
    {
      Waiter waiter = { done, user_data };

      g_array_append_val (self->waiters, waiter);
      store_waiting (self);
    }
  else
    arm (self);
}

/**
 * sb_audit_flush:
 *
 * Writes what is gathered now; nothing where a batch is under way, after which the rest follows by itself.
 */
void
sb_audit_flush (SbAudit *self)
{
  g_return_if_fail (self != NULL);

  store_waiting (self);
}

/**
 * sb_audit_is_idle:
 *
 * Returns: whether everything added is on disk
 */
gboolean
sb_audit_is_idle (SbAudit *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return !self->in_flight && self->waiting->len == 0;
}
