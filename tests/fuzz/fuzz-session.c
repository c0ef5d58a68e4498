/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-lane.h"
#include "net/sb-session.h"
#include "sb-fuzz.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Two bytes (settings by bits; how to cut), then what a client says to a lane, over a socket and through the lane's
 * own epoll. Another client listens. However the bytes are cut into reads, both must hear the same, and nothing but
 * whole, good frames. */

enum
{
  COMPRESSED_SENDER = 1 << 0,
  COMPRESSED_LISTENER = 1 << 1,
  ANY_TEXT = 1 << 2,
  NO_BINARY = 1 << 3,
  SMALL_MESSAGES = 1 << 4,
  FEW_REJECTED = 1 << 5,
  LISTENS_ONLY = 1 << 6,
};

typedef struct
{
  SbLane *lane;
  SbOutbox *outbox;
  SbToken *token;
  int sender;         /* the clients' ends; -1: at its end */
  int listener;
  GByteArray *to_sender;
  GByteArray *to_listener;
  gint n_in;          /* joined and not left */
} World;

static void
events_cb (SbEvent *events, gsize n, gpointer user_data)
{
  World *self = user_data;

  for (SbEvent *event = events; event < events + n; event++)
    switch (event->kind)
      {
      case SB_EVENT_JOINED:
        self->n_in++;
        break;
      case SB_EVENT_LEFT:
        self->n_in--;
        g_assert_true (event->left.reason == NULL || g_utf8_validate (event->left.reason, -1, NULL));
        break;
      case SB_EVENT_TRAFFIC:
        if (!event->traffic.binary)
          {
            gsize length;
            const void *text = g_bytes_get_data (event->traffic.payload, &length);

            g_assert_true (sb_fuzz_is_utf8 (text, length));
          }
        g_assert_cmpint (event->traffic.rejection == SB_REJECTED_NOT, ==, event->traffic.reason == NULL);
        break;
      case SB_EVENT_REFUSED:
      case SB_EVENT_REPORT:
      case SB_EVENT_NOTICE:
      default:
        g_assert_not_reached ();
      }
}

static int
welcome (World *self, gboolean compressed)
{
  SbArrival *arrival = g_new0 (SbArrival, 1);
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds));
  arrival->fd = fds[0];
  arrival->token = sb_token_ref (self->token);
  arrival->window_bits = compressed ? 15 : 0;
  arrival->peer = sb_peer_new ();
  arrival->peer->channel = g_strdup ("/");
  arrival->peer->address = g_strdup ("192.0.2.1");
  sb_lane_begin (self->lane);
  sb_session_welcome (self->lane, arrival);
  sb_lane_settle (self->lane);
  return fds[1];
}

static void
hang_up (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
drain (int *fd, GByteArray *heard)
{
  guint8 buffer[16384];

  while (*fd >= 0)
    {
      gssize n = read (*fd, buffer, sizeof buffer);

      if (n < 0)
        {
          g_assert_cmpint (errno, ==, EAGAIN);
          return;
        }
      g_byte_array_append (heard, buffer, n);
      if (n == 0)
        hang_up (fd);
    }
}

/* Until the lane has nothing more to do at once. */
static void
turn (World *self)
{
  while (g_main_context_iteration (self->lane->context, FALSE))
    {
      drain (&self->sender, self->to_sender);
      drain (&self->listener, self->to_listener);
    }
  drain (&self->sender, self->to_sender);
  drain (&self->listener, self->to_listener);
}

static void
world_init (World *self, SbLane **lanes, guint8 settings)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("fuzz");
  guint8 hash[SB_TOKEN_HASH_SIZE] = { 0 };

  *self = (World) { .to_sender = g_byte_array_new (), .to_listener = g_byte_array_new () };
  spec->may_publish = (settings & LISTENS_ONLY) == 0;
  self->token = sb_token_new (1, spec, hash, "sbx_0000…0000", NULL, 0, 1, 0);
  self->outbox = sb_outbox_new (1000, events_cb, self);
  self->lane = lanes[0] = sb_lane_new (0, lanes, 1, self->outbox);
  self->lane->limits.compression = TRUE;
  self->lane->limits.require_json = (settings & ANY_TEXT) == 0;
  self->lane->limits.allow_binary = (settings & NO_BINARY) == 0;
  self->lane->limits.max_message = (settings & SMALL_MESSAGES) != 0 ? 300 : 100000;
  self->lane->limits.max_rejected = (settings & FEW_REJECTED) != 0 ? 2 : G_MAXINT;
  /* Time must not decide what comes of an input. */
  self->lane->limits.max_error_replies = 1000000;
  self->lane->limits.max_backlog = 64 << 20;
  self->sender = welcome (self, (settings & COMPRESSED_SENDER) != 0);
  self->listener = welcome (self, (settings & COMPRESSED_LISTENER) != 0);
}

