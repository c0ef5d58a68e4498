/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-event.h"
#include "net/sb-peer.h"

G_BEGIN_DECLS

/**
 * SbLaneTotals:
 *
 * Sums over a lane's sessions, gone ones too. Written by the lane alone, read by any thread.
 */
typedef struct
{
  _Atomic guint64 sessions; /* now */
  _Atomic guint64 backlog;  /* now, bytes */
  _Atomic guint64 messages_in;
  _Atomic guint64 messages_out;
  _Atomic guint64 bytes_in;
  _Atomic guint64 bytes_out;
  _Atomic guint64 rejected;
  _Atomic guint64 rejected_as[SB_N_REJECTIONS]; /* the same, by why */
  _Atomic guint64 dropped;
  _Atomic guint64 refused;

  /* What limits did; see SbHubTotals. */
  _Atomic guint64 held; /* now, bytes */
  _Atomic guint64 arriving; /* now, bytes */
  _Atomic guint64 refused_full;
  _Atomic guint64 refused_address;
  _Atomic guint64 refused_token;
  _Atomic guint64 refused_attempts;
  _Atomic guint64 refused_other;
  _Atomic guint64 handshake_timeouts;
  _Atomic guint64 accept_pauses;
  _Atomic guint64 closed_rejected;
  _Atomic guint64 closed_silent;
  _Atomic guint64 closed_slow;
  _Atomic guint64 closed_memory;
  _Atomic guint64 closed_busy;
  _Atomic guint64 replies_withheld;
} SbLaneTotals;

G_END_DECLS
