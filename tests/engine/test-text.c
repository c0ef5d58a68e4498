/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-text.h"

static void
test_lines (void)
{
  static const struct
  {
    const char *text;
    gssize length;
    guint min, max;
    gboolean plain;
  } cases[] = {
    { "a", -1, 1, 64, TRUE },
    { "", -1, 0, 64, TRUE },
    { "", -1, 1, 64, FALSE },
    { "abc", -1, 1, 3, TRUE },
    { "abcd", -1, 1, 3, FALSE },
    { "abcd", 3, 1, 3, TRUE },
    { "äöü", -1, 3, 3, TRUE }, /* characters, not bytes */
    { "🚂 Stellwerk 九", -1, 1, 64, TRUE },
    { "עברית العربية", -1, 1, 64, TRUE },
    { "a b", -1, 1, 64, TRUE },
    { "a\tb", -1, 1, 64, FALSE },
    { "a\nb", -1, 1, 64, FALSE },
    { "a\x7f", -1, 1, 64, FALSE },
    { "a\xc2\x85", -1, 1, 64, FALSE },         /* next line, a C1 control */
    { "a\0b", 3, 1, 64, FALSE },
    { "\xe2\x80\xae" "exe.txt", -1, 1, 64, FALSE }, /* right-to-left override */
    { "\xe2\x80\xaa", -1, 1, 64, FALSE },      /* left-to-right embedding */
    { "\xe2\x81\xa6x\xe2\x81\xa9", -1, 1, 64, FALSE }, /* isolate */
    { "\xe2\x80\x8f", -1, 1, 64, FALSE },      /* right-to-left mark */
    { "\xd8\x9c", -1, 1, 64, FALSE },          /* Arabic letter mark */
    { "\xe2\x80\xa8", -1, 1, 64, FALSE },      /* line separator */
    { "\xef\xbb\xbfx", -1, 1, 64, FALSE },     /* byte order mark */
    { "\xef\xbf\xbf", -1, 1, 64, FALSE },      /* U+FFFF */
    { "\xff", -1, 1, 64, FALSE },
    { "\xc3", -1, 1, 64, FALSE },
    { "\xc3\xa4", 1, 1, 64, FALSE },           /* cut within a character */
    { "\xed\xa0\x80", -1, 1, 64, FALSE },      /* a surrogate */
    { "\xc0\xaf", -1, 1, 64, FALSE },          /* overlong */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (sb_text_is_plain_line (cases[i].text, cases[i].length, cases[i].min, cases[i].max) != cases[i].plain)
        g_error ("Case %" G_GSIZE_FORMAT " should %sbe plain", i, cases[i].plain ? "" : "not ");
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/text/plain-lines", test_lines);

  return g_test_run ();
}
