/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-token-import.h"

#include "rules/sb-json-guard.h"
#include "sb-engine.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

static void
row_free (SbTokenImportRow *row)
{
  g_clear_pointer (&row->spec, sb_token_spec_free);
  g_free (row->label);
  g_free (row->problem);
  g_free (row);
}

static void
set_error (GError **error, const char *message)
{
  g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, message);
}

/* What one token of the file says, whichever kind of file it is. Strings may be NULL. */
typedef struct
{
  char *label;
  char **channels;
  char *state;
  char *not_before;
  char *expires;
  gboolean may_publish;
  gint64 max_connections;
  gint64 messages_per_second;
  const char *problem; /* static */
} Entry;

static void
entry_clear (Entry *entry)
{
  g_free (entry->label);
  g_strfreev (entry->channels);
  g_free (entry->state);
  g_free (entry->not_before);
  g_free (entry->expires);
}

static gboolean
parse_time (const char *text, gint64 *time)
{
  g_autoptr (GDateTime) date = NULL;

  *time = 0;
  if (text == NULL || *text == '\0')
    return TRUE;
  date = g_date_time_new_from_iso8601 (text, NULL);
  if (date == NULL)
    return FALSE;
  *time = g_date_time_to_unix_usec (date);

  return *time > 0;
}

/* Takes what @entry holds. */
static SbTokenImportRow *
row_new (guint position, Entry *entry, gint64 now)
{
  SbTokenImportRow *row = g_new0 (SbTokenImportRow, 1);
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (entry->label != NULL ? entry->label : "");
  g_autoptr (GError) error = NULL;

  row->position = position;
  row->label = g_utf8_make_valid (entry->label != NULL ? entry->label : "", -1);
  if (entry->channels != NULL)
    {
      g_strfreev (spec->channels);
      spec->channels = g_steal_pointer (&entry->channels);
    }
  spec->may_publish = entry->may_publish;
  spec->max_connections = (guint) CLAMP (entry->max_connections, 0, G_MAXUINT);
  spec->messages_per_second = (guint) CLAMP (entry->messages_per_second, 0, G_MAXUINT);

  if (entry->problem != NULL)
    row->problem = g_strdup (entry->problem);
  else if (g_strcmp0 (entry->state, "revoked") == 0)
    row->problem = g_strdup (_("It was revoked."));
  else if (entry->max_connections < 0 || entry->messages_per_second < 0 || entry->max_connections > G_MAXINT ||
           entry->messages_per_second > G_MAXINT)
    row->problem = g_strdup (_("A limit is out of range."));
  else if (!parse_time (entry->not_before, &spec->not_before) || !parse_time (entry->expires, &spec->expires_at))
    row->problem = g_strdup (_("A time is not written as in 2027-10-12T18:00:00Z."));
  else if (!sb_token_spec_check (spec, now, &error))
    row->problem = g_strdup (error->message);
  else
    {
      g_set_str (&row->label, spec->label);
      row->spec = g_steal_pointer (&spec);
    }
  entry_clear (entry);

  return row;
}

static GPtrArray *
rows_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
}

/* --- JSON --- */

/* NULL where it is absent or null. FALSE: it is no string. */
static gboolean
get_string (JsonObject *object, const char *name, char **text)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  g_set_str (text, json_node_get_string (node));

  return TRUE;
}

static gboolean
get_integer (JsonObject *object, const char *name, gint64 *number)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *number = json_node_get_int (node);

  return TRUE;
}

static gboolean
get_boolean (JsonObject *object, const char *name, gboolean *value)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;
  *value = json_node_get_boolean (node);

  return TRUE;
}

static gboolean
get_channels (JsonObject *object, char ***channels)
{
  JsonNode *node = json_object_get_member (object, "channels");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) != G_TYPE_STRING)
        return FALSE;
      g_strv_builder_add (builder, json_node_get_string (element));
    }
  *channels = g_strv_builder_end (builder);

  return TRUE;
}

static SbTokenImportRow *
read_object (guint position, JsonNode *node, gint64 now)
{
  Entry entry = { .may_publish = TRUE };
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      entry.problem = _("It is not an object.");
      return row_new (position, &entry, now);
    }
  object = json_node_get_object (node);
  if (!get_string (object, "label", &entry.label) || !get_channels (object, &entry.channels) ||
      !get_string (object, "state", &entry.state) || !get_string (object, "not_before", &entry.not_before) ||
      !get_string (object, "expires", &entry.expires) || !get_string (object, "expires_at", &entry.expires) ||
      !get_boolean (object, "may_publish", &entry.may_publish) ||
      !get_integer (object, "max_connections", &entry.max_connections) ||
      !get_integer (object, "messages_per_second", &entry.messages_per_second))
    entry.problem = _("A member is of the wrong type.");

  return row_new (position, &entry, now);
}

static GPtrArray *
parse_json (const char *data, gsize length, gint64 now, GError **error)
{
  g_autoptr (SbJsonGuard) guard = sb_json_guard_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  const SbJsonLimits limits = {
    .max_depth = 8, .max_members = 64, .max_values = 1000000, .max_string = SB_TOKEN_IMPORT_MAX_SIZE
  };
  GPtrArray *rows;
  JsonArray *array;
  JsonNode *root;
  SbJsonTrouble trouble;

  if (!sb_json_guard_check (guard, data, length, &limits, &trouble))
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("The file is not JSON: line %u, column %u: %s."),
                   trouble.line, trouble.column, trouble.message);
      return NULL;
    }
  if (!json_parser_load_from_data (parser, data, (gssize) length, NULL))
    {
      set_error (error, _("The file is not JSON."));
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    root = json_object_get_member (json_node_get_object (root), "tokens");
  if (root == NULL || !JSON_NODE_HOLDS_ARRAY (root))
    {
      set_error (error, _("The file is not a table of tokens: it has to be an array of them."));
      return NULL;
    }

  array = json_node_get_array (root);
  rows = rows_new ();
  for (guint i = 0; i < MIN (json_array_get_length (array), SB_TOKEN_IMPORT_MAX_ROWS + 1); i++)
    g_ptr_array_add (rows, read_object (i + 1, json_array_get_element (array, i), now));

  return rows;
}

