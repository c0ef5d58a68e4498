/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the tests of the store share: a folder of their own, and waiting for results. */

#include "store/sb-database.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *path;
} StoreFixture;

static inline void
store_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_rmdir (folder);
}

static inline void
store_fixture_set_up (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("signalbox-store-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "signalbox.db", NULL);
}

static inline void
store_fixture_tear_down (StoreFixture *self, gconstpointer data)
{
  store_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static inline gboolean
store_too_late_cb (gpointer data)
{
  g_error ("waited in vain for: %s", (const char *) data);
  return G_SOURCE_REMOVE;
}

/* Iterates the main context until @condition holds. */
#define store_wait_for(condition) \
  G_STMT_START \
  { \
    guint store_timeout = g_timeout_add_seconds (40, store_too_late_cb, (gpointer) #condition); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (store_timeout); \
  } \
  G_STMT_END

static inline void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

static inline SbDatabase *
store_open (const char *path, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_database_open_async (path, NULL, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_database_open_finish (result, error);
}

static inline SbDatabase *
store_open_well (const char *path)
{
  g_autoptr (GError) error = NULL;
  SbDatabase *database = store_open (path, &error);

  g_assert_no_error (error);
  g_assert_true (SB_IS_DATABASE (database));
  return database;
}

static inline void
store_close (SbDatabase *database)
{
  sb_database_close (database);
  /* What still waits to be delivered holds a reference. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (database);
}

/* Runs one SQL text as a job; gives back the first column of the first row as text, or NULL. */
static inline gpointer
store_sql_func (sqlite3 *db, gpointer data, GError **error)
{
  sqlite3_stmt *statement;
  const char *sql = data;
  char *text = NULL;

  while (*sql != '\0')
    {
      int code = sqlite3_prepare_v2 (db, sql, -1, &statement, &sql);

      if (code == SQLITE_OK && statement == NULL)
        continue;
      if (code == SQLITE_OK)
        code = sqlite3_step (statement);
      if (code == SQLITE_ROW && text == NULL)
        text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      if (code != SQLITE_ROW && code != SQLITE_DONE)
        {
          sb_database_set_error (db, code, "What the test says could not be done.", error);
          sqlite3_finalize (statement);
          g_free (text);
          return NULL;
        }
      sqlite3_finalize (statement);
    }

  return text;
}

static inline char *
store_try_sql (SbDatabase *database, const char *sql, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sb_database_run_async (database, store_sql_func, g_strdup (sql), g_free, g_free, NULL, store_result_cb, &result);
  store_wait_for (result != NULL);
  return sb_database_run_finish (database, result, error);
}

static inline char *
store_sql (SbDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;
  char *text = store_try_sql (database, sql, &error);

  g_assert_no_error (error);
  return text;
}

#define store_assert_sql(database, sql, expected) \
  G_STMT_START \
  { \
    g_autofree char *store_text = store_sql (database, sql); \
    g_assert_cmpstr (store_text, ==, expected); \
  } \
  G_STMT_END

/* With the text in the log where it fails. */
#define store_assert_contains(text, part) \
  G_STMT_START \
  { \
    if (strstr (text, part) == NULL) \
      g_error ("“%s” is not in “%s”", part, text); \
  } \
  G_STMT_END
