/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"
#include "control/sb-control-time.h"
#include "sb-clock.h"

/* How what there is to see is written in JSON. */

/* Bytes of a message that a list shows. */
#define MAX_SHOWN 4096

/* 0 is null. */
void
sb_json_set_time (JsonObject *object, const char *name, gint64 time)
{
  g_autofree char *text = time != 0 ? sb_control_time_format (time) : NULL;

  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

void
sb_json_set_string (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

void
sb_json_set_strings (JsonObject *object, const char *name, char **strings)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    json_array_add_string_element (array, strings[i]);
  json_object_set_array_member (object, name, array);
}

JsonObject *
sb_token_item_to_json (SbTokenItem *item)
{
  const SbToken *token = sb_token_item_get_token (item);
  JsonObject *object = json_object_new ();
  gint64 now = g_get_real_time ();

  json_object_set_int_member (object, "id", token->id);
  json_object_set_string_member (object, "label", token->spec.label);
  json_object_set_string_member (object, "hint", token->hint);
  json_object_set_string_member (object, "state", sb_token_state_to_id (sb_token_get_state (token, now)));
  sb_json_set_strings (object, "channels", token->spec.channels);
  json_object_set_boolean_member (object, "may_publish", token->spec.may_publish);
  sb_json_set_time (object, "not_before", token->spec.not_before);
  sb_json_set_time (object, "expires_at", token->spec.expires_at);
  json_object_set_int_member (object, "max_connections", token->spec.max_connections);
  json_object_set_int_member (object, "messages_per_second", token->spec.messages_per_second);
  sb_json_set_time (object, "created_at", token->created_at);
  sb_json_set_time (object, "revoked_at", token->revoked_at);
  sb_json_set_time (object, "previous_secret_until", token->previous_until > now ? token->previous_until : 0);
  json_object_set_int_member (object, "connections", sb_token_item_get_live (item));
  sb_json_set_time (object, "last_used_at", sb_token_item_get_last_used (item));
  sb_json_set_string (object, "last_address", sb_token_item_get_last_address (item));

  return object;
}

static const char *
client_state_to_id (SbClientState state)
{
  switch (state)
    {
    case SB_CLIENT_SLOW: return "slow";
    case SB_CLIENT_REJECTED: return "rejected";
    case SB_CLIENT_IDLE: return "idle";
    case SB_CLIENT_LEFT: return "left";
    case SB_CLIENT_OK:
    default: return "ok";
    }
}

JsonObject *
sb_client_to_json (SbClient *client)
{
  const SbPeer *peer = sb_client_get_peer (client);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", (gint64) peer->id);
  sb_json_set_string (object, "name", peer->name);
  json_object_set_int_member (object, "token", peer->token_id);
  sb_json_set_string (object, "token_label", peer->token_label);
  sb_json_set_string (object, "token_hint", peer->token_hint);
  sb_json_set_string (object, "channel", peer->channel);
  sb_json_set_string (object, "address", peer->address);
  json_object_set_int_member (object, "port", peer->port);
  json_object_set_boolean_member (object, "tls", peer->tls);
  sb_json_set_string (object, "tls_version", peer->tls_version);
  sb_json_set_string (object, "cipher", peer->cipher);
  sb_json_set_string (object, "subprotocol", peer->subprotocol);
  json_object_set_boolean_member (object, "compressed", peer->compressed);
  sb_json_set_string (object, "origin", peer->origin);
  sb_json_set_string (object, "user_agent", peer->user_agent);
  sb_json_set_time (object, "joined_at", peer->joined_at);
  json_object_set_string_member (object, "state", client_state_to_id (sb_client_get_state (client)));
  json_object_set_int_member (object, "messages_in", (gint64) sb_client_get_messages_in (client));
  json_object_set_int_member (object, "messages_out", (gint64) sb_client_get_messages_out (client));
  json_object_set_int_member (object, "bytes_in", (gint64) sb_client_get_bytes_in (client));
  json_object_set_int_member (object, "bytes_out", (gint64) sb_client_get_bytes_out (client));
  json_object_set_int_member (object, "rejected", (gint64) sb_client_get_rejected (client));
  json_object_set_int_member (object, "dropped", (gint64) sb_client_get_dropped (client));
  json_object_set_int_member (object, "backlog", (gint64) sb_client_get_backlog (client));
  if (sb_client_get_round_trip (client) >= 0)
    json_object_set_double_member (object, "round_trip_ms", (double) sb_client_get_round_trip (client) / 1000);
  else
    json_object_set_null_member (object, "round_trip_ms");

  return object;
}

/* A text, or its beginning, cut at a character. */
static void
set_text (JsonObject *object, const char *text, gsize length, gsize max)
{
  gsize end = MIN (length, max);
  g_autofree char *shown = NULL;

  while (end > 0 && end < length && ((guchar) text[end] & 0xc0) == 0x80)
    end--;
  shown = g_utf8_make_valid (end > 0 ? text : "", (gssize) end);
  json_object_set_string_member (object, "message", shown);
  json_object_set_boolean_member (object, "cut", end < length);
}

static void
set_binary (JsonObject *object, const char *data, gsize length, gsize max)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) data, MIN (length, max));

  json_object_set_string_member (object, "base64", encoded);
  json_object_set_boolean_member (object, "cut", length > max);
}

