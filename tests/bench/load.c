/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The load generator: `load --help`. Connects clients, puts one kind of load on a server, and prints what it
 * measured as one JSON object. Ends with 1 when anything was not as it should be. */
#include "config.h"

#include "load.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAYLOAD_HEAD "{\"type\":\"bench\",\"seq\":\""
#define PAYLOAD_MIDDLE "\",\"pad\":\""
#define PAYLOAD_TAIL "\"}"
#define HEAD_LENGTH (sizeof PAYLOAD_HEAD - 1)
#define LEAST_SIZE (HEAD_LENGTH + 8 + sizeof PAYLOAD_MIDDLE - 1 + sizeof PAYLOAD_TAIL - 1)

/* Words, in no order, so that compressing them takes as much work as it does with words that mean something. */
static void
fill (char *text, gsize length)
{
  static const char *const words[] = { "temperature ", "21.5 ", "kitchen ", "sensor ", "ok ", "left ", "2026-03-14 ", "the ",
                                       "window ", "of ", "19 ", "is ", "door ", "open ", "garden ", "7 " };
  guint32 state = 1;

  for (gsize at = 0; at < length;)
    {
      const char *word;

      state = state * 1664525 + 1013904223;
      word = words[state >> 28];
      for (; *word != '\0' && at < length; word++)
        text[at++] = *word;
    }
}

static void
make_payload (Load *self)
{
  gsize at = HEAD_LENGTH + 8;

  self->payload = g_malloc (self->size + 1);
  fill (self->payload, self->size);
  self->payload[self->size] = '\0';
  memcpy (self->payload, PAYLOAD_HEAD, HEAD_LENGTH);
  memcpy (self->payload + at, PAYLOAD_MIDDLE, sizeof PAYLOAD_MIDDLE - 1);
  memcpy (self->payload + self->size - (sizeof PAYLOAD_TAIL - 1), PAYLOAD_TAIL, sizeof PAYLOAD_TAIL - 1);
}

char *
load_write_number (Load *self, guint64 number)
{
  static const char digits[] = "0123456789abcdef";

  for (int i = 0; i < 8; i++)
    self->payload[HEAD_LENGTH + i] = digits[(number >> (4 * (7 - i))) & 0xF];
  return self->payload;
}

const char *
load_get_number (Load *self, const guint8 *payload, gsize length)
{
  if (length != self->size || memcmp (payload, PAYLOAD_HEAD, HEAD_LENGTH) != 0)
    return NULL;
  return (const char *) payload + HEAD_LENGTH;
}

static guint
count_present (Load *self)
{
  return self->pool.n_open;
}

gboolean
load_connect (Load *self)
{
  gint64 deadline = bench_now () + (gint64) (self->connect_timeout * 1e9);

  load_begin_window (self);
  while (count_present (self) < self->n_first && self->pool.n_failed == 0)
    {
      while (self->n_started < self->n_first && self->pool.n_failed == 0 &&
             self->n_started - count_present (self) < self->concurrency)
        bench_client_connect (&self->pool, &self->pool.clients[self->n_started++]);
      bench_pool_poll (&self->pool, 100000000);
      if (bench_now () > deadline)
        bench_pool_fail (&self->pool, NULL, "only %u of %u connected in time", count_present (self),
                         self->n_first);
    }
  load_end_window (self);
  self->measured.messages = count_present (self);
  return self->pool.n_failed == 0;
}

void
load_spin (Load *self, double seconds, void (*step) (Load *self))
{
  gint64 end = bench_now () + (gint64) (seconds * 1e9);
  gint64 now;

  while ((now = bench_now ()) < end && self->pool.n_failed == 0)
    {
      if (step != NULL)
        step (self);
      bench_pool_poll (&self->pool, self->due > now ? MIN (end, self->due) - now : self->due != 0 ? 0 : end - now);
    }
}

void
load_begin_window (Load *self)
{
  memset (&self->measured, 0, sizeof self->measured);
  bench_usage_read (&self->measured.self_began, getpid ());
  bench_usage_read (&self->measured.server_began, self->server);
  self->measured.began = bench_now ();
}

void
load_end_window (Load *self)
{
  self->measured.ended = bench_now ();
  bench_usage_read (&self->measured.server_ended, self->server);
  bench_usage_read (&self->measured.self_ended, getpid ());
}

