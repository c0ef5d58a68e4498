/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Opens or makes the file at the absolute @path (mode 0600), looks whether it is ours, sound and of a version we know,
 * migrates it and sets the connection up. What is refused is left as it was. @busy_timeout: ms. Errors:
 * SB_DATABASE_ERROR. Store thread. */
sqlite3 *sb_database_connect (const char *path, guint busy_timeout, GError **error);

G_END_DECLS
