/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shadow-list.h"
#include "watch/sb-journal.h"

#define MAX_ENTRIES SB_JOURNAL_SHOWN

static void
test_acts (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  SbAct act = SB_ACT_NOTICE;

  for (guint i = 0; i < SB_N_ACTS; i++)
    {
      const char *id = sb_act_to_id ((SbAct) i);

      g_assert_nonnull (id);
      g_assert_true (g_hash_table_add (seen, (gpointer) id));
      g_assert_true (sb_act_from_id (id, &act));
      g_assert_cmpuint (act, ==, i);
    }

  /* a few by name, because disks hold them */
  g_assert_cmpstr (sb_act_to_id (SB_ACT_TOKEN_ISSUED), ==, "token_issued");
  g_assert_cmpstr (sb_act_to_id (SB_ACT_CLIENT_REFUSED), ==, "client_refused");
  g_assert_cmpstr (sb_act_to_id (SB_ACT_NOTICE), ==, "notice");

  act = SB_ACT_MESSAGE_SENT;
  g_assert_false (sb_act_from_id ("Token_issued", &act));
  g_assert_false (sb_act_from_id ("token_issued ", &act));
  g_assert_false (sb_act_from_id ("", &act));
  g_assert_false (sb_act_from_id (NULL, &act));
  g_assert_cmpuint (act, ==, SB_ACT_MESSAGE_SENT);
}

static void
test_entry (void)
{
  g_autoptr (SbJournalEntry) entry = sb_journal_entry_new (7, 1700000000000000, SB_ACT_TOKEN_REVOKED, "window",
                                                           "stage (sbx_7Kq2…f3Zd)", "4 connections closed", 3);
  gint64 id, time;
  int act;
  guint count;
  g_autofree char *actor = NULL, *subject = NULL, *detail = NULL;

  g_assert_cmpint (sb_journal_entry_get_id (entry), ==, 7);
  g_assert_cmpint (sb_journal_entry_get_time (entry), ==, 1700000000000000);
  g_assert_cmpint (sb_journal_entry_get_act (entry), ==, SB_ACT_TOKEN_REVOKED);
  g_assert_cmpstr (sb_journal_entry_get_actor (entry), ==, "window");
  g_assert_cmpstr (sb_journal_entry_get_subject (entry), ==, "stage (sbx_7Kq2…f3Zd)");
  g_assert_cmpstr (sb_journal_entry_get_detail (entry), ==, "4 connections closed");
  g_assert_cmpuint (sb_journal_entry_get_count (entry), ==, 3);

  g_object_get (entry, "id", &id, "time", &time, "act", &act, "actor", &actor, "subject", &subject,
                "detail", &detail, "count", &count, NULL);
  g_assert_cmpint (id, ==, 7);
  g_assert_cmpint (time, ==, 1700000000000000);
  g_assert_cmpint (act, ==, SB_ACT_TOKEN_REVOKED);
  g_assert_cmpstr (actor, ==, "window");
  g_assert_cmpstr (subject, ==, "stage (sbx_7Kq2…f3Zd)");
  g_assert_cmpstr (detail, ==, "4 connections closed");
  g_assert_cmpuint (count, ==, 3);
}

static void
test_entry_of_odd_values (void)
{
  g_autoptr (SbJournalEntry) entry = sb_journal_entry_new (0, -1, SB_ACT_NOTICE, NULL, "caf\xe9", "\xff\xfe", 0);

  g_assert_cmpstr (sb_journal_entry_get_actor (entry), ==, "");
  g_assert_cmpstr (sb_journal_entry_get_subject (entry), ==, "caf\xef\xbf\xbd");
  g_assert_true (g_utf8_validate (sb_journal_entry_get_detail (entry), -1, NULL));
  g_assert_cmpuint (sb_journal_entry_get_count (entry), ==, 1);
  g_assert_cmpint (sb_journal_entry_get_time (entry), ==, -1);
}

/* Entries with ids from @first; oldest first where @step is 1, newest first where it is -1. */
static GPtrArray *
make_entries (gint64 first,
              guint  n,
              int    step)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    {
      gint64 id = first + (gint64) i * step;

      g_ptr_array_add (entries, sb_journal_entry_new (id, 0, SB_ACT_NOTICE, "server", NULL, NULL, 1));
    }

  return entries;
}

static void
assert_ids (SbJournal *journal,
            gint64     newest,
            guint      n)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (journal)), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (G_LIST_MODEL (journal), i);

      g_assert_cmpint (sb_journal_entry_get_id (entry), ==, newest - i);
    }
}

