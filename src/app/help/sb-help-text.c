/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "help/sb-help-text.h"

#include <gio/gio.h>
#include <string.h>

#define RESOURCES "/org/signalbox/Signalbox/help/"

static void
block_free (gpointer data)
{
  SbHelpBlock *block = data;

  g_free (block->number);
  g_free (block->text);
  g_free (block);
}

static void
topic_free (gpointer data)
{
  SbHelpTopic *topic = data;

  g_free (topic->title);
  g_ptr_array_unref (topic->blocks);
  g_free (topic);
}

/* The original is English, which is what the C locale speaks, too. */
static gboolean
is_english (const char *language)
{
  return g_str_equal (language, "C") || g_str_equal (language, "en") || g_str_has_prefix (language, "en_");
}

/**
 * sb_help_text_load:
 * @languages: as from g_get_language_names(): locales, those that are wanted most first
 *
 * Returns: (transfer full): the help in the first of them in which there is one; otherwise in English
 */
char *
sb_help_text_load (const char *const *languages)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (languages != NULL, NULL);

  for (guint i = 0; bytes == NULL && languages[i] != NULL && !is_english (languages[i]); i++)
    {
      g_autofree char *path = g_strdup_printf (RESOURCES "tasks.%s.md", languages[i]);

      bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    }
  if (bytes == NULL)
    bytes = g_resources_lookup_data (RESOURCES "tasks.md", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* The end of what begins at @start and is closed by @mark; NULL: it is not closed. */
static const char *
find_close (const char *start, const char *mark)
{
  const char *end = strstr (start, mark);

  return end != NULL && end > start ? end : NULL;
}

static void
append_escaped (GString *markup, const char *from, const char *to)
{
  g_autofree char *escaped = g_markup_escape_text (from, to - from);

  g_string_append (markup, escaped);
}

/* [words](address): a link where the address is one of the web, otherwise the words alone. */
static const char *
append_link (GString *markup, const char *p)
{
  const char *words_end = find_close (p + 1, "](");
  const char *end = words_end != NULL ? strchr (words_end, ')') : NULL;
  g_autofree char *words = NULL;
  g_autofree char *inner = NULL;

  if (end == NULL)
    return NULL;
  words = g_strndup (p + 1, words_end - p - 1);
  inner = sb_help_text_markup (words);
  if (g_str_has_prefix (words_end + 2, "https://"))
    {
      g_string_append (markup, "<a href=\"");
      append_escaped (markup, words_end + 2, end);
      g_string_append_printf (markup, "\">%s</a>", inner);
    }
  else
    g_string_append (markup, inner);
  return end + 1;
}

/**
 * sb_help_text_markup:
 * @line: Markdown with emphasis, code and links in it
 *
 * What stands on the screen, which Markdown has in italics, is bold here.
 *
 * Returns: (transfer full): the same as Pango markup
 */
char *
sb_help_text_markup (const char *line)
{
  static const struct
  {
    const char *mark;
    const char *tag;
  } spans[] = { { "`", "tt" }, { "**", "b" }, { "*", "b" } };
  GString *markup = g_string_new (NULL);
  const char *p = line;

  g_return_val_if_fail (line != NULL, NULL);

  while (*p != '\0')
    {
      const char *next = *p == '[' ? append_link (markup, p) : NULL;

      for (guint i = 0; next == NULL && i < G_N_ELEMENTS (spans); i++)
        if (g_str_has_prefix (p, spans[i].mark))
          {
            const char *start = p + strlen (spans[i].mark);
            const char *end = find_close (start, spans[i].mark);

            if (end == NULL)
              continue;
            g_string_append_printf (markup, "<%s>", spans[i].tag);
            append_escaped (markup, start, end);
            g_string_append_printf (markup, "</%s>", spans[i].tag);
            next = end + strlen (spans[i].mark);
          }
      if (next == NULL)
        {
          next = g_utf8_next_char (p);
          append_escaped (markup, p, next);
        }
      p = next;
    }
  return g_string_free (markup, FALSE);
}

/* Takes what was gathered of @block in as Markdown, and begins anew. */
static void
finish (SbHelpTopic *topic, SbHelpKind kind, char *number, GString *gathered)
{
  SbHelpBlock *block;

  if (topic == NULL || gathered->len == 0)
    {
      g_free (number);
      g_string_truncate (gathered, 0);
      return;
    }
  block = g_new0 (SbHelpBlock, 1);
  block->kind = kind;
  block->number = number;
  block->text = kind == SB_HELP_CODE ? g_strdup (gathered->str) : sb_help_text_markup (gathered->str);
  g_ptr_array_add (topic->blocks, block);
  g_string_truncate (gathered, 0);
}

static SbHelpTopic *
topic_new (const char *title)
{
  SbHelpTopic *topic = g_new0 (SbHelpTopic, 1);

  topic->title = g_strdup (title);
  topic->blocks = g_ptr_array_new_with_free_func (block_free);
  return topic;
}

/* Whether @line begins a point of a list; @kind, @number and @rest say which. */
static gboolean
begins_point (const char *line, SbHelpKind *kind, char **number, const char **rest)
{
  gsize digits = strspn (line, "0123456789");

  if (digits > 0 && g_str_has_prefix (line + digits, ". "))
    {
      *kind = SB_HELP_STEP;
      *number = g_strndup (line, digits + 1);
      *rest = line + digits + 2;
      return TRUE;
    }
  if (g_str_has_prefix (line, "- "))
    {
      *kind = SB_HELP_ITEM;
      *number = NULL;
      *rest = line + 2;
      return TRUE;
    }
  return FALSE;
}

/**
 * sb_help_text_read:
 * @markdown: a page with a second-level heading for each topic
 *
 * What stands before the first topic, and pictures, are left out.
 *
 * Returns: (transfer full) (element-type SbHelpTopic): the topics, in order
 */
GPtrArray *
sb_help_text_read (const char *markdown)
{
  GPtrArray *topics = g_ptr_array_new_with_free_func (topic_free);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) gathered = g_string_new (NULL);
  SbHelpTopic *topic = NULL;
  SbHelpKind kind = SB_HELP_PARAGRAPH;
  char *number = NULL;

  g_return_val_if_fail (markdown != NULL, topics);

  lines = g_strsplit (markdown, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      const char *rest;
      gboolean fence = g_str_has_prefix (*line + strspn (*line, " "), "```");

      if (kind == SB_HELP_CODE && !fence)
        {
          g_string_append_printf (gathered, "%s%s", gathered->len > 0 ? "\n" : "", *line);
          continue;
        }
      if (fence || **line == '\0' || g_str_has_prefix (*line, "#") || g_str_has_prefix (*line, "!["))
        {
          gboolean opens = fence && kind != SB_HELP_CODE;

          finish (topic, kind, g_steal_pointer (&number), gathered);
          kind = opens ? SB_HELP_CODE : SB_HELP_PARAGRAPH;
          if (g_str_has_prefix (*line, "## "))
            g_ptr_array_add (topics, topic = topic_new (*line + strlen ("## ")));
          continue;
        }
      rest = *line + strspn (*line, " ");
      {
        SbHelpKind point_kind;
        char *point_number;
        const char *point_rest;

        if (begins_point (*line, &point_kind, &point_number, &point_rest))
          {
            finish (topic, kind, g_steal_pointer (&number), gathered);
            kind = point_kind;
            number = point_number;
            rest = point_rest;
          }
      }
      g_string_append_printf (gathered, "%s%s", gathered->len > 0 ? " " : "", rest);
    }
  finish (topic, kind, number, gathered);
  return topics;
}
