/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-snippet.h"

/* print-snippet NUMBER URI TOKEN: the code that the window would give, for test-snippets.py to run. */
int
main (int   argc,
      char *argv[])
{
  g_autofree char *text = NULL;
  guint64 number;

  if (argc != 4 || !g_ascii_string_to_unsigned (argv[1], 10, 0, SB_N_SNIPPETS - 1, &number, NULL))
    {
      g_printerr ("print-snippet NUMBER URI TOKEN\n");
      return 2;
    }
  text = sb_snippet_make (number, argv[2], argv[3]);
  g_print ("%s", text);
  return 0;
}
