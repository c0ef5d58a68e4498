/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_QUARK (sb-channel-error-quark, sb_channel_error)

/* First segments that later doors of the server need for themselves. */
static const char *const reserved[] = { "api", "metrics", "console", "socket.io" };

/* What one segment of a pattern stands for, the most specific first. */
typedef enum
{
  SEGMENT_LITERAL,
  SEGMENT_STAR,
  SEGMENT_ANY_DEPTH,
  SEGMENT_EVERYTHING, /* the pattern "**", which has the lobby too, as "/" and two stars has not */
} SegmentKind;

/* RFC 3986's unreserved characters: what a URL holds without percent-encoding. */
static inline gboolean
is_channel_byte (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '_' || c == '~' || c == '-';
}

static gboolean
segment_is (const char *segment, gsize length, const char *literal)
{
  return strlen (literal) == length && memcmp (segment, literal, length) == 0;
}

static gboolean
check_literal (const char *segment, gsize length, gboolean is_first, GError **error)
{
  if (length == 0)
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED,
                           _ ("A channel may not have an empty part: no “//”, and no “/” at the end"));
      return FALSE;
    }

  if (segment_is (segment, length, ".") || segment_is (segment, length, ".."))
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED,
                           _ ("“.” and “..” cannot be parts of a channel"));
      return FALSE;
    }

  for (gsize i = 0; i < length; i++)
    {
      if (!is_channel_byte (segment[i]))
        {
          g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED,
                               _ ("A channel is made of the letters A–Z and a–z, digits, “.”, “_”, “~”, “-” and “/”"));
          return FALSE;
        }
    }

  for (gsize i = 0; is_first && i < G_N_ELEMENTS (reserved); i++)
    {
      if (segment_is (segment, length, reserved[i]))
        {
          g_set_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_RESERVED,
                       _ ("“/%s” is kept for the server itself"), reserved[i]);
          return FALSE;
        }
    }

  return TRUE;
}

/* What channels and patterns have in common, before their segments. */
static gboolean
check_outside (const char *text, GError **error)
{
  if (text[0] != '/')
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED, _ ("A channel begins with “/”"));
      return FALSE;
    }

  if (strlen (text) > SB_CHANNEL_MAX_LENGTH)
    {
      g_set_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED,
                   _ ("A channel has at most %d characters"), SB_CHANNEL_MAX_LENGTH);
      return FALSE;
    }

  return TRUE;
}

/**
 * sb_channel_check:
 * @channel: a channel's name, not percent-encoded
 * @error: #SB_CHANNEL_ERROR
 *
 * Whether @channel may be the name of a channel. May be called on any thread.
 */
gboolean
sb_channel_check (const char *channel, GError **error)
{
  const char *segment;

  g_return_val_if_fail (channel != NULL, FALSE);

  if (!check_outside (channel, error))
    return FALSE;

  if (channel[1] == '\0')
    return TRUE;

  segment = channel + 1;
  for (;;)
    {
      const char *end = strchrnul (segment, '/');

      if (!check_literal (segment, end - segment, segment == channel + 1, error))
        return FALSE;
      if (*end == '\0')
        return TRUE;
      segment = end + 1;
    }
}

/**
 * sb_channel_from_path:
 * @raw_path: the path of a request, still percent-encoded, without the query
 * @error: #SB_CHANNEL_ERROR
 *
 * Decodes once and checks. An encoded “/” is refused, because what stands before the server (a proxy) and the server
 * could take it for different paths; so is an encoded “%”, so that nothing is ever decoded twice.
 *
 * Returns: (transfer full) (nullable): the channel
 */
char *
sb_channel_from_path (const char *raw_path, GError **error)
{
  char channel[SB_CHANNEL_MAX_LENGTH + 2]; /* one byte more than allowed, so that the check sees what is too long */
  gsize length = 0;

  g_return_val_if_fail (raw_path != NULL, NULL);

  for (const char *p = raw_path; *p != '\0' && length < sizeof channel - 1; p++)
    {
      char c = *p;

      if (c == '%')
        {
          int high = g_ascii_xdigit_value (p[1]);
          int low = high < 0 ? -1 : g_ascii_xdigit_value (p[2]);

          if (low < 0 || !is_channel_byte ((char) (high << 4 | low)))
            {
              g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED,
                                   _ ("The path has a “%” that does not stand for a character of a channel"));
              return NULL;
            }

          c = (char) (high << 4 | low);
          p += 2;
        }

      channel[length++] = c;
    }
  channel[length] = '\0';

  if (!sb_channel_check (channel, error))
    return NULL;

  return g_strdup (channel);
}

