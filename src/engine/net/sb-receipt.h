/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"
#include "net/sb-wheel.h"

G_BEGIN_DECLS

#define SB_RECEIPT_MAX_NAMED 1000 /* who lost it, by name; more are only counted */
#define SB_RECEIPT_PATIENCE (5 * G_TIME_SPAN_SECOND)

typedef struct _SbLane SbLane;

/**
 * SbReceipt:
 *
 * What became of one broadcast on one lane. Every queued frame of it holds a reference; the report goes to the main thread when the last
 * frame is wholly handed to the network or lost, at the latest after five seconds. Belongs to its lane's thread.
 */
typedef struct
{
  SbTimer timer;
  SbLane *lane;
  guint64 broadcast_id;
  gint64 started; /* monotonic, µs */
  gint64 last;    /* when the newest frame was handed over */
  guint targeted;
  guint sent;
  guint dropped;
  guint n_open;   /* frames still queued, and one while the fan-out itself runs */
  gboolean reported;
  GPtrArray *missed; /* (element-type SbMissed) */
} SbReceipt;

SbReceipt *sb_receipt_new     (SbLane *lane, guint64 broadcast_id, gint64 started);
void       sb_receipt_expect  (SbReceipt *self);               /* one more client is meant */
void       sb_receipt_sent    (SbReceipt *self);
void       sb_receipt_dropped (SbReceipt *self, SbPeer *peer, SbMissedWhy why);
void       sb_receipt_close   (SbReceipt *self);               /* the fan-out is over: all that are meant are known */

G_END_DECLS
