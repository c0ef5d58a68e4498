/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "support/sb-test-frames.h"

void
sb_test_append_frame (GByteArray *stream, guint8 first, const void *payload, gsize length)
{
  guint8 header[14] = { first };
  const guint8 *bytes = payload;
  guint8 *mask;
  gsize n = 2;
  guint start;

  if (length <= 125)
    header[1] = 0x80 | length;
  else
    {
      guint length_bytes = length <= 0xFFFF ? 2 : 8;

      header[1] = 0x80 | (length_bytes == 2 ? 126 : 127);
      for (guint i = 0; i < length_bytes; i++)
        header[n++] = ((guint64) length >> (8 * (length_bytes - 1 - i))) & 0xFF;
    }
  mask = header + n;
  for (guint i = 0; i < 4; i++)
    header[n++] = g_test_rand_int_range (0, 256);
  g_byte_array_append (stream, header, n);

  start = stream->len;
  g_byte_array_set_size (stream, start + length);
  for (gsize i = 0; i < length; i++)
    stream->data[start + i] = (bytes != NULL ? bytes[i] : 'x') ^ mask[i % 4];
}

void
sb_test_append_case (GByteArray *stream, const SbTestFrameCase *frame_case)
{
  for (gsize i = 0; i < frame_case->n_frames; i++)
    sb_test_append_frame (stream, frame_case->frames[i].first, frame_case->frames[i].payload,
                          frame_case->frames[i].length);
}

void
sb_test_append_readable (GString *string, const void *data, gsize length)
{
  const guint8 *bytes = data;
  gsize same = 0;

  while (same < length && bytes[same] == bytes[0])
    same++;
  if (same == length && length > 20)
    {
      g_string_append_printf (string, "%c*%" G_GSIZE_FORMAT, bytes[0], length);
      return;
    }
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (string, g_ascii_isprint (bytes[i]) ? "%c" : "\\%03o", bytes[i]);
}

#define F(first, literal) { first, literal, sizeof (literal) - 1 }
#define X(first, length) { first, NULL, length }
#define FRAMES(...) { __VA_ARGS__ }, sizeof ((SbTestFrameSpec[]) { __VA_ARGS__ }) / sizeof (SbTestFrameSpec)

