/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control-fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Metrics, and where they are given by HTTP. */

#define MAX_CONNECTIONS 16

/* --- the format, strictly: https://prometheus.io/docs/instrumenting/exposition_formats/ --- */

static gsize
name_length (const char *text, gboolean of_label)
{
  gsize n = 0;

  while (g_ascii_isalpha (text[n]) || text[n] == '_' || (n > 0 && g_ascii_isdigit (text[n])) || (!of_label && text[n] == ':'))
    n++;
  return n;
}

/* What follows the labels, which begin at @text with their brace. */
static const char *
check_labels (const char *text)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  do
    {
      gsize n = name_length (++text, TRUE);

      g_assert_cmpuint (n, >, 0);
      g_assert_true (g_hash_table_add (names, g_strndup (text, n)));
      g_assert_true (g_str_has_prefix (text + n, "=\""));
      for (text += n + 2; *text != '"'; text++)
        {
          g_assert_cmpint (*text, !=, '\0');
          if (*text == '\\')
            g_assert_nonnull (strchr ("\\\"n", *++text));
        }
      text++;
    }
  while (*text == ',');
  g_assert_cmpint (*text, ==, '}');
  return text + 1;
}

/* A whole exposition: (element-type utf8 double*): each series, with its labels as they stand, and its value. */
static GHashTable *
parse (const char *text)
{
  GHashTable *series = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *family = NULL;
  g_autofree char *type = NULL;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpstr (lines[n - 1], ==, ""); /* the last line ends, too */
  for (guint i = 0; i + 1 < n; i++)
    {
      const char *line = lines[i];

      if (g_str_has_prefix (line, "# HELP "))
        {
          gsize length = name_length (line + 7, FALSE);

          g_free (family);
          family = g_strndup (line + 7, length);
          g_assert_cmpint (line[7 + length], ==, ' ');
          g_assert_cmpint (line[8 + length], !=, '\0');
          /* All of one name stands together. */
          g_assert_true (g_hash_table_add (families, g_strdup (family)));
          g_clear_pointer (&type, g_free);
        }
      else if (g_str_has_prefix (line, "# TYPE "))
        {
          g_autofree char *begin = g_strdup_printf ("# TYPE %s ", family);

          g_assert_null (type);
          g_assert_true (g_str_has_prefix (line, begin));
          type = g_strdup (line + strlen (begin));
          g_assert_true (g_str_equal (type, "counter") || g_str_equal (type, "gauge"));
          g_assert_cmpint (g_str_has_suffix (family, "_total"), ==, g_str_equal (type, "counter"));
        }
      else
        {
          gsize length = name_length (line, FALSE);
          const char *end = line[length] == '{' ? check_labels (line + length) : line + length;
          g_autofree char *name = g_strndup (line, length);
          char *value_end;
          double *value = g_new (double, 1);

          g_assert_nonnull (type);
          g_assert_cmpstr (name, ==, family);
          g_assert_cmpint (*end, ==, ' ');
          *value = g_ascii_strtod (end + 1, &value_end);
          g_assert_true (value_end > end + 1);
          g_assert_cmpint (*value_end, ==, '\0'); /* no time stamp */
          g_assert_cmpfloat (*value, >=, 0);
          g_assert_true (g_hash_table_insert (series, g_strndup (line, (gsize) (end - line)), value));
        }
    }
  return series;
}

static char *
get_text (Fixture *self)
{
  g_autoptr (JsonObject) answer = call (self, "GET", "/metrics", NULL, 200);

  return g_strdup (get_string (answer, "text"));
}

static GHashTable *
scrape (Fixture *self)
{
  g_autofree char *text = get_text (self);

  return parse (text);
}

static double
get (GHashTable *series, const char *name)
{
  const double *value = g_hash_table_lookup (series, name);

  if (value == NULL)
    g_error ("there is no %s", name);
  return *value;
}

static void
assert_value (Fixture *self, const char *name, double expected)
{
  g_autoptr (GHashTable) series = scrape (self);

  g_assert_cmpfloat (get (series, name), ==, expected);
}

static gboolean
has_value (Fixture *self, const char *name, double expected)
{
  g_autoptr (GHashTable) series = scrape (self);

  return get (series, name) == expected;
}

