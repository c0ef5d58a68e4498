/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bounds of one message; docs/limits.md. */
typedef struct
{
  guint max_depth;    /* nesting of arrays and objects; at most SB_JSON_MAX_DEPTH */
  guint max_members;  /* of one object */
  guint max_values;   /* in all */
  gsize max_string;   /* bytes of one string or key, as written */
} SbJsonLimits;

#define SB_JSON_MAX_DEPTH 512
#define SB_JSON_LIMITS_DEFAULT \
  ((SbJsonLimits) { .max_depth = 64, .max_members = 256, .max_values = 50000, .max_string = 1 << 20 })

typedef enum
{
  SB_JSON_OK,
  SB_JSON_SYNTAX,        /* not RFC 8259 */
  SB_JSON_UTF8,          /* not UTF-8 (RFC 3629) */
  SB_JSON_NUL,           /* \u0000 */
  SB_JSON_SURROGATE,     /* a lone surrogate */
  SB_JSON_NUMBER,        /* no int64 or finite double can hold it */
  SB_JSON_DUPLICATE_KEY,
  SB_JSON_DEPTH,
  SB_JSON_MEMBERS,
  SB_JSON_VALUES,
  SB_JSON_STRING,
} SbJsonFault;

/* Where and what the trouble is. */
typedef struct
{
  SbJsonFault fault;
  gsize offset;      /* bytes from the start, 0-based */
  guint line;        /* 1-based */
  guint column;      /* 1-based, in characters */
  char message[128]; /* a sentence fragment without the place: "expected a comma or “}”" */
  char pointer[256]; /* JSON Pointer (RFC 6901) of the innermost value being read; cut at a segment when too long */
} SbJsonTrouble;

/**
 * SbJsonGuard:
 *
 * Reads untrusted bytes once, before any parser does. Holds bounded scratch memory (a seeded hash of the keys of open
 * objects), so one belongs to one thread; checking allocates nothing that grows with the input beyond it.
 * Time is linear in @length whatever the bytes are.
 */
typedef struct _SbJsonGuard SbJsonGuard;

SbJsonGuard *sb_json_guard_new   (void);
void         sb_json_guard_free  (SbJsonGuard *self);
/* @text need not be NUL-terminated. Returns TRUE when it is one JSON value within the limits; else fills @trouble if not
 * NULL. */
gboolean     sb_json_guard_check (SbJsonGuard        *self,
                                  const char         *text,
                                  gsize               length,
                                  const SbJsonLimits *limits,
                                  SbJsonTrouble      *trouble);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbJsonGuard, sb_json_guard_free)

G_END_DECLS
