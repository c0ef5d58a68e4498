/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-acceptor"

#include "net/sb-acceptor.h"

#include "net/sb-tls-handshaker.h"
#include "net/sb-descriptors.h"
#include "net/sb-request-head.h"
#include "rules/sb-rate.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 64
#define EVENTS_A_TURN 64
#define MAX_HELD 32 /* connections on which libsoup waits for more, each of which makes every turn of the lane dearer */
#define PAUSE (1 * G_TIME_SPAN_SECOND) /* between attempts to accept while descriptors are short */
/* Who takes descriptors and gives them back in turns is told of so often at first, and then once a minute: each is two lines of the trail. */
#define MAX_TOLD 3
#define PENDING "sb-pending"           /* under which a connection carries its Pending */

struct _SbAcceptor
{
  SbLane *lane;
  SbAcceptorHeard heard;
  SbAcceptorFunc func;
  gpointer user_data;
  gboolean tls;
  SbTlsCredentials *credentials; /* NULL: no TLS; or a certificate that is of no use, and nobody comes in */
  SbTlsHandshaker *handshaker;   /* NULL: there was no TLS yet */
  int epoll_fd;                 /* in it the listening socket, and the connections that the acceptor hears itself */
  int fd;                       /* listens; -1: does not */
  GSource *source;              /* of the epoll; NULL: does not listen */
  gboolean accepting;           /* the listening socket is in the epoll */
  SbTimer pause;
  gboolean short_of_descriptors; /* as was told */
  SbRate told;
  GQueue pending; /* (element-type Pending): handshakes under way, oldest first */
  GQueue held;    /* (element-type Pending): those of them that libsoup has */
  SbTimer overdue;
  GPtrArray *gone; /* (element-type Pending): to be freed at the end of a turn, for epoll may have announced them in it */
};

/* A connection whose handshake is not done. The acceptor's own until the head of its request is there, but for the time in which it speaks
 * of TLS: then it is the handshaker's. Where libsoup hears the rest it lives with its GSocketConnection, as data of it. */
typedef struct
{
  SbAcceptor *acceptor;
  SbCaller caller; /* its fd is -1 where there is a socket, and when it is gone */
  SbHeadScan scan;
  GByteArray *head; /* what has come of it; NULL for nothing */
  GSocket *socket; /* of a connection that is not the acceptor's. Not its descriptor: that may be closed, and another have it */
  gint64 since; /* monotonic, µs */
  gboolean waiting; /* in the queue */
  gboolean held;    /* in the other, too */
  GList link;
  GList held_link;
} Pending;

/* --- Handshakes that take too long -------------------------------------------------------------- */

/* Waits no more. */
static void
pending_leave (Pending *self)
{
  if (self->waiting)
    g_queue_unlink (&self->acceptor->pending, &self->link);
  if (self->held)
    g_queue_unlink (&self->acceptor->held, &self->held_link);
  self->waiting = self->held = FALSE;
}

static void
pending_free (gpointer data)
{
  Pending *self = data;

  pending_leave (self);
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_free (self);
}

/* Ends a connection that is the acceptor's own. */
static void
pending_drop (Pending *self)
{
  pending_leave (self);
  sb_caller_close (&self->caller);
  g_ptr_array_add (self->acceptor->gone, self);
}

/* The handshaker or libsoup, where it has it, reads the end and lets go of the connection. */
static void
pending_cut (Pending *self)
{
  if (self->caller.fd >= 0)
    {
      pending_drop (self);
      return;
    }
  pending_leave (self);
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

static void overdue_cb (SbTimer *timer);

/* The oldest is the first to be due: what it may take is the same for all, as the limits are now. */
static void
set_overdue (SbAcceptor *self)
{
  const Pending *oldest = g_queue_peek_head (&self->pending);

  if (oldest != NULL)
    sb_wheel_set (&self->lane->wheel, &self->overdue,
                  oldest->since + self->lane->limits.handshake_timeout * G_TIME_SPAN_SECOND, overdue_cb);
}

static void
overdue_cb (SbTimer *timer)
{
  SbAcceptor *self = SB_CONTAINER_OF (timer, SbAcceptor, overdue);
  gint64 latest = self->lane->now - self->lane->limits.handshake_timeout * G_TIME_SPAN_SECOND;
  Pending *pending;

  while ((pending = g_queue_peek_head (&self->pending)) != NULL && pending->since <= latest)
    {
      sb_counter_add (self->lane->totals.handshake_timeouts, 1);
      pending_cut (pending);
    }
  set_overdue (self);
}

/* Those in the middle of a handshake. libsoup does not know of them while they speak of TLS. */
static void
cut_pending (SbAcceptor *self)
{
  Pending *pending;

  while ((pending = g_queue_peek_head (&self->pending)) != NULL)
    pending_cut (pending);
}

static Pending *
pending_new (SbAcceptor *self, int fd, const SbRemote *remote)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->acceptor = self;
  pending->caller = (SbCaller) { .fd = fd, .remote = *remote };
  pending->since = self->lane->now;
  pending->link.data = pending->held_link.data = pending;
  pending->waiting = TRUE;
  g_queue_push_tail_link (&self->pending, &pending->link);
  /* The timer may still be set for one that is done, and was promised more time. */
  if (self->pending.length == 1)
    set_overdue (self);

  return pending;
}