/* --- the numbers --- */

static void
test_without_a_server (Fixture *self, gconstpointer data)
{
  g_autoptr (GHashTable) series = scrape (self);

  g_assert_cmpfloat (get (series, "signalbox_build_info{version=\"" PACKAGE_VERSION "\"}"), ==, 1);
  g_assert_cmpfloat (get (series, "signalbox_state{state=\"stopped\"}"), ==, 1);
  g_assert_cmpfloat (get (series, "signalbox_state{state=\"listening\"}"), ==, 0);
  g_assert_cmpfloat (get (series, "signalbox_start_time_seconds"), ==, 0);
  g_assert_cmpfloat (get (series, "signalbox_clients"), ==, 0);
  g_assert_cmpfloat (get (series, "process_resident_memory_bytes"), >, 1000000);
  g_assert_cmpfloat (get (series, "process_start_time_seconds"), >, (double) g_get_real_time () / G_USEC_PER_SEC - 3600);
}

/* Of all that have this name, whatever their labels. */
static double
sum_up (GHashTable *series, const char *name)
{
  g_autofree char *begin = g_strconcat (name, "{", NULL);
  GHashTableIter iter;
  gpointer key, value;
  double sum = 0;

  g_hash_table_iter_init (&iter, series);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_prefix (key, begin))
      sum += *(double *) value;
  return sum;
}

/* What is told apart by labels is all of what the status counts. */
static void
assert_sums (Fixture *self)
{
  g_autoptr (GHashTable) series = scrape (self);
  g_autoptr (JsonObject) status = call (self, "GET", "/status", NULL, 200);
  JsonObject *totals = json_object_get_object_member (status, "totals");

  g_assert_cmpfloat (sum_up (series, "signalbox_messages_rejected_total"), ==, (double) get_int (totals, "rejected"));
  g_assert_cmpfloat (sum_up (series, "signalbox_handshakes_refused_total"), ==, (double) get_int (totals, "refused"));
  g_assert_cmpfloat (sum_up (series, "signalbox_tokens"), ==, (double) get_int (status, "tokens"));
  g_assert_cmpfloat (sum_up (series, "signalbox_state"), ==, 1);
}

static void
test_numbers (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) a = NULL, b = NULL;
  g_autoptr (GHashTable) before = NULL, after = NULL;
  GHashTableIter iter;
  gpointer name;

  issue (self, "{\"label\":\"kiosk\"}", &secret);
  issue (self, "{\"label\":\"gone\"}", NULL);
  json_object_unref (call (self, "POST", "/tokens/2/revoke", NULL, 200));
  json_object_unref (call (self, "PUT", "/rules", "{\"channels\":\"/news\",\"binary\":false}", 201));
  json_object_unref (call (self, "POST", "/blocks", "{\"address\":\"192.0.2.7\"}", 201));
  a = engine_connect (self->engine.engine, "/news", secret);
  b = engine_connect (self->engine.engine, "/news", secret);
  before = scrape (self);
  g_assert_cmpuint (engine_knock (self->engine.engine, "/news", "nonsense"), ==, 401);
  sb_test_client_send_text (a, "[1]");
  sb_test_client_expect_text (b, "[1]");
  sb_test_client_send_text (a, "nonsense");
  sb_test_client_send_binary (a, "\001", 1);
  json_object_unref (call (self, "POST", "/broadcasts", "{\"message\":\"[2]\",\"everyone\":true}", 201));
  sb_test_wait (has_value (self, "signalbox_messages_rejected_total{code=\"binary\"}", 1));
  sb_test_wait (has_value (self, "signalbox_traffic_logged_total", 4));

  assert_value (self, "signalbox_clients", 2);
  assert_value (self, "signalbox_clients_limit", 10000);
  assert_value (self, "signalbox_state{state=\"listening\"}", 1);
  assert_value (self, "signalbox_messages_received_total", 1);
  assert_value (self, "signalbox_messages_rejected_total{code=\"json\"}", 1);
  assert_value (self, "signalbox_messages_rejected_total{code=\"schema\"}", 0);
  assert_value (self, "signalbox_handshakes_refused_total{reason=\"other\"}", 1);
  assert_value (self, "signalbox_handshakes_refused_total{reason=\"full\"}", 0);
  assert_value (self, "signalbox_rule_messages_total{channels=\"/news\",result=\"passed\"}", 1);
  assert_value (self, "signalbox_rule_messages_total{channels=\"/news\",result=\"failed\"}", 2);
  assert_value (self, "signalbox_tokens{state=\"active\"}", 1);
  assert_value (self, "signalbox_tokens{state=\"revoked\"}", 1);
  assert_value (self, "signalbox_broadcasts_total", 1);
  assert_value (self, "signalbox_blocked_addresses", 1);
  assert_value (self, "signalbox_traffic_log_messages", 4);

  assert_sums (self);

  /* What is counted only grows. */
  after = scrape (self);
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (strstr (name, "_total") != NULL)
      g_assert_cmpfloat (get (after, name), >=, get (before, name));
  g_assert_cmpfloat (get (after, "signalbox_sent_bytes_total"), >, get (before, "signalbox_sent_bytes_total"));
}

