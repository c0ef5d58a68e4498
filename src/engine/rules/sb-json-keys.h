/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One key of an open object, as written between its quotes. */
typedef struct
{
  guint64 hash;
  const char *text;
  gsize length;
  gboolean escaped;   /* has backslashes */
  gboolean in_table;
} SbJsonKey;

/**
 * SbJsonKeys:
 *
 * The keys of the objects that are open while a text is read, to notice one that appears twice. Private to
 * sb-json-guard, which owns the one it has.
 *
 * The keys stand on a stack. Those of one object are neighbours, since whatever was opened within it is closed and
 * popped before its next key is read; so an object is the place on the stack where it begins. A few keys are compared
 * one by one, more of them through one open-addressing table for all objects. As keys leave in the opposite order of
 * coming, a slot is simply emptied: no later key can have been moved on because of it.
 *
 * The hash is SipHash-1-3 with a seed from the kernel, so nobody can prepare keys that collide.
 */
typedef struct
{
  guint64 seed[2];
  SbJsonKey *keys;
  guint n_keys;
  guint capacity;
  guint32 *slots; /* place on the stack plus 1; 0: empty */
  guint n_slots;  /* a power of two, or 0 */
  guint n_in_table;
} SbJsonKeys;

void     sb_json_keys_init  (SbJsonKeys *self);
void     sb_json_keys_clear (SbJsonKeys *self);
/* Pushes a key of the object that begins at @object. FALSE: it has that key already (compared unescaped). */
gboolean sb_json_keys_push  (SbJsonKeys *self, guint object, const char *text, gsize length, gboolean escaped);
/* The object that begins at @object is closed. */
void     sb_json_keys_pop   (SbJsonKeys *self, guint object);
/* Forgets all keys, and gives back memory that only an uncommon text needs. */
void     sb_json_keys_reset (SbJsonKeys *self);

G_END_DECLS
