/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-lane"

#include "net/sb-lane.h"

#include "net/sb-listener.h"
#include "net/sb-session.h"
#include "sb-ref-count.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_A_WAIT 256
#define WAITS_A_TURN 16 /* then the main context's other sources (the listener's) have theirs */

static __thread SbLane *current_lane;

typedef struct
{
  GSource source;
  SbLane *lane;
} LaneSource;

/* --- The turn ------------------------------------------------------------------------------- */

static void
lane_run_inbox (SbLane *self)
{
  eventfd_t count;

  eventfd_read (self->wake_fd, &count);
  pthread_mutex_lock (&self->inbox_lock);
  GArray *tasks = self->inbox;

  self->inbox = self->taken;
  self->taken = tasks;
  pthread_mutex_unlock (&self->inbox_lock);

  for (guint i = 0; i < tasks->len; i++)
    {
      SbLaneTask *task = &g_array_index (tasks, SbLaneTask, i);
      task->func (self, task->data);
    }
  g_array_set_size (tasks, 0);
}

static void
lane_flush_touched (SbLane *self)
{
  do
    {
      /* A flush may touch others (a broken session's leave is told to nobody here, but a closing one may be). */
      for (guint i = 0; i < self->touched->len; i++)
        {
          SbSession *session = g_ptr_array_index (self->touched, i);

          session->touched = false;
          sb_session_flush (session);
        }
      g_ptr_array_set_size (self->touched, 0);
      if (sb_holdings_take_grew (&self->holdings))
        sb_lane_limit_memory (self);
    }
  while (self->touched->len > 0);
}

static void
lane_run_deferred (SbLane *self)
{
  for (guint i = 0; i < self->deferred->len; i++)
    {
      SbLaneTask task = g_array_index (self->deferred, SbLaneTask, i);

      task.func (self, task.data);
    }
  g_array_set_size (self->deferred, 0);
}

static void
lane_post_outgoing (SbLane *self)
{
  for (guint i = 0; i < self->n_lanes; i++)
    {
      GArray *tasks = self->outgoing[i];
      SbLane *to = self->lanes[i];

      if (tasks->len == 0)
        continue;
      pthread_mutex_lock (&to->inbox_lock);
      gboolean was_empty = to->inbox->len == 0;
      g_array_append_vals (to->inbox, tasks->data, tasks->len);
      pthread_mutex_unlock (&to->inbox_lock);
      g_array_set_size (tasks, 0);
      if (was_empty)
        eventfd_write (to->wake_fd, 1);
    }
}

static void
lane_cut_all (SbLane *self)
{
  while (self->sessions->len > 0)
    sb_session_cut (g_ptr_array_index (self->sessions, self->sessions->len - 1));
}

/* A session that has said and heard its last word need not be waited for. */
static void
lane_check_drained (SbLane *self)
{
  if (self->drained == NULL)
    return;
  for (guint i = 0; i < self->sessions->len; i++)
    if (!sb_session_is_done (g_ptr_array_index (self->sessions, i)))
      return;
  lane_cut_all (self);

  void (*drained) (SbLane *, gpointer) = g_steal_pointer (&self->drained);
  sb_wheel_clear (&self->wheel, &self->drain_timer);
  drained (self, self->drained_data);
}

void
sb_lane_begin (SbLane *self)
{
  self->now = g_get_monotonic_time ();
  self->real_now = g_get_real_time ();
}

void
sb_lane_settle (SbLane *self)
{
  lane_flush_touched (self);
  sb_batch_clear (&self->batch);
  lane_check_drained (self);
  for (guint i = 0; i < self->gone->len; i++)
    sb_session_free (g_ptr_array_index (self->gone, i));
  g_ptr_array_set_size (self->gone, 0);
  sb_outbox_push (self->outbox, (SbEvent *) (gpointer) self->events->data, self->events->len);
  g_array_set_size (self->events, 0);
  lane_run_deferred (self);
  lane_post_outgoing (self);

  /* The next visit of the wheel, none when it is empty; at once where there is something to read that no descriptor
   * announces. What ends a congestion comes in by the inbox. */
  if (self->unread->len > 0 && !sb_lane_is_congested (self))
    g_source_set_ready_time (self->source, 0);
  else
    g_source_set_ready_time (self->source,
                             self->wheel.n_timers > 0 ? (self->now / SB_WHEEL_TICK + 1) * SB_WHEEL_TICK : -1);
}

