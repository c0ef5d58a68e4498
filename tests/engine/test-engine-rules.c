/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine-fixture.h"
#include "fault-vfs.h"

/* Rules as an admin sets them, and as clients meet them. */

#define SCHEMA "{\"type\": \"object\", \"required\": [\"name\"], \"properties\": {\"temperature\": {\"maximum\": 60}}}"
#define PERSON "https://example.org/person.json"

static SbRule *
try_set (SbEngine *engine, gint64 id, const SbRuleSpec *spec, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_set_rule_async (engine, "window", id, spec, store_result_cb, &result);
  sb_test_wait (result != NULL);
  return sb_engine_set_rule_finish (engine, result, error);
}

static gint64
set (SbEngine *engine, gint64 id, const char *pattern, const char *schema)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new (pattern);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRule) rule = NULL;

  spec->schema = g_strdup (schema);
  rule = try_set (engine, id, spec, &error);
  g_assert_no_error (error);
  g_assert_nonnull (rule);
  return rule->id;
}

static void
remove_rule (SbEngine *engine, gint64 id)
{
  GAsyncResult *result = NULL;

  sb_engine_remove_rule_async (engine, "window", id, store_result_cb, &result);
  engine_finish_well (engine, &result);
}

static SbRuleItem *
get_item (SbEngine *engine, gint64 id)
{
  return sb_rule_list_find (sb_engine_get_rules (engine), id);
}

static void
wait_for_traffic (SbEngine *engine, guint n)
{
  sb_test_wait (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_traffic (engine))) >= n);
}

/* --- set, change, remove --- */

static void
test_set_acts_at_once (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  g_autoptr (SbTestClient) speaker = engine_connect (self->engine, "/news", secret);
  g_autoptr (SbTestClient) listener = engine_connect (self->engine, "/news", secret);
  g_autofree char *reply = NULL;
  const SbTrafficRecord *record;
  gint64 id;

  sb_test_client_send_text (speaker, "{}");
  sb_test_client_expect_text (listener, "{}");
  id = set (self->engine, 0, "/news", SCHEMA);
  engine_assert_entry (self->engine, SB_ACT_RULE_SET, "window", "/news", "text and binary; a schema of 88 bytes; on failure reply");
  sb_test_client_send_text (speaker, "{\"name\": 1, \"temperature\": 120}");
  reply = sb_test_client_expect_text_with (speaker, "\"code\":\"schema\"", "\"message\":\"/temperature: 120 is more than the maximum 60\"",
                                           "\"pointer\":\"/temperature\"", "\"id\":2", NULL);
  wait_for_traffic (self->engine, 2);
  record = sb_traffic_log_peek (sb_engine_get_traffic (self->engine), 1);
  g_assert_cmpint (record->rule_id, ==, id);
  g_assert_cmpstr (record->cause, ==, "maximum");
  g_assert_cmpuint (record->offset, ==, 27);

  /* Another version of it, on the next message. */
  set (self->engine, id, "/news", "true");
  sb_test_client_send_text (speaker, "[]");
  sb_test_client_expect_text (listener, "[]");
  sb_test_wait (sb_rule_item_get_passed (get_item (self->engine, id)) == 1);
  sb_test_wait (sb_rule_item_get_failed (get_item (self->engine, id)) == 1);

  remove_rule (self->engine, id);
  g_assert_null (get_item (self->engine, id));
  engine_assert_entry (self->engine, SB_ACT_RULE_REMOVED, "window", "/news", "1 messages had passed, 1 failed");
  g_assert_null (sb_engine_find_rule (self->engine, "/news"));
}

static void
test_refused (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/news");
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;
  const SbRulePlace *place;

  spec->schema = g_strdup ("{\n  \"minimum\": \"x\"}");
  g_assert_null (try_set (self->engine, 0, spec, &error));
  g_assert_error (error, SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA);
  place = sb_rule_error_get_place (error);
  g_assert_cmpstr (place->pointer, ==, "/minimum");
  g_assert_cmpuint (place->line, ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_rules (self->engine))), ==, 0);
  g_assert_false (engine_has_entry (self->engine, SB_ACT_RULE_SET));
  g_assert_null (sb_engine_get_state_message (self->engine));
  g_clear_error (&error);

  sb_engine_remove_rule_async (self->engine, "window", 7, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND);
}

