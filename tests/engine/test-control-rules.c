/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control-fixture.h"

/* /rules and /schemas of docs/control.md. */

#define PERSON "https://example.org/person.json"

static void
assert_fails (Fixture *self, const char *method, const char *path, const char *body, guint status, const char *code, const char *field)
{
  g_autoptr (JsonObject) answer = call (self, method, path, body, status);

  g_assert_cmpstr (get_string (answer, "error"), ==, code);
  g_assert_cmpstr (get_string (answer, "field"), ==, field);
  g_assert_cmpuint (strlen (get_string (answer, "message")), >, 0);
}

static guint
count (Fixture *self, const char *path, const char *member)
{
  g_autoptr (JsonObject) answer = call (self, "GET", path, NULL, 200);

  return json_array_get_length (json_object_get_array_member (answer, member));
}

static void
test_life (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) made = call (self, "PUT", "/rules",
                                      "{\"channels\": \"/news\", \"binary\": false, \"max_size\": 4096, \"schema\": \"{\\\"type\\\": \\\"object\\\"}\"}", 201);
  gint64 id = get_int (made, "id");
  g_autofree char *path = g_strdup_printf ("/rules/%" G_GINT64_FORMAT, id);
  g_autoptr (JsonObject) put = NULL;
  g_autoptr (JsonObject) changed = NULL;
  g_autoptr (JsonObject) got = NULL;
  g_autoptr (JsonObject) removed = NULL;

  g_assert_cmpstr (get_string (made, "channels"), ==, "/news");
  g_assert_true (json_object_get_boolean_member (made, "enabled"));
  g_assert_true (json_object_get_boolean_member (made, "text"));
  g_assert_false (json_object_get_boolean_member (made, "binary"));
  g_assert_cmpint (get_int (made, "max_size"), ==, 4096);
  g_assert_cmpint (get_int (made, "max_depth"), ==, 0);
  g_assert_cmpstr (get_string (made, "on_failure"), ==, "reply");
  g_assert_true (json_object_get_null_member (made, "problem"));
  g_assert_cmpint (get_int (json_object_get_object_member (made, "counts"), "passed"), ==, 0);

  /* What is not given stays; and it is the same rule. */
  put = call (self, "PUT", "/rules", "{\"channels\": \"/news\", \"on_failure\": \"drop\"}", 200);
  g_assert_cmpint (get_int (put, "id"), ==, id);
  g_assert_cmpint (get_int (put, "max_size"), ==, 4096);
  g_assert_cmpstr (get_string (put, "schema"), ==, "{\"type\": \"object\"}");
  changed = call (self, "PATCH", path, "{\"channels\": \"/sport\", \"schema\": \"\", \"messages_per_second\": 3, \"enabled\": false}", 200);
  g_assert_cmpstr (get_string (changed, "channels"), ==, "/sport");
  g_assert_true (json_object_get_null_member (changed, "schema"));
  g_assert_cmpstr (get_string (changed, "on_failure"), ==, "drop");
  got = call (self, "GET", path, NULL, 200);
  g_assert_cmpint (get_int (got, "messages_per_second"), ==, 3);

  g_assert_cmpuint (count (self, "/rules", "rules"), ==, 1);
  g_assert_cmpuint (count (self, "/rules?channels=%2Fsport", "rules"), ==, 1);
  g_assert_cmpuint (count (self, "/rules?channels=%2Fnews", "rules"), ==, 0);
  removed = call (self, "DELETE", path, NULL, 200);
  g_assert_true (json_object_get_boolean_member (removed, "removed"));
  g_assert_cmpuint (count (self, "/rules", "rules"), ==, 0);
  assert_fails (self, "GET", path, NULL, 404, "not_found", NULL);
  assert_fails (self, "DELETE", path, NULL, 404, "not_found", NULL);
  assert_fails (self, "PATCH", path, "{}", 404, "not_found", NULL);
}

