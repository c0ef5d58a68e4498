/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rule-spec.h"
#include "sb-ref-count.h"

G_BEGIN_DECLS

#define SB_SCHEMA_DOCUMENT_MAX 100
#define SB_SCHEMA_DOCUMENT_MAX_URI 1024

/**
 * SbSchemaDocument:
 *
 * A schema that an admin stored under a URI, so that the schemas of rules can refer to it. Immutable and atomically reference counted.
 */
typedef struct
{
  /*< private >*/
  SbRefCount ref_count;
  /*< public, constant >*/
  char *uri;         /* absolute, without a fragment */
  char *text;
  gint64 changed_at; /* real time, µs */
} SbSchemaDocument;

SbSchemaDocument *sb_schema_document_new   (const char *uri, const char *text, gint64 changed_at);
SbSchemaDocument *sb_schema_document_ref   (SbSchemaDocument *self);
void              sb_schema_document_unref (SbSchemaDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSchemaDocument, sb_schema_document_unref)

/* What a URI has to be; SB_RULE_ERROR_URI. */
gboolean          sb_schema_document_check_uri (const char *uri, GError **error);
/* @documents: (element-type SbSchemaDocument). What cannot be read is left out: who refers to it is told then. */
SbSchemaRegistry *sb_schema_documents_make_registry (GPtrArray *documents);
/* Whether @text can be the document @uri beside, or instead of one of, @documents; an SB_RULE_ERROR. Any thread. */
gboolean          sb_schema_documents_check    (GPtrArray *documents, const char *uri, const char *text, GError **error);

G_END_DECLS
