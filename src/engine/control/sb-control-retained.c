/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* /retained: what is kept for those who come later. It gets there by POST /broadcasts. */

void
sb_control_list_retained (SbRequest *request)
{
  GListModel *retained = sb_engine_get_retained (request->engine);
  JsonArray *array;

  if (!sb_request_check (request, NULL, 0))
    return;

  array = json_array_new ();
  for (guint i = 0; i < g_list_model_get_n_items (retained); i++)
    {
      g_autoptr (SbRetainedItem) item = g_list_model_get_item (retained, i);

      json_array_add_object_element (array, sb_retained_to_json (item, FALSE));
    }
  sb_request_answer_list (request, "retained", array);
}

void
sb_control_get_retained (SbRequest *request)
{
  SbRetainedItem *item;

  if (!sb_request_check (request, NULL, 0))
    return;

  item = sb_engine_find_retained (request->engine, request->id);
  if (item != NULL)
    sb_request_answer (request, 200, sb_retained_to_json (item, TRUE));
  else
    sb_request_fail (request, 404, "not_found", NULL, _("There is no kept message %" PRId64 "."), request->id);
}

static void
released_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRetainedItem) item = sb_engine_retained_finish (SB_ENGINE (source), result, &error);
  JsonObject *answer;

  if (item == NULL)
    {
      sb_request_fail_error (request, error);
      return;
    }

  answer = json_object_new ();
  json_object_set_int_member (answer, "id", request->id);
  json_object_set_boolean_member (answer, "removed", TRUE);
  sb_request_answer (request, 200, answer);
}

void
sb_control_release_retained (SbRequest *request)
{
  if (!sb_request_check (request, NULL, 0))
    return;

  sb_engine_release_retained_async (request->engine, SB_CONTROL_ACTOR, request->id, released_cb, request);
}
