/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-regex-syntax.h"

#include <glib-object.h>
#include <string.h>

#define BIT(type) (G_GUINT64_CONSTANT (1) << G_UNICODE_##type)

/* The general categories by their names in ECMA-262, table "Value aliases and canonical values for the Unicode property
 * General_Category". */
static const struct
{
  const char *names[3];
  guint64 mask;
} categories[] = {
  { { "Lu", "Uppercase_Letter" }, BIT (UPPERCASE_LETTER) },
  { { "Ll", "Lowercase_Letter" }, BIT (LOWERCASE_LETTER) },
  { { "Lt", "Titlecase_Letter" }, BIT (TITLECASE_LETTER) },
  { { "LC", "Cased_Letter" }, BIT (UPPERCASE_LETTER) | BIT (LOWERCASE_LETTER) | BIT (TITLECASE_LETTER) },
  { { "Lm", "Modifier_Letter" }, BIT (MODIFIER_LETTER) },
  { { "Lo", "Other_Letter" }, BIT (OTHER_LETTER) },
  { { "L", "Letter" },
    BIT (UPPERCASE_LETTER) | BIT (LOWERCASE_LETTER) | BIT (TITLECASE_LETTER) | BIT (MODIFIER_LETTER)
        | BIT (OTHER_LETTER) },
  { { "Mn", "Nonspacing_Mark" }, BIT (NON_SPACING_MARK) },
  { { "Mc", "Spacing_Mark" }, BIT (SPACING_MARK) },
  { { "Me", "Enclosing_Mark" }, BIT (ENCLOSING_MARK) },
  { { "M", "Mark", "Combining_Mark" }, BIT (NON_SPACING_MARK) | BIT (SPACING_MARK) | BIT (ENCLOSING_MARK) },
  { { "Nd", "Decimal_Number", "digit" }, BIT (DECIMAL_NUMBER) },
  { { "Nl", "Letter_Number" }, BIT (LETTER_NUMBER) },
  { { "No", "Other_Number" }, BIT (OTHER_NUMBER) },
  { { "N", "Number" }, BIT (DECIMAL_NUMBER) | BIT (LETTER_NUMBER) | BIT (OTHER_NUMBER) },
  { { "Pc", "Connector_Punctuation" }, BIT (CONNECT_PUNCTUATION) },
  { { "Pd", "Dash_Punctuation" }, BIT (DASH_PUNCTUATION) },
  { { "Ps", "Open_Punctuation" }, BIT (OPEN_PUNCTUATION) },
  { { "Pe", "Close_Punctuation" }, BIT (CLOSE_PUNCTUATION) },
  { { "Pi", "Initial_Punctuation" }, BIT (INITIAL_PUNCTUATION) },
  { { "Pf", "Final_Punctuation" }, BIT (FINAL_PUNCTUATION) },
  { { "Po", "Other_Punctuation" }, BIT (OTHER_PUNCTUATION) },
  { { "P", "Punctuation", "punct" },
    BIT (CONNECT_PUNCTUATION) | BIT (DASH_PUNCTUATION) | BIT (OPEN_PUNCTUATION) | BIT (CLOSE_PUNCTUATION)
        | BIT (INITIAL_PUNCTUATION) | BIT (FINAL_PUNCTUATION) | BIT (OTHER_PUNCTUATION) },
  { { "Sm", "Math_Symbol" }, BIT (MATH_SYMBOL) },
  { { "Sc", "Currency_Symbol" }, BIT (CURRENCY_SYMBOL) },
  { { "Sk", "Modifier_Symbol" }, BIT (MODIFIER_SYMBOL) },
  { { "So", "Other_Symbol" }, BIT (OTHER_SYMBOL) },
  { { "S", "Symbol" }, BIT (MATH_SYMBOL) | BIT (CURRENCY_SYMBOL) | BIT (MODIFIER_SYMBOL) | BIT (OTHER_SYMBOL) },
  { { "Zs", "Space_Separator" }, BIT (SPACE_SEPARATOR) },
  { { "Zl", "Line_Separator" }, BIT (LINE_SEPARATOR) },
  { { "Zp", "Paragraph_Separator" }, BIT (PARAGRAPH_SEPARATOR) },
  { { "Z", "Separator" }, BIT (SPACE_SEPARATOR) | BIT (LINE_SEPARATOR) | BIT (PARAGRAPH_SEPARATOR) },
  { { "Cc", "Control", "cntrl" }, BIT (CONTROL) },
  { { "Cf", "Format" }, BIT (FORMAT) },
  { { "Cs", "Surrogate" }, BIT (SURROGATE) },
  { { "Co", "Private_Use" }, BIT (PRIVATE_USE) },
  { { "Cn", "Unassigned" }, BIT (UNASSIGNED) },
  { { "C", "Other" }, BIT (CONTROL) | BIT (FORMAT) | BIT (SURROGATE) | BIT (PRIVATE_USE) | BIT (UNASSIGNED) },
};

