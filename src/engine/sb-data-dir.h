/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbDataDir:
 *
 * The directory that holds everything Signalbox keeps, locked for one program at a time. The lock is an open file description
 * lock on DIR/lock, so the kernel lets go of it however the program ends. The file says who holds it, for the sentence that the
 * second program shows.
 *
 * Every function may be called from any thread; those that touch files block.
 */
typedef struct _SbDataDir SbDataDir;

char       *sb_data_dir_get_default   (void);
SbDataDir  *sb_data_dir_lock          (const char *path, GError **error);
void        sb_data_dir_unlock        (SbDataDir *self);
const char *sb_data_dir_get_path      (SbDataDir *self);
char       *sb_data_dir_dup_file      (SbDataDir *self, const char *name);
char       *sb_data_dir_dup_holder    (const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDataDir, sb_data_dir_unlock)

G_END_DECLS
