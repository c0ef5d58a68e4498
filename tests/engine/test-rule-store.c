/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-store-fixture.h"
#include "rule-fixture.h"
#include "store-kill.h"
#include "store/sb-rule-store.h"

#define PERSON "https://example.org/person.json"

static SbRule *
try_set (SbDatabase *db, gint64 id, const SbRuleSpec *spec, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_rule_store_set_async (db, id, spec, 1000, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_rule_store_set_finish (db, result, error);
}

static SbRule *
set (SbDatabase *db, gint64 id, const char *pattern, const char *schema)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new (pattern);
  g_autoptr (GError) error = NULL;
  SbRule *rule;

  spec->schema = g_strdup (schema);
  rule = try_set (db, id, spec, &error);
  g_assert_no_error (error);
  g_assert_nonnull (rule);
  return rule;
}

static void
assert_set_fails (SbDatabase *db, gint64 id, const char *pattern, const char *schema, GQuark domain, int code, const char *part)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new (pattern);
  g_autoptr (GError) error = NULL;

  spec->schema = g_strdup (schema);
  g_assert_null (try_set (db, id, spec, &error));
  g_assert_error (error, domain, code);
  store_assert_contains (error->message, part);
}

static gboolean
remove_rule (SbDatabase *db, gint64 id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_rule_store_remove_async (db, id, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_rule_store_remove_finish (db, result, error);
}

static SbStoredRules *
load (SbDatabase *db)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbStoredRules *stored;

  sb_rule_store_load_async (db, store_result_cb, &result);
  store_wait_for (result != NULL);
  stored = sb_rule_store_load_finish (db, result, &error);
  g_assert_no_error (error);
  return stored;
}

