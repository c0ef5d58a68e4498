/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-infer.h"

#include "rules/sb-schema-format.h"
#include "rules/sb-schema-value.h"
#include <string.h>

/* Texts are taken for the names of something when there are few and each comes often. */
#define MOST_CHOICES 8
#define TIMES_EACH 4
#define LONGEST_CHOICE 40
/* An object with more names than this is a table, whose names are data. */
#define MOST_NAMES 100
#define MOST_DEPTH 40

static const char *const formats[] = { "date-time", "date", "time", "uuid", "ipv4", "ipv6", "email", "uri" };

typedef struct _Shape Shape;

typedef struct
{
  char *name;
  Shape *shape;
  guint times;
} Member;

/* What is known of the values in one place. */
struct _Shape
{
  guint kinds;

  gboolean has_fraction;
  SbNumber least, most;

  guint n_texts;
  GHashTable *choices_known; /* text → itself, owned by @choices */
  GPtrArray *choices;        /* in the order they came; NULL: there are too many */
  guint formats;             /* that all texts have, as bits */
  guint64 shortest, longest;

  guint n_arrays;
  guint fewest_items, most_items;
  Shape *items;              /* nullable */

  guint n_objects;
  GPtrArray *members;        /* (element-type Member), in the order they came */
  GHashTable *members_known; /* name → Member */
  Shape *values;             /* nullable: of all members; it is a table */
};

static void
shape_free (Shape *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = self->members->pdata[i];

      g_free (member->name);
      shape_free (member->shape);
      g_free (member);
    }
  g_ptr_array_unref (self->members);
  g_hash_table_unref (self->members_known);
  g_hash_table_unref (self->choices_known);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  shape_free (self->items);
  shape_free (self->values);
  g_free (self);
}

static Shape *
shape_new (void)
{
  Shape *self = g_new0 (Shape, 1);

  self->members = g_ptr_array_new ();
  self->members_known = g_hash_table_new (g_str_hash, g_str_equal);
  self->choices = g_ptr_array_new_with_free_func (g_free);
  self->choices_known = g_hash_table_new (g_str_hash, g_str_equal);
  self->formats = (1 << G_N_ELEMENTS (formats)) - 1;
  self->shortest = G_MAXUINT64;
  self->fewest_items = G_MAXUINT;

  return self;
}

/* --- looking at values --- */

static void look_at (Shape *self, JsonNode *value, guint depth);

static void
look_at_number (Shape *self, JsonNode *value, gboolean is_first)
{
  SbNumber number = sb_value_get_number (value);

  if (!sb_number_is_integer (number))
    self->has_fraction = TRUE;
  if (is_first || sb_number_compare (number, self->least) < 0)
    self->least = number;
  if (is_first || sb_number_compare (number, self->most) > 0)
    self->most = number;
}

static void
look_at_text (Shape *self, const char *text)
{
  gsize bytes = strlen (text);
  guint64 length = g_utf8_strlen (text, bytes);

  self->n_texts++;
  self->shortest = MIN (self->shortest, length);
  self->longest = MAX (self->longest, length);

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      const SbFormat *format = sb_schema_format_find (formats[i]);

      /* Many a word with a colon is a URI. */
      if ((self->formats & 1u << i)
          && (!format->check (text, bytes) || (strcmp (formats[i], "uri") == 0 && strstr (text, "://") == NULL)))
        self->formats &= ~(1u << i);
    }

  if (self->choices == NULL || g_hash_table_contains (self->choices_known, text))
    return;

  if (length > LONGEST_CHOICE || self->choices->len == MOST_CHOICES)
    {
      g_hash_table_remove_all (self->choices_known);
      g_clear_pointer (&self->choices, g_ptr_array_unref);
      return;
    }
  g_ptr_array_add (self->choices, g_strdup (text));
  g_hash_table_add (self->choices_known, g_ptr_array_index (self->choices, self->choices->len - 1));
}

