/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-outbox.h"

#define THREADS 4
#define JOINS 2000

typedef struct
{
  guint n_batches;
  guint n_joined;
  guint n_traffic;
  guint n_reports;
  guint64 last[THREADS]; /* by the thread that told */
  gboolean in_order;
  guint n_replies;
  guint joined_at_reply;
} Seen;

static void
events_cb (SbEvent *events, gsize n, gpointer user_data)
{
  Seen *seen = user_data;

  seen->n_batches++;
  for (gsize i = 0; i < n; i++)
    if (events[i].kind == SB_EVENT_JOINED)
      {
        guint64 *last = &seen->last[events[i].peer->port];

        seen->n_joined++;
        if (events[i].peer->id != *last + 1)
          seen->in_order = FALSE;
        *last = events[i].peer->id;
      }
    else if (events[i].kind == SB_EVENT_REPORT)
      seen->n_reports++;
    else
      seen->n_traffic++;
}

static void
push_join (SbOutbox *outbox, guint16 thread, guint64 id)
{
  SbEvent event = { .kind = SB_EVENT_JOINED, .peer = sb_peer_new () };

  event.peer->port = thread;
  event.peer->id = id;
  sb_outbox_push (outbox, &event, 1);
}

static void
push_traffic (SbOutbox *outbox, GBytes *payload)
{
  SbEvent event = {
    .kind = SB_EVENT_TRAFFIC,
    .traffic = { .payload = g_bytes_ref (payload), .size = g_bytes_get_size (payload) },
  };

  sb_outbox_push (outbox, &event, 1);
}

typedef struct
{
  SbOutbox *outbox;
  guint16 number;
} Teller;

static gpointer
tell_thread (gpointer user_data)
{
  Teller *self = user_data;

  for (guint64 id = 1; id <= JOINS; id++)
    push_join (self->outbox, self->number, id);

  return NULL;
}

static gboolean
timeout_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

/* Every thread's events come, in its order. */
static void
test_threads (void)
{
  Seen seen = { .in_order = TRUE };
  SbOutbox *outbox = sb_outbox_new (16, events_cb, &seen);
  Teller tellers[THREADS];
  GThread *threads[THREADS];
  gboolean late = FALSE;
  guint deadline = g_timeout_add_seconds (30, timeout_cb, &late);

  for (guint i = 0; i < THREADS; i++)
    {
      tellers[i] = (Teller) { outbox, i };
      threads[i] = g_thread_new ("tell", tell_thread, &tellers[i]);
    }
  while (seen.n_joined < THREADS * JOINS && !late)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_false (late);
  g_source_remove (deadline);
  g_assert_true (seen.in_order);
  g_assert_cmpuint (seen.n_joined, ==, THREADS * JOINS);
  sb_outbox_free (outbox);
}

/* Traffic beyond the limit is counted; joins are not lost. */
static void
test_full (void)
{
  Seen seen = { .in_order = TRUE };
  SbOutbox *outbox = sb_outbox_new (16, events_cb, &seen);
  g_autoptr (GBytes) payload = g_bytes_new_static ("{}", 2);

  for (guint i = 0; i < SB_OUTBOX_MAX_TRAFFIC + 100; i++)
    push_traffic (outbox, payload);
  push_join (outbox, 0, 1);
  g_assert_cmpuint (sb_outbox_get_not_kept (outbox), ==, 100);
  sb_outbox_drain (outbox);
  g_assert_cmpuint (seen.n_traffic, ==, SB_OUTBOX_MAX_TRAFFIC);
  g_assert_cmpuint (seen.n_joined, ==, 1);

  push_traffic (outbox, payload); /* there is room again */
  sb_outbox_drain (outbox);
  g_assert_cmpuint (seen.n_traffic, ==, SB_OUTBOX_MAX_TRAFFIC + 1);
  sb_outbox_free (outbox);
}

static void
test_full_of_bytes (void)
{
  Seen seen = { .in_order = TRUE };
  SbOutbox *outbox = sb_outbox_new (16, events_cb, &seen);
  const gsize size = SB_OUTBOX_MAX_BYTES / 4 - 1000; /* the rest of an entry counts as well */
  g_autoptr (GBytes) payload = g_bytes_new_take (g_malloc0 (size), size);

  for (guint i = 0; i < 6; i++)
    push_traffic (outbox, payload);
  sb_outbox_drain (outbox);
  g_assert_cmpuint (seen.n_traffic, ==, 4);
  g_assert_cmpuint (sb_outbox_get_not_kept (outbox), ==, 2);
  sb_outbox_free (outbox);
}

