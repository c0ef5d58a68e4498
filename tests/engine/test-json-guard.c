/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "json-check.h"
#include <math.h>

/* What is JSON, what is not, and where the trouble is. */

static const struct
{
  const char *text;
  gsize length;
} valid[] = {
  { TEXT ("null") },
  { TEXT ("true") },
  { TEXT ("false") },
  { TEXT ("0") },
  { TEXT ("-0") },
  { TEXT ("7") },
  { TEXT ("-12") },
  { TEXT ("0.5") },
  { TEXT ("-0.0") },
  { TEXT ("0e0") },
  { TEXT ("1E5") },
  { TEXT ("1e+5") },
  { TEXT ("1e-5") },
  { TEXT ("10.250E-003") },
  { TEXT ("0.000") },
  { TEXT ("123456789.987654321") },
  { TEXT ("9223372036854775807") },
  { TEXT ("-9223372036854775808") },
  { TEXT ("999999999999999999") },
  { TEXT ("18446744073709551616.0") },
  { TEXT ("1.7976931348623157e308") },
  { TEXT ("-1.7976931348623157E+308") },
  { TEXT ("1.79769313486231580793e308") },
  { TEXT ("0.00017976931348623157e312") },
  { TEXT ("17976931348623157e292") },
  { TEXT ("5e-324") },
  { TEXT ("1e-400") },
  { TEXT ("123e-10000000") },
  { TEXT ("0e99999999999999999999999") },
  { TEXT ("-0.00e+99999999999999999999999") },
  { TEXT ("1e-99999999999999999999999") },
  { TEXT ("1e00000000000000000000000000000000000001") },
  { TEXT ("\"\"") },
  { TEXT ("\"a\"") },
  { TEXT ("\" \"") },
  { TEXT ("\"\x7f\"") },
  { TEXT ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"") },
  { TEXT ("\"\\u0001\\u001f\\u00e4\\u00E4\\uFFFF\\ufffe\"") },
  { TEXT ("\"\\ud83d\\ude00\\uD800\\uDC00\\uDBFF\\uDFFF\"") },
  { TEXT ("\"\\ud7ff\\ue000\"") },
  { TEXT ("\"\\\\u0000\"") },
  { TEXT ("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\x82\"") },
  { TEXT ("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"") },
  { TEXT ("\"Съешь ещё этих мягких французских булок\"") },
  { TEXT ("\"信号箱は鉄道の信号を操作する\"") },
  { TEXT ("\"\xef\xbb\xbf\"") },
  { TEXT ("[]") },
  { TEXT ("{}") },
  { TEXT (" [ ] ") },
  { TEXT ("\t{\r\n}\n") },
  { TEXT ("[1]") },
  { TEXT ("[1,2]") },
  { TEXT ("[ 1 , \"a\" ,null,true , false,{} , [ ] ]") },
  { TEXT ("[[[[]],[[[]]]]]") },
  { TEXT ("{\"a\":1}") },
  { TEXT ("{ \"a\" : 1 , \"b\" : [ { \"a\" : 2 } ] , \"c\" : { \"a\" : { } } }") },
  { TEXT ("{\"\":0}") },
  { TEXT ("{\"\":{\"\":{\"\":0}}}") },
  { TEXT ("{\"a\":1,\"A\":2,\"a \":3,\"\\u0041a\":4,\"aa\":5}") },
  { TEXT ("{\"~/\":\"/~\"}") },
  { TEXT ("{\"\\n\":0,\"\\\\n\":1,\"n\":2}") },
  { TEXT ("{\"\xc3\xa4\":0,\"a\xcc\x88\":1}") }, /* the same to the eye, not the same characters */
  { TEXT ("\"0123456789abcdef0123456789abcdef\"") },
};

static void
test_valid (Fixture *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      SbJsonTrouble trouble;

      if (!check (self, valid[i].text, valid[i].length, &trouble))
        g_error ("%s: %s at %" G_GSIZE_FORMAT, valid[i].text, trouble.message, trouble.offset);
    }
}

/* A text that lacks its end is refused, and where it ends is where the trouble is, but for a few that are wrong
 * before. */
