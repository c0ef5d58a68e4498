/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "program-fixture.h"

/* signalboxctl traffic, left and channels, as people and scripts run them. */

/* --- one that goes on --- */

typedef struct
{
  GSubprocess *program;
  GDataInputStream *lines;
} Following;

static void
following_begin (Following *self, ProgramFixture *fixture, const char *line)
{
  g_auto (GStrv) argv = program_make_argv (fixture, line);
  g_autoptr (GError) error = NULL;

  self->program = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  self->lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->program));
}

static char *
following_read (Following *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *line;

  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, NULL, store_result_cb, &result);
  sb_test_wait (result != NULL);
  line = g_data_input_stream_read_line_finish (self->lines, result, NULL, &error);
  g_assert_no_error (error);
  return line;
}

static void
following_expect (Following *self, const char *part)
{
  g_autofree char *line = following_read (self);

  g_assert_nonnull (line);
  store_assert_contains (line, part);
}

/* Its status, and what it said on stderr. */
static int
following_end (Following *self, char **err)
{
  g_autoptr (GAsyncResult) result = NULL;
  char said[4096];
  gsize length;
  int status;

  g_subprocess_wait_async (self->program, NULL, store_result_cb, &result);
  sb_test_wait (result != NULL);
  g_assert_true (g_input_stream_read_all (g_subprocess_get_stderr_pipe (self->program), said, sizeof said, &length, NULL, NULL));
  *err = g_strndup (said, length);
  g_assert_true (g_subprocess_get_if_exited (self->program));
  status = g_subprocess_get_exit_status (self->program);
  g_clear_object (&self->lines);
  g_clear_object (&self->program);
  return status;
}

static void
test_follow_until_interrupted (ProgramFixture *self, gconstpointer data)
{
  static const int signals[] = { SIGINT, SIGTERM };
  g_autofree char *secret = program_issue (self, "kiosk", NULL);
  g_auto (Outcome) before = program_ctl (self, "broadcast '[0]'");

  g_assert_cmpint (before.status, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *err = NULL;
      g_autoptr (SbTestClient) client = NULL;
      Following following;

      following_begin (&following, self, i == 0 ? "traffic --follow" : "traffic -f -n 1");
      following_expect (&following, i == 0 ? "[0]" : "[2]");
      client = sb_test_client_new_open (self->port, "/news", secret);
      following_expect (&following, " + kiosk (");
      sb_test_client_send_text (client, "[1]");
      following_expect (&following, "/news             3 B  [1]");
      sb_test_client_send_text (client, "nonsense");
      following_expect (&following, "] nonsense");
      sb_test_client_send_close (client, 1000, "bye");
      following_expect (&following, "1000 bye");
      if (i == 0)
        {
          g_auto (Outcome) last = program_ctl (self, "broadcast '[2]'");

          following_expect (&following, "← ");
        }
      g_subprocess_send_signal (following.program, signals[i]);
      g_assert_cmpint (following_end (&following, &err), ==, 0);
      g_assert_cmpstr (err, ==, "");
    }
}

static void
test_follow_as_json (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *err = NULL;
  Following following;

  following_begin (&following, self, "traffic --follow --json -n 100");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *line = NULL;
      g_autoptr (JsonNode) node = NULL;
      g_auto (Outcome) sent = program_ctl (self, "broadcast '[\"\\u001b[31m\"]'");

      g_assert_cmpint (sent.status, ==, 0);
      line = following_read (&following);
      node = json_from_string (line, NULL);
      g_assert_nonnull (node);
      g_assert_cmpstr (program_get_string (node, "event"), ==, "message");
      g_assert_cmpint (program_get_int (node, "id"), ==, i + 1);
      g_assert_cmpstr (program_get_string (node, "message"), ==, "[\"\\u001b[31m\"]");
    }
  g_subprocess_send_signal (following.program, SIGINT);
  g_assert_cmpint (following_end (&following, &err), ==, 0);
  g_assert_cmpstr (err, ==, "");
}

/* As behind "| head -1": it has nothing to say and notices all the same. */
static void
test_follow_until_nobody_reads (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *err = NULL;
  g_auto (Outcome) sent = program_ctl (self, "broadcast '[0]'");
  Following following;

  g_assert_cmpint (sent.status, ==, 0);
  following_begin (&following, self, "traffic --follow");
  following_expect (&following, "[0]");
  g_assert_true (g_input_stream_close (g_subprocess_get_stdout_pipe (following.program), NULL, NULL));
  g_assert_cmpint (following_end (&following, &err), ==, 0);
  g_assert_cmpstr (err, ==, "");
}

