/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-caller.h"
#include "net/sb-lane.h"

G_BEGIN_DECLS

/* What a connection begins with, in the lane's buffer: the whole head of a request, or as much as there will be of it, and perhaps more.
 * TRUE: it was taken over, with all that is in @caller. FALSE: it is for libsoup, and SbAcceptorFunc is called with them next. */
typedef gboolean (*SbAcceptorHeard) (SbCaller *caller, const guint8 *bytes, gsize length, gpointer user_data);

/* A connection for libsoup to speak HTTP with. @stream: TLS is in it, where there is any. @heard: what was read of it already. */
typedef void (*SbAcceptorFunc) (GIOStream *stream, GBytes *heard, GSocketAddress *local, GSocketAddress *remote, gpointer user_data);

/**
 * SbAcceptor:
 *
 * Takes connections off a listening socket: pauses while descriptors are short instead of spinning, wraps TLS around them, and cuts
 * those whose handshake takes too long. They wait in an epoll of its own until the head of their request is there, so that ten thousand
 * that say nothing, or begin and do not go on, cost nothing; in libsoup's poll they would make every turn of the lane dearer. Lives on its
 * lane; everything here is for that lane's thread. Owned by the listener.
 *
 * libsoup could accept by itself, but with a backlog of 10, going on trying when descriptors run out, and waiting for a handshake as long as
 * the client likes.
 */
typedef struct _SbAcceptor SbAcceptor;

SbAcceptor *sb_acceptor_new  (SbLane *lane, SbAcceptorHeard heard, SbAcceptorFunc func, gpointer user_data);
void        sb_acceptor_free (SbAcceptor *self);
/* Takes over @fd, which listens. */
void        sb_acceptor_listen (SbAcceptor *self, int fd);
gboolean    sb_acceptor_is_listening (SbAcceptor *self);
void        sb_acceptor_stop (SbAcceptor *self);
/* From now on new connections speak TLS with this certificate, which has its private key; NULL: none. */
void        sb_acceptor_set_certificate (SbAcceptor *self, GTlsCertificate *certificate);
/* The lane's limits are others now: they are those of the handshakes under way, too. */
void        sb_acceptor_limits_changed (SbAcceptor *self);
/* The handshake on this connection, or on the one within its TLS, is over: it has all the time it wants. */
void        sb_acceptor_forget (GIOStream *connection);

G_END_DECLS
