/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-frame-reader.h"
#include "net/sb-utf8.h"

#include <string.h>

/* What GLib says, except that a NUL is a character like any other in a text frame. */
static gboolean
glib_is_valid (const guint8 *data, gsize length)
{
  g_autofree char *copy = g_memdup2 (data, length);

  for (gsize i = 0; i < length; i++)
    if (copy[i] == 0)
      copy[i] = 'x';
  return length == 0 || g_utf8_validate_len (copy, length, NULL);
}

/* Whether some valid text begins with @data. A character's later bytes can always be chosen from these two. */
static gboolean
glib_is_beginning (const guint8 *data, gsize length)
{
  static const char suffixes[][4] = {
    "", "\x80", "\xA0", "\x80\x80", "\xA0\x80", "\x80\x80\x80", "\xA0\x80\x80",
  };
  guint8 text[64];

  g_assert_cmpuint (length, <=, sizeof text - 4);
  memcpy (text, data, length);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      gsize n = strlen (suffixes[i]);

      memcpy (text + length, suffixes[i], n);
      if (glib_is_valid (text, length + n))
        return TRUE;
    }
  return FALSE;
}

/* The verdicts on @data, pushed at once, must agree with GLib's on whole texts and on beginnings. */
static void
check_agrees (const guint8 *data, gsize length)
{
  guint32 state = 0;
  gboolean pushed = sb_utf8_push (&state, data, length);

  g_assert_cmpint (pushed && state == 0, ==, glib_is_valid (data, length));
  g_assert_cmpint (pushed, ==, glib_is_beginning (data, length));
}

static void
test_every_character (void)
{
  for (guint32 c = 0; c <= 0x10FFFF; c++)
    {
      char text[6];
      int length = g_unichar_to_utf8 (c, text);
      guint32 state = 0;
      gboolean surrogate = c >= 0xD800 && c <= 0xDFFF;

      if (sb_utf8_push (&state, (guint8 *) text, length) == surrogate || (!surrogate && state != 0))
        g_error ("U+%04X judged wrongly", c);
    }
}

static void
test_every_short_sequence (void)
{
  /* Third and fourth bytes at and around each boundary of RFC 3629's table. */
  static const guint8 edges[] = { 0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xED, 0xFF };

  for (guint first = 0; first < 256; first++)
    {
      guint8 text[4] = { first };

      check_agrees (text, 1);
      for (guint second = 0; second < 256; second++)
        {
          text[1] = second;
          check_agrees (text, 2);
          if (first < 0xE0 || first > 0xF8)
            continue;
          for (gsize i = 0; i < G_N_ELEMENTS (edges); i++)
            {
              text[2] = edges[i];
              check_agrees (text, 3);
              for (gsize j = 0; first >= 0xF0 && j < G_N_ELEMENTS (edges); j++)
                {
                  text[3] = edges[j];
                  check_agrees (text, 4);
                }
            }
        }
    }
}

static void
test_nul_is_a_character (void)
{
  guint32 state = 0;

  g_assert_true (sb_utf8_push (&state, (const guint8 *) "a\0b\0", 4));
  g_assert_cmpuint (state, ==, 0);
}

static void
test_nothing_is_valid (void)
{
  guint32 state = 0;
  guint32 inside = 0;

  g_assert_true (sb_utf8_push (&state, NULL, 0));
  g_assert_cmpuint (state, ==, 0);

  g_assert_true (sb_utf8_push (&inside, (const guint8 *) "\xE2\x82", 2));
  state = inside;
  g_assert_true (sb_utf8_push (&state, NULL, 0));
  g_assert_cmpuint (state, ==, inside);
}

