/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* /templates */

/* NULL: answered. */
static SbTemplate *
find (SbRequest *request)
{
  SbTemplate *template = sb_engine_find_template (request->engine, request->id);

  if (template == NULL)
    sb_request_fail (request, 404, "not_found", NULL, _("There is no template %" PRId64 "."), request->id);

  return template;
}

void
sb_control_list_templates (SbRequest *request)
{
  GListModel *templates = sb_engine_get_templates (request->engine);
  JsonArray *array;

  if (!sb_request_check (request, NULL, 0))
    return;

  array = json_array_new ();
  for (guint i = 0; i < g_list_model_get_n_items (templates); i++)
    {
      g_autoptr (SbTemplate) template = g_list_model_get_item (templates, i);

      json_array_add_object_element (array, sb_template_to_json (template, FALSE));
    }
  sb_request_answer_list (request, "templates", array);
}

void
sb_control_get_template (SbRequest *request)
{
  SbTemplate *template;

  if (!sb_request_check (request, NULL, 0))
    return;
  template = find (request);
  if (template != NULL)
    sb_request_answer (request, 200, sb_template_to_json (template, TRUE));
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbTemplate) template = sb_engine_save_template_finish (SB_ENGINE (source), result, &error);

  if (template != NULL)
    sb_request_answer (request, request->id == 0 ? 201 : 200, sb_template_to_json (template, FALSE));
  else
    sb_request_fail_error (request, error);
}

void
sb_control_save_template (SbRequest *request)
{
  static const SbField fields[] = {
    { "name", SB_FIELD_STRING, .required = TRUE },
    SB_MESSAGE_FIELDS,
    SB_TARGET_FIELDS,
  };
  g_autoptr (SbTarget) target = NULL;
  g_autoptr (GBytes) payload = NULL;
  gboolean binary;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    return;
  if (sb_request_has_target (request) && (target = sb_request_dup_target (request)) == NULL)
    return;
  payload = sb_request_dup_payload (request, &binary);
  if (payload != NULL)
    sb_engine_save_template_async (request->engine, SB_CONTROL_ACTOR, 0, sb_request_get_string (request, "name"),
                                   target, binary, payload, saved_cb, request);
}

void
sb_control_change_template (SbRequest *request)
{
  static const SbField fields[] = { { "name", SB_FIELD_STRING }, SB_MESSAGE_FIELDS, SB_TARGET_FIELDS };
  g_autoptr (SbTarget) target = NULL;
  g_autoptr (GBytes) payload = NULL;
  SbTemplate *template;
  const SbMessage *message;
  gboolean binary;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    return;
  template = find (request);
  if (template == NULL || (sb_request_has_target (request) && (target = sb_request_dup_target (request)) == NULL))
    return;

  /* What is not given stays. */
  message = sb_template_get_message (template);
  binary = message->binary;
  if (sb_request_has (request, "message") || sb_request_has (request, "base64"))
    payload = sb_request_dup_payload (request, &binary);
  else
    payload = g_bytes_ref (message->payload);
  if (payload != NULL)
    sb_engine_save_template_async (
        request->engine, SB_CONTROL_ACTOR, request->id,
        sb_request_has (request, "name") ? sb_request_get_string (request, "name") : sb_template_get_name (template),
        target != NULL ? target : message->target, binary, payload, saved_cb, request);
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  sb_request_answer_done (user_data, result, "deleted");
}

void
sb_control_delete_template (SbRequest *request)
{
  if (!sb_request_check (request, NULL, 0))
    return;

  sb_engine_delete_template_async (request->engine, SB_CONTROL_ACTOR, request->id, deleted_cb, request);
}

void
sb_control_send_template (SbRequest *request)
{
  static const SbField fields[] = { SB_TARGET_FIELDS, SB_RETAIN_FIELD };
  g_autoptr (SbTarget) target = NULL;
  SbTemplate *template;
  const SbMessage *message;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    return;
  template = find (request);
  if (template == NULL)
    return;

  message = sb_template_get_message (template);
  /* The template's own, unless another is given. Without either it is an error, never everyone. */
  if (sb_request_has_target (request) || message->target == NULL)
    target = sb_request_dup_target (request);
  else
    target = sb_target_copy (message->target);
  if (target != NULL)
    sb_request_broadcast (request, target, message->binary, message->payload);
}
