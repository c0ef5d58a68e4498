/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gate-check.h"

/* Who may come in: tokens, and what is counted. */

static void
test_where_the_token_is (Fixture *self, gconstpointer data)
{
  g_autofree char *bearer = g_strconcat ("signalbox, bearer.", self->secret, NULL);
  g_autofree char *bearer_first = g_strconcat ("bearer.", self->secret, ",signalbox", NULL);
  g_autofree char *bearer_alone = g_strconcat ("bearer.", self->secret, NULL);
  g_autofree char *two_bearers = g_strconcat ("bearer.wrong, bearer.", self->secret, NULL);
  g_autofree char *other_case = g_strconcat ("Bearer.", self->secret, NULL);
  g_autofree char *in_url = g_strconcat ("a=b&access_token=", self->secret, "&name=x", NULL);
  g_autofree char *encoded = g_strconcat ("access_token=%73", self->secret + 1, NULL);
  g_autofree char *lower = g_strconcat ("bearer ", self->secret, NULL);
  g_autofree char *upper = g_strconcat ("BEARER   ", self->secret, "  ", NULL);
  g_autofree char *basic = g_strconcat ("Basic ", self->secret, NULL);
  g_autofree char *no_space = g_strconcat ("Bearer", self->secret, NULL);
  g_autofree char *twice = g_strconcat ("Bearer ", self->secret, " ", self->secret, NULL);
  g_autofree char *list = g_strconcat ("Bearer ", self->secret, ",", NULL);
  g_autofree char *quoted = g_strconcat ("Bearer \"", self->secret, "\"", NULL);
  enum { IN, MISSING, INVALID };
  const struct
  {
    const char *authorization, *protocols, *query;
    gboolean tokens_in_url;
    int outcome;
  } cases[] = {
    { self->authorization, NULL, NULL, FALSE, IN },
    { lower, NULL, NULL, FALSE, IN },
    { upper, NULL, NULL, FALSE, IN },
    { NULL, bearer, NULL, FALSE, IN },
    { NULL, bearer_first, NULL, FALSE, IN },
    { NULL, bearer_alone, NULL, FALSE, IN },
    { NULL, NULL, in_url, TRUE, IN },
    { NULL, NULL, encoded, TRUE, IN },
    { NULL, "signalbox", in_url, TRUE, IN },

    { NULL, NULL, NULL, TRUE, MISSING },
    { NULL, "signalbox", "x=y", TRUE, MISSING },
    { NULL, other_case, NULL, FALSE, MISSING },
    /* a token in the URL where that is not allowed is not seen */
    { NULL, NULL, in_url, FALSE, MISSING },
    { NULL, NULL, "access_token=wrong", FALSE, MISSING },

    /* the first place in which something is found decides, even when that is nonsense */
    { "", bearer, in_url, TRUE, INVALID },
    { "Bearer", bearer, in_url, TRUE, INVALID },
    { "Bearer ", bearer, in_url, TRUE, INVALID },
    { "Bearer x", bearer, in_url, TRUE, INVALID },
    { basic, bearer, in_url, TRUE, INVALID },
    { no_space, NULL, NULL, FALSE, INVALID },
    { self->secret, NULL, NULL, FALSE, INVALID },
    { twice, NULL, NULL, FALSE, INVALID },
    { list, NULL, NULL, FALSE, INVALID },
    { quoted, NULL, NULL, FALSE, INVALID },
    { NULL, "signalbox, bearer.", in_url, TRUE, INVALID },
    { NULL, "signalbox, bearer.x", in_url, TRUE, INVALID },
    { NULL, two_bearers, NULL, FALSE, INVALID },
    { NULL, NULL, "access_token=", TRUE, INVALID },
    { NULL, NULL, "access_token=%zz", TRUE, INVALID },
    { self->authorization, "bearer.x", "access_token=x", TRUE, IN },
    { NULL, bearer, "access_token=x", TRUE, IN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbHandshake handshake = make_handshake (self);
      g_autofree char *what = g_strdup_printf ("case %" G_GSIZE_FORMAT, i);

      self->limits.tokens_in_url = cases[i].tokens_in_url;
      sb_gate_set_limits (self->gate, &self->limits);
      handshake.authorization = cases[i].authorization;
      handshake.protocols = cases[i].protocols;
      handshake.query = cases[i].query;
      if (cases[i].outcome == IN)
        assert_answer (self, &handshake, 101, NULL, NULL, FALSE, what);
      else if (cases[i].outcome == MISSING)
        assert_answer (self, &handshake, 401, "missing_token", NULL, FALSE, what);
      else
        assert_answer (self, &handshake, 401, "invalid_token", "malformed", FALSE, what);
    }
}

/* Truncated, mistyped, in the other case: never well-formed, so never looked up; and a well-formed one nobody
 * issued. */
static void
test_wrong_tokens (Fixture *self, gconstpointer data)
{
  SbHandshake handshake = make_handshake (self);
  char *unknown = sb_token_secret_generate ();
  g_autofree char *header = g_strconcat ("Bearer ", unknown, NULL);
  g_autofree char *upper = g_ascii_strup (self->authorization, -1);
  g_autofree char *down = g_ascii_strdown (self->authorization, -1);
  g_autofree char *longer = g_strconcat (self->authorization, "0", NULL);
  gsize length = strlen (self->authorization);

  handshake.authorization = header;
  assert_invalid (self, &handshake, "unknown");
  handshake.authorization = upper;
  assert_invalid (self, &handshake, "malformed");
  handshake.authorization = down;
  assert_invalid (self, &handshake, "malformed");
  handshake.authorization = longer;
  assert_invalid (self, &handshake, "malformed");

  for (gsize n = 0; n < length; n++)
    {
      g_autofree char *truncated = g_strndup (self->authorization, n);
      g_autofree char *changed = g_strdup (self->authorization);

      handshake.authorization = truncated;
      assert_invalid (self, &handshake, "malformed");
      if (n >= strlen ("Bearer "))
        {
          changed[n] = changed[n] == 'x' ? 'y' : 'x';
          handshake.authorization = changed;
          assert_invalid (self, &handshake, "malformed");
        }
    }

  sb_token_secret_free (unknown);
}

/* Whatever is wrong with it, a token that is refused looks the same from outside. */
static void
test_all_invalid_tokens_look_alike (Fixture *self, gconstpointer data)
{
  enum { UNKNOWN, MALFORMED, REVOKED, EXPIRED, EARLY, REMOVED, ROTATED, N_KINDS };
  static const char *const causes[] = {
    "unknown", "malformed", "revoked", "expired", "not_yet_valid", "unknown", "expired"
  };
  SbVerdict verdicts[N_KINDS];

  for (int kind = 0; kind < N_KINDS; kind++)
    {
      g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Other");
      g_autofree char *authorization = NULL;
      char *secret;
      SbHandshake handshake = make_handshake (self);

      spec->expires_at = kind == EXPIRED ? NOW - SECOND : 0;
      spec->not_before = kind == EARLY ? NOW + SECOND : 0;
      secret = add_token (self, 10 + kind, spec, kind == REVOKED ? NOW - SECOND : 0);
      authorization = g_strconcat ("Bearer ", secret, NULL);
      if (kind == MALFORMED)
        authorization[strlen (authorization) - 1] ^= 1;
      if (kind == REMOVED || kind == UNKNOWN)
        sb_gate_remove_token (self->gate, 10 + kind);
      if (kind == ROTATED)
        {
          guint8 hash[SB_TOKEN_HASH_SIZE] = { 1 }, previous[SB_TOKEN_HASH_SIZE];
          g_autoptr (SbToken) rotated = NULL;

          sb_token_secret_hash (secret, -1, previous);
          rotated = sb_token_new (10 + kind, spec, hash, "hint", previous, NOW, NOW - 1, 0);
          sb_gate_put_token (self->gate, rotated);
        }
      sb_token_secret_free (secret);

      handshake.authorization = authorization;
      handshake.origin = "http://example.org";
      handshake.protocols = "signalbox";
      sb_gate_judge (self->gate, &handshake, &verdicts[kind]);
      g_assert_cmpstr (verdicts[kind].cause, ==, causes[kind]);
      g_assert_cmpuint (verdicts[kind].status, ==, 401);
      g_assert_cmpstr (verdicts[kind].error, ==, "invalid_token");
      g_assert_cmpstr (verdicts[kind].message, ==, verdicts[0].message);
      g_assert_cmpuint (verdicts[kind].close_code, ==, verdicts[0].close_code);
      g_assert_cmpstr (verdicts[kind].close_reason, ==, verdicts[0].close_reason);
      g_assert_cmpuint (verdicts[kind].retry_after, ==, verdicts[0].retry_after);
      g_assert_cmpint (verdicts[kind].upgrade_to_tell, ==, verdicts[0].upgrade_to_tell);
      /* The admin is told which one it was. */
      g_assert_cmpint (verdicts[kind].token != NULL ? verdicts[kind].token->id : 0, ==,
                       kind == REVOKED || kind == EXPIRED || kind == EARLY || kind == ROTATED ? 10 + kind : 0);
    }

  for (int kind = 0; kind < N_KINDS; kind++)
    sb_verdict_clear (&verdicts[kind]);
}

static void
test_times (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("For a while");
  g_autofree char *authorization = NULL;
  SbHandshake handshake = make_handshake (self);
  char *secret;

  spec->not_before = NOW;
  spec->expires_at = NOW + 10 * SECOND;
  secret = add_token (self, 2, spec, 0);
  authorization = g_strconcat ("Bearer ", secret, NULL);
  handshake.authorization = authorization;

  handshake.real_time = NOW - 1;
  assert_invalid (self, &handshake, "not_yet_valid");
  handshake.real_time = NOW;
  assert_in (self, &handshake);
  handshake.real_time = NOW + 10 * SECOND - 1;
  assert_in (self, &handshake);
  handshake.real_time = NOW + 10 * SECOND;
  assert_invalid (self, &handshake, "expired");
  handshake.real_time = NOW + 11 * SECOND;
  assert_invalid (self, &handshake, "expired");

  sb_token_secret_free (secret);
}

static SbToken *
make_version (const char *secret, const char *previous, gint64 previous_until, gint64 revoked_at)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Rotated");
  guint8 hash[SB_TOKEN_HASH_SIZE], previous_hash[SB_TOKEN_HASH_SIZE];

  sb_token_secret_hash (secret, -1, hash);
  if (previous != NULL)
    sb_token_secret_hash (previous, -1, previous_hash);

  return sb_token_new (7, spec, hash, "hint", previous != NULL ? previous_hash : NULL, previous_until, NOW, revoked_at);
}