static void
test_limits_are_counted (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;

  issue (self, "{\"label\":\"kiosk\",\"max_connections\":1}", &secret);
  client = engine_connect (self->engine.engine, "/news", secret);
  g_assert_cmpuint (engine_knock (self->engine.engine, "/news", secret), ==, 429);
  assert_value (self, "signalbox_handshakes_refused_total{reason=\"token\"}", 1);
  assert_value (self, "signalbox_handshakes_refused_total{reason=\"other\"}", 0);
  engine_set (self->engine.engine, "max-clients", "1");
  assert_value (self, "signalbox_clients_limit", 1);
  g_assert_cmpuint (engine_knock (self->engine.engine, "/news", secret), ==, 503);
  assert_value (self, "signalbox_handshakes_refused_total{reason=\"full\"}", 1);
  assert_sums (self);
}

/* A monitor is no administrator. */
static void
test_nothing_private (Fixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (JsonObject) token = NULL;
  g_autoptr (SbTestClient) client = NULL;
  g_autofree char *text = NULL;

  issue (self, "{\"label\":\"kiosk-by-the-door\"}", &secret);
  token = call (self, "GET", "/tokens/1", NULL, 200);
  client = engine_connect (self->engine.engine, "/news", secret);
  json_object_unref (call (self, "POST", "/blocks", "{\"address\":\"192.0.2.7\"}", 201));
  text = get_text (self);
  g_assert_null (strstr (text, secret));
  g_assert_null (strstr (text, get_string (token, "hint")));
  g_assert_null (strstr (text, "kiosk"));
  g_assert_null (strstr (text, "192.0.2.7"));
  g_assert_null (strstr (text, "127.0.0.1"));
}

/* --- over HTTP --- */

static guint16
get_metrics_port (Fixture *self)
{
  g_autoptr (JsonObject) status = call (self, "GET", "/status", NULL, 200);
  const char *uri = get_string (status, "metrics");
  guint64 port = 0;

  if (uri == NULL)
    return 0;
  g_assert_true (g_str_has_prefix (uri, "http://127.0.0.1:"));
  port = g_ascii_strtoull (uri + strlen ("http://127.0.0.1:"), NULL, 10);
  g_assert_true (g_str_has_suffix (uri, "/metrics"));
  return (guint16) port;
}

/* -1: nobody listens there. */
static int
connect_to (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
read_some (int fd, GString *response)
{
  char buffer[16384];
  ssize_t n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n > 0)
    g_string_append_len (response, buffer, n);
  return n == 0 || (n < 0 && errno != EAGAIN);
}

/* The whole response to REQUEST, a first line. */
static char *
ask (guint16 port, const char *request)
{
  g_autofree char *bytes = g_strconcat (request, " HTTP/1.1\r\nHost: x\r\n\r\n", NULL);
  GString *response = g_string_new (NULL);
  int fd = connect_to (port);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (send (fd, bytes, strlen (bytes), MSG_NOSIGNAL), ==, strlen (bytes));
  sb_test_wait (read_some (fd, response));
  close (fd);
  return g_string_free (response, FALSE);
}

