/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-run.h"

#include <math.h>
#include <string.h>

/* Characters of a value that a message shows, bytes of a message, and bytes of a pointer. */
#define MAX_VALUE 60
#define MAX_MESSAGE 700
#define MAX_POINTER 512

void
sb_schema_error_free (SbSchemaError *self)
{
  g_free (self->instance_pointer);
  g_free (self->schema_pointer);
  g_free (self->message);
  g_free (self);
}

/* --- values --- */

/* As much of @text as fits; FALSE: that is not all of it. */
static gboolean
append_text (GString *out, const char *text, guint most)
{
  const char *p = text;

  for (guint n = 0; *p != '\0'; n++, p = g_utf8_next_char (p))
    {
      if (n == most)
        {
          g_string_append (out, "…");
          return FALSE;
        }
      if ((guint8) *p < 0x20 || *p == 0x7f)
        g_string_append_printf (out, "\\u%04x", (guint) (guint8) *p);
      else
        g_string_append_len (out, p, g_utf8_next_char (p) - p);
    }

  return TRUE;
}

char *
sb_words_text (const char *text)
{
  GString *out = g_string_new ("“");

  append_text (out, text, MAX_VALUE);
  g_string_append (out, "”");

  return g_string_free (out, FALSE);
}

char *
sb_words_number (SbNumber number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (number.is_int)
    return g_strdup_printf ("%" G_GINT64_FORMAT, number.i);

  for (int digits = 15; digits <= 17; digits++)
    {
      char format[] = "%.00g";

      format[2] = '0' + digits / 10;
      format[3] = '0' + digits % 10;
      g_ascii_formatd (text, sizeof text, format, number.d);
      if (g_ascii_strtod (text, NULL) == number.d)
        break;
    }

  return g_strdup (text);
}

static void append_value (GString *out, JsonNode *value, guint depth);

static void
append_members (GString *out, JsonObject *object, guint depth)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  const char *comma = "";

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (out->len < MAX_VALUE && json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_string_append_printf (out, "%s\"", comma);
      append_text (out, name, MAX_VALUE);
      g_string_append (out, "\":");
      append_value (out, value, depth + 1);
      comma = ",";
    }
  g_string_append_c (out, '}');
}

static void
append_elements (GString *out, JsonArray *array, guint depth)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array) && out->len < MAX_VALUE; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_value (out, json_array_get_element (array, i), depth + 1);
    }
  g_string_append_c (out, ']');
}

/* Stops soon after there is enough. */
static void
append_value (GString *out, JsonNode *value, guint depth)
{
  SbKind kind = sb_value_get_kind (value);
  g_autofree char *text = NULL;

  if (out->len >= MAX_VALUE || depth > MAX_VALUE)
    return;

  if (kind & SB_KIND_NUMBER)
    {
      text = sb_words_number (sb_value_get_number (value));
      g_string_append (out, text);
    }
  else if (kind == SB_KIND_STRING)
    {
      g_string_append_c (out, '"');
      append_text (out, json_node_get_string (value), MAX_VALUE);
      g_string_append_c (out, '"');
    }
  else if (kind == SB_KIND_ARRAY)
    append_elements (out, json_node_get_array (value), depth);
  else if (kind == SB_KIND_OBJECT)
    append_members (out, json_node_get_object (value), depth);
  else
    g_string_append (out, kind == SB_KIND_NULL ? "null" : json_node_get_boolean (value) ? "true" : "false");
}

char *
sb_words_value (JsonNode *value)
{
  GString *out;
  GString *cut;

  if (sb_value_get_kind (value) == SB_KIND_STRING)
    return sb_words_text (json_node_get_string (value));

  out = g_string_new (NULL);
  append_value (out, value, 0);
  if (g_utf8_strlen (out->str, out->len) <= MAX_VALUE)
    return g_string_free (out, FALSE);

  cut = g_string_new (NULL);
  append_text (cut, out->str, MAX_VALUE);
  g_string_free (out, TRUE);

  return g_string_free (cut, FALSE);
}

