/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-lane.h"
#include "net/sb-session.h"
#include "support/sb-test-frames.h"
#include "support/sb-test-wait.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Two lanes without a hub, so that one of them can stand still for as long as the test likes. */

#define MESSAGE 60000
#define N_MESSAGES 400 /* 24 MB: more than a lane may have on the way */

typedef struct
{
  SbLane *lanes[2];
  SbOutbox *outbox;
  int client; /* the sender's end */
  guint n_traffic;
  _Atomic guint n_turns;
} Fixture;

static void
events_cb (SbEvent *events, gsize n, gpointer user_data)
{
  Fixture *self = user_data;

  for (gsize i = 0; i < n; i++)
    if (events[i].kind == SB_EVENT_TRAFFIC)
      self->n_traffic++;
}

static void
arrive_task (SbLane *lane, gpointer data)
{
  sb_session_welcome (lane, data);
}

/* Returns the client's end of it. */
static int
connect_to (Fixture *self, guint lane)
{
  const guint8 hash[SB_TOKEN_HASH_SIZE] = { 1 };
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("test");
  SbArrival *arrival = g_new0 (SbArrival, 1);
  int ends[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
  arrival->fd = ends[0];
  arrival->token = sb_token_new (1, spec, hash, "sbx_…", NULL, 0, g_get_real_time (), 0);
  arrival->peer = sb_peer_new ();
  arrival->peer->id = lane + 1;
  arrival->peer->channel = g_strdup ("/");
  arrival->peer->address = g_strdup ("127.0.0.1");
  sb_lane_post (self->lanes[lane], arrive_task, arrival);

  return ends[1];
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->outbox = sb_outbox_new (1, events_cb, self);
  for (guint i = 0; i < 2; i++)
    self->lanes[i] = sb_lane_new (i, self->lanes, 2, self->outbox);
  self->client = connect_to (self, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    sb_lane_join (self->lanes[i]);
  for (guint n = 0; n < 2; n++)
    for (guint i = 0; i < 2; i++)
      sb_lane_finish (self->lanes[i]);
  for (guint i = 0; i < 2; i++)
    sb_lane_free (self->lanes[i]);
  sb_outbox_free (self->outbox);
  close (self->client);
}

static void
turn_task (SbLane *lane, gpointer data)
{
  Fixture *self = data;

  atomic_fetch_add (&self->n_turns, 1);
}

/* Until the lane has looked at all its sockets that often. */
static void
wait_for_turns (Fixture *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      guint before = atomic_load (&self->n_turns);

      sb_lane_post (self->lanes[0], turn_task, self);
      sb_test_wait (atomic_load (&self->n_turns) > before);
    }
}

static gboolean
write_some (Fixture *self, GByteArray *stream, gsize *written)
{
  gssize n = write (self->client, stream->data + *written, stream->len - *written);

  g_assert_true (n >= 0 || errno == EAGAIN);
  if (n > 0)
    *written += (gsize) n;

  return n > 0;
}

static guint64
count_read (Fixture *self)
{
  return sb_counter_get (self->lanes[0]->totals.messages_in);
}

/* A lane that is ahead of the others waits for them, and the sender with it: what is on its way stays within bounds, and nothing is lost. */
static void
test_waits_for_the_others (Fixture *self, gconstpointer data)
{
  const guint most = SB_LANE_MAX_RELAYED / MESSAGE;
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autofree char *text = g_strnfill (MESSAGE, '1');
  gsize written = 0;

  text[0] = text[MESSAGE - 1] = '"';
  for (guint i = 0; i < N_MESSAGES; i++)
    sb_test_append_frame (stream, 0x81, text, MESSAGE);
  sb_lane_start (self->lanes[0]);
  sb_test_wait ((write_some (self, stream, &written), count_read (self) >= most - 1));
  /* The socket is full, so there is more to read. */
  while (write_some (self, stream, &written))
    wait_for_turns (self, 1);
  wait_for_turns (self, 20);
  g_assert_cmpuint (count_read (self), >=, most - 1);
  g_assert_cmpuint (count_read (self), <=, most + 3);
  g_assert_cmpuint (written, <, stream->len);
  g_assert_cmpuint (self->n_traffic, ==, 0);

  sb_lane_start (self->lanes[1]);
  sb_test_wait ((write_some (self, stream, &written), written == stream->len));
  sb_test_wait (self->n_traffic == N_MESSAGES);
  g_assert_cmpuint (count_read (self), ==, N_MESSAGES);
  g_assert_cmpuint (self->lanes[0]->relayed, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/lane/waits-for-the-others", Fixture, NULL, set_up, test_waits_for_the_others, tear_down);

  return g_test_run ();
}
