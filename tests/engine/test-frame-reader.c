/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-frame-reader.h"
#include "support/sb-test-frames.h"

#include <string.h>

/* What a reader handed out, written down: "text(Hello) ping() close(1000,bye) !1002". Control bytes and what is not
 * ASCII as \ooo, a long run of one byte as "x*300". */
typedef struct
{
  GString *log;
  gint stop_after; /* callbacks; -1: never */
} Recorder;

static gboolean
message_cb (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length)
{
  Recorder *recorder = user_data;

  g_assert_true (opcode == SB_OPCODE_TEXT || opcode == SB_OPCODE_BINARY);
  g_assert_nonnull (payload);
  g_string_append (recorder->log, opcode == SB_OPCODE_TEXT ? "text(" : "binary(");
  sb_test_append_readable (recorder->log, payload, length);
  g_string_append (recorder->log, ") ");
  memset (payload, 0, length); /* it may be written to */
  return recorder->stop_after < 0 || --recorder->stop_after > 0;
}

static gboolean
control_cb (gpointer user_data, SbOpcode opcode, const guint8 *payload, gsize length)
{
  Recorder *recorder = user_data;
  gsize skip = 0;

  g_assert_cmpuint (length, <=, 125);
  g_string_append (recorder->log,
                   opcode == SB_OPCODE_PING ? "ping(" : opcode == SB_OPCODE_PONG ? "pong(" : "close(");
  if (opcode == SB_OPCODE_CLOSE && length > 0)
    {
      g_string_append_printf (recorder->log, "%u%s", payload[0] << 8 | payload[1], length > 2 ? "," : "");
      skip = 2;
    }
  sb_test_append_readable (recorder->log, payload + skip, length - skip);
  g_string_append (recorder->log, ") ");
  return recorder->stop_after < 0 || --recorder->stop_after > 0;
}

static const SbFrameReaderFuncs funcs = { message_cb, control_cb };

/* Pushes a copy of just @length bytes, so that a memory checker sees a reader that looks beyond them. */
static gboolean
push_copy (SbFrameReader *reader, Recorder *recorder, const guint8 *data, gsize length)
{
  g_autofree guint8 *copy = g_memdup2 (data, length);
  SbFrameError error = { 0 };

  if (sb_frame_reader_push (reader, copy, length, &funcs, recorder, &error))
    return TRUE;
  g_assert_nonnull (error.reason);
  g_string_append_printf (recorder->log, "!%u ", error.close_code);
  return FALSE;
}

/* Pushes @stream in pieces; returns the log, and how many bytes had been pushed when it failed. */
static char *
read_in_pieces (const GByteArray *stream, guint least, guint most, gsize *failed_at)
{
  Recorder recorder = { g_string_new (NULL), -1 };
  SbFrameReader reader;
  gsize done = 0;
  gboolean good = TRUE;

  sb_frame_reader_init (&reader, SB_TEST_MAX_MESSAGE);
  while (good && done < stream->len)
    {
      gsize n = g_test_rand_int_range (least, most + 1);

      n = MIN (n, stream->len - done);
      good = push_copy (&reader, &recorder, stream->data + done, n);
      done += n;
    }
  if (failed_at != NULL)
    *failed_at = good ? 0 : done;
  sb_frame_reader_clear (&reader);
  return g_string_free (recorder.log, FALSE);
}

/* In one piece, byte by byte, and cut at random: the same comes out. */
static void
test_case (gconstpointer data)
{
  const SbTestFrameCase *c = data;
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autofree char *whole = NULL;
  g_autofree char *bytes = NULL;

  sb_test_append_case (stream, c);
  whole = read_in_pieces (stream, stream->len, stream->len, NULL);
  g_assert_cmpstr (whole, ==, c->expected);
  bytes = read_in_pieces (stream, 1, 1, NULL);
  g_assert_cmpstr (bytes, ==, c->expected);
  for (int i = 0; i < 30; i++)
    {
      guint most = i % 2 == 0 ? MIN (stream->len, 20) : stream->len;
      g_autofree char *pieces = read_in_pieces (stream, 1, most, NULL);

      g_assert_cmpstr (pieces, ==, c->expected);
    }
}

