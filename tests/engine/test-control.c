/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control-fixture.h"
#include "database-aside.h"

#include <glib/gstdio.h>

/* The handlers of docs/control.md, without anybody who carries the requests. */

/* --- tokens --- */

static void
test_token_as_issued (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) answer = call (self, "POST", "/tokens",
                                        "{\"label\":\"kiosk\",\"channels\":[\"/news\",\"/room/*\"],\"may_publish\":false,"
                                        "\"expires_at\":\"2100-01-01T00:00:00+01:00\",\"max_connections\":3,\"messages_per_second\":7}",
                                        201);
  g_autoptr (JsonObject) shown = call (self, "GET", "/tokens/1", NULL, 200);
  JsonArray *channels = json_object_get_array_member (shown, "channels");

  g_assert_true (sb_token_secret_is_well_formed (get_string (answer, "secret"), -1));
  g_assert_false (json_object_has_member (shown, "secret"));
  g_assert_cmpint (get_int (shown, "id"), ==, 1);
  g_assert_cmpstr (get_string (shown, "label"), ==, "kiosk");
  g_assert_cmpstr (get_string (shown, "state"), ==, "active");
  g_assert_cmpuint (json_array_get_length (channels), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (channels, 1), ==, "/room/*");
  g_assert_false (json_object_get_boolean_member (shown, "may_publish"));
  g_assert_cmpstr (get_string (shown, "expires_at"), ==, "2099-12-31T23:00:00.000Z");
  g_assert_true (json_object_get_null_member (shown, "not_before"));
  g_assert_true (json_object_get_null_member (shown, "revoked_at"));
  g_assert_true (json_object_get_null_member (shown, "last_used_at"));
  g_assert_cmpint (get_int (shown, "max_connections"), ==, 3);
  g_assert_cmpint (get_int (shown, "messages_per_second"), ==, 7);
  g_assert_cmpint (get_int (shown, "connections"), ==, 0);
  g_assert_cmpstr (get_string (answer, "hint"), ==, get_string (shown, "hint"));
}

static void
test_token_defaults (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) answer = call (self, "POST", "/tokens", "{\"label\":\"x\"}", 201);

  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (answer, "channels"), 0), ==, "**");
  g_assert_true (json_object_get_boolean_member (answer, "may_publish"));
  g_assert_true (json_object_get_null_member (answer, "expires_at"));
  g_assert_cmpint (get_int (answer, "max_connections"), ==, 0);
}

static void
test_life_of_a_token (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  gint64 id = issue (self, "{\"label\":\"x\"}", &secret);
  g_autoptr (SbTestClient) client = engine_connect (self->engine.engine, "/a", secret);
  g_autoptr (JsonObject) edited = NULL, rotated = NULL, revoked = NULL, restored = NULL, deleted = NULL;

  g_assert_cmpint (id, ==, 1);
  edited = call (self, "PATCH", "/tokens/1", "{\"label\":\"y\",\"channels\":[\"/b\"]}", 200);
  g_assert_cmpstr (get_string (edited, "label"), ==, "y");
  g_assert_cmpint (get_int (edited, "closed"), ==, 1);
  sb_test_client_expect_close (client, 3003, "channel not allowed");

  rotated = call (self, "POST", "/tokens/1/rotate", "{\"grace\":3600}", 200);
  g_assert_cmpstr (get_string (rotated, "secret"), !=, secret);
  g_assert_nonnull (get_string (rotated, "previous_secret_until"));
  g_assert_cmpuint (engine_knock (self->engine.engine, "/b", secret), ==, 101);
  g_assert_cmpuint (engine_knock (self->engine.engine, "/b", get_string (rotated, "secret")), ==, 101);

  revoked = call (self, "POST", "/tokens/1/revoke", NULL, 200);
  g_assert_cmpstr (get_string (revoked, "state"), ==, "revoked");
  g_assert_nonnull (get_string (revoked, "revoked_at"));
  restored = call (self, "POST", "/tokens/1/restore", "{}", 200);
  g_assert_cmpstr (get_string (restored, "state"), ==, "active");

  json_object_unref (call (self, "DELETE", "/tokens/1", NULL, 409));
  json_object_unref (call (self, "POST", "/tokens/1/revoke", NULL, 200));
  deleted = call (self, "DELETE", "/tokens/1", NULL, 200);
  g_assert_true (json_object_get_boolean_member (deleted, "deleted"));
  json_object_unref (call (self, "GET", "/tokens/1", NULL, 404));
  engine_assert_entry (self->engine.engine, SB_ACT_TOKEN_DELETED, "command line", "y (sbx_", "");
}

