/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define SB_DATABASE_ERROR (sb_database_error_quark ())
typedef enum
{
  SB_DATABASE_ERROR_BUSY,      /* locked by another program for longer than the busy time-out */
  SB_DATABASE_ERROR_FULL,      /* disk full */
  SB_DATABASE_ERROR_READ_ONLY, /* file or disk is read-only */
  SB_DATABASE_ERROR_CORRUPT,   /* damaged, or not a database */
  SB_DATABASE_ERROR_TOO_NEW,   /* user_version of a later Signalbox */
  SB_DATABASE_ERROR_NOT_FOUND, /* no such row */
  SB_DATABASE_ERROR_REFUSED,   /* nothing is wrong with the store: there are too many rows already, or another has the place */
  SB_DATABASE_ERROR_FAILED,
} SbDatabaseError;
GQuark sb_database_error_quark (void);

#define SB_TYPE_DATABASE (sb_database_get_type ())
G_DECLARE_FINAL_TYPE (SbDatabase, sb_database, SB, DATABASE, GObject)

/**
 * SbDatabase:
 *
 * The one SQLite file (WAL, synchronous=FULL, foreign keys on, migrations by user_version) and the one thread that touches
 * it. Work is queued from the main thread and done in order; what a job wrote is on disk when its result arrives.
 */
/* On the store thread, within one immediate transaction: committed when TRUE is returned, else rolled back. The result pointer goes to the
 * finish function. */
typedef gpointer (*SbDatabaseFunc) (sqlite3 *db, gpointer data, GError **error);

/* Opens or makes the file and migrates it, on the store thread. Mode 0600. A migration that fails leaves the file as it was. */
void        sb_database_open_async  (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
SbDatabase *sb_database_open_finish (GAsyncResult *result, GError **error);
/* @data and the result are freed by the given functions (nullable) where nobody takes them. An error is signalled by @func
 * setting @error. */
void        sb_database_run_async   (SbDatabase *self, SbDatabaseFunc func, gpointer data, GDestroyNotify data_free, GDestroyNotify result_free,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gpointer    sb_database_run_finish  (SbDatabase *self, GAsyncResult *result, GError **error);
/* The same for a job without a result: whether it was done. */
gboolean    sb_database_run_done_finish (SbDatabase *self, GAsyncResult *result, GError **error);
/* Finishes what is queued, checkpoints, closes; blocks until then. After it every run fails with CLOSED (G_IO_ERROR_CLOSED). */
void        sb_database_close       (SbDatabase *self);
/* For the functions: maps a result code to SB_DATABASE_ERROR with a sentence a person can act on. */
void        sb_database_set_error   (sqlite3 *db, int code, const char *failure, GError **error);

G_END_DECLS
