/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-json-guard.h"
#include "sb-fuzz.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const SbJsonLimits usual = SB_JSON_LIMITS_DEFAULT;
static const SbJsonLimits widest = { SB_JSON_MAX_DEPTH, 65536, 10000000, 64 << 20 };
static const SbJsonLimits narrow = { 3, 4, 12, 8 };

/* Checks twice, the second time without asking where the trouble is: what was left from the first changes nothing. */
static gboolean
check (SbJsonGuard *guard, const char *text, gsize length, const SbJsonLimits *limits, SbJsonTrouble *trouble)
{
  gboolean ok;

  memset (trouble, 0x5a, sizeof *trouble);
  ok = sb_json_guard_check (guard, text, length, limits, trouble);
  g_assert_cmpint (sb_json_guard_check (guard, text, length, limits, NULL), ==, ok);
  if (!ok)
    {
      g_assert_cmpuint (trouble->fault, >, SB_JSON_OK);
      g_assert_cmpuint (trouble->fault, <=, SB_JSON_STRING);
      g_assert_cmpuint (trouble->offset, <=, length);
      g_assert_cmpuint (trouble->line, >=, 1);
      g_assert_cmpuint (trouble->line, <=, length + 1);
      g_assert_cmpuint (trouble->column, >=, 1);
      g_assert_cmpuint (trouble->column, <=, length + 1);
      g_assert_nonnull (memchr (trouble->message, '\0', sizeof trouble->message));
      g_assert_nonnull (memchr (trouble->pointer, '\0', sizeof trouble->pointer));
      g_assert_true (g_utf8_validate (trouble->message, -1, NULL));
      g_assert_true (g_utf8_validate (trouble->pointer, -1, NULL));
      g_assert_cmpstr (trouble->message, !=, "");
      g_assert_true (trouble->pointer[0] == '\0' || trouble->pointer[0] == '/');
    }
  return ok;
}

/* What the guard lets through, the parser reads; and so does the guard what the parser then makes of the strings. */
static void
check_parser_agrees (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_set_strict (parser, TRUE);
  json_parser_load_from_data (parser, text, length, &error);
  g_assert_no_error (error);
  g_assert_nonnull (json_parser_get_root (parser));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static SbJsonGuard *guard;
  const char *text = size > 0 ? (const char *) data : "";
  SbJsonTrouble trouble;
  gboolean fits_narrow;
  gboolean fits_usual;
  gboolean fits_widest;

  if (guard == NULL)
    guard = sb_json_guard_new ();

  fits_narrow = check (guard, text, size, &narrow, &trouble);
  fits_usual = check (guard, text, size, &usual, &trouble);
  fits_widest = check (guard, text, size, &widest, &trouble);
  g_assert_true (fits_usual || !fits_narrow);
  g_assert_true (fits_widest || !fits_usual);
  if (fits_widest)
    {
      g_assert_true (g_utf8_validate_len (text, size, NULL));
      check_parser_agrees (text, size);
    }
  else
    g_assert_true (trouble.fault < SB_JSON_DEPTH || size > 500);
  return 0;
}
