/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rate.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static guint
take_all (SbRate *rate, gint64 now)
{
  guint n = 0;

  while (n < 100000 && sb_rate_take (rate, now))
    n++;

  return n;
}

static void
test_burst_then_rate (void)
{
  SbRate rate;

  sb_rate_init (&rate, 10, 20, 5 * SECOND);
  g_assert_cmpint (sb_rate_wait (&rate, 5 * SECOND), ==, 0);
  g_assert_cmpuint (take_all (&rate, 5 * SECOND), ==, 20);
  g_assert_cmpint (sb_rate_wait (&rate, 5 * SECOND), ==, SECOND / 10);

  /* What is refused costs nothing: the wait is not put off. */
  g_assert_false (sb_rate_take (&rate, 5 * SECOND + SECOND / 20));
  g_assert_cmpint (sb_rate_wait (&rate, 5 * SECOND + SECOND / 20), ==, SECOND / 20);

  g_assert_cmpuint (take_all (&rate, 5 * SECOND + SECOND / 10), ==, 1);
  g_assert_cmpuint (take_all (&rate, 6 * SECOND + SECOND / 10), ==, 10);
  /* Never more than the burst, however long it was quiet. */
  g_assert_cmpuint (take_all (&rate, G_GINT64_CONSTANT (1000000) * SECOND), ==, 20);
}

static void
test_no_limit (void)
{
  SbRate rate;

  sb_rate_init (&rate, 0, 0, 0);
  g_assert_cmpuint (take_all (&rate, 0), ==, 100000);
  g_assert_cmpint (sb_rate_wait (&rate, 0), ==, 0);
}

static void
test_a_burst_below_one_lets_one_pass (void)
{
  SbRate rate;

  sb_rate_init (&rate, 0.5, 0, 0);
  g_assert_cmpuint (take_all (&rate, 0), ==, 1);
  g_assert_cmpint (sb_rate_wait (&rate, 0), ==, 2 * SECOND);
  g_assert_cmpuint (take_all (&rate, 2 * SECOND - 100), ==, 0);
  g_assert_cmpuint (take_all (&rate, 2 * SECOND), ==, 1);
}

static void
test_whoever_waits_is_let_in (void)
{
  static const double rates[] = { 0.001, 0.3, 1, 3, 7, 33.3, 999, 123456, 1000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      gint64 start = G_GINT64_CONSTANT (987654321012);
      gint64 now = start;
      SbRate rate;

      sb_rate_init (&rate, rates[i], 1, now);
      for (int n = 0; n < 1000; n++)
        {
          now += sb_rate_wait (&rate, now);
          g_assert_true (sb_rate_take (&rate, now));
        }

      /* and not sooner than the rate allows: 999 refills, each wait rounded up to a whole µs at most */
      g_assert_cmpfloat ((double) (now - start), >=, 999 * 1e6 / rates[i] * 0.999 - 1);
      g_assert_cmpfloat ((double) (now - start), <=, 999 * 1e6 / rates[i] + 1000);
    }
}

static void
test_a_clock_that_goes_back (void)
{
  SbRate rate;

  sb_rate_init (&rate, 10, 2, 10 * SECOND);
  g_assert_cmpuint (take_all (&rate, 9 * SECOND), ==, 2);
  g_assert_cmpuint (take_all (&rate, 0), ==, 0);
  g_assert_cmpint (sb_rate_wait (&rate, 9 * SECOND), ==, SECOND + SECOND / 10);
  g_assert_cmpuint (take_all (&rate, 10 * SECOND), ==, 0);
  g_assert_cmpuint (take_all (&rate, 10 * SECOND + SECOND / 10), ==, 1);
}

static void
test_change (void)
{
  SbRate rate;

  sb_rate_init (&rate, 10, 10, 0);
  g_assert_true (sb_rate_take (&rate, 0));

  /* More room, but what was left stays: 9. */
  sb_rate_change (&rate, 10, 100);
  g_assert_cmpuint (take_all (&rate, 0), ==, 9);
  g_assert_cmpuint (take_all (&rate, 100 * SECOND), ==, 100);

  /* Less room cuts what is left. */
  sb_rate_init (&rate, 10, 100, 0);
  sb_rate_change (&rate, 1, 5);
  g_assert_cmpuint (take_all (&rate, 0), ==, 5);
  g_assert_cmpuint (take_all (&rate, SECOND), ==, 1);

  /* A limit where there was none begins with what the bucket holds. */
  sb_rate_init (&rate, 0, 0, 0);
  g_assert_cmpuint (take_all (&rate, SECOND), ==, 100000);
  sb_rate_change (&rate, 10, 20);
  g_assert_cmpuint (take_all (&rate, 10 * SECOND), ==, 20);
  sb_rate_change (&rate, 0, 0);
  g_assert_cmpuint (take_all (&rate, 10 * SECOND), ==, 100000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rate/burst-then-rate", test_burst_then_rate);
  g_test_add_func ("/rate/no-limit", test_no_limit);
  g_test_add_func ("/rate/a-burst-below-one-lets-one-pass", test_a_burst_below_one_lets_one_pass);
  g_test_add_func ("/rate/whoever-waits-is-let-in", test_whoever_waits_is_let_in);
  g_test_add_func ("/rate/a-clock-that-goes-back", test_a_clock_that_goes_back);
  g_test_add_func ("/rate/change", test_change);

  return g_test_run ();
}
