/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic gint64 offset;

gint64
sb_clock_get_real (void)
{
  return g_get_real_time () + atomic_load_explicit (&offset, memory_order_relaxed);
}

gint64
sb_clock_get_elapsed (void)
{
  struct timespec time;

  /* Not g_get_monotonic_time(): that one stands still while a laptop sleeps. */
  clock_gettime (CLOCK_BOOTTIME, &time);

  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

void
sb_clock_set_offset (gint64 value)
{
  atomic_store_explicit (&offset, value, memory_order_relaxed);
}
