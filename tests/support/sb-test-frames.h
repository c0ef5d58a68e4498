/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends a frame as a client sends it, masked at random. @first: FIN, reserved bits and opcode as they go over the
 * wire. @payload NULL: @length times "x". */
void sb_test_append_frame (GByteArray *stream, guint8 first, const void *payload, gsize length);

/* Appends @data written down: printable ASCII as it is, the rest as \ooo, one byte repeated more than 20 times as
 * "x*300". */
void sb_test_append_readable (GString *string, const void *data, gsize length);

typedef struct
{
  guint8 first;        /* FIN, reserved bits, opcode */
  const char *payload; /* NULL: so many x */
  gsize length;
} SbTestFrameSpec;

/**
 * SbTestFrameCase:
 *
 * Frames that a client sends, and what a server must make of them, by the sections of the Autobahn|Testsuite. @expected
 * lists, each followed by a space, whole messages as `text(…)` and `binary(…)`, control frames as `ping(…)`, `pong(…)`,
 * `close(CODE,REASON)`, with the payload as sb_test_append_readable() writes it, and at the end `!CODE` where the
 * connection must fail with that close code.
 */
typedef struct
{
  const char *path;
  const char *expected;
  SbTestFrameSpec frames[8];
  gsize n_frames;
} SbTestFrameCase;

/* The largest message the cases want allowed, bytes. */
#define SB_TEST_MAX_MESSAGE 70000

extern const SbTestFrameCase sb_test_frame_cases[];
extern const gsize sb_test_n_frame_cases;

/* Appends all frames of the case. */
void sb_test_append_case (GByteArray *stream, const SbTestFrameCase *frame_case);

G_END_DECLS
