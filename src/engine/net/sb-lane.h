/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-batch.h"
#include "net/sb-deflate.h"
#include "net/sb-holdings.h"
#include "net/sb-lane-totals.h"
#include "net/sb-outbox.h"
#include "net/sb-router.h"
#include "net/sb-wheel.h"
#include "rules/sb-rule-check.h"
#include <pthread.h>

G_BEGIN_DECLS

#define SB_LANE_BUFFER (64 * 1024)
/* Bytes of messages that are on their way through other lanes: with more, a lane reads no more until those have caught up. */
#define SB_LANE_MAX_RELAYED ((gsize) 16 << 20)

typedef struct _SbSession SbSession;
typedef struct _SbListener SbListener;

/* Done on the lane's thread. */
typedef void (*SbLaneFunc) (SbLane *lane, gpointer data);

/* An order for a lane. */
typedef struct
{
  SbLaneFunc func;
  gpointer data;
} SbLaneTask;

/**
 * SbLane:
 *
 * A thread that carries sessions: one GMainContext, in it one source for one epoll in which all its sockets are, one read buffer, one
 * wheel of deadlines, one router. Everything here but the inbox and the totals is for its own thread only; others ask by
 * sb_lane_post(). Owned by the hub.
 *
 * A turn: what epoll announces is read and dealt with, then the inbox, then the deadlines; at its end every touched stream sends what it
 * has in one call, and what the main thread and the other lanes should know is handed over in one go each.
 */
struct _SbLane
{
  guint index;
  SbLane **lanes; /* all of the hub, this one among them; not owned */
  guint n_lanes;
  SbOutbox *outbox; /* the hub's */

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  GSource *source;
  int epoll_fd;
  int wake_fd; /* eventfd: the inbox has something */

  pthread_mutex_t inbox_lock; /* not a GMutex: ThreadSanitizer does not know those */
  GArray *inbox; /* (element-type SbLaneTask), guarded */
  GArray *taken; /* the other of the two that take turns */

  gint64 now;      /* monotonic, µs: of this turn */
  gint64 real_now; /* real time, µs: of this turn */
  guint8 *buffer;
  SbRuleChecker checker;
  SbDeflate deflate;
  SbSessionLimits limits;
  SbWheel wheel;
  SbRouter router;
  SbBatch batch;
  SbListener *listener; /* owned; on lane 0 only */
  GPtrArray *sessions; /* (element-type SbSession): all, closing ones too */
  guint n_farewells;   /* of those: how many came only to be told why they may not */
  GPtrArray *touched;  /* have something to send */
  GPtrArray *unread;   /* may have more to read than one turn takes */
  GPtrArray *gone;     /* to be freed at the end of the turn */
  GQueue relays;       /* (element-type Relay): messages on their way through other lanes, oldest first */
  gsize relayed;       /* bytes that those hold */
  GArray *events;      /* (element-type SbEvent): told to the main thread at the end of the turn */
  GArray *deferred;    /* (element-type SbLaneTask): done at the end of the turn, behind the events */
  GArray **outgoing;   /* (element-type SbLaneTask), by lane: posted at the end of the turn */

  SbHoldings holdings; /* what the queues keep in memory */
  gint64 shed_told_at; /* monotonic: when the main thread was last told that queues were given up */

  gboolean draining;
  guint drain_timeout; /* s */
  SbTimer drain_timer;
  void (*drained) (SbLane *lane, gpointer user_data);
  gpointer drained_data;

  SbLaneTotals totals;
};

SbLane  *sb_lane_new    (guint index, SbLane **lanes, guint n_lanes, SbOutbox *outbox);
void     sb_lane_start  (SbLane *self); /* when all lanes of the hub are made */
/* For the main thread, each for all lanes before the next: ends the thread; cuts the sessions and does what other lanes had asked for; frees. */
void     sb_lane_join   (SbLane *self);
void     sb_lane_finish (SbLane *self);
void     sb_lane_free   (SbLane *self);

/* Any thread. Done in the order of the calls of one thread. @func frees @data. */
void     sb_lane_post   (SbLane *self, SbLaneFunc func, gpointer data);

/* --- for the lane's own thread --- */

/* Like sb_lane_post() to another lane, gathered until the end of the turn. */
void     sb_lane_pass   (SbLane *self, SbLane *to, SbLaneFunc func, gpointer data);
/* Moves the event to the main thread at the end of the turn; sets its time. */
void     sb_lane_tell   (SbLane *self, SbEvent *event);
/* Ends a turn that did not begin in the lane's own source (the listener's). */
void     sb_lane_settle (SbLane *self);
void     sb_lane_begin  (SbLane *self); /* begins such a turn */
void     sb_lane_touch  (SbLane *self, SbSession *session);      /* it has something to send */
void     sb_lane_read_again (SbLane *self, SbSession *session);  /* it may have more to read */
/* Moves the entry of the traffic log to the main thread, behind those of messages that other lanes still relay. */
void     sb_lane_log    (SbLane *self, SbEvent *event);
/* Sends @frame to everyone else on @sender's channel, on every lane, and logs it with how many it reached. */
void     sb_lane_relay  (SbLane *self, SbSession *sender, SbFrame *frame);
/* The gate no longer counts @peer. */
void     sb_lane_release (SbLane *self, SbPeer *peer);
/* Has @func called at the end of the turn, when all that was told so far is on its way to the main thread. */
void     sb_lane_defer  (SbLane *self, SbLaneFunc func, gpointer data);
/* Closes clients, the largest backlog first, while the queues of all lanes together hold more than the limit; where another lane holds the
 * most, that one is asked to: sb-lane-memory.c. */
void     sb_lane_limit_memory (SbLane *self);
/* Closes clients, the longest message first, while those of which not all has come hold more memory than this lane's share of the limit,
 * which is at least what two of the longest messages need: sb-lane-memory.c. */
void     sb_lane_limit_arriving (SbLane *self);
/* The other lanes have not caught up: not to be read for now. */
gboolean sb_lane_is_congested (const SbLane *self);
/* Closes all sessions with @code and @reason and calls @func when the last is gone or @timeout (s) is over. */
void     sb_lane_drain  (SbLane *self, guint16 code, const char *reason, guint timeout,
                         void (*func) (SbLane *lane, gpointer user_data), gpointer user_data);

G_END_DECLS
