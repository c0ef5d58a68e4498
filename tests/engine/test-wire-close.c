/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways a connection ends, in order and otherwise; the codes that a client can provoke are in test-wire.c. Linked
 * with --wrap=epoll_ctl, so that the kernel can be short of something when a test says so. */
#include "config.h"

#include "support/sb-test-frames.h"
#include "wire-fixture.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>

int __real_epoll_ctl (int epoll_fd, int op, int fd, struct epoll_event *event);
int __wrap_epoll_ctl (int epoll_fd, int op, int fd, struct epoll_event *event);

static atomic_bool no_more_watches;

int
__wrap_epoll_ctl (int epoll_fd, int op, int fd, struct epoll_event *event)
{
  if (op == EPOLL_CTL_ADD && atomic_load (&no_more_watches))
    {
      errno = ENOSPC;
      return -1;
    }
  return __real_epoll_ctl (epoll_fd, op, fd, event);
}

static void
set_limits (Wire *self, guint close_timeout)
{
  SbSessionLimits limits;

  sb_session_limits_init (&limits);
  limits.close_timeout = close_timeout;
  limits.max_backlog = 64 << 20;
  wire_set_limits (self, &limits);
}

/* The next message is a close frame, just so. */
static void
expect_close_frame (SbTestClient *client, guint16 code, const char *reason)
{
  g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (client);

  g_assert_nonnull (frame);
  g_assert_cmphex (frame->opcode, ==, 0x8);
  g_assert_cmpuint (frame->close_code, ==, code);
  g_assert_cmpmem (frame->payload + 2, frame->length - 2, reason, strlen (reason));
}

static void
check_left (Wire *self, guint16 code, SbClosedBy by)
{
  sb_test_wait (self->n_left == 1);
  g_assert_cmpuint (self->left_code, ==, code);
  g_assert_cmpint (self->left_by, ==, by);
}

static void
test_internal_error (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;

  set_limits (self, 1);
  atomic_store (&no_more_watches, true);
  client = wire_open (self, "/c");
  expect_close_frame (client, 1011, "internal error");
  atomic_store (&no_more_watches, false);
  check_left (self, 1011, SB_CLOSED_BY_SERVER);
  sb_test_client_expect_end (client);
  /* It was that one only. */
  g_autoptr (SbTestClient) other = wire_open (self, "/c");
  sb_test_client_expect_silence (other);
}

static void
test_restart (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = wire_open (self, "/c");

  sb_hub_stop (self->hub, 1012, "server restarting", 5, NULL, NULL);
  sb_test_client_expect_close (client, 1012, "server restarting");
  check_left (self, 1012, SB_CLOSED_BY_SERVER);
}

static void
close_all (Wire *self)
{
  sb_hub_disconnect (self->hub, &(SbTarget) { .everyone = TRUE }, 3003, "disconnected by admin: enough", NULL, NULL);
}

/* Who never answers the close frame is cut when the time for it is over, talk as it may. */
static void
test_unanswered (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;

  set_limits (self, 1);
  client = wire_open (self, "/c");
  close_all (self);
  expect_close_frame (client, 3003, "disconnected by admin: enough");
  sb_test_client_send_text (client, "1");
  sb_test_client_send_ping (client, "?");
  sb_test_client_expect_end (client);
  check_left (self, 3003, SB_CLOSED_BY_ADMIN);
  g_assert_cmpuint (self->traffic->len, ==, 0);
}

/* The same where our end is all that is missing: the client has answered, and does not hang up. The server does. */
static void
test_answered_but_open (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;

  set_limits (self, 3600);
  client = wire_open (self, "/c");
  close_all (self);
  expect_close_frame (client, 3003, "disconnected by admin: enough");
  sb_test_client_send_close (client, 3003, NULL);
  sb_test_client_expect_end (client);
}

enum
{
  N_QUEUED = 200, /* more than the kernel takes over for us */
  QUEUED_SIZE = 50000,
};

