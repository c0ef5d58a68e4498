/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-guard.h"
#include <json-glib/json-glib.h>
#include <string.h>
#include <time.h>

/* Texts made to hurt, and the two other opinions on what JSON is: json-glib's and, where it is at hand,
 * JSONTestSuite's. */

#define MEGABYTE 1000000
/* Sanitizers look at every byte that is read and are several times slower; quadratic time is thousands of times slower. */
#ifdef __SANITIZE_ADDRESS__
#define MOST_SECONDS 0.5
#else
#define MOST_SECONDS 0.05
#endif

static const SbJsonLimits unlimited = {
  .max_depth = SB_JSON_MAX_DEPTH, .max_members = G_MAXUINT, .max_values = G_MAXUINT, .max_string = G_MAXSIZE
};

/* --- a megabyte of trouble --- */

typedef void (*AppendFunc) (GString *text, guint i);

static GString *
make_text (const char *begin, AppendFunc append, const char *separator, const char *end)
{
  GString *text = g_string_new (begin);

  for (guint i = 0; text->len < MEGABYTE; i++)
    {
      if (i > 0)
        g_string_append (text, separator);
      append (text, i);
    }
  g_string_append (text, end);

  return text;
}

/* "ab" and "bA" have the same hash in g_str_hash(), and so have all strings made of the same number of them. */
static void
append_colliding_key (GString *text, guint i)
{
  g_string_append_c (text, '"');
  for (guint bit = 0; bit < 15; bit++)
    g_string_append (text, i >> bit & 1 ? "ab" : "bA");
  g_string_append (text, "\":0");
}

static void
append_escaped_colliding_key (GString *text, guint i)
{
  g_string_append_c (text, '"');
  for (guint bit = 0; bit < 14; bit++)
    g_string_append (text, i >> bit & 1 ? "\\u0061b" : "b\\u0041");
  g_string_append (text, "\":0");
}

static void
append_numbered_key (GString *text, guint i)
{
  g_string_append_printf (text, "\"%u\":0", i);
}

/* All of one length, with the same beginning and the same end. */
static void
append_similar_key (GString *text, guint i)
{
  g_string_append_printf (text, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%08uzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\":0", i);
}

static void
append_long_key (GString *text, guint i)
{
  g_autofree char *key = g_strnfill (60000, 'k');

  g_string_append_printf (text, "\"%s%u\":0", key, i);
}

/* As many members as the table begins to be used for, again and again. */
static void
append_object_of_17 (GString *text, guint i)
{
  for (guint n = 0; n < 17; n++)
    g_string_append_printf (text, "%s\"%u\":0", n == 0 ? "{" : ",", n);
  g_string_append_c (text, '}');
}

static void
append_empty_object (GString *text, guint i)
{
  g_string_append (text, "{}");
}

static void
append_index (GString *text, guint i)
{
  g_string_append_printf (text, "%u", i);
}

static void
append_real (GString *text, guint i)
{
  g_string_append (text, "1.7976931348623157e308");
}

static void
append_nested (GString *text, guint i)
{
  for (guint depth = 0; depth < 500; depth++)
    g_string_append (text, "{\"a\":");
  g_string_append_c (text, '0');
  for (guint depth = 0; depth < 500; depth++)
    g_string_append_c (text, '}');
}

static void
append_space (GString *text, guint i)
{
  g_string_append_c (text, " \n\r\t"[i % 4]);
}

static void
append_letters (GString *text, guint i)
{
  g_string_append (text, "abcdefgh");
}

static void
append_mixed_scripts (GString *text, guint i)
{
  g_string_append (text, "aä信🚂");
}

static void
append_escapes (GString *text, guint i)
{
  g_string_append (text, "\\ud83d\\ude82\\n\\\\");
}

static void
append_digit (GString *text, guint i)
{
  g_string_append_c (text, '1' + i % 9);
}

static void
append_zero (GString *text, guint i)
{
  g_string_append_c (text, '0');
}

static void
append_bracket (GString *text, guint i)
{
  g_string_append_c (text, '[');
}

