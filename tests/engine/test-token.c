/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-token.h"
#include <string.h>

#define SECOND ((gint64) G_USEC_PER_SEC)
#define DAY (24 * G_TIME_SPAN_HOUR)
#define NOW (G_GINT64_CONSTANT (1700000000) * SECOND)

/* Made by hand from the definition: "sbx_", 30 characters, and 4287290924 (their CRC-32 by zlib) in base 62. */
#define EXAMPLE "sbx_0123456789ABCDEFGHIJKLMNOPQRST"

static SbToken *
make_token (gint64 not_before, gint64 expires_at, gint64 created_at, gint64 revoked_at)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  guint8 hash[SB_TOKEN_HASH_SIZE] = { 0 };

  spec->not_before = not_before;
  spec->expires_at = expires_at;

  return sb_token_new (1, spec, hash, "sbx_0000…0000", NULL, 0, created_at, revoked_at);
}

static void
test_secret_shape (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 2000; i++)
    {
      char *secret = sb_token_secret_generate ();

      g_assert_cmpuint (strlen (secret), ==, SB_TOKEN_SECRET_SIZE);
      g_assert_true (g_str_has_prefix (secret, "sbx_"));
      g_assert_true (sb_token_secret_is_well_formed (secret, -1));
      g_assert_true (sb_token_secret_is_well_formed (secret, SB_TOKEN_SECRET_SIZE));
      g_assert_true (g_hash_table_add (seen, g_strdup (secret)));
      sb_token_secret_free (secret);
    }

  sb_token_secret_free (NULL);
}

/* Each of the 62 characters turns up about as often as the others: with 120,000 drawn, 1935 are expected of each
 * and the standard deviation is 44. Ten of these away is what a bias of the first eight letters (+25 %) exceeds
 * and chance does not. */
static void
test_secret_spread (void)
{
  guint counts[256] = { 0 };
  guint kinds = 0;

  for (int i = 0; i < 4000; i++)
    {
      char *secret = sb_token_secret_generate ();

      for (int j = 4; j < 34; j++)
        counts[(guint8) secret[j]]++;
      sb_token_secret_free (secret);
    }

  for (int c = 0; c < 256; c++)
    {
      if (counts[c] == 0)
        continue;
      kinds++;
      g_assert_true (g_ascii_isalnum (c));
      g_assert_cmpuint (counts[c], >, 1935 - 440);
      g_assert_cmpuint (counts[c], <, 1935 + 440);
    }
  g_assert_cmpuint (kinds, ==, 62);
}

static void
test_well_formed (void)
{
  static const char secret[] = EXAMPLE "4g92Dc";
  static const char *const wrong[] = {
    "",
    "sbx_",
    "Bearer",
    "sbx_0123456789ABCDEFGHIJKLMNOPQRST000000",
    "sbx_0123456789ABCDEFGHIJKLMNOPQRS-000000",
    "0123456789012345678901234567890123456789",
  };

  g_assert_true (sb_token_secret_is_well_formed (secret, -1));
  g_assert_false (sb_token_secret_is_well_formed (secret, SB_TOKEN_SECRET_SIZE - 1));
  g_assert_false (sb_token_secret_is_well_formed (secret, SB_TOKEN_SECRET_SIZE + 1));
  g_assert_false (sb_token_secret_is_well_formed (secret + 1, -1));

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (sb_token_secret_is_well_formed (wrong[i], -1));
}

/* Any one character changed, any two neighbours swapped, the other case: none passes. */
static void
test_mistyped (void)
{
  char *secret = sb_token_secret_generate ();
  char copy[SB_TOKEN_SECRET_SIZE + 1];
  static const char replacements[] = "0aZ!-_ \t\n\x80\xff";

  for (guint i = 0; i < SB_TOKEN_SECRET_SIZE; i++)
    {
      for (gsize j = 0; j < sizeof replacements; j++)
        {
          memcpy (copy, secret, sizeof copy);
          copy[i] = replacements[j]; /* the last is NUL */
          if (copy[i] != secret[i])
            g_assert_false (sb_token_secret_is_well_formed (copy, SB_TOKEN_SECRET_SIZE));
        }

      memcpy (copy, secret, sizeof copy);
      copy[i] ^= 0x20;
      if (g_ascii_isalpha (secret[i]))
        g_assert_false (sb_token_secret_is_well_formed (copy, -1));

      memcpy (copy, secret, sizeof copy);
      if (i + 1 < SB_TOKEN_SECRET_SIZE && copy[i] != copy[i + 1])
        {
          copy[i] = secret[i + 1];
          copy[i + 1] = secret[i];
          g_assert_false (sb_token_secret_is_well_formed (copy, -1));
        }

      memcpy (copy, secret, sizeof copy);
      copy[i] = '\0';
      g_assert_false (sb_token_secret_is_well_formed (copy, -1));
    }

  sb_token_secret_free (secret);
}

