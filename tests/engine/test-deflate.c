/* SPDX-License-Identifier: GPL-3.0-or-later */
/* permessage-deflate's two halves, with zlib as the other side. */
#include "config.h"

#include "net/sb-deflate.h"
#include "net/sb-frame-reader.h"
#include "support/sb-test-deflate.h"
#include "support/sb-test-frames.h"

#include <string.h>

static void
fill_json (GByteArray *payload, gsize length)
{
  g_byte_array_set_size (payload, 0);
  for (guint i = 0; payload->len < length; i++)
    {
      g_autofree char *item = g_strdup_printf ("{\"station\":\"Basel\",\"n\":%u,\"v\":%u},", i, i * 7919 % 1000);

      g_byte_array_append (payload, (guint8 *) item, MIN (strlen (item), length - payload->len));
    }
}

static void
fill_noise (GByteArray *payload, gsize length)
{
  g_byte_array_set_size (payload, length);
  for (gsize i = 0; i < length; i++)
    payload->data[i] = g_test_rand_int_range (0, 256);
}

static const gsize sizes[] = { 0, 1, 125, 126, 255, 256, 257, 512, 513, 4096, 32768, 32769, 65535, 65536, 1 << 20 };

/* --- Sending --- */

/* Takes the frame apart, unpacks it within the window and compares. */
static void
check_frame (SbFrame *frame, const GByteArray *payload, guint window_bits)
{
  g_autoptr (GByteArray) plain = NULL;
  const guint8 *data = frame->data + frame->header_length;
  gsize length = frame->length - frame->header_length;

  g_assert_cmphex (frame->data[0], ==, sb_frame_is_deflated (frame) ? 0xC1 : 0x81);
  if (!sb_frame_is_deflated (frame))
    {
      g_assert_cmpmem (data, length, payload->data, payload->len);
      return;
    }
  g_assert_cmpuint (length, <, payload->len);
  plain = sb_test_inflate (data, length, window_bits);
  g_assert_nonnull (plain);
  g_assert_cmpmem (plain->data, plain->len, payload->data, payload->len);
}

static void
test_frames (void)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  SbDeflate deflate;

  sb_deflate_init (&deflate);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint bits = 8; bits <= 15; bits++)
      {
        g_autoptr (SbFrame) plain = NULL;
        SbFrame *frame;
        gboolean fits = bits == 15 || sizes[i] <= (1u << bits);

        fill_json (payload, sizes[i]);
        plain = sb_frame_new (SB_OPCODE_TEXT, payload->data, payload->len);
        frame = sb_deflate_get_frame (&deflate, plain, bits);
        g_assert_cmpint (sb_frame_is_deflated (frame), ==, sizes[i] >= SB_DEFLATE_MIN && fits);
        check_frame (frame, payload, bits);
        /* Once made it is the one, for whoever may have it. */
        if (fits)
          g_assert_true (sb_deflate_get_frame (&deflate, plain, 15) == frame);
      }
  sb_deflate_clear (&deflate);
}

/* What gets no smaller goes as it is, and is not tried again. */
static void
test_noise (void)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  SbDeflate deflate;

  sb_deflate_init (&deflate);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (SbFrame) plain = NULL;

      fill_noise (payload, sizes[i]);
      plain = sb_frame_new (SB_OPCODE_BINARY, payload->data, payload->len);
      g_assert_true (sb_deflate_get_frame (&deflate, plain, 15) == plain);
      g_assert_true (sb_deflate_get_frame (&deflate, plain, 15) == plain);
    }
  sb_deflate_clear (&deflate);
}

static void
test_too_large (void)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_autoptr (SbFrame) plain = NULL;
  SbDeflate deflate;

  sb_deflate_init (&deflate);
  fill_json (payload, SB_DEFLATE_MAX + 1);
  plain = sb_frame_new (SB_OPCODE_TEXT, payload->data, payload->len);
  g_assert_true (sb_deflate_get_frame (&deflate, plain, 15) == plain);
  sb_deflate_clear (&deflate);
}

