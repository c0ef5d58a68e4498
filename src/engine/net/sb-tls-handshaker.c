/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-tls-handshaker.h"

struct _SbTlsHandshaker
{
  SbLane *lane;
  SbTlsHandshakenFunc func;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

/* Belongs to the one source that it waits for: at last one of the lane's context. */
typedef struct
{
  SbTlsHandshaker *handshaker; /* not to be looked at by the last one */
  SbTlsHandshakenFunc func;
  SbTlsStream *stream;
  gboolean failed;
  gpointer data;
  GDestroyNotify data_free;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  if (self == NULL)
    return;
  if (self->data != NULL)
    self->data_free (self->data);
  g_object_unref (self->stream);
  g_free (self);
}

/* What a source has in hand: it may give the job away while it runs. */
static void
hand_free (gpointer data)
{
  Job **hand = data;

  job_free (*hand);
  g_free (hand);
}

/* Takes @job. */
static void
attach (Job *job, GSource *source, GSourceFunc func, GMainContext *context)
{
  Job **hand = g_new (Job *, 1);

  *hand = job;
  g_source_set_callback (source, func, hand, hand_free);
  g_source_attach (source, context);
  g_source_unref (source);
}

static void
attach_now (Job *job, GSourceFunc func, GMainContext *context)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  attach (job, source, func, context);
}

/* On the lane's thread: a failed one, too, for what goes with it is that thread's. */
static gboolean
done_cb (gpointer user_data)
{
  Job *job = *(Job **) user_data;

  if (!job->failed)
    job->func (job->stream, g_steal_pointer (&job->data));

  return G_SOURCE_REMOVE;
}

/* --- on its thread --- */

static gboolean step_cb (gpointer user_data);

static gboolean
ready_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  return step_cb (user_data);
}

static void
wait_for (Job *job, GIOCondition condition)
{
  GSocket *socket = g_socket_connection_get_socket (sb_tls_stream_get_base (job->stream));

  attach (job, g_socket_create_source (socket, condition, NULL), G_SOURCE_FUNC (ready_cb), job->handshaker->context);
}

static gboolean
step_cb (gpointer user_data)
{
  Job *job = g_steal_pointer ((Job **) user_data);
  SbTlsStep step = sb_tls_stream_handshake (job->stream);

  switch (step)
    {
    case SB_TLS_WAITS_TO_READ: wait_for (job, G_IO_IN); break;
    case SB_TLS_WAITS_TO_WRITE: wait_for (job, G_IO_OUT); break;
    case SB_TLS_DONE:
    case SB_TLS_FAILED:
    default:
      job->failed = step != SB_TLS_DONE;
      attach_now (job, done_cb, job->handshaker->lane->context);
      break;
    }

  return G_SOURCE_REMOVE;
}

static gpointer
handshaker_thread (gpointer user_data)
{
  SbTlsHandshaker *self = user_data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

/* --- on the lane's --- */

SbTlsHandshaker *
sb_tls_handshaker_new (SbLane *lane, SbTlsHandshakenFunc func)
{
  SbTlsHandshaker *self = g_new0 (SbTlsHandshaker, 1);

  self->lane = lane;
  self->func = func;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("tls", handshaker_thread, self);

  return self;
}

void
sb_tls_handshaker_free (SbTlsHandshaker *self)
{
  g_autoptr (GSource) quit = g_idle_source_new ();

  g_source_set_callback (quit, quit_cb, self->loop, NULL);
  g_source_set_priority (quit, G_PRIORITY_HIGH);
  g_source_attach (quit, self->context);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context); /* and with it what still waits */
  g_free (self);
}

void
sb_tls_handshaker_push (SbTlsHandshaker *self, GSocketConnection *connection, SbTlsCredentials *credentials, gpointer data,
                        GDestroyNotify data_free)
{
  Job *job = g_new0 (Job, 1);

  job->handshaker = self;
  job->func = self->func;
  job->stream = sb_tls_stream_new (connection, credentials);
  job->data = data;
  job->data_free = data_free;
  attach_now (job, step_cb, self->context);
}
