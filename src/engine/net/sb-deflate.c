/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-deflate.h"

#include <pthread.h>
#include <string.h>
#include <zlib.h>

#define WINDOW_BITS 15
/* A lane does nothing else meanwhile: JSON of 1 MiB takes 6 ms on the machine this was chosen on, and comes to 20 %;
 * level 6 takes twice the time for 18 %. Of short messages all levels make the same, a quarter of 1 KiB in 4 µs. */
#define LEVEL 3
#define MEMORY_LEVEL 8
#define CHUNK (16 * 1024)
#define N_LOCKS 16

/* RFC 7692 §7.2.1: an empty stored block ends a message, and these four bytes of it are not sent. */
static const guint8 tail[] = { 0x00, 0x00, 0xFF, 0xFF };

struct _SbInflater
{
  z_stream stream;
  guint64 length;  /* bytes that came of the message */
  gboolean at_end; /* the last block that came said that it is the last */
};

/* So that two lanes never compress the same frame. By the frame's address, so that two frames rarely wait for each
 * other. */
static pthread_mutex_t locks[N_LOCKS] = { [0 ... N_LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER };

static pthread_mutex_t *
get_lock (const SbFrame *frame)
{
  return &locks[((gsize) frame >> 6) % N_LOCKS];
}

void
sb_deflate_init (SbDeflate *self)
{
  g_return_if_fail (self != NULL);

  *self = (SbDeflate) { 0 };
}

static void
inflater_free (SbInflater *self)
{
  inflateEnd (&self->stream);
  g_free (self);
}

void
sb_deflate_clear (SbDeflate *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->n_inflaters == 0);

  g_clear_pointer (&self->idle, inflater_free);
  if (self->compressor != NULL)
    deflateEnd (self->compressor);
  g_clear_pointer (&self->compressor, g_free);
  g_clear_pointer (&self->buffer, g_free);
}

/* --- What we send --------------------------------------------------------------------------------- */

