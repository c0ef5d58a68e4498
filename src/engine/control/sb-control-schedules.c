/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* /schedules: what is sent by itself */

#define MAX_SECONDS (366 * 24 * 3600)
#define MAX_TIMES 1000000

void
sb_control_list_schedules (SbRequest *request)
{
  GListModel *schedules = sb_engine_get_schedules (request->engine);
  JsonArray *array;

  if (!sb_request_check (request, NULL, 0))
    return;

  array = json_array_new ();
  for (guint i = 0; i < g_list_model_get_n_items (schedules); i++)
    {
      g_autoptr (SbSchedule) schedule = g_list_model_get_item (schedules, i);

      json_array_add_object_element (array, sb_schedule_to_json (schedule, FALSE));
    }
  sb_request_answer_list (request, "schedules", array);
}

void
sb_control_get_schedule (SbRequest *request)
{
  SbSchedule *schedule;

  if (!sb_request_check (request, NULL, 0))
    return;
  schedule = sb_engine_find_schedule (request->engine, request->id);
  if (schedule != NULL)
    sb_request_answer (request, 200, sb_schedule_to_json (schedule, TRUE));
  else
    sb_request_fail (request, 404, "not_found", NULL, _("There is no scheduled message %" PRId64 "."), request->id);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbSchedule) schedule = sb_engine_add_schedule_finish (SB_ENGINE (source), result, &error);

  if (schedule != NULL)
    sb_request_answer (request, 201, sb_schedule_to_json (schedule, FALSE));
  else
    sb_request_fail_error (request, error);
}

/* What is said: the message, or that of a template. FALSE: answered. */
static gboolean
read_message (SbRequest *request, SbTarget **target, gboolean *binary, GBytes **payload)
{
  SbTemplate *template;

  if (!sb_request_has (request, "template"))
    {
      *target = sb_request_dup_target (request);
      *payload = *target != NULL ? sb_request_dup_payload (request, binary) : NULL;
      return *payload != NULL;
    }
  if (sb_request_has (request, "message") || sb_request_has (request, "base64"))
    {
      sb_request_fail (request, 400, "invalid_value", "template", _("Give “template” or a message, not both."));
      return FALSE;
    }
  template = sb_engine_find_template (request->engine, sb_request_get_integer (request, "template"));
  if (template == NULL)
    {
      sb_request_fail (request, 404, "not_found", "template", _("There is no template %" PRId64 "."),
                       sb_request_get_integer (request, "template"));
      return FALSE;
    }

  *binary = sb_template_get_message (template)->binary;
  if (sb_request_has_target (request) || sb_template_get_message (template)->target == NULL)
    *target = sb_request_dup_target (request);
  else
    *target = sb_target_copy (sb_template_get_message (template)->target);
  *payload = *target != NULL ? g_bytes_ref (sb_template_get_message (template)->payload) : NULL;

  return *payload != NULL;
}

void
sb_control_add_schedule (SbRequest *request)
{
  static const SbField fields[] = {
    SB_MESSAGE_FIELDS,
    SB_TARGET_FIELDS,
    { "template", SB_FIELD_INTEGER, 1, G_MAXINT64 },
    { "every", SB_FIELD_INTEGER, 0, MAX_SECONDS },
    { "at", SB_FIELD_TIME },
    { "times", SB_FIELD_INTEGER, 0, MAX_TIMES },
  };
  g_autoptr (SbTarget) target = NULL;
  g_autoptr (GBytes) payload = NULL;
  SbScheduleTimes times = { 0 };
  gboolean binary = FALSE;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)) ||
      !read_message (request, &target, &binary, &payload))
    return;

  times.interval = sb_request_get_integer (request, "every") * G_USEC_PER_SEC;
  times.start_at = sb_request_get_time (request, "at");
  times.max_runs = (guint) sb_request_get_integer (request, "times");
  sb_engine_add_schedule_async (request->engine, SB_CONTROL_ACTOR, &times, target, binary, payload, added_cb, request);
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  sb_request_answer_done (user_data, result, "stopped");
}

void
sb_control_stop_schedule (SbRequest *request)
{
  if (!sb_request_check (request, NULL, 0))
    return;

  sb_engine_stop_schedule_async (request->engine, SB_CONTROL_ACTOR, request->id, stopped_cb, request);
}
