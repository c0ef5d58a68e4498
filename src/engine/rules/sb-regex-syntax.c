/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-regex-syntax.h"

#include "rules/sb-schema.h"
#include <string.h>

/* The grammar is ECMA-262 §22.2.1 with the "u" flag, where JSON Schema points to (Core §6.4), but for two liberties
 * that many schemas take: a backslash before any punctuation, and "]", "{" and "}" as they are where they can't be
 * meant otherwise. */

#define SYNTAX_CHARACTERS "^$\\.*+?()[]{}|/"

typedef struct
{
  const char *start;
  const char *p;
  guint depth;
  guint n_groups;
  GHashTable *names; /* of groups → number */
  GPtrArray *backreferences; /* (element-type SbRegexNode) */
  GError *error;
} Parser;

static SbRegexNode *parse_alternatives (Parser *self);

static SbRegexNode *
new_node (SbRegexNodeType type)
{
  SbRegexNode *node = g_new0 (SbRegexNode, 1);

  node->type = type;
  return node;
}

static void
add_child (SbRegexNode *node, SbRegexNode *child)
{
  if (node->children == NULL)
    node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_regex_node_free);
  g_ptr_array_add (node->children, child);
}

void
sb_regex_node_free (SbRegexNode *self)
{
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_clear_pointer (&self->set, sb_regex_set_free);
  g_free (self->name);
  g_free (self);
}

/* Keeps the first error; always NULL. */
G_GNUC_PRINTF (2, 3)
static gpointer
fail (Parser *self, const char *format, ...)
{
  va_list arguments;

  if (self->error != NULL)
    return NULL;

  va_start (arguments, format);
  self->error = g_error_new_valist (SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_PATTERN, format, arguments);
  va_end (arguments);
  g_prefix_error (&self->error, "at character %ld: ", g_utf8_pointer_to_offset (self->start, self->p) + 1);

  return NULL;
}

static gunichar
next_char (Parser *self)
{
  gunichar c = g_utf8_get_char (self->p);

  self->p = g_utf8_next_char (self->p);
  return c;
}

static gboolean
accept (Parser *self, const char *text)
{
  if (!g_str_has_prefix (self->p, text))
    return FALSE;

  self->p += strlen (text);
  return TRUE;
}

/* Decimal digits, as far as they go; more than any number that means something is G_MAXUINT. */
static gboolean
read_number (Parser *self, guint *number)
{
  guint64 value = 0;

  if (!g_ascii_isdigit (*self->p))
    return FALSE;
  for (; g_ascii_isdigit (*self->p); self->p++)
    value = MIN (value * 10 + (*self->p - '0'), G_MAXUINT);
  *number = value;

  return TRUE;
}

static gboolean
read_hex (Parser *self, guint n_digits, gunichar *c)
{
  *c = 0;
  for (guint i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isxdigit (self->p[i]))
        return FALSE;
      *c = *c << 4 | g_ascii_xdigit_value (self->p[i]);
    }
  self->p += n_digits;

  return TRUE;
}

/* Behind "\u". */
static gboolean
read_unicode (Parser *self, gunichar *c)
{
  gunichar low;
  const char *behind;

  if (accept (self, "{"))
    {
      *c = 0;
      if (*self->p == '}')
        return FALSE;
      for (; g_ascii_isxdigit (*self->p) && *c <= 0x10ffff; self->p++)
        *c = *c << 4 | g_ascii_xdigit_value (*self->p);
      return *c <= 0x10ffff && accept (self, "}");
    }

  if (!read_hex (self, 4, c))
    return FALSE;

  behind = self->p;
  if (*c >= 0xd800 && *c < 0xdc00 && accept (self, "\\u") && read_hex (self, 4, &low) && low >= 0xdc00 && low < 0xe000)
    *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
  else
    self->p = behind;

  return TRUE;
}

/* Behind the backslash: an escape that means one character. @in_class: "\b" and "\-" do as well. FALSE: an error is
 * set. */
