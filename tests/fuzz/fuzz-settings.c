/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-fuzz.h"
#include "sb-settings.h"

/* The key file that a person may have written. */

static void
check_every_text (SbSettings *settings)
{
  g_auto (GStrv) keys = sb_settings_list_keys (settings);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *text = sb_settings_get_text (settings, keys[i]);
      g_autofree char *again = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_utf8_validate (text, -1, NULL));
      /* What it says is also what it understands, and means the same. */
      sb_settings_override (settings, keys[i], text, &error);
      g_assert_no_error (error);
      again = sb_settings_get_text (settings, keys[i]);
      g_assert_cmpstr (again, ==, text);
    }
}

static void
check_limits (SbSettings *settings)
{
  SbGateLimits gate;
  SbSessionLimits session;

  sb_gate_limits_init (&gate);
  sb_gate_limits_clear (&gate);
  sb_settings_get_gate_limits (settings, &gate);
  sb_settings_get_session_limits (settings, &session);
  g_assert_cmpuint (gate.max_clients, >=, 1);
  g_assert_cmpuint (session.max_message, >=, 128);
  g_assert_cmpuint (session.max_message, <=, 64 << 20);
  sb_gate_limits_clear (&gate);
}

static char **
list_texts (SbSettings *settings)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) keys = sb_settings_list_keys (settings);

  for (guint i = 0; keys[i] != NULL; i++)
    g_strv_builder_take (builder, sb_settings_get_text (settings, keys[i]));
  return g_strv_builder_end (builder);
}

/* One setting changed and saved: that one is in the file, all others are as they were. */
static void
check_saving (const char *path)
{
  g_autoptr (SbSettings) settings = sb_settings_load (path, NULL);
  g_autoptr (SbSettings) again = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) before = NULL;
  g_auto (GStrv) after = NULL;

  sb_settings_set_text (settings, "port", "12345", &error);
  g_assert_no_error (error);
  sb_settings_flush (settings);
  before = list_texts (settings);
  again = sb_settings_load (path, &error);
  g_assert_no_error (error);
  after = list_texts (again);
  g_assert_cmpstrv (before, after);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = g_build_filename (sb_fuzz_get_dir (), "settings.ini", NULL);
  g_autoptr (SbSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, size > 0 ? (const char *) data : "", size, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  settings = sb_settings_load (path, &error);
  if (settings == NULL)
    {
      sb_fuzz_check_error (FALSE, error);
      g_assert_true (error->domain == SB_SETTINGS_ERROR);
      return 0;
    }
  sb_fuzz_check_error (TRUE, error);
  check_limits (settings);
  check_every_text (settings);
  check_saving (path);
  return 0;
}