/* What was heard stays. */
static void
world_clear (World *self)
{
  hang_up (&self->sender);
  hang_up (&self->listener);
  turn (self);
  sb_lane_finish (self->lane);
  g_assert_cmpuint (sb_deflate_get_n_inflaters (&self->lane->deflate), ==, 0);
  g_assert_cmpuint (sb_counter_get (self->lane->totals.backlog), ==, 0);
  g_assert_cmpuint (sb_counter_get (self->lane->totals.sessions), ==, 0);
  sb_lane_free (self->lane);
  sb_outbox_drain (self->outbox);
  sb_outbox_free (self->outbox);
  g_assert_cmpint (self->n_in, ==, 0);
  sb_token_unref (self->token);
}

/* Frames as a server may send them: final, unmasked, the length in its shortest form, nothing behind a close frame. */
static void
check_frames (const GByteArray *heard, gboolean compressed)
{
  gsize done = 0;
  gboolean closed = FALSE;

  while (done < heard->len)
    {
      const guint8 *frame = heard->data + done;
      guint8 opcode = frame[0] & 0x0F;
      guint64 length;
      gsize header = 2;

      g_assert_false (closed);
      g_assert_cmpuint (heard->len - done, >=, 2);
      g_assert_cmphex (frame[0] & 0xB0, ==, 0x80);
      g_assert_true (opcode == 1 || opcode == 2 || opcode == 8 || opcode == 9 || opcode == 10);
      g_assert_true ((frame[0] & 0x40) == 0 || (compressed && opcode <= 2));
      length = frame[1];
      g_assert_cmpuint (length, <=, opcode >= 8 ? 125 : 127);
      if (length > 125)
        {
          gsize n = length == 126 ? 2 : 8;

          header += n;
          g_assert_cmpuint (heard->len - done, >=, header);
          length = 0;
          for (gsize i = 0; i < n; i++)
            length = length << 8 | frame[2 + i];
          g_assert_cmpuint (length, >, n == 2 ? 125 : 0xFFFF);
        }
      g_assert_cmpuint (heard->len - done - header, >=, length);
      closed = opcode == 8;
      if (closed && length > 0)
        g_assert_true (length >= 2 && sb_close_code_is_valid (frame[2] << 8 | frame[3]));
      done += header + length;
    }
}

/* @most: bytes of a piece; 0: all in one. */
static void
run (const SbFuzzInput *stream, guint8 settings, guint32 seed, gsize most, GByteArray **to_sender,
     GByteArray **to_listener)
{
  SbLane *lanes[1];
  World world;
  gsize done = 0;

  world_init (&world, lanes, settings);
  while (done < stream->size && world.sender >= 0)
    {
      gsize n = most > 0 ? sb_fuzz_random (&seed, most) : stream->size;
      gssize written = send (world.sender, stream->data + done, MIN (n, stream->size - done), MSG_NOSIGNAL);

      if (written < 0)
        {
          g_assert_cmpint (errno, ==, EPIPE);
          break;
        }
      done += written;
      turn (&world);
    }
  world_clear (&world);
  check_frames (world.to_sender, (settings & COMPRESSED_SENDER) != 0);
  check_frames (world.to_listener, (settings & COMPRESSED_LISTENER) != 0);
  *to_sender = world.to_sender;
  *to_listener = world.to_listener;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SbFuzzInput stream = { data, size };
  guint8 settings = sb_fuzz_take_byte (&stream);
  guint32 seed = sb_fuzz_take_byte (&stream);
  GByteArray *sender, *listener;
  static const gsize pieces[] = { 1, 60 };

  run (&stream, settings, seed, 0, &sender, &listener);
  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      GByteArray *sender_too, *listener_too;

      /* By the byte is slow; the longest inputs go without. */
      if (pieces[i] == 1 && stream.size > 200)
        continue;
      run (&stream, settings, seed, pieces[i], &sender_too, &listener_too);
      g_assert_cmpmem (sender_too->data, sender_too->len, sender->data, sender->len);
      g_assert_cmpmem (listener_too->data, listener_too->len, listener->data, listener->len);
      g_byte_array_unref (sender_too);
      g_byte_array_unref (listener_too);
    }
  g_byte_array_unref (sender);
  g_byte_array_unref (listener);
  return 0;
}
