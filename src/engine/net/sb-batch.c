/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-batch.h"

#include <string.h>

void
sb_batch_clear (SbBatch *self)
{
  for (guint i = 0; self->n_taken > 0 && i < self->n_frames; i++)
    sb_frame_unref_many (self->frames[i], self->n_taken);
  self->n_taken = 0;
  self->n_frames = 0;
}

/* Comparing addresses is enough: while n_taken is not 0 the frames are held, so no other can have come to live at
 * theirs. */
static gboolean
batch_matches (const SbBatch *self, const SbQueued *queued, guint n)
{
  if (self->n_frames == 0 || n < self->n_frames || (n > self->n_frames && !self->full))
    return FALSE;
  for (guint i = 0; i < self->n_frames; i++)
    if (queued[i].frame != self->frames[i] || queued[i].receipt != NULL)
      return FALSE;

  return TRUE;
}

/* A frame alone need not be copied. */
static void
batch_join (SbBatch *self)
{
  gsize at = 0;

  self->bytes = self->frames[0]->data;
  if (self->n_frames == 1)
    return;

  for (guint i = 0; i < self->n_frames; i++)
    {
      memcpy (self->joined + at, self->frames[i]->data, self->frames[i]->length);
      at += self->frames[i]->length;
    }
  self->bytes = self->joined;
}

gboolean
sb_batch_load (SbBatch *self, const SbQueued *queued, guint n)
{
  if (batch_matches (self, queued, n))
    return TRUE;

  sb_batch_clear (self);
  self->length = 0;
  self->n_messages = 0;
  for (guint i = 0; i < MIN (n, SB_BATCH_FRAMES); i++)
    {
      SbFrame *frame = queued[i].frame;

      if (queued[i].receipt != NULL || self->length + frame->length > SB_BATCH_BYTES)
        break;
      self->frames[self->n_frames++] = frame;
      self->length += frame->length;
      self->n_messages += frame->opcode < SB_OPCODE_CLOSE;
    }
  if (self->n_frames == 0)
    return FALSE;

  self->full = self->n_frames < n;
  batch_join (self);

  return TRUE;
}

void
sb_batch_take (SbBatch *self)
{
  self->n_taken++;
}

void
sb_batch_leave (SbBatch *self)
{
  if (self->n_taken == 0)
    self->n_frames = 0;
}
