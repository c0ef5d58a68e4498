/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rules/sb-json-guard.h"

G_BEGIN_DECLS

/* The words of JSON: strings and numbers. Private to sb-json-guard. */

/* What is wrong, and where in the text. */
typedef struct
{
  SbJsonFault fault;
  const char *where;
  char message[128];
} SbJsonFlaw;

void        sb_json_flaw_set      (SbJsonFlaw *self, SbJsonFault fault, const char *where, const char *format, ...)
            G_GNUC_PRINTF (4, 5);

/* How many bytes the UTF-8 character at @p has (RFC 3629 §4); 0 when there is none. */
guint       sb_json_utf8_length   (const char *p, const char *end);
/* @p is behind the opening quote. Returns the closing quote, or NULL and sets @flaw. @escaped: whether there was a
 * backslash. */
const char *sb_json_read_string   (const char *p, const char *end, gboolean *escaped, SbJsonFlaw *flaw);
/* @p is at a "-" or a digit. Returns what is behind the number, or NULL and sets @flaw. */
const char *sb_json_read_number   (const char *p, const char *end, SbJsonFlaw *flaw);
/* The next character of a string that sb_json_read_string() has accepted, as the 1 to 4 bytes of its UTF-8. */
guint       sb_json_unescape_next (const char **p, char bytes[4]);

G_END_DECLS
