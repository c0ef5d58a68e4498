/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The struct that @member, at @pointer, is a part of. */
#define SB_CONTAINER_OF(pointer, type, member) ((type *) (gpointer) ((guint8 *) (pointer) - G_STRUCT_OFFSET (type, member)))

#define SB_WHEEL_SLOTS 256
#define SB_WHEEL_TICK (125 * G_TIME_SPAN_MILLISECOND)

typedef struct _SbTimer SbTimer;
typedef void (*SbTimerFunc) (SbTimer *timer);

/**
 * SbTimer:
 *
 * A deadline inside its owner's struct. Zeroed memory is a timer that is not set.
 */
struct _SbTimer
{
  /*< private >*/
  SbTimer *next;
  SbTimer **link; /* what points to this one; NULL: not set */
  gint64 due;     /* monotonic time, µs */
  SbTimerFunc fire;
};

/**
 * SbWheel:
 *
 * The deadlines of one lane: a hashed timing wheel. Setting and clearing cost O(1), an idle client costs nothing but its share of a
 * visit every 32 s. A timer fires up to one tick after it is due, never before. One thread.
 */
typedef struct
{
  /*< private >*/
  gint64 tick; /* the last one that was visited */
  guint n_timers;
  SbTimer *slots[SB_WHEEL_SLOTS];
} SbWheel;

void     sb_wheel_init    (SbWheel *self, gint64 now);
void     sb_wheel_set     (SbWheel *self, SbTimer *timer, gint64 due, SbTimerFunc fire);
void     sb_wheel_clear   (SbWheel *self, SbTimer *timer);
void     sb_wheel_advance (SbWheel *self, gint64 now);
gboolean sb_timer_is_set  (const SbTimer *timer);

G_END_DECLS
