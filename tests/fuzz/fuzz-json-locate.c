/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-guard.h"
#include "rules/sb-json-locate.h"
#include "sb-fuzz.h"

#include <string.h>

/* An input is a pointer, up to the first line feed, and a text. */

static const SbJsonLimits widest = { SB_JSON_MAX_DEPTH, 65536, 10000000, 64 << 20 };

/* What is found in a text that the guard accepts is a JSON value by itself, and the whole of the text for the empty pointer. */
static void
check_found (SbJsonGuard *guard, const char *text, gsize length, const char *pointer, gsize start, gsize end)
{
  guint line, column;

  if (!sb_json_guard_check (guard, text, length, &widest, NULL))
    return;

  g_assert_true (sb_json_guard_check (guard, text + start, end - start, &widest, NULL));
  g_assert_true (strchr (" \t\r\n", text[start]) == NULL && strchr (" \t\r\n", text[end - 1]) == NULL);
  if (*pointer == '\0')
    {
      for (gsize i = 0; i < length; i++)
        g_assert_true ((i >= start && i < end) || strchr (" \t\r\n", text[i]) != NULL);
    }
  sb_json_find_line (text, length, start, &line, &column);
  g_assert_cmpuint (line, >=, 1);
  g_assert_cmpuint (line + column, <=, start + 2);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static SbJsonGuard *guard;
  const guint8 *mark = size > 0 ? memchr (data, '\n', size) : NULL;
  g_autofree char *pointer = NULL;
  g_autofree char *text = NULL;
  gsize length, start = 0, end = 0;

  if (mark == NULL)
    return 0;
  if (guard == NULL)
    guard = sb_json_guard_new ();

  pointer = g_strndup ((const char *) data, mark - data);
  length = size - (mark + 1 - data);
  text = g_memdup2 (mark + 1, length); /* exactly as long, for the sanitizer */
  if (text != NULL && sb_json_locate (text, length, pointer, &start, &end))
    {
      g_assert_true (start < end && end <= length);
      check_found (guard, text, length, pointer, start, end);
    }

  /* Where the guard finds trouble it is within what it names, or there is no such place. */
  if (text != NULL)
    {
      SbJsonTrouble trouble;

      if (!sb_json_guard_check (guard, text, length, &widest, &trouble) &&
          sb_json_locate (text, length, trouble.pointer, &start, &end))
        g_assert_true (start < end && end <= length);
    }

  return 0;
}
