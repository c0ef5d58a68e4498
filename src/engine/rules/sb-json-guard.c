/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-guard.h"

#include "rules/sb-json-keys.h"
#include "rules/sb-json-locate.h"
#include "rules/sb-json-text.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* Bytes of a key or a word that a message repeats. */
#define SHOWN_LENGTH 40

struct _SbJsonGuard
{
  SbJsonKeys keys;
};

/* An array or object that is open. */
typedef struct
{
  guint first_key; /* of an object: where its keys begin on the stack of keys */
  guint count;     /* members or elements begun */
  gboolean is_object;
} Level;

/* One reading of one text. Positions are pointers into it; a function that reads returns the position behind what
 * it read, or NULL when it has set @flaw. */
typedef struct
{
  const char *text;
  const char *end;
  guint max_depth;
  guint max_members;
  guint max_values;
  gsize max_string;

  SbJsonKeys *keys;
  guint n_values;
  guint depth;
  gboolean within_value; /* the trouble is in the value that the innermost level has begun, not between its values */
  SbJsonFlaw flaw;
  Level levels[SB_JSON_MAX_DEPTH];
} Reading;

static inline const char *
skip_space (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;

  return p;
}

/* --- what to say (nothing here is fast, nor need it be) --- */

/* The longest beginning of at most @max bytes that cuts no character. */
static gsize
cut_text (const char *text, gsize length, gsize max)
{
  if (length <= max)
    return length;
  while (max > 0 && ((guint8) text[max] & 0xc0) == 0x80)
    max--;

  return max;
}

/* Something stands at @p, or nothing does, where @expected belongs. */
static G_GNUC_NO_INLINE const char *
fail_unexpected (Reading *self, const char *p, const char *expected)
{
  if (p == self->end)
    /* Translators: %s is what was expected, as in "expected a value" */
    sb_json_flaw_set (&self->flaw, SB_JSON_SYNTAX, p, _ ("%s, but the text ends"), expected);
  else if (sb_json_utf8_length (p, self->end) == 0)
    sb_json_flaw_set (&self->flaw, SB_JSON_UTF8, p, "%s", _ ("not valid UTF-8"));
  else
    sb_json_flaw_set (&self->flaw, SB_JSON_SYNTAX, p, "%s", expected);

  return NULL;
}