static void
test_hash (void)
{
  /* FIPS 180-2's example. */
  static const guint8 abc[SB_TOKEN_HASH_SIZE] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
  };
  guint8 hash[SB_TOKEN_HASH_SIZE];

  sb_token_secret_hash ("abc", -1, hash);
  g_assert_cmpmem (hash, sizeof hash, abc, sizeof abc);
  sb_token_secret_hash ("abcdef", 3, hash);
  g_assert_cmpmem (hash, sizeof hash, abc, sizeof abc);

  g_assert_true (sb_token_hash_equal (hash, abc));
  for (guint i = 0; i < SB_TOKEN_HASH_SIZE; i++)
    {
      hash[i] ^= 0x80;
      g_assert_false (sb_token_hash_equal (hash, abc));
      hash[i] ^= 0x80;
    }
}

static void
test_hint (void)
{
  g_autofree char *hint = sb_token_secret_hint (EXAMPLE "4g92Dc");

  g_assert_cmpstr (hint, ==, "sbx_0123…92Dc");
}

static void
test_spec_label (void)
{
  g_autofree char *longest = g_strnfill (SB_TOKEN_MAX_LABEL, 'x');
  g_autofree char *longer = g_strnfill (SB_TOKEN_MAX_LABEL + 1, 'x');
  g_autoptr (GString) characters = g_string_new (NULL);
  const struct
  {
    const char *label;
    const char *kept; /* NULL: refused */
  } cases[] = {
    { "Lobby screen", "Lobby screen" },
    { "  Lobby\t ", "Lobby" },
    { "\xc2\xa0Lobby\xe2\x80\x83", "Lobby" }, /* spaces of other widths */
    { "Übertitel 字幕", "Übertitel 字幕" },
    { longest, longest },
    { characters->str, characters->str },
    { NULL, NULL },
    { "", NULL },
    { " \n ", NULL },
    { longer, NULL },
    { "a\nb", NULL },
    { "a\x1b[31m", NULL },
    { "\xe2\x80\xae" "abc", NULL },
    { "\xff", NULL },
    { "caf\xc3", NULL },
  };

  for (int i = 0; i < SB_TOKEN_MAX_LABEL; i++)
    g_string_append (characters, "ü");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* The string grew after the table was made. */
      const char *label = i == 5 ? characters->str : cases[i].label;
      const char *kept = i == 5 ? characters->str : cases[i].kept;
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new (label);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (sb_token_spec_check (spec, NOW, &error), ==, kept != NULL);
      if (kept != NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (spec->label, ==, kept);
        }
      else
        g_assert_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LABEL);
    }
}

static void
test_spec_channels (void)
{
  g_autoptr (GString) many = g_string_new (NULL);
  static const struct
  {
    const char *channels;
    const char *kept;
  } cases[] = {
    { "/ /news /room/* /a/** **", "/ /news /room/* /a/** **" },
    { "/a /b /a /b /a", "/a /b" },
    { "", NULL },
    { "/a b", NULL },
    { "/a /b/", NULL },
    { "/a /api/x", NULL },
    { "\xff", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
      g_autoptr (GError) error = NULL;

      g_strfreev (spec->channels);
      spec->channels = g_strsplit (cases[i].channels, " ", -1);
      g_assert_cmpint (sb_token_spec_check (spec, NOW, &error), ==, cases[i].kept != NULL);
      if (cases[i].kept != NULL)
        {
          g_autofree char *joined = g_strjoinv (" ", spec->channels);

          g_assert_no_error (error);
          g_assert_cmpstr (joined, ==, cases[i].kept);
        }
      else
        {
          g_assert_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_CHANNELS);
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
        }
    }

  for (int i = 0; i <= SB_TOKEN_MAX_PATTERNS; i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
      g_autoptr (GError) error = NULL;

      g_string_append_printf (many, "%s/%d", i == 0 ? "" : " ", i);
      g_strfreev (spec->channels);
      spec->channels = g_strsplit (many->str, " ", -1);
      g_assert_cmpint (sb_token_spec_check (spec, NOW, &error), ==, i < SB_TOKEN_MAX_PATTERNS);
      if (i == SB_TOKEN_MAX_PATTERNS)
        g_assert_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_CHANNELS);
    }

  {
    g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
    g_autoptr (GError) error = NULL;

    g_clear_pointer (&spec->channels, g_strfreev);
    g_assert_false (sb_token_spec_check (spec, NOW, &error));
    g_assert_error (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_CHANNELS);
  }
}

