/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-test-wire.h"
#include "trial/sb-test-handshake.h"
#include <glib/gi18n.h>
#include <libsoup/soup.h>

#define SHARE 8 /* so many times as long as it takes to deal with what there is, more is left to gather */

struct _SbTestWire
{
  /* Constant. */
  GMainContext *owner;   /* where it is told */
  GMainContext *context; /* of the thread */
  GCancellable *cancellable;

  /* The owner's alone. */
  GFunc func; /* NULL: nobody is told any more */
  gpointer user_data;

  /* The thread's alone. */
  SbTestHandshake *handshake;
  SoupWebsocketConnection *connection;
  gboolean asked; /* to close */
  gboolean done;

  /* Of both. */
  GMutex mutex;
  GQueue events; /* (element-type SbTestWireEvent) */
  guint n_messages;
  gsize n_bytes;
  guint64 n_lost;
  gboolean waking;
  gint64 told_at; /* monotonic, µs: when who is told had done with it */
  gint64 cost;    /* µs: how long it took */
};

void
sb_test_wire_event_free (SbTestWireEvent *event)
{
  g_free (event->code);
  g_free (event->text);
  g_clear_pointer (&event->payload, g_bytes_unref);
  g_free (event);
}

static void
clear (gpointer data)
{
  SbTestWire *self = data;

  g_queue_clear_full (&self->events, (GDestroyNotify) sb_test_wire_event_free);
  g_clear_pointer (&self->handshake, sb_test_handshake_free);
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  g_main_context_unref (self->owner);
  g_mutex_clear (&self->mutex);
}

static void
release (gpointer self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* --- from the thread to the owner --- */

static gboolean
wake_cb (gpointer user_data)
{
  SbTestWire *self = user_data;
  gint64 began = g_get_monotonic_time ();

  if (self->func != NULL)
    self->func (self, self->user_data);
  g_mutex_lock (&self->mutex);
  self->told_at = g_get_monotonic_time ();
  self->cost = self->told_at - began;
  g_mutex_unlock (&self->mutex);
  return G_SOURCE_REMOVE;
}

/* With the mutex. The first that comes is told at once, in a flood many at a time, so that most of the time is left for all else; and what
 * is to be drawn goes first. */
static void
wake (SbTestWire *self)
{
  gint64 pause = MAX (SB_TEST_WIRE_PERIOD * G_TIME_SPAN_MILLISECOND, self->cost * SHARE);
  gint64 next = self->told_at + MIN (pause, G_TIME_SPAN_SECOND);
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GSource) source = NULL;

  if (self->waking)
    return;
  self->waking = TRUE;
  source = g_timeout_source_new (next > now ? (guint) ((next - now) / G_TIME_SPAN_MILLISECOND) : 0);
  g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback (source, wake_cb, g_atomic_rc_box_acquire (self), release);
  g_source_attach (source, self->owner);
}

/* With the mutex: the oldest messages go, what else happened stays. */
static void
make_room (SbTestWire *self)
{
  GList *link = self->events.head;

  while (link != NULL && (self->n_messages > SB_TEST_WIRE_MAX_MESSAGES || self->n_bytes > SB_TEST_WIRE_MAX_BYTES))
    {
      GList *next = link->next;
      SbTestWireEvent *event = link->data;

      if (event->kind == SB_TEST_WIRE_MESSAGE)
        {
          self->n_messages--;
          self->n_bytes -= g_bytes_get_size (event->payload);
          self->n_lost++;
          sb_test_wire_event_free (event);
          g_queue_delete_link (&self->events, link);
        }
      link = next;
    }
}

static void
tell (SbTestWire      *self,
      SbTestWireEvent *event /* transfer full */)
{
  event->time = g_get_real_time ();
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->events, event);
  if (event->kind == SB_TEST_WIRE_MESSAGE)
    {
      self->n_messages++;
      self->n_bytes += g_bytes_get_size (event->payload);
      make_room (self);
    }
  wake (self);
  g_mutex_unlock (&self->mutex);
}

static void
message_cb (SoupWebsocketConnection *connection,
            SoupWebsocketDataType    type,
            GBytes                  *message,
            SbTestWire              *self)
{
  SbTestWireEvent *event = g_new0 (SbTestWireEvent, 1);
  gsize size;
  const void *bytes = g_bytes_get_data (message, &size);

  event->kind = SB_TEST_WIRE_MESSAGE;
  event->binary = type == SOUP_WEBSOCKET_DATA_BINARY;
  event->size = size;
  /* A slice would hold all of it. */
  event->payload = size > SB_TEST_WIRE_MAX_KEPT ? g_bytes_new (bytes, SB_TEST_WIRE_MAX_KEPT) : g_bytes_ref (message);
  tell (self, event);
}

static void
closed_cb (SoupWebsocketConnection *connection,
           SbTestWire              *self)
{
  SbTestWireEvent *event = g_new0 (SbTestWireEvent, 1);
  const char *reason = soup_websocket_connection_get_close_data (connection);

  event->kind = SB_TEST_WIRE_CLOSED;
  event->number = soup_websocket_connection_get_close_code (connection);
  event->asked = self->asked;
  event->text = reason != NULL && *reason != '\0' ? g_utf8_make_valid (reason, -1) : NULL;
  self->done = TRUE;
  tell (self, event);
}

