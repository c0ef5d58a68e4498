/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-socket.h"
#include "traffic-fixture.h"

#include <sys/socket.h>
#include <unistd.h>

/* What is said as it is said: GET /traffic?follow=true. */

#define MAX_FOLLOWERS 16

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

#define ADD(path, function) \
  g_test_add ("/control-follow/" path, Fixture, NULL, set_up_listening, function, tear_down_listening)
  ADD ("follow", test_follow);
  ADD ("where-following-begins", test_where_following_begins);
  ADD ("whose-comings-are-told", test_whose_comings_are_told);
  ADD ("slow-reader", test_slow_reader);
  ADD ("not-kept-is-told", test_not_kept_is_told);
  ADD ("as-many-as-may", test_as_many_as_may);
  ADD ("end", test_end);
  ADD ("end-in-the-middle", test_end_in_the_middle);
  ADD ("old-http", test_old_http);

  return g_test_run ();
}
