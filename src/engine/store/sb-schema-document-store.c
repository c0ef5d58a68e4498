/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-rule-store.h"
#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char *uri;
  char *text; /* NULL: remove it */
  gint64 time;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  g_free (self->uri);
  g_free (self->text);
  g_free (self);
}

/* --- on the store thread --- */

static gboolean
check_document (sqlite3 *db, const Job *job, const char *failure, GError **error)
{
  g_autoptr (GPtrArray) documents = sb_rule_store_read_documents (db, failure, error);
  guint n_others;

  if (documents == NULL)
    return FALSE;

  n_others = documents->len;
  for (guint i = 0; i < documents->len; i++)
    {
      const SbSchemaDocument *document = g_ptr_array_index (documents, i);

      if (g_str_equal (document->uri, job->uri))
        n_others--;
    }
  if (n_others >= SB_SCHEMA_DOCUMENT_MAX)
    {
      g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_LIMIT,
                   _("There can be %d schema documents; remove one you do not need."), SB_SCHEMA_DOCUMENT_MAX);
      return FALSE;
    }

  return sb_schema_documents_check (documents, job->uri, job->text, error);
}

static gboolean
write_document (sqlite3 *db, const Job *job, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db,
                        job->text != NULL ? "INSERT INTO schema_document (uri, text, changed_at) VALUES (?1, ?2, ?3)"
                                            "  ON CONFLICT (uri) DO UPDATE SET text = ?2, changed_at = ?3"
                                          : "DELETE FROM schema_document WHERE uri = ?1",
                        failure, error);

  if (statement == NULL)
    return FALSE;
  sb_statement_bind_text (statement, 1, job->uri);
  if (job->text != NULL)
    {
      sb_statement_bind_text (statement, 2, job->text);
      sqlite3_bind_int64 (statement, 3, job->time);
    }
  if (!sb_statement_run (statement, failure, error))
    return FALSE;
  if (sqlite3_changes (db) > 0)
    return TRUE;

  g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, _("There is no schema “%s”."), job->uri);
  return FALSE;
}

/* A rule that could be used before and cannot now: what was just written must not stay. */
static gboolean
check_rules (const SbStoredRules *before, const SbStoredRules *after, GError **error)
{
  for (guint i = 0; i < after->rules->len; i++)
    {
      const SbRule *was = g_ptr_array_index (before->rules, i);
      const SbRule *is = g_ptr_array_index (after->rules, i);

      if (was->problem == NULL && is->problem != NULL)
        {
          g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_IN_USE, _("The rule for %s needs it: %s"), is->spec.pattern,
                       is->problem);
          return FALSE;
        }
    }

  return TRUE;
}

static gpointer
change_func (sqlite3 *db, gpointer data, GError **error)
{
  const Job *job = data;
  const char *failure =
      job->text != NULL ? _("The schema could not be stored.") : _("The schema could not be removed.");
  g_autoptr (SbStoredRules) before = NULL;
  g_autoptr (SbStoredRules) after = NULL;

  if (job->text != NULL &&
      (!sb_schema_document_check_uri (job->uri, error) || !check_document (db, job, failure, error)))
    return NULL;

  before = sb_rule_store_read_all (db, failure, error);
  if (before == NULL || !write_document (db, job, failure, error) || !sb_rule_store_check_total (db, failure, error))
    return NULL;
  after = sb_rule_store_read_all (db, failure, error);
  if (after == NULL || !check_rules (before, after, error))
    return NULL;

  return g_steal_pointer (&after);
}

/* --- for the main thread --- */

static void
change_async (SbDatabase *db, const char *uri, const char *text, gint64 time, GAsyncReadyCallback callback,
              gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->uri = g_strdup (uri);
  job->text = g_strdup (text);
  job->time = time;
  sb_database_run_async (db, change_func, job, job_free, (GDestroyNotify) sb_stored_rules_free, NULL, callback,
                         user_data);
}

void
sb_schema_document_store_set_async (SbDatabase *db, const char *uri, const char *text, gint64 time,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (uri != NULL);
  g_return_if_fail (text != NULL);

  change_async (db, uri, text, time, callback, user_data);
}

void
sb_schema_document_store_remove_async (SbDatabase *db, const char *uri, GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (uri != NULL);

  change_async (db, uri, NULL, 0, callback, user_data);
}

SbStoredRules *
sb_schema_document_store_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}