SbRegexSet *
sb_regex_set_new (void)
{
  SbRegexSet *self = g_new0 (SbRegexSet, 1);

  self->ranges = g_array_new (FALSE, FALSE, sizeof (SbRegexRange));
  self->properties = g_array_new (FALSE, TRUE, sizeof (SbRegexProperty));
  return self;
}

void
sb_regex_set_free (SbRegexSet *self)
{
  g_array_unref (self->ranges);
  g_array_unref (self->properties);
  g_free (self);
}

void
sb_regex_set_add (SbRegexSet *self, gunichar first, gunichar last)
{
  SbRegexRange range = { first, last };

  g_array_append_val (self->ranges, range);
}

static void
add_all_but (SbRegexSet *self, const SbRegexRange *ranges, gsize n_ranges)
{
  gunichar next = 0;

  for (gsize i = 0; i < n_ranges; i++)
    {
      if (ranges[i].first > next)
        sb_regex_set_add (self, next, ranges[i].first - 1);
      next = ranges[i].last + 1;
    }
  sb_regex_set_add (self, next, 0x10ffff);
}

void
sb_regex_set_add_class (SbRegexSet *self, char letter)
{
  static const SbRegexRange digits[] = { { '0', '9' } };
  static const SbRegexRange words[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } };
  /* WhiteSpace and LineTerminator: what \s means (ECMA-262 §22.2.2.9). */
  static const SbRegexRange spaces[] = {
    { 0x09, 0x0d },     { 0x20, 0x20 },     { 0xa0, 0xa0 },     { 0x1680, 0x1680 }, { 0x2000, 0x200a },
    { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 }, { 0xfeff, 0xfeff },
  };
  /* What a dot does not mean. */
  static const SbRegexRange line_ends[] = { { '\n', '\n' }, { '\r', '\r' }, { 0x2028, 0x2029 } };
  const SbRegexRange *ranges = digits;
  gsize n_ranges = G_N_ELEMENTS (digits);

  switch (g_ascii_tolower (letter))
    {
    case 'w':
      ranges = words;
      n_ranges = G_N_ELEMENTS (words);
      break;
    case 's':
      ranges = spaces;
      n_ranges = G_N_ELEMENTS (spaces);
      break;
    case '.':
      add_all_but (self, line_ends, G_N_ELEMENTS (line_ends));
      return;
    default:
      break;
    }

  if (g_ascii_isupper (letter))
    add_all_but (self, ranges, n_ranges);
  else
    g_array_append_vals (self->ranges, ranges, n_ranges);
}

/* Names PCRE2 knows, as it alone can tell. */
static gboolean
is_foreign_property (const char *name)
{
  g_autofree char *pattern = g_strdup_printf ("\\p{%s}", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_DEFAULT, 0, NULL);

  return regex != NULL;
}

static gboolean
find_category (const char *name, SbRegexProperty *property)
{
  for (gsize i = 0; i < G_N_ELEMENTS (categories); i++)
    for (gsize k = 0; k < 3 && categories[i].names[k] != NULL; k++)
      {
        if (strcmp (name, categories[i].names[k]) != 0)
          continue;
        property->kind = SB_PROPERTY_CATEGORY;
        property->mask = categories[i].mask;
        g_strlcpy (property->name, categories[i].names[0], sizeof property->name);
        return TRUE;
      }

  return FALSE;
}

/* By its long name, which GLib has as "old-italic" and ECMA-262 as "Old_Italic", or by its four letters of ISO
 * 15924. */
static gboolean
find_script (const char *name, SbRegexProperty *property)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (g_unicode_script_get_type ());
  g_autofree char *nick = g_ascii_strdown (name, -1);
  GEnumValue *value;

  if (!g_ascii_isupper (name[0]))
    return FALSE;

  g_strdelimit (nick, "_", '-');
  value = g_enum_get_value_by_nick (class, nick);
  if (value != NULL)
    property->script = value->value;
  else if (strlen (name) == 4)
    {
      guint32 code = (guint32) name[0] << 24 | (guint32) name[1] << 16 | (guint32) name[2] << 8 | (guint32) name[3];

      property->script = g_unicode_script_from_iso15924 (code);
      if (property->script == G_UNICODE_SCRIPT_UNKNOWN || property->script == G_UNICODE_SCRIPT_INVALID_CODE)
        return FALSE;
    }
  else
    return FALSE;

  property->kind = SB_PROPERTY_SCRIPT;
  g_snprintf (property->name, sizeof property->name, "sc:%s", name);
  return TRUE;
}

static void
add_property (SbRegexSet *self, const SbRegexProperty *property)
{
  for (guint i = 0; i < self->properties->len; i++)
    {
      const SbRegexProperty *other = &g_array_index (self->properties, SbRegexProperty, i);

      if (other->kind == property->kind && other->negated == property->negated
          && strcmp (other->name, property->name) == 0)
        return;
    }

  g_array_append_vals (self->properties, property, 1);
  if (property->kind == SB_PROPERTY_CATEGORY)
    self->categories |= property->negated ? ~property->mask : property->mask;
  else
    self->n_scripts++;
}

