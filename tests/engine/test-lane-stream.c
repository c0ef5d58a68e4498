/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-lane-stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_STREAMS 5
#define N_SHARED 24

/* A stream, its other end, and what should come out there. */
typedef struct
{
  SbLaneStream stream;
  SbPeer *peer;
  int far;
  GByteArray *expected; /* of all frames that were queued and not dropped */
  GByteArray *received;
  guint n_queued;
  guint n_discarded;
} Pipe;

typedef struct
{
  SbLaneTotals totals;
  SbHoldings holdings;
  SbBatch batch;
  Pipe pipes[N_STREAMS];
  GPtrArray *frames; /* one reference each, to see at the end that no other is left */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  sb_holdings_init (&self->holdings, &self->totals);
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_frame_unref);
  for (guint i = 0; i < N_STREAMS; i++)
    {
      Pipe *pipe = &self->pipes[i];
      int fds[2];
      int size = 1; /* as small as the kernel makes it */

      g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds));
      g_assert_no_errno (setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
      pipe->peer = sb_peer_new ();
      sb_lane_stream_init (&pipe->stream, fds[0], NULL, pipe->peer, &self->totals, &self->holdings);
      pipe->far = fds[1];
      pipe->expected = g_byte_array_new ();
      pipe->received = g_byte_array_new ();
    }
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < N_STREAMS; i++)
    {
      Pipe *pipe = &self->pipes[i];

      sb_lane_stream_clear (&pipe->stream);
      close (pipe->far);
      g_byte_array_unref (pipe->expected);
      g_byte_array_unref (pipe->received);
      sb_peer_unref (pipe->peer);
    }
  sb_batch_clear (&self->batch);
  g_assert_cmpuint (sb_counter_get (self->totals.backlog), ==, 0);
  g_assert_cmpuint (sb_counter_get (self->totals.held), ==, 0);
  sb_holdings_clear (&self->holdings);
  for (guint i = 0; i < self->frames->len; i++)
    g_assert_cmpuint (atomic_load (&((SbFrame *) self->frames->pdata[i])->ref_count), ==, 1);
  g_ptr_array_unref (self->frames);
}

static SbFrame *
make_frame (Fixture *self, gsize length)
{
  g_autofree guint8 *payload = g_malloc (length + 1);
  guint8 first = g_test_rand_int_range (0, 256);

  for (gsize i = 0; i < length; i++)
    payload[i] = first + i;

  SbFrame *frame = sb_frame_new (g_test_rand_int_range (0, 8) == 0 && length <= 125 ? SB_OPCODE_PONG : SB_OPCODE_TEXT, payload, length);

  g_ptr_array_add (self->frames, frame);

  return frame;
}

static SbFrame *
make_any_frame (Fixture *self)
{
  static const gsize lengths[] = { 0, 1, 125, 126, 128, 1000, 5000, SB_BATCH_BYTES, 70000 };

  return make_frame (self, lengths[g_test_rand_int_range (0, G_N_ELEMENTS (lengths))]);
}

static void
queue (Pipe *pipe, SbFrame *frame)
{
  sb_lane_stream_queue (&pipe->stream, sb_frame_ref (frame), NULL);
  g_byte_array_append (pipe->expected, frame->data, frame->length);
  pipe->n_queued += frame->opcode < SB_OPCODE_CLOSE;
}

/* Reads up to @size bytes at the other end; TRUE: there were some. */
static gboolean
drain (Pipe *pipe, gsize size)
{
  g_autofree guint8 *buffer = g_malloc (size);
  gssize n = recv (pipe->far, buffer, size, 0);

  if (n < 0)
    g_assert_cmpint (errno, ==, EAGAIN);
  g_byte_array_append (pipe->received, buffer, MAX (n, 0));

  return n > 0;
}

static void
discard (Pipe *pipe)
{
  guint64 n_before = sb_counter_get (pipe->peer->counters.dropped);
  gsize backlog = sb_lane_stream_get_backlog (&pipe->stream);

  sb_lane_stream_discard (&pipe->stream);
  /* What is gone was the end of what was queued. */
  g_byte_array_set_size (pipe->expected, pipe->expected->len - (backlog - sb_lane_stream_get_backlog (&pipe->stream)));
  pipe->n_discarded += sb_counter_get (pipe->peer->counters.dropped) - n_before;
}

static void
flush (Fixture *self, Pipe *pipe)
{
  SbFlush outcome = sb_lane_stream_flush (&pipe->stream, &self->batch);

  g_assert_cmpint (outcome, !=, SB_FLUSH_BROKEN);
  g_assert_cmpint (outcome == SB_FLUSH_DONE, ==, sb_lane_stream_get_backlog (&pipe->stream) == 0);
  g_assert_cmpint (outcome == SB_FLUSH_BLOCKED, ==, sb_lane_stream_is_blocked (&pipe->stream));
  g_assert_cmpuint (sb_counter_get (pipe->peer->counters.backlog), ==, sb_lane_stream_get_backlog (&pipe->stream));
}

static void
empty (Fixture *self, Pipe *pipe)
{
  do
    flush (self, pipe);
  while (drain (pipe, 1 << 16) || sb_lane_stream_get_backlog (&pipe->stream) > 0);

  g_assert_cmpmem (pipe->received->data, pipe->received->len, pipe->expected->data, pipe->expected->len);
  g_assert_cmpuint (sb_counter_get (pipe->peer->counters.bytes_out), ==, pipe->received->len);
  g_assert_cmpuint (sb_counter_get (pipe->peer->counters.messages_out), ==, pipe->n_queued - pipe->n_discarded);
  g_assert_cmpuint (sb_counter_get (pipe->peer->counters.dropped), ==, pipe->n_discarded);
}

