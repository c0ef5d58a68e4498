/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* /broadcasts, and what is sent to one client */

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 1000

/* --- look --- */

void
sb_control_list_broadcasts (SbRequest *request)
{
  static const char *const names[] = { "limit", NULL };
  GListModel *broadcasts = sb_engine_get_broadcasts (request->engine);
  gint64 limit = DEFAULT_LIMIT;
  JsonArray *array;

  if (!sb_request_check_query (request, names) || !sb_request_check_body (request, NULL, 0) ||
      !sb_request_get_query_integer (request, "limit", 1, MAX_LIMIT, &limit))
    return;

  array = json_array_new ();
  for (guint i = 0; i < MIN (g_list_model_get_n_items (broadcasts), (guint) limit); i++)
    {
      g_autoptr (SbBroadcast) broadcast = g_list_model_get_item (broadcasts, i);

      json_array_add_object_element (array, sb_broadcast_to_json (broadcast, FALSE));
    }
  sb_request_answer_list (request, "broadcasts", array);
}

void
sb_control_get_broadcast (SbRequest *request)
{
  GListModel *broadcasts = sb_engine_get_broadcasts (request->engine);

  if (!sb_request_check (request, NULL, 0))
    return;

  for (guint i = 0; i < g_list_model_get_n_items (broadcasts); i++)
    {
      g_autoptr (SbBroadcast) broadcast = g_list_model_get_item (broadcasts, i);

      if (sb_broadcast_get_id (broadcast) == request->id)
        {
          sb_request_answer (request, 200, sb_broadcast_to_json (broadcast, TRUE));
          return;
        }
    }
  sb_request_fail (request, 404, "not_found", NULL, _("There is no broadcast %" PRId64 "."), request->id);
}

/* --- send --- */

static GBytes *
decode (const char *text)
{
  const char *end = text + strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize length;
  guchar *data;

  /* GLib skips what does not belong there; here it is an error. */
  if (strlen (text) % 4 != 0 || !(strcmp (end, "") == 0 || strcmp (end, "=") == 0 || strcmp (end, "==") == 0))
    return NULL;

  data = g_base64_decode (text, &length);

  return g_bytes_new_take (data, length);
}

/* What is to be said: "message" or "base64". NULL: answered. */
GBytes *
sb_request_dup_payload (SbRequest *request, gboolean *binary)
{
  gboolean has_text = sb_request_has (request, "message");
  const char *text = sb_request_get_string (request, "message");
  GBytes *payload;

  *binary = !has_text;
  if (has_text == sb_request_has (request, "base64"))
    {
      sb_request_fail (request, 400, has_text ? "invalid_value" : "missing_field", has_text ? "base64" : "message",
                       has_text ? _("Give “message” or “base64”, not both.")
                                : _("“message” is missing (or “base64” for a binary message)."));
      return NULL;
    }
  if (has_text)
    return g_bytes_new (text, strlen (text));

  payload = decode (sb_request_get_string (request, "base64"));
  if (payload == NULL)
    sb_request_fail (request, 400, "invalid_value", "base64",
                     _("“base64” is not base64 (RFC 4648, with its padding)."));

  return payload;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) broadcast = sb_engine_broadcast_finish (SB_ENGINE (source), result, &error);

  if (broadcast != NULL)
    {
      JsonObject *answer = sb_broadcast_to_json (broadcast, FALSE);

      sb_broadcast_set_missed_json (answer, broadcast);
      sb_request_answer (request, 201, answer);
    }
  else
    sb_request_fail_error (request, error);
}

void
sb_request_broadcast (SbRequest *request, const SbTarget *target, gboolean binary, GBytes *payload)
{
  gboolean retain = sb_request_get_boolean (request, "retain");

  /* The engine would refuse it as well, but cannot say which member is to blame. */
  if (retain && (target->token_ids != NULL || target->client_ids != NULL))
    sb_request_fail (request, 400, "invalid_value", "retain",
                     _("Only a message to everyone or to channels can be kept for newcomers."));
  else if (retain)
    sb_engine_retain_async (request->engine, SB_CONTROL_ACTOR, target, binary, payload, sent_cb, request);
  else
    sb_engine_broadcast_async (request->engine, SB_CONTROL_ACTOR, target, binary, payload, sent_cb, request);
}

static void
send (SbRequest *request, const SbTarget *target)
{
  gboolean binary;
  g_autoptr (GBytes) payload = sb_request_dup_payload (request, &binary);

  if (payload != NULL)
    sb_request_broadcast (request, target, binary, payload);
}

/* Whether the body says whom it is for. */
gboolean
sb_request_has_target (SbRequest *request)
{
  return sb_request_get_boolean (request, "everyone") || sb_request_has (request, "channels") ||
         sb_request_has (request, "tokens") || sb_request_has (request, "clients");
}

/* NULL: answered. */
SbTarget *
sb_request_dup_target (SbRequest *request)
{
  g_autoptr (SbTarget) target = g_new0 (SbTarget, 1);
  gboolean single;

  target->everyone = sb_request_get_boolean (request, "everyone");
  if (sb_request_has (request, "channels"))
    target->channels = sb_request_dup_strings (request, "channels");
  if (sb_request_has (request, "tokens"))
    target->token_ids = sb_request_dup_integers (request, "tokens");
  if (sb_request_has (request, "clients"))
    target->client_ids = sb_request_dup_integers (request, "clients");
  single = target->channels != NULL || target->token_ids != NULL || target->client_ids != NULL;

  if (target->everyone && single)
    {
      sb_request_fail (request, 400, "invalid_value", "everyone",
                       _("Give “everyone”, or some of “channels”, “tokens” and “clients”; not both."));
      return NULL;
    }
  if (!target->everyone && !single)
    {
      sb_request_fail (request, 400, "missing_field", "everyone",
                       _("Say whom it is for: “everyone”, or some of “channels”, “tokens” and “clients”."));
      return NULL;
    }

  return g_steal_pointer (&target);
}

void
sb_control_broadcast (SbRequest *request)
{
  static const SbField fields[] = {
    SB_MESSAGE_FIELDS,
    SB_TARGET_FIELDS,
    SB_RETAIN_FIELD,
  };
  g_autoptr (SbTarget) target = NULL;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    return;

  target = sb_request_dup_target (request);
  if (target != NULL)
    send (request, target);
}

void
sb_control_send_to_client (SbRequest *request)
{
  static const SbField fields[] = { SB_MESSAGE_FIELDS };
  g_autoptr (SbTarget) target = NULL;
  guint64 id = (guint64) request->id;

  if (!sb_request_check (request, fields, G_N_ELEMENTS (fields)))
    return;
  if (sb_client_list_find (sb_engine_get_clients (request->engine), id) == NULL)
    {
      sb_request_fail (request, 404, "not_found", NULL, _("No client %" PRId64 " is connected."),
                       request->id);
      return;
    }

  target = g_new0 (SbTarget, 1);
  target->client_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (target->client_ids, id);
  send (request, target);
}
