/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A database as another program has it: its bytes, and a connection of one's own. */

#include "store-fixture.h"

static inline void
write_file (const char *path, const void *data, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, (gssize) length, &error);
  g_assert_no_error (error);
}

static inline GBytes *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

/* Another program's connection. */
static inline sqlite3 *
connect_aside (const char *path)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), ==, SQLITE_OK);
  return db;
}

static inline void
execute_aside (sqlite3 *db, const char *sql)
{
  char *message = NULL;

  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

static inline void
assert_refused (const char *path, SbDatabaseError code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (store_open (path, &error));
  g_assert_error (error, SB_DATABASE_ERROR, (int) code);
  store_assert_contains (error->message, part);
}

static inline char *
query_aside (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement;
  char *text;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return text;
}

#define assert_aside(db, sql, expected) \
  G_STMT_START \
  { \
    g_autofree char *text = query_aside (db, sql); \
    g_assert_cmpstr (text, ==, expected); \
  } \
  G_STMT_END