static void
test_truncated (Fixture *self, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      g_autofree char *text = g_strconcat ("[", valid[i].text, "]", NULL);

      for (gsize length = 0; length <= valid[i].length; length++)
        {
          SbJsonTrouble trouble;

          g_assert_false (check (self, text, length, &trouble));
          g_assert_cmpint (trouble.fault, !=, SB_JSON_DUPLICATE_KEY);
          if (trouble.offset != length && trouble.fault != SB_JSON_NUMBER)
            {
              /* the word, the escape or the character that is cut */
              g_assert_cmpuint (length - trouble.offset, <, 12);
              g_assert_true (strchr ("tfn\\", text[trouble.offset]) != NULL || (guint8) text[trouble.offset] >= 0x80);
            }
        }
    }
}

static void
test_syntax (Fixture *self, gconstpointer data)
{
  static const Refused cases[] = {
    { TEXT (""), SB_JSON_SYNTAX, 0, "", "expected a value, but the text ends" },
    { TEXT (" \n"), SB_JSON_SYNTAX, 2, "", "expected a value, but the text ends" },
    { TEXT ("\0"), SB_JSON_SYNTAX, 0, "", "expected a value" },
    { TEXT ("null\0"), SB_JSON_SYNTAX, 4, "", "nothing may follow the value" },
    { TEXT ("\xef\xbb\xbf{}"), SB_JSON_SYNTAX, 0, "", "a byte order mark is not allowed" },
    { TEXT ("{}\xef\xbb\xbf"), SB_JSON_SYNTAX, 2, "", "nothing may follow the value" },
    { TEXT ("\xc2\xa0" "1"), SB_JSON_SYNTAX, 0, "", "expected a value" },
    { TEXT ("\f1"), SB_JSON_SYNTAX, 0, "", "expected a value" },
    { TEXT ("\v1"), SB_JSON_SYNTAX, 0, "", "expected a value" },
    { TEXT ("1 2"), SB_JSON_SYNTAX, 2, "", "nothing may follow the value" },
    { TEXT ("{}{}"), SB_JSON_SYNTAX, 2, "", "nothing may follow the value" },
    { TEXT ("[]]"), SB_JSON_SYNTAX, 2, "", "nothing may follow the value" },
    { TEXT ("1,"), SB_JSON_SYNTAX, 1, "", "nothing may follow the value" },
    { TEXT ("]"), SB_JSON_SYNTAX, 0, "", "expected a value" },
    { TEXT ("}"), SB_JSON_SYNTAX, 0, "", "expected a value" },
    { TEXT (","), SB_JSON_SYNTAX, 0, "", "a value is missing before “,”" },
    { TEXT (":"), SB_JSON_SYNTAX, 0, "", "expected a value" },

    { TEXT ("True"), SB_JSON_SYNTAX, 0, "", "“True” is not a value; text goes in double quotes" },
    { TEXT ("tru"), SB_JSON_SYNTAX, 0, "", "“tru” is not a value; text goes in double quotes" },
    { TEXT ("trUe"), SB_JSON_SYNTAX, 0, "", "“trUe” is not a value; text goes in double quotes" },
    { TEXT ("truest"), SB_JSON_SYNTAX, 4, "", "nothing may follow the value" },
    { TEXT ("NaN"), SB_JSON_SYNTAX, 0, "", "“NaN” is not a value; text goes in double quotes" },
    { TEXT ("[Infinity]"), SB_JSON_SYNTAX, 1, "/0", "“Infinity” is not a value; text goes in double quotes" },
    { TEXT ("undefined"), SB_JSON_SYNTAX, 0, "", "“undefined” is not a value; text goes in double quotes" },
    { TEXT ("'a'"), SB_JSON_SYNTAX, 0, "", "text goes in double quotes" },
    { TEXT ("[1 // one\n]"), SB_JSON_SYNTAX, 3, "", "expected “,” or “]”" },
    { TEXT ("[ // one\n1]"), SB_JSON_SYNTAX, 2, "/0", "JSON has no comments" },
    { TEXT ("# x"), SB_JSON_SYNTAX, 0, "", "JSON has no comments" },

    { TEXT ("[1 2]"), SB_JSON_SYNTAX, 3, "", "expected “,” or “]”" },
    { TEXT ("[1:2]"), SB_JSON_SYNTAX, 2, "", "expected “,” or “]”" },
    { TEXT ("[1;2]"), SB_JSON_SYNTAX, 2, "", "expected “,” or “]”" },
    { TEXT ("[1}"), SB_JSON_SYNTAX, 2, "", "expected “,” or “]”" },
    { TEXT ("[1"), SB_JSON_SYNTAX, 2, "", "expected “,” or “]”, but the text ends" },
    { TEXT ("["), SB_JSON_SYNTAX, 1, "/0", "expected a value, but the text ends" },
    { TEXT ("[1,]"), SB_JSON_SYNTAX, 3, "", "a comma may not come before “]”" },
    { TEXT ("[1, \n]"), SB_JSON_SYNTAX, 5, "", "a comma may not come before “]”" },
    { TEXT ("[,1]"), SB_JSON_SYNTAX, 1, "/0", "a value is missing before “,”" },
    { TEXT ("[1,,2]"), SB_JSON_SYNTAX, 3, "/1", "a value is missing before “,”" },
    { TEXT ("[1,"), SB_JSON_SYNTAX, 3, "/1", "expected a value, but the text ends" },
    { TEXT ("[}"), SB_JSON_SYNTAX, 1, "/0", "expected a value" },

    { TEXT ("{"), SB_JSON_SYNTAX, 1, "", "expected a key, but the text ends" },
    { TEXT ("{]"), SB_JSON_SYNTAX, 1, "", "expected a key" },
    { TEXT ("{,"), SB_JSON_SYNTAX, 1, "", "expected a key" },
    { TEXT ("{1:2}"), SB_JSON_SYNTAX, 1, "", "expected a key" },
    { TEXT ("{null:2}"), SB_JSON_SYNTAX, 1, "", "a key goes in double quotes" },
    { TEXT ("{a:2}"), SB_JSON_SYNTAX, 1, "", "a key goes in double quotes" },
    { TEXT ("{'a':2}"), SB_JSON_SYNTAX, 1, "", "a key goes in double quotes" },
    { TEXT ("{\"a\"}"), SB_JSON_SYNTAX, 4, "/a", "expected “:” after the key" },
    { TEXT ("{\"a\""), SB_JSON_SYNTAX, 4, "/a", "expected “:” after the key, but the text ends" },
    { TEXT ("{\"a\",1}"), SB_JSON_SYNTAX, 4, "/a", "expected “:” after the key" },
    { TEXT ("{\"a\"=1}"), SB_JSON_SYNTAX, 4, "/a", "expected “:” after the key" },
    { TEXT ("{\"a\":"), SB_JSON_SYNTAX, 5, "/a", "expected a value, but the text ends" },
    { TEXT ("{\"a\":}"), SB_JSON_SYNTAX, 5, "/a", "expected a value" },
    { TEXT ("{\"a\"::1}"), SB_JSON_SYNTAX, 5, "/a", "expected a value" },
    { TEXT ("{\"a\":,}"), SB_JSON_SYNTAX, 5, "/a", "a value is missing before “,”" },
    { TEXT ("{\"a\":1"), SB_JSON_SYNTAX, 6, "", "expected “,” or “}”, but the text ends" },
    { TEXT ("{\"a\":1]"), SB_JSON_SYNTAX, 6, "", "expected “,” or “}”" },
    { TEXT ("{\"a\":1 \"b\":2}"), SB_JSON_SYNTAX, 7, "", "expected “,” or “}”" },
    { TEXT ("{\"a\":1,}"), SB_JSON_SYNTAX, 7, "", "a comma may not come before “}”" },
    { TEXT ("{\"a\":1,,}"), SB_JSON_SYNTAX, 7, "", "expected a key" },
    { TEXT ("{\"a\":1,"), SB_JSON_SYNTAX, 7, "", "expected a key, but the text ends" },
    { TEXT ("{\"a\":1,2}"), SB_JSON_SYNTAX, 7, "", "expected a key" },
    { TEXT ("{\"a\":{\"b\":1}"), SB_JSON_SYNTAX, 12, "", "expected “,” or “}”, but the text ends" },
  };

  assert_refused (self, cases, G_N_ELEMENTS (cases));
}