/* Size, and the message or its beginning. */
void
sb_json_set_payload (JsonObject *object, GBytes *payload, gboolean binary, gboolean whole)
{
  gsize length;
  const char *data = g_bytes_get_data (payload, &length);

  json_object_set_boolean_member (object, "binary", binary);
  json_object_set_int_member (object, "size", (gint64) length);
  if (binary)
    set_binary (object, data, length, whole ? length : MAX_SHOWN);
  else
    set_text (object, data, length, whole ? length : MAX_SHOWN);
}

/* Who a line of some list is about; NULL: no client. */
void
sb_json_set_peer (JsonObject *object, const SbPeer *peer)
{
  static const char *const names[] = { "client", "name", "token", "token_label", "token_hint", "address", "channel" };

  if (peer == NULL)
    {
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        json_object_set_null_member (object, names[i]);
      return;
    }
  json_object_set_int_member (object, "client", (gint64) peer->id);
  sb_json_set_string (object, "name", peer->name);
  json_object_set_int_member (object, "token", peer->token_id);
  sb_json_set_string (object, "token_label", peer->token_label);
  sb_json_set_string (object, "token_hint", peer->token_hint);
  sb_json_set_string (object, "address", peer->address);
  sb_json_set_string (object, "channel", peer->channel);
}

/* How a client's connection ended. */
void
sb_json_set_left (JsonObject *object, SbClient *client)
{
  json_object_set_int_member (object, "code", sb_client_get_close_code (client));
  sb_json_set_string (object, "reason", sb_client_get_close_reason (client));
  json_object_set_string_member (object, "closed_by", sb_closed_by_to_id (sb_client_get_closed_by (client)));
}

static void
set_rejection (JsonObject *object, const SbTrafficRecord *record)
{
  json_object_set_boolean_member (object, "rejected", record->rejection != SB_REJECTED_NOT);
  sb_json_set_string (object, "code", sb_rejection_to_code (record->rejection));
  sb_json_set_string (object, "reason", record->reason);
  sb_json_set_string (object, "pointer", record->pointer);
  if (record->rule_id != 0)
    json_object_set_int_member (object, "rule", record->rule_id);
  else
    json_object_set_null_member (object, "rule");
  json_object_set_boolean_member (object, "told", record->told);
}

