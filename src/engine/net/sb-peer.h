/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-ref-count.h"
#include <glib.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/**
 * SbCounters:
 *
 * What is counted for one client. Written by the client's lane alone, read by any thread, with relaxed atomics
 * (each number is true, two of them need not be of the same instant).
 */
typedef struct
{
  _Atomic guint64 messages_in;  /* accepted from the client */
  _Atomic guint64 messages_out; /* handed to the network for the client */
  _Atomic guint64 bytes_in;     /* payload and framing, as read from the socket */
  _Atomic guint64 bytes_out;
  _Atomic guint64 rejected;     /* messages from the client that failed a check */
  _Atomic guint64 dropped;      /* messages for the client that were not sent */
  _Atomic guint64 backlog;      /* bytes waiting to be sent now */
  _Atomic gint64 round_trip;    /* µs, of the last answered ping, before it of the handshake; -1: unknown */
  _Atomic gint64 last_message;  /* real time in µs of the last message in or out; 0 for none */
} SbCounters;

/**
 * SbPeer:
 *
 * The facts of one connection. Immutable but for @counters; atomically reference counted, so a row of the window or
 * of the traffic log may outlive the connection.
 */
typedef struct
{
  /*< private >*/
  SbRefCount ref_count;
  guint lane; /* for the listener, which keeps the books of its place */

  /*< public, constant >*/
  guint64 id;         /* unique while the process runs, from 1 */
  char *address;      /* textual, without port: "192.168.1.30", "fe80::1" */
  guint16 port;       /* the client's */
  gboolean tls;
  const char *tls_version; /* static: "TLS 1.3"; NULL without TLS, or where the library does not say */
  const char *cipher; /* static: "TLS_AES_256_GCM_SHA384"; NULL likewise */
  const char *subprotocol; /* static: what was agreed on; NULL for none */
  gboolean compressed; /* permessage-deflate was agreed on */
  char *channel;      /* "/news" */
  char *name;         /* what the client calls itself, unverified, valid UTF-8; NULL for none */
  char *user_agent;   /* sanitised; NULL for none */
  char *origin;       /* NULL for none */
  gint64 token_id;
  char *token_label;  /* as it was when the client came in */
  char *token_hint;   /* "sbx_7Kq2…f3Zd" */
  gint64 joined_at;   /* real time, µs */

  SbCounters counters;
} SbPeer;

SbPeer *sb_peer_new   (void);
SbPeer *sb_peer_ref   (SbPeer *self);
void    sb_peer_unref (SbPeer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbPeer, sb_peer_unref)

/* Counters have one writer, so adding needs no locked instruction. */
#define sb_counter_add(counter, n) sb_counter_set (counter, sb_counter_get (counter) + (n))
#define sb_counter_set(counter, n) atomic_store_explicit (&(counter), (n), memory_order_relaxed)
#define sb_counter_get(counter) atomic_load_explicit (&(counter), memory_order_relaxed)

G_END_DECLS