static void
test_tokens_by_state (Fixture *self, gconstpointer data)
{
  static const struct { const char *query; guint n; } cases[] = { { "", 3 }, { "?state=active", 2 }, { "?state=revoked", 1 }, { "?state=expired", 0 } };

  for (guint i = 0; i < 3; i++)
    issue (self, "{\"label\":\"x\"}", NULL);
  json_object_unref (call (self, "POST", "/tokens/2/revoke", NULL, 200));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/tokens", cases[i].query, NULL);
      g_autoptr (JsonObject) answer = call (self, "GET", path, NULL, 200);

      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "tokens")), ==, cases[i].n);
    }
}

/* --- what makes no sense --- */

typedef struct
{
  const char *method;
  const char *path;
  const char *body;
  guint status;
  const char *error;
  const char *field; /* NULL: none */
} BadCase;

static void
check_bad_cases (Fixture *self, const BadCase *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autoptr (JsonObject) answer = call (self, cases[i].method, cases[i].path, cases[i].body, cases[i].status);
      const char *message = get_string (answer, "message");

      g_assert_cmpstr (get_string (answer, "error"), ==, cases[i].error);
      g_assert_cmpstr (get_string (answer, "field"), ==, cases[i].field);
      /* A sentence. */
      g_assert_nonnull (message);
      if (!g_str_has_suffix (message, "."))
        g_error ("“%s” is no sentence", message);
    }
}

