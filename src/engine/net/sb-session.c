/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-session.h"

#include "sb-clock.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Sooner than the others, but not so soon that who connects only to ask something hears it: until then the kernel's
 * measure of the handshake stands for the round-trip time. */
#define FIRST_PING (10 * G_TIME_SPAN_SECOND)
#define READS_A_TURN 4 /* of 64 KiB: then the others have their turn */

static void session_timer_cb (SbTimer *timer);

void
sb_arrival_free (SbArrival *self)
{
  if (self->fd >= 0 && self->tls == NULL)
    close (self->fd);
  g_clear_object (&self->tls);
  g_clear_pointer (&self->early, g_bytes_unref);
  g_clear_pointer (&self->peer, sb_peer_unref);
  g_clear_pointer (&self->token, sb_token_unref);
  g_clear_pointer (&self->changed, sb_token_unref);
  g_free (self);
}

/* --- Beginning and end ------------------------------------------------------------------------- */

void
sb_session_set_timer (SbSession *self, gint64 due)
{
  sb_wheel_set (&self->lane->wheel, &self->timer, due, session_timer_cb);
}

static void
session_join (SbSession *self)
{
  SbLane *lane = self->lane;
  guint rate, replies = lane->limits.max_error_replies;
  SbEvent event = { .kind = SB_EVENT_JOINED, .peer = sb_peer_ref (self->peer) };

  sb_router_join (&lane->router, self, self->peer->channel);
  rate = sb_session_get_rate (self); /* the room knows its rule */
  sb_rate_init (&self->rate, rate, MAX (rate, 1), lane->now);
  sb_rate_init (&self->replies, replies, MAX (replies, 1), lane->now);
  sb_counter_set (self->peer->counters.round_trip, sb_lane_stream_get_round_trip (&self->stream));
  sb_session_set_timer (self, lane->now + MIN (lane->limits.ping_interval * G_TIME_SPAN_SECOND, FIRST_PING));
  sb_lane_tell (lane, &event);
}

void
sb_session_welcome (SbLane *lane, SbArrival *arrival)
{
  SbSession *self = g_new0 (SbSession, 1);
  int fd = arrival->fd;
  g_autoptr (GBytes) early = g_steal_pointer (&arrival->early);
  struct epoll_event interest = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = self };

  self->lane = lane;
  self->peer = g_steal_pointer (&arrival->peer);
  self->token = g_steal_pointer (&arrival->token);
  self->heard_at = lane->now;
  self->minute = lane->now;
  self->farewell = self->token == NULL;
  if (self->token != NULL)
    self->secret = sb_session_hash_begin (arrival->previous_secret ? self->token->previous_hash : self->token->hash);
  sb_lane_stream_init (&self->stream, fd, g_steal_pointer (&arrival->tls), self->peer, &lane->totals,
                       &lane->holdings);
  sb_frame_reader_init (&self->reader, lane->limits.max_message);
  self->window_bits = arrival->window_bits;
  if (self->window_bits > 0)
    sb_frame_reader_set_deflate (&self->reader, &lane->deflate);
  arrival->fd = -1;

  self->lane_position = lane->sessions->len;
  g_ptr_array_add (lane->sessions, self);
  if (self->farewell)
    {
      lane->n_farewells++;
      sb_session_close (self, arrival->close_code, arrival->close_reason, SB_CLOSED_BY_SERVER, TRUE);
    }
  else
    {
      sb_counter_add (lane->totals.sessions, 1);
      session_join (self);
      if (arrival->close_code != 0)
        sb_session_close (self, arrival->close_code, arrival->close_reason, SB_CLOSED_BY_ADMIN, TRUE);
      if (arrival->changed != NULL)
        sb_session_set_token (self, arrival->changed, sb_clock_get_real ());
      if (lane->draining)
        sb_session_close (self, 1001, "server stopping", SB_CLOSED_BY_SERVER, FALSE);
      if (self->state == SB_SESSION_OPEN)
        sb_session_give_retained (self);
    }
  sb_arrival_free (arrival);

  if (epoll_ctl (lane->epoll_fd, EPOLL_CTL_ADD, fd, &interest) < 0)
    {
      sb_session_close (self, 1011, "internal error", SB_CLOSED_BY_SERVER, TRUE);
      sb_session_flush (self);
    }
  if (early != NULL)
    {
      gsize size;
      const guint8 *bytes = g_bytes_get_data (early, &size);

      g_assert (size <= SB_LANE_BUFFER);
      memcpy (lane->buffer, bytes, size);
      sb_session_receive (self, lane->buffer, size);
    }
  /* What TLS holds already no descriptor will announce. */
  if (sb_lane_stream_is_tls (&self->stream) && self->state != SB_SESSION_DEAD)
    sb_lane_read_again (lane, self);
}

