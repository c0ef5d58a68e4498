/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-gate.h"
#include "access/sb-token.h"
#include "net/sb-event.h"
#include "net/sb-retained.h"
#include "rules/sb-json-guard.h"
#include "rules/sb-rule-table.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_HUB_ERROR (sb_hub_error_quark ())
typedef enum
{
  SB_HUB_ERROR_ADDRESS_IN_USE,
  SB_HUB_ERROR_PERMISSION,    /* a port below 1024, … */
  SB_HUB_ERROR_BAD_ADDRESS,   /* no such address on this computer, or not an address */
  SB_HUB_ERROR_FAILED,
} SbHubError;
GQuark sb_hub_error_quark (void);

/* What one session may do; a change acts on the next message. A plain value. */
typedef struct
{
  SbJsonLimits json;
  gsize max_message;            /* bytes; default 1 MiB */
  gsize max_backlog;            /* bytes waiting for one client; default 1 MiB */
  guint64 max_queued_memory;    /* bytes that the queues of all lanes hold; default 256 MiB */
  guint max_rejected;           /* per minute before 1008; default 60 */
  guint max_error_replies;      /* per second and client; default 10 */
  guint ping_interval;          /* s; default 25 */
  guint pong_timeout;           /* s; default 20 */
  guint handshake_timeout;      /* s; default 10 */
  guint close_timeout;          /* s; default 5 */
  gboolean allow_binary;        /* default TRUE; a channel's rule may forbid them there */
  gboolean require_json;        /* texts must be JSON; default TRUE */
  gboolean compression;         /* permessage-deflate for those who come from now on, and for what is sent; default FALSE */
  guint messages_per_second;    /* per client; 0: no limit (default) */
} SbSessionLimits;
void sb_session_limits_init (SbSessionLimits *self);

/* Whom a broadcast is for. A plain value; @everyone wins, else the union of the others. */
typedef struct
{
  gboolean everyone;
  char **channels;     /* patterns; nullable */
  GArray *token_ids;   /* (element-type gint64); nullable */
  GArray *client_ids;  /* (element-type guint64); nullable */
} SbTarget;
SbTarget *sb_target_new_everyone (void);
SbTarget *sb_target_copy    (const SbTarget *self);
void      sb_target_free    (SbTarget *self);
gboolean  sb_target_matches (const SbTarget *self, const SbPeer *peer);
char     *sb_target_to_text (const SbTarget *self); /* "everyone", "/news, /a/…": what the log and the history show; not translated */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTarget, sb_target_free)

/* Sums over all lanes; each is true, they need not be of one instant. Monotonic but for the first two, @held and @arriving. */
typedef struct
{
  guint64 clients;
  guint64 backlog;         /* bytes waiting in all queues */
  guint64 messages_in;     /* accepted from clients */
  guint64 messages_out;    /* handed to the network */
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 rejected;        /* messages that failed a check */
  guint64 rejected_as[SB_N_REJECTIONS]; /* the same, by why */
  guint64 dropped;         /* messages not delivered to somebody */
  guint64 refused;         /* handshakes */
  guint64 not_kept;        /* traffic entries that did not fit the outbox */

  /* How often each limit was hit. */
  guint64 held;               /* now: bytes of memory that the queues hold, shared frames once a lane */
  guint64 arriving;           /* now: bytes of memory that messages hold of which not all has come yet */
  guint64 refused_full;       /* handshakes: as many clients as there may be */
  guint64 refused_address;    /* … as one address may have */
  guint64 refused_token;      /* … as the token may have */
  guint64 refused_attempts;   /* … after too many refused tokens of an address */
  guint64 refused_other;      /* … for no limit: without a good token, from elsewhere, no handshake at all, … */
  guint64 handshake_timeouts; /* connections cut before their handshake was done */
  guint64 accept_pauses;      /* times that accepting paused for want of descriptors */
  guint64 closed_rejected;    /* clients closed with 1008: too many rejected messages */
  guint64 closed_silent;      /* … with 3008: a ping was not answered */
  guint64 closed_slow;        /* … with 1013: over the backlog of one client */
  guint64 closed_memory;      /* … with 1013: the queues together held too much */
  guint64 closed_busy;        /* … with 1013: too much was coming in at once */
  guint64 replies_withheld;   /* rejected messages without an error reply */
} SbHubTotals;

/* Events for the main thread, oldest first; they are cleared after the call, take with sb_traffic_record_copy(), g_steal_pointer(). */
typedef void (*SbHubEventsFunc) (SbEvent *events, gsize n_events, gpointer user_data);
/* Called on the main thread when every lane has done it. @n: how many sessions were concerned. */
typedef void (*SbHubDoneFunc) (guint n, gpointer user_data);