static void
test_follow_until_the_server_ends (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *err = NULL;
  g_auto (Outcome) sent = program_ctl (self, "broadcast '[0]'");
  Following following;

  g_assert_cmpint (sent.status, ==, 0);
  following_begin (&following, self, "traffic --follow");
  following_expect (&following, "[0]");
  program_stop (self);
  g_assert_cmpint (following_end (&following, &err), ==, 3);
  store_assert_contains (err, "has ended");
}

/* --- one that ends --- */

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

static void
test_list (ProgramFixture *self, gconstpointer data)
{
  gint64 id = 0;
  g_autofree char *secret = program_issue (self, "kiosk", &id);
  g_autoptr (SbTestClient) client = sb_test_client_new_open (self->port, "/news", secret);
  g_autoptr (SbTestClient) other = sb_test_client_new_open (self->port, "/news", secret);
  g_autofree char *of_token = g_strdup_printf ("traffic --token %" G_GINT64_FORMAT " --json", id);
  g_auto (Outcome) all = { 0 }, newest = { 0 }, rejected = { 0 }, none = { 0 }, json = { 0 }, found = { 0 };

  for (guint i = 0; i < 1500; i++)
    sb_test_client_send_text (client, "[1]");
  sb_test_client_send_text (client, "\"last\"");
  for (guint i = 0; i < 1500; i++)
    sb_test_client_expect_text (other, "[1]");
  sb_test_client_expect_text (other, "\"last\"");
  sb_test_client_send_text (other, "nonsense \033[31m");
  do
    {
      outcome_clear (&rejected);
      rejected = program_ctl (self, "traffic --rejected");
      g_assert_cmpint (rejected.status, ==, 0);
    }
  while (strstr (rejected.out, "nonsense") == NULL);
  g_assert_cmpuint (count_lines (rejected.out), ==, 1);
  store_assert_contains (rejected.out, "✗ kiosk (2)");
  store_assert_contains (rejected.out, "[json: ");
  g_assert_null (strchr (rejected.out, '\033'));

  /* By pages, in the order in which it was said. */
  all = program_ctl (self, "traffic --limit 5000");
  g_assert_cmpuint (count_lines (all.out), ==, 1502);
  newest = program_ctl (self, "traffic -n 2 --client 1");
  g_assert_cmpuint (count_lines (newest.out), ==, 2);
  g_assert_true (g_str_has_suffix (newest.out, "  \"last\"\n"));
  found = program_ctl (self, "traffic --search 'NonSense '");
  g_assert_cmpuint (count_lines (found.out), ==, 1);
  store_assert_contains (found.out, "nonsense");
  none = program_ctl (self, "traffic --channel /empty");
  g_assert_cmpstr (none.out, ==, "Nothing was said.\n");
  json = program_ctl (self, of_token);
  g_assert_cmpuint (count_lines (json.out), ==, 1000);
  g_assert_true (g_str_has_prefix (json.out, "{\"id\":503,"));
}

static void
test_left_and_channels (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = program_issue (self, "kiosk", NULL);
  g_autoptr (SbTestClient) client = sb_test_client_new_open (self->port, "/news", secret);
  g_auto (Outcome) nobody = program_ctl (self, "left");
  g_auto (Outcome) channels = { 0 }, left = { 0 }, elsewhere = { 0 }, here = { 0 };
  g_autoptr (JsonNode) listed = NULL;

  g_assert_cmpstr (nobody.out, ==, "Nobody has left.\n");
  /* The daemon hears of it within a tenth of a second. */
  do
    {
      outcome_clear (&channels);
      channels = program_ctl (self, "channels");
      g_assert_cmpint (channels.status, ==, 0);
    }
  while (strstr (channels.out, "Nobody is connected.") != NULL);
  elsewhere = program_ctl (self, "clients --channel /room/*");
  g_assert_cmpstr (elsewhere.out, ==, "Nobody is connected.\n");
  here = program_ctl (self, "clients --channel /news --token 1");
  store_assert_contains (here.out, "kiosk");
  store_assert_contains (channels.out, "CHANNEL  CLIENTS");
  store_assert_contains (channels.out, "/news          1");
  sb_test_client_send_close (client, 1000, "so long");
  do
    {
      outcome_clear (&left);
      left = program_ctl (self, "left --channel /news");
      g_assert_cmpint (left.status, ==, 0);
    }
  while (strstr (left.out, "so long") == NULL);
  store_assert_contains (left.out, "client     1000 so long");
  listed = program_json (self, "left -n 1");
  g_assert_cmpuint (json_array_get_length (json_node_get_array (listed)), ==, 1);
}