static void
test_spec_numbers (void)
{
  static const struct
  {
    gint64 not_before, expires_at, now;
    guint max_connections, messages_per_second;
    int code; /* -1: accepted */
  } cases[] = {
    { 0, 0, NOW, 0, 0, -1 },
    { 0, NOW + 1, NOW, 0, 0, -1 },
    { 0, NOW, NOW, 0, 0, SB_TOKEN_ERROR_EXPIRY },
    { 0, NOW - SECOND, NOW, 0, 0, SB_TOKEN_ERROR_EXPIRY },
    { 0, NOW - SECOND, 0, 0, 0, -1 },
    { 0, -1, NOW, 0, 0, SB_TOKEN_ERROR_EXPIRY },
    { -1, 0, NOW, 0, 0, SB_TOKEN_ERROR_EXPIRY },
    { NOW + 2, NOW + 1, NOW, 0, 0, SB_TOKEN_ERROR_EXPIRY },
    { NOW + 2, NOW + 2, 0, 0, 0, SB_TOKEN_ERROR_EXPIRY },
    { NOW + 2, NOW + 3, NOW, 0, 0, -1 },
    { NOW - 2, 0, NOW, 0, 0, -1 },
    { 0, 0, NOW, 1000000, 1000000, -1 },
    { 0, 0, NOW, 1000001, 0, SB_TOKEN_ERROR_LIMIT },
    { 0, 0, NOW, 0, 1000001, SB_TOKEN_ERROR_LIMIT },
    { 0, 0, NOW, G_MAXUINT, 0, SB_TOKEN_ERROR_LIMIT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
      g_autoptr (GError) error = NULL;

      spec->not_before = cases[i].not_before;
      spec->expires_at = cases[i].expires_at;
      spec->max_connections = cases[i].max_connections;
      spec->messages_per_second = cases[i].messages_per_second;
      g_assert_cmpint (sb_token_spec_check (spec, cases[i].now, &error), ==, cases[i].code == -1);
      if (cases[i].code != -1)
        g_assert_error (error, SB_TOKEN_ERROR, cases[i].code);
    }
}

static void
test_spec_copy (void)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Screens");
  g_autoptr (SbTokenSpec) copy = NULL;

  g_assert_true (spec->may_publish);
  g_assert_cmpstr (spec->channels[0], ==, "**");
  g_assert_null (spec->channels[1]);

  spec->may_publish = FALSE;
  spec->expires_at = 7;
  spec->max_connections = 3;
  copy = sb_token_spec_copy (spec);
  spec->label[0] = 'X';
  spec->channels[0][0] = '/';

  g_assert_cmpstr (copy->label, ==, "Screens");
  g_assert_cmpstr (copy->channels[0], ==, "**");
  g_assert_false (copy->may_publish);
  g_assert_cmpint (copy->expires_at, ==, 7);
  g_assert_cmpuint (copy->max_connections, ==, 3);
}

static void
test_token_keeps_copies (void)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Screens");
  guint8 hash[SB_TOKEN_HASH_SIZE], previous[SB_TOKEN_HASH_SIZE];
  char hint[] = "sbx_7Kq2…f3Zd";
  SbToken *token;
  SbToken *again;

  memset (hash, 1, sizeof hash);
  memset (previous, 2, sizeof previous);
  token = sb_token_new (5, spec, hash, hint, previous, 77, 11, 0);
  memset (hash, 0, sizeof hash);
  memset (previous, 0, sizeof previous);
  hint[0] = '?';
  g_clear_pointer (&spec, sb_token_spec_free);

  again = sb_token_ref (token);
  g_assert_true (again == token);
  sb_token_unref (again);

  g_assert_cmpint (token->id, ==, 5);
  g_assert_cmpint (token->hash[31], ==, 1);
  g_assert_cmpint (token->previous_hash[31], ==, 2);
  g_assert_cmpint (token->previous_until, ==, 77);
  g_assert_cmpint (token->created_at, ==, 11);
  g_assert_cmpstr (token->hint, ==, "sbx_7Kq2…f3Zd");
  g_assert_cmpstr (token->spec.label, ==, "Screens");
  sb_token_unref (token);
}