static void
look_at_array (Shape *self, JsonArray *array, guint depth)
{
  guint n = json_array_get_length (array);

  self->n_arrays++;
  self->fewest_items = MIN (self->fewest_items, n);
  self->most_items = MAX (self->most_items, n);
  if (n > 0 && self->items == NULL)
    self->items = shape_new ();
  for (guint i = 0; i < n; i++)
    look_at (self->items, json_array_get_element (array, i), depth + 1);
}

static void
look_at_object (Shape *self, JsonObject *object, guint depth)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  self->n_objects++;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      Member *member = g_hash_table_lookup (self->members_known, name);

      if (self->values == NULL)
        self->values = shape_new ();
      if (member == NULL && self->members->len <= MOST_NAMES)
        {
          member = g_new0 (Member, 1);
          member->name = g_strdup (name);
          member->shape = shape_new ();
          g_ptr_array_add (self->members, member);
          g_hash_table_insert (self->members_known, member->name, member);
        }
      if (member != NULL)
        {
          member->times++;
          look_at (member->shape, value, depth + 1);
        }
      /* In case it turns out to be a table. Within others that would double the work with each level. */
      if (depth < 2)
        look_at (self->values, value, depth + MOST_DEPTH / 2);
    }
}

static void
look_at (Shape *self, JsonNode *value, guint depth)
{
  SbKind kind = sb_value_get_kind (value);
  gboolean is_first_number = (self->kinds & SB_KIND_NUMBER) == 0;

  self->kinds |= kind;
  if (kind & SB_KIND_NUMBER)
    look_at_number (self, value, is_first_number);
  else if (kind == SB_KIND_STRING)
    look_at_text (self, json_node_get_string (value));
  else if (kind == SB_KIND_ARRAY && depth < MOST_DEPTH)
    look_at_array (self, json_node_get_array (value), depth);
  else if (kind == SB_KIND_OBJECT && depth < MOST_DEPTH)
    look_at_object (self, json_node_get_object (value), depth);
}

/* --- writing what was seen --- */

static JsonObject *write_shape (const Shape *self, SbSchemaInferFlags flags);

static void
set_object (JsonObject *object, const char *name, JsonObject *value)
{
  json_object_set_object_member (object, name, value);
}

static void
write_type (const Shape *self, JsonObject *schema)
{
  static const struct
  {
    guint kind;
    const char *name;
  } names[] = {
    { SB_KIND_OBJECT, "object" },   { SB_KIND_ARRAY, "array" },     { SB_KIND_STRING, "string" },
    { SB_KIND_NUMBER, "number" },   { SB_KIND_BOOLEAN, "boolean" }, { SB_KIND_NULL, "null" },
  };
  g_autoptr (JsonArray) types = json_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (self->kinds & names[i].kind)
        json_array_add_string_element (types, names[i].kind == SB_KIND_NUMBER && !self->has_fraction
                                       ? "integer" : names[i].name);
    }

  if (json_array_get_length (types) == 1)
    json_object_set_string_member (schema, "type", json_array_get_string_element (types, 0));
  else if (json_array_get_length (types) > 1)
    json_object_set_array_member (schema, "type", g_steal_pointer (&types));
}

static JsonNode *
number_node (SbNumber number)
{
  JsonNode *node = json_node_alloc ();

  return number.is_int ? json_node_init_int (node, number.i) : json_node_init_double (node, number.d);
}

static char *
number_text (SbNumber number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (number.is_int)
    return g_strdup_printf ("%" G_GINT64_FORMAT, number.i);
  return g_strdup (g_ascii_formatd (text, sizeof text, "%.6g", number.d));
}

static void
write_number (const Shape *self, JsonObject *schema, SbSchemaInferFlags flags)
{
  g_autofree char *least = NULL;
  g_autofree char *most = NULL;
  g_autofree char *comment = NULL;

  if ((self->kinds & SB_KIND_NUMBER) == 0)
    return;

  if (flags & SB_SCHEMA_INFER_BOUNDS)
    {
      json_object_set_member (schema, "minimum", number_node (self->least));
      json_object_set_member (schema, "maximum", number_node (self->most));
      return;
    }

  least = number_text (self->least);
  most = number_text (self->most);
  comment = g_strdup_printf ("seen: %s to %s", least, most);
  json_object_set_string_member (schema, "$comment", comment);
}

