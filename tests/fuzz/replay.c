/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/* Stands in for libFuzzer: reads each file of the directories given, and tells in TAP what came of it. */

static GPtrArray *
list_files (char **directories)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (; *directories != NULL; directories++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GDir) dir = g_dir_open (*directories, 0, &error);
      const char *name;

      g_assert_no_error (error);
      while ((name = g_dir_read_name (dir)) != NULL)
        g_ptr_array_add (paths, g_build_filename (*directories, name, NULL));
    }
  g_ptr_array_sort_values (paths, (GCompareFunc) strcmp);
  return paths;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GPtrArray) paths = NULL;

  LLVMFuzzerInitialize (&argc, &argv);
  paths = list_files (argv + 1);
  printf ("TAP version 14\n1..%u\n", paths->len);
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *name = g_path_get_basename (path);
      g_autofree char *text = NULL;
      g_autofree guint8 *exact = NULL;
      g_autoptr (GError) error = NULL;
      gsize size;

      g_file_get_contents (path, &text, &size, &error);
      g_assert_no_error (error);
      printf ("# %s\n", name); /* the one that is to blame, should it not come back */
      fflush (stdout);
      /* No byte more than there is, so that a memory checker sees who reads on. */
      exact = g_memdup2 (text, size);
      LLVMFuzzerTestOneInput (exact, size);
      printf ("ok %u %s\n", i + 1, name);
    }
  /* A corpus that is gone must not look like one in which all is well. */
  return paths->len > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