typedef struct
{
  SbFrame *plain[200];
  SbFrame *chosen[200];
} Race;

static gpointer
race_thread (gpointer data)
{
  Race *race = data;
  SbDeflate deflate;

  sb_deflate_init (&deflate);
  for (gsize i = 0; i < G_N_ELEMENTS (race->plain); i++)
    race->chosen[i] = sb_deflate_get_frame (&deflate, race->plain[i], 15);
  sb_deflate_clear (&deflate);
  return NULL;
}

/* Several lanes ask for the same frames at once: all get the very same, for each is made once. */
static void
test_once (void)
{
  Race races[4];
  GThread *threads[G_N_ELEMENTS (races)];
  g_autoptr (GByteArray) payload = g_byte_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (races[0].plain); i++)
    {
      fill_json (payload, 1000 + i);
      races[0].plain[i] = sb_frame_new (SB_OPCODE_TEXT, payload->data, payload->len);
    }
  for (gsize i = 1; i < G_N_ELEMENTS (races); i++)
    memcpy (races[i].plain, races[0].plain, sizeof races[0].plain);
  for (gsize i = 0; i < G_N_ELEMENTS (races); i++)
    threads[i] = g_thread_new ("race", race_thread, &races[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (races); i++)
    g_thread_join (threads[i]);
  for (gsize k = 0; k < G_N_ELEMENTS (races[0].plain); k++)
    {
      g_assert_true (sb_frame_is_deflated (races[0].chosen[k]));
      for (gsize i = 1; i < G_N_ELEMENTS (races); i++)
        g_assert_true (races[i].chosen[k] == races[0].chosen[k]);
      sb_frame_unref (races[0].plain[k]);
    }
}

/* --- Receiving --- */

typedef struct
{
  GByteArray *log; /* "text(…) " and so on, without the payload's bytes if there are many */
  GByteArray *last;
  guint n;
} Heard;

static gboolean
message_cb (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length)
{
  Heard *self = user_data;

  g_byte_array_set_size (self->last, 0);
  g_byte_array_append (self->last, payload, length);
  self->n++;
  return TRUE;
}

static gboolean
control_cb (gpointer user_data, SbOpcode opcode, const guint8 *payload, gsize length)
{
  return TRUE;
}

static const SbFrameReaderFuncs funcs = { message_cb, control_cb };

/* Reads a copy of @stream in pieces of up to @most bytes. Returns the close code, 0 for none. */
static guint
read_stream (const GByteArray *stream, gsize most, gsize max_message, Heard *heard)
{
  SbDeflate deflate;
  SbFrameReader reader;
  SbFrameError error = { 0 };
  gboolean good = TRUE;

  heard->n = 0;
  sb_deflate_init (&deflate);
  sb_frame_reader_init (&reader, max_message);
  sb_frame_reader_set_deflate (&reader, &deflate);
  for (gsize done = 0; good && done < stream->len;)
    {
      gsize n = MIN (most, stream->len - done);
      g_autofree guint8 *piece = g_memdup2 (stream->data + done, n);

      good = sb_frame_reader_push (&reader, piece, n, &funcs, heard, &error);
      g_assert_cmpuint (sb_frame_reader_get_pending (&reader), <=, max_message);
      g_assert_cmpuint (sb_deflate_get_n_inflaters (&deflate), <=, good ? 1 : 0);
      done += n;
    }
  sb_frame_reader_clear (&reader);
  g_assert_cmpuint (sb_deflate_get_n_inflaters (&deflate), ==, 0);
  sb_deflate_clear (&deflate);
  return error.close_code;
}

static void
heard_init (Heard *self)
{
  *self = (Heard) { .last = g_byte_array_new () };
}

static void
append_in_fragments (GByteArray *stream, guint8 opcode, const GByteArray *payload, gsize fragment)
{
  gsize done = 0;
  guint8 first = 0x40 | opcode;

  for (; payload->len - done > fragment; done += fragment)
    {
      sb_test_append_frame (stream, first, payload->data + done, fragment);
      first = 0;
    }
  sb_test_append_frame (stream, 0x80 | first, payload->data + done, payload->len - done);
}