static void
test_close_codes (void)
{
  for (guint code = 0; code <= 65535; code++)
    {
      const guint8 body[] = { code >> 8, code & 0xFF };
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      g_autofree char *log = NULL;
      g_autofree char *accepted = g_strdup_printf ("close(%u) ", code);

      sb_test_append_frame (stream, 0x88, body, sizeof body);
      log = read_in_pieces (stream, stream->len, stream->len, NULL);
      g_assert_cmpstr (log, ==, sb_close_code_is_valid (code) ? accepted : "!1002 ");
    }
}

/* Bytes as they are on the wire, and with which of them it must have failed, whatever would follow. */
static const struct
{
  const char *bytes;
  gsize length;
  const char *expected;
  gsize failed_at; /* bytes; 0: not */
} raw_cases[] = {
#define RAW(literal, expected, failed_at) { literal, sizeof (literal) - 1, expected, failed_at }
  RAW ("\x81\x05Hello", "!1002 ", 2),                                            /* not masked */
  RAW ("\x89\x00", "!1002 ", 2),
  RAW ("\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00", "!1002 ", 2),
  RAW ("\xC1\x85", "!1002 ", 1),                                                 /* reserved bit */
  RAW ("\x83\x85", "!1002 ", 1),                                                 /* unknown opcode */
  RAW ("\x80\x85", "!1002 ", 1),                                                 /* nothing to continue */
  RAW ("\x09\x80", "!1002 ", 1),                                                 /* fragmented ping */
  RAW ("\x89\xFE\x00\x7E", "!1002 ", 2),                                         /* ping too long */
  RAW ("\x88\x81", "!1002 ", 2),                                                 /* close of one byte */
  RAW ("\x81\xFE\x00\x7D\0\0\0\0", "!1002 ", 4),                                 /* 125 in two bytes */
  RAW ("\x82\xFE\x00\x00\0\0\0\0", "!1002 ", 4),
  RAW ("\x82\xFF\0\0\0\0\0\0\xFF\xFF\0\0\0\0", "!1002 ", 10),                    /* 65535 in eight bytes */
  RAW ("\x82\xFF\0\0\0\0\0\0\0\x05\0\0\0\0", "!1002 ", 10),
  RAW ("\x82\xFF\x80\0\0\0\0\0\0\x00\0\0\0\0", "!1002 ", 10),                    /* top bit */
  RAW ("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", "!1002 ", 10),
  RAW ("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", "!1009 ", 10),        /* too big with the header */
  RAW ("\x82\xFF\0\0\0\0\0\x01\x11\x71\0\0\0\0", "!1009 ", 10),                  /* 70001 */
  RAW ("\x02\x81\0\0\0\0z\x80\xFF\0\0\0\0\0\x01\x11\x70\0\0\0\0", "!1009 ", 17), /* 1 and 70000 */
  RAW ("\x82\xFF\0\0\0\0\0\x01\x11\x70\0\0\0\0", "", 0),                         /* 70000 */
  RAW ("\x81\x8A\0\0\0\0ab\xF4\x90zzzzzz", "!1007 ", 10),                        /* 6.4: the byte that can't be */
  RAW ("\x81\x8A\0\0\0\0ab\xED\xA0zzzzzz", "!1007 ", 10),
  RAW ("\x81\x8A\0\0\0\0\xFFzzzzzzzzz", "!1007 ", 7),
  RAW ("\x01\x82\0\0\0\0\xF4\x8F\x80\x82\0\0\0\0\xC0z", "!1007 ", 15),           /* over fragments */
  RAW ("\x81\x82\0\0\0\0\xE2\x82", "!1007 ", 8),                                 /* unfinished at the end */
#undef RAW
};

static void
test_fails_with_the_first_bad_byte (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (raw_cases); i++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      g_autofree char *log = NULL;
      g_autofree char *whole = NULL;
      gsize failed_at;

      g_byte_array_append (stream, (const guint8 *) raw_cases[i].bytes, raw_cases[i].length);
      log = read_in_pieces (stream, 1, 1, &failed_at);
      g_assert_cmpstr (log, ==, raw_cases[i].expected);
      g_assert_cmpuint (failed_at, ==, raw_cases[i].failed_at);
      whole = read_in_pieces (stream, stream->len, stream->len, NULL);
      g_assert_cmpstr (whole, ==, raw_cases[i].expected);
    }
}

