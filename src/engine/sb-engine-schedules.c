/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "sb-clock.h"
#include "store/sb-schedule-store.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* What is sent by itself: the clock that runs it, and the orders about it. What is due when, SbSchedule knows. */

/* A timer for what is that near; the rest is found by the tick, as are clocks that are set and computers that slept. */
#define NEAR (2 * G_USEC_PER_SEC)
#define MAX_INTERVAL (G_GINT64_CONSTANT (366) * 24 * 3600 * G_USEC_PER_SEC)
#define MAX_RUNS 1000000

static void arm (SbEngine *self);

GListModel *
sb_engine_get_schedules (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->schedules);
}

SbSchedule *
sb_engine_find_schedule (SbEngine *self, gint64 id)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->schedules)); i++)
    {
      g_autoptr (SbSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (self->schedules), i);

      if (sb_schedule_get_id (schedule) == id)
        return schedule;
    }

  return NULL;
}

static void
forget (SbEngine *self, SbSchedule *schedule)
{
  guint position;

  if (g_list_store_find (self->schedules, schedule, &position))
    g_list_store_remove (self->schedules, position);
}

/* --- the trail --- */

/* "every 30 s", "every 30 s from 2027-10-12T18:00:00Z, 10 times", "once at 2027-10-12T18:00:00Z" */
static char *
times_to_text (SbSchedule *schedule)
{
  const SbScheduleTimes *times = sb_schedule_get_times (schedule);
  g_autoptr (GDateTime) start = g_date_time_new_from_unix_utc (times->start_at / G_USEC_PER_SEC);
  g_autofree char *start_text = start != NULL ? g_date_time_format_iso8601 (start) : g_strdup ("?");

  GString *text;

  if (times->interval == 0)
    return g_strdup_printf ("once at %s", start_text);

  text = g_string_new (NULL);
  g_string_append_printf (text, "every %" G_GINT64_FORMAT " s", times->interval / G_USEC_PER_SEC);
  if (times->start_at > sb_schedule_get_created_at (schedule))
    g_string_append_printf (text, " from %s", start_text);
  if (times->max_runs > 0)
    g_string_append_printf (text, ", %u times", times->max_runs);

  return g_string_free (text, FALSE);
}

static char *
progress_to_text (SbSchedule *schedule)
{
  const SbScheduleProgress *progress = sb_schedule_get_progress (schedule);
  const char *error = sb_schedule_get_error (schedule);

  return g_strdup_printf ("%u sent, %u missed, %u failed%s%s", progress->n_runs, progress->n_missed,
                          progress->n_failed, error != NULL ? ": " : "", error != NULL ? error : "");
}

/* --- what became of it --- */

static void
updated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbEngine) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sb_schedule_store_update_finish (SB_DATABASE (source), result, &error))
    sb_engine_store_failed (self, error);
}

static void
keep (SbEngine *self, SbSchedule *schedule)
{
  sb_schedule_store_update_async (self->database, schedule, updated_cb, g_object_ref (self));
}

/* The last that will be heard of it: what was only counted since the last run. */
void
sb_engine_flush_schedules (SbEngine *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->schedules)); i++)
    {
      g_autoptr (SbSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (self->schedules), i);

      keep (self, schedule);
    }
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SbEngine) self = user_data;
  g_autoptr (GError) error = NULL;

  /* It is not begun again even so: its runs are counted on disk. */
  if (!sb_schedule_store_delete_finish (SB_DATABASE (source), result, &error))
    sb_engine_store_failed (self, error);
}

static void
tell_missed (SbEngine *self, SbSchedule *schedule)
{
  g_autofree char *message =
      g_strdup_printf (_("A scheduled message for %s was not sent: the server was not running at that time."),
                       sb_schedule_get_message (schedule)->target_text);

  sb_engine_emit_notice (self, "schedule-failed", message);
}

