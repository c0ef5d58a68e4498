/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

/**
 * SbRefCount:
 *
 * An atomic reference count, inline: messages take and drop many. In C11's atomics, which ThreadSanitizer sees
 * through, as it can't with those of a GLib that was built without it.
 */
typedef atomic_uint SbRefCount;

static inline void
sb_ref_count_init (SbRefCount *self)
{
  atomic_init (self, 1);
}

static inline void
sb_ref_count_add (SbRefCount *self, unsigned n)
{
  atomic_fetch_add_explicit (self, n, memory_order_relaxed);
}

static inline void
sb_ref_count_inc (SbRefCount *self)
{
  sb_ref_count_add (self, 1);
}

/* TRUE: those were the last, and everything done under the others is seen. */
static inline bool
sb_ref_count_sub (SbRefCount *self, unsigned n)
{
  return atomic_fetch_sub_explicit (self, n, memory_order_acq_rel) == n;
}

static inline bool
sb_ref_count_dec (SbRefCount *self)
{
  return sb_ref_count_sub (self, 1);
}
