/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hub-fixture.h"
#include "rule-fixture.h"

#include <string.h>

/* What may be said, by the rules of channels. */

#define SCHEMA "{\"type\": \"object\", \"properties\": {\"temperature\": {\"maximum\": 60}}}"

/* Takes over @table; returns when every lane has it. */
static void
set_table (HubFixture *self, SbRuleTable *table)
{
  guint n_done = self->n_done;

  sb_hub_set_rules (self->hub, table, done_cb, self);
  sb_test_wait (self->n_done > n_done);
  if (table != NULL)
    sb_rule_table_unref (table);
}

/* One rule for /a, which @change has made. */
static SbRule *
set_rule (HubFixture *self, SbRuleSpec *spec)
{
  SbRule *rule = rule_make_full (7, spec);

  set_table (self, rule_make_table (sb_rule_ref (rule), NULL));

  return rule;
}

static const SbTrafficRecord *
wait_for_traffic (HubFixture *self, guint n)
{
  sb_test_wait (self->traffic->len >= n);

  return &g_array_index (self->traffic, SbTrafficRecord, n - 1);
}

/* --- what is checked, and what comes of it --- */

typedef struct
{
  const char *name;
  const char *message; /* NULL: a binary one */
  const char *code;
  const char *cause;
  const char *reply;   /* a part of it */
  guint16 close_code;  /* where the rule disconnects */
  const char *reason;
} Failure;

static const Failure failures[] = {
  { "schema", "{\"temperature\": 120}", "schema", "maximum", "\"pointer\":\"/temperature\"", 1008,
    "message not allowed: /temperature: 120 is more than the maximum 60" },
  { "size", "{\"temperature\": 1, \"padding\": \"0123456789012345678901234567890123456789\"}", "too_big", "too_big", "here it may have 64",
    1009, "message too big" },
  { "depth", "{\"a\": [[[1]]]}", "depth", "depth", "deeper than 3", 1008, "message not allowed: nested deeper than 3" },
  { "json", "{\"a\": }", "json", "json", "\"code\":\"json\"", 1008, "message not allowed: expected a value" },
  { "binary", NULL, "binary", "binary", "binary messages are not allowed", 1003, "binary not allowed" },
};

static SbRuleSpec *
make_spec (SbRuleFailure on_failure)
{
  SbRuleSpec *spec = sb_rule_spec_new ("/a");

  spec->schema = g_strdup (SCHEMA);
  spec->max_size = 64;
  spec->max_depth = 3;
  spec->allow_binary = FALSE;
  spec->on_failure = on_failure;

  return spec;
}

static void
say (SbTestClient *client, const Failure *failure)
{
  if (failure->message != NULL)
    sb_test_client_send_text (client, failure->message);
  else
    sb_test_client_send_binary (client, "\x01\x02", 2);
}

static void
assert_record (const SbTrafficRecord *record, const Failure *failure, gboolean told, gboolean silent)
{
  g_assert_cmpstr (sb_rejection_to_code (record->rejection), ==, failure->code);
  g_assert_cmpint (record->rule_id, ==, 7);
  g_assert_cmpstr (record->cause, ==, failure->cause);
  g_assert_cmpint (record->told, ==, told);
  g_assert_cmpint (record->silent, ==, silent);
  g_assert_cmpuint (record->reached, ==, 0);
  if (!g_str_equal (failure->code, "schema"))
    return;
  g_assert_cmpstr (record->pointer, ==, "/temperature");
  g_assert_cmpstr (record->schema_pointer, ==, "/properties/temperature/maximum");
  g_assert_cmpuint (record->offset, ==, strlen ("{\"temperature\": "));
}

