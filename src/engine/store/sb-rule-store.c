/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store/sb-rule-store.h"

#include "store/sb-statement.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

typedef struct
{
  gint64 id;
  SbRuleSpec *spec;
  gint64 time;
} SetJob;

static void
set_job_free (gpointer data)
{
  SetJob *self = data;

  sb_rule_spec_free (self->spec);
  g_free (self);
}

void
sb_stored_rules_free (SbStoredRules *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->rules, g_ptr_array_unref);
  g_clear_pointer (&self->documents, g_ptr_array_unref);
  g_free (self);
}

/* --- reading, on the store thread --- */

GPtrArray *
sb_rule_store_read_documents (sqlite3 *db, const char *failure, GError **error)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_schema_document_unref);
  g_autoptr (sqlite3_stmt) rows =
      sb_statement_new (db, "SELECT uri, text, changed_at FROM schema_document ORDER BY uri", failure, error);
  SbStatementStep step;

  if (rows == NULL)
    return NULL;

  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    {
      g_autofree char *uri = sb_statement_dup_text (rows, 0);
      g_autofree char *text = sb_statement_dup_text (rows, 1);

      g_ptr_array_add (documents, sb_schema_document_new (uri, text, sqlite3_column_int64 (rows, 2)));
    }

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&documents) : NULL;
}

static SbRuleSpec *
read_spec (sqlite3_stmt *row)
{
  SbRuleSpec *spec = sb_rule_spec_new (NULL);
  g_autofree char *on_failure = sb_statement_dup_text (row, 10);

  spec->pattern = sb_statement_dup_text (row, 1);
  spec->enabled = sqlite3_column_int (row, 2);
  spec->allow_text = sqlite3_column_int (row, 3);
  spec->allow_binary = sqlite3_column_int (row, 4);
  spec->max_size = (guint) sqlite3_column_int64 (row, 5);
  spec->max_depth = (guint) sqlite3_column_int64 (row, 6);
  spec->messages_per_second = (guint) sqlite3_column_int64 (row, 7);
  spec->schema = sb_statement_dup_text (row, 8);
  spec->assert_format = sqlite3_column_int (row, 9);
  /* A word of a later version: the sender is told, which hides nothing. */
  if (!sb_rule_failure_from_id (on_failure, &spec->on_failure))
    spec->on_failure = SB_RULE_REPLY;

  return spec;
}

static SbRule *
read_rule (sqlite3_stmt *row, SbSchemaRegistry *registry)
{
  g_autoptr (SbRuleSpec) spec = read_spec (row);
  g_autofree char *counts_text = sb_statement_dup_text (row, 13);
  g_autoptr (SbRuleCounts) counts = sb_rule_counts_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchema) schema = sb_rule_spec_compile (spec, registry, &error);

  sb_rule_counts_load_text (counts, counts_text);

  return sb_rule_new (sqlite3_column_int64 (row, 0), spec, schema, error != NULL ? error->message : NULL,
                      sqlite3_column_int64 (row, 11), sqlite3_column_int64 (row, 12), counts);
}

static GPtrArray *
read_rules (sqlite3 *db, SbSchemaRegistry *registry, const char *failure, GError **error)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_rule_unref);
  g_autoptr (sqlite3_stmt) rows =
      sb_statement_new (db,
                        "SELECT id, pattern, enabled, allow_text, allow_binary, max_size, max_depth,"
                        "    messages_per_second, schema, assert_format, on_failure, created_at, changed_at, counts"
                        "  FROM rule ORDER BY id",
                        failure, error);
  SbStatementStep step;

  if (rows == NULL)
    return NULL;

  while ((step = sb_statement_step (rows, failure, error)) == SB_STATEMENT_ROW)
    g_ptr_array_add (rules, read_rule (rows, registry));

  return step == SB_STATEMENT_DONE ? g_steal_pointer (&rules) : NULL;
}

SbStoredRules *
sb_rule_store_read_all (sqlite3 *db, const char *failure, GError **error)
{
  g_autoptr (SbStoredRules) all = g_new0 (SbStoredRules, 1);
  g_autoptr (SbSchemaRegistry) registry = NULL;

  all->documents = sb_rule_store_read_documents (db, failure, error);
  if (all->documents == NULL)
    return NULL;
  registry = sb_schema_documents_make_registry (all->documents);
  all->rules = read_rules (db, registry, failure, error);

  return all->rules != NULL ? g_steal_pointer (&all) : NULL;
}

static gpointer
load_func (sqlite3 *db, gpointer data, GError **error)
{
  return sb_rule_store_read_all (db, _("The rules could not be read."), error);
}

