/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a text is of a format. Takes time linear in @length. */
typedef gboolean (*SbFormatCheck) (const char *text, gsize length);

/* The check for the format @name ("date-time"); NULL: none is known, so it can't be asserted. @article: (out): it in words
 * ("a date and time like 2026-01-31T09:30:00Z"). */
SbFormatCheck sb_schema_format_find (const char *name, const char **words);

G_END_DECLS