static gboolean
read_character_escape (Parser *self, gboolean in_class, gunichar *c)
{
  static const char names[] = "fnrtv", meanings[] = "\f\n\r\t\v";
  char letter = *self->p;
  const char *name;

  if (letter == '\0')
    {
      fail (self, "a backslash stands at the end");
      return FALSE;
    }

  *c = next_char (self);
  name = *c < 128 ? strchr (names, letter) : NULL;
  if (name != NULL)
    *c = meanings[name - names];
  else if (letter == 'b' && in_class)
    *c = '\b';
  else if (letter == '0' && !g_ascii_isdigit (*self->p))
    *c = 0;
  else if (letter == 'c' && g_ascii_isalpha (*self->p))
    *c = *self->p++ % 32;
  else if (letter == 'x')
    {
      if (!read_hex (self, 2, c))
        fail (self, "“\\x” needs two hexadecimal digits");
    }
  else if (letter == 'u')
    {
      if (!read_unicode (self, c))
        fail (self, "“\\u” needs four hexadecimal digits, or a code point in braces");
    }
  else if (*c >= 128 ? g_unichar_isalnum (*c) : g_ascii_isalnum (letter) || g_ascii_iscntrl (letter))
    {
      int length = g_unichar_to_utf8 (*c, NULL);

      fail (self, "“\\%.*s” has no meaning", length, self->p - length);
    }

  return self->error == NULL;
}

/* Behind "\p" or "\P". */
static gboolean
read_property (Parser *self, SbRegexSet *set, gboolean negated)
{
  g_autofree char *name = NULL;
  gsize length;

  if (!accept (self, "{") || self->p[length = strcspn (self->p, "}")] == '\0')
    {
      fail (self, "“\\p” needs the name of a Unicode property in braces");
      return FALSE;
    }

  name = g_strndup (self->p, length);
  if (!sb_regex_set_add_property (set, name, negated))
    {
      fail (self, "“%.50s” is not a Unicode property", name);
      return FALSE;
    }
  self->p += length + 1;

  return TRUE;
}

/* At a backslash: the classes "\d", "\p{…}" and such. FALSE: it is none, or an error is set. */
static gboolean
read_class_escape (Parser *self, SbRegexSet *set)
{
  char letter = self->p[1];

  if (letter == '\0' || strchr ("dDsSwWpP", letter) == NULL)
    return FALSE;

  self->p += 2;
  if (letter == 'p' || letter == 'P')
    return read_property (self, set, letter == 'P');

  sb_regex_set_add_class (set, letter);
  return TRUE;
}

/* One end of a range. FALSE: it was a class instead, or an error is set. */
static gboolean
read_class_atom (Parser *self, SbRegexSet *set, gunichar *c)
{
  if (*self->p != '\\')
    {
      *c = next_char (self);
      return TRUE;
    }

  if (read_class_escape (self, set) || self->error != NULL)
    return FALSE;

  self->p++;
  return read_character_escape (self, TRUE, c);
}

/* Behind "[". */
static SbRegexNode *
parse_class (Parser *self)
{
  g_autoptr (SbRegexSet) set = sb_regex_set_new ();
  SbRegexNode *node;

  set->negated = accept (self, "^");
  while (!accept (self, "]"))
    {
      gunichar first, last;

      if (*self->p == '\0')
        return fail (self, "“]” is missing");

      if (!read_class_atom (self, set, &first))
        {
          if (self->error != NULL)
            return NULL;
          if (self->p[0] == '-' && self->p[1] != ']')
            return fail (self, "a range can't begin with a class");
          continue;
        }

      last = first;
      if (self->p[0] == '-' && self->p[1] != ']' && self->p[1] != '\0')
        {
          self->p++;
          if (!read_class_atom (self, set, &last))
            return fail (self, "a range can't end with a class");
          if (last < first)
            return fail (self, "the range is the wrong way round");
        }
      sb_regex_set_add (set, first, last);
    }

  sb_regex_set_finish (set);
  node = new_node (SB_REGEX_SET);
  node->set = g_steal_pointer (&set);
  return node;
}

static SbRegexNode *
new_set (gunichar c)
{
  SbRegexNode *node = new_node (SB_REGEX_SET);

  node->set = sb_regex_set_new ();
  sb_regex_set_add (node->set, c, c);
  sb_regex_set_finish (node->set);
  return node;
}

/* In angle brackets, of which the first was read. */
static char *
read_name (Parser *self)
{
  const char *start = self->p;

  while (*self->p != '\0' && *self->p != '>')
    {
      gunichar c = next_char (self);

      if (!(g_unichar_isalpha (c) || c == '_' || c == '$' || (self->p > start + 1 && g_unichar_isdigit (c))))
        return fail (self, "a group's name is made of letters and digits");
    }
  if (self->p == start || *self->p != '>')
    return fail (self, "a group needs a name between “<” and “>”");

  self->p++;
  return g_strndup (start, self->p - 1 - start);
}

