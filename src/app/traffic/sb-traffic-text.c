/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-text.h"
#include "rules/sb-json-guard.h"
#include <string.h>

#define BYTES_A_LINE 16

char *
sb_traffic_text_make (const char *bytes,
                      gsize       length,
                      guint64     offset,
                      guint      *mark)
{
  GString *text = g_string_sized_new (length);
  const char *p = bytes, *end = bytes + length;
  guint n_characters = 0;

  if (mark != NULL)
    *mark = 0;
  while (p < end)
    {
      /* GLib has it that a NUL is no character. */
      gunichar c = *p == '\0' ? 0 : g_utf8_get_char_validated (p, end - p);
      gboolean valid = c != (gunichar) -1 && c != (gunichar) -2;
      gsize n = valid ? (gsize) g_utf8_skip[(guint8) *p] : 1;

      if (mark != NULL && (guint64) (p - bytes) <= offset)
        *mark = n_characters;
      if (!valid)
        g_string_append (text, "\uFFFD");
      else if (c == 0x7f)
        g_string_append (text, "\u2421");
      else if (c < 0x20 && c != '\n' && c != '\t')
        g_string_append_unichar (text, 0x2400 + c);
      else
        g_string_append_len (text, p, (gssize) n);
      p += n;
      n_characters++;
    }
  if (mark != NULL && offset >= length)
    *mark = n_characters;
  return g_string_free (text, FALSE);
}

static void
break_line (GString *text,
            guint    depth)
{
  g_string_append_c (text, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (text, "  ");
}

static gsize
skip_string (const char *json,
             gsize       length,
             gsize       i)
{
  for (i++; i < length && json[i] != '"'; i++)
    if (json[i] == '\\')
      i++;
  return MIN (i + 1, length);
}

static gsize
skip_space (const char *json,
            gsize       length,
            gsize       i)
{
  while (i < length && strchr (" \t\r\n", json[i]) != NULL && json[i] != '\0')
    i++;
  return i;
}

gboolean
sb_traffic_text_is_json (const char *bytes,
                         gsize       length)
{
  g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
  SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;

  limits.max_depth = SB_JSON_MAX_DEPTH;
  limits.max_members = limits.max_values = G_MAXUINT;
  limits.max_string = G_MAXSIZE;
  return sb_json_guard_check (guard, bytes, length, &limits, NULL);
}

char *
sb_traffic_text_indent (const char *json,
                        gsize       length)
{
  GString *text = g_string_sized_new (length * 2);
  guint depth = 0;

  for (gsize i = skip_space (json, length, 0); i < length; i = skip_space (json, length, i))
    {
      gsize next = i + 1;

      switch (json[i])
        {
        case '{':
        case '[':
          g_string_append_c (text, json[i]);
          next = skip_space (json, length, next);
          if (next < length && (json[next] == '}' || json[next] == ']'))
            g_string_append_c (text, json[next++]);
          else
            break_line (text, ++depth);
          break;
        case '}':
        case ']':
          depth -= depth > 0;
          break_line (text, depth);
          g_string_append_c (text, json[i]);
          break;
        case ',':
          g_string_append_c (text, ',');
          break_line (text, depth);
          break;
        case ':':
          g_string_append (text, ": ");
          break;
        case '"':
          next = skip_string (json, length, i);
          g_string_append_len (text, json + i, (gssize) (next - i));
          break;
        default:
          g_string_append_c (text, json[i]);
        }
      i = next;
    }
  return g_string_free (text, FALSE);
}

char *
sb_traffic_text_dump (const guint8 *bytes,
                      gsize         length)
{
  GString *text = g_string_sized_new ((length / BYTES_A_LINE + 1) * 78);

  for (gsize start = 0; start < length; start += BYTES_A_LINE)
    {
      gsize n = MIN (BYTES_A_LINE, length - start);

      g_string_append_printf (text, "%08" G_GSIZE_MODIFIER "x ", start);
      for (gsize i = 0; i < BYTES_A_LINE; i++)
        {
          if (i % 8 == 0)
            g_string_append_c (text, ' ');
          if (i < n)
            g_string_append_printf (text, "%02x ", bytes[start + i]);
          else
            g_string_append (text, "   ");
        }
      g_string_append_c (text, ' ');
      for (gsize i = 0; i < n; i++)
        g_string_append_c (text, g_ascii_isprint (bytes[start + i]) ? (char) bytes[start + i] : '.');
      if (start + n < length)
        g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