/* It has done all it was made for, or missed its time. */
static void
end (SbEngine *self, SbSchedule *schedule)
{
  g_autoptr (SbSchedule) kept = g_object_ref (schedule);
  g_autofree char *detail = progress_to_text (schedule);

  sb_engine_note (self, SB_ACT_SCHEDULE_ENDED, "server", sb_schedule_get_message (schedule)->target_text, detail);
  if (sb_schedule_get_progress (schedule)->n_runs == 0 && sb_schedule_get_error (schedule) == NULL)
    tell_missed (self, schedule);
  forget (self, schedule);
  sb_schedule_store_delete_async (self->database, sb_schedule_get_id (kept), ended_cb, g_object_ref (self));
}

static void
failed (SbEngine *self, SbSchedule *schedule, const GError *error)
{
  g_autofree char *message = NULL;

  if (!sb_schedule_set_failed (schedule, error->message))
    return;

  /* Once for each time that it begins to fail. */
  /* Translators: for whom, and why */
  message = g_strdup_printf (_("A scheduled message for %s could not be sent: %s"),
                             sb_schedule_get_message (schedule)->target_text, error->message);
  sb_engine_note (self, SB_ACT_SCHEDULE_FAILED, "server", sb_schedule_get_message (schedule)->target_text,
                  error->message);
  sb_engine_emit_notice (self, "schedule-failed", message);
}

typedef struct
{
  SbEngine *engine;
  SbSchedule *schedule;
  guint n_runs; /* before */
} Run;

static void
run_free (Run *run)
{
  g_object_unref (run->engine);
  g_object_unref (run->schedule);
  g_free (run);
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  SbEngine *self = run->engine;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) broadcast = sb_engine_broadcast_finish (SB_ENGINE (source), result, &error);
  gboolean counted = sb_schedule_get_progress (run->schedule)->n_runs > run->n_runs;
  gboolean stopped = sb_engine_find_schedule (self, sb_schedule_get_id (run->schedule)) == NULL;

  /* What was being stopped while its run was on its way to the disk has not been counted. It comes back if it could not
   * be stopped, and must not wait for this run then. */
  if (broadcast != NULL && counted)
    sb_schedule_set_sent (run->schedule);
  else if (!counted && (broadcast != NULL || stopped || self->closing ||
                        g_error_matches (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING)))
    sb_schedule_set_unsent (run->schedule);
  else if (stopped)
    sb_schedule_set_failed (run->schedule, error->message);
  else
    failed (self, run->schedule, error);

  if (!stopped && !self->closed && !self->closing)
    {
      keep (self, run->schedule);
      if (sb_schedule_is_done (run->schedule))
        end (self, run->schedule);
      arm (self);
    }
  run_free (run);
}

static void
start_run (SbEngine *self, SbSchedule *schedule)
{
  const SbMessage *message = sb_schedule_get_message (schedule);
  Run *run = g_new0 (Run, 1);

  run->engine = g_object_ref (self);
  run->schedule = g_object_ref (schedule);
  run->n_runs = sb_schedule_get_progress (schedule)->n_runs;
  sb_schedule_set_sending (schedule);
  sb_engine_send_async (self, "schedule", sb_schedule_get_id (schedule), FALSE, message->target, message->binary,
                        message->payload, ran_cb, run);
}

/* A run is on disk, with its number; what is to come is its report. */
void
sb_engine_schedule_counted (SbEngine *self, SbBroadcast *broadcast)
{
  SbSchedule *schedule = sb_engine_find_schedule (self, sb_broadcast_get_schedule_id (broadcast));

  if (schedule != NULL)
    sb_schedule_set_counted (schedule, sb_broadcast_get_time (broadcast), broadcast);
}

/* --- the clock --- */

/* Does what is due. */
void
sb_engine_check_schedules (SbEngine *self)
{
  gint64 real = sb_clock_get_real (), monotonic = sb_clock_get_elapsed ();
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->closing)
    return;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->schedules)); i++)
    g_ptr_array_add (all, g_list_model_get_item (G_LIST_MODEL (self->schedules), i));
  for (guint i = 0; i < all->len; i++)
    {
      SbSchedule *schedule = g_ptr_array_index (all, i);

      switch (sb_schedule_check (schedule, sb_engine_is_running (self), real, monotonic))
        {
        case SB_SCHEDULE_RUN: start_run (self, schedule); break;
        case SB_SCHEDULE_OVER: end (self, schedule); break;
        case SB_SCHEDULE_MISSED: /* counted; written with what comes next */
        case SB_SCHEDULE_WAIT:
        default: break;
        }
    }
  arm (self);
}

