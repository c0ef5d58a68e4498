/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the built programs share: signalboxd on a folder of its own, and signalboxctl, run as people run them. */

#include "store-fixture.h"
#include "support/sb-test-client.h"
#include "support/sb-test-wait.h"
#include <json-glib/json-glib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  StoreFixture store;
  char **environ; /* for the daemon; NULL: ours */
  gboolean ignores_hang_up; /* the daemon begins as nohup(1) would have it */
  GSubprocess *daemon;
  guint16 port;
} ProgramFixture;

/* What a program said and how it ended. */
typedef struct
{
  int status;
  char *out;
  char *err;
} Outcome;

static inline void
outcome_clear (Outcome *self)
{
  g_clear_pointer (&self->out, g_free);
  g_clear_pointer (&self->err, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static inline const char *
program_path (const char *variable)
{
  const char *path = g_getenv (variable);

  if (path == NULL)
    g_error ("%s is not set: run this by meson", variable);
  return path;
}

/* --- signalboxd --- */

/* Before anything else that a program writes to stdout. */
static inline char *
program_read_line (GSubprocess *program)
{
  g_autoptr (GDataInputStream) stream = g_data_input_stream_new (g_subprocess_get_stdout_pipe (program));
  g_autoptr (GError) error = NULL;
  char *line;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (stream), FALSE);
  line = g_data_input_stream_read_line (stream, NULL, NULL, &error);
  g_assert_no_error (error);
  return line;
}

/* In the child, after GLib has given signals their defaults and before it becomes the program: a test that aborts must not leave its
 * daemon running. */
static inline void
program_set_up_child (gpointer user_data)
{
  const ProgramFixture *self = user_data;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (self->ignores_hang_up)
    signal (SIGHUP, SIG_IGN);
}

/* @arguments: what comes after "--data FOLDER"; NULL-terminated. */
static inline GSubprocess *
program_spawn_daemon (ProgramFixture *self, const char *const *arguments, GSubprocessFlags flags)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *program;

  if (self->environ != NULL)
    g_subprocess_launcher_set_environ (launcher, self->environ);
  g_subprocess_launcher_set_child_setup (launcher, program_set_up_child, self, NULL);
  g_strv_builder_add_many (builder, program_path ("SIGNALBOXD"), "--data", self->store.folder, NULL);
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  program = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  return program;
}

/* The port in "listening on ws://127.0.0.1:PORT". */
static inline guint16
program_read_port (GSubprocess *program)
{
  g_autofree char *line = program_read_line (program);
  const char *begin = "listening on ws://127.0.0.1:";
  guint64 port = 0;

  if (line == NULL || !g_str_has_prefix (line, begin) || !g_ascii_string_to_unsigned (line + strlen (begin), 10, 1, 65535, &port, NULL))
    g_error ("signalboxd said “%s”", line);
  return (guint16) port;
}

static inline void
program_start (ProgramFixture *self)
{
  g_assert_null (self->daemon);
  self->daemon = program_spawn_daemon (self, ((const char *const[]) { "--listen", "127.0.0.1:0", NULL }),
                                       G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  self->port = program_read_port (self->daemon);
}

/* As the power does. */
static inline void
program_kill (ProgramFixture *self)
{
  g_subprocess_send_signal (self->daemon, SIGKILL);
  g_assert_true (g_subprocess_wait (self->daemon, NULL, NULL));
  g_assert_true (g_subprocess_get_if_signaled (self->daemon));
  g_clear_object (&self->daemon);
}

static inline void
program_stop (ProgramFixture *self)
{
  g_subprocess_send_signal (self->daemon, SIGTERM);
  g_assert_true (g_subprocess_wait (self->daemon, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (self->daemon));
  g_assert_cmpint (g_subprocess_get_exit_status (self->daemon), ==, 0);
  g_clear_object (&self->daemon);
}

static inline void
program_fixture_set_up (ProgramFixture *self, gconstpointer data)
{
  store_fixture_set_up (&self->store, NULL);
}

static inline void
program_fixture_set_up_started (ProgramFixture *self, gconstpointer data)
{
  program_fixture_set_up (self, NULL);
  program_start (self);
}

static inline void
program_fixture_tear_down (ProgramFixture *self, gconstpointer data)
{
  if (self->daemon != NULL)
    program_stop (self);
  g_strfreev (self->environ);
  store_fixture_tear_down (&self->store, NULL);
}

/* --- signalboxctl --- */

static inline char **
program_make_argv (ProgramFixture *self, const char *line)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;

  g_strv_builder_add_many (builder, program_path ("SIGNALBOXCTL"), "--data", self->store.folder, NULL);
  if (line[0] != '\0')
    {
      g_shell_parse_argv (line, NULL, &words, &error);
      g_assert_no_error (error);
      g_strv_builder_addv (builder, (const char **) words);
    }
  return g_strv_builder_end (builder);
}

static inline char *
program_bytes_to_text (GBytes *bytes)
{
  const char *text = g_bytes_get_data (bytes, NULL);

  return g_strndup (text != NULL ? text : "", g_bytes_get_size (bytes));
}

/* @line: what follows "signalboxctl --data FOLDER", quoted as in a shell. @input: for stdin; NULL: nothing. */
static inline Outcome
program_ctl_with (ProgramFixture *self, const char *line, const char *input)
{
  g_auto (GStrv) argv = program_make_argv (self, line);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GBytes) in = g_bytes_new (input, input != NULL ? strlen (input) : 0);
  g_autoptr (GBytes) out = NULL, err = NULL;
  Outcome outcome;

  program = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate (program, in, NULL, &out, &err, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (program));
  outcome.status = g_subprocess_get_exit_status (program);
  outcome.out = program_bytes_to_text (out);
  outcome.err = program_bytes_to_text (err);
  return outcome;
}

static inline Outcome
program_ctl (ProgramFixture *self, const char *line)
{
  return program_ctl_with (self, line, NULL);
}

/* With --json; must succeed. */
G_GNUC_PRINTF (2, 3)
static inline JsonNode *
program_json (ProgramFixture *self, const char *format, ...)
{
  g_autofree char *line = NULL;
  g_autofree char *with_json = NULL;
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;
  JsonNode *node;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  with_json = g_strconcat ("--json ", line, NULL);
  outcome = program_ctl (self, with_json);
  if (outcome.status != 0)
    g_error ("signalboxctl %s: %d: %s", line, outcome.status, outcome.err);
  g_assert_cmpstr (outcome.err, ==, "");
  node = json_from_string (outcome.out, &error);
  g_assert_no_error (error);
  return node;
}

static inline gint64
program_get_int (JsonNode *node, const char *member)
{
  return json_object_get_int_member (json_node_get_object (node), member);
}

static inline const char *
program_get_string (JsonNode *node, const char *member)
{
  return json_object_get_string_member (json_node_get_object (node), member);
}

/* The secret of a new token. */
static inline char *
program_issue (ProgramFixture *self, const char *label, gint64 *id)
{
  g_autoptr (JsonNode) node = program_json (self, "token issue --label '%s'", label);

  if (id != NULL)
    *id = program_get_int (node, "id");
  return g_strdup (program_get_string (node, "secret"));
}

static inline guint
program_count_clients (ProgramFixture *self)
{
  g_autoptr (JsonNode) status = program_json (self, "status");

  return (guint) program_get_int (status, "clients");
}
