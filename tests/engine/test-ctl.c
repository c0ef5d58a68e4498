/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-token.h"
#include "program-fixture.h"

/* signalboxctl, as people and scripts run it. */

/* --- exit statuses and sentences --- */

typedef struct
{
  const char *line;
  int status;
  const char *out; /* a part of it; NULL: nothing */
  const char *err;
} Case;

static void
check_cases (ProgramFixture *self, const Case *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_auto (Outcome) outcome = program_ctl (self, cases[i].line);

      if (outcome.status != cases[i].status)
        g_error ("signalboxctl %s: %d instead of %d\n%s%s", cases[i].line, outcome.status, cases[i].status, outcome.out, outcome.err);
      if (cases[i].out != NULL)
        store_assert_contains (outcome.out, cases[i].out);
      else
        g_assert_cmpstr (outcome.out, ==, "");
      if (cases[i].err != NULL)
        store_assert_contains (outcome.err, cases[i].err);
      else
        g_assert_cmpstr (outcome.err, ==, "");
    }
}

static void
test_what_makes_no_sense (ProgramFixture *self, gconstpointer data)
{
  static const Case cases[] = {
    { "", 2, NULL, "Commands:" },
    { "nope", 2, NULL, "“nope” is not a command" },
    { "token", 2, NULL, "“token” is not a command" },
    { "token nope", 2, NULL, "is not a command" },
    { "token list --nope", 2, NULL, "--nope" },
    { "token list --label x", 2, NULL, "--label" },
    { "token list 7", 2, NULL, "signalboxctl token list" },
    { "token revoke", 2, NULL, "signalboxctl token revoke ID" },
    { "token revoke x", 2, NULL, "“x” is not the ID of a token" },
    { "token revoke -1", 2, NULL, "-1" },
    { "token revoke 0", 2, NULL, "“0” is not the ID of a token" },
    { "token revoke 1 2", 2, NULL, "signalboxctl token revoke ID" },
    { "token issue --label", 2, NULL, "--label" },
    { "token issue --label x --expires soon", 2, NULL, "“soon” is neither a duration" },
    { "token issue --label x --max-connections many", 2, NULL, "many" },
    { "token edit 1 --read-only --publish", 2, NULL, "--read-only and --publish" },
    { "token rotate 1 --grace 5", 2, NULL, "“5” is not a duration" },
    { "disconnect x", 2, NULL, "“x” is not the ID of a client" },
    { "send 1", 2, NULL, "signalboxctl send ID JSON" },
    { "broadcast", 2, NULL, "signalboxctl broadcast JSON" },
    { "broadcast --token x 1", 2, NULL, "“x” is not an ID" },
    { "template show x", 2, NULL, "“x” is not an ID" },
    { "template save only", 2, NULL, "signalboxctl template save NAME JSON" },
    { "schedule stop x", 2, NULL, "“x” is not an ID" },
    { "schedule add 1", 2, NULL, "--every" },
    { "schedule add 1 --every 5", 2, NULL, "“5” is not a duration" },
    { "schedule add 1 --at soon", 2, NULL, "“soon” is neither a duration" },
    { "block 10.0.0.1 --for ever", 2, NULL, "“ever” is not a duration" },
    { "settings set port", 2, NULL, "signalboxctl settings set KEY VALUE" },
    { "--json", 2, NULL, "Commands:" },
  };

  check_cases (self, cases, G_N_ELEMENTS (cases));
  /* None of it has made a directory of data. */
  g_assert_false (g_file_test (self->store.path, G_FILE_TEST_EXISTS));
}

