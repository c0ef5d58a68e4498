/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-schema-private.h"

G_BEGIN_DECLS

/* Where the subschemas of all documents are, and what references mean. Private to sb-schema; lives while a schema is
 * compiled. */

/* The vocabularies of draft 2020-12, as bits. Core is always there. */
typedef enum
{
  SB_VOCABULARY_APPLICATOR = 1 << 0,
  SB_VOCABULARY_UNEVALUATED = 1 << 1,
  SB_VOCABULARY_VALIDATION = 1 << 2,
  SB_VOCABULARY_FORMAT_ASSERTION = 1 << 3,
  SB_VOCABULARY_USUAL = SB_VOCABULARY_APPLICATOR | SB_VOCABULARY_UNEVALUATED | SB_VOCABULARY_VALIDATION,
} SbVocabularies;

/* The drafts that are understood. Older ones have other keywords, and some that mean something else. */
typedef enum
{
  SB_DRAFT_7,
  SB_DRAFT_2019_09,
  SB_DRAFT_2020_12,
} SbDraft;

/* A schema resource (Core §4.3.5): the root of a document, or a subschema with an "$id". */
typedef struct
{
  char *uri;                   /* absolute, without fragment */
  JsonNode *root;
  gboolean is_main;            /* of the document that is compiled */
  SbDraft draft;
  char *metaschema;            /* URI */
  guint vocabularies;
  GHashTable *anchors;         /* name → JsonNode; dynamic ones as well */
  GHashTable *dynamic_anchors; /* name → JsonNode */
  SbScope *scope;              /* nullable: made when the first of its subschemas is compiled */
} SbResource;

/* Where a subschema is. */
typedef struct
{
  SbResource *resource;
  JsonNode *node;
  char *pointer; /* from the root of the document */
} SbPlace;

typedef struct
{
  SbSchemaRegistry *registry;
  GHashTable *used;     /* (element-type utf8): keys of the documents of @registry that are referred to */
  GHashTable *by_uri;   /* uri → SbResource */
  GPtrArray *resources; /* (owned) */
  GHashTable *places;   /* JsonNode → SbPlace (owned) */
  gboolean is_main;     /* what is scanned is the main document */
  gsize pointers_size;  /* bytes of the pointers of all places */
  char *fault_pointer;  /* where the last error is, if in the main document */
} SbResources;

void     sb_resources_init    (SbResources *self, SbSchemaRegistry *registry);
void     sb_resources_clear   (SbResources *self);
/* Finds the subschemas of the main document. NULL: @error is set. */
SbPlace *sb_resources_add     (SbResources *self, JsonNode *document, const char *base_uri, GError **error);
SbPlace *sb_resources_find    (SbResources *self, JsonNode *node);
/* What @reference means in @from. @fragment: (out): what stands behind its "#", decoded; NULL: nothing. */
SbPlace *sb_resources_resolve (SbResources *self, SbResource *from, const char *reference, char **fragment,
                               GError **error);

/* For sb-schema-references.c: finds the subschemas within @node, which stands at @pointer; within a document of the
 * registry; and @reference against @base, without its fragment. */
gboolean sb_resources_scan (SbResources *self, JsonNode *node, SbResource *resource, const char *pointer, guint depth,
                            GError **error);
SbPlace *sb_resources_add_document (SbResources *self, JsonNode *document, const char *uri, GError **error);
/* NULL: there is no such document. */
JsonNode *sb_resources_use    (SbResources *self, const char *uri);
char    *sb_resources_resolve_uri (const char *base, const char *reference, GError **error);

/* A JSON Pointer with one segment more, escaped. */
char    *sb_pointer_append    (const char *pointer, const char *segment);
char    *sb_pointer_append_index (const char *pointer, guint index);

/* What the value of a keyword is made of. */
typedef enum
{
  SB_SHAPE_OTHER,
  SB_SHAPE_SCHEMA,
  SB_SHAPE_SCHEMA_LIST,
  SB_SHAPE_SCHEMA_MAP,
} SbShape;

SbShape  sb_keyword_get_shape (const char *keyword, JsonNode *value, SbDraft draft);

/* How "$recursiveAnchor" of draft 2019-09 stands among the dynamic anchors, where no name can be like it. */
#define SB_RECURSIVE_ANCHOR "#"

G_END_DECLS