/* What every connection is to have is set on the listening socket: Linux hands it on to what is accepted, which spares each two calls.
 *
 * A peer that is gone without a word is found by its pings, and before this is over; what was sent to it must not stay in the kernel for a
 * quarter of an hour longer. */
static void
set_options (SbAcceptor *self)
{
  const SbSessionLimits *limits = &self->lane->limits;
  guint unsent = (limits->ping_interval + limits->pong_timeout + limits->close_timeout) * 1000; /* ms */

  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &(int) { 1 }, sizeof (int));
  setsockopt (self->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unsent, sizeof unsent);
}

void
sb_acceptor_limits_changed (SbAcceptor *self)
{
  set_overdue (self);
  if (self->fd >= 0)
    set_options (self);
}

/* --- Accepting ----------------------------------------------------------------------------------- */

static void
acceptor_notice (SbAcceptor *self, const char *code, const char *message)
{
  SbEvent event = { .kind = SB_EVENT_NOTICE, .notice = { .code = code, .message = g_strdup (message) } };

  sb_lane_tell (self->lane, &event);
}

static gboolean
watch (SbAcceptor *self, int operation, int fd, gpointer data)
{
  struct epoll_event interest = { .events = EPOLLIN, .data.ptr = data };

  return epoll_ctl (self->epoll_fd, operation, fd, &interest) == 0;
}

static void
start_accepting (SbAcceptor *self)
{
  if (!self->accepting && !watch (self, EPOLL_CTL_ADD, self->fd, NULL))
    g_error ("cannot watch the listening socket: %s", g_strerror (errno));
  self->accepting = TRUE;
}

static void
stop_accepting (SbAcceptor *self)
{
  if (self->accepting)
    watch (self, EPOLL_CTL_DEL, self->fd, NULL);
  self->accepting = FALSE;
}

static void
pause_over_cb (SbTimer *timer)
{
  SbAcceptor *self = SB_CONTAINER_OF (timer, SbAcceptor, pause);

  if (self->fd >= 0)
    start_accepting (self);
}

/* Waiting connections keep the descriptor readable: without a pause this would spin. */
static void
pause_accepting (SbAcceptor *self, int error)
{
  stop_accepting (self);
  sb_counter_add (self->lane->totals.accept_pauses, 1);
  sb_wheel_set (&self->lane->wheel, &self->pause, self->lane->now + PAUSE, pause_over_cb);
  if (!self->short_of_descriptors && sb_rate_take (&self->told, self->lane->now))
    {
      g_autofree char *message = g_strdup_printf ("New connections have to wait: %s.", g_strerror (error));

      self->short_of_descriptors = TRUE;
      acceptor_notice (self, "out_of_descriptors", message);
    }
}

static GSocketAddress *
address_of (int fd, int (*get) (int, struct sockaddr *, socklen_t *))
{
  struct sockaddr_storage storage;
  socklen_t size = sizeof storage;

  if (get (fd, (struct sockaddr *) &storage, &size) < 0)
    return NULL;

  return g_socket_address_new_from_native (&storage, size);
}

/* What libsoup waits for by now is the body of a request, which nobody who wants in has: the oldest have to go first. */
static void
limit_held (SbAcceptor *self)
{
  while (self->held.length > MAX_HELD)
    {
      sb_counter_add (self->lane->totals.handshake_timeouts, 1);
      pending_cut (g_queue_peek_head (&self->held));
    }
}

static GSocketConnection *
make_connection (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);

  return g_socket_connection_factory_create_connection (socket);
}

/* It is the acceptor's own no more. */
static void
pending_lend (Pending *self, GSocketConnection *connection)
{
  self->caller.fd = -1;
  self->socket = g_socket_connection_get_socket (connection);
}