static void
print_percentiles (const char *name, const SbHistogram *histogram)
{
  static const struct
  {
    const char *name;
    double fraction;
  } percentiles[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 }, { "max", 1 } };

  g_print ("  \"%s\": {\"n\": %" G_GUINT64_FORMAT, name, histogram->n);
  for (gsize i = 0; i < G_N_ELEMENTS (percentiles); i++)
    g_print (", \"%s\": %.1f", percentiles[i].name, sb_histogram_get (histogram, percentiles[i].fraction) / 1e3);
  g_print ("},\n");
}

/* What each pair of windows says of the stuck client's neighbours. */
static void
print_stuck_ratios (Load *self)
{
  g_print ("  \"stuck_ratios\": [");
  for (guint i = 0; i + 1 < self->window_p99->len; i += 2)
    g_print ("%s%.3f", i > 0 ? ", " : "",
             (double) g_array_index (self->window_p99, gint64, i + 1) / MAX (g_array_index (self->window_p99, gint64, i), 1));
  g_print ("],\n");
}

static void
print_result (Load *self, const LoadMode *mode, const LoadWindow *connecting)
{
  const LoadWindow *m = &self->measured;
  double seconds = (m->ended - m->began) / 1e9;
  double connect_seconds = (connecting->ended - connecting->began) / 1e9;
  g_autofree char *failure = g_strescape (self->pool.failure != NULL ? self->pool.failure : "", NULL);

  g_print ("{\n  \"mode\": \"%s\", \"clients\": %u, \"idle\": %u, \"stuck\": %u, \"stuck_cut\": %u, \"size\": %u,\n",
           mode->name, self->n_clients, self->n_idle, self->n_stuck, self->stuck_cut, self->size);
  g_print ("  \"seconds\": %.3f, \"messages\": %" G_GUINT64_FORMAT ", \"deliveries\": %" G_GUINT64_FORMAT ",\n",
           seconds, m->messages, m->deliveries);
  g_print ("  \"server_cpu\": %.6f, \"load_cpu\": %.6f,\n", m->server_ended.cpu - m->server_began.cpu,
           m->self_ended.cpu - m->self_began.cpu);
  g_print ("  \"connected\": %" G_GUINT64_FORMAT ", \"connect_seconds\": %.3f, \"connect_cpu\": %.6f,\n",
           connecting->messages, connect_seconds, connecting->server_ended.cpu - connecting->server_began.cpu);
  g_print ("  \"memory_before\": %" G_GUINT64_FORMAT ", \"memory_connected\": %" G_GUINT64_FORMAT
           ", \"memory_after\": %" G_GUINT64_FORMAT ",\n",
           self->before.memory, self->idle.memory, m->server_ended.memory);
  print_percentiles ("handshake_us", &self->pool.handshakes);
  print_percentiles ("latency_us", &m->latency);
  print_stuck_ratios (self);
  g_print ("  \"lost\": %" G_GUINT64_FORMAT ", \"failures\": %u, \"failure\": \"%s\"\n}\n",
           self->lost, self->pool.n_failed, failure);
}

static void
run (Load *self, const LoadMode *mode)
{
  LoadWindow connecting;

  self->pool.n_clients = self->n_clients + self->n_idle + self->n_stuck;
  self->n_first = mode->stuck_later ? self->n_clients + self->n_idle : self->pool.n_clients;
  self->pool.path = mode->path;
  self->pool.funcs.opened = mode->opened;
  self->pool.funcs.message = mode->message;
  self->pool.funcs.packed = mode->packed;
  self->pool.funcs.closed = mode->closed;
  bench_pool_init (&self->pool);
  make_payload (self);
  self->ring = g_new0 (LoadMessage, LOAD_RING);

  bench_usage_read (&self->before, self->server);
  load_connect (self);
  connecting = self->measured;
  if (self->pool.n_failed == 0)
    {
      /* What connecting left to be done is not part of what comes. */
      load_spin (self, 0.2, NULL);
      bench_usage_read (&self->idle, self->server);
      mode->run (self);
    }
  print_result (self, mode, &connecting);
  if (self->pool.failure != NULL)
    g_printerr ("load: %s\n", self->pool.failure);
  if (self->lost > 0)
    g_printerr ("load: %" G_GUINT64_FORMAT " messages lost\n", self->lost);
}

static const LoadMode *
find_mode (const char *name)
{
  for (guint i = 0; i < load_n_modes; i++)
    if (g_strcmp0 (load_modes[i].name, name) == 0)
      return &load_modes[i];
  return NULL;
}

