/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A disk that fails on request: an SQLite VFS over the system's, the default for every connection opened after
 * fault_vfs_install(). It works for root too, whom file modes don't stop. */

#include <errno.h>
#include <glib.h>
#include <sqlite3.h>
#include <stdatomic.h>

/* How many more writing operations (write, truncate, sync, shared memory, making or removing a file) succeed; negative:
 * all. */
static _Atomic int fault_countdown = -1;
static _Atomic int fault_code = SQLITE_IOERR;  /* what the failing operation returns */
static _Atomic int fault_errno = 0;            /* errno behind it */
static _Atomic gboolean fault_lasts = FALSE;   /* all later ones fail too */
static _Atomic int fault_hits = 0;             /* how many operations failed */
static _Atomic gboolean fault_read_only = FALSE; /* files can be opened for reading only */

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real;
} FaultFile;

static sqlite3_vfs *fault_real_vfs;

#define FAULT_REAL(file) (((FaultFile *) (file))->real)

static inline int
fault_next (void)
{
  int left = atomic_load (&fault_countdown);

  if (left < 0)
    return SQLITE_OK;
  if (left > 0)
    {
      atomic_store (&fault_countdown, left - 1);
      return SQLITE_OK;
    }

  if (!atomic_load (&fault_lasts))
    atomic_store (&fault_countdown, -1);
  atomic_fetch_add (&fault_hits, 1);
  return atomic_load (&fault_code);
}

static int
fault_close (sqlite3_file *file)
{
  int code = FAULT_REAL (file)->pMethods->xClose (FAULT_REAL (file));

  g_free (FAULT_REAL (file));
  return code;
}

static int
fault_read (sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
  return FAULT_REAL (file)->pMethods->xRead (FAULT_REAL (file), data, length, offset);
}

static int
fault_write (sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
  int code = fault_next ();

  /* The worst a disk does: half of it is written. */
  if (code != SQLITE_OK)
    FAULT_REAL (file)->pMethods->xWrite (FAULT_REAL (file), data, length / 2, offset);
  return code != SQLITE_OK ? code : FAULT_REAL (file)->pMethods->xWrite (FAULT_REAL (file), data, length, offset);
}

static int
fault_truncate (sqlite3_file *file, sqlite3_int64 length)
{
  int code = fault_next ();

  return code != SQLITE_OK ? code : FAULT_REAL (file)->pMethods->xTruncate (FAULT_REAL (file), length);
}

/* The power stays on: what was written need not be on the true disk, and hundreds of files are made. */
static int
fault_sync (sqlite3_file *file, int flags)
{
  return fault_next ();
}

static int
fault_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return FAULT_REAL (file)->pMethods->xFileSize (FAULT_REAL (file), size);
}

static int
fault_lock (sqlite3_file *file, int level)
{
  return FAULT_REAL (file)->pMethods->xLock (FAULT_REAL (file), level);
}

static int
fault_unlock (sqlite3_file *file, int level)
{
  return FAULT_REAL (file)->pMethods->xUnlock (FAULT_REAL (file), level);
}

static int
fault_check_reserved_lock (sqlite3_file *file, int *reserved)
{
  return FAULT_REAL (file)->pMethods->xCheckReservedLock (FAULT_REAL (file), reserved);
}

static int
fault_file_control (sqlite3_file *file, int operation, void *argument)
{
  return FAULT_REAL (file)->pMethods->xFileControl (FAULT_REAL (file), operation, argument);
}

static int
fault_sector_size (sqlite3_file *file)
{
  return FAULT_REAL (file)->pMethods->xSectorSize (FAULT_REAL (file));
}

static int
fault_device_characteristics (sqlite3_file *file)
{
  return FAULT_REAL (file)->pMethods->xDeviceCharacteristics (FAULT_REAL (file));
}

