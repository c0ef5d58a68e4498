/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define SB_DATABASE_APPLICATION_ID 0x53424f58 /* "SBOX": how file(1) and we tell our file from another program's */

/* The scripts that make the tables, oldest first: script n leads from schema version n to n + 1. What was released is
 * never edited. */
const char *const *sb_migrations_get_scripts (guint *n_scripts);
/* Brings the file to version @n_scripts, each script in a transaction of its own; a script that fails leaves nothing
 * behind. Errors: SB_DATABASE_ERROR. Store thread, with foreign keys off. */
gboolean           sb_migrations_run         (sqlite3 *db, const char *const *scripts, guint n_scripts, GError **error);
/* The file's schema version (PRAGMA user_version), or -1 with @error: SB_DATABASE_ERROR_TOO_NEW where it is beyond
 * @n_scripts, or what SQLite says. Only reads. */
int                sb_migrations_get_version (sqlite3 *db, guint n_scripts, GError **error);

G_END_DECLS
