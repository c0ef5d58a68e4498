/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Incremental UTF-8 (RFC 3629). Start with *state 0; returns FALSE at the first byte that can't be; *state is 0
 * again where a character is complete. ASCII runs go eight bytes at a time or better. */
gboolean sb_utf8_push (guint32 *state, const guint8 *data, gsize length);

G_END_DECLS
