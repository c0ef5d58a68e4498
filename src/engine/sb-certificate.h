/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Certificates that Signalbox makes for itself, for networks where no authority would sign one, and what is shown of any.
 * Every function may be called from any thread. */

/* Days that a certificate made here is valid: as long as browsers accept of any. */
#define SB_CERTIFICATE_DAYS 397

/* What this computer is called and reached by, for a certificate: its name, its name with ".local", "localhost", and every address
 * of its networks. Free with g_strfreev(). */
char    **sb_certificate_list_names      (void);
/* Makes an ECDSA P-256 key and a certificate for @names (names and addresses; the first is its subject), signed with that key, and
 * writes both, PEM, into the file @path: mode 0600, at once or not at all, on disk when this returns. Blocks.
 * Errors: SB_ENGINE_ERROR_CERTIFICATE, G_FILE_ERROR. */
gboolean  sb_certificate_make            (const char *path, const char *const *names, GError **error);
/* SHA-256 of the certificate as others compare it: "AB:12:…". */
char     *sb_certificate_dup_fingerprint (GTlsCertificate *certificate);
/* The names and addresses it is for, as text. */
char    **sb_certificate_dup_names       (GTlsCertificate *certificate);

G_END_DECLS