/* One look at epoll. TRUE: there may be more to do at once. */
static gboolean
lane_serve (SbLane *self)
{
  struct epoll_event events[EVENTS_A_WAIT];
  int n = epoll_wait (self->epoll_fd, events, EVENTS_A_WAIT, 0);
  guint n_unread = self->unread->len;

  for (int i = 0; i < n; i++)
    {
      if (events[i].data.ptr == NULL)
        lane_run_inbox (self);
      else
        sb_session_ready (events[i].data.ptr, events[i].events);
    }

  /* Those that were read to the limit of a turn before: once more, unless it was just done. */
  for (guint i = 0; i < n_unread; i++)
    {
      SbSession *session = g_ptr_array_index (self->unread, i);

      session->unread = false;
      if (session->state != SB_SESSION_DEAD && sb_session_read (session))
        sb_lane_read_again (self, session);
    }
  g_ptr_array_remove_range (self->unread, 0, n_unread);

  /* What ends a congestion comes in by the inbox. */
  return n == EVENTS_A_WAIT || (self->unread->len > 0 && !sb_lane_is_congested (self));
}

static gboolean
lane_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  SbLane *self = ((LaneSource *) source)->lane;
  guint waits = 0;
  gboolean more;

  sb_lane_begin (self);
  do
    {
      more = lane_serve (self);
      lane_flush_touched (self);
    }
  while (more && ++waits < WAITS_A_TURN);

  sb_wheel_advance (&self->wheel, self->now);
  sb_lane_settle (self);
  if (more)
    g_source_set_ready_time (source, 0);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs lane_source_funcs = { .dispatch = lane_dispatch };

gboolean
sb_lane_is_congested (const SbLane *self)
{
  return self->relayed > SB_LANE_MAX_RELAYED;
}

/* --- Asking ----------------------------------------------------------------------------------- */

void
sb_lane_post (SbLane *self, SbLaneFunc func, gpointer data)
{
  SbLaneTask task = { func, data };

  pthread_mutex_lock (&self->inbox_lock);
  gboolean was_empty = self->inbox->len == 0;
  g_array_append_val (self->inbox, task);
  pthread_mutex_unlock (&self->inbox_lock);
  if (was_empty)
    eventfd_write (self->wake_fd, 1);
}

void
sb_lane_pass (SbLane *self, SbLane *to, SbLaneFunc func, gpointer data)
{
  SbLaneTask task = { func, data };

  g_assert (current_lane == self);
  g_array_append_val (self->outgoing[to->index], task);
}

void
sb_lane_tell (SbLane *self, SbEvent *event)
{
  event->time = self->real_now;
  if (event->kind == SB_EVENT_TRAFFIC)
    event->traffic.time = event->time;
  g_array_append_vals (self->events, event, 1);
}

void
sb_lane_defer (SbLane *self, SbLaneFunc func, gpointer data)
{
  SbLaneTask task = { func, data };

  g_array_append_val (self->deferred, task);
}

void
sb_lane_touch (SbLane *self, SbSession *session)
{
  if (session->touched)
    return;
  session->touched = true;
  g_ptr_array_add (self->touched, session);
}

void
sb_lane_read_again (SbLane *self, SbSession *session)
{
  if (session->unread)
    return;
  session->unread = true;
  g_ptr_array_add (self->unread, session);
}

/* --- Relaying -------------------------------------------------------------------------------- */

/* A message on its way through several lanes, or an entry of the log that has to wait behind one. */
typedef struct
{
  SbRefCount n_lanes;
  _Atomic guint reached;
  _Atomic guint dropped;
  SbLane *origin;
  SbFrame *frame; /* NULL: nothing is on its way */
  SbEvent event;
  gsize weight;     /* bytes it keeps, about */
  gboolean settled; /* for the origin alone */
  GList link;       /* in the origin's queue */
} Relay;

/* On the origin: tells what is settled, up to the first that is not, so that the log keeps the order in which the lane
 * heard it. */
static void
relay_settle_task (SbLane *lane, gpointer data)
{
  Relay *self = data;

  self->settled = TRUE;
  while (lane->relays.head != NULL && (self = lane->relays.head->data)->settled)
    {
      g_queue_unlink (&lane->relays, &self->link);
      lane->relayed -= self->weight;
      self->event.traffic.reached = atomic_load (&self->reached);
      self->event.traffic.dropped = atomic_load (&self->dropped);
      sb_lane_tell (lane, &self->event);
      g_clear_pointer (&self->frame, sb_frame_unref);
      g_free (self);
    }
}