static void
test_refuses_everything_after_failure (void)
{
  Recorder recorder = { g_string_new (NULL), -1 };
  g_autoptr (GByteArray) good = g_byte_array_new ();
  SbFrameReader reader;

  sb_test_append_frame (good, 0x81, "good", 4);
  sb_frame_reader_init (&reader, SB_TEST_MAX_MESSAGE);
  g_assert_false (push_copy (&reader, &recorder, (const guint8 *) "\x81\x81\0\0\0\0\xFF", 7));
  g_assert_false (push_copy (&reader, &recorder, good->data, good->len));
  g_assert_false (push_copy (&reader, &recorder, NULL, 0));
  g_assert_cmpstr (recorder.log->str, ==, "!1007 !1007 !1007 ");
  sb_frame_reader_clear (&reader);
  g_string_free (recorder.log, TRUE);
}

static gboolean
free_reader_message_cb (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length)
{
  SbFrameReader **reader = user_data;

  sb_frame_reader_clear (*reader);
  memset (*reader, 0xAA, sizeof **reader);
  g_clear_pointer (reader, g_free);
  payload[0] = payload[length - 1]; /* still there */
  return FALSE;
}

static gboolean
free_reader_control_cb (gpointer user_data, SbOpcode opcode, const guint8 *payload, gsize length)
{
  g_autofree guint8 *copy = g_memdup2 (payload, length);

  return free_reader_message_cb (user_data, opcode, copy, length);
}