static void
test_help_and_version (ProgramFixture *self, gconstpointer data)
{
  static const Case cases[] = {
    { "--help", 0, "token issue", NULL },
    { "-h", 0, "broadcast JSON", NULL },
    { "help", 0, "broadcast JSON", NULL },
    { "token issue --help", 0, "--max-connections", NULL },
    { "broadcast --help", 0, "--channel", NULL },
  };
  g_auto (GStrv) argv = g_strsplit (program_path ("SIGNALBOXCTL"), "\n", -1);
  const char *version_argv[] = { argv[0], "--version", NULL };
  g_autofree char *out = NULL;
  int status = 0;

  check_cases (self, cases, G_N_ELEMENTS (cases));
  g_assert_true (g_spawn_sync (NULL, (char **) version_argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (out, ==, "signalboxctl " PACKAGE_VERSION "\n");
}

static void
test_with_nothing_there (ProgramFixture *self, gconstpointer data)
{
  static const Case cases[] = {
    { "status", 3, NULL, "No Signalbox is running on “" },
    { "clients", 3, NULL, "Start one with: signalboxd --data '" },
    { "disconnect 1", 3, NULL, "No Signalbox is running" },
    { "send 1 1", 3, NULL, "No Signalbox is running" },
    { "broadcast 1", 3, NULL, "No Signalbox is running" },
    { "block 10.0.0.1", 3, NULL, "No Signalbox is running" },
    { "unblock 10.0.0.1", 3, NULL, "No Signalbox is running" },
    { "token list", 3, NULL, "holds no data of Signalbox" },
    { "token revoke 1", 3, NULL, "holds no data of Signalbox" },
    { "audit", 3, NULL, "holds no data of Signalbox" },
    { "broadcasts", 3, NULL, "holds no data of Signalbox" },
    { "settings list", 3, NULL, "holds no data of Signalbox" },
  };

  check_cases (self, cases, G_N_ELEMENTS (cases));
  g_assert_false (g_file_test (self->store.path, G_FILE_TEST_EXISTS));
}

/* What root wrote there the service could not read. */
static void
test_root_and_the_directory_of_a_service (ProgramFixture *self, gconstpointer data)
{
  static const Case cases[] = {
    { "token issue --label x", 3, NULL, "belongs to another user" },
    { "token list", 3, NULL, "Start that one first" },
    { "settings set port 81", 3, NULL, "belongs to another user" },
    { "clients", 3, NULL, "No Signalbox is running" },
  };
  if (geteuid () != 0)
    {
      g_test_skip ("it is about root, and only root can give a directory away");
      return;
    }
  g_assert_cmpint (chown (self->store.folder, 65534, 65534), ==, 0);
  check_cases (self, cases, G_N_ELEMENTS (cases));
  g_assert_false (g_file_test (self->store.path, G_FILE_TEST_EXISTS));
}

static void
test_what_is_refused (ProgramFixture *self, gconstpointer data)
{
  static const Case cases[] = {
    { "token issue --label ''", 1, NULL, "label" },
    { "token issue", 1, NULL, "label" },
    { "token issue --label x --channels news", 1, NULL, "“news” is not a channel" },
    { "token issue --label x --expires 2001-01-01", 1, NULL, "expiry is in the past" },
    { "token revoke 99", 1, NULL, "There is no token 99." },
    { "token edit 1", 1, NULL, "Say what is to be changed." },
    { "token restore 1", 1, NULL, "is not revoked" },
    { "token delete 1", 1, NULL, "Revoke it before you delete it." },
    { "token list --state good", 1, NULL, "“good” is not a state" },
    { "settings get colour", 1, NULL, "There is no setting “colour”" },
    { "settings set colour red", 1, NULL, "There is no setting “colour”" },
    { "settings set port 65536", 1, NULL, "port" },
    { "settings set port http", 1, NULL, "port" },
    { "settings set max-backlog lots", 1, NULL, "is not a size" },
    { "settings set max-backlog '2000 MiB'", 1, NULL, "2000 MiB" },
    { "settings set tokens-in-url perhaps", 1, NULL, "true or false" },
    { "audit --limit 0", 1, NULL, "“limit” has to be a whole number" },
  };
  g_autofree char *secret = program_issue (self, "x", NULL);

  check_cases (self, cases, G_N_ELEMENTS (cases));
}

static void
test_what_a_server_refuses (ProgramFixture *self, gconstpointer data)
{
  static const Case cases[] = {
    { "disconnect 7", 1, NULL, "No client 7 is connected." },
    { "send 7 1", 1, NULL, "No client 7 is connected." },
    { "broadcast '{'", 1, NULL, "The message is not JSON" },
    { "broadcast --channel news 1", 1, NULL, "“news” is not a channel" },
    { "block here", 1, NULL, "Write one address" },
    { "unblock 10.0.0.1", 1, NULL, "The address 10.0.0.1 is not blocked." },
  };

  test_what_is_refused (self, NULL);
  check_cases (self, cases, G_N_ELEMENTS (cases));
}

/* --- the same with and without a server --- */

/* What differs from run to run by its nature. */
static void
mask (JsonObject *object)
{
  /* The daemon's --listen is told in place of the port of the file. */
  static const char *const names[] = { "port", "secret", "hint", "created_at", "revoked_at", "previous_secret_until", "time", "last_used_at" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (json_object_has_member (object, names[i]) && !json_object_get_null_member (object, names[i]))
      json_object_set_string_member (object, names[i], "…");
}

static gboolean
cut_hint (const GMatchInfo *match, GString *result, gpointer user_data)
{
  g_string_append (result, "(…)");
  return FALSE;
}

/* All that a sequence of commands says, in one text. */
static char *
run_story (ProgramFixture *self)
{
  static const char *const story[] = {
    "token issue --label 'first one' --channels '/a, /b/*' --read-only --expires 2100-01-01T00:00:00Z --max-connections 3 --rate 5",
    "token issue --label second",
    "token list",
    "token edit 1 --label 1st --publish --expires never",
    "token rotate 2 --grace 1h",
    "token revoke 1",
    "token list --state revoked",
    "token restore 1",
    "token revoke 1",
    "token delete 1",
    "token list",
    "settings set max-clients 77",
    "settings get max-clients",
    "settings set allowed-origins 'https://a.example https://b.example'",
    "settings get allowed-origins",
    "broadcasts",
    "audit --limit 8",
  };
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GRegex) hint = g_regex_new ("\\(sbx_[^)]*\\)|sbx_\\w+…\\w+|until [0-9: -]+ UTC", 0, 0, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (story); i++)
    {
      g_autoptr (JsonNode) node = program_json (self, "%s", story[i]);
      g_autofree char *text = NULL;

      if (JSON_NODE_HOLDS_OBJECT (node))
        mask (json_node_get_object (node));
      else if (JSON_NODE_HOLDS_ARRAY (node))
        for (guint j = 0; j < json_array_get_length (json_node_get_array (node)); j++)
          if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (json_node_get_array (node), j)))
            {
              JsonObject *object = json_array_get_object_element (json_node_get_array (node), j);

              mask (object);
              /* Only the server starts; what was done has the same number but for that. */
              if (json_object_has_member (object, "actor"))
                json_object_remove_member (object, "id");
            }
      text = json_to_string (node, FALSE);
      g_string_append_printf (said, "%s\n%s\n", story[i], text);
    }

  return g_regex_replace_eval (hint, said->str, (gssize) said->len, 0, 0, cut_hint, NULL, NULL);
}

