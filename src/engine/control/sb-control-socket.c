/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "control/sb-control-socket.h"

#include "control/sb-control-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <sys/un.h>

/**
 * sb_control_socket_address_new:
 * @data_dir: a directory
 * @dir_fd: (out): a descriptor to be closed when the address was used; -1 where none is needed
 * @error: return location
 *
 * The address of DIR/control.sock. What fits into the 108 bytes of `sockaddr_un` is the path itself; longer ones go by
 * a descriptor of the directory and /proc/self/fd, so that the depth of a home directory does not matter.
 *
 * Errors: %G_FILE_ERROR, also where the directory is not there and its name is too long.
 */
GSocketAddress *
sb_control_socket_address_new (const char *data_dir, int *dir_fd, GError **error)
{
  g_autofree char *path = NULL;
  int number;

  g_return_val_if_fail (data_dir != NULL, NULL);
  g_return_val_if_fail (dir_fd != NULL, NULL);

  *dir_fd = -1;
  path = g_build_filename (data_dir, SB_CONTROL_SOCKET_NAME, NULL);
  if (strlen (path) < sizeof ((struct sockaddr_un *) 0)->sun_path)
    return g_unix_socket_address_new (path);

  *dir_fd = open (data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (*dir_fd < 0)
    {
      number = errno;
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), _("“%s” cannot be opened: %s."), data_dir,
                   g_strerror (number));
      return NULL;
    }
  g_free (path);
  path = g_strdup_printf ("/proc/self/fd/%d/" SB_CONTROL_SOCKET_NAME, *dir_fd);

  return g_unix_socket_address_new (path);
}
