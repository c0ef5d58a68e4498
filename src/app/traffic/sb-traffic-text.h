/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bytes of a message as text to be read. Any thread. */

/* What is shown of one message at most, in bytes: a view of text is slow with more. */
#define SB_TRAFFIC_TEXT_MAX (256 * 1024)

/* Valid UTF-8 without control characters (NUL as U+2400), line breaks kept. @offset: of a byte; @mark: the character it
 * became. */
char *sb_traffic_text_make   (const char *bytes, gsize length, guint64 offset, guint *mark);
/* Whether they are one valid value, however large, and no deeper than can be broken into lines. */
gboolean sb_traffic_text_is_json (const char *bytes, gsize length);
/* @json: one valid value. Broken into lines, members indented by two; not a character of a value is changed. */
char *sb_traffic_text_indent (const char *json, gsize length);
/* "00000000  7b 22 61 22 3a 31 7d            {"a":1}", sixteen bytes a line. */
char *sb_traffic_text_dump   (const guint8 *bytes, gsize length);

G_END_DECLS
