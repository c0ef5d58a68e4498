/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A program that is killed at any moment: the test runs itself as a child that stores one thing after the other and
 * prints a number for each, but only once it was told that the thing is stored. Whatever was printed must be there
 * afterwards. */

#include "store-fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define STORE_KILL_ARGUMENT "--store-until-killed"
#define STORE_KILL_ROUNDS 16
/* What one child says at most before it only waits for its end. A file system in memory is quick, and a busy machine
 * is slow to kill; the rounds together must not store so much that the oldest is dropped. */
#define STORE_KILL_MOST 60

/* Says that everything about thing @number is stored. */
static inline void
store_kill_print (gint64 number)
{
  static guint n_printed;

  printf ("%" G_GINT64_FORMAT "\n", number);
  fflush (stdout);
  if (++n_printed == STORE_KILL_MOST)
    for (;;)
      pause ();
}

typedef struct
{
  /* In the child: begins the first job; its callback prints and begins the next. */
  void (*start) (SbDatabase *database);
  /* Afterwards: looks for all of @numbers in the reopened database. */
  void (*check) (SbDatabase *database, GArray *numbers);
} StoreKill;

/* At the very beginning of main(): does not return in the child. */
static inline void
store_kill_begin (int argc, char *argv[], const StoreKill *kill)
{
  SbDatabase *database;

  if (argc != 3 || !g_str_equal (argv[1], STORE_KILL_ARGUMENT))
    return;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  database = store_open_well (argv[2]);
  kill->start (database);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* Starts a child and kills it some time after it printed @n_lines; adds all it printed to @numbers. */
static inline void
store_kill_round (const char *path, guint n_lines, GArray *numbers)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  guint n_seen = 0;
  char *line;

  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe", STORE_KILL_ARGUMENT, path, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));

  while (n_seen < n_lines && (line = g_data_input_stream_read_line (lines, NULL, NULL, &error)) != NULL)
    {
      gint64 number = g_ascii_strtoll (line, NULL, 10);

      g_array_append_val (numbers, number);
      g_free (line);
      n_seen++;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n_seen, ==, n_lines);

  /* Anywhere in what comes next. */
  for (int i = g_test_rand_int_range (0, 3000); i > 0; i--)
    g_thread_yield ();
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (child));
  g_assert_cmpint (g_subprocess_get_term_sig (child), ==, SIGKILL);

  /* What it managed to say before. A line that was cut has no end. */
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, &error)) != NULL)
    {
      gint64 number = g_ascii_strtoll (line, NULL, 10);

      g_array_append_val (numbers, number);
      g_free (line);
    }
  g_assert_no_error (error);
}

static inline void
store_kill_test (StoreFixture *self, gconstpointer data)
{
  const StoreKill *kill = data;
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (int i = 0; i < STORE_KILL_ROUNDS; i++)
    {
      /* Some are killed while they open the file, the first ones while they make it. */
      guint n_lines = i < 4 || i % 4 == 0 ? 0 : (guint) g_test_rand_int_range (1, 20);
      SbDatabase *database;

      store_kill_round (self->path, n_lines, numbers);
      database = store_open_well (self->path);
      store_assert_sql (database, "PRAGMA integrity_check", "ok");
      kill->check (database, numbers);
      store_close (database);
    }

  g_test_message ("%u told to be stored, in %d rounds", numbers->len, STORE_KILL_ROUNDS);
  g_assert_cmpuint (numbers->len, >=, STORE_KILL_ROUNDS / 2);
}

static inline void
store_kill_add (const char *name, const StoreKill *kill)
{
  g_test_add (name, StoreFixture, kill, store_fixture_set_up, store_kill_test, store_fixture_tear_down);
}