#define INTEGERS "the number is too big: integers go from -9223372036854775808 to 9223372036854775807"
#define REALS "the number is too big: numbers go up to 1.797e308"

static void
test_numbers (Fixture *self, gconstpointer data)
{
  static const Refused cases[] = {
    { TEXT ("-"), SB_JSON_SYNTAX, 1, "", "expected a digit after “-”" },
    { TEXT ("-a"), SB_JSON_SYNTAX, 1, "", "expected a digit after “-”" },
    { TEXT ("--1"), SB_JSON_SYNTAX, 1, "", "expected a digit after “-”" },
    { TEXT ("-.5"), SB_JSON_SYNTAX, 1, "", "expected a digit after “-”" },
    { TEXT ("+1"), SB_JSON_SYNTAX, 0, "", "a number may not begin with “+”" },
    { TEXT (".5"), SB_JSON_SYNTAX, 0, "", "a number begins with a digit" },
    { TEXT ("00"), SB_JSON_SYNTAX, 0, "", "a number may not have zeros in front" },
    { TEXT ("-012"), SB_JSON_SYNTAX, 1, "", "a number may not have zeros in front" },
    { TEXT ("01.5"), SB_JSON_SYNTAX, 0, "", "a number may not have zeros in front" },
    { TEXT ("1."), SB_JSON_SYNTAX, 2, "", "expected a digit after “.”" },
    { TEXT ("1.e5"), SB_JSON_SYNTAX, 2, "", "expected a digit after “.”" },
    { TEXT ("1..5"), SB_JSON_SYNTAX, 2, "", "expected a digit after “.”" },
    { TEXT ("1.5.5"), SB_JSON_SYNTAX, 3, "", "nothing may follow the value" },
    { TEXT ("1e"), SB_JSON_SYNTAX, 2, "", "expected a digit of the exponent" },
    { TEXT ("1e+"), SB_JSON_SYNTAX, 3, "", "expected a digit of the exponent" },
    { TEXT ("1E-x"), SB_JSON_SYNTAX, 3, "", "expected a digit of the exponent" },
    { TEXT ("1e+-5"), SB_JSON_SYNTAX, 3, "", "expected a digit of the exponent" },
    { TEXT ("1e5.5"), SB_JSON_SYNTAX, 3, "", "nothing may follow the value" },
    { TEXT ("0x1F"), SB_JSON_SYNTAX, 1, "", "nothing may follow the value" },
    { TEXT ("1_000"), SB_JSON_SYNTAX, 1, "", "nothing may follow the value" },
    { TEXT ("\xef\xbc\x91"), SB_JSON_SYNTAX, 0, "", "expected a value" }, /* a full-width digit */

    { TEXT ("9223372036854775808"), SB_JSON_NUMBER, 0, "", INTEGERS },
    { TEXT ("-9223372036854775809"), SB_JSON_NUMBER, 0, "", INTEGERS },
    { TEXT ("9999999999999999999"), SB_JSON_NUMBER, 0, "", INTEGERS },
    { TEXT ("[1, 10000000000000000000]"), SB_JSON_NUMBER, 4, "/1", INTEGERS },
    { TEXT ("{\"n\":-100000000000000000000000}"), SB_JSON_NUMBER, 5, "/n", INTEGERS },
    { TEXT ("1e309"), SB_JSON_NUMBER, 0, "", REALS },
    { TEXT ("-1e309"), SB_JSON_NUMBER, 0, "", REALS },
    { TEXT ("1e400"), SB_JSON_NUMBER, 0, "", REALS },
    { TEXT ("1.8e308"), SB_JSON_NUMBER, 0, "", REALS },
    { TEXT ("1.79769313486231581e308"), SB_JSON_NUMBER, 0, "", REALS },
    { TEXT ("0.000001e9999999999999999999999999"), SB_JSON_NUMBER, 0, "", REALS },
    { TEXT ("1e18446744073709551617"), SB_JSON_NUMBER, 0, "", REALS },
    { TEXT ("[-0.1e+310]"), SB_JSON_NUMBER, 1, "/0", REALS },
  };

  assert_refused (self, cases, G_N_ELEMENTS (cases));
}