static void
test_reply (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = make_spec (SB_RULE_REPLY);
  g_autoptr (SbRule) rule = set_rule (self, spec);
  g_autoptr (SbTestClient) speaker = connect_client (self, "/a");
  g_autoptr (SbTestClient) listener = connect_client (self, "/a");

  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *reply = NULL;
      g_autofree char *code = g_strdup_printf ("\"code\":\"%s\"", failures[i].code);
      g_autofree char *id = g_strdup_printf ("\"id\":%u}", (guint) i + 1);

      say (speaker, &failures[i]);
      reply = sb_test_client_expect_text_with (speaker, "\"type\":\"error\"", code, failures[i].reply, id, NULL);
      assert_record (wait_for_traffic (self, i + 1), &failures[i], TRUE, FALSE);
      g_assert_cmpuint (rule_count_cause (rule, failures[i].cause), ==, 1);
    }
  sb_test_client_expect_silence (listener);
  sb_test_client_send_text (speaker, "{\"temperature\": 60}");
  sb_test_client_expect_text (listener, "{\"temperature\": 60}");
  g_assert_cmpuint (sb_rule_counts_get_passed (rule->counts), ==, 1);
  g_assert_cmpuint (sb_rule_counts_get_failed (rule->counts), ==, G_N_ELEMENTS (failures));
}

static void
test_drop (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = make_spec (SB_RULE_DROP);
  g_autoptr (SbRule) rule = set_rule (self, spec);
  g_autoptr (SbTestClient) speaker = connect_client (self, "/a");
  g_autoptr (SbTestClient) listener = connect_client (self, "/a");

  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      say (speaker, &failures[i]);
      assert_record (wait_for_traffic (self, i + 1), &failures[i], FALSE, TRUE);
    }
  sb_test_client_expect_silence (speaker);
  sb_test_client_expect_silence (listener);
  g_assert_cmpuint (sb_rule_counts_get_failed (rule->counts), ==, G_N_ELEMENTS (failures));
}

static void
test_disconnect (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = make_spec (SB_RULE_DISCONNECT);
  g_autoptr (SbRule) rule = set_rule (self, spec);

  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autoptr (SbTestClient) speaker = connect_client (self, "/a");
      g_autofree char *reply = NULL;

      say (speaker, &failures[i]);
      reply = sb_test_client_expect_text_with (speaker, failures[i].reply, NULL);
      sb_test_client_expect_close (speaker, failures[i].close_code, failures[i].reason);
      assert_record (wait_for_traffic (self, i + 1), &failures[i], TRUE, FALSE);
      sb_test_wait (self->left->len == i + 1);
      g_assert_cmpint (self->left_by, ==, SB_CLOSED_BY_SERVER);
      g_assert_cmpuint (self->left_code, ==, failures[i].close_code);
    }
  g_assert_cmpuint (sb_rule_counts_get_failed (rule->counts), ==, G_N_ELEMENTS (failures));
}

static void
test_text_not_allowed (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRule) rule = NULL;
  g_autoptr (SbTestClient) speaker = NULL;
  g_autofree char *reply = NULL;

  spec->allow_text = FALSE;
  spec->on_failure = SB_RULE_DISCONNECT;
  rule = set_rule (self, spec);
  speaker = connect_client (self, "/a");
  sb_test_client_send_binary (speaker, "\x01", 1);
  sb_test_client_expect_silence (speaker);
  sb_test_client_send_text (speaker, "{}");
  reply = sb_test_client_expect_text_with (speaker, "\"code\":\"text\"", NULL);
  sb_test_client_expect_close (speaker, 1003, "text not allowed");
  g_assert_cmpuint (rule_count_cause (rule, "text"), ==, 1);
  g_assert_cmpuint (sb_rule_counts_get_passed (rule->counts), ==, 1);
}