static void
test_messages (void)
{
  static const gsize pieces[] = { 1, 7, 4096, G_MAXINT };
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  Heard heard;

  heard_init (&heard);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int noise = 0; noise < 2; noise++)
      {
        g_autoptr (GByteArray) stream = g_byte_array_new ();
        g_autoptr (GByteArray) packed = NULL;

        (noise ? fill_noise : fill_json) (payload, sizes[i]);
        packed = sb_test_deflate (payload->data, payload->len, 15);
        /* The biggest that is allowed, for noise grows by being compressed. */
        append_in_fragments (stream, 0x2, packed, G_MAXINT);
        append_in_fragments (stream, 0x2, packed, 1000);
        sb_test_append_frame (stream, 0x82, payload->data, payload->len);
        for (gsize k = sizes[i] > 70000 ? 2 : 0; k < G_N_ELEMENTS (pieces); k++)
          {
            g_assert_cmpuint (read_stream (stream, pieces[k], sizes[i], &heard), ==, 0);
            g_assert_cmpuint (heard.n, ==, 3);
            g_assert_cmpmem (heard.last->data, heard.last->len, payload->data, payload->len);
            if (sizes[i] > 0)
              g_assert_cmpuint (read_stream (stream, pieces[k], sizes[i] - 1, &heard), ==, 1009);
          }
      }
  g_byte_array_unref (heard.last);
}

typedef struct
{
  const char *name;
  const char *packed;
  gsize length;
  const char *plain; /* NULL: damaged */
} Bytes;

#define BYTES(bytes) bytes, sizeof bytes - 1

/* RFC 7692 §7.2.3, and what is none of it. */
static const Bytes bytes[] = {
  { "one-block", BYTES ("\xf2\x48\xcd\xc9\xc9\x07\x00"), "Hello" },
  { "stored", BYTES ("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), "Hello" },
  { "last-block", BYTES ("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), "Hello" },
  { "last-block-without-padding", BYTES ("\xf3\x48\xcd\xc9\xc9\x07\x00"), "Hello" },
  { "two-blocks", BYTES ("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), "Hello" },
  { "last-block-twice", BYTES ("\xf3\x48\xcd\xc9\xc9\x07\x00\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), "HelloHello" },
  { "empty", BYTES ("\x00"), "" },
  { "no-byte-at-all", BYTES (""), "" },
  { "empty-fixed-block", BYTES ("\x02\x00"), "" },
  { "cut-within-a-block", BYTES ("\xf2\x48\xcd\xc9"), NULL },
  { "cut-within-a-stored-block", BYTES ("\x00\x05\x00\xfa\xff\x48\x65"), NULL },
  { "no-such-block", BYTES ("\x07\x00"), NULL },
  { "stored-length-wrong", BYTES ("\x00\x05\x00\xfa\xfe\x48\x65\x6c\x6c\x6f\x00"), NULL },
  { "too-far-back", BYTES ("\x02\x13\x00\x00"), NULL },
  { "noise", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff"), NULL },
  { "with-zlib-header", BYTES ("\x78\x9c\xf2\x48\xcd\xc9\xc9\x07\x00"), NULL },
};

static void
test_bytes (gconstpointer data)
{
  const Bytes *c = data;
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  Heard heard;

  heard_init (&heard);
  sb_test_append_frame (stream, 0xC2, c->packed, c->length);
  for (gsize most = 1; most <= 32; most++)
    {
      guint code = read_stream (stream, most, 1000, &heard);

      g_assert_cmpuint (code, ==, c->plain != NULL ? 0 : 1002);
      g_assert_cmpuint (heard.n, ==, c->plain != NULL ? 1 : 0);
      if (c->plain != NULL)
        g_assert_cmpmem (heard.last->data, heard.last->len, c->plain, strlen (c->plain));
    }
  g_byte_array_unref (heard.last);
}

/* Each message stands alone: one that points back into the one before is damaged. */
static void
test_no_takeover (void)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) first = NULL;
  g_autoptr (GByteArray) second = NULL;
  Heard heard;

  heard_init (&heard);
  fill_json (payload, 1000);
  sb_test_deflate_two (payload->data, payload->len, &first, &second);
  sb_test_append_frame (stream, 0xC1, first->data, first->len);
  sb_test_append_frame (stream, 0xC1, second->data, second->len);
  g_assert_cmpuint (read_stream (stream, G_MAXINT, 5000, &heard), ==, 1002);
  g_assert_cmpuint (heard.n, ==, 1);
  g_byte_array_unref (heard.last);
}

/* Bad UTF-8 is found with the byte that makes it bad, though the message goes on. */
static void
test_fail_fast (void)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) "\xCE\xBA\xED\xA0\x80", 5, 15);
  Heard heard;

  heard_init (&heard);
  sb_test_append_frame (stream, 0x41, packed->data, packed->len);
  g_assert_cmpuint (read_stream (stream, G_MAXINT, 1000, &heard), ==, 1007);
  g_byte_array_unref (heard.last);
}

/* A character may be cut by a fragment but not by the message's end. */
static void
test_unfinished_character (void)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) "\xF0\x9F\x9A", 3, 15);
  Heard heard;

  heard_init (&heard);
  sb_test_append_frame (stream, 0xC1, packed->data, packed->len);
  g_assert_cmpuint (read_stream (stream, G_MAXINT, 1000, &heard), ==, 1007);
  g_byte_array_unref (heard.last);
}

/* A quarter of a gigabyte of zeros in a quarter of a megabyte: 1009 long before, and no more kept than is allowed. */
static void
test_bomb (void)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) packed = sb_test_deflate_zeros (1 << 28);
  Heard heard;

  heard_init (&heard);
  sb_test_append_frame (stream, 0xC2, packed->data, packed->len);
  g_assert_cmpuint (read_stream (stream, 65536, 1 << 20, &heard), ==, 1009);
  g_assert_cmpuint (heard.n, ==, 0);
  g_byte_array_unref (heard.last);
}