static void
test_bad_requests (Fixture *self, gconstpointer data)
{
  static const BadCase cases[] = {
    /* paths and methods */
    { "GET", "/", NULL, 404, "not_found" },
    { "GET", "", NULL, 404, "not_found" },
    { "GET", "/nope", NULL, 404, "not_found" },
    { "GET", "/tokens/", NULL, 404, "not_found" },
    { "GET", "/tokens/x", NULL, 404, "not_found" },
    { "GET", "/tokens/0", NULL, 404, "not_found" },
    { "GET", "/tokens/-1", NULL, 404, "not_found" },
    { "GET", "/tokens/ 1", NULL, 404, "not_found" },
    { "GET", "/tokens/99999999999999999999", NULL, 404, "not_found" },
    { "GET", "/tokens/1/revoke/x", NULL, 404, "not_found" },
    { "GET", "//tokens", NULL, 404, "not_found" },
    { "GET", "/TOKENS", NULL, 404, "not_found" },
    { "PUT", "/tokens", "{}", 405, "method_not_allowed" },
    { "get", "/tokens", NULL, 405, "method_not_allowed" },
    { "DELETE", "/status", NULL, 405, "method_not_allowed" },
    { "GET", "/tokens/1/revoke", NULL, 405, "method_not_allowed" },
    /* bodies */
    { "POST", "/tokens", "", 400, "missing_field", "label" },
    { "POST", "/tokens", "{", 400, "bad_request" },
    { "POST", "/tokens", "[]", 400, "bad_request" },
    { "POST", "/tokens", "\"x\"", 400, "bad_request" },
    { "POST", "/tokens", "{\"label\":\"x\",\"label\":\"y\"}", 400, "bad_request" },
    { "POST", "/tokens", "{\"label\":\"\\ud800\"}", 400, "bad_request" },
    /* What is behind a NUL would be lost on the way, or make one name of two. */
    { "POST", "/tokens", "{\"label\":\"x\\u0000y\"}", 400, "bad_request" },
    { "POST", "/tokens", "{\"label\\u0000\":\"x\"}", 400, "bad_request" },
    { "POST", "/tokens", "{\"label\":\"x\"}x", 400, "bad_request" },
    { "POST", "/tokens", "{\"label\":[[[[[[[[[[1]]]]]]]]]]}", 400, "bad_request" },
    /* members */
    { "POST", "/tokens", "{\"name\":\"x\"}", 400, "unknown_field", "name" },
    { "POST", "/tokens", "{\"label\":\"x\",\"id\":7}", 400, "unknown_field", "id" },
    { "POST", "/tokens", "{\"label\":7}", 400, "invalid_value", "label" },
    { "POST", "/tokens", "{\"label\":null}", 400, "invalid_value", "label" },
    { "POST", "/tokens", "{\"label\":\"\"}", 400, "invalid_value", "label" },
    { "POST", "/tokens", "{\"label\":\"x\",\"channels\":\"/a\"}", 400, "invalid_value", "channels" },
    { "POST", "/tokens", "{\"label\":\"x\",\"channels\":[1]}", 400, "invalid_value", "channels" },
    { "POST", "/tokens", "{\"label\":\"x\",\"channels\":[]}", 400, "invalid_value", "channels" },
    { "POST", "/tokens", "{\"label\":\"x\",\"channels\":[\"a\"]}", 400, "invalid_value", "channels" },
    { "POST", "/tokens", "{\"label\":\"x\",\"may_publish\":\"true\"}", 400, "invalid_value", "may_publish" },
    { "POST", "/tokens", "{\"label\":\"x\",\"may_publish\":1}", 400, "invalid_value", "may_publish" },
    { "POST", "/tokens", "{\"label\":\"x\",\"expires_at\":\"tomorrow\"}", 400, "invalid_value", "expires_at" },
    { "POST", "/tokens", "{\"label\":\"x\",\"expires_at\":\"2100-01-01\"}", 400, "invalid_value", "expires_at" },
    { "POST", "/tokens", "{\"label\":\"x\",\"expires_at\":\"2001-01-01T00:00:00Z\"}", 400, "invalid_value", "expires_at" },
    { "POST", "/tokens", "{\"label\":\"x\",\"expires_at\":4102444800}", 400, "invalid_value", "expires_at" },
    { "POST", "/tokens", "{\"label\":\"x\",\"max_connections\":-1}", 400, "invalid_value", "max_connections" },
    { "POST", "/tokens", "{\"label\":\"x\",\"max_connections\":1.5}", 400, "invalid_value", "max_connections" },
    { "POST", "/tokens", "{\"label\":\"x\",\"max_connections\":4294967297}", 400, "invalid_value", "max_connections" },
    { "POST", "/tokens?x=1", "{\"label\":\"x\"}", 400, "unknown_field", "x" },
    { "GET", "/tokens", "{\"x\":1}", 400, "unknown_field", "x" },
    { "GET", "/tokens?state=good", NULL, 400, "invalid_value", "state" },
    { "PATCH", "/tokens/1", "{}", 400, "missing_field" },
    { "PATCH", "/tokens/1", "{\"label\":\"x\"}", 404, "not_found" },
    { "POST", "/tokens/1/revoke", NULL, 404, "not_found" },
    { "POST", "/tokens/1/revoke", "{\"now\":true}", 400, "unknown_field", "now" },
    { "POST", "/tokens/1/rotate", "{\"grace\":-1}", 400, "invalid_value", "grace" },
    { "POST", "/tokens/1/rotate", "{\"grace\":2592001}", 400, "invalid_value", "grace" },
    { "GET", "/audit?limit=0", NULL, 400, "invalid_value", "limit" },
    { "GET", "/audit?limit=many", NULL, 400, "invalid_value", "limit" },
    { "GET", "/audit?act=x", NULL, 400, "invalid_value", "act" },
    { "GET", "/audit?page=1", NULL, 400, "unknown_field", "page" },
    { "GET", "/clients?channel=x", NULL, 400, "invalid_value", "channel" },
    { "GET", "/clients?token=x", NULL, 400, "invalid_value", "token" },
    { "GET", "/clients/1", NULL, 404, "not_found" },
    { "POST", "/clients/1/disconnect", "{}", 404, "not_found" },
    { "POST", "/clients/1/send", "{\"message\":\"1\"}", 404, "not_found" },
    { "GET", "/broadcasts/1", NULL, 404, "not_found" },
    { "DELETE", "/blocks/10.0.0.1", NULL, 404, "not_found" },
    { "DELETE", "/blocks/here", NULL, 400, "invalid_value" },
    /* what needs a server */
    { "POST", "/broadcasts", "{\"everyone\":true,\"message\":\"1\"}", 409, "not_running" },
    { "POST", "/blocks", "{\"address\":\"10.0.0.1\"}", 409, "not_running" },
  };

  check_bad_cases (self, cases, G_N_ELEMENTS (cases));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (self->engine.engine))), ==, 0);
}