static void
test_state (void)
{
  static const struct
  {
    gint64 not_before, expires_at, created_at, revoked_at, now;
    const char *state;
  } cases[] = {
    { 0, 0, NOW - DAY, 0, NOW, "active" },
    { 0, 0, NOW - DAY, NOW - 1, NOW, "revoked" },
    { NOW + 1, 0, NOW - DAY, NOW - 1, NOW, "revoked" },
    { 0, NOW - 1, NOW - DAY, NOW - 2, NOW, "revoked" },
    { NOW + 1, 0, NOW - DAY, 0, NOW, "not_yet_valid" },
    { NOW, 0, NOW - DAY, 0, NOW, "active" },
    /* valid up to, but not at, its expiry */
    { 0, NOW, NOW - DAY, 0, NOW, "expired" },
    { 0, NOW - SECOND, NOW - DAY, 0, NOW, "expired" },
    { 0, NOW + 1, NOW - DAY, 0, NOW, "expiring" },
    /* a long life: a day before the end */
    { 0, NOW + DAY, NOW - 100 * DAY, 0, NOW, "expiring" },
    { 0, NOW + DAY + 1, NOW - 100 * DAY, 0, NOW, "active" },
    /* a short one: its last tenth */
    { 0, NOW + 1 * SECOND, NOW - 9 * SECOND, 0, NOW, "expiring" },
    { 0, NOW + 2 * SECOND, NOW - 8 * SECOND, 0, NOW, "active" },
    /* which begins when it becomes valid */
    { NOW - 9 * SECOND, NOW + 2 * SECOND, NOW - 99 * SECOND, 0, NOW, "active" },
    { NOW - 9 * SECOND, NOW + 1 * SECOND, NOW - 99 * SECOND, 0, NOW, "expiring" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SbToken) token =
          make_token (cases[i].not_before, cases[i].expires_at, cases[i].created_at, cases[i].revoked_at);

      g_assert_cmpstr (sb_token_state_to_id (sb_token_get_state (token, cases[i].now)), ==, cases[i].state);
    }
}

static void
test_allows (void)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
  g_autoptr (SbToken) token = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE] = { 0 };

  g_strfreev (spec->channels);
  spec->channels = g_strsplit ("/ /news /room/* /a/**", " ", -1);
  token = sb_token_new (1, spec, hash, "hint", NULL, 0, NOW, 0);

  g_assert_true (sb_token_allows (token, "/"));
  g_assert_true (sb_token_allows (token, "/news"));
  g_assert_true (sb_token_allows (token, "/room/7"));
  g_assert_true (sb_token_allows (token, "/a/b/c"));
  g_assert_false (sb_token_allows (token, "/other"));
  g_assert_false (sb_token_allows (token, "/room"));
  g_assert_false (sb_token_allows (token, "/a"));
  g_assert_false (sb_token_allows (token, "/room/7/8"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/token/secret/shape", test_secret_shape);
  g_test_add_func ("/token/secret/no-character-is-favoured", test_secret_spread);
  g_test_add_func ("/token/secret/well-formed", test_well_formed);
  g_test_add_func ("/token/secret/mistyped-is-noticed", test_mistyped);
  g_test_add_func ("/token/secret/hash", test_hash);
  g_test_add_func ("/token/secret/hint", test_hint);
  g_test_add_func ("/token/spec/label", test_spec_label);
  g_test_add_func ("/token/spec/channels", test_spec_channels);
  g_test_add_func ("/token/spec/numbers", test_spec_numbers);
  g_test_add_func ("/token/spec/copy", test_spec_copy);
  g_test_add_func ("/token/keeps-copies", test_token_keeps_copies);
  g_test_add_func ("/token/state", test_state);
  g_test_add_func ("/token/allows", test_allows);

  return g_test_run ();
}
