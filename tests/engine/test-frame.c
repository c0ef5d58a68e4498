/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-frame.h"

#include <string.h>

static void
test_header (void)
{
  static const struct
  {
    gsize length;
    gsize header_length;
    guint8 header[10];
  } cases[] = {
    { 0, 2, { 0x82, 0 } },
    { 1, 2, { 0x82, 1 } },
    { 125, 2, { 0x82, 125 } },
    { 126, 4, { 0x82, 126, 0x00, 126 } },
    { 127, 4, { 0x82, 126, 0x00, 127 } },
    { 65535, 4, { 0x82, 126, 0xFF, 0xFF } },
    { 65536, 10, { 0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0 } },
    { 1 << 24, 10, { 0x82, 127, 0, 0, 0, 0, 1, 0, 0, 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *payload = g_malloc (cases[i].length + 1);
      g_autoptr (SbFrame) frame = NULL;

      for (gsize j = 0; j < cases[i].length; j++)
        payload[j] = j * 31 + j / 256;
      frame = sb_frame_new (SB_OPCODE_BINARY, payload, cases[i].length);
      g_assert_cmpuint (frame->opcode, ==, SB_OPCODE_BINARY);
      g_assert_cmpuint (frame->header_length, ==, cases[i].header_length);
      g_assert_cmpuint (frame->length, ==, cases[i].header_length + cases[i].length);
      g_assert_cmpmem (frame->data, frame->header_length, cases[i].header, cases[i].header_length);
      g_assert_cmpmem (frame->data + frame->header_length, frame->length - frame->header_length,
                       payload, cases[i].length);
    }
}

static void
test_opcodes (void)
{
  static const struct
  {
    SbOpcode opcode;
    guint8 first;
  } cases[] = {
    { SB_OPCODE_TEXT, 0x81 },
    { SB_OPCODE_BINARY, 0x82 },
    { SB_OPCODE_CLOSE, 0x88 },
    { SB_OPCODE_PING, 0x89 },
    { SB_OPCODE_PONG, 0x8A },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbFrame) frame = sb_frame_new (cases[i].opcode, NULL, 0);
      const guint8 expected[] = { cases[i].first, 0 };

      g_assert_cmpmem (frame->data, frame->length, expected, sizeof expected);
    }
}

static void
test_control_too_long (void)
{
  char payload[126] = "";
  g_autoptr (SbFrame) longest = sb_frame_new (SB_OPCODE_PING, payload, 125);
  SbFrame *too_long;

  g_assert_cmpuint (longest->length, ==, 127);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*MAX_CONTROL_PAYLOAD*");
  too_long = sb_frame_new (SB_OPCODE_PING, payload, 126);
  g_test_assert_expected_messages ();
  g_assert_null (too_long);
}

static void
test_close (void)
{
  g_autoptr (SbFrame) empty = sb_frame_new_close (0, "never sent");
  g_autoptr (SbFrame) bare = sb_frame_new_close (1000, NULL);
  g_autoptr (SbFrame) full = sb_frame_new_close (3003, "disconnected by admin: noise");

  g_assert_cmpmem (empty->data, empty->length, "\x88\x00", 2);
  g_assert_cmpmem (bare->data, bare->length, "\x88\x02\x03\xE8", 4);
  g_assert_cmpmem (full->data, full->length, "\x88\x1E\x0B\xBB" "disconnected by admin: noise", 32);
}

static void
test_close_reason_is_cut_at_a_character (void)
{
  /* 123 bytes are left for the reason: 61 two-byte characters and one byte that half a character must not take. */
  g_autofree char *two = g_strnfill (200, 'x');
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autoptr (GString) mixed = g_string_new ("abc");
  g_autoptr (SbFrame) ascii_frame = NULL;
  g_autoptr (SbFrame) wide_frame = NULL;
  g_autoptr (SbFrame) mixed_frame = NULL;

  for (int i = 0; i < 100; i++)
    g_string_append (wide, "é");
  for (int i = 0; i < 60; i++)
    g_string_append (mixed, "🚦");

  ascii_frame = sb_frame_new_close (1008, two);
  g_assert_cmpuint (ascii_frame->length, ==, 2 + 125);
  wide_frame = sb_frame_new_close (1008, wide->str);
  g_assert_cmpuint (wide_frame->length, ==, 2 + 2 + 122);
  g_assert_true (g_utf8_validate_len ((char *) wide_frame->data + 4, 122, NULL));
  mixed_frame = sb_frame_new_close (1008, mixed->str);
  g_assert_cmpuint (mixed_frame->length, ==, 2 + 2 + 123); /* 3 + 30 × 4 fits exactly */
  g_assert_true (g_utf8_validate_len ((char *) mixed_frame->data + 4, 123, NULL));
}

static void
test_close_reason_is_made_valid (void)
{
  g_autoptr (SbFrame) frame = sb_frame_new_close (1011, "bad \xFF byte");

  g_assert_true (g_utf8_validate_len ((char *) frame->data + 4, frame->length - 4, NULL));
  g_assert_cmpint (memcmp (frame->data + 4, "bad ", 4), ==, 0);
}

static void
test_close_codes (void)
{
  static const struct
  {
    guint first, last;
    gboolean valid;
  } ranges[] = {
    { 0, 999, FALSE }, { 1000, 1003, TRUE }, { 1004, 1006, FALSE }, { 1007, 1014, TRUE },
    { 1015, 2999, FALSE }, { 3000, 4999, TRUE }, { 5000, 65535, FALSE },
  };
  guint next = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_assert_cmpuint (ranges[i].first, ==, next);
      for (guint code = ranges[i].first; code <= ranges[i].last; code++)
        g_assert_cmpint (sb_close_code_is_valid (code), ==, ranges[i].valid);
      next = ranges[i].last + 1;
    }
  g_assert_cmpuint (next, ==, 65536);
}

