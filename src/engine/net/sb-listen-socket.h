/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A socket that listens. Any thread; does not block. */

/* Binds and listens. @address NULL: all addresses of both families. @port 0: any free one. Returns the descriptor, or -1 with an
 * SB_HUB_ERROR that a person can act on. */
int     sb_listen_socket_new      (GInetAddress *address, guint16 port, GError **error);
guint16 sb_listen_socket_get_port (int fd);

G_END_DECLS