/* Where doubles end, to the last digit, in every notation: what the C library reads as infinite is refused and
 * nothing else. */
static void
test_greatest_double (Fixture *self, gconstpointer data)
{
  /* 2¹⁰²⁴ − 2⁹⁷⁰, half-way between the greatest double and what would be the next. */
  static const char halfway[] =
      "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633"
      "02864166928879109465555478519404026306574886715058206819089020007083836762738548458177115317644757302700"
      "69855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";
  gsize n_digits = strlen (halfway);
  g_autofree char *below = g_strdup (halfway);
  g_autofree char *above = g_strdup (halfway);
  const char *digits[] = { halfway, below, above };

  g_assert_cmpuint (n_digits, ==, 309);
  below[n_digits - 1]--;
  above[n_digits - 1]++;

  for (gsize i = 0; i < G_N_ELEMENTS (digits); i++)
    for (int point = 1; point <= 309; point += 28)
      for (int sign = 0; sign < 2; sign++)
        {
          const char *minus = sign ? "-" : "";
          g_autofree char *text =
              g_strdup_printf ("%s%.*s.%s0e%d", minus, point, digits[i], digits[i] + point, 309 - point);
          g_autofree char *small = g_strdup_printf ("%s0.000%se312", minus, digits[i]);
          SbJsonTrouble trouble;

          g_assert_cmpint (isfinite (g_ascii_strtod (text, NULL)), ==, digits[i] == below);
          g_assert_cmpint (check (self, text, strlen (text), &trouble), ==, digits[i] == below);
          g_assert_cmpint (check (self, small, strlen (small), &trouble), ==, digits[i] == below);
        }

  /* All its digits as a fraction, and none behind it. */
  {
    g_autofree char *text = g_strconcat (below, ".0", NULL);
    g_autofree char *too_big = g_strconcat (halfway, ".0", NULL);

    g_assert_true (check (self, text, strlen (text), NULL));
    g_assert_false (check (self, too_big, strlen (too_big), NULL));
  }
}