/* --- writing, on the store thread --- */

/* The first column of a query that has one row. -1: failed. */
static gint64
query_number (sqlite3 *db, const char *sql, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) row = sb_statement_new (db, sql, failure, error);

  if (row == NULL || sb_statement_step (row, failure, error) != SB_STATEMENT_ROW)
    return -1;

  return sqlite3_column_int64 (row, 0);
}

gboolean
sb_rule_store_check_total (sqlite3 *db, const char *failure, GError **error)
{
  /* As bytes: length() of a text counts characters. */
  gint64 total = query_number (db,
                               "SELECT (SELECT total (length (CAST (schema AS BLOB))) FROM rule)"
                               "     + (SELECT total (length (CAST (text AS BLOB))) FROM schema_document)",
                               failure, error);

  if (total <= SB_RULE_MAX_SCHEMAS)
    return total >= 0;

  g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_LIMIT,
               _("All schemas together may have %d MiB; remove one you do not need."), SB_RULE_MAX_SCHEMAS >> 20);
  return FALSE;
}

static gboolean
check_count (sqlite3 *db, const char *failure, GError **error)
{
  gint64 n = query_number (db, "SELECT count (*) FROM rule", failure, error);

  if (n < SB_RULE_MAX_RULES)
    return n >= 0;

  g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_LIMIT, _("There can be %d rules; remove one you do not need."),
               SB_RULE_MAX_RULES);
  return FALSE;
}

/* Another rule must not have the pattern. */
static gboolean
check_unique (sqlite3 *db, const SetJob *job, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      sb_statement_new (db, "SELECT id FROM rule WHERE pattern = ? AND id <> ?", failure, error);
  SbStatementStep step;

  if (row == NULL)
    return FALSE;
  sb_statement_bind_text (row, 1, job->spec->pattern);
  sqlite3_bind_int64 (row, 2, job->id);
  step = sb_statement_step (row, failure, error);
  if (step == SB_STATEMENT_ROW)
    g_set_error (error, SB_RULE_ERROR, SB_RULE_ERROR_CHANNEL, _("There is a rule for %s already."),
                 job->spec->pattern);

  return step == SB_STATEMENT_DONE;
}

/* Parameters 1 to 11, in the order of the columns. */
static void
bind_spec (sqlite3_stmt *statement, const SetJob *job)
{
  const SbRuleSpec *spec = job->spec;

  sb_statement_bind_text (statement, 1, spec->pattern);
  sqlite3_bind_int (statement, 2, spec->enabled ? 1 : 0);
  sqlite3_bind_int (statement, 3, spec->allow_text ? 1 : 0);
  sqlite3_bind_int (statement, 4, spec->allow_binary ? 1 : 0);
  sqlite3_bind_int64 (statement, 5, spec->max_size);
  sqlite3_bind_int64 (statement, 6, spec->max_depth);
  sqlite3_bind_int64 (statement, 7, spec->messages_per_second);
  sb_statement_bind_text (statement, 8, spec->schema);
  sqlite3_bind_int (statement, 9, spec->assert_format ? 1 : 0);
  sb_statement_bind_text (statement, 10, sb_rule_failure_to_id (spec->on_failure));
  sqlite3_bind_int64 (statement, 11, job->time);
}

/* FALSE with no error: there is no row of that id. */
static gboolean
write_spec (sqlite3 *db, SetJob *job, const char *failure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (
      db,
      job->id == 0
          ? "INSERT INTO rule (pattern, enabled, allow_text, allow_binary, max_size, max_depth, messages_per_second,"
            "                  schema, assert_format, on_failure, created_at, changed_at)"
            "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)"
          : "UPDATE rule SET pattern = ?1, enabled = ?2, allow_text = ?3, allow_binary = ?4, max_size = ?5,"
            "    max_depth = ?6, messages_per_second = ?7, schema = ?8, assert_format = ?9, on_failure = ?10,"
            "    changed_at = ?11"
            "  WHERE id = ?12",
      failure, error);

  if (statement == NULL)
    return FALSE;
  bind_spec (statement, job);
  if (job->id != 0)
    sqlite3_bind_int64 (statement, 12, job->id);
  if (!sb_statement_run (statement, failure, error))
    return FALSE;
  if (job->id == 0)
    job->id = sqlite3_last_insert_rowid (db);

  return sqlite3_changes (db) > 0;
}

static void
set_not_found (GError **error, gint64 id)
{
  if (error != NULL && *error == NULL)
    g_set_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, _("There is no rule %" PRId64 "."), id);
}