/* Blocks that stand for nothing, without end: the packed bytes have a limit, too. */
static void
test_endless_nothing (void)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  Heard heard;

  heard_init (&heard);
  for (int i = 0; i < 2000; i++)
    sb_test_append_frame (stream, i == 0 ? 0x42 : 0x00, "\x00\x00\x00\xff\xff", 5);
  g_assert_cmpuint (read_stream (stream, G_MAXINT, 1000, &heard), ==, 1009);
  g_byte_array_unref (heard.last);
}

/* The first reserved bit belongs to a message's first frame; and to nobody who did not agree to it. */
static void
test_reserved_bit (void)
{
  static const guint8 bad[][2] = { { 0x41, 0xC0 }, { 0x01, 0xC0 }, { 0xC9 }, { 0xC8 }, { 0xCA }, { 0xE1 }, { 0xA1 } };
  SbFrameReader reader;
  SbFrameError error = { 0 };
  Heard heard;

  heard_init (&heard);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();

      sb_test_append_frame (stream, bad[i][0], "", 0);
      if (bad[i][1] != 0)
        sb_test_append_frame (stream, bad[i][1], "", 0);
      g_assert_cmpuint (read_stream (stream, G_MAXINT, 1000, &heard), ==, 1002);
      g_assert_cmpuint (heard.n, ==, 0);
    }
  g_byte_array_unref (heard.last);

  sb_frame_reader_init (&reader, 100);
  g_assert_false (sb_frame_reader_push (&reader, (guint8[]) { 0xC1 }, 1, &funcs, &heard, &error));
  g_assert_cmpuint (error.close_code, ==, 1002);
  sb_frame_reader_clear (&reader);
}

