/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The status is the error's code, what the server says its message. */
#define SB_TEST_HANDSHAKE_REFUSED (sb_test_handshake_refused_quark ())
GQuark sb_test_handshake_refused_quark (void);

/**
 * SbTestHandshake:
 *
 * The opening handshake of a client, RFC 6455 §4.1. It is written here because libsoup's session keeps for itself what a server says when it
 * refuses, and that is what somebody who tests wants to read. Blocks; for a thread of its own.
 */
typedef struct _SbTestHandshake SbTestHandshake;

/* As for sb_test_wire_new(). */
SbTestHandshake *sb_test_handshake_new         (GUri *uri, const char *secret, GTlsCertificate *certificate);
void             sb_test_handshake_free        (SbTestHandshake *self);
/* Returns what to talk over. Errors: SB_TEST_HANDSHAKE_REFUSED; G_IO_ERROR, G_RESOLVER_ERROR, G_TLS_ERROR. The secret is gone afterwards. */
GIOStream       *sb_test_handshake_run         (SbTestHandshake *self, GCancellable *cancellable, GError **error);
GUri            *sb_test_handshake_get_uri     (SbTestHandshake *self);
guint16          sb_test_handshake_get_port    (SbTestHandshake *self); /* of this end */
const char      *sb_test_handshake_get_refusal (SbTestHandshake *self); /* "invalid_token"; NULL: none was named */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestHandshake, sb_test_handshake_free)

G_END_DECLS
