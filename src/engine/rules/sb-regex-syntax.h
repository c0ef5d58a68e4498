/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* ECMA-262's regular expressions as a tree. Private to sb-regex. */

typedef struct
{
  gunichar first, last;
} SbRegexRange;

/* \p{…} */
typedef enum
{
  SB_PROPERTY_CATEGORY, /* @mask of GUnicodeType */
  SB_PROPERTY_SCRIPT,   /* @script */
  SB_PROPERTY_OTHER,    /* only PCRE2 knows it, by @name */
} SbRegexPropertyKind;

typedef struct
{
  SbRegexPropertyKind kind;
  gboolean negated;
  guint64 mask;
  GUnicodeScript script;
  char name[48]; /* as PCRE2 calls it */
} SbRegexProperty;

/* A set of code points. */
typedef struct
{
  GArray *ranges;      /* (element-type SbRegexRange): in order once finished */
  GArray *properties;  /* (element-type SbRegexProperty): no two alike */
  guint64 categories;  /* of GUnicodeType: those that any of @properties has */
  guint n_scripts;     /* of @properties, which have to be gone through one by one */
  gboolean negated;
  guint64 ascii[2];    /* a bit for each of the first 128, with all of the above taken in */
} SbRegexSet;

typedef enum
{
  SB_REGEX_EMPTY,
  SB_REGEX_SET,
  SB_REGEX_SEQUENCE,
  SB_REGEX_ALTERNATIVES,
  SB_REGEX_REPEAT,
  SB_REGEX_GROUP,          /* capturing; @number */
  SB_REGEX_BEGIN,          /* ^ */
  SB_REGEX_END,            /* $ */
  SB_REGEX_WORD_EDGE,      /* \b, or \B when negated */
  SB_REGEX_LOOKAHEAD,
  SB_REGEX_LOOKBEHIND,
  SB_REGEX_BACKREFERENCE,  /* @number */
} SbRegexNodeType;

typedef struct _SbRegexNode SbRegexNode;
struct _SbRegexNode
{
  SbRegexNodeType type;
  gboolean negated;
  gboolean lazy;
  guint least, most; /* of a repeat; G_MAXUINT: no end */
  guint number;
  char *name;        /* (nullable): of a group, or the one a backreference means */
  SbRegexSet *set;
  GPtrArray *children; /* (nullable) (element-type SbRegexNode) (owned) */
};

#define SB_REGEX_MAX_REPEAT 65535
#define SB_REGEX_MAX_LENGTH 4096
#define SB_REGEX_MAX_DEPTH 64

/* NULL: @error, SB_SCHEMA_ERROR_PATTERN or _TOO_BIG, says what is wrong. */
SbRegexNode *sb_regex_parse     (const char *pattern, GError **error);
void         sb_regex_node_free (SbRegexNode *self);

SbRegexSet  *sb_regex_set_new       (void);
void         sb_regex_set_free      (SbRegexSet *self);
void         sb_regex_set_add       (SbRegexSet *self, gunichar first, gunichar last);
/* @letter: one of dDsSwW */
void         sb_regex_set_add_class (SbRegexSet *self, char letter);
/* @name: what stands in the braces of \p{…}. FALSE: there is no such property. */
gboolean     sb_regex_set_add_property (SbRegexSet *self, const char *name, gboolean negated);
/* Once all is in. */
void         sb_regex_set_finish    (SbRegexSet *self);
/* The same for any code point, slowly. */
gboolean     sb_regex_set_look_up   (const SbRegexSet *self, gunichar c);
/* Whether only PCRE2 can tell. */
gboolean     sb_regex_set_is_foreign (const SbRegexSet *self);

static inline gboolean
sb_regex_set_has (const SbRegexSet *self, gunichar c)
{
  return c < 128 ? (self->ascii[c / 64] >> c % 64 & 1) != 0 : sb_regex_set_look_up (self, c);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRegexNode, sb_regex_node_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRegexSet, sb_regex_set_free)

G_END_DECLS
