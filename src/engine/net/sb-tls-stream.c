/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-tls-stream.h"

#include "net/sb-hub.h"
#include "sb-ref-count.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Who knows better may say so by the variable that GIO's own TLS heeds. */
#define PRIORITY "NORMAL:%COMPAT:-VERS-TLS1.1:-VERS-TLS1.0"
#define PRIORITY_VARIABLE "G_TLS_GNUTLS_PRIORITY"
/* Bytes that a client may say in its handshake: it takes two or three thousand, and GnuTLS would keep 16 MiB of one message. */
#define MAX_HANDSHAKE (32 * 1024)
#define MAX_IDLE_RECORDS 16 /* in one reading, that bring no bytes: keys that change, warnings */

/* --- credentials --- */

struct _SbTlsCredentials
{
  SbRefCount ref_count;
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
};

/* PEM of the certificate and of those that issued it. */
static char *
dup_chain (GTlsCertificate *certificate)
{
  GString *chain = g_string_new (NULL);

  for (; certificate != NULL; certificate = g_tls_certificate_get_issuer (certificate))
    {
      g_autofree char *pem = NULL;

      g_object_get (certificate, "certificate-pem", &pem, NULL);
      g_string_append (chain, pem);
    }

  return g_string_free (chain, FALSE);
}

static gboolean
check (int code, GError **error)
{
  g_autofree char *reason = NULL;

  if (code >= 0)
    return TRUE;

  /* Without its full stop, for a sentence ends in it. */
  reason = g_strdup (gnutls_strerror (code));
  if (g_str_has_suffix (reason, "."))
    reason[strlen (reason) - 1] = '\0';
  g_set_error_literal (error, SB_HUB_ERROR, SB_HUB_ERROR_FAILED, reason);
  return FALSE;
}

static gboolean
set_certificate (SbTlsCredentials *self, GTlsCertificate *certificate, GError **error)
{
  g_autofree char *chain = dup_chain (certificate);
  g_autofree char *key = NULL;
  int code;

  g_object_get (certificate, "private-key-pem", &key, NULL);
  if (key == NULL)
    return check (GNUTLS_E_INSUFFICIENT_CREDENTIALS, error);
  code = gnutls_certificate_set_x509_key_mem (self->credentials,
                                              &(gnutls_datum_t) { (unsigned char *) chain, strlen (chain) },
                                              &(gnutls_datum_t) { (unsigned char *) key, strlen (key) }, GNUTLS_X509_FMT_PEM);
  explicit_bzero (key, strlen (key));

  return check (code, error);
}

SbTlsCredentials *
sb_tls_credentials_new (GTlsCertificate *certificate, GError **error)
{
  const char *priority = g_getenv (PRIORITY_VARIABLE);
  g_autoptr (SbTlsCredentials) self = NULL;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  self = g_new0 (SbTlsCredentials, 1);
  sb_ref_count_init (&self->ref_count);
  if (!check (gnutls_certificate_allocate_credentials (&self->credentials), error) ||
      !set_certificate (self, certificate, error) ||
      !check (gnutls_priority_init2 (&self->priority, priority != NULL ? priority : PRIORITY, NULL, 0), error))
    return NULL;

  return g_steal_pointer (&self);
}

SbTlsCredentials *
sb_tls_credentials_ref (SbTlsCredentials *self)
{
  sb_ref_count_inc (&self->ref_count);

  return self;
}

void
sb_tls_credentials_unref (SbTlsCredentials *self)
{
  if (!sb_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->priority, gnutls_priority_deinit);
  g_clear_pointer (&self->credentials, gnutls_certificate_free_credentials);
  g_free (self);
}

/* --- the stream --- */

struct _SbTlsStream
{
  GIOStream parent_instance;

