/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/sb-database.h"

G_BEGIN_DECLS

/* As sb_database_set_error(), for a connection that does not know its file because it could not be opened. */
void sb_database_set_path_error (const char *path, sqlite3 *db /* nullable */, int code, const char *failure,
                                 GError **error);

G_END_DECLS