static void
prepend (SbJournal *journal,
         gint64     first,
         guint      n)
{
  g_autoptr (GPtrArray) entries = make_entries (first, n, 1);

  sb_journal_prepend (journal, entries);
}

static void
load (SbJournal *journal,
      gint64     newest,
      guint      n)
{
  g_autoptr (GPtrArray) entries = make_entries (newest, n, -1);

  sb_journal_load (journal, entries);
}

static void
append (SbJournal *journal,
        gint64     newest,
        guint      n,
        gboolean   has_older)
{
  g_autoptr (GPtrArray) entries = make_entries (newest, n, -1);

  sb_journal_append (journal, entries, has_older);
}

static void
test_newest_first (void)
{
  g_autoptr (SbJournal) journal = sb_journal_new ();
  ShadowList shadow;

  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (journal)) == SB_TYPE_JOURNAL_ENTRY);
  shadow_list_init (&shadow, G_LIST_MODEL (journal));

  load (journal, 5, 0);
  prepend (journal, 5, 0);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);

  load (journal, 100, 100);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  assert_ids (journal, 100, 100);

  prepend (journal, 101, 3);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  assert_ids (journal, 103, 103);

  load (journal, 9, 2);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  assert_ids (journal, 9, 2);

  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_keeps_the_newest (void)
{
  g_autoptr (SbJournal) journal = sb_journal_new ();
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (journal));

  load (journal, 20000, MAX_ENTRIES + 1);
  assert_ids (journal, 20000, MAX_ENTRIES);
  shadow_list_steal_n_emissions (&shadow);

  prepend (journal, 20001, 1);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 2);
  assert_ids (journal, 20001, MAX_ENTRIES);

  prepend (journal, 20002, MAX_ENTRIES);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 2);
  assert_ids (journal, 30001, MAX_ENTRIES);

  prepend (journal, 30002, MAX_ENTRIES + 500);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 2);
  assert_ids (journal, 40501, MAX_ENTRIES);

  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_shadow (void)
{
  g_autoptr (SbJournal) journal = sb_journal_new ();
  ShadowList shadow;
  gint64 next = 1000000;
  guint n_expected = 0, room = MAX_ENTRIES;

  shadow_list_init (&shadow, G_LIST_MODEL (journal));
  for (guint i = 0; i < 20000; i++)
    {
      guint n = (guint) g_test_rand_int_range (0, g_test_rand_int_range (0, 500) == 0 ? 12000 : 8);

      if (g_test_rand_int_range (0, 5000) == 0)
        {
          load (journal, next + n - 1, n);
          n_expected = MIN (n, room);
        }
      else if (n_expected > 0 && g_test_rand_int_range (0, 1000) == 0)
        {
          sb_journal_reserve (journal, 2 * n);
          room = MAX (room, MIN (n_expected + 2 * n, SB_JOURNAL_KEPT));
          append (journal, sb_journal_get_oldest_id (journal) - 1, n, TRUE);
          n_expected = MIN (n_expected + n, room);
          n = 0;
        }
      else
        {
          prepend (journal, next, n);
          n_expected = MIN (n_expected + n, room);
        }
      next += n;

      g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), <=, 2);
      g_assert_cmpuint (shadow.items->len, ==, n_expected);
      if (i % 500 == 0)
        {
          shadow_list_check (&shadow);
          assert_ids (journal, next - 1, n_expected);
        }
    }
  shadow_list_check (&shadow);
  assert_ids (journal, next - 1, n_expected);
  shadow_list_clear (&shadow);
}

/* Older ones come behind, and what comes meanwhile in front takes none of them away. */
static void
test_older (void)
{
  g_autoptr (SbJournal) journal = sb_journal_new ();
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (journal));
  g_assert_cmpint (sb_journal_get_oldest_id (journal), ==, G_MAXINT64);
  load (journal, 200000, MAX_ENTRIES);
  g_assert_false (sb_journal_get_has_older (journal));
  prepend (journal, 200001, 1);
  g_assert_true (sb_journal_get_has_older (journal));
  load (journal, 200000, MAX_ENTRIES + 1);
  g_assert_true (sb_journal_get_has_older (journal));
  g_assert_cmpint (sb_journal_get_oldest_id (journal), ==, 190001);
  shadow_list_steal_n_emissions (&shadow);

  sb_journal_reserve (journal, 2000);
  prepend (journal, 200001, 700);
  append (journal, 190000, 1000, TRUE);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 2);
  assert_ids (journal, 200700, MAX_ENTRIES + 1700);
  g_assert_true (sb_journal_get_has_older (journal));
  g_assert_cmpint (sb_journal_get_oldest_id (journal), ==, 189001);

  sb_journal_reserve (journal, 2000);
  append (journal, 189000, 10, FALSE);
  assert_ids (journal, 200700, MAX_ENTRIES + 1710);
  g_assert_false (sb_journal_get_has_older (journal));

  /* Never more than the disk keeps; what falls out then is nowhere. */
  for (guint i = 0; i < 100; i++)
    {
      sb_journal_reserve (journal, 2000);
      append (journal, sb_journal_get_oldest_id (journal) - 1, 1000, TRUE);
    }
  assert_ids (journal, 200700, SB_JOURNAL_KEPT);
  g_assert_false (sb_journal_get_has_older (journal));
  prepend (journal, 200701, 5);
  assert_ids (journal, 200705, SB_JOURNAL_KEPT);
  g_assert_false (sb_journal_get_has_older (journal));
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

