/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-locate.h"

#include "rules/sb-json-text.h"

#include <string.h>

static const char *
skip_space (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;

  return p;
}

/* @p is at the opening quote. Behind the closing one; NULL where there is none. */
static const char *
skip_string (const char *p, const char *end)
{
  SbJsonFlaw flaw;
  gboolean escaped;
  const char *quote = sb_json_read_string (p + 1, end, &escaped, &flaw);

  return quote != NULL ? quote + 1 : NULL;
}

/* Numbers, true, false, null: up to what may follow a value. */
static const char *
skip_word (const char *p, const char *end)
{
  const char *start = p;

  while (p < end && strchr (",:]} \t\r\n\"[{", *p) == NULL)
    p++;

  return p > start ? p : NULL;
}

/* Behind the value that begins at @p; nesting is counted, not followed, so depth costs nothing. */
static const char *
skip_value (const char *p, const char *end)
{
  guint depth = 0;

  for (;;)
    {
      p = skip_space (p, end);
      if (p == end)
        return NULL;

      if (*p == '{' || *p == '[')
        {
          depth++;
          p++;
          continue;
        }
      if (*p == '}' || *p == ']')
        {
          if (depth == 0)
            return NULL;
          depth--;
          p++;
        }
      else if (*p == ',' || *p == ':')
        {
          if (depth == 0)
            return NULL;
          p++;
          continue;
        }
      else
        {
          p = *p == '"' ? skip_string (p, end) : skip_word (p, end);
          if (p == NULL)
            return NULL;
        }
      if (depth == 0)
        return p;
    }
}

/* Whether the key written from @key to the quote at @key_end is the token from @token to @token_end: both are unescaped
 * on the way. */
static gboolean
key_is (const char *key, const char *key_end, const char *token, const char *token_end)
{
  while (key < key_end)
    {
      char bytes[4];
      guint n = sb_json_unescape_next (&key, bytes);

      for (guint i = 0; i < n; i++)
        {
          char c;

          if (token == token_end)
            return FALSE;
          c = *token++;
          if (c == '~')
            {
              if (token == token_end || (*token != '0' && *token != '1'))
                return FALSE;
              c = *token++ == '0' ? '~' : '/';
            }
          if (c != bytes[i])
            return FALSE;
        }
    }

  return token == token_end;
}

/* @p is behind the brace. The value of that member. */
static const char *
find_member (const char *p, const char *end, const char *token, const char *token_end)
{
  for (;;)
    {
      const char *key = skip_space (p, end), *behind;

      if (key == end || *key != '"' || (behind = skip_string (key, end)) == NULL)
        return NULL;
      p = skip_space (behind, end);
      if (p == end || *p != ':')
        return NULL;
      p++;
      if (key_is (key + 1, behind - 1, token, token_end))
        return skip_space (p, end);
      p = skip_value (p, end);
      if (p == NULL)
        return NULL;
      p = skip_space (p, end);
      if (p == end || *p != ',')
        return NULL;
      p++;
    }
}

/* "0", "12"; not "01", "-1" or "-" (which means the element behind the last: RFC 6901 §4). */
static gboolean
read_index (const char *token, const char *token_end, guint64 *index)
{
  if (token == token_end || token_end - token > 10 || (*token == '0' && token_end - token > 1))
    return FALSE;

  *index = 0;
  for (; token < token_end; token++)
    {
      if (!g_ascii_isdigit (*token))
        return FALSE;
      *index = *index * 10 + (guint64) (*token - '0');
    }

  return TRUE;
}

/* @p is behind the bracket. */
static const char *
find_element (const char *p, const char *end, const char *token, const char *token_end)
{
  guint64 index;

  if (!read_index (token, token_end, &index))
    return NULL;

  for (; index > 0; index--)
    {
      p = skip_value (p, end);
      if (p == NULL)
        return NULL;
      p = skip_space (p, end);
      if (p == end || *p != ',')
        return NULL;
      p++;
    }

  p = skip_space (p, end);

  return p < end && *p != ']' ? p : NULL;
}

gboolean
sb_json_locate (const char *text, gsize length, const char *pointer, gsize *start, gsize *end)
{
  const char *p = text, *text_end = text + length, *behind;

  g_return_val_if_fail (text != NULL || length == 0, FALSE);
  g_return_val_if_fail (pointer != NULL, FALSE);

  if (length == 0)
    return FALSE;

  p = skip_space (p, text_end);
  while (*pointer != '\0')
    {
      const char *token = pointer + 1, *token_end = strchrnul (token, '/');

      if (*pointer != '/' || p == text_end)
        return FALSE;
      if (*p == '{')
        p = find_member (p + 1, text_end, token, token_end);
      else if (*p == '[')
        p = find_element (p + 1, text_end, token, token_end);
      else
        return FALSE;
      if (p == NULL)
        return FALSE;
      pointer = token_end;
    }

  behind = skip_value (p, text_end);
  if (behind == NULL)
    return FALSE;
  *start = p - text;
  *end = behind - text;

  return TRUE;
}

void
sb_json_find_line (const char *text, gsize length, gsize offset, guint *line, guint *column)
{
  const char *end = text + length, *where = text + MIN (offset, length);

  *line = 1;
  *column = 1;
  for (const char *p = text; p < where; p++)
    {
      if (*p == '\n' || (*p == '\r' && !(p + 1 < end && p[1] == '\n')))
        {
          (*line)++;
          *column = 1;
        }
      else if (((guint8) *p & 0xc0) != 0x80)
        (*column)++;
    }
}
