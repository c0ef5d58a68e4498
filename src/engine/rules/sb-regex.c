/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-regex.h"

#include "rules/sb-regex-machine.h"
#include "rules/sb-schema.h"
#include <string.h>

/* What a machine can't do is left to PCRE2, which backtracks. Its limits hold for each place in the text where it
 * begins, so it may begin at the first only and finds its way to the others by a counted step, "\A(?s:.*?)". Cheap
 * attempts come before dear ones, so that what is charged is near what it cost. */
static const guint match_limits[] = { 60, 500, 5000, 20000 };
#define HEAP_LIMIT_KB 2048
#define MAX_TEXT 4096
/* One attempt may cost at most. */
#define MAX_STEPS 100000
/* What PCRE2 does before it counts again, in the time of a step: parts of the expression, bytes that one repeat or
 * backreference runs over. */
#define PARTS_PER_STEP 16
#define BYTES_PER_STEP 32
/* A repeat up to so many times is as many parts. */
#define FEW_TIMES 8
/* PCRE2 takes some ten bytes for a byte of a pattern in its own words. */
#define BYTES_PER_BYTE 10

struct _SbRegex
{
  SbRegexMachine *machine; /* nullable */
  GRegex *attempts[G_N_ELEMENTS (match_limits)]; /* when there is no machine */
  gsize size;    /* of these, in bytes, about */
  guint n_parts; /* of the expression */
  guint n_runs;  /* repeats and backreferences that may run over all of the text */
};

/* --- in the words of PCRE2 --- */

static void
write_set (GString *out, const SbRegexSet *set)
{
  /* "[]" and "[^]" mean nothing and anything to ECMA-262, but are not closed to PCRE2. */
  if (set->ranges->len + set->properties->len == 0)
    {
      g_string_append (out, set->negated ? "(?s:.)" : "(?!)");
      return;
    }

  g_string_append (out, set->negated ? "[^" : "[");
  for (guint i = 0; i < set->ranges->len; i++)
    {
      const SbRegexRange *range = &g_array_index (set->ranges, SbRegexRange, i);

      /* Half characters are in no text, and PCRE2 does not take them. */
      gunichar first = range->first >= 0xd800 && range->first <= 0xdfff ? 0xe000 : range->first;
      gunichar last = range->last >= 0xd800 && range->last <= 0xdfff ? 0xd7ff : range->last;

      if (first <= last)
        g_string_append_printf (out, "\\x{%x}-\\x{%x}", first, last);
    }
  for (guint i = 0; i < set->properties->len; i++)
    {
      const SbRegexProperty *property = &g_array_index (set->properties, SbRegexProperty, i);

      g_string_append_printf (out, "\\%c{%s}", property->negated ? 'P' : 'p', property->name);
    }
  if (out->str[out->len - 1] == '[' || g_str_has_suffix (out->str, "[^"))
    g_string_append (out, "\\x{10ffff}");
  g_string_append_c (out, ']');
}

static void write_node (GString *out, const SbRegexNode *node);

static void
write_children (GString *out, const SbRegexNode *node, const char *open, const char *between, const char *close)
{
  g_string_append (out, open);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    {
      if (i > 0)
        g_string_append (out, between);
      write_node (out, g_ptr_array_index (node->children, i));
    }
  g_string_append (out, close);
}

static void
write_repeat (GString *out, const SbRegexNode *node)
{
  const SbRegexNode *child = g_ptr_array_index (node->children, 0);

  /* PCRE2 copies a group for each time, but not a set. */
  if (child->type == SB_REGEX_SET)
    write_node (out, child);
  else
    write_children (out, node, "(?:", "", ")");
  if (node->most == G_MAXUINT)
    g_string_append_printf (out, "{%u,}%s", node->least, node->lazy ? "?" : "");
  else
    g_string_append_printf (out, "{%u,%u}%s", node->least, node->most, node->lazy ? "?" : "");
}

static void
write_node (GString *out, const SbRegexNode *node)
{
  switch (node->type)
    {
    case SB_REGEX_EMPTY:
      break;
    case SB_REGEX_SET:
      write_set (out, node->set);
      break;
    case SB_REGEX_SEQUENCE:
      write_children (out, node, "(?:", "", ")");
      break;
    case SB_REGEX_ALTERNATIVES:
      write_children (out, node, "(?:", "|", ")");
      break;
    case SB_REGEX_REPEAT:
      write_repeat (out, node);
      break;
    case SB_REGEX_GROUP:
      write_children (out, node, "(", "", ")");
      break;
    case SB_REGEX_BEGIN:
      g_string_append (out, "\\A");
      break;
    case SB_REGEX_END:
      g_string_append (out, "\\z");
      break;
    case SB_REGEX_WORD_EDGE:
      /* Without PCRE2_UCP a word is ASCII, but GLib sets it. */
      g_string_append (out, node->negated ? "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))"
                                          : "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))");
      break;
    case SB_REGEX_LOOKAHEAD:
      write_children (out, node, node->negated ? "(?!" : "(?=", "", ")");
      break;
    case SB_REGEX_LOOKBEHIND:
      write_children (out, node, node->negated ? "(?<!" : "(?<=", "", ")");
      break;
    case SB_REGEX_BACKREFERENCE:
    default:
      /* What has not matched yet is empty to ECMA-262 (§22.2.2.7.2), and fails to PCRE2. */
      g_string_append_printf (out, "(?(%u)\\g{%u})", node->number, node->number);
      break;
    }
}