gboolean
sb_regex_set_add_property (SbRegexSet *self, const char *name, gboolean negated)
{
  SbRegexProperty property = { .negated = negated };
  const char *value = strchr (name, '=');
  gsize key = value != NULL ? (gsize) (value - name) : 0;
  gboolean known;

  if (strlen (name) >= sizeof property.name - 8
      || name[strspn (name, "=_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] != '\0')
    return FALSE;

  if (value == NULL)
    {
      static const struct { const char *name; gunichar last; } blocks[] = { { "Any", 0x10ffff }, { "ASCII", 0x7f } };

      for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
        {
          if (strcmp (name, blocks[i].name) != 0)
            continue;
          if (!negated)
            sb_regex_set_add (self, 0, blocks[i].last);
          else if (blocks[i].last < 0x10ffff)
            sb_regex_set_add (self, blocks[i].last + 1, 0x10ffff);
          return TRUE;
        }

      if (strcmp (name, "Assigned") == 0)
        {
          property.negated = !negated;
          known = find_category ("Cn", &property);
        }
      else if (!(known = find_category (name, &property)))
        {
          /* Not a script by its bare name: ECMA-262 wants “Script=”. */
          property.kind = SB_PROPERTY_OTHER;
          g_strlcpy (property.name, name, sizeof property.name);
          known = g_ascii_isupper (name[0]) && !find_script (name,
                                                             &(SbRegexProperty) { 0 }) && is_foreign_property (name);
        }
    }
  else if ((key == 2 && g_str_has_prefix (name, "gc")) || (key == 16 && g_str_has_prefix (name, "General_Category")))
    known = find_category (value + 1, &property);
  else if ((key == 2 && g_str_has_prefix (name, "sc")) || (key == 6 && g_str_has_prefix (name, "Script")))
    known = find_script (value + 1, &property);
  else if ((key == 3 && g_str_has_prefix (name, "scx")) || (key == 17 && g_str_has_prefix (name, "Script_Extensions")))
    {
      /* GLib has no table of these. */
      known = find_script (value + 1, &property);
      property.kind = SB_PROPERTY_OTHER;
      g_snprintf (property.name, sizeof property.name, "scx:%s", value + 1);
    }
  else
    known = FALSE;

  if (known)
    add_property (self, &property);
  return known;
}

static gboolean
ranges_have (const SbRegexSet *self, gunichar c)
{
  guint low = 0, high = self->ranges->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const SbRegexRange *range = &g_array_index (self->ranges, SbRegexRange, middle);

      if (c < range->first)
        high = middle;
      else if (c > range->last)
        low = middle + 1;
      else
        return TRUE;
    }

  return FALSE;
}

static gboolean
scripts_have (const SbRegexSet *self, gunichar c)
{
  GUnicodeScript script = g_unichar_get_script (c);

  for (guint i = 0; i < self->properties->len; i++)
    {
      const SbRegexProperty *property = &g_array_index (self->properties, SbRegexProperty, i);

      if (property->kind != SB_PROPERTY_CATEGORY && (script == property->script) != property->negated)
        return TRUE;
    }

  return FALSE;
}

gboolean
sb_regex_set_look_up (const SbRegexSet *self, gunichar c)
{
  gboolean has = ranges_have (self, c)
                 || (self->categories != 0 && (self->categories >> g_unichar_type (c) & 1) != 0)
                 || (self->n_scripts > 0 && scripts_have (self, c));

  return has != self->negated;
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const SbRegexRange *first = a, *second = b;

  return first->first < second->first ? -1 : first->first > second->first;
}

void
sb_regex_set_finish (SbRegexSet *self)
{
  guint n = 0;

  /* Ranges that touch become one. */
  g_array_sort (self->ranges, compare_ranges);
  for (guint i = 0; i < self->ranges->len; i++)
    {
      SbRegexRange range = g_array_index (self->ranges, SbRegexRange, i);
      SbRegexRange *last = n > 0 ? &g_array_index (self->ranges, SbRegexRange, n - 1) : NULL;

      if (last != NULL && range.first <= last->last + 1)
        last->last = MAX (last->last, range.last);
      else
        g_array_index (self->ranges, SbRegexRange, n++) = range;
    }
  g_array_set_size (self->ranges, n);

  for (gunichar c = 0; c < 128; c++)
    {
      if (sb_regex_set_look_up (self, c))
        self->ascii[c / 64] |= G_GUINT64_CONSTANT (1) << c % 64;
    }
}

gboolean
sb_regex_set_is_foreign (const SbRegexSet *self)
{
  for (guint i = 0; i < self->properties->len; i++)
    {
      if (g_array_index (self->properties, SbRegexProperty, i).kind == SB_PROPERTY_OTHER)
        return TRUE;
    }

  return FALSE;
}