static void
test_same_with_and_without_a_server (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *other_folder = g_dir_make_tmp ("signalbox-other-XXXXXX", NULL);
  ProgramFixture other = { .store.folder = other_folder };
  g_autofree char *with = NULL;
  g_autofree char *without = run_story (self);
  g_auto (GStrv) with_lines = NULL, without_lines = NULL;

  program_start (&other);
  with = run_story (&other);
  program_stop (&other);
  with_lines = g_strsplit (with, "\n", -1);
  without_lines = g_strsplit (without, "\n", -1);
  g_assert_cmpuint (g_strv_length (with_lines), ==, g_strv_length (without_lines));
  for (guint i = 0; with_lines[i] != NULL; i++)
    g_assert_cmpstr (with_lines[i], ==, without_lines[i]);
  store_assert_contains (with, "\"label\":\"1st\"");
  store_assert_contains (with, "https://b.example");
  store_remove_folder (other_folder);
}

static void
test_issued_before_the_server_runs (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = program_issue (self, "x", NULL);
  g_autoptr (SbTestClient) client = NULL;

  program_start (self);
  client = sb_test_client_new_open (self->port, "/", secret);
  sb_test_client_close (client);
}

/* --- what people read --- */

static void
test_tables (ProgramFixture *self, gconstpointer data)
{
  static const Case empty[] = {
    { "token list", 0, "There are no tokens.", NULL },
    { "clients", 0, "Nobody is connected.", NULL },
    { "broadcasts", 0, "Nothing was broadcast yet.", NULL },
    { "template list", 0, "There are no templates.", NULL },
    { "retained list", 0, "No message is kept for newcomers.", NULL },
    { "schedule list", 0, "Nothing is scheduled.", NULL },
  };
  g_autofree char *secret = NULL;
  g_autoptr (SbTestClient) client = NULL;

  check_cases (self, empty, G_N_ELEMENTS (empty));
  secret = program_issue (self, "日本 kiosk", NULL);
  client = sb_test_client_new_open (self->port, "/news?name=left", secret);
  sb_test_wait (program_count_clients (self) == 1);

  {
    const Case cases[] = {
      { "token list", 0, "日本 kiosk", NULL },
      { "clients", 0, "/news", NULL },
      { "broadcast '{\"a\":1}'", 0, "Sent to 1 of 1, 0 dropped, 0 pending, in ", NULL },
      { "broadcasts", 0, "{\"a\":1}", NULL },
      { "send 1 '[1]'", 0, "Sent to 1 of 1", NULL },
      { "template save stop '[2]' --channel /news", 0, "Saved template 1.", NULL },
      { "template save stop '[3]'", 1, NULL, "There is a template “stop” already" },
      { "template rename 1 halt", 0, "Renamed template 1.", NULL },
      { "template list", 0, "halt", NULL },
      { "template show 1", 0, "[2]\n", NULL },
      { "template send 1", 0, "Sent to 1 of 1", NULL },
      { "template send 1 --retain", 0, "Sent to 1 of 1", NULL },
      { "broadcast '[5]' --retain", 0, "ms.\nMessage kept for newcomers\n", NULL },
      { "broadcast '[5]' --retain --token 1", 1, NULL, "Only a message to everyone or to channels can be kept" },
      { "retained list", 0, "/news", NULL },
      { "retained show 1", 0, "[2]\n", NULL },
      { "retained show 2", 0, "[5]\n", NULL },
      { "retained remove 1", 0, "Message 1 is no longer kept.", NULL },
      { "retained remove 1", 1, NULL, "There is no kept message 1." },
      { "template delete 1", 0, "Deleted template 1.", NULL },
      { "schedule add '[4]' --every 1h --token 1", 0, "Scheduled as 1", NULL },
      { "schedule add '[4]' --every 1h --times -3", 1, NULL, "“times” has to be a whole number" },
      { "schedule list", 0, "every 3600 s", NULL },
      { "schedule stop 1", 0, "Stopped 1.", NULL },
      { "schedule stop 1", 1, NULL, "There is no scheduled message 1" },
      { "status", 0, "listening on ws://127.0.0.1:", NULL },
      { "settings list", 0, "listen-address=127.0.0.1\n", NULL },
      { "audit", 0, "日本 kiosk (sbx_", NULL },
      { "block 10.0.0.1 --for 1h", 0, "10.0.0.1", NULL },
      { "unblock 10.0.0.1", 0, "10.0.0.1", NULL },
      { "disconnect 1 --reason enough", 0, "1", NULL },
    };

    check_cases (self, cases, G_N_ELEMENTS (cases));
  }
  sb_test_client_expect_text (client, "{\"a\":1}");
  sb_test_client_expect_text (client, "[1]");
  sb_test_client_expect_text (client, "[2]");
  sb_test_client_expect_text (client, "[2]");
  sb_test_client_expect_text (client, "[5]");
  sb_test_client_expect_text (client, "[4]");
  sb_test_client_expect_close (client, 3003, "disconnected by admin: enough");
}

