/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-regex.h"
#include "rules/sb-schema.h"

#include <string.h>

/* Regular expressions as ECMA-262 means them, with the "u" flag. */

#define PLENTY ((SbBudget) { 1000000 })

static SbRegexResult
search_within (const char *pattern, const char *text, SbBudget *budget)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRegex) regex = sb_regex_new (pattern, &error);

  if (regex == NULL)
    g_error ("%s: %s", pattern, error->message);

  return sb_regex_search (regex, text, strlen (text), budget);
}

static const struct
{
  const char *pattern;
  const char *text;
  gboolean matches;
} cases[] = {
  { "", "", TRUE },
  { "", "abc", TRUE },
  { "b", "abc", TRUE },
  { "d", "abc", FALSE },
  { "^$", "", TRUE },
  { "^$", "\n", FALSE },
  { "^abc$", "abc", TRUE },
  { "^abc$", "abc\n", FALSE },
  { "^abc", "xabc", FALSE },
  { "abc$", "xabc", TRUE },
  { "a.c", "abc", TRUE },
  { "a.c", "a\nc", FALSE },
  { "a.c", "a\rc", FALSE },
  { "a.c", "a\xe2\x80\xa8" "c", FALSE },
  { "^.$", "🐲", TRUE },
  { "^.$", "ä", TRUE },
  { "^..$", "🐲", FALSE },
  { "^🐲*$", "🐲🐲", TRUE },
  { "^🐲*$", "🐉", FALSE },
  { "^[🐲-🐵]$", "🐳", TRUE },
  /* repeats */
  { "^a*$", "", TRUE },
  { "^a+$", "", FALSE },
  { "^a?b$", "aab", FALSE },
  { "^a{2}$", "aa", TRUE },
  { "^a{2}$", "aaa", FALSE },
  { "^a{2,}$", "aaaa", TRUE },
  { "^a{2,3}$", "aaaa", FALSE },
  { "^a{0}b$", "b", TRUE },
  { "^a{0,0}$", "a", FALSE },
  { "^(ab){1,2}?c$", "ababc", TRUE },
  { "^(a|b*)*$", "abba", TRUE },
  { "^(a*)*b$", "aaab", TRUE },
  { "^(|a)+$", "aa", TRUE },
  { "^(?:a{2}){3}$", "aaaaaa", TRUE },
  { "^a{x}$", "a{x}", TRUE },
  { "^{}$", "{}", TRUE },
  { "^]$", "]", TRUE },
  { "^[a-z]{1,255}$", "abcdef", TRUE },
  { "x{0,1000}y", "aaaxxxy", TRUE },
  { "^.{1,60000}$", "abc", TRUE },
  /* alternatives and groups */
  { "^(foo|bar)$", "bar", TRUE },
  { "^(foo|bar)$", "foobar", FALSE },
  { "^foo|bar$", "xbar", TRUE },
  { "a|", "", TRUE },
  { "^(?<year>\\d{4})-(?<month>\\d\\d)$", "2026-01", TRUE },
  /* classes */
  { "^[abc]$", "b", TRUE },
  { "^[^abc]$", "b", FALSE },
  { "^[^abc]$", "\n", TRUE },
  { "^[a-]$", "-", TRUE },
  { "^[-a]$", "-", TRUE },
  { "^[\\w-]+$", "a-b", TRUE },
  { "^[\\]\\\\]+$", "]\\", TRUE },
  { "[]", "a", FALSE },
  { "^[^]$", "\n", TRUE },
  { "^[\\b]$", "\b", TRUE },
  { "^[\\d\\-x]+$", "1-x", TRUE },
  { "^[&&a]$", "&", TRUE },
  { "^[[:alpha:]]$", ":]", TRUE },
  { "^[[:alpha:]]$", "b", FALSE },
  { "^[\\D]$", "5", FALSE },
  { "^[^\\D]$", "5", TRUE },
  { "^[^\\S]$", " ", TRUE },
  /* \d \w \s */
  { "^\\d$", "0", TRUE },
  { "^\\d$", "߀", FALSE },       /* NKO digit zero */
  { "^\\d$", "५", FALSE },
  { "^\\D$", "߀", TRUE },
  { "^\\w$", "a", TRUE },
  { "^\\w$", "_", TRUE },
  { "^\\w$", "é", FALSE },
  { "^\\W$", "é", TRUE },
  { "^\\s$", " ", TRUE },
  { "^\\s$", "\t", TRUE },
  { "^\\s$", "\v", TRUE },
  { "^\\s$", "\xc2\xa0", TRUE },     /* no-break space */
  { "^\\s$", "\xef\xbb\xbf", TRUE }, /* zero width no-break space */
  { "^\\s$", "\xe2\x80\xa9", TRUE }, /* paragraph separator */
  { "^\\s$", "\xe2\x80\x83", TRUE }, /* em space */
  { "^\\s$", "\xc2\x85", FALSE },    /* next line: white space to Unicode, not to ECMA-262 */
  { "^\\s$", "\xe1\xa0\x8e", FALSE },
  { "^\\s$", "\x01", FALSE },
  { "^\\s$", "–", FALSE },
  { "^\\S$", "\xc2\xa0", FALSE },
  { "^\\S$", "\x01", TRUE },
  /* \b */
  { "\\bcat\\b", "a cat sat", TRUE },
  { "\\bcat\\b", "concatenate", FALSE },
  { "\\Bcat\\B", "concatenate", TRUE },
  { "\\bé", "é", FALSE },
  { "^\\b", "", FALSE },
  { "^\\B", "", TRUE },
  /* escapes */
  { "^\\t$", "\t", TRUE },
  { "^\\t$", "\\t", FALSE },
  { "^\\f\\n\\r\\v$", "\f\n\r\v", TRUE },
  { "^\\cC$", "\x03", TRUE },
  { "^\\cc$", "\x03", TRUE },
  { "^\\cC$", "\\cC", FALSE },
  { "^\\x41$", "A", TRUE },
  { "^\\u0041$", "A", TRUE },
  { "^\\u{1F600}$", "😀", TRUE },
  { "^\\u{41}$", "A", TRUE },
  { "^\\ud83d\\ude00$", "😀", TRUE },
  { "^\\/\\.\\$\\-\\@\\_\\\"$", "/.$-@_\"", TRUE },
  /* properties */
  { "^\\p{Letter}+$", "Straße", TRUE },
  { "\\p{Letter}cole", "Les hivers de mon enfance: l'École", TRUE },
  { "\\wcole", "L'École", FALSE },
  { "[a-z]cole", "L'École", FALSE },
  { "^\\p{L}$", "5", FALSE },
  { "^\\P{L}$", "5", TRUE },
  { "^\\p{Lu}\\p{Lowercase_Letter}$", "Äö", TRUE },
  { "^\\p{General_Category=Decimal_Number}$", "५", TRUE },
  { "^\\p{gc=Nd}$", "५", TRUE },
  { "^\\p{digit}+$", "42", TRUE },
  { "^\\p{digit}+$", "-%#", FALSE },
  { "^\\p{digit}+$", "৪২", TRUE },
  { "^\\p{Script=Greek}+$", "αβγ", TRUE },
  { "^\\p{Script=Grek}+$", "αβγ", TRUE },
  { "^\\p{sc=Cyrillic}+$", "Привет", TRUE },
  { "^\\p{sc=Cyrillic}+$", "Hello", FALSE },
  { "^\\p{Script_Extensions=Greek}+$", "αβγ", TRUE },
  { "^[\\p{L}\\d]+$", "ß5", TRUE },
  { "^[^\\p{L}]+$", "55", TRUE },
  { "^[\\P{L}]+$", "ab", FALSE },
  { "^\\p{Alphabetic}+$", "aé", TRUE },
  { "^\\p{White_Space}$", "\xc2\x85", TRUE },
  { "^\\p{Uppercase}+$", "ÄÖ", TRUE },
  { "^\\p{ASCII}+$", "ä", FALSE },
  { "^\\P{ASCII}+$", "ä", TRUE },
  { "^\\p{Any}$", "🐲", TRUE },
  { "^\\p{Assigned}$", "a", TRUE },
  { "^\\p{Emoji_Presentation}$", "😀", TRUE },
  /* looking ahead and behind */
  { "^(?=.*[A-Z])(?=.*\\d).{8,}$", "Passw0rds", TRUE },
  { "^(?=.*[A-Z])(?=.*\\d).{8,}$", "password", FALSE },
  { "^(?!admin$).*$", "admin", FALSE },
  { "^(?!admin$).*$", "administrator", TRUE },
  { "a(?!b)", "abac", TRUE },
  { "(?<=\\$)\\d+", "$5", TRUE },
  { "(?<!\\$)\\b\\d+", "$5", FALSE },
  /* backreferences */
  { "^(a+)-\\1$", "aa-aa", TRUE },
  { "^(a+)-\\1$", "aa-a", FALSE },
  { "^(?<q>['\"]).*\\k<q>$", "'it'", TRUE },
  { "^(?<q>['\"]).*\\k<q>$", "'it\"", FALSE },
  { "^(?:(a)|b)\\1$", "b", TRUE },
  { "^(?:(a)|b)\\1$", "a", FALSE },
  { "^(.)\\1$", "ää", TRUE },
  { "(\\w)\\1", "hello", TRUE },
  { "^(\\d)\\1$", "५५", FALSE },
  { "^([^])\\1$", "\n\n", TRUE },
  { "^(a)[]?\\1$", "aa", TRUE },
};

