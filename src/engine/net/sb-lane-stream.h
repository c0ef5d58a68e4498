/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-batch.h"
#include "net/sb-holdings.h"
#include "net/sb-lane-totals.h"
#include "net/sb-tls-stream.h"
#include <stdbool.h>

G_BEGIN_DECLS

/* How a queue came out of an attempt to empty it. */
typedef enum
{
  SB_FLUSH_DONE,    /* nothing waits */
  SB_FLUSH_BLOCKED, /* the network takes no more now; it will be announced when it does */
  SB_FLUSH_BROKEN,  /* the connection is gone */
} SbFlush;

/**
 * SbLaneStream:
 *
 * The bytes of one session: a connected socket, plain or inside TLS, and the frames that wait for it. Frames are shared: what waits is a
 * reference each. Never blocks. A plain value inside its session; one thread.
 */
typedef struct
{
  /*< private >*/
  int fd;
  SbTlsStream *tls; /* NULL for plain TCP, where the descriptor is all there is */
  SbPeer *peer;     /* not owned: the session's */
  SbLaneTotals *totals; /* not owned: the lane's */
  SbHoldings *holdings; /* not owned: the lane's */
  SbQueued *queue;  /* ring; NULL while nothing was ever queued or all of it left */
  guint capacity;   /* a power of two */
  guint head;
  guint n_queued;
  guint n_held;     /* of these, from the head: counted in the holdings */
  gsize offset;     /* of the first frame: what the network already took */
  gsize pending;    /* behind it: what TLS has taken in but not passed on, and wants to be given again */
  gsize backlog;    /* bytes that wait */
  gsize published;  /* … as the counters have it: they learn of it once a turn */
  bool blocked;     /* the network takes no more until epoll says so */
  SbMissedWhy lost; /* how what still waits would come to be dropped; the session says so before it lets go of it */
} SbLaneStream;

/* Takes over @fd, and @tls if there is one (whose socket @fd then is). */
void    sb_lane_stream_init        (SbLaneStream *self, int fd, SbTlsStream *tls, SbPeer *peer, SbLaneTotals *totals,
                                    SbHoldings *holdings);
/* Closes; what waits is dropped. */
void    sb_lane_stream_clear       (SbLaneStream *self);
gboolean sb_lane_stream_is_open    (const SbLaneStream *self);
gboolean sb_lane_stream_is_tls     (const SbLaneStream *self);
/* Like recv(2): the number of bytes, 0 at the end, -1 with errno EAGAIN when there is nothing now, or another errno. */
gssize  sb_lane_stream_read        (SbLaneStream *self, guint8 *buffer, gsize size);
/* Takes over a reference. The caller has checked the limit. */
void    sb_lane_stream_queue       (SbLaneStream *self, SbFrame *frame, SbReceipt *receipt);
/* @batch: the lane's. */
SbFlush sb_lane_stream_flush       (SbLaneStream *self, SbBatch *batch);
/* Drops every frame of which the network took nothing yet. */
void    sb_lane_stream_discard     (SbLaneStream *self);
void    sb_lane_stream_count_dropped (SbLaneStream *self);
/* µs, as the kernel measured it with what was exchanged so far; -1: it does not say. */
gint64  sb_lane_stream_get_round_trip (const SbLaneStream *self);
/* Says that nothing more will be sent; reading goes on. */
void    sb_lane_stream_shutdown    (SbLaneStream *self);

/* Asked for every message and receiver, hence inline. */
static inline gsize
sb_lane_stream_get_backlog (const SbLaneStream *self)
{
  return self->backlog;
}

/* TRUE: there is no use in flushing before epoll has announced that the network takes more. */
static inline gboolean
sb_lane_stream_is_blocked (const SbLaneStream *self)
{
  return self->blocked;
}

G_END_DECLS
