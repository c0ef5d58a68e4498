/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-fuzz.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  return 0;
}

guint8
sb_fuzz_take_byte (SbFuzzInput *self)
{
  if (self->size == 0)
    return 0;
  self->size--;
  return *self->data++;
}

char *
sb_fuzz_take_line (SbFuzzInput *self)
{
  const guint8 *end = self->size > 0 ? memchr (self->data, '\n', self->size) : NULL;
  gsize length = end != NULL ? (gsize) (end - self->data) : self->size;
  char *line = g_strndup (length > 0 ? (const char *) self->data : "", length);

  length += end != NULL ? 1 : 0;
  self->data += length;
  self->size -= length;
  return line;
}

char *
sb_fuzz_take_rest (SbFuzzInput *self)
{
  char *rest = g_strndup (self->size > 0 ? (const char *) self->data : "", self->size);

  self->data += self->size;
  self->size = 0;
  return rest;
}

gsize
sb_fuzz_random (guint32 *state, gsize most)
{
  *state = *state * 1664525 + 1013904223; /* Numerical Recipes' generator */
  return 1 + (*state >> 8) % most;
}

gboolean
sb_fuzz_is_utf8 (const void *text, gsize length)
{
  const char *p = text;
  const char *end;

  if (length == 0)
    return TRUE;
  end = p + length;
  while (p < end)
    {
      const char *nul = memchr (p, '\0', end - p);
      gsize n = (nul != NULL ? nul : end) - p;

      if (!g_utf8_validate_len (p, n, NULL))
        return FALSE;
      p += n + (nul != NULL ? 1 : 0);
    }
  return TRUE;
}

void
sb_fuzz_check_error (gboolean ok, const GError *error)
{
  if (ok)
    {
      g_assert_no_error (error);
      return;
    }
  g_assert_nonnull (error);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpstr (error->message, !=, "");
}

static char *directory;

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_unlink (child) != 0)
        remove_tree (child);
    }
  g_rmdir (path);
}

static void
remove_directory (void)
{
  remove_tree (directory);
  g_clear_pointer (&directory, g_free);
}

const char *
sb_fuzz_get_dir (void)
{
  if (directory == NULL)
    {
      const char *parent = access ("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();

      directory = g_build_filename (parent, "signalbox-fuzz-XXXXXX", NULL);
      g_assert_nonnull (g_mkdtemp (directory));
      atexit (remove_directory);
    }
  return directory;
}