static void
test_matches (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbBudget budget = PLENTY;
      SbRegexResult result = search_within (cases[i].pattern, cases[i].text, &budget);

      if (result != (cases[i].matches ? SB_REGEX_MATCH : SB_REGEX_NO_MATCH))
        g_error ("%s on “%s”: %d", cases[i].pattern, cases[i].text, result);
      g_assert_cmpint (budget.left, <, 1000000);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *pattern;
    const char *message;
  } wrong[] = {
    { "^(abc]", "at character 7: “)” is missing" },
    { "abc)", "at character 4: “(” is missing before this “)”" },
    { "[abc", "at character 5: “]” is missing" },
    { "*a", "at character 1: there is nothing for “*” to repeat" },
    { "a**", "at character 3: there is nothing for “*” to repeat" },
    { "a{2}{3}x", NULL },
    { "^*", NULL },
    { "(?=a)*", NULL },
    { "a{3,2}", "at character 7: {3,2} is the wrong way round" },
    { "a{100000}", NULL },
    { "a\\", "at character 3: a backslash stands at the end" },
    { "\\a", "at character 3: “\\a” has no meaning" },
    { "\\Z", NULL },
    { "^\\S(|(.|\\n)*\\S)\\Z", NULL },
    { "\\A", NULL },
    { "\\e", NULL },
    { "\\é", NULL },
    { "\\x4", NULL },
    { "\\u12", NULL },
    { "\\u{110000}", NULL },
    { "\\u{}", NULL },
    { "\\c1", NULL },
    { "\\01", NULL },
    { "\\p", NULL },
    { "\\p{Nonsense}", "at character 4: “Nonsense” is not a Unicode property" },
    { "\\p{Greek}", NULL },
    { "\\p{Script=Klingon}", NULL },
    { "\\p{letter}", NULL },
    { "\\p{L", NULL },
    { "[z-a]", "at character 5: the range is the wrong way round" },
    { "[\\d-z]", NULL },
    { "[a-\\d]", NULL },
    { "(?<n>a)(?<n>b)", NULL },
    { "(?<1>a)", NULL },
    { "(?<n", NULL },
    { "(?P<n>a)", NULL },
    { "(?i)a", NULL },
    { "(?#c)", NULL },
    { "(?>a)", NULL },
    { "\\1", "at character 3: there is no group 1" },
    { "(a)\\2", NULL },
    { "\\k<n>", NULL },
    { "\\k", NULL },
    { "(*LIMIT_MATCH=1)a", NULL },
  };
  g_autofree char *deep = g_strnfill (200, '(');
  g_autofree char *longest = g_strnfill (5000, 'a');
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (SbRegex) regex = sb_regex_new (wrong[i].pattern, &error);

      if (regex != NULL)
        g_error ("%s is accepted", wrong[i].pattern);
      g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_PATTERN);
      if (wrong[i].message != NULL)
        g_assert_cmpstr (error->message, ==, wrong[i].message);
      g_clear_error (&error);
    }

  g_assert_null (sb_regex_new (deep, &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_PATTERN);
  g_clear_error (&error);
  g_assert_null (sb_regex_new (longest, &error));
  g_assert_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_TOO_BIG);
}