/* Has libsoup hear the rest. */
static void
hand_over (Pending *pending, GBytes *heard)
{
  SbAcceptor *self = pending->acceptor;
  SbCaller *caller = &pending->caller;
  g_autoptr (GSocketAddress) local = address_of (caller->fd, getsockname);
  g_autoptr (GSocketAddress) remote = address_of (caller->fd, getpeername);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;

  if (local != NULL && remote != NULL)
    connection = caller->tls != NULL ? g_object_ref (sb_tls_stream_get_base (caller->tls)) : make_connection (caller->fd);
  if (connection == NULL)
    {
      g_debug ("a connection was gone before it was heard");
      pending_drop (pending);
      return;
    }

  stream = caller->tls != NULL ? G_IO_STREAM (g_steal_pointer (&caller->tls)) : g_object_ref (G_IO_STREAM (connection));
  pending_lend (pending, connection);
  g_object_set_data_full (G_OBJECT (connection), PENDING, pending, pending_free);
  pending->held = TRUE;
  g_queue_push_tail_link (&self->held, &pending->held_link);
  self->func (stream, heard, local, remote, self->user_data); /* which may be the end of @pending */
  limit_held (self);
}

/* Behind what came before, in the lane's buffer. Returns what is there in all; -1: nothing is going to be heard; 0: not all has come. */
static gssize
pending_read (Pending *self, guint8 *buffer)
{
  gsize have = self->head != NULL ? self->head->len : 0;

  if (have > 0)
    memcpy (buffer, self->head->data, have);
  for (;;)
    {
      gssize n = sb_caller_read (&self->caller, buffer + have, SB_LANE_BUFFER - have);

      if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
      if (n == 0)
        return have > 0 ? (gssize) have : -1; /* the end in the middle */

      sb_head_scan_take (&self->scan, buffer + have, n);
      if (self->scan.done || self->scan.too_large)
        return (gssize) have + n;
      if (self->head == NULL)
        self->head = g_byte_array_new ();
      g_byte_array_append (self->head, buffer + have, n);
      have += n;
    }
}

/* Reads on until the head of the request is there. FALSE: it is not yet. */
static gboolean
pending_hear (Pending *self, gboolean watched)
{
  SbAcceptor *acceptor = self->acceptor;
  guint8 *buffer = acceptor->lane->buffer;
  gssize n = pending_read (self, buffer);
  g_autoptr (GBytes) heard = NULL;

  if (n == 0)
    return FALSE;
  if (n < 0)
    {
      pending_drop (self);
      return TRUE;
    }

  g_clear_pointer (&self->head, g_byte_array_unref);
  if (watched)
    watch (acceptor, EPOLL_CTL_DEL, self->caller.fd, NULL);
  if (acceptor->heard (&self->caller, buffer, n, acceptor->user_data))
    {
      pending_leave (self);
      self->caller = (SbCaller) { .fd = -1 };
      g_ptr_array_add (acceptor->gone, self);
      return TRUE;
    }
  heard = g_bytes_new (buffer, n);
  hand_over (self, heard);

  return TRUE;
}

/* In a rush, or from this computer, it has often spoken by now; and what TLS holds of it already no descriptor will announce. */
static void
begin_to_hear (Pending *pending)
{
  if (!pending_hear (pending, FALSE) && !watch (pending->acceptor, EPOLL_CTL_ADD, pending->caller.fd, pending))
    pending_drop (pending); /* the kernel is out of memory, or of watches: /proc/sys/fs/epoll */
}

static void
handshaken_cb (SbTlsStream *stream, gpointer data)
{
  Pending *pending = data;
  SbAcceptor *self = pending->acceptor;

  /* It was cut meanwhile: there may be no acceptor any more. */
  if (!pending->waiting)
    {
      pending_free (pending);
      return;
    }

  sb_lane_begin (self->lane);
  pending->caller.fd = g_socket_get_fd (pending->socket);
  pending->caller.tls = g_object_ref (stream);
  pending->socket = NULL;
  begin_to_hear (pending);
  sb_lane_settle (self->lane);
  g_ptr_array_set_size (self->gone, 0);
}

static void
begin_tls (Pending *pending)
{
  SbAcceptor *self = pending->acceptor;
  g_autoptr (GSocketConnection) connection = self->credentials != NULL ? make_connection (pending->caller.fd) : NULL;

  if (connection == NULL)
    {
      pending_drop (pending);
      return;
    }

  if (self->handshaker == NULL)
    self->handshaker = sb_tls_handshaker_new (self->lane, handshaken_cb);
  pending_lend (pending, connection);
  sb_tls_handshaker_push (self->handshaker, connection, self->credentials, pending, pending_free);
}

static void
take_connection (SbAcceptor *self, int fd, const SbRemote *remote)
{
  Pending *pending = pending_new (self, fd, remote);

  if (self->tls)
    begin_tls (pending);
  else
    begin_to_hear (pending);
}