/* Alone, in fragments and control, each whole in a read and not. */
static void
test_callback_may_free_the_reader (void)
{
  static const SbFrameReaderFuncs freeing = { free_reader_message_cb, free_reader_control_cb };
  static const SbTestFrameSpec beginnings[][2] = {
    { { 0x81, "text", 4 } },
    { { 0x01, "te", 2 }, { 0x80, "xt", 2 } },
    { { 0x89, "ping", 4 } },
    { { 0x88, "\x03\xE8", 2 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    for (int in_two = 0; in_two < 2; in_two++)
      {
        g_autoptr (GByteArray) stream = g_byte_array_new ();
        SbFrameReader *reader = g_new (SbFrameReader, 1);
        SbFrameError error = { 0 };
        gsize first = 0;

        for (gsize j = 0; j < 2 && beginnings[i][j].payload != NULL; j++)
          sb_test_append_frame (stream, beginnings[i][j].first, beginnings[i][j].payload, beginnings[i][j].length);
        if (in_two)
          first = stream->len - 1;
        sb_test_append_frame (stream, 0x81, "never seen", 10);

        sb_frame_reader_init (reader, SB_TEST_MAX_MESSAGE);
        g_assert_true (sb_frame_reader_push (reader, stream->data, first, &freeing, &reader, &error));
        g_assert_nonnull (reader);
        g_assert_true (sb_frame_reader_push (reader, stream->data + first, stream->len - first,
                                             &freeing, &reader, &error));
        g_assert_null (reader);
      }
}

static void
test_stops_where_the_callback_says (void)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();

  sb_test_append_frame (stream, 0x81, "1", 1);
  sb_test_append_frame (stream, 0x89, "2", 1);
  sb_test_append_frame (stream, 0x01, "3", 1);
  sb_test_append_frame (stream, 0x80, "4", 1);
  sb_test_append_frame (stream, 0xF0, "wrong", 5);

  for (int n = 1; n <= 3; n++)
    {
      static const char *const expected[] = { "text(1) ", "text(1) ping(2) ", "text(1) ping(2) text(34) " };
      Recorder recorder = { g_string_new (NULL), n };
      SbFrameReader reader;

      sb_frame_reader_init (&reader, SB_TEST_MAX_MESSAGE);
      g_assert_true (push_copy (&reader, &recorder, stream->data, stream->len));
      g_assert_cmpstr (recorder.log->str, ==, expected[n - 1]);
      g_assert_cmpuint (sb_frame_reader_get_pending (&reader), ==, 0);
      sb_frame_reader_clear (&reader);
      g_string_free (recorder.log, TRUE);
    }
}

static gboolean
in_place_cb (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length)
{
  *(guint8 **) user_data = payload;
  return TRUE;
}

static void
test_whole_message_stays_in_place (void)
{
  static const SbFrameReaderFuncs in_place = { in_place_cb, NULL };
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  guint8 *payload = NULL;
  SbFrameError error;
  SbFrameReader reader;

  sb_test_append_frame (stream, 0x81, NULL, 1000);
  sb_frame_reader_init (&reader, SB_TEST_MAX_MESSAGE);
  g_assert_true (sb_frame_reader_push (&reader, stream->data, stream->len, &in_place, &payload, &error));
  g_assert_true (payload == stream->data + 8);
  g_assert_null (reader.joined);
  sb_frame_reader_clear (&reader);
}

/* Memory grows with what came, not with what was promised. */
static void
test_pending (void)
{
  Recorder recorder = { g_string_new (NULL), -1 };
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  SbFrameReader reader;

  sb_test_append_frame (stream, 0x01, NULL, 10000);
  sb_test_append_frame (stream, 0x80, NULL, 50000);
  sb_frame_reader_init (&reader, SB_TEST_MAX_MESSAGE);
  g_assert_cmpuint (sb_frame_reader_get_pending (&reader), ==, 0);
  g_assert_true (push_copy (&reader, &recorder, stream->data, 8));
  g_assert_cmpuint (sb_frame_reader_get_pending (&reader), ==, 0);
  g_assert_true (push_copy (&reader, &recorder, stream->data + 8, 10));
  g_assert_cmpuint (sb_frame_reader_get_pending (&reader), ==, 10);
  g_assert_true (push_copy (&reader, &recorder, stream->data + 18, 9990));
  g_assert_cmpuint (sb_frame_reader_get_pending (&reader), ==, 10000);
  g_assert_true (push_copy (&reader, &recorder, stream->data + 10008, 108));
  g_assert_cmpuint (sb_frame_reader_get_pending (&reader), ==, 10100);
  g_assert_true (push_copy (&reader, &recorder, stream->data + 10116, stream->len - 10116));
  g_assert_cmpuint (sb_frame_reader_get_pending (&reader), ==, 0);
  g_assert_cmpstr (recorder.log->str, ==, "text(x*60000) ");
  sb_frame_reader_clear (&reader);
  g_string_free (recorder.log, TRUE);
}

static void
test_limit_may_change (void)
{
  Recorder recorder = { g_string_new (NULL), -1 };
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  SbFrameReader reader;

  sb_test_append_frame (stream, 0x81, NULL, 101);
  sb_frame_reader_init (&reader, 101);
  g_assert_true (push_copy (&reader, &recorder, stream->data, stream->len));
  sb_frame_reader_set_max_message (&reader, 100);
  g_assert_false (push_copy (&reader, &recorder, stream->data, stream->len));
  g_assert_cmpstr (recorder.log->str, ==, "text(x*101) !1009 ");
  sb_frame_reader_clear (&reader);

  /* Lowered in the middle of a message that is longer already. */
  g_string_truncate (recorder.log, 0);
  g_byte_array_set_size (stream, 0);
  sb_test_append_frame (stream, 0x02, NULL, 101);
  sb_test_append_frame (stream, 0x80, NULL, 0);
  sb_frame_reader_init (&reader, 1000);
  g_assert_true (push_copy (&reader, &recorder, stream->data, 106));
  sb_frame_reader_set_max_message (&reader, 100);
  g_assert_false (push_copy (&reader, &recorder, stream->data + 106, stream->len - 106));
  g_assert_cmpstr (recorder.log->str, ==, "!1009 ");
  sb_frame_reader_clear (&reader);
  g_string_free (recorder.log, TRUE);
}

static void
append_random_control (GByteArray *stream, GString *expected)
{
  guint8 payload[125];
  gsize length = g_test_rand_int_range (0, g_test_rand_bit () ? 126 : 4);
  gboolean ping = g_test_rand_bit ();

  for (gsize i = 0; i < length; i++)
    payload[i] = g_test_rand_int_range (0, 256);
  sb_test_append_frame (stream, ping ? 0x89 : 0x8A, payload, length);
  g_string_append (expected, ping ? "ping(" : "pong(");
  sb_test_append_readable (expected, payload, length);
  g_string_append (expected, ") ");
}

static void
append_random_message (GByteArray *stream, GString *expected)
{
  gboolean text = g_test_rand_bit ();
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  gsize target = g_test_rand_int_range (0, g_test_rand_int_range (0, 8) == 0 ? 20000 : 300);
  gsize done = 0;
  guint8 opcode = text ? 0x1 : 0x2;

  while (payload->len < target)
    {
      char c[6] = { (char) g_test_rand_int_range (0, 256) };
      int n = text ? g_unichar_to_utf8 (g_test_rand_int_range (0, g_test_rand_bit () ? 0x80 : 0xD800), c) : 1;

      g_byte_array_append (payload, (guint8 *) c, n);
    }
  while (g_test_rand_int_range (0, 3) == 0)
    {
      gsize n = g_test_rand_int_range (0, payload->len - done + 1);

      sb_test_append_frame (stream, opcode, payload->data + done, n);
      opcode = 0;
      done += n;
      if (g_test_rand_bit ())
        append_random_control (stream, expected);
    }
  sb_test_append_frame (stream, 0x80 | opcode, payload->data + done, payload->len - done);
  g_string_append (expected, text ? "text(" : "binary(");
  sb_test_append_readable (expected, payload->data, payload->len);
  g_string_append (expected, ") ");
}

/* Whatever a peer may send, cut anywhere, comes out as it went in. */
static void
test_random_streams (void)
{
  for (int round = 0; round < 60; round++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      g_autoptr (GString) expected = g_string_new (NULL);

      for (int i = g_test_rand_int_range (1, 30); i > 0; i--)
        if (g_test_rand_int_range (0, 5) == 0)
          append_random_control (stream, expected);
        else
          append_random_message (stream, expected);

      for (guint most = 1; most < 70000; most = most * 4 + 1)
        {
          g_autofree char *log = read_in_pieces (stream, 1, most, NULL);

          g_assert_cmpstr (log, ==, expected->str);
        }
    }
}

/* Noise never makes it crash or hand out more than came. */
static void
test_noise (void)
{
  for (int round = 0; round < 20000; round++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      g_autofree char *bytes = NULL;
      g_autofree char *whole = NULL;
      guint length = g_test_rand_int_range (1, 64);

      g_byte_array_set_size (stream, length);
      for (guint i = 0; i < length; i++)
        stream->data[i] = g_test_rand_int_range (0, 256);
      stream->data[0] = (stream->data[0] & 0x8F) | 0x80; /* else nearly all fail with the first byte */
      if (length > 1)
        stream->data[1] |= 0x80;
      bytes = read_in_pieces (stream, 1, 1, NULL);
      whole = read_in_pieces (stream, length, length, NULL);
      g_assert_cmpstr (bytes, ==, whole);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < sb_test_n_frame_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/frame-reader/", sb_test_frame_cases[i].path, NULL);

      g_test_add_data_func (path, &sb_test_frame_cases[i], test_case);
    }
  g_test_add_func ("/frame-reader/close-codes", test_close_codes);
  g_test_add_func ("/frame-reader/fails-with-the-first-bad-byte", test_fails_with_the_first_bad_byte);
  g_test_add_func ("/frame-reader/refuses-everything-after-failure", test_refuses_everything_after_failure);
  g_test_add_func ("/frame-reader/callback-may-free-the-reader", test_callback_may_free_the_reader);
  g_test_add_func ("/frame-reader/stops-where-the-callback-says", test_stops_where_the_callback_says);
  g_test_add_func ("/frame-reader/whole-message-stays-in-place", test_whole_message_stays_in_place);
  g_test_add_func ("/frame-reader/pending", test_pending);
  g_test_add_func ("/frame-reader/limit-may-change", test_limit_may_change);
  g_test_add_func ("/frame-reader/random-streams", test_random_streams);
  g_test_add_func ("/frame-reader/noise", test_noise);
  return g_test_run ();
}