/* The rate of the rule, in a window too short for a second token. */
static void
test_rate (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRule) rule = NULL;
  g_autoptr (SbTestClient) free_one = connect_client (self, "/b");
  g_autoptr (SbTestClient) speaker = connect_client (self, "/a");
  guint n_passed, n_failed;

  spec->messages_per_second = 1;
  spec->on_failure = SB_RULE_DROP;
  rule = set_rule (self, spec);
  for (guint i = 0; i < 20; i++)
    {
      sb_test_client_send_text (speaker, "1");
      sb_test_client_send_text (free_one, "1");
    }
  sb_test_client_expect_silence (speaker);
  sb_test_client_expect_silence (free_one);
  sb_test_wait (self->traffic->len == 40);
  n_passed = (guint) sb_rule_counts_get_passed (rule->counts);
  n_failed = (guint) rule_count_cause (rule, "rate");
  g_assert_cmpuint (n_passed + n_failed, ==, 20);
  g_assert_cmpuint (n_passed, >=, 1);
  g_assert_cmpuint (n_failed, >=, 1);
  for (guint i = 0; i < 40; i++)
    {
      const SbTrafficRecord *record = &g_array_index (self->traffic, SbTrafficRecord, i);

      if (record->rejection != SB_REJECTED_NOT)
        g_assert_cmpstr (record->peer->channel, ==, "/a");
    }
}

/* Who may only listen is told so; that is not the rule's doing. */
static void
test_read_only (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = make_spec (SB_RULE_DISCONNECT);
  g_autoptr (SbRule) rule = set_rule (self, spec);
  g_autoptr (SbTokenSpec) token = sb_token_spec_new ("listener");
  g_autoptr (SbTestClient) client = NULL;
  g_autofree char *reply = NULL;

  token->may_publish = FALSE;
  put_token (self, token, 0);
  client = connect_client (self, "/a");
  sb_test_client_send_text (client, "{\"temperature\": 120}");
  reply = sb_test_client_expect_text_with (client, "\"code\":\"read_only\"", NULL);
  g_assert_cmpint (wait_for_traffic (self, 1)->rule_id, ==, 0);
  g_assert_cmpuint (sb_rule_counts_get_failed (rule->counts), ==, 0);
}

/* What breaks the connection is counted by the rule as well. */
static void
test_broken (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = sb_rule_spec_new ("/a");
  g_autoptr (SbRule) rule = set_rule (self, spec);
  g_autoptr (SbTestClient) client = connect_client (self, "/a");

  sb_test_client_send_frame (client, 0x81, "\xff", 1);
  sb_test_client_expect_close (client, 1007, "not UTF-8");
  g_assert_cmpint (wait_for_traffic (self, 1)->rule_id, ==, 7);
  g_assert_cmpuint (rule_count_cause (rule, "utf8"), ==, 1);
}

/* A client that goes on failing is closed even where it is not told. */
static void
test_too_many (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRuleSpec) spec = make_spec (SB_RULE_DROP);
  g_autoptr (SbRule) rule = set_rule (self, spec);
  g_autoptr (SbTestClient) client = connect_client (self, "/a");
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.max_rejected = 3;
  sb_hub_set_session_limits (self->hub, &limits);
  set_table (self, rule_make_table (sb_rule_ref (rule), NULL)); /* behind the limits */
  for (guint i = 0; i < 4; i++)
    sb_test_client_send_text (client, "{\"temperature\": 120}");
  sb_test_client_expect_close (client, 1008, "too many rejected messages");
  g_assert_cmpuint (sb_rule_counts_get_failed (rule->counts), ==, 4);
}

/* --- when it acts --- */

/* Whoever is told that a change is in force has the next message judged by it, in rooms that are there and in new ones. */
static void
test_change_acts_at_once (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbTestClient) speaker = connect_client (self, "/a");
  g_autoptr (SbTestClient) listener = connect_client (self, "/a");
  const char *text = "{\"temperature\": 120}";

  for (guint round = 0; round < 10; round++)
    {
      g_autofree char *reply = NULL;

      set_table (self, round % 2 == 0 ? NULL : rule_make_table (NULL, NULL));
      sb_test_client_send_text (speaker, text);
      sb_test_client_expect_text (listener, text);
      set_table (self, rule_make_table (rule_make (1, round % 2 == 0 ? "/a" : "**", SCHEMA), NULL));
      sb_test_client_send_text (speaker, text);
      reply = sb_test_client_expect_text_with (speaker, "\"code\":\"schema\"", NULL);
    }
  sb_test_client_expect_silence (listener);

  g_autoptr (SbTestClient) newcomer = connect_client (self, "/new");
  g_autofree char *reply = NULL;

  sb_test_client_send_text (newcomer, text);
  reply = sb_test_client_expect_text_with (newcomer, "\"code\":\"schema\"", NULL);
}