/**
 * sb_channel_pattern_check:
 * @pattern: a pattern
 * @error: #SB_CHANNEL_ERROR
 *
 * Whether @pattern is one. A pattern that could match nothing, such as one below a reserved segment, is refused.
 */
gboolean
sb_channel_pattern_check (const char *pattern, GError **error)
{
  const char *segment;

  g_return_val_if_fail (pattern != NULL, FALSE);

  if (g_str_equal (pattern, "**"))
    return TRUE;

  if (!check_outside (pattern, error))
    return FALSE;

  if (pattern[1] == '\0')
    return TRUE;

  segment = pattern + 1;
  for (;;)
    {
      const char *end = strchrnul (segment, '/');
      gsize length = end - segment;

      if (segment_is (segment, length, "**"))
        {
          if (*end == '\0')
            return TRUE;
          g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED,
                               _ ("“**” can only be the last part of a pattern"));
          return FALSE;
        }

      if (!segment_is (segment, length, "*"))
        {
          if (memchr (segment, '*', length) != NULL)
            {
              g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_MALFORMED,
                                   _ ("“*” stands for a whole part of a channel, as in “/room/*”"));
              return FALSE;
            }
          if (!check_literal (segment, length, segment == pattern + 1, error))
            return FALSE;
        }

      if (*end == '\0')
        return TRUE;
      segment = end + 1;
    }
}

/**
 * sb_channel_pattern_matches:
 * @pattern: a checked pattern
 * @channel: a checked channel
 *
 * Allocates nothing and takes time linear in the length of both.
 */
gboolean
sb_channel_pattern_matches (const char *pattern, const char *channel)
{
  g_return_val_if_fail (pattern != NULL, FALSE);
  g_return_val_if_fail (channel != NULL, FALSE);

  if (g_str_equal (pattern, "**"))
    return TRUE;

  if (pattern[0] != '/' || channel[0] != '/')
    return FALSE;
  pattern++;
  channel++;

  /* The lobby has no segments at all, so only itself (and the two stars above) means it. */
  if (*pattern == '\0' || *channel == '\0')
    return *pattern == *channel;

  for (;;)
    {
      const char *pattern_end = strchrnul (pattern, '/');
      const char *channel_end = strchrnul (channel, '/');
      gsize length = pattern_end - pattern;

      if (segment_is (pattern, length, "**"))
        return TRUE;

      if (!segment_is (pattern, length, "*")
          && ((gsize) (channel_end - channel) != length || memcmp (pattern, channel, length) != 0))
        return FALSE;

      if (*pattern_end == '\0' || *channel_end == '\0')
        return *pattern_end == *channel_end;
      pattern = pattern_end + 1;
      channel = channel_end + 1;
    }
}

/* The kind of the segment at *@position, which moves on to the next; past the end everything counts as literal,
 * since nothing is left open there. */
static SegmentKind
next_kind (const char **position)
{
  const char *segment = *position;
  const char *end;

  if (*segment == '\0')
    return SEGMENT_LITERAL;

  if (g_str_equal (segment, "**"))
    {
      *position = segment + 2;
      return SEGMENT_EVERYTHING;
    }

  segment++;
  end = strchrnul (segment, '/');
  *position = end;

  if (segment_is (segment, end - segment, "**"))
    return SEGMENT_ANY_DEPTH;
  if (segment_is (segment, end - segment, "*"))
    return SEGMENT_STAR;

  return SEGMENT_LITERAL;
}

/**
 * sb_channel_pattern_compare:
 * @a: a checked pattern
 * @b: a checked pattern
 *
 * Decides at the first segment, from the left, of which one pattern leaves more open than the other. This is an
 * order by which patterns can be sorted: of those that match a channel the first is the one that is meant.
 */
int
sb_channel_pattern_compare (const char *a, const char *b)
{
  g_return_val_if_fail (a != NULL, 0);
  g_return_val_if_fail (b != NULL, 0);

  while (*a != '\0' || *b != '\0')
    {
      SegmentKind kind_a = next_kind (&a);
      SegmentKind kind_b = next_kind (&b);

      if (kind_a != kind_b)
        return kind_a < kind_b ? -1 : 1;
    }

  return 0;
}
