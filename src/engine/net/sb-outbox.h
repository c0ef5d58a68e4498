/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"
#include "net/sb-hub.h"

G_BEGIN_DECLS

/* What may wait for the main thread; a traffic entry beyond is counted instead of carried. */
#define SB_OUTBOX_MAX_TRAFFIC 65536
#define SB_OUTBOX_MAX_BYTES ((gsize) 64 << 20)

/* A function to be called on the main thread. */
typedef struct
{
  SbHubDoneFunc func;
  guint n;
  gpointer user_data;
} SbReply;

/**
 * SbOutbox:
 *
 * Carries events from the lanes to the main thread, which takes them at most once per interval, but reports of broadcasts, with all
 * that waits, at once: they are the answer to a command. When the main thread falls behind, traffic entries are counted instead of
 * carried; joins, leaves, verdicts, reports and notices are never lost.
 */
typedef struct _SbOutbox SbOutbox;

/* Main thread: delivers to the thread-default main context. @interval: ms. */
SbOutbox *sb_outbox_new   (guint interval, SbHubEventsFunc func, gpointer user_data);
/* Main thread, when no lane runs any more. What still waits is delivered first. */
void      sb_outbox_free  (SbOutbox *self);
/* Any thread: moves @n events out of @events (their memory stays the caller's). */
void      sb_outbox_push  (SbOutbox *self, SbEvent *events, gsize n);
/* Any thread: @n replies, called at once behind every event pushed before. */
void      sb_outbox_reply (SbOutbox *self, const SbReply *replies, gsize n);
/* Main thread: delivers at once what waits. */
void      sb_outbox_drain (SbOutbox *self);
guint64   sb_outbox_get_not_kept (SbOutbox *self); /* any thread */

G_END_DECLS