static void
test_strings (Fixture *self, gconstpointer data)
{
  static const Refused cases[] = {
    { TEXT ("\""), SB_JSON_SYNTAX, 1, "", "the text ends within a string" },
    { TEXT ("\"abc"), SB_JSON_SYNTAX, 4, "", "the text ends within a string" },
    { TEXT ("\"abc\\"), SB_JSON_SYNTAX, 5, "", "the text ends within a string" },
    { TEXT ("\"abc\\\""), SB_JSON_SYNTAX, 6, "", "the text ends within a string" },
    { TEXT ("{\"a"), SB_JSON_SYNTAX, 3, "", "the text ends within a string" },
    { TEXT ("{\"a\":[0,\"b"), SB_JSON_SYNTAX, 10, "/a/1", "the text ends within a string" },
    { TEXT ("\"a\nb\""), SB_JSON_SYNTAX, 2, "", "a control character in a string is written “\\u000a”" },
    { TEXT ("\"\t\""), SB_JSON_SYNTAX, 1, "", "a control character in a string is written “\\u0009”" },
    { TEXT ("\"\0\""), SB_JSON_SYNTAX, 1, "", "a control character in a string is written “\\u0000”" },
    { TEXT ("\"\x1f\""), SB_JSON_SYNTAX, 1, "", "a control character in a string is written “\\u001f”" },
    { TEXT ("\"\\a\""), SB_JSON_SYNTAX, 1, "", "“\\a” is not an escape; a backslash is written “\\\\”" },
    { TEXT ("\"C:\\Users\""), SB_JSON_SYNTAX, 3, "", "“\\U” is not an escape; a backslash is written “\\\\”" },
    { TEXT ("\"\\'\""), SB_JSON_SYNTAX, 1, "", "“\\'” is not an escape; a backslash is written “\\\\”" },
    { TEXT ("\"\\x41\""), SB_JSON_SYNTAX, 1, "", "“\\x” is not an escape; a backslash is written “\\\\”" },
    { TEXT ("\"\\\n\""), SB_JSON_SYNTAX, 1, "", "not an escape; a backslash is written “\\\\”" },
    { TEXT ("\"\\\0\""), SB_JSON_SYNTAX, 1, "", "not an escape; a backslash is written “\\\\”" },
    { TEXT ("\"\\\xc3\xa4\""), SB_JSON_SYNTAX, 1, "", "not an escape; a backslash is written “\\\\”" },
    { TEXT ("\"\\u\""), SB_JSON_SYNTAX, 1, "", "“\\u” needs four hexadecimal digits" },
    { TEXT ("\"\\u00\""), SB_JSON_SYNTAX, 1, "", "“\\u” needs four hexadecimal digits" },
    { TEXT ("\"\\u00g0\""), SB_JSON_SYNTAX, 1, "", "“\\u” needs four hexadecimal digits" },
    { TEXT ("\"\\u 041\""), SB_JSON_SYNTAX, 1, "", "“\\u” needs four hexadecimal digits" },
    { TEXT ("\"\\u+041\""), SB_JSON_SYNTAX, 1, "", "“\\u” needs four hexadecimal digits" },
    { TEXT ("\"\\u004"), SB_JSON_SYNTAX, 1, "", "“\\u” needs four hexadecimal digits" },

    { TEXT ("\"\\u0000\""), SB_JSON_NUL, 1, "", "“\\u0000” is not allowed" },
    { TEXT ("[\"abc\\u0000def\"]"), SB_JSON_NUL, 5, "/0", "“\\u0000” is not allowed" },
    { TEXT ("{\"a\\u0000\":1}"), SB_JSON_NUL, 3, "", "“\\u0000” is not allowed" },

    { TEXT ("\"\\ud800\""), SB_JSON_SURROGATE, 1, "", "“\\ud800” is only half of a character" },
    { TEXT ("\"\\uDBFF\""), SB_JSON_SURROGATE, 1, "", "“\\uDBFF” is only half of a character" },
    { TEXT ("\"\\udc00\""), SB_JSON_SURROGATE, 1, "", "“\\udc00” is only half of a character" },
    { TEXT ("\"\\udfff\""), SB_JSON_SURROGATE, 1, "", "“\\udfff” is only half of a character" },
    { TEXT ("\"\\ud800\\ud800\""), SB_JSON_SURROGATE, 1, "", "“\\ud800” is only half of a character" },
    { TEXT ("\"\\ud800x\""), SB_JSON_SURROGATE, 1, "", "“\\ud800” is only half of a character" },
    { TEXT ("\"\\ud800\\n\""), SB_JSON_SURROGATE, 1, "", "“\\ud800” is only half of a character" },
    { TEXT ("\"\\ud800\\u\""), SB_JSON_SURROGATE, 1, "", "“\\ud800” is only half of a character" },
    { TEXT ("\"\\ud800\\u0041\""), SB_JSON_SURROGATE, 1, "", "“\\ud800” is only half of a character" },
    { TEXT ("\"\\ud800\\ue000\""), SB_JSON_SURROGATE, 1, "", "“\\ud800” is only half of a character" },
    { TEXT ("\"\\udc00\\ud800\""), SB_JSON_SURROGATE, 1, "", "“\\udc00” is only half of a character" },
    { TEXT ("\"\\ud83d\\ude00\\ude00\""), SB_JSON_SURROGATE, 13, "", "“\\ude00” is only half of a character" },
    { TEXT ("\"\\ud83d\\ude0"), SB_JSON_SURROGATE, 1, "", "“\\ud83d” is only half of a character" },
  };

  assert_refused (self, cases, G_N_ELEMENTS (cases));
}