static void
relay_done (SbLane *lane, Relay *self)
{
  if (!sb_ref_count_dec (&self->n_lanes))
    return;

  if (lane == self->origin)
    relay_settle_task (lane, self);
  else
    sb_lane_pass (lane, self->origin, relay_settle_task, self);
}

static Relay *
relay_new (SbLane *origin, gsize payload)
{
  Relay *self = g_new0 (Relay, 1);

  sb_ref_count_init (&self->n_lanes);
  self->origin = origin;
  self->weight = sizeof *self + payload;
  origin->relayed += self->weight;
  self->link.data = self;
  g_queue_push_tail_link (&origin->relays, &self->link);

  return self;
}

void
sb_lane_log (SbLane *self, SbEvent *event)
{
  if (self->relays.head == NULL)
    {
      sb_lane_tell (self, event);
      return;
    }

  Relay *entry = relay_new (self, event->traffic.size);

  entry->event = *event;
  relay_done (self, entry);
}

static void
relay_here (SbLane *lane, Relay *self, SbSession *sender)
{
  SbReach reach = sb_router_relay (&lane->router, self->event.traffic.peer->channel, sender, self->frame);

  atomic_fetch_add (&self->reached, reach.reached);
  atomic_fetch_add (&self->dropped, reach.dropped);
  relay_done (lane, self);
}

static void
relay_task (SbLane *lane, gpointer data)
{
  relay_here (lane, data, NULL);
}

static void
traffic_event_init (SbEvent *event, SbSession *sender, SbFrame *frame)
{
  *event = (SbEvent) {
    .kind = SB_EVENT_TRAFFIC,
    .traffic = {
      .peer = sb_peer_ref (sender->peer),
      .payload = sb_frame_get_payload (frame),
      .size = frame->length - frame->header_length,
      .direction = SB_DIRECTION_FROM_CLIENT,
      .binary = frame->opcode == SB_OPCODE_BINARY,
      .sequence = sender->sequence,
      .offset = G_MAXUINT64,
    },
  };
}

void
sb_lane_relay (SbLane *self, SbSession *sender, SbFrame *frame)
{
  if (self->n_lanes == 1)
    {
      SbEvent event;
      SbReach reach = sb_router_relay (&self->router, sender->peer->channel, sender, frame);

      traffic_event_init (&event, sender, frame);
      event.traffic.reached = reach.reached;
      event.traffic.dropped = reach.dropped;
      sb_lane_tell (self, &event);
      return;
    }

  Relay *relay = relay_new (self, frame->length);

  relay->frame = sb_frame_ref (frame);
  traffic_event_init (&relay->event, sender, frame);
  for (guint i = 0; i < self->n_lanes; i++)
    if (i != self->index)
      {
        sb_ref_count_inc (&relay->n_lanes);
        sb_lane_pass (self, self->lanes[i], relay_task, relay);
      }
  relay_here (self, relay, sender);
}

static void
release_task (SbLane *lane, gpointer data)
{
  SbPeer *peer = data;

  if (lane->listener != NULL)
    sb_listener_release (lane->listener, peer);
  sb_peer_unref (peer);
}

void
sb_lane_release (SbLane *self, SbPeer *peer)
{
  if (self->index == 0)
    release_task (self, sb_peer_ref (peer));
  else
    sb_lane_pass (self, self->lanes[0], release_task, sb_peer_ref (peer));
}

/* --- Draining ----------------------------------------------------------------------------------- */

static void
drain_timer_cb (SbTimer *timer)
{
  lane_cut_all (SB_CONTAINER_OF (timer, SbLane, drain_timer));
}

void
sb_lane_drain (SbLane *self, guint16 code, const char *reason, guint timeout,
               void (*func) (SbLane *lane, gpointer user_data), gpointer user_data)
{
  self->draining = TRUE;
  self->drain_timeout = timeout;
  self->drained = func;
  self->drained_data = user_data;
  for (guint i = self->sessions->len; i-- > 0;)
    sb_session_close (g_ptr_array_index (self->sessions, i), code, reason, SB_CLOSED_BY_SERVER, FALSE);
  if (timeout == 0)
    drain_timer_cb (&self->drain_timer);
  else
    sb_wheel_set (&self->wheel, &self->drain_timer, self->now + timeout * G_TIME_SPAN_SECOND, drain_timer_cb);
}

