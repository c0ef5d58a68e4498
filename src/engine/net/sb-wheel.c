/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-wheel.h"

void
sb_wheel_init (SbWheel *self, gint64 now)
{
  g_return_if_fail (self != NULL);

  *self = (SbWheel) { .tick = now / SB_WHEEL_TICK };
}

gboolean
sb_timer_is_set (const SbTimer *timer)
{
  return timer->link != NULL;
}

static void
timer_link (SbWheel *self, SbTimer *timer)
{
  /* A deadline of the past is visited with the next tick. */
  gint64 tick = MAX ((timer->due + SB_WHEEL_TICK - 1) / SB_WHEEL_TICK, self->tick + 1);
  SbTimer **slot = &self->slots[tick % SB_WHEEL_SLOTS];

  timer->next = *slot;
  timer->link = slot;
  if (timer->next != NULL)
    timer->next->link = &timer->next;
  *slot = timer;
}

static void
timer_unlink (SbTimer *timer)
{
  *timer->link = timer->next;
  if (timer->next != NULL)
    timer->next->link = timer->link;
  timer->next = NULL;
  timer->link = NULL;
}

/**
 * sb_wheel_set:
 * @due: monotonic time in µs
 * @fire: called once, with the timer no longer set
 *
 * Sets the timer, or sets it anew.
 */
void
sb_wheel_set (SbWheel *self, SbTimer *timer, gint64 due, SbTimerFunc fire)
{
  g_return_if_fail (fire != NULL);

  sb_wheel_clear (self, timer);
  timer->due = due;
  timer->fire = fire;
  timer_link (self, timer);
  self->n_timers++;
}

/* Clearing a timer that is not set is allowed. */
void
sb_wheel_clear (SbWheel *self, SbTimer *timer)
{
  if (timer->link == NULL)
    return;

  timer_unlink (timer);
  self->n_timers--;
}

static void
wheel_visit (SbWheel *self, SbTimer **slot, gint64 now)
{
  SbTimer *visited = *slot;

  /* The list is taken out whole, so that a timer set anew while firing is not met again in this visit. A timer that
   * another one clears meanwhile unlinks itself from the taken list, for its head's link points here. */
  *slot = NULL;
  if (visited != NULL)
    visited->link = &visited;

  while (visited != NULL)
    {
      SbTimer *timer = visited;

      timer_unlink (timer);
      if (timer->due > now)
        {
          timer_link (self, timer);
          continue;
        }

      self->n_timers--;
      timer->fire (timer);
    }
}

/* Fires what is due. After a long pause (a suspended machine) every slot is visited once, not once a tick. */
void
sb_wheel_advance (SbWheel *self, gint64 now)
{
  gint64 last = now / SB_WHEEL_TICK;
  gint64 first = MAX (self->tick + 1, last - SB_WHEEL_SLOTS + 1);

  for (gint64 tick = first; tick <= last; tick++)
    {
      self->tick = tick;
      wheel_visit (self, &self->slots[tick % SB_WHEEL_SLOTS], now);
    }
}