static void
test_most_specific_wins (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRule) all = rule_make (1, "**", "false");
  g_autoptr (SbRule) room = rule_make (2, "/room/*", "{\"type\": \"integer\"}");
  g_autoptr (SbRule) one = rule_make (3, "/room/1", NULL);
  g_autoptr (SbTestClient) lobby = connect_client (self, "/");
  g_autoptr (SbTestClient) second = connect_client (self, "/room/2");
  g_autoptr (SbTestClient) first = connect_client (self, "/room/1");
  g_autofree char *lobby_reply = NULL;
  g_autofree char *second_reply = NULL;

  set_table (self, rule_make_table (sb_rule_ref (all), sb_rule_ref (room), sb_rule_ref (one), NULL));
  sb_test_client_send_text (lobby, "1");
  lobby_reply = sb_test_client_expect_text_with (lobby, "\"code\":\"schema\"", NULL);
  sb_test_client_send_text (second, "1");
  sb_test_client_send_text (second, "\"x\"");
  second_reply = sb_test_client_expect_text_with (second, "\"code\":\"schema\"", "\"id\":2}", NULL);
  sb_test_client_send_text (first, "\"x\"");
  sb_test_client_expect_silence (first);
  g_assert_cmpuint (sb_rule_counts_get_failed (all->counts), ==, 1);
  g_assert_cmpuint (sb_rule_counts_get_failed (room->counts), ==, 1);
  g_assert_cmpuint (sb_rule_counts_get_passed (room->counts), ==, 1);
  g_assert_cmpuint (sb_rule_counts_get_passed (one->counts), ==, 1);
}

/* Several lanes count into the same numbers, and nothing is lost. */
static void
test_counts_are_exact (HubFixture *self, gconstpointer data)
{
  g_autoptr (SbRule) rule = rule_make (1, "**", "{\"type\": \"object\"}");
  SbTestClient *clients[12];
  guint n = 40;

  set_table (self, rule_make_table (sb_rule_ref (rule), NULL));
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%u", i);

      clients[i] = connect_client (self, path);
    }
  for (guint j = 0; j < n; j++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
        sb_test_client_send_text (clients[i], j % 4 == 0 ? "1" : "{}");
      /* Rules come and go meanwhile; the counts are the rule's. */
      if (j % 10 == 0)
        set_table (self, rule_make_table (sb_rule_ref (rule), NULL));
    }
  sb_test_wait (self->traffic->len == n * G_N_ELEMENTS (clients));
  g_assert_cmpuint (sb_rule_counts_get_passed (rule->counts), ==, n * G_N_ELEMENTS (clients) * 3 / 4);
  g_assert_cmpuint (sb_rule_counts_get_failed (rule->counts), ==, n * G_N_ELEMENTS (clients) / 4);
  g_assert_cmpuint (rule_count_cause (rule, "type"), ==, n * G_N_ELEMENTS (clients) / 4);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    sb_test_client_free (clients[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, lanes, func) \
  g_test_add ("/hub-rules/" path, HubFixture, GUINT_TO_POINTER (lanes), hub_fixture_set_up, func, hub_fixture_tear_down)

  ADD ("reply", 1, test_reply);
  ADD ("drop", 1, test_drop);
  ADD ("disconnect", 1, test_disconnect);
  ADD ("text-not-allowed", 1, test_text_not_allowed);
  ADD ("rate", 1, test_rate);
  ADD ("read-only", 1, test_read_only);
  ADD ("broken", 1, test_broken);
  ADD ("too-many", 1, test_too_many);
  ADD ("change-acts-at-once", 1, test_change_acts_at_once);
  ADD ("change-acts-at-once/lanes", 4, test_change_acts_at_once);
  ADD ("most-specific-wins", 3, test_most_specific_wins);
  ADD ("counts-are-exact", 4, test_counts_are_exact);

  return g_test_run ();
}
