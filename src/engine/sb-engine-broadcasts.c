/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "access/sb-channel.h"
#include "net/sb-utf8.h"
#include "rules/sb-json-guard.h"
#include "sb-clock.h"
#include "store/sb-broadcast-store.h"

#include <glib/gi18n-lib.h>

/* What the admin says: checked, written, sent, reported, written again. */

/* --- checks --- */

static gboolean
check_target (const SbTarget *target, GError **error)
{
  gsize n = (target->channels != NULL ? g_strv_length (target->channels) : 0) +
            (target->token_ids != NULL ? target->token_ids->len : 0) +
            (target->client_ids != NULL ? target->client_ids->len : 0);

  if (!target->everyone && n == 0)
    {
      g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("Say whom the message is for."));
      return FALSE;
    }

  for (guint i = 0; target->channels != NULL && target->channels[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;

      if (!sb_channel_pattern_check (target->channels[i], &local))
        {
          g_autofree char *shown = g_utf8_make_valid (target->channels[i], -1);

          g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("“%s” is not a channel: %s"), shown,
                       local->message);
          return FALSE;
        }
    }

  return TRUE;
}

/* The same checks that a client's message passes, so that no receiver gets what none could have sent. */
gboolean
sb_engine_check_payload (SbEngine *self, gboolean binary, GBytes *payload, GError **error)
{
  g_autoptr (SbJsonGuard) guard = NULL;
  SbSessionLimits limits;
  SbJsonTrouble trouble;
  gsize length;
  const char *text = g_bytes_get_data (payload, &length);

  sb_settings_get_session_limits (self->settings, &limits);
  if (length > limits.max_message)
    {
      g_autofree char *size = g_format_size (length);
      g_autofree char *most = g_format_size (limits.max_message);

      /* Translators: two sizes */
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("The message has %s; a message may have %s."),
                   size, most);
      return FALSE;
    }
  if (binary)
    return TRUE;

  if (!limits.require_json)
    {
      guint32 state = 0;

      if (sb_utf8_push (&state, (const guint8 *) text, length) && state == 0)
        return TRUE;
      g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("The message is not UTF-8."));
      return FALSE;
    }

  guard = sb_json_guard_new ();
  if (!sb_json_guard_check (guard, text != NULL ? text : "", length, &limits.json, &trouble))
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                   _("The message is not JSON as it may be sent: line %u, column %u: %s."), trouble.line,
                   trouble.column, trouble.message);
      return FALSE;
    }

  return TRUE;
}

/* Everything that is checked before a message is sent, or kept to be sent later. */
gboolean
sb_engine_check_message (SbEngine *self, const SbTarget *target, gboolean binary, GBytes *payload, GError **error)
{
  return check_target (target, error) && sb_engine_check_payload (self, binary, payload, error);
}

/* Single clients rather than a circle of them: "direct" in the traffic log, "message sent" in the trail. */
static gboolean
is_direct (const SbTarget *target)
{
  return !target->everyone && target->channels == NULL && target->token_ids == NULL && target->client_ids != NULL;
}

/* --- report --- */

static void
log_traffic (SbEngine *self, SbBroadcast *broadcast)
{
  SbTrafficRecord record = {
    .time = sb_broadcast_get_time (broadcast),
    .target = g_strdup (sb_broadcast_get_target_text (broadcast)),
    .payload = g_bytes_ref (sb_broadcast_get_payload (broadcast)),
    .size = g_bytes_get_size (sb_broadcast_get_payload (broadcast)),
    .direction = is_direct (sb_broadcast_get_target (broadcast)) ? SB_DIRECTION_DIRECT : SB_DIRECTION_BROADCAST,
    .binary = sb_broadcast_get_binary (broadcast),
    .reached = sb_broadcast_get_targeted (broadcast) - sb_broadcast_get_dropped (broadcast),
    .dropped = sb_broadcast_get_dropped (broadcast),
    .offset = G_MAXUINT64,
  };

  sb_traffic_log_append (self->traffic, &record, 1);
  sb_traffic_record_clear (&record);
}

/* Of what repeats, the trail tells the beginning and the end: a line each second would push everything else out of
 * it. */
static gboolean
repeats (SbCommand *command)
{
  SbSchedule *schedule =
      command->schedule_id != 0 ? sb_engine_find_schedule (command->engine, command->schedule_id) : NULL;

  return schedule != NULL && sb_schedule_get_times (schedule)->interval > 0;
}

