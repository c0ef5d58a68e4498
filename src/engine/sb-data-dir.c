/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-data-dir.h"

#include "sb-engine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "lock"
#define MAX_HOLDER 256
/* The command line has the directory for the moment of one request: it is waited for instead of complained of. */
#define BRIEF_HOLDER "signalboxctl"
#define BRIEF_PATIENCE (3 * G_USEC_PER_SEC)
#define BRIEF_PAUSE 10000 /* µs */

struct _SbDataDir
{
  char *path; /* absolute */
  int lock_fd;
};

/**
 * sb_data_dir_get_default:
 *
 * Returns: (transfer full): where data is kept unless the person says otherwise: `$XDG_DATA_HOME/signalbox`
 */
char *
sb_data_dir_get_default (void)
{
  return g_build_filename (g_get_user_data_dir (), "signalbox", NULL);
}

static void
set_file_error (GError **error, int number, const char *path)
{
  GFileError code = g_file_error_from_errno (number);

  switch (number)
    {
    case EACCES:
    case EPERM:
      g_set_error (error, G_FILE_ERROR, code,
                   _("There is no permission to keep data in “%s”. Choose another directory."), path);
      break;
    case EROFS:
      g_set_error (error, G_FILE_ERROR, code, _("“%s” is on a disk that can only be read. Choose another directory."),
                   path);
      break;
    case ENOSPC:
    case EDQUOT:
      g_set_error (error, G_FILE_ERROR, code, _("The disk that holds “%s” is full. Free some space, then try again."),
                   path);
      break;
    case ENOTDIR:
    case EEXIST:
      g_set_error (error, G_FILE_ERROR, code, _("“%s” is not a directory. Choose another one."), path);
      break;
    default:
      g_set_error (error, G_FILE_ERROR, code, _("“%s” cannot be used to keep data: %s."), path, g_strerror (number));
      break;
    }
}

static int
open_lock (const char *path, int flags)
{
  g_autofree char *file = g_build_filename (path, LOCK_NAME, NULL);
  int fd;

  do
    fd = open (file, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  while (fd < 0 && errno == EINTR);

  return fd;
}

/* What the file says, or NULL while its holder has not written it yet. */
static char *
read_holder (int fd, gboolean *is_brief)
{
  char text[MAX_HOLDER];
  ssize_t length = pread (fd, text, sizeof text, 0);
  g_auto (GStrv) words = NULL;
  const char *newline;

  if (length <= 0 || (newline = memchr (text, '\n', length)) == NULL || !g_utf8_validate (text, newline - text, NULL))
    return NULL;

  *(char *) newline = '\0';
  words = g_strsplit (text, " ", 2);
  if (g_strv_length (words) != 2)
    return NULL;

  *is_brief = g_str_equal (words[1], BRIEF_HOLDER);

  /* Translators: a program's name and its process id, within “… is in use by …”. */
  return g_strdup_printf (_("%s (process %s)"), words[1], words[0]);
}

static char *
wait_for_holder (int fd, gboolean *is_brief)
{
  /* Between taking the lock and writing its name a holder needs microseconds. */
  for (guint attempt = 0; attempt < 20; attempt++)
    {
      char *holder = read_holder (fd, is_brief);

      if (holder != NULL)
        return holder;
      g_usleep (2000);
    }
  *is_brief = FALSE;

  return g_strdup (_("another program"));
}

static gboolean
write_holder (int fd)
{
  g_autofree char *program = g_path_get_basename (g_get_prgname () != NULL ? g_get_prgname () : "signalbox");
  g_autofree char *text = g_strdup_printf ("%d %s\n", (int) getpid (), program);

  return ftruncate (fd, 0) == 0 && pwrite (fd, text, strlen (text), 0) == (ssize_t) strlen (text);
}

/* FALSE with the holder's name, or with errno and no name. */
static gboolean
take_lock (int fd, char **holder)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  gint64 deadline = g_get_monotonic_time () + BRIEF_PATIENCE;
  gboolean is_brief = FALSE;

  for (;;)
    {
      if (fcntl (fd, F_OFD_SETLK, &lock) == 0)
        return TRUE;
      if (errno != EAGAIN && errno != EACCES)
        return FALSE;

      *holder = wait_for_holder (fd, &is_brief);
      if (!is_brief || g_get_monotonic_time () > deadline)
        return FALSE;
      g_clear_pointer (holder, g_free);
      g_usleep (BRIEF_PAUSE);
    }
}

/**
 * sb_data_dir_lock:
 * @path: the directory; made with mode 0700, parents too, where it is not there
 * @error: return location
 *
 * Takes the directory for this program. Blocks for as long as the file system needs, and up to three seconds for a
 * signalboxctl that has it.
 *
 * Errors: %SB_ENGINE_ERROR_IN_USE with the holder's name and process id; %G_FILE_ERROR where the directory cannot be
 * made or written.
 *
 * Returns: (transfer full): the locked directory, to be given back by sb_data_dir_unlock()
 */
SbDataDir *
sb_data_dir_lock (const char *path, GError **error)
{
  g_autofree char *absolute = NULL;
  g_autofree char *holder = NULL;
  SbDataDir *self;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  absolute = g_canonicalize_filename (path, NULL);
  if (g_mkdir_with_parents (absolute, 0700) != 0 || (fd = open_lock (absolute, O_RDWR | O_CREAT)) < 0)
    {
      set_file_error (error, errno, absolute);
      return NULL;
    }

  if (!take_lock (fd, &holder) || !write_holder (fd))
    {
      if (holder != NULL)
        /* Translators: a folder and a program, as in "signalboxd (process 123)" */
        g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_IN_USE, _("“%s” is in use by %s."), absolute, holder);
      else
        set_file_error (error, errno, absolute);
      close (fd);
      return NULL;
    }

  self = g_new0 (SbDataDir, 1);
  self->path = g_steal_pointer (&absolute);
  self->lock_fd = fd;

  return self;
}

/**
 * sb_data_dir_unlock:
 *
 * Lets the next program have the directory, and frees @self. The lock file stays: to remove it would let two programs
 * lock two files of the same name.
 */
void
sb_data_dir_unlock (SbDataDir *self)
{
  g_return_if_fail (self != NULL);

  /* So that nobody reads a name that is no longer true. It does no harm where it fails. */
  if (ftruncate (self->lock_fd, 0) != 0)
    g_debug ("The lock file of “%s” could not be emptied: %s", self->path, g_strerror (errno));
  close (self->lock_fd);
  g_free (self->path);
  g_free (self);
}

const char *
sb_data_dir_get_path (SbDataDir *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/**
 * sb_data_dir_dup_file:
 *
 * Returns: (transfer full): the path of the file called @name in the directory
 */
char *
sb_data_dir_dup_file (SbDataDir *self, const char *name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_build_filename (self->path, name, NULL);
}

/**
 * sb_data_dir_dup_holder:
 * @path: a directory, which need not exist
 *
 * Asks who has @path without taking it. Makes nothing.
 *
 * Returns: (transfer full) (nullable): "signalboxd (process 4711)"; %NULL when nobody has it
 */
char *
sb_data_dir_dup_holder (const char *path)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  gboolean is_brief;
  char *holder = NULL;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = open_lock (path, O_RDWR);
  if (fd < 0)
    return NULL;
  if (fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
    holder = wait_for_holder (fd, &is_brief);
  close (fd);

  return holder;
}
