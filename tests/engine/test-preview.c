/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-preview.h"

#include "access/sb-text.h"

#include <string.h>

#define FFFD "\xef\xbf\xbd"
#define ELLIPSIS "\xe2\x80\xa6"

static char *
make (const char *data,
      gsize       length,
      guint64     size,
      gboolean    binary)
{
  g_autoptr (GBytes) payload = g_bytes_new (data, length);

  return sb_preview_make (payload, size, binary);
}

typedef struct
{
  const char *bytes;
  gsize length;
  const char *expected;
} Case;

#define CASE(bytes, expected) { bytes, sizeof (bytes) - 1, expected }

static const Case text_cases[] = {
  CASE ("", ""),
  CASE ("{\"a\":1}", "{\"a\":1}"),
  CASE ("Grüße, 世界 🚦", "Grüße, 世界 🚦"),
  /* white space: one line, indentation folded, spaces of the text kept, none at the ends */
  CASE ("{\n  \"a\":\t1,\r\n  \"b\": 2\n}\n", "{ \"a\": 1, \"b\": 2 }"),
  CASE ("a  b", "a  b"),
  CASE ("a \n b", "a b"),
  CASE ("\n\t  a", "a"),
  CASE ("  \n ", ""),
  CASE ("   ", ""),
  CASE ("a\xe2\x80\xa8" "b\xe2\x80\xa9" "c\xc2\x85" "d", "a b c d"),
  /* control characters as pictures */
  CASE ("a\0b", "a␀b"),
  CASE ("\x1b[31mred\x07", "␛[31mred␇"),
  CASE ("\x01\x08\x0b\x0c\x1f\x7f", "␁␈␋␌␟␡"),
  CASE ("a\xc2\x9b" "b", "a" FFFD "b"),
  /* marks that turn the direction of writing */
  CASE ("safe\xe2\x80\xaegnp.exe", "safe" FFFD "gnp.exe"),
  CASE ("\xe2\x81\xa6x\xe2\x81\xa9", FFFD "x" FFFD),
  CASE ("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", FFFD FFFD FFFD),
  CASE ("שלום", "שלום"),
  CASE ("\xef\xbb\xbf{}", FFFD "{}"),
  /* what joins letters and emoji stays */
  CASE ("👩\xe2\x80\x8d🚒", "👩\xe2\x80\x8d🚒"),
  /* not UTF-8: RFC 3629 */
  CASE ("a\xff" "b", "a" FFFD "b"),
  CASE ("\xc3", FFFD),
  CASE ("\xc3(", FFFD "("),
  CASE ("\xc3\0x", FFFD "␀x"),
  CASE ("\xe2\x82", FFFD FFFD),
  CASE ("\xc0\xaf", FFFD FFFD),
  CASE ("\xed\xa0\x80", FFFD FFFD FFFD),
  CASE ("\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD),
  CASE ("\xf0\x9f\x9a\xa6", "🚦"),
};

static void
test_text (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_cases); i++)
    {
      g_autofree char *preview = make (text_cases[i].bytes, text_cases[i].length, text_cases[i].length, FALSE);

      g_assert_cmpstr (preview, ==, text_cases[i].expected);
    }
}

static void
test_no_payload (void)
{
  g_autofree char *text = sb_preview_make (NULL, 0, FALSE);
  g_autofree char *hex = sb_preview_make (NULL, 0, TRUE);
  g_autofree char *gone = sb_preview_make (NULL, 5, FALSE);
  g_autofree char *gone_hex = sb_preview_make (NULL, 5, TRUE);

  g_assert_cmpstr (text, ==, "");
  g_assert_cmpstr (hex, ==, "");
  g_assert_cmpstr (gone, ==, ELLIPSIS);
  g_assert_cmpstr (gone_hex, ==, ELLIPSIS);
}

static void
test_length (void)
{
  /* "ä" so that bytes and characters differ */
  for (guint n = SB_PREVIEW_MAX - 2; n <= SB_PREVIEW_MAX + 2; n++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *whole = NULL, *cut = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append (text, "ä");
      whole = make (text->str, text->len, text->len, FALSE);
      cut = make (text->str, text->len, text->len + 1, FALSE);

      g_assert_cmpint (g_utf8_strlen (whole, -1), ==, MIN (n, SB_PREVIEW_MAX));
      g_assert_cmpint (g_str_has_suffix (whole, ELLIPSIS), ==, n > SB_PREVIEW_MAX);
      g_assert_cmpint (g_utf8_strlen (cut, -1), ==, MIN (n + 1, SB_PREVIEW_MAX));
      g_assert_true (g_str_has_suffix (cut, "ä" ELLIPSIS));
    }
}

