/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench-tls.h"

#include <errno.h>
#include <fcntl.h>

static gnutls_certificate_credentials_t
get_credentials (void)
{
  static gnutls_certificate_credentials_t credentials;

  if (credentials == NULL && gnutls_certificate_allocate_credentials (&credentials) < 0)
    g_error ("gnutls: no credentials");

  return credentials;
}

gnutls_session_t
bench_tls_new (int fd, char **failure)
{
  gnutls_session_t self;
  int flags = fcntl (fd, F_GETFL);
  int error;

  if (gnutls_init (&self, GNUTLS_CLIENT) < 0)
    g_error ("gnutls: no session");
  gnutls_set_default_priority (self);
  gnutls_credentials_set (self, GNUTLS_CRD_CERTIFICATE, get_credentials ());
  gnutls_transport_set_int (self, fd);

  fcntl (fd, F_SETFL, flags & ~O_NONBLOCK);
  do
    error = gnutls_handshake (self);
  while (error < 0 && !gnutls_error_is_fatal (error));
  fcntl (fd, F_SETFL, flags);
  if (error == 0)
    return self;

  *failure = g_strdup (gnutls_strerror (error));
  gnutls_deinit (self);

  return NULL;
}

void
bench_tls_free (gnutls_session_t self)
{
  gnutls_deinit (self);
}

static gssize
result_of (gssize n)
{
  if (n >= 0)
    return n;
  errno = gnutls_error_is_fatal (n) ? EPROTO : EAGAIN;

  return -1;
}

gssize
bench_tls_send (gnutls_session_t self, const void *bytes, gsize length)
{
  return result_of (gnutls_record_send (self, bytes, length));
}

/* Up to @size, also where it came in several records: no descriptor tells of those that are read already. */
gssize
bench_tls_receive (gnutls_session_t self, void *buffer, gsize size)
{
  gssize n = result_of (gnutls_record_recv (self, buffer, size));

  while (n > 0 && (gsize) n < size && gnutls_record_check_pending (self) > 0)
    {
      gssize more = gnutls_record_recv (self, (guint8 *) buffer + n, size - n);

      if (more <= 0)
        break;
      n += more;
    }

  return n;
}
