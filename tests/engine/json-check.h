/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* How tests of the JSON guard read a text: at the very end of the memory there is. */

#include "rules/sb-json-guard.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A text that may have NUL bytes in it. */
#define TEXT(literal) (literal), sizeof (literal) - 1

typedef struct
{
  SbJsonGuard *guard;
  char *page;      /* behind it the address space ends: whoever reads a byte too many crashes */
  gsize page_size;
} Fixture;

static inline void
set_up (Fixture *self, gconstpointer data)
{
  self->guard = sb_json_guard_new ();
  self->page_size = sysconf (_SC_PAGESIZE);
  self->page = mmap (NULL, 2 * self->page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (self->page != MAP_FAILED);
  g_assert_no_errno (mprotect (self->page + self->page_size, self->page_size, PROT_NONE));
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  munmap (self->page, 2 * self->page_size);
  sb_json_guard_free (self->guard);
}

static inline gboolean
check_with (Fixture *self, const char *text, gsize length, const SbJsonLimits *limits, SbJsonTrouble *trouble)
{
  gboolean ok;

  if (length <= self->page_size)
    text = memcpy (self->page + self->page_size - length, text, length);

  if (trouble != NULL)
    memset (trouble, 0x5a, sizeof *trouble);
  ok = sb_json_guard_check (self->guard, text, length, limits, trouble);
  g_assert_cmpint (sb_json_guard_check (self->guard, text, length, limits, NULL), ==, ok);

  if (!ok && trouble != NULL)
    {
      g_assert_cmpuint (trouble->offset, <=, length);
      g_assert_cmpuint (trouble->fault, !=, SB_JSON_OK);
      g_assert_true (g_utf8_validate_len (text, trouble->offset, NULL));
      g_assert_true (g_utf8_validate (trouble->message, -1, NULL));
      g_assert_true (g_utf8_validate (trouble->pointer, -1, NULL));
    }

  return ok;
}

static inline gboolean
check (Fixture *self, const char *text, gsize length, SbJsonTrouble *trouble)
{
  static const SbJsonLimits limits = SB_JSON_LIMITS_DEFAULT;

  return check_with (self, text, length, &limits, trouble);
}

typedef struct
{
  const char *text;
  gsize length;
  SbJsonFault fault;
  gsize offset;
  const char *pointer;
  const char *message;
} Refused;

static inline void
assert_refused (Fixture *self, const Refused *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      SbJsonTrouble trouble;

      if (check (self, cases[i].text, cases[i].length, &trouble))
        g_error ("%s is accepted", cases[i].text);
      if (trouble.fault != cases[i].fault || trouble.offset != cases[i].offset)
        g_error ("%s: fault %d at %" G_GSIZE_FORMAT ": %s", cases[i].text, trouble.fault, trouble.offset,
                 trouble.message);
      g_assert_cmpstr (trouble.message, ==, cases[i].message);
      g_assert_cmpstr (trouble.pointer, ==, cases[i].pointer);
    }
}

#define ADD(path, function) g_test_add ("/json-guard/" path, Fixture, NULL, set_up, function, tear_down)
