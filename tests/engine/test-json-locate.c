/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-guard.h"
#include "rules/sb-json-locate.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* @expected: the text of the value; NULL: there is none. */
static void
check (const char *text, const char *pointer, const char *expected)
{
  gsize start = 0, end = 0;
  gboolean found = sb_json_locate (text, strlen (text), pointer, &start, &end);

  g_assert_cmpint (found, ==, expected != NULL);
  if (!found)
    return;
  g_autofree char *value = g_strndup (text + start, end - start);
  g_assert_cmpstr (value, ==, expected);
}

static void
test_values (void)
{
  const char *text = " { \"a\" : [ 1 , {\"b\":\"x]}\\\"\"}, [ ] , null],\n\"\": -1.5e3 ,\"c d\":true,\"last\":{}} ";

  check (text, "", "{ \"a\" : [ 1 , {\"b\":\"x]}\\\"\"}, [ ] , null],\n\"\": -1.5e3 ,\"c d\":true,\"last\":{}}");
  check (text, "/a", "[ 1 , {\"b\":\"x]}\\\"\"}, [ ] , null]");
  check (text, "/a/0", "1");
  check (text, "/a/1/b", "\"x]}\\\"\"");
  check (text, "/a/2", "[ ]");
  check (text, "/a/3", "null");
  check (text, "/", "-1.5e3");
  check (text, "/c d", "true");
  check (text, "/last", "{}");
  check ("17", "", "17");
}

static void
test_no_such_value (void)
{
  const char *text = "{\"a\":[1,2],\"b\":{\"c\":1}}";

  for (const char *const *pointer = (const char *const[]) { "/x", "/a/2", "/a/-", "/a/01", "/a/-1", "/a/", "/a/0/0", "/b/d", "/b/c/d",
                                                            "a", "/a/99999999999999999999", "/a/1x", NULL };
       *pointer != NULL; pointer++)
    check (text, *pointer, NULL);
  check ("", "", NULL);
  check ("[]", "/0", NULL);
  check ("{}", "/", NULL);
}

static void
test_escapes (void)
{
  check ("{\"a/b\":1,\"m~n\":2,\"~1\":3}", "/a~1b", "1");
  check ("{\"a/b\":1,\"m~n\":2,\"~1\":3}", "/m~0n", "2");
  check ("{\"a/b\":1,\"m~n\":2,\"~1\":3}", "/~01", "3");
  check ("{\"a/b\":1}", "/a~2b", NULL);
  check ("{\"a\":1}", "/a~", NULL);
  /* Keys mean what they say, however they are written. */
  check ("{\"\\u00e9\\n\\\"\":1}", "/é\n\"", "1");
  check ("{\"\\ud83d\\ude00\":1}", "/😀", "1");
  check ("{\"ab\":0,\"a\":1}", "/a", "1");
}

/* Text that no guard saw: nothing is promised but that nothing beyond it is read, which the sanitizers see. */
static void
test_broken_text (void)
{
  static const char *const texts[] = { "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":[", "[1,", "[1", "\"a", "{\"a\\", "]", "}", ",", "{]", "[[[[" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gsize length = strlen (texts[i]), start, end;
      g_autofree char *exact = g_memdup2 (texts[i], length);

      for (const char *const *pointer = (const char *const[]) { "", "/a", "/0", "/a/0", NULL }; *pointer != NULL; pointer++)
        if (sb_json_locate (exact, length, *pointer, &start, &end))
          g_assert_true (start < end && end <= length);
    }
}

/* --- every value of random texts is found where it is --- */

static JsonNode *
make_value (guint depth)
{
  JsonNode *node = json_node_alloc ();
  int kind = g_test_rand_int_range (0, depth == 0 ? 3 : 5);

  if (kind == 0)
    return json_node_init_int (node, g_test_rand_int ());
  if (kind == 1)
    return json_node_init_string (node, (const char *const[]) { "", "}", "a\"b", "é\\" }[g_test_rand_int_range (0, 4)]);
  if (kind == 2)
    return json_node_init_null (node);
  if (kind == 3)
    {
      g_autoptr (JsonArray) array = json_array_new ();

      for (int n = g_test_rand_int_range (0, 4); n > 0; n--)
        json_array_add_element (array, make_value (depth - 1));
      return json_node_init_array (node, array);
    }
  g_autoptr (JsonObject) object = json_object_new ();

  for (int n = g_test_rand_int_range (0, 4); n > 0; n--)
    json_object_set_member (object, (const char *const[]) { "", "a", "a/b", "~", "é\n", "long key" }[g_test_rand_int_range (0, 6)],
                            make_value (depth - 1));
  return json_node_init_object (node, object);
}

static void
check_tree (const char *text, JsonNode *node, const char *pointer)
{
  g_autofree char *written = json_to_string (node, FALSE);

  check (text, pointer, written);
  if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      {
        g_autofree char *below = g_strdup_printf ("%s/%u", pointer, i);

        check_tree (text, json_array_get_element (json_node_get_array (node), i), below);
      }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *value;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &name, &value))
        {
          g_autoptr (GString) below = g_string_new (name);

          g_string_replace (below, "~", "~0", 0);
          g_string_replace (below, "/", "~1", 0);
          g_string_prepend_c (below, '/');
          g_string_prepend (below, pointer);
          check_tree (text, value, below->str);
        }
    }
}

static void
test_random (void)
{
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (JsonNode) root = make_value (4);
      g_autofree char *text = json_to_string (root, FALSE);

      check_tree (text, root, "");
    }
}

/* The pointer that the guard gives leads to where the guard says it is. */
static void
test_lines (void)
{
  const char *text = "{\n  \"a\": 1,\r\n  \"é\": [1, 2]\r}";
  gsize start, end;
  guint line, column;

  g_assert_true (sb_json_locate (text, strlen (text), "/é/1", &start, &end));
  sb_json_find_line (text, strlen (text), start, &line, &column);
  g_assert_cmpuint (line, ==, 3);
  g_assert_cmpuint (column, ==, 12);
  sb_json_find_line (text, strlen (text), strlen (text), &line, &column);
  g_assert_cmpuint (line, ==, 4);
  g_assert_cmpuint (column, ==, 2);
  sb_json_find_line (text, strlen (text), 0, &line, &column);
  g_assert_cmpuint (line, ==, 1);
  g_assert_cmpuint (column, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-locate/values", test_values);
  g_test_add_func ("/json-locate/no-such-value", test_no_such_value);
  g_test_add_func ("/json-locate/escapes", test_escapes);
  g_test_add_func ("/json-locate/broken-text", test_broken_text);
  g_test_add_func ("/json-locate/random", test_random);
  g_test_add_func ("/json-locate/lines", test_lines);

  return g_test_run ();
}
