/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-application"

#include "sb-app-settings.h"

/**
 * sb_app_settings_get:
 *
 * How the window was left: its size, columns, and the like. What the server is set to is in #SbSettings.
 *
 * Returns: (transfer none) (nullable): the settings, or %NULL where the schema is not installed (a program started out
 *   of its build
 *   tree): then nothing is remembered. Main thread.
 */
GSettings *
sb_app_settings_get (void)
{
  static GSettings *settings;
  static gboolean looked;

  if (!looked)
    {
      GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
      g_autoptr (GSettingsSchema) schema = NULL;

      looked = TRUE;
      /* g_settings_new() ends the program where there is no schema. */
      if (source != NULL)
        schema = g_settings_schema_source_lookup (source, APPLICATION_ID, TRUE);
      if (schema != NULL)
        settings = g_settings_new_full (schema, NULL, NULL);
      else
        g_info ("The settings schema %s is not installed; the window's size will not be remembered", APPLICATION_ID);
    }
  return settings;
}
