/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one way to write an origin, as browsers do (RFC 6454 §6.2): scheme and host in small letters, the host in ASCII,
 * no port where it is the scheme's own; or "null"; or a scheme without hosts such as "file://". What the gate compares
 * is in access/sb-origin.h. NULL where @text is no origin: then @reason says why, with the text in it. */
char *sb_origin_text_normalize (const char *text, char **reason);

G_END_DECLS
