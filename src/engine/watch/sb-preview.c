/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watch/sb-preview.h"

#include "access/sb-text.h"

#define ELLIPSIS 0x2026
#define REPLACEMENT 0xfffd
#define SYMBOL_FOR_NULL 0x2400 /* the pictures of U+0000 to U+001F follow each other */
#define SYMBOL_FOR_DELETE 0x2421
/* So many bytes are looked at, so that a megabyte of spaces costs no more than other text. */
#define MAX_READ 4096

static gboolean
is_space (gunichar c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* What stands for a character in one line of text. Marks that turn the direction of writing would let a message
 * rearrange the line. */
static gunichar
get_picture (gunichar c)
{
  if (c < 0x20)
    return SYMBOL_FOR_NULL + c;
  if (c == 0x7f)
    return SYMBOL_FOR_DELETE;

  return sb_text_is_plain_character (c) ? c : REPLACEMENT;
}

/* Reads the character at @p, at least one byte; a byte that is no UTF-8 is read as U+FFFD. */
static const char *
read_character (const char *p,
                const char *end,
                gunichar   *c)
{
  if ((guchar) *p < 0x80)
    {
      *c = (guchar) *p;
      return p + 1;
    }

  *c = g_utf8_get_char_validated (p, end - p);
  if ((*c & 0x80000000) != 0)
    {
      *c = REPLACEMENT;
      return p + 1;
    }

  return g_utf8_next_char (p);
}

/* Whether the bytes to @end are the beginning of a character that was cut off. */
static gboolean
is_cut_character (const char *p,
                  const char *end)
{
  return end - p < 4 && (guchar) *p >= 0x80 && g_utf8_get_char_validated (p, end - p) == (gunichar) -2;
}

/* One more than can be shown, so as to know whether something is missing. */
typedef struct
{
  gunichar characters[SB_PREVIEW_MAX + 1];
  guint n;
} Line;

static gboolean
line_is_full (const Line *line)
{
  return line->n == G_N_ELEMENTS (line->characters);
}

static void
line_add (Line    *line,
          gunichar c)
{
  if (!line_is_full (line))
    line->characters[line->n++] = c;
}

/* A run of white space: as it is where it is spaces alone, else one space, and none in front of all. Returns what
 * follows it. */
static const char *
line_add_spaces (Line       *line,
                 const char *p,
                 const char *end)
{
  gboolean only_spaces = TRUE;
  guint n = 0;

  while (p < end)
    {
      gunichar c;
      const char *next = read_character (p, end, &c);

      if (!is_space (c))
        break;
      only_spaces = only_spaces && c == ' ';
      n++;
      p = next;
    }

  if (line->n > 0)
    for (n = only_spaces ? n : 1; n > 0; n--)
      line_add (line, ' ');

  return p;
}

static char *
line_to_text (Line     *line,
              gboolean  cut)
{
  GString *text = g_string_sized_new (line->n + 4);

  if (line_is_full (line) || (cut && line->n == SB_PREVIEW_MAX))
    {
      line->n = SB_PREVIEW_MAX - 1;
      cut = TRUE;
    }
  while (line->n > 0 && line->characters[line->n - 1] == ' ')
    line->n--;

  for (guint i = 0; i < line->n; i++)
    g_string_append_unichar (text, line->characters[i]);
  if (cut)
    g_string_append_unichar (text, ELLIPSIS);

  return g_string_free (text, FALSE);
}

static char *
make_text (const char *text,
           gsize       length,
           gboolean    cut)
{
  const char *p = text, *end;
  Line line = { .n = 0 };

  if (length > MAX_READ)
    {
      length = MAX_READ;
      cut = TRUE;
    }
  end = text + length;

  while (p < end && !line_is_full (&line) && !(cut && is_cut_character (p, end)))
    {
      gunichar c;
      const char *next = read_character (p, end, &c);

      if (is_space (c))
        {
          p = line_add_spaces (&line, p, end);
        }
      else
        {
          line_add (&line, get_picture (c));
          p = next;
        }
    }

  return line_to_text (&line, cut);
}

static char *
make_hex (const guchar *bytes,
          gsize         length,
          gboolean      cut)
{
  const gsize max = SB_PREVIEW_MAX / 3; /* "xx " each, the last without its space */
  GString *line = g_string_sized_new (SB_PREVIEW_MAX + 4);

  if (length > max || (cut && length == max))
    {
      length = max - 1;
      cut = TRUE;
    }

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (line, i == 0 ? "%02x" : " %02x", bytes[i]);
  if (cut)
    {
      if (line->len > 0)
        g_string_append_c (line, ' ');
      g_string_append_unichar (line, ELLIPSIS);
    }

  return g_string_free (line, FALSE);
}

/**
 * sb_preview_make:
 * @payload: (nullable): any bytes
 * @size: in bytes, of the message the payload may be the beginning of
 * @binary: whether to show numbers instead of text
 *
 * Makes one line of valid UTF-8, at most #SB_PREVIEW_MAX characters, an ellipsis at the end where something is
 * missing. Text: control characters become the pictures Unicode has for them (U+2400…), what is not UTF-8 or would
 * turn the direction of writing becomes U+FFFD, a run of white space with a line break or a tab in it one space, and
 * white space at either end goes. Binary: bytes in hexadecimal. Takes the same time however long the payload is.
 *
 * Returns: (transfer full): the line
 */
char *
sb_preview_make (GBytes  *payload,
                 guint64  size,
                 gboolean binary)
{
  gsize length = 0;
  const char *data = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;
  gboolean cut = size > length;

  return binary ? make_hex ((const guchar *) data, length, cut) : make_text (data, length, cut);
}
