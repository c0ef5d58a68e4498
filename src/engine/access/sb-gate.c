/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "access/sb-gate.h"

#include "access/sb-address.h"
#include "access/sb-channel.h"
#include "access/sb-handshake.h"
#include "access/sb-origin.h"
#include "access/sb-token-index.h"
#include <string.h>

#define PROTOCOL "signalbox"
#define RETRY_SOON 5   /* s: after a restart */
#define RETRY_LATER 10 /* s: when somebody may have left */

struct _SbGate
{
  SbGateLimits limits;
  SbTokenIndex index;
  SbAttempts attempts;
  GHashTable *blocked;        /* SbAddress → gint64: until when, monotonic */
  GHashTable *address_counts; /* SbAddress → guint: connections; none with 0 */
  GHashTable *token_counts;   /* gint64 → guint: the same of tokens, whether they are still there or not */
  guint n_clients;
  guint64 serial; /* orders about tokens and addresses so far */
  gboolean draining;
};

/* Every way to be refused: docs/protocol.md has the same table. What the client reads says nothing of why a token
 * is invalid. */
typedef enum
{
  BAD_REQUEST,
  UPGRADE_REQUIRED,
  OTHER_VERSION,
  NO_SUCH_CHANNEL,
  DRAINING,
  ADDRESS_BLOCKED,
  TOO_MANY_ATTEMPTS,
  ORIGIN_NOT_ALLOWED,
  MISSING_TOKEN,
  INVALID_TOKEN,
  CHANNEL_NOT_ALLOWED,
  FULL,
  TOO_MANY_OF_ADDRESS,
  TOO_MANY_OF_TOKEN,
} Refusal;

static const struct
{
  guint status;
  const char *error;
  const char *message;
  guint retry_after;
  guint16 close_code; /* 0: no browser is told in this way */
  const char *close_reason;
  SbGateLimit limit;
} refusals[] = {
  [BAD_REQUEST] = { 400, "bad_request", "This is not a WebSocket handshake, or a malformed one." },
  [UPGRADE_REQUIRED] = { 426, "upgrade_required", "This is a WebSocket channel: open it with a WebSocket client." },
  [OTHER_VERSION] = { 426, "upgrade_required", "This server speaks version 13 of the WebSocket protocol." },
  [NO_SUCH_CHANNEL] = { 404, "no_such_channel", "The path is not the name of a channel.",
                        0, 3003, "no such channel" },
  [DRAINING] = { 503, "draining", "The server is stopping.", RETRY_SOON, 1013, "server stopping" },
  [ADDRESS_BLOCKED] = { 403, "address_blocked", "Connections from this address are not accepted.",
                        0, 3003, "address blocked" },
  [TOO_MANY_ATTEMPTS] = { 429, "too_many_attempts", "Too many refused tokens came from this address. Try again later.",
                          0, 1013, "too many attempts", SB_GATE_LIMIT_ATTEMPTS },
  [ORIGIN_NOT_ALLOWED] = { 403, "origin_not_allowed", "Pages of this origin may not connect." },
  [MISSING_TOKEN] = { 401, "missing_token", "A token is needed to connect.", 0, 3000, "missing token" },
  [INVALID_TOKEN] = { 401, "invalid_token", "The token is not valid.", 0, 3000, "invalid token" },
  [CHANNEL_NOT_ALLOWED] = { 403, "channel_not_allowed", "The token does not open this channel.",
                            0, 3003, "channel not allowed" },
  [FULL] = { 503, "full", "The server has as many clients as it may have.", RETRY_LATER, 1013, "server full",
             SB_GATE_LIMIT_CLIENTS },
  [TOO_MANY_OF_ADDRESS] = { 429, "too_many_connections", "This address has as many connections as it may have.",
                            RETRY_LATER, 1013, "too many connections", SB_GATE_LIMIT_ADDRESS },
  [TOO_MANY_OF_TOKEN] = { 429, "too_many_connections", "The token has as many connections as it may have.",
                          RETRY_LATER, 1013, "too many connections", SB_GATE_LIMIT_TOKEN },
};

/* --- limits --- */

void
sb_gate_limits_init (SbGateLimits *self)
{
  g_return_if_fail (self != NULL);

  *self = (SbGateLimits) { .max_clients = 10000, .max_clients_per_address = 1000, .max_attempts = 30 };
}

