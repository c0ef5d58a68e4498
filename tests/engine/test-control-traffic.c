/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic-fixture.h"

/* What there is to see without a window: what was said, who left, and which channels are in use. */

/* The ids in the answer to GET /traffic?QUERY, with commas between. */
static char *
list_ids (Fixture *self, const char *query)
{
  g_autofree char *path = g_strconcat ("/traffic", query, NULL);
  g_autoptr (JsonObject) answer = call (self, "GET", path, NULL, 200);
  JsonArray *messages = json_object_get_array_member (answer, "messages");
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (messages); i++)
    g_string_append_printf (ids, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", get_int (json_array_get_object_element (messages, i), "id"));
  g_string_append (ids, json_object_get_boolean_member (answer, "more") ? "+" : "");
  return g_string_free (ids, FALSE);
}

/* --- the list --- */

static void
test_what_a_client_said (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  gint64 token = issue (self, "{\"label\":\"kiosk\"}", &secret);
  g_autoptr (SbTestClient) client = engine_connect (self->engine.engine, "/news", secret);
  g_autoptr (JsonObject) answer = NULL, rejected = NULL, binary = NULL;
  JsonArray *messages;
  JsonObject *message;

  sb_test_client_send_text (client, "{\"show\":true}");
  sb_test_client_send_text (client, "nonsense");
  sb_test_client_send_binary (client, "\001\002\377", 3);
  sb_test_wait (sb_traffic_log_get_n_logged (sb_engine_get_traffic (self->engine.engine)) == 3);

  answer = call (self, "GET", "/traffic", NULL, 200);
  g_assert_cmpint (get_int (answer, "kept"), ==, 3);
  g_assert_cmpint (get_int (answer, "logged"), ==, 3);
  g_assert_cmpint (get_int (answer, "not_kept"), ==, 0);
  g_assert_false (json_object_get_boolean_member (answer, "more"));
  messages = json_object_get_array_member (answer, "messages");
  g_assert_cmpuint (json_array_get_length (messages), ==, 3);
  message = json_array_get_object_element (messages, 0);
  g_assert_cmpint (get_int (message, "id"), ==, 1);
  g_assert_cmpstr (get_string (message, "direction"), ==, "client");
  g_assert_cmpint (get_int (message, "token"), ==, token);
  g_assert_cmpstr (get_string (message, "token_label"), ==, "kiosk");
  g_assert_cmpstr (get_string (message, "channel"), ==, "/news");
  g_assert_cmpstr (get_string (message, "message"), ==, "{\"show\":true}");
  g_assert_cmpint (get_int (message, "size"), ==, 13);
  g_assert_false (json_object_get_boolean_member (message, "rejected"));
  g_assert_true (json_object_get_null_member (message, "code"));
  g_assert_nonnull (get_string (message, "time"));

  rejected = call (self, "GET", "/traffic/2", NULL, 200);
  g_assert_true (json_object_get_boolean_member (rejected, "rejected"));
  g_assert_cmpstr (get_string (rejected, "code"), ==, "json");
  g_assert_cmpstr (get_string (rejected, "message"), ==, "nonsense");
  g_assert_nonnull (get_string (rejected, "reason"));
  binary = call (self, "GET", "/traffic/3", NULL, 200);
  g_assert_cmpstr (get_string (binary, "base64"), ==, "AQL/");
  g_assert_false (json_object_has_member (binary, "message"));
}

static void
test_filters (Fixture *self, gconstpointer data)
{
  static const struct { const char *query; const char *ids; } cases[] = {
    { "", "1,2,3,4,5" },
    { "?limit=2", "4,5+" },
    { "?limit=5", "1,2,3,4,5" },
    { "?limit=2&before=4", "2,3+" },
    { "?before=1", "" },
    { "?after=0&limit=2", "1,2+" },
    { "?after=3", "4,5" },
    { "?after=1&before=4", "2,3" },
    { "?after=99", "" },
    { "?channel=/news", "1,3" },
    { "?channel=/room/*", "2,4" },
    { "?channel=**", "1,2,3,4" },
    { "?client=8", "2,4" },
    { "?token=5", "1,3" },
    { "?token=9", "" },
    { "?direction=client", "1,2,3,4" },
    { "?direction=broadcast", "5" },
    { "?direction=direct", "" },
    { "?rejected=true", "3" },
    { "?rejected=false", "1,2,3,4,5" },
    { "?text=SECOND", "2" },
    { "?text=too much", "3" },
    { "?text=kiosk&limit=1", "4+" },
    { "?text=kiosk&client=7&rejected=true", "3" },
  };
  g_autoptr (SbPeer) news = make_peer (7, 5, "/news");
  g_autoptr (SbPeer) room = make_peer (8, 6, "/room/1");

  append (self, news, "\"first\"");
  append (self, room, "\"second\"");
  append_rejected (self, news, "\"third\"");
  append (self, room, "\"fourth\"");
  append (self, NULL, "\"fifth\"");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *ids = list_ids (self, cases[i].query);

      g_test_message ("%s", cases[i].query);
      g_assert_cmpstr (ids, ==, cases[i].ids);
    }
}

