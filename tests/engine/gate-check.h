/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* How tests of the gate knock: a handshake in which all is right, but for what the test changes. */

#include "access/sb-gate.h"
#include <string.h>

#define SECOND ((gint64) G_USEC_PER_SEC)
#define NOW (G_GINT64_CONSTANT (1700000000) * SECOND) /* real time */
#define START (G_GINT64_CONSTANT (5000) * SECOND)     /* monotonic time */

typedef struct
{
  SbGate *gate;
  SbGateLimits limits;
  char *secret;        /* of token 1: everything, for ever */
  char *authorization; /* "Bearer " and that */
} Fixture;

/* A token of the gate's. Returns: (transfer full): its secret */
static inline char *
add_token (Fixture *self, gint64 id, const SbTokenSpec *spec, gint64 revoked_at)
{
  char *secret = sb_token_secret_generate ();
  g_autofree char *hint = sb_token_secret_hint (secret);
  g_autoptr (SbToken) token = NULL;
  guint8 hash[SB_TOKEN_HASH_SIZE];

  sb_token_secret_hash (secret, -1, hash);
  token = sb_token_new (id, spec, hash, hint, NULL, 0, NOW - 3600 * SECOND, revoked_at);
  sb_gate_put_token (self->gate, token);

  return secret;
}

static inline void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("Everything");

  sb_gate_limits_init (&self->limits);
  self->limits.max_attempts = 0;
  self->gate = sb_gate_new (&self->limits);
  self->secret = add_token (self, 1, spec, 0);
  self->authorization = g_strconcat ("Bearer ", self->secret, NULL);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  sb_gate_free (self->gate);
  sb_gate_limits_clear (&self->limits);
  sb_token_secret_free (self->secret);
  g_free (self->authorization);
}

static inline SbHandshake
make_handshake (Fixture *self)
{
  return (SbHandshake) {
    .method = "GET",
    .path = "/news",
    .host = "example.org:8080",
    .upgrade = "websocket",
    .connection = "Upgrade",
    .key = "dGhlIHNhbXBsZSBub25jZQ==",
    .version = "13",
    .authorization = self->authorization,
    .address = "192.0.2.7",
    .real_time = NOW,
    .monotonic_time = START,
  };
}

/* Knocks and asserts the answer; @error NULL: let in. What a connection let in takes is given back when @stay is
 * FALSE. */
static inline void
assert_answer (Fixture *self, const SbHandshake *handshake, guint status, const char *error, const char *cause,
               gboolean stay, const char *what)
{
  guint before = sb_gate_get_n_clients (self->gate);
  SbVerdict verdict;

  memset (&verdict, 0x5a, sizeof verdict);
  sb_gate_judge (self->gate, handshake, &verdict);
  if (verdict.status != status || g_strcmp0 (verdict.error, error) != 0 || g_strcmp0 (verdict.cause, cause) != 0)
    g_error ("%s: answered %u %s (%s), not %u %s (%s)", what, verdict.status, verdict.error, verdict.cause, status,
             error, cause);

  if (status == 101)
    {
      g_assert_null (verdict.message);
      g_assert_nonnull (verdict.token);
      g_assert_nonnull (verdict.channel);
      g_assert_false (verdict.upgrade_to_tell);
      g_assert_cmpuint (verdict.close_code, ==, 0);
      g_assert_cmpuint (sb_gate_get_n_clients (self->gate), ==, before + 1);
      if (!stay)
        sb_gate_release (self->gate, verdict.token->id, handshake->address);
    }
  else
    {
      g_assert_nonnull (verdict.message);
      g_assert_null (strpbrk (verdict.message, "\"\\")); /* it is put into JSON as it is */
      g_assert_cmpuint (sb_gate_get_n_clients (self->gate), ==, before);
    }
  sb_verdict_clear (&verdict);
}

#define assert_in(fixture, handshake) assert_answer (fixture, handshake, 101, NULL, NULL, FALSE, G_STRLOC)
#define assert_in_stays(fixture, handshake) assert_answer (fixture, handshake, 101, NULL, NULL, TRUE, G_STRLOC)
#define assert_out(fixture, handshake, status, error) \
  assert_answer (fixture, handshake, status, error, NULL, FALSE, G_STRLOC)
#define assert_invalid(fixture, handshake, cause) \
  assert_answer (fixture, handshake, 401, "invalid_token", cause, FALSE, G_STRLOC)
