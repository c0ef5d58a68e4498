/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-schema-value.h"

#include "rules/sb-siphash.h"
#include <math.h>
#include <string.h>

/* What the text of a string costs: a step for so many bytes. */
#define BYTES_PER_STEP 64
#define MAX_DEPTH 1200

/* 2⁶³, which a double holds exactly. */
#define TWO_63 9223372036854775808.0

static guint64 seed[2];

void
sb_value_hash_init (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      sb_sip_seed (seed);
      g_once_init_leave (&once, 1);
    }
}

SbKind
sb_value_get_kind (JsonNode *value)
{
  GType type;

  switch (json_node_get_node_type (value))
    {
    case JSON_NODE_OBJECT:
      return SB_KIND_OBJECT;
    case JSON_NODE_ARRAY:
      return SB_KIND_ARRAY;
    case JSON_NODE_NULL:
      return SB_KIND_NULL;
    case JSON_NODE_VALUE:
    default:
      break;
    }

  type = json_node_get_value_type (value);
  if (type == G_TYPE_STRING)
    return SB_KIND_STRING;
  if (type == G_TYPE_INT64)
    return SB_KIND_NUMBER | SB_KIND_INTEGER;
  if (type == G_TYPE_BOOLEAN)
    return SB_KIND_BOOLEAN;

  return sb_number_is_integer (sb_value_get_number (value)) ? SB_KIND_NUMBER | SB_KIND_INTEGER : SB_KIND_NUMBER;
}

SbNumber
sb_value_get_number (JsonNode *value)
{
  SbNumber number = { .is_int = json_node_get_value_type (value) == G_TYPE_INT64 };

  if (number.is_int)
    number.i = json_node_get_int (value);
  else
    number.d = json_node_get_double (value);

  return number;
}

gboolean
sb_number_is_integer (SbNumber self)
{
  return self.is_int || (isfinite (self.d) && trunc (self.d) == self.d);
}

static int
compare_int_with_double (gint64 i, double d)
{
  gint64 whole;

  if (d >= TWO_63)
    return -1;
  if (d < -TWO_63)
    return 1;

  /* Within this range the conversion is exact but for the fraction. */
  whole = (gint64) d;
  if (i != whole)
    return i < whole ? -1 : 1;

  d -= (double) whole;
  return d > 0 ? -1 : d < 0;
}

int
sb_number_compare (SbNumber a, SbNumber b)
{
  if (a.is_int && b.is_int)
    return a.i < b.i ? -1 : a.i > b.i;
  if (a.is_int)
    return compare_int_with_double (a.i, b.d);
  if (b.is_int)
    return -compare_int_with_double (b.i, a.d);
  return a.d < b.d ? -1 : a.d > b.d;
}

SbDecimal
sb_number_to_decimal (SbNumber self)
{
  SbDecimal decimal = { 0, 0 };
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  const char *p;

  if (self.is_int)
    {
      decimal.digits = self.i < 0 ? -(guint64) self.i : (guint64) self.i;
      return decimal;
    }

  for (int digits = 14; digits <= 16; digits++)
    {
      char format[] = "%.00e";

      format[2] = '0' + digits / 10;
      format[3] = '0' + digits % 10;
      g_ascii_formatd (text, sizeof text, format, fabs (self.d));
      if (g_ascii_strtod (text, NULL) == fabs (self.d))
        break;
    }

  for (p = text; *p != 'e' && *p != '\0'; p++)
    {
      if (!g_ascii_isdigit (*p))
        continue;
      decimal.digits = decimal.digits * 10 + (*p - '0');
      decimal.exponent -= memchr (text, '.', p - text) != NULL;
    }
  if (*p == 'e')
    decimal.exponent += (int) g_ascii_strtoll (p + 1, NULL, 10);

  while (decimal.digits != 0 && decimal.digits % 10 == 0)
    {
      decimal.digits /= 10;
      decimal.exponent++;
    }

  return decimal;
}

gboolean
sb_decimal_is_multiple (SbDecimal self, SbDecimal divisor)
{
  guint64 divider = divisor.digits;
  unsigned __int128 rest, base = 10;
  int power = self.exponent - divisor.exponent;

  if (self.digits == 0)
    return TRUE;
  if (divider == 0)
    return FALSE;

  /* digits × 10^power has to be a multiple of the divider. */
  for (; power < 0; power++)
    {
      if (divider > G_MAXUINT64 / 10)
        return FALSE; /* it is more than the digits there are */
      divider *= 10;
    }

  rest = self.digits % divider;
  for (base %= divider; power > 0; power >>= 1, base = base * base % divider)
    {
      if (power & 1)
        rest = rest * base % divider;
    }

  return rest == 0;
}

static gboolean
numbers_equal (JsonNode *a, JsonNode *b)
{
  return sb_number_compare (sb_value_get_number (a), sb_value_get_number (b)) == 0;
}

static gboolean equal (JsonNode *a, JsonNode *b, SbBudget *budget, guint depth);

static gboolean
arrays_equal (JsonArray *a, JsonArray *b, SbBudget *budget, guint depth)
{
  guint n = json_array_get_length (a);

  if (n != json_array_get_length (b))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      if (!equal (json_array_get_element (a, i), json_array_get_element (b, i), budget, depth + 1))
        return FALSE;
    }

  return TRUE;
}

