/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-data-dir.h"
#include "sb-engine.h"
#include "store-fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Run as "test-data-dir --hold DIR" (or --hold-briefly, by the name of the command line) it is the other program: it takes DIR, says so, and waits to be killed. */
G_NORETURN static void
hold (const char *path)
{
  g_autoptr (GError) error = NULL;
  SbDataDir *dir = sb_data_dir_lock (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dir);
  printf ("held\n");
  fflush (stdout);
  for (;;)
    pause ();
}

static GSubprocess *
start_holder_as (const char *option, const char *path)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *other = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe", option, path, NULL);
  char line[5];
  gsize n = 0;

  g_assert_no_error (error);
  g_input_stream_read_all (g_subprocess_get_stdout_pipe (other), line, sizeof line, &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (line, n, "held\n", 5);

  return other;
}

static GSubprocess *
start_holder (const char *path)
{
  return start_holder_as ("--hold", path);
}

static void
end_holder (GSubprocess *other)
{
  g_subprocess_force_exit (other);
  g_assert_true (g_subprocess_wait (other, NULL, NULL));
  g_object_unref (other);
}

static SbDataDir *
lock_well (const char *path)
{
  g_autoptr (GError) error = NULL;
  SbDataDir *dir = sb_data_dir_lock (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dir);

  return dir;
}

static void
test_makes_directory (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_build_filename (fixture->folder, "a", NULL);
  g_autofree char *path = g_build_filename (parent, "b", NULL);
  g_autofree char *lock = g_build_filename (path, "lock", NULL);
  SbDataDir *dir = lock_well (path);
  g_autofree char *file = sb_data_dir_dup_file (dir, "x.db");
  g_autofree char *expected = g_build_filename (path, "x.db", NULL);
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0700);
  g_assert_cmpint (stat (lock, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0177, ==, 0);
  g_assert_cmpstr (sb_data_dir_get_path (dir), ==, path);
  g_assert_cmpstr (file, ==, expected);
  sb_data_dir_unlock (dir);

  store_remove_folder (path);
  store_remove_folder (parent);
}

static void
test_relative_path_is_made_absolute (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *before = g_get_current_dir ();
  g_autofree char *real = NULL;
  SbDataDir *dir;

  g_assert_cmpint (g_chdir (fixture->folder), ==, 0);
  real = g_get_current_dir ();
  dir = lock_well (".");
  g_assert_cmpstr (sb_data_dir_get_path (dir), ==, real);
  sb_data_dir_unlock (dir);
  g_assert_cmpint (g_chdir (before), ==, 0);
}

