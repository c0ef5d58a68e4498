/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-meter.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define START (1000 * SECOND)

typedef struct
{
  SbMeter *meter;
  SbHubTotals totals;
  guint n_sampled;
} Fixture;

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->meter = sb_meter_new ();
  g_signal_connect_swapped (fixture->meter, "sampled", G_CALLBACK (count_cb), &fixture->n_sampled);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->meter);
}

static void
sample (Fixture *fixture,
        gint64   time)
{
  sb_meter_sample (fixture->meter, &fixture->totals, time);
}

static double
current (Fixture  *fixture,
         SbMeasure measure)
{
  return sb_meter_get_current (fixture->meter, measure);
}

static guint64
sum (Fixture  *fixture,
     SbMeasure measure,
     guint     seconds)
{
  return sb_meter_get_sum (fixture->meter, measure, seconds);
}

static void
test_empty (Fixture      *fixture,
            gconstpointer data)
{
  double values[4] = { 1, 2, 3, 4 };

  for (guint measure = 0; measure < SB_N_MEASURES; measure++)
    {
      g_assert_cmpfloat (current (fixture, measure), ==, 0);
      g_assert_cmpuint (sum (fixture, measure, 60), ==, 0);
      g_assert_cmpuint (sb_meter_get_series (fixture->meter, measure, values, 4), ==, 0);
      g_assert_cmpuint (sb_meter_get_series (fixture->meter, measure, NULL, 0), ==, 0);
    }
  g_assert_cmpfloat (values[0], ==, 1);
}

static void
test_first_call_sets_the_base (Fixture      *fixture,
                               gconstpointer data)
{
  fixture->totals.messages_in = 1000000;
  sample (fixture, START);
  g_assert_cmpuint (fixture->n_sampled, ==, 0);
  g_assert_cmpuint (sb_meter_get_n_samples (fixture->meter), ==, 0);

  fixture->totals.messages_in += 7;
  sample (fixture, START + SECOND);
  g_assert_cmpuint (fixture->n_sampled, ==, 1);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_MESSAGES_IN), ==, 7);
}

static void
test_each_measure (Fixture      *fixture,
                   gconstpointer data)
{
  sample (fixture, START);
  fixture->totals = (SbHubTotals) { .clients = 1, .backlog = 99, .messages_in = 2, .messages_out = 3, .bytes_in = 4,
                                    .bytes_out = 5,
                                    .rejected = 6, .dropped = 7, .refused = 8, .not_kept = 99 };
  sample (fixture, START + SECOND);

  g_assert_cmpfloat (current (fixture, SB_MEASURE_CLIENTS), ==, 1);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_MESSAGES_IN), ==, 2);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_MESSAGES_OUT), ==, 3);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_BYTES_IN), ==, 4);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_BYTES_OUT), ==, 5);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_REJECTED), ==, 6);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_DROPPED), ==, 7);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_REFUSED), ==, 8);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_REFUSED, 60), ==, 8);
  /* a level has no sum */
  g_assert_cmpuint (sum (fixture, SB_MEASURE_CLIENTS, 60), ==, 0);

  /* clients are a level: the same number stays */
  sample (fixture, START + 2 * SECOND);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_CLIENTS), ==, 1);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_MESSAGES_IN), ==, 0);
  fixture->totals.clients = 0;
  sample (fixture, START + 3 * SECOND);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_CLIENTS), ==, 0);
}

static void
test_by_true_time (Fixture      *fixture,
                   gconstpointer data)
{
  sample (fixture, START);
  fixture->totals.messages_in = 100;
  sample (fixture, START + SECOND + SECOND / 4);
  g_assert_cmpfloat_with_epsilon (current (fixture, SB_MEASURE_MESSAGES_IN), 80, 1e-9);
  fixture->totals.messages_in = 200;
  sample (fixture, START + 2 * SECOND);
  g_assert_cmpfloat_with_epsilon (current (fixture, SB_MEASURE_MESSAGES_IN), 400.0 / 3, 1e-9);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 10), ==, 200);
}

