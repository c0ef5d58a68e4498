/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include "watch/sb-traffic-match.h"

G_BEGIN_DECLS

/**
 * SbTrafficFilter:
 *
 * Which messages of the traffic log somebody asked for: those that meet all of it. A plain value that owns its texts; zeroed, but for
 * @direction, it lets everything through. Main thread.
 */
typedef struct
{
  SbTrafficMatch match;
  char *channels; /* a pattern: what clients said on such channels; NULL: on all */
  gint64 token;   /* 0: of all */
  int direction;  /* an SbDirection; -1: any */
} SbTrafficFilter;

void     sb_traffic_filter_clear      (SbTrafficFilter *self);
gboolean sb_traffic_filter_passes     (const SbTrafficFilter *self, const SbTrafficRecord *record);
/* Whether the comings and goings of a client are asked for: not where it is messages of one kind alone. */
gboolean sb_traffic_filter_wants_peer (const SbTrafficFilter *self, const SbPeer *peer);

G_END_DECLS