/* Expressions that take backtracking exponential or cubic time take steps here, that are counted. */
static void
test_hostile (void)
{
  static const char *const linear[] = { "^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){12}$",
                                        "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*@$" };
  g_autofree char *text = g_strconcat ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "!", NULL);
  g_autofree char *megabyte = g_strnfill (1 << 20, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (linear); i++)
    {
      SbBudget budget = PLENTY;

      g_assert_cmpint (search_within (linear[i], text, &budget), ==, SB_REGEX_NO_MATCH);
      g_assert_cmpint (1000000 - budget.left, <, 6000);
    }

  /* Linear in the text, but more than there is to spend. */
  {
    SbBudget budget = { 50000 };

    g_assert_cmpint (search_within ("a{0,500}b", megabyte, &budget), ==, SB_REGEX_EXHAUSTED);
    g_assert_cmpint (budget.left, <, 0);
    g_assert_cmpint (budget.left, >, -1000);
  }

  /* What PCRE2 has to do ends at its limit, and is charged for it. */
  {
    SbBudget budget = { 50000 };

    g_assert_cmpint (search_within ("^(a+)+\\1$", text, &budget), ==, SB_REGEX_EXHAUSTED);
    g_assert_cmpint (50000 - budget.left, >, 500);
    g_assert_cmpint (budget.left, >, 0);
    g_assert_cmpint (search_within ("(a)\\1b", megabyte, &budget), ==, SB_REGEX_EXHAUSTED);
  }

  /* A look within a look is counted as well. */
  {
    SbBudget budget = { 50000 };

    g_assert_cmpint (search_within ("(?=(?=(?=a*b)a*b)a*b)", megabyte, &budget), ==, SB_REGEX_EXHAUSTED);
    g_assert_cmpint (budget.left, <, 0);
  }
}

