/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-peer.h"

G_BEGIN_DECLS

/* Why a client did not get a message that was meant for it. */
typedef enum
{
  SB_MISSED_UNKNOWN,      /* kept by an earlier version, which did not say */
  SB_MISSED_BACKLOG,      /* more waited for it than may wait for one client */
  SB_MISSED_MEMORY,       /* more waited for all clients together than may, and most of it for this one */
  SB_MISSED_LEFT,         /* it closed its connection first */
  SB_MISSED_LOST,         /* its connection broke */
  SB_MISSED_CLOSED,       /* the server closed its connection: a limit, a protocol error, a stop */
  SB_MISSED_DISCONNECTED, /* an administrator did: disconnected, its token revoked or narrowed */
} SbMissedWhy;

/**
 * SbMissed:
 *
 * A client that missed a message, and why. A plain value on the heap: it belongs to one thread at a time.
 */
typedef struct
{
  SbPeer *peer; /* a reference */
  SbMissedWhy why;
} SbMissed;

SbMissed   *sb_missed_new         (SbPeer *peer, SbMissedWhy why); /* takes a reference to @peer */
SbMissed   *sb_missed_copy        (const SbMissed *self);
void        sb_missed_free        (SbMissed *self);
/* (element-type SbMissed): an empty array that owns what is in it */
GPtrArray  *sb_missed_array_new   (void);

/* "backlog", "left", …, as the store and the control interface write it. */
const char *sb_missed_why_to_id   (SbMissedWhy why);
SbMissedWhy sb_missed_why_from_id (const char *id); /* @id: nullable; what is not known is SB_MISSED_UNKNOWN */

/* Translated, to be read by itself: "Left before it was sent". */
const char *sb_missed_why_to_text (SbMissedWhy why);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMissed, sb_missed_free)

G_END_DECLS