static gboolean
objects_equal (JsonObject *a, JsonObject *b, SbBudget *budget, guint depth)
{
  guint n = json_object_get_size (a);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (n != json_object_get_size (b))
    return FALSE;

  json_object_iter_init (&iter, a);
  while (json_object_iter_next (&iter, &name, &value))
    {
      JsonNode *other;

      /* The hash of json-glib's table has no seed, so that a look-up may cost as much as the table is big. */
      if (!sb_budget_take (budget, 1 + n / BYTES_PER_STEP))
        return FALSE;
      other = json_object_get_member (b, name);
      if (other == NULL || !equal (value, other, budget, depth + 1))
        return FALSE;
    }

  return TRUE;
}

static gboolean
strings_equal (JsonNode *a, JsonNode *b, SbBudget *budget)
{
  const char *x = json_node_get_string (a);
  const char *y = json_node_get_string (b);

  return strcmp (x, y) == 0 && sb_budget_take (budget, strlen (x) / BYTES_PER_STEP);
}

static gboolean
equal (JsonNode *a, JsonNode *b, SbBudget *budget, guint depth)
{
  SbKind kind = sb_value_get_kind (a);

  if (depth > MAX_DEPTH)
    budget->left = -1;
  if (kind != sb_value_get_kind (b) || !sb_budget_take (budget, 1))
    return FALSE;

  if (kind & SB_KIND_NUMBER)
    return numbers_equal (a, b);

  switch ((int) kind)
    {
    case SB_KIND_NULL:
      return TRUE;
    case SB_KIND_BOOLEAN:
      return json_node_get_boolean (a) == json_node_get_boolean (b);
    case SB_KIND_STRING:
      return strings_equal (a, b, budget);
    case SB_KIND_ARRAY:
      return arrays_equal (json_node_get_array (a), json_node_get_array (b), budget, depth);
    default:
      return objects_equal (json_node_get_object (a), json_node_get_object (b), budget, depth);
    }
}

gboolean
sb_value_equal (JsonNode *a, JsonNode *b, SbBudget *budget)
{
  return equal (a, b, budget, 0);
}

/* --- hash --- */

guint64
sb_text_hash (const char *text, gsize length)
{
  return sb_sip_hash (seed, text, length);
}

/* @kind keeps apart what has the same bytes. */
static guint64
hash_words (guint64 kind, guint64 word)
{
  SbSipHash sip;

  sb_sip_init (&sip, seed);
  sb_sip_add_word (&sip, kind);
  sb_sip_add_word (&sip, word);
  return sb_sip_finish (&sip);
}

static guint64
hash_number (SbNumber number)
{
  guint64 bits;

  if (number.is_int)
    return hash_words (SB_KIND_INTEGER, (guint64) number.i);
  if (sb_number_is_integer (number) && number.d >= -TWO_63 && number.d < TWO_63)
    return hash_words (SB_KIND_INTEGER, (guint64) (gint64) number.d);

  memcpy (&bits, &number.d, sizeof bits);
  return hash_words (SB_KIND_NUMBER, bits);
}

static guint64
hash_text (const char *text, SbBudget *budget)
{
  gsize length = strlen (text);

  return sb_budget_take (budget, length / BYTES_PER_STEP) ? sb_text_hash (text, length) : 0;
}

static guint64 hash (JsonNode *value, SbBudget *budget, guint depth);

static guint64
hash_array (JsonArray *array, SbBudget *budget, guint depth)
{
  guint n = json_array_get_length (array);
  guint64 sum = n;

  for (guint i = 0; i < n && budget->left >= 0; i++)
    sum = hash_words (sum, hash (json_array_get_element (array, i), budget, depth + 1));

  return hash_words (SB_KIND_ARRAY, sum);
}

/* A sum, so that the order does not matter. */
static guint64
hash_object (JsonObject *object, SbBudget *budget, guint depth)
{
  guint64 sum = 0;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value) && sb_budget_take (budget, 1))
    sum += hash_words (hash_text (name, budget), hash (value, budget, depth + 1));

  return hash_words (SB_KIND_OBJECT, sum);
}

static guint64
hash (JsonNode *value, SbBudget *budget, guint depth)
{
  SbKind kind = sb_value_get_kind (value);

  if (depth > MAX_DEPTH)
    budget->left = -1;
  if (!sb_budget_take (budget, 1))
    return 0;

  if (kind & SB_KIND_NUMBER)
    return hash_number (sb_value_get_number (value));

  switch ((int) kind)
    {
    case SB_KIND_NULL:
      return hash_words (SB_KIND_NULL, 0);
    case SB_KIND_BOOLEAN:
      return hash_words (SB_KIND_BOOLEAN, json_node_get_boolean (value) != FALSE);
    case SB_KIND_STRING:
      return hash_words (SB_KIND_STRING, hash_text (json_node_get_string (value), budget));
    case SB_KIND_ARRAY:
      return hash_array (json_node_get_array (value), budget, depth);
    default:
      return hash_object (json_node_get_object (value), budget, depth);
    }
}

guint64
sb_value_hash (JsonNode *value, SbBudget *budget)
{
  return hash (value, budget, 0);
}
