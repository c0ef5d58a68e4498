/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-window"

#include "sb-server-commands.h"
#include "widgets/sb-question.h"
#include <adwaita.h>
#include <glib/gi18n.h>

/* Starting and stopping as the window does it: asking before clients are cut off. How it went is seen in the
 * engine's state, which the server card and the banners show. Main thread. */

typedef struct
{
  GtkWidget *parent;
  SbEngine *engine;
  gboolean start_again;
} StopRequest;

static void
stop_request_free (StopRequest *request)
{
  g_clear_object (&request->parent);
  g_clear_object (&request->engine);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StopRequest, stop_request_free)

/**
 * sb_server_is_running:
 *
 * Returns: whether clients can be connected now
 */
gboolean
sb_server_is_running (SbEngine *engine)
{
  SbEngineState state = sb_engine_get_state (engine);

  return state == SB_ENGINE_LISTENING || state == SB_ENGINE_DEGRADED;
}

/**
 * sb_server_state_word:
 *
 * Returns: the state in a word, translated
 */
const char *
sb_server_state_word (SbEngine *engine)
{
  switch (sb_engine_get_state (engine))
    {
    case SB_ENGINE_STARTING:
      return _("Starting…");
    case SB_ENGINE_LISTENING:
      return C_("state of the server", "Listening");
    case SB_ENGINE_DEGRADED:
      return _("Impaired");
    case SB_ENGINE_STOPPING:
      return _("Stopping…");
    case SB_ENGINE_FAILED:
      return _("Not Started");
    case SB_ENGINE_STOPPED:
    default:
      return C_("state of the server", "Stopped");
    }
}

/**
 * sb_server_is_loopback:
 * @uri: "ws://127.0.0.1:8080"
 *
 * Returns: whether only this computer can use @uri
 */
gboolean
sb_server_is_loopback (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GInetAddress) address = NULL;

  if (parsed == NULL || g_uri_get_host (parsed) == NULL)
    return FALSE;
  address = g_inet_address_new_from_string (g_uri_get_host (parsed));
  if (address == NULL)
    return g_str_equal (g_uri_get_host (parsed), "localhost");
  return g_inet_address_get_is_loopback (address);
}

/**
 * sb_server_dup_address:
 *
 * Returns: (transfer full) (nullable): where the server is best reached, as "192.168.1.20:8080": from the network if it
 *   can be, else from
 *   this computer; %NULL while it is not running
 */
char *
sb_server_dup_address (SbEngine *engine)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (engine);
  g_autoptr (GUri) uri = NULL;
  const char *host;

  if (!sb_server_is_running (engine) || uris == NULL || uris[0] == NULL)
    return NULL;
  uri = g_uri_parse (uris[1] != NULL ? uris[1] : uris[0], G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL)
    return NULL;
  host = g_uri_get_host (uri);
  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, sb_engine_get_port (engine));
}

/**
 * sb_server_start:
 * @parent: a widget of the window
 */
void
sb_server_start (GtkWidget *parent,
                 SbEngine  *engine)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GTK_IS_WIDGET (parent));

  /* The sentence and the way out are in the banner; here it is only logged. */
  if (!sb_engine_start (engine, &error))
    g_info ("The server did not start: %s", error->message);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (StopRequest) request = user_data;
  g_autoptr (GError) error = NULL;

  if (!sb_engine_stop_finish (request->engine, result, &error))
    g_warning ("Could not stop the server: %s", error->message);
  else if (request->start_again)
    sb_server_start (request->parent, request->engine);
}

static void
confirmed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (StopRequest) request = user_data;
  SbEngine *engine = request->engine;

  if (!sb_server_confirm_cut_finish (result))
    /* A switch that was thrown goes back. */
    g_object_notify (G_OBJECT (engine), "state");
  else if (sb_server_is_running (engine))
    sb_engine_stop_async (engine, stopped_cb, g_steal_pointer (&request));
}

static void
stop (GtkWidget  *parent,
      SbEngine   *engine,
      gboolean    start_again,
      const char *heading,
      const char *button)
{
  StopRequest *request = g_new0 (StopRequest, 1);

  request->parent = g_object_ref (parent);
  request->engine = g_object_ref (engine);
  request->start_again = start_again;
  sb_server_confirm_cut (parent, engine, heading, button, confirmed_cb, request);
}

/**
 * sb_server_stop:
 * @parent: a widget of the window, over which the question is asked
 *
 * Asks first where clients are connected.
 */
void
sb_server_stop (GtkWidget *parent,
                SbEngine  *engine)
{
  g_return_if_fail (GTK_IS_WIDGET (parent));

  stop (parent, engine, FALSE, _("Stop the Server?"), _("_Stop"));
}

/**
 * sb_server_restart:
 * @parent: a widget of the window, over which the question is asked
 *
 * Stops and starts, so that a new address or port is used; starts where it was not running.
 */
void
sb_server_restart (GtkWidget *parent,
                   SbEngine  *engine)
{
  g_return_if_fail (GTK_IS_WIDGET (parent));

  if (sb_server_is_running (engine))
    stop (parent, engine, TRUE, _("Restart the Server?"), _("_Restart"));
  else
    sb_server_start (parent, engine);
}

/**
 * sb_server_confirm_cut:
 * @parent: over which the question is asked
 * @heading: the question
 * @button: what does it, with a mnemonic
 *
 * Asks whether the connected clients may be cut off; answers yes at once where there are none.
 */
void
sb_server_confirm_cut (GtkWidget          *parent,
                       SbEngine           *engine,
                       const char         *heading,
                       const char         *button,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  guint n = sb_client_list_count (sb_engine_get_clients (engine));
  AdwDialog *dialog;

  if (n == 0)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

      g_task_set_task_data (task, g_strdup ("cut"), g_free);
      g_task_return_boolean (task, TRUE);
      return;
    }
  dialog = adw_alert_dialog_new (heading, NULL);
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                ngettext ("%u client is connected and will be disconnected.",
                                          "%u clients are connected and will be disconnected.", n),
                                n);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "cut", button, NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "cut", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  sb_question_ask_async (ADW_ALERT_DIALOG (dialog), parent, callback, user_data);
}

/**
 * sb_server_confirm_cut_finish:
 *
 * Returns: whether to go on
 */
gboolean
sb_server_confirm_cut_finish (GAsyncResult *result)
{
  g_autofree char *response = sb_question_ask_finish (result);

  return g_str_equal (response, "cut");
}