/* Who missed a broadcast, and why: somebody who does not read, once more waits for them than may. */
static void
test_missed (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = program_issue (self, "lobby", NULL);
  g_auto (Outcome) set = program_ctl (self, "settings set max-backlog '4 KiB'");
  SbTestClient *stuck = sb_test_client_new_full (self->port, NULL, 4096);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (stuck, "/hall?name=left", secret, NULL);
  g_autofree char *filler = g_strnfill (1000000, 'x');
  g_autofree char *message = g_strdup_printf ("\"%s\"", filler);
  gboolean missed = FALSE;

  g_assert_cmpstr (set.err, ==, "");
  g_assert_cmpuint (response->status, ==, 101);
  sb_test_wait (program_count_clients (self) == 1);
  for (guint i = 0; i < 30 && !missed; i++)
    {
      g_auto (Outcome) sent = program_ctl_with (self, "broadcast -", message);

      g_assert_cmpint (sent.status, ==, 0);
      missed = strstr (sent.out, "Sent to 0 of 1, 1 dropped") != NULL;
      if (!missed)
        g_assert_null (strstr (sent.out, "WHY"));
      else
        {
          store_assert_contains (sent.out, "TOKEN  NAME  CHANNEL  ADDRESS    WHY");
          store_assert_contains (sent.out, "lobby  left  /hall    127.0.0.1  Too slow: its backlog was full");
        }
    }
  g_assert_true (missed);
  sb_test_client_free (stuck);
}

