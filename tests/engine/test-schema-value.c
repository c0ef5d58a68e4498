/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-value.h"
#include "schema-suite.h"

#include <float.h>
#include <math.h>

/* When values are equal, which number is more, and what is a multiple of what: properties that hold for random
 * values. */

#define PLENTY ((SbBudget) { G_MAXINT32 })

static JsonNode *
parse (const char *text)
{
  JsonNode *node = schema_suite_parse (text, -1, NULL);

  if (node == NULL)
    g_error ("%s is not JSON", text);
  return node;
}

/* Writes a random value twice, the second time in other words that mean the same. */
static void
append_random (GString *one, GString *other, guint depth)
{
  static const char *const words[][2] = {
    { "null", "null" },   { "true", "true" },   { "false", "false" }, { "0", "-0.0" },       { "1", "1.0" },
    { "1.5", "15e-1" },   { "\"\"", "\"\"" },   { "\"a\"", "\"\\u0061\"" }, { "-7", "-70e-1" }, { "1e3", "1000" },
    { "\"ä🐲\"", "\"\\u00e4\\ud83d\\udc32\"" }, { "9007199254740993", "9007199254740993" }, { "[]", "[ ]" }, { "{}",
                                                                                                              "{ }" },
  };
  int kind = g_test_rand_int_range (0, depth < 4 ? 4 : 2);
  int n = g_test_rand_int_range (0, 4);

  if (kind < 2)
    {
      int word = g_test_rand_int_range (0, G_N_ELEMENTS (words));

      g_string_append (one, words[word][0]);
      g_string_append (other, words[word][1]);
    }
  else if (kind == 2)
    {
      g_string_append_c (one, '[');
      g_string_append_c (other, '[');
      for (int i = 0; i < n; i++)
        {
          g_string_append (one, i > 0 ? "," : "");
          g_string_append (other, i > 0 ? "," : "");
          append_random (one, other, depth + 1);
        }
      g_string_append_c (one, ']');
      g_string_append_c (other, ']');
    }
  else
    {
      g_autoptr (GString) members = g_string_new (NULL);

      g_string_append_c (one, '{');
      for (int i = 0; i < n; i++)
        {
          g_autoptr (GString) same = g_string_new (NULL);

          g_string_append_printf (one, "%s\"m%d\":", i > 0 ? "," : "", i);
          append_random (one, same, depth + 1);
          /* The members of the other one stand the other way round. */
          g_string_append_printf (same, "%s", i > 0 ? "," : "");
          g_string_prepend (members, same->str);
          g_string_prepend (members, "\":");
          g_string_prepend_c (members, '0' + i);
          g_string_prepend (members, "\"m");
        }
      g_string_append_c (one, '}');
      g_string_append_printf (other, "{%s}", members->str);
    }
}

static char *
random_value (char **same)
{
  GString *one = g_string_new (NULL);
  g_autoptr (GString) other = g_string_new (NULL);

  append_random (one, other, 0);
  *same = g_strdup (other->str);
  return g_string_free (one, FALSE);
}

static void
test_equal (void)
{
  guint n_objects = 0;

  sb_value_hash_init ();
  for (guint round = 0; round < 3000; round++)
    {
      g_autofree char *same_text = NULL;
      g_autofree char *text = random_value (&same_text);
      g_autofree char *different_text = g_strdup_printf ("[%s]", text);
      g_autoptr (JsonNode) one = parse (text);
      g_autoptr (JsonNode) same = parse (same_text);
      g_autoptr (JsonNode) different = parse (different_text);
      SbBudget budget = PLENTY;

      n_objects += JSON_NODE_HOLDS_OBJECT (one);
      if (!sb_value_equal (one, same, &budget) || !sb_value_equal (same, one, &budget))
        g_error ("%s and %s", text, same_text);
      g_assert_cmpuint (sb_value_hash (one, &budget), ==, sb_value_hash (same, &budget));
      g_assert_true (sb_value_equal (one, one, &budget));
      g_assert_false (sb_value_equal (one, different, &budget));
      g_assert_cmpuint (sb_value_hash (one, &budget), !=, sb_value_hash (different, &budget));
    }
  g_assert_cmpuint (n_objects, >, 100);
}

