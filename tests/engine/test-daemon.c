/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "program-fixture.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

/* signalboxd, from outside. */

#define SECOND G_GINT64_CONSTANT (1000000)

/* Runs it until it ends by itself. */
static Outcome
run_daemon (ProgramFixture *self, const char *const *arguments)
{
  g_autoptr (GSubprocess) program = program_spawn_daemon (self, arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_assert_true (g_subprocess_communicate_utf8 (program, NULL, NULL, &outcome.out, &outcome.err, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (program));
  outcome.status = g_subprocess_get_exit_status (program);
  return outcome;
}

static void
test_says_where_it_listens (ProgramFixture *self, gconstpointer data)
{
  static const char *const addresses[] = { "127.0.0.1:0", "localhost:0", "*:0", "0.0.0.0:0", ":0", "0" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      self->daemon = program_spawn_daemon (self, ((const char *const[]) { "--listen", addresses[i], NULL }),
                                           G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
      self->port = program_read_port (self->daemon);
      g_assert_true (sb_test_can_connect (self->port));
      program_stop (self);
      g_assert_false (sb_test_can_connect (self->port));
    }
}

static void
test_port_that_was_asked_for (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *address = NULL;
  guint16 port;

  program_start (self);
  port = self->port;
  program_stop (self);

  address = g_strdup_printf ("127.0.0.1:%u", port);
  self->daemon = program_spawn_daemon (self, ((const char *const[]) { "--listen", address, NULL }),
                                       G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_assert_cmpuint (program_read_port (self->daemon), ==, port);
}

static void
test_sigterm_drains (ProgramFixture *self, gconstpointer data)
{
  static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
  g_autofree char *socket_path = g_build_filename (self->store.folder, "control.sock", NULL);
  g_autofree char *secret = NULL;

  signal (SIGHUP, SIG_DFL); /* whatever started the test */
  program_start (self);
  secret = program_issue (self, "x", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (SbTestClient) client = NULL;

      if (self->daemon == NULL)
        program_start (self);
      client = sb_test_client_new_open (self->port, "/", secret);
      g_subprocess_send_signal (self->daemon, signals[i]);
      sb_test_client_expect_close (client, 1001, "server stopping");
      g_assert_true (g_subprocess_wait (self->daemon, NULL, NULL));
      g_assert_cmpint (g_subprocess_get_exit_status (self->daemon), ==, 0);
      g_clear_object (&self->daemon);
      g_assert_false (g_file_test (socket_path, G_FILE_TEST_EXISTS));
    }
}

/* As below nohup(1): the end of the terminal is not the end of it. */
/* As the kernel has it: proc_pid_status(5). */
static gboolean
ignores (GSubprocess *program, int signum)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/status", g_subprocess_get_identifier (program));
  g_autofree char *status = NULL;
  g_autoptr (GError) error = NULL;
  const char *line;

  g_file_get_contents (path, &status, NULL, &error);
  g_assert_no_error (error);
  line = strstr (status, "\nSigIgn:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("\nSigIgn:"), NULL, 16) >> (signum - 1) & 1;
}

static void
test_ignored_hang_up_stays_ignored (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestClient) later = NULL;

  self->ignores_hang_up = TRUE;
  program_start (self);
  g_assert_true (ignores (self->daemon, SIGHUP));
  secret = program_issue (self, "x", NULL);
  client = sb_test_client_new_open (self->port, "/", secret);
  g_subprocess_send_signal (self->daemon, SIGHUP);
  later = sb_test_client_new_open (self->port, "/", secret);
  sb_test_client_send_text (later, "1");
  sb_test_client_expect_text (client, "1");
}

static void
test_second_signal_cuts (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestFrame) frame = NULL;
  gint64 began;

  program_start (self);
  secret = program_issue (self, "x", NULL);
  client = sb_test_client_new_open (self->port, "/", secret);
  g_subprocess_send_signal (self->daemon, SIGTERM);
  frame = sb_test_client_receive_message (client);
  g_assert_cmpuint (frame->close_code, ==, 1001);

  /* The client does not answer, which the drain would wait for. */
  began = g_get_monotonic_time ();
  g_subprocess_send_signal (self->daemon, SIGTERM);
  g_assert_true (g_subprocess_wait (self->daemon, NULL, NULL));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 4 * SECOND);
  g_assert_cmpint (g_subprocess_get_exit_status (self->daemon), ==, 0);
  g_clear_object (&self->daemon);
}

static void
test_second_on_one_directory (ProgramFixture *self, gconstpointer data)
{
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *expected = NULL;

  program_start (self);
  outcome = run_daemon (self, (const char *const[]) { "--listen", "127.0.0.1:0", NULL });
  expected = g_strdup_printf ("signalboxd: “%s” is in use by signalboxd (process %s).\n", self->store.folder,
                              g_subprocess_get_identifier (self->daemon));
  g_assert_cmpint (outcome.status, ==, 1);
  g_assert_cmpstr (outcome.out, ==, "");
  g_assert_cmpstr (outcome.err, ==, expected);

  /* The first one goes on. */
  g_assert_true (sb_test_can_connect (self->port));
}

static void
test_port_in_use (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *other_folder = g_dir_make_tmp ("signalbox-other-XXXXXX", NULL);
  g_autofree char *address = NULL;
  g_autofree char *expected = NULL;
  g_auto (Outcome) outcome = { 0 };
  ProgramFixture other = { .store.folder = other_folder };

  program_start (self);
  address = g_strdup_printf ("127.0.0.1:%u", self->port);
  expected = g_strdup_printf ("signalboxd: Port %u is already in use by another program. Choose another port or stop that program.\n", self->port);
  outcome = run_daemon (&other, (const char *const[]) { "--listen", address, NULL });
  g_assert_cmpint (outcome.status, ==, 1);
  g_assert_cmpstr (outcome.out, ==, "");
  g_assert_cmpstr (outcome.err, ==, expected);
  store_remove_folder (other_folder);
}

static void
test_command_lines_that_make_no_sense (ProgramFixture *self, gconstpointer data)
{
  static const struct { const char *arguments[4]; int status; const char *part; } cases[] = {
    { { "--nope" }, 2, "--nope" },
    { { "word" }, 2, "too many arguments" },
    { { "--listen" }, 2, "--listen" },
    { { "--listen", "" }, 1, "port" },
    { { "--listen", "127.0.0.1:http" }, 1, "port" },
    { { "--listen", "127.0.0.1:65536" }, 1, "port" },
    { { "--listen", "example.org:80" }, 1, "listen-address" },
    { { "--listen", "203.0.113.9:0" }, 1, "is not an address of this computer" },
    { { "--data", "/dev/null/x" }, 1, "is not a directory" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Outcome) outcome = run_daemon (self, cases[i].arguments);

      g_assert_cmpint (outcome.status, ==, cases[i].status);
      g_assert_cmpstr (outcome.out, ==, "");
      g_assert_true (g_str_has_prefix (outcome.err, "signalboxd: "));
      store_assert_contains (outcome.err, cases[i].part);
    }
}

static void
test_help_and_version (ProgramFixture *self, gconstpointer data)
{
  g_auto (Outcome) help = run_daemon (self, (const char *const[]) { "--help", NULL });
  g_auto (Outcome) version = run_daemon (self, (const char *const[]) { "--version", NULL });

  g_assert_cmpint (help.status, ==, 0);
  store_assert_contains (help.out, "--listen");
  store_assert_contains (help.out, "--settings");
  g_assert_cmpint (version.status, ==, 0);
  g_assert_cmpstr (version.out, ==, "signalboxd " PACKAGE_VERSION "\n");
}

static void
test_settings_file (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->store.folder, "server.conf", NULL);
  g_auto (Outcome) outcome = { 0 };

  g_assert_true (g_file_set_contents (file, "[server]\nlisten-address=127.0.0.1\nport=0\nmax-clients=1\n", -1, NULL));
  self->daemon = program_spawn_daemon (self, ((const char *const[]) { "--settings", file, NULL }),
                                       G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  self->port = program_read_port (self->daemon);
  {
    g_autoptr (JsonNode) value = program_json (self, "settings get max-clients");

    g_assert_cmpint (json_node_get_int (value), ==, 1);
  }
  program_stop (self);

  g_assert_true (g_file_set_contents (file, "[server]\nport=none\n", -1, NULL));
  outcome = run_daemon (self, (const char *const[]) { "--settings", file, NULL });
  g_assert_cmpint (outcome.status, ==, 1);
  store_assert_contains (outcome.err, file);
  store_assert_contains (outcome.err, "port");
}

static void
test_damaged_database (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *garbage = g_strnfill (8192, '?');
  g_auto (Outcome) outcome = { 0 };

  g_assert_true (g_file_set_contents (self->store.path, garbage, -1, NULL));
  outcome = run_daemon (self, (const char *const[]) { "--listen", "127.0.0.1:0", NULL });
  g_assert_cmpint (outcome.status, ==, 1);
  store_assert_contains (outcome.err, "is damaged");
}

static void
test_raises_the_descriptor_limit (ProgramFixture *self, gconstpointer data)
{
  struct rlimit before, low;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("^Max open files +(\\d+|unlimited) +(\\d+|unlimited) ", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *soft = NULL;
  g_autofree char *hard = NULL;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  low = before;
  low.rlim_cur = MIN (before.rlim_max, 256);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &low), ==, 0);
  program_start (self);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  path = g_strdup_printf ("/proc/%s/limits", g_subprocess_get_identifier (self->daemon));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_regex_match (regex, text, 0, &match));
  soft = g_match_info_fetch (match, 1);
  hard = g_match_info_fetch (match, 2);
  g_assert_cmpstr (soft, ==, hard);
}

