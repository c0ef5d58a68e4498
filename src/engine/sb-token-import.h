/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"

G_BEGIN_DECLS

#define SB_TOKEN_IMPORT_MAX_SIZE (4 * 1024 * 1024)
#define SB_TOKEN_IMPORT_MAX_ROWS 10000

/* One token of a file: what would be issued, or why it would not be. */
typedef struct
{
  guint position;    /* from 1 */
  SbTokenSpec *spec; /* checked; NULL: see @problem */
  char *label;       /* as far as it is known; valid UTF-8 */
  char *problem;     /* a sentence */
} SbTokenImportRow;

/* A table of tokens as it is exported: a JSON array of objects (also as "tokens" of an object), or CSV with a line of names. No file has
 * secrets: each token gets a new one when it is issued. Members that do not matter for that are passed over; a token that was revoked
 * or has expired has a problem instead of a specification. @now: real time, µs. Any thread.
 * Returns: (element-type SbTokenImportRow) (transfer full); NULL: it is no such file, with a sentence in @error (SB_ENGINE_ERROR_INVALID) */
GPtrArray *sb_token_import_parse (const char *data, gsize length, gint64 now, GError **error);

G_END_DECLS
