/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-utf8.h"

#include <string.h>

/* Between characters the state is 0. Inside of one it says how many bytes must still follow, and in which range the
 * next of them must be, which is what keeps overlong forms, surrogates and what lies beyond U+10FFFF out. */
#define UTF8_FOLLOW(n, low, high) ((n) << 16 | (low) << 8 | (high))

/* By the first byte of a character (RFC 3629 §4), from 0x80. 0: can't be one. */
static const guint32 utf8_first[128] = {
  [0xC2 - 0x80 ... 0xDF - 0x80] = UTF8_FOLLOW (1, 0x80, 0xBF),
  [0xE0 - 0x80] = UTF8_FOLLOW (2, 0xA0, 0xBF),
  [0xE1 - 0x80 ... 0xEC - 0x80] = UTF8_FOLLOW (2, 0x80, 0xBF),
  [0xED - 0x80] = UTF8_FOLLOW (2, 0x80, 0x9F),
  [0xEE - 0x80 ... 0xEF - 0x80] = UTF8_FOLLOW (2, 0x80, 0xBF),
  [0xF0 - 0x80] = UTF8_FOLLOW (3, 0x90, 0xBF),
  [0xF1 - 0x80 ... 0xF3 - 0x80] = UTF8_FOLLOW (3, 0x80, 0xBF),
  [0xF4 - 0x80] = UTF8_FOLLOW (3, 0x80, 0x8F),
};

#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)

/* The first byte that is not ASCII, or @end. */
static const guint8 *
skip_ascii (const guint8 *data, const guint8 *end)
{
  guint64 words[4];

  for (; (gsize) (end - data) >= sizeof words; data += sizeof words)
    {
      memcpy (words, data, sizeof words);
      if (((words[0] | words[1] | words[2] | words[3]) & HIGH_BITS) != 0)
        break;
    }
  for (; (gsize) (end - data) >= sizeof words[0]; data += sizeof words[0])
    {
      guint64 high;

      memcpy (words, data, sizeof words[0]);
      high = GUINT64_FROM_LE (words[0]) & HIGH_BITS;
      if (high != 0)
        return data + __builtin_ctzll (high) / 8;
    }
  while (data < end && *data < 0x80)
    data++;
  return data;
}

gboolean
sb_utf8_push (guint32 *state, const guint8 *data, gsize length)
{
  const guint8 *end;
  guint32 now = *state;

  if (length == 0)
    return TRUE;
  end = data + length;
  for (;;)
    {
      if (now == 0)
        data = skip_ascii (data, end);
      if (data == end)
        break;

      if (now == 0)
        {
          now = utf8_first[*data - 0x80];
          if (now == 0)
            return FALSE;
        }
      else
        {
          guint left = (now >> 16) - 1;

          if (*data < ((now >> 8) & 0xFF) || *data > (now & 0xFF))
            return FALSE;
          now = left > 0 ? UTF8_FOLLOW (left, 0x80, 0xBF) : 0;
        }
      data++;
    }

  *state = now;
  return TRUE;
}
