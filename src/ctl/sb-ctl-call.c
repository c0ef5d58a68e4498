/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-client.h"
#include "control/sb-control.h"
#include "sb-ctl.h"
#include "sb-engine.h"

#include <glib/gi18n.h>
#include <stdio.h>

SbCtlStatus
sb_ctl_fail (SbCtlStatus status, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "signalboxctl: %s\n", text);

  return status;
}

gboolean
sb_ctl_parse_id (const char *text, gint64 *id)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    return FALSE;
  *id = (gint64) value;

  return TRUE;
}

/* --- With nothing running: the directory is opened here, and asked by the same interface. -------------------- */

typedef struct
{
  GAsyncResult *result;
} Wait;

static void
wait_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *self = user_data;

  self->result = g_object_ref (result);
}

static GAsyncResult *
wait_for (Wait *self)
{
  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (&self->result);
}

/* "/tokens?state=active" */
static GHashTable *
split_query (const char *path, char **plain)
{
  const char *mark = strchr (path, '?');

  *plain = mark != NULL ? g_strndup (path, mark - path) : g_strdup (path);

  return mark != NULL ? g_uri_parse_params (mark + 1, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
}

static JsonNode *
ask_engine (SbEngine *engine, const char *method, const char *path, JsonNode *body, guint *status)
{
  g_autoptr (SbControl) control = sb_control_new (engine);
  g_autofree char *plain = NULL;
  g_autoptr (GHashTable) query = split_query (path, &plain);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Wait wait = { 0 };

  if (body != NULL)
    {
      char *text = json_to_string (body, FALSE);

      bytes = g_bytes_new_take (text, strlen (text));
    }
  sb_control_handle_async (control, method, plain, query, bytes, wait_cb, &wait);
  result = wait_for (&wait);

  return sb_control_handle_finish (control, result, status);
}

static JsonNode *
ask_directory (const char *data_dir, const char *method, const char *path, JsonNode *body, guint *status, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbEngine) engine = NULL;
  Wait wait = { 0 };
  JsonNode *answer;

  sb_engine_open_async (data_dir, NULL, FALSE, wait_cb, &wait);
  result = wait_for (&wait);
  engine = sb_engine_open_finish (result, error);
  if (engine == NULL)
    return NULL;
  answer = ask_engine (engine, method, path, body, status);
  sb_engine_close (engine);

  return answer;
}

/* --- Asking --------------------------------------------------------------------------------------- */

SbCtlStatus
sb_ctl_call (const SbCtlOptions *options, gboolean offline, const char *method, const char *path, JsonObject *body, JsonObject **answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) sent = body != NULL ? json_node_init_object (json_node_alloc (), body) : NULL;
  g_autoptr (JsonNode) got = NULL;
  guint status = 0;

  g_clear_pointer (&body, json_object_unref);
  got = sb_control_client_call (options->data_dir, method, path, sent, &status, &error);
  if (got == NULL && g_error_matches (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_RUNNING))
    {
      if (!offline)
        return sb_ctl_fail (SB_CTL_UNREACHABLE, _("No Signalbox is running on “%s”. Start one with: signalboxd --data “%s”"),
                            options->data_dir, options->data_dir);
      g_clear_error (&error);
      got = ask_directory (options->data_dir, method, path, sent, &status, &error);
    }
  if (got == NULL)
    return sb_ctl_fail (SB_CTL_UNREACHABLE, "%s", error->message);
  if (!JSON_NODE_HOLDS_OBJECT (got))
    return sb_ctl_fail (SB_CTL_FAILED, _("Signalbox gave an answer that this program does not understand."));

  *answer = json_object_ref (json_node_get_object (got));
  if (status >= 200 && status < 300)
    return SB_CTL_DONE;

  sb_ctl_fail (SB_CTL_FAILED, "%s", json_object_get_string_member_with_default (*answer, "message", _("it failed")));
  g_clear_pointer (answer, json_object_unref);

  return SB_CTL_FAILED;
}
