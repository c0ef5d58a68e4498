/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the settings share. */

#include "sb-settings.h"
#include "store-fixture.h"

#include <sys/stat.h>

static inline void
set_up (StoreFixture *self, gconstpointer data)
{
  store_fixture_set_up (self, data);
  g_free (self->path);
  self->path = g_build_filename (self->folder, "settings.ini", NULL);
}

static inline SbSettings *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  SbSettings *settings = sb_settings_load (path, &error);

  g_assert_no_error (error);
  g_assert_true (SB_IS_SETTINGS (settings));
  return settings;
}

static inline void
set_text (SbSettings *settings, const char *key, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sb_settings_set_text (settings, key, text, &error));
  g_assert_no_error (error);
}

static inline void
write_file (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static inline char *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static inline struct stat
get_status (const char *path)
{
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  return status;
}

#define assert_text(settings, key, expected) \
  G_STMT_START \
  { \
    g_autofree char *found_text = sb_settings_get_text (settings, key); \
    g_assert_cmpstr (found_text, ==, expected); \
  } \
  G_STMT_END