/* What the disk keeps no longer is not shown either, neither at once nor later. */
static void
test_fewer_kept (void)
{
  g_autoptr (SbJournal) journal = sb_journal_new ();
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (journal));
  load (journal, 200000, MAX_ENTRIES + 1);
  shadow_list_steal_n_emissions (&shadow);
  sb_journal_set_kept (journal, SB_JOURNAL_KEPT, 1);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 0);
  g_assert_true (sb_journal_get_has_older (journal));

  /* By age: all that is left is here. */
  sb_journal_set_kept (journal, SB_JOURNAL_KEPT, 199001);
  g_assert_cmpuint (shadow_list_steal_n_emissions (&shadow), ==, 1);
  assert_ids (journal, 200000, 1000);
  g_assert_false (sb_journal_get_has_older (journal));

  sb_journal_set_kept (journal, 300, 199701);
  assert_ids (journal, 200000, 300);
  prepend (journal, 200001, 5);
  assert_ids (journal, 200005, 300);
  g_assert_false (sb_journal_get_has_older (journal));
  sb_journal_reserve (journal, 2000);
  append (journal, sb_journal_get_oldest_id (journal) - 1, 10, TRUE);
  assert_ids (journal, 200005, 300);
  prepend (journal, 200006, 400);
  assert_ids (journal, 200405, 300);

  sb_journal_set_kept (journal, 1000, 200106);
  prepend (journal, 200406, 100);
  assert_ids (journal, 200505, 400);
  sb_journal_set_kept (journal, 1000, G_MAXINT64);
  assert_ids (journal, 0, 0);
  g_assert_false (sb_journal_get_has_older (journal));
  prepend (journal, 200506, 1);
  assert_ids (journal, 200506, 1);
  shadow_list_check (&shadow);
  shadow_list_clear (&shadow);
}

static void
test_frees_what_falls_out (void)
{
  SbJournal *journal = sb_journal_new ();
  g_autoptr (GPtrArray) entries = make_entries (1, 1, 1);
  GWeakRef first, last;
  GObject *item;

  g_weak_ref_init (&first, g_ptr_array_index (entries, 0));
  sb_journal_prepend (journal, entries);
  g_clear_pointer (&entries, g_ptr_array_unref);
  prepend (journal, 2, MAX_ENTRIES - 1);
  item = g_weak_ref_get (&first);
  g_assert_nonnull (item);
  g_object_unref (item);
  prepend (journal, MAX_ENTRIES + 1, 1);
  g_assert_null (g_weak_ref_get (&first));

  entries = make_entries (MAX_ENTRIES + 2, 1, 1);
  g_weak_ref_init (&last, g_ptr_array_index (entries, 0));
  sb_journal_load (journal, entries);
  g_clear_pointer (&entries, g_ptr_array_unref);
  item = g_weak_ref_get (&last);
  g_assert_nonnull (item);
  g_object_unref (item);
  g_object_unref (journal);
  g_assert_null (g_weak_ref_get (&last));

  g_weak_ref_clear (&first);
  g_weak_ref_clear (&last);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/journal/acts-have-stable-ids", test_acts);
  g_test_add_func ("/journal/entry-tells-what-it-was-given", test_entry);
  g_test_add_func ("/journal/entry-of-odd-values-is-showable", test_entry_of_odd_values);
  g_test_add_func ("/journal/newest-first", test_newest_first);
  g_test_add_func ("/journal/keeps-the-newest-10000", test_keeps_the_newest);
  g_test_add_func ("/journal/older-ones-behind", test_older);
  g_test_add_func ("/journal/shadow", test_shadow);
  g_test_add_func ("/journal/fewer-kept", test_fewer_kept);
  g_test_add_func ("/journal/frees-what-falls-out", test_frees_what_falls_out);

  return g_test_run ();
}
