/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-text.h"

#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

#if defined __SSE2__ && !defined SB_JSON_PORTABLE
#define USE_SSE2
#include <emmintrin.h>
#endif

#define EACH_BYTE G_GUINT64_CONSTANT (0x0101010101010101)
#define HIGH_BITS (0x80 * EACH_BYTE)

void
sb_json_flaw_set (SbJsonFlaw *self, SbJsonFault fault, const char *where, const char *format, ...)
{
  va_list arguments;

  self->fault = fault;
  self->where = where;
  va_start (arguments, format);
  g_vsnprintf (self->message, sizeof self->message, format, arguments);
  va_end (arguments);
}

/* --- strings --- */

static inline gboolean
is_continuation (char c)
{
  return ((guint8) c & 0xc0) == 0x80;
}

guint
sb_json_utf8_length (const char *p, const char *end)
{
  guint8 first = *p;
  guint8 second = end - p > 1 ? p[1] : 0;

  if (first < 0x80)
    return 1;
  if (first < 0xc2 || first > 0xf4 || !is_continuation (second))
    return 0;
  if (first < 0xe0)
    return 2;

  if (end - p < 3 || !is_continuation (p[2]))
    return 0;
  if (first < 0xf0)
    return (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ? 0 : 3;

  if (end - p < 4 || !is_continuation (p[3]))
    return 0;
  return (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f) ? 0 : 4;
}

/* The high bit of the lowest byte, counted from the least significant, that a string may not hold as it is, and
 * perhaps of some above it: in each subtraction only a byte that is meant can borrow from its neighbour. */
static inline guint64
find_special (guint64 word)
{
  guint64 quote = word ^ ('"' * EACH_BYTE);
  guint64 backslash = word ^ ('\\' * EACH_BYTE);

  return (((word - 0x20 * EACH_BYTE) | (quote - EACH_BYTE) | (backslash - EACH_BYTE)) & ~word & HIGH_BITS)
         | (word & HIGH_BITS);
}

/* To the first byte that is not plain ASCII within a string: a quote, a backslash, a control character, or part of a
 * multi-byte character. */
static inline const char *
skip_plain (const char *p, const char *end)
{
#ifdef USE_SSE2
  const __m128i quotes = _mm_set1_epi8 ('"');
  const __m128i backslashes = _mm_set1_epi8 ('\\');
  const __m128i spaces = _mm_set1_epi8 (' ');

  for (; end - p >= 16; p += 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const __m128i *) (const void *) p);
      /* The comparison is signed, so what is beyond ASCII is less than a space as well. */
      __m128i low = _mm_cmplt_epi8 (bytes, spaces);
      __m128i marks = _mm_or_si128 (_mm_cmpeq_epi8 (bytes, quotes), _mm_cmpeq_epi8 (bytes, backslashes));
      int mask = _mm_movemask_epi8 (_mm_or_si128 (low, marks));

      if (mask != 0)
        return p + __builtin_ctz (mask);
    }
#endif

  for (; end - p >= 8; p += 8)
    {
      guint64 word, special;

      memcpy (&word, p, sizeof word);
      special = find_special (GUINT64_FROM_LE (word));
      if (special != 0)
        return p + __builtin_ctzll (special) / 8;
    }

  while (p < end && (guint8) *p >= 0x20 && (guint8) *p < 0x80 && *p != '"' && *p != '\\')
    p++;

  return p;
}

