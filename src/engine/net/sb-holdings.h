/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-frame.h"
#include "net/sb-lane-totals.h"

G_BEGIN_DECLS

/**
 * SbHoldings:
 *
 * What the queues of one lane keep in memory: each frame that waits for somebody, once, however many wait for it, because it is there
 * once, and the queues themselves where they are long. A frame is held from the moment the network did not take it; one that leaves within its turn is never counted, so a client
 * that keeps up costs nothing here. A plain value inside its lane; one thread, but for the sum in the totals.
 */
typedef struct
{
  /*< private >*/
  GHashTable *frames;   /* SbFrame → how many queues it waits in */
  SbLaneTotals *totals; /* not owned; "held" is the sum in bytes */
  gboolean grew;        /* since sb_holdings_take_grew() */
} SbHoldings;

void     sb_holdings_init      (SbHoldings *self, SbLaneTotals *totals);
void     sb_holdings_clear     (SbHoldings *self);
/* One more queue holds @frame; one fewer. */
void     sb_holdings_add       (SbHoldings *self, SbFrame *frame);
void     sb_holdings_remove    (SbHoldings *self, SbFrame *frame);
/* A queue itself takes @after bytes, where it took @before. */
void     sb_holdings_resize    (SbHoldings *self, gsize before, gsize after);
/* Whether the sum grew since this was last asked. */
gboolean sb_holdings_take_grew (SbHoldings *self);

G_END_DECLS
