/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-control"

#include "control/sb-control-follower.h"

#include "control/sb-control-private.h"

/* A piece of the body: lines are made until it has this many bytes, and no more before all of it is written. */
#define PIECE (64 << 10)
/* Comings and goings that wait for their turn; more are counted. */
#define MAX_EVENTS 10000
/* Lines are made in slices, so that whoever else needs the main thread waits no longer than this. */
#define SLICE G_TIME_SPAN_MILLISECOND

/* Somebody came or went. */
typedef struct
{
  gint64 time; /* real time, µs */
  SbClient *client;
  gboolean left;
} Event;

struct _SbFollower
{
  SbEngine *engine;
  SbTrafficLog *log;
  SbTrafficFilter filter;
  GSocketConnection *connection;
  GSocket *socket; /* of it */
  gboolean chunked;
  SbFollowerGoneFunc gone;
  gpointer user_data;

  guint64 next;       /* serial of the message to look at next */
  guint64 n_missed;   /* to be told; so the next */
  guint64 n_not_kept;
  guint64 n_not_kept_before; /* as the log had it last */
  GQueue events;      /* (element-type Event), the oldest first */

  GString *out;       /* on its way */
  gsize n_written;    /* of it */
  guint idle;
  GSource *writable;  /* NULL: not waited for */
  GSource *hang_up;
};

static void
event_free (gpointer data)
{
  Event *self = data;

  g_object_unref (self->client);
  g_free (self);
}

/* --- lines --- */

static JsonObject *
begin_line (const char *event)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "event", event);

  return object;
}

/* Takes @object. */
static void
add_line (GString *body, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = json_to_string (node, FALSE);

  g_string_append (body, text);
  g_string_append_c (body, '\n');
  json_object_unref (object);
}

/* {"event": "missed", "missed": 120} */
static void
add_count (GString *body, const char *event, guint64 n)
{
  JsonObject *object = begin_line (event);

  json_object_set_int_member (object, event, (gint64) n);
  add_line (body, object);
}

static void
add_event (SbFollower *self, GString *body)
{
  Event *event = g_queue_pop_head (&self->events);
  JsonObject *object = begin_line (event->left ? "left" : "joined");

  sb_json_set_time (object, "time", event->time);
  sb_json_set_peer (object, sb_client_get_peer (event->client));
  if (event->left)
    sb_json_set_left (object, event->client);
  add_line (body, object);
  event_free (event);
}

static void
add_numbers (SbFollower *self, GString *body)
{
  guint64 begin = sb_traffic_log_get_begin (self->log);

  if (self->next < begin)
    {
      self->n_missed += begin - self->next;
      self->next = begin;
    }
  if (self->n_missed > 0)
    add_count (body, "missed", self->n_missed);
  if (self->n_not_kept > 0)
    add_count (body, "not_kept", self->n_not_kept);
  self->n_missed = 0;
  self->n_not_kept = 0;
}

/* Looks at what comes next, which may be worth no line. FALSE: there is nothing. */
static gboolean
add_next (SbFollower *self, GString *body)
{
  const Event *event = g_queue_peek_head (&self->events);
  guint64 begin = sb_traffic_log_get_begin (self->log);
  const SbTrafficRecord *record = sb_traffic_log_peek (self->log, (guint) (self->next - begin));

  /* What came in one batch is told in the order in which it happened. */
  if (event != NULL && (record == NULL || event->time < record->time))
    {
      add_event (self, body);
      return TRUE;
    }
  if (record == NULL)
    return FALSE;

  self->next++;
  if (sb_traffic_filter_passes (&self->filter, record))
    {
      JsonObject *object = begin_line ("message");

      sb_json_set_traffic (object, record, self->next, FALSE);
      add_line (body, object);
    }

  return TRUE;
}

static void
add_piece (SbFollower *self, const GString *body)
{
  if (body->len > 0 && self->chunked) /* RFC 9112 §7.1 */
    g_string_append_printf (self->out, "%zx\r\n", body->len);
  g_string_append_len (self->out, body->str, (gssize) body->len);
  if (body->len > 0 && self->chunked)
    g_string_append (self->out, "\r\n");
}

/* Makes the next piece. FALSE: @deadline came before there was nothing left to say, or a whole piece of it. */
static gboolean
make_piece (SbFollower *self, gint64 deadline)
{
  g_autoptr (GString) body = g_string_new (NULL);
  gboolean in_time = TRUE;

  add_numbers (self, body);
  while (body->len < PIECE && in_time && add_next (self, body))
    in_time = g_get_monotonic_time () < deadline;

  add_piece (self, body);

  return in_time;
}

/* --- writing --- */

static void schedule (SbFollower *self);

static gboolean
writable_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  SbFollower *self = user_data;

  g_clear_pointer (&self->writable, g_source_unref);
  schedule (self);

  return G_SOURCE_REMOVE;
}

static void
wait_until_writable (SbFollower *self)
{
  self->writable = g_socket_create_source (self->socket, G_IO_OUT, NULL);
  g_source_set_callback (self->writable, G_SOURCE_FUNC (writable_cb), self, NULL);
  g_source_attach (self->writable, g_main_context_get_thread_default ());
}

typedef enum
{
  ALL_WRITTEN,
  WOULD_BLOCK,
  GONE,
} Written;

static Written
write_out (SbFollower *self)
{
  while (self->n_written < self->out->len)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_socket_send_with_blocking (self->socket, self->out->str + self->n_written, self->out->len - self->n_written, FALSE,
                                              NULL, &error);

      if (n < 0)
        return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? WOULD_BLOCK : GONE;
      self->n_written += (gsize) n;
    }
  g_string_truncate (self->out, 0);
  self->n_written = 0;

  return ALL_WRITTEN;
}

