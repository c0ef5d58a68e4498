/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench-tls.h"
#include "watch/sb-histogram.h"
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  BENCH_CLIENT_CLOSED,
  BENCH_CLIENT_CONNECTING,
  BENCH_CLIENT_SHAKING, /* the handshake's request is sent */
  BENCH_CLIENT_OPEN,
  BENCH_CLIENT_CLOSING, /* our close frame is sent */
} BenchClientState;

typedef struct
{
  int fd;
  gnutls_session_t tls; /* NULL: plain */
  guint index;
  BenchClientState state;
  guint16 close_code; /* of the server's close frame */
  gboolean stuck;     /* never reads */
  gboolean corked;
  int receive_buffer; /* bytes, before it connects; 0: the system's */
  gint64 began;       /* connecting; ns */
  guint64 sent;       /* messages */
  guint64 received;
  gint64 sent_at[4];  /* by number of the message, for who needs it; ns */
  GByteArray *rest;   /* of a frame or a response that is not whole; NULL for none */
  GByteArray *unsent; /* what the socket did not take; NULL for none */
} BenchClient;

typedef struct _BenchPool BenchPool;

typedef struct
{
  void (*opened)  (BenchPool *pool, BenchClient *client);
  void (*message) (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length);
  void (*packed)  (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length); /* nullable: then it is a failure */
  void (*closed)  (BenchPool *pool, BenchClient *client); /* nullable: then it is a failure */
} BenchPoolFuncs;

/**
 * BenchPool:
 *
 * All clients of the load generator, on one epoll, in one thread. Its part of the protocol is what a load needs and no
 * more; but everything that is not as it should be counts as a failure, so that no server looks fast by doing it wrong.
 */
struct _BenchPool
{
  /* Set before the first client: */
  guint16 port;
  const char *token;                      /* NULL: none */
  char *(*path) (BenchPool *pool, guint index);
  BenchPoolFuncs funcs;
  guint n_clients;
  BenchClient *clients;
  gboolean tls;                           /* clients speak TLS */
  gboolean deflate;                       /* clients ask for permessage-deflate, without context in either direction */
  gboolean sleeps;                        /* waits for events instead of asking for them over and over */

  /* To be read: */
  guint n_open;
  guint n_failed;
  char *failure;                          /* the first one, in words */
  gint64 now;                             /* ns, when the present events were read */
  SbHistogram handshakes;              /* from connect() to the response */

  /*< private >*/
  int epoll;
  guint64 serial;
  guint8 *buffer;
};

void     bench_pool_init    (BenchPool *self);
void     bench_pool_clear   (BenchPool *self);
void     bench_pool_fail    (BenchPool *self, BenchClient *client, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* Reads and writes what is ready. Unless it may sleep, it returns at once: waking a process that sleeps costs who writes to it several
 * microseconds, and whether it sleeps is chance, so a server would be charged by chance for what no client elsewhere would cost it.
 * @timeout: ns */
void     bench_pool_poll    (BenchPool *self, gint64 timeout);

void     bench_client_connect (BenchPool *pool, BenchClient *self);
/* Sends a masked text frame; or, while it is corked, keeps it for one write. */
void     bench_client_send    (BenchPool *pool, BenchClient *self, const void *payload, gsize length);
void     bench_client_cork    (BenchPool *pool, BenchClient *self);
void     bench_client_uncork  (BenchPool *pool, BenchClient *self);
/* Sends a close frame; "closed" comes when the server has closed its side. */
void     bench_client_close   (BenchPool *pool, BenchClient *self);
/* Cuts the connection, without a word. It may connect again. */
void     bench_client_cut     (BenchPool *pool, BenchClient *self);
/* Reads no more from it, until it is read to its end (of what has come) with bench_client_drain(). */
void     bench_client_stick   (BenchPool *pool, BenchClient *self);
void     bench_client_drain   (BenchPool *pool, BenchClient *self);

G_END_DECLS