/* A message of the traffic log, whose number there is @id. What the log has of it may be its beginning only. */
void
sb_json_set_traffic (JsonObject *object, const SbTrafficRecord *record, guint64 id, gboolean whole)
{
  g_autoptr (GBytes) payload = record->payload != NULL ? g_bytes_ref (record->payload) : g_bytes_new (NULL, 0);

  json_object_set_int_member (object, "id", (gint64) id);
  sb_json_set_time (object, "time", record->time);
  json_object_set_string_member (object, "direction", sb_direction_to_id (record->direction));
  sb_json_set_peer (object, record->peer);
  sb_json_set_string (object, "target", record->target);
  json_object_set_int_member (object, "reached", record->reached);
  json_object_set_int_member (object, "dropped", record->dropped);
  set_rejection (object, record);
  sb_json_set_payload (object, payload, record->binary, whole);
  json_object_set_int_member (object, "size", (gint64) record->size);
  if (record->size > g_bytes_get_size (payload))
    json_object_set_boolean_member (object, "cut", TRUE);
}

/* Who lost it, and why. */
void
sb_broadcast_set_missed_json (JsonObject *object, SbBroadcast *broadcast)
{
  GPtrArray *missed = sb_broadcast_get_missed (broadcast);
  JsonArray *array = json_array_new ();

  for (guint i = 0; missed != NULL && i < missed->len; i++)
    {
      const SbMissed *one = g_ptr_array_index (missed, i);
      JsonObject *member = json_object_new ();

      sb_json_set_peer (member, one->peer);
      json_object_set_string_member (member, "why", sb_missed_why_to_id (one->why));
      json_array_add_object_element (array, member);
    }
  json_object_set_array_member (object, "dropped_clients", array);
}

static const char *
broadcast_to_state (SbBroadcast *broadcast)
{
  if (sb_broadcast_get_complete (broadcast))
    return "complete";

  return sb_broadcast_get_interrupted (broadcast) ? "interrupted" : "sending";
}

/* @whole: with all that was said, not only its beginning. */
JsonObject *
sb_broadcast_to_json (SbBroadcast *broadcast, gboolean whole)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", sb_broadcast_get_id (broadcast));
  sb_json_set_time (object, "sent_at", sb_broadcast_get_time (broadcast));
  json_object_set_string_member (object, "target", sb_broadcast_get_target_text (broadcast));
  json_object_set_string_member (object, "state", broadcast_to_state (broadcast));
  json_object_set_int_member (object, "targeted", sb_broadcast_get_targeted (broadcast));
  json_object_set_int_member (object, "sent", sb_broadcast_get_sent (broadcast));
  json_object_set_int_member (object, "dropped", sb_broadcast_get_dropped (broadcast));
  json_object_set_int_member (object, "pending", sb_broadcast_get_pending (broadcast));
  json_object_set_double_member (object, "duration_ms", (double) sb_broadcast_get_duration (broadcast) / 1000);
  sb_json_set_payload (object, sb_broadcast_get_payload (broadcast), sb_broadcast_get_binary (broadcast), whole);
  if (sb_broadcast_get_schedule_id (broadcast) != 0)
    json_object_set_int_member (object, "schedule", sb_broadcast_get_schedule_id (broadcast));
  else
    json_object_set_null_member (object, "schedule");
  json_object_set_boolean_member (object, "retained", sb_broadcast_get_retained (broadcast));
  if (whole)
    sb_broadcast_set_missed_json (object, broadcast);

  return object;
}

/* {}, or {"everyone": true}, or the lists. */
static void
set_target (JsonObject *object, const SbTarget *target)
{
  if (target == NULL)
    return;
  if (target->everyone)
    json_object_set_boolean_member (object, "everyone", TRUE);
  else if (target->channels != NULL)
    sb_json_set_strings (object, "channels", target->channels);
  if (!target->everyone && target->token_ids != NULL)
    {
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < target->token_ids->len; i++)
        json_array_add_int_element (array, g_array_index (target->token_ids, gint64, i));
      json_object_set_array_member (object, "tokens", array);
    }
}

static void
set_message (JsonObject *object, const SbMessage *message, gboolean whole)
{
  sb_json_set_string (object, "target", message->target != NULL ? message->target_text : NULL);
  set_target (object, message->target);
  sb_json_set_payload (object, message->payload, message->binary, whole);
}

