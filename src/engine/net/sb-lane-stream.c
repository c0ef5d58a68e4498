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

#define BATCH 64 /* frames in one writev() */
#define FIRST_CAPACITY 8
#define KEPT_CAPACITY 64 /* a ring that grew beyond is given back when it is empty */

void
sb_lane_stream_init (SbLaneStream *self, int fd, GIOStream *tls, SbPeer *peer, SbLaneTotals *totals,
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
stream_set_backlog (SbLaneStream *self, gsize backlog)
{
  sb_counter_add (self->totals->backlog, backlog - self->backlog);
  sb_counter_set (self->peer->counters.backlog, backlog);
  self->backlog = backlog;
}

/* The first frame leaves the queue. */
static void
stream_pop (SbLaneStream *self, gboolean sent)
{
  SbQueued *queued = stream_at (self, 0);
  gboolean is_message = queued->frame->opcode < SB_OPCODE_CLOSE;

  stream_set_backlog (self, self->backlog - (queued->frame->length - self->offset));
  self->offset = 0;
  self->head = (self->head + 1) & (self->capacity - 1);
  self->n_queued--;
  if (self->n_held > 0)
    {
      sb_holdings_remove (self->holdings, queued->frame);
      self->n_held--;
    }

  if (is_message && sent)
    {
      sb_counter_add (self->peer->counters.messages_out, 1);
      sb_counter_add (self->totals->messages_out, 1);
    }
  else if (is_message)
    sb_lane_stream_count_dropped (self);

  SbReceipt *receipt = queued->receipt;
  sb_frame_unref (queued->frame);
  if (receipt != NULL)
    sent ? sb_receipt_sent (receipt) : sb_receipt_dropped (receipt, self->peer);
}

/* One message for the client is lost, queued or not. */
void
sb_lane_stream_count_dropped (SbLaneStream *self)
{
  sb_counter_add (self->peer->counters.dropped, 1);
  sb_counter_add (self->totals->dropped, 1);
}

static void
stream_give_back (SbLaneStream *self)
{
  if (self->n_queued > 0 || self->capacity <= KEPT_CAPACITY)
    return;
  g_clear_pointer (&self->queue, g_free);
  self->capacity = self->head = 0;
}

void
sb_lane_stream_clear (SbLaneStream *self)
{
  while (self->n_queued > 0)
    stream_pop (self, FALSE);
  g_clear_pointer (&self->queue, g_free);
  self->capacity = self->head = 0;

  if (self->tls != NULL)
    {
      /* Closing the base closes the descriptor, without TLS's good-bye, which might wait for the peer. */
      g_autoptr (GIOStream) base = NULL;

      g_object_get (self->tls, "base-io-stream", &base, NULL);
      g_io_stream_close (base, NULL, NULL);
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

gsize
sb_lane_stream_get_backlog (const SbLaneStream *self)
{
  return self->backlog;
}

/* What a stream of GIO says, in the words of recv(2) and send(2). */
static void
set_errno (const GError *error)
{
  errno = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? EAGAIN : EPROTO;
}

static gssize
tls_read (GIOStream *tls, guint8 *buffer, gsize size)
{
  g_autoptr (GError) error = NULL;
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (tls));
  gssize result = g_pollable_input_stream_read_nonblocking (input, buffer, size, NULL, &error);

  if (result < 0)
    set_errno (error);

  return result;
}

static gssize
tls_write (GIOStream *tls, const void *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (tls));
  gssize result = g_pollable_output_stream_write_nonblocking (output, bytes, size, NULL, &error);

  if (result < 0)
    set_errno (error);

  return result;
}

gssize
sb_lane_stream_read (SbLaneStream *self, guint8 *buffer, gsize size)
{
  gssize result;

  if (self->tls != NULL)
    return tls_read (self->tls, buffer, size);

  do
    result = recv (self->fd, buffer, size, 0);
  while (result < 0 && errno == EINTR);

  return result;
}

void
sb_lane_stream_queue (SbLaneStream *self, SbFrame *frame, SbReceipt *receipt)
{
  if (self->n_queued == self->capacity)
    {
      guint capacity = self->capacity == 0 ? FIRST_CAPACITY : self->capacity * 2;
      SbQueued *queue = g_new (SbQueued, capacity);

      for (guint i = 0; i < self->n_queued; i++)
        queue[i] = *stream_at (self, i);
      g_free (self->queue);
      self->queue = queue;
      self->capacity = capacity;
      self->head = 0;
    }

  *stream_at (self, self->n_queued++) = (SbQueued) { sb_frame_ref (frame), receipt };
  stream_set_backlog (self, self->backlog + frame->length);
}

void
sb_lane_stream_discard (SbLaneStream *self)
{
  guint kept = self->offset > 0 ? 1 : 0;

  if (self->n_queued <= kept)
    return;

  /* A frame that has begun must end, or what follows is not WebSocket any more. It is the first; it waits outside. */
  SbQueued begun = *stream_at (self, 0);
  gsize offset = self->offset;
  gboolean held = kept > 0 && self->n_held > 0;

  if (kept > 0)
    {
      self->head = (self->head + 1) & (self->capacity - 1);
      self->n_queued--;
      self->n_held -= held;
      self->offset = 0;
    }
  while (self->n_queued > 0)
    stream_pop (self, FALSE);
  if (kept > 0)
    {
      *stream_at (self, 0) = begun;
      self->n_queued = 1;
      self->n_held = held;
      self->offset = offset;
    }
}

/* Hands over as much as the network takes in one call. */
static gssize
stream_write (SbLaneStream *self)
{
  struct iovec vector[BATCH];
  guint n = MIN (self->n_queued, BATCH);
  gssize result;

  for (guint i = 0; i < n; i++)
    {
      SbFrame *frame = stream_at (self, i)->frame;
      vector[i] = (struct iovec) { frame->data, frame->length };
    }
  vector[0].iov_base = (guint8 *) vector[0].iov_base + self->offset;
  vector[0].iov_len -= self->offset;

  /* One frame a call: TLS wants the same bytes again after it would have blocked, and the first frame is just that. */
  if (self->tls != NULL)
    return tls_write (self->tls, vector[0].iov_base, vector[0].iov_len);

  do
    if (n == 1)
      result = send (self->fd, vector[0].iov_base, vector[0].iov_len, MSG_NOSIGNAL);
    else
      result = sendmsg (self->fd, &(struct msghdr) { .msg_iov = vector, .msg_iovlen = n }, MSG_NOSIGNAL);
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

SbFlush
sb_lane_stream_flush (SbLaneStream *self)
{
  SbFlush outcome = SB_FLUSH_DONE;
  gsize total = 0;

  while (self->n_queued > 0)
    {
      gssize written = stream_write (self);

      if (written < 0)
        {
          outcome = errno == EAGAIN || errno == EWOULDBLOCK ? SB_FLUSH_BLOCKED : SB_FLUSH_BROKEN;
          break;
        }

      total += written;
      while (written > 0)
        {
          gsize left = stream_at (self, 0)->frame->length - self->offset;

          if ((gsize) written < left)
            {
              self->offset += written;
              stream_set_backlog (self, self->backlog - written);
              break;
            }
          written -= left;
          stream_pop (self, TRUE);
        }
    }

  if (total > 0)
    {
      sb_counter_add (self->peer->counters.bytes_out, total);
      sb_counter_add (self->totals->bytes_out, total);
    }
  if (outcome == SB_FLUSH_BLOCKED)
    stream_hold (self);
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
  shutdown (self->fd, SHUT_WR);
}
