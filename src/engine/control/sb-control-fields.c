/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"
#include "control/sb-control-time.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* The members of a request's body: checked against a table, then read without further ado. */

static gboolean
is_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
is_integer (JsonNode *node, const SbField *field)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64 &&
         json_node_get_int (node) >= field->min && json_node_get_int (node) <= field->max;
}

static gboolean
is_array_of (JsonNode *node, const SbField *field)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (field->type == SB_FIELD_STRINGS ? !is_string (element) : !is_integer (element, field))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_time (JsonNode *node)
{
  gint64 time;

  return JSON_NODE_HOLDS_NULL (node) ||
         (is_string (node) && sb_control_time_parse (json_node_get_string (node), &time, NULL) && time > 0);
}

static gboolean
is_valid (const SbField *field, JsonNode *node)
{
  switch (field->type)
    {
    case SB_FIELD_STRING: return is_string (node);
    case SB_FIELD_BOOLEAN: return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN;
    case SB_FIELD_INTEGER: return is_integer (node, field);
    case SB_FIELD_STRINGS:
    case SB_FIELD_INTEGERS: return is_array_of (node, field);
    case SB_FIELD_TIME: return is_time (node);
    default: g_assert_not_reached ();
    }
}

/* What it has to be. */
static void
fail_field (SbRequest *self, const SbField *field)
{
  g_autofree char *text = NULL;

  switch (field->type)
    {
    case SB_FIELD_STRING: text = g_strdup_printf (_("“%s” has to be a string."), field->name); break;
    case SB_FIELD_STRINGS: text = g_strdup_printf (_("“%s” has to be an array of strings."), field->name); break;
    case SB_FIELD_BOOLEAN: text = g_strdup_printf (_("“%s” has to be true or false."), field->name); break;
    case SB_FIELD_INTEGER:
      text = g_strdup_printf (_("“%s” has to be a whole number from %" PRId64 " to %" PRId64 "."), field->name, field->min,
                              field->max);
      break;
    case SB_FIELD_INTEGERS:
      text = g_strdup_printf (_("“%s” has to be an array of whole numbers from %" PRId64 " to %" PRId64 "."), field->name,
                              field->min, field->max);
      break;
    case SB_FIELD_TIME:
      text = g_strdup_printf (
          _("“%s” has to be a time with its offset from UTC, such as 2026-07-28T12:00:00Z, or null."), field->name);
      break;
    default: g_assert_not_reached ();
    }
  sb_request_fail (self, 400, "invalid_value", field->name, "%s", text);
}

static const SbField *
find_field (const SbField *fields, gsize n_fields, const char *name)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].name, name) == 0)
      return &fields[i];

  return NULL;
}

/**
 * sb_request_check_body:
 *
 * Checks that the body has only members of the table, each of its type and range, and all that are required.
 *
 * Returns: %FALSE where it is not so; the request is answered then, naming the member
 */
gboolean
sb_request_check_body (SbRequest *self, const SbField *fields, gsize n_fields)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, self->body);
  while (json_object_iter_next (&iter, &name, &node))
    {
      const SbField *field = find_field (fields, n_fields, name);

      if (field == NULL)
        {
          sb_request_fail (self, 400, "unknown_field", name, _("“%s” is not known here."), name);
          return FALSE;
        }
      if (!is_valid (field, node))
        {
          fail_field (self, field);
          return FALSE;
        }
    }

  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].required && !json_object_has_member (self->body, fields[i].name))
      {
        sb_request_fail (self, 400, "missing_field", fields[i].name, _("“%s” is missing."), fields[i].name);
        return FALSE;
      }

  return TRUE;
}

/* The same for a path that takes no query. */
gboolean
sb_request_check (SbRequest *self, const SbField *fields, gsize n_fields)
{
  static const char *const no_query[] = { NULL };

  return sb_request_check_query (self, no_query) && sb_request_check_body (self, fields, n_fields);
}

gboolean
sb_request_has (SbRequest *self, const char *name)
{
  return json_object_has_member (self->body, name);
}

const char *
sb_request_get_string (SbRequest *self, const char *name)
{
  return json_object_get_string_member_with_default (self->body, name, NULL);
}

char **
sb_request_dup_strings (SbRequest *self, const char *name)
{
  JsonArray *array = json_object_get_array_member (self->body, name);
  g_autoptr (GStrvBuilder) strings = g_strv_builder_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    g_strv_builder_add (strings, json_array_get_string_element (array, i));

  return g_strv_builder_end (strings);
}

/* (element-type gint64) */
GArray *
sb_request_dup_integers (SbRequest *self, const char *name)
{
  JsonArray *array = json_object_get_array_member (self->body, name);
  GArray *integers = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      gint64 integer = json_array_get_int_element (array, i);

      g_array_append_val (integers, integer);
    }

  return integers;
}

gboolean
sb_request_get_boolean (SbRequest *self, const char *name)
{
  return json_object_get_boolean_member_with_default (self->body, name, FALSE);
}

gint64
sb_request_get_integer (SbRequest *self, const char *name)
{
  return json_object_get_int_member_with_default (self->body, name, 0);
}

/* 0: null, or not there. */
gint64
sb_request_get_time (SbRequest *self, const char *name)
{
  gint64 time = 0;

  if (sb_request_has (self, name) && !json_object_get_null_member (self->body, name))
    sb_control_time_parse (json_object_get_string_member (self->body, name), &time, NULL);

  return time;
}