static void
test_bad_messages (Fixture *self, gconstpointer data)
{
  static const BadCase cases[] = {
    { "POST", "/broadcasts", "{}", 400, "missing_field", "everyone" },
    { "POST", "/broadcasts", "{\"everyone\":false,\"message\":\"1\"}", 400, "missing_field", "everyone" },
    { "POST", "/broadcasts", "{\"everyone\":true,\"channels\":[\"/a\"],\"message\":\"1\"}", 400, "invalid_value", "everyone" },
    { "POST", "/broadcasts", "{\"everyone\":true}", 400, "missing_field", "message" },
    { "POST", "/broadcasts", "{\"everyone\":true,\"message\":\"1\",\"base64\":\"AA==\"}", 400, "invalid_value", "base64" },
    { "POST", "/broadcasts", "{\"everyone\":true,\"message\":\"{\"}", 400, "invalid_value" },
    { "POST", "/broadcasts", "{\"everyone\":true,\"message\":{\"a\":1}}", 400, "invalid_value", "message" },
    { "POST", "/broadcasts", "{\"everyone\":true,\"base64\":\"AA\"}", 400, "invalid_value", "base64" },
    { "POST", "/broadcasts", "{\"everyone\":true,\"base64\":\"A*==\"}", 400, "invalid_value", "base64" },
    { "POST", "/broadcasts", "{\"everyone\":true,\"base64\":\"A=A=\"}", 400, "invalid_value", "base64" },
    { "POST", "/broadcasts", "{\"channels\":[],\"message\":\"1\"}", 400, "invalid_value" },
    { "POST", "/broadcasts", "{\"channels\":[\"a\"],\"message\":\"1\"}", 400, "invalid_value" },
    { "POST", "/broadcasts", "{\"tokens\":[0],\"message\":\"1\"}", 400, "invalid_value", "tokens" },
    { "POST", "/broadcasts", "{\"clients\":[\"1\"],\"message\":\"1\"}", 400, "invalid_value", "clients" },
    { "POST", "/blocks", "{\"address\":\"example.org\"}", 400, "invalid_value" },
    { "POST", "/blocks", "{\"address\":\"10.0.0.1\",\"duration\":0}", 400, "invalid_value", "duration" },
    { "POST", "/blocks", "{}", 400, "missing_field", "address" },
  };

  check_bad_cases (self, cases, G_N_ELEMENTS (cases));
  g_assert_cmpuint (g_list_model_get_n_items (sb_engine_get_broadcasts (self->engine.engine)), ==, 0);
}

static void
test_body_has_a_limit (Fixture *self, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (3 << 20, 'x');
  g_autofree char *body = g_strdup_printf ("{\"label\":\"%s\"}", long_text);
  g_autoptr (JsonObject) answer = call (self, "POST", "/tokens", body, 413);

  g_assert_cmpstr (get_string (answer, "error"), ==, "too_big");
}