static void
put_version (Fixture *self, const char *secret, const char *previous, gint64 previous_until, gint64 revoked_at)
{
  g_autoptr (SbToken) token = make_version (secret, previous, previous_until, revoked_at);

  sb_gate_put_token (self->gate, token);
}

static void
test_rotation (Fixture *self, gconstpointer data)
{
  char *first = sb_token_secret_generate ();
  char *second = sb_token_secret_generate ();
  char *third = sb_token_secret_generate ();
  g_autofree char *with_first = g_strconcat ("Bearer ", first, NULL);
  g_autofree char *with_second = g_strconcat ("Bearer ", second, NULL);
  g_autofree char *with_third = g_strconcat ("Bearer ", third, NULL);
  SbHandshake old = make_handshake (self), new = make_handshake (self), newest = make_handshake (self);

  old.authorization = with_first;
  new.authorization = with_second;
  newest.authorization = with_third;

  put_version (self, first, NULL, 0, 0);
  assert_in (self, &old);
  assert_invalid (self, &new, "unknown");

  /* With a grace of ten seconds both are valid, then the old one is not. */
  put_version (self, second, first, NOW + 10 * SECOND, 0);
  assert_in (self, &new);
  assert_in (self, &old);
  old.real_time = NOW + 10 * SECOND - 1;
  assert_in (self, &old);
  old.real_time = NOW + 10 * SECOND;
  assert_invalid (self, &old, "expired");
  new.real_time = NOW + 10 * SECOND;
  assert_in (self, &new);

  /* Rotated again, the first is forgotten, within its grace or not. */
  put_version (self, third, second, NOW + 20 * SECOND, 0);
  old.real_time = NOW;
  assert_invalid (self, &old, "unknown");
  assert_in (self, &new);
  assert_in (self, &newest);

  /* Rotated without grace. */
  put_version (self, third, NULL, 0, 0);
  assert_invalid (self, &new, "unknown");
  assert_in (self, &newest);

  /* Revoked, both are. */
  put_version (self, third, second, NOW + 20 * SECOND, NOW);
  assert_invalid (self, &new, "revoked");
  assert_invalid (self, &newest, "revoked");

  /* And back to a secret of before, which a restored backup may do. */
  put_version (self, first, third, NOW + SECOND, 0);
  assert_in (self, &old);
  assert_in (self, &newest);
  assert_invalid (self, &new, "unknown");

  sb_gate_remove_token (self->gate, 7);
  assert_invalid (self, &old, "unknown");
  assert_invalid (self, &newest, "unknown");
  sb_gate_remove_token (self->gate, 7);

  sb_token_secret_free (first);
  sb_token_secret_free (second);
  sb_token_secret_free (third);
}