static void
test_utf8 (Fixture *self, gconstpointer data)
{
  /* What RFC 3629 forbids, and characters that are cut short. */
  static const char *const wrong[] = {
    "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc3\x28", "\xc3\xc3",
    "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe1\x80", "\xe1\x80\x28", "\xe1\x28\x80", "\xe1",
    "\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb8\x80",
    "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf1\x80\x80", "\xf1\x80\x80\x28", "\xf1\x28\x80\x80", "\xf1",
    "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff",
  };
  static const char *const before[] = { "", "a", "abcdefghijklmnop", "ä", "äöüÄÖÜß", "信号", "🚂🚃", "\\n", "aä信🚂" };
  static const char *const behind[] = { "", "a", "abcdefghijklmnop", "ä", "ббббб", "信号箱", "🚂", "\\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (before); j++)
      for (gsize k = 0; k < G_N_ELEMENTS (behind); k++)
        {
          g_autofree char *text = g_strdup_printf ("[\"%s%s%s\"]", before[j], wrong[i], behind[k]);
          SbJsonTrouble trouble;

          g_assert_false (check (self, text, strlen (text), &trouble));
          g_assert_cmpint (trouble.fault, ==, SB_JSON_UTF8);
          g_assert_cmpuint (trouble.offset, ==, 2 + strlen (before[j]));
          g_assert_cmpstr (trouble.pointer, ==, "/0");
          g_assert_cmpstr (trouble.message, ==, "not valid UTF-8");
        }

  /* Outside strings too it is the encoding that is wrong first. */
  {
    static const Refused cases[] = {
      { TEXT ("\xff"), SB_JSON_UTF8, 0, "", "not valid UTF-8" },
      { TEXT ("[\xe9]"), SB_JSON_UTF8, 1, "/0", "not valid UTF-8" },
      { TEXT ("{} \x80"), SB_JSON_UTF8, 3, "", "not valid UTF-8" },
      { TEXT ("{\xf0\x9f"), SB_JSON_UTF8, 1, "", "not valid UTF-8" },
      { TEXT ("{\"\xff\":1}"), SB_JSON_UTF8, 2, "", "not valid UTF-8" },
      { TEXT ("[1\xff]"), SB_JSON_UTF8, 2, "", "not valid UTF-8" },
    };

    assert_refused (self, cases, G_N_ELEMENTS (cases));
  }
}

/* Every code point there is, and every two-byte sequence: accepted when GLib, too, takes it for UTF-8. */
static void
test_every_character (Fixture *self, gconstpointer data)
{
  char text[64];

  for (gunichar c = 0x80; c <= 0x10ffff; c++)
    {
      int n = 1;

      if (c >= 0xd800 && c <= 0xdfff)
        continue;
      text[0] = '"';
      for (int i = 0; i < 5; i++) /* several, so that those read at once are tried as well */
        n += g_unichar_to_utf8 (c, text + n);
      text[n++] = '"';
      if (!sb_json_guard_check (self->guard, text, n, &SB_JSON_LIMITS_DEFAULT, NULL))
        g_error ("U+%04X is refused", c);
    }

  for (guint pair = 0; pair <= 0xffff; pair++)
    {
      char bytes[3] = { (char) (pair >> 8), (char) pair, '\0' };
      gboolean expected = g_utf8_validate_len (bytes, 2, NULL);
      gboolean ok;

      if ((guint8) bytes[0] < 0x80 || (guint8) bytes[1] < 0x80)
        continue;
      g_snprintf (text, sizeof text, "\"ы%sыыыы\"", bytes);
      ok = sb_json_guard_check (self->guard, text, strlen (text), &SB_JSON_LIMITS_DEFAULT, NULL);
      g_assert_cmpint (ok, ==, expected);
    }
}

/* However many plain characters stand before what is not plain, and wherever the text begins in memory, it is
 * found. */
static void
test_every_alignment (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *special;
    SbJsonFault fault;
  } cases[] = {
    { "\"", SB_JSON_OK },
    { "\\n\"", SB_JSON_OK },
    { "ä\"", SB_JSON_OK },
    { "\\q\"", SB_JSON_SYNTAX },
    { "\x1f\"", SB_JSON_SYNTAX },
    { "\x01!\"", SB_JSON_SYNTAX },
    { "\x80\"", SB_JSON_UTF8 },
    { "\xff\"", SB_JSON_UTF8 },
    { "", SB_JSON_SYNTAX },
  };
  /* Neighbours of what is special: they must not be taken for it. */
  static const char plain[] = "!#[]^ ~\x7f";

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint n = 0; n < 70; n++)
      {
        g_autoptr (GString) text = g_string_new ("\"");
        SbJsonTrouble trouble;

        for (guint j = 0; j < n; j++)
          g_string_append_c (text, plain[(n + j) % (sizeof plain - 1)]);
        g_string_append (text, cases[i].special);

        g_assert_cmpint (check (self, text->str, text->len, &trouble), ==, cases[i].fault == SB_JSON_OK);
        if (cases[i].fault != SB_JSON_OK)
          {
            g_assert_cmpint (trouble.fault, ==, cases[i].fault);
            g_assert_cmpuint (trouble.offset, ==, n + 1);
          }
      }
}

