/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch/sb-client.h"

G_BEGIN_DECLS

/**
 * SbChannelSum:
 *
 * A channel somebody is on, and the sums over those who are on it now: what those who left said there is not in them.
 */
typedef struct
{
  const char *name; /* of a peer in the list that was added up */
  guint n_clients;
  guint64 messages_in;
  guint64 messages_out;
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 rejected;
  guint64 dropped;
  guint64 backlog;
  double rate; /* messages/s in and out */
} SbChannelSum;

/* @clients: of #SbClient. Returns (transfer full) (element-type SbChannelSum): by name; valid while @clients does not change.
 * It costs a look at each client, so that nobody has to count by channel while messages pass. Main thread. */
GPtrArray *sb_channel_sum_collect (GListModel *clients);

G_END_DECLS
