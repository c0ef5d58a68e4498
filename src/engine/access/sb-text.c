/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-text.h"

#include <string.h>

gboolean
sb_text_is_plain_character (gunichar c)
{
  if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
    return FALSE;

  switch (c)
    {
    case 0x061c: /* Arabic letter mark */
    case 0x200e: /* left-to-right mark */
    case 0x200f: /* right-to-left mark */
    case 0x2028: /* line separator */
    case 0x2029: /* paragraph separator */
    case 0xfeff: /* byte order mark */
      return FALSE;
    default:
      /* Embeddings and overrides, isolates; Unicode's noncharacters. */
      return !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069)
             && !(c >= 0xfdd0 && c <= 0xfdef) && (c & 0xfffe) != 0xfffe;
    }
}

gboolean
sb_text_is_plain_line (const char *text, gssize length, guint min, guint max)
{
  const char *end;
  guint n = 0;

  g_return_val_if_fail (text != NULL, FALSE);

  if (length < 0)
    length = strlen (text);
  if (!g_utf8_validate_len (text, length, &end))
    return FALSE;

  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    {
      if (++n > max || !sb_text_is_plain_character (g_utf8_get_char (p)))
        return FALSE;
    }

  return n >= min;
}