/* The table of uniqueItems finds what comparing each with each finds. */
static void
test_unique (void)
{
  g_autoptr (JsonNode) document = parse ("{\"uniqueItems\":true}");
  g_autoptr (SbSchema) schema = sb_schema_new (document, NULL, NULL, SB_SCHEMA_NO_FLAGS, NULL, NULL);
  guint n_unique = 0;

  for (guint round = 0; round < 1000; round++)
    {
      g_autoptr (GString) text = g_string_new ("[");
      g_autoptr (JsonNode) list = NULL;
      JsonArray *array;
      gboolean unique = TRUE;
      SbBudget budget = PLENTY;

      for (int i = 0, n = g_test_rand_int_range (0, 8); i < n; i++)
        {
          g_autofree char *same = NULL;
          g_autofree char *value = random_value (&same);

          g_string_append_printf (text, "%s%s", i > 0 ? "," : "", g_test_rand_bit () ? value : same);
        }
      g_string_append_c (text, ']');
      list = parse (text->str);
      array = json_node_get_array (list);
      for (guint i = 0; i < json_array_get_length (array); i++)
        for (guint k = 0; k < i; k++)
          unique &= !sb_value_equal (json_array_get_element (array, i), json_array_get_element (array, k), &budget);

      g_assert_cmpint (sb_schema_evaluate (schema, list, 1, NULL), ==, unique ? SB_SCHEMA_VALID : SB_SCHEMA_INVALID);
      n_unique += unique;
    }
  g_assert_cmpuint (n_unique, >, 100);
  g_assert_cmpuint (n_unique, <, 900);
}

static SbNumber
random_number (void)
{
  static const double doubles[] = { 9007199254740992.0, 9007199254740994.0, 9223372036854775808.0,
                                    -9223372036854775808.0, 1e19, -1e19,
                                    0.5, -0.5, 0.0, -0.0, 1e300, 5e-324, 9223372036854774784.0 };
  static const gint64 integers[] = { 9007199254740992, 9007199254740993, 9007199254740994, G_MAXINT64, G_MAXINT64 - 1,
                                     G_MININT64,
                                     G_MININT64 + 1, 0, 1, -1, 9223372036854774784 };

  switch (g_test_rand_int_range (0, 4))
    {
    case 0:
      return (SbNumber) { .d = doubles[g_test_rand_int_range (0, G_N_ELEMENTS (doubles))] };
    case 1:
      return (SbNumber) { .is_int = TRUE, .i = integers[g_test_rand_int_range (0, G_N_ELEMENTS (integers))] };
    case 2:
      return (SbNumber) { .d = g_test_rand_int_range (-20, 20) / 4.0 };
    default:
      return (SbNumber) { .is_int = TRUE, .i = g_test_rand_int_range (-5, 5) };
    }
}

/* A long double of x86 holds every int64 and every double exactly; elsewhere it holds at least as much as is compared
 * here. */
static void
test_compare (void)
{
  if (LDBL_MANT_DIG < 64)
    {
      g_test_skip ("a long double is too short here");
      return;
    }

  for (guint round = 0; round < 20000; round++)
    {
      SbNumber a = random_number (), b = random_number ();
      long double x = a.is_int ? (long double) a.i : (long double) a.d;
      long double y = b.is_int ? (long double) b.i : (long double) b.d;
      int order = sb_number_compare (a, b);

      g_assert_cmpint (order < 0, ==, x < y);
      g_assert_cmpint (order > 0, ==, x > y);
      g_assert_cmpint (sb_number_compare (b, a) < 0, ==, order > 0);
    }
}

/* What was written with a few digits is found again, and multiples are those of the written numbers. */
static void
test_multiples (void)
{
  for (guint round = 0; round < 20000; round++)
    {
      gint64 divisor = g_test_rand_int_range (1, 1000);
      gint64 times = g_test_rand_int_range (-100000, 100000);
      gint64 extra = g_test_rand_int_range (0, (gint32) divisor);
      int places = g_test_rand_int_range (0, 8);
      g_autofree char *divisor_text = g_strdup_printf ("%" G_GINT64_FORMAT "e-%d", divisor, places);
      g_autofree char *value_text = g_strdup_printf ("%" G_GINT64_FORMAT "e-%d", divisor * times + extra, places);
      SbNumber value = { .d = g_ascii_strtod (value_text, NULL) };
      SbDecimal decimal = sb_number_to_decimal (value);

      if (sb_decimal_is_multiple (decimal, sb_number_to_decimal ((SbNumber) { .d = g_ascii_strtod (divisor_text,
                                                                                                   NULL) })) != (extra == 0))
        g_error ("%s of %s", value_text, divisor_text);
      g_assert_cmpfloat_with_epsilon (decimal.digits * pow (10, decimal.exponent), fabs (value.d),
                                      fabs (value.d) * 1e-12);
    }
}

/* What costs more than is there is not done, and not taken for an answer. */
static void
test_budget (void)
{
  g_autoptr (JsonNode) one = parse ("[1,2,3,4,5,6,7,8,9,10]");
  g_autoptr (JsonNode) other = parse ("[1,2,3,4,5,6,7,8,9,10]");

  for (gint64 given = 0; given < 20; given++)
    {
      SbBudget budget = { given };
      gboolean equal = sb_value_equal (one, other, &budget);

      g_assert_cmpint (equal, ==, given >= 11);
      g_assert_cmpint (budget.left >= 0, ==, equal);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schema-value/equal", test_equal);
  g_test_add_func ("/schema-value/unique", test_unique);
  g_test_add_func ("/schema-value/compare", test_compare);
  g_test_add_func ("/schema-value/multiples", test_multiples);
  g_test_add_func ("/schema-value/budget", test_budget);

  return g_test_run ();
}