static void
test_payload_outlives_the_frame (void)
{
  SbFrame *frame = sb_frame_new (SB_OPCODE_TEXT, "{\"a\":1}", 7);
  g_autoptr (GBytes) bytes = sb_frame_get_payload (frame);
  const guint8 *in_frame = frame->data + frame->header_length;
  gsize length;

  g_assert_true (g_bytes_get_data (bytes, &length) == in_frame);
  sb_frame_unref (frame);
  g_assert_cmpmem (g_bytes_get_data (bytes, &length), 7, "{\"a\":1}", 7);
  g_assert_cmpuint (length, ==, 7);
}

static gpointer
ref_and_unref (gpointer data)
{
  for (int i = 0; i < 100000; i++)
    sb_frame_unref (sb_frame_ref (data));
  sb_frame_unref (data);
  return NULL;
}

static void
test_references_from_threads (void)
{
  SbFrame *frame = sb_frame_new (SB_OPCODE_TEXT, "shared", 6);
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("references", ref_and_unref, sb_frame_ref (frame));
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (atomic_load (&frame->ref_count), ==, 1);
  sb_frame_unref (frame);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/header-is-the-shortest", test_header);
  g_test_add_func ("/frame/opcodes", test_opcodes);
  g_test_add_func ("/frame/control-of-126-bytes-is-refused", test_control_too_long);
  g_test_add_func ("/frame/close", test_close);
  g_test_add_func ("/frame/close-reason-is-cut-at-a-character", test_close_reason_is_cut_at_a_character);
  g_test_add_func ("/frame/close-reason-is-made-valid", test_close_reason_is_made_valid);
  g_test_add_func ("/frame/close-codes", test_close_codes);
  g_test_add_func ("/frame/payload-outlives-the-frame", test_payload_outlives_the_frame);
  g_test_add_func ("/frame/references-from-threads", test_references_from_threads);
  return g_test_run ();
}