int
main (int argc, char **argv)
{
  Load load = {
    .n_clients = 100,
    .concurrency = 200,
    .window = 8,
    .size = 128,
    .warm_up = 0.5,
    .seconds = 3,
    .connect_timeout = 60,
  };
  g_autofree char *token = NULL;
  int port = 0;
  int clients = 100, idle = 0, stuck = 0, concurrency = 200, window = 8, size = 128, windows = 10;
  GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &port, "Port on 127.0.0.1", "PORT" },
    { "token", 't', 0, G_OPTION_ARG_STRING, &token, "Sent as Authorization: Bearer", "TOKEN" },
    { "clients", 'c', 0, G_OPTION_ARG_INT, &clients, "That take part (100)", "N" },
    { "idle", 0, 0, G_OPTION_ARG_INT, &idle, "Connected besides, doing nothing (0)", "N" },
    { "stuck", 0, 0, G_OPTION_ARG_INT, &stuck, "Connected besides, never reading; fan-out (0)", "N" },
    { "concurrency", 0, 0, G_OPTION_ARG_INT, &concurrency, "Handshakes at once (200)", "N" },
    { "connect-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &load.connect_timeout, "Seconds for all of them (60)", "S" },
    { "window", 'w', 0, G_OPTION_ARG_INT, &window, "Messages in flight; fan-out (8)", "N" },
    { "rate", 'r', 0, G_OPTION_ARG_DOUBLE, &load.rate, "Messages a second instead; fan-out, pair (of all together)", "N" },
    { "size", 0, 0, G_OPTION_ARG_INT, &size, "Bytes of a message (128)", "N" },
    { "warm-up", 0, 0, G_OPTION_ARG_DOUBLE, &load.warm_up, "Seconds before measuring (0.5)", "S" },
    { "seconds", 's', 0, G_OPTION_ARG_DOUBLE, &load.seconds, "Seconds of measuring (3)", "S" },
    { "tls", 0, 0, G_OPTION_ARG_NONE, &load.pool.tls, "Speak TLS, with whatever certificate", NULL },
    { "deflate", 0, 0, G_OPTION_ARG_NONE, &load.pool.deflate, "Have messages come compressed; fan-out", NULL },
    { "windows", 0, 0, G_OPTION_ARG_INT, &windows, "Of each kind, without and with stuck clients; stuck (10)", "N" },
    { "sleep", 0, 0, G_OPTION_ARG_NONE, &load.pool.sleeps, "Wait for events; else the load takes a CPU of its own", NULL },
    { "server", 0, 0, G_OPTION_ARG_INT, &load.server, "Process whose CPU and memory to read", "PID" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("fan-out|pair|echo|idle|storm|churn|stuck");
  g_autoptr (GError) error = NULL;
  const LoadMode *mode;

  setlocale (LC_NUMERIC, "C");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("load: %s\n", error->message);
      return 2;
    }
  mode = argc == 2 ? find_mode (argv[1]) : NULL;
  if (mode == NULL || port < 1 || port > 65535 || clients < 1 || idle < 0 || stuck < 0 || concurrency < 1 ||
      window < 1 || window > LOAD_RING || size < (int) LEAST_SIZE || size > 65535 || load.warm_up < 0 ||
      load.seconds <= 0 || windows < 1)
    {
      g_printerr ("load: one mode, --port, and sizes that make sense are needed; see --help\n");
      return 2;
    }
  if ((g_str_equal (mode->name, "pair") && clients % 2 != 0) || (g_str_equal (mode->name, "fan-out") && clients < 2))
    {
      g_printerr ("load: pairs need an even number of clients, a fan-out two\n");
      return 2;
    }

  if (g_str_equal (mode->name, "stuck") && (clients < 2 || stuck < 1 || load.rate <= 0))
    {
      g_printerr ("load: a load with stuck clients needs two others, a stuck one and a rate\n");
      return 2;
    }

  if (inflateInit2 (&load.inflater, -MAX_WBITS) != Z_OK)
    g_error ("zlib cannot be begun");
  signal (SIGPIPE, SIG_IGN);
  bench_raise_files ();
  load.pool.port = port;
  load.pool.token = token;
  load.n_clients = clients;
  load.n_idle = idle;
  load.n_stuck = stuck;
  load.concurrency = concurrency;
  load.window = window;
  load.n_windows = windows;
  load.window_p99 = g_array_new (FALSE, FALSE, sizeof (gint64));
  load.size = size;
  run (&load, mode);
  clients = load.pool.n_failed > 0 || load.lost > 0 ? 1 : 0;
  bench_pool_clear (&load.pool);
  inflateEnd (&load.inflater);
  g_free (load.payload);
  for (guint i = 0; i < LOAD_RING; i++)
    g_clear_pointer (&load.ring[i].packed, g_byte_array_unref);
  g_free (load.ring);
  g_array_unref (load.window_p99);
  return clients;
}