/* --- the server --- */

static void
test_status (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) stopped = call (self, "GET", "/status", NULL, 200);
  g_autoptr (JsonObject) running = NULL;
  g_autofree char *uri = NULL;

  g_assert_cmpstr (get_string (stopped, "state"), ==, "stopped");
  g_assert_true (json_object_get_null_member (stopped, "problem"));
  g_assert_true (json_object_get_null_member (stopped, "started_at"));
  g_assert_cmpint (get_int (stopped, "pid"), ==, getpid ());
  g_assert_cmpstr (get_string (stopped, "data_dir"), ==, self->engine.store.folder);

  engine_start_well (self->engine.engine);
  issue (self, "{\"label\":\"x\"}", NULL);
  running = call (self, "GET", "/status", NULL, 200);
  uri = g_strdup_printf ("ws://127.0.0.1:%u", sb_engine_get_port (self->engine.engine));
  g_assert_cmpstr (get_string (running, "state"), ==, "listening");
  g_assert_cmpint (get_int (running, "port"), ==, sb_engine_get_port (self->engine.engine));
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (running, "uris"), 0), ==, uri);
  g_assert_cmpint (get_int (running, "tokens"), ==, 1);
  g_assert_cmpint (get_int (running, "active_tokens"), ==, 1);
  g_assert_cmpint (get_int (json_object_get_object_member (running, "totals"), "messages_in"), ==, 0);
  g_assert_true (json_object_has_member (json_object_get_object_member (running, "per_second"), "messages_in"));
}

static void
test_failed_start_is_told (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) status = NULL;

  g_assert_true (sb_settings_override (sb_engine_get_settings (self->engine.engine), "listen-address", "203.0.113.9", NULL));
  g_assert_false (sb_engine_start (self->engine.engine, NULL));
  status = call (self, "GET", "/status", NULL, 200);
  g_assert_cmpstr (get_string (status, "state"), ==, "failed");
  g_assert_cmpstr (get_string (status, "problem"), ==, sb_engine_get_state_message (self->engine.engine));
}

static void
test_audit (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) all = NULL, one = NULL, revoked = NULL, earlier = NULL;
  JsonArray *entries;
  gint64 newest;

  issue (self, "{\"label\":\"x\"}", NULL);
  issue (self, "{\"label\":\"y\"}", NULL);
  json_object_unref (call (self, "POST", "/tokens/1/revoke", NULL, 200));

  all = call (self, "GET", "/audit", NULL, 200);
  entries = json_object_get_array_member (all, "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, 3);
  newest = get_int (json_array_get_object_element (entries, 0), "id");
  g_assert_cmpstr (get_string (json_array_get_object_element (entries, 0), "act"), ==, "token_revoked");
  g_assert_cmpstr (get_string (json_array_get_object_element (entries, 0), "actor"), ==, "command line");
  g_assert_cmpint (get_int (json_array_get_object_element (entries, 0), "count"), ==, 1);

  one = call (self, "GET", "/audit?limit=1", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (one, "entries")), ==, 1);
  revoked = call (self, "GET", "/audit?act=token_issued", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (revoked, "entries")), ==, 2);
  {
    g_autofree char *path = g_strdup_printf ("/audit?before=%" G_GINT64_FORMAT "&limit=1", newest);

    earlier = call (self, "GET", path, NULL, 200);
  }
  g_assert_cmpint (get_int (json_array_get_object_element (json_object_get_array_member (earlier, "entries"), 0), "id"), <, newest);
}

