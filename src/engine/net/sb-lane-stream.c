/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-lane-stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define VECTOR 64 /* frames in one sendmsg() */
#define FIRST_CAPACITY 8
#define KEPT_CAPACITY 64 /* a ring that grew beyond is counted, and given back when it is empty, or nearly so */
#define NEARLY_EMPTY 8   /* of so many places one is taken */

void
sb_lane_stream_init (SbLaneStream *self, int fd, SbTlsStream *tls, SbPeer *peer, SbLaneTotals *totals,
                     SbHoldings *holdings)
{
  g_return_if_fail (fd >= 0);

  *self = (SbLaneStream) { .fd = fd, .tls = tls, .peer = peer, .totals = totals, .holdings = holdings };
}

static SbQueued *
stream_at (SbLaneStream *self, guint position)
{
  return &self->queue[(self->head + position) & (self->capacity - 1)];
}

static void
stream_publish_backlog (SbLaneStream *self)
{
  sb_counter_add (self->totals->backlog, self->backlog - self->published);
  sb_counter_set (self->peer->counters.backlog, self->backlog);
  self->published = self->backlog;
}

static void
stream_count_sent (SbLaneStream *self, guint n_messages)
{
  sb_counter_add (self->peer->counters.messages_out, n_messages);
  sb_counter_add (self->totals->messages_out, n_messages);
}

/* The first frames leave the queue; what becomes of their references is the caller's. */
static void
stream_advance (SbLaneStream *self, guint n)
{
  for (guint i = 0; i < n && self->n_held > 0; i++, self->n_held--)
    sb_holdings_remove (self->holdings, stream_at (self, i)->frame);
  self->offset = 0;
  self->n_queued -= n;
  /* An empty ring begins anew, so that what one turn brings mostly lies in one piece. */
  self->head = self->n_queued > 0 ? (self->head + n) & (self->capacity - 1) : 0;
}

/* The first frame is sent. */
static void
stream_pop (SbLaneStream *self)
{
  SbQueued queued = *stream_at (self, 0);

  self->backlog -= queued.frame->length - self->offset;
  stream_advance (self, 1);
  if (queued.frame->opcode < SB_OPCODE_CLOSE)
    stream_count_sent (self, 1);
  sb_frame_unref (queued.frame);
  if (queued.receipt != NULL)
    sb_receipt_sent (queued.receipt);
}

/* The last frame will not be sent. */
static void
stream_drop_last (SbLaneStream *self)
{
  SbQueued queued = *stream_at (self, --self->n_queued);

  self->backlog -= queued.frame->length - (self->n_queued == 0 ? self->offset : 0);
  if (self->n_held > self->n_queued)
    {
      sb_holdings_remove (self->holdings, queued.frame);
      self->n_held--;
    }
  if (queued.frame->opcode < SB_OPCODE_CLOSE)
    sb_lane_stream_count_dropped (self);
  sb_frame_unref (queued.frame);
  if (queued.receipt != NULL)
    sb_receipt_dropped (queued.receipt, self->peer, self->lost);
}

/* One message for the client is lost, queued or not. */
void
sb_lane_stream_count_dropped (SbLaneStream *self)
{
  sb_counter_add (self->peer->counters.dropped, 1);
  sb_counter_add (self->totals->dropped, 1);
}

/* Of short messages the places in the ring take more than the messages, of which all clients share one. */
static gsize
weigh_ring (guint capacity)
{
  return capacity > KEPT_CAPACITY ? capacity * sizeof (SbQueued) : 0;
}

/* 0: none. */
static void
stream_set_capacity (SbLaneStream *self, guint capacity)
{
  SbQueued *queue = capacity > 0 ? g_new (SbQueued, capacity) : NULL;

  for (guint i = 0; i < self->n_queued; i++)
    queue[i] = *stream_at (self, i);
  g_free (self->queue);
  sb_holdings_resize (self->holdings, weigh_ring (self->capacity), weigh_ring (capacity));
  self->queue = queue;
  self->capacity = capacity;
  self->head = 0;
}

static void
stream_give_back (SbLaneStream *self)
{
  guint capacity = self->n_queued > 0 ? self->capacity : 0;

  if (G_LIKELY (self->capacity <= KEPT_CAPACITY))
    return;
  while (capacity > KEPT_CAPACITY && self->n_queued <= capacity / NEARLY_EMPTY)
    capacity /= 2;
  if (capacity != self->capacity)
    stream_set_capacity (self, capacity);
}

