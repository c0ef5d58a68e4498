/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-schema-registry.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SB_SCHEMA_ERROR (sb_schema_error_quark ())

/* Why a schema is refused. */
typedef enum
{
  SB_SCHEMA_ERROR_KEYWORD,   /* a keyword has a value it can't have */
  SB_SCHEMA_ERROR_REFERENCE, /* a reference leads nowhere, or round in a circle */
  SB_SCHEMA_ERROR_PATTERN,   /* a regular expression is wrong */
  SB_SCHEMA_ERROR_DIALECT,   /* "$schema" or "$vocabulary" names what is not known here */
  SB_SCHEMA_ERROR_URI,       /* "$id", "$ref" or a document's URI is wrong, or is there twice */
  SB_SCHEMA_ERROR_TOO_BIG,   /* more of something than docs/limits.md allows */
} SbSchemaErrorCode;

GQuark sb_schema_error_quark (void);

typedef enum
{
  SB_SCHEMA_NO_FLAGS = 0,
  SB_SCHEMA_ASSERT_FORMAT = 1 << 0, /* "format" decides as well, and is no mere annotation */
} SbSchemaFlags;

typedef enum
{
  SB_SCHEMA_VALID,
  SB_SCHEMA_INVALID,
  SB_SCHEMA_EXHAUSTED, /* the work was more than a message may cost, so nothing is known: never "valid" */
} SbSchemaVerdict;

/* What a message did wrong. The words are plain English for the author of a client, bounded in length, not
 * translated. */
typedef struct
{
  const char *keyword;    /* static: "maximum" */
  char *instance_pointer; /* JSON Pointer (RFC 6901) of the value in the message: "/temperature"; "" is the whole */
  char *schema_pointer;   /* of the keyword in the schema: "/properties/temperature/maximum"; with the URI and "#" before
                           * it when it is in another document */
  char *message;          /* "/temperature: 120 is more than the maximum 60" */
} SbSchemaError;

void sb_schema_error_free (SbSchemaError *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSchemaError, sb_schema_error_free)

/**
 * SbSchema:
 *
 * A JSON Schema, draft 2020-12 (or 2019-09 or 7 where it says so), made ready for use: immutable, reference counted,
 * evaluated from any thread at the same time. It keeps nothing of the document, and reads no network and no file.
 */
typedef struct _SbSchema SbSchema;

/**
 * sb_schema_new:
 * @document: the schema: an object, true or false
 * @base_uri: (nullable): the absolute URI it is known by, which a relative "$id" or "$ref" is resolved against
 * @registry: (nullable): the documents "$ref" may name beside this one and the metaschemas; is read in this call only
 * @fault_pointer: (out) (optional): with an error, the JSON Pointer of the place in @document that is wrong; when the
 *   fault is in a document of @registry, of the reference that leads there
 *
 * Compiles a schema. Any thread; the call may take milliseconds for a large one, so lanes don't make it.
 *
 * Errors: SB_SCHEMA_ERROR, with a sentence that names what is wrong.
 *
 * Returns: (transfer full) (nullable): the schema
 */
SbSchema *sb_schema_new   (JsonNode         *document,
                           const char       *base_uri,
                           SbSchemaRegistry *registry,
                           SbSchemaFlags     flags,
                           char            **fault_pointer,
                           GError          **error);
SbSchema *sb_schema_ref   (SbSchema *self);
void      sb_schema_unref (SbSchema *self);

/* Whether it could not be compiled without the document of the registry that is known by @key, as
 * sb_schema_registry_normalize() gives it, be it that another such document leads there. */
gboolean  sb_schema_uses  (SbSchema *self, const char *key);

/**
 * sb_schema_evaluate:
 * @instance: the message, as json-glib made it of bytes that sb_json_guard_check() let through; not modified
 * @max_errors: 1 stops at the first, as lanes do; more collects
 * @errors: (out) (optional) (element-type SbSchemaError) (transfer full): what is wrong, at most @max_errors; NULL
 *   when nothing is. With SB_SCHEMA_EXHAUSTED it has one more, as the last, that says what ran out
 *
 * Any thread, also several at once. The work is bounded by a count of steps, so is the stack; see docs/limits.md.
 * Allocates nothing for a valid message of ordinary size.
 */
SbSchemaVerdict sb_schema_evaluate (SbSchema *self, JsonNode *instance, guint max_errors, GPtrArray **errors);

/* The same, and how many steps it took; for tests and for the test bench. */
SbSchemaVerdict sb_schema_evaluate_counting (SbSchema *self, JsonNode *instance, guint max_errors, GPtrArray **errors,
                                             guint *steps);

/* Steps one evaluation may take. */
#define SB_SCHEMA_MAX_STEPS 200000
/* Schemas that may be entered within one another while a message is evaluated. */
#define SB_SCHEMA_MAX_NESTING 4096
/* Subschemas of one compiled schema, with what it refers to. */
#define SB_SCHEMA_MAX_SUBSCHEMAS 20000
/* Bytes of memory for all its patterns, and for the JSON Pointers to its subschemas. */
#define SB_SCHEMA_MAX_PATTERNS (16 << 20)
#define SB_SCHEMA_MAX_POINTERS (16 << 20)
/* Nesting of a schema's document. */
#define SB_SCHEMA_MAX_DOCUMENT_DEPTH 512

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSchema, sb_schema_unref)

G_END_DECLS