static void
test_places (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint line, column;
    const char *pointer;
  } cases[] = {
    { "x", 1, 1, "" },
    { "\n\n  x", 3, 3, "" },
    { "\r\n\r\n  x", 3, 3, "" },
    { "\r\r  x", 3, 3, "" },
    { "\n\r\n\rx", 4, 1, "" },
    { "{\n  \"a\": [\n    1,\n    x\n  ]\n}", 4, 5, "/a/1" },
    { "[\"äöü\", x]", 1, 9, "/1" },
    { "[\"信号\",\n\"🚂\", x]", 2, 6, "/2" },
    { "[1,\n2", 2, 2, "" },
    { "[1,\n", 2, 1, "/1" },
    { "{\"a\":{\"b\":[0,{\"c\":x}]}}", 1, 19, "/a/b/1/c" },
    { "{\"a\":{\"b\":[0,{\"c\":1}],\"d\":[[x]]}}", 1, 29, "/a/d/0/0" },
    { "{\"a\":[],\"b\":{},\"c\":x}", 1, 20, "/c" },
    { "{\"~a/b\":[x]}", 1, 10, "/~0a~1b/0" },
    { "{\"\\u0041\\n\\ud83d\\ude82\\\"\\\\\":[x]}", 1, 30, "/A\n🚂\"\\/0" },
    { "{\"\":{\"\":x}}", 1, 9, "//" },
    { "[[],[],[{\"x\":[],\"y\":tru}]]", 1, 21, "/2/0/y" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbJsonTrouble trouble;

      g_assert_false (check (self, cases[i].text, strlen (cases[i].text), &trouble));
      g_assert_cmpint (trouble.line, ==, cases[i].line);
      g_assert_cmpint (trouble.column, ==, cases[i].column);
      g_assert_cmpstr (trouble.pointer, ==, cases[i].pointer);
    }
}