/* --- CSV (RFC 4180) --- */

/* The fields of one line, and *@data behind it. A quote may hold line breaks. */
static GPtrArray *
take_line (const char **data, const char *end)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) field = g_string_new (NULL);
  gboolean quoted = FALSE;
  const char *p;

  for (p = *data; p < end; p++)
    {
      if (quoted && *p == '"' && p + 1 < end && p[1] == '"')
        g_string_append_c (field, *p++);
      else if (*p == '"')
        quoted = !quoted;
      else if (!quoted && *p == ',')
        {
          g_ptr_array_add (fields, g_strdup (field->str));
          g_string_truncate (field, 0);
        }
      else if (!quoted && *p == '\n')
        break;
      else if (quoted || *p != '\r')
        g_string_append_c (field, *p);
    }
  g_ptr_array_add (fields, g_strdup (field->str));
  *data = p < end ? p + 1 : end;

  return fields;
}

/* The export keeps spreadsheets from running a field as a formula by an apostrophe. */
static const char *
strip_guard (const char *field)
{
  return field[0] == '\'' && field[1] != '\0' && strchr ("=+-@\t\r", field[1]) != NULL ? field + 1 : field;
}

static const char *
get_field (GPtrArray *names, GPtrArray *fields, const char *name)
{
  for (guint i = 0; i < MIN (names->len, fields->len); i++)
    if (g_str_equal (g_ptr_array_index (names, i), name))
      return strip_guard (g_ptr_array_index (fields, i));

  return NULL;
}

/* FALSE: it is no number. */
static gboolean
read_number (const char *field, gint64 *number)
{
  return field == NULL || *field == '\0' || g_ascii_string_to_signed (field, 10, G_MININT, G_MAXUINT, number, NULL);
}

static SbTokenImportRow *
read_fields (guint position, GPtrArray *names, GPtrArray *fields, gint64 now)
{
  Entry entry = { .may_publish = TRUE };
  const char *channels = get_field (names, fields, "channels");
  const char *may_publish = get_field (names, fields, "may_publish");
  const char *expires = get_field (names, fields, "expires");

  entry.label = g_strdup (get_field (names, fields, "label"));
  if (channels != NULL && *channels != '\0')
    entry.channels = g_strsplit (channels, " ", -1);
  entry.state = g_strdup (get_field (names, fields, "state"));
  entry.not_before = g_strdup (get_field (names, fields, "not_before"));
  entry.expires = g_strdup (expires != NULL ? expires : get_field (names, fields, "expires_at"));
  if (may_publish != NULL && *may_publish != '\0')
    entry.may_publish = g_str_equal (may_publish, "true");
  if (may_publish != NULL && *may_publish != '\0' && !entry.may_publish && !g_str_equal (may_publish, "false"))
    entry.problem = _("“may_publish” has to be true or false.");
  else if (!read_number (get_field (names, fields, "max_connections"), &entry.max_connections) ||
           !read_number (get_field (names, fields, "messages_per_second"), &entry.messages_per_second))
    entry.problem = _("A limit is not a number.");

  return row_new (position, &entry, now);
}

static GPtrArray *
parse_csv (const char *data, gsize length, gint64 now, GError **error)
{
  const char *p = data, *end = data + length;
  g_autoptr (GPtrArray) names = take_line (&p, end);
  GPtrArray *rows;

  if (!g_ptr_array_find_with_equal_func (names, "label", g_str_equal, NULL))
    {
      set_error (error, _("The file is not a table of tokens: its first line has to name the columns, “label” "
                          "among them."));
      return NULL;
    }
  rows = rows_new ();
  while (p < end && rows->len <= SB_TOKEN_IMPORT_MAX_ROWS)
    {
      g_autoptr (GPtrArray) fields = take_line (&p, end);

      if (fields->len > 1 || *(const char *) g_ptr_array_index (fields, 0) != '\0')
        g_ptr_array_add (rows, read_fields (rows->len + 1, names, fields, now));
    }

  return rows;
}

GPtrArray *
sb_token_import_parse (const char *data, gsize length, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  gsize start = 0;

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  if (length > SB_TOKEN_IMPORT_MAX_SIZE)
    {
      set_error (error, _("The file is too big to be a table of tokens: it may have 4 MiB."));
      return NULL;
    }
  if (length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    start = 3; /* what spreadsheets put before UTF-8 */
  if (data == NULL || !g_utf8_validate_len (data + start, length - start, NULL))
    {
      set_error (error, _("The file is not a table of tokens: it is not text."));
      return NULL;
    }
  while (start < length && strchr (" \t\r\n", data[start]) != NULL)
    start++;

  if (start < length && (data[start] == '[' || data[start] == '{'))
    rows = parse_json (data + start, length - start, now, error);
  else
    rows = parse_csv (data + start, length - start, now, error);
  if (rows == NULL)
    return NULL;
  if (rows->len > SB_TOKEN_IMPORT_MAX_ROWS)
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("The file has more than %d tokens."),
                   SB_TOKEN_IMPORT_MAX_ROWS);
      return NULL;
    }

  return g_steal_pointer (&rows);
}