static void
test_sum_and_series (Fixture      *fixture,
                     gconstpointer data)
{
  double values[6] = { -1, -1, -1, -1, -1, -1 };

  sample (fixture, START);
  for (guint i = 1; i <= 5; i++)
    {
      fixture->totals.rejected += i;
      sample (fixture, START + i * SECOND);
    }
  g_assert_cmpuint (sum (fixture, SB_MEASURE_REJECTED, 0), ==, 0);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_REJECTED, 1), ==, 5);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_REJECTED, 2), ==, 9);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_REJECTED, 5), ==, 15);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_REJECTED, G_MAXUINT), ==, 15);

  g_assert_cmpuint (sb_meter_get_series (fixture->meter, SB_MEASURE_REJECTED, values, 3), ==, 3);
  g_assert_cmpfloat (values[0], ==, 3);
  g_assert_cmpfloat (values[2], ==, 5);
  g_assert_cmpfloat (values[3], ==, -1);
  g_assert_cmpuint (sb_meter_get_series (fixture->meter, SB_MEASURE_REJECTED, values, 6), ==, 5);
  g_assert_cmpfloat (values[0], ==, 1);
  g_assert_cmpfloat (values[4], ==, 5);
  g_assert_cmpfloat (values[5], ==, -1);
}

/* Timers come a little early or late; the sum of the last minute is that of sixty samples all the same. */
static void
test_sum_of_jittered_samples (Fixture      *fixture,
                              gconstpointer data)
{
  gint64 last = START;

  sample (fixture, last);
  for (guint i = 1; i <= 300; i++)
    {
      fixture->totals.messages_in += 10;
      last = START + i * SECOND + g_test_rand_int_range (-200000, 200000);
      sample (fixture, last);
    }
  g_assert_cmpuint (sb_meter_get_n_samples (fixture->meter), ==, 300);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 60), ==, 600);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 300), ==, 3000);
}

static void
test_ring (Fixture      *fixture,
           gconstpointer data)
{
  g_autofree double *values = g_new0 (double, 2000);

  sample (fixture, START);
  for (guint i = 1; i <= 2000; i++)
    {
      fixture->totals.bytes_in += i;
      sample (fixture, START + i * SECOND);
    }
  g_assert_cmpuint (fixture->n_sampled, ==, 2000);
  g_assert_cmpuint (sb_meter_get_n_samples (fixture->meter), ==, SB_METER_MAX_SAMPLES);
  g_assert_cmpuint (sb_meter_get_series (fixture->meter, SB_MEASURE_BYTES_IN, values, 2000), ==, SB_METER_MAX_SAMPLES);
  for (guint i = 0; i < SB_METER_MAX_SAMPLES; i++)
    g_assert_cmpfloat (values[i], ==, 1101 + i);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_BYTES_IN, G_MAXUINT), ==, (2000 + 1101) * 900 / 2);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_BYTES_IN, 2), ==, 3999);
}

static void
test_counters_that_begin_anew (Fixture      *fixture,
                               gconstpointer data)
{
  fixture->totals.messages_in = 1000;
  fixture->totals.bytes_in = 50;
  sample (fixture, START);
  fixture->totals.messages_in = 3;
  fixture->totals.bytes_in = 60;
  sample (fixture, START + SECOND);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_MESSAGES_IN), ==, 3);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_BYTES_IN), ==, 10);
  fixture->totals.messages_in = 8;
  sample (fixture, START + 2 * SECOND);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_MESSAGES_IN), ==, 5);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 60), ==, 8);
}

static void
test_calls_too_close (Fixture      *fixture,
                      gconstpointer data)
{
  sample (fixture, START);
  sample (fixture, START);
  fixture->totals.messages_in = 10;
  sample (fixture, START + 1);
  sample (fixture, START - SECOND);
  g_assert_cmpuint (sb_meter_get_n_samples (fixture->meter), ==, 0);
  g_assert_cmpuint (fixture->n_sampled, ==, 0);

  /* nothing of it is lost */
  sample (fixture, START + SECOND);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_MESSAGES_IN), ==, 10);
}

