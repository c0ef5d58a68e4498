/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/sb-tls-stream.h"
#include <netinet/in.h>

G_BEGIN_DECLS

/* Where a connection comes from. */
typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} SbRemote;

/**
 * SbCaller:
 *
 * A connection that has yet to say what it wants, with TLS or without, which nobody who reads its request has to know. Passed on by value:
 * the last to have it closes it. One thread at a time; nothing here waits.
 */
typedef struct
{
  int fd;
  SbTlsStream *tls; /* nullable; its descriptor is @fd */
  SbRemote remote;
} SbCaller;

/* What has come, up to @size. -1 with errno: EAGAIN or EINTR for nothing yet, else it is broken; 0 at the end. With TLS all that is there is
 * read, for what TLS holds no descriptor announces; why there was no more, the next call tells. */
gssize   sb_caller_read  (const SbCaller *self, guint8 *buffer, gsize size);
/* For the few hundred bytes of an answer, before which nothing was written: they go out whole, or the connection is of no use. */
gboolean sb_caller_write (const SbCaller *self, const char *text, gsize size);
/* With TLS's good-bye, so that what was written counts as whole. */
void     sb_caller_close (SbCaller *self);

G_END_DECLS
