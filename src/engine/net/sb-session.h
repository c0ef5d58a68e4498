/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-token.h"
#include "net/sb-frame-reader.h"
#include "net/sb-lane-stream.h"
#include "net/sb-lane.h"
#include "rules/sb-rate.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum
{
  SB_SESSION_OPEN,
  SB_SESSION_CLOSING,   /* our close frame is queued or sent; the client's has not come */
  SB_SESSION_LINGERING, /* all is said; waits for the client's end of the connection */
  SB_SESSION_DEAD,      /* freed at the end of the turn */
} SbSessionState;

/**
 * SbSession:
 *
 * One connected client on its lane: the closing handshake, pings, limits, and the way of a message from the network to the router. Made
 * with a connection whose HTTP upgrade is done; lives on one lane for life and is owned by it.
 */
struct _SbSession
{
  SbLane *lane;
  SbPeer *peer;
  SbToken *token; /* NULL for a refused browser that is only told why */
  guint64 secret; /* the beginning of the hash of the secret it came with: a rotation may end it */
  SbLaneStream stream;
  SbFrameReader reader;
  SbTimer timer;  /* next ping; pong overdue; close overdue */

  SbRoom *room;
  guint room_position;
  guint lane_position;

  guint8 state;
  guint8 window_bits;   /* what we send may be compressed, with so large a window; 0: it may not */
  bool touched : 1;     /* is in the lane's list */
  bool unread : 1;
  bool close_queued : 1;
  bool farewell : 1;    /* never joined */
  bool ping_open : 1;
  bool hung_up : 1;     /* the client's end is announced */
  bool ended : 1;       /* and read, but what it is still to get is not sent yet */

  gint64 heard_at;      /* monotonic: when anything at all was received */
  gint64 ping_sent_at;
  SbRate rate;
  SbRate replies;
  gint64 minute;        /* when the count of rejections began */
  guint n_rejected;
  gsize arriving;       /* bytes that the lane counts for a message of which not all has come */
  guint64 sequence;     /* data frames from the client */
};

/* What a finished upgrade hands to a lane. */
typedef struct
{
  int fd;
  SbTlsStream *tls;   /* nullable */
  GBytes *early;      /* bytes that came along with the handshake; nullable */
  SbPeer *peer;
  SbToken *token;     /* NULL: never joins, and is closed with @close_code */
  SbToken *changed;   /* what became of @token between the verdict and the arrival; NULL: nothing */
  guint8 window_bits; /* of permessage-deflate; 0: it was not agreed on */
  gboolean previous_secret; /* it came with @token's previous one */
  guint16 close_code; /* 0: may stay */
  const char *close_reason; /* static */
} SbArrival;
void       sb_arrival_free       (SbArrival *self);

/* Takes over @arrival. Tells the main thread, registers with epoll and router, reads @early. */
void       sb_session_welcome    (SbLane *lane, SbArrival *arrival);
void       sb_session_free       (SbSession *self);
/* What epoll says. */
void       sb_session_ready      (SbSession *self, guint32 events);
/* Reads once more; TRUE while there may be more. */
gboolean   sb_session_read       (SbSession *self);
/* Checks a message of the client and relays it, or rejects it: sb-session-messages.c. */
void       sb_session_take_message (SbSession *self, SbOpcode opcode, guint8 *payload, gsize length);
/* Gives it what is kept for those who come to its channel: once, before it gets anything else: sb-session-messages.c. */
void       sb_session_give_retained (SbSession *self);
void       sb_session_take_broken  (SbSession *self, const SbFrameError *error);
/* Deals with bytes of the client; overwrites them. */
void       sb_session_receive    (SbSession *self, guint8 *data, gsize length);
/* Closes it with 1013 for what it sends, which it forgets. Not from within sb_session_receive() of the same session. */
void       sb_session_stop_hearing (SbSession *self);
void       sb_session_flush      (SbSession *self);
/* FALSE: over the backlog limit; the session is then closing with 1013 and the frame counted as dropped. */
gboolean   sb_session_queue      (SbSession *self, SbFrame *frame, SbReceipt *receipt);
/* The same with a reference to @frame that is the session's when it returns TRUE. */
gboolean   sb_session_give       (SbSession *self, SbFrame *frame, SbReceipt *receipt);
/* Begins the closing handshake; a second call does nothing. @now: drop what waits for the client instead of sending it first. */
void       sb_session_close      (SbSession *self, guint16 code, const char *reason, SbClosedBy by, gboolean now);
/* Closes it with 1013, and drops what waits for it: too much does. @why: for the reports of the broadcasts among that. */
void       sb_session_shed       (SbSession *self, SbMissedWhy why);
/* A new version of its token: judges the session again. Returns whether it was closed. */
gboolean   sb_session_set_token  (SbSession *self, SbToken *token, gint64 real_time);
/* Both have said their last word, and it is sent. */
gboolean   sb_session_is_done    (SbSession *self);
/* Ends the connection at once, without a word. */
void       sb_session_cut        (SbSession *self);
void       sb_session_limits_changed (SbSession *self);
/* The rule of its room may be another one. */
void       sb_session_rules_changed (SbSession *self);

/* --- for the files of the session --- */

/* @due: monotonic, µs; sets its one timer anew. */
void       sb_session_set_timer  (SbSession *self, gint64 due);
/* µs that a client may take to answer a close frame. */
gint64     sb_session_get_close_timeout (SbSession *self);
/* The messages a second that it may send; 0: no limit. */
guint      sb_session_get_rate   (SbSession *self);
/* What SbSession::secret is of the hash of a secret. */
guint64    sb_session_hash_begin (const guint8 *hash);

G_END_DECLS