/**
 * SbHub:
 *
 * How bytes move: the listener, the lanes and what travels between them, as one thing with a main-thread face. Owned by
 * #SbEngine; every function is for the main thread, none of them blocks, and what they ask for is done by the lanes in the
 * order of the calls. Callbacks come on the main context that was the thread's default when the hub was made.
 */
typedef struct _SbHub SbHub;

/* @n_lanes 0: by the number of cores. @drain_interval: ms between two deliveries of events (16 with a window, 100 without). */
SbHub    *sb_hub_new             (guint n_lanes, guint drain_interval, SbHubEventsFunc events, gpointer user_data);
/* Ends the lanes; blocks until their threads are gone (call sb_hub_stop() first for a clean good-bye). */
void      sb_hub_free            (SbHub *self);
/* Binds and listens at once, so that the error is known here; accepts from then on. @address NULL: all. */
gboolean  sb_hub_listen          (SbHub *self, GInetAddress *address, guint16 port, GError **error);
gboolean  sb_hub_is_listening    (SbHub *self);
/* The port in use, where 0 was asked for. 0: not listening. */
guint16   sb_hub_get_port        (SbHub *self);
/* Refuses new handshakes with 503, tells every client @code and @reason, waits up to @timeout seconds for their queues and
 * closing frames, then cuts, and stops listening. @done gets the number of clients there were. */
void      sb_hub_stop            (SbHub *self, guint16 code, const char *reason, guint timeout, SbHubDoneFunc done, gpointer user_data);

/* From now on new connections speak TLS (1.2 or later) with @certificate, which must have its private key; NULL: none. Nobody is dropped. */
void      sb_hub_set_certificate    (SbHub *self, GTlsCertificate *certificate);
void      sb_hub_set_gate_limits    (SbHub *self, const SbGateLimits *limits);
void      sb_hub_set_session_limits (SbHub *self, const SbSessionLimits *limits);
/* @done is called when all that was asked for before is in force on every lane. */
void      sb_hub_fence              (SbHub *self, SbHubDoneFunc done, gpointer user_data);
/* Every message that a lane takes from then on is judged by @table; NULL: no rules. @done (nullable): every lane has it. */
void      sb_hub_set_rules          (SbHub *self, SbRuleTable *table, SbHubDoneFunc done, gpointer user_data);

/* New token or new version of one: known to the gate first, then every live session of it is judged again (3003 where its channel is no
 * longer allowed, silenced where it may no longer publish, 3000 where it is expired or revoked, and where more
 * than max_connections remain the newest go). @done (nullable): how many connections were closed. */
void      sb_hub_put_token       (SbHub *self, SbToken *token, SbHubDoneFunc done, gpointer user_data);
/* Forgets it and closes what is left of it with 3000 "invalid token". */
void      sb_hub_remove_token    (SbHub *self, gint64 token_id, SbHubDoneFunc done, gpointer user_data);
/* Closes with @code and @reason, by the admin. */
void      sb_hub_disconnect      (SbHub *self, const SbTarget *target, guint16 code, const char *reason, SbHubDoneFunc done, gpointer user_data);
void      sb_hub_block_address   (SbHub *self, const char *address, gint64 until_monotonic, SbHubDoneFunc done, gpointer user_data);
void      sb_hub_unblock_address (SbHub *self, const char *address);
/* Each lane answers with one SB_EVENT_REPORT carrying @broadcast_id: at once when nobody there is meant, else when the last frame is handed to the
 * network or lost, at the latest after 5 s. sb_hub_get_n_lanes() reports make the whole. The bytes are sent as they are. */
void      sb_hub_broadcast       (SbHub *self, guint64 broadcast_id, const SbTarget *target, SbDirection direction, gboolean binary, GBytes *payload);
/* The same of @frame, with @table, in which it is kept: on each lane who is there gets the broadcast, and who comes after it gets what is kept;
 * nobody both, nobody neither. */
void      sb_hub_broadcast_retained (SbHub *self, guint64 broadcast_id, const SbTarget *target, SbFrame *frame, SbRetainedTable *table);
/* Who joins from then on gets what is kept in @table. @done (nullable): every lane has it. */
void      sb_hub_set_retained      (SbHub *self, SbRetainedTable *table, SbHubDoneFunc done, gpointer user_data);
guint     sb_hub_get_n_lanes     (SbHub *self);
void      sb_hub_get_totals      (SbHub *self, SbHubTotals *totals);

G_END_DECLS
