/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-refusals.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define MINUTE (60 * SECOND)

static SbEvent
make_event (const char *address, const char *error, const char *cause)
{
  return (SbEvent) {
    .kind = SB_EVENT_REFUSED,
    .time = 1000,
    .refused = { .status = 401, .error = error, .cause = cause, .address = (char *) address, .path = (char *) "/news" },
  };
}

static SbJournalEntry *
add (SbRefusals *refusals, const char *address, const char *error, const char *cause, gint64 now)
{
  SbEvent event = make_event (address, error, cause);

  event.time = now;

  return sb_refusals_add (refusals, &event, NULL, now);
}

static void
test_first_is_told_at_once (void)
{
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();
  g_autoptr (SbJournalEntry) entry = add (refusals, "10.0.0.1", "invalid_token", "unknown", SECOND);

  g_assert_nonnull (entry);
  g_assert_cmpint (sb_journal_entry_get_act (entry), ==, SB_ACT_CLIENT_REFUSED);
  g_assert_cmpstr (sb_journal_entry_get_actor (entry), ==, "10.0.0.1");
  g_assert_cmpstr (sb_journal_entry_get_subject (entry), ==, "/news");
  g_assert_cmpstr (sb_journal_entry_get_detail (entry), ==, "invalid_token: unknown");
  g_assert_cmpuint (sb_journal_entry_get_count (entry), ==, 1);
  g_assert_cmpint (sb_journal_entry_get_time (entry), ==, SECOND);
}

static void
test_more_of_a_minute_are_one (void)
{
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();
  g_autoptr (SbJournalEntry) first = add (refusals, "10.0.0.1", "invalid_token", "unknown", 0);
  g_autoptr (GPtrArray) entries = NULL;

  for (guint i = 1; i <= 500; i++)
    g_assert_null (add (refusals, "10.0.0.1", "invalid_token", "unknown", i * SECOND / 10));

  g_assert_null (sb_refusals_expire (refusals, MINUTE - 1));
  entries = sb_refusals_expire (refusals, MINUTE);
  g_assert_nonnull (entries);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpuint (sb_journal_entry_get_count (entries->pdata[0]), ==, 500);
  g_assert_cmpint (sb_journal_entry_get_time (entries->pdata[0]), ==, 50 * SECOND);
  g_assert_cmpstr (sb_journal_entry_get_detail (entries->pdata[0]), ==, "invalid_token: unknown");

  /* The next one begins anew. */
  g_clear_object (&first);
  first = add (refusals, "10.0.0.1", "invalid_token", "unknown", MINUTE);
  g_assert_nonnull (first);
}

static void
test_single_one_is_not_told_twice (void)
{
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();
  g_autoptr (SbJournalEntry) entry = add (refusals, "10.0.0.1", "missing_token", NULL, 0);

  g_assert_cmpstr (sb_journal_entry_get_detail (entry), ==, "missing_token");
  g_assert_null (sb_refusals_expire (refusals, G_MAXINT64));
}

static void
test_what_differs_is_told_apart (void)
{
  static const struct { const char *address, *error, *cause; } cases[] = {
    { "10.0.0.1", "invalid_token", "unknown" },
    { "10.0.0.2", "invalid_token", "unknown" },
    { "10.0.0.1", "invalid_token", "revoked" },
    { "10.0.0.1", "missing_token", NULL },
  };
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbJournalEntry) entry = add (refusals, cases[i].address, cases[i].error, cases[i].cause, 0);

      g_assert_nonnull (entry);
    }
}

static void
test_token_is_named (void)
{
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();
  SbEvent event = make_event ("10.0.0.1", "invalid_token", "expired");
  g_autoptr (SbJournalEntry) entry = NULL;
  g_autoptr (SbJournalEntry) other = NULL;

  event.refused.token_id = 3;
  entry = sb_refusals_add (refusals, &event, "kiosk (sbx_1…)", 0);
  g_assert_cmpstr (sb_journal_entry_get_subject (entry), ==, "kiosk (sbx_1…)");

  event.refused.token_id = 4;
  other = sb_refusals_add (refusals, &event, "screen (sbx_2…)", 0);
  g_assert_nonnull (other);
}

