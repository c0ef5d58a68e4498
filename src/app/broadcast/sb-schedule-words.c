/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-schedule-words.h"
#include "broadcast/sb-broadcast-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

char *
sb_schedule_words_rhythm (SbSchedule *schedule,
                          gint64      now)
{
  const SbScheduleTimes *times;
  g_autofree char *interval = NULL;
  g_autofree char *start = NULL;

  g_return_val_if_fail (SB_IS_SCHEDULE (schedule), NULL);

  times = sb_schedule_get_times (schedule);
  start = sb_broadcast_words_time (times->start_at, now);
  if (times->interval == 0)
    /* Translators: %s is a time, or a day and a time */
    return g_strdup_printf (_("Once, %s"), start);

  interval = sb_format_elapsed (times->interval);
  if (times->start_at > now)
    /* Translators: as in "Every 30 s from 14:30" */
    return g_strdup_printf (_("Every %s from %s"), interval, start);
  if (times->max_runs == 0)
    return g_strdup_printf (_("Every %s"), interval);
  /* Translators: as in "Every 30 s, 3 of 10 sent" */
  return g_strdup_printf (_("Every %s, %u of %u sent"), interval, sb_schedule_get_progress (schedule)->n_runs, times->max_runs);
}

static void
append_result (GString    *text,
               SbSchedule *schedule)
{
  const SbScheduleProgress *progress = sb_schedule_get_progress (schedule);
  g_autofree char *runs = sb_format_number (progress->n_runs);
  g_autofree char *sent = sb_format_number (progress->last_sent);
  g_autofree char *targeted = sb_format_number (progress->last_targeted);
  g_autofree char *missed = sb_format_number (progress->n_missed);

  g_string_append (text, " · ");
  if (sb_schedule_get_error (schedule) != NULL)
    g_string_append_printf (text, _("failed: %s"), sb_schedule_get_error (schedule));
  else if (progress->n_runs == 0)
    g_string_append (text, _("not sent yet"));
  else if (progress->last_targeted == 0)
    /* Translators: how often a message was sent; the last time nobody was connected */
    g_string_append_printf (text, ngettext ("%s sent, to nobody", "%s sent, the last to nobody", progress->n_runs), runs);
  else
    /* Translators: as in "12 sent, the last to 41 of 42 clients" */
    g_string_append_printf (text, ngettext ("%s sent, the last to %s of %s client", "%s sent, the last to %s of %s clients",
                                            progress->last_targeted),
                            runs, sent, targeted);
  if (progress->n_missed > 0)
    {
      g_string_append (text, " · ");
      /* Translators: times that a message could not be sent because the server did not run */
      g_string_append_printf (text, ngettext ("%s missed", "%s missed", progress->n_missed), missed);
    }
}

char *
sb_schedule_words_line (SbSchedule  *schedule,
                        SbTokenList *tokens,
                        gint64       now)
{
  const SbMessage *message;
  GString *text;
  g_autofree char *rhythm = NULL;
  g_autofree char *target = NULL;

  g_return_val_if_fail (SB_IS_SCHEDULE (schedule), NULL);

  message = sb_schedule_get_message (schedule);
  rhythm = sb_schedule_words_rhythm (schedule, now);
  target = sb_broadcast_words_for_target (message->target, tokens);
  text = g_string_new (NULL);
  g_string_append_printf (text, "%s · %s", rhythm, target);
  append_result (text, schedule);
  return g_string_free (text, FALSE);
}

char *
sb_schedule_words_summary (GListModel *schedules,
                           gint64      now)
{
  guint n;
  g_autoptr (SbSchedule) schedule = NULL;
  const SbScheduleTimes *times;

  g_return_val_if_fail (G_IS_LIST_MODEL (schedules), NULL);

  n = g_list_model_get_n_items (schedules);
  if (n == 0)
    return NULL;
  if (n > 1)
    return g_strdup_printf (ngettext ("%u message is scheduled", "%u messages are scheduled", n), n);

  schedule = g_list_model_get_item (schedules, 0);
  times = sb_schedule_get_times (schedule);
  if (times->interval == 0)
    {
      g_autofree char *start = sb_broadcast_words_time (times->start_at, now);

      /* Translators: %s is a time, or a day and a time */
      return g_strdup_printf (_("A message will be sent at %s"), start);
    }
  {
    g_autofree char *interval = sb_format_elapsed (times->interval);

    return g_strdup_printf (_("A message repeats every %s"), interval);
  }
}
