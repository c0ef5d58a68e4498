/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-schedule-commands.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>

/* What was stopped together, to go on together. */
typedef struct
{
  SbPage *page;      /* owned */
  GPtrArray *stopped; /* (element-type SbSchedule) */
  guint n_waiting;
  gboolean failed;
} Stop;

static void
stop_free (Stop *stop)
{
  g_object_unref (stop->page);
  g_ptr_array_unref (stop->stopped);
  g_free (stop);
}

static void
added_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = sb_engine_add_schedule_finish (SB_ENGINE (source), result, &error);

  if (schedule == NULL)
    sb_page_say (page, "%s", error->message);
}

/* Goes on with what is left of it. */
static void
go_on (SbPage     *page,
       SbSchedule *schedule)
{
  const SbMessage *message = sb_schedule_get_message (schedule);
  SbScheduleTimes times = *sb_schedule_get_times (schedule);

  if (times.interval > 0 && times.max_runs > 0)
    times.max_runs -= MIN (sb_schedule_get_progress (schedule)->n_runs, times.max_runs - 1);
  if (times.interval > 0 && times.start_at <= g_get_real_time ())
    times.start_at = 0;
  sb_engine_add_schedule_async (sb_page_get_engine (page), "window", &times, message->target, message->binary,
                                message->payload, added_cb, g_object_ref (page));
}

static void
undo_cb (Stop *stop)
{
  for (guint i = 0; i < stop->stopped->len; i++)
    go_on (stop->page, g_ptr_array_index (stop->stopped, i));
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Stop *stop = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *title = NULL;
  guint n = stop->stopped->len;

  if (sb_engine_command_finish (SB_ENGINE (source), result, &error) < 0)
    {
      stop->failed = TRUE;
      sb_page_say (stop->page, "%s", error->message);
    }
  if (--stop->n_waiting > 0)
    return;
  if (stop->failed)
    {
      stop_free (stop);
      return;
    }

  title = g_strdup_printf (ngettext ("%u message stopped", "%u messages stopped", n), n);
  sb_page_add_toast (stop->page, sb_toast_new_undo (title, _("_Resume"), G_CALLBACK (undo_cb), stop, (GDestroyNotify) stop_free));
}

static void
stop_these (SbPage    *page,
            GPtrArray *schedules)
{
  Stop *stop = g_new0 (Stop, 1);

  stop->page = g_object_ref (page);
  stop->stopped = g_ptr_array_ref (schedules);
  stop->n_waiting = schedules->len;
  for (guint i = 0; i < schedules->len; i++)
    sb_engine_stop_schedule_async (sb_page_get_engine (page), "window",
                                   sb_schedule_get_id (g_ptr_array_index (schedules, i)), stopped_cb, stop);
}

void
sb_schedule_commands_stop (SbPage     *page,
                           SbSchedule *schedule)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_if_fail (SB_IS_PAGE (page));
  g_return_if_fail (SB_IS_SCHEDULE (schedule));

  g_ptr_array_add (one, g_object_ref (schedule));
  stop_these (page, one);
}

void
sb_schedule_commands_stop_all (SbPage *page)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *schedules;

  g_return_if_fail (SB_IS_PAGE (page));

  schedules = sb_engine_get_schedules (sb_page_get_engine (page));
  for (guint i = 0; i < g_list_model_get_n_items (schedules); i++)
    g_ptr_array_add (all, g_list_model_get_item (schedules, i));
  if (all->len > 0)
    stop_these (page, all);
}