/* The descriptor is closed, the memory freed at the end of the turn: epoll may have announced the session once more in
 * this one. */
static void
session_die (SbSession *self)
{
  SbLane *lane = self->lane;

  if (self->state == SB_SESSION_DEAD)
    return;

  self->state = SB_SESSION_DEAD;
  if (self->farewell)
    lane->n_farewells--;
  sb_wheel_clear (&lane->wheel, &self->timer);
  sb_router_leave (&lane->router, self);
  sb_counter_add (lane->totals.arriving, -self->arriving);
  self->arriving = 0;
  sb_lane_stream_clear (&self->stream);

  SbSession *last = g_ptr_array_index (lane->sessions, lane->sessions->len - 1);
  g_ptr_array_remove_index_fast (lane->sessions, self->lane_position);
  if (last != self)
    last->lane_position = self->lane_position;
  g_ptr_array_add (lane->gone, self);
}

void
sb_session_free (SbSession *self)
{
  session_die (self);
  if (self->unread)
    g_ptr_array_remove_fast (self->lane->unread, self);
  if (self->touched)
    g_ptr_array_remove_fast (self->lane->touched, self);
  sb_frame_reader_clear (&self->reader);
  sb_peer_unref (self->peer);
  g_clear_pointer (&self->token, sb_token_unref);
  g_free (self);
}

/* How its end is why it misses what still waits for it. */
static SbMissedWhy
missed_by (SbClosedBy by)
{
  switch (by)
    {
    case SB_CLOSED_BY_CLIENT: return SB_MISSED_LEFT;
    case SB_CLOSED_BY_NETWORK: return SB_MISSED_LOST;
    case SB_CLOSED_BY_ADMIN: return SB_MISSED_DISCONNECTED;
    case SB_CLOSED_BY_SERVER:
    default: return SB_MISSED_CLOSED;
    }
}

/* From here on the client is gone for everybody but its own connection. */
static void
session_part (SbSession *self, guint16 code, const char *reason, SbClosedBy by)
{
  SbLane *lane = self->lane;

  sb_router_leave (&lane->router, self);
  if (self->stream.lost == SB_MISSED_UNKNOWN)
    self->stream.lost = missed_by (by);
  if (self->farewell)
    return;

  SbEvent event = {
    .kind = SB_EVENT_LEFT,
    .peer = sb_peer_ref (self->peer),
    .left = { .code = code, .reason = g_strdup (reason), .by = by },
  };

  sb_counter_add (lane->totals.sessions, -1);
  sb_lane_tell (lane, &event);
  sb_lane_release (lane, self->peer);
}

static void
session_lose (SbSession *self)
{
  if (self->state == SB_SESSION_OPEN)
    session_part (self, 1006, NULL, SB_CLOSED_BY_NETWORK);
  session_die (self);
}

gboolean
sb_session_is_done (SbSession *self)
{
  return self->state == SB_SESSION_LINGERING && sb_lane_stream_get_backlog (&self->stream) == 0;
}

void
sb_session_cut (SbSession *self)
{
  if (self->state == SB_SESSION_OPEN)
    session_part (self, 1006, NULL, SB_CLOSED_BY_SERVER);
  session_die (self);
}

