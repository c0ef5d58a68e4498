/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-metrics.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* https://prometheus.io/docs/instrumenting/exposition_formats/ and …/practices/naming/: base units, _total for what only grows. What is
 * counted begins from 0 with the program, but for rules, whose counts are kept. */

/* --- the format --- */

/* Each name has its lines in one run, with these two in front. */
static void
begin (GString *text, const char *name, const char *type, const char *help)
{
  g_string_append_printf (text, "# HELP signalbox_%s %s\n# TYPE signalbox_%s %s\n", name, help, name, type);
}

static void
add_escaped (GString *text, const char *value)
{
  for (; *value != '\0'; value++)
    if (*value == '\n')
      g_string_append (text, "\\n");
    else
      g_string_append_printf (text, *value == '\\' || *value == '"' ? "\\%c" : "%c", *value);
}

static void
add_label (GString *text, const char *name, const char *value)
{
  g_string_append_printf (text, "%s=\"", name);
  add_escaped (text, value);
  g_string_append_c (text, '"');
}

static void
add (GString *text, const char *name, guint64 value)
{
  g_string_append_printf (text, "signalbox_%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
add_labelled (GString *text, const char *name, const char *label, const char *label_value, guint64 value)
{
  g_string_append_printf (text, "signalbox_%s{", name);
  add_label (text, label, label_value);
  g_string_append_printf (text, "} %" G_GUINT64_FORMAT "\n", value);
}

static void
counter (GString *text, const char *name, const char *help, guint64 value)
{
  begin (text, name, "counter", help);
  add (text, name, value);
}

static void
gauge (GString *text, const char *name, const char *help, guint64 value)
{
  begin (text, name, "gauge", help);
  add (text, name, value);
}

/* Of another's name: what every exporter says of its process. With a point whatever the locale. */
static void
process_value (GString *text, const char *name, const char *type, const char *help, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.3f", value);
  g_string_append_printf (text, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %s\n", name, help, name, type, name, number);
}

/* --- what there is --- */

static void
add_state (GString *text, SbEngine *engine)
{
  SbEngineState state = sb_engine_get_state (engine);

  begin (text, "build_info", "gauge", "Which version runs; always 1.");
  g_string_append (text, "signalbox_build_info{");
  add_label (text, "version", PACKAGE_VERSION);
  g_string_append (text, "} 1\n");
  begin (text, "state", "gauge", "1 for the state that the server is in, 0 for the others.");
  for (SbEngineState s = SB_ENGINE_STOPPED; s <= SB_ENGINE_FAILED; s++)
    add_labelled (text, "state", "state", sb_engine_state_to_id (s), s == state);
  gauge (text, "start_time_seconds", "When the server began to listen, in seconds since 1970; 0 while it does not.",
         (guint64) (sb_engine_get_started_at (engine) / G_USEC_PER_SEC));
}

static void
add_clients (GString *text, SbEngine *engine, const SbHubTotals *totals)
{
  SbClientList *clients = sb_engine_get_clients (engine);
  guint max_clients;

  g_object_get (sb_engine_get_settings (engine), "max-clients", &max_clients, NULL);
  gauge (text, "clients", "Clients that are connected.", totals->clients);
  gauge (text, "clients_limit", "Clients that may be connected.", max_clients);
  gauge (text, "clients_slow", "Clients for which more than half of what may wait does.", sb_client_list_get_n_slow (clients));
  begin (text, "clients_closed_total", "counter", "Clients that the server closed, by the limit they ran into.");
  add_labelled (text, "clients_closed_total", "reason", "rejected", totals->closed_rejected);
  add_labelled (text, "clients_closed_total", "reason", "silent", totals->closed_silent);
  add_labelled (text, "clients_closed_total", "reason", "slow", totals->closed_slow);
  add_labelled (text, "clients_closed_total", "reason", "memory", totals->closed_memory);
  add_labelled (text, "clients_closed_total", "reason", "busy", totals->closed_busy);
  begin (text, "handshakes_refused_total", "counter", "Handshakes that were refused, by the limit they ran into.");
  add_labelled (text, "handshakes_refused_total", "reason", "full", totals->refused_full);
  add_labelled (text, "handshakes_refused_total", "reason", "address", totals->refused_address);
  add_labelled (text, "handshakes_refused_total", "reason", "token", totals->refused_token);
  add_labelled (text, "handshakes_refused_total", "reason", "attempts", totals->refused_attempts);
  add_labelled (text, "handshakes_refused_total", "reason", "other", totals->refused_other);
  counter (text, "handshake_timeouts_total", "Connections cut before their handshake was done.", totals->handshake_timeouts);
  counter (text, "accept_pauses_total", "Times that accepting paused for want of descriptors.", totals->accept_pauses);
}

static void
add_messages (GString *text, const SbHubTotals *totals)
{
  counter (text, "messages_received_total", "Messages accepted from clients.", totals->messages_in);
  counter (text, "messages_sent_total", "Messages handed to the network for clients.", totals->messages_out);
  counter (text, "received_bytes_total", "Bytes read from clients, with framing.", totals->bytes_in);
  counter (text, "sent_bytes_total", "Bytes handed to the network for clients, with framing.", totals->bytes_out);
  begin (text, "messages_rejected_total", "counter", "Messages of clients that were not let through, by why.");
  for (SbRejection r = SB_REJECTED_NOT + 1; r < SB_N_REJECTIONS; r++)
    add_labelled (text, "messages_rejected_total", "code", sb_rejection_to_code (r), totals->rejected_as[r]);
  counter (text, "messages_dropped_total", "Messages that somebody should have had and did not get.", totals->dropped);
  counter (text, "error_replies_withheld_total", "Rejected messages whose sender was not told, for there were too many.",
           totals->replies_withheld);
  gauge (text, "backlog_bytes", "Bytes that wait for clients, as if each had its own copy.", totals->backlog);
  gauge (text, "queued_memory_bytes", "Memory that the queues of all clients hold.", totals->held);
  gauge (text, "arriving_memory_bytes", "Memory that messages hold of which not all has come yet.", totals->arriving);
}

static void
add_traffic (GString *text, SbEngine *engine, const SbHubTotals *totals, guint n_followers)
{
  SbTrafficLog *log = sb_engine_get_traffic (engine);

  counter (text, "traffic_logged_total", "Messages that came into the traffic log.", sb_traffic_log_get_n_logged (log));
  counter (text, "traffic_not_kept_total", "Messages that did not, for there were too many at once.", totals->not_kept);
  gauge (text, "traffic_log_messages", "Messages that the traffic log holds.", g_list_model_get_n_items (G_LIST_MODEL (log)));
  gauge (text, "traffic_log_bytes", "Bytes of messages that the traffic log holds.", sb_traffic_log_get_bytes (log));
  gauge (text, "traffic_followers", "Who follow the traffic by the control interface.", n_followers);
}

static void
add_tokens (GString *text, SbEngine *engine)
{
  static const SbTokenState states[] = { SB_TOKEN_ACTIVE, SB_TOKEN_NOT_YET_VALID, SB_TOKEN_EXPIRING, SB_TOKEN_EXPIRED, SB_TOKEN_REVOKED };
  GListModel *tokens = G_LIST_MODEL (sb_engine_get_tokens (engine));
  guint counts[G_N_ELEMENTS (states)] = { 0 };
  gint64 now = g_get_real_time ();

  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (tokens, i);
      SbTokenState state = sb_token_get_state (sb_token_item_get_token (item), now);

      for (guint s = 0; s < G_N_ELEMENTS (states); s++)
        counts[s] += states[s] == state;
    }
  begin (text, "tokens", "gauge", "Tokens, by state.");
  for (guint s = 0; s < G_N_ELEMENTS (states); s++)
    add_labelled (text, "tokens", "state", sb_token_state_to_id (states[s]), counts[s]);
}

static void
add_rule (GString *text, SbRule *rule, const char *result, guint64 n)
{
  g_string_append (text, "signalbox_rule_messages_total{");
  add_label (text, "channels", rule->spec.pattern);
  g_string_append_c (text, ',');
  add_label (text, "result", result);
  g_string_append_printf (text, "} %" G_GUINT64_FORMAT "\n", n);
}

static void
add_rules (GString *text, SbEngine *engine)
{
  GListModel *rules = G_LIST_MODEL (sb_engine_get_rules (engine));

  if (g_list_model_get_n_items (rules) == 0)
    return;
  begin (text, "rule_messages_total", "counter", "Messages that a rule judged, by the pattern of channels it is for.");
  for (guint i = 0; i < g_list_model_get_n_items (rules); i++)
    {
      g_autoptr (SbRuleItem) item = g_list_model_get_item (rules, i);
      SbRule *rule = sb_rule_item_get_rule (item);

      add_rule (text, rule, "passed", sb_rule_counts_get_passed (rule->counts));
      add_rule (text, rule, "failed", sb_rule_counts_get_failed (rule->counts));
    }
}

static void
add_administration (GString *text, SbEngine *engine)
{
  g_auto (GStrv) blocks = sb_engine_list_blocks (engine);

  counter (text, "broadcasts_total", "Broadcasts and messages to single clients that were begun.", sb_engine_get_n_broadcasts (engine));
  gauge (text, "schedules", "What is sent by itself.", g_list_model_get_n_items (sb_engine_get_schedules (engine)));
  gauge (text, "retained_messages", "Broadcasts that are kept for those who come later.",
         g_list_model_get_n_items (sb_engine_get_retained (engine)));
  gauge (text, "blocked_addresses", "Addresses that are shut out.", g_strv_length (blocks));
}

/* /proc is no file on a disk that one would wait for. */
static gboolean
read_resident_memory (guint64 *bytes)
{
  g_autofree char *text = NULL;
  const char *second;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) || (second = strchr (text, ' ')) == NULL)
    return FALSE;
  *bytes = g_ascii_strtoull (second, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);

  return TRUE;
}

static void
add_process (GString *text, gint64 start_time)
{
  struct rusage usage;
  guint64 resident;

  process_value (text, "start_time_seconds", "gauge", "When the program began, in seconds since 1970.",
                 (double) start_time / G_USEC_PER_SEC);
  if (getrusage (RUSAGE_SELF, &usage) == 0)
    process_value (text, "cpu_seconds_total", "counter", "What the processor did for the program, in seconds.",
                   (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC);
  if (read_resident_memory (&resident))
    process_value (text, "resident_memory_bytes", "gauge", "Memory of the program that is in RAM.", (double) resident);
}

char *
sb_metrics_make (SbEngine *engine, gint64 start_time, guint n_followers)
{
  GString *text = g_string_sized_new (8192);
  SbHubTotals totals;

  sb_engine_get_totals (engine, &totals);
  add_state (text, engine);
  add_clients (text, engine, &totals);
  add_messages (text, &totals);
  add_traffic (text, engine, &totals, n_followers);
  add_tokens (text, engine);
  add_rules (text, engine);
  add_administration (text, engine);
  add_process (text, start_time);

  return g_string_free (text, FALSE);
}