/* A machine and PCRE2 agree on random expressions and texts: "(?<!x)" at the end changes nothing, but only PCRE2 can do
 * it. */
static void
test_both_ways (void)
{
  static const char *const pieces[] = { "a", "b", ".", "[ab]", "[^a]", "\\w", "\\s", "^", "$", "\\b", "(?=b)", "(?!a)",
                                        "ä", "\\p{L}" };
  static const char *const repeats[] = { "", "", "", "*", "+", "?", "{2}", "{1,2}", "*?" };
  static const char *const letters[] = { "a", "b", " ", "ä", "\n", "_" };
  guint n_both = 0;

  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) pattern = g_string_new (NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *foreign = NULL;
      g_autoptr (SbRegex) machine = NULL;
      g_autoptr (SbRegex) other = NULL;
      SbBudget budget = PLENTY;
      SbRegexResult result;

      for (int n = g_test_rand_int_range (1, 6); n > 0; n--)
        {
          gboolean group = g_test_rand_int_range (0, 4) == 0;
          int piece = g_test_rand_int_range (0, G_N_ELEMENTS (pieces));

          g_string_append_printf (pattern, "%s%s", group ? "(?:" : "", pieces[piece]);
          if (group)
            g_string_append_printf (pattern, "%s)", g_test_rand_bit () ? "|b" : "a");
          if (group || piece < 7 || piece > 11)
            g_string_append (pattern, repeats[g_test_rand_int_range (0, G_N_ELEMENTS (repeats))]);
        }
      for (int n = g_test_rand_int_range (0, 8); n > 0; n--)
        g_string_append (text, letters[g_test_rand_int_range (0, G_N_ELEMENTS (letters))]);

      foreign = g_strconcat ("(?:", pattern->str, ")(?<!x)", NULL);
      machine = sb_regex_new (pattern->str, NULL);
      other = sb_regex_new (foreign, NULL);
      g_assert_nonnull (machine);
      g_assert_nonnull (other);
      result = sb_regex_search (other, text->str, text->len, &budget);
      if (result == SB_REGEX_EXHAUSTED)
        continue;
      if (sb_regex_search (machine, text->str, text->len, &budget) != result)
        g_error ("%s on “%s”: PCRE2 says %d", pattern->str, text->str, result);
      n_both++;
    }

  g_assert_cmpuint (n_both, >, 2900);
}