/* How much of the expression there is to be gone through, between two counts of PCRE2 in the worst case. */
static void
weigh (SbRegex *self, const SbRegexNode *node, guint times)
{
  self->n_parts = MIN (self->n_parts + times, G_MAXUINT16);
  if (node->type == SB_REGEX_BACKREFERENCE || (node->type == SB_REGEX_REPEAT && node->most > FEW_TIMES))
    self->n_runs = MIN (self->n_runs + times, G_MAXUINT16);
  else if (node->type == SB_REGEX_REPEAT)
    times = MIN (times * MAX (node->most, 1), G_MAXUINT16);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    weigh (self, g_ptr_array_index (node->children, i), times);
}

static gboolean
make_attempts (SbRegex *self, const SbRegexNode *tree, GError **error)
{
  g_autoptr (GString) pattern = g_string_new (NULL);

  write_node (pattern, tree);
  weigh (self, tree, 1);
  self->size = G_N_ELEMENTS (match_limits) * BYTES_PER_BYTE * pattern->len;
  for (gsize i = 0; i < G_N_ELEMENTS (match_limits); i++)
    {
      g_autofree char *limited = g_strdup_printf ("(*LIMIT_MATCH=%u)(*LIMIT_DEPTH=%u)(*LIMIT_HEAP=%d)\\A(?s:.*?)%s",
                                                  match_limits[i],
                                                  match_limits[i], HEAP_LIMIT_KB, pattern->str);
      g_autoptr (GError) cause = NULL;

      self->attempts[i] = g_regex_new (limited, G_REGEX_DEFAULT, 0, &cause);
      if (self->attempts[i] == NULL)
        {
          /* Its words name places in what nobody wrote. */
          g_set_error (error, SB_SCHEMA_ERROR, SB_SCHEMA_ERROR_PATTERN,
                       "it is too complex, or looks behind it by no fixed length");
          return FALSE;
        }
    }

  return TRUE;
}

SbRegex *
sb_regex_new (const char *pattern, GError **error)
{
  g_autoptr (SbRegex) self = g_new0 (SbRegex, 1);
  g_autoptr (SbRegexNode) tree = sb_regex_parse (pattern, error);

  if (tree == NULL)
    return NULL;

  self->machine = sb_regex_machine_new (tree);
  if (self->machine != NULL)
    g_steal_pointer (&tree);
  else if (!make_attempts (self, tree, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
sb_regex_free (SbRegex *self)
{
  g_clear_pointer (&self->machine, sb_regex_machine_free);
  for (gsize i = 0; i < G_N_ELEMENTS (match_limits); i++)
    g_clear_pointer (&self->attempts[i], g_regex_unref);
  g_free (self);
}

static SbRegexResult
attempt (const SbRegex *self, const char *text, gsize length, SbBudget *budget)
{
  gint64 steps_each = 1 + self->n_parts / PARTS_PER_STEP + (gint64) self->n_runs * length / BYTES_PER_STEP;

  if (length > MAX_TEXT)
    return SB_REGEX_EXHAUSTED;

  for (gsize i = 0; i < G_N_ELEMENTS (match_limits); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean matches;

      if (match_limits[i] * steps_each > MAX_STEPS || !sb_budget_take (budget, 10 + match_limits[i] * steps_each))
        return SB_REGEX_EXHAUSTED;
      matches = g_regex_match_full (self->attempts[i], text, length, 0, 0, NULL, &error);
      if (error == NULL)
        return matches ? SB_REGEX_MATCH : SB_REGEX_NO_MATCH;
    }

  return SB_REGEX_EXHAUSTED;
}

gsize
sb_regex_get_size (const SbRegex *self)
{
  return self->machine != NULL ? sb_regex_machine_get_size (self->machine) : self->size;
}

SbRegexResult
sb_regex_search (const SbRegex *self, const char *text, gsize length, SbBudget *budget)
{
  gboolean found;

  if (self->machine == NULL)
    return attempt (self, text, length, budget);

  found = sb_regex_machine_search (self->machine, text, length, budget);
  if (budget->left < 0)
    return SB_REGEX_EXHAUSTED;
  return found ? SB_REGEX_MATCH : SB_REGEX_NO_MATCH;
}
