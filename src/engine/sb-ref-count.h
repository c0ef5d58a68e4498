/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

/**
 * SbRefCount:
 *
 * An atomic reference count, inline: a broadcast takes and drops one for every client. In C11's atomics, which ThreadSanitizer sees
 * through, as it can't with those of a GLib that was built without it.
 */
typedef atomic_uint SbRefCount;

static inline void
sb_ref_count_init (SbRefCount *self)
{
  atomic_init (self, 1);
}

static inline void
sb_ref_count_inc (SbRefCount *self)
{
  atomic_fetch_add_explicit (self, 1, memory_order_relaxed);
}

/* TRUE: that was the last one, and everything done under the others is seen. */
static inline bool
sb_ref_count_dec (SbRefCount *self)
{
  return atomic_fetch_sub_explicit (self, 1, memory_order_acq_rel) == 1;
}