/* A token replaced keeps the connections that count against it; so does one that was removed. */
static void
test_counts_outlive_versions (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Two at most");
  g_autoptr (SbToken) again = NULL;
  g_autofree char *authorization = NULL;
  SbHandshake handshake = make_handshake (self);
  guint8 hash[SB_TOKEN_HASH_SIZE];
  char *secret;

  spec->max_connections = 2;
  secret = add_token (self, 2, spec, 0);
  authorization = g_strconcat ("Bearer ", secret, NULL);
  handshake.authorization = authorization;
  assert_in_stays (self, &handshake);
  assert_in_stays (self, &handshake);
  assert_out (self, &handshake, 429, "too_many_connections");

  sb_token_secret_hash (secret, -1, hash);
  spec->max_connections = 3;
  again = sb_token_new (2, spec, hash, "hint", NULL, 0, NOW, 0);
  sb_gate_put_token (self->gate, again);
  assert_in_stays (self, &handshake);
  assert_out (self, &handshake, 429, "too_many_connections");

  sb_gate_remove_token (self->gate, 2);
  sb_gate_release (self->gate, 2, handshake.address);
  sb_gate_put_token (self->gate, again);
  assert_in_stays (self, &handshake);
  assert_out (self, &handshake, 429, "too_many_connections");

  for (int i = 0; i < 3; i++)
    sb_gate_release (self->gate, 2, handshake.address);
  g_assert_cmpuint (sb_gate_get_n_clients (self->gate), ==, 0);
  sb_token_secret_free (secret);
}