static void
test_wrong_input (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) fault = NULL;
  g_autoptr (JsonObject) syntax = NULL;

  json_object_unref (call (self, "PUT", "/rules", "{\"channels\": \"/taken\"}", 201));
  json_object_unref (call (self, "PUT", "/rules", "{\"channels\": \"/other\"}", 201));
  assert_fails (self, "PUT", "/rules", "{}", 400, "missing_field", "channels");
  assert_fails (self, "PUT", "/rules", "{\"channels\": 7}", 400, "invalid_value", "channels");
  assert_fails (self, "PUT", "/rules", "{\"channels\": \"news\"}", 400, "invalid_value", "channels");
  assert_fails (self, "PUT", "/rules", "{\"channels\": \"/a\", \"planet\": 1}", 400, "unknown_field", "planet");
  assert_fails (self, "PUT", "/rules", "{\"channels\": \"/a\", \"max_size\": -1}", 400, "invalid_value", "max_size");
  assert_fails (self, "PUT", "/rules", "{\"channels\": \"/a\", \"max_size\": 67108865}", 400, "invalid_value", NULL);
  assert_fails (self, "PUT", "/rules", "{\"channels\": \"/a\", \"text\": false, \"binary\": false}", 400, "invalid_value", "text");
  assert_fails (self, "PUT", "/rules", "{\"channels\": \"/a\", \"on_failure\": \"shout\"}", 400, "invalid_value", "on_failure");
  assert_fails (self, "PATCH", "/rules/2", "{\"channels\": \"/taken\"}", 400, "invalid_value", "channels");
  assert_fails (self, "GET", "/rules?planet=1", NULL, 400, "unknown_field", "planet");
  assert_fails (self, "POST", "/rules", "{}", 405, "method_not_allowed", NULL);
  assert_fails (self, "POST", "/rules/test", "{\"message\": \"1\"}", 400, "missing_field", "channel");
  assert_fails (self, "POST", "/rules/test", "{\"channel\": \"/a\"}", 400, "missing_field", "message");
  assert_fails (self, "POST", "/rules/test", "{\"channel\": \"/api\", \"message\": \"1\"}", 400, "invalid_value", "channel");

  /* A fault in a schema, with its place. */
  fault = call (self, "PUT", "/rules", "{\"channels\": \"/a\", \"schema\": \"{\\n \\\"properties\\\": {\\\"x\\\": {\\\"type\\\": \\\"strin\\\"}}}\"}", 400);
  g_assert_cmpstr (get_string (fault, "field"), ==, "schema");
  g_assert_cmpstr (get_string (fault, "pointer"), ==, "/properties/x/type");
  g_assert_cmpint (get_int (fault, "line"), ==, 2);
  g_assert_cmpint (get_int (fault, "column"), ==, 31);
  g_assert_cmpint (get_int (fault, "offset"), ==, 32);
  syntax = call (self, "PUT", "/rules", "{\"channels\": \"/a\", \"schema\": \"{\"}", 400);
  g_assert_false (json_object_has_member (syntax, "pointer"));
  g_assert_cmpint (get_int (syntax, "line"), ==, 1);
  g_assert_cmpuint (count (self, "/rules", "rules"), ==, 2);
}

static void
test_test (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) failed = NULL;
  g_autoptr (JsonObject) passed = NULL;
  g_autoptr (JsonObject) none = NULL;
  g_autoptr (JsonObject) binary = NULL;
  JsonObject *error;

  json_object_unref (call (self, "PUT", "/rules",
                           "{\"channels\": \"/news\", \"binary\": false, \"schema\": \"{\\\"properties\\\": {\\\"t\\\": {\\\"maximum\\\": 60}}}\"}", 201));
  failed = call (self, "POST", "/rules/test", "{\"channel\": \"/news\", \"message\": \"{\\\"t\\\": 120}\"}", 200);
  g_assert_false (json_object_get_boolean_member (failed, "passed"));
  g_assert_cmpstr (get_string (failed, "code"), ==, "schema");
  g_assert_cmpint (get_int (failed, "rule"), ==, 1);
  error = json_array_get_object_element (json_object_get_array_member (failed, "errors"), 0);
  g_assert_cmpstr (get_string (error, "cause"), ==, "maximum");
  g_assert_cmpstr (get_string (error, "pointer"), ==, "/t");
  g_assert_cmpstr (get_string (error, "schema_pointer"), ==, "/properties/t/maximum");
  g_assert_cmpint (get_int (error, "offset"), ==, 6);
  g_assert_cmpint (get_int (error, "length"), ==, 3);
  g_assert_cmpint (get_int (error, "column"), ==, 7);

  passed = call (self, "POST", "/rules/test", "{\"channel\": \"/news\", \"message\": \"1\"}", 200);
  g_assert_true (json_object_get_boolean_member (passed, "passed"));
  g_assert_true (json_object_get_null_member (passed, "code"));
  none = call (self, "POST", "/rules/test", "{\"channel\": \"/x\", \"message\": \"1\"}", 200);
  g_assert_true (json_object_get_null_member (none, "rule"));
  binary = call (self, "POST", "/rules/test", "{\"channel\": \"/news\", \"base64\": \"AAE=\"}", 200);
  g_assert_cmpstr (get_string (binary, "code"), ==, "binary");
}