/* A client that has not read yet what N_QUEUED messages say. */
static SbTestClient *
open_loaded (Wire *self)
{
  SbTestClient *slow = sb_test_client_new_full (self->port, NULL, 4096);
  g_autoptr (SbTestResponse) response = sb_test_client_handshake (slow, "/q", self->secret, NULL);
  g_autoptr (SbTestClient) sender = NULL;
  g_autofree char *pad = g_strnfill (QUEUED_SIZE, ' ');

  g_assert_cmpuint (response->status, ==, 101);
  sender = wire_open (self, "/q");
  for (guint i = 0; i < N_QUEUED; i++)
    {
      g_autofree char *text = g_strdup_printf ("[%u%s]", i, pad);

      sb_test_client_send_text (sender, text);
    }
  sb_test_wait (self->traffic->len == N_QUEUED);
  sb_test_client_close (sender);
  sb_test_wait (self->n_left == 1);
  self->n_left = 0;
  self->n_joined--;
  return slow;
}

static void
expect_load (SbTestClient *client)
{
  g_autofree char *pad = g_strnfill (QUEUED_SIZE, ' ');

  for (guint i = 0; i < N_QUEUED; i++)
    {
      g_autofree char *text = g_strdup_printf ("[%u%s]", i, pad);

      sb_test_client_expect_text (client, text);
    }
}

/* We stop while much waits for the client: it gets all of it first. */
static void
test_queued_before_our_close (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;

  set_limits (self, 3600);
  client = open_loaded (self);
  sb_hub_stop (self->hub, 1001, "server stopping", 3600, NULL, NULL);
  sb_test_wait (self->n_left == 1);
  expect_load (client);
  sb_test_client_expect_close (client, 1001, "server stopping");
}

/* The client says good-bye while much waits for it: what was sent before arrives, then the answer. */
static void
test_queued_before_its_close (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;

  set_limits (self, 3600);
  client = open_loaded (self);
  sb_test_client_send_close (client, 4321, "bye");
  check_left (self, 4321, SB_CLOSED_BY_CLIENT);
  expect_load (client);
  expect_close_frame (client, 4321, "bye");
  sb_test_client_expect_end (client);
}

/* The admin's word does not wait behind what the client does not read, but for the frame that is half gone. */
static void
test_admin_does_not_wait (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = NULL;
  g_autoptr (SbTestFrame) last = NULL;
  guint n = 0;

  set_limits (self, 3600);
  client = open_loaded (self);
  close_all (self);
  sb_test_wait (self->n_left == 1);
  for (last = sb_test_client_receive_message (client); last->opcode == 0x1; n++)
    {
      g_assert_cmpuint (last->length, >=, QUEUED_SIZE);
      sb_test_frame_free (last);
      last = sb_test_client_receive_message (client);
    }
  g_assert_cmpuint (last->close_code, ==, 3003);
  g_assert_cmpuint (n, <, N_QUEUED);
}

/* A client that sends no more is gone, for WebSocket knows no half connections; but what it said before counts. */
static void
test_half_close (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = wire_open (self, "/c");
  g_autoptr (SbTestClient) other = wire_open (self, "/c");

  sb_test_client_send_text (client, "1");
  sb_test_client_send_text (client, "2");
  sb_test_client_end_sending (client);
  sb_test_client_expect_text (other, "1");
  sb_test_client_expect_text (other, "2");
  sb_test_client_expect_end (client);
  check_left (self, 1006, SB_CLOSED_BY_NETWORK);
}

/* Behind its close frame there is nothing more to send, so it may say that as well; the answer comes all the same. */
static void
test_half_close_behind_close (Wire *self, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (SbTestClient) client = wire_open (self, "/c");

      sb_test_client_send_close (client, 1000, "bye");
      sb_test_client_end_sending (client);
      expect_close_frame (client, 1000, "bye");
      sb_test_client_expect_end (client);
    }
  sb_test_wait (self->n_left == 20);
  g_assert_cmpint (self->left_by, ==, SB_CLOSED_BY_CLIENT);
}

