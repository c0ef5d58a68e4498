/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-text.h"
#include "net/sb-utf8.h"
#include "rules/sb-json-text.h"
#include "sb-fuzz.h"

/* All that decides what UTF-8 is agrees with GLib, in one piece and in pieces. The first byte says how to cut. */

static gboolean
push_in_pieces (const guint8 *data, gsize size, guint32 seed, gsize most)
{
  guint32 state = 0;

  while (size > 0)
    {
      gsize n = sb_fuzz_random (&seed, most);

      n = MIN (n, size);
      if (!sb_utf8_push (&state, data, n))
        return FALSE;
      data += n;
      size -= n;
    }
  return state == 0;
}

static gboolean
walk (const char *p, const char *end)
{
  while (p < end)
    {
      guint n = sb_json_utf8_length (p, end);

      if (n == 0)
        return FALSE;
      g_assert_cmpuint (n, <=, end - p);
      p += n;
    }
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  guint8 seed = sb_fuzz_take_byte (&input);
  const char *text = (const char *) input.data;
  gboolean valid = sb_fuzz_is_utf8 (text, input.size);

  g_assert_cmpint (push_in_pieces (input.data, input.size, seed, MAX (input.size, 1)), ==, valid);
  g_assert_cmpint (push_in_pieces (input.data, input.size, seed, 1), ==, valid);
  g_assert_cmpint (push_in_pieces (input.data, input.size, seed, 7), ==, valid);
  g_assert_cmpint (walk (text, text + input.size), ==, valid);

  if (input.size > 0 && sb_text_is_plain_line (text, input.size, 1, 64))
    {
      g_assert_true (g_utf8_validate_len (text, input.size, NULL));
      g_assert_cmpint (g_utf8_strlen (text, input.size), <=, 64);
      for (gsize i = 0; i < input.size; i++)
        g_assert_cmpuint (input.data[i], >=, ' ');
    }
  return 0;
}
