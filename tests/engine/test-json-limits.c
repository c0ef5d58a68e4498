/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "json-check.h"

/* What is JSON and refused all the same: keys that appear twice, and what is beyond a limit. */

static void
test_duplicate_keys (Fixture *self, gconstpointer data)
{
  static const Refused cases[] = {
    { TEXT ("{\"a\":1,\"a\":1}"), SB_JSON_DUPLICATE_KEY, 7, "/a", "“a” appears twice" },
    { TEXT ("{\"temperature\":1,\"b\":2,\"temperature\":1}"), SB_JSON_DUPLICATE_KEY, 23, "/temperature",
      "“temperature” appears twice" },
    { TEXT ("{\"\":1,\"\":2}"), SB_JSON_DUPLICATE_KEY, 6, "/", "“” appears twice" },
    { TEXT ("{\"a\":1,\"\\u0061\":2}"), SB_JSON_DUPLICATE_KEY, 7, "/a", "“\\u0061” appears twice" },
    { TEXT ("{\"\\u0061\":1,\"a\":2}"), SB_JSON_DUPLICATE_KEY, 12, "/a", "“a” appears twice" },
    { TEXT ("{\"\\u00e4\":1,\"\xc3\xa4\":2}"), SB_JSON_DUPLICATE_KEY, 12, "/ä", "“ä” appears twice" },
    { TEXT ("{\"\\u00E4\":1,\"\\u00e4\":2}"), SB_JSON_DUPLICATE_KEY, 12, "/ä", "“\\u00e4” appears twice" },
    { TEXT ("{\"\\ud83d\\ude82\":1,\"\xf0\x9f\x9a\x82\":2}"), SB_JSON_DUPLICATE_KEY, 18, "/🚂", "“🚂” appears twice" },
    { TEXT ("{\"\\/\":1,\"/\":2}"), SB_JSON_DUPLICATE_KEY, 8, "/~1", "“/” appears twice" },
    { TEXT ("{\"\\n\":1,\"\\u000A\":2}"), SB_JSON_DUPLICATE_KEY, 8, "/\n", "“\\u000A” appears twice" },
    { TEXT ("{\"\\\\\":1,\"\\u005c\":2}"), SB_JSON_DUPLICATE_KEY, 8, "/\\", "“\\u005c” appears twice" },
    { TEXT ("{\"a\":{\"a\":1,\"b\":{\"a\":1}},\"a\":2}"), SB_JSON_DUPLICATE_KEY, 25, "/a", "“a” appears twice" },
    { TEXT ("[{\"x\":[{\"a\":1},{\"a\":1,\"b\":[],\"a\":0}]}]"), SB_JSON_DUPLICATE_KEY, 29, "/0/x/1/a",
      "“a” appears twice" },
    { TEXT ("{\"0123456789abcdef\":1,\"0123456789abcdef\":1}"), SB_JSON_DUPLICATE_KEY, 22, "/0123456789abcdef",
      "“0123456789abcdef” appears twice" },
  };

  assert_refused (self, cases, G_N_ELEMENTS (cases));
}

/* A key of any length is told from one that differs in any one byte, and known again however it is written. */
static void
test_keys_of_every_length (Fixture *self, gconstpointer data)
{
  for (guint length = 1; length < 40; length++)
    {
      g_autofree char *key = g_strnfill (length, 'k');
      g_autofree char *same = g_strdup_printf ("{\"%s\":0,\"%s\":0}", key, key);
      g_autofree char *escaped = g_strdup_printf ("{\"%s\":0,\"%s\\u006b\":0}", key, key + 1);
      g_autofree char *longer = g_strdup_printf ("{\"%s\":0,\"%sk\":0,\"%s\":0}", key, key, key + 1);

      g_assert_false (check (self, same, strlen (same), NULL));
      g_assert_false (check (self, escaped, strlen (escaped), NULL));
      g_assert_true (check (self, longer, strlen (longer), NULL));

      for (guint i = 0; i < length; i++)
        {
          g_autofree char *other = g_strdup (key);
          g_autofree char *text = NULL;

          other[i] = 'j';
          text = g_strdup_printf ("{\"%s\":0,\"%s\":0}", key, other);
          g_assert_true (check (self, text, strlen (text), NULL));
        }
    }
}

static void
append_key (GString *text, guint number)
{
  g_autofree char *key = g_strdup_printf ("%x", number);

  g_string_append_c (text, '"');
  for (const char *p = key; *p != '\0'; p++)
    {
      if (g_test_rand_int_range (0, 4) == 0)
        g_string_append_printf (text, g_test_rand_bit () ? "\\u%04x" : "\\u%04X", *p);
      else
        g_string_append_c (text, *p);
    }
  g_string_append (text, "\":");
}