static void
accept_some (SbAcceptor *self)
{
  int first_reserved = sb_descriptors_get_first_reserved ();
  gboolean room = sb_descriptors_have_room (self->fd, first_reserved);

  for (guint i = 0; i < ACCEPTS_A_TURN; i++)
    {
      SbRemote remote;
      socklen_t size = sizeof remote;

      if (!room)
        {
          pause_accepting (self, EMFILE);
          break;
        }

      int fd = accept4 (self->fd, &remote.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);

      if (fd < 0)
        {
          if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_accepting (self, errno);
          else if (errno == ECONNABORTED || errno == EINTR)
            continue;
          break;
        }
      if (self->short_of_descriptors)
        {
          self->short_of_descriptors = FALSE;
          acceptor_notice (self, "accepting_again", "New connections are accepted again.");
        }
      room = fd < first_reserved - SB_DESCRIPTORS_ROOM || sb_descriptors_have_room (self->fd, first_reserved);
      take_connection (self, fd, &remote);
    }
}

static gboolean
ready_cb (int epoll_fd, GIOCondition condition, gpointer user_data)
{
  SbAcceptor *self = user_data;
  struct epoll_event events[EVENTS_A_TURN];
  int n = epoll_wait (epoll_fd, events, EVENTS_A_TURN, 0);

  sb_lane_begin (self->lane);
  for (int i = 0; i < n; i++)
    {
      Pending *pending = events[i].data.ptr;

      if (pending == NULL)
        accept_some (self);
      else if (pending->caller.fd >= 0)
        pending_hear (pending, TRUE);
    }
  sb_lane_settle (self->lane);
  g_ptr_array_set_size (self->gone, 0);

  return G_SOURCE_CONTINUE;
}

/* --- Life ---------------------------------------------------------------------------------------- */

SbAcceptor *
sb_acceptor_new (SbLane *lane, SbAcceptorHeard heard, SbAcceptorFunc func, gpointer user_data)
{
  SbAcceptor *self = g_new0 (SbAcceptor, 1);

  self->lane = lane;
  self->heard = heard;
  self->func = func;
  self->user_data = user_data;
  self->fd = -1;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    g_error ("cannot make an acceptor: %s", g_strerror (errno));
  self->gone = g_ptr_array_new_with_free_func (pending_free);
  g_queue_init (&self->pending);
  g_queue_init (&self->held);
  sb_rate_init (&self->told, 1.0 / 60, MAX_TOLD, lane->now);

  return self;
}

void
sb_acceptor_free (SbAcceptor *self)
{
  sb_acceptor_stop (self);
  g_clear_pointer (&self->handshaker, sb_tls_handshaker_free);
  g_clear_pointer (&self->credentials, sb_tls_credentials_unref);
  g_ptr_array_unref (self->gone);
  close (self->epoll_fd);
  g_free (self);
}

void
sb_acceptor_listen (SbAcceptor *self, int fd)
{
  g_return_if_fail (self->fd < 0);

  self->fd = fd;
  set_options (self);
  start_accepting (self);
  self->source = g_unix_fd_source_new (self->epoll_fd, G_IO_IN);
  g_source_set_static_name (self->source, "SbAcceptor");
  /* It never does; see sb_lane_new(). */
  g_source_set_can_recurse (self->source, TRUE);
  g_source_set_callback (self->source, G_SOURCE_FUNC (ready_cb), self, NULL);
  g_source_attach (self->source, self->lane->context);
}

gboolean
sb_acceptor_is_listening (SbAcceptor *self)
{
  return self->fd >= 0;
}

void
sb_acceptor_stop (SbAcceptor *self)
{
  if (self->fd < 0)
    return;

  stop_accepting (self);
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  cut_pending (self);
  sb_wheel_clear (&self->lane->wheel, &self->pause);
  sb_wheel_clear (&self->lane->wheel, &self->overdue);
  close (self->fd);
  self->fd = -1;
}

void
sb_acceptor_set_certificate (SbAcceptor *self, GTlsCertificate *certificate)
{
  g_autoptr (GError) error = NULL;
  SbTlsCredentials *credentials = certificate != NULL ? sb_tls_credentials_new (certificate, &error) : NULL;

  self->tls = certificate != NULL;
  /* Whoever reads certificates tries them; still, one of no use must not have the server speak without TLS. */
  if (error != NULL)
    {
      g_warning ("TLS cannot be begun: %s", error->message);
      return;
    }
  g_clear_pointer (&self->credentials, sb_tls_credentials_unref);
  self->credentials = credentials;
}

void
sb_acceptor_forget (GIOStream *connection)
{
  gpointer socket = SB_IS_TLS_STREAM (connection) ? (gpointer) sb_tls_stream_get_base (SB_TLS_STREAM (connection)) : connection;

  g_object_set_data (G_OBJECT (socket), PENDING, NULL);
}
