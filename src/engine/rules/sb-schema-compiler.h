/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-schema-resources.h"

G_BEGIN_DECLS

/* A schema while it is compiled, for the files that do it. Private to sb-schema. */

/* A subschema that is still to be filled. */
typedef struct
{
  SbSubschema *subschema;
  SbPlace *place;
  char *origin; /* JSON Pointer in the main document: of the subschema, or of the reference that led to its document */
} SbCompileJob;

typedef struct
{
  SbSchema *schema;
  SbResources resources;
  SbSchemaFlags flags;
  GHashTable *compiled; /* SbPlace → SbSubschema */
  GHashTable *in_place; /* SbSubschema → GPtrArray of those that see the same value */
  GHashTable *anchors;  /* name → number; of all dynamic anchors */
  GQueue jobs;
  gsize patterns_size;  /* bytes of all regular expressions */

  /* the subschema being filled */
  SbCompileJob *job;
  JsonObject *object;
  GArray *rules;         /* (element-type SbSchemaRule) */
  GArray *names;         /* (element-type SbName) */
  GHashTable *name_places; /* text → place in names plus 1 */

  char *fault_pointer;
  GError *error;
} SbCompiler;

/* Keeps the first error. @keyword: (nullable): of the subschema being filled, where the fault is. */
void sb_compiler_fail (SbCompiler *self, SbSchemaErrorCode code, const char *keyword, const char *format,
                       ...) G_GNUC_PRINTF (4, 5);
/* As above, for a place within the value of @keyword. */
#define sb_compiler_fail_at(self, code, keyword, segment, ...) \
  G_STMT_START \
  { \
    gboolean first_ = (self)->error == NULL; \
    sb_compiler_fail (self, code, keyword, __VA_ARGS__); \
    if (first_ && (self)->job->place->resource->is_main) \
      { \
        char *longer_ = sb_pointer_append ((self)->fault_pointer, segment); \
        g_free ((self)->fault_pointer); \
        (self)->fault_pointer = longer_; \
      } \
  } \
  G_STMT_END

/* NULL: it is not there. */
JsonNode *sb_compiler_get_keyword (SbCompiler *self, const char *keyword);
/* The value of a keyword if it is there; of another kind than @kinds: @wanted says what it has to be. */
JsonNode *sb_compiler_get_value (SbCompiler *self, const char *keyword, guint kinds, const char *wanted);
/* Good until the next one is added. */
SbSchemaRule *sb_compiler_add_rule (SbCompiler *self, SbWord word, guint kinds);
/* The compiled form of what is at @place; it is filled later. */
SbSubschema *sb_compiler_get_subschema (SbCompiler *self, SbPlace *place, const char *origin);
/* The subschema that @node within the value of @keyword is; NULL: it is none. */
SbSubschema *sb_compiler_get_child (SbCompiler *self, JsonNode *node, const char *keyword, const char *segment);
SbSubschema *sb_compiler_get_schema (SbCompiler *self, const char *keyword);
SbSubschemaList sb_compiler_get_schema_list (SbCompiler *self, const char *keyword);
/* @target looks at the same value as the subschema being filled: to find those that would never end. */
void sb_compiler_note_in_place (SbCompiler *self, SbSubschema *target);
/* The place of @text among the names of the subschema. */
guint sb_compiler_get_name (SbCompiler *self, const char *text);
SbNameList sb_compiler_get_name_list (SbCompiler *self, JsonNode *value, const char *keyword, const char *segment);
SbRegex *sb_compiler_compile_regex (SbCompiler *self, const char *pattern, const char *keyword, const char *segment);
/* FALSE: it is not there, or no count. */
gboolean sb_compiler_read_count (SbCompiler *self, const char *keyword, guint64 *count);

/* Where @trigger is, all of @names have to be. */
void sb_compiler_add_dependent_names (SbCompiler *self, const char *keyword, const char *trigger, JsonNode *names);

/* The keywords of a vocabulary. */
void sb_compiler_compile_format (SbCompiler *self);
void sb_compiler_compile_validation (SbCompiler *self);
void sb_compiler_compile_applicators (SbCompiler *self, gboolean with_counts);
void sb_compiler_compile_unevaluated (SbCompiler *self);

G_END_DECLS
