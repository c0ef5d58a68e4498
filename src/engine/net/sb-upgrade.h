/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "access/sb-deflate-offer.h"
#include "net/sb-caller.h"

G_BEGIN_DECLS

/* Writes the answer that completes a WebSocket handshake (RFC 6455 §4.2.2) to a connection on which nothing has been written yet. @key: the client's
 * Sec-WebSocket-Key; @protocol (nullable): the subprotocol agreed on; @deflate: window_bits 0 for no compression. FALSE: it did not go out
 * whole, so the connection is of no use. */
gboolean sb_upgrade_write (const SbCaller *caller, const char *key, const char *protocol, const SbDeflateOffer *deflate);

G_END_DECLS
