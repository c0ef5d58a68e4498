/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "control/sb-control-traffic.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SbFollower:
 *
 * Somebody who follows the traffic: a stream of JSON objects, one a line (application/x-ndjson), as the body of an answer that ends when
 * either side has enough. It has no messages of its own: it reads the traffic log as fast as its reader takes the lines, and where the log
 * forgets what it has not read yet, it says how many those were. What it holds is bounded by that: one piece of the body, and the
 * comings and goings that wait for their turn between the messages. Main thread; the socket never blocks it.
 */
typedef struct _SbFollower SbFollower;

/* @follower may be freed by it. */
typedef void (*SbFollowerGoneFunc) (SbFollower *follower, gpointer user_data);

/* @filter: taken, and left zeroed. @next: serial of the first message to look at. @connection: nothing of the answer
 * was sent on it; @chunked: whether the reader's HTTP knows of chunks (1.1). @gone: the reader is gone; not called any more once it is freed. */
SbFollower *sb_follower_new  (SbEngine *engine, SbTrafficFilter *filter, guint64 next, GSocketConnection *connection, gboolean chunked, SbFollowerGoneFunc gone, gpointer user_data);
/* Writes what is left as far as there is time and the socket takes it, says how much that was not, ends the body, and closes the
 * connection. */
void        sb_follower_end  (SbFollower *self);
void        sb_follower_free (SbFollower *self); /* closes the connection as it is */

G_END_DECLS
