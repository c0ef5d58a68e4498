/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-wheel.h"

#include <string.h>

/* A timer that remembers. */
typedef struct
{
  SbTimer timer;
  SbWheel *wheel;
  gint64 *now;
  gint64 fired_at;
  guint n_fired;
  SbTimer *clears; /* another one, when fired */
  gint64 again;    /* sets itself this much later, when fired */
} Alarm;

static void
alarm_cb (SbTimer *timer)
{
  Alarm *self = SB_CONTAINER_OF (timer, Alarm, timer);

  g_assert_false (sb_timer_is_set (timer));
  self->n_fired++;
  self->fired_at = *self->now;
  if (self->clears != NULL)
    sb_wheel_clear (self->wheel, self->clears);
  if (self->again > 0)
    sb_wheel_set (self->wheel, timer, *self->now + self->again, alarm_cb);
}

static void
test_not_before (void)
{
  gint64 now = 1000 * G_TIME_SPAN_SECOND + 17;
  SbWheel wheel;
  g_autofree Alarm *alarms = g_new0 (Alarm, 2000);
  g_autofree gint64 *due = g_new0 (gint64, 2000);

  sb_wheel_init (&wheel, now);
  for (guint i = 0; i < 2000; i++)
    {
      alarms[i].wheel = &wheel;
      alarms[i].now = &now;
      due[i] = now + g_test_rand_int_range (-1000, 200000) * G_TIME_SPAN_MILLISECOND;
      sb_wheel_set (&wheel, &alarms[i].timer, due[i], alarm_cb);
    }

  gint64 end = now + 201 * G_TIME_SPAN_SECOND;
  gint64 longest = 0;
  while (now < end)
    {
      gint64 step = g_test_rand_int_range (1, 300) * G_TIME_SPAN_MILLISECOND;

      now += step;
      longest = MAX (longest, step);
      sb_wheel_advance (&wheel, now);
    }
  for (guint i = 0; i < 2000; i++)
    {
      g_assert_cmpuint (alarms[i].n_fired, ==, 1);
      g_assert_cmpint (alarms[i].fired_at, >=, due[i]);
      g_assert_cmpint (alarms[i].fired_at - MAX (due[i], 1000 * G_TIME_SPAN_SECOND), <=, SB_WHEEL_TICK + 2 * longest);
    }
  g_assert_cmpuint (wheel.n_timers, ==, 0);
}

static void
test_clear (void)
{
  gint64 now = 0;
  SbWheel wheel;
  Alarm a = { .wheel = &wheel, .now = &now }, b = a, c = a;

  sb_wheel_init (&wheel, now);
  sb_wheel_clear (&wheel, &a.timer); /* not set: allowed */
  sb_wheel_set (&wheel, &a.timer, G_TIME_SPAN_SECOND, alarm_cb);
  sb_wheel_set (&wheel, &b.timer, G_TIME_SPAN_SECOND, alarm_cb);
  sb_wheel_set (&wheel, &c.timer, G_TIME_SPAN_SECOND, alarm_cb);
  g_assert_cmpuint (wheel.n_timers, ==, 3);
  sb_wheel_clear (&wheel, &b.timer);
  sb_wheel_set (&wheel, &c.timer, 3 * G_TIME_SPAN_SECOND, alarm_cb); /* anew */
  g_assert_cmpuint (wheel.n_timers, ==, 2);
  now = 2 * G_TIME_SPAN_SECOND;
  sb_wheel_advance (&wheel, now);
  g_assert_cmpuint (a.n_fired, ==, 1);
  g_assert_cmpuint (b.n_fired, ==, 0);
  g_assert_cmpuint (c.n_fired, ==, 0);
  now = 4 * G_TIME_SPAN_SECOND;
  sb_wheel_advance (&wheel, now);
  g_assert_cmpuint (c.n_fired, ==, 1);
}

/* Whoever fires first clears the other, whichever that is. */
static void
test_clear_while_firing (void)
{
  gint64 now = 0;
  SbWheel wheel;
  Alarm a = { .wheel = &wheel, .now = &now }, b = a;

  sb_wheel_init (&wheel, now);
  a.clears = &b.timer;
  b.clears = &a.timer;
  sb_wheel_set (&wheel, &a.timer, G_TIME_SPAN_SECOND, alarm_cb);
  sb_wheel_set (&wheel, &b.timer, G_TIME_SPAN_SECOND, alarm_cb);
  now = 5 * G_TIME_SPAN_SECOND;
  sb_wheel_advance (&wheel, now);
  g_assert_cmpuint (a.n_fired + b.n_fired, ==, 1);
  g_assert_cmpuint (wheel.n_timers, ==, 0);
}

static void
test_set_while_firing (void)
{
  gint64 now = 0;
  SbWheel wheel;
  Alarm a = { .wheel = &wheel, .now = &now, .again = G_TIME_SPAN_SECOND };

  sb_wheel_init (&wheel, now);
  sb_wheel_set (&wheel, &a.timer, G_TIME_SPAN_SECOND, alarm_cb);
  for (; now < 10 * G_TIME_SPAN_SECOND; now += 100 * G_TIME_SPAN_MILLISECOND)
    sb_wheel_advance (&wheel, now);
  g_assert_cmpuint (a.n_fired, >=, 7);
  g_assert_cmpuint (a.n_fired, <=, 9);
  sb_wheel_clear (&wheel, &a.timer);
}

/* A day of suspended machine must not fire twice, nor skip. */
static void
test_long_pause (void)
{
  gint64 now = 0;
  SbWheel wheel;
  Alarm a = { .wheel = &wheel, .now = &now }, b = a;

  sb_wheel_init (&wheel, now);
  sb_wheel_set (&wheel, &a.timer, 20 * G_TIME_SPAN_SECOND, alarm_cb);
  sb_wheel_set (&wheel, &b.timer, 2 * G_TIME_SPAN_DAY, alarm_cb);
  now = G_TIME_SPAN_DAY;
  sb_wheel_advance (&wheel, now);
  g_assert_cmpuint (a.n_fired, ==, 1);
  g_assert_cmpuint (b.n_fired, ==, 0);
  now = 2 * G_TIME_SPAN_DAY + SB_WHEEL_TICK;
  sb_wheel_advance (&wheel, now);
  g_assert_cmpuint (a.n_fired, ==, 1);
  g_assert_cmpuint (b.n_fired, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/wheel/fires-once-and-not-before", test_not_before);
  g_test_add_func ("/wheel/clear", test_clear);
  g_test_add_func ("/wheel/clear-while-firing", test_clear_while_firing);
  g_test_add_func ("/wheel/set-while-firing", test_set_while_firing);
  g_test_add_func ("/wheel/long-pause", test_long_pause);

  return g_test_run ();
}