/* Objects within objects, each with 256 members of the same names: the most keys that can be open at once. */
static GString *
make_broad_and_deep (void)
{
  GString *text = g_string_new (NULL);
  guint depth = 0;

  for (; text->len < MEGABYTE && depth < SB_JSON_MAX_DEPTH; depth++)
    {
      g_string_append_c (text, '{');
      for (guint i = 0; i < 255; i++)
        g_string_append_printf (text, "\"k%u\":0,", i);
      g_string_append (text, "\"last\":");
    }
  g_string_append_c (text, '0');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '}');

  return text;
}

static double
get_thread_seconds (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);

  return time.tv_sec + time.tv_nsec / 1e9;
}

/* Checks @text, expects @fault, and that it took less than MOST_SECONDS of this thread's time in one of five
 * attempts (a machine that is busy with other things may disturb some). Takes @text. */
static void
assert_quick (const char *name, GString *text, const SbJsonLimits *limits, SbJsonFault fault)
{
  g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
  double best = G_MAXDOUBLE;

  for (int attempt = 0; attempt < 5 && best > MOST_SECONDS; attempt++)
    {
      double start = get_thread_seconds ();
      SbJsonTrouble trouble = { .fault = SB_JSON_OK };
      gboolean ok = sb_json_guard_check (guard, text->str, text->len, limits, &trouble);
      double seconds = get_thread_seconds () - start;

      if (trouble.fault != fault || ok != (fault == SB_JSON_OK))
        g_error ("%s: fault %d: %s", name, trouble.fault, trouble.message);
      best = MIN (best, seconds);
    }

  g_test_message ("%s: %.1f ms for %" G_GSIZE_FORMAT " bytes", name, best * 1e3, text->len);
  if (best > MOST_SECONDS)
    g_error ("%s took %.1f ms", name, best * 1e3);
  g_string_free (text, TRUE);
}