  GSocketConnection *base;
  SbTlsCredentials *credentials;
  gnutls_session_t session;
  gboolean open;  /* the handshake is done, and nobody has closed it */
  gboolean empty; /* the socket had nothing when it was last asked */
  gboolean ended; /* we have said good-bye */
  gsize n_heard;  /* bytes, in the handshake */
  GInputStream *input;
  GOutputStream *output;
};

G_DEFINE_FINAL_TYPE (SbTlsStream, sb_tls_stream, G_TYPE_IO_STREAM)

static GSocket *
get_socket (SbTlsStream *self)
{
  return g_socket_connection_get_socket (self->base);
}

/* Not g_socket_receive(), which makes an error of each time there is nothing. */
static ssize_t
pull_cb (gnutls_transport_ptr_t transport, void *buffer, size_t size)
{
  SbTlsStream *self = transport;
  ssize_t n = recv (g_socket_get_fd (get_socket (self)), buffer, size, MSG_DONTWAIT);

  self->empty = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (n < 0)
    gnutls_transport_set_errno (self->session, errno);
  else if (!self->open && (self->n_heard += (gsize) n) > MAX_HANDSHAKE)
    {
      gnutls_transport_set_errno (self->session, ECONNABORTED);
      return -1;
    }

  return n;
}

static ssize_t
push_cb (gnutls_transport_ptr_t transport, const giovec_t *vector, int n_vector)
{
  SbTlsStream *self = transport;
  struct msghdr message = { .msg_iov = (struct iovec *) vector, .msg_iovlen = n_vector };
  ssize_t n = sendmsg (g_socket_get_fd (get_socket (self)), &message, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (n < 0)
    gnutls_transport_set_errno (self->session, errno);

  return n;
}

SbTlsStep
sb_tls_stream_handshake (SbTlsStream *self)
{
  int code;

  g_return_val_if_fail (SB_IS_TLS_STREAM (self), SB_TLS_FAILED);

  if (self->session == NULL)
    return SB_TLS_FAILED;
  do
    code = gnutls_handshake (self->session);
  while (code == GNUTLS_E_INTERRUPTED);

  if (code == GNUTLS_E_SUCCESS)
    {
      self->open = TRUE;
      return SB_TLS_DONE;
    }
  if (code == GNUTLS_E_AGAIN)
    return gnutls_record_get_direction (self->session) == 1 ? SB_TLS_WAITS_TO_WRITE : SB_TLS_WAITS_TO_READ;

  /* So that the client knows what it was; if it cannot be sent now, it is not. */
  gnutls_alert_send_appropriate (self->session, code);

  return SB_TLS_FAILED;
}

gssize
sb_tls_stream_read (SbTlsStream *self, void *buffer, gsize size)
{
  ssize_t n = GNUTLS_E_INVALID_SESSION;

  self->empty = FALSE;
  for (guint i = 0; self->open && i < MAX_IDLE_RECORDS; i++)
    {
      n = gnutls_record_recv (self->session, buffer, size);
      /* Records that bring no bytes; “again” is also said after one of those, though there may be more. */
      if (n != GNUTLS_E_INTERRUPTED && n != GNUTLS_E_WARNING_ALERT_RECEIVED && !(n == GNUTLS_E_AGAIN && !self->empty))
        break;
    }
  if (n >= 0)
    return n;
  /* WebSocket and HTTP say where they end: TLS's own good-bye need not come. */
  if (n == GNUTLS_E_PREMATURE_TERMINATION)
    return 0;
  errno = n == GNUTLS_E_AGAIN && self->empty ? EAGAIN : EPROTO;

  return -1;
}

gssize
sb_tls_stream_write (SbTlsStream *self, const void *bytes, gsize size)
{
  ssize_t n = GNUTLS_E_INVALID_SESSION;

  if (self->open)
    do
      n = gnutls_record_send (self->session, bytes, size);
    while (n == GNUTLS_E_INTERRUPTED);
  if (n >= 0)
    return n;
  errno = n == GNUTLS_E_AGAIN ? EAGAIN : EPROTO;

  return -1;
}

/* If it cannot be said at once, it is not. */
void
sb_tls_stream_end (SbTlsStream *self)
{
  g_return_if_fail (SB_IS_TLS_STREAM (self));

  if (self->open && !self->ended)
    gnutls_bye (self->session, GNUTLS_SHUT_WR);
  self->ended = TRUE;
}

GSocketConnection *
sb_tls_stream_get_base (SbTlsStream *self)
{
  g_return_val_if_fail (SB_IS_TLS_STREAM (self), NULL);

  return self->base;
}

const char *
sb_tls_stream_get_version (SbTlsStream *self)
{
  g_return_val_if_fail (SB_IS_TLS_STREAM (self), NULL);

  switch (gnutls_protocol_get_version (self->session))
    {
    case GNUTLS_TLS1_2: return "TLS 1.2";
    case GNUTLS_TLS1_3: return "TLS 1.3";
    default: return NULL; /* only who asked for it by the variable gets another */
    }
}

const char *
sb_tls_stream_get_cipher (SbTlsStream *self)
{
  g_return_val_if_fail (SB_IS_TLS_STREAM (self), NULL);

  return gnutls_ciphersuite_get (self->session);
}

/* --- the two halves, for libsoup --- */

typedef struct
{
  GInputStream parent_instance;
  SbTlsStream *stream; /* not owned: it holds this; whoever else does asks nothing of it by then */
} SbTlsInput;

typedef struct
{
  GOutputStream parent_instance;
  SbTlsStream *stream; /* likewise */
} SbTlsOutput;

typedef GInputStreamClass SbTlsInputClass;
typedef GOutputStreamClass SbTlsOutputClass;

static void input_pollable_init (GPollableInputStreamInterface *iface);
static void output_pollable_init (GPollableOutputStreamInterface *iface);
GType sb_tls_input_get_type (void);
GType sb_tls_output_get_type (void);

G_DEFINE_TYPE_WITH_CODE (SbTlsInput, sb_tls_input, G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, input_pollable_init))
G_DEFINE_TYPE_WITH_CODE (SbTlsOutput, sb_tls_output, G_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable_init))

