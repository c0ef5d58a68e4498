/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control-fixture.h"
#include "control/sb-control-socket.h"

#include <sys/socket.h>
#include <unistd.h>

/* What there is to see without a window: what is said, as a list and as a stream, who left, and which channels are in use. */

#define MAX_FOLLOWERS 16

/* --- messages that nobody had to send --- */

static SbPeer *
make_peer (guint64 id, gint64 token, const char *channel)
{
  SbPeer *peer = sb_peer_new ();

  peer->id = id;
  peer->token_id = token;
  peer->token_label = g_strdup ("kiosk");
  peer->token_hint = g_strdup ("sbx_7Kq2…f3Zd");
  peer->address = g_strdup ("192.168.1.30");
  peer->channel = g_strdup (channel);
  return peer;
}

/* @peer (nullable) stays the caller's. */
static void
append (Fixture *self, SbPeer *peer, const char *text)
{
  SbTrafficRecord record = { .time = g_get_real_time (), .direction = peer != NULL ? SB_DIRECTION_FROM_CLIENT : SB_DIRECTION_BROADCAST,
                             .peer = peer != NULL ? sb_peer_ref (peer) : NULL, .target = peer != NULL ? NULL : g_strdup ("everyone"),
                             .payload = g_bytes_new (text, strlen (text)), .size = strlen (text), .offset = G_MAXUINT64 };

  sb_traffic_log_append (sb_engine_get_traffic (self->engine.engine), &record, 1);
}

static void
append_rejected (Fixture *self, SbPeer *peer, const char *text)
{
  SbTrafficRecord record = { .time = g_get_real_time (), .peer = sb_peer_ref (peer), .payload = g_bytes_new (text, strlen (text)),
                             .size = strlen (text), .rejection = SB_REJECTED_SCHEMA, .reason = g_strdup ("/n: too much"),
                             .pointer = g_strdup ("/n"), .rule_id = 3, .told = TRUE };

  sb_traffic_log_append (sb_engine_get_traffic (self->engine.engine), &record, 1);
}

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

/* --- the stream --- */

/* Whoever follows, by bytes: what came of the answer so far, and its body without chunks. */
typedef struct
{
  int fd;
  GString *bytes;
  gsize n_parsed;    /* of them */
  gboolean has_head;
  gboolean chunked;
  gboolean ended;    /* by the last chunk */
  gboolean closed;
  GString *body;
} Reader;