/* A payload that was cut in the middle of a character: the rest of it is missing, not wrong. */
static void
test_cut_character (void)
{
  const char *text = "abc🚦";

  for (gsize length = 3; length < strlen (text); length++)
    {
      g_autofree char *cut = make (text, length, strlen (text), FALSE);

      g_assert_cmpstr (cut, ==, "abc" ELLIPSIS);
    }
}

static void
test_spaces_without_end (void)
{
  g_autofree char *spaces = g_strnfill (1 << 20, ' ');
  g_autofree char *front = NULL, *middle = NULL;

  spaces[(1 << 20) - 1] = 'x';
  front = make (spaces, 1 << 20, 1 << 20, FALSE);
  g_assert_cmpstr (front, ==, ELLIPSIS);

  spaces[0] = 'x';
  middle = make (spaces, 1 << 20, 1 << 20, FALSE);
  g_assert_cmpstr (middle, ==, "x" ELLIPSIS);
}

static void
test_binary (void)
{
  guchar bytes[100];
  g_autofree char *none = make ("", 0, 0, TRUE);
  g_autofree char *png = make ("\x89PNG\0", 5, 5, TRUE);
  g_autofree char *cut = make ("\x89PNG\0", 5, 6, TRUE);

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (png, ==, "89 50 4e 47 00");
  g_assert_cmpstr (cut, ==, "89 50 4e 47 00 " ELLIPSIS);

  memset (bytes, 0xab, sizeof bytes);
  for (guint n = 78; n <= 82; n++)
    {
      g_autofree char *line = make ((const char *) bytes, n, n, TRUE);
      g_autofree char *cut_line = make ((const char *) bytes, n, 1000, TRUE);

      g_assert_cmpint (g_utf8_strlen (line, -1), <=, SB_PREVIEW_MAX);
      g_assert_cmpint (g_utf8_strlen (cut_line, -1), <=, SB_PREVIEW_MAX);
      g_assert_cmpint (g_str_has_suffix (line, "ab " ELLIPSIS), ==, n > 80);
      g_assert_true (g_str_has_suffix (cut_line, "ab " ELLIPSIS));
      g_assert_cmpuint (strlen (line), ==, n <= 80 ? n * 3 - 1 : 79 * 3 + strlen (ELLIPSIS));
    }
}

static void
assert_is_safe (const char *line)
{
  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (line, -1), <=, SB_PREVIEW_MAX);
  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_true (sb_text_is_plain_character (g_utf8_get_char (p)));
}

/* Whatever the bytes are. Drawn from what is dangerous, so that sequences of it come up. */
static void
test_any_bytes (void)
{
  static const char *const pieces[] = { "\n", " ", "\t", "a", "\"", "\xc3\xa4", "\xf0\x9f\x9a\xa6", "\xe2\x80\xae",
                                        "\xff", "\xc3", "\xe2\x80", "\xf0\x9f", "\x80", "\x1b", "\x7f", "\xc2\x85" };

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) bytes = g_string_new (NULL);
      int n = g_test_rand_int_range (0, i % 100 == 0 ? 6000 : 400);
      g_autofree char *text = NULL, *cut = NULL, *hex = NULL;

      for (int j = 0; j < n; j++)
        {
          int which = g_test_rand_int_range (0, G_N_ELEMENTS (pieces) + 2);

          if (which < (int) G_N_ELEMENTS (pieces))
            g_string_append (bytes, pieces[which]);
          else
            g_string_append_c (bytes, (char) g_test_rand_int_range (0, 256));
        }

      text = make (bytes->str, bytes->len, bytes->len, FALSE);
      cut = make (bytes->str, bytes->len, bytes->len + 1, FALSE);
      hex = make (bytes->str, bytes->len, bytes->len, TRUE);
      assert_is_safe (text);
      assert_is_safe (cut);
      assert_is_safe (hex);
      g_assert_true (g_str_has_suffix (cut, ELLIPSIS));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/preview/text", test_text);
  g_test_add_func ("/preview/no-payload", test_no_payload);
  g_test_add_func ("/preview/length", test_length);
  g_test_add_func ("/preview/cut-character", test_cut_character);
  g_test_add_func ("/preview/spaces-without-end", test_spaces_without_end);
  g_test_add_func ("/preview/binary", test_binary);
  g_test_add_func ("/preview/any-bytes", test_any_bytes);

  return g_test_run ();
}
