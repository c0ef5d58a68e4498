/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The token table as a text: never with a secret or its hash, which would open the door. */
char *sb_token_export (gpointer tokens, gboolean csv);

G_END_DECLS