/* --- the service manager --- */

static int
bind_notify_socket (const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct timeval patience = { .tv_sec = SB_TEST_DEADLINE / 1000 };

  memcpy (address.sun_path, name, strlen (name));
  if (name[0] == '@')
    address.sun_path[0] = '\0';
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, (socklen_t) (offsetof (struct sockaddr_un, sun_path) + strlen (name))), ==, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

static void
expect_notification (int fd, const char *expected)
{
  char buffer[64];
  ssize_t n = recv (fd, buffer, sizeof buffer, 0);

  g_assert_cmpmem (buffer, n, expected, strlen (expected));
}

/* Signs of life come as they like, before it is ready, too. */
static void
expect_notification_at_last (int fd, const char *expected)
{
  char buffer[64];
  ssize_t n;

  do
    n = recv (fd, buffer, sizeof buffer, 0);
  while (n == 10 && memcmp (buffer, "WATCHDOG=1", 10) == 0);
  g_assert_cmpmem (buffer, n, expected, strlen (expected));
}

static void
check_notifications (ProgramFixture *self, const char *name)
{
  int fd = bind_notify_socket (name);

  g_strfreev (self->environ);
  self->environ = g_environ_setenv (g_get_environ (), "NOTIFY_SOCKET", name, TRUE);
  self->environ = g_environ_setenv (self->environ, "WATCHDOG_USEC", "200000", TRUE);
  program_start (self);

  expect_notification_at_last (fd, "READY=1");
  expect_notification (fd, "WATCHDOG=1");
  expect_notification (fd, "WATCHDOG=1");
  g_subprocess_send_signal (self->daemon, SIGTERM);
  expect_notification_at_last (fd, "STOPPING=1");
  g_assert_true (g_subprocess_wait (self->daemon, NULL, NULL));
  g_clear_object (&self->daemon);
  close (fd);
}

