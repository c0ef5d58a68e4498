/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalboxd"

#include "sb-notify.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
sb_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize length = path != NULL ? strlen (path) : 0;

  if (length == 0 || length >= sizeof address.sun_path)
    return;

  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  memcpy (address.sun_path, path, length);
  if (address.sun_path[0] == '@') /* an abstract name: unix(7) */
    address.sun_path[0] = '\0';
  if (fd < 0 || sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address,
                        G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length) < 0)
    g_warning ("The service manager cannot be told “%s”: %s", state, g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

gint64
sb_notify_get_watchdog (void)
{
  const char *interval = g_getenv ("WATCHDOG_USEC"), *process = g_getenv ("WATCHDOG_PID");
  guint64 value;

  if (interval == NULL || !g_ascii_string_to_unsigned (interval, 10, 1, G_MAXINT64, &value, NULL))
    return 0;
  if (process != NULL && g_ascii_strtoll (process, NULL, 10) != getpid ())
    return 0;

  return (gint64) value;
}