/* The words about a rejected message may be longer than itself. */
static void
test_full_of_words (void)
{
  Seen seen = { .in_order = TRUE };
  SbOutbox *outbox = sb_outbox_new (16, events_cb, &seen);
  const gsize length = SB_OUTBOX_MAX_BYTES / 16 - 1000;

  for (guint i = 0; i < 6; i++)
    {
      SbEvent event = {
        .kind = SB_EVENT_TRAFFIC,
        .traffic = {
          .payload = g_bytes_new_static ("{}", 2),
          .size = 2,
          .target = g_strnfill (length, 'a'),
          .reason = g_strnfill (length, 'b'),
          .pointer = g_strnfill (length, 'c'),
          .schema_pointer = g_strnfill (length, 'd'),
        },
      };

      sb_outbox_push (outbox, &event, 1);
    }
  sb_outbox_drain (outbox);
  g_assert_cmpuint (seen.n_traffic, ==, 4);
  g_assert_cmpuint (sb_outbox_get_not_kept (outbox), ==, 2);
  sb_outbox_free (outbox);
}

static void
reply_cb (guint n, gpointer user_data)
{
  Seen *seen = user_data;

  seen->n_replies += n;
  seen->joined_at_reply = seen->n_joined;
}

/* A reply comes behind the events that were pushed before it, and need not wait for the interval. */
static void
test_reply (void)
{
  Seen seen = { .in_order = TRUE };
  SbOutbox *outbox = sb_outbox_new (60 * 1000, events_cb, &seen);
  SbReply reply = { reply_cb, 7, &seen };

  sb_outbox_drain (outbox); /* the interval begins: a minute would pass without the reply */
  push_join (outbox, 0, 1);
  push_join (outbox, 0, 2);
  sb_outbox_reply (outbox, &reply, 1);
  while (seen.n_replies == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (seen.n_replies, ==, 7);
  g_assert_cmpuint (seen.joined_at_reply, ==, 2);
  g_assert_cmpuint (seen.n_batches, ==, 1);
  sb_outbox_free (outbox);
}

/* A report is the answer to a command: it does not wait for the interval, and what was pushed before comes with it. */
static void
test_report (void)
{
  Seen seen = { .in_order = TRUE };
  SbOutbox *outbox = sb_outbox_new (60 * 1000, events_cb, &seen);
  SbEvent report = { .kind = SB_EVENT_REPORT, .report = { .broadcast_id = 1 } };

  sb_outbox_drain (outbox);
  push_join (outbox, 0, 1);
  sb_outbox_push (outbox, &report, 1);
  push_join (outbox, 0, 2);
  while (seen.n_reports == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (seen.n_joined, ==, 2);
  g_assert_cmpuint (seen.n_batches, ==, 1);
  sb_outbox_free (outbox);
}

/* What waits when the outbox ends is delivered. */
static void
test_free_delivers (void)
{
  Seen seen = { .in_order = TRUE };
  SbOutbox *outbox = sb_outbox_new (16, events_cb, &seen);
  SbReply reply = { reply_cb, 1, &seen };

  push_join (outbox, 0, 1);
  sb_outbox_reply (outbox, &reply, 1);
  sb_outbox_free (outbox);
  g_assert_cmpuint (seen.n_joined, ==, 1);
  g_assert_cmpuint (seen.n_replies, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/outbox/threads-in-order", test_threads);
  g_test_add_func ("/outbox/full-counts-traffic-keeps-joins", test_full);
  g_test_add_func ("/outbox/full-of-bytes", test_full_of_bytes);
  g_test_add_func ("/outbox/full-of-words", test_full_of_words);
  g_test_add_func ("/outbox/reply-comes-behind-events", test_reply);
  g_test_add_func ("/outbox/report-comes-at-once", test_report);
  g_test_add_func ("/outbox/free-delivers", test_free_delivers);

  return g_test_run ();
}
