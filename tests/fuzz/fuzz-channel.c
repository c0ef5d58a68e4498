/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel.h"
#include "sb-fuzz.h"

#include <string.h>

/* Two lines with patterns, then the path of a request. */

static gboolean
check_pattern (const char *pattern)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = sb_channel_pattern_check (pattern, &error);

  sb_fuzz_check_error (ok, error);
  return ok;
}

/* docs/protocol.md's definition of a match, word for word. */
static gboolean
matches (char **pattern, char **channel)
{
  if (*pattern == NULL || *channel == NULL)
    return *pattern == *channel;
  if (g_str_equal (*pattern, "**"))
    return TRUE;
  return (g_str_equal (*pattern, "*") || g_str_equal (*pattern, *channel)) && matches (pattern + 1, channel + 1);
}

static void
check_match (const char *pattern, const char *channel)
{
  g_auto (GStrv) pattern_segments = g_strsplit (pattern[0] == '/' ? pattern + 1 : pattern, "/", -1);
  g_auto (GStrv) channel_segments = g_strsplit (channel + 1, "/", -1);
  gboolean expected = g_str_equal (pattern, "**") || matches (pattern_segments, channel_segments);

  g_assert_cmpint (sb_channel_pattern_matches (pattern, channel), ==, expected);
}

static char *
check_path (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;
  char *channel = sb_channel_from_path (path, &error);

  sb_fuzz_check_error (channel != NULL, error);
  if (channel == NULL)
    return NULL;
  g_assert_cmpuint (strlen (channel), <=, SB_CHANNEL_MAX_LENGTH);
  g_assert_true (sb_channel_check (channel, NULL));
  again = sb_channel_from_path (channel, NULL);
  g_assert_cmpstr (again, ==, channel);
  /* A channel is also the pattern that means it alone. */
  g_assert_true (sb_channel_pattern_check (channel, NULL));
  g_assert_true (sb_channel_pattern_matches (channel, channel));
  return channel;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  g_autofree char *a = sb_fuzz_take_line (&input);
  g_autofree char *b = sb_fuzz_take_line (&input);
  g_autofree char *path = sb_fuzz_take_line (&input);
  g_autofree char *channel = check_path (path);
  gboolean a_ok = check_pattern (a);
  gboolean b_ok = check_pattern (b);

  if (a_ok && channel != NULL)
    check_match (a, channel);
  if (b_ok && channel != NULL)
    check_match (b, channel);
  if (a_ok)
    g_assert_cmpint (sb_channel_pattern_compare (a, a), ==, 0);
  if (a_ok && b_ok)
    g_assert_cmpint (sb_channel_pattern_compare (a, b), ==, -sb_channel_pattern_compare (b, a));
  return 0;
}