JsonObject *
sb_template_to_json (SbTemplate *template, gboolean whole)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", sb_template_get_id (template));
  json_object_set_string_member (object, "name", sb_template_get_name (template));
  sb_json_set_time (object, "changed_at", sb_template_get_changed_at (template));
  set_message (object, sb_template_get_message (template), whole);

  return object;
}

JsonObject *
sb_retained_to_json (SbRetainedItem *item, gboolean whole)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", sb_retained_item_get_id (item));
  json_object_set_string_member (object, "channels", sb_retained_item_get_pattern (item));
  sb_json_set_time (object, "since", sb_retained_item_get_since (item));
  json_object_set_int_member (object, "delivered", (gint64) sb_retained_item_get_delivered (item));
  sb_json_set_payload (object, sb_retained_item_get_payload (item), sb_retained_item_get_binary (item), whole);

  return object;
}

JsonObject *
sb_schedule_to_json (SbSchedule *schedule, gboolean whole)
{
  const SbScheduleTimes *times = sb_schedule_get_times (schedule);
  const SbScheduleProgress *progress = sb_schedule_get_progress (schedule);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", sb_schedule_get_id (schedule));
  sb_json_set_time (object, "created_at", sb_schedule_get_created_at (schedule));
  sb_json_set_time (object, "at", times->start_at);
  json_object_set_int_member (object, "every", times->interval / G_USEC_PER_SEC);
  json_object_set_int_member (object, "times", times->max_runs);
  sb_json_set_time (object, "next_at",
                    sb_schedule_get_next_at (schedule, sb_clock_get_real (), sb_clock_get_elapsed ()));
  json_object_set_int_member (object, "runs", progress->n_runs);
  json_object_set_int_member (object, "missed", progress->n_missed);
  json_object_set_int_member (object, "failed", progress->n_failed);
  sb_json_set_time (object, "last_at", progress->last_at);
  json_object_set_int_member (object, "last_targeted", progress->last_targeted);
  json_object_set_int_member (object, "last_sent", progress->last_sent);
  json_object_set_int_member (object, "last_dropped", progress->last_dropped);
  sb_json_set_string (object, "problem", sb_schedule_get_error (schedule));
  set_message (object, sb_schedule_get_message (schedule), whole);

  return object;
}

JsonObject *
sb_journal_entry_to_json (SbJournalEntry *entry)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", sb_journal_entry_get_id (entry));
  sb_json_set_time (object, "time", sb_journal_entry_get_time (entry));
  json_object_set_string_member (object, "act", sb_act_to_id (sb_journal_entry_get_act (entry)));
  json_object_set_string_member (object, "actor", sb_journal_entry_get_actor (entry));
  json_object_set_string_member (object, "subject", sb_journal_entry_get_subject (entry));
  json_object_set_string_member (object, "detail", sb_journal_entry_get_detail (entry));
  json_object_set_int_member (object, "count", sb_journal_entry_get_count (entry));

  return object;
}

JsonObject *
sb_rule_to_json (SbRule *rule)
{
  const SbRuleSpec *spec = &rule->spec;
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", rule->id);
  json_object_set_string_member (object, "channels", spec->pattern);
  json_object_set_boolean_member (object, "enabled", spec->enabled);
  json_object_set_boolean_member (object, "text", spec->allow_text);
  json_object_set_boolean_member (object, "binary", spec->allow_binary);
  json_object_set_int_member (object, "max_size", spec->max_size);
  json_object_set_int_member (object, "max_depth", spec->max_depth);
  json_object_set_int_member (object, "messages_per_second", spec->messages_per_second);
  sb_json_set_string (object, "schema", spec->schema);
  json_object_set_boolean_member (object, "assert_format", spec->assert_format);
  json_object_set_string_member (object, "on_failure", sb_rule_failure_to_id (spec->on_failure));
  sb_json_set_string (object, "problem", rule->problem);
  sb_json_set_time (object, "created_at", rule->created_at);
  sb_json_set_time (object, "changed_at", rule->changed_at);
  json_object_set_object_member (object, "counts", sb_rule_counts_to_json (rule->counts));

  return object;
}