/* What is too long to be shown is cut between segments and between characters. */
static void
test_long_places (Fixture *self, gconstpointer data)
{
  g_autofree char *key = g_strnfill (100, 'k');
  g_autofree char *wide = g_strdup_printf ("%s%s%s%s", "信号箱信号箱信号箱", "信号箱", "信号箱", "信号箱");
  g_autofree char *deep = g_strdup_printf ("{\"%s\":{\"%s\":{\"%s\":{\"%s\":x}}}}", key, key, key, key);
  g_autofree char *twice = g_strdup_printf ("{\"a%s\":1,\"a%s\":2}", wide, wide);
  g_autofree char *word = g_strnfill (300, 'w');
  g_autofree char *fit = g_strdup_printf ("{\"%0254d\":x}", 0);
  g_autofree char *unfit = g_strdup_printf ("{\"%0255d\":x}", 0);
  SbJsonTrouble trouble;

  g_assert_false (check (self, deep, strlen (deep), &trouble));
  g_assert_cmpuint (strlen (trouble.pointer), ==, 202);
  g_assert_true (g_str_has_suffix (trouble.pointer, key));

  g_assert_false (check (self, fit, strlen (fit), &trouble));
  g_assert_cmpuint (strlen (trouble.pointer), ==, 255);
  g_assert_false (check (self, unfit, strlen (unfit), &trouble));
  g_assert_cmpstr (trouble.pointer, ==, "");

  g_assert_false (check (self, twice, strlen (twice), &trouble));
  g_assert_cmpstr (trouble.message, ==, "“a信号箱信号箱信号箱信号箱信…” appears twice");

  g_assert_false (check (self, word, strlen (word), &trouble));
  g_assert_cmpstr (trouble.message, ==,
                   "“wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww” is not a value; text goes in double quotes");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("valid", test_valid);
  ADD ("truncated", test_truncated);
  ADD ("syntax", test_syntax);
  ADD ("numbers", test_numbers);
  ADD ("greatest-double", test_greatest_double);
  ADD ("strings", test_strings);
  ADD ("utf8", test_utf8);
  ADD ("every-character", test_every_character);
  ADD ("every-alignment", test_every_alignment);
  ADD ("place", test_places);
  ADD ("place-too-long-to-show", test_long_places);

  return g_test_run ();
}
