/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-missed.h"
#include <glib.h>

G_BEGIN_DECLS

/* Who ended a connection. */
typedef enum
{
  SB_CLOSED_BY_CLIENT,  /* a close frame came from the client first */
  SB_CLOSED_BY_SERVER,  /* a limit, a protocol error, a stop */
  SB_CLOSED_BY_ADMIN,   /* disconnected, token revoked or narrowed */
  SB_CLOSED_BY_NETWORK, /* the connection broke without a close frame */
} SbClosedBy;

const char *sb_closed_by_to_id (SbClosedBy by); /* "client", "server", "admin", "network" */

/* Where a message came from. */
typedef enum
{
  SB_DIRECTION_FROM_CLIENT,
  SB_DIRECTION_BROADCAST, /* from the admin to many */
  SB_DIRECTION_DIRECT,    /* from the admin to chosen clients */
} SbDirection;

const char *sb_direction_to_id   (SbDirection direction); /* "client", "broadcast", "direct" */
gboolean    sb_direction_from_id (const char *id, SbDirection *direction);

/* Why a message was rejected: the "code" of the error reply of docs/protocol.md. */
typedef enum
{
  SB_REJECTED_NOT,
  SB_REJECTED_READ_ONLY,
  SB_REJECTED_RATE,
  SB_REJECTED_TOO_BIG,
  SB_REJECTED_TEXT,   /* where a rule allows only binary messages */
  SB_REJECTED_BINARY,
  SB_REJECTED_UTF8,
  SB_REJECTED_JSON,
  SB_REJECTED_DEPTH,
  SB_REJECTED_SCHEMA,
} SbRejection;
#define SB_N_REJECTIONS (SB_REJECTED_SCHEMA + 1)

const char *sb_rejection_to_code (SbRejection rejection); /* "read_only", …; NULL for SB_REJECTED_NOT */

/**
 * SbTrafficRecord:
 *
 * One line of the traffic log. Owns everything it points to.
 */
typedef struct
{
  gint64 time;        /* real time, µs */
  SbPeer *peer;       /* the sender; NULL for what the admin sent */
  char *target;       /* for what the admin sent: "everyone", "/news, /sport", …; NULL else */
  GBytes *payload;    /* the message's bytes, perhaps cut (see @size) */
  guint64 size;       /* the message's true size in bytes */
  SbDirection direction;
  gboolean binary;
  guint reached;      /* clients it was queued for */
  guint dropped;      /* clients that should have had it and did not get it */
  SbRejection rejection;
  char *reason;       /* in words, for a rejected message; NULL else */
  char *pointer;      /* JSON Pointer (RFC 6901) of the trouble; NULL where there is none */
  guint64 offset;     /* byte offset of the trouble within the payload; G_MAXUINT64 where there is none */
  gint64 rule_id;     /* the rule that counted the rejected message; 0: none is for its channel, or it was not the rule's to judge */
  const char *cause;  /* static: what the rule counted it as, e.g. the schema's keyword; NULL where there is no rule */
  char *schema_pointer; /* JSON Pointer of the keyword in the rule's schema; NULL where there is none */
  gboolean told;      /* a rejected message's sender got the error reply; replies are limited in number */
  gboolean silent;    /* not told because the rule says so */
  guint64 sequence;   /* the client's frame number, from 1: the "id" of the error reply */
} SbTrafficRecord;

void sb_traffic_record_clear (SbTrafficRecord *self);                              /* frees what it owns, zeroes it */
void sb_traffic_record_copy  (const SbTrafficRecord *self, SbTrafficRecord *copy); /* takes references */

typedef enum
{
  SB_EVENT_JOINED,  /* peer */
  SB_EVENT_LEFT,    /* peer, left */
  SB_EVENT_REFUSED, /* refused */
  SB_EVENT_TRAFFIC, /* traffic */
  SB_EVENT_REPORT,  /* report */
  SB_EVENT_NOTICE,  /* notice: something the admin has to know (accept failed for want of descriptors, …) */
} SbEventKind;

/**
 * SbEvent:
 *
 * What a lane tells the main thread. Moves for good through the #SbOutbox; freed by it.
 */
typedef struct
{
  SbEventKind kind;
  gint64 time;  /* real time, µs */
  SbPeer *peer; /* a reference, or NULL */

  union
  {
    struct
    {
      guint16 code;   /* RFC 6455 §7.4; 1006 where no close frame came */
      char *reason;   /* valid UTF-8, may be NULL */
      SbClosedBy by;
    } left;

    struct
    {
      guint status;        /* HTTP status */
      const char *error;   /* static: "invalid_token", … */
      const char *cause;   /* static, for the admin only: "unknown", "malformed", "expired", "revoked", "not_yet_valid", or NULL */
      char *address;
      char *origin;        /* NULL for none */
      char *path;          /* never with the query, so never with a token */
      gint64 token_id;     /* 0 where no token was recognised */
    } refused;

    SbTrafficRecord traffic;

    struct
    {
      guint64 broadcast_id;
      guint targeted;     /* clients meant */
      guint sent;         /* whose frame was wholly handed to the network */
      guint dropped;      /* that lost it: too slow, or gone meanwhile */
      guint pending;      /* still waiting when the time to report was up */
      gint64 duration;    /* µs from the command to the last frame handed over, on this lane */
      GPtrArray *missed;  /* (element-type SbMissed): who lost it, at most 1000; NULL for none */
    } report;

    struct
    {
      const char *code; /* static: "out_of_descriptors", "accepting_again", "out_of_queue_memory" */
      char *message;
    } notice;
  };
} SbEvent;

void sb_event_clear (SbEvent *self);

G_END_DECLS
