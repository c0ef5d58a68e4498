/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-settings-file.h"

#include "sb-settings.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void
sb_settings_line_free (SbSettingsLine *self)
{
  g_free (self->key);
  g_free (self->text);
  g_free (self);
}

static GKeyFile *
read_key_file (const char *path, gboolean *exists, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local_error = NULL;
  g_autofree char *reason = NULL;

  *exists = TRUE;
  if (g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS, &local_error))
    return g_steal_pointer (&file);

  *exists = !g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  if (!*exists)
    return g_steal_pointer (&file);

  /* GLib quotes the line as it is, and this is shown. */
  reason = g_utf8_make_valid (local_error->message, -1);
  g_set_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_FILE, _("The settings in “%s” cannot be read: %s"), path,
               reason);
  return NULL;
}

/**
 * sb_settings_file_read:
 *
 * Returns: (transfer full): the key file with comments, or %NULL with @error
 */
GKeyFile *
sb_settings_file_read (const char *path, GError **error)
{
  gboolean exists;

  g_return_val_if_fail (path != NULL, NULL);

  return read_key_file (path, &exists, error);
}

/* Through symbolic links (a settings file is often one): replacing the link would leave the true file behind. A mode
 * that a person gave the file stays; a new one is nobody else's. */
static gboolean
replace_file (const char *path, const char *data, gsize length, GError **error)
{
  char *resolved = realpath (path, NULL);
  struct stat status;
  int mode = 0600;
  gboolean done;

  if (resolved != NULL && stat (resolved, &status) == 0)
    mode = (int) (status.st_mode & 0777);
  done = g_file_set_contents_full (resolved != NULL ? resolved : path, data, (gssize) length,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, error);
  free (resolved);
  return done;
}

gboolean
sb_settings_file_write (const char *path, GPtrArray *lines, GError **error)
{
  g_autoptr (GKeyFile) file = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *data = NULL;
  gboolean exists;
  gsize length;

  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (lines != NULL, FALSE);

  file = read_key_file (path, &exists, error);
  if (file == NULL)
    return FALSE;

  for (guint i = 0; i < lines->len; i++)
    {
      const SbSettingsLine *line = g_ptr_array_index (lines, i);

      if (line->is_new || !exists)
        g_key_file_set_string (file, SB_SETTINGS_GROUP, line->key, line->text);
    }

  data = g_key_file_to_data (file, &length, NULL);
  if (replace_file (path, data, length, &local_error))
    return TRUE;

  g_set_error (error, SB_SETTINGS_ERROR, SB_SETTINGS_ERROR_FILE, _("The settings could not be saved: %s"),
               local_error->message);
  return FALSE;
}
