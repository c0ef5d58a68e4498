/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-frame.h"
#include "net/sb-receipt.h"

G_BEGIN_DECLS

#define SB_BATCH_FRAMES 64
#define SB_BATCH_BYTES (16 * 1024) /* beyond, copying costs more than it saves; also what fits a TLS record */

/* A frame on its way, by reference. */
typedef struct
{
  SbFrame *frame;
  SbReceipt *receipt; /* NULL but for broadcasts */
} SbQueued;

/**
 * SbBatch:
 *
 * The frames that a client gets in one turn, joined to one block. The clients of a channel mostly get the same ones, so what was joined
 * for the first is there for the others: each gets it by one plain send(), where a vector would cost the kernel an eighth of a
 * microsecond more for every frame in it, and the references of all of them to a frame are dropped at once instead of by one
 * atomic operation each. One for each lane; a plain value; lives for a turn.
 */
typedef struct
{
  /*< private >*/
  SbFrame *frames[SB_BATCH_FRAMES];
  guint n_taken; /* references to each of the frames that came from clients that got them; 0: nothing holds the frames */
  gboolean full; /* no further frame was let in */
  guint8 joined[SB_BATCH_BYTES];

  /*< public, to be read >*/
  guint n_frames;
  guint n_messages; /* of them: not control frames */
  const guint8 *bytes;
  gsize length;
} SbBatch;

/* Makes the batch of the first of the @n frames, whose references stay where they are; FALSE: there is nothing to be gained by it. */
gboolean sb_batch_load  (SbBatch *self, const SbQueued *queued, guint n);
/* The queue that was loaded is sent: one reference to each frame of the batch comes from it. */
void     sb_batch_take  (SbBatch *self);
/* The queue that was loaded is not sent, or not wholly, and keeps its references. */
void     sb_batch_leave (SbBatch *self);
/* Ends the turn: drops the references. */
void     sb_batch_clear (SbBatch *self);

G_END_DECLS
