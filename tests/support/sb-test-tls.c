/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "support/sb-test-tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>

struct _SbTestTls
{
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
};

SbTestTls *
sb_test_tls_new (int fd)
{
  SbTestTls *self = g_new0 (SbTestTls, 1);

  g_assert_cmpint (gnutls_certificate_allocate_credentials (&self->credentials), ==, 0);
  g_assert_cmpint (gnutls_init (&self->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL), ==, 0);
  g_assert_cmpint (gnutls_set_default_priority (self->session), ==, 0);
  g_assert_cmpint (gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->credentials), ==, 0);
  gnutls_transport_set_int (self->session, fd);

  return self;
}

static gssize
report (gssize code)
{
  if (code >= 0)
    return code;
  if (code == GNUTLS_E_PREMATURE_TERMINATION)
    return 0;
  errno = gnutls_error_is_fatal ((int) code) ? ECONNRESET : EAGAIN;

  return -1;
}

int
sb_test_tls_handshake (SbTestTls *self)
{
  int code = gnutls_handshake (self->session);

  if (gnutls_error_is_fatal (code))
    g_error ("the handshake of TLS failed: %s", gnutls_strerror (code));

  return (int) report (code);
}

GIOCondition
sb_test_tls_get_condition (SbTestTls *self)
{
  return gnutls_record_get_direction (self->session) == 1 ? G_IO_OUT : G_IO_IN;
}

gssize
sb_test_tls_receive (SbTestTls *self, void *buffer, gsize size)
{
  return report (gnutls_record_recv (self->session, buffer, size));
}

gssize
sb_test_tls_send (SbTestTls *self, const void *bytes, gsize size)
{
  return report (gnutls_record_send (self->session, bytes, size));
}

void
sb_test_tls_end_sending (SbTestTls *self)
{
  gnutls_bye (self->session, GNUTLS_SHUT_WR);
}

void
sb_test_tls_free (SbTestTls *self)
{
  gnutls_deinit (self->session);
  gnutls_certificate_free_credentials (self->credentials);
  g_free (self);
}

GTlsCertificate *
sb_test_load_certificate (void)
{
  g_autofree char *certificate = g_test_build_filename (G_TEST_DIST, "data", "localhost.pem", NULL);
  g_autofree char *key = g_test_build_filename (G_TEST_DIST, "data", "localhost-key.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *loaded = g_tls_certificate_new_from_files (certificate, key, &error);

  g_assert_no_error (error);

  return loaded;
}