/* At a backslash. */
static SbRegexNode *
parse_escape (Parser *self)
{
  g_autoptr (SbRegexNode) node = NULL;
  gunichar c;

  if (self->p[1] == 'b' || self->p[1] == 'B')
    {
      node = new_node (SB_REGEX_WORD_EDGE);
      node->negated = self->p[1] == 'B';
      self->p += 2;
      return g_steal_pointer (&node);
    }

  if ((self->p[1] >= '1' && self->p[1] <= '9') || self->p[1] == 'k')
    {
      node = new_node (SB_REGEX_BACKREFERENCE);
      self->p += 2;
      if (self->p[-1] != 'k')
        {
          self->p--;
          read_number (self, &node->number);
        }
      else if (!accept (self, "<"))
        return fail (self, "“\\k” needs a group's name between “<” and “>”");
      else if ((node->name = read_name (self)) == NULL)
        return NULL;
      g_ptr_array_add (self->backreferences, node);
      return g_steal_pointer (&node);
    }

  node = new_node (SB_REGEX_SET);
  node->set = sb_regex_set_new ();
  if (!read_class_escape (self, node->set))
    {
      if (self->error != NULL)
        return NULL;
      self->p++;
      if (!read_character_escape (self, FALSE, &c))
        return NULL;
      sb_regex_set_add (node->set, c, c);
    }
  sb_regex_set_finish (node->set);
  return g_steal_pointer (&node);
}

/* Behind "(". */
static SbRegexNode *
parse_group (Parser *self)
{
  g_autoptr (SbRegexNode) node = NULL;
  SbRegexNode *inside;

  if (accept (self, "?:"))
    node = new_node (SB_REGEX_SEQUENCE);
  else if (accept (self, "?=") || accept (self, "?!"))
    {
      node = new_node (SB_REGEX_LOOKAHEAD);
      node->negated = self->p[-1] == '!';
    }
  else if (accept (self, "?<=") || accept (self, "?<!"))
    {
      node = new_node (SB_REGEX_LOOKBEHIND);
      node->negated = self->p[-1] == '!';
    }
  else
    {
      node = new_node (SB_REGEX_GROUP);
      node->number = ++self->n_groups;
      if (accept (self, "?<"))
        {
          node->name = read_name (self);
          if (node->name == NULL)
            return NULL;
          if (!g_hash_table_insert (self->names, g_strdup (node->name), GUINT_TO_POINTER (node->number)))
            return fail (self, "two groups are called “%.50s”", node->name);
        }
      else if (*self->p == '?')
        return fail (self, "“(?” is not followed by what ECMA-262 knows");
    }

  if (self->depth >= SB_REGEX_MAX_DEPTH)
    return fail (self, "groups are nested more than %d deep", SB_REGEX_MAX_DEPTH);
  self->depth++;
  inside = parse_alternatives (self);
  self->depth--;
  if (inside == NULL)
    return NULL;
  add_child (node, inside);
  if (!accept (self, ")"))
    return fail (self, "“)” is missing");

  return g_steal_pointer (&node);
}

/* "{2}", "{2,}", "{2,5}". FALSE: it is none. */
static gboolean
read_braces (Parser *self, guint *least, guint *most)
{
  const char *start = self->p;

  if (accept (self, "{") && read_number (self, least))
    {
      *most = *least;
      if (accept (self, ",") && !read_number (self, most))
        *most = G_MAXUINT;
      if (accept (self, "}"))
        return TRUE;
    }

  self->p = start;
  return FALSE;
}

static SbRegexNode *
parse_atom (Parser *self)
{
  SbRegexNode *node;
  guint least, most;

  switch (*self->p)
    {
    case '^':
      self->p++;
      return new_node (SB_REGEX_BEGIN);
    case '$':
      self->p++;
      return new_node (SB_REGEX_END);
    case '.':
      self->p++;
      node = new_node (SB_REGEX_SET);
      node->set = sb_regex_set_new ();
      sb_regex_set_add_class (node->set, '.');
      sb_regex_set_finish (node->set);
      return node;
    case '[':
      self->p++;
      return parse_class (self);
    case '(':
      self->p++;
      return parse_group (self);
    case '\\':
      return parse_escape (self);
    case '*':
    case '+':
    case '?':
      return fail (self, "there is nothing for “%c” to repeat", *self->p);
    case '{':
      if (read_braces (self, &least, &most))
        return fail (self, "there is nothing for the braces to repeat");
      return new_set (next_char (self));
    default:
      return new_set (next_char (self));
    }
}