/* --- Life ------------------------------------------------------------------------------------------ */

SbLane *
sb_lane_new (guint index, SbLane **lanes, guint n_lanes, SbOutbox *outbox)
{
  SbLane *self = g_new0 (SbLane, 1);

  self->index = index;
  self->lanes = lanes;
  self->n_lanes = n_lanes;
  self->outbox = outbox;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->wake_fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (self->epoll_fd < 0 || self->wake_fd < 0)
    g_error ("cannot make a lane: %s", g_strerror (errno));
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->wake_fd, &(struct epoll_event) { .events = EPOLLIN });

  pthread_mutex_init (&self->inbox_lock, NULL);
  self->inbox = g_array_new (FALSE, FALSE, sizeof (SbLaneTask));
  self->taken = g_array_new (FALSE, FALSE, sizeof (SbLaneTask));
  self->buffer = g_malloc (SB_LANE_BUFFER);
  sb_deflate_init (&self->deflate);
  sb_rule_checker_init (&self->checker);
  sb_session_limits_init (&self->limits);
  sb_lane_begin (self);
  sb_wheel_init (&self->wheel, self->now);
  sb_router_init (&self->router);
  sb_holdings_init (&self->holdings, &self->totals);
  self->sessions = g_ptr_array_new ();
  self->touched = g_ptr_array_new ();
  self->unread = g_ptr_array_new ();
  self->gone = g_ptr_array_new ();
  self->events = g_array_new (FALSE, FALSE, sizeof (SbEvent));
  self->deferred = g_array_new (FALSE, FALSE, sizeof (SbLaneTask));
  self->outgoing = g_new (GArray *, n_lanes);
  for (guint i = 0; i < n_lanes; i++)
    self->outgoing[i] = g_array_new (FALSE, FALSE, sizeof (SbLaneTask));

  self->source = g_source_new (&lane_source_funcs, sizeof (LaneSource));
  ((LaneSource *) self->source)->lane = self;
  g_source_set_static_name (self->source, "SbLane");
  /* It never runs its context from within; but for one that might not, GLib takes the descriptor out of the poll for
   * each dispatch and puts it back, which is two writes to its eventfd and a turn to read them: more than the lane's
   * own work for a message. */
  g_source_set_can_recurse (self->source, TRUE);
  g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_attach (self->source, self->context);

  return self;
}

static gpointer
lane_thread (gpointer user_data)
{
  SbLane *self = user_data;

  current_lane = self;
  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  if (self->listener != NULL)
    g_clear_pointer (&self->listener, sb_listener_free);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

void
sb_lane_start (SbLane *self)
{
  g_autofree char *name = g_strdup_printf ("lane-%u", self->index);

  self->thread = g_thread_new (name, lane_thread, self);
}

static void
quit_task (SbLane *lane, gpointer data)
{
  g_main_loop_quit (lane->loop);
}

void
sb_lane_join (SbLane *self)
{
  sb_lane_post (self, quit_task, NULL);
  g_thread_join (g_steal_pointer (&self->thread));
}

/* Tasks are done, not thrown away, so that nothing they carry is lost or leaked. */
void
sb_lane_finish (SbLane *self)
{
  current_lane = self;
  sb_lane_begin (self);
  lane_cut_all (self);
  sb_lane_settle (self);
  lane_run_inbox (self);
  sb_lane_settle (self);
  current_lane = NULL;
}

void
sb_lane_free (SbLane *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  close (self->epoll_fd);
  close (self->wake_fd);
  for (guint i = 0; i < self->n_lanes; i++)
    g_array_unref (self->outgoing[i]);
  g_free (self->outgoing);
  g_array_unref (self->deferred);
  g_array_unref (self->events);
  g_ptr_array_unref (self->gone);
  g_ptr_array_unref (self->unread);
  g_ptr_array_unref (self->touched);
  g_ptr_array_unref (self->sessions);
  sb_router_clear (&self->router);
  sb_holdings_clear (&self->holdings);
  sb_deflate_clear (&self->deflate);
  sb_rule_checker_clear (&self->checker);
  g_free (self->buffer);
  g_array_unref (self->taken);
  g_array_unref (self->inbox);
  pthread_mutex_destroy (&self->inbox_lock);
  g_free (self);
}