/* The numbers are those of the Autobahn|Testsuite's sections. */
const SbTestFrameCase sb_test_frame_cases[] = {
  /* 1 Framing */
  { "framing/text-of-every-length-form",
    "text() text(x*125) text(x*126) text(x*127) text(x*128) text(x*65535) text(x*65536) ",
    FRAMES (X (0x81, 0), X (0x81, 125), X (0x81, 126), X (0x81, 127), X (0x81, 128),
            X (0x81, 65535), X (0x81, 65536)) },
  { "framing/binary-of-every-length-form",
    "binary() binary(x*125) binary(x*126) binary(x*127) binary(x*128) binary(x*65535) binary(x*65536) ",
    FRAMES (X (0x82, 0), X (0x82, 125), X (0x82, 126), X (0x82, 127), X (0x82, 128),
            X (0x82, 65535), X (0x82, 65536)) },
  { "framing/binary-need-not-be-utf8", "binary(\\377\\376\\000) ", FRAMES (F (0x82, "\xFF\xFE\0")) },
  /* 2 Pings and pongs */
  { "pings/pings", "ping() ping(Hello) ping(\\000\\377\\376) ping(x*125) ",
    FRAMES (F (0x89, ""), F (0x89, "Hello"), F (0x89, "\x00\xFF\xFE"), X (0x89, 125)) },
  { "pings/ping-of-126", "!1002 ", FRAMES (X (0x89, 126)) },
  { "pings/unsolicited-pongs", "pong() pong(out of the blue) ping(p) ",
    FRAMES (F (0x8A, ""), F (0x8A, "out of the blue"), F (0x89, "p")) },
  /* 3 Reserved bits */
  { "reserved-bits/rsv3", "text(good) !1002 ", FRAMES (F (0x81, "good"), F (0x91, "bad")) },
  { "reserved-bits/rsv2", "!1002 ", FRAMES (F (0xA1, "bad")) },
  { "reserved-bits/rsv1-on-text", "!1002 ", FRAMES (F (0xC1, "bad")) },
  { "reserved-bits/rsv1-on-continuation", "!1002 ", FRAMES (F (0x01, "a"), F (0xC0, "b")) },
  { "reserved-bits/rsv-all-on-binary", "!1002 ", FRAMES (F (0xF2, "bad")) },
  { "reserved-bits/rsv-on-ping", "!1002 ", FRAMES (F (0xD9, "bad")) },
  { "reserved-bits/rsv-on-close", "!1002 ", FRAMES (F (0xB8, "")) },
  /* 4 Opcodes */
  { "opcodes/opcode-3", "!1002 ", FRAMES (F (0x83, "")) },
  { "opcodes/opcode-4", "!1002 ", FRAMES (F (0x84, "x")) },
  { "opcodes/opcode-5", "text(good) !1002 ", FRAMES (F (0x81, "good"), F (0x85, ""), F (0x89, "")) },
  { "opcodes/opcode-6", "!1002 ", FRAMES (F (0x86, "x")) },
  { "opcodes/opcode-7", "!1002 ", FRAMES (F (0x87, "x")) },
  { "opcodes/opcode-11", "!1002 ", FRAMES (F (0x8B, "")) },
  { "opcodes/opcode-12", "!1002 ", FRAMES (F (0x8C, "x")) },
  { "opcodes/opcode-13", "!1002 ", FRAMES (F (0x8D, "")) },
  { "opcodes/opcode-14", "!1002 ", FRAMES (F (0x8E, "x")) },
  { "opcodes/opcode-15", "text(good) !1002 ", FRAMES (F (0x81, "good"), F (0x8F, "x"), F (0x89, "")) },
  /* 5 Fragmentation */
  { "fragments/ping-in-two", "!1002 ", FRAMES (F (0x09, "fragment1"), F (0x80, "fragment2")) },
  { "fragments/pong-in-two", "!1002 ", FRAMES (F (0x0A, "fragment1"), F (0x80, "fragment2")) },
  { "fragments/close-in-two", "!1002 ", FRAMES (F (0x08, "\x03\xE8"), F (0x80, "bye")) },
  { "fragments/text-in-two", "text(fragment1fragment2) ", FRAMES (F (0x01, "fragment1"), F (0x80, "fragment2")) },
  { "fragments/binary-in-three", "binary(abc) ", FRAMES (F (0x02, "a"), F (0x00, "b"), F (0x80, "c")) },
  { "fragments/empty-fragments", "text() text(x) ",
    FRAMES (F (0x01, ""), F (0x00, ""), F (0x80, ""), F (0x01, ""), F (0x00, "x"), F (0x80, "")) },
  { "fragments/control-between-fragments", "ping(1) pong(2) ping(3) text(abcd) ",
    FRAMES (F (0x01, "a"), F (0x89, "1"), F (0x00, "bc"), F (0x8A, "2"), F (0x89, "3"), F (0x80, "d")) },
  { "fragments/close-between-fragments", "close(1000) ", FRAMES (F (0x01, "a"), F (0x88, "\x03\xE8"), F (0x80, "b")) },
  { "fragments/continuation-of-nothing", "!1002 ", FRAMES (F (0x80, "x")) },
  { "fragments/unfinished-continuation-of-nothing", "!1002 ", FRAMES (F (0x00, "x"), F (0x80, "y")) },
  { "fragments/continuation-after-the-end", "text(ab) !1002 ", FRAMES (F (0x01, "a"), F (0x80, "b"), F (0x80, "c")) },
  { "fragments/continuation-after-a-whole-text", "text(a) !1002 ", FRAMES (F (0x81, "a"), F (0x00, "b")) },
  { "fragments/text-within-a-message", "!1002 ", FRAMES (F (0x01, "a"), F (0x81, "b")) },
  { "fragments/binary-within-a-message", "ping() !1002 ", FRAMES (F (0x01, "a"), F (0x89, ""), F (0x02, "b")) },
  { "fragments/text-after-empty-fragment", "!1002 ", FRAMES (F (0x01, ""), F (0x81, "b")) },
  { "fragments/messages-one-after-another", "text(ab) binary(cd) text(e) text(fg) ",
    FRAMES (F (0x01, "a"), F (0x80, "b"), F (0x02, "c"), F (0x80, "d"), F (0x81, "e"), F (0x01, "f"), F (0x80, "g")) },
  /* 6 UTF-8 */
  { "utf8/valid",
    "text(Hello-\\302\\265@\\303\\237) text(\\316\\272\\341\\275\\271) "
    "text(\\364\\217\\277\\277) text(\\357\\277\\277) ",
    FRAMES (F (0x81, "Hello-\xC2\xB5@\xC3\x9F"), F (0x81, "\xCE\xBA\xE1\xBD\xB9"), F (0x81, "\xF4\x8F\xBF\xBF"),
            F (0x81, "\xEF\xBF\xBF")) },
  { "utf8/character-in-two-fragments", "text(\\360\\237\\232\\246) ",
    FRAMES (F (0x01, "\xF0\x9F"), F (0x80, "\x9A\xA6")) },
  { "utf8/character-in-four-fragments", "ping() text(\\360\\237\\232\\246) ",
    FRAMES (F (0x01, "\xF0"), F (0x00, "\x9F"), F (0x89, ""), F (0x00, "\x9A"), F (0x80, "\xA6")) },
  { "utf8/character-unfinished", "!1007 ", FRAMES (F (0x81, "abc\xE2\x82")) },
  { "utf8/character-unfinished-over-fragments", "!1007 ", FRAMES (F (0x01, "\xE2"), F (0x80, "\x82")) },
  { "utf8/character-unfinished-then-empty", "!1007 ", FRAMES (F (0x01, "\xE2\x82"), F (0x80, "")) },
  { "utf8/bad-in-first-of-two", "!1007 ", FRAMES (F (0x01, "\xCE\xBA\xED\xA0\x80"), F (0x80, "edited")) },
  { "utf8/bad-in-second-of-two", "!1007 ", FRAMES (F (0x01, "fine"), F (0x80, "\xFE")) },
  { "utf8/overlong-slash", "!1007 ", FRAMES (F (0x81, "\xC0\xAF")) },
  { "utf8/overlong-in-three", "!1007 ", FRAMES (F (0x81, "\xE0\x80\xAF")) },
  { "utf8/surrogate", "!1007 ", FRAMES (F (0x81, "\xED\xAF\xBF")) },
  { "utf8/beyond-unicode", "!1007 ", FRAMES (F (0x81, "\xF4\x90\x80\x80")) },
  { "utf8/five-bytes", "!1007 ", FRAMES (F (0x81, "\xF8\x88\x80\x80\x80")) },
  { "utf8/lone-continuation", "!1007 ", FRAMES (F (0x81, "\x80")) },
  { "utf8/state-does-not-leak", "text(\\303\\244) binary(\\303) text(a) ",
    FRAMES (F (0x81, "\xC3\xA4"), F (0x82, "\xC3"), F (0x81, "a")) },
  { "utf8/ping-need-not-be-utf8", "ping(\\377) text(a) ", FRAMES (F (0x89, "\xFF"), F (0x81, "a")) },
  /* 7 Close */
  { "close/close-without-body", "close() ", FRAMES (F (0x88, "")) },
  { "close/close-with-code", "close(1000) ", FRAMES (F (0x88, "\x03\xE8")) },
  { "close/close-with-reason", "close(1000,Hello World!) ", FRAMES (F (0x88, "\x03\xE8Hello World!")) },
  { "close/close-with-the-longest-reason", "close(1000,x*123) ",
    FRAMES (F (0x88, "\x03\xE8" "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")) },
  { "close/close-of-126", "!1002 ", FRAMES (X (0x88, 126)) },
  { "close/close-of-one-byte", "!1002 ", FRAMES (F (0x88, "\x03")) },
  { "close/close-reason-not-utf8", "!1007 ", FRAMES (F (0x88, "\x03\xE8\xCE\xBA\xED\xA0\x80")) },
  { "close/close-reason-unfinished", "!1007 ", FRAMES (F (0x88, "\x03\xE8\xCE")) },
  { "close/nothing-after-close", "text(a) close(1000) ",
    FRAMES (F (0x81, "a"), F (0x88, "\x03\xE8"), F (0x81, "b"), F (0x89, ""), F (0xFF, "nonsense")) },
  /* 9 Limits: the whole message counts, and only data */
  { "limits/largest-message", "text(x*70000) ", FRAMES (X (0x81, 70000)) },
  { "limits/message-too-big-by-one", "!1009 ", FRAMES (X (0x81, 70001)) },
  { "limits/largest-in-fragments", "ping(x*125) binary(x*70000) ",
    FRAMES (X (0x02, 35000), X (0x89, 125), X (0x00, 35000), X (0x80, 0)) },
  { "limits/fragments-too-big-by-one", "!1009 ", FRAMES (X (0x02, 35000), X (0x00, 35000), X (0x80, 1)) },
  { "limits/limit-starts-anew", "text(x*60000) text(x*60000) ",
    FRAMES (X (0x01, 30000), X (0x80, 30000), X (0x81, 60000)) },
};

const gsize sb_test_n_frame_cases = G_N_ELEMENTS (sb_test_frame_cases);
