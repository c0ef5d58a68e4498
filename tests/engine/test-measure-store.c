/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "store-kill.h"
#include "store/sb-measure-store.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)
/* A whole day since 1970. */
#define DAWN (20000 * DAY)

static GArray *
new_spans (void)
{
  return g_array_new (FALSE, FALSE, sizeof (SbSpan));
}

/* @n of each measure, one more from one to the next. */
static void
append_span (GArray *spans, gint64 time, gint64 covered, guint64 n)
{
  SbSpan span = { time, covered, { 0 } };

  for (guint measure = 0; measure < SB_N_MEASURES; measure++)
    span.sums[measure] = n + measure;
  g_array_append_val (spans, span);
}

static gboolean
try_add (SbDatabase *db, GArray *spans, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_measure_store_add_async (db, spans, store_result_cb, &result);
  g_array_unref (spans);
  store_wait_for (result != NULL);
  return sb_measure_store_add_finish (db, result, error);
}

static void
add (SbDatabase *db, GArray *spans)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (try_add (db, spans, &error));
  g_assert_no_error (error);
}

static GArray *
load (SbDatabase *db, gint64 since, gint64 step)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GArray *spans;

  sb_measure_store_load_async (db, since, step, store_result_cb, &result);
  store_wait_for (result != NULL);
  spans = sb_measure_store_load_finish (db, result, &error);
  g_assert_no_error (error);
  return spans;
}

static void
assert_span (GArray *spans, guint i, gint64 time, gint64 covered, guint64 first)
{
  const SbSpan *span;

  g_assert_cmpuint (i, <, spans->len);
  span = &g_array_index (spans, SbSpan, i);
  g_assert_cmpint (span->time, ==, time);
  g_assert_cmpint (span->covered, ==, covered);
  g_assert_cmpuint (span->sums[0], ==, first);
}

static void
test_round_trip (Fixture *self, gconstpointer data)
{
  GArray *spans = new_spans ();
  g_autoptr (GArray) loaded = NULL;

  append_span (spans, DAWN, MINUTE, 100);
  append_span (spans, DAWN + 3 * MINUTE, MINUTE / 2, 200);
  add (self->database, spans);
  reopen (self);

  loaded = load (self->database, DAWN - DAY, SB_MEASURE_STORE_FINE);
  g_assert_cmpuint (loaded->len, ==, 2); /* a gap is nothing, not zero */
  assert_span (loaded, 0, DAWN, MINUTE, 100);
  assert_span (loaded, 1, DAWN + 3 * MINUTE, MINUTE / 2, 200);
  for (guint measure = 0; measure < SB_N_MEASURES; measure++)
    g_assert_cmpuint (g_array_index (loaded, SbSpan, 0).sums[measure], ==, 100 + measure);
}

/* A minute comes in parts: the program was closed and opened again. */
static void
test_adds_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) fine = NULL;
  g_autoptr (GArray) grouped = NULL;
  g_autoptr (GArray) coarse = NULL;

  for (guint part = 1; part <= 3; part++)
    {
      GArray *spans = new_spans ();

      append_span (spans, DAWN + 14 * MINUTE, 10 * SECOND, part);
      append_span (spans, DAWN + 15 * MINUTE, 10 * SECOND, part * 10);
      add (self->database, spans);
    }

  fine = load (self->database, DAWN, MINUTE);
  g_assert_cmpuint (fine->len, ==, 2);
  assert_span (fine, 0, DAWN + 14 * MINUTE, 30 * SECOND, 6);
  grouped = load (self->database, DAWN, 5 * MINUTE);
  assert_span (grouped, 0, DAWN + 10 * MINUTE, 30 * SECOND, 6);
  assert_span (grouped, 1, DAWN + 15 * MINUTE, 30 * SECOND, 60);
  coarse = load (self->database, DAWN, 30 * MINUTE);
  g_assert_cmpuint (coarse->len, ==, 1);
  assert_span (coarse, 0, DAWN, 60 * SECOND, 66);
}

static void
test_since (Fixture *self, gconstpointer data)
{
  GArray *spans = new_spans ();
  g_autoptr (GArray) loaded = NULL;

  for (int minute = 0; minute < 30; minute++)
    append_span (spans, DAWN + minute * MINUTE, MINUTE, 1);
  add (self->database, spans);
  /* The step that is cut into is given whole: its mean would jump otherwise. */
  loaded = load (self->database, DAWN + 12 * MINUTE, 5 * MINUTE);
  g_assert_cmpuint (loaded->len, ==, 4);
  assert_span (loaded, 0, DAWN + 10 * MINUTE, 5 * MINUTE, 5);
}