/* So many messages may be under way at once, and no more; one that ends makes room. */
static void
test_many_at_once (void)
{
  g_autofree SbFrameReader *readers = g_new (SbFrameReader, SB_DEFLATE_MAX_INFLATERS + 1);
  g_autoptr (GByteArray) begun = g_byte_array_new ();
  g_autoptr (GByteArray) end = g_byte_array_new ();
  SbFrameError error = { 0 };
  SbDeflate deflate;
  Heard heard;

  heard_init (&heard);
  sb_deflate_init (&deflate);
  sb_test_append_frame (begun, 0x41, "\xf2\x48", 2);
  sb_test_append_frame (end, 0x80, "\xcd\xc9\xc9\x07\x00", 5);
  for (guint i = 0; i <= SB_DEFLATE_MAX_INFLATERS; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (begun->data, begun->len);

      sb_frame_reader_init (&readers[i], 100);
      sb_frame_reader_set_deflate (&readers[i], &deflate);
      g_assert_cmpint (sb_frame_reader_push (&readers[i], copy, begun->len, &funcs, &heard, &error), ==,
                       i < SB_DEFLATE_MAX_INFLATERS);
    }
  g_assert_cmpuint (error.close_code, ==, 1013);
  sb_frame_reader_clear (&readers[SB_DEFLATE_MAX_INFLATERS]);

  for (guint i = 0; i < SB_DEFLATE_MAX_INFLATERS; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (end->data, end->len);

      g_assert_true (sb_frame_reader_push (&readers[i], copy, end->len, &funcs, &heard, &error));
      g_assert_cmpuint (heard.n, ==, i + 1);
      g_assert_cmpmem (heard.last->data, heard.last->len, "Hello", 5);
      g_assert_cmpuint (sb_deflate_get_n_inflaters (&deflate), ==, SB_DEFLATE_MAX_INFLATERS - 1 - i);
      sb_frame_reader_clear (&readers[i]);
    }
  sb_deflate_clear (&deflate);
  g_byte_array_unref (heard.last);
}

/* Control frames between the fragments, and plain messages between compressed ones, change nothing. */
static void
test_mixed (void)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) packed = sb_test_deflate ((const guint8 *) "Hello", 5, 15);
  Heard heard;

  heard_init (&heard);
  for (int i = 0; i < 3; i++)
    {
      sb_test_append_frame (stream, 0x41, packed->data, 2);
      sb_test_append_frame (stream, 0x89, "ping", 4);
      sb_test_append_frame (stream, 0x80, packed->data + 2, packed->len - 2);
      sb_test_append_frame (stream, 0x01, "He", 2);
      sb_test_append_frame (stream, 0x80, "llo", 3);
    }
  g_assert_cmpuint (read_stream (stream, 3, 1000, &heard), ==, 0);
  g_assert_cmpuint (heard.n, ==, 6);
  g_assert_cmpmem (heard.last->data, heard.last->len, "Hello", 5);
  g_byte_array_unref (heard.last);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deflate/send/every-size-and-window", test_frames);
  g_test_add_func ("/deflate/send/noise", test_noise);
  g_test_add_func ("/deflate/send/too-large", test_too_large);
  g_test_add_func ("/deflate/send/once", test_once);
  g_test_add_func ("/deflate/receive/messages", test_messages);
  for (gsize i = 0; i < G_N_ELEMENTS (bytes); i++)
    {
      g_autofree char *path = g_strconcat ("/deflate/receive/bytes/", bytes[i].name, NULL);

      g_test_add_data_func (path, &bytes[i], test_bytes);
    }
  g_test_add_func ("/deflate/receive/no-takeover", test_no_takeover);
  g_test_add_func ("/deflate/receive/fail-fast", test_fail_fast);
  g_test_add_func ("/deflate/receive/unfinished-character", test_unfinished_character);
  g_test_add_func ("/deflate/receive/bomb", test_bomb);
  g_test_add_func ("/deflate/receive/endless-nothing", test_endless_nothing);
  g_test_add_func ("/deflate/receive/reserved-bit", test_reserved_bit);
  g_test_add_func ("/deflate/receive/mixed", test_mixed);
  g_test_add_func ("/deflate/receive/many-at-once", test_many_at_once);
  return g_test_run ();
}