static void
session_queue_control (SbSession *self, SbFrame *frame)
{
  sb_lane_stream_queue (&self->stream, sb_frame_ref (frame), NULL);
  sb_lane_touch (self->lane, self);
}

static void
session_queue_close (SbSession *self, guint16 code, const char *reason)
{
  g_autoptr (SbFrame) frame = sb_frame_new_close (code, reason);

  self->close_queued = true;
  session_queue_control (self, frame);
}

/* Both sides have said their last word, or ours is all that matters: once it is sent, nothing more will be, and the
 * client has the close time-out to end the connection (RFC 6455 §7.1.1: the server is the first to close, but what it
 * sent must arrive). */
static void
session_linger (SbSession *self)
{
  self->state = SB_SESSION_LINGERING;
  sb_session_set_timer (self, self->lane->now + self->lane->limits.close_timeout * G_TIME_SPAN_SECOND);
  sb_lane_touch (self->lane, self);
}

/* µs. While the server drains a client has as long as that lasts, for what was queued before. */
gint64
sb_session_get_close_timeout (SbSession *self)
{
  const SbLane *lane = self->lane;
  guint timeout = lane->limits.close_timeout;

  return (lane->draining ? MAX (timeout, lane->drain_timeout) : timeout) * G_TIME_SPAN_SECOND;
}

void
sb_session_close (SbSession *self, guint16 code, const char *reason, SbClosedBy by, gboolean now)
{
  if (self->state != SB_SESSION_OPEN)
    return;

  self->state = SB_SESSION_CLOSING;
  session_part (self, code, reason, by);
  if (now)
    sb_lane_stream_discard (&self->stream);
  session_queue_close (self, code, reason);
  sb_session_set_timer (self, self->lane->now + sb_session_get_close_timeout (self));
}

void
sb_session_shed (SbSession *self, SbMissedWhy why)
{
  if (self->state == SB_SESSION_OPEN)
    self->stream.lost = why;
  sb_session_close (self, 1013, "too slow", SB_CLOSED_BY_SERVER, TRUE);
}

/* --- Deadlines -------------------------------------------------------------------------------- */

static void
session_ping (SbSession *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (SbFrame) frame = sb_frame_new (SB_OPCODE_PING, &now, sizeof now);

  self->ping_sent_at = now;
  self->ping_open = true;
  session_queue_control (self, frame);
  sb_session_set_timer (self, self->lane->now + self->lane->limits.pong_timeout * G_TIME_SPAN_SECOND);
}

static void
session_timer_cb (SbTimer *timer)
{
  SbSession *self = SB_CONTAINER_OF (timer, SbSession, timer);
  const SbSessionLimits *limits = &self->lane->limits;

  if (self->state != SB_SESSION_OPEN)
    session_die (self);
  else if (!self->ping_open)
    session_ping (self);
  else if (self->heard_at >= self->ping_sent_at)
    {
      self->ping_open = false;
      sb_session_set_timer (self, self->ping_sent_at + limits->ping_interval * G_TIME_SPAN_SECOND);
    }
  else
    {
      /* Nobody will answer the close frame; it is for a client that can hear but not speak. */
      sb_counter_add (self->lane->totals.closed_silent, 1);
      sb_session_close (self, 3008, "no sign of life", SB_CLOSED_BY_SERVER, TRUE);
      sb_session_flush (self);
      session_die (self);
    }
}

/* The answer to our ping carries the time at which it was sent. */
static void
session_take_pong (SbSession *self, const guint8 *payload, gsize length)
{
  gint64 sent_at;

  if (!self->ping_open || length != sizeof sent_at)
    return;
  memcpy (&sent_at, payload, sizeof sent_at);
  if (sent_at != self->ping_sent_at)
    return;

  sb_counter_set (self->peer->counters.round_trip, g_get_monotonic_time () - sent_at);
  self->ping_open = false;
  sb_session_set_timer (self, sent_at + self->lane->limits.ping_interval * G_TIME_SPAN_SECOND);
}

/* --- What comes from the client -------------------------------------------------------------- */

