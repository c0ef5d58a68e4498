/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rule-fixture.h"
#include "shadow-list.h"
#include "watch/sb-rule-list.h"

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
count_pspec_cb (GObject *object, GParamSpec *pspec, guint *n)
{
  (*n)++;
}

/* The list against a copy kept by its emissions alone, and against what was put into it. */
static void
test_random (void)
{
  g_autoptr (SbRuleList) list = sb_rule_list_new ();
  g_autoptr (GHashTable) ids = g_hash_table_new (NULL, NULL);
  ShadowList shadow;

  shadow_list_init (&shadow, G_LIST_MODEL (list));
  for (guint i = 0; i < 2000; i++)
    {
      int id = g_test_rand_int_range (1, 60);

      if (g_test_rand_int_range (0, 3) == 0)
        {
          sb_rule_list_remove (list, id);
          g_hash_table_remove (ids, GINT_TO_POINTER (id));
        }
      else
        {
          g_autofree char *pattern = g_strdup_printf ("/%d/%u", id, i);
          g_autoptr (SbRule) rule = rule_make (id, pattern, NULL);

          sb_rule_list_put (list, rule);
          g_hash_table_add (ids, GINT_TO_POINTER (id));
          g_assert_cmpstr (sb_rule_item_get_rule (sb_rule_list_find (list, id))->spec.pattern, ==, pattern);
          g_assert_true (sb_rule_list_find_pattern (list, pattern) == sb_rule_list_find (list, id));
        }
      shadow_list_check_some (&shadow);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, g_hash_table_size (ids));
    }
  shadow_list_check (&shadow);
  for (guint i = 1; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (SbRuleItem) before = g_list_model_get_item (G_LIST_MODEL (list), i - 1);
      g_autoptr (SbRuleItem) item = g_list_model_get_item (G_LIST_MODEL (list), i);

      g_assert_cmpint (sb_rule_item_get_id (before), <, sb_rule_item_get_id (item));
    }
  shadow_list_clear (&shadow);
}

/* A row keeps itself and its counts while its rule changes. */
static void
test_replace (void)
{
  g_autoptr (SbRuleList) list = sb_rule_list_new ();
  g_autoptr (SbRule) first = rule_make (1, "/a", NULL);
  g_autoptr (SbRule) second = rule_make (1, "/b", "true");
  SbRuleItem *item;
  guint n_changed = 0, n_told = 0, n_pattern = 0, n_schema = 0, n_enabled = 0;
  g_autofree char *channels = NULL;

  sb_rule_list_put (list, first);
  item = sb_rule_list_find (list, 1);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect_swapped (list, "item-changed", G_CALLBACK (count_cb), &n_told);
  g_signal_connect (item, "notify::channels", G_CALLBACK (count_pspec_cb), &n_pattern);
  g_signal_connect (item, "notify::has-schema", G_CALLBACK (count_pspec_cb), &n_schema);
  g_signal_connect (item, "notify::enabled", G_CALLBACK (count_pspec_cb), &n_enabled);
  sb_rule_counts_add_passed (first->counts);
  sb_rule_list_put (list, second);

  g_assert_true (sb_rule_list_find (list, 1) == item);
  g_object_get (item, "channels", &channels, NULL);
  g_assert_cmpstr (channels, ==, "/b");
  g_assert_true (sb_rule_item_get_rule (item)->counts == first->counts);
  g_assert_cmpuint (sb_rule_item_get_passed (item), ==, 1);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (n_told, ==, 1);
  g_assert_cmpuint (n_pattern, ==, 1);
  g_assert_cmpuint (n_schema, ==, 1);
  g_assert_cmpuint (n_enabled, ==, 0);
}

static void
test_counts (void)
{
  g_autoptr (SbRuleList) list = sb_rule_list_new ();
  g_autoptr (SbRule) a = rule_make (1, "/a", NULL);
  g_autoptr (SbRule) b = rule_make (2, "/b", NULL);
  g_autoptr (GPtrArray) unsaved = NULL;
  g_autoptr (GPtrArray) none = NULL, again = NULL;
  g_autoptr (GArray) causes = NULL;
  SbRuleItem *item;
  guint n_told = 0, n_failed = 0;

  sb_rule_list_put (list, a);
  sb_rule_list_put (list, b);
  item = sb_rule_list_find (list, 1);
  g_signal_connect_swapped (list, "item-changed", G_CALLBACK (count_cb), &n_told);
  g_signal_connect (list, "notify::failed", G_CALLBACK (count_pspec_cb), &n_failed);
  sb_rule_list_refresh (list);
  g_assert_cmpuint (n_told, ==, 0);

  for (guint i = 0; i < 3; i++)
    sb_rule_counts_add_failed (a->counts, "type");
  sb_rule_counts_add_failed (a->counts, "rate");
  sb_rule_counts_add_passed (a->counts);
  g_assert_cmpuint (sb_rule_item_get_failed (item), ==, 0); /* as of the last refresh */
  sb_rule_list_refresh (list);
  g_assert_cmpuint (sb_rule_item_get_failed (item), ==, 4);
  g_assert_cmpuint (sb_rule_item_get_passed (item), ==, 1);
  g_assert_cmpuint (sb_rule_list_get_failed (list), ==, 4);
  g_assert_cmpuint (n_told, ==, 1);
  g_assert_cmpuint (n_failed, ==, 1);

  causes = sb_rule_item_list_causes (item);
  g_assert_cmpuint (causes->len, ==, 2);
  g_assert_cmpstr (g_array_index (causes, SbRuleCause, 0).cause, ==, "type");
  g_assert_cmpuint (g_array_index (causes, SbRuleCause, 0).n, ==, 3);
  g_assert_cmpstr (g_array_index (causes, SbRuleCause, 1).cause, ==, "rate");

  unsaved = sb_rule_list_take_unsaved (list);
  g_assert_cmpuint (unsaved->len, ==, 1);
  g_assert_cmpint (((SbRule *) g_ptr_array_index (unsaved, 0))->id, ==, 1);
  none = sb_rule_list_take_unsaved (list);
  g_assert_cmpuint (none->len, ==, 0);

  sb_rule_list_give_back_unsaved (list, unsaved);
  again = sb_rule_list_take_unsaved (list);
  g_assert_cmpuint (again->len, ==, 1);
}

/* Only rules that count are a problem. */
static void
test_problems (void)
{
  g_autoptr (SbRuleList) list = sb_rule_list_new ();
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRule) broken = NULL;
  g_autoptr (SbRule) disabled = NULL;
  g_autofree char *problem = NULL;

  spec->schema = g_strdup ("{}");
  broken = sb_rule_new (1, spec, NULL, "It is gone.", 0, 0, NULL);
  spec->enabled = FALSE;
  disabled = sb_rule_new (1, spec, NULL, "It is gone.", 0, 0, NULL);

  sb_rule_list_put (list, broken);
  g_assert_cmpuint (sb_rule_list_get_n_problems (list), ==, 1);
  g_object_get (sb_rule_list_find (list, 1), "problem", &problem, NULL);
  g_assert_cmpstr (problem, ==, "It is gone.");
  sb_rule_list_put (list, disabled);
  g_assert_cmpuint (sb_rule_list_get_n_problems (list), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rule-list/random", test_random);
  g_test_add_func ("/rule-list/replace", test_replace);
  g_test_add_func ("/rule-list/counts", test_counts);
  g_test_add_func ("/rule-list/problems", test_problems);

  return g_test_run ();
}
