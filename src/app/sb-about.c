/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-about.h"
#include "sb-setting.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <sqlite3.h>

/* @running, @built: major, minor, micro. */
static void
append_version (GString    *text,
                const char *name,
                const guint running[3],
                const guint built[3])
{
  g_string_append_printf (text, "%s %u.%u.%u (built with %u.%u.%u)\n", name, running[0], running[1], running[2],
                          built[0], built[1], built[2]);
}

static void
append_versions (GString *text)
{
  append_version (text, "GTK",
                  (const guint[]) { gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version () },
                  (const guint[]) { GTK_MAJOR_VERSION, GTK_MINOR_VERSION, GTK_MICRO_VERSION });
  append_version (text, "libadwaita",
                  (const guint[]) { adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version () },
                  (const guint[]) { ADW_MAJOR_VERSION, ADW_MINOR_VERSION, ADW_MICRO_VERSION });
  append_version (text, "GLib", (const guint[]) { glib_major_version, glib_minor_version, glib_micro_version },
                  (const guint[]) { GLIB_MAJOR_VERSION, GLIB_MINOR_VERSION, GLIB_MICRO_VERSION });
  append_version (text, "libsoup",
                  (const guint[]) { soup_get_major_version (), soup_get_minor_version (), soup_get_micro_version () },
                  (const guint[]) { SOUP_MAJOR_VERSION, SOUP_MINOR_VERSION, SOUP_MICRO_VERSION });
  g_string_append_printf (text, "SQLite %s (built with %s)\n", sqlite3_libversion (), SQLITE_VERSION);
  g_string_append_printf (text, "JSON-GLib (built with %u.%u.%u)\n", JSON_MAJOR_VERSION, JSON_MINOR_VERSION,
                          JSON_MICRO_VERSION);
}

/* Paths and origins tell of their owner: only that they are set. */
static void
append_settings (GString    *text,
                 SbSettings *settings)
{
  g_auto (GStrv) keys = sb_settings_list_keys (settings);

  g_string_append (text, "\nSettings other than the defaults:\n");
  for (char **key = keys; *key != NULL; key++)
    {
      SbSettingId id;
      const SbSetting *setting = sb_setting_find (*key, &id);
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *now = sb_settings_get_text (settings, *key);
      g_autofree char *initial = NULL;
      gboolean plain = setting->kind == SB_SETTING_NUMBER || setting->kind == SB_SETTING_SIZE ||
                       setting->kind == SB_SETTING_BOOLEAN;

      sb_setting_init_value (setting, &value);
      initial = sb_setting_to_text (setting, &value);
      if (!g_str_equal (now, initial))
        g_string_append_printf (text, "%s = %s\n", *key, plain ? now : "(set)");
    }
}

/**
 * sb_about_make_details:
 * @engine: (nullable): the engine, when it is open
 *
 * Returns: (transfer full): what a bug report needs, and nothing secret: versions, system, state, settings.
 *   Not translated.
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
  append_versions (text);

  if (engine != NULL)
    {
      SbHubTotals totals = { 0 };

      sb_engine_get_totals (engine, &totals);
      g_string_append_printf (text, "\nServer: %s\n", sb_engine_state_to_id (sb_engine_get_state (engine)));
      g_string_append_printf (text, "Clients: %" G_GUINT64_FORMAT "\n", totals.clients);
      g_string_append_printf (text, "Messages: %" G_GUINT64_FORMAT " in, %" G_GUINT64_FORMAT " out, %" G_GUINT64_FORMAT
                                    " rejected, %" G_GUINT64_FORMAT " dropped\n",
                              totals.messages_in, totals.messages_out, totals.rejected, totals.dropped);
      append_settings (text, sb_engine_get_settings (engine));
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
  /* The notes of this release come from the metainfo, and what stands there of a home page. */
  AdwDialog *dialog = adw_about_dialog_new_from_appdata ("/org/signalbox/Signalbox/metainfo.xml", PACKAGE_VERSION);
  g_autofree char *details = sb_about_make_details (engine);

  g_object_set (dialog,
                "application-icon", APPLICATION_ID,
                "application-name", "Signalbox",
                "developer-name", _("The Signalbox developers"),
                "version", PACKAGE_VERSION,
                "comments", _("A WebSocket hub that you run from the desktop, with its console built in."),
                "copyright", "© 2026 The Signalbox developers",
                "license-type", GTK_LICENSE_GPL_3_0,
                "debug-info", details,
                "debug-info-filename", "signalbox-details.txt",
                /* Translators: your name, one a line, perhaps with an address */
                "translator-credits", _("translator-credits"),
                NULL);
  return dialog;
}
