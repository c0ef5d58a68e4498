/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "support/sb-test-deflate.h"

#include <zlib.h>

#define CHUNK 65536

static const guint8 tail[] = { 0x00, 0x00, 0xFF, 0xFF };

/* Appends what comes out; @stream has its input. */
static void
run_deflate (z_stream *stream, int flush, GByteArray *out)
{
  guint8 chunk[CHUNK];

  do
    {
      stream->next_out = chunk;
      stream->avail_out = sizeof chunk;
      g_assert_cmpint (deflate (stream, flush), !=, Z_STREAM_ERROR);
      g_byte_array_append (out, chunk, sizeof chunk - stream->avail_out);
    }
  while (stream->avail_out == 0);
}

static void
cut_tail (GByteArray *packed)
{
  g_assert_cmpuint (packed->len, >=, sizeof tail);
  g_assert_cmpmem (packed->data + packed->len - sizeof tail, sizeof tail, tail, sizeof tail);
  g_byte_array_set_size (packed, packed->len - sizeof tail);
}

static GByteArray *
pack (z_stream *stream, const guint8 *data, gsize length)
{
  GByteArray *packed = g_byte_array_new ();

  stream->next_in = (guint8 *) data;
  stream->avail_in = length;
  run_deflate (stream, Z_SYNC_FLUSH, packed);
  /* zlib writes nothing for nothing; §7.2.3.6 has the byte for it. */
  if (packed->len == 0)
    g_byte_array_append (packed, (const guint8 *) "\0\0\0\xFF\xFF", 5);
  cut_tail (packed);
  return packed;
}

static void
begin (z_stream *stream, guint window_bits)
{
  *stream = (z_stream) { 0 };
  g_assert_cmpint (deflateInit2 (stream, 9, Z_DEFLATED, -(int) window_bits, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
}

GByteArray *
sb_test_deflate (const guint8 *data, gsize length, guint window_bits)
{
  z_stream stream;
  GByteArray *packed;

  begin (&stream, window_bits);
  packed = pack (&stream, data, length);
  deflateEnd (&stream);
  return packed;
}

void
sb_test_deflate_two (const guint8 *data, gsize length, GByteArray **first, GByteArray **second)
{
  z_stream stream;

  begin (&stream, 15);
  *first = pack (&stream, data, length);
  *second = pack (&stream, data, length);
  deflateEnd (&stream);
}

GByteArray *
sb_test_deflate_zeros (gsize length)
{
  GByteArray *packed = g_byte_array_new ();
  g_autofree guint8 *zeros = g_malloc0 (1 << 20);
  z_stream stream;

  begin (&stream, 15);
  for (gsize n; length > 0; length -= n)
    {
      n = MIN (length, (gsize) 1 << 20);
      stream.next_in = zeros;
      stream.avail_in = n;
      run_deflate (&stream, n < length ? Z_NO_FLUSH : Z_SYNC_FLUSH, packed);
    }
  deflateEnd (&stream);
  cut_tail (packed);
  return packed;
}

/* A byte at a time, so that zlib has nothing but its window to look back into. */
static gboolean
run_inflate (z_stream *stream, const guint8 *data, gsize length, GByteArray *out)
{
  stream->next_in = (guint8 *) data;
  stream->avail_in = length;
  for (;;)
    {
      guint8 byte;
      int result;

      stream->next_out = &byte;
      stream->avail_out = 1;
      result = inflate (stream, Z_SYNC_FLUSH);
      if (result != Z_OK && result != Z_BUF_ERROR)
        return FALSE;
      if (stream->avail_out > 0)
        return stream->avail_in == 0;
      g_byte_array_append (out, &byte, 1);
    }
}

GByteArray *
sb_test_inflate (const guint8 *data, gsize length, guint window_bits)
{
  z_stream stream = { 0 };
  GByteArray *plain = g_byte_array_new ();
  gboolean good;

  g_assert_cmpint (inflateInit2 (&stream, -(int) window_bits), ==, Z_OK);
  good = run_inflate (&stream, data, length, plain) && run_inflate (&stream, tail, sizeof tail, plain);
  inflateEnd (&stream);
  if (!good)
    g_clear_pointer (&plain, g_byte_array_unref);
  return plain;
}