static void
expect (guint16 port, const char *request, const char *begin, const char *end)
{
  g_autofree char *response = ask (port, request);

  if (!g_str_has_prefix (response, begin) || !g_str_has_suffix (response, end))
    g_error ("%s: %s", request, response);
}

static void
test_http (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GHashTable) series = NULL;
  g_autofree char *response = NULL;
  guint16 port;

  g_assert_cmpuint (get_metrics_port (self), ==, 0);
  engine_set (self->engine.engine, "metrics-listen", "127.0.0.1:0");
  port = get_metrics_port (self);
  g_assert_cmpuint (port, !=, 0);

  response = ask (port, "GET /metrics");
  g_assert_true (g_str_has_prefix (response, "HTTP/1.1 200 "));
  store_assert_contains (response, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
  g_assert_null (strstr (response, "libsoup"));
  series = parse (strstr (response, "\r\n\r\n") + 4);
  g_assert_cmpfloat (get (series, "signalbox_state{state=\"listening\"}"), ==, 1);
  expect (port, "GET /metrics?collect=all", "HTTP/1.1 200 ", "\n");
  expect (port, "HEAD /metrics", "HTTP/1.1 200 ", "\r\n\r\n");
  expect (port, "GET /health", "HTTP/1.1 200 ", "\r\n\r\nok\n");
  expect (port, "POST /metrics", "HTTP/1.1 405 ", "\n");
  expect (port, "DELETE /health", "HTTP/1.1 405 ", "\n");
  expect (port, "GET /", "HTTP/1.1 404 ", "\n");
  expect (port, "GET /status", "HTTP/1.1 404 ", "\n");
  expect (port, "GET /metrics/x", "HTTP/1.1 404 ", "\n");

  sb_engine_stop_async (self->engine.engine, store_result_cb, &result);
  sb_test_wait (result != NULL);
  expect (port, "GET /health", "HTTP/1.1 503 ", "\r\n\r\nstopped\n");
  expect (port, "GET /metrics", "HTTP/1.1 200 ", "\n");
}

static void
test_garbage (Fixture *self, gconstpointer data)
{
  static const char *const lines[] = { "", "\r\n\r\n", "GET\r\n\r\n", "GET /metrics HTTP/9.9\r\n\r\n", "\026\003\001\002", "GET /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345",
                                       "GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "GET http://%zz/ HTTP/1.1\r\n\r\n" };
  guint16 port;

  engine_set (self->engine.engine, "metrics-listen", "127.0.0.1:0");
  port = get_metrics_port (self);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GString) response = g_string_new (NULL);
      int fd = connect_to (port);

      g_assert_cmpint (send (fd, lines[i], strlen (lines[i]), MSG_NOSIGNAL), ==, strlen (lines[i]));
      shutdown (fd, SHUT_WR);
      sb_test_wait (read_some (fd, response));
      close (fd);
    }
  expect (port, "GET /health", "HTTP/1.1 200 ", "ok\n");
}

static void
test_setting_acts_at_once (Fixture *self, gconstpointer data)
{
  guint16 first, second;

  engine_set (self->engine.engine, "metrics-listen", "127.0.0.1:0");
  first = get_metrics_port (self);
  engine_set (self->engine.engine, "metrics-listen", "*:0");
  second = get_metrics_port (self);
  g_assert_cmpuint (second, !=, first);
  g_assert_cmpint (connect_to (first), ==, -1);
  expect (second, "GET /health", "HTTP/1.1 200 ", "ok\n");
  engine_set (self->engine.engine, "metrics-listen", "");
  g_assert_cmpuint (get_metrics_port (self), ==, 0);
  g_assert_cmpint (connect_to (second), ==, -1);
}

