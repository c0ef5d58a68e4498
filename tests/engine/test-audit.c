/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fault-vfs.h"
#include "sb-audit.h"
#include "store-fixture.h"
#include "store/sb-journal-store.h"

typedef struct
{
  StoreFixture store;
  SbDatabase *database;
  SbJournal *journal;
  SbAudit *audit;
  guint n_stored;
  guint n_unstored;
  guint n_troubles;
  char *trouble;
} Fixture;

static void
trouble_cb (const char *message, gpointer user_data)
{
  Fixture *self = user_data;

  g_set_str (&self->trouble, message);
  self->n_troubles++;
}

static void
done_cb (gboolean stored, gpointer user_data)
{
  Fixture *self = user_data;

  if (stored)
    self->n_stored++;
  else
    self->n_unstored++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  store_fixture_set_up (&self->store, NULL);
  self->database = store_open_well (self->store.path);
  self->journal = sb_journal_new ();
  self->audit = sb_audit_new (self->database, self->journal, trouble_cb, self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->audit, sb_audit_free);
  store_close (self->database);
  g_assert_finalize_object (self->journal);
  g_free (self->trouble);
  store_fixture_tear_down (&self->store, NULL);
}

static SbJournalEntry *
make_entry (guint number)
{
  g_autofree char *subject = g_strdup_printf ("entry %u", number);

  return sb_journal_entry_new (0, 1000 + number, SB_ACT_NOTICE, "server", subject, "", 1);
}

static guint
count (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->journal));
}

/* Newest first, none missing, none twice. */
static void
check_order (Fixture *self, guint n)
{
  g_assert_cmpuint (count (self), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->journal), i);

      g_assert_cmpint (sb_journal_entry_get_time (entry), ==, 1000 + n - 1 - i);
      g_assert_cmpint (sb_journal_entry_get_id (entry), ==, n - i);
    }
}

static void
test_is_shown_when_stored (Fixture *self, gconstpointer data)
{
  sb_audit_add (self->audit, make_entry (0), done_cb, self);
  g_assert_cmpuint (count (self), ==, 0);
  g_assert_cmpuint (self->n_stored, ==, 0);
  g_assert_false (sb_audit_is_idle (self->audit));

  store_wait_for (self->n_stored == 1);
  check_order (self, 1);
  store_assert_sql (self->database, "SELECT count(*) FROM journal", "1");
}

static void
test_gathers (Fixture *self, gconstpointer data)
{
  const guint n = 500;
  guint n_changes = 0;

  g_signal_connect_swapped (self->journal, "items-changed", G_CALLBACK (g_atomic_int_inc), &n_changes);
  for (guint i = 0; i < n; i++)
    sb_audit_add (self->audit, make_entry (i), NULL, NULL);
  store_wait_for (sb_audit_is_idle (self->audit));

  check_order (self, n);
  g_assert_cmpuint (n_changes, ==, 1);
}

static void
test_order_is_kept (Fixture *self, gconstpointer data)
{
  const guint n = 60;

  /* Some waited for, some not; some while a batch is under way. */
  for (guint i = 0; i < n; i++)
    {
      sb_audit_add (self->audit, make_entry (i), i % 3 == 0 ? done_cb : NULL, self);
      if (i % 7 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  store_wait_for (sb_audit_is_idle (self->audit));

  g_assert_cmpuint (self->n_stored, ==, n / 3);
  check_order (self, n);
}

static void
fail_disk (int code)
{
  atomic_store (&fault_code, code);
  atomic_store (&fault_lasts, TRUE);
  atomic_store (&fault_countdown, 0);
}

static void
repair_disk (void)
{
  atomic_store (&fault_countdown, -1);
  atomic_store (&fault_lasts, FALSE);
}

static void
test_failure_is_told_and_repaired (Fixture *self, gconstpointer data)
{
  fail_disk (SQLITE_FULL);
  sb_audit_add (self->audit, make_entry (0), done_cb, self);
  store_wait_for (self->n_unstored == 1);
  g_assert_nonnull (self->trouble);
  store_assert_contains (self->trouble, "The disk is full");
  g_assert_cmpuint (count (self), ==, 0);
  g_assert_false (sb_audit_is_idle (self->audit));

  /* A second failure is not told again. */
  sb_audit_add (self->audit, make_entry (1), done_cb, self);
  store_wait_for (self->n_unstored == 2);
  g_assert_cmpuint (self->n_troubles, ==, 1);

  repair_disk ();
  sb_audit_add (self->audit, make_entry (2), done_cb, self);
  store_wait_for (self->n_stored == 1);
  g_assert_cmpuint (self->n_troubles, ==, 2);
  g_assert_null (self->trouble);
  check_order (self, 3);
}

static void
test_tries_again_by_itself (Fixture *self, gconstpointer data)
{
  fail_disk (SQLITE_IOERR);
  sb_audit_add (self->audit, make_entry (0), done_cb, self);
  store_wait_for (self->n_unstored == 1);
  repair_disk ();

  store_wait_for (sb_audit_is_idle (self->audit));
  check_order (self, 1);
  g_assert_null (self->trouble);
}

static void
test_freed_while_storing (Fixture *self, gconstpointer data)
{
  sb_audit_add (self->audit, make_entry (0), done_cb, self);
  g_clear_pointer (&self->audit, sb_audit_free);
  store_wait_for (self->n_stored == 1);
  g_assert_cmpuint (count (self), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install ();

#define ADD(path, function) g_test_add ("/audit/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("is-shown-when-stored", test_is_shown_when_stored);
  ADD ("gathers", test_gathers);
  ADD ("order-is-kept", test_order_is_kept);
  ADD ("failure-is-told-and-repaired", test_failure_is_told_and_repaired);
  ADD ("tries-again-by-itself", test_tries_again_by_itself);
  ADD ("freed-while-storing", test_freed_while_storing);

  return g_test_run ();
}
