/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a character may stand in a line that is shown: no control characters, no line or paragraph separators,
 * and none of the invisible ones that turn the direction of the text around and could make a name look like
 * another (UTS #39). */
gboolean sb_text_is_plain_character (gunichar c);
/* Whether @text (@length bytes, -1: NUL-terminated) is valid UTF-8 of plain characters only, @min to @max of them. */
gboolean sb_text_is_plain_line      (const char *text, gssize length, guint min, guint max);

G_END_DECLS
