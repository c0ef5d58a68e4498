/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-gate.h"
#include "net/sb-lane.h"

G_BEGIN_DECLS

/**
 * SbListener:
 *
 * The way in: libsoup's HTTP server for the handshake on what the acceptor takes, the gate's verdict, and the choice of a lane for whoever
 * comes in. Lives on lane 0 and owns the gate; everything here is for that lane's thread.
 */
typedef struct _SbListener SbListener;

SbListener *sb_listener_new       (SbLane *lane);
void        sb_listener_free      (SbListener *self);
SbGate     *sb_listener_get_gate  (SbListener *self);
/* Takes over @fd, which listens. */
void        sb_listener_listen    (SbListener *self, int fd);
/* From now on new connections speak TLS with this certificate, which has its private key; NULL: none. Those there are stay as they are. */
void        sb_listener_set_certificate (SbListener *self, GTlsCertificate *certificate);
/* The lane's limits are others now. */
void        sb_listener_limits_changed (SbListener *self);
void        sb_listener_stop      (SbListener *self);
void        sb_listener_release   (SbListener *self, SbPeer *peer);
/* The newest connections of a token beyond @max: (element-type guint64) their ids, or NULL. */
GArray     *sb_listener_find_excess (SbListener *self, gint64 token_id, guint max);

G_END_DECLS