void
sb_gate_limits_clear (SbGateLimits *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->origins, g_strfreev);
}

SbGateLimits *
sb_gate_limits_copy (const SbGateLimits *self)
{
  SbGateLimits *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->origins = g_strdupv (self->origins);

  return copy;
}

void
sb_gate_limits_free (SbGateLimits *self)
{
  if (self == NULL)
    return;

  sb_gate_limits_clear (self);
  g_free (self);
}

/* --- life --- */

/**
 * sb_gate_new:
 * @limits: copied; a number that is 0 is no limit
 *
 * Returns: (transfer full): a gate that knows no tokens, so lets nobody in
 */
SbGate *
sb_gate_new (const SbGateLimits *limits)
{
  SbGate *self;

  g_return_val_if_fail (limits != NULL, NULL);

  self = g_new0 (SbGate, 1);
  sb_token_index_init (&self->index);
  sb_attempts_init (&self->attempts, limits->max_attempts);
  self->blocked = g_hash_table_new_full (sb_address_hash, sb_address_equal, g_free, g_free);
  self->address_counts = g_hash_table_new_full (sb_address_hash, sb_address_equal, g_free, NULL);
  self->token_counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  sb_gate_set_limits (self, limits);

  return self;
}

void
sb_gate_free (SbGate *self)
{
  if (self == NULL)
    return;

  sb_gate_limits_clear (&self->limits);
  sb_token_index_clear (&self->index);
  sb_attempts_clear (&self->attempts);
  g_hash_table_unref (self->blocked);
  g_hash_table_unref (self->address_counts);
  g_hash_table_unref (self->token_counts);
  g_free (self);
}

/* Acts on the next handshake; who is in already stays. */
void
sb_gate_set_limits (SbGate *self, const SbGateLimits *limits)
{
  g_auto (GStrv) origins = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (limits != NULL);

  origins = g_strdupv (limits->origins);
  sb_gate_limits_clear (&self->limits);
  self->limits = *limits;
  self->limits.origins = g_steal_pointer (&origins);
  sb_attempts_set_limit (&self->attempts, limits->max_attempts);
}

void
sb_gate_put_token (SbGate *self, SbToken *token)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (token != NULL);

  self->serial++;
  sb_token_index_put (&self->index, token);
}

void
sb_gate_remove_token (SbGate *self, gint64 token_id)
{
  g_return_if_fail (self != NULL);

  self->serial++;
  sb_token_index_remove (&self->index, token_id);
}

void
sb_gate_block (SbGate *self, const char *address, gint64 until)
{
  SbAddress key;

  g_return_if_fail (self != NULL);
  g_return_if_fail (address != NULL);

  self->serial++;
  sb_address_parse (&key, address);
  g_hash_table_replace (self->blocked, g_memdup2 (&key, sizeof key), g_memdup2 (&until, sizeof until));
}

void
sb_gate_unblock (SbGate *self, const char *address)
{
  SbAddress key;

  g_return_if_fail (self != NULL);
  g_return_if_fail (address != NULL);

  sb_address_parse (&key, address);
  g_hash_table_remove (self->blocked, &key);
}

void
sb_gate_set_draining (SbGate *self, gboolean draining)
{
  g_return_if_fail (self != NULL);

  self->draining = draining;
}

/* --- counting --- */

/* @key is copied when it is new. */
static void
count_up (GHashTable *counts, gconstpointer key, gsize key_size)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));

  g_hash_table_insert (counts, g_memdup2 (key, key_size), GUINT_TO_POINTER (n + 1));
}

/* The key of a count that comes to 0 goes too, so the tables never hold more than there are clients. */
static void
count_down (GHashTable *counts, gconstpointer key, gsize key_size)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));

  g_return_if_fail (n > 0);

  if (n == 1)
    g_hash_table_remove (counts, key);
  else
    g_hash_table_insert (counts, g_memdup2 (key, key_size), GUINT_TO_POINTER (n - 1));
}

static gboolean
is_reached (guint limit, guint n)
{
  return limit != 0 && n >= limit;
}

/**
 * sb_gate_release:
 *
 * A connection that was let in is over. The token may have been replaced or removed since.
 */
void
sb_gate_release (SbGate *self, gint64 token_id, const char *address)
{
  SbAddress key;

  g_return_if_fail (self != NULL);
  g_return_if_fail (address != NULL);
  g_return_if_fail (self->n_clients > 0);

  sb_address_parse (&key, address);
  count_down (self->address_counts, &key, sizeof key);
  count_down (self->token_counts, &token_id, sizeof token_id);
  self->n_clients--;
}

