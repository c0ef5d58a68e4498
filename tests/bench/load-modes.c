/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "load.h"

#include <string.h>

static void
opened_cb (BenchPool *pool, BenchClient *client)
{
}

static void
unexpected_message_cb (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length)
{
  bench_pool_fail (pool, client, "a message nobody sent: %.*s", (int) MIN (length, 200), payload);
}

static gboolean
is_idle (BenchPool *pool, guint index)
{
  Load *self = LOAD (pool);

  return index >= self->n_clients && index < self->n_clients + self->n_idle;
}

static char *
one_path (BenchPool *pool, guint index)
{
  return g_strdup (is_idle (pool, index) ? "/idle" : "/bench");
}

/* FALSE: the payload is not the message of that number, and that is a failure now. */
static gboolean
check_number (Load *self, BenchClient *client, const guint8 *payload, gsize length, guint64 expected)
{
  const char *number = load_get_number (self, payload, length);
  char digits[9];

  g_snprintf (digits, sizeof digits, "%08x", (guint) expected);
  if (number != NULL && memcmp (number, digits, 8) == 0)
    return TRUE;
  bench_pool_fail (&self->pool, client, "message %s expected, but came %.*s", digits, (int) MIN (length, 200), payload);
  return FALSE;
}

/* --- fan-out: the first client sends, all others receive --- */

static void
fan_out_send (Load *self)
{
  LoadMessage *message = &self->ring[self->sent % LOAD_RING];
  char *payload = load_write_number (self, self->sent);

  message->sent_at = self->rate > 0 ? self->due : bench_now ();
  message->delivered = 0;
  memcpy (message->digits, load_get_number (self, (guint8 *) payload, self->size), 8);
  self->sent++;
  bench_client_send (&self->pool, &self->pool.clients[0], payload, self->size);
}

static void
fan_out_count (Load *self, BenchClient *client, LoadMessage *message)
{
  client->received++;
  self->measured.deliveries++;
  sb_histogram_add (&self->measured.latency, self->pool.now - message->sent_at);
  if (++message->delivered == self->n_clients - 1)
    self->complete++;
}

static void
fan_out_message_cb (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length)
{
  Load *self = LOAD (pool);
  LoadMessage *message = &self->ring[client->received % LOAD_RING];
  const char *number = load_get_number (self, payload, length);

  if (number == NULL || client->received >= self->sent || memcmp (number, message->digits, 8) != 0)
    {
      check_number (self, client, payload, length, client->received);
      return;
    }
  fan_out_count (self, client, message);
}

/* Unpacks it into @buffer; returns its length. RFC 7692 §7.2.2: four bytes are left out at its end. */
static gsize
unpack (Load *self, const guint8 *packed, gsize length, guint8 *buffer, gsize size)
{
  static const guint8 tail[] = { 0x00, 0x00, 0xFF, 0xFF };

  inflateReset (&self->inflater);
  self->inflater.next_out = buffer;
  self->inflater.avail_out = size;
  self->inflater.next_in = (guint8 *) packed;
  self->inflater.avail_in = length;
  if (inflate (&self->inflater, Z_SYNC_FLUSH) < 0)
    return 0;
  self->inflater.next_in = (guint8 *) tail;
  self->inflater.avail_in = sizeof tail;
  if (inflate (&self->inflater, Z_SYNC_FLUSH) < 0 && self->inflater.avail_in > 0)
    return 0;

  return size - self->inflater.avail_out;
}

/* The first to get it unpacks it, all others must get the very same bytes: without context each message is compressed alone. */
static void
fan_out_packed_cb (BenchPool *pool, BenchClient *client, const guint8 *packed, gsize length)
{
  Load *self = LOAD (pool);
  LoadMessage *message = &self->ring[client->received % LOAD_RING];
  guint8 buffer[65536];

  if (message->delivered == 0)
    {
      g_clear_pointer (&message->packed, g_byte_array_unref);
      message->packed = g_byte_array_append (g_byte_array_new (), packed, length);
      fan_out_message_cb (pool, client, buffer, unpack (self, packed, length, buffer, sizeof buffer));
    }
  else if (message->packed == NULL || message->packed->len != length || memcmp (message->packed->data, packed, length) != 0)
    bench_pool_fail (pool, client, "message %s came otherwise compressed than to the first", message->digits);
  else
    fan_out_count (self, client, message);
}

/* With a rate, a message's time runs from when it was due: a server that holds the sender up must not look better
 * for it. */