static gssize
report (gssize result, GError **error)
{
  if (result < 0 && errno == EAGAIN)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "TLS has nothing now");
  else if (result < 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The TLS connection is broken");

  return result;
}

static GSource *
make_source (SbTlsStream *self, gpointer pollable, gboolean now, GIOCondition condition, GCancellable *cancellable)
{
  g_autoptr (GSource) ready = now ? g_timeout_source_new (0) : g_socket_create_source (get_socket (self), condition, NULL);

  return g_pollable_source_new_full (pollable, ready, cancellable);
}

static gssize
input_read (GInputStream *input, void *buffer, gsize size, GCancellable *cancellable, GError **error)
{
  return report (sb_tls_stream_read (((SbTlsInput *) input)->stream, buffer, size), error);
}

static gssize
input_read_nonblocking (GPollableInputStream *input, void *buffer, gsize size, GError **error)
{
  return report (sb_tls_stream_read (((SbTlsInput *) input)->stream, buffer, size), error);
}

/* What GnuTLS has unpacked already; the rest the socket tells. */
static gboolean
holds_bytes (SbTlsStream *self)
{
  return !self->open || gnutls_record_check_pending (self->session) > 0;
}

static gboolean
input_is_readable (GPollableInputStream *input)
{
  SbTlsStream *self = ((SbTlsInput *) input)->stream;

  return holds_bytes (self) || g_socket_condition_check (get_socket (self), G_IO_IN) != 0;
}

static GSource *
input_create_source (GPollableInputStream *input, GCancellable *cancellable)
{
  SbTlsStream *self = ((SbTlsInput *) input)->stream;

  return make_source (self, input, holds_bytes (self), G_IO_IN, cancellable);
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read_nonblocking;
}

static void
sb_tls_input_class_init (SbTlsInputClass *klass)
{
  klass->read_fn = input_read;
}