/* What is on disk only, for the window has shown the newest ones. */
static void
test_audit_reads_on (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->engine.store.folder, "signalbox.db", NULL);
  g_autoptr (JsonObject) older = NULL, revoked = NULL;
  JsonArray *entries;
  sqlite3 *db = connect_aside (path);

  execute_aside (db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
                  "  INSERT INTO journal SELECT i, i, iif (i % 1000 = 0, 'token_revoked', 'notice'), 'x', '', '', 1 FROM n");
  sqlite3_close (db);
  g_assert_finalize_object (self->control);
  engine_fixture_restart (&self->engine);
  self->control = sb_control_new (self->engine.engine);

  older = call (self, "GET", "/audit?before=1501&limit=1000", NULL, 200);
  entries = json_object_get_array_member (older, "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, 1000);
  g_assert_cmpint (get_int (json_array_get_object_element (entries, 0), "id"), ==, 1500);
  g_assert_cmpint (get_int (json_array_get_object_element (entries, 999), "id"), ==, 501);

  revoked = call (self, "GET", "/audit?act=token_revoked", NULL, 200);
  entries = json_object_get_array_member (revoked, "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, 12);
  g_assert_cmpint (get_int (json_array_get_object_element (entries, 11), "id"), ==, 1000);
}

static void
test_settings (Fixture *self, gconstpointer data)
{
  static const BadCase bad[] = {
    { "PATCH", "/settings", "{\"colour\":\"red\"}", 400, "unknown_field", "colour" },
    { "PATCH", "/settings", "{\"port\":\"8080\"}", 400, "invalid_value", "port" },
    { "PATCH", "/settings", "{\"max-backlog\":\"lots\"}", 400, "invalid_value", "max-backlog" },
    { "PATCH", "/settings", "{\"max-backlog\":\"1 KiB\"}", 400, "invalid_value", "max-backlog" },
    { "PATCH", "/settings", "{\"max-backlog\":[\"8 KiB\"]}", 400, "invalid_value", "max-backlog" },
    { "PATCH", "/settings", "{\"port\":65536}", 400, "invalid_value", "port" },
    { "PATCH", "/settings", "{\"listen-address\":\"here\"}", 400, "invalid_value", "listen-address" },
    { "PATCH", "/settings", "{\"allowed-origins\":[\"https://a.example/path\"]}", 400, "invalid_value", "allowed-origins" },
    { "PATCH", "/settings", "{\"allowed-origins\":\"https://a.example\"}", 400, "invalid_value", "allowed-origins" },
    { "PATCH", "/settings", "{\"tokens-in-url\":1}", 400, "invalid_value", "tokens-in-url" },
    /* All or nothing. */
    { "PATCH", "/settings", "{\"max-clients\":5,\"listen-address\":\"here\"}", 400, "invalid_value", "listen-address" },
  };
  g_autoptr (JsonObject) before = call (self, "GET", "/settings", NULL, 200);
  g_autoptr (JsonObject) after = NULL;
  JsonArray *origins;

  g_assert_cmpstr (get_string (before, "listen-address"), ==, "127.0.0.1");
  g_assert_cmpint (get_int (before, "port"), ==, 8080);
  g_assert_false (json_object_get_boolean_member (before, "tokens-in-url"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (before, "allowed-origins")), ==, 0);

  check_bad_cases (self, bad, G_N_ELEMENTS (bad));
  g_assert_false (engine_has_entry (self->engine.engine, SB_ACT_SETTINGS_CHANGED));

  after = call (self, "PATCH", "/settings",
                "{\"port\":9000,\"tokens-in-url\":true,\"allowed-origins\":[\"https://a.example\",\"null\"],\"max-message-size\":2048,\"max-backlog\":\"8 KiB\"}", 200);
  g_assert_cmpint (get_int (after, "port"), ==, 9000);
  g_assert_true (json_object_get_boolean_member (after, "tokens-in-url"));
  g_assert_cmpint (get_int (after, "max-message-size"), ==, 2048);
  g_assert_cmpint (get_int (after, "max-backlog"), ==, 8192);
  origins = json_object_get_array_member (after, "allowed-origins");
  g_assert_cmpuint (json_array_get_length (origins), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (origins, 1), ==, "null");
}

static void
test_allow_lists_the_methods (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) answer = call (self, "PUT", "/tokens/1", NULL, 405);

  store_assert_contains (get_string (answer, "message"), "GET, PATCH, DELETE");
}