static void
session_take_close (SbSession *self, const guint8 *payload, gsize length)
{
  guint16 code = length >= 2 ? payload[0] << 8 | payload[1] : 0;

  if (self->state == SB_SESSION_OPEN)
    {
      g_autofree char *reason = length > 2 ? g_strndup ((const char *) payload + 2, length - 2) : NULL;

      self->state = SB_SESSION_CLOSING;
      session_part (self, code != 0 ? code : 1005, reason, SB_CLOSED_BY_CLIENT);
      session_queue_close (self, code, reason); /* RFC 6455 §5.5.1: echoes the code that came */
    }
  session_linger (self);
}

static gboolean
session_control_cb (gpointer user_data, SbOpcode opcode, const guint8 *payload, gsize length)
{
  SbSession *self = user_data;

  if (opcode == SB_OPCODE_CLOSE)
    {
      session_take_close (self, payload, length);
      return FALSE; /* nothing that follows a close frame is read: §5.5.1 */
    }
  if (opcode == SB_OPCODE_PONG)
    session_take_pong (self, payload, length);
  else if (self->state == SB_SESSION_OPEN)
    {
      g_autoptr (SbFrame) pong = sb_frame_new (SB_OPCODE_PONG, payload, length);

      sb_session_queue (self, pong, NULL);
    }

  return self->state != SB_SESSION_DEAD;
}

static gboolean
session_message_cb (gpointer user_data, SbOpcode opcode, guint8 *payload, gsize length)
{
  SbSession *self = user_data;

  if (self->state == SB_SESSION_OPEN) /* what comes after our close frame is read, for the client's own, but not heard */
    sb_session_take_message (self, opcode, payload, length);

  return self->state != SB_SESSION_DEAD;
}

static const SbFrameReaderFuncs reader_funcs = { session_message_cb, session_control_cb };

/* Whoever lingers is not heard any more. TRUE: it holds more than before. */
static gboolean
session_count_arriving (SbSession *self)
{
  gsize before = self->arriving;

  if (self->state == SB_SESSION_DEAD)
    return FALSE;
  if (self->state == SB_SESSION_LINGERING)
    sb_frame_reader_clear (&self->reader);
  self->arriving = sb_frame_reader_get_memory (&self->reader);
  if (self->arriving != before)
    sb_counter_add (self->lane->totals.arriving, self->arriving - before);

  return self->arriving > before;
}

void
sb_session_stop_hearing (SbSession *self)
{
  if (self->state == SB_SESSION_OPEN)
    sb_counter_add (self->lane->totals.closed_busy, 1);
  sb_session_close (self, 1013, "too much at once", SB_CLOSED_BY_SERVER, FALSE);
  session_linger (self);
  session_count_arriving (self);
}

void
sb_session_receive (SbSession *self, guint8 *data, gsize length)
{
  SbFrameError error;

  self->heard_at = self->lane->now;
  if (!self->farewell)
    {
      sb_counter_add (self->peer->counters.bytes_in, length);
      sb_counter_add (self->lane->totals.bytes_in, length);
    }
  if (self->state == SB_SESSION_LINGERING || self->state == SB_SESSION_DEAD)
    return;

  if (!sb_frame_reader_push (&self->reader, data, length, &reader_funcs, self, &error))
    {
      sb_session_take_broken (self, &error);
      if (error.close_code == 1013 && self->state == SB_SESSION_OPEN)
        sb_counter_add (self->lane->totals.closed_busy, 1);
      sb_session_close (self, error.close_code, error.reason, SB_CLOSED_BY_SERVER, FALSE);
      session_linger (self); /* after a broken frame there is no telling where the client's close frame would begin */
    }
  if (session_count_arriving (self))
    sb_lane_limit_arriving (self->lane);
}

