/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-rule.h"
#include "store/sb-database.h"
#include "store/sb-schema-document.h"

G_BEGIN_DECLS

/* Rules and the schema documents they may refer to, on disk. Schemas are compiled on the store thread, in the transaction that writes them:
 * so what is stored could be used when it was stored, with the documents there were. Main thread. */

/* All there is. */
typedef struct
{
  GPtrArray *rules;     /* (element-type SbRule), by id */
  GPtrArray *documents; /* (element-type SbSchemaDocument), by URI */
} SbStoredRules;
void           sb_stored_rules_free        (SbStoredRules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbStoredRules, sb_stored_rules_free)

/* A rule whose schema cannot be used any more comes with a problem. */
void           sb_rule_store_load_async    (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data);
SbStoredRules *sb_rule_store_load_finish   (SbDatabase *db, GAsyncResult *result, GError **error);
/* Adds (@id 0) or replaces. Errors: SB_RULE_ERROR; SB_DATABASE_ERROR_NOT_FOUND: there is no rule of that id. */
void           sb_rule_store_set_async     (SbDatabase *db, gint64 id, const SbRuleSpec *spec, gint64 time, GAsyncReadyCallback callback, gpointer user_data);
SbRule        *sb_rule_store_set_finish    (SbDatabase *db, GAsyncResult *result, GError **error); /* counting from nothing */
void           sb_rule_store_remove_async  (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data);
gboolean       sb_rule_store_remove_finish (SbDatabase *db, GAsyncResult *result, GError **error);
/* @rules: (element-type SbRule): their counts as they are when the store comes to it. */
void           sb_rule_store_save_counts_async  (SbDatabase *db, GPtrArray *rules, GAsyncReadyCallback callback, gpointer user_data);
gboolean       sb_rule_store_save_counts_finish (SbDatabase *db, GAsyncResult *result, GError **error);

/* --- documents: sb-schema-document-store.c. The result is all there is afterwards, compiled anew --- */

/* Adds or replaces. Errors: SB_RULE_ERROR_SCHEMA, _URI, _LIMIT; SB_RULE_ERROR_IN_USE: a rule that could be used could not be any more. */
void           sb_schema_document_store_set_async    (SbDatabase *db, const char *uri, const char *text, gint64 time, GAsyncReadyCallback callback, gpointer user_data);
/* Errors: SB_RULE_ERROR_IN_USE, SB_DATABASE_ERROR_NOT_FOUND. */
void           sb_schema_document_store_remove_async (SbDatabase *db, const char *uri, GAsyncReadyCallback callback, gpointer user_data);
SbStoredRules *sb_schema_document_store_finish       (SbDatabase *db, GAsyncResult *result, GError **error);

/* --- for the two files, on the store thread --- */
GPtrArray     *sb_rule_store_read_documents (sqlite3 *db, const char *failure, GError **error);
SbStoredRules *sb_rule_store_read_all       (sqlite3 *db, const char *failure, GError **error);
/* Whether all schemas together are as many bytes as may be. */
gboolean       sb_rule_store_check_total    (sqlite3 *db, const char *failure, GError **error);

G_END_DECLS
