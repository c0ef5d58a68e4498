/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *words; /* what it checks for: "a date and time like 2026-01-31T09:30:00Z" */
  /* @text is UTF-8, and ends with a NUL behind @length bytes. */
  gboolean (*check) (const char *text, gsize length);
  guint cost; /* in 16ths of a step for a byte of text */
} SbFormat;

/* The format @name; NULL: it is not known here, so it can't be asserted. */
const SbFormat *sb_schema_format_find (const char *name);

G_END_DECLS