static gint64
read_created_at (sqlite3 *db, gint64 id, const char *failure)
{
  g_autoptr (sqlite3_stmt) row = sb_statement_new (db, "SELECT created_at FROM rule WHERE id = ?", failure, NULL);

  if (row == NULL)
    return 0;
  sqlite3_bind_int64 (row, 1, id);

  return sb_statement_step (row, failure, NULL) == SB_STATEMENT_ROW ? sqlite3_column_int64 (row, 0) : 0;
}

static gpointer
set_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The rule could not be stored.");
  SetJob *job = data;
  g_autoptr (GPtrArray) documents = NULL;
  g_autoptr (SbSchemaRegistry) registry = NULL;
  g_autoptr (SbSchema) schema = NULL;
  g_autoptr (GError) local = NULL;

  if (!sb_rule_spec_check (job->spec, error) || !check_unique (db, job, failure, error) ||
      (job->id == 0 && !check_count (db, failure, error)))
    return NULL;

  documents = sb_rule_store_read_documents (db, failure, error);
  if (documents == NULL)
    return NULL;
  registry = sb_schema_documents_make_registry (documents);
  schema = sb_rule_spec_compile (job->spec, registry, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }

  if (!write_spec (db, job, failure, error))
    {
      set_not_found (error, job->id);
      return NULL;
    }
  if (!sb_rule_store_check_total (db, failure, error))
    return NULL;

  return sb_rule_new (job->id, job->spec, schema, NULL, read_created_at (db, job->id, failure), job->time, NULL);
}

static gpointer
remove_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The rule could not be removed.");
  const gint64 *id = data;
  g_autoptr (sqlite3_stmt) statement = sb_statement_new (db, "DELETE FROM rule WHERE id = ?", failure, error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, *id);
  if (sb_statement_run (statement, failure, error) && sqlite3_changes (db) == 0)
    set_not_found (error, *id);

  return NULL;
}

/* Of a rule that is gone meanwhile: nothing. */
static gpointer
save_counts_func (sqlite3 *db, gpointer data, GError **error)
{
  const char *failure = _("The counts of the rules could not be stored.");
  GPtrArray *rules = data;
  g_autoptr (sqlite3_stmt) statement =
      sb_statement_new (db, "UPDATE rule SET counts = ? WHERE id = ?", failure, error);

  for (guint i = 0; statement != NULL && i < rules->len; i++)
    {
      const SbRule *rule = g_ptr_array_index (rules, i);
      g_autofree char *text = sb_rule_counts_to_text (rule->counts);

      sb_statement_bind_text (statement, 1, text);
      sqlite3_bind_int64 (statement, 2, rule->id);
      if (!sb_statement_run (statement, failure, error))
        break;
    }

  return NULL;
}

/* --- for the main thread --- */

void
sb_rule_store_load_async (SbDatabase *db, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, load_func, NULL, NULL, (GDestroyNotify) sb_stored_rules_free, NULL, callback, user_data);
}

SbStoredRules *
sb_rule_store_load_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

/**
 * sb_rule_store_set_async:
 * @id: of the rule to change; 0: a new one
 * @spec: copied; checked here
 * @time: real time, µs
 */
void
sb_rule_store_set_async (SbDatabase *db, gint64 id, const SbRuleSpec *spec, gint64 time, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  SetJob *job;

  g_return_if_fail (id >= 0);
  g_return_if_fail (spec != NULL);

  job = g_new0 (SetJob, 1);
  job->id = id;
  job->spec = sb_rule_spec_copy (spec);
  job->time = time;
  sb_database_run_async (db, set_func, job, set_job_free, (GDestroyNotify) sb_rule_unref, NULL, callback, user_data);
}

SbRule *
sb_rule_store_set_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_finish (db, result, error);
}

void
sb_rule_store_remove_async (SbDatabase *db, gint64 id, GAsyncReadyCallback callback, gpointer user_data)
{
  sb_database_run_async (db, remove_func, g_memdup2 (&id, sizeof id), g_free, NULL, NULL, callback, user_data);
}

gboolean
sb_rule_store_remove_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}

void
sb_rule_store_save_counts_async (SbDatabase *db, GPtrArray *rules, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (rules != NULL);

  sb_database_run_async (db, save_counts_func, g_ptr_array_ref (rules), (GDestroyNotify) g_ptr_array_unref, NULL, NULL,
                         callback, user_data);
}

gboolean
sb_rule_store_save_counts_finish (SbDatabase *db, GAsyncResult *result, GError **error)
{
  return sb_database_run_done_finish (db, result, error);
}