static void
test_survives_restart (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  gint64 id = set (self->engine, 0, "**", SCHEMA);

  for (guint round = 1; round <= 2; round++)
    {
      g_autoptr (SbTestClient) speaker = engine_connect (self->engine, "/news", secret);
      g_autofree char *reply = NULL;
      g_autoptr (GArray) causes = NULL;

      sb_test_client_send_text (speaker, "{}");
      reply = sb_test_client_expect_text_with (speaker, "“name” is missing", NULL);
      sb_test_client_send_text (speaker, "{\"name\": 1}");
      sb_test_wait (sb_rule_item_get_passed (get_item (self->engine, id)) == round);
      sb_test_wait (sb_rule_item_get_failed (get_item (self->engine, id)) == round);
      causes = sb_rule_item_list_causes (get_item (self->engine, id));
      g_assert_cmpuint (causes->len, ==, 1);
      g_assert_cmpstr (g_array_index (causes, SbRuleCause, 0).cause, ==, "required");
      g_assert_cmpuint (g_array_index (causes, SbRuleCause, 0).n, ==, round);
      sb_test_client_free (g_steal_pointer (&speaker));
      engine_fixture_restart (self);
    }
}

/* A rule that cannot be used is a trouble that the admin is told of, and lets no text through until it is mended. */
static void
test_unusable (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  gint64 id = set (self->engine, 0, "/news", "true");
  g_autofree char *reply = NULL;
  SbDatabase *database;

  engine_end (self->engine);
  database = store_open_well (self->store.path);
  g_free (store_sql (database, "UPDATE rule SET schema = '{\"$ref\": \"" PERSON "\"}'"));
  store_close (database);
  self->engine = engine_open_well (self->store.folder);
  engine_start_well (self->engine);

  g_assert_cmpint (sb_engine_get_state (self->engine), ==, SB_ENGINE_DEGRADED);
  store_assert_contains (sb_engine_get_state_message (self->engine), "The rule for /news lets no text message through");
  g_autoptr (SbTestClient) speaker = engine_connect (self->engine, "/news", secret);
  sb_test_client_send_text (speaker, "{}");
  reply = sb_test_client_expect_text_with (speaker, "\"code\":\"schema\"", "cannot be used", NULL);

  set (self->engine, id, "/news", "true");
  g_assert_null (sb_engine_get_state_message (self->engine));
  sb_test_client_send_text (speaker, "{}");
  sb_test_client_expect_silence (speaker);
}

static gboolean
draft_schema (SbEngine *engine, const char *uri, const char *text, char **id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_draft_schema_async (engine, uri, text, store_result_cb, &result);
  sb_test_wait (result != NULL);
  return sb_engine_draft_schema_finish (engine, result, id, error);
}

static void
count_change_cb (SbEngine *engine, guint *n)
{
  ++*n;
}

/* What an editor of stored schemas asks: how many rules need one, whether a text could be stored, and when to look
 * again. */
