/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control.h"
#include "engine-fixture.h"
#include "program-fixture.h"
#include "sb-data-dir.h"

/* signalboxctl where somebody else has the directory, or nobody. */

static void
test_waits_for_a_server_that_begins (ProgramFixture *self, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      /* Not waited for: the directory may be taken already, and the socket not be there yet. */
      self->daemon = program_spawn_daemon (self, ((const char *const[]) { "--listen", "127.0.0.1:0", NULL }),
                                           G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
      outcome = program_ctl (self, "token issue --label x");
      if (outcome.status != 0)
        g_error ("%d: %s", outcome.status, outcome.err);
      program_read_port (self->daemon);
      program_stop (self);
    }
}

static void
test_many_at_once_without_a_server (ProgramFixture *self, gconstpointer data)
{
  GSubprocess *programs[6];
  g_auto (GStrv) argv = program_make_argv (self, "token issue --label x");
  g_autoptr (JsonNode) listed = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    programs[i] = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_assert_true (g_subprocess_wait (programs[i], NULL, NULL));
      g_assert_cmpint (g_subprocess_get_exit_status (programs[i]), ==, 0);
      g_object_unref (programs[i]);
    }
  listed = program_json (self, "token list");
  g_assert_cmpuint (json_array_get_length (json_node_get_array (listed)), ==, G_N_ELEMENTS (programs));
}

static void
test_holder_that_cannot_be_asked (ProgramFixture *self, gconstpointer data)
{
  static const char *const lines[] = { "token issue --label x", "status" };
  g_autoptr (SbDataDir) dir = sb_data_dir_lock (self->store.folder, NULL);
  g_autofree char *expected = g_strdup_printf ("is in use by test-ctl-holder (process %d)", (int) getpid ());

  g_assert_nonnull (dir);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Outcome) outcome = program_ctl (self, lines[i]);

      g_assert_cmpint (outcome.status, ==, 3);
      g_assert_cmpstr (outcome.out, ==, "");
      store_assert_contains (outcome.err, expected);
    }
}

static void
test_damaged_database (ProgramFixture *self, gconstpointer data)
{
  g_autofree char *garbage = g_strnfill (8192, '?');
  g_auto (Outcome) outcome = { 0 };

  g_assert_true (g_file_set_contents (self->store.path, garbage, -1, NULL));
  outcome = program_ctl (self, "token list");
  g_assert_cmpint (outcome.status, ==, 1);
  store_assert_contains (outcome.err, "is damaged");
}

/* --- a window whose server is stopped --- */

static void
waited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;

  g_assert_true (g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL));
  *done = TRUE;
}

static int
run_beside (ProgramFixture *self, const char *line)
{
  g_auto (GStrv) argv = program_make_argv (self, line);
  g_autoptr (GSubprocess) program = g_subprocess_newv ((const char *const *) argv,
                                                       G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  gboolean done = FALSE;

  g_assert_nonnull (program);
  g_subprocess_wait_async (program, NULL, waited_cb, &done);
  sb_test_wait (done);
  return g_subprocess_get_exit_status (program);
}

static void
test_window_that_is_stopped (ProgramFixture *self, gconstpointer data)
{
  SbEngine *engine = engine_open_well (self->store.folder);
  SbControl *control = sb_control_new (engine);

  g_assert_true (sb_control_listen (control, NULL));
  g_assert_cmpint (run_beside (self, "token issue --label x"), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sb_engine_get_tokens (engine))), ==, 1);
  g_assert_cmpint (run_beside (self, "status"), ==, 0);
  g_assert_cmpint (run_beside (self, "broadcast 1"), ==, 3);
  g_assert_cmpint (run_beside (self, "token revoke 99"), ==, 1);

  g_assert_finalize_object (control);
  sb_test_iterate ();
  engine_end (engine);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/ctl-holder/" path, ProgramFixture, NULL, program_fixture_set_up, function, program_fixture_tear_down)
  ADD ("waits-for-a-server-that-begins", test_waits_for_a_server_that_begins);
  ADD ("many-at-once-without-a-server", test_many_at_once_without_a_server);
  ADD ("holder-that-cannot-be-asked", test_holder_that_cannot_be_asked);
  ADD ("damaged-database", test_damaged_database);
  ADD ("window-that-is-stopped", test_window_that_is_stopped);

  return g_test_run ();
}