/* Cut within a header, a payload, a message, by the network or in order: nobody else notices. */
static void
test_cut_within (Wire *self, gconstpointer data)
{
  static const struct
  {
    const char *bytes;
    gsize length;
  } beginnings[] = {
    { "\x81", 1 },
    { "\x81\xFE\x01", 3 },
    { "\x81\x85mask\x01\x02", 8 },
    { "\x01\x81mask\x22", 7 },
    { "\x89\x84mask\x01", 7 },
    { "\x88\x82mask\x03", 7 },
  };
  g_autoptr (SbTestClient) other = wire_open (self, "/c");

  for (guint i = 0; i < 2 * G_N_ELEMENTS (beginnings); i++)
    {
      g_autoptr (SbTestClient) client = wire_open (self, "/c");

      sb_test_client_expect_silence (client);
      sb_test_client_send_bytes (client, beginnings[i / 2].bytes, beginnings[i / 2].length);
      if (i % 2 == 0)
        sb_test_client_reset (client);
      else
        sb_test_client_end_sending (client);
      sb_test_wait (self->n_left == i + 1);
      g_assert_cmpuint (self->left_code, ==, 1006);
      g_assert_cmpint (self->left_by, ==, SB_CLOSED_BY_NETWORK);
    }
  sb_test_client_expect_silence (other);
  g_assert_cmpuint (self->traffic->len, ==, 0);
}

/* Both say it at once: each takes the other's for the answer. */
static void
test_crossing (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = wire_open (self, "/c");

  close_all (self);
  sb_test_client_send_close (client, 1000, NULL);
  g_autoptr (SbTestFrame) frame = sb_test_client_receive_message (client);
  g_assert_cmphex (frame->opcode, ==, 0x8);
  g_assert_true (frame->close_code == 3003 || frame->close_code == 1000);
  sb_test_client_expect_end (client);
}

/* The longest reason that an admin may give is cut to what a frame takes, at a character. */
static void
test_long_reason (Wire *self, gconstpointer data)
{
  g_autoptr (SbTestClient) client = wire_open (self, "/c");
  g_autoptr (GString) reason = g_string_new ("x");
  g_autoptr (SbTestFrame) frame = NULL;

  while (reason->len < 300)
    g_string_append (reason, "ä");
  sb_hub_disconnect (self->hub, &(SbTarget) { .everyone = TRUE }, 3003, reason->str, NULL, NULL);
  frame = sb_test_client_receive_message (client);
  g_assert_cmpuint (frame->close_code, ==, 3003);
  g_assert_cmpuint (frame->length, ==, 2 + 123);
  g_assert_true (g_utf8_validate ((char *) frame->payload + 2, 123, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add (path, Wire, NULL, wire_set_up, test, wire_tear_down)
  ADD ("/wire-close/1011-internal-error", test_internal_error);
  ADD ("/wire-close/1012-restart", test_restart);
  ADD ("/wire-close/unanswered", test_unanswered);
  ADD ("/wire-close/answered-but-open", test_answered_but_open);
  ADD ("/wire-close/queued-before-our-close", test_queued_before_our_close);
  ADD ("/wire-close/queued-before-its-close", test_queued_before_its_close);
  ADD ("/wire-close/admin-does-not-wait", test_admin_does_not_wait);
  ADD ("/wire-close/half-close", test_half_close);
  ADD ("/wire-close/half-close-behind-close", test_half_close_behind_close);
  ADD ("/wire-close/cut-within", test_cut_within);
  ADD ("/wire-close/crossing", test_crossing);
  ADD ("/wire-close/long-reason", test_long_reason);
#undef ADD
  return g_test_run ();
}