/* One bad byte, at every place of texts long enough for every step width, at every alignment. */
static void
test_bad_byte_anywhere (void)
{
  for (gsize length = 1; length <= 100; length++)
    for (gsize align = 0; align < 8; align++)
      {
        g_autofree guint8 *memory = g_malloc (align + length);
        guint8 *text = memory + align;
        guint32 state = 0;

        memset (text, 'a', length);
        g_assert_true (sb_utf8_push (&state, text, length));
        g_assert_cmpuint (state, ==, 0);
        for (gsize bad = 0; bad < length; bad++)
          {
            text[bad] = 0x80;
            state = 0;
            g_assert_true (sb_utf8_push (&state, text, bad));
            g_assert_false (sb_utf8_push (&state, text, length));
            text[bad] = 'a';
          }
      }
}

static gsize
random_text (guint8 *text, gsize room)
{
  gsize length = 0;
  guint style = g_test_rand_int_range (0, 4);

  while (room - length >= 4)
    {
      static const guint32 limits[][2] = { { 0, 0x80 }, { 0x80, 0x800 }, { 0x800, 0xD800 }, { 0x10000, 0x110000 } };
      guint32 size = style == 0 ? 0 : style == 1 ? g_test_rand_int_range (0, 4) : g_test_rand_int_range (0, 10) / 7;
      gint32 c = g_test_rand_int_range (limits[size][0], limits[size][1]);

      length += g_unichar_to_utf8 (c, (char *) text + length);
      if (g_test_rand_int_range (0, 100) == 0)
        break;
    }
  return length;
}

/* Random texts, some with a byte or two changed, pushed in random pieces. */
static void
test_random_pieces (void)
{
  guint n_valid = 0, n_bad = 0;

  for (int round = 0; round < 20000; round++)
    {
      guint8 text[300];
      gsize length = random_text (text, g_test_rand_int_range (4, sizeof text + 1));
      guint32 state = 0;
      gboolean pushed = TRUE;
      gboolean valid;

      for (int i = g_test_rand_int_range (-1, 3); i > 0 && length > 0; i--)
        text[g_test_rand_int_range (0, length)] = g_test_rand_int_range (0, 256);
      valid = glib_is_valid (text, length);

      for (gsize done = 0; done < length && pushed;)
        {
          gsize n = g_test_rand_int_range (1, MIN (length - done, 50) + 1);
          g_autofree guint8 *piece = g_memdup2 (text + done, n);

          pushed = sb_utf8_push (&state, piece, n);
          done += n;
        }
      g_assert_cmpint (pushed && state == 0, ==, valid);
      *(valid ? &n_valid : &n_bad) += 1;
    }
  g_assert_cmpuint (n_valid, >, 1000);
  g_assert_cmpuint (n_bad, >, 1000);
}

/* Against the definition (RFC 6455 §5.3), at every length, alignment and beginning of the mask; nothing beside is
 * touched. */
static void
test_unmask (void)
{
  static const guint8 mask[4] = { 0x37, 0xFA, 0x21, 0x3D };

  for (gsize length = 0; length <= 150; length++)
    for (gsize align = 0; align < 16; align++)
      for (guint offset = 0; offset < 9; offset++)
        {
          guint8 memory[16 + 150 + 16];
          guint8 *data = memory + align;

          memset (memory, 0xEE, sizeof memory);
          for (gsize i = 0; i < length; i++)
            data[i] = (guint8) (i * 7 + 3) ^ mask[(i + offset) % 4];
          sb_frame_unmask (data, length, mask, offset);

          for (gsize i = 0; i < sizeof memory; i++)
            {
              gboolean inside = memory + i >= data && memory + i < data + length;

              g_assert_cmphex (memory[i], ==, inside ? (guint8) ((i - align) * 7 + 3) : 0xEE);
            }
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utf8/every-character", test_every_character);
  g_test_add_func ("/utf8/every-short-sequence", test_every_short_sequence);
  g_test_add_func ("/utf8/nul-is-a-character", test_nul_is_a_character);
  g_test_add_func ("/utf8/nothing-is-valid", test_nothing_is_valid);
  g_test_add_func ("/utf8/bad-byte-anywhere", test_bad_byte_anywhere);
  g_test_add_func ("/utf8/random-pieces", test_random_pieces);
  g_test_add_func ("/unmask/every-length-and-alignment", test_unmask);
  return g_test_run ();
}