char *
sb_words_kinds (guint kinds)
{
  static const struct
  {
    guint kind;
    const char *name;
  } names[] = {
    { SB_KIND_STRING, "a string" },   { SB_KIND_NUMBER, "a number" }, { SB_KIND_INTEGER, "an integer" },
    { SB_KIND_BOOLEAN, "true or false" }, { SB_KIND_OBJECT, "an object" }, { SB_KIND_ARRAY, "an array" },
    { SB_KIND_NULL, "null" },
  };
  GString *out = g_string_new (NULL);
  guint left;

  if (kinds & SB_KIND_NUMBER)
    kinds &= ~(guint) SB_KIND_INTEGER;
  left = __builtin_popcount (kinds);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if ((kinds & names[i].kind) == 0)
        continue;
      g_string_append (out, names[i].name);
      if (--left > 0)
        g_string_append (out, left == 1 ? " or " : ", ");
    }

  return g_string_free (out, FALSE);
}

/* --- errors --- */

/* Cut at a segment. */
static void
append_pointer (GString *out, const SbSpot *spot)
{
  gsize length = out->len;

  if (spot->parent == NULL)
    return;
  append_pointer (out, spot->parent);
  length = out->len;

  if (length > MAX_POINTER)
    return;

  if (spot->name == NULL)
    g_string_append_printf (out, "/%u", spot->index);
  else if (strlen (spot->name) < MAX_POINTER)
    {
      g_string_append_c (out, '/');
      for (const char *p = spot->name; *p != '\0'; p++)
        {
          if (*p == '~' || *p == '/')
            g_string_append (out, *p == '~' ? "~0" : "~1");
          else
            g_string_append_c (out, *p);
        }
    }
  else
    g_string_append_printf (out, "/%.*s…", (int) (g_utf8_offset_to_pointer (spot->name, 20) - spot->name), spot->name);
}

static void
cut_text (GString *text, gsize most)
{
  if (text->len <= most)
    return;

  while (most > 0 && ((guint8) text->str[most] & 0xc0) == 0x80)
    most--;
  g_string_truncate (text, most);
  g_string_append (text, "…");
}

static void
add_error (SbRun *self, char *schema_pointer, const SbSpot *spot, const char *keyword, const char *words)
{
  SbSchemaError *error = g_new0 (SbSchemaError, 1);
  GString *pointer = g_string_new (NULL);
  GString *message = g_string_new (NULL);

  append_pointer (pointer, spot);
  if (pointer->len > 0)
    {
      g_string_append (message, pointer->str);
      cut_text (message, 200);
      g_string_append (message, ": ");
    }
  g_string_append (message, words);
  cut_text (message, MAX_MESSAGE);

  error->keyword = keyword;
  error->instance_pointer = g_string_free (pointer, FALSE);
  error->schema_pointer = schema_pointer;
  error->message = g_string_free (message, FALSE);
  if (self->errors == NULL)
    self->errors = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_schema_error_free);
  g_ptr_array_add (self->errors, error);
}

static char *
make_schema_pointer (const SbSubschema *schema, const char *keyword, const char *segment)
{
  GString *text = g_string_new (schema->location);

  /* The schema "false" has no keyword to point at. */
  if (strcmp (keyword, "false") != 0)
    g_string_append_printf (text, "/%s", keyword);
  if (segment != NULL)
    {
      g_string_append_c (text, '/');
      for (const char *p = segment; *p != '\0'; p++)
        {
          if (*p == '~' || *p == '/')
            g_string_append (text, *p == '~' ? "~0" : "~1");
          else
            g_string_append_c (text, *p);
        }
    }
  cut_text (text, 2 * MAX_POINTER);

  return g_string_free (text, FALSE);
}

gboolean
sb_run_report (SbRun *self, const SbSubschema *schema, const SbSpot *spot, const char *keyword, const char *segment,
               const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list arguments;

  if (self->quiet > 0 || self->stop)
    return FALSE;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  add_error (self, make_schema_pointer (schema, keyword, segment), spot, keyword, words);
  if (self->errors->len >= self->max_errors)
    self->stop = TRUE;

  return FALSE;
}

void
sb_run_report_exhausted (SbRun *self, const SbSpot *root)
{
  const char *words = "checking the message takes more work than is allowed";

  if (strcmp (self->exhausted, "nesting") == 0)
    words = "the message or the schema is nested too deep to be checked";
  else if (strcmp (self->exhausted, "pattern") == 0)
    words = "checking a pattern takes more work than is allowed";

  add_error (self, g_strdup (""), root, self->exhausted, words);
}
