/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-frame-reader.h"
#include "sb-fuzz.h"

#include <string.h>

/* Two bytes (the largest message allowed, and with the highest bit whether it may be compressed; how to cut), then a
 * stream as it comes from a client. */

typedef struct
{
  GByteArray *log; /* all that was handed out, and the close code in the end */
  gsize max_message;
  gint stop_after; /* callbacks; -1: never */
} Recorder;

static gboolean
record (Recorder *self, SbOpcode opcode, const guint8 *payload, gsize length)
{
  guint8 kind = opcode;
  guint64 size = length;

  g_byte_array_append (self->log, &kind, 1);
  g_byte_array_append (self->log, (const guint8 *) &size, sizeof size);
  if (length > 0)
    g_byte_array_append (self->log, payload, length);
  return self->stop_after < 0 || --self->stop_after > 0;
}

static gboolean
message_cb (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length)
{
  Recorder *self = user_data;
  gboolean go_on;

  g_assert_true (opcode == SB_OPCODE_TEXT || opcode == SB_OPCODE_BINARY);
  g_assert_cmpuint (length, <=, self->max_message);
  if (opcode == SB_OPCODE_TEXT)
    g_assert_true (sb_fuzz_is_utf8 (payload, length));
  go_on = record (self, opcode, payload, length);
  memset (payload, 0xA5, length); /* it may be written to */
  return go_on;
}

static gboolean
control_cb (gpointer user_data, SbOpcode opcode, const guint8 *payload, gsize length)
{
  g_assert_true (opcode == SB_OPCODE_PING || opcode == SB_OPCODE_PONG || opcode == SB_OPCODE_CLOSE);
  g_assert_cmpuint (length, <=, 125);
  if (opcode == SB_OPCODE_CLOSE && length > 0)
    {
      g_assert_cmpuint (length, >=, 2);
      g_assert_true (sb_close_code_is_valid (payload[0] << 8 | payload[1]));
      g_assert_true (sb_fuzz_is_utf8 (payload + 2, length - 2));
    }
  return record (user_data, opcode, payload, length);
}

static const SbFrameReaderFuncs funcs = { message_cb, control_cb };

/* Pushes a copy of just these bytes. FALSE: it failed. */
static gboolean
push (SbFrameReader *reader, Recorder *recorder, const guint8 *data, gsize length)
{
  g_autofree guint8 *copy = g_memdup2 (data, length);
  SbFrameError error = { 0 };

  if (sb_frame_reader_push (reader, copy, length, &funcs, recorder, &error))
    {
      g_assert_cmpuint (sb_frame_reader_get_pending (reader), <=, recorder->max_message);
      return TRUE;
    }
  g_assert_true (error.close_code == 1002 || error.close_code == 1007 || error.close_code == 1009);
  g_assert_nonnull (error.reason);
  record (recorder, 0xFF, (const guint8 *) &error.close_code, sizeof error.close_code);
  return FALSE;
}

/* @most: bytes of a piece; 0: all in one. */
static GByteArray *
read_in_pieces (const SbFuzzInput *stream, gsize max_message, gboolean compressed, guint32 seed, gsize most,
                gint stop_after)
{
  Recorder recorder = { g_byte_array_new (), max_message, stop_after };
  SbFrameReader reader;
  SbDeflate deflate;
  gsize done = 0;
  gboolean good = TRUE;

  sb_deflate_init (&deflate);
  sb_frame_reader_init (&reader, max_message);
  if (compressed)
    sb_frame_reader_set_deflate (&reader, &deflate);
  while (good && done < stream->size && recorder.stop_after != 0)
    {
      gsize n = most > 0 ? sb_fuzz_random (&seed, most) : stream->size;

      n = MIN (n, stream->size - done);
      good = push (&reader, &recorder, stream->data + done, n);
      done += n;
    }
  if (!good)
    {
      SbFrameError error = { 0 };

      g_assert_false (sb_frame_reader_push (&reader, NULL, 0, &funcs, &recorder, &error));
    }
  sb_frame_reader_clear (&reader);
  g_assert_cmpuint (sb_deflate_get_n_inflaters (&deflate), ==, 0);
  sb_deflate_clear (&deflate);
  return recorder.log;
}

static void
assert_same (const GByteArray *a, const GByteArray *b)
{
  g_assert_cmpmem (a->data, a->len, b->data, b->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const gsize sizes[] = { 70000, 1000, 126, 125, 1, 0 };
  SbFuzzInput stream = { data, size };
  guint8 first = sb_fuzz_take_byte (&stream);
  gsize max_message = sizes[(first & 0x7F) % G_N_ELEMENTS (sizes)];
  gboolean compressed = (first & 0x80) != 0;
  guint32 seed = sb_fuzz_take_byte (&stream);
  GByteArray *whole;
  GByteArray *stopped;

  whole = read_in_pieces (&stream, max_message, compressed, seed, 0, -1);
  for (gsize most = 1; most <= 64; most *= 4)
    {
      GByteArray *pieces = read_in_pieces (&stream, max_message, compressed, seed, most, -1);

      assert_same (pieces, whole);
      g_byte_array_unref (pieces);
    }

  /* Stopped on the way, what was handed out is the beginning of all that would have been. */
  stopped = read_in_pieces (&stream, max_message, compressed, seed, 16, 2);
  g_assert_cmpuint (stopped->len, <=, whole->len);
  if (stopped->len > 0)
    g_assert_cmpmem (stopped->data, stopped->len, whole->data, stopped->len);
  g_byte_array_unref (stopped);
  g_byte_array_unref (whole);
  return 0;
}
