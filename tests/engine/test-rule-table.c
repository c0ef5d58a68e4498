/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel.h"
#include "rule-fixture.h"

static void
check (SbRuleTable *table, const char *channel, const char *pattern)
{
  SbRule *rule = sb_rule_table_lookup (table, channel);

  g_assert_cmpstr (rule != NULL ? rule->spec.pattern : NULL, ==, pattern);
}

static void
test_most_specific (void)
{
  g_autoptr (SbRuleTable) table =
      rule_make_table (rule_make (1, "**", NULL), rule_make (2, "/a/**", NULL), rule_make (3, "/a/*", NULL),
                       rule_make (4, "/a/b", NULL), rule_make (5, "/*/b", NULL), rule_make (6, "/", NULL),
                       rule_make (7, "/*/x/**", NULL), NULL);

  check (table, "/", "/");
  check (table, "/a", "**"); /* two stars below /a are not /a itself */
  check (table, "/a/b", "/a/b");
  check (table, "/a/c", "/a/*");
  check (table, "/a/c/d", "/a/**");
  check (table, "/a/x/y", "/a/**"); /* decided at the first segment */
  check (table, "/c/b", "/*/b");
  check (table, "/c/x/y/z", "/*/x/**");
  check (table, "/c/x", "**");
  check (table, "/c/d", "**");
}

static void
test_none (void)
{
  g_autoptr (SbRuleTable) empty = rule_make_table (NULL, NULL);
  g_autoptr (SbRuleTable) table = rule_make_table (rule_make (1, "/**", NULL), NULL);

  check (empty, "/", NULL);
  check (empty, "/a", NULL);
  check (table, "/", NULL); /* the lobby has no segments */
  check (table, "/a", "/**");
}

static void
test_disabled (void)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRuleTable) table = NULL;

  spec->enabled = FALSE;
  table = rule_make_table (rule_make_full (1, spec), rule_make (2, "/*", NULL), NULL);
  check (table, "/a", "/*");
}

/* The tree finds what a search through all of them finds. */
static char *
make_channel (gboolean pattern)
{
  static const char *const segments[] = { "a", "b", "c", "*" };
  GString *text = g_string_new (NULL);
  int n = g_test_rand_int_range (0, 5);

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "/%s", segments[g_test_rand_int_range (0, pattern ? 4 : 3)]);
  if (pattern && g_test_rand_int_range (0, 3) == 0)
    g_string_append (text, "/**");
  if (text->len == 0)
    g_string_append (text, pattern && g_test_rand_bit () ? "**" : "/");

  return g_string_free (text, FALSE);
}

static const char *
search (GPtrArray *rules, const char *channel)
{
  const char *best = NULL;

  for (guint i = 0; i < rules->len; i++)
    {
      const char *pattern = ((SbRule *) g_ptr_array_index (rules, i))->spec.pattern;

      if (sb_channel_pattern_matches (pattern, channel) && (best == NULL || sb_channel_pattern_compare (pattern, best) < 0))
        best = pattern;
    }

  return best;
}

static void
test_random (void)
{
  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_rule_unref);
      g_autoptr (SbRuleTable) table = NULL;

      for (int n = g_test_rand_int_range (0, 30); n > 0; n--)
        {
          g_autofree char *pattern = make_channel (TRUE);

          g_ptr_array_add (rules, rule_make (n, pattern, NULL));
        }
      table = sb_rule_table_new (rules);
      for (guint i = 0; i < 100; i++)
        {
          g_autofree char *channel = make_channel (FALSE);

          check (table, channel, search (rules, channel));
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rule-table/most-specific", test_most_specific);
  g_test_add_func ("/rule-table/none", test_none);
  g_test_add_func ("/rule-table/disabled", test_disabled);
  g_test_add_func ("/rule-table/random", test_random);

  return g_test_run ();
}