/* The things people write that other languages allow get a message of their own. */
static G_GNUC_NO_INLINE const char *
fail_no_value (Reading *self, const char *p)
{
  const char *word = p;
  const char *message = NULL;

  while (p < self->end && g_ascii_isalpha (*p) && p - word < SHOWN_LENGTH)
    p++;

  if (p > word)
    {
      sb_json_flaw_set (&self->flaw, SB_JSON_SYNTAX, word, _ ("“%.*s” is not a value; text goes in double quotes"),
                        (int) (p - word), word);
      return NULL;
    }

  switch (p < self->end ? *p : '\0')
    {
    case '\'':
      message = _ ("text goes in double quotes");
      break;
    case '/':
    case '#':
      message = _ ("JSON has no comments");
      break;
    case '+':
      message = _ ("a number may not begin with “+”");
      break;
    case '.':
      message = _ ("a number begins with a digit");
      break;
    case ',':
      message = _ ("a value is missing before “,”");
      break;
    case '\xef':
      if (self->end - p >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
        message = _ ("a byte order mark is not allowed");
      break;
    default:
      break;
    }

  return fail_unexpected (self, p, message != NULL ? message : _ ("expected a value"));
}

static G_GNUC_NO_INLINE const char *
fail_no_key (Reading *self, const char *p)
{
  if (p < self->end && (*p == '\'' || g_ascii_isalpha (*p) || *p == '_' || *p == '$'))
    return fail_unexpected (self, p, _ ("a key goes in double quotes"));

  return fail_unexpected (self, p, _ ("expected a key"));
}

static G_GNUC_NO_INLINE const char *
fail_duplicate (Reading *self, const char *p, const char *key, gsize length)
{
  gsize shown = cut_text (key, length, SHOWN_LENGTH);

  /* Translators: a key of a JSON object; the second %s is an ellipsis or nothing */
  sb_json_flaw_set (&self->flaw, SB_JSON_DUPLICATE_KEY, p, _ ("“%.*s%s” appears twice"),
                    (int) shown, key, shown < length ? "…" : "");
  return NULL;
}

/* Appends "/" and @key, unescaped for JSON and escaped for the pointer (RFC 6901 §3), or nothing when it does not
 * fit. */
static gboolean
append_key (char *pointer, gsize size, gsize *length, const SbJsonKey *key)
{
  const char *p = key->text, *end = p + key->length;
  gsize n = *length;

  if (n + 1 >= size)
    return FALSE;
  pointer[n++] = '/';

  while (p < end)
    {
      char bytes[4];
      guint n_bytes = sb_json_unescape_next (&p, bytes);

      if (bytes[0] == '~' || bytes[0] == '/')
        {
          bytes[1] = bytes[0] == '~' ? '0' : '1';
          bytes[0] = '~';
          n_bytes = 2;
        }
      if (n + n_bytes >= size)
        {
          pointer[*length] = '\0';
          return FALSE;
        }
      memcpy (pointer + n, bytes, n_bytes);
      n += n_bytes;
    }

  pointer[n] = '\0';
  *length = n;
  return TRUE;
}

static void
write_pointer (const Reading *self, char *pointer, gsize size)
{
  gsize length = 0;

  pointer[0] = '\0';
  for (guint i = 0; i < self->depth; i++)
    {
      const Level *level = &self->levels[i];

      /* The innermost level counts only when the trouble is within its value and not between two of them. */
      if (i + 1 == self->depth && (!self->within_value || level->count == 0))
        return;

      if (level->is_object)
        {
          if (!append_key (pointer, size, &length, &self->keys->keys[level->first_key + level->count - 1]))
            return;
        }
      else
        {
          char index[16];
          gsize n = g_snprintf (index, sizeof index, "/%u", level->count - 1);

          if (length + n >= size)
            return;
          memcpy (pointer + length, index, n + 1);
          length += n;
        }
    }
}

static void
write_trouble (const Reading *self, SbJsonTrouble *trouble)
{
  trouble->fault = self->flaw.fault;
  memcpy (trouble->message, self->flaw.message, sizeof trouble->message);
  trouble->offset = self->flaw.where - self->text;
  sb_json_find_line (self->text, self->end - self->text, trouble->offset, &trouble->line, &trouble->column);
  write_pointer (self, trouble->pointer, sizeof trouble->pointer);
}

/* --- reading --- */

/* @p is at the opening quote; the contents are given back when asked for. */
static inline const char *
read_string (Reading *self, const char *p, gboolean *escaped)
{
  const char *quote = sb_json_read_string (p + 1, self->end, escaped, &self->flaw);

  if (quote == NULL)
    return NULL;
  if (G_UNLIKELY ((gsize) (quote - (p + 1)) > self->max_string))
    {
      sb_json_flaw_set (&self->flaw, SB_JSON_STRING, p, _ ("a string or key is longer than %lu bytes"),
                        (gulong) self->max_string);
      return NULL;
    }

  return quote + 1;
}

static inline const char *
read_literal (Reading *self, const char *p, const char *literal, gsize length)
{
  if ((gsize) (self->end - p) < length || memcmp (p, literal, length) != 0)
    return fail_no_value (self, p);

  return p + length;
}

static inline const char *
open_level (Reading *self, const char *p, gboolean is_object)
{
  Level *level;

  if (G_UNLIKELY (self->depth == self->max_depth))
    {
      sb_json_flaw_set (&self->flaw, SB_JSON_DEPTH, p, _ ("nested deeper than %u"), self->max_depth);
      return NULL;
    }

  level = &self->levels[self->depth++];
  level->first_key = self->keys->n_keys;
  level->count = 0;
  level->is_object = is_object;

  return p + 1;
}

static inline void
close_level (Reading *self)
{
  const Level *level = &self->levels[--self->depth];

  if (level->is_object)
    sb_json_keys_pop (self->keys, level->first_key);
}

/* A member's key and colon; returns where its value begins. */
static inline const char *
read_key (Reading *self, const char *p)
{
  Level *level = &self->levels[self->depth - 1];
  const char *key = p + 1;
  gboolean escaped;

  if (p == self->end || *p != '"')
    return fail_no_key (self, p);
  if (G_UNLIKELY (level->count == self->max_members))
    {
      sb_json_flaw_set (&self->flaw, SB_JSON_MEMBERS, p, _ ("an object has more than %u members"), self->max_members);
      return NULL;
    }

  p = read_string (self, p, &escaped);
  if (p == NULL)
    return NULL;

  level->count++;
  self->within_value = TRUE;
  if (G_UNLIKELY (!sb_json_keys_push (self->keys, level->first_key, key, p - 1 - key, escaped)))
    return fail_duplicate (self, key - 1, key, p - 1 - key);

  p = skip_space (p, self->end);
  if (p == self->end || *p != ':')
    return fail_unexpected (self, p, _ ("expected “:” after the key"));

  return skip_space (p + 1, self->end);
}

/* A whole value, or only the bracket that opens one. */
static inline const char *
begin_value (Reading *self, const char *p)
{
  gboolean escaped;

  if (G_UNLIKELY (p == self->end))
    return fail_no_value (self, p);
  if (G_UNLIKELY (self->n_values++ == self->max_values))
    {
      sb_json_flaw_set (&self->flaw, SB_JSON_VALUES, p, _ ("more than %u values"), self->max_values);
      return NULL;
    }

  switch (*p)
    {
    case '"':
      return read_string (self, p, &escaped);
    case '{':
      return open_level (self, p, TRUE);
    case '[':
      return open_level (self, p, FALSE);
    case '-':
    case '0' ... '9':
      return sb_json_read_number (p, self->end, &self->flaw);
    case 't':
      return read_literal (self, p, "true", 4);
    case 'f':
      return read_literal (self, p, "false", 5);
    case 'n':
      return read_literal (self, p, "null", 4);
    default:
      return fail_no_value (self, p);
    }
}

/* What stands between two values: @p is behind one, or behind the bracket that just opened a level. Closes what
 * ends here and returns where the next value begins, or the end of the text. */
static inline const char *
go_to_next_value (Reading *self, const char *p, gboolean just_opened)
{
  self->within_value = FALSE;

  while (self->depth > 0)
    {
      Level *level = &self->levels[self->depth - 1];
      char closing = level->is_object ? '}' : ']';

      p = skip_space (p, self->end);
      if (p < self->end && *p == closing)
        {
          close_level (self);
          just_opened = FALSE;
          p++;
          continue;
        }

      if (!just_opened)
        {
          if (G_UNLIKELY (p == self->end || *p != ','))
            return fail_unexpected (self, p, level->is_object ? _ ("expected “,” or “}”") : _ ("expected “,” or “]”"));
          p = skip_space (p + 1, self->end);
          if (G_UNLIKELY (p < self->end && *p == closing))
            return fail_unexpected (self, p, level->is_object ? _ ("a comma may not come before “}”")
                                                              : _ ("a comma may not come before “]”"));
        }

      if (level->is_object)
        return read_key (self, p);

      level->count++;
      self->within_value = TRUE;
      return p;
    }

  p = skip_space (p, self->end);
  if (p < self->end)
    return fail_unexpected (self, p, _ ("nothing may follow the value"));

  return p;
}

static gboolean
read_text (Reading *self)
{
  const char *p = skip_space (self->text, self->end);

  do
    {
      guint depth = self->depth;

      p = begin_value (self, p);
      if (p == NULL)
        return FALSE;

      p = go_to_next_value (self, p, self->depth > depth);
      if (p == NULL)
        return FALSE;
    }
  while (self->depth > 0);

  return TRUE;
}

/**
 * sb_json_guard_new:
 *
 * Returns: (transfer full): a guard with a seed of its own; nothing else is allocated until a text has keys
 */
SbJsonGuard *
sb_json_guard_new (void)
{
  SbJsonGuard *self = g_new (SbJsonGuard, 1);

  sb_json_keys_init (&self->keys);

  return self;
}

void
sb_json_guard_free (SbJsonGuard *self)
{
  if (self == NULL)
    return;

  sb_json_keys_clear (&self->keys);
  g_free (self);
}

/**
 * sb_json_guard_check:
 * @text: bytes from anywhere; need not be NUL-terminated or UTF-8
 * @length: in bytes
 * @limits: the bounds; a `max_depth` beyond %SB_JSON_MAX_DEPTH counts as that
 * @trouble: (out) (optional): what is wrong; only set when %FALSE is returned
 *
 * Whether @text is exactly one JSON value (RFC 8259) that every receiver understands alike (RFC 7493: no duplicate
 * keys, no lone surrogates, no numbers beyond what can be held) within @limits. Reports the first trouble from the
 * left.
 */
gboolean
sb_json_guard_check (SbJsonGuard *self, const char *text, gsize length, const SbJsonLimits *limits,
                     SbJsonTrouble *trouble)
{
  Reading reading; /* 6 KiB, not initialised as a whole: levels beyond the depth are never read */
  gboolean ok;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (text != NULL || length == 0, FALSE);
  g_return_val_if_fail (limits != NULL, FALSE);

  reading.text = text != NULL ? text : "";
  reading.end = reading.text + length;
  reading.max_depth = MIN (limits->max_depth, SB_JSON_MAX_DEPTH);
  reading.max_members = limits->max_members;
  reading.max_values = limits->max_values;
  reading.max_string = limits->max_string;
  reading.keys = &self->keys;
  reading.n_values = 0;
  reading.depth = 0;
  reading.within_value = TRUE;

  ok = read_text (&reading);
  if (!ok && trouble != NULL)
    write_trouble (&reading, trouble);
  sb_json_keys_reset (&self->keys);

  return ok;
}
