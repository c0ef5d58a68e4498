/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SbTlsCredentials:
 *
 * What the server shows of itself: its certificate, those that lead from it to an authority, and its private key. Immutable, atomically
 * reference counted.
 */
typedef struct _SbTlsCredentials SbTlsCredentials;

/* @certificate must have its private key. Any thread. Errors: %SB_HUB_ERROR_FAILED. */
SbTlsCredentials *sb_tls_credentials_new   (GTlsCertificate *certificate, GError **error);
SbTlsCredentials *sb_tls_credentials_ref   (SbTlsCredentials *self);
void              sb_tls_credentials_unref (SbTlsCredentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTlsCredentials, sb_tls_credentials_unref)

/* What a handshake needs to go on. */
typedef enum
{
  SB_TLS_DONE,
  SB_TLS_WAITS_TO_READ,
  SB_TLS_WAITS_TO_WRITE,
  SB_TLS_FAILED,
} SbTlsStep;

/**
 * SbTlsStream:
 *
 * The server's side of TLS 1.2 or 1.3 (RFC 8996 forbids what is older) around a socket, by GnuTLS. Nothing in it ever waits, and it has no
 * threads: GIO's own TLS has one of a handful for each handshake that is under way, so that a few dozen clients which say nothing keep all
 * others out. A client that wants to negotiate anew (TLS 1.2) is cut: each time would cost as much as a handshake.
 *
 * One thread at a time. Both streams are pollable; what is asked of them before the handshake is done fails.
 */
#define SB_TYPE_TLS_STREAM (sb_tls_stream_get_type ())
G_DECLARE_FINAL_TYPE (SbTlsStream, sb_tls_stream, SB, TLS_STREAM, GIOStream)

/* Holds @base, whose socket must not block. */
SbTlsStream       *sb_tls_stream_new         (GSocketConnection *base, SbTlsCredentials *credentials);
/* As far as it goes now; to be called again when the socket can do what it waits for. */
SbTlsStep          sb_tls_stream_handshake   (SbTlsStream *self);
/* Like recv(2) and send(2): -1 with errno EAGAIN or EPROTO. After EAGAIN the same bytes are to be sent again, whatever may follow them. What
 * GnuTLS holds no descriptor announces: to be read until EAGAIN. */
gssize             sb_tls_stream_read        (SbTlsStream *self, void *buffer, gsize size);
gssize             sb_tls_stream_write       (SbTlsStream *self, const void *bytes, gsize size);
/* Says good-bye, so that the client knows that nothing was cut off (RFC 8446 §6.1); reading goes on. */
void               sb_tls_stream_end         (SbTlsStream *self);
GSocketConnection *sb_tls_stream_get_base    (SbTlsStream *self);
/* Static: "TLS 1.3". */
const char        *sb_tls_stream_get_version (SbTlsStream *self);
/* Static: "TLS_AES_256_GCM_SHA384". */
const char        *sb_tls_stream_get_cipher  (SbTlsStream *self);

G_END_DECLS
