/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-lane.h"
#include "net/sb-tls-stream.h"

G_BEGIN_DECLS

/* On the lane's thread, between two turns of it. @data: as it was given. (transfer full) */
typedef void (*SbTlsHandshakenFunc) (SbTlsStream *stream, gpointer data);

/**
 * SbTlsHandshaker:
 *
 * A thread for the handshakes of TLS of one lane, all of them: they cost more than anything else that a stranger can have done, and on the
 * lane those who are in already would wait for them. However many say nothing, they take no more than their descriptors. Everything here is
 * for the lane's thread.
 */
typedef struct _SbTlsHandshaker SbTlsHandshaker;

SbTlsHandshaker *sb_tls_handshaker_new  (SbLane *lane, SbTlsHandshakenFunc func);
/* Gives up those that are under way. What is done already is told while the lane runs. */
void             sb_tls_handshaker_free (SbTlsHandshaker *self);
/* Takes @data, which is freed where the handshake fails or is given up: on the lane's thread, or behind its end. Who takes too long is the
 * caller's to cut, by shutting the socket down. */
void             sb_tls_handshaker_push (SbTlsHandshaker *self, GSocketConnection *connection, SbTlsCredentials *credentials, gpointer data,
                                         GDestroyNotify data_free);

G_END_DECLS