static SbRegexNode *
parse_quantifier (Parser *self, SbRegexNode *atom)
{
  guint least = 0, most = G_MAXUINT;
  SbRegexNode *node;

  if (accept (self, "+"))
    least = 1;
  else if (accept (self, "?"))
    most = 1;
  else if (!accept (self, "*") && !read_braces (self, &least, &most))
    return atom;

  node = new_node (SB_REGEX_REPEAT);
  add_child (node, atom);
  node->least = least;
  node->most = most;
  node->lazy = accept (self, "?");
  if (most < least)
    fail (self, "{%u,%u} is the wrong way round", least, most);
  else if (least > SB_REGEX_MAX_REPEAT || (most > SB_REGEX_MAX_REPEAT && most != G_MAXUINT))
    fail (self, "nothing can be repeated more than %d times", SB_REGEX_MAX_REPEAT);
  else if (atom->type == SB_REGEX_BEGIN || atom->type == SB_REGEX_END || atom->type == SB_REGEX_WORD_EDGE
           || atom->type == SB_REGEX_LOOKAHEAD || atom->type == SB_REGEX_LOOKBEHIND)
    fail (self, "what has no width can't be repeated");
  else if (*self->p == '*' || *self->p == '+' || *self->p == '?')
    fail (self, "there is nothing for “%c” to repeat", *self->p);

  return node;
}

static SbRegexNode *
parse_sequence (Parser *self)
{
  g_autoptr (SbRegexNode) node = new_node (SB_REGEX_SEQUENCE);

  while (*self->p != '\0' && *self->p != '|' && *self->p != ')')
    {
      SbRegexNode *atom = parse_atom (self);

      if (atom == NULL)
        return NULL;
      add_child (node, parse_quantifier (self, atom));
      if (self->error != NULL)
        return NULL;
    }

  return g_steal_pointer (&node);
}

static SbRegexNode *
parse_alternatives (Parser *self)
{
  g_autoptr (SbRegexNode) node = parse_sequence (self);

  if (node == NULL || *self->p != '|')
    return g_steal_pointer (&node);

  {
    g_autoptr (SbRegexNode) list = new_node (SB_REGEX_ALTERNATIVES);

    add_child (list, g_steal_pointer (&node));
    while (accept (self, "|"))
      {
        node = parse_sequence (self);
        if (node == NULL)
          return NULL;
        add_child (list, g_steal_pointer (&node));
      }
    return g_steal_pointer (&list);
  }
}

static void
check_backreferences (Parser *self)
{
  for (guint i = 0; i < self->backreferences->len; i++)
    {
      SbRegexNode *node = g_ptr_array_index (self->backreferences, i);

      if (node->name != NULL)
        node->number = GPOINTER_TO_UINT (g_hash_table_lookup (self->names, node->name));
      if (node->name != NULL && node->number == 0)
        fail (self, "there is no group called “%.50s”", node->name);
      else if (node->number > self->n_groups)
        fail (self, "there is no group %u", node->number);
    }
}

SbRegexNode *
sb_regex_parse (const char *pattern, GError **error)
{
  Parser parser = { .start = pattern, .p = pattern };
  g_autoptr (SbRegexNode) node = NULL;

  if (strlen (pattern) > SB_REGEX_MAX_LENGTH)
    {
      g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_TOO_BIG, "it is longer than %d bytes", SB_REGEX_MAX_LENGTH);
      return NULL;
    }

  parser.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  parser.backreferences = g_ptr_array_new ();
  node = parse_alternatives (&parser);
  if (node != NULL && *parser.p == ')')
    fail (&parser, "“(” is missing before this “)”");
  if (parser.error == NULL)
    check_backreferences (&parser);
  g_hash_table_unref (parser.names);
  g_ptr_array_unref (parser.backreferences);

  if (parser.error != NULL)
    {
      g_propagate_error (error, parser.error);
      return NULL;
    }
  return g_steal_pointer (&node);
}