/* --- the thread --- */

static void
tell_failure (SbTestWire   *self,
              const GError *error)
{
  SbTestWireEvent *event = g_new0 (SbTestWireEvent, 1);

  event->kind = SB_TEST_WIRE_FAILED;
  event->text = g_strdup (error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      event->kind = SB_TEST_WIRE_CLOSED;
      event->asked = TRUE;
      g_clear_pointer (&event->text, g_free);
    }
  else if (error->domain == SB_TEST_HANDSHAKE_REFUSED)
    {
      event->kind = SB_TEST_WIRE_REFUSED;
      event->number = (guint) error->code;
      event->code = g_strdup (sb_test_handshake_get_refusal (self->handshake));
    }
  tell (self, event);
}

static void
talk (SbTestWire *self,
      GIOStream  *stream)
{
  g_autoptr (SoupWebsocketConnection) connection =
      soup_websocket_connection_new (stream, sb_test_handshake_get_uri (self->handshake), SOUP_WEBSOCKET_CONNECTION_CLIENT, NULL, NULL, NULL);
  SbTestWireEvent *event = g_new0 (SbTestWireEvent, 1);

  /* How large a message may be, the server says. */
  soup_websocket_connection_set_max_incoming_payload_size (connection, 0);
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  event->kind = SB_TEST_WIRE_OPENED;
  event->number = sb_test_handshake_get_port (self->handshake);
  tell (self, event);

  self->connection = connection;
  while (!self->done)
    g_main_context_iteration (self->context, TRUE);
  self->connection = NULL;
  g_signal_handlers_disconnect_by_data (connection, self);
}

static gpointer
run (gpointer data)
{
  SbTestWire *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = NULL;

  g_main_context_push_thread_default (self->context);
  stream = sb_test_handshake_run (self->handshake, self->cancellable, &error);
  if (stream != NULL)
    talk (self, stream);
  else
    tell_failure (self, error);
  g_main_context_pop_thread_default (self->context);
  release (self);
  return NULL;
}

/* --- from the owner to the thread --- */

typedef struct
{
  SbTestWire *wire; /* the thread holds it while it runs its context */
  GBytes *text;     /* NULL: close */
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_clear_pointer (&order->text, g_bytes_unref);
  g_free (order);
}

static gboolean
order_cb (gpointer user_data)
{
  Order *order = user_data;
  SbTestWire *self = order->wire;

  if (self->connection == NULL || soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return G_SOURCE_REMOVE;
  if (order->text != NULL)
    soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_TEXT, order->text);
  else
    {
      self->asked = TRUE;
      soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    }
  return G_SOURCE_REMOVE;
}

static void
give_order (SbTestWire *self,
            GBytes     *text)
{
  g_autoptr (GSource) source = g_timeout_source_new (0);
  Order *order = g_new0 (Order, 1);

  order->wire = self;
  order->text = text != NULL ? g_bytes_ref (text) : NULL;
  g_source_set_callback (source, order_cb, order, order_free);
  g_source_attach (source, self->context);
}

SbTestWire *
sb_test_wire_new (GUri            *uri,
                  const char      *secret,
                  GTlsCertificate *certificate,
                  GFunc            func,
                  gpointer         user_data)
{
  SbTestWire *self;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (func != NULL, NULL);

  self = g_atomic_rc_box_new0 (SbTestWire);
  self->owner = g_main_context_ref_thread_default ();
  self->context = g_main_context_new ();
  self->cancellable = g_cancellable_new ();
  self->handshake = sb_test_handshake_new (uri, secret, certificate);
  self->func = func;
  self->user_data = user_data;
  g_mutex_init (&self->mutex);
  g_queue_init (&self->events);
  g_thread_unref (g_thread_new ("test client", run, g_atomic_rc_box_acquire (self)));
  return self;
}

GPtrArray *
sb_test_wire_take (SbTestWire *self,
                   guint64    *n_lost)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_test_wire_event_free);
  SbTestWireEvent *event;

  g_return_val_if_fail (self != NULL, events);
  g_return_val_if_fail (n_lost != NULL, events);

  g_mutex_lock (&self->mutex);
  while ((event = g_queue_pop_head (&self->events)) != NULL)
    g_ptr_array_add (events, event);
  *n_lost = self->n_lost;
  self->n_lost = 0;
  self->n_messages = 0;
  self->n_bytes = 0;
  self->waking = FALSE;
  g_mutex_unlock (&self->mutex);
  return events;
}

void
sb_test_wire_send (SbTestWire *self,
                   GBytes     *text)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (text != NULL);

  give_order (self, text);
}

void
sb_test_wire_close (SbTestWire *self)
{
  g_return_if_fail (self != NULL);

  g_cancellable_cancel (self->cancellable);
  give_order (self, NULL);
}

void
sb_test_wire_free (SbTestWire *self)
{
  g_return_if_fail (self != NULL);

  self->func = NULL;
  sb_test_wire_close (self);
  release (self);
}
