/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-about.h"
#include "sb-server-commands.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <sqlite3.h>

static void
append_version (GString    *text,
                const char *name,
                guint       major,
                guint       minor,
                guint       micro)
{
  g_string_append_printf (text, "%s %u.%u.%u\n", name, major, minor, micro);
}

/**
 * sb_about_make_details:
 * @engine: (nullable): the engine, when it is open
 *
 * Returns: (transfer full): what a bug report needs, and nothing secret: versions, system, state. Not translated.
 */
char *
sb_about_make_details (SbEngine *engine)
{
  GString *text = g_string_new (NULL);
  g_autofree char *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  GdkDisplay *display = gdk_display_get_default ();

  g_string_append_printf (text, "Signalbox %s (%s)\n", PACKAGE_VERSION, APPLICATION_ID);
  g_string_append_printf (text, "System: %s%s\n", os != NULL ? os : "unknown",
                          g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? ", Flatpak" : "");
  g_string_append_printf (text, "Display: %s\n", display != NULL ? G_OBJECT_TYPE_NAME (display) : "none");
  append_version (text, "GTK", gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version ());
  append_version (text, "libadwaita", adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version ());
  append_version (text, "GLib", glib_major_version, glib_minor_version, glib_micro_version);
  append_version (text, "libsoup", soup_get_major_version (), soup_get_minor_version (), soup_get_micro_version ());
  append_version (text, "JSON-GLib (built with)", JSON_MAJOR_VERSION, JSON_MINOR_VERSION, JSON_MICRO_VERSION);
  g_string_append_printf (text, "SQLite %s\n", sqlite3_libversion ());

  if (engine != NULL)
    {
      SbHubTotals totals = { 0 };

      sb_engine_get_totals (engine, &totals);
      g_string_append_printf (text, "\nServer: %s\n", sb_engine_state_to_id (sb_engine_get_state (engine)));
      if (sb_engine_get_state_message (engine) != NULL)
        g_string_append_printf (text, "%s\n", sb_engine_get_state_message (engine));
      g_string_append_printf (text, "Clients: %" G_GUINT64_FORMAT "\n", totals.clients);
      g_string_append_printf (text, "Messages: %" G_GUINT64_FORMAT " in, %" G_GUINT64_FORMAT " out, %" G_GUINT64_FORMAT
                                    " rejected, %" G_GUINT64_FORMAT " dropped\n",
                              totals.messages_in, totals.messages_out, totals.rejected, totals.dropped);
      g_string_append_printf (text, "Data: %s\n", sb_engine_get_data_dir (engine));
    }
  return g_string_free (text, FALSE);
}

/**
 * sb_about_dialog_new:
 * @engine: (nullable): the engine, when it is open
 */
AdwDialog *
sb_about_dialog_new (SbEngine *engine)
{
  AdwDialog *dialog = adw_about_dialog_new ();
  g_autofree char *details = sb_about_make_details (engine);

  g_object_set (dialog,
                "application-icon", APPLICATION_ID,
                "application-name", "Signalbox",
                "developer-name", _("The Signalbox developers"),
                "version", PACKAGE_VERSION,
                "comments", _("A WebSocket hub that you run from the desktop, with its console built in."),
                "license-type", GTK_LICENSE_GPL_3_0,
                "debug-info", details,
                "debug-info-filename", "signalbox-details.txt",
                /* Translators: your name, one a line, perhaps with an address */
                "translator-credits", _("translator-credits"),
                NULL);
  return dialog;
}
