/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What browsers say in Origin (RFC 6454 §6): "scheme://host" and a port unless it is the scheme's own; or "null".
 * Private to the gate. */

/* Whether @origin names the host that the Host header @host names, on whatever port. */
gboolean sb_origin_is_host  (const char *origin, const char *host);
/* Whether two origins are the same: scheme, host and port. */
gboolean sb_origin_equal    (const char *a, const char *b);

G_END_DECLS