/* Whatever is shared, own, long, discarded or only partly taken by the network: each client gets its frames whole and in order, every
 * count agrees, and nobody keeps a reference. */
static void
test_random_turns (Fixture *self, gconstpointer data)
{
  for (guint turn = 0; turn < 300; turn++)
    {
      guint n_shared = g_test_rand_int_range (0, N_SHARED);

      for (guint n = 0; n < n_shared; n++)
        {
          SbFrame *frame = make_any_frame (self);

          for (guint i = 0; i < N_STREAMS; i++)
            if (g_test_rand_int_range (0, 10) > 0)
              queue (&self->pipes[i], frame);
        }
      for (guint i = 0; i < N_STREAMS; i++)
        {
          Pipe *pipe = &self->pipes[i];

          if (g_test_rand_int_range (0, 6) == 0)
            queue (pipe, make_any_frame (self));
          if (g_test_rand_int_range (0, 20) == 0)
            discard (pipe);
          flush (self, pipe);
          if (g_test_rand_int_range (0, 3) > 0)
            drain (pipe, g_test_rand_int_range (1, 1 << 18));
        }
      if (g_test_rand_bit ())
        sb_batch_clear (&self->batch);
    }

  for (guint i = 0; i < N_STREAMS; i++)
    empty (self, &self->pipes[i]);
}

/* The clients of one turn share what was joined for the first of them; who has other frames does not get theirs. */
static void
test_batch_is_shared (Fixture *self, gconstpointer data)
{
  SbFrame *first = make_frame (self, 128), *second = make_frame (self, 128), *other = make_frame (self, 128);

  for (guint i = 0; i < N_STREAMS; i++)
    {
      queue (&self->pipes[i], first);
      queue (&self->pipes[i], i == 3 ? other : second);
    }
  for (guint i = 0; i < 3; i++)
    {
      flush (self, &self->pipes[i]);
      g_assert_cmpuint (self->batch.n_taken, ==, i + 1);
    }
  flush (self, &self->pipes[3]);
  g_assert_cmpuint (self->batch.n_taken, ==, 1);
  flush (self, &self->pipes[4]);
  for (guint i = 0; i < N_STREAMS; i++)
    empty (self, &self->pipes[i]);
}

/* What did not go out holds nothing in the batch: a frame that comes to live where a freed one was is not taken for it. */
static void
test_unsent_batch_is_forgotten (Fixture *self, gconstpointer data)
{
  Pipe *pipe = &self->pipes[0];

  for (guint i = 0; sb_lane_stream_get_backlog (&pipe->stream) == 0; i++)
    {
      queue (pipe, make_frame (self, 4000));
      flush (self, pipe);
      g_assert_cmpuint (i, <, 10000);
    }
  sb_batch_clear (&self->batch);
  queue (pipe, make_frame (self, 10));
  flush (self, pipe);
  g_assert_cmpuint (self->batch.n_taken, ==, 0);
  g_assert_cmpuint (self->batch.n_frames, ==, 0);
  empty (self, pipe);
}

/* Of messages as short as this the queue takes more than they do: it counts, and goes when it is not needed, wholly or not. */
static void
test_long_queue_is_counted (Fixture *self, gconstpointer data)
{
  enum { N = 100000 };
  Pipe *pipe = &self->pipes[0];
  SbFrame *frame = make_frame (self, 1);
  guint64 full;

  for (guint i = 0; i < N; i++)
    queue (pipe, frame);
  g_assert_cmpuint (sb_counter_get (self->totals.held), >=, N * sizeof (SbQueued));
  g_assert_true (sb_holdings_take_grew (&self->holdings));
  flush (self, pipe);
  full = sb_counter_get (self->totals.held);
  g_assert_cmpuint (full, >=, sb_lane_stream_get_backlog (&pipe->stream) / frame->length * sizeof (SbQueued));

  while (sb_lane_stream_get_backlog (&pipe->stream) > 1000 * frame->length)
    {
      drain (pipe, 1 << 16);
      flush (self, pipe);
    }
  g_assert_cmpuint (sb_counter_get (self->totals.held), <=, 1000 * 16 * sizeof (SbQueued));
  empty (self, pipe);
  g_assert_cmpuint (sb_counter_get (self->totals.held), ==, 0);

  for (guint i = 0; i < N; i++)
    queue (pipe, frame);
  flush (self, pipe);
  discard (pipe);
  g_assert_cmpuint (sb_counter_get (self->totals.held), <, 1000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/lane-stream/random-turns", Fixture, NULL, set_up, test_random_turns, tear_down);
  g_test_add ("/lane-stream/batch-is-shared", Fixture, NULL, set_up, test_batch_is_shared, tear_down);
  g_test_add ("/lane-stream/unsent-batch-is-forgotten", Fixture, NULL, set_up, test_unsent_batch_is_forgotten, tear_down);
  g_test_add ("/lane-stream/long-queue-is-counted", Fixture, NULL, set_up, test_long_queue_is_counted, tear_down);

  return g_test_run ();
}
