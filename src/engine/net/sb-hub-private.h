/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-hub.h"
#include "net/sb-lane.h"
#include "sb-ref-count.h"

G_BEGIN_DECLS

/* Shared by the files of the hub: sb-hub.c (life, listening, stopping), sb-hub-orders.c (how an order goes round) and sb-hub-commands.c
 * (what can be ordered). One SbOrder goes first to lane 0 with its gate, then, by way of it, to every lane. */

struct _SbHub
{
  SbOutbox *outbox;
  SbLane **lanes;
  guint n_lanes;
  gboolean listening;
  guint16 port;
};

typedef struct _SbOrder SbOrder;

/* Returns how many sessions of the lane were concerned. */
typedef guint (*SbOrderFunc) (SbLane *lane, SbOrder *order);

/* Going by way of lane 0 keeps the order: a session that the gate let in before is handed to its lane before the order
 * comes there. */
struct _SbOrder
{
  SbOrderFunc func;
  SbHubDoneFunc done; /* nullable */
  gpointer user_data;
  SbRefCount n_lanes;
  _Atomic guint n;

  /* what it is about */
  SbToken *token;
  gint64 token_id;
  GArray *excess;
  SbTarget *target;
  guint16 code;
  char *reason;
  char *address;
  gint64 until;
  guint timeout;
  _Atomic guint n_left; /* lanes that still drain */
  GTlsCertificate *certificate;
  SbGateLimits *gate_limits;
  SbSessionLimits session_limits;
  SbRuleTable *rules;
  SbRetainedTable *retained;
  SbFrame *frame;
  guint64 broadcast_id;
  gint64 started;
  int fd;
};

/* @done: nullable. */
SbOrder *sb_order_new     (SbOrderFunc func, SbHubDoneFunc done, gpointer user_data);
/* Main thread: has it done on lane 0, and by way of it on the others. Takes @order. */
void     sb_hub_order     (SbHub *self, SbOrder *order);
/* One that was held with @n_lanes lets go of it, on any lane. The last has the main thread told, behind what the lanes have told before. */
void     sb_order_finish  (SbLane *lane, SbOrder *self);
/* NULL: not on this lane. */
SbGate  *sb_lane_get_gate (SbLane *lane);

G_END_DECLS
