/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From a JSON Pointer to the bytes it means, without building a tree. For text that sb_json_guard_check() has accepted; of any other text
 * nothing is said but that no byte beyond @length is read. Any thread; allocates nothing; linear in @length. */

/* The value at @pointer (RFC 6901): its first byte and the one behind its last. FALSE: there is no such value. */
gboolean sb_json_locate    (const char *text, gsize length, const char *pointer, gsize *start, gsize *end);
/* Where @offset is: line and column from 1, the column in characters. A line ends with a line feed, a carriage return, or both. */
void     sb_json_find_line (const char *text, gsize length, gsize offset, guint *line, guint *column);

G_END_DECLS