/* Appends an object of random members, most small, some large, among whose values are others of the kind. While
 * *@repeat counts down, one of all the objects gets a key it has already; its offset goes to @offset. */
static void
append_object (GString *text, guint depth, int *repeat, gsize *offset)
{
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  int n = g_test_rand_int_range (0, 5) == 0 ? g_test_rand_int_range (0, 200) : g_test_rand_int_range (0, 12);

  g_string_append_c (text, '{');
  for (int i = 0; i < n; i++)
    {
      guint number = g_test_rand_int_range (0, 4000);
      gboolean is_new = !g_hash_table_contains (used, GUINT_TO_POINTER (number));

      if (!is_new && (*repeat)-- != 0)
        continue;
      g_hash_table_add (used, GUINT_TO_POINTER (number));
      if (text->str[text->len - 1] != '{')
        g_string_append_c (text, ',');
      if (!is_new)
        *offset = text->len;
      append_key (text, number);
      if (depth > 0 && g_test_rand_int_range (0, 6) == 0)
        append_object (text, depth - 1, repeat, offset);
      else
        g_string_append_c (text, '0');
    }
  g_string_append_c (text, '}');
}

static void
test_random_keys (Fixture *self, gconstpointer data)
{
  const SbJsonLimits limits = { .max_depth = 64, .max_members = 256, .max_values = G_MAXUINT, .max_string = G_MAXSIZE };
  guint n_repeated = 0, n_fine = 0;

  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      int repeat = g_test_rand_int_range (0, 4);
      gsize offset = G_MAXSIZE;
      SbJsonTrouble trouble;
      gboolean ok;

      append_object (text, 3, &repeat, &offset);
      ok = check_with (self, text->str, text->len, &limits, &trouble);
      if (offset == G_MAXSIZE)
        {
          g_assert_true (ok);
          n_fine++;
        }
      else
        {
          g_assert_false (ok);
          g_assert_cmpint (trouble.fault, ==, SB_JSON_DUPLICATE_KEY);
          g_assert_cmpuint (trouble.offset, ==, offset);
          n_repeated++;
        }
    }

  /* Both must have happened often, or the test says nothing. */
  g_assert_cmpuint (n_repeated, >, 100);
  g_assert_cmpuint (n_fine, >, 100);
}

static char *
make_nested (guint depth, gboolean objects)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, objects ? i + 1 < depth ? "{\"a\":" : "{" : "[");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, objects ? "}" : "]");

  return g_string_free (text, FALSE);
}

static void
test_depth (Fixture *self, gconstpointer data)
{
  static const struct
  {
    guint allowed, fits;
  } cases[] = { { 0, 0 }, { 1, 1 }, { 2, 2 }, { 64, 64 }, { 512, 512 }, { 513, 512 }, { G_MAXUINT, 512 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int objects = 0; objects < 2; objects++)
      {
        SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;
        guint fits = cases[i].fits;
        g_autofree char *fine = fits == 0 ? g_strdup ("0") : make_nested (fits, objects);
        g_autofree char *deeper = make_nested (fits + 1, objects);
        g_autofree char *message = g_strdup_printf ("nested deeper than %u", fits);
        SbJsonTrouble trouble;

        limits.max_depth = cases[i].allowed;
        g_assert_true (check_with (self, fine, strlen (fine), &limits, NULL));
        g_assert_false (check_with (self, deeper, strlen (deeper), &limits, &trouble));
        g_assert_cmpint (trouble.fault, ==, SB_JSON_DEPTH);
        g_assert_cmpuint (trouble.offset, ==, fits * (objects ? 5 : 1));
        g_assert_cmpstr (trouble.message, ==, message);
        g_assert_cmpuint (strlen (trouble.pointer), ==, MIN (fits * 2, 254));
      }
}

static void
test_members (Fixture *self, gconstpointer data)
{
  SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;
  SbJsonTrouble trouble;

  limits.max_members = 2;
  g_assert_true (check_with (self, TEXT ("{\"a\":1,\"b\":2}"), &limits, NULL));
  g_assert_true (check_with (self, TEXT ("[{\"a\":1,\"b\":{\"c\":1,\"d\":2}},{\"a\":1,\"b\":2},1,2,3]"),
                             &limits, NULL));
  g_assert_false (check_with (self, TEXT ("[{\"a\":1,\"b\":2,\"c\":3}]"), &limits, &trouble));
  g_assert_cmpint (trouble.fault, ==, SB_JSON_MEMBERS);
  g_assert_cmpuint (trouble.offset, ==, 14);
  g_assert_cmpstr (trouble.pointer, ==, "/0");
  g_assert_cmpstr (trouble.message, ==, "an object has more than 2 members");

  limits.max_members = 0;
  g_assert_true (check_with (self, TEXT ("[{},{}]"), &limits, NULL));
  g_assert_false (check_with (self, TEXT ("{\"a\":1}"), &limits, &trouble));
  g_assert_cmpuint (trouble.offset, ==, 1);

  for (guint n = 250; n < 263; n++)
    {
      g_autoptr (GString) text = g_string_new ("{");

      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "%s\"%u\":0", i > 0 ? "," : "", i);
      g_string_append_c (text, '}');
      g_assert_cmpint (check (self, text->str, text->len, NULL), ==, n <= 256);
    }
}