static gboolean
due_cb (gpointer user_data)
{
  SbEngine *self = user_data;

  self->schedule_timer = 0;
  sb_engine_check_schedules (self);

  return G_SOURCE_REMOVE;
}

static void
arm (SbEngine *self)
{
  gint64 real = sb_clock_get_real (), monotonic = sb_clock_get_elapsed ();
  gint64 least = G_MAXINT64;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->schedules)); i++)
    {
      g_autoptr (SbSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (self->schedules), i);
      gint64 wait = sb_schedule_get_wait (schedule, real, monotonic);

      /* What is due and still waits does so for the server: the tick asks again. */
      if (wait > 0)
        least = MIN (least, wait);
    }

  g_clear_handle_id (&self->schedule_timer, g_source_remove);
  if (!self->closing && least <= NEAR)
    self->schedule_timer = g_timeout_add ((guint) (least / 1000 + 1), due_cb, self);
}

void
sb_engine_load_schedules (SbEngine *self, GPtrArray *schedules)
{
  gint64 real = sb_clock_get_real (), monotonic = sb_clock_get_elapsed ();

  for (guint i = 0; i < schedules->len; i++)
    {
      SbSchedule *schedule = g_ptr_array_index (schedules, i);

      /* Somebody else has written it: to be sent to nobody rather than to the wrong ones. */
      if (sb_schedule_get_message (schedule)->target == NULL)
        {
          g_message ("What is to be sent by itself as %" G_GINT64_FORMAT " names nobody, and is not sent",
                     sb_schedule_get_id (schedule));
          continue;
        }
      for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (self->broadcasts)); j++)
        {
          g_autoptr (SbBroadcast) broadcast = g_list_model_get_item (G_LIST_MODEL (self->broadcasts), j);

          if (sb_broadcast_get_schedule_id (broadcast) == sb_schedule_get_id (schedule))
            sb_schedule_set_broadcast (schedule, broadcast);
        }
      sb_schedule_begin (schedule, TRUE, real, monotonic);
      g_list_store_append (self->schedules, schedule);
    }
  arm (self);
}

/* --- orders --- */

static gboolean
check_times (const SbScheduleTimes *times, gint64 now, GError **error)
{
  if (times->interval == 0 && times->start_at == 0)
    g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                         _("Say how often it is to be sent, or when."));
  else if (times->start_at != 0 && times->start_at < now - 60 * G_USEC_PER_SEC)
    g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID, _("This time is in the past."));
  else if (times->start_at > now + MAX_INTERVAL)
    g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                         _("This time is more than a year away."));
  else if (times->interval != 0 && (times->interval < SB_ENGINE_MIN_INTERVAL || times->interval > MAX_INTERVAL))
    g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                         _("It can be sent once a second at the most, and once a year at the least."));
  else if (times->max_runs > MAX_RUNS)
    g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                 _("It can be sent %d times at the most, or until it is stopped."), MAX_RUNS);
  else
    return TRUE;

  return FALSE;
}

/* Those there are, and those on their way to the disk. */
static guint
count_schedules (SbEngine *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->schedules));
  GHashTableIter iter;
  gpointer command;

  g_hash_table_iter_init (&iter, self->commands);
  while (g_hash_table_iter_next (&iter, &command, NULL))
    n += ((SbCommand *) command)->adds_schedule ? 1 : 0;

  return n;
}

static gboolean
check_schedule (SbEngine *self, const SbScheduleTimes *times, const SbTarget *target, gboolean binary, GBytes *payload,
                GError **error)
{
  if (!check_times (times, sb_clock_get_real (), error))
    return FALSE;
  if (target->client_ids != NULL && !target->everyone)
    {
      g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_INVALID,
                           _("What is sent later cannot be for single clients: each is another one when it comes back. "
                             "Choose their tokens or channels."));
      return FALSE;
    }
  if (count_schedules (self) >= SB_ENGINE_MAX_SCHEDULES)
    {
      g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                   _("%d messages are scheduled already, which is the most there may be."),
                   SB_ENGINE_MAX_SCHEDULES);
      return FALSE;
    }

  return sb_engine_check_message (self, target, binary, payload, error);
}