/* @text NULL: removes it. */
static SbStoredRules *
change_document (SbDatabase *db, const char *uri, const char *text, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (text != NULL)
    sb_schema_document_store_set_async (db, uri, text, 2000, store_result_cb, &result);
  else
    sb_schema_document_store_remove_async (db, uri, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_schema_document_store_finish (db, result, error);
}

static SbStoredRules *
change_document_well (SbDatabase *db, const char *uri, const char *text)
{
  g_autoptr (GError) error = NULL;
  SbStoredRules *stored = change_document (db, uri, text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (stored);
  return stored;
}

static void
assert_document_fails (SbDatabase *db, const char *uri, const char *text, GQuark domain, int code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (change_document (db, uri, text, &error));
  g_assert_error (error, domain, code);
  store_assert_contains (error->message, part);
}

static const SbRule *
get_rule (SbStoredRules *stored, guint i)
{
  g_assert_cmpuint (i, <, stored->rules->len);

  return g_ptr_array_index (stored->rules, i);
}

/* --- rules --- */

static void
test_everything_comes_back (Fixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/room/*");
  g_autoptr (SbRule) plain = set (self->database, 0, "**", NULL);
  g_autoptr (SbRule) rule = NULL;
  g_autoptr (SbStoredRules) stored = NULL;
  const SbRule *loaded;

  spec->enabled = FALSE;
  spec->allow_text = TRUE;
  spec->allow_binary = FALSE;
  spec->max_size = SB_RULE_MAX_SIZE;
  spec->max_depth = 512;
  spec->messages_per_second = 3;
  spec->schema = g_strdup ("{ \"type\": \"object\",\n\"description\": \"“é”\" }");
  spec->assert_format = TRUE;
  spec->on_failure = SB_RULE_DISCONNECT;
  rule = try_set (self->database, 0, spec, NULL);
  g_assert_nonnull (rule);
  g_assert_cmpint (rule->id, >, plain->id);
  g_assert_nonnull (rule->schema);

  reopen (self);
  stored = load (self->database);
  g_assert_cmpuint (stored->rules->len, ==, 2);
  loaded = get_rule (stored, 1);
  g_assert_cmpint (loaded->id, ==, rule->id);
  g_assert_cmpstr (loaded->spec.pattern, ==, "/room/*");
  g_assert_false (loaded->spec.enabled || loaded->spec.allow_binary);
  g_assert_true (loaded->spec.allow_text && loaded->spec.assert_format);
  g_assert_cmpuint (loaded->spec.max_size, ==, SB_RULE_MAX_SIZE);
  g_assert_cmpuint (loaded->spec.max_depth, ==, 512);
  g_assert_cmpuint (loaded->spec.messages_per_second, ==, 3);
  g_assert_cmpstr (loaded->spec.schema, ==, spec->schema);
  g_assert_cmpint (loaded->spec.on_failure, ==, SB_RULE_DISCONNECT);
  g_assert_cmpint (loaded->created_at, ==, 1000);
  g_assert_nonnull (loaded->schema);
  g_assert_null (loaded->problem);
  g_assert_null (get_rule (stored, 0)->schema);
}

static void
test_change_and_remove (Fixture *self, gconstpointer data)
{
  g_autoptr (SbRule) first = set (self->database, 0, "/a", NULL);
  g_autoptr (SbRule) second = set (self->database, 0, "/b", NULL);
  g_autoptr (SbRule) changed = set (self->database, first->id, "/c", "true");
  g_autoptr (SbStoredRules) stored = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (changed->id, ==, first->id);
  assert_set_fails (self->database, 0, "/c", NULL, SB_RULE_ERROR, SB_RULE_ERROR_CHANNEL, "There is a rule for /c already");
  assert_set_fails (self->database, second->id, "/c", NULL, SB_RULE_ERROR, SB_RULE_ERROR_CHANNEL, "already");
  assert_set_fails (self->database, 99, "/d", NULL, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, "There is no rule 99");
  assert_set_fails (self->database, 0, "d", NULL, SB_RULE_ERROR, SB_RULE_ERROR_CHANNEL, "not a channel");
  assert_set_fails (self->database, first->id, "/c", "{\"type\": 1}", SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA, "type");

  g_assert_true (remove_rule (self->database, second->id, &error));
  g_assert_no_error (error);
  g_assert_false (remove_rule (self->database, second->id, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);

  stored = load (self->database);
  g_assert_cmpuint (stored->rules->len, ==, 1);
  g_assert_cmpstr (get_rule (stored, 0)->spec.pattern, ==, "/c");
  g_assert_cmpstr (get_rule (stored, 0)->spec.schema, ==, "true");

  g_autoptr (SbRule) third = set (self->database, 0, "/b", NULL);

  g_assert_cmpint (third->id, >, second->id); /* no id is used twice */
}

static void
test_limits (Fixture *self, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (SB_RULE_MAX_SCHEMA - 20, 'x');
  g_autofree char *big = g_strdup_printf ("{\"title\": \"%s\"}", filler);

  g_free (store_sql (self->database,
                     "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
                     " INSERT INTO rule (pattern, enabled, allow_text, allow_binary, max_size, max_depth, messages_per_second, assert_format,"
                     "                   on_failure, created_at, changed_at)"
                     "  SELECT '/n/' || i, 1, 1, 1, 0, 0, 0, 0, 'reply', 0, 0 FROM n"));
  sb_rule_unref (set (self->database, 0, "/last", NULL));
  assert_set_fails (self->database, 0, "/more", NULL, SB_RULE_ERROR, SB_RULE_ERROR_LIMIT, "There can be 1000 rules");
  sb_rule_unref (set (self->database, 1, "/n/1", "true")); /* changing one is no more */

  g_free (store_sql (self->database, "UPDATE rule SET schema = printf ('{\"title\": \"%.*c\"}', 260000, 'x') WHERE id BETWEEN 2 AND 65"));
  assert_set_fails (self->database, 1, "/n/1", big, SB_RULE_ERROR, SB_RULE_ERROR_LIMIT, "16 MiB");
  store_assert_sql (self->database, "SELECT schema FROM rule WHERE id = 1", "true");
}

static void
test_counts (Fixture *self, gconstpointer data)
{
  g_autoptr (SbRule) rule = set (self->database, 0, "/a", NULL);
  g_autoptr (SbRule) gone = set (self->database, 0, "/b", NULL);
  g_autoptr (GPtrArray) rules = g_ptr_array_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbStoredRules) stored = NULL;
  g_autoptr (GError) error = NULL;

  sb_rule_counts_add_passed (rule->counts);
  sb_rule_counts_add_failed (rule->counts, "type");
  g_assert_true (remove_rule (self->database, gone->id, NULL));
  g_ptr_array_add (rules, gone);
  g_ptr_array_add (rules, rule);
  sb_rule_store_save_counts_async (self->database, rules, store_result_cb, &result);
  store_wait_for (result != NULL);
  g_assert_true (sb_rule_store_save_counts_finish (self->database, result, &error));
  g_assert_no_error (error);

  g_clear_object (&result); /* it holds the database */

  /* An edit leaves them alone. */
  sb_rule_unref (set (self->database, rule->id, "/a", "true"));
  reopen (self);
  stored = load (self->database);
  g_assert_cmpuint (stored->rules->len, ==, 1);
  g_assert_cmpuint (sb_rule_counts_get_passed (get_rule (stored, 0)->counts), ==, 1);
  g_assert_cmpuint (rule_count_cause (g_ptr_array_index (stored->rules, 0), "type"), ==, 1);
}

/* What a later version wrote, or somebody by hand. */
static void
test_strange_rows (Fixture *self, gconstpointer data)
{
  g_autoptr (SbStoredRules) stored = NULL;

  g_free (store_sql (self->database,
                     "INSERT INTO rule VALUES (NULL, '/a', 1, 1, 1, 0, 0, 0, '{\"type\": \"planet\"}', 0, 'shout', 0, 0, 'nonsense')"));
  stored = load (self->database);
  g_assert_cmpint (get_rule (stored, 0)->spec.on_failure, ==, SB_RULE_REPLY);
  g_assert_null (get_rule (stored, 0)->schema);
  store_assert_contains (get_rule (stored, 0)->problem, "type");
  g_assert_cmpuint (sb_rule_counts_get_failed (get_rule (stored, 0)->counts), ==, 0);
}

/* --- documents --- */

static void
test_documents (Fixture *self, gconstpointer data)
{
  g_autoptr (SbStoredRules) added = NULL;
  g_autoptr (SbStoredRules) replaced = NULL;
  g_autoptr (SbStoredRules) loaded = NULL;
  g_autoptr (SbRule) rule = NULL;
  const SbSchemaDocument *document;

  assert_set_fails (self->database, 0, "/a", "{\"$ref\": \"" PERSON "\"}", SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA, PERSON);
  added = change_document_well (self->database, PERSON, "{\"type\": \"object\", \"$defs\": {\"name\": {\"type\": \"string\"}}}");
  g_assert_cmpuint (added->documents->len, ==, 1);
  rule = set (self->database, 0, "/a", "{\"$ref\": \"" PERSON "#/$defs/name\"}");

  /* What a rule needs stays as it is. */
  assert_document_fails (self->database, PERSON, NULL, SB_RULE_ERROR, SB_RULE_ERROR_IN_USE, "The rule for /a needs it");
  assert_document_fails (self->database, PERSON, "{\"type\": \"object\"}", SB_RULE_ERROR, SB_RULE_ERROR_IN_USE, "/a");
  replaced = change_document_well (self->database, PERSON, "{\"$defs\": {\"name\": {\"type\": \"integer\"}}}");
  g_assert_cmpuint (replaced->rules->len, ==, 1);
  g_assert_null (get_rule (replaced, 0)->problem);

  reopen (self);
  loaded = load (self->database);
  document = g_ptr_array_index (loaded->documents, 0);
  g_assert_cmpstr (document->uri, ==, PERSON);
  g_assert_cmpstr (document->text, ==, "{\"$defs\": {\"name\": {\"type\": \"integer\"}}}");
  g_assert_cmpint (document->changed_at, ==, 2000);
  g_assert_null (get_rule (loaded, 0)->problem);

  g_assert_true (remove_rule (self->database, rule->id, NULL));
  sb_stored_rules_free (change_document_well (self->database, PERSON, NULL));
  assert_document_fails (self->database, PERSON, NULL, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND, "There is no schema");
}

/* A rule that cannot be used any more is kept, and works again when what it lacks is there. */
static void
test_problem_goes_away (Fixture *self, gconstpointer data)
{
  g_autoptr (SbRule) rule = NULL;
  g_autoptr (SbStoredRules) broken = NULL;
  g_autoptr (SbStoredRules) mended = NULL;

  sb_stored_rules_free (change_document_well (self->database, PERSON, "true"));
  rule = set (self->database, 0, "/a", "{\"$ref\": \"" PERSON "\"}");
  g_free (store_sql (self->database, "DELETE FROM schema_document"));
  broken = load (self->database);
  g_assert_cmpstr (get_rule (broken, 0)->spec.schema, ==, rule->spec.schema);
  store_assert_contains (get_rule (broken, 0)->problem, PERSON);

  /* It keeps nobody from adding another document. */
  sb_stored_rules_free (change_document_well (self->database, "https://example.org/other", "true"));
  mended = change_document_well (self->database, PERSON, "true");
  g_assert_null (get_rule (mended, 0)->problem);
  g_assert_nonnull (get_rule (mended, 0)->schema);
}

static void
test_bad_documents (Fixture *self, gconstpointer data)
{
  g_autofree char *long_uri = g_strnfill (SB_SCHEMA_DOCUMENT_MAX_URI, 'x');
  g_autofree char *too_long = g_strconcat ("https://", long_uri, NULL);

  assert_document_fails (self->database, "person.json", "true", SB_RULE_ERROR, SB_RULE_ERROR_URI, "whole one");
  assert_document_fails (self->database, "", "true", SB_RULE_ERROR, SB_RULE_ERROR_URI, "whole one");
  assert_document_fails (self->database, PERSON "#a", "true", SB_RULE_ERROR, SB_RULE_ERROR_URI, "no “#”");
  assert_document_fails (self->database, too_long, "true", SB_RULE_ERROR, SB_RULE_ERROR_URI, "1024 bytes");
  assert_document_fails (self->database, PERSON, "{", SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA, "not JSON");
  assert_document_fails (self->database, PERSON, "{\"type\": 1}", SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA, "type");
  store_assert_sql (self->database, "SELECT count (*) FROM schema_document", "0");

  g_free (store_sql (self->database,
                     "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
                     " INSERT INTO schema_document SELECT 'https://example.org/' || i, 'true', 0 FROM n"));
  assert_document_fails (self->database, PERSON, "true", SB_RULE_ERROR, SB_RULE_ERROR_LIMIT, "100 schema documents");
  sb_stored_rules_free (change_document_well (self->database, "https://example.org/7", "false"));
}

/* --- killed --- */

static guint n_begun;

static void
child_set (SbDatabase *database);

static void
child_set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRule) rule = sb_rule_store_set_finish (SB_DATABASE (source), result, &error);

  g_assert_no_error (error);
  store_kill_print (rule->id);
  child_set (SB_DATABASE (source));
}

