/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-histogram.h"

#include <stdlib.h>

static void
test_empty (void)
{
  static SbHistogram histogram;

  g_assert_cmpint (sb_histogram_get (&histogram, 0.5), ==, 0);
  g_assert_cmpint (sb_histogram_get (&histogram, 1), ==, 0);
}

static void
test_one (void)
{
  static const gint64 durations[] = { 0, 1, 63, 64, 127, 128, 129, 1000, 123456789, G_MAXINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      static SbHistogram histogram;

      sb_histogram_reset (&histogram);
      sb_histogram_add (&histogram, durations[i]);
      g_assert_cmpint (sb_histogram_get (&histogram, 0), ==, durations[i]);
      g_assert_cmpint (sb_histogram_get (&histogram, 0.5), ==, durations[i]);
      g_assert_cmpint (sb_histogram_get (&histogram, 1), ==, durations[i]);
    }
}

static void
test_negative (void)
{
  static SbHistogram histogram;

  sb_histogram_add (&histogram, -5);
  g_assert_cmpint (sb_histogram_get (&histogram, 1), ==, 0);
  g_assert_cmpuint (histogram.n, ==, 1);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return (*(const gint64 *) a > *(const gint64 *) b) - (*(const gint64 *) a < *(const gint64 *) b);
}

/* Against the sorted durations themselves: never too low, and at most 1/64 too high. */
static void
test_percentiles (void)
{
  static const double fractions[] = { 0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };

  for (int round = 0; round < 200; round++)
    {
      static SbHistogram histogram;
      int n = g_test_rand_int_range (1, 3000);
      int bits = g_test_rand_int_range (1, 50);
      g_autofree gint64 *durations = g_new (gint64, n);

      sb_histogram_reset (&histogram);
      for (int i = 0; i < n; i++)
        {
          durations[i] = g_test_rand_double () * (G_GINT64_CONSTANT (1) << bits);
          sb_histogram_add (&histogram, durations[i]);
        }
      qsort (durations, n, sizeof *durations, compare);
      for (gsize i = 0; i < G_N_ELEMENTS (fractions); i++)
        {
          int wanted = fractions[i] * n;
          gint64 exact = durations[wanted - (wanted == fractions[i] * n && wanted > 0)];
          gint64 got = sb_histogram_get (&histogram, fractions[i]);

          g_assert_cmpint (got, >=, exact);
          g_assert_cmpint (got, <=, exact + exact / 64);
        }
      g_assert_cmpint (histogram.max, ==, durations[n - 1]);
      g_assert_cmpuint (histogram.n, ==, n);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/histogram/empty", test_empty);
  g_test_add_func ("/histogram/one", test_one);
  g_test_add_func ("/histogram/negative", test_negative);
  g_test_add_func ("/histogram/percentiles", test_percentiles);
  return g_test_run ();
}