/* Classes of many ranges, properties and scripts, against what they say one by one. */
static void
test_wide_classes (void)
{
  for (guint round = 0; round < 50; round++)
    {
      g_autoptr (GString) pattern = g_string_new ("^[");
      g_autoptr (SbRegex) regex = NULL;
      gboolean has[0x500] = { FALSE };
      gboolean negated = g_test_rand_bit ();
      gboolean capitals = g_test_rand_bit (), no_digits = g_test_rand_bit (), greek = g_test_rand_bit ();

      if (negated)
        g_string_append_c (pattern, '^');
      for (guint i = 0; i < 100; i++)
        {
          gunichar first = g_test_rand_int_range (0x100, 0x4f0);
          gunichar last = first + g_test_rand_int_range (0, 6);

          g_string_append_printf (pattern, "\\u{%x}-\\u{%x}", first, last);
          for (gunichar c = first; c <= last; c++)
            has[c] = TRUE;
        }
      for (guint i = 0; i < 30; i++)
        g_string_append_printf (pattern, "%s%s%s", capitals ? "\\p{Lu}" : "", no_digits ? "\\P{L}" : "",
                                greek ? "\\p{sc=Greek}\\p{Script=Greek}" : "");
      g_string_append (pattern, "]$");
      regex = sb_regex_new (pattern->str, NULL);
      g_assert_nonnull (regex);

      for (gunichar c = 0x20; c < G_N_ELEMENTS (has); c++)
        {
          char text[8] = "";
          SbBudget budget = PLENTY;
          gboolean expected = has[c] || (capitals && g_unichar_type (c) == G_UNICODE_UPPERCASE_LETTER)
                              || (no_digits && !g_unichar_isalpha (c))
                              || (greek && g_unichar_get_script (c) == G_UNICODE_SCRIPT_GREEK);

          g_unichar_to_utf8 (c, text);
          if (sb_regex_search (regex, text, strlen (text), &budget)
              != (expected != negated ? SB_REGEX_MATCH : SB_REGEX_NO_MATCH))
            g_error ("%s and U+%04X", pattern->str, c);
        }
    }
}

/* What is left to PCRE2 is charged for how far a repeat runs between two counts, and for its parts; a plain one is
 * cheap however long the text is. */
static void
test_charges (void)
{
  g_autofree char *long_text = g_strnfill (4000, 'a');
  g_autofree char *text = g_strconcat ("YZ", long_text, NULL);
  g_autoptr (GString) many = g_string_new ("(?<!q)(?:");
  SbBudget budget = { 200000 };

  g_assert_cmpint (search_within ("(?<!q)bZ", text, &budget), ==, SB_REGEX_NO_MATCH);
  g_assert_cmpint (budget.left, >, 150000);

  budget.left = 200000;
  g_assert_cmpint (search_within ("(?<!q)[^bZ]*ZY", text, &budget), ==, SB_REGEX_EXHAUSTED);
  g_assert_cmpint (budget.left, <, 140000);

  for (guint i = 0; i < 300; i++)
    g_string_append (many, "(?!a*Z)");
  g_string_append (many, "|x)ZY");
  budget.left = 200000;
  g_assert_cmpint (search_within (many->str, text, &budget), ==, SB_REGEX_EXHAUSTED);
  g_assert_cmpint (budget.left, ==, 200000); /* it was not even tried */

  budget.left = 2000;
  g_assert_cmpint (search_within ("(\\w+) \\1$", "one two two", &budget), ==, SB_REGEX_MATCH);
  g_assert_cmpint (budget.left, >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/regex/matches", test_matches);
  g_test_add_func ("/regex/refused", test_refused);
  g_test_add_func ("/regex/hostile", test_hostile);
  g_test_add_func ("/regex/machine-and-pcre2-agree", test_both_ways);
  g_test_add_func ("/regex/wide-classes", test_wide_classes);
  g_test_add_func ("/regex/charges", test_charges);

  return g_test_run ();
}