static void
test_schemas (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) listed = NULL;
  JsonObject *document;

  json_object_unref (call (self, "PUT", "/schemas", "{\"uri\": \"" PERSON "\", \"schema\": \"true\"}", 200));
  listed = call (self, "GET", "/schemas", NULL, 200);
  document = json_array_get_object_element (json_object_get_array_member (listed, "schemas"), 0);
  g_assert_cmpstr (get_string (document, "uri"), ==, PERSON);
  g_assert_cmpstr (get_string (document, "schema"), ==, "true");
  g_assert_cmpint (get_int (document, "size"), ==, 4);
  g_assert_cmpint (get_int (document, "rules"), ==, 0);
  json_object_unref (call (self, "PUT", "/rules", "{\"channels\": \"/news\", \"schema\": \"{\\\"$ref\\\": \\\"" PERSON "\\\"}\"}", 201));
  g_clear_pointer (&listed, json_object_unref);
  listed = call (self, "GET", "/schemas?uri=" PERSON, NULL, 200);
  document = json_array_get_object_element (json_object_get_array_member (listed, "schemas"), 0);
  g_assert_cmpint (get_int (document, "rules"), ==, 1);

  assert_fails (self, "DELETE", "/schemas?uri=" PERSON, NULL, 409, "wrong_state", NULL);
  assert_fails (self, "DELETE", "/schemas", NULL, 400, "missing_field", "uri");
  assert_fails (self, "DELETE", "/schemas?uri=x", NULL, 404, "not_found", NULL);
  assert_fails (self, "PUT", "/schemas", "{\"uri\": \"person\", \"schema\": \"true\"}", 400, "invalid_value", "uri");
  assert_fails (self, "PUT", "/schemas", "{\"uri\": \"" PERSON "\"}", 400, "missing_field", "schema");
  assert_fails (self, "PUT", "/schemas", "{\"uri\": \"" PERSON "\", \"schema\": \"7\"}", 400, "invalid_value", "schema");
  json_object_unref (call (self, "DELETE", "/rules/1", NULL, 200));
  json_object_unref (call (self, "DELETE", "/schemas?uri=" PERSON, NULL, 200));
  g_assert_cmpuint (count (self, "/schemas", "schemas"), ==, 0);
}

/* The largest schema can be sent, whatever the largest message is, and written with an escape for each byte. */
static void
test_largest_schema (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) body = g_string_new ("{\"channels\": \"/news\", \"schema\": \"{");
  g_autoptr (GError) error = NULL;

  g_assert_true (sb_settings_override (sb_engine_get_settings (self->engine.engine), "max-message-size", "128", &error));
  for (gsize length = 1; length < 256 * 1024 - 1; length++)
    g_string_append (body, "\\n");
  g_string_append (body, "}\"}");
  json_object_unref (call (self, "PUT", "/rules", body->str, 201));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/control-rules/" path, Fixture, NULL, set_up, func, tear_down)

  ADD ("life", test_life);
  ADD ("wrong-input", test_wrong_input);
  ADD ("test", test_test);
  ADD ("schemas", test_schemas);
  ADD ("largest-schema", test_largest_schema);

  return g_test_run ();
}
