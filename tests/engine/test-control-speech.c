/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control-fixture.h"

/* What is said by way of the control interface: now, by a name, or by itself. */

static void
test_broadcasts (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (JsonObject) text = NULL, binary = NULL, both = NULL, list = NULL, shown = NULL;
  JsonArray *broadcasts;

  issue (self, "{\"label\":\"x\"}", &secret);
  client = engine_connect (self->engine.engine, "/a", secret);

  text = call (self, "POST", "/broadcasts", "{\"everyone\":true,\"message\":\"\\\"Grüße\\\"\"}", 201);
  sb_test_client_expect_text (client, "\"Grüße\"");
  g_assert_cmpstr (get_string (text, "target"), ==, "everyone");
  g_assert_cmpstr (get_string (text, "state"), ==, "complete");
  g_assert_cmpstr (get_string (text, "message"), ==, "\"Grüße\"");
  g_assert_false (json_object_get_boolean_member (text, "cut"));
  g_assert_cmpint (get_int (text, "size"), ==, 9);
  g_assert_cmpint (get_int (text, "targeted"), ==, 1);
  g_assert_cmpint (get_int (text, "pending"), ==, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (text, "dropped_clients")), ==, 0);

  binary = call (self, "POST", "/broadcasts", "{\"channels\":[\"/a\"],\"base64\":\"AAEC\"}", 201);
  sb_test_client_expect_binary (client, "\0\1\2", 3);
  g_assert_true (json_object_get_boolean_member (binary, "binary"));
  g_assert_cmpstr (get_string (binary, "base64"), ==, "AAEC");

  both = call (self, "POST", "/broadcasts", "{\"tokens\":[1],\"clients\":[1,77],\"message\":\"1\"}", 201);
  sb_test_client_expect_text (client, "1");
  g_assert_cmpint (get_int (both, "targeted"), ==, 1);

  list = call (self, "GET", "/broadcasts?limit=2", NULL, 200);
  broadcasts = json_object_get_array_member (list, "broadcasts");
  g_assert_cmpuint (json_array_get_length (broadcasts), ==, 2);
  g_assert_cmpint (get_int (json_array_get_object_element (broadcasts, 0), "id"), ==, 3);
  shown = call (self, "GET", "/broadcasts/1", NULL, 200);
  g_assert_cmpstr (get_string (shown, "message"), ==, "\"Grüße\"");
}

static void
test_templates (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (JsonObject) saved = NULL, plain = NULL, changed = NULL, list = NULL, sent = NULL, again = NULL, gone = NULL;

  issue (self, "{\"label\":\"x\"}", &secret);
  client = engine_connect (self->engine.engine, "/a", secret);

  saved = call (self, "POST", "/templates", "{\"name\":\" stop \",\"channels\":[\"/a\"],\"message\":\"[1]\"}", 201);
  g_assert_cmpint (get_int (saved, "id"), ==, 1);
  g_assert_cmpstr (get_string (saved, "name"), ==, "stop");
  g_assert_cmpstr (get_string (saved, "target"), ==, "/a");
  plain = call (self, "POST", "/templates", "{\"name\":\"go\",\"base64\":\"AAEC\"}", 201);
  g_assert_true (json_object_get_null_member (plain, "target"));
  json_object_unref (call (self, "POST", "/templates", "{\"name\":\"STOP\",\"message\":\"1\"}", 409));
  json_object_unref (call (self, "POST", "/templates", "{\"message\":\"1\"}", 400));
  json_object_unref (call (self, "POST", "/templates", "{\"name\":\"x\",\"message\":\"{\"}", 400));

  changed = call (self, "PATCH", "/templates/1", "{\"name\":\"halt\"}", 200);
  g_assert_cmpstr (get_string (changed, "message"), ==, "[1]");
  g_assert_cmpstr (get_string (changed, "target"), ==, "/a");
  list = call (self, "GET", "/templates", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (list, "templates")), ==, 2);

  sent = call (self, "POST", "/templates/1/send", NULL, 201);
  sb_test_client_expect_text (client, "[1]");
  g_assert_cmpstr (get_string (sent, "target"), ==, "/a");
  /* Without a target of its own it has to be given one: never everyone by itself. */
  json_object_unref (call (self, "POST", "/templates/2/send", NULL, 400));
  again = call (self, "POST", "/templates/2/send", "{\"everyone\":true}", 201);
  sb_test_client_expect_binary (client, "\0\1\2", 3);
  g_assert_true (json_object_has_member (again, "targeted"));

  gone = call (self, "DELETE", "/templates/1", NULL, 200);
  g_assert_true (json_object_get_boolean_member (gone, "deleted"));
  json_object_unref (call (self, "GET", "/templates/1", NULL, 404));
  json_object_unref (call (self, "DELETE", "/templates/1", NULL, 404));
  json_object_unref (call (self, "PATCH", "/templates/1", "{}", 404));
  json_object_unref (call (self, "POST", "/templates/1/send", NULL, 404));
}