static void
test_megabyte (void)
{
  static const struct
  {
    const char *name, *begin;
    AppendFunc append;
    const char *separator, *end;
    SbJsonFault fault;
  } cases[] = {
    { "colliding keys", "{", append_colliding_key, ",", "}", SB_JSON_OK },
    { "keys that collide once unescaped", "{", append_escaped_colliding_key, ",", "}", SB_JSON_OK },
    { "numbered keys", "{", append_numbered_key, ",", "}", SB_JSON_OK },
    { "numbered keys, the last repeated", "{", append_numbered_key, ",", ",\"77\":0}", SB_JSON_DUPLICATE_KEY },
    { "similar keys", "{", append_similar_key, ",", "}", SB_JSON_OK },
    { "long keys", "{", append_long_key, ",", "}", SB_JSON_OK },
    { "objects of seventeen", "[", append_object_of_17, ",", "]", SB_JSON_OK },
    { "empty objects", "[", append_empty_object, ",", "]", SB_JSON_OK },
    { "integers", "[", append_index, ",", "]", SB_JSON_OK },
    { "greatest doubles", "[", append_real, ",", "]", SB_JSON_OK },
    { "nested and closed", "[", append_nested, ",", "]", SB_JSON_OK },
    { "opened only", "", append_bracket, "", "", SB_JSON_DEPTH },
    { "white space", "[", append_space, "", "]", SB_JSON_OK },
    { "one long string", "\"", append_letters, "", "\"", SB_JSON_OK },
    { "one long string without end", "\"", append_letters, "", "", SB_JSON_SYNTAX },
    { "one long string of every script", "\"", append_mixed_scripts, "", "\"", SB_JSON_OK },
    { "one long string of escapes", "\"", append_escapes, "", "\"", SB_JSON_OK },
    { "one long integer", "", append_digit, "", "", SB_JSON_NUMBER },
    { "one long fraction", "0.", append_digit, "", "", SB_JSON_OK },
    { "one long fraction of zeros", "0.", append_zero, "", "1e1000200", SB_JSON_OK },
    { "one long exponent", "1e", append_digit, "", "", SB_JSON_NUMBER },
    { "one long word", "", append_letters, "", "", SB_JSON_SYNTAX },
    { "trouble at the end of many lines", "[", append_space, "", "x", SB_JSON_SYNTAX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GString *text = make_text (cases[i].begin, cases[i].append, cases[i].separator, cases[i].end);

      assert_quick (cases[i].name, text, &unlimited, cases[i].fault);
    }

  assert_quick ("broad and deep", make_broad_and_deep (), &unlimited, SB_JSON_OK);
}

/* With the limits a server has, the same texts do not even get that far. */
static void
test_megabyte_within_limits (void)
{
  const SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;

  assert_quick ("colliding keys", make_text ("{", append_colliding_key, ",", "}"), &limits, SB_JSON_MEMBERS);
  assert_quick ("empty objects", make_text ("[", append_empty_object, ",", "]"), &limits, SB_JSON_VALUES);
  assert_quick ("integers", make_text ("[", append_index, ",", "]"), &limits, SB_JSON_VALUES);
  assert_quick ("broad and deep", make_broad_and_deep (), &limits, SB_JSON_DEPTH);
  assert_quick ("nested", make_text ("[", append_nested, ",", "]"), &limits, SB_JSON_DEPTH);
}

/* The same key again and again: known at once, wherever the second is. */
static void
test_repeated_keys (void)
{
  for (guint n = 0; n < 300; n++)
    {
      g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
      g_autoptr (GString) text = g_string_new ("{");
      SbJsonTrouble trouble;
      gsize offset;

      for (guint i = 0; i <= n; i++)
        g_string_append_printf (text, "\"%u\":0,", i);
      offset = text->len;
      while (text->len < MEGABYTE / 100)
        g_string_append_printf (text, "\"%u\":0,", n / 2);
      text->str[text->len - 1] = '}';

      g_assert_false (sb_json_guard_check (guard, text->str, text->len, &unlimited, &trouble));
      g_assert_cmpint (trouble.fault, ==, SB_JSON_DUPLICATE_KEY);
      g_assert_cmpuint (trouble.offset, ==, offset);
    }
}

/* --- the opinion of json-glib --- */

static const char *const seeds[] = {
  "{\"type\":\"reading\",\"sensor\":\"kitchen-7\",\"temperature\":21.5,\"humidity\":48,\"ok\":true,\"note\":null}",
  "[1,-2,3.25,4e5,-6.5E-7,0,-0,[],{},[[]],{\"a\":{\"b\":[false]}}]",
  "{\"\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude82\",\"ä信🚂\":\"ä信🚂\"}",
  " [ \"a\" ,\t\"b\" ,\r\n{ \"c\" : [ 9223372036854775807 , -9223372036854775808 , 1.7976931348623157e308 ] } ] ",
  "\"text\"",
  "-12.5e+3",
  "null",
};

static void
mutate (GString *text)
{
  static const char *const pieces[] = {
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\u0041", "\\ud83d", "\\ude82", "0", "1", "-", "+", ".", "e",
    "E9", "e400", "00", " ", "\n", "\t", "\f", "null", "true", "nul", "\"a\":", "\"a\":1,", "[[[[", "\x01", "\x7f",
    "\x80", "\xc3", "\xa4", "\xed\xa0\x80", "ä", "\xef\xbb\xbf", "/", "'", "NaN", "9999999999", "//",
  };
  int n = g_test_rand_int_range (1, 4);

  while (n-- > 0)
    {
      gsize at = g_test_rand_int_range (0, text->len + 1);
      gsize length = g_test_rand_int_range (0, 4);

      length = MIN (length, text->len - at);
      switch (g_test_rand_int_range (0, 4))
        {
        case 0:
          g_string_erase (text, at, length);
          break;
        case 1:
          if (at < text->len)
            text->str[at] = (char) g_test_rand_int_range (1, 256);
          break;
        case 2:
          {
            g_autofree char *copy = g_strndup (text->str + at, length);

            g_string_insert (text, g_test_rand_int_range (0, text->len + 1), copy);
          }
          break;
        default:
          g_string_insert (text, at, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
          break;
        }
    }
}

/* What the guard lets pass, a strict parser understands; and what it calls a breach of the grammar, a strict
 * parser does not accept either. (But for control characters in strings, which json-glib lets pass against RFC
 * 8259 §7, and a byte order mark, which a parser may skip by §8.1.) */
static void
test_json_glib_agrees (void)
{
  g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
  guint n_accepted = 0, n_refused = 0;

  for (int i = 0; i < 200000; i++)
    {
      g_autoptr (GString) text = g_string_new (seeds[g_test_rand_int_range (0, G_N_ELEMENTS (seeds))]);
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GError) error = NULL;
      SbJsonTrouble trouble = { .fault = SB_JSON_OK };
      gboolean guarded, parsed;

      mutate (text);
      json_parser_set_strict (parser, TRUE);
      guarded = sb_json_guard_check (guard, text->str, text->len, &unlimited, &trouble);
      parsed = json_parser_load_from_data (parser, text->str, text->len, &error);

      if (guarded && !parsed)
        g_error ("The guard accepts what json-glib does not (%s): %s", error->message, text->str);
      if (parsed && trouble.fault == SB_JSON_SYNTAX && !g_str_has_prefix (trouble.message, "a control character")
          && !g_str_has_prefix (trouble.message, "a byte order mark"))
        g_error ("The guard refuses what json-glib accepts (%s): %s", trouble.message, text->str);
      if (guarded)
        n_accepted++;
      else
        n_refused++;
    }

  /* Both must have happened often, or the test says nothing. */
  g_assert_cmpuint (n_accepted, >, 5000);
  g_assert_cmpuint (n_refused, >, 5000);
}

/* --- the opinion of JSONTestSuite --- */

static gboolean
is_refused_on_purpose (const char *name, const char *text, gsize length, const SbJsonTrouble *trouble)
{
  if (trouble->fault == SB_JSON_DUPLICATE_KEY)
    return strstr (name, "duplicated_key") != NULL;

  return trouble->fault == SB_JSON_NUL && g_strstr_len (text, length, "\\u0000") != NULL;
}

static void
test_suite (gconstpointer directory)
{
  g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &error);
  const SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;
  const char *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);
      g_autofree char *text = NULL;
      SbJsonTrouble trouble;
      gsize length;
      gboolean ok;

      if (!g_str_has_suffix (name, ".json"))
        continue;
      g_file_get_contents (path, &text, &length, &error);
      g_assert_no_error (error);

      ok = sb_json_guard_check (guard, text, length, &limits, &trouble);
      if (name[0] == 'y' && !ok && !is_refused_on_purpose (name, text, length, &trouble))
        g_error ("%s is refused: %s at %" G_GSIZE_FORMAT, name, trouble.message, trouble.offset);
      if (name[0] == 'n' && ok)
        g_error ("%s is accepted", name);
      n++;
    }

  g_assert_cmpuint (n, >, 0);
}

/* Test data of others, when it lies beside the project: $SIGNALBOX_SUITES or ../shared/suites. */
static char *
find_suite (void)
{
  const char *suites = g_getenv ("SIGNALBOX_SUITES");
  g_autofree char *path = NULL;

  if (suites != NULL)
    path = g_build_filename (suites, "json-parsing", NULL);
  else
    path = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "suites", "json-parsing", NULL);

  return g_file_test (path, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&path) : NULL;
}

int
main (int argc, char *argv[])
{
  g_autofree char *suite = NULL;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-guard/attack/a-megabyte-within-50-ms", test_megabyte);
  g_test_add_func ("/json-guard/attack/a-megabyte-within-limits", test_megabyte_within_limits);
  g_test_add_func ("/json-guard/attack/repeated-keys", test_repeated_keys);
  g_test_add_func ("/json-guard/json-glib-agrees", test_json_glib_agrees);

  suite = find_suite ();
  if (suite != NULL)
    g_test_add_data_func ("/json-guard/json-test-suite", suite, test_suite);

  return g_test_run ();
}