static void
test_values (Fixture *self, gconstpointer data)
{
  SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;
  SbJsonTrouble trouble;

  /* The array is a value itself. */
  limits.max_values = 4;
  g_assert_true (check_with (self, TEXT ("[1,2,3]"), &limits, NULL));
  g_assert_true (check_with (self, TEXT ("{\"a\":[1],\"b\":2}"), &limits, NULL));
  g_assert_false (check_with (self, TEXT ("[1,2,3,4]"), &limits, &trouble));
  g_assert_cmpint (trouble.fault, ==, SB_JSON_VALUES);
  g_assert_cmpuint (trouble.offset, ==, 7);
  g_assert_cmpstr (trouble.pointer, ==, "/3");
  g_assert_cmpstr (trouble.message, ==, "more than 4 values");
  g_assert_false (check_with (self, TEXT ("[[],[[[]]]]"), &limits, &trouble));
  g_assert_cmpuint (trouble.offset, ==, 6);

  limits.max_values = 0;
  g_assert_false (check_with (self, TEXT ("1"), &limits, &trouble));
  g_assert_cmpint (trouble.fault, ==, SB_JSON_VALUES);
}

static void
test_string_length (Fixture *self, gconstpointer data)
{
  SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;
  SbJsonTrouble trouble;

  limits.max_string = 3;
  g_assert_true (check_with (self, TEXT ("[\"abc\",{\"abc\":\"\"}]"), &limits, NULL));
  g_assert_false (check_with (self, TEXT ("[\"abc\",\"abcd\"]"), &limits, &trouble));
  g_assert_cmpint (trouble.fault, ==, SB_JSON_STRING);
  g_assert_cmpuint (trouble.offset, ==, 7);
  g_assert_cmpstr (trouble.pointer, ==, "/1");
  g_assert_cmpstr (trouble.message, ==, "a string or key is longer than 3 bytes");
  g_assert_false (check_with (self, TEXT ("{\"abcd\":0}"), &limits, &trouble));
  g_assert_cmpuint (trouble.offset, ==, 1);

  /* as written: bytes, and escapes unresolved */
  g_assert_true (check_with (self, TEXT ("\"\xe2\x82\xac\""), &limits, NULL));
  g_assert_false (check_with (self, TEXT ("\"\xe2\x82\xac.\""), &limits, NULL));
  g_assert_false (check_with (self, TEXT ("\"\\u0041\""), &limits, NULL));

  limits.max_string = 0;
  g_assert_true (check_with (self, TEXT ("\"\""), &limits, NULL));
  g_assert_false (check_with (self, TEXT ("\"a\""), &limits, NULL));
}

/* Trouble in one text leaves nothing behind for the next. */
static void
test_one_after_the_other (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) broken = g_string_new ("{");
  g_autoptr (GString) fine = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (broken, "\"%u\":{\"%u\":%s},", i, i, i < 99 ? "0" : "x");
  fine = g_string_new (broken->str);
  g_string_replace (fine, "x},", "0}}", 1);

  for (guint i = 0; i < 50; i++)
    {
      g_assert_false (check (self, broken->str, broken->len, NULL));
      g_assert_true (check (self, fine->str, fine->len, NULL));
      g_assert_true (check (self, TEXT ("{\"1\":{\"1\":0}}"), NULL));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("duplicate-keys", test_duplicate_keys);
  ADD ("keys-of-every-length", test_keys_of_every_length);
  ADD ("random-keys", test_random_keys);
  ADD ("limit/depth", test_depth);
  ADD ("limit/members", test_members);
  ADD ("limit/values", test_values);
  ADD ("limit/string", test_string_length);
  ADD ("one-after-the-other", test_one_after_the_other);

  return g_test_run ();
}