gboolean
sb_session_read (SbSession *self)
{
  for (guint i = 0; i < READS_A_TURN && self->state != SB_SESSION_DEAD; i++)
    {
      if (G_UNLIKELY (sb_lane_is_congested (self->lane)))
        return TRUE;

      gssize n = sb_lane_stream_read (&self->stream, self->lane->buffer, SB_LANE_BUFFER);

      if (n < 0 && errno == EAGAIN)
        return FALSE;
      if (n == 0 && self->state == SB_SESSION_LINGERING && sb_lane_stream_get_backlog (&self->stream) > 0)
        {
          /* Who has said its last word may hang up its end of the line, and still hears the other. */
          self->ended = true;
          return FALSE;
        }
      if (n <= 0)
        {
          session_lose (self);
          return FALSE;
        }
      sb_session_receive (self, self->lane->buffer, n);

      /* The descriptor is edge-triggered: a short read has emptied it. What TLS holds is not announced by any
       * descriptor. */
      if (n < SB_LANE_BUFFER && !sb_lane_stream_is_tls (&self->stream) && !self->hung_up)
        return FALSE;
    }

  return self->state != SB_SESSION_DEAD;
}

void
sb_session_ready (SbSession *self, guint32 events)
{
  if (self->state == SB_SESSION_DEAD)
    return;

  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    self->hung_up = true; /* then reading goes on until it says so itself: what came before the end counts */
  /* What TLS waits for may be in what comes. */
  if (((events & EPOLLOUT) || sb_lane_stream_is_tls (&self->stream)) && sb_lane_stream_get_backlog (&self->stream) > 0)
    sb_lane_touch (self->lane, self);
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    if (sb_session_read (self))
      sb_lane_read_again (self->lane, self);
}

/* --- What the client gets --------------------------------------------------------------------- */

/* The way of every message to every receiver: it touches nothing but the session, allocates nothing and locks
 * nothing. */
gboolean
sb_session_give (SbSession *self, SbFrame *frame, SbReceipt *receipt)
{
  gsize backlog = sb_lane_stream_get_backlog (&self->stream);
  SbFrame *given = frame;

  if (self->window_bits > 0 && self->lane->limits.compression && frame->opcode < SB_OPCODE_CLOSE)
    frame = sb_deflate_get_frame (&self->lane->deflate, given, self->window_bits);

  if (G_UNLIKELY (backlog + frame->length > self->lane->limits.max_backlog && backlog > 0))
    {
      if (frame->opcode < SB_OPCODE_CLOSE)
        sb_lane_stream_count_dropped (&self->stream);
      if (receipt != NULL)
        sb_receipt_dropped (receipt, self->peer, SB_MISSED_BACKLOG);
      if (self->state == SB_SESSION_OPEN)
        sb_counter_add (self->lane->totals.closed_slow, 1);
      sb_session_shed (self, SB_MISSED_BACKLOG);
      return FALSE;
    }

  if (frame != given)
    {
      sb_frame_ref (frame);
      sb_frame_unref (given);
    }
  sb_lane_stream_queue (&self->stream, frame, receipt);
  if (!sb_lane_stream_is_blocked (&self->stream))
    sb_lane_touch (self->lane, self);

  return TRUE;
}

gboolean
sb_session_queue (SbSession *self, SbFrame *frame, SbReceipt *receipt)
{
  sb_frame_ref (frame);
  if (sb_session_give (self, frame, receipt))
    return TRUE;

  sb_frame_unref (frame);

  return FALSE;
}

void
sb_session_flush (SbSession *self)
{
  if (self->state == SB_SESSION_DEAD)
    return;

  SbCounters *counters = &self->peer->counters;
  guint64 n_before = sb_counter_get (counters->messages_out);
  SbFlush outcome = sb_lane_stream_flush (&self->stream, &self->lane->batch);

  if (sb_counter_get (counters->messages_out) != n_before)
    sb_counter_set (counters->last_message, self->lane->real_now);

  switch (outcome)
    {
    case SB_FLUSH_DONE:
      if (self->ended || self->state == SB_SESSION_LINGERING)
        sb_lane_stream_shutdown (&self->stream);
      if (self->ended)
        session_die (self);
      break;
    case SB_FLUSH_BLOCKED:
      break;
    case SB_FLUSH_BROKEN:
      session_lose (self);
      break;
    default:
      g_assert_not_reached ();
    }
}