static void
test_origin_is_named (void)
{
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();
  SbEvent event = make_event ("10.0.0.1", "origin_not_allowed", NULL);
  g_autoptr (SbJournalEntry) entry = NULL;

  event.refused.origin = (char *) "https://app.example";
  entry = sb_refusals_add (refusals, &event, NULL, 0);
  g_assert_cmpstr (sb_journal_entry_get_detail (entry), ==, "origin_not_allowed: https://app.example");
}

static void
test_flood_is_bounded (void)
{
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();
  g_autoptr (GPtrArray) entries = NULL;
  guint n_told = 0;
  guint n_counted = 0;
  const guint n = 50000;

  /* From as many addresses as somebody with a /64 has. */
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *address = g_strdup_printf ("2001:db8::%x", i);
      g_autoptr (SbJournalEntry) entry = add (refusals, address, "invalid_token", "malformed", 0);

      if (entry != NULL)
        n_told++;
    }
  g_assert_cmpuint (n_told, >=, 1000);
  g_assert_cmpuint (n_told, <, 1100);

  entries = sb_refusals_expire (refusals, G_MAXINT64);
  for (guint i = 0; i < entries->len; i++)
    {
      g_assert_cmpstr (sb_journal_entry_get_actor (entries->pdata[i]), ==, "many addresses");
      n_counted += sb_journal_entry_get_count (entries->pdata[i]);
    }
  g_assert_cmpuint (n_told + n_counted, ==, n);
}

/* Whoever knocks for days, always from elsewhere and in every way there is to be refused, leaves the trail to the admins; and none of it is
 * uncounted. */
static void
test_lasting_flood (void)
{
  static const char *const errors[] = { "bad_request", "upgrade_required", "no_such_channel", "origin_not_allowed", "missing_token",
                                        "invalid_token", "too_many_attempts", "headers_too_large" };
  enum { MINUTES = 24 * 60, A_MINUTE = 30 };
  g_autoptr (SbRefusals) refusals = sb_refusals_new ();
  guint64 n_counted = 0;
  guint n_entries = 0;

  for (gint64 minute = 0; minute <= MINUTES; minute++)
    {
      g_autoptr (GPtrArray) entries =
          sb_refusals_expire (refusals, minute < MINUTES ? minute * 60 * G_USEC_PER_SEC : G_MAXINT64);

      for (guint i = 0; entries != NULL && i < entries->len; i++, n_entries++)
        n_counted += sb_journal_entry_get_count (entries->pdata[i]);
      for (guint i = 0; minute < MINUTES && i < A_MINUTE * G_N_ELEMENTS (errors); i++)
        {
          g_autofree char *address = g_strdup_printf ("2001:db8::%x:%x", (guint) minute, i / 2 % 1000);
          g_autoptr (SbJournalEntry) entry =
              add (refusals, address, errors[i % G_N_ELEMENTS (errors)], NULL, minute * 60 * G_USEC_PER_SEC);

          n_counted += entry != NULL ? 1 : 0;
          n_entries += entry != NULL ? 1 : 0;
        }
    }
  g_assert_cmpuint (n_counted, ==, (guint64) MINUTES * A_MINUTE * G_N_ELEMENTS (errors));
  /* The trail has room for 100,000. */
  g_assert_cmpuint (n_entries, <, 10000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/refusals/first-is-told-at-once", test_first_is_told_at_once);
  g_test_add_func ("/refusals/more-of-a-minute-are-one", test_more_of_a_minute_are_one);
  g_test_add_func ("/refusals/single-one-is-not-told-twice", test_single_one_is_not_told_twice);
  g_test_add_func ("/refusals/what-differs-is-told-apart", test_what_differs_is_told_apart);
  g_test_add_func ("/refusals/token-is-named", test_token_is_named);
  g_test_add_func ("/refusals/origin-is-named", test_origin_is_named);
  g_test_add_func ("/refusals/flood-is-bounded", test_flood_is_bounded);
  g_test_add_func ("/refusals/lasting-flood", test_lasting_flood);

  return g_test_run ();
}
