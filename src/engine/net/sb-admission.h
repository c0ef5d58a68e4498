/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-deflate-offer.h"
#include "access/sb-gate.h"
#include "net/sb-session.h"

G_BEGIN_DECLS

/**
 * SbAdmission:
 *
 * The way from a handshake that has been read to a session on a lane: asks the gate, agrees on compression, keeps the books of who is in.
 * How the handshake was read and how the answer is written is the listener's affair. Lives on lane 0, for that lane's thread; owned by the
 * listener, owns the gate.
 */
typedef struct _SbAdmission SbAdmission;

/* What was decided about a request, until it is carried out. */
typedef struct
{
  SbAdmission *admission;
  SbVerdict verdict;
  guint64 serial;         /* the gate's, when it fell */
  char *address;          /* the client's */
  guint16 port;
  SbDeflateOffer deflate; /* window_bits 0: no compression */
} SbAnswer;

SbAdmission *sb_admission_new      (SbLane *lane);
void         sb_admission_free     (SbAdmission *self);
SbGate      *sb_admission_get_gate (SbAdmission *self);
SbLane      *sb_admission_get_lane (SbAdmission *self);
void         sb_admission_release  (SbAdmission *self, SbPeer *peer); /* who is gone */
/* The newest connections of a token beyond @max: (element-type guint64) their ids, or NULL. */
GArray      *sb_admission_find_excess (SbAdmission *self, gint64 token_id, guint max);

/* Judges. @verdict (nullable): what was decided without the gate, static. Who is let in counts as a client until the arrival is made and its
 * session ends, or the answer is freed. */
SbAnswer    *sb_answer_new          (SbAdmission *admission, const SbHandshake *handshake, guint16 port, const SbVerdict *verdict);
void         sb_answer_free         (gpointer self);
gboolean     sb_answer_is_admitted  (const SbAnswer *self);
/* The upgrade is written: who comes, all but the connection. @user_agent, @origin (nullable): the headers. Once. */
SbArrival   *sb_answer_make_arrival (SbAnswer *self, const char *user_agent, const char *origin);
/* Takes over @arrival, which has its connection now, and brings it to a lane; @serial: its answer's. */
void         sb_admission_seat      (SbAdmission *self, SbArrival *arrival, guint64 serial);
/* The same where the connection was lost over it. */
void         sb_admission_give_up   (SbAdmission *self, SbArrival *arrival);

G_END_DECLS