/* The certificate is the admin's to mend, so it is no fault of the program's. */
static void
test_bad_certificate (Fixture *self, gconstpointer data)
{
  static const char *const cases[] = { "/nowhere/cert.pem", "/dev/null" };

  json_object_unref (call (self, "GET", "/certificate", NULL, 404));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"tls-certificate\":\"%s\"}", cases[i]);
      g_autoptr (JsonObject) answer = NULL;

      json_object_unref (call (self, "PATCH", "/settings", body, 200));
      answer = call (self, "GET", "/certificate", NULL, 409);
      g_assert_cmpstr (get_string (answer, "error"), ==, "bad_certificate");
      store_assert_contains (get_string (answer, "message"), cases[i]);
    }
}

/* Where the made one has to go there is a directory that is not empty. */
static void
test_certificate_that_cannot_be_written (Fixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->engine.store.folder, "certificate.pem", NULL);
  g_autofree char *inside = g_build_filename (file, "x", NULL);
  g_autoptr (JsonObject) answer = NULL;

  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  answer = call (self, "POST", "/certificate", NULL, 500);
  g_assert_cmpstr (get_string (answer, "error"), ==, "store_failed");
  store_assert_contains (get_string (answer, "message"), file);
  g_assert_cmpint (g_rmdir (inside), ==, 0);
  g_assert_cmpint (g_rmdir (file), ==, 0);
}

/* An answer is JSON, so UTF-8, whatever bytes of the request it quotes. */
static void
test_quotes_as_utf8 (Fixture *self, gconstpointer data)
{
  static const struct { const char *method; const char *path; guint status; } cases[] = {
    { "\xff", "/status", 405 },
    { "GET", "/\xff", 404 },
    { "DELETE", "/blocks/\xff", 400 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) answer = call (self, cases[i].method, cases[i].path, NULL, cases[i].status);

      g_assert_true (g_utf8_validate (get_string (answer, "message"), -1, NULL));
    }
}

/* What would be out of range once it is in UTC does not come in. */
static void
test_times_that_cannot_be_written (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) beyond = call (self, "POST", "/tokens", "{\"label\":\"x\",\"expires_at\":\"9999-12-31T23:59:59-23:59\"}", 400);
  g_autoptr (JsonObject) last = call (self, "POST", "/tokens", "{\"label\":\"x\",\"expires_at\":\"9999-12-31T23:59:59Z\"}", 201);

  g_assert_cmpstr (get_string (beyond, "field"), ==, "expires_at");
  g_assert_cmpstr (get_string (last, "expires_at"), ==, "9999-12-31T23:59:59.000Z");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/control/" path, Fixture, NULL, set_up, function, tear_down)
#define ADD_STARTED(path, function) g_test_add ("/control/" path, Fixture, NULL, set_up_started, function, tear_down)
  ADD ("quotes-as-utf8", test_quotes_as_utf8);
  ADD ("times-that-cannot-be-written", test_times_that_cannot_be_written);
  ADD ("bad-certificate", test_bad_certificate);
  ADD ("certificate-that-cannot-be-written", test_certificate_that_cannot_be_written);
  ADD ("token-as-issued", test_token_as_issued);
  ADD ("token-defaults", test_token_defaults);
  ADD_STARTED ("life-of-a-token", test_life_of_a_token);
  ADD ("tokens-by-state", test_tokens_by_state);
  ADD ("bad-requests", test_bad_requests);
  ADD_STARTED ("bad-messages", test_bad_messages);
  ADD ("body-has-a-limit", test_body_has_a_limit);
  ADD ("status", test_status);
  ADD ("failed-start-is-told", test_failed_start_is_told);
  ADD ("audit", test_audit);
  ADD ("audit-reads-on", test_audit_reads_on);
  ADD ("settings", test_settings);
  ADD ("allow-lists-the-methods", test_allow_lists_the_methods);

  return g_test_run ();
}
