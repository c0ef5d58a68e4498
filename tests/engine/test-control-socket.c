/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-client.h"
#include "control/sb-control-socket.h"
#include "control/sb-control.h"
#include "engine-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The control interface as programs reach it: HTTP on a Unix socket. */

typedef struct
{
  EngineFixture engine;
  SbControl *control;
  char *path;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  engine_fixture_set_up (&self->engine, NULL);
  self->control = sb_control_new (self->engine.engine);
  self->path = g_build_filename (self->engine.store.folder, "control.sock", NULL);
  g_assert_true (sb_control_listen (self->control, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->control);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  g_free (self->path);
  /* libsoup ends its connections in the next turns. */
  sb_test_iterate ();
  engine_fixture_tear_down (&self->engine, NULL);
}

/* --- a client of bytes --- */

static int
connect_raw (const char *data_dir)
{
  g_autoptr (GSocketAddress) address = NULL;
  struct sockaddr_un native;
  int dir_fd = -1;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  address = sb_control_socket_address_new (data_dir, &dir_fd, NULL);
  g_assert_nonnull (address);
  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  g_assert_cmpint (connect (fd, (struct sockaddr *) &native, (socklen_t) g_socket_address_get_native_size (address)), ==, 0);
  if (dir_fd >= 0)
    close (dir_fd);

  return fd;
}

/* Sends all, receives until the end; the main context goes on meanwhile. */
static char *
exchange (int fd, const char *request, gsize length)
{
  GString *response = g_string_new (NULL);
  gsize sent = 0;
  gboolean ended = FALSE;
  SbTestWait wait;

  sb_test_wait_begin (&wait);
  while (!ended)
    {
      char buffer[65536];
      ssize_t n;

      if (sent < length && (n = send (fd, request + sent, length - sent, MSG_NOSIGNAL)) > 0)
        sent += (gsize) n;
      n = recv (fd, buffer, sizeof buffer, 0);
      if (n > 0)
        g_string_append_len (response, buffer, n);
      else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        ended = TRUE;
      if (!ended)
        sb_test_wait_iterate (&wait, "the end of the response", G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC);
    }
  sb_test_wait_end (&wait);
  close (fd);

  return g_string_free (response, FALSE);
}

static char *
ask (Fixture *self, const char *request)
{
  return exchange (connect_raw (self->engine.store.folder), request, strlen (request));
}

#define JSON_TYPE "Content-Type: application/json\r\n"

static void
test_mode (Fixture *self, gconstpointer data)
{
  struct stat info;

  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_true (S_ISSOCK (info.st_mode));
  g_assert_cmpint (info.st_mode & 07777, ==, 0600);
}

static void
test_requests (Fixture *self, gconstpointer data)
{
  static const struct { const char *request; const char *status; const char *parts[3]; } cases[] = {
    { "GET /status HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 ", { "\r\nContent-Type: application/json\r\n", "\"state\":\"stopped\"" } },
    { "GET /tokens?state=active HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ", { "{\"tokens\":[]}" } },
    { "GET /tokens?state=act%69ve HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ", { "{\"tokens\":[]}" } },
    { "GET /tokens?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 ", { "\"field\":\"x\"" } },
    { "GET /tokens?state HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 ", { "\"bad_request\"" } },
    { "GET /tokens?state=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 ", { "\"bad_request\"" } },
    { "GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 404 ", { "\"not_found\"", "\r\nContent-Type: application/json\r\n" } },
    { "DELETE /tokens HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 405 ", { "\r\nAllow: GET, POST\r\n", "\"method_not_allowed\"" } },
    { "OPTIONS /status HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 405 ", { "\r\nAllow: GET\r\n" } },
    { "POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n" JSON_TYPE "\r\n{\"label\":\"x\"}", "HTTP/1.1 201 ",
      { "\"secret\":\"sbx_", "\r\nCache-Control: no-store\r\n" } },
    { "POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{\"label\":\"x\"}",
      "HTTP/1.1 201 ", { "\"secret\":\"sbx_" } },
    { "POST /tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" JSON_TYPE "\r\n5\r\n{\"lab\r\n8\r\nel\":\"x\"}\r\n0\r\n\r\n", "HTTP/1.1 201 ",
      { "\"secret\":\"sbx_" } },
    { "POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{\"label\":\"x\"}", "HTTP/1.1 415 ", { "\"unsupported_media_type\"" } },
    { "POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\nContent-Type: text/plain\r\n\r\nlabel=x", "HTTP/1.1 415 ",
      { "\"unsupported_media_type\"" } },
    { "POST /tokens/1/revoke HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 ", { "\"state\":\"revoked\"" } },
    { "DELETE /blocks/2001%3Adb8%3A%3A1 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 ", { "2001:db8::1" } },
    { "GET /status HTTP/1.0\r\n\r\n", "HTTP/1.0 200 ", { "\"state\":\"stopped\"" } },
    { "GET /status HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", { NULL } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *response = ask (self, cases[i].request);

      if (!g_str_has_prefix (response, cases[i].status))
        g_error ("%s: %s", cases[i].request, response);
      for (gsize j = 0; j < G_N_ELEMENTS (cases[i].parts) && cases[i].parts[j] != NULL; j++)
        store_assert_contains (response, cases[i].parts[j]);
    }
}

static void
test_garbage (Fixture *self, gconstpointer data)
{
  static const char *const garbage[] = { "x\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\r\n\r\n", "GET /status HTTP/9.9\r\n\r\n",
                                         "POST /tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autofree char *response = ask (self, garbage[i]);

      g_assert_false (g_str_has_prefix (response, "HTTP/1.1 2"));
    }
  {
    g_autofree char *response = ask (self, "GET /status HTTP/1.1\r\nHost: x\r\n\r\n");

    g_assert_true (g_str_has_prefix (response, "HTTP/1.1 200 "));
  }
}

static void
test_body_has_a_limit (Fixture *self, gconstpointer data)
{
  const gsize size = 40 << 20;
  g_autoptr (GString) request = g_string_sized_new (size + 1000);
  g_autofree char *response = NULL;

  g_string_append_printf (request, "POST /tokens HTTP/1.1\r\nHost: x\r\n" JSON_TYPE "Content-Length: %zu\r\n\r\n", size);
  for (gsize i = 0; i < size / 16; i++)
    g_string_append (request, "\"0123456789abc\",");
  response = exchange (connect_raw (self->engine.store.folder), request->str, request->len);
  g_assert_true (g_str_has_prefix (response, "HTTP/1.1 413 "));
  store_assert_contains (response, "\"too_big\"");
}

static void
test_client_that_goes_away (Fixture *self, gconstpointer data)
{
  static const char *const begun[] = {
    "", "GET /sta", "POST /tokens HTTP/1.1\r\nHost: x\r\n" JSON_TYPE "Content-Length: 100\r\n\r\n{\"label\"",
    "POST /tokens HTTP/1.1\r\nHost: x\r\n" JSON_TYPE "Content-Length: 13\r\n\r\n{\"label\":\"x\"}",
  };
  SbTokenList *tokens = sb_engine_get_tokens (self->engine.engine);

  for (gsize i = 0; i < G_N_ELEMENTS (begun); i++)
    {
      int fd = connect_raw (self->engine.store.folder);

      g_assert_cmpint (send (fd, begun[i], strlen (begun[i]), MSG_NOSIGNAL), ==, (ssize_t) strlen (begun[i]));
      if (i + 1 < G_N_ELEMENTS (begun))
        sb_test_iterate ();
      close (fd);
    }
  /* The last one had been said whole: it is done, though nobody hears the answer. */
  sb_test_wait (g_list_model_get_n_items (G_LIST_MODEL (tokens)) == 1);
  sb_test_wait (engine_has_entry (self->engine.engine, SB_ACT_TOKEN_ISSUED));
  sb_test_iterate ();
}

static void
test_waits_for_descriptors (Fixture *self, gconstpointer data)
{
  struct rlimit before, none;
  const char *request = "GET /status HTTP/1.1\r\nHost: x\r\n\r\n";
  g_autofree char *response = NULL;
  int fd = connect_raw (self->engine.store.folder);
  int free_fd = dup (fd);

  /* So that accept() finds no number for its connection. */
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = before;
  none.rlim_cur = (rlim_t) free_fd;
  close (free_fd);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  response = exchange (fd, request, strlen (request));
  g_assert_true (g_str_has_prefix (response, "HTTP/1.1 200 "));
}

static void
test_left_over_socket_is_replaced (Fixture *self, gconstpointer data)
{
  g_autoptr (SbControl) other = NULL;
  g_autofree char *response = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info;
  int fd;

  /* As after kill -9: the file is there, nobody listens. */
  sb_control_close (self->control);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  {
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    g_strlcpy (address.sun_path, self->path, sizeof address.sun_path);
    g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  }
  close (fd);
  g_assert_cmpint (lstat (self->path, &info), ==, 0);

  other = sb_control_new (self->engine.engine);
  g_assert_true (sb_control_listen (other, &error));
  g_assert_no_error (error);
  response = ask (self, "GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
  g_assert_true (g_str_has_prefix (response, "HTTP/1.1 200 "));
}

static void
test_place_that_is_taken (Fixture *self, gconstpointer data)
{
  g_autoptr (SbControl) other = sb_control_new (self->engine.engine);
  g_autoptr (GError) error = NULL;

  sb_control_close (self->control);
  g_assert_cmpint (g_mkdir (self->path, 0700), ==, 0);
  g_assert_false (sb_control_listen (other, &error));
  g_assert_cmpuint (error->domain, ==, G_FILE_ERROR);
  store_assert_contains (error->message, "control.sock");
  g_assert_cmpint (g_rmdir (self->path), ==, 0);
}

/* --- the client that signalboxctl uses --- */

typedef struct
{
  const char *data_dir;
  const char *method;
  const char *path;
  const char *body;
  guint status;
  JsonNode *answer;
  GError *error;
  _Atomic gboolean done;
} Call;

static gpointer
call_thread (gpointer data)
{
  Call *call = data;
  g_autoptr (JsonNode) body = call->body != NULL ? json_from_string (call->body, NULL) : NULL;

  call->answer = sb_control_client_call (call->data_dir, call->method, call->path, body, &call->status, &call->error);
  atomic_store (&call->done, TRUE);

  return NULL;
}

static void
call_clear (Call *call)
{
  g_clear_pointer (&call->answer, json_node_unref);
  g_clear_error (&call->error);
}

static void
test_client (Fixture *self, gconstpointer data)
{
  Call calls[12];
  GThread *threads[G_N_ELEMENTS (calls)];

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      calls[i] = (Call) { .data_dir = self->engine.store.folder, .method = "POST", .path = "/tokens", .body = "{\"label\":\"Grüße\"}" };
      threads[i] = g_thread_new ("call", call_thread, &calls[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      sb_test_wait (atomic_load (&calls[i].done));
      g_thread_join (threads[i]);
      g_assert_no_error (calls[i].error);
      g_assert_cmpuint (calls[i].status, ==, 201);
      g_assert_cmpstr (json_object_get_string_member (json_node_get_object (calls[i].answer), "label"), ==, "Grüße");
      call_clear (&calls[i]);
    }

  {
    Call call = { .data_dir = self->engine.store.folder, .method = "GET", .path = "/tokens?state=bad%20one" };
    GThread *thread = g_thread_new ("call", call_thread, &call);

    sb_test_wait (atomic_load (&call.done));
    g_thread_join (thread);
    g_assert_no_error (call.error);
    g_assert_cmpuint (call.status, ==, 400);
    store_assert_contains (json_object_get_string_member (json_node_get_object (call.answer), "message"), "bad one");
    call_clear (&call);
  }
}

static void
check_nobody (const char *data_dir)
{
  g_autoptr (GError) error = NULL;
  guint status = 0;

  g_assert_null (sb_control_client_call (data_dir, "GET", "/status", NULL, &status, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING);
  store_assert_contains (error->message, data_dir);
}

static void
test_nobody_is_there (Fixture *self, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (self->engine.store.folder, "missing", NULL);
  g_autofree char *long_name = g_strnfill (200, 'x');
  g_autofree char *long_missing = g_build_filename (self->engine.store.folder, long_name, NULL);

  sb_control_close (self->control);
  check_nobody (self->engine.store.folder);
  check_nobody (missing);
  check_nobody (long_missing);
  /* A file is no directory. */
  check_nobody (self->engine.store.path);
}

/* --- names that do not fit into sockaddr_un --- */

static void
test_long_directory_names (void)
{
  g_autofree char *top = g_dir_make_tmp ("signalbox-long-XXXXXX", NULL);
  g_autofree char *name = g_strnfill (120, 'd');
  g_autofree char *folder = g_build_filename (top, name, NULL);
  SbEngine *engine = engine_open_well (folder);
  SbControl *control = sb_control_new (engine);
  g_autofree char *socket_path = g_build_filename (folder, "control.sock", NULL);
  Call call = { .data_dir = folder, .method = "GET", .path = "/status" };
  g_autoptr (GError) error = NULL;
  struct stat info;
  GThread *thread;

  g_assert_true (sb_control_listen (control, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stat (socket_path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0600);

  thread = g_thread_new ("call", call_thread, &call);
  sb_test_wait (atomic_load (&call.done));
  g_thread_join (thread);
  g_assert_no_error (call.error);
  g_assert_cmpuint (call.status, ==, 200);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (call.answer), "data_dir"), ==, folder);
  call_clear (&call);

  sb_control_close (control);
  g_assert_false (g_file_test (socket_path, G_FILE_TEST_EXISTS));
  g_assert_finalize_object (control);
  sb_test_iterate ();
  engine_end (engine);
  store_remove_folder (folder);
  store_remove_folder (top);
}

static void
test_address_at_the_boundary (void)
{
  /* 107 bytes and the NUL fit. */
  for (gsize length = 105; length <= 110; length++)
    {
      g_autofree char *top = g_dir_make_tmp ("signalbox-long-XXXXXX", NULL);
      g_autofree char *name = g_strnfill (length - strlen (top) - 1 - strlen ("/control.sock"), 'd');
      g_autofree char *folder = g_build_filename (top, name, NULL);
      g_autofree char *path = g_build_filename (folder, "control.sock", NULL);
      g_autoptr (GSocketAddress) address = NULL;
      int dir_fd = -1;

      g_assert_cmpuint (strlen (path), ==, length);
      g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
      address = sb_control_socket_address_new (folder, &dir_fd, NULL);
      g_assert_nonnull (address);
      g_assert_cmpint (dir_fd >= 0, ==, length >= 108);
      if (dir_fd >= 0)
        close (dir_fd);
      store_remove_folder (folder);
      store_remove_folder (top);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/control-socket/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("mode", test_mode);
  ADD ("requests", test_requests);
  ADD ("garbage", test_garbage);
  ADD ("body-has-a-limit", test_body_has_a_limit);
  ADD ("client-that-goes-away", test_client_that_goes_away);
  ADD ("waits-for-descriptors", test_waits_for_descriptors);
  ADD ("left-over-socket-is-replaced", test_left_over_socket_is_replaced);
  ADD ("place-that-is-taken", test_place_that_is_taken);
  ADD ("client", test_client);
  ADD ("nobody-is-there", test_nobody_is_there);
  g_test_add_func ("/control-socket/long-directory-names", test_long_directory_names);
  g_test_add_func ("/control-socket/address-at-the-boundary", test_address_at_the_boundary);

  return g_test_run ();
}
