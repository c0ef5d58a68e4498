/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel.h"
#include <string.h>

#define MALFORMED SB_CHANNEL_ERROR_MALFORMED
#define RESERVED SB_CHANNEL_ERROR_RESERVED
#define FINE -1

static void
assert_outcome (const char *what, gboolean ok, const GError *error, int expected)
{
  if (expected == FINE)
    {
      if (!ok || error != NULL)
        g_error ("“%s” should be accepted: %s", what, error != NULL ? error->message : "no error set");
      return;
    }

  if (ok || error == NULL)
    g_error ("“%s” should be refused", what);
  if (!g_error_matches (error, SB_CHANNEL_ERROR, expected))
    g_error ("“%s” is refused with code %d, not %d", what, error->code, expected);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpstr (error->message, !=, "");
}

static void
test_paths (void)
{
  static const struct
  {
    const char *path;
    const char *channel; /* NULL: refused */
    int code;
  } cases[] = {
    { "/", "/", FINE },
    { "/news", "/news", FINE },
    { "/room/1", "/room/1", FINE },
    { "/a/b/c/d/e/f", "/a/b/c/d/e/f", FINE },
    { "/A-z_0.9~", "/A-z_0.9~", FINE },
    { "/...", "/...", FINE },
    { "/.hidden", "/.hidden", FINE },
    { "/a..b", "/a..b", FINE },
    { "/%6eews", "/news", FINE },
    { "/%6Eews", "/news", FINE },
    { "/x%2Dy", "/x-y", FINE },
    { "/apis", "/apis", FINE },
    { "/API", "/API", FINE },
    { "/room/api", "/room/api", FINE },
    { "/socket.io.x", "/socket.io.x", FINE },

    { "", NULL, MALFORMED },
    { "news", NULL, MALFORMED },
    { "*", NULL, MALFORMED },
    { "/*", NULL, MALFORMED },
    { "//", NULL, MALFORMED },
    { "//news", NULL, MALFORMED },
    { "/news/", NULL, MALFORMED },
    { "/news//x", NULL, MALFORMED },
    { "/.", NULL, MALFORMED },
    { "/..", NULL, MALFORMED },
    { "/../x", NULL, MALFORMED },
    { "/a/../b", NULL, MALFORMED },
    { "/a/./b", NULL, MALFORMED },
    { "/a/..", NULL, MALFORMED },
    { "/%2e", NULL, MALFORMED },
    { "/%2E%2e", NULL, MALFORMED },
    { "/.%2e/x", NULL, MALFORMED },
    { "/a%2fb", NULL, MALFORMED },
    { "/%2Fa", NULL, MALFORMED },
    { "%2Fa", NULL, MALFORMED },
    { "/a%00", NULL, MALFORMED },
    { "/%00", NULL, MALFORMED },
    { "/%252e", NULL, MALFORMED },
    { "/%25", NULL, MALFORMED },
    { "/a%", NULL, MALFORMED },
    { "/a%6", NULL, MALFORMED },
    { "/a%6g", NULL, MALFORMED },
    { "/a%g6", NULL, MALFORMED },
    { "/a%%36", NULL, MALFORMED },
    { "/a b", NULL, MALFORMED },
    { "/a%20b", NULL, MALFORMED },
    { "/a+b", NULL, MALFORMED },
    { "/a\\b", NULL, MALFORMED },
    { "/a;b", NULL, MALFORMED },
    { "/a:b", NULL, MALFORMED },
    { "/a?b", NULL, MALFORMED },
    { "/caf\xc3\xa9", NULL, MALFORMED },
    { "/caf%C3%A9", NULL, MALFORMED },
    { "/\xff", NULL, MALFORMED },
    { "/%ff", NULL, MALFORMED },
    { "/a\n", NULL, MALFORMED },

    { "/api", NULL, RESERVED },
    { "/api/x", NULL, RESERVED },
    { "/%61pi", NULL, RESERVED },
    { "/metrics", NULL, RESERVED },
    { "/console/a", NULL, RESERVED },
    { "/socket.io", NULL, RESERVED },
    { "/socket%2eio/x", NULL, RESERVED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *channel = sb_channel_from_path (cases[i].path, &error);

      assert_outcome (cases[i].path, channel != NULL, error, cases[i].code);
      g_assert_cmpstr (channel, ==, cases[i].channel);
    }
}

static void
test_length (void)
{
  g_autofree char *longest = g_strnfill (SB_CHANNEL_MAX_LENGTH, 'a');
  g_autofree char *longer = g_strnfill (SB_CHANNEL_MAX_LENGTH + 1, 'a');
  g_autofree char *huge = g_strnfill (100000, 'a');
  g_autoptr (GString) encoded = g_string_new ("/");
  g_autofree char *decoded = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  longest[0] = longer[0] = huge[0] = '/';
  ok = sb_channel_check (longest, &error);
  assert_outcome ("longest", ok, error, FINE);
  ok = sb_channel_pattern_check (longest, &error);
  assert_outcome ("longest pattern", ok, error, FINE);

  ok = sb_channel_check (longer, &error);
  assert_outcome ("longer", ok, error, MALFORMED);
  g_clear_error (&error);
  ok = sb_channel_pattern_check (longer, &error);
  assert_outcome ("longer pattern", ok, error, MALFORMED);
  g_clear_error (&error);
  ok = sb_channel_from_path (longer, &error) != NULL;
  assert_outcome ("longer path", ok, error, MALFORMED);
  g_clear_error (&error);
  ok = sb_channel_from_path (huge, &error) != NULL;
  assert_outcome ("huge path", ok, error, MALFORMED);
  g_clear_error (&error);

  /* The limit is of what is named, not of how it is written. */
  for (int i = 1; i < SB_CHANNEL_MAX_LENGTH; i++)
    g_string_append (encoded, "%61");
  decoded = sb_channel_from_path (encoded->str, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (decoded, ==, longest);

  g_string_append (encoded, "%61");
  ok = sb_channel_from_path (encoded->str, &error) != NULL;
  assert_outcome ("one more, encoded", ok, error, MALFORMED);
}

static void
test_names (void)
{
  static const struct
  {
    const char *channel;
    int code;
  } cases[] = {
    { "/", FINE },
    { "/news", FINE },
    { "/a/b", FINE },
    { "/%61", MALFORMED }, /* a name is not encoded */
    { "", MALFORMED },
    { "a", MALFORMED },
    { "/a/", MALFORMED },
    { "/a/*", MALFORMED },
    { "**", MALFORMED },
    { "/metrics/x", RESERVED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = sb_channel_check (cases[i].channel, &error);

      assert_outcome (cases[i].channel, ok, error, cases[i].code);
    }

  g_assert_false (sb_channel_check ("/a/", NULL));
}

static void
test_patterns (void)
{
  static const struct
  {
    const char *pattern;
    int code;
  } cases[] = {
    { "/", FINE },
    { "**", FINE },
    { "/**", FINE },
    { "/*", FINE },
    { "/news", FINE },
    { "/room/*", FINE },
    { "/*/x/*", FINE },
    { "/a/**", FINE },
    { "/*/**", FINE },

    { "", MALFORMED },
    { "*", MALFORMED },
    { "***", MALFORMED },
    { "**/", MALFORMED },
    { "**/a", MALFORMED },
    { "news", MALFORMED },
    { "/a/**/b", MALFORMED },
    { "/**/", MALFORMED },
    { "/a*", MALFORMED },
    { "/*a", MALFORMED },
    { "/a/***", MALFORMED },
    { "/a/b**", MALFORMED },
    { "/a//b", MALFORMED },
    { "/a/", MALFORMED },
    { "/a/../*", MALFORMED },
    { "/ ", MALFORMED },
    { " /a", MALFORMED },
    { "/a?", MALFORMED },
    { "/[ab]", MALFORMED },
    { "/%61", MALFORMED },
    { "/\xc3\xa9", MALFORMED },
    { "/api/**", RESERVED },
    { "/socket.io", RESERVED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = sb_channel_pattern_check (cases[i].pattern, &error);

      assert_outcome (cases[i].pattern, ok, error, cases[i].code);
    }
}

static void
test_matching (void)
{
  static const struct
  {
    const char *pattern;
    const char *yes;
    const char *no;
  } cases[] = {
    { "/", "/", "/a /a/b" },
    { "/news", "/news", "/ /new /newss /news/x /News /x/news" },
    { "/a/b", "/a/b", "/ /a /b /a/b/c /a/c /ab" },
    { "/*", "/a /news /x.y", "/ /a/b" },
    { "/room/*", "/room/1 /room/x-y", "/ /room /room/1/2 /rooms/1 /roo/1" },
    { "/*/x", "/a/x /x/x", "/ /x /a/y /a/b/x /a/x/y" },
    { "/a/*/c", "/a/b/c /a/c/c", "/a/c /a/b /a/b/c/d /a/b/b/c" },
    { "/a/**", "/a/x /a/x/y /a/x/y/z /a/a", "/ /a /b /b/x /aa/x" },
    { "/a/*/**", "/a/x/y /a/x/y/z", "/a /a/x /b/x/y" },
    { "/**", "/a /a/b /a/b/c", "/" },
    { "**", "/ /a /a/b/c", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) yes = g_strsplit (cases[i].yes, " ", -1);
      g_auto (GStrv) no = g_strsplit (cases[i].no, " ", -1);

      for (char **channel = yes; *channel != NULL; channel++)
        {
          if (!sb_channel_pattern_matches (cases[i].pattern, *channel))
            g_error ("%s should match %s", cases[i].pattern, *channel);
        }
      for (char **channel = no; *channel != NULL && **channel != '\0'; channel++)
        {
          if (sb_channel_pattern_matches (cases[i].pattern, *channel))
            g_error ("%s should not match %s", cases[i].pattern, *channel);
        }
    }
}

static int
sign (int n)
{
  return (n > 0) - (n < 0);
}

static void
test_specificity (void)
{
  /* Each group is more specific than the next; patterns of one group are alike. */
  static const char *const groups[] = {
    "/ /news /a/b /room/x /a/b/c",
    "/a/b/*",
    "/a/b/**",
    "/room/* /a/*",
    "/a/*/*",
    "/a/*/**",
    "/room/** /a/**",
    "/* /*/x",
    "/*/*",
    "/*/**",
    "/**",
    "**",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (groups); j++)
      {
        g_auto (GStrv) left = g_strsplit (groups[i], " ", -1);
        g_auto (GStrv) right = g_strsplit (groups[j], " ", -1);
        int expected = (i > j) - (i < j);

        for (char **a = left; *a != NULL; a++)
          for (char **b = right; *b != NULL; b++)
            {
              int got = sign (sb_channel_pattern_compare (*a, *b));

              if (got != expected)
                g_error ("%s and %s compare as %d, not %d", *a, *b, got, expected);
            }
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/channel/paths", test_paths);
  g_test_add_func ("/channel/length", test_length);
  g_test_add_func ("/channel/names", test_names);
  g_test_add_func ("/channel/pattern/valid-and-not", test_patterns);
  g_test_add_func ("/channel/pattern/matches", test_matching);
  g_test_add_func ("/channel/pattern/the-more-specific-first", test_specificity);

  return g_test_run ();
}
