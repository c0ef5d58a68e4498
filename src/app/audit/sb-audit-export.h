/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The audit trail as a text, in the words in which it is stored. */
char *sb_audit_export (gpointer entries, gboolean csv);

G_END_DECLS