static void
test_client_limits (Fixture *self, gconstpointer data)
{
  SbHandshake here = make_handshake (self), there = make_handshake (self);

  there.address = "2001:db8::1";
  self->limits.max_clients = 5;
  self->limits.max_clients_per_address = 3;
  sb_gate_set_limits (self->gate, &self->limits);

  for (int i = 0; i < 3; i++)
    assert_in_stays (self, &here);
  assert_out (self, &here, 429, "too_many_connections");
  assert_in_stays (self, &there);
  assert_in_stays (self, &there);
  assert_out (self, &there, 503, "full");
  g_assert_cmpuint (sb_gate_get_n_clients (self->gate), ==, 5);

  sb_gate_release (self->gate, 1, here.address);
  assert_in_stays (self, &there);
  assert_out (self, &here, 503, "full");
  sb_gate_release (self->gate, 1, there.address);
  assert_in_stays (self, &here);

  /* Fewer than there are: who is in stays, nobody comes. Without limits, everybody. */
  self->limits.max_clients = 1;
  sb_gate_set_limits (self->gate, &self->limits);
  assert_out (self, &there, 503, "full");
  self->limits.max_clients = self->limits.max_clients_per_address = 0;
  sb_gate_set_limits (self->gate, &self->limits);
  for (int i = 0; i < 2000; i++)
    assert_in_stays (self, &here);
  g_assert_cmpuint (sb_gate_get_n_clients (self->gate), ==, 2005);
}

