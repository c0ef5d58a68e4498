/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gnutls/gnutls.h>
#include <glib.h>

G_BEGIN_DECLS

/* A client's end of TLS, on a connected socket; takes any certificate. Shakes hands at once and waits for it: what is measured comes
 * later. NULL: it failed, and *@failure says why (transfer full). */
gnutls_session_t bench_tls_new     (int fd, char **failure);
void             bench_tls_free    (gnutls_session_t self);
/* Like send(2) and recv(2) on a socket that does not block. */
gssize           bench_tls_send    (gnutls_session_t self, const void *bytes, gsize length);
gssize           bench_tls_receive (gnutls_session_t self, void *buffer, gsize size);

G_END_DECLS