static gboolean
has_choices (const Shape *self)
{
  return self->choices != NULL && self->choices->len > 0 && self->n_texts >= TIMES_EACH * self->choices->len
         && self->n_texts >= 2 * TIMES_EACH && (self->kinds & ~(guint) (SB_KIND_STRING | SB_KIND_NULL)) == 0;
}

static void
write_text (const Shape *self, JsonObject *schema, SbSchemaInferFlags flags)
{
  if (self->n_texts == 0)
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (self->formats & 1u << i)
        {
          json_object_set_string_member (schema, "format", formats[i]);
          return;
        }
    }

  if (has_choices (self))
    {
      JsonArray *choices = json_array_new ();

      for (guint i = 0; i < self->choices->len; i++)
        json_array_add_string_element (choices, g_ptr_array_index (self->choices, i));
      if (self->kinds & SB_KIND_NULL)
        json_array_add_null_element (choices);
      json_object_set_array_member (schema, "enum", choices);
      return;
    }

  if (flags & SB_SCHEMA_INFER_BOUNDS)
    {
      json_object_set_int_member (schema, "minLength", self->shortest);
      json_object_set_int_member (schema, "maxLength", self->longest);
    }
}

static void
write_array (const Shape *self, JsonObject *schema, SbSchemaInferFlags flags)
{
  if (self->n_arrays == 0)
    return;

  if (self->items != NULL)
    set_object (schema, "items", write_shape (self->items, flags));
  if (flags & SB_SCHEMA_INFER_BOUNDS)
    {
      json_object_set_int_member (schema, "minItems", self->fewest_items);
      json_object_set_int_member (schema, "maxItems", self->most_items);
    }
}

static void
write_object (const Shape *self, JsonObject *schema, SbSchemaInferFlags flags)
{
  JsonObject *properties;
  g_autoptr (JsonArray) required = json_array_new ();

  if (self->n_objects == 0 || self->members->len == 0)
    return;

  if (self->members->len > MOST_NAMES)
    {
      if (self->values->kinds != 0)
        set_object (schema, "additionalProperties", write_shape (self->values, flags));
      return;
    }

  properties = json_object_new ();
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = g_ptr_array_index (self->members, i);

      set_object (properties, member->name, write_shape (member->shape, flags));
      if (member->times == self->n_objects)
        json_array_add_string_element (required, member->name);
    }

  set_object (schema, "properties", properties);
  if (json_array_get_length (required) > 0)
    json_object_set_array_member (schema, "required", g_steal_pointer (&required));
}

static JsonObject *
write_shape (const Shape *self, SbSchemaInferFlags flags)
{
  JsonObject *schema = json_object_new ();

  write_type (self, schema);
  write_number (self, schema, flags);
  write_text (self, schema, flags);
  write_array (self, schema, flags);
  write_object (self, schema, flags);

  return schema;
}

JsonNode *
sb_schema_infer (GPtrArray *samples, SbSchemaInferFlags flags)
{
  Shape *shape = shape_new ();
  g_autoptr (JsonObject) whole = json_object_new ();
  g_autoptr (JsonObject) schema = NULL;
  JsonObjectIter iter;
  const char *keyword;
  JsonNode *value;

  for (guint i = 0; i < samples->len; i++)
    look_at (shape, g_ptr_array_index (samples, i), 0);

  /* "$schema" comes first. */
  json_object_set_string_member (whole, "$schema", "https://json-schema.org/draft/2020-12/schema");
  schema = write_shape (shape, flags);
  json_object_iter_init_ordered (&iter, schema);
  while (json_object_iter_next_ordered (&iter, &keyword, &value))
    json_object_set_member (whole, keyword, json_node_copy (value));
  shape_free (shape);

  return json_node_init_object (json_node_alloc (), whole);
}
