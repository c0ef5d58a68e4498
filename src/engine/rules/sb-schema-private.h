/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-regex.h"
#include "rules/sb-schema-format.h"
#include "rules/sb-schema.h"
#include "sb-ref-count.h"

G_BEGIN_DECLS

/* A schema as it is evaluated. Private to sb-schema. */

#define SB_SCHEMA_USUAL_METASCHEMA "https://json-schema.org/draft/2020-12/schema"

typedef struct _SbSubschema SbSubschema;

/* What a rule does, in the order the rules of a subschema are tried: what is cheap first, and what depends on others
 * behind them. */
typedef enum
{
  SB_WORD_TYPE,
  SB_WORD_REQUIRED,
  SB_WORD_MAX_PROPERTIES,
  SB_WORD_MIN_PROPERTIES,
  SB_WORD_MAX_ITEMS,
  SB_WORD_MIN_ITEMS,
  SB_WORD_MAXIMUM,
  SB_WORD_EXCLUSIVE_MAXIMUM,
  SB_WORD_MINIMUM,
  SB_WORD_EXCLUSIVE_MINIMUM,
  SB_WORD_MULTIPLE_OF,
  SB_WORD_MAX_LENGTH,
  SB_WORD_MIN_LENGTH,
  SB_WORD_CONST,
  SB_WORD_ENUM,
  SB_WORD_DEPENDENT_REQUIRED,
  SB_WORD_FORMAT,
  SB_WORD_PATTERN,
  SB_WORD_PROPERTY_NAMES,
  SB_WORD_MEMBERS, /* properties, patternProperties and additionalProperties */
  SB_WORD_ITEMS,   /* prefixItems and items */
  SB_WORD_CONTAINS,
  SB_WORD_UNIQUE_ITEMS,
  SB_WORD_REF,
  SB_WORD_DYNAMIC_REF,
  SB_WORD_ALL_OF,
  SB_WORD_ANY_OF,
  SB_WORD_ONE_OF,
  SB_WORD_NOT,
  SB_WORD_IF,
  SB_WORD_DEPENDENT_SCHEMAS,
  SB_WORD_UNEVALUATED_ITEMS,
  SB_WORD_UNEVALUATED_PROPERTIES,
} SbWord;

/* A name of a member that a subschema knows of. */
typedef struct
{
  char *text;
  guint length;
  guint64 hash;
  SbSubschema *property; /* nullable: the name is in "properties" */
} SbName;

/* Places in SbSubschema.names. */
typedef struct
{
  guint *names;
  guint n_names;
} SbNameList;

typedef struct
{
  SbSubschema **schemas;
  guint n_schemas;
} SbSubschemaList;

typedef struct
{
  char *text;
  SbRegex *regex;
  SbSubschema *schema;
} SbPatternProperty;

typedef struct
{
  guint64 hash;
  JsonNode *value;
} SbHashedValue;

typedef struct
{
  SbWord word;
  guint kinds; /* of values it looks at */
  union
  {
    guint types;                                    /* type */
    struct { SbNumber value; SbDecimal decimal; } number; /* maximum and such */
    guint64 count;                                  /* maxLength and such */
    struct { JsonNode **values; SbHashedValue *by_hash; guint n_values; } values; /* const, enum */
    struct { char *text; SbRegex *regex; } pattern;
    const SbFormat *format;
    SbNameList names;                               /* required */
    struct { guint trigger; SbNameList names; } dependent;
    struct { guint trigger; SbSubschema *schema; } dependent_schema;
    struct { SbSubschemaList prefix; SbSubschema *rest; } items;
    struct { SbPatternProperty *patterns; guint n_patterns; SbSubschema *rest; } members;
    struct { SbSubschema *schema; guint64 least, most; gboolean has_least, marks; } contains;
    struct { SbSubschema *condition, *then, *otherwise; } branch;
    struct { SbSubschema *target; guint anchor; } dynamic;
    SbSubschemaList list;
    SbSubschema *schema;
  };
} SbSchemaRule;

/* A schema resource (Core §4.3.5): what its dynamic anchors mean. */
typedef struct
{
  struct { guint anchor; SbSubschema *target; } *anchors;
  guint n_anchors;
} SbScope;

struct _SbSubschema
{
  const SbScope *scope;
  char *location; /* JSON Pointer, behind the URI and "#" if it is not of the main document */
  gboolean is_boolean;
  gboolean boolean;
  SbSchemaRule *rules;
  guint n_rules;
  guint kinds; /* of values that any rule looks at */

  SbName *names;
  guint n_names;
  guint16 *slots; /* place in @names plus 1; 0: empty */
  guint slot_mask;
};

struct _SbSchema
{
  SbRefCount ref_count;
  SbSubschema *root;
  GPtrArray *subschemas; /* (element-type SbSubschema) (owned) */
  GPtrArray *scopes;     /* (element-type SbScope) (owned) */
  char **documents;      /* URIs of those of the registry that it refers to */
};

/* The place of the name in @self->names plus 1, or 0. */
static inline guint
sb_subschema_find_name (const SbSubschema *self, const char *text, guint length, guint64 hash)
{
  if (self->n_names == 0)
    return 0;

  for (guint slot = hash & self->slot_mask; self->slots[slot] != 0; slot = (slot + 1) & self->slot_mask)
    {
      const SbName *name = &self->names[self->slots[slot] - 1];

      if (name->hash == hash && name->length == length && memcmp (name->text, text, length) == 0)
        return self->slots[slot];
    }

  return 0;
}

SbSubschema *sb_subschema_new  (void);
void         sb_subschema_free (SbSubschema *self);
void         sb_scope_free     (SbScope *self);

/* As sb_schema_evaluate(), with a budget of its own. @steps: (out) (optional): what was used of it. */
SbSchemaVerdict sb_schema_evaluate_within (SbSchema   *self,
                                           JsonNode   *instance,
                                           guint       max_errors,
                                           guint       budget,
                                           GPtrArray **errors,
                                           guint      *steps);

/* Compiles without looking at what the metaschema says. @metaschema_uri: (out) (optional): which one that is; NULL when
 * parts of the document have others. Errors as sb_schema_new(). */
SbSchema *sb_schema_compile (JsonNode         *document,
                             const char       *base_uri,
                             SbSchemaRegistry *registry,
                             SbSchemaFlags     flags,
                             char            **metaschema_uri,
                             char            **fault_pointer,
                             GError          **error);

G_END_DECLS