static void
begin_added (SbCommand *command)
{
  SbEngine *self = command->engine;
  SbSchedule *schedule = SB_SCHEDULE (command->object);

  command->adds_schedule = FALSE;
  sb_schedule_begin (schedule, FALSE, sb_clock_get_real (), sb_clock_get_elapsed ());
  g_list_store_append (self->schedules, schedule);
  sb_engine_check_schedules (self);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;
  g_autoptr (SbSchedule) schedule = sb_schedule_store_insert_finish (SB_DATABASE (source), result, &error);

  if (schedule == NULL)
    sb_command_fail_store (command, error);
  else
    {
      g_autofree char *detail = times_to_text (schedule);

      command->object = G_OBJECT (g_object_ref (schedule));
      sb_command_audit (command, SB_ACT_SCHEDULE_STARTED, sb_schedule_get_message (schedule)->target_text, detail);
      begin_added (command);
    }
  sb_command_release (command);
}

void
sb_engine_add_schedule_async (SbEngine *self, const char *actor, const SbScheduleTimes *times, const SbTarget *target,
                              gboolean binary, GBytes *payload, GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;
  GError *error = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);
  g_return_if_fail (times != NULL);
  g_return_if_fail (target != NULL);
  g_return_if_fail (payload != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL && !check_schedule (self, times, target, binary, payload, &error))
    sb_command_fail (command, error);
  if (command->error == NULL)
    {
      g_autoptr (SbMessage) message = sb_message_new (target, binary, payload);

      command->adds_schedule = TRUE;
      sb_command_hold (command);
      sb_schedule_store_insert_async (self->database, sb_clock_get_real (), times, message, added_cb, command);
    }
  sb_command_release (command);
}

SbSchedule *
sb_engine_add_schedule_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static int
compare_ids (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gint64 id_a = sb_schedule_get_id (SB_SCHEDULE ((gpointer) a));
  gint64 id_b = sb_schedule_get_id (SB_SCHEDULE ((gpointer) b));

  return id_a < id_b ? -1 : id_a > id_b ? 1 : 0;
}

/* Not stopped for good: it is shown as what it still is, so that it can be stopped again. */
static void
put_back (SbEngine *self, SbSchedule *schedule)
{
  g_list_store_insert_sorted (self->schedules, schedule, compare_ids, NULL);
  sb_engine_check_schedules (self);
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  g_autoptr (GObject) schedule = g_steal_pointer (&command->object); /* no part of the answer */
  GError *error = NULL;

  if (!sb_schedule_store_delete_finish (SB_DATABASE (source), result, &error))
    {
      if (!g_error_matches (error, SB_DATABASE_ERROR, SB_DATABASE_ERROR_NOT_FOUND))
        put_back (command->engine, SB_SCHEDULE (schedule));
      sb_command_fail_store (command, error);
    }
  else
    sb_command_audit (command, SB_ACT_SCHEDULE_STOPPED, command->subject, command->detail);
  sb_command_release (command);
}

void
sb_engine_stop_schedule_async (SbEngine *self, const char *actor, gint64 id, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  SbCommand *command;
  SbSchedule *schedule;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  schedule = sb_engine_find_schedule (self, id);
  if (command->error == NULL && schedule == NULL)
    sb_command_fail (command, g_error_new (SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                                           _("There is no scheduled message %" PRId64 "."), id));
  else if (command->error == NULL)
    {
      command->subject = g_strdup (sb_schedule_get_message (schedule)->target_text);
      command->detail = progress_to_text (schedule);
      command->object = G_OBJECT (g_object_ref (schedule));
      forget (self, schedule);
      arm (self);
      sb_command_hold (command);
      sb_schedule_store_delete_async (self->database, id, stopped_cb, command);
    }
  sb_command_release (command);
}
