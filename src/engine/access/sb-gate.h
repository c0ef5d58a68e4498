/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include <glib.h>

G_BEGIN_DECLS

/**
 * SbGateLimits:
 *
 * Who may come in besides what tokens say. A plain value; the strings are owned. A number that is 0 is no limit.
 */
typedef struct
{
  char **origins;                /* allow-list of exact origins, "null" among them when wanted; NULL or empty: only the own host */
  gboolean tokens_in_url;        /* accept ?access_token= */
  guint max_clients;             /* in all */
  guint max_clients_per_address;
  guint max_attempts;            /* refused tokens per address and minute before 429 */
} SbGateLimits;

void          sb_gate_limits_init  (SbGateLimits *self); /* the defaults of docs/limits.md: 10000, 1000, 30 */
void          sb_gate_limits_clear (SbGateLimits *self);
SbGateLimits *sb_gate_limits_copy  (const SbGateLimits *self);
void          sb_gate_limits_free  (SbGateLimits *self);

/**
 * SbHandshake:
 *
 * What a request says, as the listener read it. Borrowed strings, NULL where the header is absent.
 * Checks of RFC 6455 §4.2.1 (method, Upgrade, Connection, key, version) are the gate's as well, so that one table decides.
 */
typedef struct
{
  const char *method;
  const char *path;          /* raw, still percent-encoded, without the query */
  const char *query;         /* raw, without "?" */
  const char *host;          /* Host header */
  const char *upgrade;
  const char *connection;
  const char *key;           /* Sec-WebSocket-Key */
  const char *version;       /* Sec-WebSocket-Version */
  const char *protocols;     /* Sec-WebSocket-Protocol, all values joined by ", " */
  const char *extensions;    /* Sec-WebSocket-Extensions, the same way */
  const char *origin;
  const char *authorization;
  const char *address;       /* textual, without port */
  gint64 real_time;          /* µs, for expiry */
  gint64 monotonic_time;     /* µs, for rates */
} SbHandshake;

/* Which limit a refused handshake ran into. */
typedef enum
{
  SB_GATE_LIMIT_NONE,
  SB_GATE_LIMIT_CLIENTS,  /* in all */
  SB_GATE_LIMIT_ADDRESS,
  SB_GATE_LIMIT_TOKEN,
  SB_GATE_LIMIT_ATTEMPTS,
} SbGateLimit;

/**
 * SbVerdict:
 *
 * @status 101: come in, with @token, @channel and, if any, @name and @protocol.
 * Anything else: refused; @error and @message go to the client, @cause only to the admin.
 */
typedef struct
{
  guint status;
  const char *error;       /* static: "invalid_token", … of docs/protocol.md; NULL for 101 */
  const char *message;     /* static sentence; NULL for 101 */
  const char *cause;       /* static: "unknown", "malformed", "expired", "revoked", "not_yet_valid"; NULL else */
  SbGateLimit limit;       /* of a refusal */
  guint retry_after;       /* seconds; 0 for none */
  gboolean upgrade_to_tell; /* a browser's script asks: complete the upgrade and close at once with @close_code */
  guint16 close_code;      /* 3000, 3003 or 1013; only when @upgrade_to_tell */
  const char *close_reason;
  SbToken *token;          /* a reference; for a refusal the token that was recognised, if any */
  gboolean previous_secret; /* it came with the token's secret from before the last rotation, in its grace */
  char *channel;
  char *name;              /* cleaned ?name=, or NULL */
  const char *protocol;    /* static "signalbox" when the client offered it, else NULL */
} SbVerdict;

void sb_verdict_clear (SbVerdict *self);

/**
 * SbGate:
 *
 * Decides on handshakes. Owns the token index (hash → token) and the counts that limits need. Not thread-safe: it
 * belongs to the lane on which the listener lives, and learns of changes by messages to that lane, in order.
 */
typedef struct _SbGate SbGate;

SbGate  *sb_gate_new           (const SbGateLimits *limits);
void     sb_gate_free          (SbGate *self);
void     sb_gate_set_limits    (SbGate *self, const SbGateLimits *limits);
/* Adds the token, or replaces the one of the same id (both its hashes, old ones forgotten). Revoked and expired tokens
 * may be put as well: the admin is then told which one knocked. */
void     sb_gate_put_token     (SbGate *self, SbToken *token);
void     sb_gate_remove_token  (SbGate *self, gint64 token_id);
/* Addresses the admin shut out. @until: monotonic time in µs, or G_MAXINT64. */
void     sb_gate_block         (SbGate *self, const char *address, gint64 until);
void     sb_gate_unblock       (SbGate *self, const char *address);
void     sb_gate_set_draining  (SbGate *self, gboolean draining); /* from then on: 503 draining */
/* @verdict is filled; free with sb_verdict_clear(). With status 101 the connection counts until sb_gate_release(). */
void     sb_gate_judge         (SbGate *self, const SbHandshake *handshake, SbVerdict *verdict);
void     sb_gate_release       (SbGate *self, gint64 token_id, const char *address);
guint    sb_gate_get_n_clients (SbGate *self);
/* Another number after every order about tokens and addresses: what was judged before it may be judged otherwise now. */
guint64  sb_gate_get_serial    (SbGate *self);
/* The token as it is now, not a reference; NULL: removed. */
SbToken *sb_gate_find_token    (SbGate *self, gint64 token_id);
gboolean sb_gate_is_blocked    (SbGate *self, const char *address, gint64 now);

G_END_DECLS