static void
fan_out_step (Load *self)
{
  if (self->rate > 0)
    {
      gint64 now = bench_now ();

      if (self->due == 0)
        self->due = now;
      while (self->due <= now && self->sent - self->complete < LOAD_RING && self->pool.n_failed == 0)
        {
          fan_out_send (self);
          self->due += 1e9 / self->rate;
        }
    }
  else if (self->pool.n_failed == 0)
    {
      /* In one write, so that the server gets them in one read if it can. */
      bench_client_cork (&self->pool, &self->pool.clients[0]);
      while (self->sent - self->complete < self->window)
        fan_out_send (self);
      bench_client_uncork (&self->pool, &self->pool.clients[0]);
    }
}

/* Until everyone has everything; what is still missing when nothing came for two seconds is lost. */
static void
fan_out_drain (Load *self)
{
  gint64 last = bench_now ();
  guint64 seen = 0;

  while (self->complete < self->sent && bench_now () - last < 2000000000 && self->pool.n_failed == 0)
    {
      bench_pool_poll (&self->pool, 10000000);
      if (self->measured.deliveries != seen)
        last = bench_now ();
      seen = self->measured.deliveries;
    }
  for (guint i = 1; i < self->n_clients; i++)
    self->lost += self->sent - self->pool.clients[i].received;
}

static void
fan_out_run (Load *self)
{
  LoadWindow window;
  guint64 sent_before;

  for (guint i = self->n_clients + self->n_idle; i < self->pool.n_clients; i++)
    bench_client_stick (&self->pool, &self->pool.clients[i]);
  load_spin (self, self->warm_up, fan_out_step);
  load_begin_window (self);
  sent_before = self->sent;
  load_spin (self, self->seconds, fan_out_step);
  load_end_window (self);
  self->measured.messages = self->sent - sent_before;

  window = self->measured;
  fan_out_drain (self);
  self->measured = window;
  for (guint i = self->n_clients + self->n_idle; i < self->pool.n_clients; i++)
    {
      BenchClient *client = &self->pool.clients[i];

      bench_client_drain (&self->pool, client);
      self->stuck_cut += client->fd < 0 || client->close_code == 1013;
    }
}

/* --- stuck: a fan-out at a rate; in every other window there are clients besides that do not read --- */

#define STUCK_RECEIVE_BUFFER 4096 /* so that it is stuck soon */
#define STUCK_LEAD 1.0            /* s until it is */

static void
stuck_come (Load *self)
{
  guint n_open = self->pool.n_open;

  for (guint i = self->n_clients + self->n_idle; i < self->pool.n_clients; i++)
    {
      self->pool.clients[i].stuck = TRUE; /* what it reads until it stops is nobody's */
      self->pool.clients[i].receive_buffer = STUCK_RECEIVE_BUFFER;
      bench_client_connect (&self->pool, &self->pool.clients[i]);
    }
  while (self->pool.n_open < n_open + self->n_stuck && self->pool.n_failed == 0)
    load_spin (self, 0.01, fan_out_step);
  for (guint i = self->n_clients + self->n_idle; i < self->pool.n_clients && self->pool.n_failed == 0; i++)
    bench_client_stick (&self->pool, &self->pool.clients[i]);
}

static void
stuck_go (Load *self)
{
  for (guint i = self->n_clients + self->n_idle; i < self->pool.n_clients; i++)
    bench_client_cut (&self->pool, &self->pool.clients[i]);
}

static void
stuck_window (Load *self)
{
  gint64 p99;

  load_spin (self, STUCK_LEAD, fan_out_step);
  load_begin_window (self);
  load_spin (self, self->seconds, fan_out_step);
  load_end_window (self);
  p99 = sb_histogram_get (&self->measured.latency, 0.99);
  g_array_append_val (self->window_p99, p99);
}

static void
stuck_run (Load *self)
{
  LoadWindow window;

  for (guint i = 0; i < self->n_windows && self->pool.n_failed == 0; i++)
    {
      stuck_window (self);
      stuck_come (self);
      stuck_window (self);
      stuck_go (self);
    }
  window = self->measured;
  fan_out_drain (self);
  self->measured = window;
}

/* --- pair: each client has a partner on a channel of their own, and answers what it receives --- */

static char *
pair_path (BenchPool *pool, guint index)
{
  return is_idle (pool, index) ? g_strdup ("/idle") : g_strdup_printf ("/pair/%u", index / 2);
}

static void
talk (Load *self, BenchClient *client)
{
  client->sent_at[client->sent % G_N_ELEMENTS (client->sent_at)] = bench_now ();
  bench_client_send (&self->pool, client, load_write_number (self, client->sent), self->size);
  client->sent++;
}

