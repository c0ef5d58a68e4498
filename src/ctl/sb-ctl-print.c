/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-ctl.h"

#include <glib/gi18n.h>
#include <stdio.h>

void
sb_ctl_print_json (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  printf ("%s\n", text);
}

int
sb_ctl_width (const char *text)
{
  int width = 0;

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (!g_unichar_iszerowidth (character))
        width += g_unichar_iswide (character) ? 2 : 1;
    }

  return width;
}

char *
sb_ctl_pad (const char *text, int width, gboolean right)
{
  int padding = MAX (width - sb_ctl_width (text), 0);

  return right ? g_strdup_printf ("%*s%s", padding, "", text) : g_strdup_printf ("%s%*s", text, padding, "");
}

char *
sb_ctl_cut (const char *text, int width)
{
  g_autoptr (GString) cut = NULL;
  int used = 0;

  if (sb_ctl_width (text) <= width)
    return g_strdup (text);

  cut = g_string_new (NULL);
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      used += g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
      if (used >= width)
        break;
      g_string_append_unichar (cut, character);
    }
  g_string_append (cut, "…");

  return g_string_free_and_steal (g_steal_pointer (&cut));
}

static void
print_cell (const char *text, int width, gboolean number, gboolean last)
{
  int padding = width - sb_ctl_width (text);

  if (number)
    printf ("%*s%s", padding, "", text);
  else
    printf ("%s%*s", text, last ? 0 : padding, "");
  fputs (last ? "\n" : "  ", stdout);
}

static void
print_table (JsonArray *rows, const SbCtlColumn *columns, guint n_columns)
{
  guint n_rows = json_array_get_length (rows);
  g_autofree int *widths = g_new (int, n_columns);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (guint c = 0; c < n_columns; c++)
    widths[c] = sb_ctl_width (_(columns[c].heading));
  for (guint r = 0; r < n_rows; r++)
    for (guint c = 0; c < n_columns; c++)
      {
        char *cell = columns[c].cell (json_array_get_object_element (rows, r), columns[c].member);

        g_ptr_array_add (cells, cell);
        widths[c] = MAX (widths[c], sb_ctl_width (cell));
      }

  for (guint c = 0; c < n_columns; c++)
    print_cell (_(columns[c].heading), widths[c], columns[c].number, c + 1 == n_columns);
  for (guint i = 0; i < cells->len; i++)
    print_cell (g_ptr_array_index (cells, i), widths[i % n_columns], columns[i % n_columns].number,
                (i + 1) % n_columns == 0);
}

void
sb_ctl_print_list (const SbCtlOptions *options, JsonObject *answer, const char *name, const SbCtlColumn *columns,
                   guint n_columns, const char *none)
{
  JsonNode *node = json_object_get_member (answer, name);
  JsonArray *rows = json_node_get_array (node);

  if (options->json)
    sb_ctl_print_json (node);
  else if (json_array_get_length (rows) == 0)
    printf ("%s\n", none);
  else
    print_table (rows, columns, n_columns);
}

void
sb_ctl_print_done (const SbCtlOptions *options, JsonObject *answer, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (options->json)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), answer);

      sb_ctl_print_json (node);
      return;
    }
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  printf ("%s\n", text);
}

char *
sb_ctl_format_time (JsonObject *object, const char *member, const char *none)
{
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (GDateTime) local = NULL;

  if (json_object_get_null_member (object, member))
    return g_strdup (none);
  time = g_date_time_new_from_iso8601 (json_object_get_string_member (object, member), NULL);
  if (time == NULL)
    return g_strdup (json_object_get_string_member (object, member));
  local = g_date_time_to_local (time);

  return g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
}

char *
sb_ctl_format_moment (JsonObject *object, const char *member)
{
  return sb_ctl_format_time (object, member, "");
}

char *
sb_ctl_format_integer (JsonObject *object, const char *member)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, json_object_get_int_member (object, member));
}

char *
sb_ctl_format_strings (JsonObject *object, const char *member)
{
  JsonArray *array = json_object_get_array_member (object, member);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) strings = NULL;

  for (guint i = 0; i < json_array_get_length (array); i++)
    g_strv_builder_add (builder, json_array_get_string_element (array, i));
  strings = g_strv_builder_end (builder);

  return g_strjoinv (", ", strings);
}

char *
sb_ctl_format_text (JsonObject *object, const char *member)
{
  const char *text = json_object_get_null_member (object, member) ? "" : json_object_get_string_member (object, member);
  GString *clean = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      /* Format characters too: they can turn the direction of what follows. */
      if (g_unichar_iscntrl (character) || g_unichar_type (character) == G_UNICODE_FORMAT)
        g_string_append_unichar (clean, 0xfffd);
      else
        g_string_append_unichar (clean, character);
    }

  return g_string_free (clean, FALSE);
}