static inline int
hex_value (char c)
{
  return g_ascii_isdigit (c) ? c - '0' : g_ascii_isxdigit (c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* Over characters of two bytes, four at a time, as most of Europe and the Near East writes. A first byte with none
 * of the bits 0x1e would be an overlong form. */
static inline const char *
skip_two_bytes (const char *p, const char *end)
{
  for (; end - p >= 8; p += 8)
    {
      const guint64 lead_bits = G_GUINT64_CONSTANT (0x001e001e001e001e);
      const guint64 carry = G_GUINT64_CONSTANT (0x0100010001000100);
      guint64 word;

      memcpy (&word, p, sizeof word);
      word = GUINT64_FROM_LE (word);
      if ((word & G_GUINT64_CONSTANT (0xc0e0c0e0c0e0c0e0)) != G_GUINT64_CONSTANT (0x80c080c080c080c0)
          || (((word & lead_bits) + G_GUINT64_CONSTANT (0x00fe00fe00fe00fe)) & carry) != carry)
        break;
    }

  return p;
}

/* Over characters of three bytes, as the Far East writes. Between 0xe0 and 0xef only two first bytes depend on the
 * bit 0x20 of the second: without it 0xe0 begins an overlong form, with it 0xed begins a surrogate. */
static inline const char *
skip_three_bytes (const char *p, const char *end)
{
  for (; end - p >= 4; p += 3)
    {
      guint32 word;

      memcpy (&word, p, sizeof word);
      word = GUINT32_FROM_LE (word);
      if ((word & 0xc0c0f0) != 0x8080e0 || (word & 0x200f) == 0 || (word & 0x200f) == 0x200d)
        break;
    }

  return p;
}

/* Over as many characters beyond ASCII as there are; to the first byte that is ASCII, or is not UTF-8. */
static inline const char *
skip_multi_byte (const char *p, const char *end)
{
  while (p < end && (guint8) *p >= 0x80)
    {
      const char *start = p;

      p = (guint8) *p < 0xe0 ? skip_two_bytes (p, end) : skip_three_bytes (p, end);
      if (p == start)
        {
          guint length = sb_json_utf8_length (p, end);

          if (length == 0)
            return p;
          p += length;
        }
    }

  return p;
}

/* The four digits of \uXXXX at @p, or -1. */
static inline int
read_hex (const char *p, const char *end)
{
  int a, b, c, d;

  if (end - p < 4)
    return -1;

  a = hex_value (p[0]);
  b = hex_value (p[1]);
  c = hex_value (p[2]);
  d = hex_value (p[3]);

  return (a | b | c | d) < 0 ? -1 : a << 12 | b << 8 | c << 4 | d;
}

static const char *
read_unicode_escape (const char *p, const char *end, SbJsonFlaw *flaw)
{
  int unit = read_hex (p + 2, end);

  if (unit < 0)
    {
      sb_json_flaw_set (flaw, SB_JSON_SYNTAX, p, "%s", _ ("“\\u” needs four hexadecimal digits"));
      return NULL;
    }

  if (unit == 0)
    {
      sb_json_flaw_set (flaw, SB_JSON_NUL, p, "%s", _ ("“\\u0000” is not allowed"));
      return NULL;
    }

  if (unit < 0xd800 || unit > 0xdfff)
    return p + 6;

  if (unit < 0xdc00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u')
    {
      int low = read_hex (p + 8, end);

      if (low >= 0xdc00 && low <= 0xdfff)
        return p + 12;
    }

  sb_json_flaw_set (flaw, SB_JSON_SURROGATE, p, _ ("“%.6s” is only half of a character"), p);
  return NULL;
}

/* @p is at the backslash. */
static inline const char *
read_escape (const char *p, const char *end, SbJsonFlaw *flaw)
{
  if (end - p < 2)
    {
      sb_json_flaw_set (flaw, SB_JSON_SYNTAX, end, "%s", _ ("the text ends within a string"));
      return NULL;
    }

  switch (p[1])
    {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return p + 2;
    case 'u':
      return read_unicode_escape (p, end, flaw);
    default:
      if (g_ascii_isgraph (p[1]))
        sb_json_flaw_set (flaw, SB_JSON_SYNTAX, p, _ ("“\\%c” is not an escape; a backslash is written “\\\\”"), p[1]);
      else
        sb_json_flaw_set (flaw, SB_JSON_SYNTAX, p, "%s", _ ("not an escape; a backslash is written “\\\\”"));
      return NULL;
    }
}

const char *
sb_json_read_string (const char *p, const char *end, gboolean *escaped, SbJsonFlaw *flaw)
{
  *escaped = FALSE;

  for (;;)
    {
      p = skip_plain (p, end);
      if (G_UNLIKELY (p == end))
        {
          sb_json_flaw_set (flaw, SB_JSON_SYNTAX, p, "%s", _ ("the text ends within a string"));
          return NULL;
        }

      if (*p == '"')
        return p;

      if (*p == '\\')
        {
          *escaped = TRUE;
          p = read_escape (p, end, flaw);
          if (p == NULL)
            return NULL;
          continue;
        }

      if ((guint8) *p < 0x20)
        {
          sb_json_flaw_set (flaw, SB_JSON_SYNTAX, p, _ ("a control character in a string is written “\\u%04x”"),
                            (guint) *p);
          return NULL;
        }

      p = skip_multi_byte (p, end);
      if (p < end && (guint8) *p >= 0x80)
        {
          sb_json_flaw_set (flaw, SB_JSON_UTF8, p, "%s", _ ("not valid UTF-8"));
          return NULL;
        }
    }
}

guint
sb_json_unescape_next (const char **p, char bytes[4])
{
  static const char names[] = "bfnrt";
  static const char meanings[] = "\b\f\n\r\t";
  const char *from = *p;
  gunichar c;

  if (*from != '\\')
    {
      guint length = g_utf8_skip[(guint8) *from];

      memcpy (bytes, from, length);
      *p += length;
      return length;
    }

  if (from[1] != 'u')
    {
      const char *name = strchr (names, from[1]);

      bytes[0] = name != NULL ? meanings[name - names] : from[1];
      *p += 2;
      return 1;
    }

  c = read_hex (from + 2, from + 6);
  *p += 6;
  if (c >= 0xd800 && c <= 0xdbff)
    {
      c = 0x10000 + ((c - 0xd800) << 10) + (read_hex (from + 8, from + 12) - 0xdc00);
      *p += 6;
    }

  return g_unichar_to_utf8 (c, bytes);
}

/* --- numbers --- */

static inline const char *
skip_digits (const char *p, const char *end)
{
  while (p < end && g_ascii_isdigit (*p))
    p++;

  return p;
}

/* Of an integer that follows RFC 8259's grammar, so without zeros in front. */
static gboolean
fits_int64 (const char *digits, gsize n_digits, gboolean negative)
{
  const char *most = negative ? "9223372036854775808" : "9223372036854775807";

  return n_digits < 19 || (n_digits == 19 && memcmp (digits, most, 19) <= 0);
}

/* The digits of 2¹⁰²⁴ − 2⁹⁷⁰. It lies half-way between the greatest finite double and the next power of two; from
 * it on everything is rounded to infinity (IEEE 754 §4.3.1: ties go to the even one). Its first digit stands for
 * 10³⁰⁸. */
static const char infinite[] =
    "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633"
    "02864166928879109465555478519404026306574886715058206819089020007083836762738548458177115317644757302700"
    "69855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";
#define INFINITE_POWER 308

/* Whether a double can hold what is written, exactly, without a buffer to copy it to. */
static gboolean
is_finite (const char *digits, const char *integer_end, const char *fraction_end, gint64 exponent)
{
  const char *p = digits;
  gint64 power = integer_end - digits - 1 + exponent; /* that *p stands for */

  while (p < fraction_end && (*p == '0' || *p == '.'))
    {
      power -= *p == '0';
      p++;
    }

  if (p == fraction_end || power < INFINITE_POWER)
    return TRUE;
  if (power > INFINITE_POWER)
    return FALSE;

  for (const char *q = infinite; *q != '\0'; q++)
    {
      char digit;

      if (p < fraction_end && *p == '.')
        p++;
      digit = p < fraction_end ? *p++ : '0';
      if (digit != *q)
        return digit < *q;
    }

  return FALSE;
}

/* @p is behind the "e". */
static const char *
read_exponent (const char *p, const char *end, gint64 *exponent)
{
  gboolean negative = p < end && *p == '-';
  const char *digits = negative || (p < end && *p == '+') ? p + 1 : p;

  for (p = digits; p < end && g_ascii_isdigit (*p); p++)
    {
      /* More than any text has digits to make up for. */
      if (*exponent < G_GINT64_CONSTANT (100000000000000000))
        *exponent = *exponent * 10 + (*p - '0');
    }

  if (negative)
    *exponent = -*exponent;

  return p > digits ? p : NULL;
}

static const char *
read_real (const char *digits, const char *integer_end, const char *start, const char *end, SbJsonFlaw *flaw)
{
  const char *p = integer_end;
  const char *fraction_end = integer_end;
  gint64 exponent = 0;

  if (*p == '.')
    {
      fraction_end = skip_digits (p + 1, end);
      if (fraction_end == p + 1)
        {
          sb_json_flaw_set (flaw, SB_JSON_SYNTAX, fraction_end, "%s", _ ("expected a digit after “.”"));
          return NULL;
        }
      p = fraction_end;
    }

  if (p < end && (*p == 'e' || *p == 'E'))
    {
      const char *behind = read_exponent (p + 1, end, &exponent);

      if (behind == NULL)
        {
          if (++p < end && (*p == '+' || *p == '-'))
            p++;
          sb_json_flaw_set (flaw, SB_JSON_SYNTAX, p, "%s", _ ("expected a digit of the exponent"));
          return NULL;
        }
      p = behind;
    }

  if (!is_finite (digits, integer_end, fraction_end, exponent))
    {
      sb_json_flaw_set (flaw, SB_JSON_NUMBER, start, "%s", _ ("the number is too big: numbers go up to 1.797e308"));
      return NULL;
    }

  return p;
}

const char *
sb_json_read_number (const char *p, const char *end, SbJsonFlaw *flaw)
{
  const char *start = p;
  gboolean negative = *p == '-';
  const char *digits = negative ? p + 1 : p;

  p = skip_digits (digits, end);
  if (p == digits)
    {
      sb_json_flaw_set (flaw, SB_JSON_SYNTAX, p, "%s", _ ("expected a digit after “-”"));
      return NULL;
    }

  if (*digits == '0' && p > digits + 1)
    {
      sb_json_flaw_set (flaw, SB_JSON_SYNTAX, digits, "%s", _ ("a number may not have zeros in front"));
      return NULL;
    }

  if (p < end && (*p == '.' || *p == 'e' || *p == 'E'))
    return read_real (digits, p, start, end, flaw);

  if (!fits_int64 (digits, p - digits, negative))
    {
      sb_json_flaw_set (flaw, SB_JSON_NUMBER, start, _ ("the number is too big: integers go from %s to %s"),
                        "-9223372036854775808", "9223372036854775807");
      return NULL;
    }

  return p;
}
