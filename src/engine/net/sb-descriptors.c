/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define RESERVE 32 /* descriptors left to the database, the settings and the admin */

/* Asked anew: an administrator may change the limit of a running program. */
int
sb_descriptors_get_first_reserved (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > G_MAXINT)
    return G_MAXINT;

  return (int) (limit.rlim_cur - MIN (RESERVE, limit.rlim_cur / 4));
}

/* The lowest free descriptor from @from on; -1: none. */
static int
probe (int fd, int from)
{
  return fcntl (fd, F_DUPFD_CLOEXEC, from);
}

/* Whether a few descriptors below the reserve are free. The kernel gives out the lowest, so those just below it mostly
 * tell; where they are in use, others may have become free further down. A single one there says nothing: a handshake
 * that is done moves its connection to another descriptor and leaves a gap. */
gboolean
sb_descriptors_have_room (int fd, int first_reserved)
{
  int probes[SB_DESCRIPTORS_ROOM];
  int lowest = probe (fd, MAX (first_reserved - SB_DESCRIPTORS_ROOM, 0));
  guint n = 0;

  if (lowest >= 0)
    close (lowest);
  if (lowest >= 0 && lowest < first_reserved)
    return TRUE;

  while (n < SB_DESCRIPTORS_ROOM && (probes[n] = probe (fd, 0)) >= 0 && probes[n] < first_reserved)
    n++;
  for (guint i = 0; i < MIN (n + 1, SB_DESCRIPTORS_ROOM); i++)
    if (probes[i] >= 0)
      close (probes[i]);

  return n == SB_DESCRIPTORS_ROOM;
}
