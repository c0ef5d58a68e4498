/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * SbHttpPort:
 *
 * A listening socket whose connections go to a SoupServer. The accepting is ours, not SoupListener's: that one stops for good at the
 * first accept() that fails for want of descriptors. Main thread.
 */
typedef struct _SbHttpPort SbHttpPort;

/* @fd: listens; taken. @max_connections: more wait until one of those has ended; 0: any number. @lifetime: seconds after which a connection is
 * cut, however far it is; 0: never. */
SbHttpPort *sb_http_port_new  (int fd, SoupServer *server, guint max_connections, guint lifetime, GError **error);
/* Of connections that come from now on. */
void        sb_http_port_set_lifetime (SbHttpPort *self, guint lifetime);
/* Listens no more, and cuts the connections whose life is limited. */
void        sb_http_port_free (SbHttpPort *self);

G_END_DECLS