static void
broadcast_audit (SbCommand *command)
{
  SbBroadcast *broadcast = command->broadcast;
  g_autoptr (GString) detail = g_string_new (NULL);

  if (repeats (command))
    return;

  g_string_append_printf (detail, "%u targeted, %u sent, %u dropped", sb_broadcast_get_targeted (broadcast),
                          sb_broadcast_get_sent (broadcast), sb_broadcast_get_dropped (broadcast));
  if (sb_broadcast_get_pending (broadcast) > 0)
    g_string_append_printf (detail, ", %u still waiting", sb_broadcast_get_pending (broadcast));
  sb_command_audit (command,
                    is_direct (sb_broadcast_get_target (broadcast)) ? SB_ACT_MESSAGE_SENT : SB_ACT_BROADCAST_SENT,
                    sb_broadcast_get_target_text (broadcast), detail->str);
}

/* Later ones have pushed it out of the history, and there is nothing to be kept. */
static gboolean
is_gone (const GError *error)
{
  return g_error_matches (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND);
}

static void
reported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  g_autoptr (GError) error = NULL;

  /* It is said, and the numbers are known: that they are not kept is the engine's trouble, not this command's failure.
   */
  if (!sb_broadcast_store_report_finish (SB_DATABASE (source), result, &error) && !is_gone (error))
    {
      g_ptr_array_add (command->engine->unsaved_reports, g_object_ref (command->broadcast));
      sb_engine_store_failed (command->engine, error);
    }
  command->next = broadcast_audit;
  sb_command_release (command);
}

/* One lane's part of a report. */
void
sb_engine_report (SbEngine *self, const SbEvent *event)
{
  gint64 id = (gint64) event->report.broadcast_id;
  SbCommand *command = g_hash_table_lookup (self->sending, &id);

  if (command == NULL)
    return;

  sb_broadcast_add_report (command->broadcast, self->n_lanes, event->report.targeted, event->report.sent,
                           event->report.dropped, event->report.pending, event->report.duration,
                           event->report.missed);
  if (!sb_broadcast_get_complete (command->broadcast))
    return;

  g_hash_table_remove (self->sending, &id);
  log_traffic (self, command->broadcast);
  sb_broadcast_store_report_async (self->database, command->broadcast, reported_cb, command);
}

static void
retried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbEngine) self = user_data;
  g_autoptr (GError) error = NULL;

  if (sb_broadcast_store_report_finish (SB_DATABASE (source), result, &error) || is_gone (error))
    {
      if (self->unsaved_reports->len > 0)
        g_ptr_array_remove_index (self->unsaved_reports, 0);
      sb_engine_retry_store (self);
    }
  else
    g_message ("A broadcast's report still cannot be written: %s", error->message);
  self->retrying_report = FALSE;
}

/* Writes one report that is not on disk; when that works, the next one. */
void
sb_engine_retry_reports (SbEngine *self)
{
  if (self->retrying_report)
    return;

  self->retrying_report = TRUE;
  sb_broadcast_store_report_async (self->database, g_ptr_array_index (self->unsaved_reports, 0), retried_cb,
                                   g_object_ref (self));
}

/* --- send --- */

static void
add_to_history (SbEngine *self, SbBroadcast *broadcast)
{
  guint n, i;

  if (sb_broadcast_get_schedule_id (broadcast) != 0)
    {
      SbSchedule *schedule = sb_engine_find_schedule (self, sb_broadcast_get_schedule_id (broadcast));
      SbBroadcast *before = schedule != NULL ? sb_schedule_get_broadcast (schedule) : NULL;

      /* As on disk: the last run takes the place of the one before. */
      if (before != NULL && g_list_store_find (self->broadcasts, before, &i))
        g_list_store_remove (self->broadcasts, i);
      sb_engine_schedule_counted (self, broadcast);
    }
  g_list_store_insert (self->broadcasts, 0, broadcast);
  self->n_broadcasts++;
  n = g_list_model_get_n_items (G_LIST_MODEL (self->broadcasts));
  if (n > self->keeping.broadcasts)
    g_list_store_splice (self->broadcasts, self->keeping.broadcasts, n - self->keeping.broadcasts, NULL, 0);
}