static void
test_what_the_log_does_not_have (Fixture *self, gconstpointer data)
{
  g_autoptr (SbPeer) peer = make_peer (7, 5, "/news");
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autofree char *ids = NULL;
  g_autoptr (JsonObject) answer = NULL, cut = NULL, whole = NULL;
  JsonObject *first;

  engine_set (self->engine.engine, "traffic-messages", "3");
  for (guint i = 0; i < 5; i++)
    append (self, peer, i == 4 ? long_text : "1");
  sb_traffic_log_add_not_kept (sb_engine_get_traffic (self->engine.engine), 12040);

  ids = list_ids (self, "?after=0");
  g_assert_cmpstr (ids, ==, "3,4,5");
  json_object_unref (call (self, "GET", "/traffic/2", NULL, 404));
  json_object_unref (call (self, "GET", "/traffic/6", NULL, 404));
  answer = call (self, "GET", "/traffic?limit=1", NULL, 200);
  g_assert_cmpint (get_int (answer, "kept"), ==, 3);
  g_assert_cmpint (get_int (answer, "logged"), ==, 5);
  g_assert_cmpint (get_int (answer, "not_kept"), ==, 12040);
  first = json_array_get_object_element (json_object_get_array_member (answer, "messages"), 0);
  g_assert_true (json_object_get_boolean_member (first, "cut"));
  g_assert_cmpuint (strlen (get_string (first, "message")), ==, 4096);
  g_assert_cmpint (get_int (first, "size"), ==, 5000);
  whole = call (self, "GET", "/traffic/5", NULL, 200);
  g_assert_false (json_object_get_boolean_member (whole, "cut"));
  g_assert_cmpstr (get_string (whole, "message"), ==, long_text);
}

static void
test_what_makes_no_sense (Fixture *self, gconstpointer data)
{
  static const struct { const char *path; const char *error; const char *field; } cases[] = {
    { "/traffic?limit=0", "invalid_value", "limit" },
    { "/traffic?limit=1001", "invalid_value", "limit" },
    { "/traffic?after=-1", "invalid_value", "after" },
    { "/traffic?before=0", "invalid_value", "before" },
    { "/traffic?channel=news", "invalid_value", "channel" },
    { "/traffic?client=x", "invalid_value", "client" },
    { "/traffic?token=0", "invalid_value", "token" },
    { "/traffic?direction=up", "invalid_value", "direction" },
    { "/traffic?rejected=yes", "invalid_value", "rejected" },
    { "/traffic?follow=1", "invalid_value", "follow" },
    { "/traffic?newest=3", "unknown_field", "newest" },
    { "/traffic?follow=true&before=3", "unknown_field", "before" },
    { "/left?limit=0", "invalid_value", "limit" },
    { "/left?after=1", "unknown_field", "after" },
    { "/left?channel=x", "invalid_value", "channel" },
    { "/channels?limit=x", "invalid_value", "limit" },
    { "/channels?channel=/a", "unknown_field", "channel" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) answer = call (self, "GET", cases[i].path, NULL, 400);

      g_assert_cmpstr (get_string (answer, "error"), ==, cases[i].error);
      g_assert_cmpstr (get_string (answer, "field"), ==, cases[i].field);
    }
  /* Whoever carries this request cannot carry a stream. */
  json_object_unref (call (self, "GET", "/traffic?follow=true", NULL, 409));
  json_object_unref (call (self, "POST", "/traffic", "{}", 405));
}

/* --- who left, and where who is --- */