void
sb_lane_stream_clear (SbLaneStream *self)
{
  while (self->n_queued > 0)
    stream_drop_last (self);
  stream_publish_backlog (self);
  stream_set_capacity (self, 0);
  self->offset = self->pending = 0;

  if (self->tls != NULL)
    {
      /* Closing the base closes the descriptor, without TLS's good-bye, which might wait for the peer. */
      g_io_stream_close (G_IO_STREAM (sb_tls_stream_get_base (self->tls)), NULL, NULL);
      g_clear_object (&self->tls);
      self->fd = -1;
    }
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

gboolean
sb_lane_stream_is_open (const SbLaneStream *self)
{
  return self->fd >= 0;
}

gboolean
sb_lane_stream_is_tls (const SbLaneStream *self)
{
  return self->tls != NULL;
}

gssize
sb_lane_stream_read (SbLaneStream *self, guint8 *buffer, gsize size)
{
  gssize result;

  if (self->tls != NULL)
    return sb_tls_stream_read (self->tls, buffer, size);

  do
    result = recv (self->fd, buffer, size, 0);
  while (result < 0 && errno == EINTR);

  return result;
}

/* The network takes no more now: what waits from here on is held in memory for this client. */
static void
stream_hold (SbLaneStream *self)
{
  for (; self->n_held < self->n_queued; self->n_held++)
    sb_holdings_add (self->holdings, stream_at (self, self->n_held)->frame);
}

void
sb_lane_stream_queue (SbLaneStream *self, SbFrame *frame, SbReceipt *receipt)
{
  if (G_UNLIKELY (self->n_queued == self->capacity))
    stream_set_capacity (self, self->capacity == 0 ? FIRST_CAPACITY : self->capacity * 2);

  *stream_at (self, self->n_queued++) = (SbQueued) { frame, receipt };
  self->backlog += frame->length;
  if (G_UNLIKELY (self->blocked)) /* no flush will do it soon */
    {
      stream_hold (self);
      stream_publish_backlog (self);
    }
}

/* A frame that has begun must end, or what follows is not WebSocket any more, nor TLS. */
void
sb_lane_stream_discard (SbLaneStream *self)
{
  gsize begun = self->offset + self->pending;
  guint n_kept = 0;

  for (gsize length = 0; length < begun && n_kept < self->n_queued; n_kept++)
    length += stream_at (self, n_kept)->frame->length;
  while (self->n_queued > n_kept)
    stream_drop_last (self);
  stream_publish_backlog (self);
  stream_give_back (self);
}

/* Bytes to the network. TLS wants to be given the same ones again after it would have blocked, whatever may follow them
 * then. */
static gssize
stream_send (SbLaneStream *self, const void *bytes, gsize size)
{
  gssize result;

  if (self->tls != NULL)
    {
      result = sb_tls_stream_write (self->tls, bytes, size);
      self->pending = result < 0 && errno == EAGAIN ? MAX (size, self->pending) : 0;
      return result;
    }

  do
    result = send (self->fd, bytes, size, MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);

  return result;
}

/* Many frames that are not to be joined: long ones, or what is left of a batch. */
static gssize
stream_send_vector (SbLaneStream *self)
{
  struct iovec vector[VECTOR];
  guint n = MIN (self->n_queued, VECTOR);
  gssize result;

  for (guint i = 0; i < n; i++)
    {
      SbFrame *frame = stream_at (self, i)->frame;
      gsize taken = i == 0 ? self->offset : 0;

      vector[i] = (struct iovec) { frame->data + taken, frame->length - taken };
    }

  if (n == 1 || self->tls != NULL)
    return stream_send (self, vector[0].iov_base, vector[0].iov_len);

  do
    result = sendmsg (self->fd, &(struct msghdr) { .msg_iov = vector, .msg_iovlen = n }, MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);

  return result;
}

/* Takes @n bytes off the queue's front. */
static void
stream_take_off (SbLaneStream *self, gsize n)
{
  while (n > 0)
    {
      gsize left = stream_at (self, 0)->frame->length - self->offset;

      if (n < left)
        {
          self->offset += n;
          self->backlog -= n;
          return;
        }
      n -= left;
      stream_pop (self);
    }
}

/* Hands over as much as the network takes in one call, and takes it off the queue. */
static gssize
stream_write (SbLaneStream *self, SbBatch *batch)
{
  gssize written;

  if (self->offset > 0 || self->head + self->n_queued > self->capacity ||
      !sb_batch_load (batch, self->queue + self->head, self->n_queued))
    {
      written = stream_send_vector (self);
      stream_take_off (self, MAX (written, 0));
      return written;
    }

  written = stream_send (self, batch->bytes, batch->length);
  if (written == (gssize) batch->length)
    {
      self->backlog -= batch->length;
      stream_advance (self, batch->n_frames);
      stream_count_sent (self, batch->n_messages);
      sb_batch_take (batch);
      return written;
    }

  sb_batch_leave (batch);
  stream_take_off (self, MAX (written, 0));

  return written;
}

SbFlush
sb_lane_stream_flush (SbLaneStream *self, SbBatch *batch)
{
  SbFlush outcome = SB_FLUSH_DONE;
  gsize total = 0;

  self->blocked = false;
  while (self->n_queued > 0)
    {
      gssize written = stream_write (self, batch);

      if (written < 0)
        {
          self->blocked = errno == EAGAIN || errno == EWOULDBLOCK;
          outcome = self->blocked ? SB_FLUSH_BLOCKED : SB_FLUSH_BROKEN;
          break;
        }
      total += written;
    }

  if (total > 0)
    {
      sb_counter_add (self->peer->counters.bytes_out, total);
      sb_counter_add (self->totals->bytes_out, total);
    }
  if (outcome == SB_FLUSH_BLOCKED)
    stream_hold (self);
  stream_publish_backlog (self);
  stream_give_back (self);

  return outcome;
}

gint64
sb_lane_stream_get_round_trip (const SbLaneStream *self)
{
  struct tcp_info info;
  socklen_t size = sizeof info;

  if (getsockopt (self->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0 || info.tcpi_rtt == 0)
    return -1;

  return info.tcpi_rtt;
}

void
sb_lane_stream_shutdown (SbLaneStream *self)
{
  if (self->tls != NULL)
    sb_tls_stream_end (self->tls);
  shutdown (self->fd, SHUT_WR);
}
