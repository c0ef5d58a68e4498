/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A client's TLS around a socket that does not block, by GnuTLS; it trusts everybody. Like recv(2) and send(2): -1 with errno, which is EAGAIN
 * where it has to wait for what sb_test_tls_get_condition() says. */
typedef struct _SbTestTls SbTestTls;

/* The socket stays the caller's. */
SbTestTls   *sb_test_tls_new           (int fd);
/* 0: it is done. */
int          sb_test_tls_handshake     (SbTestTls *self);
GIOCondition sb_test_tls_get_condition (SbTestTls *self);
/* The end is the same with TLS's good-bye as without. */
gssize       sb_test_tls_receive       (SbTestTls *self, void *buffer, gsize size);
gssize       sb_test_tls_send          (SbTestTls *self, const void *bytes, gsize size);
/* Says good-bye, and leaves the socket open. */
void         sb_test_tls_end_sending   (SbTestTls *self);
void         sb_test_tls_free          (SbTestTls *self);

/* The certificate of the tests' data, with its key. (transfer full) */
GTlsCertificate *sb_test_load_certificate (void);

G_END_DECLS