/* A computer that slept for ten seconds: ten samples of the average, the counts neither lost nor doubled. */
static void
test_gap (Fixture      *fixture,
          gconstpointer data)
{
  double values[20];

  sample (fixture, START);
  fixture->totals.messages_in += 5;
  sample (fixture, START + SECOND);
  fixture->totals.messages_in += 23;
  fixture->totals.clients = 4;
  sample (fixture, START + 11 * SECOND);
  g_assert_cmpuint (fixture->n_sampled, ==, 2);
  g_assert_cmpuint (sb_meter_get_series (fixture->meter, SB_MEASURE_MESSAGES_IN, values, 20), ==, 11);
  g_assert_cmpfloat (values[0], ==, 5);
  for (guint i = 1; i <= 10; i++)
    g_assert_cmpfloat_with_epsilon (values[i], 2.3, 1e-9);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 10), ==, 23);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 11), ==, 28);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 5), >=, 11);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 5), <=, 12);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_CLIENTS), ==, 4);
}

static void
test_gap_longer_than_all (Fixture      *fixture,
                          gconstpointer data)
{
  sample (fixture, START);
  fixture->totals.messages_in = 1;
  sample (fixture, START + SECOND);
  fixture->totals.messages_in += 9000;
  sample (fixture, START + SECOND + 9000 * SECOND);
  g_assert_cmpuint (sb_meter_get_n_samples (fixture->meter), ==, SB_METER_MAX_SAMPLES);
  g_assert_cmpfloat_with_epsilon (current (fixture, SB_MEASURE_MESSAGES_IN), 1, 1e-9);
  g_assert_cmpuint (sum (fixture, SB_MEASURE_MESSAGES_IN, 900), ==, 900);

  /* a year, and numbers near the end of what counts: no overflow and no long loop */
  fixture->totals.bytes_in = G_MAXUINT64;
  sample (fixture, START + 365 * 86400 * SECOND);
  g_assert_cmpuint (sb_meter_get_n_samples (fixture->meter), ==, SB_METER_MAX_SAMPLES);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_BYTES_IN), >, 0);
  fixture->totals.bytes_in = 5;
  sample (fixture, START + (365 * 86400 + 1) * SECOND);
  g_assert_cmpfloat (current (fixture, SB_MEASURE_BYTES_IN), ==, 5);
}

/* Whatever the times are, counts are neither lost nor doubled while they are in the ring. */
static void
test_counts_add_up (Fixture      *fixture,
                    gconstpointer data)
{
  gint64 time = START;
  guint64 n = 0, counted = 0;

  sample (fixture, time);
  for (guint i = 0; i < 200; i++)
    {
      guint32 more = (guint32) g_test_rand_int_range (0, 1000);

      n += more;
      fixture->totals.refused += more;
      time += g_test_rand_int_range (0, 4 * G_USEC_PER_SEC);
      sample (fixture, time);
    }
  n += 1;
  fixture->totals.refused++;
  sample (fixture, time + SECOND);
  counted = sum (fixture, SB_MEASURE_REFUSED, G_MAXUINT);
  g_assert_cmpuint (sb_meter_get_n_samples (fixture->meter), <, SB_METER_MAX_SAMPLES);
  g_assert_cmpuint (counted, ==, n);
}

#define add(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/meter/empty", test_empty);
  add ("/meter/first-call-sets-the-base", test_first_call_sets_the_base);
  add ("/meter/each-measure", test_each_measure);
  add ("/meter/by-true-time", test_by_true_time);
  add ("/meter/sum-and-series", test_sum_and_series);
  add ("/meter/sum-of-jittered-samples", test_sum_of_jittered_samples);
  add ("/meter/ring", test_ring);
  add ("/meter/counters-that-begin-anew", test_counters_that_begin_anew);
  add ("/meter/calls-too-close", test_calls_too_close);
  add ("/meter/gap", test_gap);
  add ("/meter/gap-longer-than-all", test_gap_longer_than_all);
  add ("/meter/counts-add-up", test_counts_add_up);

  return g_test_run ();
}