guint
sb_gate_get_n_clients (SbGate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_clients;
}

/* --- the verdict --- */

static void
refuse (SbVerdict *verdict, Refusal refusal)
{
  verdict->status = refusals[refusal].status;
  verdict->error = refusals[refusal].error;
  verdict->message = refusals[refusal].message;
  verdict->retry_after = MAX (verdict->retry_after, refusals[refusal].retry_after);
  verdict->close_code = refusals[refusal].close_code;
  verdict->close_reason = refusals[refusal].close_reason;
  verdict->limit = refusals[refusal].limit;
}

static gboolean
is_origin_allowed (SbGate *self, const SbHandshake *handshake)
{
  if (handshake->origin == NULL || sb_origin_is_host (handshake->origin, handshake->host))
    return TRUE;

  for (guint i = 0; self->limits.origins != NULL && self->limits.origins[i] != NULL; i++)
    {
      if (sb_origin_equal (self->limits.origins[i], handshake->origin))
        return TRUE;
    }

  return FALSE;
}

/* A block that is over is forgotten when its address knocks again. */
static gboolean
is_blocked (SbGate *self, const SbAddress *address, gint64 now)
{
  const gint64 *until = g_hash_table_lookup (self->blocked, address);

  if (until == NULL)
    return FALSE;
  if (*until > now)
    return TRUE;

  g_hash_table_remove (self->blocked, address);
  return FALSE;
}

/* Why the token is not valid now, for the admin; NULL when it is. */
static const char *
find_cause (const SbToken *token, gboolean is_previous, gint64 now)
{
  switch (sb_token_get_state (token, now))
    {
    case SB_TOKEN_REVOKED:
      return "revoked";
    case SB_TOKEN_EXPIRED:
      return "expired";
    case SB_TOKEN_NOT_YET_VALID:
      return "not_yet_valid";
    case SB_TOKEN_ACTIVE:
    case SB_TOKEN_EXPIRING:
    default:
      return is_previous && now >= token->previous_until ? "expired" : NULL;
    }
}

/* Sets the verdict's token and cause. */
static gboolean
recognise (SbGate *self, const SbHandshake *handshake, const char *secret, SbVerdict *verdict)
{
  guint8 hash[SB_TOKEN_HASH_SIZE];
  gboolean is_previous;
  SbToken *token;

  if (secret == NULL)
    {
      verdict->cause = "malformed";
      return FALSE;
    }

  sb_token_secret_hash (secret, -1, hash);
  token = sb_token_index_find (&self->index, hash, &is_previous);
  explicit_bzero (hash, sizeof hash);
  if (token == NULL)
    {
      verdict->cause = "unknown";
      return FALSE;
    }

  verdict->token = sb_token_ref (token);
  verdict->previous_secret = is_previous;
  verdict->cause = find_cause (token, is_previous, handshake->real_time);

  return verdict->cause == NULL;
}

/* From the token on. Returns FALSE and sets *@refusal, or TRUE with the verdict's token and channel set. */
static gboolean
judge_token (SbGate *self, const SbHandshake *handshake, const SbAddress *address, const SbAddress *site,
             SbVerdict *verdict, Refusal *refusal)
{
  char *secret = NULL;
  gboolean valid;

  *refusal = MISSING_TOKEN;
  if (!sb_handshake_find_token (handshake, self->limits.tokens_in_url, &secret))
    return FALSE;

  valid = recognise (self, handshake, secret, verdict);
  sb_token_secret_free (secret);
  *refusal = INVALID_TOKEN;
  if (!valid)
    {
      sb_attempts_add (&self->attempts, site, handshake->monotonic_time);
      return FALSE;
    }

  *refusal = CHANNEL_NOT_ALLOWED;
  if (!sb_token_allows (verdict->token, verdict->channel))
    return FALSE;

  *refusal = FULL;
  if (is_reached (self->limits.max_clients, self->n_clients))
    return FALSE;

  *refusal = TOO_MANY_OF_ADDRESS;
  if (is_reached (self->limits.max_clients_per_address,
                  GPOINTER_TO_UINT (g_hash_table_lookup (self->address_counts, address))))
    return FALSE;

  *refusal = TOO_MANY_OF_TOKEN;
  return !is_reached (verdict->token->spec.max_connections,
                      GPOINTER_TO_UINT (g_hash_table_lookup (self->token_counts, &verdict->token->id)));
}