/* Random tokens come, change, go and connect; the gate agrees with a model that is too simple to be wrong. */
static void
test_model (Fixture *self, gconstpointer data)
{
  enum { N_TOKENS = 8, N_ADDRESSES = 4, N_LIVE = 40 };
  char *secrets[N_TOKENS], *headers[N_TOKENS];
  gboolean known[N_TOKENS] = { FALSE }, revoked[N_TOKENS] = { FALSE };
  guint limit[N_TOKENS] = { 0 }, of_token[N_TOKENS] = { 0 }, of_address[N_ADDRESSES] = { 0 }, n_live = 0;
  struct { guint token, address; } live[N_LIVE];
  static const char *const addresses[N_ADDRESSES] = { "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2" };

  self->limits.max_clients = N_LIVE;
  self->limits.max_clients_per_address = 12;
  sb_gate_set_limits (self->gate, &self->limits);
  for (guint i = 0; i < N_TOKENS; i++)
    {
      secrets[i] = sb_token_secret_generate ();
      headers[i] = g_strconcat ("Bearer ", secrets[i], NULL);
    }

  for (guint step = 0; step < 50000; step++)
    {
      guint t = g_test_rand_int_range (0, N_TOKENS), a = g_test_rand_int_range (0, N_ADDRESSES);
      SbHandshake handshake = make_handshake (self);

      switch (g_test_rand_int_range (0, 12))
        {
        case 0:
          {
            g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("x");
            g_autoptr (SbToken) token = NULL;
            guint8 hash[SB_TOKEN_HASH_SIZE];

            known[t] = TRUE;
            revoked[t] = g_test_rand_int_range (0, 4) == 0;
            limit[t] = spec->max_connections = g_test_rand_int_range (0, 10);
            sb_token_secret_hash (secrets[t], -1, hash);
            token = sb_token_new (100 + t, spec, hash, "hint", NULL, 0, NOW, revoked[t] ? NOW : 0);
            sb_gate_put_token (self->gate, token);
          }
          break;
        case 1:
          known[t] = FALSE;
          sb_gate_remove_token (self->gate, 100 + t);
          break;
        case 2:
        case 3:
        case 4:
        case 5:
          if (n_live > 0)
            {
              guint i = g_test_rand_int_range (0, n_live);

              sb_gate_release (self->gate, 100 + live[i].token, addresses[live[i].address]);
              of_token[live[i].token]--;
              of_address[live[i].address]--;
              live[i] = live[--n_live];
            }
          break;
        default:
          handshake.authorization = headers[t];
          handshake.address = addresses[a];
          if (!known[t] || revoked[t])
            assert_invalid (self, &handshake, known[t] ? "revoked" : "unknown");
          else if (n_live == N_LIVE)
            assert_out (self, &handshake, 503, "full");
          else if (of_address[a] == 12 || (limit[t] != 0 && of_token[t] >= limit[t]))
            assert_out (self, &handshake, 429, "too_many_connections");
          else
            {
              assert_in_stays (self, &handshake);
              live[n_live].token = t;
              live[n_live++].address = a;
              of_token[t]++;
              of_address[a]++;
            }
          break;
        }
      g_assert_cmpuint (sb_gate_get_n_clients (self->gate), ==, n_live);
    }

  for (guint i = 0; i < N_TOKENS; i++)
    {
      sb_token_secret_free (secrets[i]);
      g_free (headers[i]);
    }
}

static void
test_limits_copy (void)
{
  const char *const origins[] = { "https://a.example", "null", NULL };
  SbGateLimits limits;
  SbGateLimits *copy;

  sb_gate_limits_init (&limits);
  g_assert_cmpuint (limits.max_clients, ==, 10000);
  g_assert_cmpuint (limits.max_clients_per_address, ==, 1000);
  g_assert_cmpuint (limits.max_attempts, ==, 30);
  g_assert_false (limits.tokens_in_url);
  g_assert_null (limits.origins);

  limits.origins = g_strdupv ((char **) origins);
  copy = sb_gate_limits_copy (&limits);
  sb_gate_limits_clear (&limits);
  g_assert_cmpstrv (copy->origins, origins);
  g_assert_cmpuint (copy->max_attempts, ==, 30);
  sb_gate_limits_free (copy);
  sb_gate_limits_free (NULL);
}

#define ADD(path, function) g_test_add ("/gate/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("token/places", test_where_the_token_is);
  ADD ("token/wrong", test_wrong_tokens);
  ADD ("token/all-invalid-ones-look-alike", test_all_invalid_tokens_look_alike);
  ADD ("token/times", test_times);
  ADD ("token/rotation", test_rotation);
  ADD ("token/counts-outlive-versions", test_counts_outlive_versions);
  ADD ("limits/clients", test_client_limits);
  ADD ("limits/model", test_model);
  g_test_add_func ("/gate/limits/copy", test_limits_copy);

  return g_test_run ();
}