static void
test_schemas_in_use (EngineFixture *self, gconstpointer data)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  guint n_changes = 0;

  g_signal_connect (self->engine, "schemas-changed", G_CALLBACK (count_change_cb), &n_changes);
  sb_engine_add_schema_async (self->engine, "window", PERSON, "{\"$ref\": \"name.json\"}", store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA);
  g_clear_error (&error);
  g_assert_cmpuint (n_changes, ==, 0);
  sb_engine_add_schema_async (self->engine, "window", "https://example.org/name.json", "{\"type\": \"string\"}", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  sb_engine_add_schema_async (self->engine, "window", PERSON, "{\"$ref\": \"name.json\"}", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  g_assert_cmpuint (n_changes, ==, 2);

  g_assert_cmpuint (sb_engine_count_schema_users (self->engine, PERSON), ==, 0);
  set (self->engine, 0, "/news", "{\"$ref\": \"" PERSON "#\"}");
  set (self->engine, 0, "/sport", "{\"items\": {\"$ref\": \"HTTPS://example.org/person.json\"}}");
  set (self->engine, 0, "/none", "{\"$comment\": \"" PERSON "\"}");
  g_assert_cmpuint (sb_engine_count_schema_users (self->engine, PERSON), ==, 2);
  /* The one by way of the other. */
  g_assert_cmpuint (sb_engine_count_schema_users (self->engine, "https://example.org/name.json"), ==, 2);
  g_assert_cmpuint (sb_engine_count_schema_users (self->engine, "https://example.org/other.json"), ==, 0);

  g_assert_true (draft_schema (self->engine, "https://example.org/a.json",
                               "{\"$id\": \"https://example.org/b.json\", \"$ref\": \"name.json\"}", &id, &error));
  g_assert_cmpstr (id, ==, "https://example.org/b.json");
  g_clear_pointer (&id, g_free);
  g_assert_true (draft_schema (self->engine, "https://example.org/a.json", "true", &id, &error));
  g_assert_null (id);
  g_assert_false (draft_schema (self->engine, "a.json", "true", &id, &error));
  g_assert_error (error, SB_RULE_ERROR, SB_RULE_ERROR_URI);
  g_clear_error (&error);
  g_assert_false (draft_schema (self->engine, "https://example.org/a.json", "{\"type\": 7}", &id, &error));
  g_assert_cmpstr (sb_rule_error_get_place (error)->pointer, ==, "/type");
  g_assert_cmpuint (sb_engine_get_schemas (self->engine)->len, ==, 2);
}

static void
test_schemas (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  g_autoptr (SbTestClient) speaker = engine_connect (self->engine, "/news", secret);
  g_autofree char *reply = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;
  gint64 id;

  sb_engine_add_schema_async (self->engine, "window", PERSON, "{\"type\": \"object\"}", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  engine_assert_entry (self->engine, SB_ACT_SCHEMA_ADDED, "window", PERSON, "18 bytes");
  g_assert_cmpuint (sb_engine_get_schemas (self->engine)->len, ==, 1);
  id = set (self->engine, 0, "/news", "{\"$ref\": \"" PERSON "\"}");

  /* What the document says now counts at once, for the rule that refers to it. */
  sb_test_client_send_text (speaker, "{}");
  sb_test_client_expect_silence (speaker);
  sb_engine_add_schema_async (self->engine, "window", PERSON, "{\"type\": \"array\"}", store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  sb_test_client_send_text (speaker, "{}");
  reply = sb_test_client_expect_text_with (speaker, "\"code\":\"schema\"", NULL);
  sb_test_wait (sb_rule_item_get_failed (get_item (self->engine, id)) == 1);
  sb_test_wait (sb_rule_item_get_passed (get_item (self->engine, id)) == 1);

  sb_engine_remove_schema_async (self->engine, "window", PERSON, store_result_cb, &result);
  g_assert_cmpint (engine_finish (self->engine, &result, &error), ==, -1);
  g_assert_error (error, SB_RULE_ERROR, SB_RULE_ERROR_IN_USE);
  remove_rule (self->engine, id);
  sb_engine_remove_schema_async (self->engine, "window", PERSON, store_result_cb, &result);
  engine_finish_well (self->engine, &result);
  engine_assert_entry (self->engine, SB_ACT_SCHEMA_REMOVED, "window", PERSON, "");
  g_assert_cmpuint (sb_engine_get_schemas (self->engine)->len, ==, 0);
}

/* --- tried out --- */

static SbRule *
draft (SbEngine *engine, const char *pattern, const char *schema)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new (pattern);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SbRule *rule;

  spec->schema = g_strdup (schema);
  sb_engine_draft_rule_async (engine, spec, store_result_cb, &result);
  sb_test_wait (result != NULL);
  rule = sb_engine_draft_rule_finish (engine, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (rule);
  return rule;
}

static SbRuleReport *
test_message (SbEngine *engine, SbRule *rule, const char *channel, const char *text)
{
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_test_message_async (engine, rule, channel, FALSE, payload, store_result_cb, &result);
  sb_test_wait (result != NULL);
  return sb_engine_test_message_finish (engine, result, NULL);
}

static void
test_test_message (EngineFixture *self, gconstpointer data)
{
  gint64 id = set (self->engine, 0, "/news", SCHEMA);
  g_autoptr (SbRule) other = draft (self->engine, "/news", "true");
  g_autoptr (SbRuleReport) failed = test_message (self->engine, NULL, "/news", "{\"temperature\": 120}");
  g_autoptr (SbRuleReport) elsewhere = test_message (self->engine, NULL, "/sport", "{\"temperature\": 120}");
  g_autoptr (SbRuleReport) drafted = test_message (self->engine, other, NULL, "{\"temperature\": 120}");

  g_assert_cmpint (failed->rule->id, ==, id);
  g_assert_cmpstr (failed->code, ==, "schema");
  g_assert_cmpuint (failed->findings->len, ==, 2);
  g_assert_null (elsewhere->rule);
  g_assert_cmpint (elsewhere->check, ==, SB_CHECK_PASSED);
  g_assert_cmpint (drafted->check, ==, SB_CHECK_PASSED);
  sb_rule_list_refresh (sb_engine_get_rules (self->engine));
  g_assert_cmpuint (sb_rule_item_get_failed (get_item (self->engine, id)), ==, 0);
}

static void
test_bad_draft (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/news");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  spec->schema = g_strdup ("{\"type\": 7}");
  sb_engine_draft_rule_async (self->engine, spec, store_result_cb, &result);
  sb_test_wait (result != NULL);
  g_assert_null (sb_engine_draft_rule_finish (self->engine, result, &error));
  g_assert_error (error, SB_RULE_ERROR, SB_RULE_ERROR_SCHEMA);
  g_assert_cmpstr (sb_rule_error_get_place (error)->pointer, ==, "/type");
}

static SbTrial *
try_rule (SbEngine *engine, SbRule *rule, gint64 replaces, guint max)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_engine_try_rule_async (engine, rule, replaces, max, store_result_cb, &result);
  sb_test_wait (result != NULL);
  return sb_engine_try_rule_finish (engine, result, NULL);
}

/* What would have failed among what was said, where the rule would have counted. */
static void
test_try_rule (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  gint64 id = set (self->engine, 0, "/news", "{\"type\": \"object\"}");
  g_autoptr (SbTestClient) news = engine_connect (self->engine, "/news", secret);
  g_autoptr (SbTestClient) sport = engine_connect (self->engine, "/sport", secret);
  g_autoptr (SbRule) replacing = draft (self->engine, "/news", "{\"required\": [\"name\"]}");
  g_autoptr (SbRule) general = draft (self->engine, "**", "{\"type\": \"integer\"}");
  g_autofree char *reply = NULL;
  const SbTrialFailure *failure;

  sb_test_client_send_text (news, "{\"name\": 1}"); /* serial 0 */
  sb_test_client_expect_silence (news);
  sb_test_client_send_text (news, "{}");             /* 1 */
  sb_test_client_send_text (news, "3");              /* 2: rejected, and would pass: it is no object */
  reply = sb_test_client_expect_text_with (news, "\"code\":\"schema\"", NULL);
  sb_test_client_send_text (sport, "{}");            /* 3 */
  wait_for_traffic (self->engine, 4);

  g_autoptr (SbTrial) first = try_rule (self->engine, replacing, id, 1000);

  g_assert_cmpuint (first->n_tried, ==, 3);
  g_assert_cmpuint (first->n_failed, ==, 1);
  g_assert_cmpuint (first->n_now_passing, ==, 1);
  g_assert_cmpuint (first->n_not_whole, ==, 0);
  g_assert_cmpuint (first->failures->len, ==, 1);
  failure = g_ptr_array_index (first->failures, 0);
  g_assert_cmpuint (failure->serial, ==, 1);
  g_assert_false (failure->was_rejected);
  g_assert_cmpstr (((SbRuleFinding *) g_ptr_array_index (failure->report->findings, 0))->cause, ==, "required");

  /* The rule for everything would not count where there is one for /news. */
  g_autoptr (SbTrial) second = try_rule (self->engine, general, 0, 1000);

  g_assert_cmpuint (second->n_tried, ==, 1);
  g_assert_cmpuint (second->n_failed, ==, 1);

  /* The newest of them. */
  g_autoptr (SbTrial) third = try_rule (self->engine, replacing, id, 2);

  g_assert_cmpuint (third->n_tried, ==, 2);

  /* One that is switched off, as if it were on. */
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_copy (&replacing->spec);

  spec->enabled = FALSE;

  g_autoptr (SbRule) off = sb_rule_new (0, spec, replacing->schema, NULL, 0, 0, NULL);
  g_autoptr (SbTrial) fourth = try_rule (self->engine, off, id, 1000);

  g_assert_cmpuint (fourth->n_tried, ==, 3);
  g_assert_cmpuint (fourth->n_failed, ==, 1);
  g_assert_cmpuint (sb_rule_counts_get_failed (replacing->counts), ==, 0);
}

/* A long log is gone through in many turns of the main loop; what it loses meanwhile is left out. */
static gboolean
turn_cb (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_CONTINUE;
}

static void
append_messages (SbEngine *engine, guint n)
{
  g_autoptr (SbPeer) peer = sb_peer_new ();
  g_autofree SbTrafficRecord *records = g_new0 (SbTrafficRecord, n);

  g_set_str (&peer->channel, "/news");
  for (guint i = 0; i < n; i++)
    {
      records[i].direction = SB_DIRECTION_FROM_CLIENT;
      records[i].peer = sb_peer_ref (peer);
      records[i].payload = g_bytes_new_static ("{}", 2);
      records[i].size = 2;
    }
  sb_traffic_log_append (sb_engine_get_traffic (engine), records, n);
}

static void
test_try_rule_in_turns (EngineFixture *self, gconstpointer data)
{
  g_autoptr (SbRule) rule = draft (self->engine, "/news", "{\"required\": [\"name\"]}");
  g_autoptr (SbRule) elsewhere = draft (self->engine, "/sport", "false");
  g_autoptr (GAsyncResult) result = NULL;
  guint n_turns = 0, turns = g_idle_add (turn_cb, &n_turns);

  append_messages (self->engine, 100000);

  g_autoptr (SbTrial) none = try_rule (self->engine, elsewhere, 0, 1000);

  g_assert_cmpuint (none->n_tried, ==, 0);
  g_assert_cmpuint (n_turns, >=, 50);

  sb_engine_try_rule_async (self->engine, rule, 0, G_MAXUINT, store_result_cb, &result);
  n_turns = 0;
  sb_test_wait (n_turns >= 2);
  sb_traffic_log_clear (sb_engine_get_traffic (self->engine));
  append_messages (self->engine, 10);
  sb_test_wait (result != NULL);

  g_autoptr (SbTrial) some = sb_engine_try_rule_finish (self->engine, result, NULL);

  g_assert_cmpuint (some->n_tried, >, 0);
  g_assert_cmpuint (some->n_tried, <, 50000);
  g_assert_cmpuint (some->n_failed, ==, some->n_tried);
  g_source_remove (turns);
}

/* --- the operator speaks --- */

static void
test_breaches (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  gint64 id = set (self->engine, 0, "/news", SCHEMA);
  g_autoptr (SbTestClient) a = engine_connect (self->engine, "/news", secret);
  g_autoptr (SbTestClient) b = engine_connect (self->engine, "/news", secret);
  g_autoptr (SbTestClient) c = engine_connect (self->engine, "/sport", secret);
  g_autoptr (SbTarget) everyone = sb_target_new_everyone ();
  g_autoptr (GBytes) bad = g_bytes_new_static ("[1]", 3);
  g_autoptr (GBytes) good = g_bytes_new_static ("{\"name\": 1}", 11);
  GAsyncResult *result = NULL;
  g_autoptr (GPtrArray) breaches = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (SbBroadcast) sent = NULL;
  const SbRuleBreach *breach;

  set (self->engine, 0, "/sport", "true");
  sb_engine_find_breaches_async (self->engine, everyone, FALSE, bad, store_result_cb, &result);
  sb_test_wait (result != NULL);
  breaches = sb_engine_find_breaches_finish (self->engine, result, NULL);
  g_clear_object (&result);
  g_assert_cmpuint (breaches->len, ==, 1);
  breach = g_ptr_array_index (breaches, 0);
  g_assert_cmpint (breach->report->rule->id, ==, id);
  g_assert_cmpuint (breach->n_clients, ==, 2);

  sb_engine_find_breaches_async (self->engine, everyone, FALSE, good, store_result_cb, &result);
  sb_test_wait (result != NULL);
  none = sb_engine_find_breaches_finish (self->engine, result, NULL);
  g_clear_object (&result);
  g_assert_cmpuint (none->len, ==, 0);

  /* It is a warning: what the admin says is sent all the same. */
  sb_engine_broadcast_async (self->engine, "window", everyone, FALSE, bad, store_result_cb, &result);
  sb_test_wait (result != NULL);
  sent = sb_engine_broadcast_finish (self->engine, result, NULL);
  g_clear_object (&result);
  g_assert_nonnull (sent);
  sb_test_client_expect_text (a, "[1]");
  sb_test_client_expect_text (b, "[1]");
  sb_test_client_expect_text (c, "[1]");
}

static void
ticked_cb (SbEngine *engine, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Counts that a full disk refused are written when it has room again, also when nobody says anything any more. */
static void
test_counts_without_a_disk (EngineFixture *self, gconstpointer data)
{
  g_autofree char *secret = engine_issue (self->engine, "kiosk", NULL, NULL);
  gint64 id = set (self->engine, 0, "**", SCHEMA);
  g_autoptr (SbTestClient) speaker = engine_connect (self->engine, "/news", secret);
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/other");
  g_autoptr (GError) error = NULL;
  guint n_ticks = 0;

  fault_vfs_arm (0, SQLITE_FULL, 0, TRUE);
  sb_test_client_send_text (speaker, "{\"name\": 1}");
  sb_test_wait (sb_rule_item_get_passed (get_item (self->engine, id)) == 1);
  /* Every fifth tick writes the counts. The store works in order: when this has failed, they have. */
  g_signal_connect (self->engine, "ticked", G_CALLBACK (ticked_cb), &n_ticks);
  sb_test_wait (n_ticks == 5);
  g_signal_handlers_disconnect_by_data (self->engine, &n_ticks);
  g_assert_null (try_set (self->engine, 0, spec, &error));
  g_assert_error (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_FULL);
  fault_vfs_disarm ();

  sb_test_client_free (g_steal_pointer (&speaker));
  engine_fixture_restart (self);
  g_assert_cmpuint (sb_rule_item_get_passed (get_item (self->engine, id)), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install ();

#define ADD(path, func) \
  g_test_add ("/engine-rules/" path, EngineFixture, NULL, engine_fixture_set_up_started, func, engine_fixture_tear_down)

  ADD ("set-acts-at-once", test_set_acts_at_once);
  ADD ("refused", test_refused);
  ADD ("survives-restart", test_survives_restart);
  ADD ("counts-without-a-disk", test_counts_without_a_disk);
  ADD ("unusable", test_unusable);
  ADD ("schemas", test_schemas);
  ADD ("schemas-in-use", test_schemas_in_use);
  ADD ("test-message", test_test_message);
  ADD ("bad-draft", test_bad_draft);
  ADD ("try-rule", test_try_rule);
  ADD ("try-rule-in-turns", test_try_rule_in_turns);
  ADD ("breaches", test_breaches);

  return g_test_run ();
}
