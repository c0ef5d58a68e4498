/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-frame.h"

G_BEGIN_DECLS

/**
 * SbRetained:
 *
 * A message that is kept for those who come to the channels of a pattern later: the admin's retained message. Constant but for how
 * often it was handed over; atomically reference counted, for the lanes share it.
 */
typedef struct
{
  /*< private >*/
  SbRefCount ref_count;
  _Atomic guint64 delivered;

  /*< public, constant >*/
  gint64 id;     /* the database's */
  char *pattern; /* "**": everyone */
  SbFrame *frame;
} SbRetained;

/* @frame: a whole data message; a reference is taken. */
SbRetained *sb_retained_new           (gint64 id, const char *pattern, SbFrame *frame);
SbRetained *sb_retained_ref           (SbRetained *self);
void        sb_retained_unref         (SbRetained *self);
/* One more newcomer has it in its queue. Any thread. */
void        sb_retained_count         (SbRetained *self);
guint64     sb_retained_get_delivered (const SbRetained *self); /* since it was kept, or the program started */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRetained, sb_retained_unref)

/**
 * SbRetainedTable:
 *
 * Channel → the one message that who comes there gets: of those kept for patterns that match it the most specific one's (#SbChannelMap).
 * Immutable and atomically reference counted. Each lane has its own reference, which changes by the same order that carries a
 * broadcast to be kept: a session of the lane has either joined before, and gets the broadcast, or it joins after, and gets what is kept.
 */
typedef struct _SbRetainedTable SbRetainedTable;

/* @retained: (element-type SbRetained): references are taken. Where two have the same pattern the later one counts. */
SbRetainedTable *sb_retained_table_new    (GPtrArray *retained);
SbRetainedTable *sb_retained_table_ref    (SbRetainedTable *self);
void             sb_retained_table_unref  (SbRetainedTable *self);
/* NULL: nothing is kept for that channel. Transfer none; any thread. */
SbRetained      *sb_retained_table_lookup (SbRetainedTable *self, const char *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRetainedTable, sb_retained_table_unref)

G_END_DECLS
