/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-application"

#include "sb-background.h"
#include "sb-app-settings.h"
#include "widgets/sb-question.h"
#include <adwaita.h>
#include <glib/gi18n.h>
#include <libportal-gtk4/portal-gtk4.h>
#include <libportal/portal.h>

/* Running on without a window: what the user has chosen, the question, and the desktop's permission. Main thread. */

#define KEY "background"

static XdpPortal *
get_portal (void)
{
  static XdpPortal *portal;
  g_autoptr (GError) error = NULL;

  if (portal == NULL)
    portal = xdp_portal_initable_new (&error);
  if (portal == NULL)
    g_info ("The desktop's portals cannot be reached: %s", error->message);
  return portal;
}

/**
 * sb_background_get_choice:
 *
 * Returns: what was chosen; %SB_BACKGROUND_ASK while nothing was
 */
SbBackground
sb_background_get_choice (void)
{
  GSettings *settings = sb_app_settings_get ();

  return settings != NULL ? (SbBackground) g_settings_get_enum (settings, KEY) : SB_BACKGROUND_ASK;
}

void
sb_background_set_choice (SbBackground choice)
{
  GSettings *settings = sb_app_settings_get ();

  if (settings != NULL)
    g_settings_set_enum (settings, KEY, choice);
}

/* --- the question --- */

/**
 * sb_background_ask_async:
 * @parent: over which the question is asked
 *
 * Asks what shall happen to the server, and says how many clients it has.
 */
void
sb_background_ask_async (GtkWidget          *parent,
                         SbEngine           *engine,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  guint n = sb_client_list_count (sb_engine_get_clients (engine));
  AdwDialog *dialog = adw_alert_dialog_new (_("Keep the Server Running?"), NULL);
  g_autofree char *clients = NULL;

  clients = n > 0 ? g_strdup_printf (ngettext ("%u client is connected.", "%u clients are connected.", n), n)
                  : g_strdup (_("No client is connected now."));
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog), "%s %s", clients,
                                _("The server can go on without its window; open Signalbox again to see it. You will not "
                                  "be asked again: the preferences have this choice."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "quit", _("_Quit"), "keep",
                                  _("_Keep Running"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "quit", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "keep", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  sb_question_ask_async (ADW_ALERT_DIALOG (dialog), parent, callback, user_data);
}

/**
 * sb_background_ask_finish:
 *
 * Returns: the answer; %SB_BACKGROUND_ASK where it was not to be closed after all
 */
SbBackground
sb_background_ask_finish (GAsyncResult *result)
{
  g_autofree char *response = sb_question_ask_finish (result);

  if (g_str_equal (response, "keep"))
    return SB_BACKGROUND_KEEP;
  return g_str_equal (response, "quit") ? SB_BACKGROUND_QUIT : SB_BACKGROUND_ASK;
}

/* --- permission --- */

static void
requested_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  gboolean granted = xdp_portal_request_background_finish (XDP_PORTAL (source), result, &error);

  /* Where nobody gives permission, none is needed: outside a sandbox, or on a desktop that does not care. */
  if (!granted && error != NULL && error->domain == G_DBUS_ERROR)
    {
      g_info ("No portal for running in the background: %s", error->message);
      granted = TRUE;
    }
  g_task_return_boolean (task, granted);
}

/**
 * sb_background_request_async:
 * @window: which will be closed, still shown
 *
 * Asks the desktop for permission to run without a window.
 */
void
sb_background_request_async (GtkWindow          *window,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *task = g_task_new (window, NULL, callback, user_data);
  XdpPortal *portal = get_portal ();
  XdpParent *parent;
  g_autofree char *reason = g_strdup (_("To go on serving its clients."));

  if (portal == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  parent = xdp_parent_new_gtk (window);
  xdp_portal_request_background (portal, parent, reason, NULL, XDP_BACKGROUND_FLAG_NONE, NULL, requested_cb, task);
  xdp_parent_free (parent);
}

/**
 * sb_background_request_finish:
 *
 * Returns: whether it is permitted
 */
gboolean
sb_background_request_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}

static void
status_set_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!xdp_portal_set_background_status_finish (XDP_PORTAL (source), result, &error))
    g_info ("The desktop does not show what runs in the background: %s", error->message);
}

/**
 * sb_background_set_status:
 * @status: up to 96 characters, translated
 *
 * What the desktop's list of background apps says. Only in a sandbox, where the desktop knows which app it is.
 */
void
sb_background_set_status (const char *status)
{
  XdpPortal *portal = xdp_portal_running_under_sandbox () ? get_portal () : NULL;

  if (portal != NULL)
    xdp_portal_set_background_status (portal, status, NULL, status_set_cb, NULL);
}