static void
test_tells_the_service_manager (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->store.folder, "notify", NULL);
  g_autofree char *abstract = g_strdup_printf ("@signalbox-test-%d", (int) getpid ());

  check_notifications (self, path);
  check_notifications (self, abstract);
}

/* --- kill -9 --- */

typedef struct
{
  gint64 id;
  char *secret;
  gboolean revoked;
} Issued;

static void
issued_clear (gpointer data)
{
  Issued *issued = data;

  g_free (issued->secret);
}

static guint
knock (ProgramFixture *self, const char *secret)
{
  g_autoptr (SbTestClient) client = sb_test_client_new (self->port);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (client, "/", secret, NULL);

  return response->status;
}

static guint
count_entries (ProgramFixture *self, const char *act)
{
  g_autoptr (JsonNode) audit = program_json (self, "audit --limit 10000");
  JsonArray *entries = json_node_get_array (audit);
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (entries); i++)
    if (strcmp (json_object_get_string_member (json_array_get_object_element (entries, i), "act"), act) == 0)
      n++;
  return n;
}

/* Everything that was reported done is there. */
static void
check_nothing_is_missing (ProgramFixture *self, GArray *tokens, guint n_said)
{
  g_autoptr (JsonNode) listed = program_json (self, "token list");
  g_autoptr (JsonNode) said = program_json (self, "broadcasts");
  guint n_revoked = 0;

  g_assert_cmpuint (json_array_get_length (json_node_get_array (listed)), ==, tokens->len);
  for (guint i = 0; i < tokens->len; i++)
    {
      const Issued *issued = &g_array_index (tokens, Issued, i);
      JsonObject *shown = json_array_get_object_element (json_node_get_array (listed), i);

      g_assert_cmpint (json_object_get_int_member (shown, "id"), ==, issued->id);
      g_assert_cmpstr (json_object_get_string_member (shown, "state"), ==, issued->revoked ? "revoked" : "active");
      g_assert_cmpuint (knock (self, issued->secret), ==, issued->revoked ? 401 : 101);
      n_revoked += issued->revoked;
    }
  g_assert_cmpuint (json_array_get_length (json_node_get_array (said)), ==, n_said);
  for (guint i = 0; i < n_said; i++)
    {
      JsonObject *broadcast = json_array_get_object_element (json_node_get_array (said), i);
      g_autofree char *text = g_strdup_printf ("{\"n\":%u}", n_said - 1 - i);

      g_assert_cmpstr (json_object_get_string_member (broadcast, "message"), ==, text);
      g_assert_cmpstr (json_object_get_string_member (broadcast, "state"), ==, "complete");
    }
  g_assert_cmpuint (count_entries (self, "token_issued"), ==, tokens->len);
  g_assert_cmpuint (count_entries (self, "token_revoked"), ==, n_revoked);
  g_assert_cmpuint (count_entries (self, "broadcast_sent"), ==, n_said);
}