static void
heard (Load *self, BenchClient *client, BenchClient *sender, const guint8 *payload, gsize length)
{
  if (!check_number (self, client, payload, length, client->received))
    return;
  self->measured.deliveries++;
  self->measured.messages++;
  sb_histogram_add (&self->measured.latency,
                       self->pool.now - sender->sent_at[client->received % G_N_ELEMENTS (sender->sent_at)]);
  client->received++;
  if (self->running && self->rate == 0)
    talk (self, client);
}

/* With a rate, whose turn it is sends, whether or not it was answered. */
static void
talk_step (Load *self)
{
  gint64 now = bench_now ();

  if (self->rate == 0)
    return;
  if (self->due == 0)
    self->due = now;
  while (self->due <= now && self->pool.n_failed == 0)
    {
      talk (self, &self->pool.clients[self->next_victim++ % self->n_clients]);
      self->due += 1e9 / self->rate;
    }
}

static void
pair_message_cb (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length)
{
  heard (LOAD (pool), client, &pool->clients[client->index ^ 1], payload, length);
}

static void
echo_message_cb (BenchPool *pool, BenchClient *client, const guint8 *payload, gsize length)
{
  heard (LOAD (pool), client, client, payload, length);
}

static guint64
count_missing (Load *self)
{
  guint64 missing = 0;

  for (guint i = 0; i < self->n_clients; i++)
    missing += self->pool.clients[i].sent - self->pool.clients[i].received;
  return missing;
}

static void
talk_run (Load *self)
{
  LoadWindow window;

  self->running = TRUE;
  for (guint i = 0; self->rate == 0 && i < self->n_clients; i++)
    talk (self, &self->pool.clients[i]);
  load_spin (self, self->warm_up, talk_step);
  load_begin_window (self);
  load_spin (self, self->seconds, talk_step);
  load_end_window (self);

  window = self->measured;
  self->running = FALSE;
  for (int i = 0; i < 100 && count_missing (self) != 0; i++) /* Python's takes its time */
    load_spin (self, 0.1, NULL);
  self->lost = count_missing (self);
  self->measured = window;
}

/* --- idle: everyone is there and silent --- */

static void
idle_run (Load *self)
{
  load_spin (self, self->warm_up, NULL);
  load_begin_window (self);
  load_spin (self, self->seconds, NULL);
  load_end_window (self);
}

/* --- storm: everyone comes at once; what counts is what connecting took, which load_connect() has measured --- */

static void
storm_run (Load *self)
{
  self->measured.latency = self->pool.handshakes;
}

/* --- churn: while all are there, some leave in order and come again --- */

static void
churn_next (Load *self)
{
  for (guint i = 0; self->running && i < self->n_clients; i++)
    {
      BenchClient *victim = &self->pool.clients[self->next_victim++ % self->n_clients];

      if (victim->state == BENCH_CLIENT_OPEN)
        {
          bench_client_close (&self->pool, victim);
          return;
        }
    }
}

static void
churn_closed_cb (BenchPool *pool, BenchClient *client)
{
  bench_client_connect (pool, client);
}

static void
churn_opened_cb (BenchPool *pool, BenchClient *client)
{
  Load *self = LOAD (pool);

  self->measured.messages++;
  if (self->running)
    churn_next (self);
}

static void
churn_run (Load *self)
{
  self->running = TRUE;
  for (guint i = 0; i < MIN (self->concurrency, self->n_clients); i++)
    churn_next (self);
  load_spin (self, self->warm_up, NULL);
  load_begin_window (self);
  sb_histogram_reset (&self->pool.handshakes);
  load_spin (self, self->seconds, NULL);
  load_end_window (self);
  self->measured.latency = self->pool.handshakes;
  self->running = FALSE;
}

const LoadMode load_modes[] = {
  { "fan-out", one_path, opened_cb, fan_out_message_cb, fan_out_packed_cb, NULL, fan_out_run },
  { "pair", pair_path, opened_cb, pair_message_cb, NULL, NULL, talk_run },
  { "echo", pair_path, opened_cb, echo_message_cb, NULL, NULL, talk_run },
  { "idle", one_path, opened_cb, unexpected_message_cb, NULL, NULL, idle_run },
  { "storm", one_path, opened_cb, unexpected_message_cb, NULL, NULL, storm_run },
  { "churn", one_path, churn_opened_cb, unexpected_message_cb, NULL, churn_closed_cb, churn_run },
  { "stuck", one_path, opened_cb, fan_out_message_cb, NULL, NULL, stuck_run, TRUE },
};
const guint load_n_modes = G_N_ELEMENTS (load_modes);