/* What comes after the handshake itself was found to be one. */
static gboolean
judge_visitor (SbGate *self, const SbHandshake *handshake, gboolean origin_allowed, SbVerdict *verdict,
               Refusal *refusal)
{
  SbAddress address, site;
  gint64 wait;

  *refusal = NO_SUCH_CHANNEL;
  verdict->channel = sb_channel_from_path (handshake->path, NULL);
  if (verdict->channel == NULL)
    return FALSE;

  *refusal = DRAINING;
  if (self->draining)
    return FALSE;

  sb_address_parse (&address, handshake->address);
  *refusal = ADDRESS_BLOCKED;
  if (is_blocked (self, &address, handshake->monotonic_time))
    return FALSE;

  site = address;
  sb_address_to_site (&site);
  wait = sb_attempts_wait (&self->attempts, &site, handshake->monotonic_time);
  *refusal = TOO_MANY_ATTEMPTS;
  if (wait > 0)
    {
      verdict->retry_after = (guint) ((wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
      return FALSE;
    }

  *refusal = ORIGIN_NOT_ALLOWED;
  if (!origin_allowed)
    return FALSE;

  if (!judge_token (self, handshake, &address, &site, verdict, refusal))
    return FALSE;

  count_up (self->address_counts, &address, sizeof address);
  count_up (self->token_counts, &verdict->token->id, sizeof verdict->token->id);
  self->n_clients++;

  return TRUE;
}

guint64
sb_gate_get_serial (SbGate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->serial;
}

SbToken *
sb_gate_find_token (SbGate *self, gint64 token_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  return sb_token_index_find_id (&self->index, token_id);
}

gboolean
sb_gate_is_blocked (SbGate *self, const char *address, gint64 now)
{
  SbAddress key;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (address != NULL, FALSE);

  sb_address_parse (&key, address);

  return is_blocked (self, &key, now);
}

/**
 * sb_gate_judge:
 * @handshake: what the request says
 * @verdict: (out): overwritten; free with sb_verdict_clear()
 *
 * Decides, cheapest check first; the first that fails is the answer. A handshake that is let in counts as a client
 * until sb_gate_release() is called with its token and address.
 *
 * A refused token, and only that, counts as an attempt of its address. Whatever is wrong with a token, the status,
 * error and message are the same; only @verdict's cause differs.
 */
void
sb_gate_judge (SbGate *self, const SbHandshake *handshake, SbVerdict *verdict)
{
  static const Refusal state_refusals[] = {
    [SB_HANDSHAKE_MALFORMED] = BAD_REQUEST,
    [SB_HANDSHAKE_NO_UPGRADE] = UPGRADE_REQUIRED,
    [SB_HANDSHAKE_OTHER_VERSION] = OTHER_VERSION,
  };
  SbHandshakeState state;
  gboolean origin_allowed;
  Refusal refusal;

  g_return_if_fail (self != NULL);
  g_return_if_fail (handshake != NULL);
  g_return_if_fail (verdict != NULL);

  memset (verdict, 0, sizeof *verdict);
  state = sb_handshake_check (handshake);
  if (state != SB_HANDSHAKE_VALID)
    {
      refuse (verdict, state_refusals[state]);
      return;
    }

  if (sb_handshake_offers_signalbox (handshake))
    verdict->protocol = PROTOCOL;

  origin_allowed = is_origin_allowed (self, handshake);
  if (judge_visitor (self, handshake, origin_allowed, verdict, &refusal))
    {
      verdict->status = 101;
      verdict->name = sb_handshake_get_name (handshake);
      return;
    }

  refuse (verdict, refusal);

  /* A script cannot read a status, only a close code. It is told so when it could have come in from where it is. */
  verdict->upgrade_to_tell =
      verdict->close_code != 0 && verdict->protocol != NULL && handshake->origin != NULL && origin_allowed;
  if (!verdict->upgrade_to_tell)
    {
      verdict->close_code = 0;
      verdict->close_reason = NULL;
    }
}

void
sb_verdict_clear (SbVerdict *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->token, sb_token_unref);
  g_clear_pointer (&self->channel, g_free);
  g_clear_pointer (&self->name, g_free);
  memset (self, 0, sizeof *self);
}
