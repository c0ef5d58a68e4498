/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-run.h"

struct _SbScratchChunk
{
  SbScratchChunk *previous;
  _Alignas (16) guint8 memory[];
};

void
sb_scratch_init (SbScratch *self)
{
  self->chunk = NULL;
  self->next = self->inline_memory;
  self->end = self->inline_memory + sizeof self->inline_memory;
}

void *
sb_scratch_take (SbScratch *self, gsize size)
{
  void *memory;

  size = (size + 15) & ~(gsize) 15;
  if (size > (gsize) (self->end - self->next))
    {
      gsize room = MAX (size, 16 * SB_SCRATCH_SIZE);
      SbScratchChunk *chunk = g_malloc (sizeof *chunk + room);

      chunk->previous = self->chunk;
      self->chunk = chunk;
      self->next = chunk->memory;
      self->end = chunk->memory + room;
    }

  memory = self->next;
  self->next += size;
  return memory;
}

void
sb_scratch_release (SbScratch *self, SbScratchMark mark)
{
  while (self->chunk != mark.chunk)
    {
      SbScratchChunk *chunk = self->chunk;

      self->chunk = chunk->previous;
      g_free (chunk);
    }
  self->next = mark.next;
  self->end = mark.end;
}

void
sb_scratch_clear (SbScratch *self)
{
  sb_scratch_release (self, (SbScratchMark) { NULL, self->inline_memory, self->inline_memory });
}