static gboolean
idle_cb (gpointer user_data)
{
  SbFollower *self = user_data;
  gint64 deadline = g_get_monotonic_time () + SLICE;
  gboolean in_time = TRUE;
  Written written;

  while ((written = write_out (self)) == ALL_WRITTEN && in_time)
    {
      in_time = make_piece (self, deadline);
      if (self->out->len == 0 && in_time)
        {
          self->idle = 0;
          return G_SOURCE_REMOVE;
        }
    }
  if (written == ALL_WRITTEN)
    return G_SOURCE_CONTINUE;

  self->idle = 0;
  if (written == WOULD_BLOCK)
    wait_until_writable (self);
  else
    self->gone (self, self->user_data);

  return G_SOURCE_REMOVE;
}

/* Later, when the batch is complete that brings the news, and whoever has more to hurry for has had its turn. */
static void
schedule (SbFollower *self)
{
  if (self->idle == 0 && self->writable == NULL)
    self->idle = g_idle_add (idle_cb, self);
}

/* --- news --- */

static void
came_or_went (SbFollower *self, SbClient *client, gboolean has_left)
{
  Event *event;

  if (!sb_traffic_filter_wants_peer (&self->filter, sb_client_get_peer (client)))
    return;
  schedule (self);
  if (self->events.length == MAX_EVENTS)
    {
      self->n_missed++;
      return;
    }
  event = g_new (Event, 1);
  *event = (Event){ .time = has_left ? sb_client_get_left_at (client) : sb_client_get_peer (client)->joined_at,
                    .client = g_object_ref (client),
                    .left = has_left };
  g_queue_push_tail (&self->events, event);
}

static void
joined_cb (SbFollower *self, SbClient *client)
{
  came_or_went (self, client, FALSE);
}

static void
left_cb (SbFollower *self, SbClient *client)
{
  came_or_went (self, client, TRUE);
}

/* Whoever clears the log has it begin from 0 again. */
static void
not_kept_cb (SbFollower *self)
{
  guint64 n = sb_traffic_log_get_n_not_kept (self->log);

  self->n_not_kept += n >= self->n_not_kept_before ? n - self->n_not_kept_before : n;
  self->n_not_kept_before = n;
  schedule (self);
}

/* HTTP has nothing more to say from that side, so anything that comes from there is only a sign of life. */
static gboolean
hang_up_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  SbFollower *self = user_data;

  self->gone (self, self->user_data);

  return G_SOURCE_REMOVE;
}

/* --- from the first to the last --- */

SbFollower *
sb_follower_new (SbEngine *engine, SbTrafficFilter *filter, guint64 next, GSocketConnection *connection, gboolean chunked,
                 SbFollowerGoneFunc gone, gpointer user_data)
{
  SbFollower *self = g_new0 (SbFollower, 1);
  SbClientList *clients = sb_engine_get_clients (engine);

  self->engine = g_object_ref (engine);
  self->log = sb_engine_get_traffic (engine);
  self->filter = *filter;
  *filter = (SbTrafficFilter){ .direction = -1 };
  self->next = next;
  self->n_not_kept_before = sb_traffic_log_get_n_not_kept (self->log);
  self->connection = g_object_ref (connection);
  self->socket = g_socket_connection_get_socket (connection);
  self->chunked = chunked;
  self->gone = gone;
  self->user_data = user_data;
  g_queue_init (&self->events);
  self->out = g_string_new ("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nCache-Control: no-store\r\nConnection: close\r\n");
  g_string_append (self->out, chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");

  g_signal_connect_swapped (self->log, "items-changed", G_CALLBACK (schedule), self);
  g_signal_connect_swapped (self->log, "notify::n-not-kept", G_CALLBACK (not_kept_cb), self);
  g_signal_connect_swapped (clients, "joined", G_CALLBACK (joined_cb), self);
  g_signal_connect_swapped (clients, "left", G_CALLBACK (left_cb), self);
  self->hang_up = g_socket_create_source (self->socket, G_IO_HUP, NULL);
  g_source_set_callback (self->hang_up, G_SOURCE_FUNC (hang_up_cb), self, NULL);
  g_source_attach (self->hang_up, g_main_context_get_thread_default ());
  schedule (self);

  return self;
}

void
sb_follower_end (SbFollower *self)
{
  gint64 deadline = g_get_monotonic_time () + SLICE;
  gboolean in_time = TRUE;

  while (in_time && write_out (self) == ALL_WRITTEN)
    {
      in_time = make_piece (self, deadline);
      if (self->out->len == 0)
        break;
    }
  if (write_out (self) == ALL_WRITTEN)
    {
      g_autoptr (GString) body = g_string_new (NULL);

      self->n_missed += sb_traffic_log_get_n_logged (self->log) - self->next + self->events.length;
      self->next = sb_traffic_log_get_n_logged (self->log);
      add_numbers (self, body);
      add_piece (self, body);
      if (self->chunked)
        g_string_append (self->out, "0\r\n\r\n");
      write_out (self);
    }
  sb_follower_free (self);
}

void
sb_follower_free (SbFollower *self)
{
  g_signal_handlers_disconnect_by_data (self->log, self);
  g_signal_handlers_disconnect_by_data (sb_engine_get_clients (self->engine), self);
  g_clear_handle_id (&self->idle, g_source_remove);
  if (self->writable != NULL)
    g_source_destroy (self->writable);
  g_clear_pointer (&self->writable, g_source_unref);
  g_source_destroy (self->hang_up);
  g_source_unref (self->hang_up);
  g_queue_clear_full (&self->events, event_free);
  sb_traffic_filter_clear (&self->filter);
  g_string_free (self->out, TRUE);
  g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  g_object_unref (self->connection);
  g_object_unref (self->engine);
  g_free (self);
}
