/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench-pool.h"
#include "bench-process.h"
#include <zlib.h>

G_BEGIN_DECLS

/* How many messages may be on their way at once. */
#define LOAD_RING 4096

/* A message of the fan-out on its way. */
typedef struct
{
  gint64 sent_at;
  guint delivered;
  char digits[9];
  GByteArray *packed; /* as it came to the first of all, compressed; NULL: it has come to nobody yet */
} LoadMessage;

/* What a run measures between its begin and its end. */
typedef struct
{
  gint64 began;
  gint64 ended;
  BenchUsage server_began;
  BenchUsage server_ended;
  BenchUsage self_began;
  BenchUsage self_ended;
  guint64 deliveries;
  guint64 messages;
  SbHistogram latency;
} LoadWindow;

/**
 * Load:
 *
 * One run of the load generator: its options, its clients and what came out.
 */
typedef struct
{
  BenchPool pool;

  /* Options */
  guint n_clients;   /* that take part */
  guint n_idle;      /* connected besides, doing nothing */
  guint n_stuck;     /* connected besides, in the fan-out's channel, never reading */
  guint concurrency; /* handshakes at once */
  guint window;      /* fan-out: messages in flight */
  double rate;       /* fan-out, pair: messages a second; 0: as fast as the window lets */
  guint size;        /* bytes of a message */
  double warm_up;    /* s */
  double seconds;
  double connect_timeout; /* s, for all */
  guint n_windows;   /* stuck: of each kind */
  int server;        /* its process; 0: not known */

  /* The run */
  guint n_first;     /* clients that connect before the load begins */
  guint n_started;   /* clients whose connecting has begun */
  BenchUsage before; /* the server, before the first client */
  BenchUsage idle;   /* … and when all were connected and still */
  LoadWindow measured;
  gboolean running;  /* messages are answered and sent */
  char *payload;
  LoadMessage *ring;
  guint64 sent;      /* fan-out: messages */
  guint64 complete;  /* … that everyone has */
  gint64 due;        /* … when the next one is to be sent, with a rate; 0: nothing to wait for */
  guint next_victim; /* churn, pair with a rate: whose turn it is */
  guint64 lost;      /* messages that did not arrive */
  z_stream inflater; /* for the compressed ones */
  GArray *window_p99;  /* (element-type gint64) stuck: ns, of windows without and with in turns */
  guint stuck_cut;   /* stuck clients that the server has closed with 1013, or cut */
} Load;

/* A kind of load. @path: each client's; @run: after all are connected, measures and fills @measured. */
typedef struct
{
  const char *name;
  char *(*path) (BenchPool *pool, guint index);
  void (*opened) (BenchPool *pool, BenchClient *client);
  void (*message) (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length);
  void (*packed) (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length);
  void (*closed) (BenchPool *pool, BenchClient *client);
  void (*run) (Load *self);
  gboolean stuck_later; /* stuck clients come when @run has them come */
} LoadMode;

extern const LoadMode load_modes[];
extern const guint load_n_modes;

#define LOAD(a_pool) ((Load *) (a_pool)) /* the pool is its first member */

/* Connects up to so many clients at once until all are open; FALSE: one failed. */
gboolean load_connect      (Load *self);
/* Lets @seconds pass, or fewer when something fails. @step (nullable) is called after every batch of events. */
void     load_spin         (Load *self, double seconds, void (*step) (Load *self));
void     load_begin_window (Load *self);
void     load_end_window   (Load *self);
/* Writes the number of a message into self->payload and returns it. */
char    *load_write_number (Load *self, guint64 number);
/* The eight digits of the number in a payload; NULL: that is not one of ours. */
const char *load_get_number (Load *self, const guint8 *payload, gsize length);

G_END_DECLS