/* @frame: what is to be kept as well; NULL: nothing. */
static void
send (SbCommand *command, SbFrame *frame)
{
  SbEngine *self = command->engine;
  SbBroadcast *broadcast = command->broadcast;
  const SbTarget *target = sb_broadcast_get_target (broadcast);
  gint64 id = sb_broadcast_get_id (broadcast);

  /* Released by the answer to the report. */
  sb_command_hold (command);
  g_hash_table_insert (self->sending, g_memdup2 (&id, sizeof id), command);
  if (frame != NULL)
    sb_hub_broadcast_retained (self->hub, (guint64) id, target, frame, self->retained_table);
  else
    sb_hub_broadcast (self->hub, (guint64) id, target,
                      is_direct (target) ? SB_DIRECTION_DIRECT : SB_DIRECTION_BROADCAST,
                      sb_broadcast_get_binary (broadcast), sb_broadcast_get_payload (broadcast));
}

static void
inserted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  SbEngine *self = command->engine;
  g_autoptr (GArray) retained_ids = NULL;
  g_autoptr (SbFrame) frame = NULL;
  GError *error = NULL;

  command->broadcast = sb_broadcast_store_insert_finish (SB_DATABASE (source), result, &retained_ids, &error);
  if (retained_ids != NULL)
    {
      frame = sb_engine_take_retained (self, command->broadcast, command->retain, retained_ids);
      sb_command_audit (command, SB_ACT_MESSAGE_RETAINED, sb_broadcast_get_target_text (command->broadcast), "");
    }

  if (command->broadcast == NULL)
    sb_command_fail_store (command, error);
  else if (!sb_engine_is_running (self))
    {
      /* Stopped while the row was being written: told as it is, to nobody. What is kept is kept. */
      if (frame != NULL)
        sb_engine_put_all_retained (self);
      add_to_history (self, command->broadcast);
      sb_broadcast_set_interrupted (command->broadcast);
      sb_command_fail (command, g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING,
                                                     _("The server stopped before the message was sent.")));
    }
  else
    {
      add_to_history (self, command->broadcast);
      send (command, frame);
    }
  sb_command_release (command);
}

void
sb_engine_broadcast_async (SbEngine *self, const char *actor, const SbTarget *target, gboolean binary, GBytes *payload,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (target != NULL);
  g_return_if_fail (payload != NULL);

  sb_engine_send_async (self, actor, 0, FALSE, target, binary, payload, callback, user_data);
}

void
sb_engine_retain_async (SbEngine *self, const char *actor, const SbTarget *target, gboolean binary, GBytes *payload,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (target != NULL);
  g_return_if_fail (payload != NULL);

  sb_engine_send_async (self, actor, 0, TRUE, target, binary, payload, callback, user_data);
}

/* @schedule_id: what it is a run of; 0: nothing. @retain: it is kept for those who come later as well. */
void
sb_engine_send_async (SbEngine *self, const char *actor, gint64 schedule_id, gboolean retain, const SbTarget *target,
                      gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;
  GError *error = NULL;

  command = sb_command_new (self, actor, callback, user_data);
  command->schedule_id = schedule_id;
  if (!sb_engine_is_running (self))
    sb_command_fail (command, g_error_new_literal (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING,
                                                   _("The server is not running. Start it first.")));
  else if (!sb_engine_check_message (self, target, binary, payload, &error) ||
           (retain && (command->retain = sb_engine_dup_retain_patterns (target, &error)) == NULL))
    sb_command_fail (command, error);

  if (command->error == NULL)
    {
      sb_command_hold (command);
      sb_broadcast_store_insert_async (self->database, sb_clock_get_real (), target, binary, payload, schedule_id,
                                       command->retain, inserted_cb, command);
    }
  sb_command_release (command);
}

SbBroadcast *
sb_engine_broadcast_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

guint
sb_engine_count_reach (SbEngine *self, const SbTarget *target)
{
  guint n_clients, n = 0;

  g_return_val_if_fail (SB_IS_ENGINE (self), 0);
  g_return_val_if_fail (target != NULL, 0);

  n_clients = sb_client_list_count (self->clients);
  if (target->everyone)
    return n_clients;

  if (is_direct (target))
    {
      g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);

      for (guint i = 0; i < target->client_ids->len; i++)
        {
          guint64 *id = &g_array_index (target->client_ids, guint64, i);

          if (sb_client_list_find (self->clients, *id) != NULL && g_hash_table_add (seen, id))
            n++;
        }
      return n;
    }

  for (guint i = 0; i < n_clients; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (self->clients), i);

      if (sb_target_matches (target, sb_client_get_peer (client)))
        n++;
    }

  return n;
}