static void
child_set (SbDatabase *database)
{
  g_autofree char *pattern = g_strdup_printf ("/%d/%u", (int) getpid (), n_begun++);
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new (pattern);

  spec->schema = g_strdup ("{\"type\": \"object\"}");
  sb_rule_store_set_async (database, 0, spec, 1, child_set_cb, NULL);
}

static void
check_killed (SbDatabase *database, GArray *numbers)
{
  g_autoptr (SbStoredRules) stored = load (database);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < stored->rules->len; i++)
    {
      g_hash_table_add (ids, (gpointer) &get_rule (stored, i)->id);
      g_assert_nonnull (get_rule (stored, i)->schema);
    }
  for (guint i = 0; i < numbers->len; i++)
    g_assert_true (g_hash_table_contains (ids, &g_array_index (numbers, gint64, i)));
}

int
main (int argc, char *argv[])
{
  static const StoreKill kill = { child_set, check_killed };

  store_kill_begin (argc, argv, &kill);
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/rule-store/" path, Fixture, NULL, set_up, func, tear_down)

  ADD ("everything-comes-back", test_everything_comes_back);
  ADD ("change-and-remove", test_change_and_remove);
  ADD ("limits", test_limits);
  ADD ("counts", test_counts);
  ADD ("strange-rows", test_strange_rows);
  ADD ("documents", test_documents);
  ADD ("problem-goes-away", test_problem_goes_away);
  ADD ("bad-documents", test_bad_documents);
  store_kill_add ("/rule-store/killed-at-any-moment", &kill);

  return g_test_run ();
}