static void
reader_free (Reader *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_string_free (self->bytes, TRUE);
  g_string_free (self->body, TRUE);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

static Reader *
reader_new_full (Fixture *self, const char *query, const char *version)
{
  g_autofree char *request = g_strdup_printf ("GET /traffic?follow=true%s HTTP/%s\r\nHost: x\r\n\r\n", query, version);
  g_autoptr (GSocketAddress) address = NULL;
  struct sockaddr_storage native;
  Reader *reader = g_new0 (Reader, 1);
  int dir_fd = -1;

  address = sb_control_socket_address_new (self->engine.store.folder, &dir_fd, NULL);
  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  reader->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_cmpint (connect (reader->fd, (struct sockaddr *) &native, (socklen_t) g_socket_address_get_native_size (address)), ==, 0);
  g_assert_cmpint (send (reader->fd, request, strlen (request), MSG_NOSIGNAL), ==, strlen (request));
  reader->bytes = g_string_new (NULL);
  reader->body = g_string_new (NULL);
  return reader;
}

/* RFC 9112 §7.1, strictly. FALSE: not all of a chunk is there. */
static gboolean
take_chunk (Reader *self)
{
  const char *begin = self->bytes->str + self->n_parsed;
  const char *end = strstr (begin, "\r\n");
  guint64 length;
  gsize head;

  if (self->ended || end == NULL)
    return FALSE;
  head = (gsize) (end + 2 - begin);
  g_assert_cmpuint (strspn (begin, "0123456789abcdef"), ==, head - 2);
  length = g_ascii_strtoull (begin, NULL, 16);
  if (self->bytes->len - self->n_parsed < head + length + 2)
    return FALSE;
  g_assert_cmpint (memcmp (begin + head + length, "\r\n", 2), ==, 0);
  g_string_append_len (self->body, begin + head, (gssize) length);
  self->n_parsed += head + length + 2;
  self->ended = length == 0;
  return TRUE;
}

static void
take_head (Reader *self)
{
  const char *end = strstr (self->bytes->str, "\r\n\r\n");

  if (end == NULL)
    return;
  self->has_head = TRUE;
  self->n_parsed = (gsize) (end + 4 - self->bytes->str);
  self->chunked = strstr (self->bytes->str, "Transfer-Encoding: chunked\r\n") != NULL;
}

/* Reads what is there. */
static void
reader_read (Reader *self)
{
  char buffer[65536];
  ssize_t n;

  while ((n = recv (self->fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (self->bytes, buffer, n);
  self->closed = n == 0;
  if (!self->has_head)
    take_head (self);
  if (self->has_head && self->chunked)
    {
      while (take_chunk (self))
        ;
    }
  else if (self->has_head)
    {
      g_string_append (self->body, self->bytes->str + self->n_parsed);
      self->n_parsed = self->bytes->len;
    }
}

/* Follows from now on, when it returns. */
static Reader *
reader_new (Fixture *self, const char *query)
{
  Reader *reader = reader_new_full (self, query, "1.1");

  sb_test_wait ((reader_read (reader), reader->has_head));
  g_assert_true (g_str_has_prefix (reader->bytes->str, "HTTP/1.1 200 OK\r\n"));
  g_assert_nonnull (strstr (reader->bytes->str, "Content-Type: application/x-ndjson\r\n"));
  g_assert_true (reader->chunked);
  return reader;
}

/* The next whole line, waited for. */
static JsonObject *
reader_next (Reader *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  const char *end;
  JsonObject *object;

  sb_test_wait ((reader_read (self), strchr (self->body->str, '\n') != NULL));
  end = strchr (self->body->str, '\n');
  json_parser_load_from_data (parser, self->body->str, end - self->body->str, &error);
  g_assert_no_error (error);
  g_string_erase (self->body, 0, end + 1 - self->body->str);
  object = json_object_ref (json_node_get_object (json_parser_get_root (parser)));
  return object;
}

/* The same, as "message /news 1", "joined /news", "missed 3". */
static char *
reader_next_text (Reader *self)
{
  g_autoptr (JsonObject) line = reader_next (self);
  const char *event = get_string (line, "event");

  if (g_str_equal (event, "message"))
    return g_strdup_printf ("message %s %s", json_object_get_null_member (line, "channel") ? get_string (line, "target") : get_string (line, "channel"),
                            get_string (line, "message"));
  if (json_object_has_member (line, "channel"))
    return g_strdup_printf ("%s %s", event, get_string (line, "channel"));
  return g_strdup_printf ("%s %" G_GINT64_FORMAT, event, get_int (line, event));
}

static void
expect_line (Reader *self, const char *expected)
{
  g_autofree char *text = reader_next_text (self);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_follow (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (Reader) reader = NULL;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (JsonObject) left = NULL;

  issue (self, "{\"label\":\"kiosk\"}", &secret);
  reader = reader_new (self, "");
  client = engine_connect (self->engine.engine, "/news", secret);
  expect_line (reader, "joined /news");
  sb_test_client_send_text (client, "[1]");
  expect_line (reader, "message /news [1]");
  json_object_unref (call (self, "POST", "/broadcasts", "{\"message\":\"[2]\",\"everyone\":true}", 201));
  expect_line (reader, "message everyone [2]");
  /* In one breath: what was said comes before the good-bye. */
  sb_test_client_send_text (client, "[3]");
  sb_test_client_send_close (client, 1000, "bye");
  expect_line (reader, "message /news [3]");
  left = reader_next (reader);
  g_assert_cmpstr (get_string (left, "event"), ==, "left");
  g_assert_cmpint (get_int (left, "code"), ==, 1000);
  g_assert_cmpstr (get_string (left, "reason"), ==, "bye");
  g_assert_cmpstr (get_string (left, "closed_by"), ==, "client");
}

static void
test_where_following_begins (Fixture *self, gconstpointer data)
{
  static const struct { const char *query; const char *first; } cases[] = {
    { "", "message /news 5" },
    { "&limit=0", "message /news 5" },
    { "&limit=2", "message /room/1 3" },
    { "&limit=100", "message /news 1" },
    { "&limit=1&channel=/room/*", "message /room/1 4" },
    { "&limit=1&channel=/else", "message /else 6" },
    { "&after=0", "message /news 1" },
    { "&after=3", "message /room/1 4" },
    { "&after=4", "message /news 5" },
    { "&after=1000", "message /news 5" },
    { "&rejected=true", "message /news 7" },
    { "&direction=broadcast", "message everyone 8" },
    { "&text=6", "message /else 6" },
    { "&client=9", "message /else 6" },
    { "&token=77", "message /else 6" },
  };
  g_autoptr (SbPeer) news = make_peer (7, 5, "/news");
  g_autoptr (SbPeer) room = make_peer (8, 6, "/room/1");
  g_autoptr (SbPeer) other = make_peer (9, 77, "/else");
  Reader *readers[G_N_ELEMENTS (cases)];

  append (self, news, "1");
  append (self, news, "2");
  append (self, room, "3");
  append (self, room, "4");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    readers[i] = reader_new (self, cases[i].query);
  append (self, news, "5");
  append (self, other, "6");
  append_rejected (self, news, "7");
  append (self, NULL, "8");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].query);
      expect_line (readers[i], cases[i].first);
      reader_free (readers[i]);
    }
}

/* Where only some messages are asked for, comings and goings are no answer. */
static void
test_whose_comings_are_told (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (Reader) of_news = reader_new (self, "&channel=/news");
  g_autoptr (Reader) of_rejected = reader_new (self, "&rejected=true");
  g_autoptr (SbTestClient) other = NULL, client = NULL;

  issue (self, "{\"label\":\"kiosk\"}", &secret);
  other = engine_connect (self->engine.engine, "/other", secret);
  client = engine_connect (self->engine.engine, "/news", secret);
  sb_test_client_send_text (client, "nonsense");
  expect_line (of_news, "joined /news");
  expect_line (of_news, "message /news nonsense");
  expect_line (of_rejected, "message /news nonsense");
}

/* It gets what there is room for, and a number for all else. */
static void
test_slow_reader (Fixture *self, gconstpointer data)
{
  const guint n = 5000;
  g_autoptr (SbPeer) peer = make_peer (7, 5, "/news");
  g_autofree char *text = g_strnfill (1000, '1');
  g_autoptr (Reader) reader = NULL;
  guint64 n_messages = 0, n_missed = 0, last = 0;

  engine_set (self->engine.engine, "traffic-messages", "100");
  reader = reader_new (self, "");
  for (guint i = 0; i < n; i++)
    {
      append (self, peer, text);
      sb_test_iterate ();
    }
  sb_traffic_log_add_not_kept (sb_engine_get_traffic (self->engine.engine), 17);

  while (n_messages + n_missed < n)
    {
      g_autoptr (JsonObject) line = reader_next (reader);
      const char *event = get_string (line, "event");

      if (g_str_equal (event, "missed"))
        {
          n_missed += (guint64) get_int (line, "missed");
          continue;
        }
      if (g_str_equal (event, "not_kept"))
        {
          g_assert_cmpint (get_int (line, "not_kept"), ==, 17);
          continue;
        }
      /* The number of each is what was told and what was missed before it. */
      g_assert_cmpstr (event, ==, "message");
      n_messages++;
      g_assert_cmpint (get_int (line, "id"), ==, n_messages + n_missed);
      g_assert_cmpint (get_int (line, "id"), >, last);
      last = (guint64) get_int (line, "id");
    }
  g_assert_cmpuint (n_messages + n_missed, ==, n);
  g_assert_cmpuint (last, ==, n);
  g_assert_cmpuint (n_missed, >, 1000);
  g_assert_cmpuint (n_messages, >, 100);
}

static void
test_not_kept_is_told (Fixture *self, gconstpointer data)
{
  SbTrafficLog *log = sb_engine_get_traffic (self->engine.engine);
  g_autoptr (Reader) reader = NULL;

  sb_traffic_log_add_not_kept (log, 5);
  reader = reader_new (self, "");
  sb_traffic_log_add_not_kept (log, 120);
  expect_line (reader, "not_kept 120");
  sb_traffic_log_clear (log);
  sb_traffic_log_add_not_kept (log, 3);
  expect_line (reader, "not_kept 3");
}

static void
test_as_many_as_may (Fixture *self, gconstpointer data)
{
  Reader *readers[MAX_FOLLOWERS];
  g_autoptr (Reader) refused = NULL;
  g_autoptr (Reader) again = NULL;
  g_autoptr (SbPeer) peer = make_peer (7, 5, "/news");

  for (guint i = 0; i < MAX_FOLLOWERS; i++)
    readers[i] = reader_new (self, "");
  refused = reader_new_full (self, "", "1.1");
  sb_test_wait ((reader_read (refused), refused->closed));
  g_assert_true (g_str_has_prefix (refused->bytes->str, "HTTP/1.1 503 "));
  g_assert_nonnull (strstr (refused->bytes->str, "\"error\":\"too_many\""));

  /* Nobody says anything, and still it is noticed that one has gone. */
  g_clear_pointer (&readers[3], reader_free);
  sb_test_iterate ();
  again = reader_new (self, "");
  append (self, peer, "1");
  expect_line (again, "message /news 1");
  for (guint i = 0; i < MAX_FOLLOWERS; i++)
    if (readers[i] != NULL)
      {
        expect_line (readers[i], "message /news 1");
        reader_free (readers[i]);
      }
}

static void
test_end (Fixture *self, gconstpointer data)
{
  g_autoptr (SbPeer) peer = make_peer (7, 5, "/news");
  g_autoptr (Reader) reader = reader_new (self, "");

  append (self, peer, "1");
  sb_control_close (self->control);
  sb_test_wait ((reader_read (reader), reader->closed));
  g_assert_true (reader->ended);
  expect_line (reader, "message /news 1");
}

/* There is no time for all of it, and it is said how much that was. */
static void
test_end_in_the_middle (Fixture *self, gconstpointer data)
{
  const guint n = 50000;
  g_autoptr (SbPeer) peer = make_peer (7, 5, "/news");
  g_autofree SbTrafficRecord *records = g_new0 (SbTrafficRecord, n);
  g_autoptr (Reader) reader = reader_new (self, "");
  guint64 n_told = 0;

  for (guint i = 0; i < n; i++)
    records[i] = (SbTrafficRecord){ .time = 1, .peer = sb_peer_ref (peer), .payload = g_bytes_new_static ("1", 1), .size = 1 };
  sb_traffic_log_append (sb_engine_get_traffic (self->engine.engine), records, n);
  sb_control_close (self->control);
  sb_test_wait ((reader_read (reader), reader->closed));
  /* A reader that takes all at once hears the end of it as well. */
  if (reader->ended)
    {
      while (n_told < n)
        {
          g_autoptr (JsonObject) line = reader_next (reader);

          n_told += g_str_equal (get_string (line, "event"), "missed") ? (guint64) get_int (line, "missed") : 1;
        }
      g_assert_cmpuint (n_told, ==, n);
      g_assert_cmpuint (reader->body->len, ==, 0);
    }
  else
    g_assert_cmpuint (reader->bytes->len, >, 100000);
}

/* Whose HTTP knows no chunks reads to the end. */
static void
test_old_http (Fixture *self, gconstpointer data)
{
  g_autoptr (SbPeer) peer = make_peer (7, 5, "/news");
  g_autoptr (Reader) reader = reader_new_full (self, "&after=0", "1.0");

  append (self, peer, "1");
  sb_test_wait ((reader_read (reader), reader->has_head));
  g_assert_false (reader->chunked);
  expect_line (reader, "message /news 1");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/control-traffic/" path, Fixture, NULL, set_up, function, tear_down)
#define ADD_STARTED(path, function) g_test_add ("/control-traffic/" path, Fixture, NULL, set_up_started, function, tear_down)
#define ADD_LISTENING(path, function) \
  g_test_add ("/control-traffic/" path, Fixture, NULL, set_up_listening, function, tear_down_listening)
  ADD_STARTED ("what-a-client-said", test_what_a_client_said);
  ADD ("filters", test_filters);
  ADD ("what-the-log-does-not-have", test_what_the_log_does_not_have);
  ADD ("what-makes-no-sense", test_what_makes_no_sense);
  ADD_STARTED ("who-left", test_who_left);
  ADD_STARTED ("channels", test_channels);
  ADD_LISTENING ("follow", test_follow);
  ADD_LISTENING ("where-following-begins", test_where_following_begins);
  ADD_LISTENING ("whose-comings-are-told", test_whose_comings_are_told);
  ADD_LISTENING ("slow-reader", test_slow_reader);
  ADD_LISTENING ("not-kept-is-told", test_not_kept_is_told);
  ADD_LISTENING ("as-many-as-may", test_as_many_as_may);
  ADD_LISTENING ("end", test_end);
  ADD_LISTENING ("end-in-the-middle", test_end_in_the_middle);
  ADD_LISTENING ("old-http", test_old_http);

  return g_test_run ();
}