static void
test_secret_is_all_of_stdout (ProgramFixture *self, gconstpointer data)
{
  g_auto (Outcome) issued = program_ctl (self, "token issue --label x");
  g_auto (Outcome) rotated = program_ctl (self, "token rotate 1");
  g_auto (Outcome) list = program_ctl (self, "token list");

  /* So that TOKEN=$(signalboxctl token issue …) holds it, and what is said about it is read all the same. */
  g_assert_cmpuint (strlen (issued.out), ==, SB_TOKEN_SECRET_SIZE + 1);
  g_assert_true (g_str_has_prefix (issued.out, "sbx_"));
  store_assert_contains (issued.err, "shown this once");
  g_assert_cmpuint (strlen (rotated.out), ==, SB_TOKEN_SECRET_SIZE + 1);
  g_assert_cmpstr (rotated.out, !=, issued.out);
  g_assert_null (strstr (list.out, g_strchomp (rotated.out)));
}

/* What "token list --json" printed makes tokens again, with secrets of their own. */
static void
test_import (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->store.folder, "table.json", NULL);
  g_autofree char *dry = g_strdup_printf ("token import %s --dry-run", file);
  g_autofree char *line = g_strdup_printf ("token import %s", file);
  g_autofree char *nowhere = g_strdup_printf ("token import %s/none", self->store.folder);
  g_auto (Outcome) first = program_ctl (self, "token issue --label 'a b' --channels '/x,/y' --read-only --expires 7d");
  g_auto (Outcome) second = program_ctl (self, "token issue --label old");
  g_auto (Outcome) revoked = program_ctl (self, "token revoke 2");
  g_auto (Outcome) table = program_ctl (self, "token list --json");
  g_auto (Outcome) tried = { 0 }, imported = { 0 }, missing = { 0 }, list = { 0 };

  g_assert_true (g_file_set_contents (file, table.out, -1, NULL));
  tried = program_ctl (self, dry);
  g_assert_cmpstr (tried.out, ==, "a b\n");
  imported = program_ctl (self, line);
  g_assert_cmpint (imported.status, ==, 1);
  store_assert_contains (imported.err, "“old”, is left out: It was revoked.");
  g_assert_true (g_str_has_prefix (imported.out, "sbx_"));
  g_assert_true (g_str_has_suffix (imported.out, "\ta b\n"));
  list = program_ctl (self, "token list");
  store_assert_contains (list.out, "/x, /y");
  missing = program_ctl (self, nowhere);
  g_assert_cmpint (missing.status, ==, 1);
  g_remove (file);
}