static void
test_killed_between_any_two_steps (ProgramFixture *self, gconstpointer data)
{
  static const char steps[] = "iiubrubirb"; /* issue, use, broadcast, revoke */
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (Issued));
  guint n_said = 0;
  guint n_revoked = 0;

  g_array_set_clear_func (tokens, issued_clear);
  program_start (self);
  for (const char *step = steps; *step != '\0'; step++)
    {
      g_autoptr (SbTestClient) client = NULL;

      if (*step == 'i')
        {
          Issued issued = { 0 };

          issued.secret = program_issue (self, "x", &issued.id);
          g_array_append_val (tokens, issued);
        }
      else if (*step == 'u')
        client = sb_test_client_new_open (self->port, "/", g_array_index (tokens, Issued, n_revoked).secret);
      else if (*step == 'r')
        {
          Issued *issued = &g_array_index (tokens, Issued, n_revoked++);
          g_autoptr (JsonNode) revoked = program_json (self, "token revoke %" G_GINT64_FORMAT, issued->id);

          issued->revoked = TRUE;
        }
      else
        {
          g_autoptr (JsonNode) broadcast = program_json (self, "broadcast '{\"n\":%u}'", n_said++);
        }

      program_kill (self);
      program_start (self);
      check_nothing_is_missing (self, tokens, n_said);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/daemon/" path, ProgramFixture, NULL, program_fixture_set_up, function, program_fixture_tear_down)
  ADD ("says-where-it-listens", test_says_where_it_listens);
  ADD ("port-that-was-asked-for", test_port_that_was_asked_for);
  ADD ("sigterm-drains", test_sigterm_drains);
  ADD ("ignored-hang-up-stays-ignored", test_ignored_hang_up_stays_ignored);
  ADD ("second-signal-cuts", test_second_signal_cuts);
  ADD ("second-on-one-directory", test_second_on_one_directory);
  ADD ("port-in-use", test_port_in_use);
  ADD ("command-lines-that-make-no-sense", test_command_lines_that_make_no_sense);
  ADD ("help-and-version", test_help_and_version);
  ADD ("settings-file", test_settings_file);
  ADD ("damaged-database", test_damaged_database);
  ADD ("raises-the-descriptor-limit", test_raises_the_descriptor_limit);
  ADD ("tells-the-service-manager", test_tells_the_service_manager);
  ADD ("killed-between-any-two-steps", test_killed_between_any_two_steps);

  return g_test_run ();
}
