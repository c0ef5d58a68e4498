/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_SETTINGS_GROUP "server"

/* One key and what it shall say. */
typedef struct
{
  char *key;
  char *text;
  gboolean is_new; /* changed since it was last written */
} SbSettingsLine;
void sb_settings_line_free (SbSettingsLine *self);

/* The key file at @path; an empty one where there is none. Any thread, blocks. Errors: SB_SETTINGS_ERROR_FILE. */
GKeyFile *sb_settings_file_read  (const char *path, GError **error);
/* Writes the new ones of @lines (element-type SbSettingsLine) into the file as it stands now, so that what a person
 * wrote there meanwhile stays; all of them where the file is gone. The file is replaced as a whole, and is on the disk
 * on return. Any thread, blocks. */
gboolean  sb_settings_file_write (const char *path, GPtrArray *lines, GError **error);

G_END_DECLS