static void
test_terminals_are_not_obeyed (ProgramFixture *self, gconstpointer data)
{
  g_auto (Outcome) sent = { 0 };
  g_auto (Outcome) said = { 0 };

  /* U+009B begins a control sequence (ECMA-48 §5.4), U+202E turns what follows around; both are good JSON. */
  sent = program_ctl (self, "broadcast '\"\xc2\x9b" "31m\xe2\x80\xae" "x\"'");
  g_assert_cmpint (sent.status, ==, 0);
  said = program_ctl (self, "broadcasts");
  g_assert_cmpint (said.status, ==, 0);
  store_assert_contains (said.out, "31m");
  g_assert_null (strstr (said.out, "\xc2\x9b"));
  g_assert_null (strstr (said.out, "\xe2\x80\xae"));
}

static void
test_message_from_stdin (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = program_issue (self, "x", NULL);
  g_autoptr (SbTestClient) client = sb_test_client_new_open (self->port, "/", secret);
  g_autoptr (GString) big = g_string_new ("\"");
  g_auto (Outcome) outcome = { 0 };
  g_auto (Outcome) bad = { 0 };

  for (guint i = 0; i < 100000; i++)
    g_string_append (big, "ü");
  g_string_append_c (big, '"');
  outcome = program_ctl_with (self, "broadcast -", big->str);
  g_assert_cmpint (outcome.status, ==, 0);
  sb_test_client_expect_text (client, big->str);

  bad = program_ctl_with (self, "broadcast -", "\"\xff\"");
  g_assert_cmpint (bad.status, ==, 1);
  store_assert_contains (bad.err, "UTF-8");
  sb_test_client_expect_silence (client);
}

static void
test_negative_number_as_message (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *secret = program_issue (self, "x", NULL);
  g_autoptr (SbTestClient) client = sb_test_client_new_open (self->port, "/", secret);
  g_auto (Outcome) outcome = program_ctl (self, "broadcast -- -1");

  g_assert_cmpint (outcome.status, ==, 0);
  sb_test_client_expect_text (client, "-1");
}

static void
test_answer_that_cannot_be_written (ProgramFixture *self, gconstpointer data)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_auto (GStrv) argv = program_make_argv (self, "token issue --label x");
  g_autoptr (GSubprocess) program = NULL;
  g_autofree char *err = NULL;

  g_subprocess_launcher_set_stdout_file_path (launcher, "/dev/full");
  program = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, NULL);
  g_assert_nonnull (program);
  g_assert_true (g_subprocess_communicate_utf8 (program, NULL, NULL, NULL, &err, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (program), ==, 1);
  store_assert_contains (err, "could not be written");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/ctl/" path, ProgramFixture, NULL, program_fixture_set_up, function, program_fixture_tear_down)
#define ADD_STARTED(path, function) g_test_add ("/ctl/" path, ProgramFixture, NULL, program_fixture_set_up_started, function, program_fixture_tear_down)
  ADD ("what-makes-no-sense", test_what_makes_no_sense);
  ADD ("help-and-version", test_help_and_version);
  ADD ("with-nothing-there", test_with_nothing_there);
  ADD ("root-and-the-directory-of-a-service", test_root_and_the_directory_of_a_service);
  ADD ("what-is-refused-without-a-server", test_what_is_refused);
  ADD_STARTED ("what-is-refused-with-a-server", test_what_a_server_refuses);
  ADD ("same-with-and-without-a-server", test_same_with_and_without_a_server);
  ADD ("issued-before-the-server-runs", test_issued_before_the_server_runs);
  ADD_STARTED ("tables", test_tables);
  ADD_STARTED ("who-missed-a-broadcast", test_missed);
  ADD ("secret-is-all-of-stdout", test_secret_is_all_of_stdout);
  ADD ("import", test_import);
  ADD_STARTED ("terminals-are-not-obeyed", test_terminals_are_not_obeyed);
  ADD_STARTED ("message-from-stdin", test_message_from_stdin);
  ADD_STARTED ("negative-number-as-message", test_negative_number_as_message);
  ADD ("answer-that-cannot-be-written", test_answer_that_cannot_be_written);

  return g_test_run ();
}
