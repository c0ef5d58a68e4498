/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-channel.h"
#include "access/sb-token.h"
#include "sb-fuzz.h"

/* Lines: not before and expires (seconds from now; nothing for none), connections and messages, label, patterns. */

#define NOW (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

static gint64
take_time (SbFuzzInput *input)
{
  g_autofree char *line = sb_fuzz_take_line (input);
  gint64 seconds;

  /* Further away would be another kind of number, which no caller makes. */
  if (!g_ascii_string_to_signed (line, 10, -G_MAXINT32, G_MAXINT32, &seconds, NULL))
    return 0;
  return NOW + seconds * G_USEC_PER_SEC;
}

static guint
take_number (SbFuzzInput *input)
{
  g_autofree char *line = sb_fuzz_take_line (input);

  return (guint) g_ascii_strtoull (line, NULL, 10);
}

static void
check_accepted (SbTokenSpec *spec, gboolean strict)
{
  g_autoptr (SbTokenSpec) again = sb_token_spec_copy (spec);
  g_autoptr (GError) error = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE] = { 0 };
  g_autoptr (SbToken) token = NULL;
  guint n = g_strv_length (spec->channels);

  g_assert_true (g_utf8_validate (spec->label, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (spec->label, -1), >=, 1);
  g_assert_cmpint (g_utf8_strlen (spec->label, -1), <=, SB_TOKEN_MAX_LABEL);
  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, SB_TOKEN_MAX_PATTERNS);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (sb_channel_pattern_check (spec->channels[i], NULL));
      g_assert_false (g_strv_contains ((const char *const *) spec->channels + i + 1, spec->channels[i]));
    }
  if (strict && spec->expires_at != 0)
    g_assert_cmpint (spec->expires_at, >, MAX (NOW, spec->not_before));

  /* To check what was accepted changes nothing. */
  sb_token_spec_check (again, strict ? NOW : 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->label, ==, spec->label);
  g_assert_cmpstrv (again->channels, spec->channels);

  token = sb_token_new (1, spec, hash, "sbx_0000…0000", NULL, 0, NOW, 0);
  g_assert_nonnull (sb_token_state_to_id (sb_token_get_state (token, NOW)));
  if (g_strv_contains ((const char *const *) spec->channels, "**"))
    g_assert_true (sb_token_allows (token, "/news"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  gint64 not_before = take_time (&input);
  gint64 expires_at = take_time (&input);
  guint max_connections = take_number (&input);
  guint messages_per_second = take_number (&input);
  g_autofree char *label = sb_fuzz_take_line (&input);
  g_autofree char *rest = sb_fuzz_take_rest (&input);

  for (guint strict = 0; strict < 2; strict++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
      g_autoptr (GError) error = NULL;
      gboolean ok;

      g_strfreev (spec->channels);
      spec->channels = g_strsplit (rest, "\n", -1);
      spec->not_before = not_before;
      spec->expires_at = expires_at;
      spec->max_connections = max_connections;
      spec->messages_per_second = messages_per_second;
      ok = sb_token_spec_check (spec, strict ? NOW : 0, &error);
      sb_fuzz_check_error (ok, error);
      if (ok)
        check_accepted (spec, strict);
    }
  return 0;
}
