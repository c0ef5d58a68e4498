/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the client list share. */

#include "watch/sb-client-list.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define START (1000 * SECOND)
#define MAX_BACKLOG 1000
#define MAX_RECENTLY_LEFT SB_CLIENT_LIST_RECENTLY_LEFT

static inline SbPeer *
make_peer (guint64 id,
           gint64  token_id)
{
  SbPeer *peer = sb_peer_new ();

  peer->id = id;
  peer->token_id = token_id;
  peer->token_label = g_strdup_printf ("client %" G_GUINT64_FORMAT, id);

  return peer;
}

static inline void
join (SbClientList *list,
      guint64       id,
      gint64        token_id)
{
  g_autoptr (SbPeer) peer = make_peer (id, token_id);

  sb_client_list_join (list, peer);
}

static inline SbClient *
leave (SbClientList *list,
       guint64       id)
{
  return sb_client_list_leave (list, id, 1700000000000000, 1000, "bye", SB_CLOSED_BY_CLIENT);
}

static inline guint64
id_at (GListModel *model,
       guint       position)
{
  g_autoptr (SbClient) client = g_list_model_get_item (model, position);

  return client != NULL ? sb_client_get_id (client) : 0;
}

static inline void
count_cb (guint *n)
{
  (*n)++;
}