static void
test_port_that_is_taken (Fixture *self, gconstpointer data)
{
  SbEngine *engine = self->engine.engine;
  g_autofree char *endpoint = g_strdup_printf ("127.0.0.1:%u", (guint) sb_engine_get_port (engine));

  engine_set (engine, "metrics-listen", endpoint);
  g_assert_cmpint (sb_engine_get_state (engine), ==, SB_ENGINE_DEGRADED);
  store_assert_contains (sb_engine_get_state_message (engine), "Metrics cannot be given on 127.0.0.1:");
  store_assert_contains (sb_engine_get_state_message (engine), "already in use");
  g_assert_cmpuint (get_metrics_port (self), ==, 0);
  engine_set (engine, "metrics-listen", "192.0.2.7:9187");
  store_assert_contains (sb_engine_get_state_message (engine), "does not have the address");
  engine_set (engine, "metrics-listen", "127.0.0.1:0");
  g_assert_cmpint (sb_engine_get_state (engine), ==, SB_ENGINE_LISTENING);
  g_assert_cmpuint (get_metrics_port (self), !=, 0);
}

/* Who says nothing keeps others waiting only as long as there are many of them. */
static void
test_as_many_as_may (Fixture *self, gconstpointer data)
{
  static const char request[] = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
  g_autoptr (GString) response = g_string_new (NULL);
  int silent[MAX_CONNECTIONS];
  guint16 port;
  int fd;

  engine_set (self->engine.engine, "metrics-listen", "127.0.0.1:0");
  port = get_metrics_port (self);
  for (guint i = 0; i < MAX_CONNECTIONS; i++)
    silent[i] = connect_to (port);
  fd = connect_to (port);
  g_assert_cmpint (send (fd, request, strlen (request), MSG_NOSIGNAL), ==, strlen (request));
  for (guint i = 0; i < 100; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_false (read_some (fd, response));
      g_assert_cmpuint (response->len, ==, 0);
    }
  close (silent[5]);
  sb_test_wait (read_some (fd, response));
  g_assert_true (g_str_has_prefix (response->str, "HTTP/1.1 200 "));
  close (fd);
  for (guint i = 0; i < MAX_CONNECTIONS; i++)
    if (i != 5)
      close (silent[i]);
}

static void
test_silence_ends (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) response = g_string_new (NULL);
  guint16 port;
  int silent, slow;

  engine_set (self->engine.engine, "metrics-listen", "127.0.0.1:0");
  engine_set (self->engine.engine, "handshake-timeout", "1");
  port = get_metrics_port (self);
  silent = connect_to (port);
  slow = connect_to (port);
  g_assert_cmpint (send (slow, "GET /heal", 9, MSG_NOSIGNAL), ==, 9);
  sb_test_wait (read_some (silent, response));
  sb_test_wait (read_some (slow, response));
  g_assert_cmpuint (response->len, ==, 0);
  close (silent);
  close (slow);
  expect (port, "GET /health", "HTTP/1.1 200 ", "ok\n");
}

static void
test_ends_with_the_program (Fixture *self, gconstpointer data)
{
  guint16 port;
  int fd;
  g_autoptr (GString) response = g_string_new (NULL);

  engine_set (self->engine.engine, "metrics-listen", "127.0.0.1:0");
  port = get_metrics_port (self);
  fd = connect_to (port);
  sb_test_iterate ();
  sb_control_close (self->control);
  g_assert_cmpint (connect_to (port), ==, -1);
  sb_test_wait (read_some (fd, response));
  close (fd);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/control-metrics/" path, Fixture, NULL, set_up, function, tear_down)
#define ADD_STARTED(path, function) g_test_add ("/control-metrics/" path, Fixture, NULL, set_up_started, function, tear_down)
#define ADD_LISTENING(path, function) \
  g_test_add ("/control-metrics/" path, Fixture, NULL, set_up_listening, function, tear_down_listening)
  ADD ("without-a-server", test_without_a_server);
  ADD_STARTED ("numbers", test_numbers);
  ADD_STARTED ("limits-are-counted", test_limits_are_counted);
  ADD_STARTED ("nothing-private", test_nothing_private);
  ADD_LISTENING ("http", test_http);
  ADD_LISTENING ("garbage", test_garbage);
  ADD_LISTENING ("setting-acts-at-once", test_setting_acts_at_once);
  ADD_LISTENING ("port-that-is-taken", test_port_that_is_taken);
  ADD_LISTENING ("as-many-as-may", test_as_many_as_may);
  ADD_LISTENING ("silence-ends", test_silence_ends);
  ADD_LISTENING ("ends-with-the-program", test_ends_with_the_program);

  return g_test_run ();
}