static void
test_who_left (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  gint64 token = issue (self, "{\"label\":\"kiosk\"}", &secret);
  g_autoptr (SbTestClient) polite = engine_connect (self->engine.engine, "/a", secret);
  g_autoptr (SbTestClient) other = engine_connect (self->engine.engine, "/b", secret);
  g_autofree char *path = g_strdup_printf ("/left?token=%" G_GINT64_FORMAT "&limit=1", token);
  g_autoptr (JsonObject) nobody = call (self, "GET", "/left", NULL, 200);
  g_autoptr (JsonObject) all = NULL, newest = NULL, of_channel = NULL;
  JsonObject *one;

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (nobody, "clients")), ==, 0);
  sb_test_client_send_close (polite, 1000, "bye");
  sb_test_wait (engine_count_clients (self->engine.engine) == 1);
  json_object_unref (call (self, "POST", "/clients/2/disconnect", "{\"reason\":\"out\"}", 200));
  sb_test_client_expect_close (other, 3003, "disconnected by admin: out");
  sb_test_wait (engine_count_clients (self->engine.engine) == 0);

  all = call (self, "GET", "/left", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (all, "clients")), ==, 2);
  one = json_array_get_object_element (json_object_get_array_member (all, "clients"), 1);
  g_assert_cmpint (get_int (one, "id"), ==, 1);
  g_assert_cmpstr (get_string (one, "channel"), ==, "/a");
  g_assert_cmpint (get_int (one, "code"), ==, 1000);
  g_assert_cmpstr (get_string (one, "reason"), ==, "bye");
  g_assert_cmpstr (get_string (one, "closed_by"), ==, "client");
  g_assert_cmpstr (get_string (one, "state"), ==, "left");
  g_assert_nonnull (get_string (one, "left_at"));

  newest = call (self, "GET", path, NULL, 200);
  g_assert_true (json_object_get_boolean_member (newest, "more"));
  one = json_array_get_object_element (json_object_get_array_member (newest, "clients"), 0);
  g_assert_cmpint (get_int (one, "id"), ==, 2);
  g_assert_cmpstr (get_string (one, "closed_by"), ==, "admin");
  of_channel = call (self, "GET", "/left?channel=/a", NULL, 200);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (of_channel, "clients")), ==, 1);
}

static void
test_channels (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) a = NULL, b = NULL, c = NULL;
  g_autoptr (JsonObject) answer = NULL, page = NULL, rest = NULL;
  JsonArray *channels;
  JsonObject *news;

  issue (self, "{\"label\":\"kiosk\"}", &secret);
  a = engine_connect (self->engine.engine, "/news", secret);
  b = engine_connect (self->engine.engine, "/news", secret);
  c = engine_connect (self->engine.engine, "/another", secret);
  sb_test_client_send_text (a, "1");
  sb_test_client_send_text (b, "nonsense");
  sb_test_client_expect_text (b, "1");
  /* Rows are read four times a second. */
  do
    {
      g_clear_pointer (&answer, json_object_unref);
      answer = call (self, "GET", "/channels", NULL, 200);
      channels = json_object_get_array_member (answer, "channels");
      g_assert_cmpuint (json_array_get_length (channels), ==, 2);
      news = json_array_get_object_element (channels, 1);
      g_main_context_iteration (NULL, TRUE);
    }
  while (get_int (news, "messages_in") != 1 || get_int (news, "messages_out") < 2 || get_int (news, "rejected") != 1);
  g_assert_cmpstr (get_string (news, "channel"), ==, "/news");
  g_assert_cmpint (get_int (news, "clients"), ==, 2);
  g_assert_cmpint (get_int (news, "bytes_in"), >, 0);
  g_assert_true (json_object_has_member (news, "messages_per_second"));
  g_assert_cmpstr (get_string (json_array_get_object_element (channels, 0), "channel"), ==, "/another");

  page = call (self, "GET", "/channels?limit=1", NULL, 200);
  g_assert_true (json_object_get_boolean_member (page, "more"));
  rest = call (self, "GET", "/channels?limit=1&after=/another", NULL, 200);
  g_assert_false (json_object_get_boolean_member (rest, "more"));
  g_assert_cmpstr (get_string (json_array_get_object_element (json_object_get_array_member (rest, "channels"), 0), "channel"), ==, "/news");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/control-traffic/" path, Fixture, NULL, set_up, function, tear_down)
#define ADD_STARTED(path, function) g_test_add ("/control-traffic/" path, Fixture, NULL, set_up_started, function, tear_down)
  ADD_STARTED ("what-a-client-said", test_what_a_client_said);
  ADD ("filters", test_filters);
  ADD ("what-the-log-does-not-have", test_what_the_log_does_not_have);
  ADD ("what-makes-no-sense", test_what_makes_no_sense);
  ADD_STARTED ("who-left", test_who_left);
  ADD_STARTED ("channels", test_channels);

  return g_test_run ();
}