static void
test_second_is_told_who (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = g_strdup_printf ("“%s” is in use by test-data-dir (process %d).", fixture->folder, (int) getpid ());
  g_autofree char *holder_expected = g_strdup_printf ("test-data-dir (process %d)", (int) getpid ());
  g_autofree char *holder = NULL;
  SbDataDir *dir = lock_well (fixture->folder);

  g_assert_null (sb_data_dir_lock (fixture->folder, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE);
  g_assert_cmpstr (error->message, ==, expected);
  holder = sb_data_dir_dup_holder (fixture->folder);
  g_assert_cmpstr (holder, ==, holder_expected);

  sb_data_dir_unlock (dir);
}

static void
test_another_program_is_named (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *other = start_holder (fixture->folder);
  g_autofree char *expected = g_strdup_printf ("(process %s)", g_subprocess_get_identifier (other));

  g_assert_null (sb_data_dir_lock (fixture->folder, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE);
  store_assert_contains (error->message, expected);

  end_holder (other);
}

static gpointer
lock_thread (gpointer path)
{
  return sb_data_dir_lock (path, NULL);
}

static void
test_command_line_is_waited_for (StoreFixture *fixture, gconstpointer data)
{
  GSubprocess *other = start_holder_as ("--hold-briefly", fixture->folder);
  g_autoptr (GError) error = NULL;
  GThread *thread;
  SbDataDir *dir;

  /* Not for ever. */
  g_assert_null (sb_data_dir_lock (fixture->folder, &error));
  g_assert_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE);
  store_assert_contains (error->message, "is in use by signalboxctl (process ");

  thread = g_thread_new ("lock", lock_thread, fixture->folder);
  end_holder (other);
  dir = g_thread_join (thread);
  g_assert_nonnull (dir);
  sb_data_dir_unlock (dir);
}

static void
test_lock_ends_with_the_program (StoreFixture *fixture, gconstpointer data)
{
  GSubprocess *other = start_holder (fixture->folder);

  /* SIGKILL: nothing of it tidies up. */
  end_holder (other);
  g_assert_null (sb_data_dir_dup_holder (fixture->folder));
  sb_data_dir_unlock (lock_well (fixture->folder));
}

static void
test_unlock_lets_the_next (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *lock = g_build_filename (fixture->folder, "lock", NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < 3; i++)
    sb_data_dir_unlock (lock_well (fixture->folder));
  g_assert_null (sb_data_dir_dup_holder (fixture->folder));
  /* Nobody is named who is gone. */
  g_assert_true (g_file_get_contents (lock, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "");
}

static void
test_child_does_not_keep_it (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *elsewhere = g_dir_make_tmp ("signalbox-other-XXXXXX", NULL);
  SbDataDir *dir = lock_well (fixture->folder);
  GSubprocess *child = start_holder (elsewhere);

  sb_data_dir_unlock (dir);
  sb_data_dir_unlock (lock_well (fixture->folder));

  end_holder (child);
  store_remove_folder (elsewhere);
}

static void
test_nobody_holds (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (fixture->folder, "missing", NULL);

  g_assert_null (sb_data_dir_dup_holder (missing));
  g_assert_false (g_file_test (missing, G_FILE_TEST_EXISTS));
  g_assert_null (sb_data_dir_dup_holder (fixture->folder));
}

static void
test_holder_without_a_name (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *lock = g_build_filename (fixture->folder, "lock", NULL);
  g_autofree char *holder = NULL;
  SbDataDir *dir = lock_well (fixture->folder);

  g_assert_true (g_file_set_contents_full (lock, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  holder = sb_data_dir_dup_holder (fixture->folder);
  g_assert_cmpstr (holder, ==, "another program");
  sb_data_dir_unlock (dir);
}

static void
test_not_a_directory (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *below = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
  g_assert_null (sb_data_dir_lock (fixture->path, &error));
  g_assert_cmpuint (error->domain, ==, G_FILE_ERROR);
  store_assert_contains (error->message, "is not a directory");
  g_clear_error (&error);

  below = g_build_filename (fixture->path, "below", NULL);
  g_assert_null (sb_data_dir_lock (below, &error));
  g_assert_cmpuint (error->domain, ==, G_FILE_ERROR);
  store_assert_contains (error->message, "is not a directory");
}

static void
test_lock_is_never_followed (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *lock = g_build_filename (fixture->folder, "lock", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  /* A link planted there must not have the program empty a file of its owner. */
  g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));
  g_assert_cmpint (symlink (fixture->path, lock), ==, 0);
  g_assert_null (sb_data_dir_lock (fixture->folder, &error));
  g_assert_cmpuint (error->domain, ==, G_FILE_ERROR);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
}

int
main (int argc, char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--hold-briefly"))
    g_set_prgname ("signalboxctl");
  if (argc == 3 && g_str_has_prefix (argv[1], "--hold"))
    hold (argv[2]);

  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/data-dir/" path, StoreFixture, NULL, store_fixture_set_up, function, store_fixture_tear_down)
  ADD ("makes-directory", test_makes_directory);
  ADD ("relative-path-is-made-absolute", test_relative_path_is_made_absolute);
  ADD ("second-is-told-who", test_second_is_told_who);
  ADD ("another-program-is-named", test_another_program_is_named);
  ADD ("command-line-is-waited-for", test_command_line_is_waited_for);
  ADD ("lock-ends-with-the-program", test_lock_ends_with_the_program);
  ADD ("unlock-lets-the-next", test_unlock_lets_the_next);
  ADD ("child-does-not-keep-it", test_child_does_not_keep_it);
  ADD ("nobody-holds", test_nobody_holds);
  ADD ("holder-without-a-name", test_holder_without_a_name);
  ADD ("not-a-directory", test_not_a_directory);
  ADD ("lock-is-never-followed", test_lock_is_never_followed);

  return g_test_run ();
}
