/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net/sb-caller.h"

#include <sys/socket.h>
#include <unistd.h>

gssize
sb_caller_read (const SbCaller *self, guint8 *buffer, gsize size)
{
  gsize have = 0;
  gssize n;

  if (self->tls == NULL)
    return recv (self->fd, buffer, size, 0);

  do
    {
      n = sb_tls_stream_read (self->tls, buffer + have, size - have);
      have += n > 0 ? (gsize) n : 0;
    }
  while (n > 0 && have < size);

  return have > 0 ? (gssize) have : n;
}

gboolean
sb_caller_write (const SbCaller *self, const char *text, gsize size)
{
  gssize n = self->tls != NULL ? sb_tls_stream_write (self->tls, text, size) : send (self->fd, text, size, MSG_NOSIGNAL);

  return n == (gssize) size;
}

void
sb_caller_close (SbCaller *self)
{
  if (self->tls != NULL)
    g_io_stream_close (G_IO_STREAM (self->tls), NULL, NULL);
  else
    close (self->fd);
  g_clear_object (&self->tls);
  self->fd = -1;
}
