/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of traffic by the control interface share: messages that nobody had to send. */

#include "control-fixture.h"

static inline SbPeer *
make_peer (guint64 id, gint64 token, const char *channel)
{
  SbPeer *peer = sb_peer_new ();

  peer->id = id;
  peer->token_id = token;
  peer->token_label = g_strdup ("kiosk");
  peer->token_hint = g_strdup ("sbx_7Kq2…f3Zd");
  peer->address = g_strdup ("192.168.1.30");
  peer->channel = g_strdup (channel);
  return peer;
}

/* @peer (nullable) stays the caller's. */
static inline void
append (Fixture *self, SbPeer *peer, const char *text)
{
  SbTrafficRecord record = { .time = g_get_real_time (), .direction = peer != NULL ? SB_DIRECTION_FROM_CLIENT : SB_DIRECTION_BROADCAST,
                             .peer = peer != NULL ? sb_peer_ref (peer) : NULL, .target = peer != NULL ? NULL : g_strdup ("everyone"),
                             .payload = g_bytes_new (text, strlen (text)), .size = strlen (text), .offset = G_MAXUINT64 };

  sb_traffic_log_append (sb_engine_get_traffic (self->engine.engine), &record, 1);
}

static inline void
append_rejected (Fixture *self, SbPeer *peer, const char *text)
{
  SbTrafficRecord record = { .time = g_get_real_time (), .peer = sb_peer_ref (peer), .payload = g_bytes_new (text, strlen (text)),
                             .size = strlen (text), .rejection = SB_REJECTED_SCHEMA, .reason = g_strdup ("/n: too much"),
                             .pointer = g_strdup ("/n"), .rule_id = 3, .told = TRUE };

  sb_traffic_log_append (sb_engine_get_traffic (self->engine.engine), &record, 1);
}