/* A month, hour by hour, as it would be written. */
static void
test_thinned_with_age (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) fine = NULL;
  g_autoptr (GArray) coarse = NULL;
  gint64 end = DAWN + 40 * DAY;

  for (gint64 hour = DAWN; hour < end; hour += 60 * MINUTE)
    {
      GArray *spans = new_spans ();

      for (int minute = 0; minute < 60; minute++)
        append_span (spans, hour + minute * MINUTE, MINUTE, 2);
      add (self->database, spans);
    }

  fine = load (self->database, DAWN, MINUTE);
  g_assert_cmpuint (fine->len, ==, 48 * 60);
  assert_span (fine, 0, end - 2 * DAY, MINUTE, 2);
  coarse = load (self->database, DAWN, 15 * MINUTE);
  g_assert_cmpuint (coarse->len, ==, 30 * 96);
  assert_span (coarse, 0, end - 30 * DAY, 15 * MINUTE, 30);
  assert_span (coarse, coarse->len - 1, end - 15 * MINUTE, 15 * MINUTE, 30);
}

/* A clock that is a century ahead for some minutes costs as many of the oldest and no more, ahead and once it is right again. */
static void
test_clock_far_ahead (Fixture *self, gconstpointer data)
{
  GArray *before = new_spans (), *ahead = new_spans (), *after = new_spans ();
  g_autoptr (GArray) fine = NULL;
  g_autoptr (GArray) coarse = NULL;

  for (int minute = 0; minute < 48 * 60; minute++)
    append_span (before, DAWN + minute * MINUTE, MINUTE, 1);
  for (int minute = 0; minute < 3; minute++)
    append_span (ahead, DAWN + 36500 * DAY + minute * MINUTE, MINUTE, 1);
  append_span (after, DAWN + 2 * DAY, MINUTE, 1);
  add (self->database, before);
  add (self->database, ahead);
  add (self->database, after);

  fine = load (self->database, 0, MINUTE);
  g_assert_cmpuint (fine->len, ==, 48 * 60);
  assert_span (fine, 0, DAWN + 4 * MINUTE, MINUTE, 1);
  assert_span (fine, fine->len - 4, DAWN + 2 * DAY, MINUTE, 1);
  coarse = load (self->database, 0, 15 * MINUTE);
  g_assert_cmpuint (coarse->len, ==, 48 * 4 + 2);
}

static void
test_all_or_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GArray *spans = new_spans ();
  g_autoptr (GArray) loaded = NULL;

  append_span (spans, DAWN, MINUTE, 1);
  append_span (spans, DAWN + MINUTE, 0, 1); /* the table has a check for that */
  g_assert_false (try_add (self->database, spans, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FAILED);
  store_assert_contains (error->message, "The measurements could not be written.");
  loaded = load (self->database, 0, MINUTE);
  g_assert_cmpuint (loaded->len, ==, 0);
}

/* --- killed --- */

static void child_add (SbDatabase *database);
static gint64 child_minute;

static void
child_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (sb_measure_store_add_finish (SB_DATABASE (source), result, NULL))
    store_kill_print (child_minute);
  child_minute++;
  child_add (SB_DATABASE (source));
}

static void
child_add (SbDatabase *database)
{
  GArray *spans = new_spans ();

  append_span (spans, DAWN + child_minute * MINUTE, MINUTE, 1);
  sb_measure_store_add_async (database, spans, child_added_cb, NULL);
  g_array_unref (spans);
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  g_autoptr (GArray) fine = load (database, 0, MINUTE);
  g_autoptr (GArray) coarse = load (database, 0, 15 * MINUTE);
  guint64 n_fine = 0, n_coarse = 0;

  for (guint i = 0; i < fine->len; i++)
    n_fine += g_array_index (fine, SbSpan, i).sums[0];
  for (guint i = 0; i < coarse->len; i++)
    n_coarse += g_array_index (coarse, SbSpan, i).sums[0];
  /* Both steps were written, or neither; and whatever was said to be. */
  g_assert_cmpuint (n_fine, ==, n_coarse);
  g_assert_cmpuint (n_fine, >=, numbers->len);
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_add, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, func) g_test_add ("/measure-store/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("comes-back", test_round_trip);
  ADD ("adds-up", test_adds_up);
  ADD ("since", test_since);
  ADD ("thinned-with-age", test_thinned_with_age);
  ADD ("clock-far-ahead", test_clock_far_ahead);
  ADD ("all-or-nothing", test_all_or_nothing);
  store_kill_add ("/measure-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
