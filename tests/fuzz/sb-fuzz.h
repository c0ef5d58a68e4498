/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A fuzz target reads one input and aborts where something about the result is wrong. libFuzzer makes the inputs up
 * (./check --fuzz); replay.c, which stands in for it in every other build, reads those of the corpus. A target keeps
 * nothing from one input to the next that could change what comes of it. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
/* Makes warnings fatal. Called once, before the first input. */
int LLVMFuzzerInitialize   (int *argc, char ***argv);

/* What is left of an input. */
typedef struct
{
  const guint8 *data;
  gsize size;
} SbFuzzInput;

/* 0 where nothing is left */
guint8   sb_fuzz_take_byte   (SbFuzzInput *self);
/* What comes before the next line feed, or everything; ends at a NUL, as the string it becomes does. */
char    *sb_fuzz_take_line   (SbFuzzInput *self);
/* All that is left. */
char    *sb_fuzz_take_rest   (SbFuzzInput *self);
/* A number of 1 to @most, decided by *@state alone. */
gsize    sb_fuzz_random      (guint32 *state, gsize most);
/* Whether @text is UTF-8, where NUL is a character like others. */
gboolean sb_fuzz_is_utf8     (const void *text, gsize length);
/* @ok: no error is set. Else: there is one, that says something in UTF-8. */
void     sb_fuzz_check_error (gboolean ok, const GError *error);
/* An empty directory for this process, removed at its end. It is in memory where the machine has such a place. */
const char *sb_fuzz_get_dir  (void);

G_END_DECLS
