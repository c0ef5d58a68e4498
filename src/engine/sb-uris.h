/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The addresses of this computer's networks that others can use: IPv4 before IPv6; none that are of this computer only or link-local. Asks the
 * kernel, as below. (element-type GInetAddress) */
GPtrArray *sb_uris_list_addresses (void);
/* By which URLs a server is reached that listens on @address (NULL: on all) and @port: this computer first, then each address
 * of the network, IPv4 before IPv6. Asks the kernel, which answers at once. Any thread. */
char **sb_uris_list (GInetAddress *address, guint16 port, gboolean tls);

G_END_DECLS