static void
sb_tls_input_init (SbTlsInput *self)
{
}

static gssize
output_write (GOutputStream *output, const void *bytes, gsize size, GCancellable *cancellable, GError **error)
{
  return report (sb_tls_stream_write (((SbTlsOutput *) output)->stream, bytes, size), error);
}

static gssize
output_write_nonblocking (GPollableOutputStream *output, const void *bytes, gsize size, GError **error)
{
  return report (sb_tls_stream_write (((SbTlsOutput *) output)->stream, bytes, size), error);
}

static gboolean
output_is_writable (GPollableOutputStream *output)
{
  SbTlsStream *self = ((SbTlsOutput *) output)->stream;

  return !self->open || g_socket_condition_check (get_socket (self), G_IO_OUT) != 0;
}

static GSource *
output_create_source (GPollableOutputStream *output, GCancellable *cancellable)
{
  SbTlsStream *self = ((SbTlsOutput *) output)->stream;

  return make_source (self, output, !self->open, G_IO_OUT, cancellable);
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
  iface->write_nonblocking = output_write_nonblocking;
}

static void
sb_tls_output_class_init (SbTlsOutputClass *klass)
{
  klass->write_fn = output_write;
}

static void
sb_tls_output_init (SbTlsOutput *self)
{
}

/* --- life --- */

static GInputStream *
sb_tls_stream_get_input_stream (GIOStream *stream)
{
  return SB_TLS_STREAM (stream)->input;
}

static GOutputStream *
sb_tls_stream_get_output_stream (GIOStream *stream)
{
  return SB_TLS_STREAM (stream)->output;
}

static gboolean
sb_tls_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  SbTlsStream *self = SB_TLS_STREAM (stream);

  sb_tls_stream_end (self);
  self->open = FALSE;

  return g_io_stream_close (G_IO_STREAM (self->base), cancellable, error);
}

static void
sb_tls_stream_finalize (GObject *object)
{
  SbTlsStream *self = SB_TLS_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->output);
  g_clear_pointer (&self->session, gnutls_deinit);
  sb_tls_credentials_unref (self->credentials);
  g_object_unref (self->base);
  G_OBJECT_CLASS (sb_tls_stream_parent_class)->finalize (object);
}

static void
sb_tls_stream_class_init (SbTlsStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_tls_stream_finalize;
  stream_class->get_input_stream = sb_tls_stream_get_input_stream;
  stream_class->get_output_stream = sb_tls_stream_get_output_stream;
  stream_class->close_fn = sb_tls_stream_close;
}

static void
sb_tls_stream_init (SbTlsStream *self)
{
  self->input = g_object_new (sb_tls_input_get_type (), NULL);
  self->output = g_object_new (sb_tls_output_get_type (), NULL);
  ((SbTlsInput *) self->input)->stream = self;
  ((SbTlsOutput *) self->output)->stream = self;
}

SbTlsStream *
sb_tls_stream_new (GSocketConnection *base, SbTlsCredentials *credentials)
{
  static unsigned char http[] = "http/1.1";
  SbTlsStream *self;

  g_return_val_if_fail (G_IS_SOCKET_CONNECTION (base), NULL);
  g_return_val_if_fail (credentials != NULL, NULL);

  self = g_object_new (SB_TYPE_TLS_STREAM, NULL);
  self->base = g_object_ref (base);
  self->credentials = sb_tls_credentials_ref (credentials);
  /* It fails for want of memory alone, and then so does the handshake. */
  if (gnutls_init (&self->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
    {
      self->session = NULL;
      return self;
    }
  gnutls_priority_set (self->session, credentials->priority);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, credentials->credentials);
  gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_IGNORE);
  gnutls_alpn_set_protocols (self->session, &(gnutls_datum_t) { http, sizeof http - 1 }, 1, 0);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, pull_cb);
  gnutls_transport_set_vec_push_function (self->session, push_cb);

  return self;
}
