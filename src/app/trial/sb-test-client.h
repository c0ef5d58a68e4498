/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-engine.h"
#include "trial/sb-talk-log.h"

G_BEGIN_DECLS

#define SB_TYPE_TEST_CLIENT (sb_test_client_get_type ())
G_DECLARE_FINAL_TYPE (SbTestClient, sb_test_client, SB, TEST_CLIENT, GObject)

typedef enum
{
  SB_TEST_CLIENT_IDLE,
  SB_TEST_CLIENT_CONNECTING,
  SB_TEST_CLIENT_CONNECTED,
  SB_TEST_CLIENT_CLOSING,
} SbTestClientState;

/**
 * SbTestClient:
 *
 * A client of the server in this program, over the real wire like any other: limits, rules and refusals act on it, and it is listed with the
 * others. It asks the façade for nothing but where the server listens, by which certificate it is known, a token for a while, and which
 * number it has. Without a window. Main thread. Properties, notified: "state" (int, an #SbTestClientState), "status" (string: the state in
 * words, translated), "troubled" (boolean: the last connection did not end because it was asked to).
 */
SbTestClient     *sb_test_client_new         (SbEngine *engine);
SbTestClientState sb_test_client_get_state   (SbTestClient *self);
const char       *sb_test_client_get_status  (SbTestClient *self);
gboolean          sb_test_client_get_troubled (SbTestClient *self);
SbTalkLog        *sb_test_client_get_log     (SbTestClient *self); /* transfer none */
guint64           sb_test_client_get_id      (SbTestClient *self); /* among the clients; 0: not known, or not connected */
/* From %SB_TEST_CLIENT_IDLE only. @channel: one that sb_channel_check() accepts. @secret: NULL: with a token of its own, which is issued for
 * that, expires after an hour, and goes with sb_test_client_end(). */
void              sb_test_client_connect     (SbTestClient *self, const char *channel, const char *secret);
/* Gives up connecting, or closes. */
void              sb_test_client_disconnect  (SbTestClient *self);
/* While it is connected. */
void              sb_test_client_send        (SbTestClient *self, GBytes *text);
/* For good: the connection is closed, its own token revoked and deleted. */
void              sb_test_client_end         (SbTestClient *self);

G_END_DECLS
