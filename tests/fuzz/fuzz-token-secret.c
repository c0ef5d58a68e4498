/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-token.h"
#include "sb-fuzz.h"

#include <string.h>

/* What passes for a secret has the shape of one, and nothing that differs in one byte passes too. */
static void
check_secret (const guint8 *data)
{
  char secret[SB_TOKEN_SECRET_SIZE + 1] = "";
  g_autofree char *hint = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE];
  guint8 again[SB_TOKEN_HASH_SIZE];

  memcpy (secret, data, SB_TOKEN_SECRET_SIZE);
  g_assert_true (g_str_has_prefix (secret, "sbx_"));
  for (guint i = 4; i < SB_TOKEN_SECRET_SIZE; i++)
    g_assert_true (g_ascii_isalnum (secret[i]));
  g_assert_true (sb_token_secret_is_well_formed (secret, -1));

  for (guint i = 0; i < SB_TOKEN_SECRET_SIZE; i++)
    {
      char right = secret[i];

      secret[i] = right == 'z' ? 'y' : right + 1;
      g_assert_false (sb_token_secret_is_well_formed (secret, SB_TOKEN_SECRET_SIZE));
      secret[i] = right;
    }

  sb_token_secret_hash (secret, -1, hash);
  sb_token_secret_hash ((const char *) data, SB_TOKEN_SECRET_SIZE, again);
  g_assert_true (sb_token_hash_equal (hash, again));
  hint = sb_token_secret_hint (secret);
  g_assert_true (g_utf8_validate (hint, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (hint, -1), ==, 8 + 1 + 4);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput input = { data, size };
  const char *text = size > 0 ? (const char *) data : "";

  if (sb_token_secret_is_well_formed (text, size))
    {
      g_assert_cmpuint (size, ==, SB_TOKEN_SECRET_SIZE);
      check_secret (data);
    }
  if (size == 0 || memchr (data, '\0', size) == NULL)
    {
      g_autofree char *terminated = sb_fuzz_take_rest (&input);

      g_assert_cmpint (sb_token_secret_is_well_formed (terminated, -1), ==,
                       sb_token_secret_is_well_formed (text, size));
    }
  return 0;
}