static void
test_schedules (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonObject) hourly = NULL, list = NULL, shown = NULL, stopped = NULL, later = NULL;

  hourly = call (self, "POST", "/schedules", "{\"everyone\":true,\"message\":\"1\",\"every\":3600,\"times\":9}", 201);
  g_assert_cmpint (get_int (hourly, "every"), ==, 3600);
  g_assert_cmpint (get_int (hourly, "times"), ==, 9);
  g_assert_cmpstr (get_string (hourly, "target"), ==, "everyone");
  json_object_unref (call (self, "POST", "/templates", "{\"name\":\"x\",\"channels\":[\"/a\"],\"message\":\"2\"}", 201));
  later = call (self, "POST", "/schedules", "{\"template\":1,\"at\":\"2027-01-01T00:00:00Z\"}", 201);
  g_assert_cmpstr (get_string (later, "message"), ==, "2");
  g_assert_cmpstr (get_string (later, "next_at"), ==, "2027-01-01T00:00:00.000Z");

  json_object_unref (call (self, "POST", "/schedules", "{\"everyone\":true,\"message\":\"1\"}", 400));
  json_object_unref (call (self, "POST", "/schedules", "{\"message\":\"1\",\"every\":5}", 400));
  json_object_unref (call (self, "POST", "/schedules", "{\"clients\":[1],\"message\":\"1\",\"every\":5}", 400));
  json_object_unref (call (self, "POST", "/schedules", "{\"template\":7,\"every\":5}", 404));
  json_object_unref (call (self, "POST", "/schedules", "{\"template\":1,\"message\":\"1\",\"every\":5}", 400));
  json_object_unref (call (self, "POST", "/schedules", "{\"everyone\":true,\"message\":\"1\",\"at\":\"2020-01-01T00:00:00Z\"}", 400));

  list = call (self, "GET", "/schedules", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (list, "schedules")), ==, 2);
  shown = call (self, "GET", "/schedules/1", NULL, 200);
  g_assert_cmpint (get_int (shown, "id"), ==, 1);
  stopped = call (self, "DELETE", "/schedules/1", NULL, 200);
  g_assert_true (json_object_get_boolean_member (stopped, "stopped"));
  json_object_unref (call (self, "DELETE", "/schedules/1", NULL, 404));
  json_object_unref (call (self, "GET", "/schedules/1", NULL, 404));
}