static int
fault_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **data)
{
  int code = extend ? fault_next () : SQLITE_OK;

  return code != SQLITE_OK ? code : FAULT_REAL (file)->pMethods->xShmMap (FAULT_REAL (file), page, size, extend, data);
}

static int
fault_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return FAULT_REAL (file)->pMethods->xShmLock (FAULT_REAL (file), offset, n, flags);
}

static void
fault_shm_barrier (sqlite3_file *file)
{
  FAULT_REAL (file)->pMethods->xShmBarrier (FAULT_REAL (file));
}

static int
fault_shm_unmap (sqlite3_file *file, int remove)
{
  return FAULT_REAL (file)->pMethods->xShmUnmap (FAULT_REAL (file), remove);
}

static const sqlite3_io_methods fault_methods = {
  .iVersion = 2,
  .xClose = fault_close,
  .xRead = fault_read,
  .xWrite = fault_write,
  .xTruncate = fault_truncate,
  .xSync = fault_sync,
  .xFileSize = fault_file_size,
  .xLock = fault_lock,
  .xUnlock = fault_unlock,
  .xCheckReservedLock = fault_check_reserved_lock,
  .xFileControl = fault_file_control,
  .xSectorSize = fault_sector_size,
  .xDeviceCharacteristics = fault_device_characteristics,
  .xShmMap = fault_shm_map,
  .xShmLock = fault_shm_lock,
  .xShmBarrier = fault_shm_barrier,
  .xShmUnmap = fault_shm_unmap,
};

static int
fault_open (sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultFile *self = (FaultFile *) file;
  int code = SQLITE_OK;

  self->base.pMethods = NULL;
  /* The journals and the log are made by opening; the database is there already. */
  if ((flags & SQLITE_OPEN_CREATE) && !(flags & SQLITE_OPEN_MAIN_DB))
    code = fault_next ();
  if (code != SQLITE_OK)
    return SQLITE_CANTOPEN;

  if (atomic_load (&fault_read_only))
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;

  self->real = g_malloc0 (fault_real_vfs->szOsFile);
  code = fault_real_vfs->xOpen (fault_real_vfs, name, self->real, flags, out_flags);
  if (code != SQLITE_OK)
    g_clear_pointer (&self->real, g_free);
  else
    self->base.pMethods = &fault_methods;
  return code;
}

static int
fault_delete (sqlite3_vfs *vfs, const char *name, int sync_directory)
{
  int code = fault_next ();

  return code != SQLITE_OK ? SQLITE_IOERR_DELETE : fault_real_vfs->xDelete (fault_real_vfs, name, sync_directory);
}

static int
fault_get_last_error (sqlite3_vfs *vfs, int size, char *text)
{
  int code = atomic_load (&fault_errno);

  return code != 0 ? code : fault_real_vfs->xGetLastError (fault_real_vfs, size, text);
}

static inline void
fault_vfs_install (void)
{
  static sqlite3_vfs vfs;

  fault_real_vfs = sqlite3_vfs_find (NULL);
  vfs = *fault_real_vfs;
  vfs.zName = "fault";
  vfs.szOsFile = sizeof (FaultFile);
  vfs.xOpen = fault_open;
  vfs.xDelete = fault_delete;
  vfs.xGetLastError = fault_get_last_error;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, 1), ==, SQLITE_OK);
}

/* After @countdown more operations, one (@lasts: every one) fails with @code, and @system_error as errno. */
static inline void
fault_vfs_arm (int countdown, int code, int system_error, gboolean lasts)
{
  atomic_store (&fault_code, code);
  atomic_store (&fault_errno, system_error);
  atomic_store (&fault_lasts, lasts);
  atomic_store (&fault_hits, 0);
  atomic_store (&fault_countdown, countdown);
}

/* Returns how many operations failed meanwhile. */
static inline int
fault_vfs_disarm (void)
{
  atomic_store (&fault_countdown, -1);
  atomic_store (&fault_errno, 0);
  return atomic_load (&fault_hits);
}