static void
test_what_makes_no_sense (ProgramFixture *self, gconstpointer data)
{
  static const struct { const char *line; int status; const char *err; } cases[] = {
    { "traffic --token x", 2, "“x” is not an ID" },
    { "traffic --client 0", 2, "“0” is not an ID" },
    { "traffic --channel news", 1, "“news” is not a channel" },
    { "traffic --follow --channel news", 1, "“news” is not a channel" },
    { "traffic --follow --limit 1001", 1, "limit" },
    { "traffic --limit 0", 1, "“limit” has to be a whole number from 1" },
    { "traffic --limit -5", 1, "“limit” has to be a whole number from 1" },
    { "traffic now", 2, "it is: signalboxctl traffic" },
    { "traffic --reason x", 2, "--reason" },
    { "clients --token x", 2, "“x” is not an ID" },
    { "clients --channel x", 1, "“x” is not a channel" },
    { "clients --client 1", 2, "--client" },
    { "left --rejected", 2, "--rejected" },
    { "left --token x", 2, "“x” is not an ID" },
    { "channels /news", 2, "it is: signalboxctl channels" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Outcome) outcome = program_ctl (self, cases[i].line);

      g_test_message ("%s", cases[i].line);
      g_assert_cmpint (outcome.status, ==, cases[i].status);
      g_assert_cmpstr (outcome.out, ==, "");
      store_assert_contains (outcome.err, cases[i].err);
    }
}

static void
test_with_nothing_there (ProgramFixture *self, gconstpointer data)
{
  static const char *const lines[] = { "traffic", "traffic --follow", "traffic --follow --json", "metrics", "left", "channels" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Outcome) outcome = program_ctl (self, lines[i]);

      g_assert_cmpint (outcome.status, ==, 3);
      g_assert_cmpstr (outcome.out, ==, "");
      store_assert_contains (outcome.err, "No Signalbox is running on “");
    }
}

static void
test_metrics (ProgramFixture *self, gconstpointer data)
{
  g_auto (Outcome) outcome = program_ctl (self, "metrics");
  g_auto (Outcome) set = program_ctl (self, "settings set metrics-listen 127.0.0.1:0");
  g_auto (Outcome) bad = program_ctl (self, "settings set metrics-listen 9187");
  g_autoptr (JsonNode) json = program_json (self, "metrics");
  g_autoptr (JsonNode) status = program_json (self, "status");
  g_auto (Outcome) degraded = { 0 };
  g_autofree char *taken = NULL;

  g_assert_cmpint (outcome.status, ==, 0);
  g_assert_cmpstr (outcome.err, ==, "");
  g_assert_true (g_str_has_prefix (outcome.out, "# HELP signalbox_build_info "));
  store_assert_contains (outcome.out, "\nsignalbox_state{state=\"listening\"} 1\n");
  store_assert_contains (program_get_string (json, "text"), "\nsignalbox_clients 0\n");
  g_assert_cmpint (set.status, ==, 0);
  g_assert_true (g_str_has_prefix (program_get_string (status, "metrics"), "http://127.0.0.1:"));
  taken = g_strdup_printf ("settings set metrics-listen 127.0.0.1:%u", (guint) self->port);
  degraded = program_ctl (self, taken);
  g_assert_cmpint (degraded.status, ==, 0);
  store_assert_contains (degraded.out, "Set metrics-listen.");
  store_assert_contains (degraded.err, "Metrics cannot be given on 127.0.0.1:");
  g_assert_cmpint (bad.status, ==, 1);
  store_assert_contains (bad.err, "“9187” is not an address with a port");
}

/* Whoever reads has had enough of any command. */
static void
test_nobody_reads (ProgramFixture *self, gconstpointer data)
{
  g_auto (GStrv) argv = program_make_argv (self, "settings list");
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) program = NULL;
  g_autofree char *err = NULL;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  close (ends[0]);
  g_subprocess_launcher_take_stdout_fd (launcher, ends[1]);
  program = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, NULL);
  g_assert_nonnull (program);
  g_clear_object (&launcher);
  g_assert_true (g_subprocess_communicate_utf8 (program, NULL, NULL, NULL, &err, NULL));
  g_assert_cmpstr (err, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/ctl-traffic/" path, ProgramFixture, NULL, program_fixture_set_up, function, program_fixture_tear_down)
#define ADD_STARTED(path, function) g_test_add ("/ctl-traffic/" path, ProgramFixture, NULL, program_fixture_set_up_started, function, program_fixture_tear_down)
  ADD_STARTED ("follow-until-interrupted", test_follow_until_interrupted);
  ADD_STARTED ("follow-as-json", test_follow_as_json);
  ADD_STARTED ("follow-until-nobody-reads", test_follow_until_nobody_reads);
  ADD_STARTED ("follow-until-the-server-ends", test_follow_until_the_server_ends);
  ADD_STARTED ("list", test_list);
  ADD_STARTED ("left-and-channels", test_left_and_channels);
  ADD_STARTED ("metrics", test_metrics);
  ADD_STARTED ("what-makes-no-sense", test_what_makes_no_sense);
  ADD ("with-nothing-there", test_with_nothing_there);
  ADD_STARTED ("nobody-reads", test_nobody_reads);

  return g_test_run ();
}