static void
test_retained (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL, newcomer = NULL, binary_newcomer = NULL;
  g_autoptr (JsonObject) sent = NULL, plain = NULL, list = NULL, shown = NULL, gone = NULL, empty = NULL, direct = NULL;
  JsonObject *one;

  issue (self, "{\"label\":\"x\"}", &secret);
  client = engine_connect (self->engine.engine, "/a", secret);
  empty = call (self, "GET", "/retained", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (empty, "retained")), ==, 0);

  sent = call (self, "POST", "/broadcasts", "{\"channels\":[\"/a\"],\"message\":\"[1]\",\"retain\":true}", 201);
  g_assert_true (json_object_get_boolean_member (sent, "retained"));
  sb_test_client_expect_text (client, "[1]");
  newcomer = engine_connect (self->engine.engine, "/a", secret);
  sb_test_client_expect_text (newcomer, "[1]");
  plain = call (self, "POST", "/broadcasts", "{\"everyone\":true,\"message\":\"2\",\"retain\":false}", 201);
  g_assert_false (json_object_get_boolean_member (plain, "retained"));

  json_object_unref (call (self, "POST", "/templates", "{\"name\":\"x\",\"base64\":\"AAEC\"}", 201));
  json_object_unref (call (self, "POST", "/templates/1/send", "{\"everyone\":true,\"retain\":true}", 201));
  binary_newcomer = engine_connect (self->engine.engine, "/b", secret);
  sb_test_client_expect_binary (binary_newcomer, "\0\1\2", 3);

  list = call (self, "GET", "/retained", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (list, "retained")), ==, 2);
  one = json_array_get_object_element (json_object_get_array_member (list, "retained"), 0);
  g_assert_cmpint (get_int (one, "id"), ==, 2);
  g_assert_cmpstr (get_string (one, "channels"), ==, "**");
  g_assert_cmpstr (get_string (one, "base64"), ==, "AAEC");
  shown = call (self, "GET", "/retained/1", NULL, 200);
  g_assert_cmpstr (get_string (shown, "channels"), ==, "/a");
  g_assert_cmpstr (get_string (shown, "message"), ==, "[1]");
  g_assert_cmpint (get_int (shown, "delivered"), ==, 1);
  g_assert_cmpint (get_int (shown, "size"), ==, 3);
  g_assert_cmpstr (get_string (shown, "since"), ==, get_string (sent, "sent_at"));

  direct = call (self, "POST", "/broadcasts", "{\"tokens\":[1],\"message\":\"1\",\"retain\":true}", 400);
  g_assert_cmpstr (get_string (direct, "error"), ==, "invalid_value");
  g_assert_cmpstr (get_string (direct, "field"), ==, "retain");
  json_object_unref (call (self, "POST", "/clients/1/send", "{\"message\":\"1\",\"retain\":true}", 400));
  json_object_unref (call (self, "POST", "/schedules", "{\"everyone\":true,\"message\":\"1\",\"every\":5,\"retain\":true}", 400));
  json_object_unref (call (self, "POST", "/broadcasts", "{\"everyone\":true,\"message\":\"1\",\"retain\":1}", 400));

  gone = call (self, "DELETE", "/retained/1", NULL, 200);
  g_assert_true (json_object_get_boolean_member (gone, "removed"));
  json_object_unref (call (self, "GET", "/retained/1", NULL, 404));
  json_object_unref (call (self, "DELETE", "/retained/1", NULL, 404));
  json_object_unref (call (self, "PATCH", "/retained/2", "{}", 405));
}

static void
test_long_messages_are_cut_in_lists (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) message = g_string_new ("\"");
  g_autofree char *body = NULL;
  g_autoptr (JsonObject) sent = NULL, list = NULL, whole = NULL;
  JsonObject *shown;

  /* Two bytes each, beginning at an odd place: the cut may not go through one. */
  for (guint i = 0; i < 5000; i++)
    g_string_append (message, "ü");
  g_string_append_c (message, '"');
  body = g_strdup_printf ("{\"everyone\":true,\"message\":\"\\\"%.*s\\\"\"}", (int) message->len - 2, message->str + 1);
  sent = call (self, "POST", "/broadcasts", body, 201);
  g_assert_true (json_object_get_boolean_member (sent, "cut"));

  list = call (self, "GET", "/broadcasts", NULL, 200);
  shown = json_array_get_object_element (json_object_get_array_member (list, "broadcasts"), 0);
  g_assert_true (json_object_get_boolean_member (shown, "cut"));
  g_assert_cmpuint (strlen (get_string (shown, "message")), ==, 4095);
  g_assert_true (g_str_has_prefix (message->str, get_string (shown, "message")));

  whole = call (self, "GET", "/broadcasts/1", NULL, 200);
  g_assert_false (json_object_get_boolean_member (whole, "cut"));
  g_assert_cmpstr (get_string (whole, "message"), ==, message->str);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD_STARTED(path, function) g_test_add ("/control-speech/" path, Fixture, NULL, set_up_started, function, tear_down)
  ADD_STARTED ("broadcasts", test_broadcasts);
  ADD_STARTED ("templates", test_templates);
  ADD_STARTED ("retained", test_retained);
  ADD_STARTED ("schedules", test_schedules);
  ADD_STARTED ("long-messages-are-cut-in-lists", test_long_messages_are_cut_in_lists);

  return g_test_run ();
}