/* zlib fails for nothing but want of memory, and that ends the program everywhere else as well. */
static void
deflate_prepare (SbDeflate *self)
{
  int result;

  if (self->compressor != NULL)
    {
      result = deflateReset (self->compressor);
      g_assert (result == Z_OK);
      return;
    }

  self->buffer = g_malloc (SB_DEFLATE_MAX);
  self->compressor = g_new0 (z_stream, 1);
  result = deflateInit2 (self->compressor, LEVEL, Z_DEFLATED, -WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
  if (result != Z_OK)
    g_error ("zlib cannot be set up: %d", result);
}

/* Returns @plain where nothing is saved. */
static SbFrame *
deflate_frame (SbDeflate *self, SbFrame *plain)
{
  z_stream *stream;
  gsize length = plain->length - plain->header_length;
  gsize got;

  deflate_prepare (self);
  stream = self->compressor;
  stream->next_in = plain->data + plain->header_length;
  stream->avail_in = length;
  stream->next_out = self->buffer;
  stream->avail_out = length;
  deflate (stream, Z_SYNC_FLUSH);

  /* An output that is full may lack something; it would not have been worth it. */
  if (stream->avail_out == 0)
    return plain;
  got = length - stream->avail_out;
  g_assert (stream->avail_in == 0 && got > sizeof tail);
  g_assert (memcmp (self->buffer + got - sizeof tail, tail, sizeof tail) == 0);

  return sb_frame_new_deflated (plain->opcode, self->buffer, got - sizeof tail);
}

SbFrame *
sb_deflate_get_frame (SbDeflate *self, SbFrame *plain, guint window_bits)
{
  gsize length = plain->length - plain->header_length;
  pthread_mutex_t *lock;
  SbFrame *frame;

  if (length < SB_DEFLATE_MIN || length > SB_DEFLATE_MAX)
    return plain;
  /* Nothing points further back than to the message's beginning, so a short one fits any window. */
  if (window_bits < WINDOW_BITS && length > ((gsize) 1 << window_bits))
    return plain;

  frame = atomic_load_explicit (&plain->deflated, memory_order_acquire);
  if (G_LIKELY (frame != NULL))
    return frame;

  lock = get_lock (plain);
  pthread_mutex_lock (lock);
  frame = atomic_load_explicit (&plain->deflated, memory_order_relaxed);
  if (frame == NULL)
    {
      frame = deflate_frame (self, plain);
      atomic_store_explicit (&plain->deflated, frame, memory_order_release);
    }
  pthread_mutex_unlock (lock);

  return frame;
}

/* --- What comes in --------------------------------------------------------------------------------- */

SbInflater *
sb_deflate_take_inflater (SbDeflate *self)
{
  SbInflater *inflater;

  if (self->n_inflaters == SB_DEFLATE_MAX_INFLATERS)
    return NULL;
  self->n_inflaters++;
  inflater = g_steal_pointer (&self->idle);
  if (inflater != NULL)
    return inflater;

  inflater = g_new0 (SbInflater, 1);
  if (inflateInit2 (&inflater->stream, -WINDOW_BITS) != Z_OK)
    g_error ("zlib cannot be set up");

  return inflater;
}

void
sb_deflate_give_inflater (SbDeflate *self, SbInflater *inflater)
{
  g_return_if_fail (self->n_inflaters > 0);

  self->n_inflaters--;
  if (self->idle != NULL)
    {
      inflater_free (inflater);
      return;
    }
  inflateReset (&inflater->stream);
  inflater->length = 0;
  inflater->at_end = FALSE;
  self->idle = inflater;
}

guint
sb_deflate_get_n_inflaters (const SbDeflate *self)
{
  return self->n_inflaters;
}

guint64
sb_inflater_get_length (const SbInflater *self)
{
  return self->length;
}

static SbInflated
inflate_all (SbInflater *self, const guint8 *data, gsize length, gsize max, GByteArray *out)
{
  z_stream *stream = &self->stream;
  guint8 chunk[CHUNK];

  stream->next_in = (guint8 *) data;
  stream->avail_in = length;
  do
    {
      int result;

      /* Behind a block that said it is the last, others may follow (RFC 7692 §7.2.3.5). */
      if (self->at_end)
        {
          if (stream->avail_in == 0)
            break;
          inflateReset (stream);
          self->at_end = FALSE;
        }
      stream->next_out = chunk;
      stream->avail_out = sizeof chunk;
      result = inflate (stream, Z_SYNC_FLUSH);

      /* What came before the fault is kept, so that the outcome does not depend on how the bytes were cut into reads.
       * */
      gsize got = sizeof chunk - stream->avail_out;
      gsize room = max - out->len;

      g_byte_array_append (out, chunk, MIN (got, room));
      if (got > room)
        return SB_INFLATED_TOO_BIG;
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return SB_INFLATED_DAMAGED;
      self->at_end = result == Z_STREAM_END;
    }
  while (stream->avail_in > 0 || stream->avail_out == 0);

  return SB_INFLATED_OK;
}

/* zlib says with every return whether it stands between two blocks. */
#define BETWEEN_BLOCKS 128

SbInflated
sb_inflater_push (SbInflater *self, const guint8 *data, gsize length, gboolean end, gsize max, GByteArray *out)
{
  SbInflated result;

  g_return_val_if_fail (out->len <= max, SB_INFLATED_TOO_BIG);

  self->length += length;
  result = inflate_all (self, data, length, max, out);
  /* A message of no bytes at all is an empty one, and one whose last block said so ends there; zlib would not know
   * what to do with the tail. */
  if (result != SB_INFLATED_OK || !end || self->length == 0 || self->at_end)
    return result;

  result = inflate_all (self, tail, sizeof tail, max, out);
  if (result == SB_INFLATED_OK && (self->stream.data_type & BETWEEN_BLOCKS) == 0)
    return SB_INFLATED_DAMAGED;

  return result;
}
